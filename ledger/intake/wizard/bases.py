"""The profiles of the field that a table can be near to, and the profile that follows one."""

from collections.abc import Mapping

import attrs

from ledger.intake.meanings import Meanings
from ledger.intake.profile import BY_WORD, Profile
from ledger.intake.tables.table import LogTable
from ledger.intake.wizard.columns import filled_columns
from ledger.intake.wizard.contents import field_of
from ledger.intake.wizard.formats import needed_formats
from ledger.intake.wizard.guesses import SURE
from ledger.intake.wizard.vocabulary import UNIT, Vocabulary

BASES = ("hotline-wide", "hotline-log", "posts-wide")
KNOWN, FOUND = (
    2,
    4,
)  # headings of a profile that a table near to it has: sure ones, and any where it lacks several that are needed


def is_near(base: Profile, found: Mapping[str, tuple[str, str]], table: LogTable, field: Vocabulary) -> bool:
    """Whether a table has the form of a profile: all that this needs, or columns that tell what a row is, and enough others. A log
    without any column of acts is none."""
    lacks = sum(column not in found for column in base.needed)
    if not lacks:
        return True
    acts = any(event.kind == BY_WORD for event in base.events)
    tells = {event.at for event in base.events} | ({"kind"} if acts else set())
    sure = sum(how == SURE for _, how in found.values())
    if not tells & found.keys() or sure < KNOWN or (lacks > 1 and len(found) < FOUND):
        return False
    return not acts or "kind" in found or "kind" in filled_columns(base, found, table, field)


def fit(base: Profile, found: Mapping[str, tuple[str, str]]) -> tuple[bool, int, int, int]:
    """How well a table fits a profile, to compare: all that is needed there, sure headings, needed ones, all."""
    lacks = sum(column not in found for column in base.needed)
    sure = sum(how == SURE for _, how in found.values())
    return not lacks, sure, -lacks, len(found)


def profile_like(base: Profile, found: Mapping[str, tuple[str, str]], table: LogTable, name: str) -> Profile:
    """The base with the table's own headings first, and its formats."""
    own = {
        column: (heading, *base.columns[column]) for column, (heading, _) in sorted(found.items(), key=_unsure_first)
    }
    columns = {column: tuple(dict.fromkeys(headings)) for column, headings in (own | {**base.columns, **own}).items()}
    events = tuple(
        attrs.evolve(event, fields={field: one for field, one in event.fields.items() if one in columns})
        for event in base.events
    )
    times = [heading for column, (heading, _) in found.items() if field_of(base, column) in ("at", "due_at", "until")]
    formats = tuple(dict.fromkeys((*base.times, *needed_formats(table, times, Meanings.of(base)))))
    return attrs.evolve(
        base, name=name, title=table.name, source=table.name, columns=columns, events=events, times=formats,
        in_order=tuple(column for column in base.in_order if column in columns),
        needed=base.needed if UNIT in (*found, *base.constants) else tuple(dict.fromkeys((*base.needed, UNIT))),
    )  # fmt: skip


def _unsure_first(one: tuple[str, tuple[str, str]]) -> bool:
    return one[1][1] == SURE
