"""The command that warns before a deadline passes."""

from pathlib import Path
from typing import Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.office.period.due import DueList, due_list
from kaoping.office.session import WrongArgument
from kaoping.papers import terminal
from kaoping.papers.sheets import refuse_there
from kaoping.reports.period.due import due_agenda, due_booklet, due_json, due_messages, due_page
from ledger.sentences import sentence


@asks("as_of", "untold", "rulebook", "calendar", "known_on", "reading", "ledger", "lang", "as_json", "as_text")
def due(
    asked: Asked,
    at: Annotated[str | None, typer.Option("--at", help="as it stands then, such as 2023-05-22T09:00; now unless named")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="this unit alone")] = None,
    within: Annotated[str | None, typer.Option("--within", help="no more than so many working days from then, before or after")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="write it to this workbook too, one sheet a unit: a new file")] = None,
    ics: Annotated[Path | None, typer.Option("--ics", help="write it to this calendar too; one that is there is gone on with")] = None,
    warnings: Annotated[Path | None, typer.Option("--warnings", help="a TOML file of your own lead times")] = None,
    alert: Annotated[bool, typer.Option("--alert", help="end with 10: something soon due, 11: overdue, 12: the data are old")] = False,
) -> None:  # fmt: skip
    """Warn of what is not yet done: by unit, how soon it is due, and what each would cost if missed."""
    session = asked.session()
    if asked.as_text and asked.as_json:
        raise WrongArgument(sentence("--text and --json are two answers."), "Ask for one of them.")
    if xlsx is not None:
        refuse_there(xlsx)
    told = due_list(session, at, as_of=asked.as_of, unit=unit, within=within, warnings=warnings)
    _write(asked, told, xlsx, ics)
    if asked.as_json:
        terminal.answer(due_json(told))
    elif asked.as_text:
        for line in due_messages(session.language, told):
            terminal.tell(line)
    else:
        terminal.show(due_page(session.language, told))
    if alert and told.alert:
        raise typer.Exit(told.alert)


def _write(asked: Asked, told: DueList, xlsx: Path | None, ics: Path | None) -> None:
    """The files asked for; a calendar that cannot be gone on with is refused before any is written."""
    language = asked.session().language
    agenda = due_agenda(language, told)
    if ics is not None:
        from kaoping.papers.ics import readable  # what it needs is not needed else

        readable(ics, agenda)
    if xlsx is not None:
        from kaoping.papers import xlsx as workbook
        from kaoping.papers.shelf import put

        put(xlsx, "xlsx", workbook.draw(due_booklet(language, told)))
    if ics is not None:
        from kaoping.papers.ics import write_ics

        write_ics(ics, agenda)
