"""How far the cells of a workbook reach, and what is merged, before anything of it is held in memory.

A sheet of two cells at its corners would be held as seventeen milliards of empty ones.
"""

import re
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from xml.parsers import expat

import attrs

from ledger.intake.tables.layout import Merge
from ledger.intake.tables.packed import Budget, pieces
from ledger.intake.tables.table import DAMAGED, MAX_CELLS, SAVE_AGAIN, SPLIT, refuse_too_large
from ledger.sentences import UnreadableFile

COLUMN = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,7}"')
ROW = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"')
OPENINGS = (b"<c ", b"<c>", b"<c/", b"<c\t", b"<c\n", b"<c\r")
PREFIXED = re.compile(rb":c[\s/>]")
TEXT = re.compile(rb"<(?:[^\s<>/:\"']+:)?si[\s/>]")
SAID = re.compile(rb"[cC]ount\s*=\s*[\"']\s*([0-9]+)")
TEXTS = "sharedstrings"  # in the name of the part that holds the texts of an xlsx
TOLD = re.compile(rb"<(?:[^\s<>/:\"']+:)?sst\s[^<>]*")
TAG = 2**20  # bytes; no tag of a sheet is longer
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
ROW_HEADER, CELLS, MERGED, BUNDLED = 0, range(1, 12), 176, 156  # records of an xlsb: [MS-XLSB] 2.3.2
BINARY_BOOK = ("xl/workbook.bin", "xl/_rels/workbook.bin.rels")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")


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


def refuse_vast_zip(data: bytes, infos: Sequence[zipfile.ZipInfo], budget: Budget) -> dict[str, list[Merge]]:
    """Raises UnreadableFile where a workbook (xlsx, xlsb, ods) would take too much. Sheet -> its merged cells, for xlsb and ods."""
    total, merges = CellTotal(), dict[str, list[Merge]]()
    binary: dict[str, list[Merge]] = {}
    parts = {info.filename: b"".join(pieces(data, info, budget)) for info in infos if info.filename in BINARY_BOOK}
    sheets = [*_binary_sheets(parts)] if len(parts) == len(BINARY_BOOK) else []
    named = {part for _, part in sheets}
    for info in infos:
        if info.filename in BINARY_BOOK:
            continue
        if info.filename in named or (info.filename.endswith(".bin") and "worksheets/" in info.filename):
            binary[info.filename] = _scan_binary(b"".join(pieces(data, info, budget)), total)
        elif info.filename == "content.xml":
            merges |= _scan_ods(pieces(data, info, budget), total)
        else:
            _scan_xml(data, info, budget, total)
    return merges | {name: binary.get(part, []) for name, part in sheets}


def _scan_xml(data: bytes, info: zipfile.ZipInfo, budget: Budget, total: CellTotal) -> None:
    """A part of an xlsx: of a sheet its extent, of the texts their number."""
    parts = pieces(data, info, budget)
    head = next(parts, b"")
    start = head[:4096].replace(b"\0", b"")  # of UTF-16 too
    if b"worksheet" in start or _holds_cells(pieces(data, info, Budget.of(len(data)))):
        extent = _usual_extent(chain([head], parts)) if b"\0" not in head[:4096] else None
        total.add(extent or _parsed_extent(pieces(data, info, Budget.of(len(data)))))
    if b"sst" in start or TEXTS in info.filename.casefold():
        _count_texts(chain([head], parts))
    else:
        for _ in parts:  # to the end, so that all is counted
            pass


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


def _usual_extent(parts: Iterable[bytes]) -> Extent | None:
    """By the references of the cells as they are usually written; None where one is written otherwise."""
    extent, rest, usual = Extent(), b"", True
    for part in parts:  # to the end, so that all is counted
        text = rest + part
        cut = text.rfind(b"<")
        text, rest = (text[:cut], text[cut:]) if cut >= 0 else (b"", text)
        usual = usual and len(rest) < TAG and _reached(text, extent)
        rest = rest if usual else b""
    return extent if usual and _reached(rest, extent) else None


def _reached(text: bytes, extent: Extent) -> bool:
    """Whether every cell in a text is written as usual, and the extent reaches it."""
    rows = ROW.findall(text)
    if len(rows) != sum(map(text.count, OPENINGS)) or PREFIXED.search(text):
        return False
    if rows:
        numbers, columns = [int(row) for row in {*rows}], [_column(one) for one in {*COLUMN.findall(text)}]
        extent.reach(min(numbers) - 1, min(columns))
        extent.reach(max(numbers) - 1, max(columns))
    return True


def _column(letters: bytes) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _parsed_extent(parts: Iterable[bytes]) -> Extent:
    """The extent of an xlsx sheet by every tag in it."""
    extent, place = Extent(), [0, -1]

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            said = attributes.get("r", "")
            place[:] = [int(said) if said.isdecimal() and len(said) < 9 else place[0] + 1, -1]
        elif name == "c":
            found = re.fullmatch(r"([A-Za-z]{1,3})([0-9]{1,7})", attributes.get("r", ""))
            place[1] = _column(found[1].upper().encode()) if found else place[1] + 1
            extent.reach((int(found[2]) if found else max(place[0], 1)) - 1, place[1])

    _parse(parts, start)
    return extent


def _parse(parts: Iterable[bytes], start: object, end: object = None, text: object = None) -> None:
    """Every tag of a part, without entities. Raises UnreadableFile."""
    parser = expat.ParserCreate(namespace_separator=" " if end else None)
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
class _OdsSheet:
    name: str
    extent: Extent = attrs.field(factory=Extent)
    merges: list[Merge] = attrs.field(factory=list)
    row: int = 0
    column: int = 0
    repeated: int = 1
    cell: tuple[int, bool] | None = None  # how often the open cell is repeated, and whether anything stands in it

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A tag of the sheet opens."""
        if name == "table-row":
            self.repeated, self.column = _times(attributes, "number-rows-repeated"), 0
        elif name in ("table-cell", "covered-table-cell"):
            self.cell = (_times(attributes, "number-columns-repeated"), f"{OFFICE}value-type" in attributes)
            tall, wide = _times(attributes, "number-rows-spanned"), _times(attributes, "number-columns-spanned")
            if tall > 1 or wide > 1:
                self.merges.append(Merge(self.row + 1, self.row + tall, self.column, self.column + wide - 1))

    def text(self, text: str) -> None:
        """Text in a cell, or between cells."""
        if self.cell and text.strip():
            self.cell = (self.cell[0], True)

    def end(self, name: str) -> None:
        """A tag of the sheet closes."""
        if name == "table-row":
            self.row += self.repeated
        elif name in ("table-cell", "covered-table-cell") and self.cell:
            times, filled = self.cell
            if filled:
                self.extent.reach(self.row, self.column)
                self.extent.reach(self.row + self.repeated - 1, self.column + times - 1)
            self.column, self.cell = self.column + times, None


def _times(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(TABLE + name, "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 10 else 1


def _scan_ods(parts: Iterable[bytes], total: CellTotal) -> dict[str, list[Merge]]:
    sheets: list[_OdsSheet] = []
    open_sheet: list[_OdsSheet] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if tag == f"{TABLE}table":
            open_sheet.append(_OdsSheet(attributes.get(f"{TABLE}name", "")))
            sheets.append(open_sheet[-1])
        elif open_sheet and tag.startswith(TABLE):
            open_sheet[-1].start(name, attributes)

    def end(tag: str) -> None:
        if tag == f"{TABLE}table" and open_sheet:
            total.add(open_sheet.pop().extent)
        elif open_sheet and tag.startswith(TABLE):
            open_sheet[-1].end(tag.rpartition(" ")[2])

    def text(said: str) -> None:
        if open_sheet:
            open_sheet[-1].text(said)

    _parse(parts, start, end, text)
    return {sheet.name: sheet.merges for sheet in sheets}


# xlsb


def _scan_binary(data: bytes, total: CellTotal) -> list[Merge]:
    extent, row, merges = Extent(), 0, list[Merge]()
    for kind, start, size in _records(data):
        if size < 4 and (kind == ROW_HEADER or kind in CELLS):  # the reader would take its place from the record before
            raise UnreadableFile(DAMAGED, SAVE_AGAIN)
        if kind == ROW_HEADER:
            (row,) = struct.unpack_from("<I", data, start)
        elif kind in CELLS:
            extent.reach(row, struct.unpack_from("<I", data, start)[0])
        elif kind == MERGED and size >= 16:
            top, bottom, left, right = struct.unpack_from("<4I", data, start)
            merges.append(Merge(top + 1, bottom + 1, left, right))
    total.add(extent)
    return merges


def _binary_sheets(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """(name, part) of each sheet of an xlsb."""
    targets: dict[str, str] = {}
    for tag in RELATION.findall(parts[BINARY_BOOK[1]]):
        said = dict(re.findall(r"""(\w+)\s*=\s*["']([^"']*)["']""", tag.decode("utf-8", "replace")))
        targets[said.get("Id", "")] = said.get("Target", "")
    book = parts[BINARY_BOOK[0]]
    for kind, start, size in _records(book):
        if kind == BUNDLED and size >= 16:
            relation, at = _wide(book, start + 8)
            name, _ = _wide(book, at)
            target = targets.get(relation, "")
            yield name, target.lstrip("/") if target.startswith("/") else f"xl/{target}"


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
