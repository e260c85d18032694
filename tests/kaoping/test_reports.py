"""Every report as a person reads it, in both languages, from one small story: published, contested, ruled on, published again."""

import pytest

from kaoping import now
from tests.conftest import Golden
from tests.kaoping.test_cli import FIRST, Run, may, run

__all__ = ["may", "run"]
DAY = 86_400_000
RULED = ("--at", "2023-06-12T10:00", "--reason", "平台日志证实", "--document", "×热线办〔2023〕9号")
REPORTS: dict[str, tuple[str, ...]] = {
    "why": ("why", "茅店镇", "2023-05"),
    "annual": ("annual", "2023"),
    "rules": ("rules",),
    "rules-of-another-city": ("rules", "--rulebook", "yunshan-2025"),
    "cases": ("rules", "--check"),
    "recomputed": ("recompute",),
    "diff": ("diff", "2023-05", "now"),
    "diff-of-readings": ("diff", "now", "whole_days=elapsed", "--period", "2023-05"),
    "diff-of-a-year": ("diff", "now", "whole_days=elapsed", "--period", "2023"),
    "appeals": ("appeals", "2023-05"),
    "readings": ("readings", "2023-05"),
    "whatif": ("whatif", "2023-05", "--rulebook", "yunshan-2025"),
    "supposed": ("audit", "GX-2", "--if", "satisfied=满意"),
    "verify": ("verify",),
}


@pytest.fixture
def told(may: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The month published, an appeal granted."""
    monkeypatch.setattr(now, "now_ms", lambda: FIRST + 2 * DAY)
    may("publish", "2023-05", "--document", "×热线办〔2023〕6号")
    appealed = may(
        "appeal",
        "GX-1",
        "--unit",
        "茅店镇",
        "--item",
        "signing",
        "--at",
        "2023-06-07T10:00",
        "--reason",
        "平台故障",
        "--json",
    )
    may("ruling", str(appealed.document["recorded"]["position"]), "--granted", *RULED)
    return may


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_as_it_was(told: Run, golden: Golden, name: str, lang: str) -> None:
    ran = told(*REPORTS[name], "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    golden(f"report-{name}.{lang}.txt", ran.out)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_published_and_contested_is_told(may: Run, golden: Golden, lang: str) -> None:
    golden(f"report-published.{lang}.txt", may("publish", "2023-05", "--lang", lang).out)
    contested = ("--unit", "茅店镇", "--item", "signing", "--at", "2023-06-05T10:00", "--reason", "平台故障")
    golden(f"report-appeal.{lang}.txt", may("appeal", "GX-1", *contested, "--lang", lang).out)


def test_a_line_tells_the_clause_of_its_own_part(told: Run) -> None:
    """奖惩情况 has five parts and one name: a praise is told by the words on praise, not by those of another part."""
    (sheet,) = (
        one for one in told("why", "茅店镇", "2023-05", "--json").document["sheets"] if one["sheet"] == "hotline"
    )
    (praise,) = (line for line in sheet["lines"] if line["item"] == "conduct")
    assert praise["clause"] == "承办单位受到群众表扬的，1次加1分"
