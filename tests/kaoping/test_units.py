"""Units by register: other names of a unit, in what was imported before and will be, and names that nobody has."""

import json
from pathlib import Path

import pytest

from tests.kaoping.test_cli import LOG, UNITS, Run, run

__all__ = ["run"]
LONG = LOG.replace("茅店镇", "茅店镇人民政府")


@pytest.fixture
def english(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("KAOPING_LANG", "en")
    Path("units.jsonl").write_text(UNITS, "utf-8")
    for name, text in (("plain.csv", LOG), ("long.csv", LONG)):
        Path(name).write_text(text, "utf-8")
    return run


def scores(run: Run, ledger: str, *more: str) -> object:
    told = json.loads(run("score", "2023-05", "--ledger", ledger, "--json", *more).out)
    return told["sheets"]


def added(run: Run, *files: str, ledger: str = "kaoping.db") -> int:
    told = run("import", *files, "--ledger", ledger, "--json")
    return sum(one["events_added"] for one in json.loads(told.out)["batches"])


def test_what_was_imported_under_an_alias_is_read_as_the_unit_and_again_adds_nothing(english: Run) -> None:
    added(english, "units.jsonl", "plain.csv", ledger="plain.db")
    added(english, "units.jsonl", "long.csv")
    before = scores(english, "kaoping.db")
    assert before != scores(english, "plain.db")
    assert english("alias", "茅店镇", "茅店镇人民政府", "茅店镇政府").code == 0
    assert scores(english, "kaoping.db") == scores(english, "plain.db")
    assert added(english, "long.csv") == 0
    assert added(english, "plain.csv") == 0
    assert scores(english, "kaoping.db", "--as-of", str(english("export").out.count("\n") - 2)) == before
    assert json.loads(english("import", "plain.csv", "--json").out)["batches"][0]["changes"] == []
    audit = json.loads(english("audit", "GX-1", "--json").out)
    assert [one["unit"] for one in audit["rounds"]] == ["茅店镇"]
    Path("p.json").write_text(english("prove", "GX-1", "--json").out, "utf-8")
    assert english("check-proof", "p.json").code == 0
    bundle = json.loads(Path("p.json").read_text("utf-8"))
    Path("q.json").write_text(json.dumps({**bundle, "aliases": []}), "utf-8")
    assert english("check-proof", "q.json").code == 1
    assert english("verify").code == 0


def test_what_is_imported_later_is_of_the_unit(english: Run) -> None:
    added(english, "units.jsonl")
    english("alias", "茅店镇", "茅店镇人民政府")
    added(english, "long.csv")
    assert "茅店镇人民政府" not in english("export").out.replace('"name": "茅店镇人民政府"', "")


def test_a_finding_under_an_alias_is_once_the_unit_s(english: Run) -> None:
    added(english, "units.jsonl", "plain.csv")
    english("alias", "茅店镇", "茅店镇政府")
    praise = ("record", "finding", "item=praise", "at=2023-05-20T10:00", "document=1号")
    assert "茅店镇 " in english(*praise, "unit=茅店镇政府").out
    told = english(*praise, "unit=茅店镇")
    assert (told.code, "is there already" in told.err) == (1, True)


def test_a_voided_alias_is_no_name_any_more(english: Run) -> None:
    added(english, "units.jsonl", "long.csv")
    before = scores(english, "kaoping.db")
    english("alias", "茅店镇", "茅店镇人民政府")
    position = english("export").out.count("\n")
    assert english("void", str(position), "--at", "2023-06-05", "--reason", "误记").code == 0
    assert scores(english, "kaoping.db") == before


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (("茅店镇", "区城管局"), "区城管局 is itself an enrolled unit, and no alias."),
        (("区城管局", "茅店镇政府"), "茅店镇政府 is an alias of 茅店镇 already."),
        (("茅店镇", "茅店镇"), "茅店镇 is the unit's own name."),
        (("茅店镇政府", "茅店"), "茅店镇政府 is an alias of 茅店镇 itself; name that one."),
        (("茅店", "茅店镇委"), "茅店 is not enrolled. Perhaps 茅店镇?"),
        (("茅店镇", ""), "a name is empty: type one."),
        (("茅店镇", "  "), "a name is empty: type one."),
        (
            ("茅店镇", "红\x1b[31m"),
            "红\\u001b[31m holds line breaks or characters that cannot be seen: type it again, on one line.",
        ),
    ],
)
def test_an_alias_that_cannot_be_is_refused_whole(english: Run, names: tuple[str, ...], why: str) -> None:
    added(english, "units.jsonl")
    english("alias", "茅店镇", "茅店镇政府")
    told = english("alias", *names, "新名称")
    assert (told.code, why in told.err) == (1, True), told
    assert "新名称" not in english("export").out
    assert "already" in english("alias", "茅店镇", "茅店镇政府").out


def test_blanks_around_an_alias_are_no_part_of_it(english: Run) -> None:
    added(english, "units.jsonl", "plain.csv")
    assert english("alias", "茅店镇", "  茅店 ").code == 0
    Path("e.jsonl").write_text(english("export").out, "utf-8")
    told = json.loads(english("import", "e.jsonl", "--ledger", "again.db", "--json").out)
    assert (told["batches"][0]["quarantined"], '"茅店"' in Path("e.jsonl").read_text("utf-8")) == (0, True)


def test_an_alias_or_group_that_cannot_be_is_refused_in_files_too(english: Run) -> None:
    rows = [
        {"kind": "enrol", "unit": "甲", "group": "乡", "at": "2023-01-01T00:00:00+08:00"},
        {"kind": "enrol", "unit": "乙", "group": "乡镇", "at": "2023-01-01T00:00:00+08:00"},
        {"kind": "alias", "unit": "乙", "name": "区城管局", "at": "2023-01-01T00:00:00+08:00"},
        {"kind": "alias", "unit": "乙", "name": "乙乡", "at": "2023-01-01T00:00:00+08:00"},
        {"kind": "enrol", "unit": "乙乡", "group": "乡镇", "at": "2023-01-01T00:00:00+08:00"},
    ]
    Path("more.jsonl").write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")
    added(english, "units.jsonl")
    (batch,) = json.loads(english("import", "more.jsonl", "--json").out)["batches"]
    assert [problem["row"] for problem in batch["problems"]] == [1, 3, 5]
    told = english("record", "--file", "more.jsonl")
    assert told.code == 1
    assert all(f"more.jsonl:{row}:" in told.err for row in (1, 3, 5))


def test_a_name_that_nobody_has_is_noted_and_a_problem_only_where_it_is_asked_for(english: Run) -> None:
    told = english("import", "long.csv")
    assert "not enrolled" not in told.err, "without a register, any name will do"
    added(english, "units.jsonl")
    told = english("import", "long.csv")
    assert (told.code, "茅店镇人民政府 (perhaps 茅店镇)" in told.err) == (0, True)
    (batch,) = json.loads(english("import", "long.csv", "--known-units", "--json", "--dry-run").out)["batches"]
    assert batch["quarantined"] > 0
    assert {problem["value"] for problem in batch["problems"]} == {"茅店镇人民政府"}
    assert "perhaps 茅店镇" in batch["problems"][0]["why"]
    assert "kaoping alias 茅店镇 茅店镇人民政府" in batch["problems"][0]["remedy"]


def test_units_enrolled_in_the_same_import_are_known(english: Run) -> None:
    told = english("import", "units.jsonl", "plain.csv", "--known-units", "--json")
    assert [one["quarantined"] for one in json.loads(told.out)["batches"]] == [0, 0]
