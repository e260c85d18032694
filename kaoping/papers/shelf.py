"""A period's papers written into a folder: the workbook, the bulletin, the web file, and PDF of the first two."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import attrs

from kaoping.files.letterheads import Letterhead, read_letterhead
from kaoping.files.whole import whole
from kaoping.language.language import Language
from kaoping.office.period.bulletins import PeriodReport
from kaoping.office.session import WrongArgument
from kaoping.papers import terminal
from kaoping.papers.pdf import Office, stand_ins
from kaoping.reports.period.booklet import booklet
from kaoping.reports.period.bulletin import bulletin
from kaoping.reports.period.tickets import whole_booklet
from ledger.sentences import sentence

PAPERS = ("xlsx", "docx", "html", "pdf")
PRINTED = ("xlsx", "docx")


@attrs.frozen
class WrittenFile:
    """A paper that was written, and the SHA-256 of its bytes."""

    kind: str
    path: Path
    sha256: str


def write_papers(
    language: Language, told: PeriodReport, out: Path, kinds: Sequence[str], letterhead: Path | None, *, strict: bool
) -> list[WrittenFile]:
    """The papers of these kinds, written into the folder. Where PDF cannot be made, it is left out, unless `strict`. Raises
    NoSuchFile, UnusableFile, NoPdf, WrongArgument where the folder is a file."""
    refuse_file(out)
    head = read_letterhead(letterhead)
    office = None
    if "pdf" in kinds:
        office = Office.needed() if strict else Office.found()
    drawn = _drawn(language, told, kinds, head)
    out.mkdir(parents=True, exist_ok=True)
    written = [put(out / name, kind, data) for kind, (name, data) in drawn.items() if kind in kinds]
    if office is not None:
        _tell_stand_ins(language)
        printed = [Path(drawn[kind][0]) for kind in PRINTED]
        for kind, name in zip(PRINTED, printed, strict=True):
            written.append(put(out / name.with_suffix(".pdf"), "pdf", office.convert(name.name, drawn[kind][1])))
    elif "pdf" in kinds:
        terminal.complain(language.say("Note: PDF is left out: LibreOffice is not found on this machine."))
    return written


def _drawn(
    language: Language, told: PeriodReport, kinds: Sequence[str], head: tuple[Letterhead, bytes]
) -> dict[str, tuple[str, bytes]]:
    """Each paper's name and bytes, and of those that PDF is made of: what is refused leaves no half of them."""
    say, wanted, drawn = language.say, {*kinds, *(PRINTED if "pdf" in kinds else ())}, dict[str, tuple[str, bytes]]()
    if "xlsx" in wanted:
        from kaoping.papers import xlsx

        drawn["xlsx"] = say("{period} table.xlsx", period=told.period), xlsx.draw(booklet(language, told))
    if "docx" in wanted:
        from kaoping.papers import docx

        name = say("{period} bulletin.docx", period=told.period)
        drawn["docx"] = name, docx.draw(bulletin(language, told, head[0]), head[1])
    if "html" in wanted:
        from kaoping.papers import html

        drawn["html"] = say("{period} report.html", period=told.period), html.draw(whole_booklet(language, told))
    return drawn


def _tell_stand_ins(language: Language) -> None:
    for font, drawn in stand_ins():
        terminal.complain(
            language.say("Note: this machine has no {font}: PDF shows {drawn} instead.", font=font, drawn=drawn)
        )


def refuse_file(out: Path) -> None:
    """Raises WrongArgument for a folder to write into, or one above it, that is a file."""
    for path in (out, *out.parents):
        if path.exists() and not path.is_dir():
            raise WrongArgument(
                sentence("{path} is a file, not a folder.", path=path), "Name a folder; it is made if it is not there."
            )


def put(path: Path, kind: str, data: bytes) -> WrittenFile:
    """The file written whole or not at all. Raises OSError."""
    with whole(path) as part:
        part.write_bytes(data)
    return WrittenFile(kind, path, hashlib.sha256(data).hexdigest())
