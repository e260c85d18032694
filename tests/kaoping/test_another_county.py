"""Other counties' rules, written from docs/rulebooks.md alone: read, told and scored without a line of code."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from calendars.instants import read_iso
from kaoping import now
from kaoping.files.cases import read_cases
from kaoping.files.rulebooks import read_rulebook
from kaoping.language.language import Language
from kaoping.reports.page import Heading
from kaoping.reports.rules import rules_page
from metrics.derive import clock_of
from scoring.scores.cases import try_cases
from scoring.scores.sheets import Judging
from tests.kaoping.test_cli import Run, run
from tests.logs import calendar

__all__ = ["run"]

FIXTURES = Path(__file__).parents[1] / "fixtures"
COUNTIES = ("linhe-2025", "linchuan-2026")
TRIED = {
    "linhe-2025": {"signing", "quality", "redo", "优秀", "不合格", "先进"},
    "linchuan-2026": {"signing", "response", "closing", "redoing", "extension", "criticism", "satisfaction"},
}


TOLD = {
    "linhe-2025": (
        "2025-01-01 - 2025-12-31", "容错：首 1 件（次）不扣", "容错：办件量的 2% 以内不扣", "按期办结 70、诉求满意 30",
        "时限 1 个工作日  (2025-01-01 - 2025-06-30)",
        "时限 0.5 个工作日  (2025-07-01 - 2025-12-31)  7 月补充通知: 7 月 1 日起为半个工作日。",
        "等次 优秀  不低于 95 分，前 50%", "没有工单的单列", "等次 先进  前 1 名",
    ),
    "linchuan-2026": (
        "二次延期，每件（次）扣 1 分，容错：办件量的 2% 以内不扣", "按期办结应考不足 5 件的整项不考", "不足 5 件的不考",
        "praise [praise]，每件（次）加 2 分", "通报批评 [criticism] -∞  扣分不设下限，只受总分下限约束", "总分 不限 至 106 分",
        "按时签收  时限 0.5 个工作日  (没有写，按常用时限)",
        "表扬 [praise] +6", "没有工单的不上表、不排名",
    ),
}  # fmt: skip


def text_of(name: str) -> str:
    return (FIXTURES / f"{name}.toml").read_text("utf-8")


def judging(name: str, taken: Mapping[str, str]) -> Judging:
    book = read_rulebook(text_of(name), f"{name}.toml", dict(taken))
    return Judging(book, clock_of(calendar(), book.practice()), as_of=10**14)


@pytest.mark.parametrize("name", COUNTIES)
def test_its_rules_are_short(name: str) -> None:
    assert len(text_of(name).splitlines()) < 150
    assert "虚构" in text_of(name).splitlines()[0]


@pytest.mark.parametrize("name", COUNTIES)
def test_its_cases_come_out(name: str) -> None:
    cases = read_cases(text_of(f"{name}-cases"), f"{name}-cases.toml")
    outcomes = list(try_cases(partial(judging, name), cases))
    assert [(one.case.title, one.got, one.grade) for one in outcomes if not one.holds] == []
    assert {case.item or case.grade for case in cases} >= TRIED[name]


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, several in TOLD.items() for words in several])
def test_its_rules_are_told_whole(name: str, words: str) -> None:
    blocks = rules_page(Language("zh"), judging(name, {}).book).blocks
    told = [one.text if isinstance(one, Heading) else str(one) for one in blocks]
    assert [line for line in told if line != line.rstrip()] == []
    assert words in "\n".join(told)


RATED = ("survey", {"rating": "不满意"})
FEW_AND_IDLE: list[dict[str, Any]] = [
    {"kind": "enrol", "unit": "甲镇", "group": "乡镇"},
    {"kind": "enrol", "unit": "戊镇", "group": "乡镇"},
    {"kind": "finding", "unit": "戊镇", "item": "criticism", "document": "文号"},
    *({"kind": kind, "unit": "甲镇", "ticket": f"L{number}", **more}
      for number in range(4)
      for kind, more in (("dispatch", {"channel": "热线", "limit_days": 1}), ("sign", {}), ("contact", {}), RATED)),
]  # fmt: skip


@pytest.fixture
def march(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command by the second county's rules, where in March 2026 a unit has four tickets, all late and nobody satisfied, and
    another none, but a finding."""
    facts = [
        {**one, "at": f"2026-03-0{2 + (one['kind'] == 'survey')}T09:0{n % 10}:00+08:00"}
        for n, one in enumerate(FEW_AND_IDLE)
    ]
    (tmp_path / "三月.jsonl").write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in facts), "utf-8")
    monkeypatch.setattr(now, "now_ms", lambda: read_iso("2026-04-10T10:00:00+08:00"))
    assert run("import", "三月.jsonl", "--rulebook", str(FIXTURES / "linchuan-2026.toml")).code == 0
    return lambda *arguments: run(*arguments, "--rulebook", str(FIXTURES / "linchuan-2026.toml"))


def test_what_rests_on_few_is_marked_and_told_wherever_the_points_are(march: Run) -> None:
    ran = march("score", "2026-03", "--sheet", "hotline", "--untold", "breach", "--lang", "en")
    assert "40.00▲" in ran.out
    assert "▲ rates of too few tickets, not judged: 1 (甲镇 办结)" in ran.out
    assert (
        "1 rates are not judged, as they rest on fewer than the rulebook asks for: 甲镇 办结（按期办结） (4)" in ran.out
    )
    assert (
        "办结 rests on few: 4 to close, 4 late"
        in march("why", "甲镇", "2026-03", "--untold", "breach", "--lang", "en").out
    )
    few = march("score", "2026-03", "--sheet", "hotline", "--untold", "breach", "--json").document["ground"]["few"]
    closing = [one for one in few if one["item"] == "closing"]
    assert [(one["measure"], one["count"], one["least"], one["judged"]) for one in closing] == [("closed", 4, 5, False)]


def test_a_finding_on_a_unit_without_tickets_is_told(march: Run) -> None:
    ran = march("score", "2026-03", "--sheet", "hotline", "--untold", "breach", "--lang", "en")
    assert "Note: 1 findings on units that are not on the sheet" in ran.out
    assert "戊镇 #3" in ran.out
    document = march("score", "2026-03", "--untold", "breach", "--json").document
    assert document["idle_findings"] == [
        {"sheet": "hotline", "unit": "戊镇", "finding": "criticism", "position": 3, "why": "absent"}
    ]
