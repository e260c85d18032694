"""Commands that tell what became of every file, and of every row that became no fact."""

from pathlib import Path
from typing import Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.office import imports
from kaoping.office.session import WrongArgument
from kaoping.papers import terminal
from kaoping.reports.intake.aside import aside_json, aside_page, batches_json, batches_page
from ledger.sentences import sentence


@asks("ledger", "lang", "as_json")
def batches(
    asked: Asked,
    file: Annotated[int | None, typer.Option("--file", help="give back the file of this batch, where it was kept")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="where to write it: a new file")] = None,
) -> None:  # fmt: skip
    """List every batch, and what became of its rows."""
    session = asked.session()
    if (file is None) != (out is None):
        raise WrongArgument(sentence("--file and --out go together."), "Write it like --file 3 --out 工单.csv.")
    if file is not None and out is not None:
        if out.exists():
            raise WrongArgument(sentence("{path} is there already.", path=out), "Name a new file.")
        out.write_bytes(imports.kept_file(session, file))
        return
    found = imports.batches(session)
    if asked.as_json:
        terminal.answer(batches_json(found))
    else:
        terminal.show(batches_page(session.language, found))


@asks("ledger", "lang", "as_json")
def aside(
    asked: Asked, batch: Annotated[int | None, typer.Argument(help="the number of a batch; else all")] = None
) -> None:
    """List what became no fact, with the reasons: rows kept aside, and changes."""
    session = asked.session()
    found = imports.aside(session, batch)
    if asked.as_json:
        terminal.answer(aside_json(found))
    else:
        terminal.show(aside_page(session.language, found))
