"""The oracle's word on what is due (docs/contract.md, 4.7): acts not yet done at an instant, told slowly, on its own clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from tests.oracle.oracle import (
    HOTLINE,
    LAST_KNOWN,
    POSTS,
    Books,
    Fact,
    Judgement,
    Readings,
    Round,
    Verdict,
    blocks,
    books_of,
    end_of,
    hotline_items,
    is_working_day,
    judge_closed,
    judge_responded,
    judge_sealed,
    judge_signed,
    judged_rounds,
    lapsed,
    local,
    month_counted,
    ms_of,
    posts_items,
    standing,
    total,
    verdicts,
)

ACTS = {"signed": "sign", "responded": "contact", "closed": "close", "sealed": "seal"}
ITEMS = {
    ("signed", HOTLINE): ("hotline", "signing"),
    ("responded", HOTLINE): ("hotline", "response"),
    ("closed", HOTLINE): ("hotline", "closing"),
    ("closed", POSTS): ("posts", "reply_rate"),
    ("sealed", POSTS): ("posts", "sealed_pdf"),
}


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An act that is not done: by when, how it stands, how many working days are left, and what it costs on which item of a sheet."""

    measure: str
    ticket: str
    unit: str
    round: int
    channel: str
    due_ms: int
    state: str
    left: Fraction | None  # None: beyond the days it knows
    costs: tuple[tuple[str, str, str, Decimal], ...]  # sheet, item, period, points


def happened(facts: Sequence[Fact], at_ms: int) -> list[Fact]:
    """What stands, and had happened by then."""
    return [fact for fact in standing(facts) if fact["kind"] != "void" and ms_of(fact["at"]) <= at_ms]


def waiting(facts: Sequence[Fact], readings: Readings, at_ms: int) -> list[Waiting]:
    """Every act that is judged and not done at an instant, without those of tickets exempted from the item that judges it."""
    there = happened(facts, at_ms)
    everything = verdicts(there, readings, at_ms)
    books: dict[str, Books] = {}
    found = []
    for one, word in undone(there, readings):
        period = month_counted(one, word, readings)
        if period not in books:
            books[period] = books_of(there, readings, everything, period, at_ms)
        place = next(
            (place for (measure, some), place in ITEMS.items() if measure == word.measure and one.channel in some), None
        )
        if place is not None and (one.ticket, one.unit, place[1]) in books[period].exempt:
            continue
        costs = () if place is None else ((*place, period, cost(books[period], one, word, at_ms, place[0])),)
        found.append(
            Waiting(
                measure=word.measure, ticket=one.ticket, unit=one.unit, round=one.number, channel=one.channel, due_ms=word.decided_at_ms,
                state=state(word.decided_at_ms, at_ms), left=left(word.decided_at_ms, at_ms), costs=costs,
            )
        )  # fmt: skip
    return found


def undone(there: Sequence[Fact], readings: Readings) -> Iterator[tuple[Round, Judgement]]:
    """The rounds and measures whose act is not there; the judgement is that of its absence."""
    for everyone, rounds in judged_rounds(there, readings):
        for one in rounds:
            end_ms = end_of(one, everyone, readings)
            for judge in (judge_signed, judge_responded, judge_closed, judge_sealed):
                word = judge(one, readings)
                if word is not None and not one.of(ACTS[word.measure]) and not lapsed(word, end_ms):
                    yield one, word


def state(due_ms: int, at_ms: int) -> str:
    """overdue, today, tomorrow (till the end of the next working day) or later."""
    if due_ms <= at_ms:
        return "overdue"
    today, day = local(at_ms).date(), local(due_ms).date()
    if day == today:
        return "today"
    following = today + timedelta(days=1)
    while not is_working_day(following):
        following += timedelta(days=1)
    return "tomorrow" if day <= following else "later"


def left(due_ms: int, at_ms: int) -> Fraction | None:
    """Working days from an instant to a due, where both are known days."""
    return None if local(due_ms).date() > LAST_KNOWN else days_between(at_ms, due_ms)


def days_between(from_ms: int, to_ms: int) -> Fraction:
    """Working days between two instants, each day spread over its own blocks; below 0 where the second comes first."""
    if to_ms < from_ms:
        return -days_between(to_ms, from_ms)
    passed, day = Fraction(0), local(from_ms).date()
    while day <= local(to_ms).date():
        today = blocks(day)
        length = sum(end - start for start, end in today)
        for start, end in today:
            passed += Fraction(max(0, min(end, to_ms) - max(start, from_ms)), length)
        day += timedelta(days=1)
    return passed


def cost(books: Books, one: Round, word: Judgement, at_ms: int, sheet: str) -> Decimal:
    """The unit's sheet had it been met, less what it is once it is missed; nothing without tickets of its own there."""
    rest = [
        each
        for each in books.counted
        if (each.measure, each.ticket, each.unit, each.round) != (word.measure, one.ticket, one.unit, one.number)
    ]

    def told(outcome: str) -> Verdict:
        return Verdict(
            measure=word.measure, ticket=one.ticket, unit=one.unit, round=one.number, channel=one.channel, state=outcome,
            decided_at_ms=word.decided_at_ms, month=books.period,
        )  # fmt: skip

    missed, met = (replace(books, counted=[*rest, told(outcome)]) for outcome in ("breached", "met"))
    channels, items = (HOTLINE, hotline_items) if sheet == "hotline" else (POSTS, posts_items)
    if not missed.has_ticket(one.unit, channels):
        return Decimal(0)
    return total(items(met, one.unit)) - total(items(missed, one.unit))
