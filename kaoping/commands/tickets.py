"""The command about one ticket: audit, and what had been if."""

from collections.abc import Sequence
from typing import Annotated

import typer

from kaoping.commands.asked import Asked, BriefOption, asks
from kaoping.office.period.untold import gaps_json
from kaoping.office.session import WrongArgument
from kaoping.office.tickets import audit_json, ticket_report
from kaoping.papers import terminal
from kaoping.reports.audit import audit_page
from kaoping.reports.ground import gaps_page


@asks("as_of", "untold", "rulebook", "calendar", "known_on", "reading", "ledger", "lang", "as_json")
def audit(
    asked: Asked,
    ticket: Annotated[str, typer.Argument(help="the ticket's number")],
    if_: Annotated[list[str] | None, typer.Option("--if", help="suppose something were otherwise, such as signed=2023-05-04T11:20")] = None,
    without: Annotated[list[str] | None, typer.Option("--without", help="suppose it were not there: signed, redo or #position")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="suppose: the round of which unit")] = None,
    round_: Annotated[int | None, typer.Option("--round", help="suppose: which round")] = None,
    brief: BriefOption = False,
) -> None:  # fmt: skip
    """Explain a ticket: verdicts, how deadlines were counted, what it cost by which clause; --if tells what would be otherwise."""
    session = asked.session()
    if if_ or without:
        _suppose(asked, ticket, if_ or (), without or (), unit, round_)
        return
    if unit is not None or round_ is not None:
        raise WrongArgument(
            "--unit and --round say of which round something is supposed, and nothing is.",
            "Add --if or --without, or leave them out: all rounds are told.",
        )
    told = ticket_report(session, ticket, asked.as_of, brief=brief)
    if asked.as_json:
        terminal.answer({**audit_json(told), "ground": gaps_json(told.gaps)})
    else:
        terminal.show(audit_page(session.language, told))
        terminal.show(gaps_page(session.language, told.gaps))


def _suppose(
    asked: Asked, ticket: str, ifs: Sequence[str], without: Sequence[str], unit: str | None, number: int | None
) -> None:
    from kaoping.office.trials import read_if, read_without, suppose  # what it needs is not needed else
    from kaoping.reports.compare.supposed import supposed_json, supposed_page

    session = asked.session()
    supposed = [*map(read_if, ifs), *map(read_without, without)]
    told = suppose(session, ticket, supposed, unit, number, as_of=asked.as_of)
    if asked.as_json:
        terminal.answer(supposed_json(session.language, ticket, told, ifs, without))
        return
    for page in supposed_page(session.language, told, ifs, without):
        terminal.show(page)
        terminal.tell()
