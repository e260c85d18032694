"""Bytes become rows with their line numbers; what cannot be read is said, with its line and the remedy."""

import bz2
import csv
import gzip
import io
import lzma
import tarfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from ledger.intake.tables.files import read_table
from ledger.intake.tables.table import LogTable
from ledger.sentences import UnreadableFile

REAL = Path(__file__).parents[3] / "shared" / "data"


def read(text: str | bytes, name: str = "工单.csv", encoding: str = "utf-8") -> LogTable:
    (table,) = read_table(text.encode(encoding) if isinstance(text, str) else text, name)
    return table


def lines(table: LogTable) -> list[tuple[int, tuple[object, ...]]]:
    return [(row.number, row.cells) for row in table.rows]


def faults(table: LogTable) -> list[tuple[int, str]]:
    return [(row.number, str(row.fault.why)) for row in table.rows if row.fault]


def workbook(*sheets: Sequence[Sequence[Any]]) -> bytes:
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"})
    for rows in sheets:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return held.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
def test_chinese_text_is_read_in_the_encodings_that_offices_save(encoding: str) -> None:
    table = read("工单编号,承办单位\r\nGX-1,茅店镇\r\n", encoding=encoding)
    assert table.header == ("工单编号", "承办单位")
    assert lines(table) == [(2, ("GX-1", "茅店镇"))]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
def test_a_mark_too_many_is_no_part_of_the_first_name(encoding: str) -> None:
    marks = "\ufeff".encode("utf-8" if encoding == "gbk" else encoding.removesuffix("-sig"))
    table = read(marks + "工单编号,承办单位\nGX-1,茅店镇\n".encode(encoding).removeprefix(b"\xff\xfe"))
    assert table.header == ("工单编号", "承办单位")


def test_utf8_with_a_mark_and_an_early_broken_byte_is_not_taken_for_gb18030() -> None:
    with pytest.raises(UnreadableFile, match="is UTF-8, broken in line 1"):
        read(b"\xef\xbb\xbf" + b"\xe5,b\n" + "GX-1,茅店镇\n".encode())


def test_bytes_that_are_text_in_either_order_or_none_are_not_taken_for_utf16() -> None:
    for data in (
        b"a,b\n1,\0\n",
        "a,b\n1,\0".encode("utf-16-le"),
        "\n\u0a00\u0a00\n".encode("utf-16-le") * 9,
        b"a\0" * 9,
    ):
        with pytest.raises(UnreadableFile, match="is no text and no workbook"):
            read(data)


def test_utf8_with_one_broken_byte_is_not_taken_for_gb18030() -> None:
    broken = "工单编号,承办单位\nGX-1,茅店镇\n".encode() + b"GX-2,\xe8\x8c\n"
    with pytest.raises(UnreadableFile, match="is UTF-8, broken in line 3"):
        read(broken)


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("a,b\n1,2\n", ("a", "b")),
        ("a\tb,c\td\n1\t2\t3\n", ("a", "b,c", "d")),
        ("a;b;c\n1;2;3\n", ("a", "b", "c")),
        ("五月工单明细\na,b\n1,2\n", ("a", "b")),
        ("五月工单明细,\na,b\n1,2\n", ("a", "b")),
        ("a,a,b,a\n1,2,3,4\n", ("a", "a (2)", "b", "a (3)")),
        ("a,a (2),a\n1,2,3\n", ("a", "a (2)", "a (3)")),
    ],
)
def test_the_header_shows_the_delimiter_and_has_distinct_names(text: str, header: tuple[str, ...]) -> None:
    assert read(text).header == header


def test_a_record_is_numbered_by_the_line_it_starts_on() -> None:
    table = read('a,b\n1,"two\nlines"\n\n,\n3,"say ""x"""\n')
    assert lines(table) == [(2, ("1", "two\nlines")), (5, ("3", 'say "x"'))]
    assert [row.line for row in table.rows] == [2, 6]


def test_a_wrong_quotation_mark_is_told_with_its_line_and_costs_no_other_row() -> None:
    table = read('a,b\n1,"x"y\n2,ok\n3,"never closed\n4,ok\n')
    assert faults(table) == [(2, "has a wrong quotation mark"), (4, "has a wrong quotation mark")]
    assert [row.number for row in table.rows if not row.fault] == [3, 5]


def test_a_wrong_quotation_mark_in_the_header_is_told_with_its_line() -> None:
    with pytest.raises(UnreadableFile, match="wrong quotation mark in line 1"):
        read('"a"x,b\n1,2\n')


def test_a_row_wider_or_narrower_than_the_header_is_not_guessed_at() -> None:
    table = read("a,b\n1\n1,2,3\n1,2,,\n")
    assert faults(table) == [(2, "has 1 cells, the header has 2"), (3, "has 3 cells, the header has 2")]
    assert lines(table)[-1] == (4, ("1", "2"))


def test_spaces_before_quotation_marks_are_for_the_eye() -> None:
    table = read('a, "b", "c"\n1, "x, y", "2"\n3, "z", "4"\n')
    assert (table.header, lines(table)) == (("a", "b", "c"), [(2, ("1", "x, y", "2")), (3, ("3", "z", "4"))])
    assert lines(read('a,b\n1, "x" y\n2,z\n')) == [(2, ("1", ' "x" y')), (3, ("2", "z"))]


def test_a_last_column_without_a_heading_is_not_read() -> None:
    for last in ("", "合计\n"):
        table = read("a,b,\n1,2,note\n3,4,\n5,6,\n" + last)
        assert (table.header, [cells for _, cells in lines(table)], faults(table)) == (
            ("a", "b"),
            [("1", "2"), ("3", "4"), ("5", "6")],
            [],
        )


@pytest.mark.parametrize(
    "text", ["a,b,\n1,2,\n1,x,2,\n", "a,b,\n1,2\n1,x,2\n", "a,b\n1,2\n1,x,2\n", "a,b,\n1,x,2\n1,x,2\n"]
)
def test_a_shifted_row_is_none_with_a_column_without_a_heading(text: str) -> None:
    table = read(text)
    assert (3, "has 3 cells, the header has 2") in faults(table)
    assert 3 not in [row for row, cells in lines(table) if cells]


def test_json_lines_keep_their_types_and_a_broken_line_is_told() -> None:
    table = read(
        '{"a":1,"b":true}\n\n{"a":\n[1]\n{"b":0.5,"c":null}\n{"a":{}}\n{"a":1,"a":2}\n{"a":Infinity}\n{"a":NaN,"b":2}\n'
    )
    assert table.header == ("a", "b", "c")
    assert lines(table)[0] == (1, (1, True, None))
    assert lines(table)[3] == (5, (None, 0.5, None))
    assert lines(table)[-1] == (9, (None, 2, None)), "NaN is no value, as a script writes an empty cell"
    assert faults(table) == [
        (3, "is no complete JSON object"),
        (4, "is no JSON object"),
        (7, "is no complete JSON object"),
        (8, "is no complete JSON object"),
    ]


@pytest.mark.parametrize("value", ['{"k":Infinity}', "[[1,1e999]]", '[{"k":1,"k":2}]', '{"k":[{"l":-Infinity}]}'])
def test_what_is_no_value_is_told_however_deep_it_stands(value: str) -> None:
    for text in (f'[{{"a":"x","b":{value}}},{{"a":"y","b":1}}]', f'{{"a":"x","b":{value}}}\n{{"a":"y","b":1}}\n'):
        assert faults(read(text)) == [(1, "is no complete JSON object")]
    assert faults(read(f'[["a","b"],["x",{value}],["y",1]]')) == [(1, "is no complete JSON array")]


def test_sheets_keep_their_types_and_row_numbers_and_empty_ones_are_left_out() -> None:
    rows: list[list[Any]] = [
        ["五月工单"],
        ["编号", "时间", "数"],
        [],
        ["GX-1", datetime(2023, 5, 4, 9, 10, 1), 0.5],
    ]
    (table,) = read_table(workbook([], rows, [["only", "header"]]), "五月.csv")
    assert table.name == "五月.csv"
    assert table.header == ("编号", "时间", "数")
    assert lines(table) == [(4, ("GX-1", datetime(2023, 5, 4, 9, 10, 1), 0.5))]


def test_every_sheet_with_rows_is_a_table_named_after_it() -> None:
    sheet: list[list[Any]] = [["a", "b"], [1, date(2023, 5, 4)]]
    tables = read_table(workbook(sheet, sheet), "五月.xlsx")
    assert [table.name for table in tables] == ["五月.xlsx[Sheet1]", "五月.xlsx[Sheet2]"]
    assert tables[0].rows[0].cells == (1.0, date(2023, 5, 4))


def test_a_gzip_is_opened_first() -> None:
    assert lines(read(gzip.compress(b"a,b\n1,2\n", mtime=0))) == [(2, ("1", "2"))]


def tarred(name: str, data: bytes) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return held.getvalue()


FODS = (
    b'<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    b' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><table:table/></office:document>'
)


def test_what_a_server_puts_before_a_workbook_is_no_part_of_it() -> None:
    book = workbook([["a", "b"], ["1", "2"]])
    for before in (b"\r\n", b"\xef\xbb\xbf\n", b" " * 20):
        assert lines(read(before + book)) == lines(read(book))
        assert lines(read(before + gzip.compress(b"a,b\n1,2\n", mtime=0))) == [(2, ("1", "2"))]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (b"a,b\n", "has a header but no rows"),
        (b"one column\n1\n", "has no header"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"{\\rtf1 x}", "is a Word document, whatever its name says"),
        (b"\n<html><table></table>", "is HTML without a table that has a header and rows"),
        (b"<html><p>x", "is HTML without a table in it"),
        (
            b"From: <Saved by Blink>\r\nSubject: =?utf-8?Q?x?=\r\n =?y?=\r\nMIME-Version: 1.0\r\n\r\n<table>",
            "is a web archive",
        ),
        (b"Mime-Version: 1.0\n", "is a web archive"),
        (FODS, "is an OpenDocument workbook without its package (.fods)"),
        (b"Rar!\x1a\x07\x01\0", "is a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "is a 7-Zip archive"),
        (tarred("a.csv", b"a,b\n1,2\n"), "is a tar archive"),
        (gzip.compress(tarred("a.csv", b"a,b\n1,2\n"), mtime=0), "is a tar archive"),
        (lzma.compress(b"a,b\n1,2\n"), "is an xz archive"),
        (bz2.compress(b"a,b\n1,2\n"), "is a bzip2 archive"),
        (b"\x28\xb5\x2f\xfd", "is a Zstandard archive"),
        (b"PAR1\x15\x04PAR1", "is a Parquet file"),
        (b"SQLite format 3\0", "is a SQLite database"),
        (b"\0\1\0\0Standard ACE DB\0", "is an Access database"),
        (b"\x89PNG\r\n", "is a picture"),
        (b"<?xml version='1.0'?><other/>", "is XML without a table in it"),
        (b"<?xml version='1.0'?><Workbook/>", "has no sheet with a header and rows"),
        (b"<log><trace></log>", "is broken XML in line 1"),
        (b"<log/>", "is an XES log without events"),
        (b"[1, 2]", "has a header but no rows"),
        (b"[]", "has no array of JSON objects"),
        (b'[{"a":1},]', "is broken JSON in line 1"),
        (b"{\n", "is broken JSON in line 2"),
        (b"PK\x03\x04 no zip", "is a damaged zip file or workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 no xls", "is a damaged workbook"),
        (b"\x1f\x8b no gzip", "is a damaged gzip file"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "is a damaged gzip file"),
        (b"a,b\n\xff,\xff\n", "is neither UTF-8 nor GB18030 nor UTF-16 (line 2)"),
        (b"a,b\n1,\0\n", "is no text and no workbook"),
        (workbook([], [["a", "b"]]), "has no sheet with a header and rows"),
    ],
)
def test_what_cannot_be_used_says_why_and_what_to_do(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile) as told:
        read_table(data, "工单.xls")
    assert why in str(told.value.why)
    assert str(told.value.remedy)


@given(st.binary(max_size=300) | st.text('a,"\n\r\t;{}[]:1无 ', max_size=60).map(str.encode))
def test_no_bytes_make_it_crash(data: bytes) -> None:
    try:
        tables = read_table(data, "x")
    except UnreadableFile:
        return
    for table in tables:
        assert table.rows
        assert len({*table.header}) == len(table.header)
        assert all(row.fault or len(row.cells) == len(table.header) for row in table.rows)


@given(st.lists(st.lists(st.text('a1,"\n无;', max_size=5), min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_a_csv_writer_writes_is_read_back(cells: list[list[str]]) -> None:
    held = io.StringIO()
    csv.writer(held, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *cells])
    filled = [tuple(row) for row in cells if any(cell.strip() for cell in row)]
    if filled:
        assert [row.cells for row in read(held.getvalue()).rows] == filled


@pytest.mark.skipif(not REAL.exists(), reason="the real logs (../shared/data) are not here")
def test_the_nyc_log_has_a_thousand_rows_on_2955_lines() -> None:
    table = read((REAL / "hotline" / "nyc_311_2024-04.csv").read_bytes())
    assert len(table.rows) == 1000
    assert not faults(table)
    assert (table.rows[-1].number, table.rows[-1].line) == (1001, 2953)
