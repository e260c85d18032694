"""Commands that take logs in and give them out again."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.files.whole import whole
from kaoping.language.language import Language
from kaoping.office.exports import Export, exported
from kaoping.office.intake.imports import (
    Arrival,
    Manner,
    NothingUsable,
    import_files,
    left_aside,
    reading_lines,
)
from kaoping.office.session import WrongArgument
from kaoping.papers import terminal
from kaoping.papers.exchange.output import write_file, write_out
from kaoping.papers.sheets import refuse_there, write_sheets
from kaoping.reports.intake.aside import aside_sheets
from kaoping.reports.intake.batches import dated_ahead
from kaoping.reports.intake.changes import change_lines, last_line
from kaoping.reports.intake.coverage import blank_lines, coverage_lines
from kaoping.reports.intake.imported import absent_lines, batch_json, problem_lines
from kaoping.reports.intake.units import stranger_lines
from ledger.exchange import canonical
from ledger.sentences import sentence

TAKEN = "logs of tickets: csv, tsv, xlsx, xls, xlsb, ods, an HTML table or XML saved as xls, json, jsonl, xes; also in .gz or .zip"
IMPORTED = (
    "{file} [{profile}]: {rows} rows = {accepted} accepted + {known} known + {quarantined} quarantined"
    " + {ignored} ignored; {events_added} events added"
)


@asks("rulebook", "ledger", "by", "lang", "as_json")
def import_(
    asked: Asked,
    files: Annotated[list[Path], typer.Argument(help=TAKEN)],
    profile: Annotated[str | None, typer.Option("--profile", help="the profile: its name or a .toml file; else the header tells")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="rehearse, write nothing")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="what the files say otherwise than the ledger replaces it")] = False,
    keep_file: Annotated[bool, typer.Option("--keep-file", help="keep the files themselves in the ledger too")] = False,
    known_units: Annotated[bool, typer.Option("--known-units", help="a unit that is neither enrolled nor an alias is a problem")] = False,
    aside: Annotated[Path | None, typer.Option("--aside", help="write what is kept aside to this new workbook, to mend and import")] = None,
) -> None:  # fmt: skip
    """Import logs of tickets."""
    session = asked.session()
    if aside is not None:
        refuse_there(aside)
    manner = Manner(replace=replace, keep=not dry_run, keep_file=keep_file, known_units=known_units)
    try:
        arrivals = import_files(session, files, profile, manner)
    except NothingUsable as refused:
        _show_problems(session.language, refused.arrival)
        if aside is not None:
            write_sheets(aside, aside_sheets(session.language, left_aside([refused.arrival])))
        raise
    if aside is not None:
        write_sheets(aside, aside_sheets(session.language, left_aside(arrivals)))
    if not asked.as_json:
        _tell_counts(session.language, arrivals)
    for arrival in arrivals:
        _show_problems(session.language, arrival)
        for line in reading_lines(session.language, arrival):
            terminal.complain(line)
        if arrival.batch is not None and arrival.ahead:
            terminal.complain(dated_ahead(session.language, arrival.batch))
        for line in absent_lines(session.language, arrival):
            terminal.complain(line)
        for line in stranger_lines(session.language, arrival.strangers):
            terminal.complain(line)
    if asked.as_json:
        terminal.answer(
            {"dry_run": dry_run, "batches": [batch_json(arrival, session.language) for arrival in arrivals]}
        )
        return
    for arrival in arrivals:
        for line in change_lines(session.language, arrival.changes):
            terminal.tell(line)
    changes = [change for arrival in arrivals for change in arrival.changes]
    for line in last_line(session.language, changes, sum(arrival.declined for arrival in arrivals)):
        terminal.tell(line)
    if dry_run:
        terminal.tell(session.language.say("A rehearsal: nothing was written."))


def _tell_counts(language: Language, arrivals: Sequence[Arrival]) -> None:
    for arrival in arrivals:
        one = batch_json(arrival, language)
        if arrival.name != arrival.file.path.name:
            one["file"] += f"[{arrival.sheet}]"
        named = ("file", "profile", "rows", "accepted", "known", "quarantined", "ignored", "events_added")
        terminal.tell(language.say(IMPORTED, **{name: one[name] for name in named}))
        if arrival.read.parts:
            said = "  {count} rows taken in part: they tell acts without a time, which are kept aside (kaoping aside)"
            terminal.tell(language.say(said, count=len(arrival.read.parts)))
        for line in coverage_lines(language, arrival.read.coverage):
            terminal.tell(line)
        headings = {column: known[0] for column, known in arrival.profile.columns.items()}
        for line in blank_lines(language, arrival.read.blank, headings):
            terminal.tell(line)


def _show_problems(language: Language, arrival: Arrival) -> None:
    for line in problem_lines(language, arrival):
        terminal.complain(line)


FORMATS = ("jsonl", "xes", "ocel", "csv", "parquet")


@asks("as_of", "ledger", "lang")
def export(
    asked: Asked,
    format_: Annotated[str, typer.Option("--format", help="the format: jsonl, csv, xes, ocel (JSON) or parquet")] = "jsonl",
    out: Annotated[Path | None, typer.Option("--out", help="write it to this new file")] = None,
) -> None:  # fmt: skip
    """Export the ledger, one fact a line, which imports again unchanged; or for other programs."""
    session = asked.session()
    if format_ not in FORMATS:
        known = " ".join(FORMATS)
        raise WrongArgument(sentence("there is no format {format}; known: {known}", format=format_, known=known))
    if out is not None:
        refuse_there(out)
    elif format_ == "parquet":
        raise WrongArgument(sentence("{format} is no text.", format=format_), "Name a new file with --out.")
    with exported(session, asked.as_of) as export:
        if format_ == "jsonl" and out is None:
            for line in _lines(export):
                sys.stdout.write(line)
        elif out is None:
            write_out(_pieces(session.language, export, format_))
        elif format_ == "parquet":
            with whole(out) as part:
                _write_parquet(part, export)
        else:
            write_file(out, _pieces(session.language, export, format_))
        for line in _not_held(session.language, export, format_):
            terminal.complain(line)


def _not_held(language: Language, export: Export, format_: str) -> Iterator[str]:
    """What of the ledger a log of tickets has no place for."""
    kinds = export.without_ticket() if format_ == "xes" else {}
    if kinds:
        yield language.say(
            "{count} facts without a ticket are not in this file, as XES holds tickets alone ({kinds}). Without them scores differ:"
            " to move the ledger, or keep a copy, take --format jsonl or csv.",
            count=sum(kinds.values()), kinds=language.say(", ").join(f"{language.say(kind)} {count}" for kind, count in kinds.items()),
        )  # fmt: skip


def _lines(export: Export) -> Iterator[str]:
    return (terminal.json_text(canonical(event.fact)) + "\n" for event in export.events())


def _pieces(language: Language, export: Export, format_: str) -> Iterator[str]:
    """The export as text; what writes it is loaded only where it is asked for."""
    if format_ == "csv":
        from kaoping.papers.exchange.spreadsheet import csv_pieces

        return csv_pieces(export)
    if format_ == "xes":
        from kaoping.papers.exchange.xes import xes_pieces

        return xes_pieces(language, export)
    if format_ == "ocel":
        from kaoping.papers.exchange.ocel import ocel_pieces

        return ocel_pieces(language, export)
    return _lines(export)


def _write_parquet(path: Path, export: Export) -> None:
    from kaoping.papers.exchange.parquet import write_parquet

    write_parquet(path, export)
