"""The same rows in every format and disguise tell the same facts, letter for letter; what is no ticket is passed over and said."""

import csv
import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from kaoping.files import folder
from ledger.exchange import content
from ledger.intake.headings import choose
from ledger.intake.tables.files import read_table, read_tables
from ledger.intake.tables.packed import Budget, members, ungzipped
from ledger.intake.tables.table import LogTable, Nested
from ledger.intake.take import Intake, intake
from ledger.sentences import UnreadableFile

REAL = Path(__file__).parents[3] / "shared" / "data"
Rows = Sequence[Sequence[str]]
HEADER = ["工单编号", "操作", "承办单位", "操作时间", "渠道", "处理时限", "处理时限单位"]
ROWS = [
    HEADER,
    ["250912101108115409", "派单", "茅店镇", "2023-05-04 09:10:00", "12345", "5", "工作日"],
    ["250912101108115409", "签收", "茅店镇", "2023-05-04 10:00:00", "", "", ""],
    ["250912101108115409", "办结", "茅店镇", "2023-05-06 16:30:00", "", "", ""],
    ["GX-2", "派单", "区城管局", "2023-05-05 08:00:00", "问政赣州", "5", "工作日"],
    ["GX-2", "办结", "区城管局", "2023-05-06 11:59:59", "", "", ""],
]


def text(rows: Rows, delimiter: str = ",") -> bytes:
    held = io.StringIO()
    csv.writer(held, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return held.getvalue().encode()


def xlsx(*sheets: Rows, merged: Sequence[tuple[int, int, int, int]] = (), hidden: Sequence[int] = ()) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        for number, rows in enumerate(sheets):
            sheet = book.add_worksheet()
            for place in merged:
                sheet.merge_range(*place, "")
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell:
                        sheet.write_string(at, column, cell)
            if number in hidden:
                sheet.hide()
    return held.getvalue()


def xls(rows: Rows, merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("五月")
    covered = {(top, left) for top, _, left, _ in merged}
    for top, bottom, left, right in merged:
        sheet.write_merge(top, bottom, left, right, rows[top][left])
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell and (at, column) not in covered:
                sheet.write(at, column, cell)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return held.getvalue()


def ods(rows: Rows, tall: dict[tuple[int, int], int] | None = None) -> bytes:
    """OpenDocument 1.2: a mimetype, a manifest and content.xml, with the empty rows and columns that offices write at the end."""
    spans = tall or {}
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string" table:number-rows-spanned="{spans.get((at, column), 1)}">'
            f"<text:p>{escape(cell)}</text:p></table:table-cell>"
            if cell
            else "<table:table-cell/>"
            for column, cell in enumerate(row)
        )
        + '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        for at, row in enumerate(rows)
    )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    body = (
        f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="五月">{cells}<table:table-row'
        ' table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0"><manifest:file-entry manifest:full-path="/"'
        f' manifest:media-type="{kind}"/></manifest:manifest>'
    )
    return zipped({"mimetype": kind.encode(), "content.xml": body.encode(), "META-INF/manifest.xml": manifest.encode()})


def record(kind: int, data: bytes = b"") -> bytes:
    """A record of an xlsb, as [MS-XLSB] 2.1.4 has it: its kind and size in groups of seven bits."""
    named = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = b""
    length = len(data)
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 127 else 0)])
        length >>= 7
        if not length:
            return named + size + data


def wide(said: str) -> bytes:
    return struct.pack("<I", len(said.encode("utf-16-le")) // 2) + said.encode("utf-16-le")


def xlsb(rows: Rows, merged: Sequence[tuple[int, int, int, int]] = (), far: int = 0) -> bytes:
    """The smallest xlsb: a book of one sheet whose cells are BrtCellSt; `far` moves the last cell of each row to the right."""
    sheet = record(129) + record(148, struct.pack("<4I", 0, len(rows) - 1, 0, len(rows[0]) - 1)) + record(145)
    for at, row in enumerate(rows):
        sheet += record(0, struct.pack("<IIHBBB", at, 0, 300, 0, 0, 0) + struct.pack("<I", 0))
        for column, cell in enumerate(row):
            if cell:
                sheet += record(6, struct.pack("<II", column + (far if column == len(row) - 1 else 0), 0) + wide(cell))
    sheet += record(146)
    if merged:
        sheet += record(177, struct.pack("<I", len(merged)))
        sheet += b"".join(
            record(176, struct.pack("<4I", top, bottom, left, right)) for top, left, bottom, right in merged
        )
        sheet += record(178)
    sheet += record(130)
    book = (
        record(131)
        + record(143)
        + record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("五月"))
        + record(144)
        + record(132)
    )
    office = "http://schemas.openxmlformats.org"
    relation = f'<Relationship Id="rId1" Type="{office}/officeDocument/2006/relationships/'
    return zipped({
        "[Content_Types].xml": f'<Types xmlns="{office}/package/2006/content-types"/>'.encode(),
        "xl/workbook.bin": book,
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{office}/package/2006/relationships">{relation}worksheet"'
        ' Target="worksheets/sheet1.bin"/></Relationships>'.encode(),
        "xl/worksheets/sheet1.bin": sheet,
    })  # fmt: skip


def html(rows: Rows, tall: dict[tuple[int, int], int] | None = None) -> bytes:
    spans = tall or {}
    hidden = {(top + down, column) for (top, column), height in spans.items() for down in range(1, height)}
    lines = [
        "<tr>"
        + "".join(
            f"<td rowspan={spans.get((at, column), 1)} style='mso-number-format:\"\\@\"'>{escape(cell)}&nbsp;</td>"
            for column, cell in enumerate(row)
            if (at, column) not in hidden
        )
        for at, row in enumerate(rows)
    ]
    return ("<html xmlns:x='urn:x'><meta charset=gbk><table border=1>" + "\n".join(lines) + "</table></html>").encode(
        "gb18030"
    )


def xml2003(rows: Rows, tall: dict[tuple[int, int], int] | None = None) -> bytes:
    spans = tall or {}
    lines = []
    for at, row in enumerate(rows):
        cells = [
            f'<Cell ss:Index="{column + 1}" ss:MergeDown="{spans.get((at, column), 1) - 1}">'
            f'<Data ss:Type="String">{escape(cell)}</Data></Cell>'
            for column, cell in enumerate(row)
            if cell
        ]
        lines.append(f'<Row ss:Index="{at + 1}">{"".join(cells)}</Row>' if cells else "")
    return (
        '<?xml version="1.0" encoding="GBK"?>\r\n<?mso-application progid="Excel.Sheet"?>\r\n<Workbook'
        ' xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="五月"><Table>{"".join(lines)}</Table></Worksheet></Workbook>'
    ).encode("gbk")


def xes(rows: Rows) -> bytes:
    """IEEE 1849: each ticket a trace, each row an event with the headings as keys."""
    header, *others = rows
    traces = [
        "<event>"
        + "".join(
            f'<string key="{key}" value="{escape(cell)}"/>' for key, cell in zip(header, row, strict=True) if cell
        )
        + "</event>"
        for row in others
    ]
    return (
        '<?xml version="1.0"?><log xes.version="1849-2016"><trace>' + "</trace><trace>".join(traces) + "</trace></log>"
    ).encode()


def objects(rows: Rows) -> list[dict[str, str]]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def as_json(rows: Rows) -> bytes:
    return json.dumps(objects(rows), ensure_ascii=False).encode()


def wrapped(rows: Rows) -> bytes:
    return json.dumps({"code": 0, "data": {"total": 5, "rows": objects(rows)}, "msg": "ok"}, indent=2).encode("utf-16")


def json_lines(rows: Rows) -> bytes:
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in objects(rows)).encode()


FORMATS: dict[str, Callable[[Rows], bytes]] = {
    "tsv": lambda rows: text(rows, "\t").decode().encode("gbk"),
    "semicolons": lambda rows: text(rows, ";"),
    "utf-16": lambda rows: text(rows, "\t").decode().encode("utf-16"),
    "bom": lambda rows: b"\xef\xbb\xbf" + text(rows),
    "xlsx": xlsx,
    "xlsx among empty sheets": lambda rows: xlsx([], rows, [["说明"], ["只供内部使用"]]),
    "hidden sheet beside it": lambda rows: xlsx(rows, [["字典", "代码"], ["派单", "1"]], hidden=[1]),
    "xls": xls,
    "xlsb": xlsb,
    "ods": ods,
    "html": html,
    "xml 2003": xml2003,
    "json": as_json,
    "json in an object": wrapped,
    "json lines": json_lines,
    "xes": xes,
    "xes.gz": lambda rows: gzip.compress(xes(rows), mtime=0),
    "csv.gz": lambda rows: gzip.compress(text(rows), mtime=0),
    "zip": lambda rows: zipped({"导出/五月.csv": text(rows), "__MACOSX/._五月.csv": b"x", "导出/.DS_Store": b"x"}),
    "zip of xlsx, zipped": lambda rows: zipped({"a.zip": zipped({"五月.xlsx": xlsx(rows)})}),
}


def taken(data: bytes) -> tuple[LogTable, Intake]:
    (table,) = read_table(data, "五月.xls")
    return table, intake(table, choose(folder.profiles(), table))


def facts(data: bytes) -> list[str]:
    read = taken(data)[1]
    assert not read.problems
    return [content(fact) for _, fact in read.facts]


PLAIN = facts(text(ROWS))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_the_same_facts(name: str) -> None:
    data = FORMATS[name](ROWS)
    assert facts(data) == PLAIN
    numbers = [row.number for row in taken(data)[0].rows]
    assert numbers == list(range(1, 6) if name.startswith(("json", "xes")) and name != "json lines" else numbers)
    if not name.startswith(("json", "xes")):
        assert numbers == [2, 3, 4, 5, 6], "as Excel shows them"


def blank(row: Sequence[str]) -> list[str]:
    return [*row, *[""] * (len(HEADER) - len(row))]


ABOVE = [blank(["2023年5月工单明细"]), blank(["导出时间：2023-06-01 08:00", "", "导出人：管理员"])]
BELOW = [blank(["合计", "5"]), blank([]), blank(["制表人：甲", "审核人：乙"]), blank(["注：本表只供内部使用"])]
SHEETS = ["tsv", "bom", "xlsx", "xls", "xlsb", "ods", "html", "xml 2003", "zip"]


@pytest.mark.parametrize("name", SHEETS)
def test_what_stands_around_a_table_is_no_ticket(name: str) -> None:
    rows = [*ABOVE, HEADER, blank(["全部", "全部"]), *ROWS[1:4], HEADER, *ROWS[4:], *BELOW]
    table, read = taken(FORMATS[name](rows))
    assert [content(fact) for _, fact in read.facts] == PLAIN
    assert not read.problems
    assert len(table.passed) == 5
    assert (read.rows, read.ignored) == (10, 5)
    assert [str(note) for note in read.notes] == [
        "5 rows are no tickets (totals, notes, filters): row 4, 8, 11, 13, 14"
    ]


def test_a_ticket_is_never_taken_for_a_total() -> None:
    rows = [HEADER, ["合计", "派单", "茅店镇", "2023-05-04 09:10:00", "12345", "5", "工作日"], *ROWS[1:]]
    assert taken(text(rows))[0].passed == ()


TALL = {(1, 0): 3, (4, 0): 2}
BOXES = [(1, 0, 3, 0), (4, 0, 5, 0)]
MERGED = [ROWS[0], ROWS[1], ["", *ROWS[2][1:]], ["", *ROWS[3][1:]], ROWS[4], ["", *ROWS[5][1:]]]


@pytest.mark.parametrize("data", [
    xlsx(MERGED, merged=BOXES), xls(MERGED, merged=[(top, bottom, left, right) for top, left, bottom, right in BOXES]),
    xlsb(MERGED, merged=BOXES), ods(MERGED, TALL), html(MERGED, TALL), xml2003(MERGED, TALL),
], ids=["xlsx", "xls", "xlsb", "ods", "html", "xml 2003"])  # fmt: skip
def test_merged_cells_are_filled_down(data: bytes) -> None:
    assert facts(data) == PLAIN
    assert [str(note) for note in taken(data)[1].notes] == [
        "3 cells merged with the one above were filled with its value"
    ]


def test_a_text_has_no_merged_cells_and_nothing_is_guessed() -> None:
    read = taken(text(MERGED))[1]
    assert [problem.row for problem in read.problems] == [3, 4, 6]


LEVELS = [
    ["工单编号", "承办单位", "派单信息", "", "办理信息", "", "二级", "", "备注"],
    ["", "", "派单时间", "处理时限", "签收时间", "办结时间", "派单时间", "承办单位", ""],
    [
        "GX-1",
        "茅店镇",
        "2023-05-04 09:10:00",
        "5",
        "2023-05-04 10:00:00",
        "2023-05-05 10:00:00",
        "2023-05-04 11:00:00",
        "某村",
        "x",
    ],
]
NAMES = ("工单编号", "承办单位", "派单时间", "处理时限", "签收时间", "办结时间", "二级派单时间", "二级承办单位", "备注")


@pytest.mark.parametrize("title", [[], [["五月工单"]]])
@pytest.mark.parametrize("name", SHEETS)
def test_a_header_of_two_rows_gives_each_column_its_own_name(name: str, title: list[list[str]]) -> None:
    rows = [*[[*row, *[""] * (9 - len(row))] for row in title], *LEVELS]
    (table,) = read_table(FORMATS[name](rows), "x")
    assert table.header == NAMES
    assert [row.number for row in table.rows] == [len(title) + 3]
    assert [str(note) for note in table.notes] == [f"the header stands in rows {len(title) + 1} and {len(title) + 2}"]


def test_groups_without_anything_beside_them_are_a_header_too() -> None:
    upper = ["基本信息", "", "", "一级", "", "", "二级", "", ""]
    lower = ["工单编号", "承办单位", "标题", "派单时间", "签收时间", "办结时间", "派单时间", "签收时间", "办结时间"]
    merged = [(0, 0, 0, 2), (0, 3, 0, 5), (0, 6, 0, 8)]
    (table,) = read_table(xlsx([upper, lower, ["1"] * 9], merged=merged), "x")
    assert table.header[3:] == (
        "一级派单时间",
        "一级签收时间",
        "一级办结时间",
        "二级派单时间",
        "二级签收时间",
        "二级办结时间",
    )


@given(
    st.lists(st.text("工单五月明细表 ab", min_size=1, max_size=9), max_size=3),
    st.lists(st.text("编号单位时间派签办结abc", min_size=1, max_size=6), min_size=2, max_size=9, unique=True),
    st.integers(1, 4),
)
def test_whatever_stands_above_the_header_is_found(titles: list[str], header: list[str], count: int) -> None:
    rows = [
        *[[title] for title in titles if title.strip()],
        header,
        *[[f"{number}x"] * len(header) for number in range(count)],
    ]
    held = io.StringIO()
    csv.writer(held).writerows([[*row, *[""] * (len(header) - len(row))] for row in rows])
    (table,) = read_table(held.getvalue().encode(), "x.csv")
    assert table.header == tuple(header)
    assert len(table.rows) == count


LONG = "250912101108115409"
KEPT = [f'="{LONG}"', f"'{LONG}", f"\t{LONG}", "２５０９１２１０１１０８１１５４０９", f"{LONG}\u3000"]


@pytest.mark.parametrize("written", KEPT)
@pytest.mark.parametrize("name", ["bom", "xlsx", "json lines", "html"])
def test_a_number_that_was_kept_a_text_is_that_number(name: str, written: str) -> None:
    rows = [HEADER, *[[written if row[0].isdecimal() else row[0], *row[1:]] for row in ROWS[1:]]]
    assert facts(FORMATS[name](rows)) == PLAIN


def test_a_time_finer_than_a_millisecond_is_taken_below_and_said_once() -> None:
    def timed(end: str) -> list[list[str]]:
        return [HEADER, *[[*row[:3], row[3] + end, *row[4:]] for row in ROWS[1:]]]

    profile = folder.profile("hotline-log")
    read = [intake(read_table(text(timed(end)), "x")[0], profile) for end in (".1239999", ".123")]
    assert [content(fact) for _, fact in read[0].facts] == [content(fact) for _, fact in read[1].facts]
    assert [len(one.notes) for one in read] == [1, 0]
    assert not read[0].problems


def test_full_width_times_are_times() -> None:
    rows = [
        HEADER,
        *[[*row[:3], row[3].translate({one: one + 0xFEE0 for one in range(0x2D, 0x3B)}), *row[4:]] for row in ROWS[1:]],
    ]
    assert facts(text(rows)) == PLAIN


def test_each_sheet_is_read_by_its_own_headings_or_refused_by_name() -> None:
    other = [["姓名", "电话"], ["甲", "0"]]
    held = read_tables(xlsx(ROWS, other, ROWS[:2], other, hidden=[3]), "五月.xlsx")
    assert [(table.name, table.sheet, table.header[0]) for table in held.tables] == [
        ("五月.xlsx[Sheet1]", "Sheet1", "工单编号"), ("五月.xlsx[Sheet2]", "Sheet2", "姓名"), ("五月.xlsx[Sheet3]", "Sheet3", "工单编号"),
    ]  # fmt: skip
    assert [(one.name, str(one.why)) for one in held.unread] == [("五月.xlsx[Sheet4]", "is a hidden sheet")]


@pytest.mark.parametrize("said", ["SheetHidden", "SheetVeryHidden", "SheetVisible"])
def test_a_hidden_sheet_of_xml_2003_is_named_and_not_read(said: str) -> None:
    page = xml2003(ROWS).decode("gbk")
    start, end = page.index("<Worksheet"), page.index("</Workbook>")
    options = (
        f'<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>{said}</Visible></WorksheetOptions>'
    )
    other = page[start:end].replace("五月", "旧").replace("</Worksheet>", options + "</Worksheet>")
    held = read_tables((page[:end] + other + page[end:]).encode("gbk"), "五月.xls")
    seen = ["五月", "旧"] if said == "SheetVisible" else ["五月"]
    assert [table.sheet for table in held.tables] == seen
    assert [one.name for one in held.unread] == ([] if len(seen) > 1 else ["五月.xls[旧]"])
    alone = page[:start] + other + page[end:]
    assert facts(alone.encode("gbk")) == PLAIN, "of a workbook without a visible table the hidden one is read"


def test_a_zip_says_what_in_it_is_not_read() -> None:
    held = read_tables(zipped({"五月.csv": text(ROWS), "说明.pdf": b"%PDF-1.7"}), "a.zip")
    assert [table.sheet for table in held.tables] == ["五月.csv"]
    assert [(one.name, str(one.why)) for one in held.unread] == [("a.zip[说明.pdf]", "is a PDF")]


def test_what_is_nested_is_no_value_and_harms_nothing_else() -> None:
    rows = objects(ROWS)
    data = json.dumps([{**row, "位置": {"lat": 1}, "标签": ["a"]} for row in rows], ensure_ascii=False)
    assert facts(data.encode()) == PLAIN
    data = json.dumps([{**row, "承办单位": {"name": "茅店镇"}} for row in rows], ensure_ascii=False)
    assert {str(one.why) for one in taken(data.encode())[1].problems} == {"is not text"}


# pages


def paged(*cells: str, row: str = "") -> bytes:
    """A page with the first ticket told by the cells."""
    heads = "".join(f"<th>{name}</th>" for name in HEADER)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS[2:])
    return f"<meta charset=utf-8><table><tr>{heads}</tr><tr {row}>{''.join(cells)}</tr>{lines}</table>".encode()


@pytest.mark.parametrize(
    ("at", "cell"),
    [
        (0, "<a href=x>250912101108115409</a> <button>复制</button><template>x</template>"),
        (
            0,
            "<input type=hidden value=7>250912101108115409<input type=checkbox value=on><input type=submit value=修改>",
        ),
        (2, "<span>茅店镇</span><span style='color:red; Display : none'>茅店镇</span><i hidden>1</i>"),
        (3, "<input value='2023-05-04 09:10:00'>"),
        (3, "<textarea>2023-05-04 09:10:00</textarea>"),
        (4, "<select><option>问政赣州<option selected>12345<option>留言板</select>"),
        (4, "<select style='display:none'><option selected>问政赣州</select>12345"),
    ],
)
def test_a_cell_of_a_page_holds_what_a_browser_shows_in_it(at: int, cell: str) -> None:
    cells = [f"<td>{cell if place == at else one}</td>" for place, one in enumerate(ROWS[1])]
    assert facts(paged(*cells)) == PLAIN


def test_the_text_of_a_button_is_read_where_there_is_no_other() -> None:
    cells = [
        f"<td><button>{one}</button></td>" if place == 0 else f"<td>{one}</td>" for place, one in enumerate(ROWS[1])
    ]
    assert taken(paged(*cells))[0].rows[0].cells[0] == ROWS[1][0]


def test_a_list_without_a_selected_option_says_no_one_word() -> None:
    choice = "<select><option>问政赣州<option>12345</select>"
    table = taken(paged(*[f"<td>{choice if place == 4 else one}</td>" for place, one in enumerate(ROWS[1])]))[0]
    assert table.rows[0].cells[4] == "问政赣州、12345", "no word of any profile: the row is told"


@pytest.mark.parametrize("row", ["hidden", 'style="height:0; display:none"'])
def test_a_row_that_a_page_hides_is_read_and_said(row: str) -> None:
    page = paged(*[f"<td>{one}</td>" for one in ROWS[1]], row=row)
    assert facts(page) == PLAIN
    assert [str(note) for note in taken(page)[1].notes] == ["1 rows that the page hides were read all the same: row 2"]


def test_a_hidden_cell_stands_in_the_place_of_one_that_reaches_down() -> None:
    rows = html(MERGED, TALL).split(b"\n")
    for at in (2, 3, 5):
        rows[at] = rows[at].replace(b"<tr>", b"<tr><td style='display: none'>x</td>")
    assert facts(b"\n".join(rows)) == PLAIN


def parted(rows: Rows, header: str = "th", gutter: str = "<th></th>") -> bytes:
    """A page whose header is a table of its own, with a place for the scroll bar."""
    names = "".join(f"<{header}>{name}</{header}>" for name in rows[0])
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<meta charset=utf-8><div><table><tr>{names}{gutter}</table></div><table>{lines}</table>".encode()


def test_a_header_in_a_table_of_its_own_belongs_to_the_rows_below() -> None:
    for gutter in ("<th></th>", ""):
        assert facts(parted(ROWS, gutter=gutter)) == PLAIN
    assert [row.number for row in taken(parted(ROWS))[0].rows] == [1, 2, 3, 4, 5]


def test_only_a_header_alone_is_put_above_rows_without_one() -> None:
    menu = [["首页", "工单", "统计", "设置", "帮助", "甲", "退出"], *ROWS]
    for page in (parted(ROWS, header="td", gutter=""), parted(ROWS, gutter="<th>x</th>"), parted(menu)):
        (table,) = read_table(page, "x")
        assert table.header in (tuple(HEADER), tuple(map(str, ROWS[1])))
    assert facts(parted(menu)) == PLAIN, "a table with a header keeps it"


def test_a_page_that_breaks_off_in_a_table_is_refused() -> None:
    page = html(ROWS)
    ends = [page.rindex(end.encode("gb18030")) for end in ("</table>", "</td>", "11:59:59", "GX-2")]
    for end in ends:
        with pytest.raises(UnreadableFile, match="is HTML that breaks off in line 6, at: ") as told:
            read_table(page[: end + 4], "五月.xls")
        assert "download it again" in str(told.value.remedy)
    assert facts(page.replace(b"</td>", b"")) == facts(page.replace(b"</table>", b"")) == PLAIN, "it says where it ends"
    with pytest.raises(UnreadableFile, match="breaks off in line 7"):  # the table around it could have had others
        read_table(b"<table><tr><td>" + page.replace(b"</html>", b"\n<p>x"), "x")


# JSON otherwise than as an array of objects


HEADINGS, OTHERS = ROWS[0], ROWS[1:]
NUMBERED = {str(at): row for at, row in enumerate(objects(ROWS))}
ONCE = {row["工单编号"]: row for row in objects(ROWS[:2])}
COLUMNS = {name: [row[at] for row in OTHERS] for at, name in enumerate(HEADINGS)}
JSON = {
    "arrays": ROWS,
    "arrays in an object": {"code": 0, "data": {"total": 5, "rows": ROWS}},
    "columns and rows": {"columns": HEADINGS, "rows": OTHERS},
    "split as pandas does": {"columns": HEADINGS, "index": [*range(5)], "data": OTHERS},
    "by column": COLUMNS,
    "by column as pandas does": {
        name: {str(at): one for at, one in enumerate(cells)} for name, cells in COLUMNS.items()
    },
    "by number": NUMBERED,
    "by number in an object": {"code": 0, "data": NUMBERED, "msg": ""},
}


@pytest.mark.parametrize("name", JSON)
def test_a_table_may_be_written_in_json_otherwise(name: str) -> None:
    for indent in (None, 1):
        data = json.dumps(JSON[name], ensure_ascii=indent is None, indent=indent).encode()
        assert facts(data) == PLAIN
        assert [row.number for row in taken(data)[0].rows] == [1, 2, 3, 4, 5]


def test_objects_may_stand_under_their_numbers() -> None:
    assert facts(json.dumps({"data": ONCE}).encode()) == facts(text(ROWS[:2]))


@pytest.mark.parametrize("call", ["callback(%s)", "\n jQuery1_2.done ( %s ) ;\n", "/**/cb(%s);"])
def test_json_in_the_call_of_a_script_is_read(call: str) -> None:
    data = call % json.dumps(objects(ROWS), ensure_ascii=False, indent=1)
    assert facts(data.encode()) == PLAIN
    assert taken(data.encode())[0].rows[0].line == data[: data.index("{")].count("\n") + 1
    with pytest.raises(UnreadableFile, match="is broken JSON in line"):
        read_table(data.rstrip(" ;)\n").encode(), "x")


def test_arrays_may_stand_in_lines() -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in ROWS]
    assert facts("\n".join(lines).encode()) == PLAIN
    table = taken("\n".join([*lines, '["GX-3", "派', "{}", '["GX-3"]', '["\\ud800"]']).encode())[0]
    assert [(row.line, str(row.fault and row.fault.why)) for row in table.rows[5:]] == [
        (7, "is no complete JSON object"), (8, "is no JSON array as the header is"), (9, "has 1 cells, the header has 7"),
        (10, "is no complete JSON array"),
    ]  # fmt: skip


@pytest.mark.parametrize("found", [
    {"a": {"工单编号": "GX-1"}, "b": {"工单编号": "GX-2"}},  # what are a and b?
    {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 4}},
    {"1": {"2": "x"}, "3": {"2": "y"}},
    {"a": HEADINGS, "b": HEADINGS, "data": OTHERS},
    {"may": ROWS, "june": ROWS},
])  # fmt: skip
def test_what_can_be_read_in_two_ways_is_refused_with_a_way_out(found: object) -> None:
    with pytest.raises(UnreadableFile) as told:
        read_table(json.dumps(found, indent=1).encode(), "x")
    assert str(told.value.remedy) == "export the tickets as a JSON array of objects, or as CSV"


# bombs


def bomb(name: str) -> bytes:
    if name == "one cell at the corner":
        held = io.BytesIO()
        with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.write(0, 0, "x")
            sheet.write(1_048_575, 16_383, "x")
        return held.getvalue()
    if name == "the corner written unusually":
        data = bomb("one cell at the corner")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {one: archive.read(one) for one in archive.namelist()}
        sheet_part = "xl/worksheets/sheet1.xml"
        files[sheet_part] = files[sheet_part].replace(b'<c r="XFD1048576"', b"<c  t='s'\n r='XFD1048576'")
        return zipped(files)
    if name == "zeros":
        return gzip.compress(bytes(2**20), mtime=0) * 1100
    if name == "zip of zeros":
        return zipped({f"{number}.csv": bytes(2**24) for number in range(70)})
    if name == "texts":
        with zipfile.ZipFile(io.BytesIO(xlsx(ROWS))) as archive:
            files = {one: archive.read(one) for one in archive.namelist()}
        files["xl/sharedStrings.xml"] = b"<sst>" + b"<si><t>a</t></si>" * 17_000_000
        return zipped(files)
    if name == "xls":  # a text far to the right and below, or a sheet that says that it reaches there
        return xls(ROWS).replace(struct.pack("<HHHH", 0xFD, 10, 5, 3), struct.pack("<HHHH", 0xFD, 10, 65_535, 65_535))
    if name == "xls that says so":
        data, said = xls(ROWS), struct.pack("<HHIIHH", 0x200, 14, 0, 6, 0, 7)
        assert said in data
        return data.replace(said, struct.pack("<HHIIHH", 0x200, 14, 0, 2**24, 0, 65_535))
    if name == "xlsb":
        return xlsb(ROWS, far=2**20)
    if name == "xlsb whose row has no number":  # the reader would take for it what stood in the record before
        far, own = struct.pack("<II", 50_000, 0) + wide("x"), struct.pack("<II", 0, 0) + wide("x")
        with zipfile.ZipFile(io.BytesIO(xlsb(ROWS))) as archive:
            files = {one: archive.read(one) for one in archive.namelist()}
        files["xl/worksheets/sheet1.bin"] = files["xl/worksheets/sheet1.bin"].replace(
            record(146), record(6, far) + record(0) + record(6, own) + record(146)
        )
        return zipped(files)
    if name == "keys":
        return "\n".join(json.dumps({f"k{row}-{key}": 1 for key in range(20)}) for row in range(3000)).encode()
    if name == "entities":
        return (
            b'<!DOCTYPE log [<!ENTITY a "'
            + b"a" * 9
            + b'">]><log><trace><event><string key="a" value="&a;"/></event></trace></log>'
        )
    assert name == "depth"
    return b'[{"a":' + b"[" * 100_000


BOMBS = [
    "one cell at the corner",
    "the corner written unusually",
    "xls",
    "xls that says so",
    "xlsb",
    "xlsb whose row has no number",
    "keys",
    "entities",
    "depth",
]
LARGE = ["zeros", "zip of zeros", "texts"]


@pytest.mark.parametrize("name", [*BOMBS, *(pytest.param(name, marks=pytest.mark.slow) for name in LARGE)])
def test_a_bomb_is_refused(name: str) -> None:
    with pytest.raises(UnreadableFile) as told:
        read_table(bomb(name), "x")
    assert str(told.value.remedy)


@pytest.mark.parametrize("data", [gzip.compress(bytes(2**20), mtime=0), zipped({"a": bytes(2**20)})])
def test_what_is_unpacked_is_counted_whatever_its_directory_says(data: bytes) -> None:
    packed = data.replace(struct.pack("<I", 2**20), struct.pack("<I", 7))  # a zip that says so little of itself
    with pytest.raises(UnreadableFile, match="unpacks to more than 1024 MiB"):
        list(ungzipped(packed, Budget(2**10)) if data[:2] == b"\x1f\x8b" else members(packed, Budget(2**10)))


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="the real logs (../shared/data) are not here")
def test_one_real_log_in_two_formats_tells_the_same_facts() -> None:
    profile = folder.profile("italian-helpdesk")
    told = []
    for name in ("italian_helpdesk.csv", "italian_helpdesk.xes.gz"):
        (table,) = read_table((REAL / "incidents" / name).read_bytes(), name)
        read = intake(table, profile)
        assert (read.rows, read.quarantined) == (21_348, ())
        told.append({content(fact) for _, fact in read.facts})
    assert told[0] == told[1]


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="the real logs (../shared/data) are not here")
def test_a_large_real_log_is_streamed() -> None:
    (table,) = read_table((REAL / "incidents" / "bpic2013_incidents.xes.gz").read_bytes(), "x")
    assert len(table.rows) == 65_533
    assert len({row.cells[table.header.index("case:concept:name")] for row in table.rows}) == 7_554


TURNED = [1, 0, 3, 2, 6, 5, 4]  # the columns of a second header


@pytest.mark.parametrize("name", SHEETS)
def test_what_follows_a_header_in_another_order_is_read_by_that(name: str) -> None:
    rows = [*ROWS[:4], *([row[place] for place in TURNED] for row in (HEADER, *ROWS[4:]))]
    table, read = taken(FORMATS[name](rows))
    assert [content(fact) for _, fact in read.facts] == PLAIN
    assert not read.problems
    assert [str(note) for note in table.notes][1:] == [
        "row 5 is the header in another order: what follows it is read by that"
    ]


def test_the_first_order_holds_again_below_the_first_header() -> None:
    rows = [*ROWS[:2], [*reversed(HEADER)], [*reversed(ROWS[2])], *([HEADER, *ROWS[3:]])]
    assert facts(text(rows)) == PLAIN


@pytest.mark.parametrize("other", [[*HEADER, "复核时间"], HEADER[:-1], [*HEADER[:-1], "备注"]])
def test_a_second_header_of_other_names_is_refused(other: list[str]) -> None:
    rows = [*ROWS[:3], other, *[[*row, "x"][: len(other)] for row in ROWS[3:]]]
    with pytest.raises(UnreadableFile, match="has another header in row 4, which differs in") as told:
        taken(xlsx(rows))
    assert "a file or a sheet of its own" in str(told.value.remedy)


def test_a_header_behind_the_mark_of_a_file_put_behind_another_is_a_header() -> None:
    table, read = taken(text(ROWS[:4]) + b"\xef\xbb\xbf" + text([HEADER, *ROWS[4:]]))
    assert [content(fact) for _, fact in read.facts] == PLAIN
    assert table.passed == (5,)


def test_a_quotation_mark_does_not_swallow_whole_rows() -> None:
    lines = text(ROWS).decode().splitlines()
    lines[2] = lines[2].replace("签收", '"签收')
    lines[4] = lines[4].replace("派单", '派单"')
    read = taken("\n".join(lines).encode())[1]
    assert next((one.row, str(one.why)) for one in read.problems) == (3, "has a wrong quotation mark")
    assert {problem.row for problem in read.problems} == {3, 5}  # 派单" is no word of the profile
    assert len(read.facts) == len(PLAIN) - 2


def test_a_text_of_several_lines_with_commas_is_one_cell() -> None:
    rows = [
        ["工单编号", "承办单位", "派单时间", "标题"],
        *[[f"GX-{at}", "茅店镇", "2023-05-04 09:10:00", "一,二,三,四\n五,六,七,八"] for at in (1, 2)],
    ]
    table, read = taken(text(rows))
    assert (len(table.rows), read.problems) == (2, ())


def test_an_upright_stroke_between_words_is_no_delimiter() -> None:
    (table,) = read_table("工单编号,问题分类\nGX-1,甲|乙|丙\nGX-2,甲|乙|丁\n".encode(), "x.csv")
    assert table.header == ("工单编号", "问题分类")


def test_a_date_within_a_heading_makes_it_no_value() -> None:
    rows = [[*HEADER, "截至2023-05-31状态"], *[[*row, "x"] for row in ROWS[1:]], ["合计", *["4"] * len(HEADER)]]
    assert facts(text(rows)) == PLAIN


def test_cells_merged_below_a_header_in_another_order_are_filled_in_their_own_column() -> None:
    turned = [[row[place] for place in TURNED] for row in (HEADER, *ROWS[4:])]
    unit = TURNED.index(2)
    turned[2][unit] = ""
    book = xlsx([*ROWS[:4], *turned], merged=[(5, unit, 6, unit)])
    assert facts(book) == PLAIN


@pytest.mark.parametrize(
    ("kind", "text", "cell"),
    [
        ("Boolean", "1", True), ("Boolean", "true", True), ("Boolean", "0", False), ("Boolean", "False", False), ("Boolean", "是", "是"),
        ("Number", "-5", -5), ("Number", "--5", "--5"), ("DateTime", "2023-05-04T09:00:00.000", datetime(2023, 5, 4, 9)),
        ("DateTime", "2023-05-04T09:00:00Z", "2023-05-04T09:00:00Z"),
        ("DateTime", "2023-05-04T09:00:00+08:00", "2023-05-04T09:00:00+08:00"),
    ],
)  # fmt: skip
def test_a_typed_cell_of_xml_2003(kind: str, text: str, cell: object) -> None:
    page = xml2003([["甲", "乙"], ["一", "二"]]).decode("gbk").replace('"String">二<', f'"{kind}">{text}<')
    (table,) = read_table(page.encode("gbk"), "五月")
    (row,) = table.rows
    assert (type(row.cells[1]), row.cells[1]) == (type(cell), cell)


FILES = "<table><tr><td>附件</td></tr></table>"
TWO_FILES = "<table><tr><td>附件一</td><td>附件二</td></tr></table>"


@pytest.mark.parametrize(
    ("shown", "cell"),
    [
        (f"<span>二</span>{FILES}", "二"), (f"{FILES}二", "二"), (f"二{FILES}", "二"), (f"<div>{TWO_FILES}<b>二</b></div>", "二"),
        ("<table><tr><td></td><td>二</td></tr></table>", "二"),
        ("<table><tr><td><table><tr><td>二</td></tr></table></td></tr></table>", "二"),
        (f'<div style="display:none">{FILES}</div>', None), (FILES.replace("<table>", "<table hidden>"), None),
        (TWO_FILES, Nested("附件一 附件二")), ("<table><tr><td></td></tr></table>", None),
    ],
)  # fmt: skip
def test_a_table_in_a_cell_takes_nothing_from_it(shown: str, cell: object) -> None:
    rows = f"<tr><td>甲</td><td>乙</td><td>丙</td></tr><tr><td>一</td><td>{shown}</td><td>三</td></tr>"
    found = read_tables(f"<html><table>{rows}</table></html>".encode(), "五月.xls").tables
    (table,) = [one for one in found if one.header[:1] == ("甲",)]
    assert [row.cells for row in table.rows] == [("一", cell, "三")]
