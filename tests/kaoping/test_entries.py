"""Stories of people's entries: findings, exemptions and voids taken or refused, and the commands about the rules."""

import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from calendars.instants import read_iso
from kaoping import now
from kaoping.cli import main
from kaoping.files.folder import rulebook
from kaoping.office.intake.objections import findings_of
from ledger.store import Ledger
from tests.kaoping.test_cli import LOG, UNITS, Ran
from tests.logs import rulebook_text

NOW = read_iso("2023-06-05T10:00:00+08:00")
FACTS = 18 + 3
AT, DOCUMENT = "at=2023-05-20T10:00", "document=表扬〔2023〕1号"
PRAISE = ("record", "finding", "unit=茅店镇", "item=praise", AT, DOCUMENT)
EXEMPT = ("--at", "2023-05-25T09:00", "--reason", "不可抗力", "--document", "申诉〔2023〕7号")
VOID = ("--at", "2023-06-01T09:00", "--reason", "误录")
NO_KEY = "0" * 64
HEADER = "kind,unit,item,ticket,mode,count,document,group,at"

Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs a command in an empty folder, in English, on 5 June 2023."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KAOPING_LANG", "en")
    monkeypatch.delenv("KAOPING_LEDGER", raising=False)
    monkeypatch.setattr(now, "now_ms", lambda: NOW)

    def command(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["kaoping", *arguments])
        capsys.readouterr()
        try:
            main()
            code: object = 0
        except SystemExit as ended:
            code = ended.code or 0
        assert isinstance(code, int)
        return Ran(code, *capsys.readouterr())

    return command


@pytest.fixture
def may(run: Run, tmp_path: Path) -> Run:
    """The same, with a month in kaoping.db."""
    (tmp_path / "五月.csv").write_text(LOG, "utf-8")
    (tmp_path / "单位.jsonl").write_text(UNITS, "utf-8")
    assert run("import", "五月.csv", "单位.jsonl").code == 0
    return run


def content() -> list[Any]:
    """Everything the ledger holds, and the files beside it."""
    with sqlite3.connect("kaoping.db") as db:
        found = [row for table in ("events", "batches", "quarantine") for row in db.execute(f"select * from {table}")]
    db.close()
    return found


def files() -> set[str]:
    return {path.name for path in Path().iterdir()}


def refused(run: Run, *command: str, code: int = 1) -> str:
    """What the command says when it refuses; the ledger is as it was, and nothing is on stdout."""
    before = content()
    ran = run(*command)
    assert (ran.code, ran.out) == (code, "")
    assert content() == before
    return ran.err


def score(run: Run, unit: str = "茅店镇", *options: str) -> dict[str, str]:
    (sheet,) = run("score", "2023-05", "--sheet", "hotline", "--json", *options).document["sheets"]
    line = next(one for one in sheet["units"] if one["unit"] == unit)
    return {one["item"]: one["score"] for one in line["items"]}


def workbook(path: str, *sheets: list[list[object]]) -> None:
    with xlsxwriter.Workbook(path) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)


# one finding


def test_a_finding_is_kept_and_counts(may: Run) -> None:
    ran = may(*PRAISE, "ticket=GX-2", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert {*ran.document} == {"recorded"}
    recorded = ran.document["recorded"]
    assert {*recorded} == {"position", "key", "known", "kind", "at", "unit", "ticket", "item", "count", "document"}
    assert (recorded["position"], recorded["known"], recorded["at"]) == (FACTS + 1, False, "2023-05-20T10:00:00+08:00")
    assert score(may)["conduct"] == "1.00"


def test_a_finding_is_shown_to_a_person(may: Run) -> None:
    assert (
        may(*PRAISE, "--lang", "zh").out
        == "#22 已入账: 考评记录 2023-05-20 10:00:00 周六 茅店镇 受到群众表扬 表扬〔2023〕1号\n"
    )


SUPERVISED = ("unit=茅店镇", "item=supervised", AT, DOCUMENT)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (("unit=茅店镇", "item=prase", AT, DOCUMENT), "the rulebook knows no finding prase; known: mishandled "),
        (SUPERVISED, "finding 被督办(supervised) needs mode, one of: sms phone wechat written leader onsite"),
        ((*SUPERVISED, "mode=fax"), "finding 被督办(supervised) needs mode, one of: sms phone wechat written leader onsite"),
        (("unit=茅店镇", "item=mishandled", AT, DOCUMENT), "finding 推诿不予办理或办理不到位(mishandled) needs role, one of: lead assist"),
        (("unit=茅店镇", "item=praise", AT, DOCUMENT, "count=-3"), "count is not a count of 1 or more: write a whole"),
        (("unit=茅店镇", "item=praise", AT, DOCUMENT, "count=--3"), "count is not a count of 1 or more: write a whole"),
        (("unit=茅店镇", "item=praise", AT, DOCUMENT, "count=0"), "count is not a count of 1 or more: write a whole"),
        (("unit=茅店镇", "item=praise", AT), "finding 受到群众表扬(praise) needs its document (文号)."),
        (("unit=茅坪镇", "item=praise", AT, DOCUMENT), "茅坪镇 is not enrolled at that time; enrol it first."),
        (("unit=茅店镇", "item=praise", AT, DOCUMENT, "ticket=GX-9"), "the ledger knows no ticket GX-9."),
        (("unit=茅店镇", "item=praise", AT, DOCUMENT, "colour=red"), "colour is no field of finding: use one of: at "),
        (("unit=茅店镇", "item=praise", DOCUMENT), "at is missing: every finding has it"),
        (("unit=茅店镇", "item=", AT, DOCUMENT), "item is empty"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why_and_changes_nothing(may: Run, fields: tuple[str, ...], reason: str) -> None:
    said = refused(may, "record", "finding", *fields)
    assert said.startswith(f"nothing was recorded:\n  {reason}")


@pytest.mark.parametrize("at", ["2022-12-31T23:59", "2024-01-01T00:00"])
def test_a_date_outside_the_rulebook(may: Run, at: str) -> None:
    said = refused(may, "record", "finding", "unit=茅店镇", "item=praise", f"at={at}", DOCUMENT)
    assert "lies outside the rulebook (2023-01-01 to 2023-12-31)." in said


def test_every_reason_is_told_at_once(may: Run) -> None:
    fields = ("unit=茅坪镇", "item=supervised", "at=2024-05-20T10:00", "ticket=GX-9")
    said = refused(may, "record", "finding", *fields)
    assert len(said.splitlines()) == 1 + 5
    said = refused(may, "record", "finding", *fields, "--lang", "zh")
    assert said.startswith("没有入账：\n  ")
    assert "考评记录 被督办(supervised) 要写方式" in said
    assert "is not" not in said


def test_a_finding_twice(may: Run) -> None:
    assert may(*PRAISE).code == 0
    assert "受到群众表扬(praise) of 茅店镇 under document 表扬〔2023〕1号 is there already." in refused(may, *PRAISE)
    assert may(*PRAISE, "ticket=GX-2").code == 0
    assert may("record", "finding", "unit=茅店镇", "item=praise", AT, "document=另一份").code == 0


def test_a_group_that_the_rulebook_does_not_know_is_refused(may: Run, tmp_path: Path) -> None:
    enrol = ("record", "enrol", "unit=茅坪镇", "group=乡鎮", "at=2023-05-31T23:59")
    told = refused(may, *enrol, code=2)
    assert told.startswith("the rulebook knows no group 乡鎮; known: 乡镇 城市社区管委会 职能单位\n")
    assert "细则里没有类别 乡鎮" in refused(may, *enrol, "--lang", "zh", code=2)
    assert "known: 街道 部门" in refused(may, *enrol, "--rulebook", "yunshan-2025", code=2)
    (tmp_path / "x.csv").write_text("kind,unit,group,at\nenrol,茅坪镇,乡鎮,2023-05-31T23:59:00+08:00\n", "utf-8")
    assert "x.csv:2: group '乡鎮' is no group of the rulebook\n    To fix: perhaps 乡镇" in refused(
        may, "record", "--file", "x.csv"
    )


def test_a_unit_enrolled_again_is_known(may: Run) -> None:
    enrol = ("record", "enrol", "unit=茅坪镇", "group=乡镇", "at=2023-05-31T23:59", "--json")
    assert not may(*enrol).document["recorded"]["known"]
    assert may(*enrol).document["recorded"]["known"]
    assert may("record", "finding", "unit=茅坪镇", "item=praise", "at=2023-05-01T08:00", DOCUMENT).code == 0
    assert "not enrolled" in refused(
        may, "record", "finding", "unit=茅坪镇", "item=praise", "at=2023-04-30T08:00", DOCUMENT
    )


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("record",), "give either one fact or --file."),
        (("record", "finding", "unit=茅店镇", "--file", "a.csv"), "give either one fact or --file."),
        (("record", "prais", "unit=茅店镇"), "prais is no kind of fact."),
        (("record", "finding", "茅店镇"), "茅店镇 is no FIELD=VALUE."),
        (("record", "finding", "kind=void", f"key={NO_KEY}"), "kind=void is no FIELD=VALUE."),
        (("record", "sign", "at=2023-05-20"), "2023-05-20 has no time of day."),
        (("record", "finding", "at=yesterday"), "yesterday is no time."),
        (("record", "--file", "none.csv"), "there is no file none.csv."),
    ],
)
def test_the_command_line_is_at_fault(may: Run, command: tuple[str, ...], reason: str) -> None:
    assert refused(may, *command, code=2).startswith(reason)


def test_no_ledger_is_left_behind_where_none_was(run: Run) -> None:
    Path("bad.csv").write_text(f"{HEADER}\nfinding,茅店镇,praise,,,,某文,,2023-05-20T10:00:00+08:00\n", "utf-8")
    for command in (
        PRAISE,
        ("record", "--file", "bad.csv"),
        ("record", "finding", "x"),
        ("record", "--file", "no.csv"),
    ):
        assert run(*command).code
        assert files() == {"bad.csv"}
    assert run("exempt", "GX-1", "--item", "closing", *EXEMPT).code == 2
    assert run("void", "1", *VOID).code == 2
    assert files() == {"bad.csv"}
    assert run("record", "enrol", "unit=茅店镇", "group=乡镇", "at=2023-01-01T00:00").code == 0
    assert run(*PRAISE).code == 0
    with Ledger(Path("kaoping.db")) as ledger:
        assert ledger.verify().position == 2


# in bulk


def test_a_csv_of_findings(may: Run) -> None:
    rows = (
        "enrol,茅坪镇,,,,,,乡镇,2023-05-01T00:00:00+08:00",
        "finding,茅坪镇,praise,,,2,表扬〔2023〕2号,,2023-05-20T10:00:00+08:00",
        "finding,茅店镇,supervised,GX-1,onsite,,督办〔2023〕1号,,2023-05-21T10:00:00+08:00",
    )
    Path("五月考评.csv").write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    ran = may("record", "--file", "五月考评.csv", "--json")
    assert (ran.code, {*ran.document}) == (0, {"batches"})
    (batch,) = ran.document["batches"]
    assert {*batch} == {
        "file", "sha256", "profile", "rows", "accepted", "known", "quarantined", "ignored", "events_added", "problems", "changes",
        "sheet", "tells", "columns_absent", "columns_unread", "columns_like", "assumed",
        "columns_stood_in", "blank", "units_unknown", "profiles_unsure", "notes", "unread",
        "parts", "tickets_absent", "facts_absent",
    }  # fmt: skip
    assert (batch["profile"], batch["rows"], batch["events_added"]) == ("events", 3, 3)
    assert score(may)["conduct"] == "-2.00"


def test_a_file_is_taken_whole_or_not_at_all(may: Run) -> None:
    rows = (
        "finding,茅店镇,praise,,,,表扬〔2023〕1号,,2023-05-20T10:00:00+08:00",
        "finding,茅店镇,prase,,,,表扬〔2023〕2号,,2023-05-20T10:00:00+08:00",
        "finding,茅店镇,praise,,,-3,表扬〔2023〕3号,,2023-05-20T10:00:00+08:00",
        "finding,茅店镇,praise,,,,表扬〔2023〕1号,,2023-05-20T10:00:00+08:00",
        "finding,茅店镇,praise,,,,表扬〔2023〕4号,,2023-05-32",
    )
    Path("f.csv").write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    Path("good.csv").write_text("\n".join((HEADER, rows[0])) + "\n", "utf-8")
    said = refused(may, "record", "--file", "good.csv", "--file", "f.csv")
    for start in (
        "f.csv:3: item 'prase' is no finding of the rulebook\n    To fix: perhaps 受到群众表扬",
        "f.csv:4: count '-3' ",
        "f.csv:5: document '表扬〔2023〕1号' is the same finding again",
        "f.csv:6: at '2023-05-32' is not a time\n    To fix: write it like 2023-05-20 10:00",
    ):
        assert f"\n  {start}" in said
    assert "\n  good.csv" not in said
    assert "f.csv 第 3 行：item 'prase' 细则里没有这项考评记录\n    改正办法：是不是“受到群众表扬" in refused(
        may, "record", "--file", "f.csv", "--lang", "zh"
    )
    assert may("record", "--file", "good.csv").out == "good.csv: 1 rows, 1 events\n"
    assert "good.csv:2: document '表扬〔2023〕1号' is the same finding again" in refused(
        may, "record", "--file", "good.csv"
    )


def test_a_workbook_of_findings(may: Run) -> None:
    header: list[object] = ["kind", "unit", "item", "count", "document", "at"]
    good: list[object] = ["finding", "茅店镇", "praise", 2, "表扬〔2023〕1号", "2023-05-20T10:00:00+08:00"]
    bad: list[object] = ["finding", "茅店镇", "praise", 2.5, "表扬〔2023〕2号", "2023-05-20T10:00:00+08:00"]
    workbook("bad.xlsx", [header, good], [header, [*good[:4], "乙", *good[5:]], bad])
    assert "[Sheet2]:3: count" in refused(may, "record", "--file", "bad.xlsx")
    workbook("good.xlsx", [header, good])
    assert may("record", "--file", "good.xlsx").code == 0
    assert score(may)["conduct"] == "2.00"


def test_a_long_file_reads_the_ledger_once(may: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"finding,茅店镇,praise,GX-2,,,表扬〔2023〕{n}号,,2023-05-20T10:00:00+08:00" for n in range(300)]
    Path("f.csv").write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    reads = 0
    events = Ledger.events

    def counted(*arguments: Any, **names: Any) -> Any:
        nonlocal reads
        reads += 1
        return events(*arguments, **names)

    monkeypatch.setattr(Ledger, "events", counted)
    assert may("record", "--file", "f.csv").code == 0
    assert reads < 10


# exemptions


def test_an_exemption(may: Run) -> None:
    assert score(may)["closing"] == "0.00"
    ran = may("exempt", "GX-1", "--item", "closing", *EXEMPT, "--json")
    assert {*ran.document["recorded"]} == {
        "position", "key", "known", "kind", "at", "ticket", "item", "reason", "document",
    }  # fmt: skip
    assert score(may)["closing"] == "25.00"


@pytest.mark.parametrize(
    ("ticket", "options", "reason"),
    [
        ("GX-1", ("--item", "closin"), "the rulebook exempts from no item closin; known: closing "),
        ("GX-9", ("--item", "closing"), "the ledger knows no ticket GX-9."),
        (
            "GX-1",
            ("--item", "closing", "--unit", "区城管局"),
            "ticket GX-1 was never dispatched to 区城管局; it was to: 茅店镇",
        ),
        ("GX-1", ("--item", "closing", "--document", ""), "document is empty"),
    ],
)
def test_an_exemption_refused(may: Run, ticket: str, options: tuple[str, ...], reason: str) -> None:
    assert f"\n  {reason}" in refused(may, "exempt", ticket, *EXEMPT, *options)


def test_a_rulebook_without_exemptions(may: Run) -> None:
    text = rulebook_text().replace('default = "provided"', 'default = "not_provided"')
    Path("no.toml").write_text(text, "utf-8")
    exempt = ("exempt", "GX-1", "--item", "closing", *EXEMPT)
    assert "ganxian-2023 does not provide for exemptions: " in refused(may, *exempt, "--rulebook", "no.toml")
    assert may(*exempt).code == 0
    assert (score(may)["closing"], score(may, "茅店镇", "--rulebook", "no.toml")["closing"]) == ("25.00", "0.00")


# voids


def test_a_void_by_position_and_its_void(may: Run) -> None:
    assert may(*PRAISE).code == 0
    ran = may("void", "22", *VOID, "--json")
    assert {*ran.document["recorded"]} == {"position", "key", "voids", "known", "kind", "at", "reason"}
    assert score(may)["conduct"] == "0.00"
    assert "was recorded and voided before; void its void" in refused(may, *PRAISE)
    Path("f.csv").write_text(
        f"{HEADER}\nfinding,茅店镇,praise,,,,表扬〔2023〕1号,,2023-05-20T10:00:00+08:00\n", "utf-8"
    )
    assert "f.csv:2: this very fact was recorded and voided" in refused(may, "record", "--file", "f.csv")
    assert may("void", "23", *VOID).code == 0
    assert score(may)["conduct"] == "1.00"


def test_a_void_by_key(may: Run) -> None:
    key = may(*PRAISE, "--json").document["recorded"]["key"]
    assert may("void", key, *VOID).code == 0
    assert score(may)["conduct"] == "0.00"


def test_a_voided_dispatch_is_no_ticket(may: Run) -> None:
    with Ledger(Path("kaoping.db")) as ledger:
        position = next(one.position for one in ledger.events(ticket="GX-3", kinds=("dispatch",)))
    assert may("void", str(position), *VOID).code == 0
    assert "knows no ticket GX-3" in refused(may, *PRAISE, "ticket=GX-3")
    assert "knows no ticket GX-3" in refused(may, "exempt", "GX-3", "--item", "closing", *EXEMPT)


def test_a_void_of_nothing(may: Run) -> None:
    assert f"the ledger holds no fact with key {NO_KEY}." in refused(may, "void", NO_KEY, *VOID)
    assert "the ledger holds no fact with key abc." in refused(may, "void", "abc", *VOID)
    for position in ("0", "22", "9" * 25):
        said = refused(may, "void", position, *VOID, code=2)
        assert said.startswith(f"there is no position {position} in the ledger.")


def test_every_finding_of_the_rulebook_is_known_and_priced_or_answers_or_vetoes() -> None:
    known = findings_of(rulebook("ganxian-2023"))
    assert {name for name, part in known.items() if part is None} == {"knowledge_updated", "negative_impact"}


# why, annual, rules

STAMPS = {"ledger", "rulebook", "calendar", "as_of"}


def test_why_document(may: Run) -> None:
    document = may("why", "茅店镇", "2023-05", "--json").document
    assert {*document} == {"unit", "period", "rulebook", "stamps", "sheets"}
    assert {*document["stamps"]} == STAMPS
    (sheet,) = document["sheets"]
    assert {*sheet} == {"sheet", "points", "score", "rank", "basis", "lost", "lines", "readings"}
    assert (sheet["sheet"], sheet["points"], sheet["score"], sheet["lost"]) == ("hotline", "100", "45.00", "55.00")
    names = {"code", "item", "lost", "measure", "ticket", "round", "position", "clause", "place"}
    assert all({*line} == names for line in sheet["lines"])
    assert all({*other} == {"reading", "taken", "option", "score", "items"} for other in sheet["readings"])
    assert ("day_ends", "midnight") in {(other["reading"], other["option"]) for other in sheet["readings"]}
    assert [(line["item"], line["lost"], line["ticket"]) for line in sheet["lines"]] == [
        ("closing", "25.00", "GX-1"), ("satisfaction", "25.00", "GX-2"), ("response", "5.00", "GX-1"),
    ]  # fmt: skip


def test_why_of_a_year_and_of_an_idle_unit(may: Run) -> None:
    assert may("record", "finding", "unit=茅店镇", "item=leader_meeting", AT, "document=纪要", "count=3").code == 0
    (sheet,) = may("why", "茅店镇", "2023", "--json").document["sheets"]
    assert (sheet["sheet"], sheet["score"], sheet["lost"]) == ("base", "15.00", "85.00")
    assert {line["code"] for line in sheet["lines"]} == {"unearned"}
    (idle,) = may("why", "区档案馆", "2023-05", "--json").document["sheets"]
    assert (idle["basis"], [line["code"] for line in idle["lines"]]) == ("mean", ["mean"])


def test_why_is_told_to_a_person(may: Run) -> None:
    told = may("why", "茅店镇", "2023-05").out
    assert "茅店镇: 45.00 of 100, 55.00 lost" in told
    assert "诉求满意率为 100%，得 25 分；每下降 1 个百分点扣 1 分；扣完为止。" in told
    assert "25.00  GX-2  done Tue 2023-05-09 09:00:00" in told
    assert may("why", "茅坪镇", "2023-05").code == 2
    assert may("why", "茅店镇", "May").code == 2
    assert may("why", "茅店镇", "2099-05").code == 1


def test_annual_document(may: Run) -> None:
    document = may("annual", "2023", "--json").document
    assert {*document} == {"year", "rulebook", "stamps", "ground", "years"}
    assert ({*document["stamps"]}, document["year"]) == (STAMPS, 2023)
    hotline, posts = document["years"]
    for year in (hotline, posts):
        assert {*year} == {"year", "whole", "months", "units", "rests_on"}
        assert (year["whole"], year["months"][-1], len(year["months"])) == (False, "2023-06", 6)
        for unit in year["units"]:
            assert {*unit} == {"unit", "group", "rank", "score", "components", "vetoes"}
            assert all({*one} == {"sheet", "weight", "score", "periods"} for one in unit["components"])
            assert all({*one} == {"until", "score"} for part in unit["components"] for one in part["periods"])
    town = next(one for one in hotline["units"] if one["unit"] == "茅店镇")
    # April: one dispatch, nothing decided: 100; May 45; the mean 72.50. No evidence: 0 of the base sheet.
    assert (town["score"], [one["score"] for one in town["components"]]) == ("58.00", ["72.50", "0.00"])


def test_a_year_that_counts_nothing_says_why(may: Run) -> None:
    assert may("record", "finding", "unit=区城管局", "item=negative_impact", AT, "document=通报").code == 0
    _, posts = may("annual", "2023", "--json").document["years"]
    (office,) = [one for one in posts["units"] if one["unit"] == "区城管局"]
    assert (office["score"], office["components"][0]["score"]) == ("0.00", "98.00")
    (veto,) = office["vetoes"]
    assert {*veto} == {"title", "clause", "place"}
    assert "帖文造成负面影响" in may("annual", "2023").out


def test_annual_is_told_to_a_person(may: Run) -> None:
    ran = may("annual", "2023", "--lang", "zh")
    assert (ran.code, ran.err) == (0, "")
    assert "12345 政务服务便民热线年度综合评分  2023-01 - 2023-06" in ran.out
    assert may("annual", "1999").code == 2
    assert "no unit has a score in 2022-01 - 2022-12" in may("annual", "2022").out
    assert may("annual", "2031").code == 0


def test_rules_document(run: Run) -> None:
    document = run("rules", "--json").document
    assert {*document} == {
        "rulebook", "title", "issuer", "source", "valid_from", "valid_until", "digest", "digits", "sheets", "years", "readings",
    }  # fmt: skip
    for sheet in document["sheets"]:
        assert {"sheet", "title", "place", "period", "points", "channels", "items"} <= {*sheet}
        assert all({"item", "title", "points", "place", "words", "parts"} <= {*item} for item in sheet["items"])
    names = {"reading", "title", "words", "options", "taken", "default", "reason", "source"}
    assert all({*one} == names for one in document["readings"])
    assert files() == set()


def test_rules_document_has_every_number(run: Run) -> None:
    """What a rulebook of another city says of limits, leniency, grades and lists, as its printed form does."""
    document = run("rules", "--rulebook", "yunshan-2025", "--json").document
    parts = [part for sheet in document["sheets"] for item in sheet["items"] for part in item["parts"]]
    limits = [limit for part in parts for limit in part["limits"]]
    assert {"days", "measure", "valid_from", "valid_until"} <= {*limits[0]}
    assert any(limit["valid_from"] for limit in limits)
    assert all(
        any(part[name] is not None for part in parts) for name in ("tolerated", "few", "at_least", "pass_line", "price")
    )
    assert [grade["grade"] for sheet in document["sheets"] for grade in sheet["grades"]]
    assert any(sheet["board"] and sheet["board"]["red"] for sheet in document["sheets"])
    assert document["digits"] == {"rate": 1, "item": 1, "total": 1}
    assert all(component["weight"] for year in document["years"] for component in year["components"])


def test_rules_are_told_to_a_person(run: Run) -> None:
    told = run("rules", "--lang", "zh")
    assert (told.code, told.err) == (0, "")
    assert "按期办结率 [closing] 25" in told.out
    assert run("rules", "--rulebook", "nowhere").code == 2


def test_a_rulebooks_own_cases(run: Run) -> None:
    case = '[[cases]]\ntitle = "一件超期"\nsheet = "hotline"\nitem = "closing"\ncounts = {{ closed = [50, 1] }}\nscore = "{}"\n'
    Path("cases.toml").write_text(case.format("23.00"), "utf-8")
    ran = run("rules", "--check", "--cases", "cases.toml", "--json")
    assert (ran.code, {*ran.document}) == (0, {"rulebook", "cases", "failed", "outcomes"})
    assert {*ran.document["outcomes"][0]} == {"title", "item", "expected", "got", "holds"}
    Path("cases.toml").write_text(case.format("24.00"), "utf-8")
    ran = run("rules", "--cases", "cases.toml")
    assert (ran.code, ran.err) == (1, "1 of 1 cases do not come out.\n")
    assert "× closing  一件超期  24.00  came out as 23.00" in ran.out
    assert json.loads(run("rules", "--cases", "cases.toml", "--json").out)["failed"] == 1
