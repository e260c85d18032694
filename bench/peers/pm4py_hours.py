"""PM4Py, the process-mining library: how long each ticket took, in business hours.

Its slots are those of a week and its calendar says which dates do not work. So that make-up Saturdays count, every day of the week
has slots here, and the calendar is ours, looked up in a set: the quickest that it can be asked.
"""

from datetime import date, timedelta
from typing import Any

from calendars.instants import EPOCH_DAY
from kaoping.files.folder import working_days

HOUR = 3600
SLOTS = [
    (day * 24 * HOUR + opens, day * 24 * HOUR + closes)
    for day in range(7)
    for opens, closes in ((9 * HOUR, 12 * HOUR), (27 * HOUR // 2, 35 * HOUR // 2))
]


class Dates:
    """What PM4Py asks of a calendar."""

    def __init__(self) -> None:
        calendar = working_days()
        self.working = {date.fromordinal(number + EPOCH_DAY) for number in calendar.numbers if calendar.works(number)}

    def is_working_day(self, day: date) -> bool:
        """Whether that date works."""
        return day in self.working


def log_of(events: Any) -> Any:
    """Events (a frame of pandas) as a log of PM4Py, in local time."""
    import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]

    local = pd.to_datetime(events["at"], unit="ms") + timedelta(hours=8)
    return pd.DataFrame(
        {"case:concept:name": events["ticket"], "concept:name": events["rank"], "time:timestamp": local}
    )


def durations(log: Any) -> dict[str, float]:
    """Ticket -> seconds of business from its first event to its last."""
    from pm4py.statistics.traces.generic.pandas import case_statistics  # type: ignore[import-not-found,unused-ignore]

    asked = {"business_hours": True, "business_hour_slots": SLOTS, "workcalendar": Dates()}
    cases = case_statistics.get_cases_description(log, parameters=asked)
    return {ticket: case["caseDuration"] for ticket, case in cases.items()}
