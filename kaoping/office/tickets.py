"""One ticket, ready to be told: its audit with the events and batches it rests on."""

from kaoping.office.session import Session, WrongArgument
from kaoping.reports.audit import TicketReport, in_order
from ledger.sentences import sentence
from ledger.snapshot import voided_keys
from ledger.store import Ledger
from scoring.explain.ticket import audit as audit_ticket


def ticket_report(session: Session, opened: Ledger, ticket: str, as_of: str | None) -> TicketReport:
    """A ticket's audit with its events. Raises WrongArgument when the ledger does not know it."""
    scoring = session.scoring(opened, as_of)
    upto = scoring.snapshot.head.position
    events = in_order(opened.events(upto, ticket=ticket))
    if not events:
        raise WrongArgument(
            sentence("the ledger knows no ticket {ticket}.", ticket=ticket),
            "Check the number; it is text, every digit counts.",
        )
    voided = frozenset(voided_keys(opened.events(upto, kinds=("void",))))
    return TicketReport(
        scoring=scoring, audit=audit_ticket(scoring, ticket), events=events, batches=opened.batches(), voided=voided
    )
