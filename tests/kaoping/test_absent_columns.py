"""Columns that a file lacks, though not a whole kind: what cannot be told without them is untold, what is taken in their stead is said."""

from pathlib import Path
from typing import Any

import pytest

from tests.kaoping.test_cli import Run, run
from tests.kaoping.test_ground import item_of, rows_of, write

__all__ = ["run"]

LOG_HEADINGS = "工单编号,操作,承办单位,操作时间"


def limited(**cells: str) -> list[dict[str, str]]:
    """Ten tickets with a limit in working days, instead of an instant."""
    rows = [{**row, "处理时限": "5", "处理时限单位": "工作日", **cells} for row in rows_of()]
    for row in rows:
        del row["办理截止时间"]
    return rows


def imported(run: Run, name: str) -> Any:
    (batch,) = run("import", name, "--json").document["batches"]
    return batch


def test_ratings_without_a_column_are_untold_of_those_who_were_asked(run: Run, tmp_path: Path) -> None:
    told = run("import", write(tmp_path / "五月.csv", rows_of(), drop=["最终满意度"], 盖章时间="满意程度"))
    assert "没有“最终满意度”一列：满意度无从得知" in told.out
    assert "是不是“满意程度”？" in told.out
    refused = run("score", "2023-05")
    assert refused.code == 1
    assert "诉求满意率：10 件中有 9 件不知道满意度：五月.csv 没有“最终满意度”一列，最像的是“满意程度”" in refused.err
    full = run("score", "2023-05", "--untold", "full", "--json")
    assert (full.document["ground"]["untold"]["rating"], item_of(full, "satisfaction")["score"]) == (9, "25.00")
    assert "†" in run("score", "2023-05", "--untold", "full").out
    assert "诉求满意率" in run("score", "2023-05", "--untold", "breach").out.partition("视为没有发生")[2]


def test_a_closing_without_any_limit_is_untold(run: Run, tmp_path: Path) -> None:
    told = run("import", write(tmp_path / "五月.csv", rows_of(), drop=["办理截止时间"]))
    assert "没有“处理时限”一列：时限无从得知" in told.out
    refused = run("score", "2023-05")
    assert "按期办结率：10 件中有 10 件不知道时限：五月.csv 没有“处理时限”一列" in refused.err
    verdicts = run("audit", "GX-5-0", "--json").document["rounds"][0]["verdicts"]
    assert next(one["kinds"] for one in verdicts if one["measure"] == "closed") == ["limit"]
    full = run("score", "2023-05", "--untold", "full", "--json")
    assert (full.document["ground"]["untold"]["limit"], item_of(full, "closing")["score"]) == (10, "25.00")
    assert run("publish", "2023-05").code == 1


def test_a_limit_that_one_row_leaves_blank_is_not_untold(run: Run, tmp_path: Path) -> None:
    rows = rows_of()
    rows[0]["办理截止时间"] = rows[1]["最终满意度"] = ""
    run("import", write(tmp_path / "五月.csv", rows))
    assert run("score", "2023-05").code == 0


def test_what_one_file_lacks_another_tells(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "一.csv", rows_of(), drop=["最终满意度", "回访时间", "办理截止时间"]))
    assert set(run("score", "2023-05", "--untold", "full", "--json").document["ground"]["untold"]) == {
        "limit",
        "survey",
    }
    run("import", write(tmp_path / "二.csv", rows_of(), drop=["最终满意度"]))
    assert run("score", "2023-05", "--untold", "full", "--json").document["ground"]["untold"] == {"rating": 9}
    run("import", write(tmp_path / "三.csv", rows_of()))
    assert run("score", "2023-05", "--json").document["ground"]["untold"] == {}


@pytest.mark.parametrize(
    ("headings", "cells", "untold"), [("", "", {"limit", "rating"}), (",处理时限,满意度", ",5,满意", set())]
)
def test_an_event_log_is_asked_for_the_same(
    run: Run, tmp_path: Path, headings: str, cells: str, untold: set[str]
) -> None:
    acts = ("派单", "签收", "联系", "办结", "回访")
    lines = [f"G-1,{act},茅店镇,2023-05-08 {9 + at:02d}:00:00{cells}" for at, act in enumerate(acts)]
    (tmp_path / "日志.csv").write_text("\n".join([LOG_HEADINGS + headings, *lines]) + "\n", "utf-8")
    assert {"limit", "rating"} - {*imported(run, "日志.csv")["tells"]} == untold
    assert {*run("score", "2023-05", "--untold", "full", "--json").document["ground"]["untold"]} == untold


@pytest.mark.parametrize(
    ("column", "renamed", "said"),
    [
        ("是否匿名", "匿名诉求", "没有“是否匿名”列：都按不匿名算。是不是“匿名诉求”？"),
        (
            "是否联系市民",
            "单位是否联系",
            "没有“是否联系市民”列：回访说没说联系不到无从得知，按期响应只看联系时间。是不是“单位是否联系”？",
        ),
        ("是否纳入考核", "是否考评", "没有“是否纳入考核”列：都按纳入考核算，一张也不剔除。是不是“是否考评”？"),
        ("渠道", "来源", "没有“渠道”列：都按 12345 热线工单算。是不是“来源”？"),
    ],
)
def test_what_is_taken_in_the_stead_of_a_column_is_said(
    run: Run, tmp_path: Path, column: str, renamed: str, said: str
) -> None:
    whole = {"是否匿名": "否", "是否联系市民": "", "是否纳入考核": "是", "渠道": "12345"}
    name = write(tmp_path / "五月.csv", [{**row, **whole} for row in rows_of()], **{column: renamed})
    assert said in run("profile", "check", name, "--profile", "hotline-wide").out + run("import", name).out
    (told,) = [one for one in imported(run, name)["columns_stood_in"] if one["heading"] == column]
    assert (told["like"], bool(told["what"])) == (renamed, True)
    assert column in run("score", "2023-05", "--json").document["ground"]["lacked"]
    assert "来源缺少决定考核范围的列：" in run("score", "2023-05").out


def test_blank_cells_that_are_taken_for_something_are_counted(run: Run, tmp_path: Path) -> None:
    rows = [{**row, "渠道": "12345", "是否匿名": "否"} for row in rows_of()]
    rows[0]["渠道"] = rows[1]["渠道"] = rows[2]["是否匿名"] = ""
    name = write(tmp_path / "五月.csv", rows)
    out = run("import", name).out
    assert "有 2 行的“渠道”是空的：这些工单按 12345 热线工单算" in out
    assert "有 1 行的“是否匿名”是空的：这些工单按不匿名算" in out
    assert imported(run, name)["blank"] == {"anonymous": 1, "channel": 2}


@pytest.mark.parametrize(("heading", "word"), [("时限类型", "小时"), ("计时单位", "自然日"), ("类别", "天")])
def test_a_limit_whose_unit_may_be_another_is_not_read(run: Run, tmp_path: Path, heading: str, word: str) -> None:
    rows = [{**row, "处理时限": "40"} for row in limited(处理时限单位=word)]
    told = run("import", write(tmp_path / "五月.csv", rows, 处理时限单位=heading))
    assert f"没有“处理时限单位”一列：时限无从得知，不等于没有办。是不是“{heading}”？" in told.out
    assert "10 件不知道时限" in run("score", "2023-05").err


def test_a_limit_without_any_unit_is_said_to_be_in_working_days(run: Run, tmp_path: Path) -> None:
    told = run("import", write(tmp_path / "五月.csv", limited(), drop=["处理时限单位"]))
    assert "没有“处理时限单位”列：时限都按工作日算。" in told.out
    assert run("score", "2023-05").code == 0
    named = run("import", write(tmp_path / "二.csv", limited(), drop=["处理时限单位"], 处理时限="处理时限(工作日)"))
    assert "时限单位" not in named.out


def test_a_count_that_drifted_is_found_under_its_own_name(run: Run, tmp_path: Path) -> None:
    rows = [{**row, "重办次数": "0"} for row in rows_of()]
    out = run("import", write(tmp_path / "五月.csv", rows, 重办次数="重办件次")).out
    assert "没有“重办次数”一列。是不是“重办件次”？" in out
    assert "是否重新办理" not in out


def test_a_column_that_no_row_can_fill_is_told_once_and_keeps_nothing_aside(run: Run, tmp_path: Path) -> None:
    name = write(tmp_path / "五月.csv", [{**row, "延期次数": "1"} for row in rows_of()], drop=["回访时间", "延期时间"])
    told = run("import", name)
    assert "有 9 行说有回访（最终满意度），但整张表没有“回访时间”一列" in told.err + told.out
    assert "有 10 行说有延期（延期次数），但整张表没有“延期时间”一列" in told.err + told.out
    assert "kaoping aside" not in told.err + told.out
    assert run("aside", "--json").document["batches"] == []


def test_a_file_in_the_exchange_format_needs_no_profile_of_its_own(run: Run, tmp_path: Path) -> None:
    enrolled = '{"kind":"enrol","unit":"茅店镇","group":"乡镇","at":"2023-01-01T00:00:00+08:00"}\n'
    (tmp_path / "单位.jsonl").write_text(enrolled, "utf-8")
    name = write(tmp_path / "五月.csv", rows_of())
    batches = run("import", "单位.jsonl", name, "--profile", "hotline-wide", "--json").document["batches"]
    assert [one["profile"] for one in batches] == ["events", "hotline-wide"]
    (tmp_path / "别的.csv").write_text("kind,at,操作人\n派单,2023-05-08 09:00,甲\n", "utf-8")
    assert "hotline-wide" in run("import", "别的.csv", "--profile", "hotline-wide").err


def test_a_proposed_profile_reads_reasons_without_their_time_as_the_field_does(run: Run, tmp_path: Path) -> None:
    rows = [{**row, "退回原因": "", "退回时间": ""} for row in rows_of()]
    rows[0]["退回原因"] = "不属于本单位职责"
    name = write(tmp_path / "表.csv", rows)
    text = run("profile", "new", name, "--output", "我的.toml").out + (tmp_path / "我的.toml").read_text("utf-8")
    assert "不属于" not in text
    checked = run("profile", "check", name, "--profile", "我的.toml").out
    assert "没有问题" not in checked
    assert 'redone = ["退回原因"]' not in checked
    assert len(imported(run, name)["problems"]) == 1


def test_a_platform_cannot_say_that_an_unknown_limit_is_a_breach(run: Run, tmp_path: Path) -> None:
    name = write(tmp_path / "五月.csv", rows_of(), drop=["办理截止时间"])
    run("profile", "new", name, "--output", "我的.toml")
    own = (tmp_path / "我的.toml").read_text("utf-8")
    (tmp_path / "我的.toml").write_text(own + '\n[untold]\nlimit = "breach"\n', "utf-8")
    assert "不能视为未办" in run("import", name, "--profile", "我的.toml").err
    (tmp_path / "我的.toml").write_text(own + '\n[untold]\nlimit = "full"\n', "utf-8")
    run("import", name, "--profile", "我的.toml")
    assert run("score", "2023-05", "--json").document["ground"]["waived"]["limit"] == 10
