"""Whether a period may be scored is answered in one place: for every command that scores, and by what an item could judge."""

from pathlib import Path

import pytest

from calendars.instants import read_iso
from kaoping import now
from tests.kaoping.test_cli import Run, run
from tests.kaoping.test_ground import item_of, rows_of, write

__all__ = ["run"]

SURVEYS = ["回访时间", "最终满意度"]
POSTS = "网络问政"


def test_a_return_is_no_rating(run: Run, tmp_path: Path) -> None:
    """A round that went back is none that satisfaction could judge: without a column of surveys it does not let the others pass."""
    rows = rows_of()
    rows[9]["退回时间"] = "2023-05-12 10:00:00"
    run("import", write(tmp_path / "一.csv", rows, drop=SURVEYS))
    refused = run("score", "2023-05")
    assert refused.code == 1
    assert "诉求满意率：9 件中有 9 件不知道回访" in refused.err


def test_one_survey_does_not_stand_for_all(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "一.csv", rows_of(9), drop=SURVEYS))
    rows = [{**row, "工单编号": f"GY-{number}"} for number, row in enumerate(rows_of(2))]
    run("import", write(tmp_path / "二.csv", rows))
    refused = run("score", "2023-05")
    assert "诉求满意率：11 件中有 9 件不知道回访" in refused.err


def test_what_is_no_breach_where_it_is_not_done_is_marked(run: Run, tmp_path: Path) -> None:
    """Who was not asked has no rating, what was not sent back is no redo: in full, and the reader is told."""
    run("import", write(tmp_path / "一.csv", rows_of(), drop=[*SURVEYS, "重办时间"]))
    told = run("score", "2023-05", "--untold", "breach", "--json")
    assert [item_of(told, item)["score"] for item in ("satisfaction", "redo")] == ["25.00", "10.00"]
    assert told.document["ground"]["untold"] == {"redo": 10, "survey": 10}
    printed = run("score", "2023-05", "--untold", "breach").out
    assert "注意：有 2 项来源没有告知，视为没有发生，因而没有扣分：茅店镇 诉求满意率、茅店镇 退回重办率" in printed
    assert printed.count("†") == 2


def test_a_rate_of_the_rated_is_marked_where_most_were_not_asked(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "一.csv", rows_of(9), drop=SURVEYS))
    rows = [{**row, "工单编号": f"GY-{number}"} for number, row in enumerate(rows_of(3))]
    rows[0]["最终满意度"] = "不满意"
    run("import", write(tmp_path / "二.csv", rows))
    told = run("score", "2023-05", "--untold", "breach", "--json")
    assert (item_of(told, "satisfaction")["rate"], item_of(told, "satisfaction")["score"]) == ("50.00", "0.00")
    assert "†" in run("score", "2023-05", "--untold", "breach").out


@pytest.fixture
def year(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A year with one month of which no source tells who signed."""
    monkeypatch.setattr(now, "now_ms", lambda: read_iso("2024-02-05T10:00:00+08:00"))
    run("record", "enrol", "unit=茅店镇", "group=乡镇", "at=2023-01-01")
    run("import", write(tmp_path / "五月.csv", rows_of(), drop=["签收时间"]))
    return run


SCORING = (
    ("publish", "2023"), ("report", "2023", "--out", "纸"), ("recompute", "2023-05"), ("readings", "2023-05"),
    ("whatif", "2023-05", "--rulebook", "ganxian-2023"),
)  # fmt: skip
MORE = (
    ("score", "2023-05"), ("why", "茅店镇", "2023-05"), ("annual", "2023"), ("publish", "2023-05"), ("report", "2023-05", "--out", "纸"),
    ("recompute", "2023"), ("whatif", "2023", "--rulebook", "ganxian-2023"),
    ("diff", "now", "half_day=half_blocks", "--period", "2023-05"), ("audit", "GX-5-9", "--if", "closed=2023-05-09T10:00"),
)  # fmt: skip


@pytest.mark.parametrize("commands", [SCORING, pytest.param(MORE, marks=pytest.mark.slow)], ids=["some", "more"])
def test_every_command_that_scores_refuses_alike(
    year: Run, tmp_path: Path, commands: tuple[tuple[str, ...], ...]
) -> None:
    for words in commands:
        refused = year(*words)
        assert (refused.code, refused.out) == (1, ""), words
        assert "工单签收率：10 件中有 10 件不知道签收：五月.csv 没有“签收时间”一列" in refused.err, words
    assert not (tmp_path / "纸").exists()


def test_every_command_that_scores_says_how_it_was_accepted(year: Run) -> None:
    for words in (
        ("annual", "2023"), ("recompute", "2023-05"), ("audit", "GX-5-9", "--brief"),
    ):  # fmt: skip
        told = year(*words, "--untold", "full", "--json").document["ground"]
        assert (told["untold"], told["answer"]) == ({"sign": 10}, "full"), words
        assert "来源没有告知的工单（件）：签收 10；按要求给满分" in year(*words, "--untold", "full").out, words
    year("publish", "2023", "--untold", "full", "--accept", "invalid")
    made = year("recompute", "--json").document["publications"]
    assert [(one["untold"], one["identical"]) for one in made] == [("full", True)]


def test_what_only_explains_is_marked(year: Run) -> None:
    fields = ("GX-5-9", "--unit", "茅店镇", "--item", "closing", "--at", "2023-06-01", "--reason", "系统故障")
    for words in (("audit", "GX-5-9", "--brief"), ("appeal", *fields), ("appeals", "2023-05")):
        told = year(*words)
        assert told.code == 0
        said = "2023-05 工单签收率：10 件中有 10 件来源没有告知（签收 10），这样不能计分；怎么算，用 --untold 说明"
        assert said in told.out, words
    (wanting,) = year("appeals", "2023-05", "--json").document["ground"]["wanting"]
    assert (wanting["item"], wanting["kinds"], wanting["rounds"]) == ("signing", {"sign": 10}, 10)


def test_a_publication_of_a_year_keeps_what_was_untold_of_its_months(year: Run) -> None:
    made = year("publish", "2023", "--untold", "full", "--json").document
    assert made["ground"]["untold"] == {"sign": 10}
    assert made["ground"]["answer"] == "full"


def test_the_two_answers_are_two_rulebooks(year: Run) -> None:
    plain = year("rules", "--json").document["digest"]
    stamps = [
        year("score", "2023-05", "--untold", answer, "--json").document["stamps"]["rulebook"]
        for answer in ("full", "breach")
    ]
    assert len({plain, *stamps}) == 3
    for answer in ("full", "breach"):
        year("publish", "2023-05", "--untold", answer)
    told = year("recompute", "--json").document["publications"]
    assert [(one["stamps"]["rulebook"], one["identical"]) for one in told] == [(stamp, True) for stamp in stamps]
    moved = year("diff", *(f"#{one['position']}" for one in told), "--json").document
    assert [leg["reason"] for leg in moved["legs"]] == ["facts", "untold"], "the first publication is a fact, too"


def test_a_seal_is_untold_in_the_month_of_its_verdict(run: Run, tmp_path: Path) -> None:
    """Posted in May, closed in June: what the seal of June lacks is lacking in June."""
    rows = [
        {"信件编号": f"P-{number}", "承办单位": "茅店镇", "渠道": "问政江西", "派单时间": "2023-05-29 09:10:00",
         "办结时间": f"2023-06-0{number + 1} 10:00:00", "办理截止时间": "2023-06-09 17:30:00"} for number in range(3)
    ]  # fmt: skip
    facts = []
    for row in rows:
        named = f'"ticket":"{row["信件编号"]}","unit":"茅店镇"'
        facts.append(
            f'{{"kind":"dispatch",{named},"at":"2023-05-29T09:10:00+08:00","channel":"问政江西","due_at":"2023-06-09T17:30:00+08:00","untold":"seal"}}'
        )
        facts.append(f'{{"kind":"close",{named},"at":"{row["办结时间"].replace(" ", "T")}+08:00"}}')
    (tmp_path / "问政.jsonl").write_text("\n".join(facts) + "\n", "utf-8")
    assert run("import", "问政.jsonl").code == 0
    assert run("score", "2023-05", "--sheet", "posts", "--as-of", "2023-07-05").code == 0
    refused = run("score", "2023-06", "--sheet", "posts", "--as-of", "2023-07-05")
    assert "3 件中有 3 件不知道盖章报送" in refused.err


def test_where_only_the_surveyed_are_judged_the_survey_is_what_is_missing(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "一.csv", rows_of(), drop=SURVEYS))
    reading = ("--reading", "response_population=surveyed")
    refused = run("score", "2023-05", *reading)
    assert "按期响应率：10 件中有 10 件不知道回访" in refused.err
    assert "联系" not in refused.err
    verdicts = run("audit", "GX-5-0", "--json", *reading).document["rounds"][0]["verdicts"]
    assert next(one["kinds"] for one in verdicts if one["measure"] == "responded") == ["survey"]
    full = run("score", "2023-05", "--untold", "full", *reading, "--json").document
    assert full["ground"]["untold"] == {"survey": 10}
