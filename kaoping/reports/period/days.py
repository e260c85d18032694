"""A month of the calendar: every day with why it works or not, its hours, and the notice that says so."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from calendars.periods import show_month
from calendars.workdays import Calendar, Day
from kaoping.language.language import Language
from kaoping.reports.page import Block, Column, Kind, Note, Paragraph, Table, page_of

KINDS = {
    "working": "working day", "make_up": "make-up working day", "weekend": "weekend", "holiday": "holiday", "closure": "closure",
}  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_OF_WEEK = 7


def days_of(calendar: Calendar, month: int) -> list[Day]:
    """The days of a month like 202305. Raises OutsideCalendar."""
    year, number = divmod(month, 100)
    return [calendar.day(date(year, number, day)) for day in range(1, monthrange(year, number)[1] + 1)]


def days_json(calendar: Calendar, month: int) -> dict[str, Any]:
    """The month as JSON; no command gives it."""
    return {
        "month": show_month(month), "calendar": calendar.digest(), "official_until": calendar.official_until.isoformat(),
        "days": [_day_json(calendar, one) for one in days_of(calendar, month)],
    }  # fmt: skip


def day_json(calendar: Calendar, day: Day) -> dict[str, Any]:
    """A day as JSON; no command gives it."""
    told = {"calendar": calendar.digest(), "official_until": calendar.official_until.isoformat()}
    return {**told, **_day_json(calendar, day)}


def _day_json(calendar: Calendar, one: Day) -> dict[str, Any]:
    return {
        "date": one.date.isoformat(), "works": one.working, "kind": one.kind, "reason": one.reason,
        "hours": calendar.hours(one.number).show() if one.working else None, "source": one.source,
        "provisional": one.provisional,
    }  # fmt: skip


@page_of
def day_page(language: Language, calendar: Calendar, day: Day) -> Iterator[Block]:
    """A day: its hours and the notice that makes it what it is."""
    say = language.say
    if day.provisional:
        yield Note(
            say("Days after {day} are provisional: no official notice tells of them yet.", day=calendar.official_until)
        )
    yield _days_table(language, calendar, [day], day.date.isoformat())


@page_of
def days_page(language: Language, calendar: Calendar, month: int) -> Iterator[Block]:
    """The weeks of the month, then its days one by one."""
    say, days = language.say, days_of(calendar, month)
    count = sum(one.working for one in days)
    yield Paragraph(say("{month}: {count} working days", month=show_month(month), count=count))
    if any(one.provisional for one in days):
        yield Note(
            say("Days after {day} are provisional: no official notice tells of them yet.", day=calendar.official_until)
        )
    yield _weeks(language, days)
    yield _days_table(language, calendar, days, say("Day by day"))


def _days_table(language: Language, calendar: Calendar, days: Sequence[Day], title: str) -> Table:
    say = language.say
    keys = [Column(say("day"), [one.date for one in days], Kind.DAY)]
    columns = [
        Column(say("day of the week"), [say(WEEKDAYS[one.date.weekday()]) for one in days]),
        Column(say("kind of day"), [say(KINDS[one.kind]) for one in days]),
        Column(say("office hours"), [calendar.hours(one.number).show() if one.working else None for one in days]),
        Column(say("reason"), [_reason(language, one) for one in days]),
        Column(say("notice"), [one.source for one in days], absent=""),
        Column(say("provisional"), [say("yes") if one.provisional else "" for one in days]),
    ]
    return Table(title, keys, columns)


def _reason(language: Language, day: Day) -> str:
    """The calendar's own name of the day, which is Chinese; of plain days nothing."""
    return day.reason if language.code == "zh" or day.kind not in ("working", "weekend") else ""


def _weeks(language: Language, days: Sequence[Day]) -> Table:
    say = language.say
    first = days[0].date.weekday()
    cells: list[str] = [""] * first + [_cell(language, one) for one in days]
    cells += [""] * (-len(cells) % DAYS_OF_WEEK)
    columns = [Column(say(name), cells[place::DAYS_OF_WEEK]) for place, name in enumerate(WEEKDAYS)]
    return Table(say("The weeks"), [], columns)


def _cell(language: Language, day: Day) -> str:
    """5, 6 make-up, 29 holiday: the days that are as their weekday says carry no word."""
    usual = day.kind == ("working" if day.date.weekday() < DAYS_OF_WEEK - 2 else "weekend")
    return str(day.date.day) if usual else f"{day.date.day} {language.say(KINDS[day.kind])}"
