"""The calendars room: days, office hours, deadlines and the way to them, one by one and in columns."""

import json
import random
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.clock import DAY_ENDS, HALF_DAY, WHOLE_DAYS, Clock, Step, instant, local
from calendars.clock_columns import ClockColumns
from calendars.workdays import Calendar, CalendarError, OutsideCalendar, calendar
from kaoping.files.calendars import read_source
from ledger.sentences import UnusableFile

ROOT = Path(__file__).parents[2]
HOLIDAY_CN = ROOT.parent / "shared" / "data" / "calendars" / "holiday-cn"
SHANGHAI = timezone(timedelta(hours=8))
DATA = tuple(
    read_source((ROOT / "data" / "calendars" / name).read_text(encoding="utf-8"), name)
    for name in ("hours.toml", "notices.toml", "closures.toml")
)
# Summer days are 6 hours 31, days around New Year have no noon break, and a flood closed the office.
LOCAL = """
[[hours]]
from = "06-01"
until = "09-30"
morning = ["08:30", "12:00"]
afternoon = ["14:30", "17:31"]
source = "夏季作息"

[[hours]]
from = "12-15"
until = "01-15"
years = [2022, 2023]
morning = ["09:00", "12:00"]
afternoon = ["12:00", "17:00"]
source = "年末作息"

[[closure]]
from = 2023-05-09
to = 2023-05-14
name = "防汛停工"
document = "×府办明电〔2023〕1号"
"""
PLAIN = calendar(DATA)
SEASONAL = calendar((*DATA, read_source(LOCAL, "local.toml")))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp() * 1000)


def show(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, SHANGHAI).strftime("%m-%d %H:%M")


def due(clock: Clock, start: str, limit: str, reading: str | None = None) -> str:
    return show(clock.deadline(at(start), limit, reading).due_ms)


def told(steps: tuple[Step, ...]) -> list[str]:
    return [f"{show(s.from_ms)} {show(s.to_ms)} {s.what} {s.name} {s.days}" for s in steps]


# ------------------------------------------------------------------------------------------ deadlines

TUE, FRI, MON = "2023-05-09 10:20", "2023-05-12 16:50", "2023-05-15 12:40"
CONTRACT = [
    (TUE, "0.5", "elapsed", "05-09 15:20"),
    (TUE, "0.5", "half_blocks", "05-09 17:30"),
    (TUE, "1", "elapsed", "05-10 10:20"),
    (TUE, "1", "next_day", "05-10 17:30"),
    (TUE, "1", "same_day", "05-09 17:30"),
    (TUE, "2", "elapsed", "05-11 10:20"),
    (TUE, "2", "next_day", "05-11 17:30"),
    (TUE, "2", "same_day", "05-10 17:30"),
    (FRI, "0.5", "elapsed", "05-15 11:50"),
    (FRI, "0.5", "half_blocks", "05-15 12:00"),
    (FRI, "1", "elapsed", "05-15 16:50"),
    (FRI, "1", "next_day", "05-15 17:30"),
    (FRI, "1", "same_day", "05-12 17:30"),
    (FRI, "2", "elapsed", "05-16 16:50"),
    (FRI, "2", "next_day", "05-16 17:30"),
    (FRI, "2", "same_day", "05-15 17:30"),
    (MON, "0.5", "elapsed", "05-15 17:00"),
    (MON, "0.5", "half_blocks", "05-15 17:30"),
    (MON, "1", "elapsed", "05-16 12:00"),
    (MON, "1", "next_day", "05-16 17:30"),
    (MON, "1", "same_day", "05-15 17:30"),
    (MON, "2", "elapsed", "05-17 12:00"),
    (MON, "2", "next_day", "05-17 17:30"),
    (MON, "2", "same_day", "05-16 17:30"),
]
EDGES = [  # just before, on, and just after a block's ends; and days that do not work
    ("2023-05-09 08:59:59.999", "0.5", "half_blocks", "05-09 12:00"),
    ("2023-05-09 09:00", "0.5", "half_blocks", "05-09 17:30"),
    ("2023-05-09 11:59:59.999", "0.5", "half_blocks", "05-09 17:30"),
    ("2023-05-09 12:00", "0.5", "half_blocks", "05-09 17:30"),
    ("2023-05-09 13:29:59.999", "0.5", "half_blocks", "05-09 17:30"),
    ("2023-05-09 13:30", "0.5", "half_blocks", "05-10 12:00"),
    ("2023-05-09 17:30", "0.5", "half_blocks", "05-10 12:00"),
    ("2023-05-09 17:29", "1.5", "half_blocks", "05-11 12:00"),
    ("2023-05-09 09:00", "1", "elapsed", "05-09 17:30"),
    ("2023-05-09 08:00", "1", "elapsed", "05-09 17:30"),
    ("2023-05-09 17:30", "1", "elapsed", "05-10 17:30"),
    ("2023-05-09 18:00", "1", "same_day", "05-09 17:30"),
    ("2023-05-09 00:00", "1", "next_day", "05-10 17:30"),
    ("2023-05-13 10:00", "1", "same_day", "05-15 17:30"),
    ("2023-05-13 10:00", "1", "next_day", "05-15 17:30"),
    ("2023-05-09 10:20", "1/7", "elapsed", "05-09 11:20"),
    ("2023-04-28 16:00", "1", "next_day", "05-04 17:30"),  # 五一
    ("2023-09-28 16:00", "1", "next_day", "10-07 17:30"),  # 国庆, and the Saturday works
    ("2023-09-28 16:00", "3", "next_day", "10-09 17:30"),
    ("2023-01-20 16:50", "0.5", "elapsed", "01-28 11:50"),  # 春节, and the Saturday works
]


@pytest.mark.parametrize(("start", "limit", "reading", "expected"), CONTRACT + EDGES)
def test_deadlines(start: str, limit: str, reading: str, expected: str) -> None:
    assert due(Clock(PLAIN), start, limit, reading) == expected


def test_readings_serve_their_limits_and_days_may_end_at_midnight() -> None:
    assert due(Clock(PLAIN), TUE, "0.5") == "05-09 15:20"
    assert due(Clock(PLAIN), TUE, "1") == "05-10 17:30"
    late = Clock(PLAIN, "half_blocks", "same_day", "midnight")
    assert due(late, TUE, "0.5") == "05-09 17:30"
    assert late.deadline(at(TUE), 1).due_ms == at("2023-05-09 23:59:59.999")


@pytest.mark.parametrize(
    ("limit", "reading"),
    [
        ("0.5", "next_day"),
        ("1.5", "same_day"),
        ("0.3", "half_blocks"),
        ("0", None),
        ("-1", None),
        ("1", "soon"),
    ],
)
def test_a_limit_that_cannot_be_counted_is_refused(limit: str, reading: str | None) -> None:
    with pytest.raises(ValueError, match=r"limit|counts|reading"):
        Clock(PLAIN).deadline(at(TUE), limit, reading)


def test_neither_floats_nor_unknown_readings_are_taken() -> None:
    with pytest.raises(ValueError, match="float"):
        Clock(PLAIN).deadline(at(TUE), 0.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="half_day"):
        Clock(PLAIN, "next_day")
    with pytest.raises(ValueError, match="no reading"):
        Clock(PLAIN).steps(at(TUE), at(FRI), "soon")


# ------------------------------------------------------------------------------------------ steps


def test_the_way_over_a_holiday_is_told_by_the_day() -> None:
    clock, start = Clock(PLAIN), at("2023-09-28 16:00")
    assert told(clock.steps(start, clock.deadline(start, 2).due_ms, "next_day")) == [
        "09-28 16:00 09-29 00:00 start_day 起始日不计 0",
        "09-29 00:00 09-30 00:00 holiday 中秋节 0",
        "09-30 00:00 10-07 00:00 holiday 国庆节 0",
        "10-07 00:00 10-08 00:00 make_up 调休上班 1",
        "10-08 00:00 10-08 17:30 make_up 调休上班 1",
    ]


def test_the_way_over_a_weekend_is_told_by_the_block() -> None:
    clock = Clock(PLAIN)
    assert told(clock.steps(at(FRI), clock.deadline(at(FRI), 1, "elapsed").due_ms)) == [
        "05-12 16:50 05-12 17:30 counted 工作日 2/21",
        "05-12 17:30 05-13 00:00 after_hours 下班 0",
        "05-13 00:00 05-15 00:00 weekend 周末 0",
        "05-15 00:00 05-15 09:00 after_hours 下班 0",
        "05-15 09:00 05-15 12:00 counted 工作日 3/7",
        "05-15 12:00 05-15 13:30 lunch 午休 0",
        "05-15 13:30 05-15 16:50 counted 工作日 10/21",
    ]


def test_the_block_of_start_is_named_and_nights_are_one_step() -> None:
    clock, start = Clock(PLAIN), at("2023-05-09 13:30")
    assert told(clock.steps(start, clock.deadline(start, 1, "half_blocks").due_ms, "half_blocks")) == [
        "05-09 13:30 05-09 17:30 start_block 起始半日不计 0",
        "05-09 17:30 05-10 09:00 after_hours 下班 0",
        "05-10 09:00 05-10 12:00 counted 工作日 1/2",
        "05-10 12:00 05-10 13:30 lunch 午休 0",
        "05-10 13:30 05-10 17:30 counted 工作日 1/2",
    ]


def test_an_act_before_the_due_leaves_its_day_unfinished() -> None:
    clock = Clock(PLAIN)
    by_day = clock.steps(at(TUE), at("2023-05-10 11:00"), "next_day")
    assert [step.what for step in by_day] == ["start_day", "unfinished"]
    by_block = clock.steps(at(TUE), at("2023-05-09 15:00"), "half_blocks")
    assert [step.what for step in by_block] == ["start_block", "lunch", "unfinished"]
    assert clock.steps(at(TUE), at(TUE)) == () == clock.steps(at(FRI), at(TUE))


def test_a_closure_is_named_in_the_steps() -> None:
    clock = Clock(SEASONAL)
    assert due(clock, "2023-05-08 10:00", "1") == "05-15 17:30"
    steps = clock.steps(at("2023-05-08 10:00"), at("2023-05-15 17:30"), "next_day")
    assert [(s.what, s.name) for s in steps][1:3] == [("closure", "防汛停工"), ("weekend", "周末")]


# ------------------------------------------------------------------------------------------ laws

CALENDARS = st.sampled_from([PLAIN, SEASONAL])
STARTS = st.integers(at("2004-01-01 00:00"), at("2030-12-31 23:59")) | st.builds(
    lambda day, minute: instant(day, minute * 60_000), st.integers(12_418, 22_279), st.integers(500, 1_060)
)
HALVES = st.integers(1, 40).map(lambda halves: Fraction(halves, 2))


def readings_of(limit: Fraction) -> tuple[str, ...]:
    return WHOLE_DAYS if limit.denominator == 1 else HALF_DAY


@given(CALENDARS, STARTS, HALVES, st.sampled_from(DAY_ENDS))
@settings(deadline=None)
def test_steps_cover_the_way_and_add_up(days: Calendar, start: int, limit: Fraction, ends: str) -> None:
    clock = Clock(days, day_ends=ends)
    for reading in readings_of(limit):
        stop = clock.deadline(start, limit, reading).due_ms
        steps = clock.steps(start, stop, reading)
        whole = clock.elapsed(start, stop) if reading == "elapsed" else limit
        assert sum(step.days for step in steps) == whole
        if stop > start:
            assert (steps[0].from_ms, steps[-1].to_ms) == (start, stop)
            assert all(step.from_ms < step.to_ms for step in steps)
        assert all(one.to_ms == other.from_ms for one, other in pairwise(steps))


@given(CALENDARS, STARTS, st.fractions(Fraction(1, 1000), 30))
@settings(deadline=None)
def test_elapsed_is_the_inverse_of_its_deadline(days: Calendar, start: int, limit: Fraction) -> None:
    clock = Clock(days)
    stop = clock.deadline(start, limit, "elapsed").due_ms
    assert clock.elapsed(start, stop) >= limit > clock.elapsed(start, stop - 1)
    assert clock.elapsed(stop, start) == -clock.elapsed(start, stop)


@given(STARTS, HALVES)
@settings(deadline=None)
def test_where_days_are_equally_long_the_inverse_is_exact(start: int, limit: Fraction) -> None:
    clock = Clock(PLAIN)
    assert clock.elapsed(start, clock.deadline(start, limit, "elapsed").due_ms) == limit


@given(CALENDARS, STARTS, st.integers(0, 10**9), HALVES, HALVES)
@settings(deadline=None)
def test_later_or_longer_is_never_due_earlier(
    days: Calendar, start: int, later: int, limit: Fraction, more: Fraction
) -> None:
    clock = Clock(days)
    for reading in readings_of(limit):
        first = clock.deadline(start, limit, reading).due_ms
        assert clock.deadline(start + later, limit, reading).due_ms >= first
        if reading in readings_of(limit + more):
            assert clock.deadline(start, limit + more, reading).due_ms > first


# ------------------------------------------------------------------------------------------ columns


def some_rows(days: Calendar, count: int) -> pl.DataFrame:
    pick, rows = random.Random(count), []
    low, high = instant(days.numbers.start - 9, 0), instant(days.numbers.stop + 9, 0)
    for row in range(count):
        start, stop = pick.randrange(low, high), pick.randrange(low, high)
        edge = instant(local(start)[0], pick.choice((0, 540, 720, 810, 870, 1050, 1051)) * 60_000)
        moment = pick.choice((None, start, start, edge, edge))
        rows.append((row, moment, pick.choice((None, stop, stop)), pick.choice((None, 0, -1, *range(1, 13)))))
    return pl.DataFrame(rows, {"day": pl.Int64, "start": pl.Int64, "stop": pl.Int64, "h": pl.Int64}, orient="row")


def by_one(clock: Clock, start: int | None, halves: int | None, reading: str | None = None) -> int | None:
    if start is None or halves is None or halves < 1:
        return None
    try:
        return clock.deadline(start, Fraction(halves, 2), reading).due_ms
    except OutsideCalendar:
        return None


@pytest.mark.parametrize("days", [PLAIN, SEASONAL], ids=["plain", "seasonal"])
@pytest.mark.parametrize(("half_day", "whole_days", "ends"), list(product(HALF_DAY, WHOLE_DAYS, DAY_ENDS)))
def test_columns_give_what_the_clock_gives(days: Calendar, half_day: str, whole_days: str, ends: str) -> None:
    clock, rows = Clock(days, half_day, whole_days, ends), some_rows(days, 1_000)
    columns = ClockColumns(clock)
    frame = columns.with_deadline(nw.from_native(rows.lazy()), "start", "h", "due")
    for halves in (1, 2):
        frame = columns.with_deadline(frame, "start", halves, f"due{halves}")
    out = frame.collect().to_native()
    assert out.columns == [*rows.columns, "due", "due1", "due2"]
    for _, start, _, halves, due, due1, due2 in out.sort("day").rows():
        assert due == by_one(clock, start, halves), (start, halves)
        assert (due1, due2) == (by_one(clock, start, 1), by_one(clock, start, 2))


@pytest.mark.parametrize("reading", WHOLE_DAYS)
def test_a_reading_replaces_the_clocks(reading: str) -> None:
    clock, rows = Clock(SEASONAL), some_rows(SEASONAL, 500)
    frame = ClockColumns(clock).with_deadline(nw.from_native(rows.lazy()), "start", "h", "due", reading)
    for start, halves, due in frame.collect().to_native().select("start", "h", "due").rows():
        kept = halves is not None and halves % 2 and reading in ("next_day", "same_day")
        assert due == by_one(clock, start, halves, None if kept else reading)


def test_elapsed_and_months_in_columns() -> None:
    clock, rows = Clock(SEASONAL), some_rows(SEASONAL, 2_000)
    columns = ClockColumns(clock)
    frame = columns.with_elapsed(nw.from_native(rows.lazy()), "start", "stop", "ticks")
    frame = columns.with_month_end(columns.with_month(frame, "start", "month"), "start", "end")
    for _, start, stop, _, ticks, month, end in frame.collect().to_native().rows():
        try:
            days = None if None in (start, stop) else clock.elapsed(start, stop)
        except OutsideCalendar:
            days = None
        assert ticks == (None if days is None else days * columns.ticks_per_day)
        if start is None:
            assert (month, end) == (None, None)
            continue
        day = datetime.fromtimestamp(start / 1000, SHANGHAI)
        after = datetime(day.year + day.month // 12, day.month % 12 + 1, 1, tzinfo=SHANGHAI)
        assert (month, end) == (day.year * 100 + day.month, after.timestamp() * 1000 - 1)


@pytest.mark.parametrize(("halves", "reading"), [(1, "next_day"), (0, None), (-2, None), (2, "soon")])
def test_a_constant_that_cannot_be_counted_is_refused(halves: int, reading: str | None) -> None:
    frame: nw.LazyFrame[Any] = nw.from_native(some_rows(PLAIN, 1).lazy())
    with pytest.raises(ValueError, match=r"counted|reading"):
        ClockColumns(Clock(PLAIN)).with_deadline(frame, "start", halves, "due", reading)


# ------------------------------------------------------------------------------------------ days


def test_every_official_day_since_2007() -> None:
    if not HOLIDAY_CN.is_dir():
        pytest.skip(f"the official notices are not at {HOLIDAY_CN}")
    named: dict[str, bool] = {}
    for file in sorted(HOLIDAY_CN.glob("*.json")):
        named |= {day["date"]: not day["isOffDay"] for day in json.loads(file.read_text("utf-8"))["days"]}
    day = date(2007, 1, 1)
    while day <= date(2024, 12, 31):
        assert PLAIN.day(day).working == named.get(day.isoformat(), day.weekday() < 5), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("2023-01-28", "make_up", "调休上班"),
        ("2023-04-05", "holiday", "清明节"),
        ("2023-10-08", "make_up", "调休上班"),
        ("2023-10-09", "working", "工作日"),
        ("2023-10-14", "weekend", "周末"),
        ("2015-09-03", "holiday", "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日"),
    ],
)
def test_a_day_says_why(text: str, kind: str, reason: str) -> None:
    day = PLAIN.day(date.fromisoformat(text))
    assert (day.kind, day.reason, day.working) == (kind, reason, kind in ("working", "make_up"))
    assert day.number == (datetime.combine(day.date, datetime.min.time(), UTC)).timestamp() / 86_400


def test_after_the_last_notice_days_are_provisional() -> None:
    official = PLAIN.official_until
    assert (official.month, official.day, PLAIN.until.year) == (12, 31, official.year + 5)
    assert not PLAIN.day(official).provisional
    new_year = PLAIN.day(official + timedelta(days=1))
    assert new_year.provisional
    assert new_year.working == (new_year.date.weekday() < 5)
    clock, start = Clock(PLAIN), at(f"{official} 10:00")
    deadline = clock.deadline(start, 3)
    assert deadline.provisional
    assert not clock.deadline(start - 10 * 86_400_000, 1).provisional
    flags = [step.provisional for step in clock.steps(start, deadline.due_ms, deadline.reading)]
    assert flags == sorted(flags)
    assert set(flags) == {False, True}
    ms = clock.official_until_ms
    last = Clock(PLAIN, whole_days="same_day", day_ends="midnight").deadline(start, 1)
    assert (last.due_ms, last.provisional) == (ms, False)
    frame = nw.from_native(pl.LazyFrame({"due": [ms, ms + 1, None]}))
    told = frame.with_columns(flag=ClockColumns(clock).provisional("due")).collect().to_native()
    assert told["flag"].to_list() == [False, True, None]


@pytest.mark.parametrize("start", ["2003-12-31 23:59:59.999", "1969-05-01 09:00"])
def test_before_the_first_known_year_is_refused(start: str) -> None:
    with pytest.raises(OutsideCalendar, match="outside the calendar, which knows 2004-01-01 to"):
        Clock(PLAIN).deadline(at(start), 1)


def test_past_the_horizon_is_refused() -> None:
    last = instant(PLAIN.numbers[-1], 0)
    for start, limit in ((last, 30), (last + 86_400_000, 1), (10**17, 1)):
        with pytest.raises(OutsideCalendar):
            Clock(PLAIN).deadline(start, limit)


# ------------------------------------------------------------------------------------------ files

NOTICE = """
[[notice]]
document = "国办发明电〔{year}〕9号"
title = "放假安排"
published = {year}-11-01
source = "https://www.gov.cn/{year}"
covers_year = {covers}
days = [ {{ date = {covers}-01-01, working = false, name = "元旦" }}, {days} ]
"""


def notice(year: int, covers: int, days: str = "") -> str:
    return NOTICE.format(year=year, covers=covers, days=days)


def test_a_notice_makes_its_year_official() -> None:
    covers = PLAIN.official_until.year + 1
    saturday = next(day for n in range(7) if (day := date(covers, 2, 1 + n)).weekday() == 5)
    row = f'{{ date = {saturday}, working = true, name = "春节调休" }}'
    days = calendar((*DATA, read_source(notice(2026, covers, row), "notices.toml")))
    assert days.official_until == date(covers, 12, 31)
    assert days.until == date(covers + 5, 12, 31)
    found = days.day(saturday)
    assert (found.kind, found.reason, found.provisional) == ("make_up", "春节调休", False)
    assert found.source == "国办发明电〔2026〕9号 https://www.gov.cn/2026"
    assert days.day(date(covers, 1, 1)).reason == "元旦"


def test_the_later_notice_speaks() -> None:
    row = '{{ date = 2023-05-0{}, working = {}, name = "{}" }}'
    first = read_source(notice(2024, 2024, row.format(8, "false", "早")), "a")
    later = read_source(notice(2025, 2025, row.format(8, "true", "晚")), "b")
    assert calendar((*DATA, later, first)).day(date(2023, 5, 8)).reason == "晚"


def test_notices_that_leave_a_year_out_or_contradict_are_refused() -> None:
    far = PLAIN.official_until.year + 2
    row = '{{ date = 2023-05-08, working = {}, name = "乱" }}'
    sources = [read_source(notice(2026, far, row.format(word)), word) for word in ("true", "false")]
    with pytest.raises(CalendarError) as caught:
        calendar((*DATA, *sources))
    found = [(mistake.file, mistake.key) for mistake in caught.value.mistakes]
    assert found == [
        ("true", "notice[0].covers_year"),
        ("false", "notice[0].covers_year"),
        ("false", "notice[0].days[1].date"),
    ]


def test_a_closure_takes_working_days_only() -> None:
    assert [SEASONAL.day(date(2023, 5, day)).kind for day in (8, 9, 12, 13, 14, 15)] == [
        *("working", "closure", "closure", "weekend", "weekend", "working")
    ]
    assert SEASONAL.day(date(2023, 5, 9)).source == "×府办明电〔2023〕1号"


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2023-05-31", "09:00-12:00 13:30-17:30"),
        ("2023-06-01", "08:30-12:00 14:30-17:31"),
        ("2023-09-30", "08:30-12:00 14:30-17:31"),
        ("2023-10-01", "09:00-12:00 13:30-17:30"),
        ("2023-12-15", "09:00-12:00 12:00-17:00"),
        ("2024-01-15", "09:00-12:00 12:00-17:00"),
        ("2024-01-16", "09:00-12:00 13:30-17:30"),
        ("2024-12-20", "09:00-12:00 13:30-17:30"),
        ("2030-07-01", "08:30-12:00 14:30-17:31"),
    ],
)
def test_the_seasons_of_a_year(text: str, hours: str) -> None:
    assert SEASONAL.hours(SEASONAL.day(date.fromisoformat(text)).number).show() == hours


def test_a_season_of_one_day() -> None:
    days = calendar((*DATA, read_source(hours("2023-05-09", "until = 2023-05-09", "16:30"), "one.toml")))
    closes = [days.hours(days.day(date(2023, 5, day)).number).afternoon[1] // 60_000 for day in (8, 9, 10)]
    assert closes == [1050, 990, 1050]


BAD = """
[[hours]]
from = "06-1"
morning = ["9:00", "12:00"]
afternoon = ["13:30", "17:30"]
sauce = 1
[[hours]]
from = 2023-01-01
years = [2023]
morning = ["09:00", "12:00"]
afternoon = ["13:30", "17:30"]
source = 7
[[hours]]
from = "06-01"
until = "09-30"
morning = ["09:00", "12:00"]
afternoon = ["11:30", "17:30"]
source = "重叠"
[[closure]]
from = 2023-05-09
to = 2023-05-08
name = "倒着"
document = "无"
[[notice]]
document = "无"
title = "无"
published = "2023-02-30"
source = "无"
days = [ { date = 2023-05-01, working = "no", name = "五一" } ]
[[holiday]]
"""


def test_every_mistake_of_a_file_is_named_at_once() -> None:
    with pytest.raises(UnusableFile) as caught:
        read_source(BAD, "bad.toml")
    assert [(problem.row, problem.column) for _, problem in caught.value.problems] == [
        *(
            (2, "hours[0].source"),
            (3, "hours[0].from"),
            (4, "hours[0].morning"),
            (6, "hours[0].sauce"),
            (12, "hours[1].source"),
        ),
        *(
            (13, "hours[2]"),
            (19, "closure[0]"),
            (27, "notice[0].published"),
            (29, "notice[0].days[0].working"),
            (30, "holiday"),
        ),
    ]
    known = "source afternoon until years from morning"
    told = (
        f"bad.toml:6: hours[0].sauce means nothing here\n  6 | sauce = 1\n  To fix: Remove it, or write one of: {known}"
    )
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = [", "is no TOML"),
        ("hours = 3", "is not a list"),
        ("[hours]\nfrom = 1", "is not a list"),
        ('[[hours]]\nfrom = "02-29"', "neither a date nor a day of every year"),
    ],
)
def test_what_is_not_a_calendar_file(text: str, why: str) -> None:
    with pytest.raises(UnusableFile, match=why):
        read_source(text, "bad.toml")


def hours(start: str, more: str = "", closes: str = "17:30") -> str:
    times = f'morning = ["09:00", "12:00"]\nafternoon = ["13:30", "{closes}"]'
    return f'[[hours]]\nfrom = {start}\n{times}\n{more}\nsource = "通知"\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no rule sets the hours from 2004-01-01 on"),
        (hours("2004-01-01", "until = 2020-01-01"), "no rule sets the hours from 2020-01-02 on"),
        (
            hours("2004-01-01") + hours("2004-01-01", closes="18:00"),
            "two rules set the hours from 2004-01-01",
        ),
        (
            "".join(hours(f"{2004 + n}-01-01", closes=f"17:{n:02}") for n in range(1, 20)),
            "no rule sets the hours",
        ),
        (
            "".join(hours(f"{2004 + n}-01-01", closes=f"17:{n:02}") for n in range(20)),
            "no small common multiple",
        ),
    ],
)
def test_hours_without_gap_or_doubt_or_overflow(text: str, why: str) -> None:
    with pytest.raises(CalendarError, match=why):
        calendar([read_source(text, "hours.toml")])


@pytest.mark.parametrize("days", [PLAIN, SEASONAL], ids=["plain", "seasonal"])
def test_a_calendar_comes_back_from_its_text(days: Calendar) -> None:
    back = Calendar.from_text(days.text())
    assert back == days
    assert back.text() == days.text()
    assert back.digest() == days.digest()
    assert back.numbers == days.numbers
    assert back.working_numbers == days.working_numbers


def test_the_digest_follows_the_facts_and_not_their_order() -> None:
    assert PLAIN.digest() != SEASONAL.digest()
    assert calendar(reversed(DATA)).digest() == PLAIN.digest()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format":"kaoping-calendar-0"}'])
def test_what_is_not_the_text_of_a_calendar(text: str) -> None:
    with pytest.raises(CalendarError, match="not the text of a calendar"):
        Calendar.from_text(text)


def test_the_clock_starts_without_an_engine() -> None:
    code = "import sys, calendars.clock; sys.exit(bool({'polars', 'narwhals', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
