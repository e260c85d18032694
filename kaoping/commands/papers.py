"""The command that writes a period's papers into a folder: the workbook, the bulletin, the web file, and PDF of the first two."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import attrs
import typer

from kaoping.commands.asked import GANXIAN, Asked, asks
from kaoping.files.letterheads import Letterhead, read_letterhead
from kaoping.language.language import Language
from kaoping.office.bulletins import PeriodReport, period_report
from kaoping.papers import terminal
from kaoping.papers.pdf import Office, stand_ins
from kaoping.reports.period.booklet import booklet
from kaoping.reports.period.bulletin import bulletin
from kaoping.reports.period.tickets import whole_booklet

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
    kinds = _kinds(asked, every=every)
    office = Office.found() if every and not asked.as_pdf else Office.needed() if "pdf" in kinds else None
    out.mkdir(parents=True, exist_ok=True)
    written = _written(session.language, told, out, kinds, head)
    if "pdf" in kinds:
        written = _with_pdf(session.language, out, written, kinds, office)
    if asked.as_json:
        files = [{"kind": one.kind, "path": str(one.path), "sha256": one.sha256} for one in written]
        terminal.answer({"period": period, "digest": told.issue.digest, "files": files})
    else:
        for one in written:
            terminal.tell(f"{one.path}  {one.sha256}")


def _kinds(asked: Asked, *, every: bool) -> tuple[str, ...]:
    """The papers asked for; without any, all but PDF."""
    named = tuple(kind for kind in PAPERS if getattr(asked, f"as_{kind}"))
    return PAPERS if every else named or PAPERS[:3]


def _written(
    language: Language, told: PeriodReport, out: Path, kinds: Sequence[str], head: tuple[Letterhead, bytes]
) -> list[WrittenFile]:
    """Each paper drawn, and written once all are: what is refused leaves no half of them."""
    say, drawn = language.say, dict[str, tuple[str, bytes]]()
    if "xlsx" in kinds or "pdf" in kinds:
        from kaoping.papers import xlsx

        drawn["xlsx"] = say("{period} table.xlsx", period=told.period), xlsx.draw(booklet(language, told))
    if "docx" in kinds or "pdf" in kinds:
        from kaoping.papers import docx

        name = say("{period} bulletin.docx", period=told.period)
        drawn["docx"] = name, docx.draw(bulletin(language, told, head[0]), head[1])
    if "html" in kinds:
        from kaoping.papers import html

        drawn["html"] = say("{period} report.html", period=told.period), html.draw(whole_booklet(language, told))
    return [_put(out / name, kind, data) for kind, (name, data) in drawn.items()]


def _with_pdf(
    language: Language, out: Path, written: Sequence[WrittenFile], kinds: Sequence[str], office: Office | None
) -> list[WrittenFile]:
    """The papers with the PDF of the printed ones; where only PDF was asked for, what it was made of goes again."""
    if office is None:
        terminal.complain(language.say("Note: PDF is left out: LibreOffice is not found on this machine."))
        return [*written]
    for font, drawn in stand_ins():
        terminal.complain(
            language.say("Note: this machine has no {font}: PDF shows {drawn} instead.", font=font, drawn=drawn)
        )
    made = list(written)
    for one in (one for one in written if one.kind in ("xlsx", "docx")):
        made.append(_put(one.path.with_suffix(".pdf"), "pdf", office.convert(one.path)))
    for one in (one for one in written if one.kind not in kinds):
        one.path.unlink()
        made.remove(one)
    return made


def _put(path: Path, kind: str, data: bytes) -> WrittenFile:
    """The file written whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    part.replace(path)
    return WrittenFile(kind, path, hashlib.sha256(data).hexdigest())
