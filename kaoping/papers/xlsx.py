"""The workbook: a sheet a page, typed cells, formulas with their values, nothing in it that data could make a formula."""

import io
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from math import ceil
from typing import Any

import attrs
import xlsxwriter
from rich.cells import cell_len
from xlsxwriter.utility import xl_rowcol_to_cell

from calendars.instants import DAY_MS, ZONE_MS
from kaoping.papers.cells import cell_text
from kaoping.papers.packing import local_time, packed
from kaoping.reports.page import (
    RIGHT,
    Block,
    Booklet,
    Cell,
    Chart,
    Column,
    Heading,
    Imprint,
    Kind,
    Listing,
    Marked,
    Note,
    Page,
    Paragraph,
    Signatures,
    Table,
)  # fmt: skip
from ledger.texts import visible
from scoring.law.arithmetic import half_up

FONT = "宋体"
PAPER_A4 = 9
EDGE = "_ "  # a number format's blank between a number and the rule beside it
LONG = 31  # characters of a sheet's name
FORBIDDEN = str.maketrans("[]:*?/\\", "【】：＊？／＼")
EXCEL_EPOCH_DAYS = 25569  # from 1899-12-30 to 1970-01-01
NARROW, HEAD, WIDE = 5, 8, 46  # characters of a column, and of a line of its heading
TALL = 30  # labels of a chart that needs the height of the paper
LINE = 14.25  # points of a row of text
ROW = 15.0  # points of a row whose height nobody sets
SHEET_WIDE, SHEET_TALL = 776.0, 495.0  # points between the margins of A4 landscape
SQUEEZED = 1.25  # pages that are better drawn smaller on one than broken: the signatures would stand alone
FILLS = {"amber": "#FFF2CC", "red": "#F8CBAD", "dark": "#D9D9D9"}
"""The fill of a row by its tone: light enough for black letters, and told apart in print without colours."""


def draw(booklet: Booklet) -> bytes:
    """The workbook's bytes: the same for the same booklet."""
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(made, options)
    book.set_properties({"title": visible(booklet.title), "comments": booklet.subject, "created": local_time(booklet.at - ZONE_MS),
        "status": visible(booklet.state)})  # fmt: skip
    book.set_size(1600, 1000)
    names = _names(booklet)
    styles = Styles(book)
    links = {page.unit: name for page, name in zip(booklet.pages, names, strict=True) if page.unit}
    _contents(book, styles, booklet, names)
    for page, name in zip(booklet.pages, names, strict=True):
        Drawing.of(book, styles, booklet, page, name, links).draw()
    book.close()
    return packed(made.getvalue(), booklet.at)


def _names(booklet: Booklet) -> list[str]:
    """A sheet's name for each page: without what Excel forbids, short, and none twice."""
    taken = {_fit(booklet.contents, "").casefold()}
    names: list[str] = []
    for page in booklet.pages:
        number, name = 1, _fit(page.name, "")
        while name.casefold() in taken or name.casefold() == "history":
            number += 1
            name = _fit(page.name, f"~{number}")
        taken.add(name.casefold())
        names.append(name)
    return names


def _fit(name: str, end: str) -> str:
    clean = visible(name).translate(FORBIDDEN).strip("'") or "-"
    while len(clean.encode("utf-16-le")) // 2 + len(end) > LONG:
        clean = clean[:-1]
    return clean.strip("'") + end


@attrs.frozen
class Styles:
    """The formats of a workbook, each made once."""

    book: Any
    made: dict[str, Any] = attrs.Factory(dict)

    def get(self, **wanted: object) -> Any:
        """The format with these properties."""
        key = repr(sorted(wanted.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format({"font_name": FONT, "font_size": 10, "valign": "vcenter", **wanted})
        return self.made[key]


def _contents(book: Any, styles: Styles, booklet: Booklet, names: Sequence[str]) -> None:
    sheet = book.add_worksheet(_fit(booklet.contents, ""))
    _set_page(sheet, booklet.state)
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, 1, 60)
    sheet.merge_range(0, 0, 0, 1, "", styles.get(bold=True, font_size=16, align="center"))
    sheet.write_string(0, 0, visible(booklet.title), styles.get(bold=True, font_size=16, align="center"))
    sheet.set_row(0, 30)
    sheet.write_string(1, 1, visible(booklet.state), styles.get(font_color="#666666"))
    for row, name in enumerate(names, 2):
        sheet.write_number(row, 0, row - 1, styles.get(border=1, align="center"))
        _link(sheet, row, 1, name, name, styles.get(border=1, indent=1, font_color="#0B5394"))
    sheet.print_area(0, 0, len(names) + 1, 1)
    sheet.repeat_rows(0, 1)


def _link(sheet: Any, row: int, column: int, target: str, text: str, style: Any) -> None:
    """A text that leads to another sheet's first cell."""
    quoted = target.replace("'", "''")
    sheet.write_string(row, column, visible(text), style)
    sheet.write_url(row, column, f"internal:'{quoted}'!A1", style, string=visible(text))


def _set_page(sheet: Any, state: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.set_margins(left=0.45, right=0.45, top=0.65, bottom=0.65)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_header(f'&L&"{FONT}"&9&A&R&"{FONT}"&9' + visible(state).replace("&", "&&"))
    sheet.set_footer("&C— &P —")
    sheet.hide_gridlines(2)


@attrs.define
class Drawing:
    """One page on its sheet: `row` is the next that is free."""

    book: Any
    sheet: Any
    name: str
    styles: Styles
    page: Page
    links: Mapping[str, str]
    widths: Sequence[float]
    row: int = 0
    heads: tuple[int, int] | None = None
    tallest: int = 0
    tone: str = ""
    heights: dict[int, float] = attrs.Factory(dict)
    charts: list[int] = attrs.Factory(list)

    @classmethod
    def of(
        cls, book: Any, styles: Styles, booklet: Booklet, page: Page, name: str, links: Mapping[str, str]
    ) -> "Drawing":
        """A page with its sheet made."""
        sheet = book.add_worksheet(name)
        _set_page(sheet, booklet.state)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        return cls(book, sheet, name, styles, page, links, _widths(page))

    def draw(self) -> None:
        """All its blocks, one under the other."""
        if any(isinstance(block, Chart) and len(block.labels) > TALL for block in self.page.blocks):
            self.sheet.set_portrait()
        for number, width in enumerate(self.widths):
            self.sheet.set_column(number, number, width)
        for block in self.page.blocks:
            self._block(block)
        self.sheet.print_area(0, 0, max(self.row - 1, 0), len(self.widths) - 1)
        if self.heads is not None:
            self.sheet.repeat_rows(*self.heads)
        if len(self.charts) > 1 and self.heads is None:
            self.sheet.set_h_pagebreaks(self.charts[1:])
        if not self.charts and 1 < self._pages() <= SQUEEZED:
            self.sheet.fit_to_pages(1, 1)

    def _pages(self) -> float:
        """How many sheets of paper it fills when it is as wide as one."""
        wide = sum((width * 7 + 5) * 0.75 for width in self.widths)
        tall = sum(self.heights.get(row, ROW) for row in range(self.row))
        return tall * min(1.0, SHEET_WIDE / wide) / SHEET_TALL

    def _set_height(self, row: int, height: float) -> None:
        self.heights[row] = height
        self.sheet.set_row(row, height)

    def _block(self, block: Block) -> None:
        match block:
            case Heading(text, level) if level == 1:
                self._line(text, 30, bold=True, font_size=16, align="center")
            case Heading(text):
                self.row += 1
                self._line(text, bold=True, font_size=12)
            case Paragraph(text) | str(text):
                self._line(text, text_wrap=True)
            case Note(text):
                self._line(text, text_wrap=True, font_size=9)
            case Listing(title, lines):
                self._line(title, bold=True)
                for line in lines:
                    self._line(line, text_wrap=True, indent=1)
            case Imprint(title, stamps):
                self._line(title, bold=True)
                for name, value in stamps:
                    self._line(f"{name}  {value}", text_wrap=True, indent=1)
            case Signatures(names):
                self.row += 1
                self._line("".join(f"{name}：{' ' * 22}" for name in names), 24)
            case Table():
                self._table(block)
            case Chart():
                self._chart(block)

    def _line(self, text: str, least: float = LINE, **style: object) -> None:
        """A text over the whole width, its row as high as it needs."""
        last, shown = len(self.widths) - 1, visible(text)
        made = self.styles.get(**style)
        if last:
            self.sheet.merge_range(self.row, 0, self.row, last, "", made)
        self.sheet.write_string(self.row, 0, shown, made)
        lines = ceil(cell_len(shown) * 1.1 / max(sum(self.widths), 1))
        self._set_height(self.row, max(least, LINE * lines))
        self.row += 1

    def _table(self, table: Table) -> None:
        columns = [*table.keys, *table.columns]
        if table.title:
            self._line(table.title, bold=True)
        first = self.row
        self._head(columns)
        body = self.row
        count = len(columns[0].cells)
        for number in range(count):
            self.tone = table.tones[number] if table.tones else ""
            self._row(columns, number, body)
        self.tone = ""
        if count > self.tallest:
            self.tallest, self.heads = count, (first, body - 1)
        if table.filtered and count:
            self.sheet.autofilter(body - 1, 0, self.row - 1, len(columns) - 1)
            self.sheet.freeze_panes(body, len(table.keys))
        if table.foot and count:
            self._foot(table.foot, columns, body)
        self.row += 1

    def _head(self, columns: Sequence[Column]) -> None:
        style = self.styles.get(bold=True, align="center", text_wrap=True, border=1, bg_color="#EDEDED")
        two = any(column.over for column in columns)
        if two:
            place = 0
            for over, same in groupby(columns, key=lambda one: one.over):
                size = len([*same])
                if over:
                    self._span(self.row, place, self.row, place + size - 1, over, style)
                place += size
            self._set_height(self.row, LINE + 3)
        low = self.row + two
        for place, column in enumerate(columns):
            self._span(low if column.over else self.row, place, low, place, column.heading, style)
        lines = max(_lines(column.heading, width) for column, width in zip(columns, self.widths, strict=False))
        self._set_height(low, LINE * max(lines, 1) + 3)
        self.row = low + 1

    def _span(self, top: int, left: int, bottom: int, right: int, text: str, style: Any) -> None:
        if (top, left) != (bottom, right):
            self.sheet.merge_range(top, left, bottom, right, "", style)
        self.sheet.write_string(top, left, visible(text), style)

    def _row(self, columns: Sequence[Column], number: int, body: int) -> None:
        lines = 1
        for place, column in enumerate(columns):
            cell = column.cells[number]
            if not self._sum(columns, place, number):
                self._cell(column, cell, place)
            if column.kind is Kind.TEXT:
                lines = max(lines, _lines(cell_text(column, cell, self.page.language), self.widths[place]))
        self._set_height(self.row, LINE * lines + 2)
        self.row += 1

    def _sum(self, columns: Sequence[Column], place: int, number: int) -> bool:
        """A cell as the formula that a clerk would write, where it is the sum of its neighbours and no more."""
        column = columns[place]
        value = column.cells[number]
        parts = [one.cells[number] for one in column.sum_of]
        if not parts or not isinstance(value, Fraction) or not all(isinstance(one, Fraction) for one in parts):
            return False
        if sum(one for one in parts if isinstance(one, Fraction)) != value:
            return False
        places = [index for index, one in enumerate(columns) if any(one is part for part in column.sum_of)]
        ends = (xl_rowcol_to_cell(self.row, places[0]), xl_rowcol_to_cell(self.row, places[-1]))
        self._formula(column, place, f"=ROUND(SUM({ends[0]}:{ends[1]}),{column.digits})", value)
        return True

    def _formula(self, column: Column, place: int, formula: str, value: Fraction, **style: object) -> None:
        made = self._style(column, _digits(column), "", **style)
        self.sheet.write_formula(self.row, place, formula, made, float(value))

    def _style(self, column: Column, number_format: str, mark: str, **style: object) -> Any:
        told: dict[str, object] = {
            "border": 1,
            **({"align": "right", "indent": 1} if column.kind in RIGHT else {}),
            **style,
        }
        if column.kind in RIGHT or column.kind is Kind.INSTANT:
            marked = (f'{number_format}"{mark}"' if mark else number_format) + EDGE
            told |= {"num_format": ";".join(f"+{marked}" if not index else f"{sign}{marked}" for index, sign in enumerate(("", "-", "")))
                if column.signed else marked}  # fmt: skip
        else:
            told |= {"text_wrap": True, "indent": 1}
        return self._toned(**told)

    def _toned(self, **wanted: object) -> Any:
        """The format with these properties, in the tone of the row."""
        return self.styles.get(**wanted, **({"bg_color": FILLS[self.tone]} if self.tone else {}))

    def _cell(self, column: Column, cell: Cell, place: int) -> None:
        mark = cell.mark if isinstance(cell, Marked) else ""
        value = cell.value if isinstance(cell, Marked) else cell
        if value is None:
            self.sheet.write_string(self.row, place, column.absent, self._toned(border=1, align="center"))
        elif column.kind is Kind.UNIT and str(value) in self.links and self.links[str(value)] != self.name:
            style = self._toned(border=1, indent=1, font_color="#0B5394")
            _link(self.sheet, self.row, place, self.links[str(value)], str(value), style)
        elif isinstance(value, int) and column.kind is Kind.INSTANT:
            serial = Fraction(value + ZONE_MS, DAY_MS) + EXCEL_EPOCH_DAYS
            style = self._style(column, "yyyy-mm-dd hh:mm:ss", mark, align="center")
            self.sheet.write_number(self.row, place, float(serial), style)
        elif isinstance(value, int | Fraction):
            shown = half_up(Fraction(value), column.digits) if column.kind is Kind.RATE else value
            self.sheet.write_number(self.row, place, float(shown), self._style(column, _digits(column), mark))
        else:
            text = visible(cell_text(column, cell, self.page.language))
            self.sheet.write_string(self.row, place, text, self._toned(border=1, indent=1, text_wrap=True))

    def _foot(self, name: str, columns: Sequence[Column], body: int) -> None:
        bold = {"bold": True, "top": 2}
        for place, column in enumerate(columns):
            values = [_number(cell) for cell in column.cells]
            known = [value for value in values if value is not None]
            ends = (xl_rowcol_to_cell(body, place), xl_rowcol_to_cell(self.row - 1, place))
            span = f"{ends[0]}:{ends[1]}"
            if column.total == "sum" and known:
                exact = sum(known, Fraction(0))
                digits = 0 if column.kind is Kind.COUNT else max(column.digits, 6)
                self._formula(column, place, f"=ROUND(SUM({span}),{digits})", exact, **bold)
            elif column.total == "mean" and known:
                mean = half_up(sum(known, Fraction(0)) / len(known), column.digits)
                self._formula(column, place, f"=ROUND(AVERAGE({span}),{column.digits})", mean, **bold)
            else:
                text = name if place == 0 else ""
                style = self.styles.get(border=1, align="center", shrink=True, **bold)
                self.sheet.write_string(self.row, place, text, style)
        self._set_height(self.row, LINE + 4)
        self.row += 1

    def _chart(self, chart: Chart) -> None:
        """Its values as a table, and the chart beside it that draws them."""
        self.charts.append(self.row)
        top, last = self.row + 1, self.row + len(chart.labels)
        self.sheet.write_string(self.row, 0, "", self.styles.get(bold=True, border=1))
        for column, series in enumerate(chart.series, 1):
            style = self.styles.get(bold=True, border=1, align="center", text_wrap=True)
            self.sheet.write_string(self.row, column, visible(series.name), style)
            for row, value in enumerate(series.values, top):
                if value is not None:
                    self.sheet.write_number(row, column, float(value), self.styles.get(border=1, num_format="0.00"))
        for row, label in enumerate(chart.labels, top):
            self.sheet.write_string(row, 0, visible(label), self.styles.get(border=1, indent=1))
        drawn = _native(self.book, chart, self.name, top, last)
        height = max(280, 22 * len(chart.labels) + 90) if chart.kind == "bars" else 340
        drawn.set_size({"width": 820, "height": height})
        self.sheet.insert_chart(self.row, len(chart.series) + 1, drawn, {"x_offset": 14, "object_position": 3})
        self.row = max(last, self.row + ceil(height / 21)) + 2


def _native(book: Any, chart: Chart, name: str, top: int, last: int) -> Any:
    drawn = book.add_chart({"type": "bar" if chart.kind == "bars" else "line"})
    for column, _ in enumerate(chart.series, 1):
        series: dict[str, Any] = {
            "name": [name, top - 1, column], "categories": [name, top, 0, last, 0], "values": [name, top, column, last, column],
        }  # fmt: skip
        if chart.kind == "bars":
            series |= {"data_labels": {"value": True, "num_format": "0.00"}, "gap": 60, "fill": {"color": "#4472A8"}}
        else:
            series |= {"marker": {"type": "circle", "size": 5}}
        drawn.add_series(series)
    known = [value for series in chart.series for value in series.values if value is not None]
    full, least = chart.full or max(known, default=Fraction(100)), min(known, default=Fraction(0))
    low = 0 if chart.kind == "bars" else max(0, float(int(least) // 10 * 10))
    scale = {"min": low, "max": float(full) * (1.1 if chart.kind == "bars" else 1.0), "num_format": "0"}
    drawn.set_title({"name": visible(chart.title), "name_font": {"size": 12}})
    if chart.kind == "bars":
        drawn.set_legend({"none": True})
        drawn.set_x_axis(scale)
        drawn.set_y_axis({"reverse": True})
    else:
        drawn.set_legend({"position": "bottom"})
        drawn.set_y_axis(scale)
    return drawn


def _digits(column: Column) -> str:
    """The number format of a column: its decimals, and more where a value has more."""
    if column.kind in (Kind.COUNT, Kind.FACT):
        return "0"
    longer = "####" if column.kind is Kind.NUMBER and column.is_longer else ""
    return f"0.{'0' * column.digits}{longer}" if column.digits else "0"


def _number(cell: Cell) -> Fraction | None:
    value = cell.value if isinstance(cell, Marked) else cell
    return Fraction(value) if isinstance(value, int | Fraction) else None


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column so wide."""
    return sum(max(1, ceil(cell_len(line) * 1.08 / max(width - 1.2, 1))) for line in visible(text).split("\n"))


def _widths(page: Page) -> list[float]:
    """How wide each column of the sheet is, by what its tables hold."""
    widths: list[float] = []
    for block in page.blocks:
        for place, width in enumerate(_wanted(block, page.language)):
            if place == len(widths):
                widths.append(width)
            widths[place] = max(widths[place], width)
    if len(widths) < 2:
        return [110.0]
    return widths


def _wanted(block: Block, language: str) -> list[float]:
    if isinstance(block, Chart):
        label = max((cell_len(one) for one in block.labels), default=0)
        return [float(min(label + 4, WIDE)), *(12.0 for _ in block.series), *(14.0 for _ in range(8))]
    if not isinstance(block, Table):
        return []
    return [_column_width(column, language) for column in (*block.keys, *block.columns)]


def _column_width(column: Column, language: str) -> float:
    if column.kind is Kind.INSTANT:
        return 19.0
    cells = max((cell_len(cell_text(column, cell, language)) for cell in column.cells), default=0)
    head = max(min(cell_len(line), HEAD) for line in column.heading.split("\n"))
    return float(min(max(cells + (3 if column.kind in RIGHT else 2), head + 1.5, NARROW), WIDE))
