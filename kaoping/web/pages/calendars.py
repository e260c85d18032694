"""A month of the calendar, as it is known or was known on a day."""

import re
from datetime import timedelta

from calendars.periods import show_month
from kaoping.commands.asked import read_written
from kaoping.office.period.months import near_months, newest_month
from kaoping.office.session import read_day, read_month
from kaoping.reports.period.days import day_json, day_page, days_json, days_of, days_page
from kaoping.web.desk import Elsewhere, Inquiry, View
from kaoping.web.forms.asking import asking
from kaoping.web.forms.blank import Field

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ONE = timedelta(days=1)


def newest(inquiry: Inquiry) -> Elsewhere:
    """On to the last month that the ledger tells of."""
    return Elsewhere(inquiry.link(f"/calendar/{newest_month(inquiry.session())}"))


def month_of_days(inquiry: Inquiry, month: str) -> View:
    """The month's days, as known now or on a day; no command tells them."""
    session, number = inquiry.session(), read_month(read_written(month))
    calendar, name, say = session.calendar(), show_month(number), session.language.say
    view = View(
        title=say("Calendar {month}", month=name), body=days_page(session.language, calendar, number),
        period=name, document=lambda: days_json(calendar, number), filtered=True,
        links=[
            *((each, inquiry.link(f"/calendar/{each}")) for each in near_months(number)),
            *((one.date.isoformat()[5:], inquiry.link(f"/calendar/{one.date.isoformat()}")) for one in days_of(calendar, number)),
        ],
    )  # fmt: skip
    return _as_known(inquiry, view)


def day(inquiry: Inquiry, day: str) -> View:
    """A day: whether it works and why, its hours, the notice that says so, and what was known of it on another day."""
    session, say = inquiry.session(), inquiry.language.say
    told, known = read_day(day), inquiry.one("known_on")
    calendar = session.calendar()
    name = f"{told:%Y-%m}"
    view = View(
        title=say("Calendar {month}", month=told.isoformat()), body=day_page(session.language, calendar, calendar.day(told)), period=name,
        document=lambda: day_json(calendar, calendar.day(told)), filtered=True,
        links=[
            (name, inquiry.link(f"/calendar/{name}")),
            *((one.isoformat(), inquiry.link(f"/calendar/{one.isoformat()}")) for one in (told - ONE, told + ONE)),
            *([(say("As known now"), inquiry.link(f"/calendar/{told.isoformat()}", known_on=None))] if known else []),
        ],
    )  # fmt: skip
    return _as_known(inquiry, view)


def month(inquiry: Inquiry, month: str) -> View:
    """A month, or a day of one."""
    return day(inquiry, month) if DAY.fullmatch(month) else month_of_days(inquiry, month)


def _as_known(inquiry: Inquiry, view: View) -> View:
    """The page with the form that asks what was known on a day."""
    say = inquiry.language.say
    field = Field(name="known_on", label=say("as known on a day, such as 2020-01-25; empty: all that is known"),
        value=inquiry.one("known_on") or "")  # fmt: skip
    return asking(view, say("As it was known"), [field], say("Show"))
