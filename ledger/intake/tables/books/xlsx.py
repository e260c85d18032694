"""The parts of an xlsx: of a sheet its extent and its cells without a value, of the texts their number, of the book its sheets."""

import re
import zipfile
from collections.abc import Callable, Iterable
from itertools import chain

import attrs

from ledger.intake.tables.books.relationships import attributes_of, targets_of
from ledger.intake.tables.books.scan import ERROR_CODES, CellTotal, Extent, Unvalued
from ledger.intake.tables.books.tags import parse
from ledger.intake.tables.packed import Budget, pieces
from ledger.intake.tables.table import AS_VALUE, MAX_CELLS, SPLIT, UNCALCULATED
from ledger.sentences import UnreadableFile, sentence

COLUMN = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,7}"')
ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
FORMULA_CELL = re.compile(
    rb"<c r=\"([A-Z]{1,3})([0-9]{1,7})\"([^<>]*)>\s*<f(?:[\s/][^<>]*)?>(?:[^<]*</f>)?\s*(?:<v(?:[\s/][^<>]*)?>([^<]*)(?:</v>\s*)?)?</c>"
)
FORMULA_TAGS = (b"<f>", b"<f ", b"<f/", b"<f\t", b"<f\n", b"<f\r")
ERROR_CELL = re.compile(
    rb"<c r=\"([A-Z]{1,3})([0-9]{1,7})\"(?:[^<>]*\s)?t=[\"']e[\"'][^<>]*>\s*(?:<f(?:[\s/][^<>]*)?>(?:[^<]*</f>)?\s*)?<v[^<>]*>([^<]*)</v>"
)
ERROR_TYPES = (b'"e"', b"'e'")  # the type of a cell with an error
TYPE = re.compile(rb"\st\s*=\s*[\"'](\w+)[\"']")
OPENINGS = (b"<c ", b"<c>", b"<c/", b"<c\t", b"<c\n", b"<c\r")
PREFIXED = re.compile(rb":c[\s/>]")
TEXT = re.compile(rb"<(?:[^\s<>/:\"']+:)?si[\s/>]")
SAID = re.compile(rb"[cC]ount\s*=\s*[\"']\s*([0-9]+)")
TEXTS = "sharedstrings"  # in the name of the part that holds the texts of an xlsx
TOLD = re.compile(rb"<(?:[^\s<>/:\"']+:)?sst\s[^<>]*")
TAG = 2**20  # bytes; no tag of a sheet is longer
XML_BOOK = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
SHEET_TAG = re.compile(rb"<(?:\w+:)?sheet\s[^<>]*>")
DAY_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})" s="([0-9]{1,5})"(?: t="n")?>(?:<f>[^<]*</f>)?<v>[0-9]{1,6}(?:\.0*)?</v>'
)
WHOLE_DAY = re.compile(r"\s*[0-9]{1,6}(\.0*)?\s*")
SINCE_1904 = re.compile(rb"<(?:\w+:)?workbookPr\s[^<>]*\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']")


def scan_xml(
    data: bytes, info: zipfile.ZipInfo, budget: Budget, total: CellTotal, timed: frozenset[bytes]
) -> Unvalued | None:
    """A part of an xlsx: of a sheet its extent, the cells without a value and those at midnight, in one of the `timed` styles; of the
    texts their number."""
    unvalued = None
    parts = pieces(data, info, budget)
    head = next(parts, b"")
    start = head[:4096].replace(b"\0", b"")  # of UTF-16 too
    if b"worksheet" in start or _holds_cells(pieces(data, info, Budget.of(len(data)))):
        unvalued = Unvalued()
        extent = _usual_extent(chain([head], parts), unvalued, timed) if b"\0" not in head[:4096] else None
        if extent is None:
            unvalued = Unvalued()
            extent = _parsed_extent(pieces(data, info, Budget.of(len(data))), unvalued, timed)
        total.add(extent)
    if b"sst" in start or TEXTS in info.filename.casefold():
        _count_texts(chain([head], parts))
    else:
        for _ in parts:  # to the end, so that all is counted
            pass
    return unvalued


def _holds_cells(parts: Iterable[bytes]) -> bool:
    """Whether a part is a sheet, whatever it is called, and however late its outermost tag comes."""
    rest = b""
    for part in parts:
        text = rest + part.replace(b"\0", b"")
        if b"sheetData" in text:
            return True
        rest = text[-16:]
    return False


def _count_texts(parts: Iterable[bytes]) -> None:
    """Raises UnreadableFile where a part holds too many texts, or says so: the reader makes room for as many before it reads any."""
    texts, rest = 0, b""
    for part in chain(parts, [b"<"]):
        text = rest + part.replace(b"\0", b"")  # of UTF-16 too
        cut = max(text.rfind(b"<"), 0)
        text, rest = text[:cut], text[cut:]
        said = [int(digits[:12]) for tag in TOLD.findall(text) for digits in SAID.findall(tag)]
        texts += len(TEXT.findall(text))
        if max(texts, *said, 0) > MAX_CELLS or len(rest) > TAG:
            raise UnreadableFile("holds more texts than can be held", SPLIT)


def _usual_extent(parts: Iterable[bytes], unvalued: Unvalued, timed: frozenset[bytes]) -> Extent | None:
    """By the references of the cells as they are usually written, with those without a value and those at midnight; None where one is
    written otherwise."""
    extent, rest, usual = Extent(), b"", True
    for part in parts:  # to the end, so that all is counted
        text = rest + part
        cut = _end_of_cells(text)
        text, rest = text[:cut], text[cut:]
        usual = usual and len(rest) < TAG and _reached(text, extent, unvalued, timed)
        rest = rest if usual else b""
    return extent if usual and _reached(rest, extent, unvalued, timed) else None


def _end_of_cells(text: bytes) -> int:
    """Where the last tag of a text begins, or the cell that is still open there."""
    cut = max(text.rfind(b"<"), 0)
    cell = max(text.rfind(b"<c ", 0, cut), 0)
    return cut if any(text.find(end, cell, cut) >= 0 for end in (b"</c>", b"</row")) else cell


def _reached(text: bytes, extent: Extent, unvalued: Unvalued, timed: frozenset[bytes]) -> bool:
    """Whether every cell in a text is written as usual; the extent reaches it."""
    rows = ROW.findall(text)
    if len(rows) != sum(map(text.count, OPENINGS)) or PREFIXED.search(text):
        return False
    if rows:
        numbers, columns = [int(row) for row in {*rows}], [_column(one) for one in {*COLUMN.findall(text)}]
        extent.reach(min(numbers) - 1, min(columns))
        extent.reach(max(numbers) - 1, max(columns))
    for letters, row, style in DAY_CELL.findall(text) if timed else ():
        if style in timed:
            unvalued.midnights.add(int(row) - 1, _column(letters))
    return _noted(text, unvalued)


def _noted(text: bytes, unvalued: Unvalued) -> bool:
    """Whether every error and every formula in a text is written as usual; cells without a value are noted."""

    def error(cell: re.Match[bytes]) -> None:
        place = int(cell[2])
        unvalued.add(place - 1, _column(cell[1]), _known(cell[3].decode("utf-8", "replace").strip(), place))

    def formula(cell: re.Match[bytes]) -> None:
        if cell[4] and not cell[4].isspace():  # as nearly all are
            return
        kind = TYPE.search(cell[3])
        if _is_uncalculated(kind[1].decode() if kind else "", None if cell[4] is None else ""):
            unvalued.add(int(cell[2]) - 1, _column(cell[1]), UNCALCULATED)

    formulas = FORMULA_TAGS if b"<f" in text else ()
    return all(_usual(text, mark, ERROR_CELL, error) for mark in ERROR_TYPES) and all(
        _usual(text, mark, FORMULA_CELL, formula) for mark in formulas
    )


def _usual(text: bytes, mark: bytes, usual: re.Pattern[bytes], note: Callable[[re.Match[bytes]], None]) -> bool:
    """Whether every cell with a mark in it is written as usual, each being noted. The first that is not ends it: nothing is looked
    through twice."""
    before, at = -1, text.find(mark)
    while at >= 0:
        start = text.rfind(b"<c ", 0, at)
        cell = usual.match(text, start) if start > before else None
        if cell is None or cell.end() < at:
            return False
        note(cell)
        before, at = start, text.find(mark, at + 1)
    return True


def _column(letters: bytes) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


@attrs.define
class _XmlSheet:
    """An xlsx sheet by every tag in it."""

    unvalued: Unvalued
    timed: frozenset[bytes]
    extent: Extent = attrs.field(factory=Extent)
    row: int = 0
    at: int = 0
    column: int = -1
    kind: str = ""
    style: bytes = b""
    formula: bool = False
    value: str | None = None
    in_value: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag opens."""
        name = tag.rpartition(":")[2]
        if name == "row":
            said = attributes.get("r", "")
            self.row, self.column = int(said) if said.isdecimal() and len(said) < 9 else self.row + 1, -1
        elif name == "c":
            found = re.fullmatch(r"([A-Za-z]{1,3})([0-9]{1,7})", attributes.get("r", ""))
            self.column = _column(found[1].upper().encode()) if found else self.column + 1
            self.at = (int(found[2]) if found else max(self.row, 1)) - 1
            self.extent.reach(self.at, self.column)
            self.kind, self.formula, self.value = attributes.get("t", ""), False, None
            self.style = attributes.get("s", "").encode()
        elif name == "f":
            self.formula = True
        elif name in ("v", "t"):
            self.value, self.in_value = self.value or "", True

    def text(self, text: str) -> None:
        """Text in a tag, or between tags."""
        if self.in_value:
            self.value = f"{self.value}{text}"

    def end(self, tag: str) -> None:
        """A tag closes."""
        name = tag.rpartition(":")[2]
        if name in ("v", "t"):
            self.in_value = False
        elif name == "c" and self.kind == "e":
            self.unvalued.add(self.at, self.column, _known((self.value or "").strip(), self.at + 1))
        elif name == "c" and self.formula and _is_uncalculated(self.kind, self.value):
            self.unvalued.add(self.at, self.column, UNCALCULATED)
        elif (
            name == "c"
            and self.style in self.timed
            and self.kind in ("", "n")
            and WHOLE_DAY.fullmatch(self.value or "")
        ):
            self.unvalued.midnights.add(self.at, self.column)


def _is_uncalculated(kind: str, value: str | None) -> bool:
    """Whether a formula with such a value was never calculated; one that gives an empty text is a text."""
    return kind != "e" and not (value or "").strip() and (kind != "str" or value is None)


def _known(error: str, row: int) -> str:
    """An error of an xlsx. Raises UnreadableFile for one that the reader refuses the whole workbook for."""
    if error not in ERROR_CODES.values() or error == ERROR_CODES[0x2B]:
        why = sentence("shows an error in row {row} that cannot be read: {error}", row=row, error=error or "-")
        raise UnreadableFile(why, AS_VALUE)
    return error


def _parsed_extent(parts: Iterable[bytes], unvalued: Unvalued, timed: frozenset[bytes]) -> Extent:
    """The extent of an xlsx sheet by every tag in it, its cells without a value and those at midnight."""
    sheet = _XmlSheet(unvalued, timed)
    parse(parts, sheet.start, sheet.end, sheet.text)
    return sheet.extent


def xml_sheets(book: bytes, relations: bytes) -> list[str]:
    """The part of each sheet of an xlsx, in the order of the book."""
    targets = targets_of(relations)
    return [targets.get(said.get("id", ""), "") for tag in SHEET_TAG.findall(book) for said in [attributes_of(tag)]]
