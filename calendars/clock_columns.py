"""The clock for whole columns: the same deadlines, elapsed days and months, as narwhals expressions.

Only integer arithmetic, when/then and equality joins with two small tables (by local day number, by number of
working day): every engine gives the same. What is divided stays below 2**53, as Spark divides in doubles.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import attrs
import narwhals as nw

from calendars.clock import BY_THE_DAY, LAST_MS, WHOLE_DAYS, Clock, instant
from calendars.instants import DAY_MS, ZONE_MS
from calendars.workdays import Calendar

Frame = nw.LazyFrame[Any]
MINE = "__clock_"  # our columns, out of the way of the caller's
DAYS = ("day", "before", "working", "opens", "noon", "reopens", "closes", "rate")
DUES = ("index", "midnight", "due_noon", "due_reopens", "due_closes", "due_morning", "due_rate")
UNSPENT = frozenset({"half_blocks", *BY_THE_DAY})  # what is counted without the office time of the first day
Halves = int | nw.Expr
MARCH_0000 = 719_468  # days from 0000-03-01, the first day of a year that ends with its leap day, to 1970-01-01
FOUR_CENTURIES = 146_097  # days
TURN = ("span", "day", "year", "turn")


@attrs.frozen
class ClockColumns:
    """A clock for the frames of one engine (`backend` as narwhals names it; Spark needs its `session`).

    Every method keeps the rows and the other columns; null, or outside the calendar, gives null.
    """

    clock: Clock
    backend: Any = "polars"
    session: Any = None

    @property
    def ticks_per_day(self) -> int:
        """Ticks of working time in every working day."""
        return self.clock.ticks_per_day

    def with_deadline(
        self, frame: Frame, start: str, halves: int | str, into: str, reading: str | None = None
    ) -> Frame:
        """Add `into`: the deadline (ms) that many half working days after `start` (ms).

        `halves` is a constant or an integer column (null or below 1: null). Odd halves use the reading of
        half_day, even ones that of whole_days. `reading` replaces both, except that a column's odd halves
        keep half_day under a reading of whole days only. Raises ValueError for a constant it cannot count.
        """
        odd, even = self._readings(halves, reading)
        frame, count = self._placed(frame, start), _my("halves") if isinstance(halves, str) else halves
        if isinstance(halves, str):
            limit = nw.col(halves).cast(nw.Int64)
            frame = frame.with_columns(_as("halves", nw.when(limit >= 1).then(limit)))
        if not {odd, even} <= UNSPENT:
            frame = frame.with_columns(_as("spent", _worked_ticks() + count % 2 * (self.ticks_per_day // 2)))
        index = _by_parity(self._index(odd, count), self._index(even, count), odd == even)
        rest = _by_parity(self._rest(odd, count), self._rest(even, count), odd == even)
        frame = frame.with_columns(_as("index", index), _as("rest", rest)).join(
            self._dues, on=MINE + "index", how="left"
        )
        due = _by_parity(self._due_at(odd), self._due_at(even), odd == even)
        frame = frame.with_columns((_my("midnight") + due).alias(into))
        made = {"halves": isinstance(halves, str), "spent": not {odd, even} <= UNSPENT}
        return _tidy(frame, *DAYS, *DUES, "at", "rest", *(name for name, yes in made.items() if yes))

    def with_elapsed(self, frame: Frame, start: str, stop: str, into: str) -> Frame:
        """Add `into`: working time from start to stop in ticks (`ticks_per_day` make a day), or negative."""
        for name, moment in (("from", start), ("to", stop)):
            ticks = _my("before") * self.ticks_per_day + _worked_ticks()
            frame = _tidy(self._placed(frame, moment).with_columns(_as(name, ticks)), *DAYS, "at")
        return _tidy(frame.with_columns((_my("to") - _my("from")).alias(into)), "from", "to")

    def with_month(self, frame: Frame, moment: str, into: str) -> Frame:
        """Add `into`: the local month of an instant (ms), such as 202305, in any year."""
        turned = _my("turn") >= 10  # January and February end the year that began in March
        year = nw.when(turned).then(_my("year") + 1).otherwise(_my("year"))
        month = nw.when(turned).then(_my("turn") - 9).otherwise(_my("turn") + 3)
        return _tidy(_with_turn(frame, moment).with_columns((year * 100 + month).alias(into)), *TURN)

    def with_month_end(self, frame: Frame, moment: str, into: str) -> Frame:
        """Add `into`: the last millisecond (ms) of the local month of an instant, in any year."""
        next_turn = (_my("turn") + 1) % 12
        year = _my("year") + (_my("turn") + 1) // 12
        day = year * 365 + year // 4 - year // 100 + year // 400 + (next_turn * 153 + 2) // 5 - MARCH_0000
        return _tidy(_with_turn(frame, moment).with_columns((day * DAY_MS - ZONE_MS - 1).alias(into)), *TURN)

    def with_open(self, frame: Frame, moment: str, into: str) -> Frame:
        """Add `into`: whether an instant (ms) lies in the office hours of a working day."""
        at = _my("at")
        open_then = ((at >= _my("opens")) & (at <= _my("noon"))) | ((at >= _my("reopens")) & (at <= _my("closes")))
        works = (_my("working") == 1) & open_then
        return _tidy(self._placed(frame, moment).with_columns(works.alias(into)), *DAYS, "at")

    def provisional(self, due: str) -> nw.Expr:
        """Whether the deadline in this column lies after the last official date."""
        return nw.col(due) > self.clock.official_until_ms

    def _readings(self, halves: int | str, reading: str | None) -> tuple[str, str]:
        """What serves odd and even halves; for a constant the one that serves it, twice."""
        if reading is not None and reading not in WHOLE_DAYS:
            raise ValueError(f"no reading {reading!r}: {', '.join(WHOLE_DAYS)}")
        odd, even = reading or self.clock.half_day, reading or self.clock.whole_days
        if isinstance(halves, str):
            return self.clock.half_day if odd in BY_THE_DAY else odd, even
        if halves < 1 or (halves % 2 and odd in BY_THE_DAY):
            raise ValueError(f"{halves} half working days cannot be counted by {odd if halves % 2 else even}")
        return (odd, odd) if halves % 2 else (even, even)

    def _index(self, reading: str, halves: Halves) -> nw.Expr:
        """The number of the working day that the deadline lies in."""
        index = _my("before") + halves // 2
        if reading == "half_blocks":
            return _blocks(halves) // 2
        if reading == "next_day":
            return index + _my("working") - 1
        if reading == "same_day":
            return index - 1
        none, over = _my("spent") == 0, _my("spent") > self.ticks_per_day
        return index + nw.when(none).then(-1).otherwise(nw.when(over).then(1).otherwise(0))

    def _rest(self, reading: str, halves: Halves) -> nw.Expr:
        """What of that day passes: ticks (1 to a whole day), or the number of the block."""
        if reading == "half_blocks":
            return _blocks(halves) % 2
        if reading in BY_THE_DAY:
            return nw.lit(0, nw.Int64)
        spent = _my("spent")
        over = nw.when(spent > self.ticks_per_day).then(spent - self.ticks_per_day).otherwise(spent)
        return nw.when(spent == 0).then(self.ticks_per_day).otherwise(over)

    def _due_at(self, reading: str) -> nw.Expr:
        """Ms from that day's midnight to the deadline."""
        if reading == "half_blocks":
            return nw.when(_my("rest") == 1).then(_my("due_closes")).otherwise(_my("due_noon"))
        if reading in BY_THE_DAY:
            return _my("due_closes") if self.clock.day_ends == "close" else nw.lit(LAST_MS, nw.Int64)
        past_noon = (_my("rest") + _my("due_rate") - 1) // _my("due_rate") - _my("due_morning")
        return past_noon + nw.when(past_noon > 0).then(_my("due_reopens")).otherwise(_my("due_noon"))

    def _placed(self, frame: Frame, moment: str) -> Frame:
        """With the local day of that instant: its place, its office hours, the ms from its midnight."""
        at = nw.col(moment).cast(nw.Int64) + ZONE_MS
        return frame.with_columns(_as("day", at // DAY_MS), _as("at", at % DAY_MS)).join(
            self._days, on=MINE + "day", how="left"
        )

    @cached_property
    def _days(self) -> Frame:
        """Every day of the calendar; one that does not work opens when it is over."""
        return self._table(_every_day(self.clock.calendar))

    @cached_property
    def _dues(self) -> Frame:
        """Every working day, by its number."""
        return self._table(_every_working_day(self.clock.calendar))

    def _table(self, columns: Mapping[str, Sequence[int]]) -> Frame:
        table = nw.from_dict(columns, dict.fromkeys(columns, nw.Int64()), backend="polars")
        return table.lazy(self.backend, session=self.session)


@lru_cache(maxsize=4)  # several readings share a calendar
def _every_day(calendar: Calendar) -> Mapping[str, Sequence[int]]:
    rows = []
    for hours, numbers in calendar.by_season():
        rate = calendar.ticks_per_day // hours.length_ms
        shut, works = (0, *(DAY_MS,) * 4, rate), (1, *hours.morning, *hours.afternoon, rate)
        for number in numbers:
            rest = works if calendar.works(number) else shut
            rows.append((number, calendar.worked_before(number), *rest))
    return _columns(DAYS, rows)


@lru_cache(maxsize=4)
def _every_working_day(calendar: Calendar) -> Mapping[str, Sequence[int]]:
    rows = []
    for hours, numbers in calendar.by_season():
        rate = calendar.ticks_per_day // hours.length_ms
        rest = (hours.morning[1], *hours.afternoon, hours.morning_ms, rate)
        for number in filter(calendar.works, numbers):
            rows.append((calendar.worked_before(number), instant(number, 0), *rest))
    return _columns(DUES, rows)


def _columns(names: tuple[str, ...], rows: Sequence[tuple[int, ...]]) -> Mapping[str, Sequence[int]]:
    return dict(zip((MINE + name for name in names), zip(*rows, strict=True), strict=True))


def _worked_ticks() -> nw.Expr:
    """Office time of the day before the instant; none on a day that does not work."""
    at = _my("at")
    worked = nw.lit(0, nw.Int64)
    for opens, closes in ((_my("opens"), _my("noon")), (_my("reopens"), _my("closes"))):
        within = nw.when(at > opens).then(at - opens).otherwise(0)
        worked = worked + nw.when(at > closes).then(closes - opens).otherwise(within)
    return worked * _my("rate")


def _blocks(halves: Halves) -> nw.Expr:
    """The number of the half-day block that ends with the deadline: blocks begun, and the limit, but one."""
    begun = (_my("at") >= _my("opens")).cast(nw.Int64) + (_my("at") >= _my("reopens")).cast(nw.Int64)
    return _my("before") * 2 + begun + halves - 1


def _by_parity(odd: nw.Expr, even: nw.Expr, same: bool) -> nw.Expr:
    return even if same else nw.when(_my("halves") % 2 == 1).then(odd).otherwise(even)


def _with_turn(frame: Frame, moment: str) -> Frame:
    """With the year from March and the months since: the civil calendar by whole numbers alone.

    Spans of four centuries are taken first: then leap days end years, and their exceptions end centuries.
    """
    days = (nw.col(moment).cast(nw.Int64) + ZONE_MS) // DAY_MS + MARCH_0000
    day, year = _my("day"), _my("year")
    frame = frame.with_columns(_as("span", days // FOUR_CENTURIES), _as("day", days % FOUR_CENTURIES))
    leapless = day - day // 1460 + day // 36_524 - day // 146_096
    frame = frame.with_columns(_as("year", leapless // 365))
    frame = frame.with_columns(_as("day", day - (year * 365 + year // 4 - year // 100)))
    return frame.with_columns(_as("year", year + _my("span") * 400), _as("turn", (day * 5 + 2) // 153))


def _my(name: str) -> nw.Expr:
    return nw.col(MINE + name)


def _as(name: str, expression: nw.Expr) -> nw.Expr:
    return expression.alias(MINE + name)


def _tidy(frame: Frame, *names: str) -> Frame:
    return frame.drop(*(MINE + name for name in names))
