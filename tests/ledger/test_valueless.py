"""A cell that shows an error, or a formula that no program has calculated, is no empty cell in any format: its row is a problem. Nor are
days since 1904 days since 1900."""

import io
import json
import re
import struct
from collections.abc import Callable, Sequence
from html import escape
from time import process_time

import pytest
import xlsxwriter
import xlwt

from calendars.instants import read_iso, show_iso
from kaoping.files import folder
from ledger.facts import Dispatch
from ledger.intake.headings import choose
from ledger.intake.tables.books import relationships
from ledger.intake.tables.books import xlsx as xlsx_parts
from ledger.intake.tables.books.scan import Extent, Unvalued
from ledger.intake.tables.books.styles import shows_a_moment, timed_styles
from ledger.intake.tables.files import read_table
from ledger.intake.tables.table import ERRORS
from ledger.intake.take import Intake, intake
from ledger.sentences import UnreadableFile
from tests.fire.test_fuzz import parts_of
from tests.ledger import test_formats as written

HEADER = written.HEADER
Rows = Sequence[Sequence[str]]
CALCULATED = "a formula that was calculated to nothing"


def with_cell(cell: str, column: str = "操作时间", at: int = 3) -> list[list[str]]:
    rows = [[*row] for row in written.ROWS]
    rows[at][HEADER.index(column)] = cell
    return rows


def taken(data: bytes) -> Intake:
    (table,) = read_table(data, "五月")
    return intake(table, choose(folder.profiles(), table))


def told(data: bytes) -> list[tuple[int, str, str, str]]:
    return [(one.row, one.column, one.value, str(one.why)) for one in taken(data).problems]


def xlsx(rows: Rows, *, odd: Callable[[str], str] = str) -> bytes:
    """Errors are those of formulas; `=?` is a formula that was never calculated."""
    cells = ""
    for at, row in enumerate(rows, start=1):
        cells += f'<row r="{at}">'
        for column, cell in zip("ABCDEFG", row, strict=True):
            place = f'<c r="{column}{at}" s="0"'
            if cell in ERRORS or cell == "#NEW!":
                cells += f'{place} t="e"><f>VLOOKUP(A{at},B:B,1,0)</f><v>{escape(cell)}</v></c>'
            elif cell == "=?":
                cells += f"{place}><f>J2+1</f><v/></c>"
            elif cell == CALCULATED:
                cells += f'{place} t="str"><f>J2&amp;""</f><v></v></c>'
            elif cell:
                cells += f'{place} t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
        cells += "</row>"
    parts = parts_of(written.xlsx(rows))
    name = "xl/worksheets/sheet1.xml"
    sheet = parts[name].decode()
    before, after = sheet.split("<sheetData>")[0], sheet.split("</sheetData>")[1]
    return written.zipped({**parts, name: odd(f"{before}<sheetData>{cells}</sheetData>{after}").encode()})


def xls(rows: Rows) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    book.add_sheet("说明").write(0, 0, "无")
    sheet = book.add_sheet("五月")
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell in ERRORS:
                sheet.row(at).set_cell_error(column, 0x2A)
            elif cell == "=?":
                sheet.write(at, column, xlwt.Formula("J2+1"))
            elif cell:
                sheet.write(at, column, cell)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def ods(rows: Rows) -> bytes:
    name = "content.xml"
    parts = parts_of(written.ods(rows))
    text = parts[name].decode()
    for cell in {*ERRORS, "=?", CALCULATED}.intersection(*[[one for row in rows for one in row]]):
        there = "<text:p>" if cell == CALCULATED else "" if cell == "=?" else f"<text:p>{cell}"
        said = ' office:value-type="string" office:string-value=""' if cell in ERRORS else ""
        old = f'<table:table-cell office:value-type="string" table:number-rows-spanned="1"><text:p>{escape(cell)}</text:p>'
        new = f'<table:table-cell table:formula="of:=[.J2]"{said}>{there}{"</text:p>" if there else ""}'
        assert old in text
        text = text.replace(old, new)
    return written.zipped({**parts, name: text.encode()})


def xlsb(rows: Rows) -> bytes:
    """Its errors in place of the texts that stand for them."""
    name = "xl/worksheets/sheet1.bin"
    parts = parts_of(written.xlsb(rows))
    sheet = parts[name]
    for at in range(7):
        old = written.record(6, struct.pack("<II", at, 0) + written.wide("#N/A"))
        sheet = sheet.replace(old, written.record(3, struct.pack("<IIB", at, 0, 0x2A)))
    return written.zipped({**parts, name: sheet})


WRITERS: dict[str, Callable[[Rows], bytes]] = {
    "xlsx": xlsx,
    "xlsx of other quotes": lambda rows: xlsx(rows, odd=lambda text: text.replace('<c r="D4" s="0" t="e"', "<c r='D4' t='e'")),
    "xlsx without places": lambda rows: xlsx(rows, odd=lambda text: text.replace('<c r="D4" s="0"', '<c s="0"')),
    "xls": xls, "ods": ods, "xlsb": xlsb, "csv": written.text,
}  # fmt: skip
ERROR, FORMULA = "is an error of the sheet, no value", "is a formula that was never calculated"


@pytest.mark.parametrize("how", WRITERS)
def test_an_error_is_a_problem_of_its_row(how: str) -> None:
    data = WRITERS[how](with_cell("#N/A"))
    assert told(data) == [(4, "操作时间", "#N/A", ERROR)]
    assert taken(data).accepted == len(written.ROWS) - 2


@pytest.mark.parametrize("how", ["xlsx", "xls", "ods"])
def test_a_formula_that_was_never_calculated_is_a_problem_of_its_row(how: str) -> None:
    (problem,) = taken(WRITERS[how](with_cell("=?"))).problems
    assert (problem.row, problem.column, problem.value, str(problem.why)) == (4, "操作时间", "=?", FORMULA)
    assert "open it in Excel or WPS and save it" in str(problem.remedy)


@pytest.mark.parametrize("how", ["xlsx", "ods"])
def test_a_formula_that_was_calculated_to_nothing_is_empty(how: str) -> None:
    assert told(WRITERS[how](with_cell(CALCULATED, "处理时限", 2))) == []


@pytest.mark.parametrize("column", ["承办单位", "渠道", "操作", "工单编号"])
@pytest.mark.parametrize("cell", ["#N/A", "#NAME?", " #REF! "])
def test_no_error_becomes_a_word_or_a_name(column: str, cell: str) -> None:
    assert told(written.text(with_cell(cell, column))) == [(4, column, cell.strip(), ERROR)]


def test_an_error_in_a_column_that_is_not_read_is_nothing() -> None:
    rows = [[*row, "#N/A" if at else "坐席备注"] for at, row in enumerate(written.ROWS)]
    assert told(written.text(rows)) == []


@pytest.mark.parametrize("how", ["xlsx", "xlsx of other quotes"])
def test_an_error_that_is_new_is_refused_with_its_place(how: str) -> None:
    with pytest.raises(UnreadableFile, match="shows an error in row 4 that cannot be read: #NEW!"):
        read_table(WRITERS[how](with_cell("#NEW!")), "五月")


def test_columns_beyond_the_last_value_are_kept() -> None:
    rows = [*written.ROWS, ["GX-9", *["=?"] * 6]]
    assert {(row, value) for row, _, value, _ in told(xlsx(rows))} == {(7, "=?")}
    assert len(told(xls(rows))) == 6


@pytest.mark.parametrize("cell", ["=?", "#N/A"])
def test_formulas_filled_down_below_the_rows_are_no_rows(cell: str) -> None:
    rows = [*written.ROWS, [*[""] * 6, cell], [*[""] * 6, cell]]
    for book in (xlsx(rows), xls(rows)):
        assert told(book) == []
        assert len(read_table(book, "五月")[0].rows) == len(written.ROWS) - 1


@pytest.mark.parametrize("inner", [
    b'<c r="A9"><f>1</f><v>' + b" " * 200_000 + b"<x/></v></c>", b"<!--" + b"<workbookPr " * 20_000 + b"-->",
    b"<!--<sheet " + b"a" * 200_000 + b"-->",
])  # fmt: skip
def test_what_is_looked_for_in_a_workbook_takes_time_in_proportion(inner: bytes) -> None:
    for pattern in (
        xlsx_parts.FORMULA_CELL,
        xlsx_parts.ERROR_CELL,
        xlsx_parts.SHEET_TAG,
        xlsx_parts.SINCE_1904,
        relationships.RELATION,
    ):
        begun = process_time()
        pattern.findall(inner)
        assert process_time() - begun < 5
    begun = process_time()
    relationships.attributes_of(inner)
    assert process_time() - begun < 5


def test_an_error_in_a_part_of_no_sheet_is_refused() -> None:
    parts = parts_of(xlsx(with_cell("#N/A")))
    name = "xl/_rels/workbook.xml.rels"
    parts[name] = parts[name].replace(b"worksheets/sheet1.xml", b"worksheets/./sheet1.xml")
    with pytest.raises(UnreadableFile):
        read_table(written.zipped(parts), "五月")


def test_a_fact_holds_no_error() -> None:
    line = b'{"kind":"dispatch","ticket":"GX-1","at":"2023-05-04T09:00:00+08:00","unit":"#N/A","channel":"12345"}\n'
    assert told(line) == [(1, "unit", "#N/A", ERROR)]


NUMBER = "is a number of days, and does not say since when"


def with_days(*, since_1904: bool, form: str) -> bytes:
    """A book whose dispatch is at 2023-05-04 12:00, formatted so."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True, "date_1904": since_1904}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(written.ROWS[:2]):
            sheet.write_row(at, 0, row)
        sheet.write_number(
            1, HEADER.index("操作时间"), 45050.5 - 1462 * since_1904, book.add_format({"num_format": form})
        )
        sheet.write_number(1, HEADER.index("处理时限"), 5)
    return held.getvalue()


@pytest.mark.parametrize(
    ("since_1904", "form", "expected"),
    [
        (False, "General", []),
        (False, "yyyy-mm-dd hh:mm", []),
        (True, "yyyy-mm-dd hh:mm", []),
        (True, "General", [(2, "操作时间", "43588.5", NUMBER)]),
    ],
)
def test_days_since_1904_are_no_days_since_1900(
    since_1904: bool, form: str, expected: list[tuple[int, str, str, str]]
) -> None:
    done = taken(with_days(since_1904=since_1904, form=form))
    assert [(one.row, one.column, one.value, str(one.why)) for one in done.problems] == expected
    assert {show_iso(fact.at) for _, fact in done.facts} == (set() if expected else {"2023-05-04T12:00:00+08:00"})


def test_an_xls_and_an_ods_tell_from_when_they_count_days() -> None:
    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = True
    sheet = book.add_sheet("五月")
    for at, row in enumerate(with_cell("", at=2)):
        for column, cell in enumerate(row):
            sheet.write(at, column, 43588.5 if (at, column) == (2, 3) else cell)
    held = io.BytesIO()
    book.save(held)
    assert told(held.getvalue()) == [(3, "操作时间", "43588.5", NUMBER)]
    parts = parts_of(written.ods(with_cell("43588.5")))
    typed = b'<table:table-cell office:value-type="float" office:value="43588.5"><text:p>43588.5'
    old = b'<table:table-cell office:value-type="string" table:number-rows-spanned="1"><text:p>43588.5'
    first = b'<table:calculation-settings><table:null-date table:date-value="1904-01-01"/></table:calculation-settings>'
    content = (
        parts["content.xml"].replace(old, typed).replace(b"<table:table table:name", first + b"<table:table table:name")
    )
    assert told(written.zipped({**parts, "content.xml": content})) == [(4, "操作时间", "43588.5", NUMBER)]


def test_a_number_of_days_in_a_text_is_told_as_such() -> None:
    (problem,) = taken(written.text(with_cell("45050.5"))).problems
    assert (str(problem.why), str(problem.remedy).split(",")[0]) == (
        NUMBER,
        "format the column as dates with the time of day in the sheet",
    )


def with_day(form: str, *, odd: Callable[[str], str] = str, others: int = 4) -> bytes:
    """A workbook whose first act is at a whole day, in a cell of this format, and whose 办理截止时间 is too; `others` are not."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet, style = book.add_worksheet(), book.add_format({"num_format": form})
        sheet.write_row(0, 0, ("工单编号", "承办单位", "派单时间", "办理截止时间", "签收时间"))
        sheet.write_row(1, 0, ("GX-1", "茅店镇"))
        for column, day in ((2, 45050), (3, 45054), (4, 45050.375)):
            sheet.write_number(1, column, day, style)
        for row in range(2, 2 + others):
            sheet.write_row(row, 0, (f"GX-{row}", "茅店镇"))
            sheet.write_number(row, 2, 45050.25 + row / 64, style)
    parts = parts_of(held.getvalue())
    name = "xl/worksheets/sheet1.xml"
    return written.zipped({**parts, name: odd(parts[name].decode()).encode()})


@pytest.mark.parametrize(
    "odd",
    [
        str,
        lambda text: text.replace('<c r="C2" s="1"', "<c s='1' r='C2'"),
        lambda text: text.replace('s="1"><v>', 's="1" t="n"><v>'),
    ],
)
def test_midnight_is_what_a_cell_shows_as_midnight(odd: Callable[[str], str]) -> None:
    facts = [fact for row, fact in taken(with_day("yyyy-mm-dd hh:mm:ss", odd=odd)).facts if row == 2]
    assert [(fact.kind, show_iso(fact.at)) for fact in facts] == [
        ("dispatch", "2023-05-04T00:00:00+08:00"), ("sign", "2023-05-04T09:00:00+08:00"),
    ]  # fmt: skip
    assert isinstance(facts[0], Dispatch)
    assert facts[0].due_at == read_iso("2023-05-09T00:00:00+08:00") - 1, "as a deadline it is the day"


def test_midnight_is_kept_aside_with_its_time() -> None:
    data = with_day(
        "yyyy-mm-dd hh:mm:ss",
        odd=lambda text: re.sub(
            '<c r="E2" s="1"><v>[^<]*</v></c>', '<c r="E2" t="inlineStr"><is><t>?!</t></is></c>', text
        ),
    )
    ((_, cells),) = taken(data).quarantined
    assert (json.loads(cells)["派单时间"], json.loads(cells)["办理截止时间"]) == ("2023-05-04 00:00:00", "2023-05-08")


def test_a_column_of_which_many_are_midnights_holds_days() -> None:
    (problem,) = taken(with_day("yyyy-mm-dd hh:mm:ss", others=3)).problems
    assert (problem.row, str(problem.why)) == (2, "is a date without a time of day")


def test_styles_that_no_program_writes_take_no_time() -> None:
    start = process_time()
    assert timed_styles(b"<cellXfs>" * 200_000) == frozenset()
    assert not shows_a_moment("[" * 30_000)
    assert timed_styles(b"<cellXfs>" + b"<xf " * 200_000 + b"</cellXfs>") == frozenset()
    assert process_time() - start < 5, "in proportion: quadratic would be minutes"


def test_a_day_is_told_how_to_be_written_as_midnight_and_read_so() -> None:
    (problem,) = taken(with_day("yyyy-mm-dd")).problems
    assert str(problem.why) == "is a date without a time of day"
    (remedy,) = re.findall(r"'\S+ [0-9:]+", str(problem.remedy))
    for cell in (remedy, remedy[1:]):  # Excel keeps the apostrophe beside the text
        assert told(xlsx(with_cell(cell, at=1))) == []


@pytest.mark.parametrize(
    ("code", "is_moment"),
    [
        ("yyyy-mm-dd hh:mm", True), ('yyyy"年"m"月"d"日" h"时"mm"分"', True), ("[$-804]yyyy/m/d h:mm AM/PM;@", True), ("d\\h hh", True),
        ("yyyy-mm-dd", False), ("hh:mm:ss", False), ("[h]:mm", False), ('yyyy-mm-dd" h"', False), ("yyyy\\h", False), ("General", False),
        ("0.00", False), ("[Red]d;hh", False), ("d [hh]:mm", False),
    ],
)  # fmt: skip
def test_which_formats_show_a_day_with_its_time(code: str, is_moment: bool) -> None:
    assert shows_a_moment(code) == is_moment


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_a_cell_is_looked_at_whole_wherever_the_pieces_of_a_part_end(size: int) -> None:
    rows = with_cell("#N/A")
    rows[5][3], rows[2][4] = "=?", CALCULATED
    data = parts_of(xlsx(rows))["xl/worksheets/sheet1.xml"]
    found = Unvalued()
    extent = xlsx_parts._usual_extent((data[at : at + size] for at in range(0, len(data), size)), found, frozenset())
    assert extent == Extent(0, 5, 0, 6)
    assert [*found.by_row()] == [(3, {3: "#N/A"}), (5, {3: "=?"})]


@pytest.mark.parametrize("place", ["D0", "A1048577", "XFE4", "ZZZ9999999"])
def test_a_cell_where_no_sheet_has_any_is_refused(place: str) -> None:
    data = xlsx(with_cell("#N/A"), odd=lambda text: text.replace('r="D4"', f'r="{place}"'))
    with pytest.raises(UnreadableFile):
        read_table(data, "五月")


def test_an_error_below_more_empty_rows_than_a_sheet_has_is_refused() -> None:
    parts = parts_of(ods(with_cell("#N/A", at=-1)))
    rows = '<table:table-row table:number-rows-repeated="999999999"><table:table-cell/></table:table-row>' * 5
    text = parts["content.xml"].decode()
    last = text.rindex("<table:table-row>")
    with pytest.raises(UnreadableFile):
        read_table(written.zipped({**parts, "content.xml": (text[:last] + rows + text[last:]).encode()}), "五月")
