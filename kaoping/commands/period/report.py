"""The command that writes a period's papers."""

from pathlib import Path
from typing import Annotated

import typer

from kaoping.commands.asked import GANXIAN, Asked, asks
from kaoping.office.period.bulletins import period_report
from kaoping.papers import terminal
from kaoping.papers.shelf import PAPERS, press, refuse_file, write_papers


@asks(
    "as_of",
    "provisional",
    "untold",
    "reading",
    "rulebook",
    "calendar",
    "known_on",
    "ledger",
    "lang",
    "as_json",
    "as_xlsx",
    "as_docx",
    "as_html",
    "as_pdf",
)
def report(
    asked: Asked,
    period: Annotated[str, typer.Argument(help="a period: 2023-05, 2023-Q2, 2023-H1 or 2023")],
    out: Annotated[Path, typer.Option("--out", help="the folder the papers are written into")],
    every: Annotated[bool, typer.Option("--all", help="all of them; PDF where LibreOffice is found")] = False,
    letterhead: Annotated[Path | None, typer.Option("--letterhead", help="a TOML file about the office, and its template")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="of what is known now, though the period was published")] = False,
) -> None:  # fmt: skip
    """Write a period's papers: the table, the bulletin, a web file; as published, or marked as not published."""
    session = asked.session()
    refuse_file(out)
    other = fresh or bool(
        asked.reading or asked.known_on or asked.provisional or asked.untold or asked.rulebook != GANXIAN
    )
    kinds = [kind for kind in PAPERS if every or getattr(asked, f"as_{kind}")] or PAPERS[:3]
    with press(kinds, strict=asked.as_pdf) as printer:
        told = period_report(session, period, as_of=asked.as_of, provisional=asked.provisional, fresh=other)
        written = write_papers(session.language, told, out, kinds, letterhead, printer)
    if asked.as_json:
        files = [{"kind": one.kind, "path": str(one.path), "sha256": one.sha256} for one in written]
        terminal.answer({"period": period, "digest": told.issue.digest, "files": files})
    else:
        for one in written:
            terminal.tell(f"{one.path}  {one.sha256}")
