"""The oracle: what a log is worth, told slowly from the contract alone (docs/contract.md).

It shares nothing with the product: its own table of holidays, its own clock, its own loops, one ticket and
one unit at a time. Where it and the product differ, one of them misreads the contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

Fact = Mapping[str, Any]

# -------------------------------------------------------------------------------- readings

OPTIONS: dict[str, tuple[str, ...]] = {
    "half_day": ("elapsed", "half_blocks"),
    "whole_days": ("next_day", "elapsed", "same_day", "half_blocks"),
    "day_ends": ("close", "midnight"),
    "month_of": ("decided", "dispatched", "closed"),
    "returned_rounds": ("leave", "stay"),
    "undecided_requests": ("granted", "refused"),
    "assist_rounds": ("count", "leave"),
    "neutral_rating": ("unrated", "satisfied", "unsatisfied"),
    "steps": ("proportional", "whole"),
    "rounding": ("staged", "final"),
    "media_exposure": ("2", "1"),
}

# Younger readings, each as a rulebook that does not name it is read, then the other way. They stand apart because the
# older logs do not draw them.
NEW_OPTIONS: dict[str, tuple[str, ...]] = {
    "moved_rounds": ("stay", "leave"),
    "repeated_dispatch": ("stay", "anew"),
    "redo_scope": ("round", "ticket"),
    "volume_of": ("dispatches", "tickets"),
    "reward_bounds": ("net", "each_side"),
    "response_population": ("all", "surveyed"),
    "redone_closing": ("first", "last"),
    "seal_by": ("month_end", "any_time"),
    "unreviewed_knowledge": ("part", "whole"),
    "idle_findings": ("ignored", "applied"),
    "idle_unit": ("no_verdict", "no_dispatch"),
    "idle_months": ("count", "leave"),
    "unexplained_returns": ("count", "late"),
    "untimed_extensions": ("ignore", "at_due"),
    "untimed_redos": ("ignore", "at_close"),
}
OPTIONS |= NEW_OPTIONS


@dataclass(frozen=True, kw_only=True)
class Readings:
    """One choice for every corner the law leaves open; by default what a rulebook means that names none."""

    half_day: str = "elapsed"
    whole_days: str = "next_day"
    day_ends: str = "close"
    month_of: str = "decided"
    returned_rounds: str = "leave"
    undecided_requests: str = "granted"
    assist_rounds: str = "count"
    neutral_rating: str = "unrated"
    steps: str = "proportional"
    rounding: str = "staged"
    media_exposure: str = "2"
    moved_rounds: str = "stay"
    repeated_dispatch: str = "stay"
    redo_scope: str = "round"
    volume_of: str = "dispatches"
    reward_bounds: str = "net"
    response_population: str = "all"
    redone_closing: str = "first"
    seal_by: str = "month_end"
    unreviewed_knowledge: str = "part"
    idle_findings: str = "ignored"
    idle_unit: str = "no_verdict"
    idle_months: str = "count"
    unexplained_returns: str = "count"
    untimed_extensions: str = "ignore"
    untimed_redos: str = "ignore"

    def __post_init__(self) -> None:
        """Refuse a value that is no reading."""
        for field in fields(self):
            if getattr(self, field.name) not in OPTIONS[field.name]:
                raise ValueError(f"{field.name} has no reading {getattr(self, field.name)!r}")


# -------------------------------------------------------------------------------- calendar

SHANGHAI = timezone(timedelta(hours=8))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MS = 24 * 60 * 60 * 1000
HALF_DAY = Fraction(1, 2)

FIRST_KNOWN, LAST_KNOWN = date(2022, 12, 1), date(2024, 6, 30)

# 国办发明电〔2022〕16号 (2023) and 国办发明电〔2023〕7号 (2024, the first half only).
HOLIDAYS = {
    *(date(2022, 12, 31), date(2023, 1, 1), date(2023, 1, 2)),
    *(date(2023, 1, day) for day in (21, 22, 23, 24, 25, 26, 27)),
    date(2023, 4, 5),
    *(date(2023, 4, 29), date(2023, 4, 30), date(2023, 5, 1), date(2023, 5, 2), date(2023, 5, 3)),
    *(date(2023, 6, day) for day in (22, 23, 24)),
    *(date(2023, 9, 29), date(2023, 9, 30)),
    *(date(2023, 10, day) for day in (1, 2, 3, 4, 5, 6)),
    date(2024, 1, 1),
    *(date(2024, 2, day) for day in (10, 11, 12, 13, 14, 15, 16, 17)),
    *(date(2024, 4, day) for day in (4, 5, 6)),
    *(date(2024, 5, day) for day in (1, 2, 3, 4, 5)),
    date(2024, 6, 10),
}
MAKE_UP_DAYS = {
    *(date(2023, 1, 28), date(2023, 1, 29)),
    *(date(2023, 4, 23), date(2023, 5, 6)),
    date(2023, 6, 25),
    *(date(2023, 10, 7), date(2023, 10, 8)),
    *(date(2024, 2, 4), date(2024, 2, 18)),
    *(date(2024, 4, 7), date(2024, 4, 28), date(2024, 5, 11)),
}


def ms_of(text: str) -> int:
    """The epoch milliseconds of an ISO instant with offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} carries no offset")
    return (moment - EPOCH) // timedelta(milliseconds=1)


def local(at_ms: int) -> datetime:
    """The wall-clock time of an instant in Shanghai."""
    return (EPOCH + timedelta(milliseconds=at_ms)).astimezone(SHANGHAI)


def instant(day: date, hour: int = 0, minute: int = 0) -> int:
    """The epoch milliseconds of a wall-clock time in Shanghai."""
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)
    return (moment - EPOCH) // timedelta(milliseconds=1)


def is_working_day(day: date) -> bool:
    """Whether offices work on that date; refused outside the table above."""
    if not FIRST_KNOWN <= day <= LAST_KNOWN:
        raise ValueError(f"the oracle knows no calendar for {day}")
    if day in MAKE_UP_DAYS:
        return True
    if day in HOLIDAYS:
        return False
    return day.isoweekday() <= 5


def blocks(day: date) -> list[tuple[int, int]]:
    """The morning and the afternoon of a date as [start, end) in milliseconds; none on a day off."""
    if not is_working_day(day):
        return []
    return [(instant(day, 9), instant(day, 12)), (instant(day, 13, 30), instant(day, 17, 30))]


def month_at(at_ms: int) -> str:
    """The month an instant lies in, as '2023-05'."""
    return local(at_ms).strftime("%Y-%m")


def month_end(period: str) -> int:
    """The last millisecond of a month."""
    year, month = int(period[:4]), int(period[5:])
    following = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
    return instant(following) - 1


# -------------------------------------------------------------------------------- deadlines


def deadline(start_ms: int, limit_days: Fraction, readings: Readings) -> int:
    """The last instant in time for a limit, by the reading that serves limits of its sort."""
    whole = limit_days.denominator == 1
    reading = readings.whole_days if whole else readings.half_day
    if reading == "elapsed":
        return by_elapsed(start_ms, limit_days)
    if reading == "half_blocks":
        return by_half_blocks(start_ms, limit_days)
    return by_days(start_ms, limit_days, reading == "same_day", readings)


def by_elapsed(start_ms: int, limit_days: Fraction) -> int:
    """The earliest instant by which so many days of working time have passed since start."""
    left = limit_days
    day = local(start_ms).date()
    while True:
        today = blocks(day)
        day_length = sum(end - start for start, end in today)
        for start, end in today:
            since = max(start, start_ms)
            if since >= end:
                continue
            passing = Fraction(end - since, day_length)
            if passing >= left:
                return since + ceil(left * day_length)
            left -= passing
        day += timedelta(days=1)


def by_half_blocks(start_ms: int, limit_days: Fraction) -> int:
    """The end of the Nth half-day block after the one that start lies in."""
    left = limit_days * 2
    if left.denominator != 1:
        raise ValueError(f"{limit_days} days are no whole number of half days")
    day = local(start_ms).date()
    while True:
        for start, end in blocks(day):
            if start > start_ms:
                left -= 1
                if left == 0:
                    return end
        day += timedelta(days=1)


def by_days(start_ms: int, limit_days: Fraction, start_counts: bool, readings: Readings) -> int:
    """The end of the Nth working day after start's date, which may itself be day 1."""
    day = local(start_ms).date()
    left = limit_days
    if start_counts and is_working_day(day):
        left -= 1
    while left > 0:
        day += timedelta(days=1)
        if is_working_day(day):
            left -= 1
    if readings.day_ends == "midnight":
        return instant(day) + DAY_MS - 1
    return blocks(day)[-1][1]


# -------------------------------------------------------------------------------- facts

RANKS = (
    *("dispatch", "sign", "contact", "extend", "return", "close"),
    *("seal", "survey", "redo", "exempt", "decide"),
)
HOTLINE = ("12345",)
POSTS = ("中国政府网", "国家政务服务平台", "问政江西", "问政赣州")
SATISFIED = ("满意", "基本满意", "比较满意", "非常满意")
UNSATISFIED = ("不满意", "非常不满意")
NEUTRAL = "一般"


@dataclass(frozen=True, eq=False)
class Act:
    """A fact of a ticket's life at its place in the ticket's order, with the unit it belongs to (if any)."""

    kind: str
    at_ms: int
    place: int
    unit: str | None
    fact: Fact


@dataclass(frozen=True, eq=False)
class Round:
    """One dispatch to a unit, and the unit's acts on the ticket up to its next dispatch to it."""

    ticket: str
    unit: str
    number: int
    dispatch: Act
    acts: list[Act]

    def of(self, kind: str) -> list[Act]:
        """The round's acts of one kind, in order."""
        return [act for act in self.acts if act.kind == kind]

    def lacks(self, kind: str) -> bool:
        """Whether no source tells acts of a kind, the limit, or a survey's rating: the one that told the dispatch has no column for
        it, and there is none."""
        words = [word.removesuffix("=full") for word in str(self.dispatch.fact.get("untold") or "").split()]
        if kind not in words:
            return False
        if kind == "limit":
            return self.dispatch.fact.get("limit_days") is None and self.dispatch.fact.get("due_at") is None
        if kind == "rating":  # who was not asked has none, and everybody knows it
            surveys = self.of("survey")
            return bool(surveys) and all(act.fact.get("rating") is None for act in surveys)
        return not self.of(kind)

    @property
    def channel(self) -> str:
        """The channel of the dispatch."""
        return str(self.dispatch.fact.get("channel") or "12345")

    @property
    def limit_days(self) -> Fraction | None:
        """The dispatch's limit in working days, where it gives one."""
        return days_of(self.dispatch.fact.get("limit_days"))


def days_of(number: Any) -> Fraction | None:
    """A count of days, exactly."""
    return None if number is None else Fraction(str(number))


def standing(facts: Sequence[Fact]) -> list[Fact]:
    """The facts that are there: those no standing void speaks of."""

    def stands(index: int) -> bool:
        return not any(
            fact["kind"] == "void" and fact["key"] == index and stands(other) for other, fact in enumerate(facts)
        )

    voided = {fact["key"] for fact in facts if fact["kind"] == "void"}
    return [fact for index, fact in enumerate(facts) if index not in voided or stands(index)]


def is_assumed(fact: Fact) -> bool:
    """Whether it is known that it happened, but not when."""
    return bool(fact.get("assumed"))


def timed(life: Sequence[Fact], readings: Readings) -> list[Fact]:
    """One ticket's facts without those of unknown instants that are passed over; a redo among them is at the last close of the
    round that it is told of, and nowhere while there is none."""
    kept = [
        fact
        for fact in life
        if not is_assumed(fact) or fact["kind"] == "redo" or readings.untimed_extensions == "at_due"
    ]
    plain = [fact for fact in kept if not (is_assumed(fact) and fact["kind"] == "redo")]
    if readings.untimed_redos == "at_close":
        for one in rounds_of("", in_order(kept)):
            for act in one.of("redo"):
                if is_assumed(act.fact) and one.of("close"):
                    at = local(one.of("close")[-1].at_ms).isoformat(timespec="milliseconds")
                    plain.append({**act.fact, "unit": act.unit, "at": at})
    return plain


def ticket_lives(facts: Sequence[Fact], readings: Readings) -> dict[str, list[Act]]:
    """Per ticket its acts in the contract's order, each with its unit."""
    lives: dict[str, list[Fact]] = {}
    for fact in standing(facts):
        if fact["kind"] in RANKS:
            lives.setdefault(fact["ticket"], []).append(fact)
    return {ticket: in_order(timed(life, readings)) for ticket, life in lives.items()}


def in_order(life: Sequence[Fact]) -> list[Act]:
    """One ticket's facts sorted, each given to its unit: its own, or that of the latest lead dispatch."""
    acts = []
    lead: str | None = None
    ordered = sorted(life, key=lambda fact: (ms_of(fact["at"]), RANKS.index(fact["kind"])))
    for place, fact in enumerate(ordered):
        if fact["kind"] == "dispatch" and fact.get("role", "lead") == "lead":
            lead = fact["unit"]
        unit = fact.get("unit") or lead
        acts.append(Act(fact["kind"], ms_of(fact["at"]), place, unit, fact))
    return acts


def rounds_of(ticket: str, life: Sequence[Act]) -> list[Round]:
    """A ticket's rounds; an act whose unit has no round yet is an oddity and falls away."""
    rounds: list[Round] = []
    for act in life:
        own = [one for one in rounds if one.unit == act.unit]
        if act.kind == "dispatch" and act.unit is not None:
            rounds.append(Round(ticket, act.unit, len(own) + 1, act, []))
        elif act.kind != "exempt" and own:
            own[-1].acts.append(act)
    return rounds


def decisions_on(request: Act, acts: Sequence[Act]) -> list[Act]:
    """The decisions that speak of a request: it was the latest of its kind before them."""
    latest: Act | None = None
    found = []
    for act in acts:
        if act.kind == request.kind and not is_assumed(act.fact):
            latest = act
        if act.kind == "decide" and act.fact["about"] == request.kind and latest is request:
            found.append(act)
    return found


def is_granted(request: Act, acts: Sequence[Act], readings: Readings) -> bool:
    """Whether a request was granted: the last decision on it holds; without one, the reading."""
    decisions = decisions_on(request, acts)
    if not decisions:
        return readings.undecided_requests == "granted"
    return bool(decisions[-1].fact["granted"])


def granted(kind: str, one: Round, readings: Readings) -> list[Act]:
    """The granted requests of one kind in a round, in order; those of unknown instants behind the others."""
    found = [request for request in one.of(kind) if is_granted(request, one.acts, readings)]
    return sorted(found, key=lambda request: is_assumed(request.fact))


def exemptions(facts: Sequence[Fact], readings: Readings) -> set[tuple[str, str, str]]:
    """Every granted exemption as (ticket, unit, item)."""
    found = set()
    for ticket, life in ticket_lives(facts, readings).items():
        for unit in {act.unit for act in life if act.unit is not None}:
            own = [act for act in life if act.unit == unit]
            for act in own:
                if act.kind == "exempt" and is_granted(act, own, readings):
                    item = str(act.fact["item"])
                    found |= {(ticket, unit, one) for one in (EXEMPTIBLE if item == "*" else (item,))}
    return found


# -------------------------------------------------------------------------------- verdicts


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One measure's word on one round (round 0: on a unit's whole custody of a ticket)."""

    measure: str
    ticket: str
    unit: str
    round: int
    channel: str
    state: str
    decided_at_ms: int | None
    month: str | None


@dataclass(frozen=True)
class Judgement:
    """Met or not, and when that is decided."""

    measure: str
    met: bool
    decided_at_ms: int


def verdicts(facts: Sequence[Fact], readings: Readings, as_of_ms: int) -> list[Verdict]:
    """All verdicts of a log, pending ones too (these without instant and month)."""
    found = []
    for everyone, rounds in judged_rounds(facts, readings):
        for one in rounds:
            end_ms = end_of(one, everyone, readings)
            words = [word for word in judge(one, readings) if not lapsed(word, end_ms)]
            found += [verdict(one, one.number, word, readings, as_of_ms) for word in words]
        for unit in sorted({one.unit for one in rounds}):
            own = [one for one in rounds if one.unit == unit]
            together = [*volumes(own, readings), *redone(own, readings)]
            found += [verdict(where, where.number, word, readings, as_of_ms) for where, word in together]
            again = returned_again(own)
            if again is not None:
                found.append(verdict(again[0], 0, again[1], readings, as_of_ms))
    return found


def judged_rounds(facts: Sequence[Fact], readings: Readings) -> list[tuple[list[Round], list[Round]]]:
    """Per ticket all its rounds, and those of them that are judged."""
    found = []
    for ticket, life in ticket_lives(facts, readings).items():
        rounds = rounds_of(ticket, life)
        assisting = readings.assist_rounds == "count"
        judged = [one for one in rounds if assisting or may_lead(one.dispatch)]
        found.append((rounds, judged))
    return found


def verdict(one: Round, number: int, word: Judgement, readings: Readings, as_of_ms: int) -> Verdict:
    """The record of a judgement as it stands at as_of."""
    pending = word.decided_at_ms > as_of_ms
    return Verdict(
        measure=word.measure,
        ticket=one.ticket,
        unit=one.unit,
        round=number,
        channel=one.channel,
        state="pending" if pending else "met" if word.met else "breached",
        decided_at_ms=None if pending else word.decided_at_ms,
        month=None if pending else month_counted(one, word, readings),
    )


def month_counted(one: Round, word: Judgement, readings: Readings) -> str:
    """The month a judgement counts in; a dispatch always in its own."""
    if word.measure == "volume" or readings.month_of == "decided":
        return month_at(word.decided_at_ms)
    if readings.month_of == "dispatched":
        return month_at(one.dispatch.at_ms)
    closes = one.of("close")
    return month_at(closes[0].at_ms if closes else word.decided_at_ms)


def judge(one: Round, readings: Readings) -> list[Judgement]:
    """Every measure's judgement of a round by itself; none where the round is not in its population."""
    judgements = [
        judge_signed(one, readings),
        judge_responded(one, readings),
        judge_returned(one, readings),
        judge_closed(one, readings),
        judge_satisfied(one, readings),
        judge_extended("extended_first", 1, one, readings),
        judge_extended("extended_second", 2, one, readings),
        judge_sealed(one, readings),
    ]
    return [judgement for judgement in judgements if judgement is not None]


def in_time(measure: str, done: Sequence[Act], limit_ms: int) -> Judgement:
    """Met at the first act when it is no later than the limit, else breached at the limit."""
    if done and done[0].at_ms <= limit_ms:
        return Judgement(measure, True, done[0].at_ms)
    return Judgement(measure, False, limit_ms)


def left_by_return(one: Round, readings: Readings) -> bool:
    """Whether a granted return takes the round out of responded, closed and satisfied."""
    return readings.returned_rounds == "leave" and bool(granted("return", one, readings))


def judge_signed(one: Round, readings: Readings) -> Judgement | None:
    """按时签收: within half a working day."""
    if one.lacks("sign") or (granted("return", one, readings) and not one.of("sign")):
        return None
    return in_time("signed", one.of("sign"), deadline(one.dispatch.at_ms, HALF_DAY, readings))


def judge_responded(one: Round, readings: Readings) -> Judgement | None:
    """按期响应: contact within one working day, not denied by any survey."""
    if one.dispatch.fact.get("anonymous") or left_by_return(one, readings) or one.lacks("contact"):
        return None
    # 经回访: any survey of the round makes it one of those asked, whatever it says; when it is decided stays as it is.
    if readings.response_population == "surveyed" and not one.of("survey"):
        return None
    limit_ms = deadline(one.dispatch.at_ms, Fraction(1), readings)
    if any(survey.fact.get("contacted") is False for survey in one.of("survey")):
        return Judgement("responded", False, limit_ms)
    return in_time("responded", one.of("contact"), limit_ms)


def judge_returned(one: Round, readings: Readings) -> Judgement | None:
    """按期退回: the first granted return within two working days, posts one; decided at the return."""
    returns = granted("return", one, readings)
    if not returns:
        return None
    limit = Fraction(1) if one.channel in POSTS else Fraction(2)
    limit_ms = deadline(one.dispatch.at_ms, limit, readings)
    return Judgement(
        "returned", returns[0].at_ms <= limit_ms and is_explained(returns[0], one, readings), returns[0].at_ms
    )


def is_explained(request: Act, one: Round, readings: Readings) -> bool:
    """Whether a return says why, as far as that is asked."""
    # 说明理由退回 stands in 附件1 alone: the hotline's 附件2 asks for no reason. A blank reason is none. The return
    # whose time is judged, the first granted one, is the one whose reason is judged.
    if readings.unexplained_returns == "count" or one.channel not in POSTS:
        return True
    return bool(str(request.fact.get("reason") or "").strip())


def judge_closed(one: Round, readings: Readings) -> Judgement | None:
    """按期办结: closed by the due instant, where there is one."""
    due_ms = due(one, readings)
    if due_ms is None or left_by_return(one, readings) or one.lacks("close"):
        return None
    closes = one.of("close")
    # Sent back even once, the round's last close speaks, also where it lies before the redo. The reading is about
    # this measure alone: the month of a close, its seal and "not closed by then" keep to the first close.
    if readings.redone_closing == "last" and one.of("redo"):
        closes = closes[-1:]
    return in_time("closed", closes, due_ms)


def judge_satisfied(one: Round, readings: Readings) -> Judgement | None:
    """满意: the last rated survey speaks, at its own instant."""
    if left_by_return(one, readings):
        return None
    spoken = None
    for survey in one.of("survey"):
        satisfied = is_satisfied(survey.fact.get("rating"), readings)
        if satisfied is not None:
            spoken = Judgement("satisfied", satisfied, survey.at_ms)
    return spoken


def is_satisfied(rating: str | None, readings: Readings) -> bool | None:
    """Whether a rating word is a satisfied one; None where it rates nothing."""
    if rating == NEUTRAL and readings.neutral_rating != "unrated":
        return readings.neutral_rating == "satisfied"
    if rating in SATISFIED:
        return True
    return False if rating in UNSATISFIED else None


def judge_extended(measure: str, nth: int, one: Round, readings: Readings) -> Judgement | None:
    """首次、二次延期: the nth granted extension, at its own instant."""
    extends = granted("extend", one, readings)
    if len(extends) < nth:
        return None
    at_ms: int | None = extends[nth - 1].at_ms
    if is_assumed(extends[nth - 1].fact):  # at the due instant that it moves, and nowhere where there is none
        at_ms = due(one, readings, nth - 1)
    return None if at_ms is None else Judgement(measure, False, at_ms)


def judge_sealed(one: Round, readings: Readings) -> Judgement | None:
    """盖章 PDF: a closed round of a post is sealed by the end of the month of its first close, or at any time."""
    closes = one.of("close")
    if one.channel not in POSTS or not closes or one.lacks("seal"):
        return None
    limit_ms = month_end(month_at(closes[0].at_ms))
    # Without a time limit nothing is late, only missing: a seal that is known meets it, at its own instant and in that
    # month; as long as none is known, the breach stands at the end of the month of the close.
    if readings.seal_by == "any_time" and one.of("seal"):
        return Judgement("sealed", True, one.of("seal")[0].at_ms)
    return in_time("sealed", one.of("seal"), limit_ms)


# -------------------------------------------------------------------------------- what nobody tells


def untold(facts: Sequence[Fact], readings: Readings) -> set[tuple[str, str, str, int, str, int | None]]:
    """(measure, ticket, unit, round, channel, due) of what has no verdict because no source tells what it needs; the due is that
    of signed, responded and closed, and of sealed where the close is told; of closed none where the limit is not."""
    found = set()
    for everyone, rounds in judged_rounds(facts, readings):
        for one in rounds:
            end_ms = end_of(one, everyone, readings)
            for measure, due_ms in untold_of(one, readings):
                if measure not in ENDING or due_ms is None or end_ms is None or due_ms <= end_ms:
                    found.add((measure, one.ticket, one.unit, one.number, one.channel, due_ms))
    return found


def untold_of(one: Round, readings: Readings) -> Iterator[tuple[str, int | None]]:
    """What is untold of a round by itself."""
    sent_ms, stays = one.dispatch.at_ms, not left_by_return(one, readings)
    back = bool(granted("return", one, readings))
    extends, closing = len(granted("extend", one, readings)), due(one, readings)
    if one.lacks("sign") and not back:
        yield "signed", deadline(sent_ms, HALF_DAY, readings)
    surveyed = readings.response_population == "surveyed"
    if stays and not one.dispatch.fact.get("anonymous"):
        unasked = surveyed and not one.of("survey")
        if (surveyed and one.lacks("survey")) or (one.lacks("contact") and not unasked):
            yield "responded", deadline(sent_ms, Fraction(1), readings)
    if stays and (one.lacks("limit") or (one.lacks("close") and closing is not None)):
        yield "closed", closing
    if stays and (one.lacks("survey") or one.lacks("rating")):
        yield "satisfied", None
    closes = one.of("close")
    if one.channel in POSTS and closes and one.lacks("seal"):
        yield "sealed", month_end(month_at(closes[0].at_ms))
    if one.channel in POSTS and one.lacks("close"):
        yield "sealed", None
    if one.lacks("redo"):
        yield "redone", None
    if tells_not(one, "extend") and not extends:
        yield "extended_first", None
        yield "extended_second", None
    if tells_not(one, "return") and not back:
        yield "returned", None


def tells_not(one: Round, kind: str) -> bool:
    """Whether the source of the dispatch has no column for a kind."""
    return kind in str(one.dispatch.fact.get("untold") or "").replace("=full", "").split()


# -------------------------------------------------------------------------------- what a ticket's rounds are together

ENDING = ("signed", "responded", "closed", "satisfied")


def says_lead(dispatch: Act) -> bool:
    """Whether a dispatch tells in so many words that its unit leads."""
    return bool(dispatch.fact.get("role") == "lead")


def may_lead(dispatch: Act) -> bool:
    """Whether a dispatch tells nothing against its unit's leading."""
    return bool(dispatch.fact.get("role", "lead") == "lead")


def is_open(one: Round, at_ms: int, readings: Readings) -> bool:
    """Whether nothing has finished a round by an instant: no close by then, and no granted return."""
    # A close on the very millisecond is "by then"; a redo does not open a closed round again. A granted return keeps
    # the round from ending whenever it was made: "by then" speaks of the close, and returned rounds have rules of their own.
    return not granted("return", one, readings) and not any(close.at_ms <= at_ms for close in one.of("close"))


def end_of(one: Round, rounds: Sequence[Round], readings: Readings) -> int | None:
    """When a round ends because its ticket went on, to another lead or to its unit anew; None where it does not."""
    # What ends a round is a dispatch, whether or not the new round is itself judged (an assisting one may not be).
    # Each round is looked at by itself: an earlier, still open round of the same unit ends at the same move too.
    later = [other.dispatch for other in rounds if other.dispatch.place > one.dispatch.place]
    ends = []
    if readings.moved_rounds == "leave" and says_lead(one.dispatch):
        ends += [call.at_ms for call in later if call.unit != one.unit and says_lead(call)][:1]
    if readings.repeated_dispatch == "anew":
        ends += [call.at_ms for call in later if call.unit == one.unit][:1]
    return min((end_ms for end_ms in ends if is_open(one, end_ms, readings)), default=None)


def lapsed(word: Judgement, end_ms: int | None) -> bool:
    """Whether a judgement falls away with its round's end: what was decided by that very instant stays."""
    # The judgement itself is asked, not an earlier state of it: a later survey that speaks last, or that denies a
    # contact, takes its measure out of the ended round.
    return end_ms is not None and word.measure in ENDING and word.decided_at_ms > end_ms


def two_leads(facts: Sequence[Fact], readings: Readings) -> set[str]:
    """The tickets that went from an open round to another unit without both dispatches saying that they are lead."""
    # Only the next dispatch that may lead is asked, and only where moved rounds leave: else nothing would have ended.
    found = set()
    for everyone, _ in judged_rounds(facts, readings):
        for one in everyone if readings.moved_rounds == "leave" else ():
            later = [other.dispatch for other in everyone if other.dispatch.place > one.dispatch.place]
            moves = [call for call in later if call.unit != one.unit and may_lead(call)][:1]
            for call in moves if may_lead(one.dispatch) else ():
                told = says_lead(one.dispatch) and says_lead(call)
                if not told and is_open(one, call.at_ms, readings):
                    found.add(one.ticket)
    return found


def volumes(own: Sequence[Round], readings: Readings) -> list[tuple[Round, Judgement]]:
    """办件量 of one unit and ticket: every dispatch, or the first of each month."""
    # The first dispatch of the month carries its channel too: a ticket that comes again by another counts once, there.
    found: list[tuple[Round, Judgement]] = []
    seen = set()
    for one in own:
        month = month_at(one.dispatch.at_ms)
        if readings.volume_of == "dispatches" or month not in seen:
            found.append((one, Judgement("volume", True, one.dispatch.at_ms)))
        seen.add(month)
    return found


def redone(own: Sequence[Round], readings: Readings) -> list[tuple[Round, Judgement]]:
    """退回重办 of one unit and ticket: sent back twice in one round, or twice over all its rounds."""
    if readings.redo_scope == "round":
        groups = [[(one, act) for act in one.of("redo")] for one in own]
    else:
        # All its judged rounds: where assisting rounds leave, their redos leave with them.
        groups = [[(one, act) for one in own for act in one.of("redo")]]
    second = [redos[1] for redos in groups if len(redos) >= 2]
    return [(one, Judgement("redone", False, act.at_ms)) for one, act in second]


def returned_again(rounds: Sequence[Round]) -> tuple[Round, Judgement] | None:
    """退件两次以上仍承办, over all rounds of one unit and ticket, with the round the deciding act lies in."""
    returns = [(one, act) for one in rounds for act in one.of("return")]
    if len(returns) < 2:
        return None
    deciding: list[tuple[Round, Act]] = []
    for one, request in returns[1:]:
        decisions = decisions_on(request, one.acts)
        if decisions and not decisions[-1].fact["granted"]:
            deciding.append((one, next(act for act in decisions if not act.fact["granted"])))
    second = returns[1][1]
    deciding += [(one, one.dispatch) for one in rounds if one.dispatch.place > second.place]
    if not deciding:
        return None
    where, first = min(deciding, key=lambda pair: pair[1].place)
    return where, Judgement("returned_again", False, first.at_ms)


# -------------------------------------------------------------------------------- due


def due(one: Round, readings: Readings, extensions: int | None = None) -> int | None:
    """The instant a round is due, its granted extensions counted, or the first of them; None where none is known."""
    due_ms = first_due(one.dispatch.fact, readings)
    if due_ms is None:
        return None
    for extend in granted("extend", one, readings)[:extensions]:
        if extend.at_ms <= due_ms or is_assumed(extend.fact):
            due_ms = moved(due_ms, extend.fact, one.limit_days, readings)
    return due_ms


def first_due(dispatch: Fact, readings: Readings) -> int | None:
    """The instant a dispatch sets: its own due_at, else its limit in working days."""
    if dispatch.get("due_at") is not None:
        return ms_of(dispatch["due_at"])
    limit_days = days_of(dispatch.get("limit_days"))
    return None if limit_days is None else deadline(ms_of(dispatch["at"]), limit_days, readings)


def moved(due_ms: int, extend: Fact, cap_days: Fraction | None, readings: Readings) -> int:
    """A due instant after one extension made in time, by no more than the original limit."""
    if extend.get("until") is not None:
        until_ms = ms_of(extend["until"])
        if cap_days is not None:
            until_ms = min(until_ms, days_further(due_ms, cap_days, readings))
        return max(due_ms, until_ms)
    days = Fraction(str(extend["days"]))
    return days_further(due_ms, days if cap_days is None else min(days, cap_days), readings)


def days_further(due_ms: int, days: Fraction, readings: Readings) -> int:
    """Working days on from a due instant: whole ones as `next_day`, whatever `whole_days` says."""
    if days.denominator == 1:
        return by_days(due_ms, days, False, readings)
    return deadline(due_ms, days, readings)


# -------------------------------------------------------------------------------- points

Item = tuple[int | None, int | None, Decimal]
Part = tuple[int, int, Fraction]

EXEMPTIBLE = (  # what an exemption from all items ("*") takes a ticket out of
    *("closing", "satisfaction", "redo", "signing", "response", "returns", "extension", "extension.first"),
    *("extension.second", "coordination", "notices", "results", "conduct", "reply_rate", "reply_quality", "sealed_pdf"),
    *(
        "repeat_posts",
        "supervision",
        "operation",
        "knowledge",
        "publicity",
        "training",
        "leadership",
        "stations",
        "honours",
    ),
    "institutions",
)
FINDING_ITEMS = {
    "mishandled": "coordination",
    "notice_unsynced": "notices",
    "poor_result": "results",
    "praise": "conduct",
    "complaint": "conduct",
    "supervised": "conduct",
    "exposure": "conduct",
    "poor_reply": "reply_quality",
    "repeat_post": "repeat_posts",
    "post_supervised": "supervision",
}
ROLE_COSTS = {"lead": Fraction(2), "assist": Fraction(1)}
MODE_COSTS = {mode: Fraction(1) for mode in ("sms", "phone", "wechat")} | {
    mode: Fraction(2) for mode in ("written", "leader", "onsite")
}
PLAIN_COSTS = {
    "notice_unsynced": Fraction(1),
    "poor_result": Fraction(1, 2),
    "praise": Fraction(-1),
    "complaint": Fraction(1),
    "poor_reply": Fraction(2),
    "repeat_post": Fraction(5),
    "post_supervised": Fraction(5),
}
VOLUME_PER_POINT = {"职能单位": 50, "乡镇": 10, "城市社区管委会": 10}
UNREGISTERED = "未登记"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one unit has on one sheet in a month; items are (count, breaches, score)."""

    score: Decimal | None
    basis: str
    rank: int | None
    group: str
    items: dict[str, Item]


@dataclass(frozen=True, kw_only=True)
class Books:
    """All that a month is scored from."""

    period: str
    readings: Readings
    counted: list[Verdict]
    findings: list[Fact]
    exempt: set[tuple[str, str, str]]
    groups: dict[str, str]
    dispatched: set[tuple[str, str]]  # (unit, channel) of the month's dispatches

    def verdicts(self, unit: str, measure: str, channels: Sequence[str], *items: str) -> list[Verdict]:
        """A unit's counted verdicts of a measure on some channels, less those exempted from the items."""
        return [
            one
            for one in self.counted
            if (one.unit, one.measure) == (unit, measure)
            and one.channel in channels
            and not any((one.ticket, unit, item) in self.exempt for item in items)
        ]

    def findings_of(self, unit: str, item: str) -> list[Fact]:
        """A unit's findings that bear on an item, less those on exempted tickets."""
        return [
            finding
            for finding in self.findings
            if finding["unit"] == unit
            and FINDING_ITEMS[finding["item"]] == item
            and (finding.get("ticket"), unit, item) not in self.exempt
        ]

    def has_ticket(self, unit: str, channels: Sequence[str]) -> bool:
        """Whether a dispatch of the month is the unit's, or, where that is enough, a verdict; exempted or not."""
        # Both sheets ask alike: on that of the posts, where nobody gets a mean, a unit without one is not ranked.
        if any((unit, channel) in self.dispatched for channel in channels):
            return True
        told = any(one.unit == unit and one.channel in channels for one in self.counted)
        return told and self.readings.idle_unit == "no_verdict"

    def active(self, channels: Sequence[str]) -> list[str]:
        """The units with a ticket in the month on some channels."""
        units = {one.unit for one in self.counted} | {unit for unit, _ in self.dispatched}
        return sorted(unit for unit in units if self.has_ticket(unit, channels))


def open_books(facts: Sequence[Fact], readings: Readings, period: str, as_of_ms: int) -> Books:
    """The books of one month."""
    return books_of(facts, readings, verdicts(facts, readings, as_of_ms), period, as_of_ms)


def books_of(
    facts: Sequence[Fact], readings: Readings, everything: Sequence[Verdict], period: str, as_of_ms: int
) -> Books:
    """The month's verdicts, dispatches and findings, the exemptions, and every unit's group at the month's end."""
    there = standing(facts)
    return Books(
        period=period,
        readings=readings,
        counted=[one for one in everything if one.month == period],
        findings=[fact for fact in there if is_monthly(fact) and month_at(ms_of(fact["at"])) == period],
        exempt=exemptions(facts, readings),
        groups=groups_at(there, month_end(period)),
        dispatched={
            (one.unit, one.channel)
            for _, rounds in judged_rounds(facts, readings)
            for one in rounds
            if one.dispatch.at_ms <= as_of_ms and month_at(one.dispatch.at_ms) == period
        },
    )


def is_monthly(fact: Fact) -> bool:
    """Whether it is a finding that a monthly sheet judges by."""
    return fact["kind"] == "finding" and fact["item"] in FINDING_ITEMS


def groups_at(there: Sequence[Fact], end_ms: int) -> dict[str, str]:
    """Every unit enrolled by an instant, with the group of its latest enrolment."""
    enrolments = [fact for fact in there if fact["kind"] == "enrol" and ms_of(fact["at"]) <= end_ms]
    return {fact["unit"]: fact["group"] for fact in sorted(enrolments, key=lambda fact: ms_of(fact["at"]))}


def half_up(number: Fraction) -> Fraction:
    """A number to 2 decimals, halves up."""
    return Fraction(floor(number * 100 + Fraction(1, 2)), 100)


def decimal(number: Fraction) -> Decimal:
    """A number of at most 2 decimals, written with exactly 2."""
    hundredths = number * 100
    if hundredths.denominator != 1:
        raise ValueError(f"{number} has more than 2 decimals")
    return Decimal(hundredths.numerator).scaleb(-2)


def clamp(number: Fraction, low: int, high: int) -> Fraction:
    """A number kept between two bounds."""
    return max(Fraction(low), min(Fraction(high), number))


def bounded(won: Fraction, lost: Fraction, limit: int, readings: Readings) -> Fraction:
    """以上加、减分均以 10 分（20 分）为限: what is won less what is lost, bounded as one sum or each side by itself."""
    if readings.reward_bounds == "each_side":
        return min(won, Fraction(limit)) - min(lost, Fraction(limit))
    return clamp(won - lost, -limit, limit)


def rate(part: int, whole: int, readings: Readings) -> Fraction:
    """A share in percent, as the sheet shows it."""
    percent = Fraction(100 * part, whole)
    return half_up(percent) if readings.rounding == "staged" else percent


def past(points: Fraction, readings: Readings) -> Fraction:
    """Percentage points past a threshold that count: none below 0, only full ones under `whole`."""
    points = max(Fraction(0), points)
    return Fraction(floor(points)) if readings.steps == "whole" else points


def lost_below(threshold: int, cases: Sequence[Verdict], readings: Readings) -> Part:
    """A rate of met cases that should reach a threshold: (count, breaches, points lost)."""
    met = sum(1 for case in cases if case.state == "met")
    if not cases:
        return 0, 0, Fraction(0)
    lost = past(threshold - rate(met, len(cases), readings), readings)
    return len(cases), len(cases) - met, lost


def lost_above(threshold: int, breaches: int, volume: int, readings: Readings) -> Part:
    """A rate of the volume that should not pass a threshold: (volume, breaches, points lost)."""
    if volume == 0:
        return 0, breaches, Fraction(0)
    return volume, breaches, past(rate(breaches, volume, readings) - threshold, readings)


def item(points: int, part: Part, extra: Fraction = Fraction(0)) -> Item:
    """An item: what is left of its points, not below 0, to 2 decimals."""
    count, breaches, lost = part
    return count, breaches, decimal(half_up(clamp(points - lost - extra, 0, points)))


def breached(cases: Sequence[Verdict]) -> int:
    """How many of the cases are breaches."""
    return sum(1 for case in cases if case.state == "breached")


def cost(finding: Fact, readings: Readings) -> Fraction:
    """What a finding takes off (below 0: adds), all its occurrences together."""
    count = int(finding.get("count") or 1)
    name = finding["item"]
    if name == "mishandled":
        return count * ROLE_COSTS[finding["role"]]
    if name == "supervised":
        return count * MODE_COSTS[finding["mode"]]
    if name == "exposure":
        return count * Fraction(readings.media_exposure)
    return count * PLAIN_COSTS[name]


def findings_part(books: Books, unit: str, name: str) -> Part:
    """An item judged by findings alone: all of them cost."""
    found = books.findings_of(unit, name)
    count = sum(int(finding.get("count") or 1) for finding in found)
    return count, count, sum((cost(finding, books.readings) for finding in found), Fraction(0))


def cases_part(cases: Sequence[Verdict], price: int) -> Part:
    """An item where every breach has a fixed price."""
    return len(cases), breached(cases), Fraction(price * breached(cases))


# -------------------------------------------------------------------------------- sheets


def hotline_items(books: Books, unit: str) -> dict[str, Item]:
    """附件2, item by item."""
    readings = books.readings

    def cases(measure: str, *items: str) -> list[Verdict]:
        return books.verdicts(unit, measure, HOTLINE, *items)

    def of_volume(measure: str, threshold: int, *items: str) -> Part:
        volume = len(cases("volume", *items))
        return lost_above(threshold, breached(cases(measure, *items)), volume, readings)

    again = 2 * len(cases("returned_again", "returns"))
    first = item(4, of_volume("extended_first", 10, "extension", "extension.first"))
    second = item(4, of_volume("extended_second", 3, "extension", "extension.second"))
    return {
        "closing": item(25, lost_below(100, cases("closed", "closing"), readings)),
        "satisfaction": item(25, lost_below(100, cases("satisfied", "satisfaction"), readings)),
        "redo": item(10, of_volume("redone", 3, "redo")),
        "signing": item(10, lost_below(100, cases("signed", "signing"), readings)),
        "response": item(5, lost_below(90, cases("responded", "response"), readings)),
        "returns": item(6, of_volume("returned", 5, "returns"), Fraction(again)),
        "extension": (None, None, first[2] + second[2]),
        "extension.first": first,
        "extension.second": second,
        "coordination": item(7, findings_part(books, unit, "coordination")),
        "notices": item(2, findings_part(books, unit, "notices")),
        "results": item(2, findings_part(books, unit, "results")),
        "conduct": (None, None, conduct(books, unit)),
    }


def conduct(books: Books, unit: str) -> Decimal:
    """奖惩情况: the volume of all five channels and the findings, within 10 points either way."""
    per_point = VOLUME_PER_POINT.get(books.groups.get(unit, UNREGISTERED))
    volume = len(books.verdicts(unit, "volume", HOTLINE + POSTS, "conduct"))
    return rewards(books, unit, Fraction(0 if per_point is None else volume // per_point))


def rewards(books: Books, unit: str, bonus: Fraction) -> Decimal:
    """A bonus, praises and what speaks against the unit, within 10 points either way."""
    costs = [cost(finding, books.readings) for finding in books.findings_of(unit, "conduct")]
    won = bonus - sum((one for one in costs if one < 0), Fraction(0))
    lost = sum((one for one in costs if one > 0), Fraction(0))
    return decimal(bounded(won, lost, 10, books.readings))


def posts_items(books: Books, unit: str) -> dict[str, Item]:
    """附件1, item by item."""
    supervision = findings_part(books, unit, "supervision")
    return {
        "reply_rate": item(50, lost_below(100, books.verdicts(unit, "closed", POSTS, "reply_rate"), books.readings)),
        "reply_quality": item(10, findings_part(books, unit, "reply_quality")),
        "returns": item(10, cases_part(books.verdicts(unit, "returned", POSTS, "returns"), 2)),
        "sealed_pdf": item(20, cases_part(books.verdicts(unit, "sealed", POSTS, "sealed_pdf"), 2)),
        "repeat_posts": item(10, findings_part(books, unit, "repeat_posts")),
        "supervision": (supervision[0], supervision[1], decimal(clamp(-supervision[2], -10, 0))),
    }


def total(items: Mapping[str, Item]) -> Decimal:
    """The sheet's total, 0..100; a sub-item is already in its item."""
    whole = sum((score for name, (_, _, score) in items.items() if "." not in name), Decimal(0))
    return max(Decimal("0.00"), min(Decimal("100.00"), whole))


def month(facts: Sequence[Fact], readings: Readings, period: str, as_of_ms: int) -> dict[str, dict[str, Result]]:
    """Both sheets of a month: {"hotline": {unit: Result}, "posts": {unit: Result}}."""
    books = open_books(facts, readings, period, as_of_ms)
    return {"hotline": hotline_sheet(books), "posts": posts_sheet(books)}


def hotline_sheet(books: Books) -> dict[str, Result]:
    """附件2: units with a ticket by their tickets, the other enrolled units by the mean of those."""
    active = books.active(HOTLINE)
    items = {unit: hotline_items(books, unit) for unit in active}
    scores: dict[str, Decimal | None] = {unit: total(items[unit]) for unit in active}
    mean = mean_of([score for score in scores.values() if score is not None])
    for unit in books.groups:
        if unit not in items:
            scores[unit] = idle_score(books, unit, mean)
    return ranked(books, scores, items)


def idle_score(books: Books, unit: str, mean: Decimal | None) -> Decimal | None:
    """What a unit without a ticket gets: the mean, with its findings on top where they are applied."""
    if mean is None or books.readings.idle_findings == "ignored":
        return mean
    # Findings alone: each item takes no more than its points, rewards and fines keep their bounds, and no volume
    # counts (posts may have made some). The mean is that of the others, and nobody's mean moves by it.
    full = {"coordination": 7, "notices": 2, "results": 2}
    score = Fraction(mean) + Fraction(rewards(books, unit, Fraction(0)))
    for name, points in full.items():
        score += Fraction(item(points, findings_part(books, unit, name))[2]) - points
    return decimal(clamp(score, 0, 100))


def posts_sheet(books: Books) -> dict[str, Result]:
    """附件1: units with a post, and no others."""
    active = books.active(POSTS)
    items = {unit: posts_items(books, unit) for unit in active}
    return ranked(books, {unit: total(items[unit]) for unit in active}, items)


def mean_of(scores: Sequence[Decimal]) -> Decimal | None:
    """The mean, to 2 decimals half-up; None of none."""
    if not scores:
        return None
    return decimal(half_up(sum((Fraction(score) for score in scores), Fraction(0)) / len(scores)))


def rank_of(score: Decimal, scores: Iterable[Decimal | None]) -> int:
    """One more than the number of better scores."""
    return 1 + sum(1 for one in scores if one is not None and one > score)


def ranked(
    books: Books, scores: Mapping[str, Decimal | None], items: Mapping[str, dict[str, Item]]
) -> dict[str, Result]:
    """The results of a sheet with their ranks."""
    return {
        unit: Result(
            score=score,
            basis="tickets" if unit in items else "mean",
            rank=None if score is None else rank_of(score, scores.values()),
            group=books.groups.get(unit, UNREGISTERED),
            items=items.get(unit, {}),
        )
        for unit, score in scores.items()
    }


# The base sheet and the year are in tests/oracle/oracle_year.py.
