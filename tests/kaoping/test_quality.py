"""Quality, what is kept aside, and what is kept of citizens, at the command line."""

import json
import sqlite3
import zipfile
from pathlib import Path

from python_calamine import CalamineWorkbook

from kaoping.files import folder
from kaoping.papers.sheets import write_sheets
from kaoping.reports.page import PlainSheet
from ledger.intake.headings import columns_of
from tests.kaoping.test_cli import Run, run

__all__ = ["run"]
HEADER = "工单编号,承办单位,派单时间,签收时间,联系时间,办结时间,办理截止时间,是否逾期,是否按时签收"
ROWS = (
    "250912101108115000,甲镇,2023-05-04 09:10:00,2023-05-04 09:20:00,,2023-05-08 09:10:00,2023-05-10 09:10:00,是,是",
    "A-2,甲镇,2023-05-04 09:10:00,2023-05-06 09:20:00,,2023-05-05 09:10:00,2043-05-10 09:10:00,否,是",
    "A-3,甲镇,2023-05-04 09:10:00,,2023-05-04 10:00:00,2023-05-03 09:10:00,2023-05-10 09:10:00,,",
    "A-4,甲镇,2023-05-04 09:10:00,2023-05-04 22:10:00,,2023-05-09 09:10:00,2023-05-08 09:10:00,是,否",
    *(f"B-{one},乙镇,2023-05-04 09:00:0{one % 2},2023-05-04 09:30:30,,,,," for one in range(10)),
)
LOG = (
    "工单编号,操作,承办单位,操作时间\nC-1,派单,甲镇,2023-06-05 09:10:00\nC-1,签收,丙局,2023-06-05 09:20:00\n"
    "C-1,签收,甲镇,2023-06-05 09:30:00\nC-1,签收,甲镇,2023-06-05 09:30:00\nC-2,派单,甲镇,2009-06-05 09:10:00\n"
)
EXPECTED = {
    "unsigned": ["A-3"], "sign_after_close": ["A-2"], "close_before_dispatch": ["A-3"], "never_dispatched": ["C-1"],
    "duplicate": ["C-1"], "one_second": [f"B-{one}" for one in range(10)], "after_hours": ["A-3", "A-4"],
    "cut_number": ["250912101108115000"], "flag_differs": ["250912101108115000", "A-2"], "far_date": ["A-2", "C-2"], "ahead": [],
}  # fmt: skip


def write(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return path.name


def test_each_check_names_its_tickets(run: Run, tmp_path: Path) -> None:
    wide = write(tmp_path / "表.csv", "\n".join((HEADER, *ROWS)) + "\n")
    assert run("import", wide, write(tmp_path / "日志.csv", LOG)).code == 0
    told = run("quality", "--json", "--xlsx", "质量.xlsx").document
    assert told["period"] is None
    found = {one["check"]: one["tickets"] for one in told["checks"]}
    assert {code: [one for one in tickets if one in EXPECTED[code]] for code, tickets in found.items()} == EXPECTED
    assert found["cut_number"] == EXPECTED["cut_number"]
    assert found["flag_differs"] == EXPECTED["flag_differs"]
    assert found["one_second"] == EXPECTED["one_second"]
    assert found["far_date"] == EXPECTED["far_date"]
    june = {one["check"]: one["tickets"] for one in run("quality", "2023-06", "--json").document["checks"]}
    assert (june["duplicate"], june["flag_differs"]) == (["C-1"], [])
    book = CalamineWorkbook.from_path(tmp_path / "质量.xlsx")
    assert book.sheet_names[0] == "数据质量"
    assert len(book.get_sheet_by_name("数据质量").to_python()) == 1 + len(EXPECTED)
    assert "平台标记与推算不符" in run("quality").out
    assert run("quality", "--xlsx", "质量.xlsx").code == 2


def test_a_flag_that_came_to_be_another_is_a_change(run: Run, tmp_path: Path) -> None:
    first = write(tmp_path / "一.csv", f"{HEADER}\n{ROWS[0]}\n")
    second = write(tmp_path / "二.csv", f"{HEADER}\n{ROWS[0].replace(',是,是', ',否,是')}\n")
    without = write(tmp_path / "三.csv", f"{HEADER[: -len(',是否逾期,是否按时签收')]}\n{ROWS[0][: -len(',是,是')]}\n")
    run("import", first)
    assert run("import", without, "--replace", "--json").document["batches"][0]["changes"] == []
    (change,) = run("import", second, "--replace", "--json").document["batches"][0]["changes"]
    assert (change["kind"], change["field"], change["was"], change["now"]) == ("flag", "late", "true", "false")
    checks = {one["check"]: one["count"] for one in run("quality", "--json").document["checks"]}
    assert checks["flag_differs"] == 0


# -- what is kept aside

BAD = """工单编号,操作,承办单位,操作时间,来电人电话,退回原因,满意度
GX-1,派单,甲镇,2023-05-04 09:00:00,13800138000,,
GX-2,派单,甲镇,前天,13800138000,,
GX-3,派单,甲镇,昨天,13800138000,,
=1+1,转督办,甲镇,2023-05-04 09:00:00,13800138000,某某甲13800138000,
GX-5,转督办,甲镇,2023-05-04 09:00:00,13800138000,,
GX-6,回访,甲镇,2023-05-06 09:00:00,,,马马虎虎
GX-8,签收
"""


def test_problems_by_reason_and_words_to_paste(run: Run, tmp_path: Path) -> None:
    told = run("import", write(tmp_path / "坏.csv", BAD), "--lang", "en")
    assert told.err.startswith("坏.csv: 6 problems for 4 reasons\n")
    assert "is a time in none of the profile's formats (2 times, in rows 3 4) among them 前天、昨天" in told.err
    assert '[kinds]\n"转督办" = ""  # rows: 2\n# ratings = [ … ]\n    "马马虎虎",  # rows: 1\n' in told.err
    problems = run("import", "坏.csv", "--json", "--dry-run").document["batches"][0]["problems"]
    assert [(one["row"], one["count"], one["rows"], one["value"]) for one in problems] == [
        (3, 1, [3], "前天"), (4, 1, [4], "昨天"), (5, 2, [5, 6], "转督办"), (7, 1, [7], "马马虎虎"), (8, 1, [8], ""),
    ]  # fmt: skip


def test_what_is_aside_is_mended_and_imported_again(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "坏.csv", BAD), "--aside", "隔离.xlsx")
    assert run("aside", "--xlsx", "再一份.xlsx").code == 0
    for name in ("隔离.xlsx", "再一份.xlsx"):
        book = CalamineWorkbook.from_path(tmp_path / name)
        assert book.sheet_names == ["1 坏.csv", "要在原文件里改的"]
        rows = book.get_sheet_by_name("1 坏.csv").to_python()
        assert rows[0] == [
            "工单编号",
            "操作",
            "承办单位",
            "操作时间",
            "退回原因",
            "满意度",
            "隔离原因",
            "原文件行号",
            "隔离编号",
        ]
        assert [row[0] for row in rows[1:]] == ["GX-2", "GX-3", "=1+1", "GX-5", "GX-6"]
        assert rows[3][4] == "…"
        assert "改" in str(rows[1][6]) or "写" in str(rows[1][6])
    mended = [
        [str(cell).replace("前天", "2023-05-04 09:00:00").replace("昨天", "2023-05-04 09:00:00") for cell in row]
        for row in rows[1:]
    ]
    write_sheets(tmp_path / "改好.xlsx", [PlainSheet("改好", [str(one) for one in rows[0]], mended)])
    batch = run("import", "改好.xlsx", "--json").document["batches"][0]
    assert (batch["accepted"], batch["quarantined"]) == (2, 3)


def test_the_headings_of_reasons_are_no_columns_of_a_profile() -> None:
    for profile in folder.profiles():
        assert (
            columns_of(
                profile, ["隔离原因", "原文件行号", "隔离编号", "why it is aside", "row in the file", "number aside"]
            )
            == {}
        )


def test_a_number_that_lost_digits_is_not_taken_for_whole_once_it_stood_aside(run: Run, tmp_path: Path) -> None:
    lines = [
        {"工单编号": 250912101108115000, "操作": "派单", "承办单位": "甲镇", "操作时间": "2023-05-04 09:00:00"},
        {"工单编号": "GX-1", "操作": "派单", "承办单位": "甲镇", "操作时间": "2023-05-04 09:00:00"},
    ]
    write(tmp_path / "行.jsonl", "\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    run("import", "行.jsonl", "--aside", "隔离.xlsx")
    assert run("import", "隔离.xlsx").code == 1


def test_several_files_say_what_was_written(run: Run, tmp_path: Path) -> None:
    good = write(tmp_path / "好.csv", LOG)
    write(tmp_path / "空.csv", "")
    told = run("import", good, "空.csv", "--lang", "en")
    assert told.code == 1
    assert "None of the 2 files was written." in told.err


def test_of_two_files_the_second_fails(run: Run, tmp_path: Path) -> None:
    """The ledger refuses the second batch, as it does where a disk is full."""
    first, second = write(tmp_path / "一.csv", LOG), write(tmp_path / "二.csv", LOG.replace("C-", "D-"))
    run("import", "--dry-run", first)
    (tmp_path / "零.csv").write_text(LOG.replace("C-", "E-"), "utf-8")
    run("import", "零.csv")
    with sqlite3.connect(tmp_path / "kaoping.db") as connection:
        connection.execute(
            "create trigger full before insert on events when new.ticket = 'D-1' begin select raise(fail, 'no room'); end"
        )
    told = run("import", first, second, "--lang", "en")
    assert told.code != 0
    assert "Written, each whole: 一.csv (batch 2).\nNot written: 二.csv." in told.err


# -- spreadsheets


def test_nothing_in_a_spreadsheet_is_a_formula_or_a_link(tmp_path: Path) -> None:
    cells = ["=1+1", "+1", "-1", "@SUM(1)", "{=1}", "https://example.org", "\x1b[31m", "\u202e", "x" * 40_000, "001"]
    write_sheets(
        tmp_path / "表.xlsx",
        [PlainSheet("a/b", ["=heading"], [[cell] for cell in cells]), PlainSheet("A/B", ["x"], [[1]])],
    )
    book = CalamineWorkbook.from_path(tmp_path / "表.xlsx")
    assert book.sheet_names == ["a_b", "A_B 2"]
    told = [row[0] for row in book.get_sheet_by_name("a_b").to_python()]
    assert told[:7] == ["=heading", *cells[:6]]
    assert told[7:9] == ["\\u001b[31m", "\\u202e"]
    assert len(str(told[9])) == 32_000
    assert told[10] == "001"
    with zipfile.ZipFile(tmp_path / "表.xlsx") as packed:
        text = b"".join(packed.read(name) for name in packed.namelist())
    assert b"<f>" not in text
    assert b"hyperlink" not in text


# -- citizens

NAMES, PHONES = ("某某甲", "某某乙"), ("13800138000", "１３９００１３９０００", "0797-1234567")
IDENTITIES = ("110101190001010000", "11010119000101000X")
HOSTILE = (
    "工单编号,来电人,电话,地址,主要内容,承办单位,派单时间,签收时间,退回时间,退回原因,重办时间,重办原因,问题分类,"
    "解决情况,最终满意度,回访时间"
)


def hostile(number: int) -> str:
    name, phone, identity = NAMES[number % 2], PHONES[number % 3], IDENTITIES[number % 2]
    said = f"{name}电话{phone}证件{identity}反映邻居某处违建要求尽快处理并且当面答复否则还要再打电话来问"
    time = "2023-05-04 09:10:00" if number % 4 else f"{name}说是昨天来的电话{phone}具体的时间已经记不清楚了请以平台为准"
    unit = f"甲镇（{phone}）" if number % 5 == 0 else "甲镇"
    rating = said if number % 3 == 0 else "满意"
    return (
        f"GX-{number},{name},{phone},{name}家,{said},{unit},{time},2023-05-04 10:00:00,2023-05-05 09:00:00,{said},"
        f"2023-05-08 09:00:00,{said},城乡建设->{said},{said},{rating},2023-05-09 09:00:00"
    )


def test_nothing_of_a_citizen_is_in_the_ledger_nor_in_anything_made_from_it(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "表.csv", "\n".join((HOSTILE, *map(hostile, range(40)))) + "\n")
    said = [run("import", "表.csv", "--aside", "隔离.xlsx"), run("import", "表.csv", "--json")]
    for command in (
        ("aside", "--xlsx", "又.xlsx"), ("aside", "--json"), ("export",), ("audit", "GX-1"), ("audit", "GX-1", "--json"),
        ("prove", "GX-1", "--json"), ("quality", "--privacy"), ("quality", "--privacy", "--json"), ("quality",), ("batches",),
    ):  # fmt: skip
        said.append(run(*command))
    told = "".join(one.out + one.err for one in said)
    for name in ("隔离.xlsx", "又.xlsx"):
        book = CalamineWorkbook.from_path(tmp_path / name)
        told += repr([book.get_sheet_by_name(sheet).to_python() for sheet in book.sheet_names])
    data = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.name.startswith("kaoping.db"))
    for planted in (*NAMES, *PHONES, *IDENTITIES, "违建"):
        assert planted not in told, planted
        assert planted.encode() not in data, planted
    held = run("quality", "--privacy", "--json").document
    assert {(one["phones"], one["ids"]) for one in held["texts"]} == {(0, 0)}
    (reasons,) = [
        one for one in held["texts"] if (one["where"], one["kind"], one["field"]) == ("facts", "return", "reason")
    ]
    assert reasons["texts"] == reasons["withheld"] > 0
    assert run("verify").code == 0


def test_a_number_typed_by_hand_is_masked(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "日志.csv", LOG))
    told = run("void", "1", "--at", "2023-06-06T10:00", "--reason", "来电13800138000说录错")
    assert told.code == 0
    assert "13800138000" not in told.out
    assert b"13800138000" not in (tmp_path / "kaoping.db").read_bytes()


def test_a_file_kept_whole_is_told(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "日志.csv", LOG), "--keep-file")
    assert run("quality", "--privacy", "--json").document["files_kept"] == [1]
    assert run("quality", "2023-05", "--privacy").code == 2
