"""Instants <-> working time, one by one and told aloud: deadlines, elapsed days, and the steps in between.

Instants are epoch milliseconds; the local day is Asia/Shanghai's, UTC+8 for as long as the calendar goes.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property

import attrs

from calendars.hours import Block
from calendars.instants import DAY_MS, ZONE_MS
from calendars.workdays import Calendar, Day

LAST_MS = DAY_MS - 1
HALF = Fraction(1, 2)
HALF_DAY = ("elapsed", "half_blocks")
WHOLE_DAYS = ("next_day", "same_day", "elapsed", "half_blocks")
DAY_ENDS = ("close", "midnight")
BY_THE_DAY = ("next_day", "same_day")


@attrs.frozen(kw_only=True)
class Due:
    """Done on `due_ms` is in time. `provisional`: it lies after the last official date."""

    due_ms: int
    reading: str
    limit: Fraction
    provisional: bool


@attrs.frozen
class Step:
    """A span of the way, [from_ms, to_ms), the last one ending on the due: what it was, the days it counted.

    what: counted, make_up (counted, on a make-up day), lunch, after_hours, weekend, holiday, closure,
    start_day and start_block (not counted by the reading), unfinished (not over by the end of the way).
    """

    from_ms: int
    to_ms: int
    what: str
    name: str
    days: Fraction
    provisional: bool


@attrs.frozen
class Clock:
    """A calendar with the readings chosen for it."""

    calendar: Calendar
    half_day: str = attrs.field(default="elapsed", validator=attrs.validators.in_(HALF_DAY))
    whole_days: str = attrs.field(default="next_day", validator=attrs.validators.in_(WHOLE_DAYS))
    day_ends: str = attrs.field(default="close", validator=attrs.validators.in_(DAY_ENDS))

    @property
    def ticks_per_day(self) -> int:
        """Ticks of working time in every working day."""
        return self.calendar.ticks_per_day

    @cached_property
    def official_until_ms(self) -> int:
        """The last millisecond of the last official date."""
        return instant(self.calendar.day(self.calendar.official_until).number, LAST_MS)

    def reading(self, limit: Fraction) -> str:
        """The reading that serves this limit (days)."""
        return self.whole_days if limit.denominator == 1 else self.half_day

    def deadline(self, start_ms: int, limit: Fraction | int | str, reading: str | None = None) -> Due:
        """The deadline `limit` working days after start. Raises OutsideCalendar, and ValueError for a limit
        that the reading cannot count."""
        days = read_limit(limit)
        reading = self.reading(days) if reading is None else reading
        if reading == "elapsed":
            due_ms = self._after(start_ms, days)
        elif reading == "half_blocks":
            due_ms = self._block_end(start_ms, _whole(days * 2, reading, "half days"))
        elif reading in BY_THE_DAY:
            due_ms = self._day_end(start_ms, _whole(days, reading, "whole days"), reading)
        else:
            raise ValueError(f"no reading {reading!r}: {', '.join(WHOLE_DAYS)}")
        return Due(due_ms=due_ms, reading=reading, limit=days, provisional=due_ms > self.official_until_ms)

    def elapsed(self, start_ms: int, stop_ms: int) -> Fraction:
        """Working days from start to stop, negative when stop comes first. Raises OutsideCalendar."""
        return Fraction(self._ticks(stop_ms) - self._ticks(start_ms), self.ticks_per_day)

    def steps(self, start_ms: int, stop_ms: int, reading: str = "elapsed") -> tuple[Step, ...]:
        """The way from start to stop (a due, or an act) as the reading counts it, without gap.

        Up to a due the counted days add up to its limit (`elapsed`: to `elapsed(start, due)`, which can be up
        to a millisecond more where days differ in length). A stop not after start has no steps, but for the
        `same_day` due of a day whose close had passed: one step of no length.
        Raises OutsideCalendar, and ValueError for no reading.
        """
        if reading not in WHOLE_DAYS:
            raise ValueError(f"no reading {reading!r}: {', '.join(WHOLE_DAYS)}")
        if stop_ms <= start_ms:
            return self._passed(start_ms, stop_ms) if reading == "same_day" else ()
        told = self._by_the_day if reading in BY_THE_DAY else self._by_the_block
        return tuple(_merged(told(start_ms, stop_ms, reading)))

    def _ticks(self, ms: int) -> int:
        """Ticks of working time from the calendar's first day until then."""
        number, at = local(ms)
        before, opens, noon, reopens, closes, rate = self._offices.get(number) or self._office(number)
        if at <= opens:
            return before
        if at <= reopens:
            return before + ((at if at < noon else noon) - opens) * rate
        return before + (noon - opens + (at if at < closes else closes) - reopens) * rate

    @cached_property
    def _offices(self) -> dict[int, tuple[int, ...]]:
        return {}

    def _office(self, number: int) -> tuple[int, ...]:
        """Of a local day, kept for the next time it is asked: the ticks before it, its office hours, its ticks in a millisecond. A day
        that does not work opens when it is over."""
        hours = self.calendar.hours(number)
        opens = (*hours.morning, *hours.afternoon) if self.calendar.works(number) else (DAY_MS,) * 4
        before = self.calendar.worked_before(number) * self.ticks_per_day
        self._offices[number] = (before, *opens, self.ticks_per_day // hours.length_ms)
        return self._offices[number]

    def _after(self, start_ms: int, days: Fraction) -> int:
        """The earliest instant by which that many days have passed: a block's end, not the next start."""
        day = self.ticks_per_day * days.denominator  # counted in this part of a tick, all numbers are whole
        target = self._ticks(start_ms) * days.denominator + self.ticks_per_day * days.numerator
        index = -(-target // day) - 1
        number = self.calendar.nth_working(index)
        _, opens, noon, reopens, _, rate = self._offices.get(number) or self._office(number)
        past_noon = -(-(target - index * day) // (days.denominator * rate)) - (noon - opens)
        return instant(number, past_noon + (reopens if past_noon > 0 else noon))

    def _block_end(self, start_ms: int, halves: int) -> int:
        number, at = local(start_ms)
        begun = 2 * self.calendar.worked_before(number)
        if self.calendar.works(number):
            hours = self.calendar.hours(number)
            begun += (at >= hours.morning[0]) + (at >= hours.afternoon[0])
        index, afternoon = divmod(begun + halves - 1, 2)
        due = self.calendar.nth_working(index)
        hours = self.calendar.hours(due)
        return instant(due, hours.afternoon[1] if afternoon else hours.morning[1])

    def _day_end(self, start_ms: int, days: int, reading: str) -> int:
        number, _ = local(start_ms)
        index = self.calendar.worked_before(number) + days - 1
        if reading == "next_day":
            index += self.calendar.works(number)
        due = self.calendar.nth_working(index)
        return instant(due, self._end_of(due))

    def _end_of(self, number: int) -> int:
        return self.calendar.hours(number).afternoon[1] if self.day_ends == "close" else LAST_MS

    def _passed(self, start_ms: int, stop_ms: int) -> tuple[Step, ...]:
        day = self.calendar.numbered(local(start_ms)[0])
        if not day.working or stop_ms != instant(day.number, self._end_of(day.number)):
            return ()
        return (_step(start_ms, start_ms, _worked(day), day, Fraction(1)),)

    def _by_the_day(self, start_ms: int, stop_ms: int, reading: str) -> Iterator[Step]:
        for day, from_ms, to_ms in self._days(start_ms, stop_ms):
            if not day.working:
                yield _step(from_ms, to_ms, day.kind, day)
            elif reading == "next_day" and day.number == local(start_ms)[0]:
                yield _step(from_ms, to_ms, "start_day", day, name="起始日不计")
            elif instant(day.number, self._end_of(day.number)) <= stop_ms:
                yield _step(from_ms, to_ms, _worked(day), day, Fraction(1))
            else:
                yield _step(from_ms, to_ms, "unfinished", day, name="当日未满")

    def _by_the_block(self, start_ms: int, stop_ms: int, reading: str) -> Iterator[Step]:
        for day, from_ms, to_ms in self._days(start_ms, stop_ms):
            if not day.working:
                yield _step(from_ms, to_ms, day.kind, day)
                continue
            hours, midnight = self.calendar.hours(day.number), instant(day.number, 0)
            parts: tuple[tuple[str, Block], ...] = (
                ("after_hours", (0, hours.morning[0])),
                ("block", hours.morning),
                ("lunch", (hours.morning[1], hours.afternoon[0])),
                ("block", hours.afternoon),
                ("after_hours", (hours.afternoon[1], DAY_MS)),
            )
            for part, (opens, closes) in parts:
                first, last = max(from_ms, midnight + opens), min(to_ms, midnight + closes)
                if first >= last:
                    continue
                if part != "block":
                    yield _step(first, last, part, day, name="午休" if part == "lunch" else "下班")
                elif reading == "elapsed":
                    yield _step(first, last, _worked(day), day, Fraction(last - first, hours.length_ms))
                elif midnight + opens <= start_ms:
                    yield _step(first, last, "start_block", day, name="起始半日不计")
                elif midnight + closes <= stop_ms:
                    yield _step(first, last, _worked(day), day, HALF)
                else:
                    yield _step(first, last, "unfinished", day, name="半日未满")

    def _days(self, start_ms: int, stop_ms: int) -> Iterator[tuple[Day, int, int]]:
        """The days that [start, stop) touches, each with the part it touches."""
        for number in range(local(start_ms)[0], local(stop_ms - 1)[0] + 1):
            midnight = instant(number, 0)
            yield (
                self.calendar.numbered(number),
                max(start_ms, midnight),
                min(stop_ms, midnight + DAY_MS),
            )


def local(ms: int) -> tuple[int, int]:
    """The local day number of an instant, and its ms from local midnight."""
    return divmod(ms + ZONE_MS, DAY_MS)


def instant(number: int, at_ms: int) -> int:
    """The instant `at_ms` after the midnight that begins this local day."""
    return number * DAY_MS + at_ms - ZONE_MS


def read_limit(limit: Fraction | int | str) -> Fraction:
    """A limit in working days: 2, "0.5" or a Fraction, above 0. Raises ValueError; never a float."""
    if isinstance(limit, Fraction) and limit.numerator > 0:
        return limit
    if isinstance(limit, float):
        raise ValueError(f"the limit {limit!r} is a float; give it as text, such as '0.5'")
    days = Fraction(limit)
    if days <= 0:
        raise ValueError(f"the limit {limit} is not above 0 working days")
    return days


def _whole(count: Fraction, reading: str, unit: str) -> int:
    if count.denominator != 1:
        raise ValueError(f"reading {reading} counts {unit}; this limit is not a number of {unit}")
    return count.numerator


def _worked(day: Day) -> str:
    return "make_up" if day.kind == "make_up" else "counted"


def _step(from_ms: int, to_ms: int, what: str, day: Day, days: Fraction = Fraction(0), name: str | None = None) -> Step:
    return Step(from_ms, to_ms, what, name or day.reason, days, day.provisional)


def _merged(steps: Iterable[Step]) -> Iterator[Step]:
    """Uncounted steps of one reason that touch are one."""
    last: Step | None = None
    for step in steps:
        if last is not None and not last.days and _same(last, step):
            last = attrs.evolve(last, to_ms=step.to_ms)
            continue
        if last is not None:
            yield last
        last = step
    if last is not None:
        yield last


def _same(one: Step, other: Step) -> bool:
    return (one.what, one.name, one.provisional) == (other.what, other.name, other.provisional)
