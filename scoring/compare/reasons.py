"""Why a move of a difference happened: the events, the days, the reading, the clause or the time that made it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import attrs

from calendars.clock import local
from calendars.instants import EPOCH_DAY
from calendars.workdays import Calendar, OutsideCalendar
from metrics.measures import MEASURE, Deadline, Practice
from metrics.verdicts import Verdict
from scoring.compare.items import EXEMPT, THERE, Move
from scoring.compare.reports import ItemMoves, Leg
from scoring.compare.verdicts import FactChange
from scoring.law.rulebook import Rulebook


@attrs.frozen(kw_only=True)
class Reason:
    """One thing that made a move. `code`:

    event     the fact at `position` (`kind`) is `added`, `voided` (by `by`), `restored` or `unknown_yet` (`how`)
    time      the time passed to `at`, an instant in ms: no fact did it
    day       the date `on` is otherwise in the other calendar: `was`, `now` (kind and reason), by `source`
    hours     the office hours of the date `on` are others: `was`, `now`, by `source`
    reading   the reading `name` says `now` and not `was`
    clause    the rulebook says something else: `name` (an item, a limit, rating words), `was`, `now`
    group     the unit belongs to another group: `was`, `now`
    untold    what no source tells is taken otherwise: `was`, `now` (full, breach, or nothing)
    others    the scores of other units moved its mean
    supposed  somebody supposed it
    """

    code: str
    position: int | None = None
    kind: str = ""
    how: str = ""
    by: int | None = None
    at: int | None = None
    on: date | None = None
    name: str = ""
    was: str = ""
    now: str = ""
    source: str = ""


def reasons_of(cut: ItemMoves, move: Move) -> tuple[Reason, ...]:
    """The reasons of a move of a cut. There is always one."""
    if move.code in ("means", "mean", "basis"):
        return (Reason(code="others"),)
    if move.code == "group":
        return (Reason(code="group"),)
    return tuple(_by_leg(cut.leg, move, cut))


def _by_leg(leg: Leg, move: Move, cut: ItemMoves) -> Iterator[Reason]:
    if leg.reason == "facts":
        yield from _of_facts(leg, move)
    elif leg.reason == "supposed":
        yield Reason(code="supposed")
    elif leg.reason == "untold":
        yield Reason(code="untold", was=leg.before.book.untold, now=leg.after.book.untold)
    elif leg.reason == "calendar":
        days = [] if move.flip is None else list(_of_days(leg, move))
        yield from days or [Reason(code="day")]
    elif leg.reason == "reading":
        books = leg.before.book, leg.after.book
        yield Reason(
            code="reading", name=leg.reading, was=books[0].reading(leg.reading), now=books[1].reading(leg.reading)
        )
    else:
        found = list(_of_practice(leg, move)) if move.flip is not None else list(_of_clause(leg, cut))
        yield from found or [Reason(code="clause", name=cut.item)]


def _speaking(move: Move, touches: Sequence[FactChange]) -> Sequence[FactChange]:
    """The facts that can have flipped the verdict; all of the ticket's, where none of them is of a kind that can."""
    assert move.charge is not None
    measure = MEASURE.get(move.charge.name)
    kinds = ("exempt", "decide") if EXEMPT in (move.before, move.after) else measure.moved_by if measure else ()
    return [touch for touch in touches if touch.kind in kinds] or touches


def _of_facts(leg: Leg, move: Move) -> Iterator[Reason]:
    charge = move.charge
    found = charge is not None and charge.finding is not None and EXEMPT not in (move.before, move.after)
    if found and charge is not None and charge.position is not None:
        yield _of_finding(leg, charge.position, added=move.after == THERE)
        return
    touches = _speaking(move, leg.touches.get(charge.ticket or "", ())) if charge is not None else ()
    for touch in touches:
        yield Reason(code="event", position=touch.position, kind=touch.kind, how=touch.how, by=touch.by)
    states = (None, None) if move.flip is None else (move.flip.before, move.flip.after)
    later = states[1] or states[0]
    moments = sorted((leg.before.as_of, leg.after.as_of))
    if later is not None and moments[0] < later.decided_at <= moments[1]:
        yield Reason(code="time", at=later.decided_at)
    elif not touches:
        yield Reason(code="time", at=leg.after.as_of)


def _of_finding(leg: Leg, position: int, *, added: bool) -> Reason:
    sides = (leg.before, leg.after) if added else (leg.after, leg.before)
    if position > sides[0].snapshot.head.position:
        return Reason(code="event", position=position, kind="finding", how="added" if added else "unknown_yet")
    how = "restored" if added else "voided"
    return Reason(
        code="event", position=position, kind="finding", how=how, by=None if added else leg.voids.get(position)
    )


def _of_days(leg: Leg, move: Move) -> Iterator[Reason]:
    """The days between a verdict's start and its due, of either side, that the two calendars take otherwise."""
    assert move.flip is not None
    states = [state for state in (move.flip.before, move.flip.after) if state is not None]
    if not states:
        return
    first = local(min(state.start for state in states))[0]
    last = local(max(_end(state) for state in states))[0]
    for number in range(first, last + 1):
        yield from _of_day(leg.before.calendar, leg.after.calendar, number)


def _of_day(before: Calendar, after: Calendar, number: int) -> Iterator[Reason]:
    try:
        old, new = before.numbered(number), after.numbered(number)
        hours = before.hours(number), after.hours(number)
    except OutsideCalendar:
        yield Reason(code="day", on=date.fromordinal(number + EPOCH_DAY))
        return
    if (old.kind, old.reason, old.working) != (new.kind, new.reason, new.working):
        yield Reason(
            code="day", on=new.date, was=f"{old.kind} {old.reason}", now=f"{new.kind} {new.reason}",
            source=new.source or old.source or "",
        )  # fmt: skip
    elif hours[0] != hours[1] and new.working:
        yield Reason(code="hours", on=new.date, was=hours[0].show(), now=hours[1].show())


def _end(state: Verdict) -> int:
    return max(state.start, state.due or 0, state.decided_at)


def _of_practice(leg: Leg, move: Move) -> Iterator[Reason]:
    """What the two rulebooks measure otherwise of the move's measure."""
    assert move.charge is not None
    books = leg.before.book, leg.after.book
    known = {one.id for one in books[0].readings} & {one.id for one in books[1].readings}
    for name in sorted(known):
        was, now = books[0].reading(name), books[1].reading(name)
        if was != now:
            yield Reason(code="reading", name=name, was=was, now=now)
    measure = MEASURE[move.charge.name]
    practices = books[0].practice(), books[1].practice()
    if isinstance(measure, Deadline):
        limits = [_limit(practice, measure, move) for practice in practices]
        if limits[0] != limits[1]:
            yield Reason(code="clause", name=measure.name, was=limits[0], now=limits[1])
    for name in ("satisfied", "unsatisfied", "unrated", "posts"):
        words = [" ".join(getattr(practice, name)) for practice in practices]
        if words[0] != words[1]:
            yield Reason(code="clause", name=name, was=words[0], now=words[1])


def _of_clause(leg: Leg, cut: ItemMoves) -> Iterator[Reason]:
    """What the two rulebooks say otherwise of an item, or of its sheet: numbers, words, readings that price it."""
    books = leg.before.book, leg.after.book
    told = [_told_of(book, cut.sheet, cut.item) for book in books]
    for name in dict.fromkeys((*told[0], *told[1])):
        was, now = (one.get(name, "-") for one in told)
        if was != now:
            yield Reason(code="clause", name=name, was=was, now=now)


def _told_of(book: Rulebook, sheet: str, item: str) -> dict[str, str]:
    """What a rulebook says of an item (of a sheet, without one), by the name of each key, in one text each."""
    found = next((one for one in book.sheets if one.id == sheet), None)
    if found is None:
        return {}
    if not item:
        return {name: _text(value) for name, value in attrs.asdict(found, recurse=False).items() if name != "items"}
    told: dict[str, str] = {}
    for one in (one for one in found.items if one.id == item):
        told |= {
            f"{item}.{name}": _text(value)
            for name, value in attrs.asdict(one, recurse=False).items()
            if name != "parts"
        }
        for number, part in enumerate(one.parts, 1):
            place = one.name_of(part) if part.id else f"{item}[{number}]"
            told |= {f"{place}.{name}": _text(value) for name, value in attrs.asdict(part, recurse=False).items()}
    told |= {f"readings.{one.id}": book.reading(one.id) for one in book.readings}
    return told


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{name}={each}" for name, each in value.items())
    if attrs.has(type(value)):
        return _text({name: said for name, said in attrs.asdict(value).items() if said not in (None, "")})  # type: ignore[arg-type]
    return " ".join(map(_text, value)) if isinstance(value, tuple) else str(value)


def _limit(practice: Practice, measure: Deadline, move: Move) -> str:
    """The limit in working days that the move's round had, as text."""
    charge = move.charge
    assert charge is not None
    state = None if move.flip is None else move.flip.before or move.flip.after
    halves = practice.halves_at(measure, charge.channel, state.start if state else charge.at)
    return str(halves // 2) if halves % 2 == 0 else f"{halves // 2}.5"
