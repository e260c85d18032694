"""Commands that take logs in and give them out again."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.language.language import Language
from kaoping.office.imports import (
    Arrival,
    Manner,
    NothingUsable,
    batch_json,
    facts_known,
    import_files,
    problem_text,
    reading_lines,
)
from kaoping.office.session import WrongArgument
from kaoping.papers import terminal
from kaoping.reports.intake.batches import dated_ahead
from kaoping.reports.intake.changes import change_lines, last_line
from kaoping.reports.intake.coverage import coverage_lines
from kaoping.reports.intake.units import stranger_lines
from ledger.exchange import canonical
from ledger.sentences import sentence

SHOWN_PROBLEMS = 20
IMPORTED = (
    "{file} [{profile}]: {rows} rows = {accepted} accepted + {known} known + {quarantined} quarantined"
    " + {ignored} ignored; {events_added} events added"
)


@asks("rulebook", "ledger", "lang", "as_json")
def import_(
    asked: Asked,
    files: Annotated[list[Path], typer.Argument(help="logs of tickets: csv, xlsx, jsonl")],
    profile: Annotated[str | None, typer.Option("--profile", help="the profile: its name or a .toml file; else the header tells")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="rehearse, write nothing")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="what the files say otherwise than the ledger replaces it")] = False,
    keep_file: Annotated[bool, typer.Option("--keep-file", help="keep the files themselves in the ledger too")] = False,
    known_units: Annotated[bool, typer.Option("--known-units", help="a unit that is neither enrolled nor an alias is a problem")] = False,
) -> None:  # fmt: skip
    """Import logs of tickets."""
    session = asked.session()
    manner = Manner(replace=replace, keep=not dry_run, keep_file=keep_file, known_units=known_units)
    try:
        arrivals = import_files(session, files, profile, manner)
    except NothingUsable as refused:
        _show_problems(asked, session.language, refused.arrival)
        raise
    for arrival in arrivals:
        _show_problems(asked, session.language, arrival)
        for line in reading_lines(session.language, arrival):
            terminal.complain(line)
        if arrival.batch is not None and arrival.ahead:
            terminal.complain(dated_ahead(session.language, arrival.batch))
        for line in stranger_lines(session.language, arrival.strangers):
            terminal.complain(line)
    if asked.as_json:
        terminal.answer(
            {"dry_run": dry_run, "batches": [batch_json(arrival, session.language) for arrival in arrivals]}
        )
        return
    for arrival in arrivals:
        one = batch_json(arrival, session.language)
        if arrival.name != arrival.file.path.name:
            one["file"] += f"[{arrival.sheet}]"
        named = ("file", "profile", "rows", "accepted", "known", "quarantined", "ignored", "events_added")
        terminal.tell(session.language.say(IMPORTED, **{name: one[name] for name in named}))
        for line in coverage_lines(session.language, arrival.read.coverage):
            terminal.tell(line)
        for line in change_lines(session.language, arrival.changes):
            terminal.tell(line)
    for line in last_line(session.language, [change for arrival in arrivals for change in arrival.changes]):
        terminal.tell(line)
    if dry_run:
        terminal.tell(session.language.say("A rehearsal: nothing was written."))


def _show_problems(asked: Asked, language: Language, arrival: Arrival) -> None:
    problems = arrival.read.problems
    shown = problems if asked.as_json else problems[:SHOWN_PROBLEMS]
    for problem in shown:
        terminal.complain(problem_text(arrival.name, problem, language))
    if len(problems) > len(shown):
        more = language.say("… and {count} problems more; --json lists them all.", count=len(problems) - len(shown))
        terminal.complain(more)


@asks("as_of", "ledger", "lang")
def export(
    asked: Asked,
    format_: Annotated[str, typer.Option("--format", help="the format: jsonl")] = "jsonl",
) -> None:  # fmt: skip
    """Export the ledger, one fact a line, which imports again unchanged."""
    session = asked.session()
    if format_ != "jsonl":
        raise WrongArgument(sentence("there is no format {format}; known: {known}", format=format_, known="jsonl"))
    for fact in facts_known(session, asked.as_of):
        sys.stdout.write(terminal.json_text(canonical(fact)) + "\n")
