"""The zip that an xlsx, xlsb or ods is, looked through part by part before anything of it is held in memory.

A sheet of two cells at its corners would be held as seventeen milliards of empty ones. The reader of workbooks gives an error, and a
formula that no program has calculated, as an empty cell.
"""

import zipfile
from collections.abc import Mapping, Sequence

from ledger.intake.tables.books.ods import scan_ods
from ledger.intake.tables.books.scan import CellTotal, Scanned, Unvalued
from ledger.intake.tables.books.styles import MOST, STYLES, timed_styles
from ledger.intake.tables.books.xlsb import BINARY_BOOK, binary_sheets, counts_from_1904, scan_binary
from ledger.intake.tables.books.xlsx import SINCE_1904, XML_BOOK, scan_xml, xml_sheets
from ledger.intake.tables.grid import Merge
from ledger.intake.tables.packed import Budget, pieces
from ledger.intake.tables.table import DAMAGED, SAVE_AGAIN
from ledger.sentences import UnreadableFile


def refuse_vast_zip(data: bytes, infos: Sequence[zipfile.ZipInfo], budget: Budget) -> Scanned:
    """What the reader does not tell of a workbook (xlsx, xlsb, ods). Raises UnreadableFile where it would take too much."""
    total, ods = CellTotal(), list[Scanned]()
    merges: dict[str, list[Merge]] = {}
    unvalued: dict[str, Unvalued] = {}
    parts = {info.filename: b"".join(pieces(data, info, budget)) for info in infos if info.filename in BINARY_BOOK}
    sheets = [*binary_sheets(parts)] if len(parts) == len(BINARY_BOOK) else []
    named = {part for _, part in sheets}
    timed = _timed(data, infos)
    for info in infos:
        if info.filename in BINARY_BOOK:
            continue
        if info.filename in named or (info.filename.endswith(".bin") and "worksheets/" in info.filename):
            found = unvalued[info.filename] = Unvalued()
            merges[info.filename] = scan_binary(b"".join(pieces(data, info, budget)), total, found)
        elif info.filename == "content.xml":
            ods.append(scan_ods(pieces(data, info, budget), total))
        elif found_in := scan_xml(data, info, budget, total, timed):
            unvalued[info.filename] = found_in
    if ods:
        return ods[-1]
    if sheets:
        told = {name: merges.get(part, []) for name, part in sheets}
        return Scanned(told, _in_order([part for _, part in sheets], unvalued), counts_from_1904(parts[BINARY_BOOK[0]]))
    book = {
        info.filename: b"".join(pieces(data, info, Budget.of(len(data)))) for info in infos if info.filename in XML_BOOK
    }
    start = book.get(XML_BOOK[0], b"")
    return Scanned(
        {}, _in_order(xml_sheets(start, book.get(XML_BOOK[1], b"")), unvalued), bool(SINCE_1904.search(start))
    )


def _timed(data: bytes, infos: Sequence[zipfile.ZipInfo]) -> frozenset[bytes]:
    """The styles of cells that show a day with its time; none where the part that tells them is not one, or too large."""
    held = b""
    parts = [info for info in infos if info.filename == STYLES]
    for piece in pieces(data, parts[0], Budget.of(len(data))) if len(parts) == 1 else ():
        held += piece
        if len(held) > MOST:
            return frozenset()
    return timed_styles(held)


def _in_order(parts: Sequence[str], unvalued: Mapping[str, Unvalued]) -> list[Unvalued]:
    """What was found in the parts of a book's sheets. Raises UnreadableFile where something was found in a part that is no sheet's."""
    found = {name.casefold(): one for name, one in unvalued.items()}
    known = [part.casefold() for part in parts]
    if any(one.rows for name, one in found.items() if name not in known):
        raise UnreadableFile(DAMAGED, SAVE_AGAIN)
    return [found.get(part, Unvalued()) for part in known]
