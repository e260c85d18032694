"""Calendar files: dates, yearly days and spans of time as they write them, and the calendar they make together."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from calendars.hours import Block, Unfit, month_day, read_time
from calendars.notices import CalendarError, CalendarSource
from calendars.workdays import Calendar, calendar
from kaoping.files.toml.strict import FileKind, misfit, place, shown
from ledger.sentences import Problem, UnusableFile


def read_source(text: str, name: str) -> CalendarSource:
    """The calendar file `name` with this TOML text. Raises UnusableFile with every mistake."""
    return CALENDAR.read(text, name, name=name)


def read_calendar(texts: Mapping[str, str], known_on: date | None = None) -> Calendar:
    """The calendar that files, by their name, make of the official days: of all that is known, or as known on a date.

    Raises UnusableFile with every mistake of every file.
    """
    sources: list[CalendarSource] = []
    problems: list[tuple[str, Problem]] = []
    for name, text in texts.items():
        try:
            sources.append(read_source(text, name))
        except UnusableFile as error:
            problems += error.problems
    if problems:
        raise UnusableFile.of(problems)
    try:
        return calendar(sources, known_on)
    except CalendarError as error:
        raise UnusableFile.of(_placed(error, texts)) from error


def _placed(error: CalendarError, texts: Mapping[str, str]) -> Iterator[tuple[str, Problem]]:
    for mistake in error.mistakes:
        yield mistake.file, place(texts.get(mistake.file, ""), mistake.key, misfit(mistake.key, mistake.unfit))


def _date(value: Any, _: Any) -> date:
    if type(value) is date:
        return value
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        day = None
    if day is None or day.isoformat() != value:
        raise Unfit("{value} is not a date", "Write it like 2023-10-08.", value=shown(value))
    return day


def _edge(value: Any, _: Any) -> date | str:
    if not isinstance(value, str) or len(value) > len("06-01"):
        return _date(value, date)
    try:
        month_day(value, 2001)
    except ValueError:
        raise Unfit(
            "{value} is neither a date nor a day of every year", "Write 2023-06-01, or 06-01.", value=value
        ) from None
    return value


def _block(value: Any, _: Any) -> Block:
    try:
        start, end = map(read_time, value)
    except (TypeError, ValueError):
        raise Unfit("{value} is not a span of time", 'Write it like ["09:00", "12:00"].', value=value) from None
    return start, end


CALENDAR = FileKind(
    shape=CalendarSource,
    hooks={date: _date, date | str: _edge, date | str | None: _edge, Block: _block},
    filled={CalendarSource: ("name",)},
    judge=lambda _: (),
)
