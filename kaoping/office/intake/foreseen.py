"""What a fact that a person enters would move, before it is recorded."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from calendars.periods import month_of, months_from
from kaoping.office.comparisons import voids_of
from kaoping.office.intake.entries import Recorded, checked, enter, fact_of, key_at
from kaoping.office.intake.entries import void as enter_void
from kaoping.office.session import Session, WrongArgument
from ledger.batches import Source
from ledger.facts import Alias, Enrol, Fact, Void
from ledger.sentences import sentence
from ledger.snapshot import snapshot_of
from ledger.store import Ledger
from scoring.compare.reports import Difference, difference, legs_of
from scoring.compare.trials import months_of_ticket
from scoring.scores.scoring import Scoring, recompute

ENTERED = ("finding", "exempt", "enrol", "alias", "void")
"""Kinds that are entered in forms."""
MOST_MONTHS = 12


@attrs.frozen(kw_only=True)
class Foreseen:
    """A fact as it would be recorded, what it takes back (`voided`), and what would move in the months it touches (`months`)."""

    fact: Fact
    voided: Fact | None
    months: tuple[int, ...]
    moved: Sequence[Difference]


def foresee(session: Session, kind: str, fields: Mapping[str, str | None]) -> Foreseen:
    """What recording a fact would move; nothing is kept. Raises WrongArgument, Refused, and the objections of scoring."""
    book, calendar = session.book(), session.calendar()
    with session.ledger() as opened:
        fact = checked(opened, book, _fact(session, opened, kind, fields))
        voided = _voided(opened, fact)
        before = recompute(snapshot_of(opened, opened.head().position), book, calendar, session.now)
        source = Source(name="kaoping record", sha256="", profile="record", rows=1, facts=[(1, fact)])
        with opened.supposing([source], session.now):
            snapshot, voids = snapshot_of(opened, opened.head().position), voids_of(opened)
        after = recompute(snapshot, book, calendar, session.now)
        months = _months(opened, (before, after), (fact, *([voided] if voided else ())))
    moved = [one for month in months for one in _moved(before, after, month, voids)]
    return Foreseen(fact=fact, voided=voided, months=months, moved=moved)


def record_entry(session: Session, kind: str, fields: Mapping[str, str | None]) -> Recorded:
    """The fact recorded. Raises WrongArgument, Refused."""
    _refuse_other(kind)
    if kind == Void.kind:
        return enter_void(session, str(fields["fact"]), str(fields["at"]), str(fields["reason"]))
    return enter(session, kind, fields)


def _refuse_other(kind: str) -> None:
    if kind not in ENTERED:
        known = sentence("Known: {known}", known=" ".join(ENTERED))
        raise WrongArgument(sentence("{kind} is no kind of fact that is entered here.", kind=kind), known)


def _fact(session: Session, ledger: Ledger, kind: str, fields: Mapping[str, str | None]) -> Fact:
    _refuse_other(kind)
    if kind == Void.kind:
        named = {"key": key_at(ledger, str(fields["fact"])), "at": fields["at"], "reason": fields["reason"]}
        return fact_of(kind, named)
    return fact_of(kind, fields, session.book())


def _voided(ledger: Ledger, fact: Fact) -> Fact | None:
    """The fact that a void takes back."""
    if not isinstance(fact, Void):
        return None
    event = ledger.at(ledger.places([fact.key])[fact.key])
    return None if event is None else event.fact


def _months(ledger: Ledger, sides: Sequence[Scoring], facts: Sequence[Fact]) -> tuple[int, ...]:
    """The months that may move: of the facts themselves, and in which their tickets count; of a unit enrolled or named, those until
    the last ticket was sent, the last twelve of them."""
    found = {month_of(fact.at) for fact in facts if not isinstance(fact, Void)}
    for fact in facts:
        if fact.ticket is not None:
            found |= {month for side in sides for month in months_of_ticket(side, fact.ticket)}
        if isinstance(fact, Enrol | Alias):
            found |= set(_until_newest(ledger, month_of(fact.at)))
    return tuple(sorted(found)[-MOST_MONTHS:])


def _until_newest(ledger: Ledger, first: int) -> Iterator[int]:
    span = ledger.span("dispatch")
    if span is None:
        return
    last = month_of(span[1])
    yield from (
        month for month in months_from(last // 100, last % 100 - MOST_MONTHS + 1, MOST_MONTHS) if month >= first
    )


def _moved(before: Scoring, after: Scoring, month: int, voids: Mapping[int, int]) -> Iterator[Difference]:
    """What moves in a month; nothing where nothing does."""
    found = difference(before, after, [month], legs=legs_of(before, after, voids))
    if any(line.moved for sheet in found.sheets for line in sheet.units):
        yield found
