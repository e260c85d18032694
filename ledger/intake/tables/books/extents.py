"""How far the cells of a workbook reach, what is merged, and which have no value, before anything of it is held in memory.

A sheet of two cells at its corners would be held as seventeen milliards of empty ones. The reader of workbooks gives an error, and a
formula that no program has calculated, as an empty cell.
"""

import re
import struct
import zipfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, pairwise
from xml.parsers import expat

import attrs

from ledger.intake.tables.layout import Merge
from ledger.intake.tables.packed import Budget, pieces
from ledger.intake.tables.table import (
    AS_VALUE,
    DAMAGED,
    ERROR,
    ERRORS,
    MAX_CELLS,
    SAVE_AGAIN,
    SPLIT,
    UNCALCULATED,
    refuse_too_large,
)
from ledger.sentences import UnreadableFile, sentence

COLUMN = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,7}"')
ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
FORMULA = re.compile(
    rb"<c r=\"([A-Z]{1,3})([0-9]{1,7})\"([^<>]*)>\s*<f(?:[\s/][^<>]*)?>(?:[^<]*</f>)?\s*(?:<v(?:[\s/][^<>]*)?>([^<]*)(?:</v>\s*)?)?</c>"
)
FORMULAS = (b"<f>", b"<f ", b"<f/", b"<f\t", b"<f\n", b"<f\r")
FAILED = re.compile(
    rb"<c r=\"([A-Z]{1,3})([0-9]{1,7})\"(?:[^<>]*\s)?t=[\"']e[\"'][^<>]*>\s*(?:<f(?:[\s/][^<>]*)?>(?:[^<]*</f>)?\s*)?<v[^<>]*>([^<]*)</v>"
)
FAILURES = (b'"e"', b"'e'")  # the type of a cell with an error
TYPE = re.compile(rb"\st\s*=\s*[\"'](\w+)[\"']")
OPENINGS = (b"<c ", b"<c>", b"<c/", b"<c\t", b"<c\n", b"<c\r")
PREFIXED = re.compile(rb":c[\s/>]")
TEXT = re.compile(rb"<(?:[^\s<>/:\"']+:)?si[\s/>]")
SAID = re.compile(rb"[cC]ount\s*=\s*[\"']\s*([0-9]+)")
TEXTS = "sharedstrings"  # in the name of the part that holds the texts of an xlsx
TOLD = re.compile(rb"<(?:[^\s<>/:\"']+:)?sst\s[^<>]*")
TAG = 2**20  # bytes; no tag of a sheet is longer
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
VALUES = tuple(f"{OFFICE}{name}" for name in ("value", "date-value", "time-value", "boolean-value", "string-value"))
LONGEST = 40  # characters of an ods cell that are looked at
USUAL_DAY = "1899-12-30"  # from which an ods counts days, unless it says otherwise
ROW_HEADER, CELLS, MERGED, BUNDLED = 0, range(1, 12), 176, 156  # records of an xlsb: [MS-XLSB] 2.3.2
FAILED_CELLS, PROPERTIES = (3, 11), 153
CODES = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip
BINARY_BOOK = ("xl/workbook.bin", "xl/_rels/workbook.bin.rels")
XML_BOOK = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^<>]*>")
SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^<>]*>")
SINCE_1904 = re.compile(rb"<(?:\w+:)?workbookPr\s[^<>]*\bdate1904\s*=\s*[\"'](?:1|true|on)[\"']")


@attrs.define
class Extent:
    """How far the cells of a sheet reach, counted from 0."""

    top: int = 2**31
    bottom: int = -1
    left: int = 2**31
    right: int = -1

    def reach(self, row: int, column: int) -> None:
        """A cell more."""
        self.top, self.bottom = min(self.top, row), max(self.bottom, row)
        self.left, self.right = min(self.left, column), max(self.right, column)

    @property
    def rows(self) -> int:
        """From the first to the last."""
        return max(self.bottom - self.top + 1, 0)

    @property
    def columns(self) -> int:
        """From the first to the last."""
        return max(self.right - self.left + 1, 0)


@attrs.define
class CellTotal:
    """The cells of all sheets together."""

    cells: int = 0

    def add(self, extent: Extent) -> None:
        """A sheet more. Raises UnreadableFile where it is too large."""
        refuse_too_large(extent.rows, extent.columns)
        self.cells += extent.rows * extent.columns
        refuse_too_large(1, self.cells)


@attrs.define
class Unvalued:
    """The cells of a sheet without a value, counted from 0, and what is shown in each: an error, or UNCALCULATED."""

    rows: "array[int]" = attrs.field(factory=lambda: array("I"))
    columns: "array[int]" = attrs.field(factory=lambda: array("I"))
    shown: "array[int]" = attrs.field(factory=lambda: array("B"))

    def add(self, row: int, column: int, text: str) -> None:
        """A cell more. Raises UnreadableFile where there are too many."""
        refuse_too_large(1, len(self.rows) + 1)
        self.rows.append(row)
        self.columns.append(column)
        self.shown.append(NUMBERED[text if text in NUMBERED else ERROR])

    def by_row(self) -> Iterator[tuple[int, dict[int, str]]]:
        """(row, column -> what is shown there), the rows in their order."""
        order: Iterable[int] = range(len(self.rows))
        if any(before > after for before, after in pairwise(self.rows)):
            order = sorted(order, key=self.rows.__getitem__)
        for row, places in groupby(order, key=self.rows.__getitem__):
            yield row, {self.columns[place]: SHOWN[self.shown[place]] for place in places}


SHOWN = (UNCALCULATED, *sorted(ERRORS))
NUMBERED = {text: number for number, text in enumerate(SHOWN)}


@attrs.frozen
class Scanned:
    """What the reader of workbooks does not tell: `merges` of a sheet by its name (none: it tells them itself), `unvalued` of each
    sheet in the order of the book, and whether numbers count days otherwise than from 1899-12-30 (`other_days`)."""

    merges: Mapping[str, Sequence[Merge]]
    unvalued: Sequence[Unvalued]
    other_days: bool = False


def refuse_vast_zip(data: bytes, infos: Sequence[zipfile.ZipInfo], budget: Budget) -> Scanned:
    """What the reader does not tell of a workbook (xlsx, xlsb, ods). Raises UnreadableFile where it would take too much."""
    total, ods = CellTotal(), list[Scanned]()
    merges: dict[str, list[Merge]] = {}
    unvalued: dict[str, Unvalued] = {}
    parts = {info.filename: b"".join(pieces(data, info, budget)) for info in infos if info.filename in BINARY_BOOK}
    sheets = [*_binary_sheets(parts)] if len(parts) == len(BINARY_BOOK) else []
    named = {part for _, part in sheets}
    for info in infos:
        if info.filename in BINARY_BOOK:
            continue
        if info.filename in named or (info.filename.endswith(".bin") and "worksheets/" in info.filename):
            found = unvalued[info.filename] = Unvalued()
            merges[info.filename] = _scan_binary(b"".join(pieces(data, info, budget)), total, found)
        elif info.filename == "content.xml":
            ods.append(_scan_ods(pieces(data, info, budget), total))
        elif found_in := _scan_xml(data, info, budget, total):
            unvalued[info.filename] = found_in
    if ods:
        return ods[-1]
    if sheets:
        told = {name: merges.get(part, []) for name, part in sheets}
        return Scanned(
            told, _in_order([part for _, part in sheets], unvalued), _counts_from_1904(parts[BINARY_BOOK[0]])
        )
    book = {
        info.filename: b"".join(pieces(data, info, Budget.of(len(data)))) for info in infos if info.filename in XML_BOOK
    }
    start = book.get(XML_BOOK[0], b"")
    return Scanned(
        {}, _in_order(_xml_sheets(start, book.get(XML_BOOK[1], b"")), unvalued), bool(SINCE_1904.search(start))
    )


def _in_order(parts: Sequence[str], unvalued: Mapping[str, Unvalued]) -> list[Unvalued]:
    """What was found in the parts of a book's sheets. Raises UnreadableFile where something was found in a part that is no sheet's."""
    found = {name.casefold(): one for name, one in unvalued.items()}
    known = [part.casefold() for part in parts]
    if any(one.rows for name, one in found.items() if name not in known):
        raise UnreadableFile(DAMAGED, SAVE_AGAIN)
    return [found.get(part, Unvalued()) for part in known]


def _scan_xml(data: bytes, info: zipfile.ZipInfo, budget: Budget, total: CellTotal) -> Unvalued | None:
    """A part of an xlsx: of a sheet its extent and the cells without a value, of the texts their number."""
    unvalued = None
    parts = pieces(data, info, budget)
    head = next(parts, b"")
    start = head[:4096].replace(b"\0", b"")  # of UTF-16 too
    if b"worksheet" in start or _holds_cells(pieces(data, info, Budget.of(len(data)))):
        unvalued = Unvalued()
        extent = _usual_extent(chain([head], parts), unvalued) if b"\0" not in head[:4096] else None
        if extent is None:
            unvalued = Unvalued()
            extent = _parsed_extent(pieces(data, info, Budget.of(len(data))), unvalued)
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


def _usual_extent(parts: Iterable[bytes], unvalued: Unvalued) -> Extent | None:
    """By the references of the cells as they are usually written, with those without a value; None where one is written otherwise."""
    extent, rest, usual = Extent(), b"", True
    for part in parts:  # to the end, so that all is counted
        text = rest + part
        cut = _end_of_cells(text)
        text, rest = text[:cut], text[cut:]
        usual = usual and len(rest) < TAG and _reached(text, extent, unvalued)
        rest = rest if usual else b""
    return extent if usual and _reached(rest, extent, unvalued) else None


def _end_of_cells(text: bytes) -> int:
    """Where the last tag of a text begins, or the cell that is still open there."""
    cut = max(text.rfind(b"<"), 0)
    cell = max(text.rfind(b"<c ", 0, cut), 0)
    return cut if any(text.find(end, cell, cut) >= 0 for end in (b"</c>", b"</row")) else cell


def _reached(text: bytes, extent: Extent, unvalued: Unvalued) -> bool:
    """Whether every cell in a text is written as usual; the extent reaches it."""
    rows = ROW.findall(text)
    if len(rows) != sum(map(text.count, OPENINGS)) or PREFIXED.search(text):
        return False
    if rows:
        numbers, columns = [int(row) for row in {*rows}], [_column(one) for one in {*COLUMN.findall(text)}]
        extent.reach(min(numbers) - 1, min(columns))
        extent.reach(max(numbers) - 1, max(columns))
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

    formulas = FORMULAS if b"<f" in text else ()
    return all(_usual(text, mark, FAILED, error) for mark in FAILURES) and all(
        _usual(text, mark, FORMULA, formula) for mark in formulas
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
    extent: Extent = attrs.field(factory=Extent)
    row: int = 0
    at: int = 0
    column: int = -1
    kind: str = ""
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


def _is_uncalculated(kind: str, value: str | None) -> bool:
    """Whether a formula with such a value was never calculated; one that gives an empty text is a text."""
    return kind != "e" and not (value or "").strip() and (kind != "str" or value is None)


def _known(error: str, row: int) -> str:
    """An error of an xlsx. Raises UnreadableFile for one that the reader refuses the whole workbook for."""
    if error not in CODES.values() or error == CODES[0x2B]:
        why = sentence("shows an error in row {row} that cannot be read: {error}", row=row, error=error or "-")
        raise UnreadableFile(why, AS_VALUE)
    return error


def _parsed_extent(parts: Iterable[bytes], unvalued: Unvalued) -> Extent:
    """The extent of an xlsx sheet by every tag in it, and its cells without a value."""
    sheet = _XmlSheet(unvalued)
    _parse(parts, sheet.start, sheet.end, sheet.text)
    return sheet.extent


def _parse(parts: Iterable[bytes], start: object, end: object, text: object, *, spaces: str | None = None) -> None:
    """Every tag of a part, without entities; `spaces`: what stands between a namespace and a name. Raises UnreadableFile."""
    parser = expat.ParserCreate(namespace_separator=spaces)
    parser.StartElementHandler = start  # type: ignore[assignment]
    parser.EndElementHandler = end  # type: ignore[assignment]
    parser.CharacterDataHandler = text  # type: ignore[assignment]
    parser.EntityDeclHandler = _refuse_entity
    try:
        for part in parts:
            parser.Parse(part, False)
        parser.Parse(b"", True)
    except expat.ExpatError as refused:
        raise UnreadableFile(DAMAGED, SAVE_AGAIN) from refused


def _refuse_entity(*_: object) -> None:
    raise UnreadableFile("is XML that declares entities", SAVE_AGAIN)


# ods


@attrs.define
class _OdsCell:
    """An open cell: how often it is repeated, whether anything stands in it, and what tells that it has no value."""

    times: int
    filled: bool
    failed: bool
    uncalculated: bool
    remarks: int = 0
    said: str = ""

    @classmethod
    def of(cls, attributes: Mapping[str, str]) -> "_OdsCell":
        """By the attributes of its tag."""
        kind = attributes.get(f"{OFFICE}value-type")
        valued = kind == "string" or any(name in attributes for name in VALUES)
        formula = f"{TABLE}formula" in attributes
        times = _times(attributes, "number-columns-repeated")
        return cls(times, kind is not None, attributes.get(f"{CALC}value-type") == "error", formula and not valued)

    @property
    def shown(self) -> str | None:
        """What is shown where the cell has no value."""
        said = self.said.strip()
        if self.failed or said in ERRORS:
            return said or ERROR
        return UNCALCULATED if self.uncalculated and not said else None


@attrs.define
class _OdsSheet:
    name: str
    extent: Extent = attrs.field(factory=Extent)
    merges: list[Merge] = attrs.field(factory=list)
    row: int = 0
    column: int = 0
    repeated: int = 1
    cell: _OdsCell | None = None
    unvalued: Unvalued = attrs.field(factory=Unvalued)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A tag of the sheet opens."""
        if name == "table-row":
            self.repeated, self.column = _times(attributes, "number-rows-repeated"), 0
        elif name in ("table-cell", "covered-table-cell"):
            self.cell = _OdsCell.of(attributes)
            tall, wide = _times(attributes, "number-rows-spanned"), _times(attributes, "number-columns-spanned")
            if tall > 1 or wide > 1:
                self.merges.append(Merge(self.row + 1, self.row + tall, self.column, self.column + wide - 1))

    def inside(self, tag: str, by: int) -> None:
        """A tag within a cell opens (1) or closes (-1): a paragraph, which a cell that was calculated has, or a remark."""
        if self.cell and tag == f"{OFFICE}annotation":
            self.cell.remarks += by
        elif self.cell and not self.cell.remarks:
            self.cell.uncalculated = False

    def text(self, text: str) -> None:
        """Text in a cell, or between cells."""
        if self.cell and text.strip():
            self.cell.filled = True
            if not self.cell.remarks and len(self.cell.said) < LONGEST:
                self.cell.said += text

    def end(self, name: str) -> None:
        """A tag of the sheet closes."""
        if name == "table-row":
            self.row += self.repeated
        elif name in ("table-cell", "covered-table-cell") and self.cell:
            shown = self.cell.shown
            if self.cell.filled or shown:
                self.extent.reach(self.row, self.column)
                self.extent.reach(self.row + self.repeated - 1, self.column + self.cell.times - 1)
            if shown:
                self._note(shown, self.cell.times)
            self.column, self.cell = self.column + self.cell.times, None

    def _note(self, shown: str, times: int) -> None:
        refuse_too_large(self.repeated, times)
        for row in range(self.row, self.row + self.repeated):
            for column in range(self.column, self.column + times):
                self.unvalued.add(row, column, shown)


def _times(attributes: Mapping[str, str], name: str) -> int:
    text = attributes.get(TABLE + name, "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 10 else 1


def _scan_ods(parts: Iterable[bytes], total: CellTotal) -> Scanned:
    sheets: list[_OdsSheet] = []
    days: list[str] = []
    open_sheet: list[_OdsSheet] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if tag == f"{TABLE}table":
            open_sheet.append(_OdsSheet(attributes.get(f"{TABLE}name", "")))
            sheets.append(open_sheet[-1])
        elif tag == f"{TABLE}null-date":
            days.append(attributes.get(f"{TABLE}date-value", USUAL_DAY))
        elif open_sheet and tag.startswith(TABLE):
            open_sheet[-1].start(name, attributes)
        elif open_sheet:
            open_sheet[-1].inside(tag, 1)

    def end(tag: str) -> None:
        if tag == f"{TABLE}table" and open_sheet:
            total.add(open_sheet.pop().extent)
        elif open_sheet and tag.startswith(TABLE):
            open_sheet[-1].end(tag.rpartition(" ")[2])
        elif open_sheet:
            open_sheet[-1].inside(tag, -1)

    def text(said: str) -> None:
        if open_sheet:
            open_sheet[-1].text(said)

    _parse(parts, start, end, text, spaces=" ")
    merges = {sheet.name: sheet.merges for sheet in sheets}
    return Scanned(merges, [sheet.unvalued for sheet in sheets], any(day[:10] != USUAL_DAY for day in days))


# xlsb


def _scan_binary(data: bytes, total: CellTotal, unvalued: Unvalued) -> list[Merge]:
    extent, row, merges = Extent(), 0, list[Merge]()
    for kind, start, size in _records(data):
        if size < 4 and (kind == ROW_HEADER or kind in CELLS):  # the reader would take its place from the record before
            raise UnreadableFile(DAMAGED, SAVE_AGAIN)
        if kind == ROW_HEADER:
            (row,) = struct.unpack_from("<I", data, start)
        elif kind in CELLS:
            (column,) = struct.unpack_from("<I", data, start)
            extent.reach(row, column)
            if kind in FAILED_CELLS:
                unvalued.add(row, column, CODES.get(data[start + 8], ERROR) if size > 8 else ERROR)
        elif kind == MERGED and size >= 16:
            top, bottom, left, right = struct.unpack_from("<4I", data, start)
            merges.append(Merge(top + 1, bottom + 1, left, right))
    total.add(extent)
    return merges


def _binary_sheets(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """(name, part) of each sheet of an xlsb."""
    targets = _targets(parts[BINARY_BOOK[1]])
    book = parts[BINARY_BOOK[0]]
    for kind, start, size in _records(book):
        if kind == BUNDLED and size >= 16:
            relation, at = _wide(book, start + 8)
            name, _ = _wide(book, at)
            yield name, targets.get(relation, "")


def _counts_from_1904(book: bytes) -> bool:
    """Whether an xlsb counts days from 1904."""
    return any(kind == PROPERTIES and size and book[start] & 1 for kind, start, size in _records(book))


def _xml_sheets(book: bytes, relations: bytes) -> list[str]:
    """The part of each sheet of an xlsx, in the order of the book."""
    targets = _targets(relations)
    return [targets.get(said.get("id", ""), "") for tag in SHEET.findall(book) for said in [_attributes(tag)]]


def _targets(relations: bytes) -> dict[str, str]:
    """Relation -> the part that it names."""
    told = [_attributes(tag) for tag in RELATION.findall(relations)]
    return {said.get("Id", ""): _part(said.get("Target", "")) for said in told}


def _attributes(tag: bytes) -> dict[str, str]:
    """The attributes of a tag, by their names without namespaces."""
    return dict(re.findall(r"""\b(\w+)\s*=\s*["']([^"']*)["']""", tag.decode("utf-8", "replace")))


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else target if target.startswith("xl/") else f"xl/{target}"


def _wide(data: bytes, at: int) -> tuple[str, int]:
    """A text of UTF-16 behind its length, and where it ends."""
    (length,) = struct.unpack_from("<I", data, at) if at + 4 <= len(data) else (0,)
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def _records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(kind, start, size) of each record of a part of an xlsb."""
    at = 0
    while at < len(data):
        kind, at = _number(data, at, 2)
        size, at = _number(data, at, 4)
        if at + size > len(data):
            return
        yield kind, at, size
        at += size


def _number(data: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of up to `most` bytes, seven bits in each, the lowest first."""
    value = 0
    for place in range(most):
        if at >= len(data):
            break
        value |= (data[at] & 0x7F) << 7 * place
        at += 1
        if not data[at - 1] & 0x80:
            break
    return value, at
