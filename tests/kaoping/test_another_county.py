"""A third county's rules, written from docs/rulebooks.md alone: read, told and scored without a line of code."""

from collections.abc import Mapping
from pathlib import Path

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
TEXT = (FIXTURES / "linhe-2025.toml").read_text("utf-8")


def judging(taken: Mapping[str, str]) -> Judging:
    book = read_rulebook(TEXT, "linhe-2025.toml", dict(taken))
    return Judging(book, clock_of(calendar(), book.practice()), as_of=10**14)


def test_its_rules_are_short() -> None:
    assert len(TEXT.splitlines()) < 150


def test_its_cases_come_out() -> None:
    cases = read_cases((FIXTURES / "linhe-2025-cases.toml").read_text("utf-8"), "linhe-2025-cases.toml")
    outcomes = list(try_cases(judging, cases))
    assert [(one.case.title, one.got, one.grade) for one in outcomes if not one.holds] == []
    assert {case.item or case.grade for case in cases} >= {"signing", "quality", "redo", "优秀", "不合格", "先进"}


def test_its_rules_are_told_whole() -> None:
    blocks = rules_page(Language("zh"), judging({}).book).blocks
    told = [one.text if isinstance(one, Heading) else str(one) for one in blocks]
    assert [line for line in told if line != line.rstrip()] == []
    page = "\n".join(told)
    for words in (
        "2025-01-01 - 2025-12-31", "容错：首 1 件（次）不扣", "容错：2% 以内不扣", "按期办结 70、诉求满意 30",
        "时限 1 个工作日  (2025-01-01 - 2025-06-30)",
        "时限 0.5 个工作日  (2025-07-01 - 2025-12-31)  7 月补充通知: 7 月 1 日起为半个工作日。",
        "等次 优秀  不低于 95 分，前 50%", "没有工单的单列", "等次 先进  前 1 名",
    ):  # fmt: skip
        assert words in page, words
