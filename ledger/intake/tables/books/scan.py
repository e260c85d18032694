"""What is found of a workbook before it is opened: how far the cells of its sheets reach, what is merged, and which have no value."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise

import attrs

from ledger.intake.tables.grid import EXCEL_COLUMNS, EXCEL_ROWS, Merge
from ledger.intake.tables.table import ERROR, ERRORS, SAVE_AGAIN, UNCALCULATED, refuse_too_large
from ledger.sentences import UnreadableFile

ERROR_CODES = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip


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
class Midnights:
    """The cells of a sheet, counted from 0, that hold a day and show its time too, as 00:00."""

    rows: "array[int]" = attrs.field(factory=lambda: array("I"))
    columns: "array[int]" = attrs.field(factory=lambda: array("I"))

    def add(self, row: int, column: int) -> None:
        """A cell more, below or behind those before; what no sheet has is no cell."""
        if 0 <= row < EXCEL_ROWS and 0 <= column < EXCEL_COLUMNS:
            self.rows.append(row)
            self.columns.append(column)

    def by_row(self) -> Iterator[tuple[int, frozenset[int]]]:
        """(row, its columns)."""
        for row, places in groupby(range(len(self.rows)), key=self.rows.__getitem__):
            yield row, frozenset(self.columns[place] for place in places)


@attrs.define
class Unvalued:
    """The cells of a sheet without a value, counted from 0, and what is shown in each: an error, or UNCALCULATED; and `midnights`,
    which the reader gives as days."""

    rows: "array[int]" = attrs.field(factory=lambda: array("I"))
    columns: "array[int]" = attrs.field(factory=lambda: array("I"))
    shown: "array[int]" = attrs.field(factory=lambda: array("B"))
    midnights: Midnights = attrs.field(factory=Midnights)

    def add(self, row: int, column: int, text: str) -> None:
        """A cell more. Raises UnreadableFile where there are too many, or where no sheet has cells."""
        refuse_too_large(1, len(self.rows) + 1)
        if not (0 <= row < EXCEL_ROWS and 0 <= column < EXCEL_COLUMNS):
            raise UnreadableFile("has cells outside of what a sheet can be", SAVE_AGAIN)
        self.rows.append(row)
        self.columns.append(column)
        self.shown.append(NUMBERED[text if text in NUMBERED else ERROR])

    def by_row(self) -> Iterator[tuple[int, dict[int, str]]]:
        """(row, column -> what is shown there), the rows in their order."""
        order: Iterable[int] = range(len(self.rows))
        if any(before > after for before, after in pairwise(self.rows)):
            order = sorted(order, key=self.rows.__getitem__)
        for row, places in groupby(order, key=self.rows.__getitem__):
            yield row, {self.columns[place]: SHOWN_TEXTS[self.shown[place]] for place in places}


SHOWN_TEXTS = (UNCALCULATED, *sorted(ERRORS))
NUMBERED = {text: number for number, text in enumerate(SHOWN_TEXTS)}


@attrs.frozen
class Scanned:
    """What the reader of workbooks does not tell: `merges` of a sheet by its name (none: it tells them itself), `unvalued` of each
    sheet in the order of the book, and whether numbers count days otherwise than from 1899-12-30 (`other_days`)."""

    merges: Mapping[str, Sequence[Merge]]
    unvalued: Sequence[Unvalued]
    other_days: bool = False
