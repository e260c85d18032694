"""A clerk makes a profile for an export and tries it: nothing of a citizen is shown, what is unsure is said, nothing is written."""

import json
from pathlib import Path

import pytest

from tests.kaoping.test_cli import Run, run
from tests.kaoping.test_profiles_page import DRIFT

__all__ = ["run"]
REAL = Path(__file__).parents[3] / "shared" / "data"
LOGS = [
    ("posts/网络问政_留言与答复_2011-2020.xlsx", {"dispatch": 2815, "close": 2815}, 1),
    ("hotline/nyc_311_2024-04.csv", {"dispatch": 1000, "close": 292}, 0),
    (
        "incidents/italian_helpdesk.csv",
        {"close": 9557, "sign": 5060, "dispatch": 5056, "contact": 1463, "return": 119},
        0,
    ),
    (
        "incidents/bpic2014_activity.csv",
        {"dispatch": 7947, "close": 4463, "return": 4452, "contact": 1154, "redo": 206},
        0,
    ),
]


def checked(run: Run, file: str, profile: str) -> dict[str, object]:
    told = run("profile", "check", file, "--profile", profile, "--json")
    assert told.code == 0, told
    (table,) = json.loads(told.out)["tables"]
    return dict(table)


def test_a_new_profile_of_a_drifted_export_reads_it(run: Run) -> None:
    Path("drift.csv").write_text(DRIFT, "utf-8")
    told = run("profile", "new", "drift.csv", "--json")
    document = json.loads(told.out)
    assert [(one["heading"], one["how"]) for one in document["columns"] if one["column"] == "signed_at"] == [
        ("单位签收时间", "like")
    ]
    assert document["citizens"] == ["来电人电话"]
    assert "1380000" not in told.out
    Path("drift.toml").write_text(document["toml"], "utf-8")
    table = checked(run, "drift.csv", "drift.toml")
    assert table["kinds"] == {"dispatch": {"facts": 2, "rows": 2}, "sign": {"facts": 2, "rows": 2}}
    assert table["problems"] == []
    assert not list(Path().glob("*.db"))


def test_a_check_groups_problems_and_gives_words_to_paste(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAOPING_LANG", "en")
    rows = "".join(
        f"GX-{n},{word},茅店镇,2023-05-04 09:{n:02}\n" for n, word in enumerate(["派单", "转督办", "转督办", "合并"])
    )
    Path("log.csv").write_text(f"工单编号,操作,承办单位,操作时间\n{rows}GX-9,派单,茅店镇,昨天\n", "utf-8")
    told = run("profile", "check", "log.csv", "--profile", "hotline-log")
    assert "  2 × 操作 '转督办' means nothing to profile hotline-log: rows 3 4" in told.out
    assert '  [kinds]\n  "转督办" = "ignore"  # 2\n  "合并" = "ignore"  # 1' in told.out
    assert "    To fix: " in told.out
    assert checked(run, "log.csv", "hotline-log")["quarantined"] == 4
    assert not list(Path().glob("*.db"))


def test_a_check_of_a_file_that_lacks_a_needed_column_says_which(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAOPING_LANG", "en")
    Path("log.csv").write_text("工单编号,承办单位,首次派单时间\nGX-1,茅店镇,2023-05-04 09:10\n", "utf-8")
    told = run("profile", "check", "log.csv", "--profile", "hotline-wide")
    assert (told.code, told.out) == (1, "")
    assert "log.csv: lacks columns of profile hotline-wide: 派单时间 (perhaps 首次派单时间)" in told.err


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="the real logs are not here")
@pytest.mark.parametrize(("name", "kinds", "aside"), LOGS)
def test_a_new_profile_of_a_real_log_needs_one_edit(run: Run, name: str, kinds: dict[str, int], aside: int) -> None:
    file = str(REAL / name)
    assert run("profile", "new", file, "--output", "new.toml", "--lang", "en").code == 0
    text = Path("new.toml").read_text("utf-8")
    Path("new.toml").write_text(text.replace('# "*" = "ignore"', '"*" = "ignore"'), "utf-8")
    table = checked(run, file, "new.toml")
    found = table["kinds"]
    assert isinstance(found, dict)
    assert {kind: one["facts"] for kind, one in found.items()} == kinds
    assert table["quarantined"] == aside
