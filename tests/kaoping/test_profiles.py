"""A clerk makes a profile for an export and tries it: nothing of a citizen is shown, what is unsure is said, nothing is written."""

import gzip
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


RENAMED = (
    "工单编号,处理时限,处理时限单位,经办机构,派单时间,签收时间\n"
    "GX-1,5,工作日,甲镇,2023-05-04 09:10:00,2023-05-04 09:30:00\nGX-2,5,工作日,乙局,2023-05-04 09:10:00,2023-05-04 09:30:00\n"
)


def test_what_is_guessed_is_named_by_every_check_and_import_until_it_is_taken_out(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAOPING_LANG", "en")
    Path("may.csv").write_text(RENAMED, "utf-8")
    told = run("profile", "new", "may.csv", "--output", "our.toml")
    assert "our.toml: 6 columns, 5 of them sure" in told.out
    assert "Not sure, please check: 经办机构 → unit\n" in told.out
    for command in ("check", "import"):
        told = run(
            *(("profile", "check") if command == "check" else ("import", "--dry-run")),
            "may.csv",
            "--profile",
            "our.toml",
        )
        assert "may.csv: guessed, and confirmed by nobody yet: 经办机构 → unit (what is right," in told.out + told.err
        assert "No problems" not in told.out
    text = Path("our.toml").read_text("utf-8")
    Path("our.toml").write_text(text.replace('unsure = ["unit"]\n', ""), "utf-8")
    told = run("profile", "check", "may.csv", "--profile", "our.toml")
    assert ("guessed" in told.out, "No problems." in told.out) == (False, True)
    Path("our.toml").write_text(text, "utf-8")
    Path("june.csv").write_text(RENAMED.replace("经办机构", "承办单位"), "utf-8")
    assert "No problems." in run("profile", "check", "june.csv", "--profile", "our.toml").out


def test_a_file_is_refused_until_what_nothing_could_be_is_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAOPING_LANG", "en")
    Path("may.csv").write_text(RENAMED.replace("经办机构", "投诉对象单位"), "utf-8")
    told = run("profile", "new", "may.csv", "--output", "our.toml")
    assert "Nothing in the table could be unit (承办单位): write its heading there under [columns]" in told.out
    for command in (("profile", "check"), ("import",)):
        told = run(*command, "may.csv", "--profile", "our.toml")
        assert (told.code, "may.csv: lacks columns of profile our: 承办单位" in told.err) == (1, True)
    assert not list(Path().glob("*.db"))


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="no real logs: ../shared/data is not beside the checkout")
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


EVERY = [
    path
    for path in sorted(REAL.rglob("*"))
    if path.suffix in (".csv", ".gz", ".json", ".xlsx") and "calendars" not in path.parts
]
ROWS = 2_000


def beginning(path: Path, to: Path) -> Path:
    """The first rows of a text, or the file itself."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if path.name.endswith((".csv", ".csv.gz")):
        data = b"".join(data.splitlines(keepends=True)[: ROWS + 1])
    if path.name.endswith(".xes.gz"):
        traces = data.split(b"</trace>")
        data = b"</trace>".join(traces[:300]) + b"</trace></log>" if len(traces) > 300 else data
    to /= path.name.removesuffix(".gz")
    to.write_bytes(data)
    return to


@pytest.mark.slow
@pytest.mark.skipif(not EVERY, reason="no real logs: ../shared/data is not beside the checkout")
@pytest.mark.parametrize("path", EVERY, ids=[path.name for path in EVERY])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_proposed_for_a_real_log_is_taken_by_a_check(
    run: Run, tmp_path: Path, path: Path, language: str
) -> None:
    file = str(beginning(path, tmp_path))
    assert run("profile", "new", file, "--output", "p.toml", "--lang", language).code == 0
    told = run("profile", "check", file, "--profile", "p.toml", "--lang", language)
    assert (told.code, told.err) == (0, "")


FLOW = [
    {"节点": name, "流水": f"1402{n}", "时间": f"2025-09-11 09:2{n}:15", "部门": "甲镇"}
    for n, name in enumerate(("受理", "预审", "处置"))
]
HARD = {
    "array.json": json.dumps(FLOW, ensure_ascii=False),
    "wrapped.json": json.dumps({"code": 0, "data": {"total": 3, "rows": FLOW}}, ensure_ascii=False),
    "nothing.csv": "甲,乙\n1,2\n3,4\n",
    "decided.csv": "工单编号,操作,承办单位,操作时间\nGX-1,派单,甲镇,2023-05-04 09:10\nGX-1,审批,甲镇,2023-05-05 09:10\n",
    "events.jsonl": '{"kind":"decide","ticket":"G1","unit":"甲镇","at":"2023-05-01T09:00:00+08:00","about":"return","granted":true}\n'
    '{"kind":"sign","ticket":"G1","unit":"甲镇","at":"2023-05-01T09:00:00+08:00"}\n',
    "twice.csv": "工单编号,承办单位,承办单位,派单时间,办结时间\nGX-1,甲镇,乙镇,2023-05-04 09:10:00,2023-05-05 09:10:00\n",
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", HARD)
def test_what_is_proposed_is_taken_by_a_check_of_the_same_file(run: Run, name: str, language: str) -> None:
    Path(name).write_text(HARD[name], "utf-8")
    assert run("profile", "new", name, "--output", "p.toml", "--lang", language).code == 0
    told = run("profile", "check", name, "--profile", "p.toml", "--lang", language)
    assert (told.code, told.err) == (0, "")


def test_a_word_whose_kind_needs_columns_that_are_not_there_is_left_out_and_said(run: Run) -> None:
    for name in ("decided.csv", "events.jsonl"):
        Path(name).write_text(HARD[name], "utf-8")
    assert '# "审批" = "decide"  # 表里没有列写明事项 同意' in run("profile", "new", "decided.csv").out
    assert (
        '# decide = "decide"  # no column gives its about granted'
        in run("profile", "new", "events.jsonl", "--lang", "en").out
    )


def test_by_a_profile_that_does_not_say_what_a_row_tells_nothing_is_imported(run: Run) -> None:
    Path("array.json").write_text(HARD["array.json"], "utf-8")
    run("profile", "new", "array.json", "--output", "p.toml")
    assert "# [[events]]" in Path("p.toml").read_text("utf-8")
    assert "这个格式没有写明一行说的是什么" in run("profile", "check", "array.json", "--profile", "p.toml").out
    told = run("import", "array.json", "--profile", "p.toml")
    assert (told.code, told.out) == (1, "")
    assert "没有 [[events]]" in told.err
    assert not list(Path().glob("*.db"))


def test_a_check_recognises_the_profile_as_an_import_does(run: Run) -> None:
    Path("drift.csv").write_text(DRIFT.replace("单位签收时间", "签收时间"), "utf-8")
    told = run("profile", "check", "drift.csv")
    assert told.code == 0
    assert "drift.csv［hotline-wide］" in told.out
    Path("odd.csv").write_text("甲,乙\n1,2\n", "utf-8")
    told = run("profile", "check", "odd.csv")
    assert (told.code, told.out) == (1, "")
    assert "--profile" in told.err
    assert "kaoping profile new" in told.err
    assert "kaoping profile new FILE" in run("profile", "check", "odd.csv", "--lang", "en").err
