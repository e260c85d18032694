"""A workbook (xlsx, xls, xlsb, ods) -> its sheets, by the reader and by what was found before it opened any."""

import io
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count, repeat
from threading import Lock
from typing import Any

import attrs
from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ledger.intake.tables.books.scan import Midnights, Scanned, Unvalued
from ledger.intake.tables.grid import Grid, Merge
from ledger.intake.tables.table import DAMAGED, NO_VALUES, SAVE_AGAIN, Cell, Midnight, Row, refuse_too_large
from ledger.sentences import UnreadableFile

STDERR = 2  # as systems number it
ONE_AT_A_TIME = Lock()
POOLED = 50_000  # texts that are kept once, as units and words are
MAX_SERIAL = 1_000_000  # what is more counts no days
NONE_MISSING: tuple[int, Mapping[int, str]] = (-1, {})
MOMENTS = 4  # of a column to one at midnight, at the least: else its midnights are days
NO_MIDNIGHT: tuple[int, frozenset[int]] = (-1, frozenset())
NO_PASSWORD = "open it, save it without a password, and import that"


@attrs.frozen
class SheetGrid:
    """A sheet as it stands, and whether people can see it."""

    grid: Grid
    visible: bool


def read_workbook(data: bytes, scanned: Scanned) -> list[SheetGrid]:
    """Every sheet of a workbook, with what is known of it already. Raises UnreadableFile."""
    try:
        with _unheard():
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            return [
                SheetGrid(
                    _grid(book.get_sheet_by_name(one.name), scanned, unvalued), one.visible == SheetVisibleEnum.Visible
                )
                for one, unvalued in _sheets(book, scanned)
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
            kept = os.dup(STDERR)
        except OSError:  # a program without a terminal has nowhere to write to
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, STDERR)
        os.close(nowhere)
        try:
            yield
        finally:
            os.dup2(kept, STDERR)
            os.close(kept)


def _sheets(book: CalamineWorkbook, scanned: Scanned) -> list[tuple[SheetMetadata, Unvalued]]:
    """The sheets of a book, each with its cells without a value. Raises UnreadableFile where it is not known whose they are."""
    sheets, unvalued = book.sheets_metadata, scanned.unvalued
    if len(sheets) == len(unvalued):
        return [*zip(sheets, unvalued, strict=True)]
    if any(one.rows for one in unvalued):
        raise UnreadableFile(DAMAGED, SAVE_AGAIN)
    return [(one, Unvalued()) for one in sheets]


def _grid(sheet: CalamineSheet, scanned: Scanned, unvalued: Unvalued) -> Grid:
    grid = Grid(sheet.name)
    rows: Iterable[Sequence[Any]] = ()
    if sheet.start is not None and sheet.end is not None:
        refuse_too_large(sheet.end[0] + 1, sheet.end[1] + 1)
        rows = sheet.iter_rows()
        grid.merges = [*scanned.merges[sheet.name]] if sheet.name in scanned.merges else [*_merges(sheet)]
    pool: dict[str, str] = {}
    cells = (tuple(_cells(row, pool, other_days=scanned.other_days)) for row in rows)
    shown = _shown(cells, unvalued)
    if unvalued.midnights.rows:
        shown = _with_midnights(shown, unvalued.midnights)
    grid.rows = [Row(at + 1, row) for at, row in shown if any(map(_is_value, row))]
    if unvalued.midnights.rows:
        _keep_days(grid)
    return grid


def _is_value(cell: Cell) -> bool:
    """Not empty, nor a formula that somebody filled down below the rows."""
    return cell is not None and not (isinstance(cell, str) and cell in NO_VALUES)


def _shown(rows: Iterable[tuple[Cell, ...]], unvalued: Unvalued) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """The rows, counted from 0, with what is shown in cells without a value, which the reader gives as empty or leaves out."""
    missing = unvalued.by_row()
    row, texts = next(missing, NONE_MISSING)
    for at, cells in enumerate(rows):
        if at == row:
            cells = _with_texts(cells, texts)
            row, texts = next(missing, NONE_MISSING)
        yield at, cells
    while texts:
        yield row, _with_texts((), texts)
        row, texts = next(missing, NONE_MISSING)


def _with_midnights(
    rows: Iterable[tuple[int, tuple[Cell, ...]]], midnights: Midnights
) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """The rows, with days whose time is shown as what they are."""
    places = midnights.by_row()
    row, columns = next(places, NO_MIDNIGHT)
    for at, cells in rows:
        while -1 < row < at:
            row, columns = next(places, NO_MIDNIGHT)
        yield at, tuple(map(_midnight, cells, count(), repeat(columns))) if at == row else cells


def _keep_days(grid: Grid) -> None:
    """Takes days for days again in columns where many are at midnight: scripts write days so, and nobody works then."""
    midnights, moments = Counter[int](), Counter[int]()
    for row in grid.rows:
        for column, cell in enumerate(row.cells):
            if isinstance(cell, Midnight):
                midnights[column] += 1
            elif isinstance(cell, datetime):
                moments[column] += 1
    days = frozenset(column for column, count in midnights.items() if MOMENTS * count > moments[column])
    if days:
        grid.rows = [attrs.evolve(row, cells=tuple(map(_day, row.cells, count(), repeat(days)))) for row in grid.rows]


def _day(cell: Cell, column: int, columns: frozenset[int]) -> Cell:
    return date(cell.year, cell.month, cell.day) if isinstance(cell, Midnight) and column in columns else cell


def _midnight(cell: Cell, column: int, columns: frozenset[int]) -> Cell:
    return Midnight(cell.year, cell.month, cell.day) if type(cell) is date and column in columns else cell


def _with_texts(cells: tuple[Cell, ...], texts: Mapping[int, str]) -> tuple[Cell, ...]:
    wide = (*cells, *[None] * (max(texts) + 1 - len(cells)))
    return tuple(texts.get(at) if cell is None else cell for at, cell in enumerate(wide))


def _cells(cells: Sequence[Any], pool: dict[str, str], *, other_days: bool) -> Iterator[Cell]:
    """The cells, None for those that are empty; a text that was met before is that text, as long as there are not too many. Where days
    are counted from `other_days`, a number that could be a time is given as text, which is none."""
    for cell in cells:
        if not isinstance(cell, str):
            yield _digits(cell) if other_days and type(cell) in (int, float) and abs(cell) < MAX_SERIAL else cell
        elif cell == "":
            yield None
        else:
            yield pool.get(cell) or (pool.setdefault(cell, cell) if len(pool) < POOLED else cell)


def _digits(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(number)


def _merges(sheet: CalamineSheet) -> Iterator[Merge]:
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        yield Merge(top + 1, bottom + 1, left, right)
