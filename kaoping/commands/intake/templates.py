"""The command that makes forms to fill in."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.office.intake.templates import form_of
from kaoping.papers import terminal
from kaoping.papers.forms.workbook import draw, write_form
from kaoping.papers.sheets import refuse_there


@asks("rulebook", "ledger", "lang", "as_json")
def template(
    asked: Asked,
    form: Annotated[str, typer.Argument(help="what is to be filled in: findings, evidence, units or appeals")],
    out: Annotated[Path, typer.Option("--out", help="where to write it: a new .xlsx file")],
) -> None:
    """Make a form to fill in: a workbook with drop-downs in the rulebook's words, which kaoping record --file takes."""
    session = asked.session()
    refuse_there(out)
    made = form_of(session, form)
    data = draw(session.language, made)
    write_form(out, data)
    if asked.as_json:
        terminal.answer(
            {"form": made.kind.value, "path": str(out), "sha256": hashlib.sha256(data).hexdigest(), "rulebook": made.rulebook,
             "units": made.units, "columns": [one.field for one in made.columns]}
        )  # fmt: skip
        return
    say = session.language.say
    terminal.tell(say("{path}: {title}", path=out, title=made.title))
    terminal.tell(say("Filled in, it is recorded with: kaoping record --file {path}", path=out))
    if not made.units and made.kind != "units":
        terminal.complain(say("Note: no unit is enrolled in the ledger yet, so the column of units has no list."))
