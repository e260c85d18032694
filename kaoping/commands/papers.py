"""The command that writes a period's papers into a folder: the workbook, the bulletin, the web file, and PDF of the first two."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import attrs
import typer

from kaoping.commands.asked import GANXIAN, Asked, asks
from kaoping.files.letterheads import Letterhead, read_letterhead
from kaoping.office.bulletins import PeriodReport, period_report
from kaoping.office.session import Session
from kaoping.papers import terminal
from kaoping.reports.period.booklet import booklet
from kaoping.reports.period.bulletin import bulletin

PAPERS = ("xlsx", "docx", "html", "pdf")


@attrs.frozen
class WrittenFile:
    """A paper that was written, and the SHA-256 of its bytes."""

    kind: str
    path: Path
    sha256: str


@asks(
    "as_of",
    "provisional",
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
    other = fresh or bool(asked.reading or asked.known_on or asked.provisional or asked.rulebook != GANXIAN)
    told = period_report(session, period, as_of=asked.as_of, provisional=asked.provisional, fresh=other)
    head = read_letterhead(letterhead)
    out.mkdir(parents=True, exist_ok=True)
    written = [*_written(session, told, out, _wanted(asked, every=every), head)]
    if asked.as_json:
        files = [{"kind": one.kind, "path": str(one.path), "sha256": one.sha256} for one in written]
        terminal.answer({"period": period, "digest": told.issue.digest, "files": files})
    else:
        for one in written:
            terminal.tell(f"{one.path}  {one.sha256}")


def _wanted(asked: Asked, *, every: bool) -> tuple[str, ...]:
    named = tuple(kind for kind in PAPERS if getattr(asked, f"as_{kind}"))
    return PAPERS if every else named or PAPERS[:3]


def _written(
    session: Session, told: PeriodReport, out: Path, kinds: tuple[str, ...], head: tuple[Letterhead, bytes]
) -> Iterator[WrittenFile]:
    language = session.language
    if "xlsx" in kinds:
        from kaoping.papers import xlsx

        name = language.say("{period} table.xlsx", period=told.period)
        yield _put(out / name, "xlsx", xlsx.draw(booklet(language, told)))
    if "docx" in kinds:
        from kaoping.papers import docx

        name = language.say("{period} bulletin.docx", period=told.period)
        yield _put(out / name, "docx", docx.draw(bulletin(language, told, head[0]), head[1]))


def _put(path: Path, kind: str, data: bytes) -> WrittenFile:
    """The file written whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
    return WrittenFile(kind, path, hashlib.sha256(data).hexdigest())
