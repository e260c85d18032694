"""The calendar as two small tables, as anybody has them who counts working days in a database."""

import polars as pl

from calendars.clock import instant
from kaoping.files.folder import working_days


def days() -> pl.DataFrame:
    """One row a day: `number` (since 1970), `nth` (of the last working day not after it), `works`, and its office hours, as ms from
    midnight; where it does not work, all of them are its end."""
    calendar, rows = working_days(), []
    for hours, numbers in calendar.by_season():
        for number in numbers:
            works = calendar.works(number)
            blocks = (*hours.morning, *hours.afternoon) if works else (86_400_000,) * 4
            rows.append((number, calendar.worked_before(number) + works - 1, works, *blocks))
    names = ("number", "nth", "works", "opens", "noon", "reopens", "closes")
    return pl.DataFrame(rows, schema=names, orient="row")


def working() -> pl.DataFrame:
    """One row a working day: `nth`, and the instants (ms) of its noon and of the afternoon's ends, and the length of its morning."""
    calendar, rows = working_days(), []
    for hours, numbers in calendar.by_season():
        for number in filter(calendar.works, numbers):
            ends = (hours.morning[1], *hours.afternoon)
            rows.append((calendar.worked_before(number), *(instant(number, at) for at in ends), hours.morning_ms))
    return pl.DataFrame(rows, schema=("nth", "noon", "reopens", "closes", "morning"), orient="row")
