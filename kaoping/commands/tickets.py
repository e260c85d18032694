"""The command about one ticket: audit, and what had been if."""

from typing import Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.office.tickets import audit_json, ticket_report
from kaoping.papers import terminal
from kaoping.reports.audit import audit_page


@asks("as_of", "rulebook", "calendar", "known_on", "reading", "ledger", "lang", "as_json")
def audit(
    asked: Asked,
    ticket: Annotated[str, typer.Argument(help="the ticket's number")],
    if_: Annotated[list[str] | None, typer.Option("--if", help="suppose something were otherwise, such as signed=2023-05-04T11:20")] = None,
    without: Annotated[list[str] | None, typer.Option("--without", help="suppose it were not there: signed, redo or #position")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="suppose: the round of which unit")] = None,
    round_: Annotated[int | None, typer.Option("--round", help="suppose: which round")] = None,
) -> None:  # fmt: skip
    """Explain a ticket: verdicts, how deadlines were counted, what it cost by which clause; --if tells what would be otherwise."""
    session = asked.session()
    if if_ or without:
        from kaoping.commands.suppositions import suppose  # what it needs is not needed else

        suppose(session, ticket, if_ or (), without or (), unit, round_, asked.as_of)
        return
    with session.ledger() as opened:
        told = ticket_report(session, opened, ticket, asked.as_of)
        if session.json:
            terminal.answer(audit_json(told))
        else:
            terminal.show(audit_page(session.language, told))
