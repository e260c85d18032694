"""Rounds of a ticket: a dispatch and the acts that belong to it, and which round of a file is which of the ledger."""

from collections.abc import Hashable, Iterable, Sequence

import attrs

from ledger.batches import Event
from ledger.exchange import LEAD
from ledger.facts import Dispatch, Fact, Return, Scalar
from ledger.intake.changes.compare import is_same_less_finely, value_of
from ledger.intake.changes.life import Saying


@attrs.frozen
class Round:
    """A dispatch and the acts that belong to it, in a row of the file (`Saying`) or in the ledger (`Event`)."""

    sent: "Saying | Event"
    acts: list["Saying | Event"] = attrs.field(factory=list)


def rounds_of(acts: Iterable["Saying | Event"]) -> list[Round]:
    """The rounds of one ticket. An act belongs to the latest dispatch to its unit by then, else to the first one."""
    ordered = sorted(acts, key=lambda one: one.fact.at)
    rounds = [Round(one) for one in ordered if isinstance(one.fact, Dispatch)]
    for act in ordered:
        if not isinstance(act.fact, Dispatch):
            fits = [one for one in rounds if _may_be(one.sent.fact, act.fact)]
            before = [one for one in fits if one.sent.fact.at <= act.fact.at]
            for one in before[-1:] or fits[:1]:
                one.acts.append(act)
    return rounds


def _may_be(sent: Fact, act: Fact) -> bool:
    return sent.unit == act.unit if act.unit is not None else value_of(sent, "role") == LEAD


def same_dispatch(said: Round, held: Round) -> bool:
    """The same unit at the same instant."""
    return (said.sent.fact.unit, said.sent.fact.at) == (held.sent.fact.unit, held.sent.fact.at)


def sent_elsewhere(said: Round, held: Round) -> bool:
    """Another unit at the same instant, in the same role."""
    one, other = said.sent.fact, held.sent.fact
    return one.at == other.at and value_of(one, "role") == value_of(other, "role")


def sent_less_finely(said: Round, held: Round) -> bool:
    """The same unit at the same instant, told to the minute or to the day by one of the two."""
    one, other = said.sent.fact, held.sent.fact
    return one.unit == other.unit and is_same_less_finely(one.at, other.at)


def sent_at_another_time(said: Round, held: Round) -> bool:
    """The same unit at another instant, with an act after both that both know: the time of the dispatch was corrected."""
    one, other = said.sent.fact, held.sent.fact
    since = max(one.at, other.at)
    acts = {(act.fact.kind, act.fact.at) for act in said.acts if act.fact.at >= since}
    return one.unit == other.unit and any((act.fact.kind, act.fact.at) in acts for act in held.acts)


def role_of(one: Round) -> Scalar:
    """The role of the unit that a round was sent to."""
    return value_of(one.sent.fact, "role")


def holder_of(one: Round) -> Hashable:
    """Whose round it is: the unit, and its role."""
    return one.sent.fact.unit, role_of(one)


def came_back(said: Round, stood: Round, told: Sequence[Round], held: Sequence[Round]) -> bool:
    """Whether a dispatch is not one that stands, moved to another time, but another one, earlier or later: the unit had returned the
    ticket in between, of which the later one tells nothing, or another led it then, as the ledger or the file of the earlier knows."""
    earlier, later = sorted((said, stood), key=lambda one: one.sent.fact.at)
    first, last = earlier.sent.fact.at, later.sent.fact.at
    led = any(
        role_of(one) == LEAD and holder_of(one) != holder_of(said) and first < one.sent.fact.at < last
        for one in (*held, *(told if earlier is said else ()))
    )
    known = {act.fact.at for act in later.acts if isinstance(act.fact, Return)}
    returned = [act.fact.at for act in earlier.acts if isinstance(act.fact, Return)]
    return (led and role_of(said) == LEAD) or any(first < at <= last and at not in known for at in returned)
