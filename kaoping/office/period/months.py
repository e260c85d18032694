"""The months that a ledger tells of."""

from contextlib import suppress

from calendars.periods import month_of, show_month
from kaoping.office.session import Session
from ledger.columns.segments import is_large
from ledger.sentences import UserError


def newest_month(session: Session) -> str:
    """The last month in which a ticket was sent, such as 2023-05; where none was, this month. Raises NoLedger."""
    return session.once(("newest_month",), lambda: _newest_month(session))


def _newest_month(session: Session) -> str:
    with session.ledger() as opened:
        span = opened.span("dispatch")
    return show_month(month_of(session.now if span is None else span[1]))


def near_months(month: int) -> list[str]:
    """The months before and after one like 202305."""
    year, number = divmod(month, 100)
    count = year * 12 + number - 1
    return [show_month((count + step) // 12 * 100 + (count + step) % 12 + 1) for step in (-1, 1)]


def make_ready(session: Session) -> None:
    """Have what the newest month is counted from derived before somebody waits for it: of a large ledger its mirror. What goes wrong is
    told to whoever asks for the month."""
    with suppress(UserError), session.ledger() as opened:
        if is_large(opened):
            session.scoring(opened)
