"""The rows of a page's tables: narrowed and ordered as asked for, and as csv, the very rows that are shown."""

import csv
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from io import StringIO

import attrs

from calendars.instants import SHANGHAI, day_start
from kaoping.language.language import Language
from kaoping.office.session import WrongArgument
from kaoping.papers.cells import cell_text, texts_of
from kaoping.papers.exchange.spreadsheet import BYTE_ORDER_MARK
from kaoping.reports.page import Cell, Column, Marked, Page, Table
from ledger.sentences import sentence
from ledger.texts import guarded, visible


@attrs.frozen
class Filters:
    """Which rows are shown: those with a cell that holds `q`, those of a `group`; by which column they are ordered (`sort`, its
    heading; with - in front the greatest first)."""

    q: str = ""
    group: str = ""
    sort: str = ""

    def __bool__(self) -> bool:
        return bool(self.q or self.group or self.sort)


def heading(column: Column) -> str:
    """A column's heading on one line."""
    return visible(" ".join(filter(None, (column.over, *column.heading.split("\n")))))


def tables(page: Page) -> list[Table]:
    """The tables of a page."""
    return [block for block in page.blocks if isinstance(block, Table)]


def columns_of(table: Table) -> list[Column]:
    """Its columns from left to right."""
    return [*table.keys, *table.columns]


def count_rows(page: Page) -> int:
    """How many rows its tables have."""
    return sum(len(columns_of(table)[0].cells) for table in tables(page))


def groups(page: Page, language: Language) -> list[str]:
    """The groups that its rows belong to."""
    found = [_group_of(table, language) for table in tables(page)]
    return sorted({str(cell) for column in found if column is not None for cell in column.cells if cell})


def sortable(page: Page) -> list[str]:
    """The headings by which its rows can be ordered."""
    return [*dict.fromkeys(heading(column) for table in tables(page) for column in columns_of(table))]


def narrowed(page: Page, filters: Filters, language: Language) -> Page:
    """The page with only the rows asked for, in the order asked for; a table without the column asked about stays in its order. Raises
    WrongArgument for a heading that no table has."""
    if not filters:
        return page
    _refuse_unknown(page, filters, language)
    blocks = [_narrowed(one, filters, language) if isinstance(one, Table) else one for one in page.blocks]
    return attrs.evolve(page, blocks=blocks)


def _refuse_unknown(page: Page, filters: Filters, language: Language) -> None:
    name, known = filters.sort.removeprefix("-"), sortable(page)
    if name and name not in known and tables(page):
        raise WrongArgument(
            sentence("no column here is called {name}.", name=name),
            sentence("Known: {known}", known=language.say(", ").join(known)),
        )


def _narrowed(table: Table, filters: Filters, language: Language) -> Table:
    columns = columns_of(table)
    rows = [*range(len(columns[0].cells))]
    group = _group_of(table, language)
    if filters.group and group is not None:
        rows = [row for row in rows if group.cells[row] == filters.group]
    if filters.q:
        sought = filters.q.casefold()
        rows = [row for row in rows if any(sought in _shown(one, row, language) for one in columns)]
    name = filters.sort.removeprefix("-")
    by = next((one for one in columns if name and heading(one) == name), None)
    if by is not None:
        rows = _ordered(rows, lambda row: by.cells[row], backwards=filters.sort.startswith("-"))
    return _taken(table, rows)


def _shown(column: Column, row: int, language: Language) -> str:
    return visible(cell_text(column, column.cells[row], language.code)).casefold()


def _group_of(table: Table, language: Language) -> Column | None:
    return next((one for one in columns_of(table) if one.heading == language.say("group")), None)


def _ordered(rows: Sequence[int], cell_at: Callable[[int], Cell], *, backwards: bool) -> list[int]:
    """The rows by a cell of each, those without one last."""
    absent = [row for row in rows if cell_at(row) is None]
    there = [row for row in rows if cell_at(row) is not None]
    return [*sorted(there, key=lambda row: _rank(cell_at(row)), reverse=backwards), *absent]


def _rank(cell: Cell) -> tuple[int, Fraction, str]:
    value = cell.value if isinstance(cell, Marked) else cell
    if isinstance(value, tuple):
        return 0, value[0] if value else Fraction(0), ""
    if isinstance(value, date):  # beside instants it is the first of its day
        return 0, Fraction(day_start(value, SHANGHAI)), ""
    if isinstance(value, int | Fraction):
        return 0, Fraction(value), ""
    return 1, Fraction(0), str(value)


def _taken(table: Table, rows: Sequence[int]) -> Table:
    def part(column: Column) -> Column:
        return attrs.evolve(column, cells=[column.cells[row] for row in rows], sum_of=())

    tones = [table.tones[row] for row in rows] if table.tones else ()
    return attrs.evolve(table, keys=[*map(part, table.keys)], columns=[*map(part, table.columns)], tones=tones)


def csv_text(page: Page, language: Language) -> str:
    """The rows of the page's tables as they are shown: UTF-8 with its mark, lines ended as on Windows, nothing that a spreadsheet
    would reckon with. Of several tables each is headed by its title, an empty line between."""
    found = tables(page)
    written = StringIO()
    writer = csv.writer(written)
    for number, table in enumerate(found):
        if number:
            writer.writerow([])
        if len(found) > 1:
            writer.writerow([guarded(visible(table.title))])
        writer.writerows(_lines(table, language))
    return BYTE_ORDER_MARK + written.getvalue()


def _lines(table: Table, language: Language) -> Iterator[list[str]]:
    columns = columns_of(table)
    yield [guarded(heading(column)) for column in columns]
    shown = [
        [_written(cell, text) for cell, text in zip(column.cells, texts_of(column, language.code), strict=True)]
        for column in columns
    ]
    yield from (list(row) for row in zip(*shown, strict=True))


def _written(cell: Cell, text: str) -> str:
    """A cell's text; only texts can be taken for something else, numbers are what they are."""
    value = cell.value if isinstance(cell, Marked) else cell
    return guarded(visible(text)) if isinstance(value, str) else visible(text)
