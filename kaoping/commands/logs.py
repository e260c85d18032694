"""Commands that take logs in and give them out again."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.office.imports import NothingUsable, batch_json, problem_text, read_files, refuse_unusable, take_in
from kaoping.office.session import Session, WrongArgument
from kaoping.papers import terminal
from ledger.exchange import canonical
from ledger.sentences import sentence

SHOWN_PROBLEMS = 20
IMPORTED = (
    "{file} [{profile}]: {rows} rows = {accepted} accepted + {known} known + {quarantined} quarantined"
    " + {ignored} ignored; {events_added} events added"
)


@asks("ledger", "lang", "as_json")
def import_(
    asked: Asked,
    files: Annotated[list[Path], typer.Argument(help="logs of tickets: csv, xlsx, jsonl")],
    profile: Annotated[str | None, typer.Option("--profile", help="the profile: its name or a .toml file; else the header tells")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="rehearse, write nothing")] = False,
) -> None:  # fmt: skip
    """Import logs of tickets."""
    session = asked.session()
    with session.busy("reading files"):
        arrivals = read_files(files, profile)
    try:
        refuse_unusable(arrivals)
    except NothingUsable as refused:
        _show_problems(session, refused.arrival.name, refused.arrival.read.problems)
        raise
    with session.ledger_to_write(rehearsal=dry_run) as opened:
        arrivals = take_in(session, opened, arrivals, keep=not dry_run)
    for arrival in arrivals:
        _show_problems(session, arrival.name, arrival.read.problems)
    if session.json:
        terminal.answer(
            {"dry_run": dry_run, "batches": [batch_json(arrival, session.language) for arrival in arrivals]}
        )
        return
    for arrival in arrivals:
        one = batch_json(arrival, session.language)
        del one["problems"], one["sha256"]
        terminal.tell(session.language.say(IMPORTED, **one))
    if dry_run:
        terminal.tell(session.language.say("A rehearsal: nothing was written."))


def _show_problems(session: Session, name: str, problems: Any) -> None:
    shown = problems if session.json else problems[:SHOWN_PROBLEMS]
    for problem in shown:
        sys.stderr.write(problem_text(name, problem, session.language) + "\n")
    if len(problems) > len(shown):
        more = session.language.say(
            "… and {count} problems more; --json lists them all.", count=len(problems) - len(shown)
        )
        sys.stderr.write(more + "\n")


@asks("as_of", "ledger", "lang")
def export(
    asked: Asked,
    format_: Annotated[str, typer.Option("--format", help="the format: jsonl")] = "jsonl",
) -> None:  # fmt: skip
    """Export the ledger, one fact a line, which imports again unchanged."""
    session = asked.session()
    if format_ != "jsonl":
        raise WrongArgument(sentence("there is no format {format}; known: {known}", format=format_, known="jsonl"))
    with session.ledger() as opened:
        position, _ = session.moment(opened, asked.as_of)
        for event in opened.events(position):
            sys.stdout.write(json.dumps(canonical(event.fact), ensure_ascii=False) + "\n")
