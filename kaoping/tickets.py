"""One ticket, ready to be told: its audit with the events and batches it rests on."""

from kaoping.desk import Desk, WrongArgument
from kaoping.reports.audit import TicketReport, in_order
from ledger.columns import voided_keys
from ledger.problems import words
from ledger.store import Ledger
from scoring.audit import audit as audit_ticket


def ticket_report(desk: Desk, opened: Ledger, ticket: str, as_of: str | None) -> TicketReport:
    """A ticket's audit with its events. Raises WrongArgument when the ledger does not know it."""
    report = desk.report(opened, as_of)
    upto = report.known.head.position
    events = in_order(opened.events(upto, ticket=ticket))
    if not events:
        raise WrongArgument(
            words("the ledger knows no ticket {ticket}.", ticket=ticket),
            "Check the number; it is text, every digit counts.",
        )
    voided = frozenset(voided_keys(opened.events(upto, kinds=("void",))))
    return TicketReport(
        report=report, audit=audit_ticket(report, ticket), events=events, batches=opened.batches(), voided=voided
    )
