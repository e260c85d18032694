"""Workbooks: xlsx, xls, xlsb and ods."""

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

import attrs
from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from ledger.intake.tables.layout import Merge
from ledger.intake.tables.markup import Grid
from ledger.intake.tables.table import DAMAGED, SAVE_AGAIN, Cell, Row, refuse_too_large
from ledger.sentences import UnreadableFile

ERRORS = 2  # the output for errors, as systems number it
ONE_AT_A_TIME = Lock()
POOLED = 50_000  # texts that are kept once, as units and words are
NO_PASSWORD = "open it, save it without a password, and import that"


@attrs.frozen
class SheetGrid:
    """A sheet as it stands, and whether people can see it."""

    grid: Grid
    visible: bool


def read_workbook(data: bytes, merges: Mapping[str, Sequence[Merge]]) -> list[SheetGrid]:
    """Every sheet of a workbook; `merges` by sheet where they are known already. Raises UnreadableFile."""
    try:
        with _unheard():
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            return [
                SheetGrid(
                    _grid(book.get_sheet_by_name(one.name), merges.get(one.name)),
                    one.visible == SheetVisibleEnum.Visible,
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


@contextmanager
def _unheard() -> Iterator[None]:
    """The reader's own words go nowhere: where a damaged workbook makes it panic, it writes so, and where in its source, past Python to
    the terminal. We say in ours what is wrong."""
    with ONE_AT_A_TIME:
        try:
            kept = os.dup(ERRORS)
        except OSError:  # a program without a terminal has nowhere to write to
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, ERRORS)
        os.close(nowhere)
        try:
            yield
        finally:
            os.dup2(kept, ERRORS)
            os.close(kept)


def _grid(sheet: CalamineSheet, merges: Sequence[Merge] | None) -> Grid:
    grid = Grid(sheet.name)
    if sheet.start is None or sheet.end is None:
        return grid
    refuse_too_large(sheet.end[0] + 1, sheet.end[1] + 1)
    pool: dict[str, str] = {}
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        row = tuple(_cells(cells, pool))
        if any(cell is not None for cell in row):
            grid.rows.append(Row(number, row))
    grid.merges = list(_merges(sheet)) if merges is None else list(merges)
    return grid


def _cells(cells: Sequence[Any], pool: dict[str, str]) -> Iterator[Cell]:
    """The cells, None for those that are empty; a text that was met before is that text, as long as there are not too many."""
    for cell in cells:
        if not isinstance(cell, str):
            yield cell
        elif cell == "":
            yield None
        else:
            yield pool.get(cell) or (pool.setdefault(cell, cell) if len(pool) < POOLED else cell)


def _merges(sheet: CalamineSheet) -> Iterator[Merge]:
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        yield Merge(top + 1, bottom + 1, left, right)
