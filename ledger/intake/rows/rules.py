"""The rules of a profile in a table: by which of them it can tell anything, and which words its columns of yes or no may hold."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ledger.facts import Dispatch, Flag
from ledger.intake.coverage import ASSUMED, OPEN_UNIT
from ledger.intake.profile import BY_WORD, IGNORE, EventRule, Profile
from ledger.intake.rows.view import TableView, folded_words


class TableRule(NamedTuple):
    """A rule of the profile in a table: `timed`, a row that tells the time `at` tells that one act; `silent`, one that does not tells
    none."""

    event: EventRule
    at: str
    timed: bool
    silent: bool


def rules_in(view: TableView) -> Iterator[TableRule]:
    """The rules by which the table can tell anything at all, or must."""
    for event in view.profile.events:
        asked = (when.column for when in event.when)
        else_told = (event.at_else, event.count, *(when.column for when in event.told_by))
        must = event.needed or event.kind == BY_WORD
        spoken = must or any(column in view.places for column in else_told)
        if all(column in view.places for column in asked) and (spoken or event.at in view.places):
            plain = not (event.when or view.profile.state_rows or event.kind in (BY_WORD, IGNORE))
            silent = plain and not (spoken or any(column in view.places for column in view.own_words_of(event)))
            yield TableRule(event, event.at, plain and event.count not in view.places, silent)


def judged_in(view: TableView) -> Mapping[str, frozenset[str]]:
    """The columns of yes or no by which alone an act is known that has no time of its own -> every word that says something there."""
    whens = [
        when
        for event in view.profile.events
        if event.kind != Flag.kind
        for when in (*event.when, *(event.told_by if event.kind in ASSUMED else ()))
    ]
    answers = frozenset(view.means.flags)
    listed = {when.column: frozenset[str]() for when in whens if when.words and when.column in view.places}
    for when in whens:
        if when.column in listed:
            listed[when.column] |= folded_words((*when.words, *when.other_than, *when.was))
    return {column: words | answers for column, words in listed.items() if words & answers}


def dispatch_of(profile: Profile, event: EventRule) -> EventRule | None:
    """The rule of the dispatch to the unit of an event."""
    unit = event.fields.get(OPEN_UNIT, OPEN_UNIT)
    sent = (one for one in profile.events if one.kind == Dispatch.kind)
    return next((one for one in sent if one.fields.get(OPEN_UNIT, OPEN_UNIT) == unit), None)
