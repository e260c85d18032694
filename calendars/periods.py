"""Periods: a month, quarter, half-year or year, read, shown, and its months. In frames and keys a month is a number like 202305."""

import re
from datetime import date, timedelta
from enum import StrEnum

import attrs

from calendars.instants import local_day


class PeriodKind(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def size(self) -> int:
        """How many months it has."""
        return {"month": 1, "quarter": 3, "half": 6, "year": 12}[self]


LETTERS = {"Q": PeriodKind.QUARTER, "H": PeriodKind.HALF}


@attrs.frozen
class Period:
    """A period and its months, oldest first: 2023-Q2 is a quarter of 202304, 202305 and 202306."""

    kind: PeriodKind
    months: tuple[int, ...]

    @property
    def last_day(self) -> date:
        """Its last day."""
        return last_day(self.months[-1])

    def __str__(self) -> str:
        return show_months(self.months)


def read_period(text: str, year_starts: int = 1) -> Period:
    """The period written 2023-05, 2023-Q2, 2023-H1 or 2023, a year beginning in the month `year_starts` (11: of the year before).
    Raises ValueError."""
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        return Period(PeriodKind.MONTH, (int(text.replace("-", "")),))
    found = re.fullmatch(r"(\d{4})(?:-([QH])(\d))?", text)
    if found is None:
        raise ValueError("no period")
    year, letter, number = int(found.group(1)), found.group(2), int(found.group(3) or 1)
    kind = LETTERS.get(letter, PeriodKind.YEAR)
    if not 1 <= number <= 12 // kind.size:
        raise ValueError("no such part of a year")
    starts = year_starts if letter is None else 1
    return Period(kind, months_from(year - (starts > 1), starts + kind.size * (number - 1), kind.size))


def months_from(year: int, month: int, count: int) -> tuple[int, ...]:
    """So many months from one on; `month` may be beyond 12."""
    first = year * 12 + month - 1
    return tuple((first + n) // 12 * 100 + (first + n) % 12 + 1 for n in range(count))


def month_of(instant: int) -> int:
    """The local month of an instant, like 202305."""
    return month_number(local_day(instant))


def month_number(day: date) -> int:
    """The month of a date, like 202305."""
    return day.year * 100 + day.month


def last_day(month: int) -> date:
    """The last day of a month like 202305."""
    (following,) = months_from(month // 100, month % 100 + 1, 1)
    return date(following // 100, following % 100, 1) - timedelta(days=1)


def show_month(month: int) -> str:
    """202305 as 2023-05."""
    return f"{month // 100}-{month % 100:02d}"


def show_months(months: tuple[int, ...]) -> str:
    """Their month, or the first and last."""
    return show_month(months[0]) if len(months) == 1 else f"{show_month(months[0])}..{show_month(months[-1])}"
