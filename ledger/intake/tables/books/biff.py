"""The book in an xls: how far its cells reach, by its records one by one, and put into a sound container before it is opened."""

import io
import struct
from collections import defaultdict
from collections.abc import Iterator

import olefile

from ledger.intake.tables.books.scan import ERROR_CODES, CellTotal, Extent, Scanned, Unvalued
from ledger.intake.tables.table import DAMAGED, ERROR, SAVE_AGAIN, SPLIT, UNCALCULATED
from ledger.sentences import UnreadableFile

# Records of [MS-XLS] 2.3: where a sheet begins, how far it says it reaches, and cells, of which two kinds hold several.
BEGIN, REACH = (0x0809, 0x0409, 0x0209, 0x0009), (0x0200, 0x0000)
CELLS = (
    0x0001,
    0x0002,
    0x0003,
    0x0004,
    0x0005,
    0x0006,
    0x0201,
    0x0203,
    0x0204,
    0x0205,
    0x0206,
    0x0406,
    0x00D6,
    0x00FD,
    0x027E,
)
SEVERAL = (0x00BD, 0x00BE)
FORMULA_RECORDS, BOOL_ERR = (0x0006, 0x0206, 0x0406), 0x0205
BOUND_SHEET, DATE_1904 = 0x0085, 0x0022  # a sheet, by where it begins; from when days count
CALCULATED = 0x01C1  # by what the formulas of the book were calculated
NO_NUMBER, IS_ERROR, IS_EMPTY = 0xFFFF, 2, 3  # of the result of a formula
ON_OPENING = 0x02  # it is to be calculated when the book is opened
STREAMS = ("Workbook", "Book")


# A container of [MS-CFB] in its version 4: what stands for the end of a chain, for no sector, and for a sector of the table itself.
SECTOR, END, FREE, TABLE = 4096, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
TABLES = 109  # sectors of the table that the header itself can name


def sound_xls(data: bytes) -> tuple[bytes, Scanned]:
    """An xls with the book alone in it, in a container of ours: in a damaged one a chain of sectors may run in a circle, which the reader
    of workbooks follows until there is no memory left; and what the reader does not tell of it. Raises UnreadableFile, also where its
    sheets together would take too much."""
    book = _book(data)
    scanned = _scanned(book)
    return _contained(book), scanned


def _scanned(book: bytes) -> Scanned:
    """What the reader does not tell of a book. Raises UnreadableFile where its sheets together would take too much."""
    total, extent = CellTotal(), Extent()
    unvalued: defaultdict[int, Unvalued] = defaultdict(Unvalued)  # by where a sheet begins
    sheets, begin, since_1904, calculated = list[int](), 0, False, False
    for at, kind, body in _records(book):
        if kind in BEGIN:
            total.add(extent)
            extent, begin = Extent(), at
        elif kind == BOUND_SHEET and len(body) >= 4:
            sheets.append(struct.unpack_from("<I", body)[0])
        elif kind == DATE_1904 and len(body) >= 2:
            since_1904 = body[0] == 1
        elif kind == CALCULATED:
            calculated = True
        elif kind in REACH and len(body) >= 10:
            _reach(extent, body)
        elif (kind in CELLS or kind in SEVERAL) and len(body) >= 4:
            row, column = struct.unpack_from("<HH", body)
            extent.reach(row, column)
            if shown := _without_value(kind, body, calculated=calculated):
                unvalued[begin].add(row, column, shown)
            if kind in SEVERAL and len(body) >= 6:
                extent.reach(row, struct.unpack_from("<H", body, len(body) - 2)[0])
    total.add(extent)
    return Scanned({}, [unvalued[one] for one in sheets or [*unvalued]], since_1904)


def _without_value(kind: int, body: bytes, *, calculated: bool) -> str | None:
    """What is shown in a cell without a value: an error, or a formula that no program has calculated. The result of that is an empty
    text, as others may be; but a book with those tells by what it was `calculated`."""
    if kind == BOOL_ERR and len(body) >= 8:
        return ERROR_CODES.get(body[6], ERROR) if body[7] else None
    if kind not in FORMULA_RECORDS or len(body) < 16 or struct.unpack_from("<H", body, 12)[0] != NO_NUMBER:
        return None
    if body[6] == IS_ERROR:
        return ERROR_CODES.get(body[8], ERROR)
    return UNCALCULATED if body[6] == IS_EMPTY and (body[14] & ON_OPENING or not calculated) else None


def _reach(extent: Extent, body: bytes) -> None:
    """What a sheet says of itself, which the reader makes room for."""
    top, bottom, left, right = struct.unpack_from("<IIHH" if len(body) >= 12 else "<4H", body)
    if top < bottom and left < right:
        extent.reach(top, left)
        extent.reach(bottom - 1, right - 1)


def _book(data: bytes) -> bytes:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            name = next(name for name in STREAMS if container.exists(name))
            return bytes(container.openstream(name).read())
    except Exception as refused:  # a container may be broken in any way
        raise UnreadableFile(DAMAGED, SAVE_AGAIN) from refused


def _records(book: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Where each record begins, its kind and what it holds."""
    at = 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        yield at, kind, book[at + 4 : at + 4 + size]
        at += 4 + size


def _contained(book: bytes) -> bytes:
    """A container that holds a book: sectors of the table, one of names, an empty one for small streams, and those of the book."""
    count = max(-(-len(book) // SECTOR), 1)
    tables = next(n for n in range(1, TABLES + 2) if n * SECTOR // 4 >= n + 2 + count or n > TABLES)
    if tables > TABLES:
        raise UnreadableFile("is larger than this machine's memory", SPLIT)
    first = tables + 2
    chain = [*[TABLE] * tables, END, END, *range(first + 1, first + count), END]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * SECTOR, b"\xff")
    named = struct.pack(f"<{TABLES}I", *range(tables), *[FREE] * (TABLES - tables))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 4, 0xFFFE, 12, 6)
    header += struct.pack("<9I", 1, tables, tables, 0, SECTOR, END, 0, END, 0) + named
    names = _named("Root Entry", 5, tables + 1, SECTOR, 1) + _named("Workbook", 2, first, count * SECTOR, FREE)
    parts = (
        header.ljust(SECTOR, b"\0"),
        table,
        names.ljust(SECTOR, b"\0"),
        bytes(SECTOR),
        book.ljust(count * SECTOR, b"\0"),
    )
    return b"".join(parts)


def _named(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    """An entry of a container's names."""
    text = name.encode("utf-16-le")
    places = struct.pack("<HBB3I16xI8x8xIQ", len(text) + 2, kind, 1, FREE, FREE, child, 0, start, size)
    return text.ljust(64, b"\0") + places
