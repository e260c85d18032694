"""How far the cells of an xls reach, before it is opened: its records are read one by one, none is held."""

import io
import struct
from collections.abc import Iterator

import olefile

from ledger.intake.tables.extents import CellTotal, Extent
from ledger.intake.tables.table import SAVE_AGAIN
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
STREAMS = ("Workbook", "Book")


def refuse_vast_xls(data: bytes) -> None:
    """Raises UnreadableFile where the sheets of an xls together would take too much."""
    total, extent = CellTotal(), Extent()
    for kind, body in _records(_book(data)):
        if kind in BEGIN:
            total.add(extent)
            extent = Extent()
        elif kind in REACH and len(body) >= 10:
            _reach(extent, body)
        elif (kind in CELLS or kind in SEVERAL) and len(body) >= 4:
            row, column = struct.unpack_from("<HH", body)
            extent.reach(row, column)
            if kind in SEVERAL and len(body) >= 6:
                extent.reach(row, struct.unpack_from("<H", body, len(body) - 2)[0])
    total.add(extent)


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
        raise UnreadableFile("is a damaged workbook, or one with a password, or no workbook", SAVE_AGAIN) from refused


def _records(book: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + size]
        at += 4 + size
