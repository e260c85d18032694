"""Stories at the command line: publishing, what moved since, appeals, suppositions, other readings, proofs."""

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from calendars.instants import read_iso
from kaoping import now
from kaoping.files.places import data_folder
from kaoping.office.proofs import NotProved, check_proof
from kaoping.office.traces import ONLY_TOLD
from ledger.columns import segments
from ledger.store import Ledger
from tests.kaoping.test_cli import LOG, ROOT, Run, may, run, score_of

__all__ = ["may", "run"]
RULED = ("--at", "2023-06-01T10:00", "--reason", "x", "--document", "y")
JULY = read_iso("2023-07-03T09:00:00+08:00")

# A ticket sent on the last working day before the Spring Festival of 2020, due two working days later: on Saturday
# 1 February, a make-up day, until the notice of 27 January made the holiday end on 2 February; then on Tuesday the 4th.
FESTIVAL = """\
工单编号,操作,承办单位,操作时间,渠道,工单性质,处理时限,处理时限单位,最终满意度,是否联系市民
CJ-1,派单,茅店镇,2020-01-23 10:20:00,12345,主办,2,工作日,,
CJ-1,签收,茅店镇,2020-01-23 11:00:00,,,,,,
CJ-1,联系,茅店镇,2020-02-03 10:00:00,,,,,,
CJ-1,办结,茅店镇,2020-02-03 16:00:00,,,,,,
"""


def later(monkeypatch: pytest.MonkeyPatch, days: int = 0) -> None:
    monkeypatch.setattr(now, "now_ms", lambda: JULY + days * 86_400_000)


def moves(document: Any, unit: str) -> list[Any]:
    return [
        move
        for sheet in document["sheets"]
        for line in sheet["units"]
        if line["unit"] == unit
        for item in line["items"]
        for move in item["moves"]
    ]


# publish and recompute


def test_a_month_is_published_and_recomputed(may: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told = may("publish", "2023-05", "--document", "×办〔2023〕6号", "--json").document
    assert told["stamps"]["ledger"].startswith("22:")
    assert (told["period"], told["earlier"], told["version"]) == ("2023-05", [], "0.1.0")
    scored = may("score", "2023-05", "--as-of", "22", "--json")
    later(monkeypatch)
    assert may("void", "22", "--at", "2023-07-01T10:00", "--reason", "录错").code == 0
    again = may("recompute", "2023-05", "--json")
    assert (again.code, again.document["identical"], again.document["digest"]) == (0, True, told["digest"])
    assert "一致" in may("recompute").out
    issued = may("recompute", "2023-05", "--reissue", "--json").document
    assert issued["sheets"] == scored.document["sheets"]
    assert (
        score_of(may("score", "2023-05", "--json"), "hotline", "茅店镇")["score"]
        != score_of(scored, "hotline", "茅店镇")["score"]
    )
    assert may("recompute", "2023-06").code == 0, "never published: only the digest is told"
    assert may("publish", "2023-05", "--json").document["earlier"][0]["digest"] == told["digest"]


def test_what_is_published_again_at_once_stands_already(may: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first = may("publish", "2023-05", "--document", "×办〔2023〕6号", "--json").document
    assert (first["position"], first["standing"]) == (23, False)
    later(monkeypatch)
    again = may("publish", "2023-05", "--document", "×办〔2023〕6号", "--json")
    assert (again.code, again.document) == (0, {**first, "standing": True})
    assert "#23 早已发布" in may("publish", "2023-05", "--document", "×办〔2023〕6号").out
    assert may("publish", "2023", "--accept", "running", "--json").document["position"] == 24, "another period"
    assert may("publish", "2023-05", "--document", "×办〔2023〕6号", "--json").document["position"] == 23, (
        "publications alone"
    )
    for position, other in enumerate((
        (), ("--provisional",), ("--reading", "half_day=half_blocks"), ("--as-of", "21"), ("--known-on", "2023-01-05"),
    ), 25):  # fmt: skip
        told = may("publish", "2023-05", *other, "--json").document
        assert (told["position"], told["standing"]) == (position, False), other
        assert may("publish", "2023-05", *other, "--json").document == {**told, "standing": True}
    assert may("void", "22", "--at", "2023-07-01T10:00", "--reason", "录错").code == 0
    assert may("publish", "2023-05", "--json").document["position"] == 31, "a fact came between"
    assert may("void", "31", "--at", "2023-07-01T10:00", "--reason", "发错").code == 0
    assert may("publish", "2023-05", "--json").document["position"] == 33, "it was taken back"
    assert may("recompute").code == may("verify").code == 0


PUBLISHING = """
import sys, time
from kaoping import now
from kaoping.commands import history
from kaoping.cli import main
from ledger.proof import checkpoints
def hold(*_):
    print("kept", flush=True)
    time.sleep(60)
if sys.argv[1] == "hold":
    checkpoints.add = hold
now.now_ms = lambda: 1688346000000
sys.argv = ["kaoping", "publish", "2023-05", "--json"]
print("ready", flush=True)
main()
"""


def publishing(folder: Path, how: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PUBLISHING, how]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, env=environment)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def killed_and_done_again(may: Run, child: "subprocess.Popen[str]") -> bool:
    """Whether it was kept before it was killed."""
    child.kill()
    child.communicate()
    told = may("publish", "2023-05", "--json")
    assert (told.code, told.document["position"], told.document["earlier"]) == (0, 23, [])
    assert may("verify", "--json").document["position"] == 23
    return bool(told.document["standing"])


def test_a_publication_killed_once_it_is_kept(may: Run, tmp_path: Path) -> None:
    child = publishing(tmp_path, "hold")
    assert child.stdout is not None
    assert child.stdout.readline() == "kept\n"
    assert killed_and_done_again(may, child)


@pytest.mark.parametrize("times", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_a_publication_killed_at_any_moment(may: Run, tmp_path: Path, times: int) -> None:
    files = ("kaoping.db", "kaoping.db.checkpoints")
    before = {name: (tmp_path / name).read_bytes() for name in files}
    lasts = 0.0
    for number in range(times):
        for path in tmp_path.glob("kaoping.db*"):
            path.unlink()
        for name, data in before.items():
            (tmp_path / name).write_bytes(data)
        child = publishing(tmp_path, "run")
        if not number:
            start = time.perf_counter()
            child.wait()
            lasts = time.perf_counter() - start
        time.sleep(lasts * number / times)
        assert killed_and_done_again(may, child) or number


def test_a_publication_is_made_only_of_something(may: Run) -> None:
    assert may("publish", "2020-05").code == 1
    assert may("publish", "2027-01").code == 1
    assert may("record", "publish", "period=2023-05").code == 1
    assert may("recompute", "2023-05", "--reissue").code == 2


# what moved


def test_a_late_fact_is_named(may: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    may("publish", "2023-05")
    later(monkeypatch)
    late = (
        LOG.splitlines()[0]
        + "\nGX-2,签收,茅店镇,2023-05-05 15:40:00,,,,,,\nGX-3,回访,,2023-05-20 09:00:00,,,,,不满意,是\n"
    )
    (tmp_path / "late.csv").write_text(late, "utf-8")
    assert may("import", "late.csv").code == 0
    document = may("diff", "2023-05", "now", "--json").document
    (moved,) = [one for one in moves(document, "区城管局") if one["measure"] == "satisfied"]
    assert (moved["before"], moved["after"], moved["points"], moved["ticket"]) == ("met", "breached", "-25.00", "GX-3")
    assert [(one["code"], one["how"], one["kind"]) for one in moved["reasons"]] == [("event", "added", "survey")]
    shown = may("diff", "2023-05", "now").out
    assert "GX-3" in shown
    assert "达标 → 逾期" in shown or "→" in shown


def test_a_unit_or_a_sheet_that_is_none_is_refused(may: Run) -> None:
    asked = ("diff", "now", "half_day=half_blocks", "--period", "2023-05", "--lang", "en")
    told = may(*asked, "--unit", "茅店鎮")
    assert (told.code, told.out) == (2, "")
    assert told.err == "neither version knows a unit 茅店鎮.\nTo fix: Perhaps 茅店镇?\n"
    assert "是不是 茅店镇？" in may(*asked[:-2], "--unit", "茅店").err
    told = may(*asked, "--sheet", "hotlin", "--json")
    assert (told.code, told.err) == (2, "there is no sheet hotlin; known: hotline posts\n")
    for unit in ("茅店镇", "区档案馆"):  # the second has no ticket, and is enrolled
        assert may(*asked, "--unit", unit, "--sheet", "posts").code == 0


def test_every_kind_of_version(may: Run) -> None:
    for one, other, reason in (
        ("as_of=12", "now", "facts"),
        ("now", "half_day=half_blocks", "reading"),
        ("now", "rulebook=yunshan-2025", "rulebook"),
        ("known_on=2022-01-05", "now", "calendar"),
    ):
        ran = may("diff", one, other, "--period", "2023-05", "--json")
        assert ran.code == 0, ran.err
        assert reason in [leg["reason"] for leg in ran.document["legs"]]
    assert may("diff", "now", "now", "--period", "2023-05").out.count("没有变化") == 1


def test_a_large_ledger_differs_as_a_small_one(may: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted from a mirror, and derived again of a few tickets alone, moves just what is derived whole."""
    pairs = [
        ("as_of=12", "now"),
        ("now", "as_of=12"),
        ("now", "half_day=half_blocks"),
        ("2023-05", "now"),
        ("known_on=2022-01-05", "now"),
        ("as_of=12", "half_day=half_blocks"),
        ("now", "half_day=half_blocks,whole_days=elapsed"),
    ]
    may("publish", "2023-05")

    def told() -> list[dict[str, Any]]:
        ran = [may("diff", *pair, "--period", "2023-05", "--json") for pair in pairs]
        assert [one.code for one in ran] == [0] * len(pairs), [one.err for one in ran]
        return [
            {name: value for name, value in one.document.items() if name not in ("before", "after", "legs")}
            for one in ran
        ]

    whole = told()
    assert sum(bool(moves(one, "茅店镇")) for one in whole) > 2
    monkeypatch.setattr(segments, "LEAST", 1)
    assert told() == whole


def test_a_large_ledger_supposes_as_a_small_one(may: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("audit", "GX-1", "--if", "closed=2023-05-05T17:30", "--json")
    whole = may(*asked).document["months"]
    assert any(moves(month, "茅店镇") for month in whole)
    monkeypatch.setattr(segments, "LEAST", 1)
    assert may(*asked).document["months"] == whole


@pytest.mark.parametrize(
    "arguments",
    [
        ("diff", "now", "now"), ("diff", "2023-05", "now"), ("diff", "#1", "now"), ("diff", "yesterday", "now"),
        ("diff", "as_of=", "now"), ("diff", "now", "colour=red", "--period", "2023-05"),
        ("diff", "now", "half_day=never", "--period", "2023-05"), ("score", "2023-05", "--known-on", "soon"),
        ("audit", "GX-1", "--if", "signed"), ("audit", "GX-1", "--unit", "茅店镇"), ("audit", "GX-1", "--round", "1"),
        ("audit", "GX-1", "--if", "colour=red"), ("audit", "GX-9", "--if", "closed=2023-05-05T10:00"),
        ("publish", "2023-Q2"), ("recompute", "2023-Q2"), ("readings", "2023-Q2"), ("report", "2023-Q2", "--out", "q2.docx"),
        ("diff", "now", "half_day=half_blocks", "--period", "2023-Q2"),
        ("prove",), ("verify", "--checkpoint", "12"), ("ruling", "99", "--granted", *RULED),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(may: Run, arguments: tuple[str, ...]) -> None:
    ran = may(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Traceback" not in ran.err


def test_a_notice_in_the_middle_of_a_holiday_flips_a_verdict(run: Run, tmp_path: Path) -> None:
    (tmp_path / "春节.csv").write_text(FESTIVAL, "utf-8")
    assert run("import", "春节.csv").code == 0
    document = run("diff", "known_on=2020-01-23", "known_on=2020-01-27", "--period", "2020-02", "--json").document
    (moved,) = [one for one in moves(document, "茅店镇") if one["measure"] == "closed"]
    assert (moved["before"], moved["after"], moved["points"]) == ("breached", "met", "25.00")
    days = {one["date"]: one["source"] for one in moved["reasons"]}
    assert sorted(days) == ["2020-01-31", "2020-02-01", "2020-02-02"]
    assert all("国办发明电〔2020〕1号" in source for source in days.values())
    shown = run("diff", "known_on=2020-01-23", "known_on=2020-01-27", "--period", "2020-02").out
    assert "国办发明电〔2020〕1号" in shown
    audited = run("audit", "CJ-1", "--known-on", "2020-01-23", "--json").document
    (closed,) = [one for one in audited["rounds"][0]["verdicts"] if one["measure"] == "closed"]
    assert (closed["due_at"], closed["state"]) == ("2020-02-01T17:30:00+08:00", "breached")


def test_a_deadline_past_the_last_notice_is_marked_until_one_comes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "年末.csv").write_text(
        FESTIVAL.splitlines()[0] + "\nNM-1,派单,茅店镇,2026-12-31 10:00:00,12345,主办,2,工作日,,\n"
        "NM-1,签收,茅店镇,2026-12-31 10:30:00,,,,,,\nNM-1,联系,茅店镇,2027-01-04 10:00:00,,,,,,\n"
        "NM-1,办结,茅店镇,2027-01-05 10:00:00,,,,,,\n",
        "utf-8",
    )
    monkeypatch.setattr(now, "now_ms", lambda: read_iso("2027-02-01T10:00:00+08:00"))
    assert run("import", "年末.csv").code == 0
    assert run("score", "2027-01").code == 1
    assert run("annual", "2027").code == 1
    scored = run("score", "2027-01", "--provisional", "--json").document
    assert scored["provisional_verdicts"] > 0
    audited = run("audit", "NM-1", "--json").document
    assert {one["measure"]: one["provisional"] for one in audited["rounds"][0]["verdicts"]}["closed"] is True
    folder = tmp_path / "日历"
    folder.mkdir()
    from kaoping.files.places import data_folder

    for path in sorted((data_folder() / "calendars").glob("*.toml")):
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (folder / "2027.toml").write_text(
        '[[notice]]\ndocument = "测试文号"\ntitle = "测试"\npublished = 2026-12-01\n'
        'source = "https://example.invalid"\ncovers_year = 2027\n'
        'days = [{ date = 2027-01-01, working = false, name = "元旦" }, { date = 2027-01-04, working = false, name = "元旦" }]\n',
        "utf-8",
    )
    document = run("diff", "now", f"calendar={folder}", "--period", "2027-01", "--json").document
    flipped = [one for one in moves(document, "茅店镇") if one["before"] != one["after"]]
    assert flipped
    assert any("测试文号" in reason["source"] for one in flipped for reason in one["reasons"] if "source" in reason)
    assert run("score", "2027-01", "--calendar", str(folder)).code == 0


# had it been otherwise


def test_a_supposition_is_worth_what_a_ledger_with_it_says(may: Run, tmp_path: Path) -> None:
    document = may(
        "audit", "GX-1", "--if", "closed=2023-05-05T17:30", "--if", "contacted=2023-05-04T17:30", "--json"
    ).document
    month = next(one for one in document["months"] if one["period"] == "2023-05")
    changed = LOG.replace("2023-05-04 17:31:00", "2023-05-04 17:30:00").replace(
        "2023-05-05 17:30:01", "2023-05-05 17:30:00"
    )
    (tmp_path / "changed.csv").write_text(changed, "utf-8")
    may("import", "changed.csv", "单位.jsonl", "表扬.jsonl", "--ledger", "other.db")
    other = may("score", "2023-05", "--ledger", "other.db", "--json")
    (line,) = [
        one
        for sheet in month["sheets"]
        if sheet["sheet"] == "hotline"
        for one in sheet["units"]
        if one["unit"] == "茅店镇"
    ]
    assert line["after"] == score_of(other, "hotline", "茅店镇")["score"]
    assert line["before"] == score_of(may("score", "2023-05", "--json"), "hotline", "茅店镇")["score"]
    assert Fraction(line["change"]) > 0
    assert "假设" in may("audit", "GX-1", "--if", "closed=2023-05-05T17:30").out


def test_without_a_fact(may: Run) -> None:
    (month,) = may("audit", "GX-2", "--without", "survey", "--json").document["months"]
    assert [one["after"] for one in moves(month, "茅店镇") if one["measure"] == "satisfied"] == ["absent"]
    (rated,) = may("audit", "GX-2", "--if", "satisfied=满意", "--json").document["months"]
    assert [one["after"] for one in moves(rated, "茅店镇") if one["measure"] == "satisfied"] == ["met"]
    assert may("audit", "GX-1", "--without", "redo").code == 1
    unknown = may("audit", "GX-2", "--if", "satisfied=好极了")
    assert unknown.code == 1
    assert "非常满意" in unknown.err, "what is known is told"
    assert may("audit", "GX-1", "--without", "sign", "--if", "signed=2023-05-04T17:00").code == 1
    assert may("audit", "GX-1", "--if", "signed=2023-04-01T10:00").code == 1


# other rules


def test_other_readings(may: Run) -> None:
    document = may("readings", "2023-05", "--json").document
    options = {(one["reading"], one["option"]) for one in document["readings"]}
    assert ("half_day", "half_blocks") in options
    assert ("half_day", "elapsed") not in options
    for one in document["readings"]:
        if one["units"]:
            other = may("score", "2023-05", "--reading", f"{one['reading']}={one['option']}", "--json")
            for unit in one["units"]:
                assert score_of(other, unit["sheet"], unit["unit"])["score"] == unit["after"]
            break
    assert may("readings", "2023-05").code == 0


def test_a_draft_rulebook_on_past_months(may: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kaoping.files.places import data_folder

    later(monkeypatch)
    text = (data_folder() / "rulebooks" / "ganxian-2023.toml").read_text("utf-8")
    (tmp_path / "draft.toml").write_text(
        text.replace('id = "ganxian-2023"', 'id = "draft"').replace("at_least = 100\n", "at_least = 40\n"), "utf-8"
    )
    told = may("whatif", "2023", "--rulebook", "draft.toml", "--json").document
    assert [one["month"] for one in told["months"]] == ["2023-04", "2023-05"]
    assert any(line["change"] not in (None, "0.00") for line in told["months"][1]["units"])
    for line in told["months"][1]["units"]:
        other = may("score", "2023-05", "--rulebook", "draft.toml", "--json")
        assert score_of(other, line["sheet"], line["unit"])["score"] == line["after"]
    assert may("whatif", "2023-05", "--rulebook", "draft.toml").code == 0
    assert may("whatif", "2021", "--rulebook", "draft.toml").code == 2


# appeals


def test_an_appeal_from_contest_to_restated_score(may: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = score_of(may("score", "2023-05", "--json"), "hotline", "茅店镇")["score"]
    may("publish", "2023-05")
    later(monkeypatch)
    told = may(
        "appeal",
        "GX-1",
        "--unit",
        "茅店镇",
        "--item",
        "closing",
        "--at",
        "2023-06-05T10:00",
        "--reason",
        "平台故障",
        "--json",
    ).document
    place, worth = str(told["recorded"]["position"]), told["worth"][0]
    assert Fraction(worth["points"]) > 0
    assert score_of(may("score", "2023-05", "--json"), "hotline", "茅店镇")["score"] == before == worth["without"]
    rule = ("--at", "2023-06-10T10:00", "--reason", "查无实据", "--document", "×办〔2023〕8号")
    assert may("ruling", place, "--refused", *rule).code == 0
    assert may("ruling", place, "--granted", *rule).code == 1, "not dated after the one that holds"
    assert score_of(may("score", "2023-05", "--json"), "hotline", "茅店镇")["score"] == before
    again = ("--at", "2023-06-12T10:00", "--reason", "平台日志证实", "--document", "×办〔2023〕9号")
    assert may("ruling", place, "--granted", *again).code == 0
    assert score_of(may("score", "2023-05", "--json"), "hotline", "茅店镇")["score"] == worth["with"]
    listed = may("appeals", "2023-05", "--json").document
    assert [(one["state"], one["worth"][0]["points"]) for one in listed["appeals"]] == [("granted", worth["points"])]
    (line,) = [one for one in listed["restated"] if one["sheet"] == "hotline"]
    assert (line["published"], line["restated"]) == (before, worth["with"])
    assert "平台日志证实" in may("appeals").out
    back = ("--at", "2023-06-20T10:00", "--reason", "复核后不成立", "--document", "×办〔2023〕11号")
    assert may("ruling", place, "--refused", *back).code == 0
    assert score_of(may("score", "2023-05", "--json"), "hotline", "茅店镇")["score"] == before
    assert may("audit", "GX-1").code == 0
    assert may("recompute", "2023-05", "--json").document["identical"] is True


def test_an_appeal_of_a_day_is_refused_by_its_day(may: Run) -> None:
    appeal = ("appeal", "GX-1", "--unit", "茅店镇", "--item", "closing", "--reason", "故障", "--at")
    assert "申诉的日期 2023-06-09 还没到" in may(*appeal, "2023-06-09").err
    early = may(*appeal, "2023-04-27").err
    assert "2023-04-27" in early
    assert "23:59" not in early
    assert "2023-04-27T09:30" in may(*appeal, "2023-04-27T09:30").err, "a time that was said is told"


def test_an_appeal_that_makes_no_sense(may: Run) -> None:
    rest = ("--at", "2023-06-05T10:00", "--reason", "平台故障")
    for ticket, unit, item in (
        ("GX-9", "茅店镇", "closing"),
        ("GX-1", "区城管局", "closing"),
        ("GX-1", "茅店镇", "colour"),
    ):
        assert may("appeal", ticket, "--unit", unit, "--item", item, *rest).code == 1
    assert may("appeals").out.strip() == "没有申诉。"


# proof


def check(path: Path, *more: str) -> tuple[int, str]:
    script = Path(__file__).parents[2] / "docs" / "check_proof.py"
    ran = subprocess.run([sys.executable, str(script), str(path), *more], capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def test_a_ticket_is_proved_without_the_ledger(may: Run, tmp_path: Path) -> None:
    assert may("prove", "GX-1").code == 0
    path = tmp_path / "GX-1.proof.json"
    checkpoint = may("verify", "--json").document["checkpoint"]
    for name in ("kaoping.db", "kaoping.db.checkpoints"):
        (tmp_path / name).unlink()
    told = may("check-proof", "GX-1.proof.json", "--checkpoint", checkpoint, "--json").document
    assert (told["holds"], told["ticket"], told["checkpoint"]) == (True, "GX-1", checkpoint)
    assert check(path, checkpoint)[0] == 0
    bundle = json.loads(path.read_text("utf-8"))
    assert bundle["clauses"]
    assert len(bundle["events"]) == 5
    assert may("check-proof", "GX-1.proof.json", "--checkpoint", "3:" + "0" * 64).code == 1
    assert check(path, "3:" + "0" * 64)[0] == 1
    for change in changes(bundle):
        path.write_text(json.dumps(change, ensure_ascii=False), "utf-8")
        assert may("check-proof", "GX-1.proof.json").code == 1
        assert check(path)[0] == 1


def changes(bundle: Any) -> list[Any]:
    """What somebody could write into a bundle."""
    found = []

    def changed() -> Any:
        found.append(json.loads(json.dumps(bundle)))
        return found[-1]

    changed()["events"][0]["fact"] = bundle["events"][0]["fact"].replace("茅店镇", "江口镇")
    changed()["events"][1]["row"] = 99
    changed()["events"][2]["position"] += 1
    changed()["events"][0]["path"].pop()
    changed()["events"][0]["path"].append("00" * 32)
    changed()["checkpoint"]["root"] = "00" * 32
    changed()["events"].pop()
    changed()["ticket"] = "GX-2"
    changed()["trace"]["rounds"][0]["verdicts"][0]["evidence"].append(19)
    changed()["trace"]["events"][0]["kind"] = "sign"
    return found


def values(value: Any, *way: str | int) -> Iterator[tuple[str | int, ...]]:
    """The way to each single value, and to each list and object that holds some."""
    if way and value not in ([], {}):
        yield way
    if isinstance(value, dict | list):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from values(part, *way, name)


def altered(bundle: Any, way: tuple[str | int, ...], rng: random.Random) -> Any:
    """The bundle with what stands at the end of the way otherwise, or taken out."""
    found = json.loads(json.dumps(bundle))
    *above, last = way
    holder = found
    for name in above:
        holder = holder[name]
    value = holder[last]
    if isinstance(value, dict | list) or rng.random() < 0.2:
        del holder[last]
    elif value is None or isinstance(value, bool):
        holder[last] = not value
    elif isinstance(value, int):
        holder[last] = value + rng.choice((-1, 1, 12))
    elif re.fullmatch(r"\d{4}-\d\d-\d\dT.*", value):
        holder[last] = value.replace("T1", "T0") if "T1" in value else value.replace("T0", "T1")
    else:
        other = {"met": "breached", "breached": "met", "pending": "met", "exempt": "met", "lead": "assist"}
        holder[last] = other.get(value) or rng.choice((value + "1", value[:-1], "茅店" + value))
    return found


@pytest.fixture
def bundles(may: Run, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Proofs of tickets with breaches, a finding, a void and an exemption, in a month that was published."""
    later(monkeypatch)
    may("void", "3", "--at", "2023-07-01T10:00", "--reason", "录错")
    may("exempt", "GX-2", "--unit", "茅店镇", "--item", "satisfaction", *RULED)
    may(
        "record",
        "finding",
        "--unit",
        "茅店镇",
        "--ticket",
        "GX-1",
        "--item",
        "supervised",
        "--mode",
        "leader",
        *RULED[:2],
    )
    assert may("publish", "2023-05", "--document", "文").code == 0
    return [may("prove", ticket, "--json").document for ticket in ("GX-1", "GX-2")]


@pytest.mark.parametrize("count", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_every_value_of_a_trace_is_held_against_the_facts(bundles: list[Any], count: int) -> None:
    rng = random.Random(count)
    for bundle in bundles:
        assert check_proof(bundle).rules is not None
        ways = [way for part in ("trace", "clauses", "voids") for way in values(bundle[part], part) if len(way) > 1]
        assert len(ways) > 300
        for way in rng.sample(ways, count):
            try:
                check_proof(altered(bundle, way, rng))
            except NotProved:
                continue
            assert {*way} & {*ONLY_TOLD}, f"{way} was changed, and nobody says so"


def test_points_are_proved_as_they_were_published(bundles: list[Any], may: Run, tmp_path: Path) -> None:
    bundle = bundles[0]
    published = {(one["unit"], one["item"]): one["score"] for one in check_proof(bundle).published}
    sheet = may("score", "2023-05", "--json").document["sheets"][0]["units"]
    (mine,) = [unit for unit in sheet if unit["unit"] == "茅店镇"]
    scores = {one["item"]: one["score"] for one in mine["items"]}
    assert published
    assert all(scores[item] == score for (unit, item), score in published.items() if unit == "茅店镇")
    text = bundle["publications"][0]["text"]
    forged = {**bundle["publications"][0], "text": text.replace('"score":"', '"score":"1', 1)}
    (tmp_path / "forged.json").write_text(json.dumps({**bundle, "publications": [forged]}), "utf-8")
    assert may("check-proof", "forged.json").code == 1
    assert check(tmp_path / "forged.json")[0] == 1
    (tmp_path / "sound.json").write_text(json.dumps(bundle), "utf-8")
    assert check(tmp_path / "sound.json")[0] == 0
    assert "published" in check(tmp_path / "sound.json")[1]
    told = may("check-proof", "sound.json", "--lang", "en").out
    assert "Its verdicts, and where they count, follow" in told
    assert "Published (#" in told
    assert "Only told: what each verdict cost" in told


def test_rules_that_are_nowhere_are_said_to_be_missing(bundles: list[Any], may: Run, tmp_path: Path) -> None:
    book = (data_folder() / "rulebooks" / "ganxian-2023.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(f"# 本单位\n{book}", "utf-8")
    bundle = may("prove", "GX-1", "--rulebook", "own.toml", "--json").document
    rules = check_proof(bundle).rules
    assert rules is not None
    assert not rules.installed
    carried = bundle.pop("rules")
    bundle["trace"]["rounds"][0]["verdicts"][0]["state"] = "exempt"
    assert check_proof(bundle).rules is None
    (tmp_path / "bare.json").write_text(json.dumps(bundle), "utf-8")
    assert "Not checked" in may("check-proof", "bare.json", "--lang", "en").out
    with pytest.raises(NotProved):
        check_proof({**bundle, "rules": carried})


def test_a_ledger_that_only_grew(may: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = may("verify", "--json").document["checkpoint"]
    later(monkeypatch)
    may("void", "22", "--at", "2023-07-01T10:00", "--reason", "录错")
    assert may("prove", "--since", first, "--output", "growth.json").code == 0
    assert may("check-proof", "growth.json").code == 0
    assert check(tmp_path / "growth.json")[0] == 0
    assert may("verify", "--checkpoint", first).code == 0
    size, root = first.split(":")
    assert may("verify", "--checkpoint", f"{size}:{root[::-1]}").code == 3
    assert may("verify", "--checkpoint", f"999:{root}").code == 3
    assert may("prove", "--since", f"{size}:{root[::-1]}").code == 3
    bundle = json.loads((tmp_path / "growth.json").read_text("utf-8"))
    bundle["path"][0] = "11" * 32
    (tmp_path / "growth.json").write_text(json.dumps(bundle), "utf-8")
    assert may("check-proof", "growth.json").code == 1
    assert check(tmp_path / "growth.json")[0] == 1


def test_verify_says_how_far_it_is_attested(may: Run, tmp_path: Path) -> None:
    (tmp_path / "kaoping.db.checkpoints").unlink()
    ran = may("verify", "--json")
    assert (ran.code, ran.document["attested_to"]) == (0, 0)
    assert "注意" in may("verify").out
    with Ledger(tmp_path / "kaoping.db") as ledger:
        assert ledger.head().position == ran.document["position"]


# as of

READING = [
    ("metrics", "2023-05", "--json"),
    ("score", "2023-05", "--json"),
    ("score", "2023-05"),
    ("why", "茅店镇", "2023-05", "--json"),
    ("annual", "2023", "--json"),
    ("audit", "GX-1", "--json"),
    ("audit", "GX-2"),
    ("audit", "GX-2", "--if", "satisfied=满意", "--json"),
    ("readings", "2023-05", "--json"),
    ("whatif", "2023-05", "--rulebook", "yunshan-2025", "--json"),
    ("appeals", "--json"),
    ("recompute", "2023-05", "--json"),
    ("prove", "GX-1", "--json"),
    ("export",),
]


@pytest.mark.parametrize("command", READING, ids=" ".join)
@pytest.mark.parametrize("moment", [pytest.param("22", marks=pytest.mark.slow), "2023-06-06T12:00"])
def test_every_reading_command_knows_what_was_known_then(
    may: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...], moment: str
) -> None:
    """A ledger that learned more answers for that moment like one that never did, to the byte."""
    before = may(*command, "--as-of", moment)
    assert before.code == 0, before.err
    later(monkeypatch)
    late = (
        LOG.splitlines()[0]
        + "\nGX-2,签收,茅店镇,2023-05-05 15:40:00,,,,,,\nGX-1,回访,,2023-05-20 09:00:00,,,,,不满意,是\n"
    )
    (tmp_path / "late.csv").write_text(late, "utf-8")
    for more in (
        ("import", "late.csv"),
        ("void", "7", "--at", "2023-07-01T10:00", "--reason", "录错"),
        (
            "exempt",
            "GX-1",
            "--item",
            "closing",
            "--unit",
            "茅店镇",
            "--at",
            "2023-05-20T10:00",
            "--reason",
            "系统故障",
            "--document",
            "×号",
        ),
        (
            "appeal",
            "GX-1",
            "--item",
            "response",
            "--unit",
            "茅店镇",
            "--at",
            "2023-05-20T10:00",
            "--reason",
            "平台故障",
        ),
        ("publish", "2023-05"),
    ):
        assert may(*more).code == 0
    after = may(*command, "--as-of", moment)
    assert (after.code, after.out) == (0, before.out)
    now = may(*command)
    assert command[0] in ("whatif", "annual") or now.out != before.out


def test_a_unit_that_had_no_ticket_is_told_its_tickets(
    may: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    may("publish", "2023-05")
    later(monkeypatch)
    late = LOG.splitlines()[0] + "\nGX-8,派单,区档案馆,2023-05-10 09:00:00,12345,主办,2,工作日,,\n"
    (tmp_path / "late.csv").write_text(late, "utf-8")
    may("import", "late.csv")
    document = may("diff", "2023-05", "now", "--unit", "区档案馆", "--json").document
    (line,) = document["sheets"][0]["units"]
    assert line["total"][0]["code"] == "basis"
    assert {(one["ticket"], one["measure"]) for one in line["total"][1:]} >= {("GX-8", "signed"), ("GX-8", "volume")}
    assert line["total"][0]["points"] == line["change"]


def test_the_script_stands_alone() -> None:
    text = (Path(__file__).parents[2] / "docs" / "check_proof.py").read_text("utf-8")
    assert len(text.splitlines()) < 100
    imported = [line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert {*imported} <= sys.stdlib_module_names
