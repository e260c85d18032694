"""Commands that describe how an export is read."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.office.intake.profiles import check_profile
from kaoping.office.intake.profiles import new_profile as made
from kaoping.papers import terminal
from kaoping.reports.intake.profiles import check_json, check_page, draft_json, draft_page
from ledger.texts import visible


@asks("lang", "as_json")
def profile_new(
    asked: Asked,
    file: Annotated[Path, typer.Argument(help="an export of tickets that no profile describes")],
    output: Annotated[Path | None, typer.Option("--output", help="where to write it: a new file")] = None,
) -> None:
    """Propose a profile for an export: columns, kinds, words and formats of times."""
    session = asked.session()
    with session.busy("reading files"):
        draft = made(file, output, session.language)
    if asked.as_json:
        terminal.answer(draft_json(draft))
    elif output is None:
        sys.stdout.write(visible(draft.text))
    else:
        terminal.show(draft_page(session.language, draft, str(output)))


@asks("lang", "as_json")
def profile_check(
    asked: Asked,
    file: Annotated[Path, typer.Argument(help="the export")],
    profile: Annotated[str | None, typer.Option("--profile", help="the profile: its name or a .toml file; else the header tells")] = None,
) -> None:  # fmt: skip
    """Show what would come of an export read by a profile; nothing is written."""
    session = asked.session()
    with session.busy("reading files"):
        checked = check_profile(file, profile)
    if asked.as_json:
        terminal.answer(check_json(session.language, checked))
    else:
        terminal.show(check_page(session.language, checked))
