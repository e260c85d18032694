"""Workbooks: xlsx, xls, xlsb and ods."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from ledger.intake.tables.layout import Merge
from ledger.intake.tables.markup import Grid
from ledger.intake.tables.table import SAVE_AGAIN, Cell, Row, refuse_too_large
from ledger.sentences import UnreadableFile

DAMAGED = "is a damaged workbook, or one with a password, or no workbook"
NO_PASSWORD = "open it, save it without a password, and import that"


@attrs.frozen
class SheetGrid:
    """A sheet as it stands, and whether people can see it."""

    grid: Grid
    visible: bool


def read_workbook(data: bytes, merges: Mapping[str, Sequence[Merge]]) -> list[SheetGrid]:
    """Every sheet of a workbook; `merges` by sheet where they are known already. Raises UnreadableFile."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            SheetGrid(
                _grid(book.get_sheet_by_name(one.name), merges.get(one.name)), one.visible == SheetVisibleEnum.Visible
            )
            for one in book.sheets_metadata
            if one.typ == SheetTypeEnum.WorkSheet
        ]
    except (KeyboardInterrupt, SystemExit, MemoryError, UnreadableFile):
        raise
    except PasswordError as refused:
        raise UnreadableFile("is a workbook with a password", NO_PASSWORD) from refused
    except BaseException as refused:  # a panic of the reader on a damaged file is no Exception
        raise UnreadableFile(DAMAGED, SAVE_AGAIN) from refused


def _grid(sheet: CalamineSheet, merges: Sequence[Merge] | None) -> Grid:
    grid = Grid(sheet.name)
    if sheet.start is None:
        return grid
    refuse_too_large(sheet.height, sheet.width)
    (top, left) = sheet.start
    pool: dict[Any, Any] = {}
    for number, cells in enumerate(sheet.to_python(), start=top + 1):
        if any(cell != "" for cell in cells):
            grid.rows.append(Row(number, (*[None] * left, *_cells(cells, pool))))
    grid.merges = list(_merges(sheet)) if merges is None else list(merges)
    return grid


def _cells(cells: Sequence[Any], pool: dict[Any, Any]) -> Iterator[Cell]:
    for cell in cells:
        if cell == "":
            yield None
        else:
            yield pool.setdefault(cell, cell) if isinstance(cell, str) else cell


def _merges(sheet: CalamineSheet) -> Iterator[Merge]:
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        yield Merge(top + 1, bottom + 1, left, right)
