"""Other clocks that are asked the same: PM4Py, pandas, businesstimedelta one by one, numpy in columns.

Each gets our working days in the form that it looks up quickest, so that make-up Saturdays count with all of them; instants are
local and naive. An `Elapsed` takes two instants and gives seconds of office time; a `Due` takes one and gives the instant (seconds
since 1970, local) at which so much office time has passed.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import numpy as np  # type: ignore[import-not-found,unused-ignore]

from bench.peers.pm4py_hours import SLOTS, Dates
from calendars.instants import EPOCH_DAY
from kaoping.files.folder import working_days

EPOCH = datetime(1970, 1, 1)
OPEN, NOON, REOPEN, CLOSE = 32_400, 43_200, 48_600, 63_000
"""The office hours of all year, in seconds from midnight."""
DAY, OFFICE_DAY = 86_400, 25_200
Elapsed = Callable[[datetime, datetime], float]
Due = Callable[[datetime], int]


def _off() -> list[date]:
    """Every date that does not work."""
    calendar = working_days()
    return [date.fromordinal(number + EPOCH_DAY) for number in calendar.numbers if not calendar.works(number)]


def seconds(moment: datetime) -> int:
    """Whole seconds since 1970, local."""
    return round((moment - EPOCH).total_seconds())


def pm4py_elapsed() -> Elapsed:
    """PM4Py's business hours, its calendar a set."""
    from pm4py.util.business_hours import BusinessHours  # type: ignore[import-not-found,unused-ignore]

    dates = Dates()
    return lambda start, stop: float(
        BusinessHours(start, stop, business_hour_slots=SLOTS, workcalendar=dates).get_seconds()
    )


def pandas_elapsed() -> Elapsed:
    """pandas: its index of the office blocks of all years, sliced, and what the span touches of them less what sticks out at both ends."""
    import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]

    calendar = working_days()
    first, last = (date.fromordinal(number + EPOCH_DAY) for number in (calendar.numbers.start, calendar.numbers[-1]))
    days = pd.date_range(first, last, freq=pd.offsets.CustomBusinessDay(weekmask="1111111", holidays=_off()))
    opens = (days + pd.Timedelta(seconds=OPEN)).append(days + pd.Timedelta(seconds=REOPEN)).sort_values()
    closes = (days + pd.Timedelta(seconds=NOON)).append(days + pd.Timedelta(seconds=CLOSE)).sort_values()
    none = pd.Timedelta(0)

    def elapsed(start: datetime, stop: datetime) -> float:
        found = slice(closes.searchsorted(pd.Timestamp(start)), opens.searchsorted(pd.Timestamp(stop)))
        touched, ends = opens[found], closes[found]
        if not len(touched) or not len(ends):
            return 0.0
        before, after = max(start - touched[0], none), max(ends[-1] - stop, none)
        return float(((ends - touched).sum() - before - after).total_seconds())

    return elapsed


def pandas_day() -> Due:
    """pandas: seven of its business hours later (it counts no half hours, so that half a day cannot be asked)."""
    import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]

    hours = pd.offsets.CustomBusinessHour(
        7, weekmask="1111111", holidays=_off(), start=[time(9), time(13, 30)], end=[time(12), time(17, 30)]
    )
    return lambda start: seconds((pd.Timestamp(start) + hours).to_pydatetime())


def _rules() -> Any:
    import businesstimedelta as business  # type: ignore[import-not-found,unused-ignore]

    every_day = [*range(7)]
    morning = business.WorkDayRule(start_time=time(9), end_time=time(17, 30), working_days=every_day)
    lunch = business.LunchTimeRule(start_time=time(12), end_time=time(13, 30), working_days=every_day)
    return business, business.Rules([morning, lunch, business.HolidayRule(frozenset(_off()))])


def business_elapsed() -> Elapsed:
    """businesstimedelta: a working day, a lunch, the days off."""
    _, rules = _rules()

    def elapsed(start: datetime, stop: datetime) -> float:
        return float(rules.difference(start, stop).timedelta.total_seconds())

    return elapsed


def _business_due(**span: int) -> Due:
    business, rules = _rules()
    limit = business.BusinessTimeDelta(rules, **span)
    return lambda start: seconds((start + limit).replace(tzinfo=None))


def business_half() -> Due:
    """businesstimedelta: half an office day later."""
    return _business_due(hours=3, seconds=1800)


def business_day() -> Due:
    """businesstimedelta: an office day later."""
    return _business_due(hours=7)


def numpy_elapsed(starts: Any, stops: Any) -> Any:
    """numpy's business days, and what of the first and the last day is office time; seconds since 1970, local."""
    office = np.busdaycalendar(weekmask="1111111", holidays=np.array(_off(), dtype="datetime64[D]"))

    def worked(day: Any, at: Any) -> Any:
        spent = np.clip(at - OPEN, 0, NOON - OPEN) + np.clip(at - REOPEN, 0, CLOSE - REOPEN)
        return np.where(np.is_busday(day, busdaycal=office), spent, 0)

    (first, opened), (last, closed) = (
        (np.asarray(ends // DAY, dtype="datetime64[D]"), ends % DAY) for ends in (starts, stops)
    )
    days = np.busday_count(first, last, busdaycal=office)
    return days * OFFICE_DAY + worked(last, closed) - worked(first, opened)


def numpy_two_days(starts: Any, _: Any) -> Any:
    """numpy: the close of the second working day after; seconds since 1970, local."""
    office = np.busdaycalendar(weekmask="1111111", holidays=np.array(_off(), dtype="datetime64[D]"))
    first = np.asarray(starts // DAY, dtype="datetime64[D]")
    return np.busday_offset(first, 2, roll="backward", busdaycal=office).astype("int64") * DAY + CLOSE
