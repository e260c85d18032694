"""Bytes of a file -> tables: a header, and rows with the line or sheet row they stand on, not understood.

What a file is, its content says, never its name.
"""

import csv
import gzip
import io
import json
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

import attrs
from python_calamine import CalamineWorkbook

from ledger.sentences import Mistake, UnreadableFile, sentence

# What a cell can hold. A `date` or an integral number in a sheet is a day without a time of day.
Cell = str | int | float | bool | datetime | date | time | timedelta | None

MAX_BYTES = 2**30  # of one unpacked file: a gzip of zeros must not eat the machine
MAX_LINES = 1_000  # of one csv record: further than that, a quotation mark was never closed
SHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # xlsx is a zip, xls an OLE container
SAVE_AGAIN = "open it in Excel or WPS and save it as a real .xlsx workbook, then import that"
CLOSE_QUOTES = 'close the quotation mark in that line, and write a quotation mark inside a value twice ("")'
QUOTE_VALUES = "put values with delimiters or line breaks in them into quotation marks"
ONE_PER_LINE = "write one whole JSON object per line (JSON Lines)"
SAVE_UTF8 = "save it again as UTF-8, for example with Save As, CSV UTF-8"


@attrs.frozen
class Row:
    """One row. `number`: the line it starts on (csv, jsonl), or its row in the sheet.

    A row that could not be taken apart has a `fault` and no cells.
    """

    number: int
    cells: tuple[Cell, ...]
    fault: Mistake | None = None


@attrs.frozen
class LogTable:
    """A header of distinct names, and rows as wide as the header. Rows without any value are no rows."""

    name: str
    header: tuple[str, ...]
    rows: Sequence[Row]


def read_table(data: bytes, name: str) -> tuple[LogTable, ...]:
    """The tables in a file: one, or one for every sheet with rows. Raises UnreadableFile with the remedy."""
    if data[:2] == b"\x1f\x8b":
        data = _unzipped(data)
    if data.startswith(SHEETS):
        return _sheets(data, name)
    text = _text(data)
    start = text[:1000].lstrip()
    _refuse_disguise(start)
    if start.startswith("{"):
        return (_table(name, *_json_lines(text)),)
    return (_table(name, *_csv(text)),)


def _table(name: str, header: Sequence[str], rows: Sequence[Row]) -> LogTable:
    if not rows:
        raise UnreadableFile("has a header but no rows", "export it again with the tickets in it")
    return LogTable(name, _distinct(header), rows)


def _distinct(header: Iterable[str]) -> tuple[str, ...]:
    """Names made distinct the way people say them: Variant, Variant (2)."""
    names: dict[str, None] = {}
    counts: Counter[str] = Counter()
    for plain in header:
        counts[plain] += 1
        name = plain
        while name in names:
            name = f"{plain} ({counts[plain]})".strip()
            counts[plain] += name in names
        names[name] = None
    return tuple(names)


def _unzipped(data: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            plain = packed.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as refused:
        raise UnreadableFile("is a damaged gzip file", "copy or download it again") from refused
    if len(plain) > MAX_BYTES:
        raise UnreadableFile("unpacks to more than 1 GiB", "split it, for example by month")
    return plain


def _text(data: bytes) -> str:
    """The text of UTF-8 (strictly, with or without BOM), UTF-16 with BOM, or else GB18030 (and so GBK)."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = _decoded(data, "utf-16")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as broken:
            _refuse_broken_utf8(data, broken.start)
            text = _decoded(data, "gb18030")
    if "\0" in text:
        raise UnreadableFile("is no text and no workbook", "export it as .xlsx, or as CSV in UTF-8")
    if not text.strip():
        raise UnreadableFile("is empty", "export it again")
    return text


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as refused:
        why = sentence("is neither UTF-8 nor GB18030 nor UTF-16 (line {line})", line=_line(data, refused.start))
        raise UnreadableFile(why, SAVE_UTF8) from refused


def _refuse_broken_utf8(data: bytes, at: int) -> None:
    """GB18030 reads almost any bytes, so UTF-8 with one broken place would become wrong characters, silently.

    Text in GBK is never UTF-8 for long: whoever got past three Chinese characters is UTF-8.
    """
    good = data[:at].decode("utf-8-sig", errors="replace")
    if sum("\u3000" <= letter <= "\uffe0" for letter in good[-10_000:]) > 3:
        raise UnreadableFile(sentence("is UTF-8, broken in line {line}", line=_line(data, at)), SAVE_UTF8)


def _line(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _refuse_disguise(start: str) -> None:
    if start.startswith("%PDF"):
        raise UnreadableFile("is a PDF", "ask for the export as .xlsx or CSV")
    if start.startswith("<"):
        kind = "HTML" if "<html" in start.lower() or "<table" in start.lower() else "XML"
        raise UnreadableFile(sentence("is {kind}, whatever its name says", kind=kind), SAVE_AGAIN)
    if start.startswith("[") and start[1:].lstrip()[:1] in ("{", "]"):
        raise UnreadableFile("is one JSON array", ONE_PER_LINE)


# csv


def _csv(text: str) -> tuple[Sequence[str], Sequence[Row]]:
    lines = io.StringIO(text, newline="").readlines()
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    for number, cells in _records(lines, _delimiter(lines)):
        if header and isinstance(cells, Mistake):
            rows.append(Row(number, (), cells))
        elif isinstance(cells, Mistake):
            why = sentence("has a wrong quotation mark in line {line}, in or above the header", line=number)
            raise UnreadableFile(why, cells.remedy)
        elif not header:
            header = _header(cells)
        elif any(cell.strip() for cell in cells):
            rows.append(_fitted(number, cells, len(header)))
    if not header:
        raise UnreadableFile("has no header: no line with two names or more", SAVE_AGAIN)
    return header, rows


def _delimiter(lines: Sequence[str]) -> str:
    """Comma, unless the first line with any delimiter in it (not a title) shows more tabs or semicolons."""
    for line in lines:
        best = max(",\t;", key=line.count)
        if best in line:
            return best
    return ","


def _header(cells: Iterable[Cell]) -> tuple[str, ...]:
    """The names, if this row is a header; a single cell is a title above it."""
    names = tuple("" if cell is None else str(cell).strip() for cell in cells)
    return names if sum(map(bool, names)) > 1 else ()


def _records(lines: Sequence[str], delimiter: str) -> Iterator[tuple[int, list[str] | Mistake]]:
    """Records with the line they start on. After a wrong quotation mark, the very next line is tried."""
    start = 0
    while start < len(lines):
        ahead = (lines[at] for at in range(start, min(start + MAX_LINES, len(lines))))
        reader = csv.reader(ahead, strict=True, delimiter=delimiter)
        try:
            cells = next(reader)
        except csv.Error:
            yield start + 1, Mistake("", None, "has a wrong quotation mark", CLOSE_QUOTES)
            start += 1
        else:
            yield start + 1, cells
            start += reader.line_num


def _fitted(number: int, cells: list[str], width: int) -> Row:
    """The row, if as wide as the header; a shifted row would put citizens' names under other headings."""
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    if len(cells) == width:
        return Row(number, tuple(cells))
    why = sentence("has {found} cells, the header has {width}", found=len(cells), width=width)
    return Row(number, (), Mistake("", None, why, QUOTE_VALUES))


# JSON Lines


def _json_lines(text: str) -> tuple[Sequence[str], Sequence[Row]]:
    objects: list[tuple[int, dict[str, Cell] | Mistake]] = [
        (number, _json_object(line))
        for number, line in enumerate(io.StringIO(text, newline="").readlines(), start=1)
        if line.strip()
    ]
    header = tuple(dict.fromkeys(name for _, found in objects if isinstance(found, dict) for name in found))
    if not header:
        raise UnreadableFile("has no line that is a JSON object", ONE_PER_LINE)
    return header, [
        Row(number, (), found) if isinstance(found, Mistake) else Row(number, tuple(found.get(name) for name in header))
        for number, found in objects
    ]


def _json_object(line: str) -> dict[str, Cell] | Mistake:
    try:
        found = json.loads(line, object_pairs_hook=_once, parse_constant=_finite, parse_float=_finite)
        json.dumps(found, ensure_ascii=False).encode() if "\\u" in line else None
    except (ValueError, RecursionError):
        return Mistake("", None, "is no complete JSON object", ONE_PER_LINE)
    if not isinstance(found, dict):
        return Mistake("", None, "is no JSON object", ONE_PER_LINE)
    if any(isinstance(value, dict | list) for value in found.values()):
        remedy = "make each value text, a number, true, false or null"
        return Mistake("", None, "holds a list or an object as a value", remedy)
    return found


def _once(pairs: list[tuple[str, Cell]]) -> dict[str, Cell]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("no finite number")
    return number


# workbooks


def _sheets(data: bytes, name: str) -> tuple[LogTable, ...]:
    found = [(sheet, *_sheet(rows)) for sheet, rows in _grids(data)]
    full = [(sheet, header, rows) for sheet, header, rows in found if rows]
    if not full:
        raise UnreadableFile("has no sheet with a header and rows", "export it again with the tickets in it")
    return tuple(_table(name if len(full) == 1 else f"{name}[{sheet}]", header, rows) for sheet, header, rows in full)


def _grids(data: bytes) -> list[tuple[str, list[list[Cell]]]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            (sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))  # type: ignore[misc]
            for sheet in book.sheet_names
        ]
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as refused:  # a panic of the reader on a damaged file is no Exception
        why = "is a damaged workbook, or one with a password, or no workbook"
        raise UnreadableFile(why, SAVE_AGAIN) from refused


def _sheet(grid: Sequence[Sequence[Cell]]) -> tuple[Sequence[str], Sequence[Row]]:
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    for number, cells in enumerate(grid, start=1):
        if not header:
            header = _header(cells)
        elif any(cell is not None and str(cell).strip() for cell in cells):
            rows.append(Row(number, tuple(None if cell == "" else cell for cell in cells)))
    return header, rows
