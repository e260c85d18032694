"""A period's papers written into a folder: the workbook, the bulletin, the web file, and PDF of the first two."""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import attrs

from kaoping.files.letterheads import Letterhead, read_letterhead
from kaoping.files.whole import whole
from kaoping.language.language import Language
from kaoping.office.period.bulletins import PeriodReport
from kaoping.office.session import WrongArgument
from kaoping.papers import terminal
from kaoping.papers.pdf import Office, stand_ins
from kaoping.reports.page import Booklet
from kaoping.reports.period.booklet import booklet, to_be_read
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


@attrs.frozen
class Sketch:
    """A paper as it was drawn: of the kind "pdf" the file that LibreOffice makes it of, by its name."""

    kind: str
    name: str
    data: bytes


@attrs.define
class Press:
    """What PDF is made by; `begun` is the profile of one that has begun already, and takes one paper."""

    office: Office
    begun: Path | None

    def taken(self) -> Path | None:
        """That profile, the first time it is asked for."""
        profile, self.begun = self.begun, None
        return profile


@contextmanager
def press(kinds: Sequence[str], *, strict: bool) -> Iterator[Press | None]:
    """What makes PDF, begun while nothing is scored yet. None where no PDF is among these kinds, or where it cannot be made, unless
    `strict`. Raises NoPdf."""
    office = (Office.needed() if strict else Office.found()) if "pdf" in kinds else None
    if office is None:
        yield None
        return
    with office.begun() as profile:
        yield Press(office, profile)


def write_papers(
    language: Language,
    told: PeriodReport,
    out: Path,
    kinds: Sequence[str],
    letterhead: Path | None,
    printer: Press | None,
) -> list[WrittenFile]:
    """The papers of these kinds, written into the folder. Where nothing makes PDF, it is left out. Raises NoSuchFile, UnusableFile,
    NoPdf, WrongArgument where the folder is a file."""
    refuse_file(out)
    head = read_letterhead(letterhead)
    wanted = [kind for kind in kinds if kind != "pdf" or printer is not None]
    with ThreadPoolExecutor(len(PRINTED)) as pool:
        drawn: list[Sketch] = []
        printing: list[tuple[str, Future[bytes]]] = []
        for one in _drawn(language, told, wanted, head):
            if one.kind != "pdf":
                drawn.append(one)
            elif printer is not None:  # while the others are being drawn
                job = pool.submit(printer.office.convert, one.name, one.data, told.scoring.as_of, printer.taken())
                printing.append((Path(one.name).with_suffix(".pdf").name, job))
        out.mkdir(parents=True, exist_ok=True)
        written = [put(out / one.name, one.kind, one.data) for one in drawn]
        if printer is not None:
            _tell_stand_ins(language)
        written += [put(out / name, "pdf", job.result()) for name, job in printing]
    if "pdf" in kinds and printer is None:
        terminal.complain(
            language.say("Note: PDF is left out: LibreOffice is not found on this machine with its Writer and Calc.")
        )
    return sorted(written, key=lambda one: PAPERS.index(one.kind))


def _drawn(
    language: Language, told: PeriodReport, kinds: Sequence[str], head: tuple[Letterhead, bytes]
) -> Iterator[Sketch]:
    """Each paper, those first that PDF is made of, and of these the workbook, which takes longest: it has no page that is there to
    be filtered. What is refused is refused before anything is written."""
    say, pages = language.say, booklet(language, told)
    table = say("{period} table.xlsx", period=told.period)
    if "pdf" in kinds:
        yield Sketch("pdf", table, _workbook(to_be_read(pages)))
    if {"docx", "pdf"} & {*kinds}:
        from kaoping.papers import docx

        name, data = (
            say("{period} bulletin.docx", period=told.period),
            docx.draw(bulletin(language, told, head[0]), head[1]),
        )
        yield from (Sketch(kind, name, data) for kind in ("pdf", "docx") if kind in kinds)
    if "xlsx" in kinds:
        yield Sketch("xlsx", table, _workbook(pages))
    if "html" in kinds:
        from kaoping.papers import html

        whole_pages = whole_booklet(language, told, pages)
        yield Sketch("html", say("{period} report.html", period=told.period), html.draw(whole_pages))


def _workbook(pages: Booklet) -> bytes:
    from kaoping.papers import xlsx

    return xlsx.draw(pages)


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
