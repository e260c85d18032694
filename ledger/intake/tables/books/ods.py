"""The content of an ods: of each sheet its extent, its merged cells and its cells without a value, and from when it counts days."""

from collections.abc import Iterable, Mapping

import attrs

from ledger.intake.tables.books.scan import CellTotal, Extent, Scanned, Unvalued
from ledger.intake.tables.books.tags import parse
from ledger.intake.tables.grid import Merge
from ledger.intake.tables.table import ERROR, ERRORS, UNCALCULATED, refuse_too_large

TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
VALUES = tuple(f"{OFFICE}{name}" for name in ("value", "date-value", "time-value", "boolean-value", "string-value"))
LONGEST = 40  # characters of an ods cell that are looked at
USUAL_DAY = "1899-12-30"  # from which an ods counts days, unless it says otherwise


@attrs.define
class _OdsCell:
    """An open cell: how often it is repeated, whether anything stands in it, and what tells that it has no value."""

    times: int
    filled: bool
    failed: bool
    uncalculated: bool
    remarks: int = 0
    said: str = ""

    @classmethod
    def of(cls, attributes: Mapping[str, str]) -> "_OdsCell":
        """By the attributes of its tag."""
        kind = attributes.get(f"{OFFICE}value-type")
        valued = kind == "string" or any(name in attributes for name in VALUES)
        formula = f"{TABLE}formula" in attributes
        times = _times(attributes, "number-columns-repeated")
        return cls(times, kind is not None, attributes.get(f"{CALC}value-type") == "error", formula and not valued)

    @property
    def shown(self) -> str | None:
        """What is shown where the cell has no value."""
        said = self.said.strip()
        if self.failed or said in ERRORS:
            return said or ERROR
        return UNCALCULATED if self.uncalculated and not said else None


@attrs.define
class _OdsSheet:
    name: str
    extent: Extent = attrs.field(factory=Extent)
    merges: list[Merge] = attrs.field(factory=list)
    row: int = 0
    column: int = 0
    repeated: int = 1
    cell: _OdsCell | None = None
    unvalued: Unvalued = attrs.field(factory=Unvalued)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A tag of the sheet opens."""
        if name == "table-row":
            self.repeated, self.column = _times(attributes, "number-rows-repeated"), 0
        elif name in ("table-cell", "covered-table-cell"):
            self.cell = _OdsCell.of(attributes)
            tall, wide = _times(attributes, "number-rows-spanned"), _times(attributes, "number-columns-spanned")
            if tall > 1 or wide > 1:
                self.merges.append(Merge(self.row + 1, self.row + tall, self.column, self.column + wide - 1))

    def inside(self, tag: str, by: int) -> None:
        """A tag within a cell opens (1) or closes (-1): a paragraph, which a cell that was calculated has, or a remark."""
        if self.cell and tag == f"{OFFICE}annotation":
            self.cell.remarks += by
        elif self.cell and not self.cell.remarks:
            self.cell.uncalculated = False

    def text(self, text: str) -> None:
        """Text in a cell, or between cells."""
        if self.cell and text.strip():
            self.cell.filled = True
            if not self.cell.remarks and len(self.cell.said) < LONGEST:
                self.cell.said += text

    def end(self, name: str) -> None:
        """A tag of the sheet closes."""
        if name == "table-row":
            self.row += self.repeated
        elif name in ("table-cell", "covered-table-cell") and self.cell:
            shown = self.cell.shown
            if self.cell.filled or shown:
                self.extent.reach(self.row, self.column)
                self.extent.reach(self.row + self.repeated - 1, self.column + self.cell.times - 1)
            if shown:
                self._note(shown, self.cell.times)
            self.column, self.cell = self.column + self.cell.times, None

    def _note(self, shown: str, times: int) -> None:
        refuse_too_large(self.repeated, times)
        for row in range(self.row, self.row + self.repeated):
            for column in range(self.column, self.column + times):
                self.unvalued.add(row, column, shown)


def _times(attributes: Mapping[str, str], name: str) -> int:
    text = attributes.get(TABLE + name, "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 10 else 1


def scan_ods(parts: Iterable[bytes], total: CellTotal) -> Scanned:
    """What the reader does not tell of an ods, by its content. Raises UnreadableFile where its sheets would take too much."""
    sheets: list[_OdsSheet] = []
    days: list[str] = []
    open_sheet: list[_OdsSheet] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if tag == f"{TABLE}table":
            open_sheet.append(_OdsSheet(attributes.get(f"{TABLE}name", "")))
            sheets.append(open_sheet[-1])
        elif tag == f"{TABLE}null-date":
            days.append(attributes.get(f"{TABLE}date-value", USUAL_DAY))
        elif open_sheet and tag.startswith(TABLE):
            open_sheet[-1].start(name, attributes)
        elif open_sheet:
            open_sheet[-1].inside(tag, 1)

    def end(tag: str) -> None:
        if tag == f"{TABLE}table" and open_sheet:
            total.add(open_sheet.pop().extent)
        elif open_sheet and tag.startswith(TABLE):
            open_sheet[-1].end(tag.rpartition(" ")[2])
        elif open_sheet:
            open_sheet[-1].inside(tag, -1)

    def text(said: str) -> None:
        if open_sheet:
            open_sheet[-1].text(said)

    parse(parts, start, end, text, spaces=" ")
    merges = {sheet.name: sheet.merges for sheet in sheets}
    return Scanned(merges, [sheet.unvalued for sheet in sheets], any(day[:10] != USUAL_DAY for day in days))
