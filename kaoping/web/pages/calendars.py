"""A month of the calendar, as it is known or was known on a day."""

from calendars.periods import show_month
from kaoping.commands.asked import read_written
from kaoping.office.period.months import near_months, newest_month
from kaoping.office.session import read_month
from kaoping.reports.period.days import days_json, days_page
from kaoping.web.desk import Elsewhere, Inquiry, View


def newest(inquiry: Inquiry) -> Elsewhere:
    """On to the last month that the ledger tells of."""
    return Elsewhere(inquiry.link(f"/calendar/{newest_month(inquiry.session())}"))


def month(inquiry: Inquiry, month: str) -> View:
    """The month's days; no command tells them."""
    session, number = inquiry.session(), read_month(read_written(month))
    calendar, name = session.calendar(), show_month(number)
    return View(
        title=session.language.say("Calendar {month}", month=name), body=days_page(session.language, calendar, number),
        period=name, document=lambda: days_json(calendar, number), filtered=True,
        links=[(each, inquiry.link(f"/calendar/{each}")) for each in near_months(number)],
    )  # fmt: skip
