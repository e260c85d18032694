"""The command about one ticket: audit, and what had been if."""

from typing import Annotated

import typer

from kaoping.commands.asked import (
    GANXIAN,
    AsOfOption,
    CalendarOption,
    JsonOption,
    KnownOnOption,
    LanguageOption,
    LedgerOption,
    ReadingOption,
    RulebookOption,
    desk_of,
)
from kaoping.office.tickets import ticket_report
from kaoping.reports.audit import audit_json, audit_page


def audit(
    ticket: Annotated[str, typer.Argument(help="the ticket's number")],
    if_: Annotated[list[str] | None, typer.Option("--if", help="suppose something were otherwise, such as signed=2023-05-04T11:20")] = None,
    without: Annotated[list[str] | None, typer.Option("--without", help="suppose it were not there: signed, redo or #position")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="suppose: the round of which unit")] = None,
    round_: Annotated[int | None, typer.Option("--round", help="suppose: which round")] = None,
    as_of: AsOfOption = None, rulebook: RulebookOption = GANXIAN,
    calendar: CalendarOption = None, known_on: KnownOnOption = None, reading: ReadingOption = None,
    ledger: LedgerOption = None, lang: LanguageOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Explain a ticket: verdicts, how deadlines were counted, what it cost by which clause; --if tells what would be otherwise."""
    session = desk_of(ledger, lang, as_json, rulebook, calendar, reading, known_on)
    if if_ or without:
        from kaoping.commands.suppositions import suppose  # what it needs is not needed else

        suppose(session, ticket, if_ or (), without or (), unit, round_, as_of)
        return
    with session.ledger() as opened:
        told = ticket_report(session, opened, ticket, as_of)
        if session.json:
            session.answer(audit_json(told))
        else:
            session.show(audit_page(session.language, told))
