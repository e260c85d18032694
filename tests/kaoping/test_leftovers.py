"""What an import keeps aside is seen until it is mended, taken or declined; and what a replacement does not speak of is named."""

import json
import random
from pathlib import Path
from unittest.mock import patch

import pytest
from python_calamine import CalamineWorkbook

from kaoping.files import folder
from kaoping.papers.sheets import write_sheets
from kaoping.reports.page import PlainSheet
from ledger.batches import Source, Telling
from ledger.facts import Dispatch, Settle, Sign
from ledger.intake.changes import life
from ledger.intake.leftovers import row_digest
from ledger.intake.tables.files import read_table
from ledger.intake.take import ALONE, Surroundings, intake
from ledger.register import Register
from ledger.store import Ledger
from tests.kaoping.test_cli import Run, run
from tests.kaoping.test_ground import item_of, rows_of, write

__all__ = ["run"]

WORDS = {  # a word that tells an act, the column of its time, and the act
    ("最终满意度", "不满意"): ("回访时间", "survey"), ("最终满意度", "很满意"): ("回访时间", "survey"),
    ("是否联系市民", "否"): ("回访时间", "survey"), ("退回原因", "不属于本单位"): ("退回时间", "return"),
    ("退回次数", "1"): ("退回时间", "return"), ("工单状态", "已退回"): ("退回时间", "return"),
    ("工单状态", "已办结"): ("办结时间", "close"), ("是否按时办结", "是"): ("办结时间", "close"),
    ("是否按时签收", "是"): ("签收时间", "sign"), ("工单状态", "已签收"): ("签收时间", "sign"),
    ("重办原因", "未正面回应"): ("重办时间", "redo"), ("二级承办单位", "市政科"): ("二级派单时间", "dispatch"),
    ("二级退回原因", "无此职责"): ("二级退回时间", "return"), ("延期次数", "1"): ("延期时间", "extend"),
}  # fmt: skip
PLAIN = ("工单编号", "承办单位", "派单时间")


@pytest.mark.parametrize("seed", range(40))
def test_a_word_that_tells_an_act_is_never_dropped_for_want_of_its_time(seed: int) -> None:
    rng = random.Random(seed)
    columns = list(dict.fromkeys([*PLAIN, *(name for (word, _), (time, _) in WORDS.items() for name in (word, time))]))
    (word, said), (time, kind) = list(WORDS.items())[seed % len(WORDS)]
    row = {"工单编号": f"GX-{seed}", "承办单位": "茅店镇", "派单时间": "2023-05-08 09:00:00", word: said}
    for other in {time for time, _ in WORDS.values()} - {time, "二级派单时间", "延期时间", "重办时间"}:
        if rng.random() < 0.5:
            row[other] = "2023-05-09 10:00:00"
    if kind == "extend":
        row.pop("延期后截止日期", None)
    rng.shuffle(columns)
    text = "\n".join((",".join(columns), ",".join(row.get(column, "") for column in columns))) + "\n"
    (table,) = read_table(text.encode(), "工单.csv")
    read = intake(table, folder.profile("hotline-wide"))
    assumed = [fact for _, fact in read.facts if fact.kind == kind and getattr(fact, "assumed", False)]
    acts = [one.act for one in read.problems if one.act is not None and one.act.kind == kind]
    assert len(assumed) + len(acts) == 1
    assert bool(read.parts) == bool(acts)
    assert read.quarantined == ()


@pytest.mark.slow
def test_a_rating_without_its_time_is_told_until_the_time_is_filled_in(run: Run, tmp_path: Path) -> None:
    rows = rows_of(10)
    rows[0] |= {"回访时间": "", "最终满意度": "不满意"}
    rows[1] |= {"回访时间": "", "最终满意度": "未评价"}
    told = run("import", write(tmp_path / "一.csv", rows))
    assert "部分隔离 1 行" in told.out
    assert "最终满意度 '不满意' 表明有回访，但其中 1 次没有时间（回访时间）" in told.err
    assert "kaoping aside --xlsx" in told.err
    (batch,) = run("import", "一.csv", "--json").document["batches"]
    assert (batch["rows"], batch["known"], batch["parts"]) == (10, 10, 1)
    score = run("score", "2023-05", "--untold", "full", "--json")
    assert score.document["ground"]["part"] == 1
    assert (item_of(score, "satisfaction")["count"], score.document["ground"]["aside"]) == (7, 0)
    assert "有 1 行部分隔离" in run("score", "2023-05", "--untold", "full").out
    refused = run("publish", "2023-05", "--untold", "full")
    assert (refused.code, "1 行部分隔离" in refused.err) == (1, True)
    run("aside", "1", "--xlsx", "隔离.xlsx")
    header, *lines = CalamineWorkbook.from_path(tmp_path / "隔离.xlsx").get_sheet_by_index(0).to_python()
    lines[0][header.index("回访时间")] = "2023-05-10 09:00:00"
    texts = [[str(cell) for cell in line] for line in lines]
    write_sheets(tmp_path / "改好.xlsx", [PlainSheet("改好", [str(one) for one in header], texts)])
    assert run("import", "改好.xlsx", "--json").document["batches"][0]["quarantined"] == 0
    assert run("import", "改好.xlsx", "--json").document["batches"][0]["events_added"] == 0
    (again,) = run("import", "一.csv", "--replace", "--json").document["batches"]
    assert (again["changes"], again["events_added"]) == ([], 0), (
        "it says that there was a survey, and not that there was none"
    )
    assert run("aside", "--json").document["batches"] == []
    score = run("score", "2023-05", "--untold", "full", "--json")
    assert (score.document["ground"]["part"], item_of(score, "satisfaction")["count"]) == (0, 8)
    assert score.document["ground"]["aside"] == 0
    assert item_of(score, "satisfaction")["breaches"] == 1
    assert run("verify").code == 0


@pytest.mark.slow
def test_a_row_mended_from_the_workbook_clears_even_where_nothing_of_it_is_new(run: Run, tmp_path: Path) -> None:
    rows = rows_of(3)
    bad = [{**rows[0], "签收时间": "昨天"}, *rows[1:]]
    run("import", write(tmp_path / "好.csv", rows))
    run("import", write(tmp_path / "坏.csv", bad))
    assert run("score", "2023-05", "--json").document["ground"]["aside"] == 1
    run("aside", "--xlsx", "隔离.xlsx")
    header, line = CalamineWorkbook.from_path(tmp_path / "隔离.xlsx").get_sheet_by_index(0).to_python()
    line[header.index("签收时间")] = rows[0]["签收时间"]
    write_sheets(
        tmp_path / "改好.xlsx", [PlainSheet("改好", [str(one) for one in header], [[str(cell) for cell in line]])]
    )
    before = run("score", "2023-05", "--json").document["stamps"]["ledger"].split(":")[0]
    run("import", "改好.xlsx")
    for again in ("坏.csv", "好.csv"):
        run("import", again)
        assert run("score", "2023-05", "--json").document["ground"]["aside"] == 0
        assert run("aside", "--json").document["batches"] == []
    assert run("score", "2023-05", "--as-of", before, "--json").document["ground"]["aside"] == 1, "as it was known then"
    assert "已改好" in run("aside", "--all").out


def test_an_unmended_file_does_not_bring_mended_rows_back(run: Run, tmp_path: Path) -> None:
    rows = rows_of(3)
    bad = [{**rows[0], "签收时间": "昨天"}, *rows[1:]]
    for file in (write(tmp_path / "坏.csv", bad), write(tmp_path / "好.csv", rows), "坏.csv"):
        run("import", file)
    assert run("score", "2023-05", "--json").document["ground"]["aside"] == 0
    assert run("aside", "--json").document["batches"] == []


@pytest.mark.slow
def test_a_change_is_declined_for_good_and_taken_up_again(run: Run, tmp_path: Path) -> None:
    rows = rows_of(6)
    run("import", write(tmp_path / "一.csv", rows))
    other = [{**rows[0], "最终满意度": "不满意", "签收时间": "2023-05-08 10:00:00"}, *rows[1:]]
    told = run("import", write(tmp_path / "二.csv", other))
    assert "签收 时间：2023-05-08 09:40:00" in told.out
    assert "回访 满意度：满意 → 不满意" in told.out
    score = run("score", "2023-05", "--json").document
    assert score["ground"]["changes"] == 2
    assert [run("aside", "--decline", "--reason", "x").code, run("aside", "2", "--decline").code] == [2, 2]
    assert run("aside", "2", "--decline", "--reason", "x", "--row", "5").code == 2
    made = run("aside", "2", "--decline", "--reason", "回访录音在案，以台账为准", "--by", "热线办", "--json").document[
        "declined"
    ]
    assert (made["rows"], made["changes"], len(made["positions"])) == (0, 2, 2)
    after = run("score", "2023-05", "--json").document
    assert (after["ground"]["changes"], after["sheets"]) == (0, score["sheets"])
    again = run("import", "二.csv", "--lang", "en").out.splitlines()
    assert again[-1] == "2 changes were declined before: they stay so."
    assert run("score", "2023-05", "--json").document["ground"]["changes"] == 0
    assert run("publish", "2023-05").code == 0
    as_of = score["stamps"]["ledger"].split(":")[0]
    assert run("score", "2023-05", "--as-of", as_of, "--json").document["ground"]["changes"] == 2
    assert run("void", str(made["positions"][0]), "--at", "2023-07-01", "--reason", "又有新证据").code == 0
    assert run("score", "2023-05", "--json").document["ground"]["changes"] == 1
    assert run("recompute", "--json").document["identical"] is True
    assert run("batches", "--json").document["batches"][2]["by"] == "热线办"
    assert run("verify").code == 0


def test_what_is_told_without_a_time_or_otherwise_is_aside_until_it_is_declined(run: Run, tmp_path: Path) -> None:
    rows = rows_of(3)
    run("import", write(tmp_path / "一.csv", rows))
    other = [{**rows[0], "最终满意度": "不满意", "退回原因": ""}, {**rows[1], "退回原因": "不属于"}]
    run("import", write(tmp_path / "二.csv", other))
    (batch,) = run("aside", "--json").document["batches"]
    assert [(len(batch[part])) for part in ("rows", "parts", "changes")] == [0, 1, 1]
    (reason,) = batch["parts"][0]["reasons"]
    assert (reason["column"], batch["parts"][0]["row"]) == ("退回原因", 3)
    assert run("aside", "2", "--decline", "--reason", "以台账为准").code == 0
    assert run("aside", "2", "--decline", "--reason", "再一次").code == 2, "nothing of it is aside any more"
    run("import", "二.csv")
    assert run("aside", "--json").document["batches"] == []
    told = run("aside", "2", "--all")
    assert "此后不再采用" in told.out


def test_tickets_that_a_corrected_export_lacks_are_named(run: Run, tmp_path: Path) -> None:
    run("import", write(tmp_path / "五月.csv", rows_of(12)), write(tmp_path / "六月.csv", rows_of(2, month=6)))
    rows = rows_of(12)
    rows[4]["签收时间"] = "昨天"  # it is in the file, though aside
    (tmp_path / "新.csv").write_text("", "utf-8")
    file = write(tmp_path / "新.csv", rows[2:])
    assert run("import", file, "--dry-run", "--json").document["batches"][0]["tickets_absent"] == []
    told = run("import", file, "--replace")
    assert "台账有而文件没有的工单 2 件：GX-5-0 GX-5-1。" in told.err
    (batch,) = run("import", file, "--replace", "--json").document["batches"]
    assert batch["tickets_absent"] == ["GX-5-0", "GX-5-1"]
    assert run("audit", "GX-5-0").code == 0, "nothing became of it"


def test_who_wrote_a_batch(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("import", write(tmp_path / "一.csv", rows_of(2)))
    monkeypatch.setenv("KAOPING_BY", "科室甲 13800138000")
    assert run("record", "enrol", "unit=茅店镇", "group=乡镇", "at=2023-01-01").code == 0
    told = run("batches", "--json").document["batches"]
    assert told[0]["by"] is None
    assert "13800138000" not in str(told)
    assert told[1]["by"].startswith("科室甲")
    assert run("verify").code == 0
    assert run("batches", "--lang", "en").out.count("科室甲") == 1


def test_a_header_that_nobody_knows_says_how_to_have_a_profile(run: Run, tmp_path: Path) -> None:
    (tmp_path / "怪.csv").write_text("甲,乙\n1,2\n", "utf-8")
    (tmp_path / "缺.csv").write_text("工单编号,承办单位,别的\n1,2,3\n", "utf-8")
    for words in (("怪.csv",), ("缺.csv",), ("缺.csv", "--profile", "hotline-wide")):
        refused = run("import", *words)
        assert (refused.code, "kaoping profile new" in refused.err) == (1, True)
    assert "ods" in run("import", "--help").out


# what is aside stays until it is settled itself


def mended_workbook(run: Run, path: Path, **cells: str) -> str:
    """The workbook of what is aside, its one row with other cells: 改好.xlsx."""
    assert run("aside", "--xlsx", str(path / "隔离.xlsx")).code == 0
    header, line = CalamineWorkbook.from_path(path / "隔离.xlsx").get_sheet_by_index(0).to_python()
    told = [cells.get(str(heading), str(cell)) for heading, cell in zip(header, line, strict=True)]
    write_sheets(path / "改好.xlsx", [PlainSheet("改好", [str(one) for one in header], [told])])
    return "改好.xlsx"


def aside_of(run: Run) -> list[tuple[int, int, int]]:
    """How much of each batch is aside: rows, parts of rows, changes."""
    found = run("aside", "--json").document["batches"]
    return [(len(one["rows"]), len(one["parts"]), len(one["changes"])) for one in found]


UNTIMED = {"回访时间": "", "最终满意度": "不满意"}


@pytest.mark.slow
def test_a_row_that_nobody_mended_is_not_mended_by_its_own_workbook(run: Run, tmp_path: Path) -> None:
    rows = rows_of(2)
    run("import", write(tmp_path / "一.csv", [rows[0] | UNTIMED, rows[1]]))
    assert "部分隔离 1 行" in run("import", mended_workbook(run, tmp_path)).out
    assert aside_of(run) == [(0, 1, 0), (0, 1, 0)], "the same row of two files"
    assert run("score", "2023-05", "--untold", "full", "--json").document["ground"]["part"] == 1
    assert run("publish", "2023-05", "--untold", "full").code == 1


@pytest.mark.parametrize("filled", [{"退回时间": "2023-05-08 10:30:00"}, {"回访时间": "2023-05-09 12:00:00"}])
def test_a_row_with_one_of_two_missing_times_filled_in_is_aside_still(
    run: Run, tmp_path: Path, filled: dict[str, str]
) -> None:
    rows = [row | {"退回原因": ""} for row in rows_of(2)]
    run("import", write(tmp_path / "一.csv", [rows[0] | UNTIMED | {"退回原因": "不属于本单位"}, rows[1]]))
    run("import", mended_workbook(run, tmp_path, **filled))
    assert aside_of(run) == [(0, 1, 0), (0, 1, 0)]


def test_a_column_deleted_from_the_workbook_mends_nothing(run: Run, tmp_path: Path) -> None:
    rows = rows_of(2)
    run("import", write(tmp_path / "一.csv", [rows[0] | UNTIMED, rows[1]]))
    mended_workbook(run, tmp_path)
    header, line = CalamineWorkbook.from_path(tmp_path / "改好.xlsx").get_sheet_by_index(0).to_python()
    kept = [place for place, heading in enumerate(header) if heading != "回访时间"]
    lines = [[str(line[place]) for place in kept]]
    write_sheets(tmp_path / "缺列.xlsx", [PlainSheet("缺列", [str(header[place]) for place in kept], lines)])
    assert run("import", "缺列.xlsx").code == 0
    assert aside_of(run) == [(0, 1, 0)]


def test_an_act_without_a_time_is_one_of_its_own_round(run: Run, tmp_path: Path) -> None:
    sent = rows_of(2)[1] | {"工单编号": "GX-1", "退回原因": "不属于本单位"}
    first = sent | {"派单时间": "2023-05-04 09:10:00", "退回时间": "2023-05-04 15:00:00"}
    second = sent | {"派单时间": "2023-05-10 09:10:00"}
    run("import", write(tmp_path / "一.csv", [first, second]))
    assert aside_of(run) == [(0, 1, 0)]
    times = ("2023-05-04 16:00:00", "2023-05-10 16:00:00")
    for time, left in zip(times, ([(0, 1, 0)], []), strict=True):
        run("record", "return", "ticket=GX-1", "unit=茅店镇", f"at={time}", "reason=不属于")
        assert aside_of(run) == left, time


def test_what_was_taken_back_mends_no_part_of_a_row(run: Run, tmp_path: Path) -> None:
    rows = rows_of(2)
    run("import", write(tmp_path / "一.csv", [rows[0] | UNTIMED, rows[1]]))
    told = run("record", "survey", "ticket=GX-5-0", "unit=茅店镇", "at=2023-05-09 10:00", "rating=不满意", "--json")
    assert told.code == 0
    assert aside_of(run) == []
    with Ledger(tmp_path / "kaoping.db") as ledger:
        position = ledger.head().position
    assert run("void", str(position), "--reason", "误记", "--at", "2023-06-05").code == 0
    assert aside_of(run) == [(0, 1, 0)]


@pytest.mark.parametrize("by_workbook", [False, True])
def test_what_was_taken_back_mends_no_row(run: Run, tmp_path: Path, by_workbook: bool) -> None:
    rows = rows_of(1)
    good, bad = rows[0] | {"签收时间": "2023-05-08 09:40:00"}, rows[0] | {"签收时间": "昨天"}
    other = rows_of(2)[1] | {"工单编号": "GX-9"}
    run("import", write(tmp_path / "坏.csv", [bad, other]))
    mended = (
        mended_workbook(run, tmp_path, 签收时间=good["签收时间"]) if by_workbook else write(tmp_path / "好.csv", [good])
    )
    run("import", mended)
    assert aside_of(run) == []
    with Ledger(tmp_path / "kaoping.db") as ledger:
        positions = [event.position for event in ledger.events(ticket="GX-5-0")]
        assert len(positions) == 2
    for position in positions:
        assert run("void", str(position), "--reason", "误导入", "--at", "2023-06-05").code == 0
    assert aside_of(run) == [(1, 0, 0)]
    run("import", "坏.csv")
    assert aside_of(run) == [(1, 0, 0)] * 2


def two_rounds(**cells: tuple[str, str]) -> list[dict[str, str]]:
    """One ticket, twice sent to one unit, with other cells of each round."""
    rows = []
    for number, day in enumerate(("04", "10")):
        row = rows_of(2)[0] | {"工单编号": "GX-1", "派单时间": f"2023-05-{day} 09:10:00", "办理截止时间": ""}
        row |= {
            "签收时间": f"2023-05-{day} 09:40:00",
            "联系时间": "",
            "办结时间": "",
            "退回时间": f"2023-05-{day} 10:00:00",
        }
        row |= {"回访时间": f"2023-05-{day} 12:00:00", "最终满意度": "满意"}
        rows.append(row | {column: told[number] for column, told in cells.items()})
    return rows


@pytest.mark.parametrize(
    "cells",
    [{"签收时间": ("2023-05-04 09:50:00", "2023-05-10 09:55:00")}, {"最终满意度": ("不满意", "不满意")}],
)
def test_a_change_of_one_round_is_none_of_another(run: Run, tmp_path: Path, cells: dict[str, tuple[str, str]]) -> None:
    run("import", write(tmp_path / "一.csv", two_rounds()))
    (told,) = run("import", write(tmp_path / "二.csv", two_rounds(**cells)), "--json").document["batches"]
    assert len(told["changes"]) == 2
    assert len({one["act"] for one in told["changes"]}) == 2
    for _ in range(2):
        assert aside_of(run) == [(0, 0, 2)]
        assert run("score", "2023-05", "--untold", "full", "--json").document["ground"]["changes"] == 2
        run("import", "二.csv")
    assert run("aside", "2", "--decline", "--reason", "以台账为准", "--row", "2").code == 0
    assert aside_of(run) == [(0, 0, 1)]
    run("import", "二.csv", "--replace")
    found = [change for batch in run("aside", "--json").document["batches"] for change in batch["changes"]]
    assert found == []
    found = [change for batch in run("aside", "--all", "--json").document["batches"] for change in batch["changes"]]
    assert [(change["taken"], change["became"]) for change in found] == [
        (False, "declined"), (False, "taken"), (True, "taken"), (True, "taken"),
    ]  # fmt: skip
    assert run("aside").out.splitlines() == ["没有隔离的行，也没有改动。"]
    assert run("verify").code == 0


def test_a_row_taken_in_part_is_none_that_became_nothing(run: Run, tmp_path: Path) -> None:
    rows = rows_of(2)
    name = write(tmp_path / "一.csv", [rows[0] | UNTIMED | {"承办单位": "江口镇"}, rows[1]])
    for unit in ("茅店镇", "江口镇"):
        run("record", "enrol", f"unit={unit}", "group=乡镇", "at=2023-01-01")
        run("import", name, "--known-units")
    first, second = run("aside", "--all", "--json").document["batches"]
    assert (len(first["rows"]), len(second["parts"])) == (1, 1)
    assert first["rows"][0]["cells"] == second["parts"][0]["cells"]
    assert first["rows"][0]["number"] != second["parts"][0]["number"]
    assert aside_of(run) == [(0, 1, 0)], "its facts are known, and its survey is not"


def test_declining_a_row_that_became_nothing_leaves_the_part_of_its_equal(run: Run, tmp_path: Path) -> None:
    cells, reasons = '{"工单编号": "GX-1"}', '[["最终满意度", "不满意", "x"]]'
    with Ledger(tmp_path / "kaoping.db", create=True) as ledger:
        for part in (False, True):
            kept = [(2, cells, reasons)]
            ledger.append(
                Source(
                    name="一.csv", sha256="0" * 64, profile="hotline-wide", rows=1, facts=[(2, Sign(at=1, ticket="GX-1"))] if part else [],
                    quarantined=[] if part else kept, parts=kept if part else [],
                ), 1,
            )  # fmt: skip
    assert run("aside", "1", "--decline", "--reason", "以台账为准").code == 0
    assert aside_of(run) == [(0, 1, 0)]
    assert run("aside", "2", "--decline", "--reason", "以台账为准").code == 0
    assert aside_of(run) == []


def test_what_was_declined_before_rows_taken_in_part_had_digests_of_their_own_stays_declined(
    run: Run, tmp_path: Path
) -> None:
    cells = '{"工单编号": "GX-1"}'
    said = Settle(at=1, digest=row_digest("", 2, cells, part=False), reason="以台账为准")
    with Ledger(tmp_path / "kaoping.db", create=True) as ledger:
        part = Source(
            name="一.csv", sha256="0" * 64, profile="hotline-wide", rows=1, facts=[(2, Sign(at=1, ticket="GX-1"))],
            parts=[(2, cells, '[["最终满意度", "不满意", "x"]]')],
        )  # fmt: skip
        ledger.append(part, 1)
        ledger.append(Source(name="aside", sha256="", profile="record", rows=1, facts=[(1, said)]), 1)
    assert aside_of(run) == []


def test_a_person_may_give_a_reason_like_an_imports(run: Run, tmp_path: Path) -> None:
    rows = rows_of(2)
    run("import", write(tmp_path / "一.csv", rows))
    with Ledger(tmp_path / "kaoping.db") as ledger:
        (survey,) = [event.position for event in ledger.events(kinds=("survey",))]
    assert run("void", str(survey), "--reason", "再次导出有改动：第 1 批第 2 行", "--at", "2023-06-05").code == 0
    (batch,) = run("import", "一.csv", "--replace", "--json").document["batches"]
    assert (batch["events_added"], batch["changes"]) == (0, []), "what a person took back stays so"


def test_a_ledger_from_before_acts_were_recorded_with_changes(tmp_path: Path) -> None:
    path = tmp_path / "kaoping.db"
    with patch.object(life, "which_of", lambda _: None), Ledger(path, create=True) as ledger:
        sent = Dispatch(at=0, ticket="GX-1", unit="茅店镇")
        telling = Telling(by_ticket=True, fields={"dispatch": frozenset(), "sign": frozenset()})
        for at in (1000, 2000):
            facts = [(2, sent), (2, Sign(at=at, ticket="GX-1", unit="茅店镇"))]
            source = Source(name="一.csv", sha256="0" * 64, profile="p", rows=1, facts=facts, telling=telling)
            ledger.append(source, 1)
        (change,) = ledger.changes(2)
        assert change.act is None
        assert ledger.verify().position == 2
    with Ledger(path) as ledger:
        ledger.append(source, 2)
        assert ledger.changes(3) == (), "it is aside already"
        assert ledger.verify().position == 2


@pytest.mark.parametrize(
    ("said", "left_out"),
    [
        ({"round": "2"}, False), ({"resource": "茅店镇"}, False), ({"org:resource": "梅林镇"}, False),
        ({"concept:name": "办结"}, False), ({"lifecycle:transition": "start"}, False), ({"kaoping:round": "0"}, False),
        ({"org:resource": "茅店镇", "concept:name": "签收", "kaoping:round": "2", "lifecycle:transition": "complete"}, True),
        ({"concept:name": "sign", "org:resource": ""}, True),
    ],
)  # fmt: skip
def test_what_stands_beside_a_fact_agrees_with_it(said: dict[str, str], left_out: bool) -> None:
    fact = {"kind": "sign", "ticket": "GX-1", "unit": "茅店镇", "at": "2023-05-04T09:10:00+08:00"}
    (table,) = read_table((json.dumps(fact | said) + "\n").encode(), "一.jsonl")
    read = intake(table, folder.profile("events"))
    assert (len(read.facts), len(read.quarantined)) == ((1, 0) if left_out else (0, 1))
    if not left_out:
        assert {problem.column for problem in read.problems} == {*said}


def test_a_unit_beside_a_fact_may_be_its_name_in_the_register() -> None:
    fact = {
        "kind": "sign",
        "ticket": "GX-1",
        "unit": "茅店镇政府",
        "at": "2023-05-04T09:10:00+08:00",
        "org:resource": "茅店镇",
    }
    (table,) = read_table((json.dumps(fact) + "\n").encode(), "一.jsonl")
    around = Surroundings(register=Register(frozenset(("茅店镇",)), {"茅店镇政府": "茅店镇"}))
    assert [len(intake(table, folder.profile("events"), within=one).facts) for one in (around, ALONE)] == [1, 0]
