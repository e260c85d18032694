"""What no source tells is neither done nor not done: named at import, refused by score, answered by name, kept in what is published."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from calendars.instants import read_iso
from kaoping import now
from tests.kaoping.test_cli import Ran, Run, run

__all__ = ["run"]

WHOLE = (
    "工单编号", "承办单位", "派单时间", "签收时间", "联系时间", "退回时间", "延期时间", "重办时间", "办结时间", "办理截止时间",
    "盖章时间", "回访时间", "最终满意度",
)  # fmt: skip
DONE = {"签收时间": "09:40:00", "联系时间": "10:00:00", "办结时间": "11:00:00", "回访时间": "12:00:00"}


def rows_of(count: int = 10, month: int = 5, unit: str = "茅店镇") -> list[dict[str, str]]:
    """Tickets that all went well, but for the last, which nobody touched."""
    rows = []
    for number in range(count):
        day = f"2023-{month:02d}-{8 + number % 5:02d}"
        row = dict.fromkeys(WHOLE, "") | {
            "工单编号": f"GX-{month}-{number}",
            "承办单位": unit,
            "派单时间": f"{day} 09:10:00",
        }
        row |= {"办理截止时间": f"2023-{month:02d}-18 17:30:00"}
        if number < count - 1:
            row |= {column: f"{day} {time}" for column, time in DONE.items()} | {"最终满意度": "满意"}
        rows.append(row)
    return rows


def write(path: Path, rows: Sequence[dict[str, str]], drop: Sequence[str] = (), **renamed: str) -> str:
    """A csv of the rows without some columns, and with some headings written otherwise."""
    columns = [column for column in rows[0] if column not in drop]
    lines = [",".join(renamed.get(column, column) for column in columns)]
    lines += [",".join(row.get(column, "") for column in columns) for row in rows]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path.name


def item_of(ran: Ran, item: str, unit: str = "茅店镇") -> Any:
    units = ran.document["sheets"][0]["units"]
    lines = next(one for one in units if one["unit"] == unit)["items"]
    return next(one for one in lines if one["item"] == item)


def test_a_renamed_heading_is_named_and_its_item_refused(run: Run, tmp_path: Path) -> None:
    name = write(tmp_path / "五月.csv", rows_of(), 签收时间="单位签收时间")
    told = run("import", name)
    assert "没有“签收时间”一列：签收无从得知，不等于没有办。是不是“单位签收时间”？" in told.out
    (batch,) = run("import", name, "--dry-run", "--json").document["batches"]
    assert "sign" not in batch["tells"]
    assert batch["columns_like"]["签收时间"] == "单位签收时间"
    assert ("签收时间" in batch["columns_absent"], batch["columns_unread"]) == (True, ["单位签收时间"])
    refused = run("score", "2023-05")
    assert refused.code == 1
    assert "工单签收率：10 件中有 10 件不知道签收：五月.csv 没有“签收时间”一列，最像的是“单位签收时间”" in refused.err
    assert [
        run(command, *words).code
        for command, *words in (("publish", "2023-05"), ("why", "茅店镇", "2023-05"), ("annual", "2023"))
    ] == [1, 1, 1]


def test_what_is_said_of_what_is_untold(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "五月.csv", rows_of(), 签收时间="单位签收时间"))
    full, breach = (run("score", "2023-05", "--untold", answer, "--json") for answer in ("full", "breach"))
    assert (item_of(full, "signing")["score"], item_of(breach, "signing")["score"]) == ("10.00", "0.00")
    assert full.document["ground"]["untold"] == {"sign": 10}
    assert full.document["ground"]["answer"] == "full"
    assert "†" in run("score", "2023-05", "--untold", "full").out
    assert run("score", "2023-05", "--untold", "zero").code == 2
    verdicts = run("audit", "GX-5-0", "--json").document["rounds"][0]["verdicts"]
    assert next(one for one in verdicts if one["measure"] == "signed")["state"] == "untold"
    assert "无从得知：来源没有签收的列" in run("audit", "GX-5-0").out
    measures = run("metrics", "2023-05", "--json").document["units"][0]["measures"]
    assert next((one["count"], one["rate"], one["untold"]) for one in measures if one["measure"] == "signed") == (
        0,
        None,
        10,
    )


def test_importing_again_with_the_column_heals_it(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "一.csv", rows_of(), 签收时间="单位签收时间"))
    again = run("import", write(tmp_path / "二.csv", rows_of()), "--json").document["batches"][0]
    assert again["changes"] == []
    healed = run("score", "2023-05", "--json")
    assert healed.code == 0
    signing = item_of(healed, "signing")
    assert (signing["count"], signing["breaches"]) == (10, 1), "who did not sign is told now, too"
    assert run("import", "二.csv", "--json").document["batches"][0]["events_added"] == 0
    assert run("import", "一.csv", "--json").document["batches"][0]["events_added"] == 0
    assert item_of(run("score", "2023-05", "--json"), "signing") == signing
    assert run("verify").code == 0


def test_the_order_of_the_two_changes_nothing(run: Run, tmp_path: Path) -> None:
    lacking, whole = (
        write(tmp_path / "一.csv", rows_of(), drop=["签收时间", "重办时间"]),
        write(tmp_path / "二.csv", rows_of()),
    )
    told = []
    for number, files in enumerate(((lacking, whole), (whole, lacking), (whole,))):
        for file in files:
            assert run("import", file, "--ledger", f"{number}.db").code == 0
        told.append(run("score", "2023-05", "--json", "--ledger", f"{number}.db").document["sheets"])
    assert told[0] == told[1] == told[2]


def test_an_export_carries_what_was_untold(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "一.csv", rows_of(), drop=["签收时间"]))
    (tmp_path / "出.jsonl").write_text(run("export").out, "utf-8")
    assert run("import", "出.jsonl", "--ledger", "另.db").code == 0
    assert run("score", "2023-05", "--ledger", "另.db").code == 1
    sides = [
        run("score", "2023-05", "--untold", "full", "--json", *words).document for words in ((), ("--ledger", "另.db"))
    ]
    assert sides[0]["sheets"] == sides[1]["sheets"]


NEEDS = {
    "签收时间": "signing", "联系时间": "response", "办结时间": "closing", "退回时间": "returns", "重办时间": "redo",
    "延期时间": "extension", "回访时间": "satisfaction",
}  # fmt: skip


@pytest.mark.parametrize(
    "column", [*list(NEEDS)[:2], *(pytest.param(column, marks=pytest.mark.slow) for column in list(NEEDS)[2:])]
)
def test_a_column_that_is_not_there_is_never_a_zero(run: Run, tmp_path: Path, column: str) -> None:
    run("import", write(tmp_path / "一.csv", rows_of(), drop=[column]))
    refused = run("score", "2023-05", "--lang", "en")
    assert (refused.code, refused.out) == (1, "")
    full = run("score", "2023-05", "--untold", "full", "--json")
    item = item_of(full, NEEDS[column])
    assert (item["score"], item["lost"]) == (f"{item['points']}.00", "0.00")
    if column not in ("签收时间", "联系时间", "办结时间"):
        return
    breach = run("score", "2023-05", "--untold", "breach", "--json")
    assert item_of(breach, NEEDS[column])["breaches"] == 10


def test_one_in_a_hundred_is_left_out_and_counted(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "一.csv", rows_of(100)))
    run(
        "import",
        write(
            tmp_path / "二.csv",
            [{**row, "工单编号": f"GY-{number}"} for number, row in enumerate(rows_of(1))],
            drop=["签收时间"],
        ),
    )
    told = run("score", "2023-05", "--json")
    assert told.code == 0
    assert told.document["ground"]["untold"] == {"sign": 1}
    assert item_of(told, "signing")["count"] == 100
    more = [{**row, "工单编号": f"GZ-{number}"} for number, row in enumerate(rows_of(2))]
    run("import", write(tmp_path / "三.csv", more, drop=["签收时间"]))
    assert run("score", "2023-05").code == 1


def test_an_office_may_answer_once_for_its_platform(run: Run, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "data/profiles/hotline-wide.toml").read_text("utf-8")
    own = text.replace('name = "hotline-wide"', 'name = "own"') + '\n[untold]\nredo = "full"\nsign = "breach"\n'
    (tmp_path / "own.toml").write_text(own, "utf-8")
    run("import", write(tmp_path / "一.csv", rows_of(), drop=["签收时间", "重办时间"]), "--profile", "own.toml")
    told = run("score", "2023-05", "--json")
    assert told.code == 0
    assert (item_of(told, "redo")["score"], item_of(told, "signing")["score"]) == ("10.00", "0.00")
    assert told.document["ground"]["waived"] == {"redo": 10}
    assert "本单位说明：平台不导出，按满分计（件）：退回重办 10" in run("score", "2023-05").out
    (tmp_path / "bad.toml").write_text(own.replace('redo = "full"', 'redo = "zero"'), "utf-8")
    assert run("import", "一.csv", "--profile", "bad.toml").code == 1


def test_a_sub_order_without_its_own_column_is_untold_alone(run: Run, tmp_path: Path) -> None:
    rows = [
        {**row, "二级承办单位": "梅林镇", "二级派单时间": row["派单时间"], "二级办结时间": row["办结时间"]}
        for row in rows_of()
    ]
    run("import", write(tmp_path / "一.csv", rows))
    found = {unit["unit"]: unit["measures"] for unit in run("metrics", "2023-05", "--json").document["units"]}
    signed = {unit: next(one for one in told if one["measure"] == "signed") for unit, told in found.items()}
    assert (signed["茅店镇"]["count"], signed["茅店镇"]["untold"]) == (10, 0)
    assert (signed["梅林镇"]["count"], signed["梅林镇"]["untold"]) == (0, 10)
    assert "没有“二级签收时间”一列" in run("score", "2023-05").err


# what has no time


def untimed(path: Path, count: int = 1, **cells: str) -> str:
    rows = rows_of(2)
    rows[0] |= {"办结时间": "2023-05-19 10:00:00", **cells}
    return write(path, rows, drop=["延期时间", "重办时间"])


def points_of(run: Run, *words: str) -> dict[str, str]:
    return {
        item: item_of(run("score", "2023-05", "--json", *words), item)["score"]
        for item in ("closing", "redo", "extension")
    }


def test_an_extension_without_a_time_moves_the_due(run: Run, tmp_path: Path) -> None:
    name = untimed(tmp_path / "一.csv", 延期次数="1", 延期后截止日期="2023-05-22 17:30:00", 重办次数="2")
    rows = rows_of(2)
    rows[0] |= {
        "办结时间": "2023-05-19 10:00:00",
        "延期次数": "1",
        "延期后截止日期": "2023-05-22 17:30:00",
        "重办次数": "2",
    }
    rows[1] |= {"延期次数": "0", "延期后截止日期": "", "重办次数": "0"}
    name = write(tmp_path / "一.csv", rows, drop=["延期时间", "重办时间"])
    assert "有 3 个环节没有写时间" in run("import", name).out
    assert points_of(run) == {"closing": "0.00", "redo": "0.00", "extension": "4.00"}, (
        "the other ticket was never closed"
    )
    assert run("score", "2023-05", "--json").document["ground"]["assumed"] == 3
    ignoring = ("--reading", "untimed_extensions=ignore", "--reading", "untimed_redos=ignore")
    assert points_of(run, *ignoring)["redo"] == "10.00"
    audited = run("audit", "GX-5-0")
    assert "来源只说有过，没说时间" in audited.out
    assert "（时间未写，按原截止时刻）：截止时刻 2023-05-22 17:30:00" in audited.out
    closed = next(
        one for one in run("audit", "GX-5-0", "--json").document["rounds"][0]["verdicts"] if one["measure"] == "closed"
    )
    assert (closed["state"], closed["extensions"][0]["assumed"]) == ("met", True)
    late = run("audit", "GX-5-0", "--json", *ignoring).document["rounds"][0]["verdicts"]
    assert next(one["state"] for one in late if one["measure"] == "closed") == "breached"


def test_a_time_told_later_takes_the_place_of_one_assumed(run: Run, tmp_path: Path) -> None:
    rows = rows_of(2)
    rows[0] |= {"延期次数": "1", "延期后截止日期": "2023-05-22 17:30:00"}
    rows[1] |= {"延期次数": "0", "延期后截止日期": ""}
    run("import", write(tmp_path / "一.csv", rows, drop=["延期时间"]))
    rows[0]["延期时间"] = "2023-05-16 10:00:00"
    second = run("import", write(tmp_path / "二.csv", rows), "--json").document["batches"][0]
    assert second["changes"] == []
    extended = next(
        one for one in run("audit", "GX-5-0", "--json").document["rounds"][0]["verdicts"] if one["measure"] == "closed"
    )
    (moved,) = extended["extensions"]
    assert (moved["at"], moved["assumed"]) == ("2023-05-16T10:00:00+08:00", False)
    assert run("import", "一.csv", "--json").document["batches"][0]["events_added"] == 0


# what is published in spite of what


def test_publish_refuses_and_is_told_to_all_the_same(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(20)
    rows[3]["签收时间"], rows[4]["签收时间"], rows[5]["派单时间"] = "昨天", "前天", ""
    run("import", write(tmp_path / "一.csv", rows))
    told = run("score", "2023-05", "--json").document["ground"]
    assert (told["aside"], told["aside_undated"]) == (3, 0)
    assert "有 3 行隔离" in run("score", "2023-05").out
    refused = run("publish", "2023-05")
    assert refused.code == 1
    assert "有 3 行隔离、0 行部分隔离、0 处改动未采用" in refused.err
    assert "--accept aside" in refused.err
    made = run("publish", "2023-05", "--accept", "aside", "--json").document
    assert made["accepted"] == made["ground"]["accepted"] == ["aside"]
    assert made["ground"]["aside"] == 3
    assert run("publish", "2023-05", "--accept", "aside").out.count("已确认照发（aside）") == 1
    assert run("recompute", "--json").document["identical"] is True
    assert run("publish", "2023-05", "--accept", "everything").code == 2
    for period, name in (("2023-04", "empty"), ("2024-05", "invalid"), ("2023-06", "running")):
        refused = run("publish", period)
        assert (refused.code, f"--accept {name}" in refused.err) == (1, True), refused.err
    assert json.loads(run("recompute", "--json").out)["publications"][0]["accepted"] == ["aside"]


def test_rows_mended_and_imported_are_aside_no_more(run: Run, tmp_path: Path) -> None:
    rows = rows_of(4)
    bad = [{**row} for row in rows]
    bad[0]["签收时间"] = "昨天"
    run("import", write(tmp_path / "一.csv", bad))
    assert run("score", "2023-05", "--json").document["ground"]["aside"] == 1
    run("import", write(tmp_path / "二.csv", bad[:2]))
    assert run("score", "2023-05", "--json").document["ground"]["aside"] == 1, "told twice, it is one row"
    run("import", write(tmp_path / "三.csv", rows[:1]))
    assert run("score", "2023-05", "--json").document["ground"]["aside"] == 0
    assert run("publish", "2023-05").code == 0


def test_a_change_kept_aside_is_part_of_the_ground(run: Run, tmp_path: Path) -> None:
    rows = rows_of(6)
    run("import", write(tmp_path / "一.csv", rows))
    rows[0]["最终满意度"] = "不满意"
    run("import", write(tmp_path / "二.csv", rows))
    assert run("score", "2023-05", "--json").document["ground"]["changes"] == 1
    assert run("publish", "2023-05").code == 1
    run("import", "二.csv", "--replace")
    assert run("score", "2023-05", "--json").document["ground"]["changes"] == 0


def test_small_numbers_and_strangers_are_marked(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "一.csv", rows_of(4)))
    ground = run("score", "2023-05", "--json").document["ground"]
    assert ground["unenrolled"] == ["茅店镇"]
    assert {(one["item"], one["count"]) for one in ground["few"]} >= {("signing", 4), ("redo", 4)}


def test_a_year_says_on_how_many_months_it_rests(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("import", write(tmp_path / "一.csv", rows_of()))
    (tmp_path / "佐证.jsonl").write_text("", "utf-8")
    monkeypatch.setattr(now, "now_ms", lambda: read_iso("2024-02-05T10:00:00+08:00"))
    run("record", "enrol", "unit=茅店镇", "group=乡镇", "at=2023-01-01")
    told = run("annual", "2023")
    assert "依据 12 个月中的 1 个月：2023-05" in told.out
    assert "全年" not in told.out.splitlines()[0]
    assert run("annual", "2023", "--json").document["years"][0]["rests_on"] == ["2023-05"]


def test_the_time_to_close_is_told_without_a_due(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "一.csv", rows_of(), drop=["办理截止时间"]))
    times = run("metrics", "2023-05", "--json").document["units"][0]["working_days"]
    assert next(one["acts"] for one in times if one["measure"] == "closed") == 9


def test_nothing_changes_where_everything_is_told(run: Run, tmp_path: Path) -> None:
    """The wide export of all columns and the same acts as an event log come to the same score."""
    rows = rows_of(8)
    run("import", write(tmp_path / "一.csv", rows))
    kinds = {"派单时间": "派单", "签收时间": "签收", "联系时间": "联系", "办结时间": "办结", "回访时间": "回访"}
    lines = ["工单编号,操作,承办单位,操作时间,办理截止时间,最终满意度"]
    for row in rows:
        for column, kind in kinds.items():
            if row[column]:
                due = row["办理截止时间"] if kind == "派单" else ""
                rating = row["最终满意度"] if kind == "回访" else ""
                lines.append(f"{row['工单编号']},{kind},{row['承办单位']},{row[column]},{due},{rating}")
    (tmp_path / "流转.csv").write_text("\n".join(lines) + "\n", "utf-8")
    run("import", "流转.csv", "--ledger", "另.db")
    sides = [run("score", "2023-05", "--json", *words).document["sheets"] for words in ((), ("--ledger", "另.db"))]
    assert sides[0] == sides[1]
