"""The cells of one table or sheet as they stand, before it is known which of its rows is the header."""

import attrs

from ledger.intake.tables.table import Cell, Row, refuse_too_large

EXCEL_COLUMNS, EXCEL_ROWS = 16_384, 1_048_576


@attrs.frozen
class Merge:
    """Cells merged into one: rows `top` to `bottom` by number, columns `left` to `right` from 0."""

    top: int
    bottom: int
    left: int
    right: int


@attrs.define
class Grid:
    """The cells of one table or sheet, as they stand; `hidden`: people do not see the sheet; `unseen`: nor the rows of these numbers."""

    name: str
    rows: list[Row] = attrs.field(factory=list)
    merges: list[Merge] = attrs.field(factory=list)
    cells: int = 0
    hidden: bool = False
    unseen: set[int] = attrs.field(factory=set)

    def add(self, number: int, cells: list[Cell], line: int | None) -> None:
        """A row more. Raises UnreadableFile where the rows together are too many."""
        self.cells += len(cells)
        refuse_too_large(1, self.cells)
        self.rows.append(Row(number, tuple(cells), line=line))
