"""How a rule of a profile fills the fields of a kind of fact, worked out once a table."""

from collections.abc import Mapping
from typing import Any

from ledger.exchange import READERS
from ledger.facts import KIND, STORED_AS, Dispatch, fields_of
from ledger.intake.cells import Remembered
from ledger.intake.coverage import untold_of
from ledger.intake.kept import TEXTS
from ledger.intake.profile import EventRule
from ledger.intake.rows.view import TableView

Plan = tuple[tuple[tuple[str, str, str, bool, Remembered[Any], Remembered[Any] | None], ...], Mapping[str, Any]]
"""(field, field as stored, column, whether a guard stands before it, what its cells were read as and what is kept of people's words) of
what the table has a column for, and the values of the rest."""
OUTSIDE = {inside: outside for outside, inside in STORED_AS.items()}


def plan_of(view: TableView, event: EventRule, kind: str) -> Plan:
    """How a rule fills the fields of a kind."""
    named = [(OUTSIDE.get(inside, inside), inside) for inside in fields_of(KIND[kind])]
    columns = [
        (field, inside, event.fields.get(field, field))
        for field, inside in named
        if field not in event.constants and field not in view.unsure
    ]
    constants = view.profile.constants
    untold = untold_of(view.profile, view.places, event, view.unsure) if kind == Dispatch.kind else None
    own = {STORED_AS.get(field, field): value for field, value in event.constants.items()}
    guarded = {field for field, guard in view.profile.guards.items() if guard.column in view.places}
    return (
        tuple(
            (
                field,
                inside,
                column,
                field in guarded,
                view.means.known[field],
                view.means.texts[inside] if inside in TEXTS else None,
            )
            for field, inside, column in columns
            if field == "at" or column in view.places
        ),
        {
            inside: READERS[inside](constants[field]) if inside in READERS else constants[field]
            for field, inside, column in columns
            if field in constants and column not in view.places
        }
        | {inside: READERS[inside](value) if inside in READERS else value for inside, value in own.items()}
        | ({} if untold is None else {"untold": untold}),
    )
