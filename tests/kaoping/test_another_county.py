"""Other counties' rules, written from docs/rulebooks.md alone: read, told and scored without a line of code."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from kaoping.files.cases import read_cases
from kaoping.files.rulebooks import read_rulebook
from kaoping.language.language import Language
from kaoping.reports.page import Heading
from kaoping.reports.rules import rules_page
from metrics.derive import clock_of
from scoring.scores.cases import try_cases
from scoring.scores.sheets import Judging
from tests.logs import calendar

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
        "二次延期，每件（次）扣 1 分，容错：办件量的 2% 以内不扣", "按期办结应考不足 5 件的整项不考", "不足 5 件的不考", "praise [praise]，每件（次）加 2 分",
        "通报批评 [criticism] -∞  扣分不设下限，只受总分下限约束", "总分 不限 至 106 分", "按时签收  时限 0.5 个工作日  (没有写，按常用时限)",
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
