"""The calendar as it was known on a date: what a later notice changed had been announced otherwise."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.clock import Clock
from calendars.clock_columns import ClockColumns
from calendars.instants import read_iso, show_iso
from calendars.notices import CalendarError
from calendars.workdays import Calendar, calendar
from kaoping.files.calendars import read_source
from kaoping.files.folder import working_days
from kaoping.files.places import data_folder

FILES = sorted((data_folder() / "calendars").glob("*.toml"))
SOURCES = [read_source(path.read_text("utf-8"), path.name) for path in FILES]
NOTICE_2027 = """\
[[notice]]
document = "测试文号"
title = "测试：关于2027年部分节假日安排的通知"
published = 2026-11-30
source = "https://example.invalid/2027"
covers_year = 2027
days = [
  { date = 2027-01-01, working = false, name = "元旦" },
  { date = 2027-01-03, working = true, name = "调休上班" },
]
"""


def at(text: str) -> int:
    return read_iso(f"{text}:00+08:00")


def due(days: Calendar, start: str, limit: str, reading: str | None = None) -> str:
    return show_iso(Clock(days).deadline(at(start), Fraction(limit), reading).due_ms)[:16]


# The Spring Festival of 2020: 24 to 30 January off, 1 February (Saturday) to be worked; on 27 January prolonged to 2 February.
@pytest.mark.parametrize(
    ("known_on", "limit", "reading", "expected"),
    [
        ("2020-01-23", "0.5", None, "2020-01-23T15:20"),
        ("2020-01-23", "1", "elapsed", "2020-01-31T10:20"),
        ("2020-01-23", "1", None, "2020-01-31T17:30"),
        ("2020-01-23", "2", None, "2020-02-01T17:30"),
        ("2020-01-23", "3", None, "2020-02-03T17:30"),
        ("2020-01-26", "2", None, "2020-02-01T17:30"),
        ("2020-01-27", "1", "elapsed", "2020-02-03T10:20"),
        ("2020-01-27", "1", None, "2020-02-03T17:30"),
        ("2020-01-27", "2", None, "2020-02-04T17:30"),
        ("2020-01-27", "2", "same_day", "2020-02-03T17:30"),
        (None, "2", None, "2020-02-04T17:30"),
    ],
)
def test_the_spring_festival_of_2020(known_on: str | None, limit: str, reading: str | None, expected: str) -> None:
    days = working_days(None, None if known_on is None else date.fromisoformat(known_on))
    assert due(days, "2020-01-23T10:20", limit, reading) == expected


def test_labour_day_2019_and_the_day_of_victory_2015() -> None:
    before, after = working_days(None, date(2019, 3, 21)), working_days(None, date(2019, 3, 22))
    assert due(before, "2019-04-30T10:00", "1") == "2019-05-02T17:30"
    assert due(after, "2019-04-30T10:00", "1") == "2019-05-05T17:30"
    before, after = working_days(None, date(2015, 5, 12)), working_days(None, date(2015, 5, 13))
    assert due(before, "2015-09-02T10:00", "1") == "2015-09-03T17:30"
    assert due(after, "2015-09-02T10:00", "1") == "2015-09-06T17:30"


def test_new_years_days_in_december_come_with_the_next_years_notice() -> None:
    before, after = working_days(None, date(2018, 12, 5)), working_days(None, date(2018, 12, 6))
    assert (before.day(date(2018, 12, 29)).kind, after.day(date(2018, 12, 29)).kind) == ("weekend", "make_up")
    assert (before.official_until, after.official_until) == (date(2018, 12, 31), date(2019, 12, 31))
    assert "国办发明电〔2018〕15号" in str(after.day(date(2018, 12, 29)).source)


def test_all_that_is_known_is_what_the_last_notice_said() -> None:
    now = working_days()
    assert now.official_until == date(2026, 12, 31)
    assert now.digest() == working_days(None, date(2026, 11, 24)).digest()
    assert "国办发明电〔2020〕1号" in str(now.day(date(2020, 2, 1)).source)


def test_the_end_of_2026_is_provisional_until_a_notice_comes() -> None:
    start = at("2026-12-31T10:00")
    now = calendar(SOURCES)
    later = calendar([*SOURCES, read_source(NOTICE_2027, "2027.toml")])
    told = Clock(now).deadline(start, 1), Clock(later).deadline(start, 1)
    assert [show_iso(one.due_ms)[:10] for one in told] == ["2027-01-01", "2027-01-03"]
    assert [one.provisional for one in told] == [True, False]
    assert calendar([*SOURCES, read_source(NOTICE_2027, "2027.toml")], date(2026, 11, 29)).digest() == now.digest()


def test_what_nobody_documented_is_refused() -> None:
    with pytest.raises(CalendarError, match="2007-12-15"):
        calendar(SOURCES, date(2007, 12, 14))
    with pytest.raises(CalendarError, match="not documented"):
        calendar([source for source in SOURCES if not source.annual], date(2020, 1, 1))
    assert calendar(SOURCES, date(2007, 12, 15)).official_until == date(2008, 12, 31)


DATES = st.dates(date(2007, 12, 15), date(2026, 11, 24))


@settings(deadline=None, max_examples=20)
@given(DATES, DATES)
def test_what_differs_between_two_dates_was_announced_between_them(one: date, other: date) -> None:
    first, last = sorted((one, other))
    before, after = working_days(None, first), working_days(None, last)
    announced = {
        day.date
        for source in SOURCES
        for notice in source.notice
        if first < notice.published <= last
        for day in notice.days
    }
    day, end = date(2004, 1, 1), min(before.until, after.until)
    while day <= end:
        if before.day(day).working != after.day(day).working:
            year = day.year + (day >= date(day.year, 12, 29))
            assert day in announced or before.official_until.year < year <= after.official_until.year
        day += timedelta(days=1)


@settings(deadline=None, max_examples=10)
@given(st.dates(date(2019, 11, 21), date(2020, 2, 5)), st.integers(at("2020-01-15T00:00"), at("2020-02-20T00:00")))
def test_the_columns_agree_with_the_clock(known_on: date, start: int) -> None:
    import narwhals as nw
    import polars as pl

    clock = Clock(working_days(None, known_on))
    frame = nw.from_native(pl.DataFrame({"start": [start]}).lazy())
    for halves in (1, 2, 4):
        (found,) = ClockColumns(clock).with_deadline(frame, "start", halves, "due").collect()["due"].to_list()
        assert found == clock.deadline(start, Fraction(halves, 2)).due_ms
