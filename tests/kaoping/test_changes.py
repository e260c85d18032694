"""A corrected re-export at the command line: listed, kept aside, taken, and told again by batches and aside."""

from pathlib import Path

import pytest

from kaoping.files.places import data_folder
from tests.kaoping.test_cli import Run, run

__all__ = ["run"]
HEADER = "工单编号,承办单位,派单时间,签收时间,办结时间,回访时间,最终满意度\n"


def export(path: Path, rating: str) -> str:
    lines = [
        f"GX-{number},茅店镇,2023-05-{4 + number // 10:02d} 09:{number % 10:02d}:00,,,2023-05-20 10:00:00,{rating}\n"
        for number in range(40)
    ]
    path.write_text(HEADER + "".join(lines), "utf-8")
    return path.name


def breached(run: Run) -> int:
    units = run("metrics", "2023-05", "--json").document["units"]
    return sum(one["breaches"] for unit in units for one in unit["measures"] if one["measure"] == "satisfied")


def test_forty_ratings_corrected(run: Run, tmp_path: Path) -> None:
    first, second = export(tmp_path / "一.csv", "不满意"), export(tmp_path / "二.csv", "满意")
    assert run("import", first).code == 0
    assert breached(run) == 40
    told = run("import", second, "--lang", "en")
    assert told.code == 0
    assert told.out.splitlines()[-1].startswith("40 changes kept aside")
    assert "survey rating: 不满意 → 满意 (40: row 2, GX-0 …)" in told.out
    assert breached(run) == 40
    again = run("import", second, "--replace", "--json").document["batches"][0]
    assert [(one["was"], one["now"], one["taken"]) for one in again["changes"]] == [("不满意", "满意", True)] * 40
    assert breached(run) == 0
    assert run("verify").code == 0


def test_batches_and_what_is_kept_aside(run: Run, tmp_path: Path) -> None:
    first, second = export(tmp_path / "一.csv", "不满意"), export(tmp_path / "二.csv", "满意")
    (tmp_path / "三.csv").write_text(HEADER + "GX-90,茅店镇,前天,,,,\nGX-91,茅店镇,2023-05-05 09:00:00,,,,\n", "utf-8")
    run("import", first, "--keep-file")
    run("import", second)
    run("import", second)
    run("import", "三.csv")
    told = run("batches", "--json").document["batches"]
    for one in told:
        assert one["rows"] == one["accepted"] + one["known"] + one["quarantined"] + one["ignored"]
    assert [(one["file"], one["known"], one["quarantined"]) for one in told] == [
        ("一.csv", 0, 0), ("二.csv", 40, 0), ("二.csv", 40, 0), ("三.csv", 0, 1),
    ]  # fmt: skip
    aside = run("aside", "--json").document["batches"]
    assert [(one["batch"], len(one["rows"]), len(one["changes"])) for one in aside] == [(2, 0, 40), (4, 1, 0)]
    assert "一.csv" in run("batches").out
    assert "改动 40 处" in run("aside", "2").out
    assert run("aside", "9").code == 2
    assert run("batches", "--file", "1", "--out", "回.csv").code == 0
    assert (tmp_path / "回.csv").read_bytes() == (tmp_path / first).read_bytes()
    assert run("batches", "--file", "2", "--out", "无.csv").code == 2


def test_what_a_log_tells_no_more_is_named(run: Run, tmp_path: Path) -> None:
    header = "工单编号,操作,承办单位,操作时间\n"
    rows = [f"GX-1,{act},茅店镇,2023-05-0{day} 09:00:00\n" for act, day in (("派单", 4), ("签收", 5), ("办结", 6))]
    (tmp_path / "一.csv").write_text(header + "".join(rows), "utf-8")
    (tmp_path / "二.csv").write_text(header + rows[0] + rows[1].replace("05-05", "05-08") + rows[2], "utf-8")
    (tmp_path / "三.csv").write_text(header + rows[0], "utf-8")
    (tmp_path / "四.csv").write_text(header + "".join(rows[1:]), "utf-8")
    run("import", "一.csv")
    for words in ((), ("--replace",)):
        told = run("import", "二.csv", "--lang", "en", *words).err
        assert "二.csv: 1 facts of its tickets are in the ledger and no longer told by this file: GX-1 sign" in told
        assert "(position 2: batch 1, row 3)" in told
        (batch,) = run("import", "二.csv", "--json", *words).document["batches"]
        assert batch["facts_absent"] == [
            {
                "position": 2,
                "batch": 1,
                "row": 3,
                "ticket": "GX-1",
                "unit": "茅店镇",
                "kind": "sign",
                "at": "2023-05-05T09:00:00+08:00",
            }
        ]
    parts = run("import", "二.csv", "三.csv", "四.csv", "--json").document["batches"]
    assert [one["facts_absent"] for one in parts] == [[], [], []], "what one file of an import tells, none lacks"


def test_an_export_of_what_was_replaced_says_no_change(run: Run, tmp_path: Path) -> None:
    run("import", export(tmp_path / "一.csv", "不满意"))
    run("import", export(tmp_path / "二.csv", "满意"), "--replace")
    (tmp_path / "出.jsonl").write_text(run("export").out, "utf-8")
    for words in ((), ("--replace",)):
        (batch,) = run("import", "出.jsonl", "--json", *words).document["batches"]
        assert (batch["changes"], batch["events_added"]) == ([], 0)


def test_tickets_that_a_renamed_profile_tells_no_more_are_named(run: Run, tmp_path: Path) -> None:
    shipped = (data_folder() / "profiles" / "hotline-wide.toml").read_text("utf-8")
    mine = shipped.replace('name = "hotline-wide"', 'name = "mine"').replace(
        '["签收时间"', '["单位签收时间", "签收时间"'
    )
    (tmp_path / "mine.toml").write_text(mine, "utf-8")
    first = export(tmp_path / "一.csv", "满意")
    lines = (tmp_path / first).read_text("utf-8").replace("签收时间", "单位签收时间").splitlines(keepends=True)
    (tmp_path / "二.csv").write_text("".join([lines[0], *lines[2:]]), "utf-8")
    run("import", first)
    (batch,) = run("import", "二.csv", "--profile", "mine.toml", "--replace", "--json").document["batches"]
    assert batch["tickets_absent"] == ["GX-0"]
    assert run("verify").code == 0


def test_a_lost_ledger_is_missed_before_a_file_is_read(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = export(tmp_path / "一.csv", "满意")
    assert run("import", first).code == 0
    (tmp_path / "kaoping.db").unlink()
    monkeypatch.setattr("kaoping.office.intake.imports.read_files", lambda *_, **__: pytest.fail("the file was read"))
    refused = run("import", first)
    assert refused.code == 3
    assert "kaoping.db.checkpoints" in refused.err
