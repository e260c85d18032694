"""Stories at the command line: a month around 1 May 2023, worked out by hand, and everything that can go wrong."""

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from calendars.instants import read_iso
from kaoping import now
from kaoping.cli import main
from ledger.store import Ledger
from tests.conftest import Golden

ROOT = Path(__file__).parents[2]

# 29 April to 3 May are off, Saturday 6 May makes up for one of them. A day is 9:00-12:00 and 13:30-17:30.
#
# GX-1  sent Friday 28 April 16:30. Half a day is 3.5 hours: one until 17:30, the rest on Thursday 4 May: until 11:30.
#       Signed on that very second: met. To be answered by the end of the first working day after: 4 May 17:30; a minute
#       late. Two days to close: 4 and 5 May; a second late. Both breaches are decided in May.
# GX-2  sent Friday 5 May 15:30. Half a day: two hours on Friday, until 10:30 on the make-up Saturday. All in time;
#       due on Monday 8 May (Saturday counts, Sunday does not). The citizen is not satisfied.
# GX-3  all in time.
# GX-4  a post (问政赣州), answered in time, its sealed PDF not sent by the end of May.
LOG = """\
工单编号,操作,承办单位,操作时间,渠道,工单性质,处理时限,处理时限单位,最终满意度,是否联系市民
GX-1,派单,茅店镇,2023-04-28 16:30:00,12345,主办,2,工作日,,
GX-1,签收,茅店镇,2023-05-04 11:30:00,,,,,,
GX-1,联系,茅店镇,2023-05-04 17:31:00,,,,,,
GX-1,办结,茅店镇,2023-05-05 17:30:01,,,,,,
GX-1,回访,,2023-05-08 09:00:00,,,,,满意,是
GX-2,派单,茅店镇,2023-05-05 15:30:00,12345,主办,2,工作日,,
GX-2,签收,茅店镇,2023-05-06 10:30:00,,,,,,
GX-2,联系,茅店镇,2023-05-06 11:00:00,,,,,,
GX-2,办结,茅店镇,2023-05-08 10:00:00,,,,,,
GX-2,回访,,2023-05-09 09:00:00,,,,,不满意,是
GX-3,派单,区城管局,2023-05-10 09:00:00,12345,主办,5,工作日,,
GX-3,签收,区城管局,2023-05-10 09:30:00,,,,,,
GX-3,联系,区城管局,2023-05-10 10:00:00,,,,,,
GX-3,办结,区城管局,2023-05-11 10:00:00,,,,,,
GX-3,回访,,2023-05-12 09:00:00,,,,,非常满意,是
GX-4,派单,区城管局,2023-05-12 09:00:00,问政赣州,主办,5,工作日,,
GX-4,签收,区城管局,2023-05-12 09:10:00,,,,,,
GX-4,办结,区城管局,2023-05-15 10:00:00,,,,,,
"""
UNITS = """\
{"kind":"enrol","unit":"茅店镇","group":"乡镇","at":"2023-01-01T00:00:00+08:00"}
{"kind":"enrol","unit":"区城管局","group":"职能单位","at":"2023-01-01T00:00:00+08:00"}
{"kind":"enrol","unit":"区档案馆","group":"职能单位","at":"2023-01-01T00:00:00+08:00"}
"""
PRAISE = """\
{"kind":"finding","unit":"茅店镇","item":"praise","ticket":"GX-2","document":"×府办〔2023〕1号","at":"2023-05-20T10:00:00+08:00"}
"""
# Rows are recorded at these moments: the log and the register on 5 June, the praise on 6 June.
FIRST, SECOND = read_iso("2023-06-05T10:00:00+08:00"), read_iso("2023-06-06T10:00:00+08:00")
POSITIONS = 18 + 3  # after the first two files


@attrs.frozen
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs a command in an empty folder, with no language or ledger in the environment, on 5 June 2023."""
    monkeypatch.chdir(tmp_path)
    for name in ("KAOPING_LANG", "KAOPING_LEDGER", "KAOPING_CALENDAR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(now, "now_ms", lambda: FIRST)

    def command(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["kaoping", *arguments])
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        assert isinstance(code, int)
        return Ran(code, *capsys.readouterr())

    return command


@pytest.fixture
def may(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The same, with the month in kaoping.db."""
    for name, text in (("五月.csv", LOG), ("单位.jsonl", UNITS), ("表扬.jsonl", PRAISE)):
        (tmp_path / name).write_text(text, "utf-8")
    assert run("import", "五月.csv", "单位.jsonl").code == 0
    monkeypatch.setattr(now, "now_ms", lambda: SECOND)
    assert run("import", "表扬.jsonl").code == 0
    return run


def content_of(path: Path) -> list[tuple[object, ...]]:
    """Everything a ledger holds."""
    with sqlite3.connect(path) as db:
        found = [row for table in ("events", "batches", "quarantine") for row in db.execute(f"select * from {table}")]
    db.close()
    return found


def score_of(ran: Ran, sheet: str, unit: str) -> Any:
    (found,) = [one for one in ran.document["sheets"] if one["sheet"] == sheet]
    return next(one for one in found["units"] if one["unit"] == unit)


# the month


def test_import_counts_every_row(may: Run) -> None:
    again = may("import", "五月.csv", "--json")
    (batch,) = again.document["batches"]
    assert [batch[name] for name in ("rows", "accepted", "known", "quarantined", "ignored", "events_added")] == [
        18, 0, 18, 0, 0, 0,
    ]  # fmt: skip
    assert again.err == ""


def test_the_scores_are_those_worked_out_by_hand(may: Run) -> None:
    ran = may("score", "2023-05", "--json")
    town = score_of(ran, "hotline", "茅店镇")
    # closing: 1 of 2 in time, 50 %: 50 points past 100 %, no more than 25. satisfaction: 1 of 2, the same. response: 50 %,
    # 40 below 90 %, no more than 5. conduct: 1 dispatch in May makes no bonus (GX-1 was sent in April), 1 praise +1.
    assert {one["item"]: one["score"] for one in town["items"]} == {
        "closing": "0.00", "satisfaction": "0.00", "redo": "10.00", "signing": "10.00", "response": "0.00",
        "returns": "6.00", "extension": "8.00", "extension.first": "4.00", "extension.second": "4.00",
        "coordination": "7.00", "notices": "2.00", "results": "2.00", "conduct": "1.00",
    }  # fmt: skip
    assert (town["rank"], town["score"], town["basis"], town["group"]) == (3, "46.00", "tickets", "乡镇")
    assert (score_of(ran, "hotline", "区城管局")["rank"], score_of(ran, "hotline", "区城管局")["score"]) == (
        1,
        "100.00",
    )
    # no ticket: the mean of 46 and 100
    assert (score_of(ran, "hotline", "区档案馆")["score"], score_of(ran, "hotline", "区档案馆")["basis"]) == (
        "73.00",
        "mean",
    )
    # one PDF not sent: 2 of 20
    assert score_of(ran, "posts", "区城管局")["score"] == "98.00"


def test_score_as_of_a_position_and_of_a_time(may: Run) -> None:
    before = may("score", "2023-05", "--as-of", str(POSITIONS), "--json")
    assert score_of(before, "hotline", "茅店镇")["score"] == "45.00"
    assert before.document["stamps"]["ledger"].startswith(f"{POSITIONS}:")
    for moment in ("2023-06-05", "2023-06-06T09:59", "2023-06-06T01:59:59.999+00:00"):
        by_time = may("score", "2023-05", "--as-of", moment, "--json")
        assert by_time.document["sheets"] == before.document["sheets"]
    after = may("score", "2023-05", "--as-of", "2023-06-06 10:00", "--json")
    assert score_of(after, "hotline", "茅店镇")["score"] == "46.00"


def test_a_period_other_than_a_month_has_the_sheets_the_rulebook_has_for_it(may: Run) -> None:
    year = may("score", "2023", "--json")
    assert (year.code, year.document["period"]) == (0, "2023-01..2023-12")
    assert [one["sheet"] for one in year.document["sheets"]] == ["base"]
    assert may("score", "2023-Q2").code == 2
    assert may("score", "2023-H3").code == 2
    assert may("score", "2025-Q1", "--rulebook", "yunshan-2025", "--json").code == 0


def test_recompute_gives_what_score_gave(may: Run) -> None:
    first = may("recompute", "2023-05", "--json").document
    assert first["identical"] is None
    again = may("recompute", "2023-05", "--expect", first["digest"], "--json")
    assert (again.code, again.document["identical"]) == (0, True)
    other = may("recompute", "2023-05", "--expect", "0" * 64, "--json")
    assert (other.code, other.document["identical"]) == (1, False)
    assert "与应得的" in other.err


def test_what_was_exported_gives_the_same_scores_and_events(may: Run, tmp_path: Path) -> None:
    lines = may("export").out
    (tmp_path / "导出.jsonl").write_text(lines, "utf-8")
    (batch,) = may("import", "导出.jsonl", "--ledger", "new.db", "--json").document["batches"]
    assert batch["events_added"] == POSITIONS + 1
    (known,) = may("import", "导出.jsonl", "--json").document["batches"]
    assert (known["known"], known["events_added"]) == (POSITIONS + 1, 0)
    documents = [may("score", "2023-05", "--ledger", path, "--json").document for path in ("kaoping.db", "new.db")]
    assert documents[0]["sheets"] == documents[1]["sheets"]
    assert may("export", "--ledger", "new.db").out == lines


def test_a_rehearsal_leaves_nothing_behind(may: Run, tmp_path: Path) -> None:
    before = content_of(tmp_path / "kaoping.db")
    (tmp_path / "more.jsonl").write_text(PRAISE.replace("GX-2", "GX-3"), "utf-8")
    ran = may("import", "more.jsonl", "--dry-run", "--json")
    assert (ran.document["dry_run"], ran.document["batches"][0]["events_added"]) == (True, 1)
    assert content_of(tmp_path / "kaoping.db") == before
    assert may("import", "more.jsonl", "--dry-run", "--ledger", "fresh.db").out.endswith("没有写入台账。\n")
    assert not list(tmp_path.glob("fresh.db*"))


def test_a_rehearsal_says_just_what_is_then_written(may: Run, tmp_path: Path) -> None:
    rows = LOG.replace("GX-", "KX-").splitlines(keepends=True)
    (tmp_path / "first.csv").write_text("".join(rows[:12]), "utf-8")
    (tmp_path / "second.csv").write_text("".join(rows), "utf-8")
    (tmp_path / "third.jsonl").write_text(UNITS.replace("茅店镇", "江口镇"), "utf-8")
    files = ("first.csv", "second.csv", "third.jsonl")
    rehearsed = may("import", *files, "--dry-run", "--json").document["batches"]
    written = may("import", *files, "--json").document["batches"]
    assert rehearsed == written
    assert [one["events_added"] for one in written[:2]] == [11, 7], "the second knows the first"


def test_verify(may: Run) -> None:
    ran = may("verify", "--json")
    assert {*ran.document} == {
        "sound",
        "position",
        "hash",
        "batches",
        "checkpoint",
        "attested_to",
        "attested_by",
        "dated_ahead",
        "derived_rows_left",
    }
    assert ran.document["attested_to"] == ran.document["position"]
    assert (ran.document["sound"], ran.document["position"], ran.document["batches"]) == (True, POSITIONS + 1, 3)
    assert may("verify").out.startswith("核对无误：3 批共 22 个事件")


# what a script can rely on (DESIGN, section 5)


def test_import_document(may: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(LOG.replace("GX-3,办结", "GX-3,办理"), "utf-8")
    ran = may("import", "bad.csv", "--json")
    assert {*ran.document} == {"dry_run", "batches"}
    (batch,) = ran.document["batches"]
    assert {*batch} == {
        "file", "sha256", "profile", "rows", "accepted", "known", "quarantined", "ignored", "events_added", "problems",
        "changes", "sheet", "notes", "unread", "tells", "columns_absent", "columns_unread", "columns_like", "assumed",
        "columns_stood_in", "blank", "units_unknown", "profiles_unsure",
        "parts", "tickets_absent", "facts_absent",
    }  # fmt: skip
    (problem,) = batch["problems"]
    assert {*problem} == {"row", "line", "column", "value", "why", "remedy", "fatal", "count", "rows"}
    assert (problem["row"], problem["column"], problem["value"], problem["fatal"]) == (15, "操作", "办理", True)
    assert (problem["count"], problem["rows"]) == (1, [15])
    assert "bad.csv:15: 操作 '办理' 在格式 hotline-log 里没有定义" in ran.err


def test_score_document(may: Run) -> None:
    ran = may("score", "2023-05", "--json")
    document = ran.document
    assert {"period", "rulebook", "stamps", "sheets"} <= {*document}
    assert {*document["stamps"]} == {"ledger", "rulebook", "calendar", "as_of"}
    assert [one["sheet"] for one in document["sheets"]] == ["hotline", "posts"]
    unit = score_of(ran, "hotline", "茅店镇")
    assert {"unit", "group", "rank", "score", "basis", "items"} <= {*unit}
    assert all({"item", "points", "score", "count", "breaches", "rate", "lost"} <= {*item} for item in unit["items"])
    signing = next(item for item in unit["items"] if item["item"] == "signing")
    assert (signing["count"], signing["breaches"], signing["rate"], signing["lost"]) == (2, 0, "100.00", "0.00")
    only = may("score", "2023-05", "--sheet", "posts", "--json").document
    assert [one["sheet"] for one in only["sheets"]] == ["posts"]


def test_audit_document(may: Run) -> None:
    document = may("audit", "GX-1", "--json").document
    assert {"ticket", "events", "rounds"} <= {*document}
    assert all({"position", "kind", "at", "unit", "source"} <= {*event} for event in document["events"])
    assert all({"file", "row"} <= {*event["source"]} for event in document["events"])
    (one,) = document["rounds"]
    assert {"unit", "round", "verdicts"} <= {*one}
    names = {"measure", "state", "limit", "start", "due_at", "done_at", "steps", "evidence", "counts"}
    assert all(names <= {*verdict} for verdict in one["verdicts"])
    closed = next(verdict for verdict in one["verdicts"] if verdict["measure"] == "closed")
    assert (closed["state"], closed["limit"], closed["due_at"]) == ("breached", "2", "2023-05-05T17:30:00+08:00")
    (counted,) = closed["counts"]
    assert {"sheet", "item", "period", "lost", "marginal", "clause"} <= {*counted}
    # the only late closing of two: the whole 25 points are its share, and all of them would come back
    assert (counted["item"], counted["lost"], counted["marginal"]) == ("closing", "25.00", "25.00")


def test_metrics_document(may: Run) -> None:
    document = may("metrics", "2023-05", "--json").document
    assert {"period", "rulebook", "units"} <= {*document}
    town = next(unit for unit in document["units"] if unit["unit"] == "茅店镇")
    assert {"unit", "group", "volume", "measures", "working_days"} <= {*town}
    rates = {one["measure"]: one["rate"] for one in town["measures"]}
    assert (town["volume"], rates["signed"], rates["closed"], rates["responded"]) == (1, "100.00", "50.00", "50.00")
    days = {one["measure"]: (one["median"], one["p90"]) for one in town["working_days"]}
    assert days["signed"] == ("0.5000", "0.5000")
    assert [unit["unit"] for unit in may("metrics", "2023-05", "--unit", "茅店镇", "--json").document["units"]] == [
        "茅店镇"
    ]


@pytest.mark.parametrize("command", [("score", "2023-05"), ("metrics", "2023-05"), ("audit", "GX-1"), ("verify",)])
def test_one_document_and_nothing_else(may: Run, command: tuple[str, ...]) -> None:
    ran = may(*command, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert isinstance(ran.document, dict)


# two languages


def test_chinese_unless_english_is_asked_for(may: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "承办单位" in may("score", "2023-05").out
    assert "unit" in may("score", "2023-05", "--lang", "en").out
    assert may("audit", "X").err.startswith("台账里没有工单 X。\n改正办法：")
    assert may("audit", "X", "--lang=en").err.startswith("the ledger knows no ticket X.\nTo fix: ")
    monkeypatch.setenv("KAOPING_LANG", "en")
    assert "unit" in may("score", "2023-05").out
    assert may("audit", "X").err.startswith("the ledger knows no ticket X.")
    assert may("audit", "X", "--lang", "zh").err.startswith("台账里没有工单 X。")
    assert may("score", "2023-05", "--lang", "fr").code == 2


def test_the_ledger_can_be_named_by_the_environment(may: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KAOPING_LEDGER", str(tmp_path / "kaoping.db"))
    monkeypatch.chdir("/")
    assert may("verify").code == 0


# what people see


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("name", "command"),
    [("audit", ("audit", "GX-1")), ("score", ("score", "2023-05")), ("metrics", ("metrics", "2023-05"))],
)
def test_golden(may: Run, golden: Golden, name: str, command: tuple[str, ...], lang: str) -> None:
    ran = may(*command, "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    assert not [line for line in ran.out.splitlines() if line != line.rstrip()], "no line ends in spaces"
    golden(f"{name}.{lang}.txt", ran.out)


@pytest.mark.parametrize(("name", "command"), [("audit", ("audit", "GX-1")), ("score", ("score", "2023-05"))])
def test_golden_documents(may: Run, golden: Golden, name: str, command: tuple[str, ...]) -> None:
    golden(f"{name}.json", may(*command, "--json").out)


# what can be wrong: (name of the golden, files, command, code)
PROFILE = 'name = "mine"\ntitle = "x"\nsource = "x"\nneeded = ["ticket"]\nbogus = 1\n'
GOOD_HEADER = LOG.splitlines()[0] + "\n"
BAD_ROWS = GOOD_HEADER + "GX-1,签收,茅店镇,昨天,,,,,,\nGX-2,翻牌,茅店镇,2023-05-04 09:00,,,,,,\n"
WRONG: tuple[tuple[str, dict[str, str], tuple[str, ...], int], ...] = (
    ("missing-file", {}, ("import", "none.csv"), 2),
    ("empty-file", {"x.csv": ""}, ("import", "x.csv"), 1),
    ("only-a-header", {"x.csv": GOOD_HEADER}, ("import", "x.csv"), 1),
    ("wrong-profile", {"x.csv": LOG}, ("import", "x.csv", "--profile", "posts-wide"), 1),
    ("unknown-profile", {"x.csv": LOG}, ("import", "x.csv", "--profile", "mine"), 2),
    ("bad-profile", {"x.csv": LOG, "p.toml": PROFILE}, ("import", "x.csv", "--profile", "p.toml"), 1),
    ("lacking-column", {"x.csv": LOG.replace("操作时间", "某列")}, ("import", "x.csv"), 1),
    ("unknown-header", {"x.csv": "a,b\n1,2\n"}, ("import", "x.csv"), 1),
    ("all-rows-bad", {"x.csv": BAD_ROWS}, ("import", "x.csv"), 1),
    ("html", {"x.xls": "<html><table></table></html>"}, ("import", "x.xls"), 1),
    ("one-bad-of-two", {"a.csv": LOG, "b.csv": ""}, ("import", "a.csv", "b.csv"), 1),
    ("no-month", {}, ("score", "2023-13"), 2),
    ("unknown-ticket", {}, ("audit", "GX-404"), 2),
    ("unknown-unit", {}, ("metrics", "2023-05", "--unit", "月球镇"), 2),
    ("unknown-sheet", {}, ("score", "2023-05", "--sheet", "x"), 2),
    ("unknown-rulebook", {}, ("score", "2023-05", "--rulebook", "mars-2023"), 2),
    ("bad-rulebook", {"r.toml": 'format = "1"\nid = "x"\n'}, ("score", "2023-05", "--rulebook", "r.toml"), 1),
    ("no-moment", {}, ("score", "2023-05", "--as-of", "gestern"), 2),
    ("no-position", {}, ("score", "2023-05", "--as-of", "999"), 2),
    ("before-anything", {}, ("score", "2023-05", "--as-of", "2020-01-01"), 1),
    ("provisional", {}, ("score", "2050-05"), 1),
    ("missing-ledger", {}, ("score", "2023-05", "--ledger", "none.db"), 2),
    ("text-as-ledger", {"t.db": "some text, long enough" * 50}, ("score", "2023-05", "--ledger", "t.db"), 2),
    ("folder-as-ledger", {}, ("verify", "--ledger", "."), 2),
    ("unknown-format", {}, ("export", "--format", "pdf"), 2),
    ("unknown-language", {}, ("verify", "--lang", "fr"), 2),
)  # fmt: skip


@pytest.mark.parametrize(("name", "files", "command", "code"), WRONG, ids=[one[0] for one in WRONG])
def test_what_is_wrong_is_said_and_nothing_is_written(
    may: Run, golden: Golden, tmp_path: Path, name: str, files: dict[str, str], command: tuple[str, ...], code: int
) -> None:
    before = content_of(tmp_path / "kaoping.db")
    for file, text in files.items():
        (tmp_path / file).write_text(text, "utf-8")
    there = {path.name for path in tmp_path.iterdir()}
    told = [may(*command, *lang) for lang in ((), () if "--lang" in command else ("--lang", "en"))]
    assert [ran.code for ran in told] == [code, code]
    assert [ran.out for ran in told] == ["", ""]
    golden(f"wrong-{name}.txt", "\n".join(ran.err for ran in told))
    assert content_of(tmp_path / "kaoping.db") == before
    assert {path.name for path in tmp_path.iterdir()} == there
    if command[0] == "import":
        assert may(*command, "--ledger", "fresh.db").code == code
        assert not list(tmp_path.glob("fresh.db*")), "no ledger is left behind"


def test_arguments_that_typer_refuses(run: Run) -> None:
    for arguments in (("score",), ("scor", "2023-05"), ("score", "2023-05", "--bogus"), ("demo", "--seed", "x")):
        assert run(*arguments).code == 2


def test_an_unknown_word_leaves_out_its_row_only(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(LOG.replace("GX-3,办结", "GX-3,办完了").replace(",问政赣州,", ",抖音,"), "utf-8")
    ran = run("import", "x.csv")
    assert ran.code == 0
    assert "共 18 行 = 入账 16 + 已有 0 + 隔离 2 + 忽略 0；新增事件 16 个" in ran.out
    assert "x.csv:15: 操作 '办完了' 在格式 hotline-log 里没有定义" in ran.err
    assert "x.csv:17: 渠道 '抖音' 在格式 hotline-log 里没有定义" in ran.err


def test_another_database_is_left_alone(run: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as db:
        db.execute("create table mine (x)")
    db.close()
    before = (tmp_path / "other.db").read_bytes()
    (tmp_path / "五月.csv").write_text(LOG, "utf-8")
    for command in (("score", "2023-05"), ("import", "五月.csv"), ("verify",)):
        ran = run(*command, "--ledger", "other.db")
        assert (ran.code, ran.err.splitlines()[0]) == (2, "other.db 是数据库文件，但不是考评台账。")
    assert (tmp_path / "other.db").read_bytes() == before


@pytest.mark.parametrize(
    "edit",
    [
        "update events set fact = replace(fact, '茅店镇', '茅店鎮') where position = 3",
        "update events set row = 99 where position = 3",
        "delete from events where position = 3",
        "update batches set name = 'x' where number = 1",
        "delete from batches where number = 3",
        "insert into quarantine values (1, 2, '{}', '[]')",
    ],
)
def test_whoever_got_past_the_triggers_is_seen(may: Run, tmp_path: Path, edit: str) -> None:
    with sqlite3.connect(tmp_path / "kaoping.db") as db:
        for table in ("events", "batches", "quarantine"):
            for act in ("update", "delete"):
                db.execute(f"drop trigger {table}_{act}")
        db.execute(edit)
    db.close()
    for command in (("verify",), ("recompute", "2023-05")):
        ran = may(*command)
        assert (ran.code, ran.out) == (3, "")
        assert "不一致" in ran.err or "不属于" in ran.err


def test_a_file_whose_pages_are_damaged(may: Run, tmp_path: Path, golden: Golden) -> None:
    path = tmp_path / "kaoping.db"
    with sqlite3.connect(path) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    db.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x5a" * (len(data) - 4096)
    path.write_bytes(data)
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    for command in (("verify",), ("score", "2023-05"), ("audit", "GX-1")):
        ran = may(*command)
        assert (ran.code, ran.out) == (3, ""), command
    golden("wrong-damaged-pages.txt", may("score", "2023-05").err)


# the disk, the plug, the neighbour


def small(path: Path) -> sqlite3.Connection:
    """SQLite with room for a few pages more and no more: what a full disk tells it, SQLITE_FULL."""
    db = sqlite3.connect(path, isolation_level=None)
    (pages,) = db.execute("pragma page_count").fetchone()
    db.execute(f"pragma max_page_count = {pages + 2 if pages else 3}")
    return db


def test_a_full_disk(may: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, golden: Golden) -> None:
    lines = [LOG.splitlines()[0]]
    lines += [f"GX-9{number},派单,茅店镇,2023-05-08 09:00:00,12345,主办,2,工作日,," for number in range(2000)]
    (tmp_path / "many.csv").write_text("\n".join(lines), "utf-8")
    before = content_of(tmp_path / "kaoping.db")
    monkeypatch.setattr("ledger.files.connect", small)
    full = may("import", "many.csv")
    assert (full.code, full.out) == (1, "")
    golden("wrong-full-disk.txt", full.err)
    assert may("import", "many.csv", "--ledger", "fresh.db").err == full.err
    monkeypatch.undo()
    assert [one.stat().st_size for one in tmp_path.glob("fresh.db*")] == [0], "empty: the next import begins it"
    assert content_of(tmp_path / "kaoping.db") == before
    with Ledger(tmp_path / "kaoping.db") as ledger:
        assert ledger.verify().position == POSITIONS + 1


CHILD = """
import sys, time
from pathlib import Path
from ledger import store
def hold(*_):
    print("holding", flush=True)
    time.sleep(60)
store.chain.checkpoint = hold
from kaoping.cli import main
sys.argv = ["kaoping", "import", sys.argv[1]]
main()
"""


def test_a_process_killed_in_the_middle_of_an_import(may: Run, tmp_path: Path) -> None:
    (tmp_path / "june.csv").write_text(LOG.replace("GX-", "JX-"), "utf-8")
    before = content_of(tmp_path / "kaoping.db")
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, "june.csv"], cwd=tmp_path, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "holding\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert may("verify").code == 0
    assert content_of(tmp_path / "kaoping.db") == before
    assert may("import", "june.csv", "--json").document["batches"][0]["events_added"] == 18


def test_another_process_is_writing(may: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, golden: Golden) -> None:
    (tmp_path / "june.csv").write_text(LOG.replace("GX-", "JX-"), "utf-8")
    before = content_of(tmp_path / "kaoping.db")
    monkeypatch.setattr("ledger.files.PATIENCE", 1)
    with sqlite3.connect(tmp_path / "kaoping.db", isolation_level=None) as neighbour:
        neighbour.execute("begin immediate")
        ran = may("import", "june.csv")
        assert (ran.code, ran.out) == (1, "")
        assert may("score", "2023-05").code == 0, "reading goes on"
        neighbour.execute("rollback")
    neighbour.close()
    golden("wrong-another-writer.txt", ran.err)
    assert content_of(tmp_path / "kaoping.db") == before


def test_two_imports_at_once_into_a_new_ledger(run: Run, tmp_path: Path) -> None:
    texts = [LOG.replace("GX-", f"{letter}X-") for letter in "ABC"]
    command = [sys.executable, "-c", "from kaoping.cli import main; main()", "import"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    children = []
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.csv").write_text(text, "utf-8")
        arguments = [*command, f"{number}.csv"]
        children.append(subprocess.Popen(arguments, cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=environment))
    told = [child.communicate()[1] for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], told
    assert run("verify", "--json").document["position"] == 3 * 18


@pytest.mark.skipif(os.name != "posix", reason="users and permissions as on Unix")
def test_a_ledger_that_may_only_be_read(may: Run, tmp_path: Path, golden: Golden) -> None:
    def as_nobody(*command: str) -> Ran:
        root = os.geteuid() == 0
        try:
            if root:
                os.seteuid(65534)
            return may(*command)
        finally:
            if root:
                os.seteuid(0)

    (tmp_path / "june.csv").write_text(LOG.replace("GX-", "JX-"), "utf-8")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kaoping.db"
        path.write_bytes((tmp_path / "kaoping.db").read_bytes())
        before = path.read_bytes()
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        may("score", "2023-05")  # whatever is imported late is imported before the permissions go
        ran = as_nobody("import", str(tmp_path / "june.csv"), "--ledger", str(path)) if os.geteuid() else None
        if ran is None:
            (Path(folder) / "june.csv").write_text(LOG.replace("GX-", "JX-"), "utf-8")
            Path(folder).chmod(0o555)
            os.chdir(folder)
            ran = as_nobody("import", "june.csv", "--ledger", "kaoping.db")
        told = ran.err.replace(str(path), "kaoping.db")
        os.chdir(tmp_path)
        Path(folder).chmod(0o755)
        assert path.read_bytes() == before
    assert (ran.code, ran.out) == (1, "")
    golden("wrong-read-only.txt", told)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="taking permissions away as on Unix, as root")
@pytest.mark.parametrize("older", [False, True])
def test_a_folder_that_may_only_be_read_serves_every_reader(may: Run, tmp_path: Path, older: bool) -> None:
    asked = [
        ("score", "2023-05"),
        ("audit", "GX-1"),
        ("export",),
        ("verify",),
        ("why", "茅店镇", "2023-05"),
        ("metrics", "2023-05"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kaoping.db"
        if older:
            path.write_bytes(gzip.decompress((ROOT / "tests/fixtures/published.db.gz").read_bytes()))
            asked = [("verify",), ("export",), ("recompute",)]
        else:
            path.write_bytes((tmp_path / "kaoping.db").read_bytes())
        before = path.read_bytes()
        ledger = ("--ledger", str(path))
        writable = [may(*command, "--ledger", str(copied(path, tmp_path / "copy.db"))) for command in asked]
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        os.seteuid(65534)
        try:
            found = [may(*command, *ledger) for command in asked]
        finally:
            os.seteuid(0)
        assert [ran.code for ran in found] == [0] * len(asked), [ran.err for ran in found]
        assert [ran.out for ran in found] == [ran.out for ran in writable]
        assert path.read_bytes() == before
        assert [one.name for one in Path(folder).iterdir()] == ["kaoping.db"]
        Path(folder).chmod(0o755)


def copied(path: Path, to: Path) -> Path:
    to.write_bytes(path.read_bytes())
    return to


def test_a_writer_waits_for_another(may: Run, tmp_path: Path) -> None:
    (tmp_path / "june.csv").write_text(LOG.replace("GX-", "JX-"), "utf-8")
    neighbour = sqlite3.connect(tmp_path / "kaoping.db", isolation_level=None, check_same_thread=False)
    neighbour.execute("begin immediate")
    later = threading.Timer(2.5, lambda: neighbour.execute("rollback"))
    later.start()
    ran = may("import", "june.csv", "--json")
    later.join()
    neighbour.close()
    assert ran.document["batches"][0]["events_added"] == 18


def test_an_output_that_cannot_be_written(may: Run, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-c", "from kaoping.cli import main; main()", "export"], cwd=tmp_path, stdout=full,
            stderr=subprocess.PIPE, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
