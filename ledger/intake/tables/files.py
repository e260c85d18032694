"""What a file is, by its content, never by its name; and the tables in it."""

import io
import re
from collections.abc import Callable, Iterable, Sequence

import attrs

from ledger.intake.tables.books.biff import sound_xls
from ledger.intake.tables.books.package import refuse_vast_zip
from ledger.intake.tables.books.workbooks import NO_PASSWORD, SheetGrid, read_workbook
from ledger.intake.tables.delimited import read_delimited
from ledger.intake.tables.grid import Grid
from ledger.intake.tables.json.texts import is_json, read_json, uncalled
from ledger.intake.tables.layout import ROW_NUMBERS_SHOWN, laid_out
from ledger.intake.tables.letters import text_of
from ledger.intake.tables.markup.elements import refuse_entities
from ledger.intake.tables.markup.html import html_grids
from ledger.intake.tables.markup.xes import read_xes
from ledger.intake.tables.markup.xml_2003 import xml_grids
from ledger.intake.tables.packed import Budget, GzipText, directory, members, ungzipped
from ledger.intake.tables.table import EXPORT_AGAIN, SAVE_AGAIN, LogTable
from ledger.sentences import Sentence, UnreadableFile, sentence

GZIP, ZIP, OLE = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DEPTH = 3  # a zip in a zip in a gzip
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
OTHER_DOCUMENTS = {
    "word/": sentence("a Word document"),
    "ppt/": sentence("a presentation"),
    "Index/": sentence("a document of Numbers or Pages"),
}
ASK = "ask for the export as .xlsx or CSV"
UNPACK = "unpack it, and import what is in it"
EXPORT_FROM = sentence("export the tickets from it as .xlsx or CSV")
SIGNATURES = (  # (where, bytes, what it is, remedy)
    (0, b"Rar!\x1a\x07", sentence("a RAR archive"), UNPACK),
    (0, b"7z\xbc\xaf\x27\x1c", sentence("a 7-Zip archive"), UNPACK),
    (257, b"ustar\0", sentence("a tar archive"), UNPACK),
    (257, b"ustar  \0", sentence("a tar archive"), UNPACK),
    (0, b"\xfd7zXZ\0", sentence("an xz archive"), UNPACK),
    (0, b"\x28\xb5\x2f\xfd", sentence("a Zstandard archive"), UNPACK),
    (4, b"1AY&SY", sentence("a bzip2 archive"), UNPACK),
    (0, b"PAR1\x15", sentence("a Parquet file"), EXPORT_FROM),
    (0, b"SQLite format 3\0", sentence("a SQLite database"), EXPORT_FROM),
    (0, b"\0\1\0\0Standard Jet DB", sentence("an Access database"), EXPORT_FROM),
    (0, b"\0\1\0\0Standard ACE DB", sentence("an Access database"), EXPORT_FROM),
    (0, b"\x89PNG", sentence("a picture"), ASK),
    (0, b"\xff\xd8\xff", sentence("a picture"), ASK),
)
LEADING = b"\xef\xbb\xbf \t\r\n"  # what web servers put before a file by mistake
ARCHIVE = re.compile(r"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?mime-version:", re.IGNORECASE | re.ASCII)
NO_SHEET = sentence("has no sheet with a header and rows")
UNHIDE = "show the sheet in Excel, save, and import again, if it is meant"


@attrs.frozen
class UnreadTable:
    """A sheet, or a file of a zip, that is not read, and why."""

    name: str
    why: Sentence
    remedy: Sentence


@attrs.frozen
class FileTables:
    """The tables of a file, and what in it could not be read though others could."""

    tables: tuple[LogTable, ...]
    unread: tuple[UnreadTable, ...] = ()


def read_table(data: bytes, name: str) -> tuple[LogTable, ...]:
    """The tables in a file: one, or one for every sheet with rows. Raises UnreadableFile with the remedy."""
    return read_tables(data, name).tables


def read_tables(data: bytes, name: str) -> FileTables:
    """The tables in a file, and what else is in it. Raises UnreadableFile, with the remedy, where there is none."""
    try:
        return _read(data, name, Budget.of(len(data)), DEPTH)
    except MemoryError as refused:
        raise UnreadableFile("is larger than this machine's memory", "split it, for example by month") from refused


def _read(data: bytes, name: str, budget: Budget, depth: int) -> FileTables:
    if (bare := data[:64].lstrip(LEADING)).startswith((ZIP, OLE, GZIP)):
        data = data[min(len(data), 64) - len(bare) :]
    if data.startswith(GZIP):
        return _read_gzip(data, name, budget, depth)
    if data.startswith(ZIP):
        return _read_zip(data, name, budget, depth)
    if data.startswith(OLE):
        if ENCRYPTED in data:
            raise UnreadableFile("is a workbook with a password", NO_PASSWORD)
        return _of_sheets(read_workbook(*sound_xls(data)), name)
    for at, signature, kind, remedy in SIGNATURES:
        if data.startswith(signature, at):
            raise UnreadableFile(sentence("is {kind}", kind=kind), remedy)
    return _read_text(data, name, budget)


def _read_gzip(data: bytes, name: str, budget: Budget, depth: int) -> FileTables:
    _refuse_deep(depth)
    head = GzipText(data, Budget()).read(2**16)
    if _root(head.decode("utf-8", "replace").lstrip("\ufeff")) == "log":
        return FileTables((read_xes(GzipText(data, budget), name, budget),))  # type: ignore[arg-type]
    return _read(ungzipped(data, budget), name, budget, depth - 1)


def _read_zip(data: bytes, name: str, budget: Budget, depth: int) -> FileTables:
    """A workbook, or the tables of every file in a zip."""
    infos = directory(data)
    names = [info.filename for info in infos]
    if any(part.startswith("xl/workbook") for part in names) or "content.xml" in names:
        return _of_sheets(read_workbook(data, refuse_vast_zip(data, infos, budget)), name)
    for folder, kind in OTHER_DOCUMENTS.items():
        if any(part.startswith(folder) for part in names):
            raise UnreadableFile(sentence("is {kind}, whatever its name says", kind=kind), ASK)
    _refuse_deep(depth)
    tables: list[LogTable] = []
    unread: list[UnreadTable] = []
    for inner, content in members(data, budget):
        try:
            found = _read(content, f"{name}[{inner}]", budget, depth - 1)
        except UnreadableFile as refused:
            unread.append(UnreadTable(f"{name}[{inner}]", refused.why, refused.remedy))
        else:
            tables += [
                attrs.evolve(table, sheet=f"{inner}[{table.sheet}]" if table.sheet else inner) for table in found.tables
            ]
            unread += found.unread
    if not tables:
        raise _none_read(unread)
    return FileTables(tuple(tables), tuple(unread))


def _none_read(unread: Sequence[UnreadTable]) -> UnreadableFile:
    if not unread:
        return UnreadableFile("is an empty zip file", EXPORT_AGAIN)
    return UnreadableFile(sentence("{file}: {why}", file=unread[0].name, why=unread[0].why), unread[0].remedy)


def _refuse_deep(depth: int) -> None:
    if depth == 0:
        raise UnreadableFile("is packed again and again", UNPACK)


# texts


def _read_text(data: bytes, name: str, budget: Budget) -> FileTables:
    text = text_of(data)
    start = text.lstrip()[:4096] if text[:1].isspace() else text[:4096]
    if start.startswith("%PDF"):
        raise UnreadableFile("is a PDF", ASK)
    if start.startswith("{\\rtf"):
        raise UnreadableFile(sentence("is {kind}, whatever its name says", kind=sentence("a Word document")), ASK)
    if ARCHIVE.match(start.replace("\r", "")):
        raise UnreadableFile(sentence("is {kind}, whatever its name says", kind=sentence("a web archive")), SAVE_AGAIN)
    if start.startswith("<"):
        return _read_markup(data, text, name, budget)
    json = text if is_json(start) else uncalled(text)
    if json:
        return FileTables(read_json(json, name, budget))
    return FileTables((read_delimited(text, name, budget),))


def _root(start: str) -> str:
    """The name of the outermost tag of a text that is markup, else nothing."""
    start = start.lstrip()
    if not start.startswith("<"):
        return ""
    plain = re.sub(
        r"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(\[.*?\])?\s*>", "", start[: 2**16], flags=re.DOTALL | re.IGNORECASE
    )
    found = ROOT.match(plain.lstrip())
    return found[2] if found else ""


def _read_markup(data: bytes, text: str, name: str, budget: Budget) -> FileTables:
    root = _root(text)
    if root == "log":
        return FileTables((read_xes(io.BytesIO(data), name, budget),))
    if root == "Workbook":
        refuse_entities(text)
        return _of_sheets([SheetGrid(grid, not grid.hidden) for grid in xml_grids(_whole(text))], name)
    if root == "document" and "urn:oasis:names:tc:opendocument" in text[: 2**16]:
        flat = sentence("an OpenDocument workbook without its package (.fods)")
        raise UnreadableFile(sentence("is {kind}", kind=flat), "open it in LibreOffice and save it as .ods or .xlsx")
    if "<table" in text.casefold():
        return _of_grids(html_grids(text), name, sentence("is HTML without a table that has a header and rows"))
    kind = "HTML" if root.casefold() == "html" else "XML"
    raise UnreadableFile(sentence("is {kind} without a table in it", kind=kind), SAVE_AGAIN)


def _whole(text: str) -> str:
    """Without blanks before the declaration, which XML forbids."""
    return text.lstrip()


# sheets


def _of_sheets(sheets: Sequence[SheetGrid], name: str) -> FileTables:
    """The tables of the sheets that people see; hidden ones only where no other has any."""
    seen = [sheet.grid for sheet in sheets if sheet.visible]
    hidden = [sheet.grid for sheet in sheets if not sheet.visible]
    try:
        found = _of_grids(seen, name, NO_SHEET)
    except UnreadableFile:
        if not hidden:
            raise
        return _of_grids(hidden, name, NO_SHEET)
    left = [grid.name for grid in hidden if _table(grid)]
    unread = [UnreadTable(f"{name}[{one}]", sentence("is a hidden sheet"), sentence(UNHIDE)) for one in left]
    return attrs.evolve(found, unread=(*found.unread, *unread))


def _of_grids(grids: Iterable[Grid], name: str, nothing: Sentence) -> FileTables:
    full = [(grid.name, table) for grid in grids if (table := _table(grid))]
    if not full:
        raise UnreadableFile(nothing, EXPORT_AGAIN)
    named: Callable[[str], str] = (lambda sheet: f"{name}[{sheet}]") if len(full) > 1 else (lambda _: name)
    return FileTables(tuple(attrs.evolve(table, name=named(sheet), sheet=sheet) for sheet, table in full))


def _table(grid: Grid) -> LogTable | None:
    table = laid_out(grid.name, grid.rows, grid.merges)
    if not table or not table.rows:
        return None
    unseen = [row.number for row in table.rows if row.number in grid.unseen]
    return attrs.evolve(table, notes=(*table.notes, _unseen(unseen))) if unseen else table


def _unseen(numbers: Sequence[int]) -> Sentence:
    rows = ", ".join(map(str, numbers[:ROW_NUMBERS_SHOWN])) + (", …" if len(numbers) > ROW_NUMBERS_SHOWN else "")
    return sentence(
        "{count} rows that the page hides were read all the same: row {rows}", count=len(numbers), rows=rows
    )
