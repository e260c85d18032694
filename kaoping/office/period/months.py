"""The months that a ledger tells of."""

from calendars.periods import month_of, show_month
from kaoping.office.session import Session


def newest_month(session: Session) -> str:
    """The last month in which a ticket was sent, such as 2023-05; where none was, this month. Raises NoLedger."""
    with session.ledger() as opened:
        span = opened.span("dispatch")
    return show_month(month_of(session.now if span is None else span[1]))
