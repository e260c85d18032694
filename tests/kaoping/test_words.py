"""People write 表扬, 工单签收率, 热线, 2023年5月20日; the ledger holds what the program calls it."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from calendars.instants import read_iso
from kaoping.files.folder import rulebook
from kaoping.language import words
from kaoping.language.moments import read_moment
from tests.kaoping.test_cli import Ran
from tests.kaoping.test_entries import DOCUMENT, EXEMPT, PRAISE, may, refused, run, score

__all__ = ["may", "run"]  # fixtures
Run = Callable[..., Ran]
BOOKS = ("ganxian-2023", "yunshan-2025")


@pytest.mark.parametrize(
    "text",
    [
        *("2023-05-20 10:00", "2023/5/20 10:00", "2023.5.20 10:00:00", "2023年5月20日 10时00分", "2023年5月20日10点"),
        *("2023-05-20T10:00:00+08:00", "2023-05-20 10：00"),
    ],
)  # fmt: skip
def test_moments_as_people_write_them(text: str) -> None:
    assert read_moment(text) == read_iso("2023-05-20T10:00:00+08:00")


@pytest.mark.parametrize("text", ["5月20日", "2023年", "2023年13月1日", "2023/2/30", "20230520", "10:00"])
def test_no_date_is_completed(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_moment(text)


def test_the_words_stand_for_what_the_books_and_the_program_know() -> None:
    books = [rulebook(name) for name in BOOKS]
    findings = {name for book in books for name in words.findings_named(book).values()}
    assert set(words._named()["findings"].values()) <= findings
    assert set(words._named()["sheets"].values()) <= {one.id for book in books for one in book.sheets}
    assert words.findings_named(books[0])["受到群众表扬"] == "praise"
    assert words.items_named(books[0])["工单签收率"] == "signing"
    assert words.items_named(books[0])["首次延期率"] == "extension.first"
    for book in books:
        for sheet, item, _ in book.parts():
            same = [one for _, one, _ in book.parts() if one.title == item.title and one.id != item.id]
            assert same or words.item_of(book, item.title) == item.id
            assert words.sheet_of(book.sheets, sheet.title) == sheet.id


def test_a_finding_in_peoples_words_is_the_same_fact(may: Run) -> None:
    assert may(*PRAISE).code == 0
    again = ("单位=茅店镇", "项目=表扬", "时间=2023年5月20日 10:00", DOCUMENT.replace("document", "文号"))
    assert "finding 受到群众表扬(praise) of 茅店镇 under document 表扬〔2023〕1号 is there already." in refused(
        may, "record", "考评记录", *again
    )


def test_an_exemption_and_an_appeal_take_the_items_title(may: Run) -> None:
    assert may("exempt", "GX-1", "--item", "工单签收率", *EXEMPT, "--json").document["recorded"]["item"] == "signing"
    appeal = ("--unit", "茅店镇", "--at", "2023-06-01", "--reason", "平台故障", "--json")
    recorded = may("appeal", "GX-1", "--item", "按期办结率", *appeal).document["recorded"]
    assert (recorded["item"], recorded["at"]) == ("closing", "2023-06-01T23:59:59.999+08:00")


def test_a_whole_ticket_is_taken_out_of_every_item(may: Run) -> None:
    before = score(may)
    assert may("exempt", "GX-1", "--item", "全部", *EXEMPT).code == 0
    assert may("exempt", "GX-2", "--item", "全部", *EXEMPT).code == 0
    after = score(may)
    assert {after[item] for item in ("closing", "satisfaction", "signing")} == {"25.00", "10.00"}
    assert before != after


def test_an_appeal_names_one_item(may: Run) -> None:
    said = refused(
        may, "appeal", "GX-1", "--item", "全部", "--unit", "茅店镇", "--at", "2023-06-01", "--reason", "平台故障"
    )
    assert "the rulebook exempts from no item *; known: closing " in said


@pytest.mark.parametrize(
    ("kind", "fields", "at"),
    [
        ("finding", ("unit=茅店镇", "item=表扬", "at=2023-05-20", DOCUMENT), "2023-05-20T00:00:00+08:00"),
        ("登记", ("单位=阳埠乡", "类别=乡镇", "日期=2023/5/1"), "2023-05-01T00:00:00+08:00"),
    ],
)
def test_a_day_suffices_where_a_document_has_only_a_day(may: Run, kind: str, fields: tuple[str, ...], at: str) -> None:
    assert may("record", kind, *fields, "--json").document["recorded"]["at"] == at


def test_a_day_does_not_suffice_where_the_hour_is_judged(may: Run) -> None:
    said = refused(may, "record", "签收", "工单=GX-1", "单位=茅店镇", "时间=2023-05-20", code=2)
    assert said.startswith("2023-05-20 has no time of day.")


def test_an_unknown_word_is_answered_with_the_nearest(may: Run) -> None:
    said = refused(may, "record", "finding", "unit=茅店镇", "item=群众表扬信", "at=2023-05-20", DOCUMENT)
    assert "; perhaps " in said
    assert "群众表扬(praise)" in said


def test_a_sheet_and_a_supposition_by_their_names(may: Run) -> None:
    named = may("score", "2023-05", "--sheet", "热线", "--json")
    assert named.document["sheets"] == may("score", "2023-05", "--sheet", "hotline", "--json").document["sheets"]
    one, other = (
        may("audit", "GX-1", "--if", supposed, "--json").document["months"]
        for supposed in ("签收=2023-05-04 9:30", "signed=2023-05-04T09:30")
    )
    assert [month["sheets"] for month in one] == [month["sheets"] for month in other]


def test_a_table_of_findings_as_people_keep_it(may: Run, tmp_path: Path) -> None:
    with xlsxwriter.Workbook("考评记录.xlsx") as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        second = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_row(0, 0, ["序号", "单位", "项目", "日期", "方式", "次数", "文号", "备注"])
        for number, (name, at, mode, count) in enumerate(
            [
                ("表扬", date(2023, 5, 20), None, 2),
                ("督办", datetime(2023, 5, 21, 9, 30), "电话", None),
                ("受到群众投诉或造成不良影响", "2023年5月22日", None, None),
            ],
            start=1,
        ):
            sheet.write_row(number, 0, [number, "茅店镇", name])
            if isinstance(at, str):
                sheet.write(number, 3, at)
            else:
                sheet.write_datetime(number, 3, at, second if isinstance(at, datetime) else day)
            sheet.write_row(number, 4, [mode or "", "" if count is None else count, f"表〔2023〕{number}号", "见附件"])
    ran = may("record", "考评", "--file", "考评记录.xlsx", "--json")
    assert (ran.code, ran.document["batches"][0]["events_added"]) == (0, 3)
    lines = may("export").out.splitlines()[-3:]
    assert '"item": "praise", "count": 2' in lines[0]
    assert '"at": "2023-05-20T00:00:00+08:00"' in lines[0]
    assert '"at": "2023-05-21T09:30:00+08:00"' in lines[1]
    assert '"mode": "phone"' in lines[1]
    assert '"item": "complaint"' in lines[2]


def test_a_table_of_several_kinds_says_which(may: Run) -> None:
    Path("录入.csv").write_text(
        "种类,单位,工单,项目,时间,文号,原因,类别\n"
        "登记,阳埠乡,,,2023-05-01,,,乡镇\n"
        "剔除,茅店镇,GX-1,工单签收率,2023-05-25,申诉〔2023〕7号,不可抗力,\n",
        "utf-8",
    )
    assert may("record", "--file", "录入.csv", "--json").document["batches"][0]["events_added"] == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("单位,项目,日期,文号\n茅店镇,表扬,五月二十日,1号\n",
         "考评.csv:2: 日期 '五月二十日' is not a time\n    To fix: write a day like 2023-05-20"),
        ("单位,承办单位,项目,日期,文号\n茅店镇,茅店镇,表扬,2023-05-20,1号\n", "has several columns for unit"),
        ("单位,项目,日期,文号\n茅店镇,表杨,2023-05-20,1号\n",
         "考评.csv:2: 项目 '表杨' is no finding of the rulebook\n    To fix: perhaps 受到群众表扬"),
        ("单位,项目,日期,文号,电话\n茅店镇,表扬,2023-05-20,1号,13800000000\n", "考评.csv:2: 电话 is no field of finding"),
    ],
)  # fmt: skip
def test_what_a_table_says_wrongly_has_its_place(may: Run, text: str, said: str) -> None:
    Path("考评.csv").write_text(text, "utf-8")
    told = refused(may, "record", "finding", "--file", "考评.csv")
    assert said in told
    assert "13800000000" not in told
