"""A form as a workbook: drop-downs, days and counts by validation, headings locked, rows open, the law's words on a sheet beside it."""

import io
from collections.abc import Sequence
from datetime import datetime, time
from math import ceil
from pathlib import Path
from typing import Any

import xlsxwriter
from rich.cells import cell_len
from xlsxwriter.utility import xl_col_to_name

from calendars.instants import ZONE_MS
from kaoping.files.whole import whole
from kaoping.language.language import Language
from kaoping.office.intake.templates import PREPARED, Form, FormColumn
from kaoping.papers.packing import local_time, packed
from kaoping.papers.xlsx import LINE, PAPER_A4, Styles
from ledger.texts import visible

LAST_ROW = 1_048_575
DARK, LIGHT, MISSING = "#1F4E79", "#DDEBF7", "#FCE4D6"
WIDTHS = (24, 10, 50, 30)  # characters of the columns of the explanations
TITLE_MOST, MESSAGE_MOST = 32, 255  # characters that Excel shows of a message
OPEN = {
    "format_columns": True, "format_rows": True, "sort": True, "select_locked_cells": True, "select_unlocked_cells": True,
}  # fmt: skip


def draw(language: Language, form: Form) -> bytes:
    """The workbook's bytes: the same for the same form."""
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(made, options)
    book.set_properties({"title": visible(form.title), "created": local_time(form.at - ZONE_MS)})
    book.set_size(1600, 1000)
    styles = Styles(book)
    sheet = book.add_worksheet(form.sheet)
    explains = book.add_worksheet(form.explains)
    _explain(language, explains, styles, form)
    names = _lists(book, form)
    _rows(language, sheet, styles, form, names)
    book.close()
    return packed(made.getvalue(), form.at)


def write_form(path: Path, data: bytes) -> None:
    """The file written whole or not at all. Raises OSError."""
    with whole(path) as part:
        part.write_bytes(data)


# the words


def _lists(book: Any, form: Form) -> dict[str, str]:
    """Field -> the defined name of its words, one list under the other in one column of a hidden sheet: what has but one column is
    no table to any reader."""
    chosen = [column for column in form.columns if column.choices]
    if not chosen:
        return {}
    sheet, names, row = book.add_worksheet(form.lists), dict[str, str](), 0
    sheet.set_column(0, 0, 40)
    for column in chosen:
        for word in column.choices:
            sheet.write_string(row, 0, visible(word), book.add_format({"num_format": "@"}) if not row else None)
            row += 1
        names[column.field] = f"{form.lists}_{column.heading}"
        book.define_name(names[column.field], f"='{form.lists}'!$A${row - len(column.choices) + 1}:$A${row}")
    sheet.protect("", OPEN)
    sheet.hide()
    return names


# the rows to fill in


def _rows(language: Language, sheet: Any, styles: Styles, form: Form, names: dict[str, str]) -> None:
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.set_margins(left=0.45, right=0.45, top=0.65, bottom=0.65)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&C— &P —")
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 26)
    for place, column in enumerate(form.columns):
        number_format = "yyyy-mm-dd" if column.days else "0" if column.counts else "@"
        told: dict[str, object] = {"locked": False, "num_format": number_format}
        told |= {"align": "center"} if column.days or column.counts else {"indent": 1, "text_wrap": column.width > 30}
        sheet.set_column(place, place, column.width, styles.get(**told))
        sheet.write_string(0, place, visible(column.heading), _heading(styles, column))
        for row in range(1, PREPARED + 1):
            sheet.write_blank(row, place, None, styles.get(border=1, border_color="#BFBFBF", **told))
        _validate(language, sheet, place, column, names)
    _mark_missing(sheet, styles, form.columns)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(len(form.columns) - 1)}{LAST_ROW + 1}"})
    sheet.protect("", OPEN)
    sheet.activate()
    sheet.set_selection(1, 0, 1, 0)


def _heading(styles: Styles, column: FormColumn) -> Any:
    colours = {"bg_color": DARK, "font_color": "#FFFFFF"} if column.required else {"bg_color": LIGHT}
    return styles.get(bold=True, border=1, align="center", font_size=11, **colours)


def _validate(language: Language, sheet: Any, place: int, column: FormColumn, names: dict[str, str]) -> None:
    """What may stand in the cells of a column, and the message to who types another."""
    say, rule = language.say, dict[str, Any]()
    if column.field in names:
        rule = {"validate": "list", "source": f"={names[column.field]}"}
        error = say("take a word from the list of {heading}", heading=column.heading)
    elif column.days:
        first, last = column.days
        rule = {"validate": "date", "criteria": "between", "minimum": datetime.combine(first, time()), "maximum": last}
        error = say("write a day from {first} to {last}, like {first}", first=first, last=last.date())
    elif column.counts:
        rule = {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": 999_999}
        error = say("write a whole number of 1 or more")
    else:
        rule, error = {"validate": "any"}, ""
    must = say("Must be filled in.") if column.required else say("May stay empty.")
    shown = {"input_title": column.heading[:TITLE_MOST], "input_message": f"{must}{column.says}"[:MESSAGE_MOST]}
    if error:
        shown |= {
            "error_type": "stop",
            "error_title": column.heading[:TITLE_MOST],
            "error_message": error[:MESSAGE_MOST],
        }
    sheet.data_validation(1, place, LAST_ROW, place, {**rule, **{name: visible(text) for name, text in shown.items()}})


def _mark_missing(sheet: Any, styles: Styles, columns: Sequence[FormColumn]) -> None:
    """A cell that must be filled in is tinted while its row is begun and it is empty."""
    begun = f"COUNTA($A2:${xl_col_to_name(len(columns) - 1)}2)>0"
    tint = styles.book.add_format({"bg_color": MISSING})
    for place, column in enumerate(columns):
        if column.required:
            rule = {"type": "formula", "criteria": f'=AND({begun},{xl_col_to_name(place)}2="")', "format": tint}
            sheet.conditional_format(1, place, PREPARED, place, rule)


# the explanations


def _explain(language: Language, sheet: Any, styles: Styles, form: Form) -> None:
    sheet.set_landscape()
    sheet.set_paper(PAPER_A4)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    for place, width in enumerate(WIDTHS):
        sheet.set_column(place, place, width)
    last = len(WIDTHS) - 1
    sheet.merge_range(0, 0, 0, last, "", styles.get(bold=True, font_size=14, align="center", text_wrap=True))
    sheet.write_string(0, 0, visible(form.title), styles.get(bold=True, font_size=14, align="center", text_wrap=True))
    sheet.set_row(0, 40)
    row = 1
    for number, step in enumerate(form.steps, 1):
        text, style = visible(f"{number}. {step}"), styles.get(text_wrap=True)
        sheet.merge_range(row, 0, row, last, "", style)
        sheet.write_string(row, 0, text, style)
        sheet.set_row(row, LINE * _lines(text, sum(WIDTHS)) + 3)
        row += 1
    say = language.say
    heads = (say("column"), say("must be filled in?"), say("how"), say("example"))
    body = [(one.heading, say("yes") if one.required else "", one.says, one.example) for one in form.columns]
    row = _table(sheet, styles, row + 1, heads, body)
    if form.known:
        heading = next(one.heading for one in form.columns if one.field == "item")
        over = (heading, say("the rulebook's words"), say("must be told too"))
        _words(sheet, styles, row + 1, over, [(known.word, known.law, known.needs) for known in form.known])
    sheet.protect("", OPEN)


def _table(sheet: Any, styles: Styles, row: int, heads: Sequence[str], body: Sequence[Sequence[str]]) -> int:
    """A table of one cell a column; the row after it."""
    for place, text in enumerate(heads):
        sheet.write_string(row, place, visible(text), styles.get(bold=True, border=1, align="center", bg_color=LIGHT))
    for cells in body:
        row += 1
        for place, text in enumerate(cells):
            sheet.write_string(row, place, visible(text), styles.get(border=1, text_wrap=True, indent=1))
        lines = max(_lines(text, width) for text, width in zip(cells, WIDTHS, strict=True))
        sheet.set_row(row, LINE * lines + 3)
    return row + 1


def _words(sheet: Any, styles: Styles, row: int, heads: Sequence[str], body: Sequence[Sequence[str]]) -> None:
    """A table of words; the law's are as wide as what must be told with them leaves room."""
    needs = any(cells[2] for cells in body)
    end = 2 if needs else 3
    plain = styles.get(border=1, text_wrap=True, indent=1)
    style = styles.get(bold=True, border=1, align="center", bg_color=LIGHT)
    for cells in (heads, *body):
        sheet.write_string(row, 0, visible(cells[0]), style)
        sheet.merge_range(row, 1, row, end, "", style)
        sheet.write_string(row, 1, visible(cells[1]), style)
        if needs:
            sheet.write_string(row, 3, visible(cells[2]), style)
        wide = (WIDTHS[0], sum(WIDTHS[1 : end + 1]), WIDTHS[3])
        sheet.set_row(row, LINE * max(_lines(text, width) for text, width in zip(cells, wide, strict=True)) + 3)
        row, style = row + 1, plain


def _lines(text: str, width: float) -> int:
    return max(1, ceil(cell_len(text) / (width - 1)))
