"""Odd and hostile texts: names that steer a terminal or forge a line, bytes that are no text, a clock that was wrong, Ctrl-C."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from kaoping import now
from kaoping.papers import terminal
from ledger.texts import NAME_LENGTH, visible
from tests.kaoping.test_cli import LOG, ROOT, SECOND, Run, may, run
from tests.ledger.test_formats import xlsx

__all__ = ["may", "run"]
YEAR = 365 * 24 * 3600 * 1000
PROGRAM = "from kaoping.cli import main; main()"
ESCAPES = ["\x1b[2J", "\x9b31m", "\u202e", "\u2066", "\n", "\r", "\u2028", "\u200b", "\x00"]


def command(folder: Path, *arguments: bytes | str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command line as a process of its own, its words as bytes."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=folder, capture_output=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment},
    )  # fmt: skip


@pytest.mark.parametrize("hidden", ESCAPES)
def test_no_name_holds_what_cannot_be_seen(run: Run, tmp_path: Path, hidden: str) -> None:
    fact = {"kind": "dispatch", "ticket": "GX-1", "unit": f"茅店{hidden}镇", "at": "2023-05-04T09:10:00+08:00"}
    good = {**fact, "unit": "茅店镇"}
    (tmp_path / "log.jsonl").write_text(json.dumps(fact) + "\n" + json.dumps(good) + "\n", "utf-8")
    ran = run("import", "log.jsonl", "--json")
    (batch,) = ran.document["batches"]
    assert (batch["accepted"], batch["quarantined"]) == (1, 1)
    assert "看不见" in batch["problems"][0]["why"]
    for text in (ran.out, ran.err):
        assert visible(text) == text
    recorded = run(
        "record", "praise" if hidden == "\x00" else "enrol", f"unit=茅店{hidden}镇", "group=乡镇", "at=2023-05-04T09:10"
    )
    assert recorded.code in (1, 2)
    assert visible(recorded.err) == recorded.err


def test_a_name_has_an_end(run: Run, tmp_path: Path) -> None:
    rows = [
        {"kind": "dispatch", "ticket": f"GX-{length}", "unit": "镇" * length, "at": "2023-05-04T09:10:00+08:00"}
        for length in (NAME_LENGTH, NAME_LENGTH + 1, 33_000)
    ]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (batch,) = run("import", "log.jsonl", "--json").document["batches"]
    assert (batch["accepted"], [one["row"] for one in batch["problems"]]) == (1, [2, 3])


def test_a_cell_steers_no_terminal(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(
        LOG + "GX-9,\x1b]0;owned\x07办,茅店\x9b镇,2023-05-12 09:00:00,12345,,,,,\n", "utf-8"
    )
    ran = run("import", "bad.csv")
    assert "\\u001b" in ran.err
    assert visible(ran.err) == ran.err


def test_json_says_the_same_escaped() -> None:
    document = {"unit": "茅店\x9b\u202e镇\ud83d"}
    text = terminal.json_text(document)
    assert visible(text) == text
    assert json.loads(text) == document


@pytest.mark.skipif(os.name != "posix", reason="names of files are bytes as on Unix")
def test_a_file_whose_name_is_no_text(tmp_path: Path) -> None:
    name = b"\xff\xfe.csv"
    (tmp_path / os.fsdecode(name)).write_text(LOG, "utf-8")
    assert command(tmp_path, "import", name).returncode == 0
    ran = command(tmp_path, "audit", "GX-1")
    assert ran.returncode == 0
    assert rb"\udcff\udcfe.csv" in ran.stdout
    assert command(tmp_path, "verify").returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="words of a command line are bytes as on Unix")
@pytest.mark.parametrize("words", [
    ["audit", b"GX-\xff"], ["record", "enrol", b"unit=\xff", "group=\xe4\xb9\xa1".encode("latin-1"), "at=2023-05-04T09:10"],
    ["why", b"\xff", "2023-05"], ["score", b"2023-\xff"], ["import", b"\xff.csv"], [b"\xff"],
])  # fmt: skip
def test_a_word_that_is_no_text(tmp_path: Path, words: list[bytes | str]) -> None:
    ran = command(tmp_path, *words)
    assert ran.returncode == 2, ran.stderr
    assert b"Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == [], "no empty ledger is left behind"


def test_a_terminal_without_a_character(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG.replace("茅店镇", "𠮷镇"), "utf-8")
    for words in (["import", "log.csv"], ["score", "2023-05"], ["audit", "GX-1"], ["audit", "𠮷"]):
        ran = command(tmp_path, *words, PYTHONUTF8="0", PYTHONIOENCODING="gbk")
        assert b"Traceback" not in ran.stderr, ran.stderr
        (ran.stdout + ran.stderr).decode("gbk")


def test_a_clock_that_was_ahead_is_told(may: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert may("verify", "--json").document["dated_ahead"] == []
    (tmp_path / "june.csv").write_text(LOG.replace("GX-", "JX-"), "utf-8")
    monkeypatch.setattr(now, "now_ms", lambda: SECOND + 10 * YEAR)
    may("import", "june.csv")
    monkeypatch.setattr(now, "now_ms", lambda: SECOND)
    (tmp_path / "july.csv").write_text(LOG.replace("GX-", "KX-"), "utf-8")
    told = may("import", "july.csv").err
    assert "2033" in told, "whoever imports next is told that the clock was wrong"
    ahead = may("verify", "--json").document["dated_ahead"]
    assert [(one["file"], one["recorded_at"][:4]) for one in ahead] == [("june.csv", "2033"), ("july.csv", "2033")]
    assert "2033-06-0" in may("verify").out


def test_a_clock_that_is_right_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(LOG, "utf-8")
    for words in (["import", "log.csv"], ["import", "log.csv"], ["verify"]):
        ran = command(tmp_path, *words, KAOPING_LANG="en")
        assert (ran.returncode, ran.stderr) == (0, b"")
        assert b"yet to come" not in ran.stdout


def test_ctrl_c_is_no_traceback(may: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before = may("verify").out
    monkeypatch.setattr("ledger.store.Ledger._insert", interrupted)
    (tmp_path / "june.csv").write_text(LOG.replace("GX-", "JX-"), "utf-8")
    ran = may("import", "june.csv")
    assert ran.code == 130
    assert "已中断" in ran.err
    monkeypatch.undo()
    assert may("verify", "--ledger", str(tmp_path / "kaoping.db")).out == before


@pytest.mark.parametrize("text", [
    "[" * 100_000, '{"format":"kaoping-proof-1","a":' + "[" * 100_000 + "]" * 100_000 + "}",
    '{"format":"kaoping-proof-1","proves":"growth","checkpoint":{"size":1e999,"root":"00"},"first":{"size":1e999,"root":"00"},"path":[]}',
    '{"format":"kaoping-proof-1","proves":"growth","checkpoint":{"size":3.0,"root":"00"},"first":{"size":3.0,"root":"00"},"path":[]}',
    '{"format":"kaoping-proof-1","proves":"ticket","checkpoint":{"size":NaN,"root":"00"}}',
])  # fmt: skip
def test_a_bomb_proves_nothing(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "proof.json").write_text(text, "utf-8")
    ran = run("check-proof", "proof.json")
    assert ran.code == 1
    assert ran.err
    alone = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "check_proof.py"), "proof.json"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert alone.returncode == 1
    assert alone.stderr.startswith(b"NOT PROVED")


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M:%M", "%Y-%m-%d %H:%M:%S %S", "%Y-%m-%d %H:%M:%S %", "%c"])
def test_a_time_format_that_names_a_part_twice(run: Run, tmp_path: Path, form: str) -> None:
    (tmp_path / "log.csv").write_text(LOG, "utf-8")
    mine = (
        (ROOT / "data" / "profiles" / "hotline-log.toml")
        .read_text("utf-8")
        .replace("times = [", f'times = ["{form}",', 1)
    )
    (tmp_path / "mine.toml").write_text(mine, "utf-8")
    ran = run("import", "log.csv", "--profile", "mine.toml")
    assert ran.code in (1, 2)
    assert form in ran.err
    (tmp_path / "mine.toml").write_text("a = " + "[" * 100_000, "utf-8")
    assert run("import", "log.csv", "--profile", "mine.toml").code in (1, 2)


@pytest.mark.parametrize("words", [
    ["score", "2023-05", "--as-of", "9" * 5000], ["void", "9" * 5000, "--at", "2023-06-01T10:00", "--reason", "x"],
    ["audit", "GX-1", "--without", "#" + "9" * 5000], ["verify", "--checkpoint", "9" * 5000 + ":" + "0" * 64], ["aside", "9" * 5000],
    ["record", "extend", "ticket=GX-1", "unit=茅店镇", "at=2023-05-20T10:00", "days=" + "9" * 5000],
])  # fmt: skip
def test_a_number_of_too_many_digits(may: Run, words: list[str]) -> None:
    ran = may(*words)
    assert ran.code in (1, 2)
    assert ran.err


def test_whoever_watches_sees_how_fast_rows_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(terminal, "Console", lambda **_: Console(file=shown, force_terminal=True, width=100))
    assert list(terminal.counted("reading rows", range(2000))) == [*range(2000)]
    assert "2000" in shown.getvalue()
    assert "/s" in shown.getvalue()


def test_sheets_are_named_and_what_is_not_read_is_said(may: Run, tmp_path: Path) -> None:
    sheets = [
        list(csv.reader(text.splitlines()))
        for text in (LOG.replace("GX-", "JX-"), "姓名,电话\n甲,0\n", LOG.replace("GX-", "KX-"))
    ]
    (tmp_path / "june.xls").write_bytes(xlsx(*sheets))
    ran = may("import", "june.xls", "--json")
    batches = ran.document["batches"]
    assert [one["sheet"] for one in batches] == ["Sheet1", "Sheet3"]
    assert [one["name"] for one in batches[0]["unread"]] == ["june.xls[Sheet2]"]
    assert "june.xls[Sheet2]" in ran.err
    assert "june.xls[Sheet3]" in may("audit", "KX-1").out
