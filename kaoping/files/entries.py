"""A table of entries as people keep it (单位, 项目, 日期, 文号) -> the same in the exchange format."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property

import attrs

from calendars.instants import SHANGHAI, local_instant, show_iso
from kaoping.language import words
from ledger.facts import KIND
from ledger.intake.cells import UnfitCell, shown
from ledger.intake.tables.table import Cell, LogTable, Row
from ledger.intake.times import from_sheet
from ledger.sentences import Mistake, UnreadableFile, sentence
from scoring.law.rulebook import Rulebook

FULL_TIME = "write it like 2023-05-20 10:00"
EXPLAINS = sentence("holds no entries, only the explanations of a form")
FILL_IN = sentence("fill in rows on the other sheet, one for each entry, and record the file again")
SAY_KIND = "name it, such as kaoping record finding --file FILE, or take the form that kaoping template makes"


@attrs.frozen(slots=False)
class FilledTable:
    """A table as people filled it in, and the kind of its rows where they name none: it tells where each field stands."""

    table: LogTable
    kind: str

    def heading(self, field: str) -> str:
        """The heading of a field in this table, without the mark of what must be filled in; where it has none, as a form calls it."""
        there = [one for one in self.table.header if one == field or words.field_of(self.kind, one) == field]
        return there[0].strip("*＊") if there else words.heading_of(self.kind, field, "zh")

    def field(self, column: str) -> str:
        """The field that a heading, or the name of a field, means."""
        return words.field_of(self.kind, column)

    def value(self, row: int, field: str) -> str:
        """What stands in a row under a field, as it was written."""
        there = [place for place, one in enumerate(self.table.header) if words.field_of(self.kind, one) == field]
        cells = self._cells.get(row, ())
        return shown(cells[there[0]]) if there and there[0] < len(cells) else ""

    @cached_property
    def _cells(self) -> Mapping[int, Sequence[Cell]]:
        return {row.number: row.cells for row in self.table.rows}


def filled_table(table: LogTable, kind: str = "") -> FilledTable:
    """The table, its rows of the kind said, or of that which a form's sheet is for. Raises UnreadableFile for one that only explains."""
    if words.is_explanation(table.sheet):
        raise UnreadableFile(EXPLAINS, FILL_IN)
    fields = {words.field_of(kind, heading) for heading in table.header}
    if not kind and "kind" not in fields:
        kind = words.kind_of_form(table.sheet)
        if not kind:
            raise UnreadableFile("does not say of what kind its rows are", SAY_KIND)
    if "at" not in fields:
        why = sentence("has no column for the day ({heading})", heading=words.heading_of(kind, "at", "zh"))
        raise UnreadableFile(why, "name the column so, or take the form that kaoping template makes")
    return FilledTable(table, kind)


def exchange_table(table: LogTable, book: Rulebook, kind: str = "") -> LogTable:
    """The table with the names of the exchange format for the names that people use, and its times with their offset; rows
    without a kind of their own are of `kind`. What is not understood stays, to be refused in its place. Raises UnreadableFile
    where two columns say the same."""
    fields = [words.field_of(kind, heading) for heading in table.header]
    kept = [place for place, heading in enumerate(table.header) if not words.is_unread(heading)]
    header = [fields[place] for place in kept]
    _refuse_twice(header)
    at_kind = header.index("kind") if "kind" in header else None
    reader = _EntryReader(book, kind, tuple(header), tuple(table.header[place] for place in kept))
    rows = [_row(row, kept, at_kind, reader) for row in table.rows]
    extra = ["kind"] if kind and at_kind is None else []
    return attrs.evolve(table, header=(*header, *extra), rows=rows)


@attrs.frozen
class _EntryReader:
    book: Rulebook
    kind: str
    fields: tuple[str, ...]
    headings: tuple[str, ...]

    def cell(self, kind: str, place: int, cell: Cell) -> Cell:
        """The value in the exchange format. Raises UnfitCell, with the heading of the file."""
        field = self.fields[place]
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None
        if field == "kind":
            return words.kind_of(shown(cell))
        try:
            if field in words.TIMES and not isinstance(cell, str):
                return _moment(kind, field, cell)
            if isinstance(cell, str):
                value = words.value_of(self.book, kind, field, cell)
                return value if isinstance(value, bool | int) else str(value)
        except words.NoTimeOfDay as refused:
            raise UnfitCell(str(refused), FULL_TIME) from refused
        except ValueError as refused:
            raise UnfitCell("is not a time", FULL_TIME) from refused
        return cell


def _moment(kind: str, field: str, cell: Cell) -> str:
    found = from_sheet(cell)
    if isinstance(found, datetime):
        return show_iso(local_instant(found, SHANGHAI))
    assert isinstance(found, date)
    return show_iso(words.instant_of_day(kind, field, found))


def _row(row: Row, kept: Iterable[int], at_kind: int | None, reader: _EntryReader) -> Row:
    if row.fault:
        return row
    cells = [row.cells[place] for place in kept]
    named = None if at_kind is None else cells[at_kind]
    kind = words.kind_of(shown(named)) if named not in (None, "") else reader.kind
    done: list[Cell] = []
    faults: list[Mistake] = []
    for place, cell in enumerate(cells):
        try:
            done.append(reader.cell(kind, place, cell))
        except UnfitCell as refused:
            done.append(None)
            faults.append(Mistake(reader.headings[place], cell, refused.why, refused.remedy))
    if reader.kind and at_kind is None:
        done.append(reader.kind)
    elif at_kind is not None and done[at_kind] is None and kind in KIND:
        done[at_kind] = kind
    return attrs.evolve(row, cells=tuple(done), fault=next(iter(faults), None), more=tuple(faults[1:]))


def _refuse_twice(header: list[str]) -> None:
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            why = sentence("has several columns for {field}", field=name)
            raise UnreadableFile(why, "keep one of them, or give one another heading")
