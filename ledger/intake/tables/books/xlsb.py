"""The records of an xlsb ([MS-XLSB] 2.3.2): of a sheet its extent, its merged cells and its errors, of the book its sheets."""

import struct
from collections.abc import Iterator, Mapping

from ledger.intake.tables.books.relationships import targets_of
from ledger.intake.tables.books.scan import ERROR_CODES, CellTotal, Extent, Unvalued
from ledger.intake.tables.grid import Merge
from ledger.intake.tables.table import DAMAGED, ERROR, SAVE_AGAIN
from ledger.sentences import UnreadableFile

ROW_HEADER, CELLS, MERGED, BUNDLED = 0, range(1, 12), 176, 156  # records of an xlsb: [MS-XLSB] 2.3.2
ERROR_CELLS, PROPERTIES = (3, 11), 153
BINARY_BOOK = ("xl/workbook.bin", "xl/_rels/workbook.bin.rels")


def scan_binary(data: bytes, total: CellTotal, unvalued: Unvalued) -> list[Merge]:
    """What is merged in a sheet of an xlsb, its extent and its errors being noted. Raises UnreadableFile."""
    extent, row, merges = Extent(), 0, list[Merge]()
    for kind, start, size in _records(data):
        if size < 4 and (kind == ROW_HEADER or kind in CELLS):  # the reader would take its place from the record before
            raise UnreadableFile(DAMAGED, SAVE_AGAIN)
        if kind == ROW_HEADER:
            (row,) = struct.unpack_from("<I", data, start)
        elif kind in CELLS:
            (column,) = struct.unpack_from("<I", data, start)
            extent.reach(row, column)
            if kind in ERROR_CELLS:
                unvalued.add(row, column, ERROR_CODES.get(data[start + 8], ERROR) if size > 8 else ERROR)
        elif kind == MERGED and size >= 16:
            top, bottom, left, right = struct.unpack_from("<4I", data, start)
            merges.append(Merge(top + 1, bottom + 1, left, right))
    total.add(extent)
    return merges


def binary_sheets(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """(name, part) of each sheet of an xlsb."""
    targets = targets_of(parts[BINARY_BOOK[1]])
    book = parts[BINARY_BOOK[0]]
    for kind, start, size in _records(book):
        if kind == BUNDLED and size >= 16:
            relation, at = _wide(book, start + 8)
            name, _ = _wide(book, at)
            yield name, targets.get(relation, "")


def counts_from_1904(book: bytes) -> bool:
    """Whether an xlsb counts days from 1904."""
    return any(kind == PROPERTIES and size and book[start] & 1 for kind, start, size in _records(book))


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
