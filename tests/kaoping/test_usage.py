"""The command line itself: options by environment, outputs that lack characters or are closed, help, usage errors, completion."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from kaoping.cli import COMMANDS, command_of, main
from kaoping.files.places import data_folder
from kaoping.language.language import Language
from kaoping.office.accounts.file import Accounts, HashCost
from kaoping.office.accounts.people import add
from tests.kaoping.test_cli import LOG, ROOT, UNITS, Run, may, run

__all__ = ["may", "run"]
RARE = "𠮷镇"  # in no GBK
ACCOUNTS = ("--accounts", "desk.db")
TYPED = "甲乙丙丁戊 己庚辛壬癸\n"
"""What is typed where a command reads from stdin: a password."""
AT = ("--at", "2023-05-25T09:00", "--reason", "不可抗力")
SAID: dict[str, tuple[str, ...]] = {
    "import": ("import", "六月.csv"),
    "batches": ("batches",),
    "aside": ("aside",),
    "quality": ("quality", "2023-05"),
    "metrics": ("metrics", "2023-05"),
    "score": ("score", "2023-05"),
    "why": ("why", RARE, "2023-05"),
    "audit": ("audit", "GX-1"),
    "annual": ("annual", "2023"),
    "rules": ("rules",),
    "publish": ("publish", "2023-05"),
    "recompute": ("recompute", "2023-05"),
    "diff": ("diff", "2023-05", "now"),
    "readings": ("readings", "2023-05"),
    "whatif": ("whatif", "2023-05", "--rulebook", "yunshan-2025"),
    "record": ("record", "enrol", f"unit={RARE}新区", "group=乡镇", "at=2023-05-04T09:10"),
    "exempt": ("exempt", "GX-1", "--item", "signing", *AT, "--document", "1号"),
    "void": ("void", "3", *AT),
    "appeal": ("appeal", "GX-1", "--unit", RARE, "--item", "closing", *AT),
    "ruling": ("ruling", "23", "--granted", *AT, "--document", "1号"),
    "appeals": ("appeals",),
    "export": ("export",),
    "verify": ("verify",),
    "prove": ("prove", "GX-1"),
    "check-proof": ("check-proof", "proof.json"),
    "profile new": ("profile", "new", "五月.csv"),
    "profile check": ("profile", "check", "五月.csv", "--profile", "hotline-log"),
    "template": ("template", "units", "--out", "units.xlsx"),
    "alias": ("alias", f"{RARE}", "茅店镇"),
    "demo": ("demo", "--folder", "demo"),
    "report": ("report", "2023-05", "--out", "papers", "--xlsx"),
    "due": ("due", "--at", "2023-05-05T16:00"),
    "desk": ("desk", "--addresses"),
    "backup": ("backup", "away.db"),
    "restore": ("restore", "kept.db"),
    "doctor": ("doctor",),
    "serve": ("serve", "--accounts", "desk.db", "--addresses"),
    "account add": ("account", "add", "乙", *ACCOUNTS, "--role", "unit", "--unit", RARE, "--password-stdin"),
    "account list": ("account", "list", *ACCOUNTS),
    "account disable": ("account", "disable", "甲", *ACCOUNTS),
    "account enable": ("account", "enable", "甲", *ACCOUNTS),
    "account password": ("account", "password", "甲", *ACCOUNTS, "--password-stdin"),
    "account unit": ("account", "unit", "甲", "区城管局", *ACCOUNTS),
    "account log": ("account", "log", *ACCOUNTS, "--verify"),
    "mirror": ("mirror", "away"),
}
"""A call of every command."""
SLOW = ("readings", "report")  # they take seconds


def tree(command: Any, before: str = "") -> dict[str, Any]:
    """Each command by its words, those of groups among them."""
    return {
        name: one
        for word, inner in command.commands.items()
        for name, one in (
            tree(inner, f"{before}{word} ") if hasattr(inner, "commands") else {f"{before}{word}": inner}
        ).items()
    }


TREE = tree(command_of(COMMANDS, Language("en")))
BY_ENVIRONMENT = [
    (name, option.opts[0], option.envvar)
    for name, command in TREE.items()
    for option in command.params
    if getattr(option, "envvar", None)
]
VALUES = {
    "--ledger": ("other.db", "kaoping.db", "none.db"),
    "--calendar": ("mine", "nowhere"),
    "--lang": ("en", "zh", "fr"),
    "--by": ("热线办", "甲"),
}
OTHERS = (
    ("--json",), ("--provisional",), ("--as-of", "20"), ("--reading", "half_day=half_blocks"), ("--known-on", "2023-01-01"),
    ("--rulebook", "yunshan-2025"), ("--unit", RARE), ("--sheet", "hotline"), ("--expect", "0" * 64), ("--reissue",),
)  # fmt: skip
HAN = re.compile("[\u4e00-\u9fff]")
SENTENCE = re.compile(r"\b[A-Za-z]+,? [a-z]+,? [a-z]+\b")


BUILT: list[Path] = []


@pytest.fixture
def office(run: Run, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two ledgers with a month that is published and contested, in one of them by another calendar; a unit no GBK can write."""
    if not BUILT:
        folder = tmp_path_factory.mktemp("office")
        monkeypatch.chdir(folder)
        build(run, folder)
        BUILT.append(folder)
    shutil.copytree(BUILT[0], tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def build(run: Run, folder: Path) -> None:
    shutil.copytree(data_folder() / "calendars", folder / "mine")
    hours = folder / "mine" / "hours.toml"
    hours.write_text(hours.read_text("utf-8").replace('"09:00", "12:00"', '"08:30", "12:00"'), "utf-8")
    for name, text in (("五月.csv", LOG), ("六月.csv", LOG.replace("GX-", "JX-")), ("单位.jsonl", UNITS)):
        (folder / name).write_text(text.replace("茅店镇", RARE), "utf-8")
    for ledger, calendar in (("kaoping.db", ()), ("other.db", ("--calendar", "mine"))):
        for command in (("import", "五月.csv", "单位.jsonl"), SAID["publish"], SAID["appeal"]):
            told = run(*command, "--ledger", ledger, *(calendar if command[0] != "import" else ()))
            assert told.code == 0, told
    if find_spec("argon2") is not None:
        add(Accounts(folder / "desk.db", HashCost(1, 8, 1)), "甲", "unit", RARE, TYPED.strip())
    assert run("backup", "kept.db").code == 0
    (folder / "proof.json").write_text(run("prove", "GX-1", "--json").out, "utf-8")


def takes(name: str, option: str) -> bool:
    return any(option in one.opts for one in TREE[name].params)


def fresh(office: Path, place: str) -> Path:
    """The office's folder, untouched."""
    folder = office.parent / f"{office.name}-{place}"
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(office, folder))


def test_every_command_is_called_here() -> None:
    assert {*SAID} == {*COMMANDS} == {*TREE}
    assert {name for _, _, name in BY_ENVIRONMENT} == {
        "KAOPING_LEDGER",
        "KAOPING_CALENDAR",
        "KAOPING_LANG",
        "KAOPING_BY",
    }


@pytest.mark.parametrize("count", [24, pytest.param(120, marks=pytest.mark.slow)])
def test_an_option_given_by_environment_is_that_given_by_hand(
    run: Run, office: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    draw = random.Random(count)
    told_by_place = ("doctor",)  # it names the folder that it is called in
    pairs = [
        one
        for one in BY_ENVIRONMENT
        if one[0] not in told_by_place and (one[0] not in SLOW or count > len(BY_ENVIRONMENT))
    ]
    draw.shuffle(pairs)
    for number in range(count):
        name, sure, _ = pairs[number % len(pairs)]
        given = {
            (option, variable): draw.choice(VALUES[option])
            for one, option, variable in BY_ENVIRONMENT
            if one == name and (option == sure or draw.random() < 0.4)
        }
        others = [word for one in OTHERS if takes(name, one[0]) and draw.random() < 0.2 for word in one]
        told = {}
        for way in ("hand", "environment"):
            monkeypatch.chdir(fresh(office, way))
            by_hand = [word for (option, _), value in given.items() for word in (option, value)]
            with monkeypatch.context() as around:
                around.setattr(sys, "stdin", StringIO(TYPED))
                for (_, variable), value in given.items() if way == "environment" else ():
                    around.setenv(variable, value)
                told[way] = run(*SAID[name], *others, *(by_hand if way == "hand" else ()))
        assert told["hand"] == told["environment"], (name, given, others)


@pytest.mark.parametrize("period", [(), ("2023-05",)])
@pytest.mark.parametrize("ledger", ["kaoping.db", "other.db"])
def test_a_publication_is_recomputed_on_its_own_calendar(
    run: Run, office: Path, monkeypatch: pytest.MonkeyPatch, ledger: str, period: Sequence[str]
) -> None:
    plain = run("recompute", *period, "--ledger", ledger, "--json")
    assert plain.code == 0
    assert plain.document["identical"] is True
    assert run("recompute", *period, "--ledger", ledger, "--json", "--calendar", "mine") == plain
    monkeypatch.setenv("KAOPING_CALENDAR", "mine")
    assert run("recompute", *period, "--ledger", ledger, "--json") == plain


def test_another_question_is_answered_on_the_calendar_given(run: Run, office: Path) -> None:
    digest = run("recompute", "2023-05", "--ledger", "other.db", "--json").document["digest"]
    asked = ("recompute", "2023-05", "--ledger", "other.db", "--as-of", "21", "--json")
    stamps = [run(*asked, *calendar).document["stamps"] for calendar in ((), ("--calendar", "mine"))]
    assert stamps[0]["calendar"] != stamps[1]["calendar"]
    assert run("recompute", "2023-05", "--ledger", "other.db", "--expect", digest).code == 1, "on ours it is another"


# outputs


def written(monkeypatch: pytest.MonkeyPatch, encoding: str, *command: str) -> tuple[int, str, str]:
    """What a command writes to streams of an encoding; fails where a byte is none of it."""
    streams = [TextIOWrapper(BytesIO(), encoding=encoding) for _ in range(2)]
    with monkeypatch.context() as around:
        around.setattr(sys, "argv", ["kaoping", *command])
        around.setattr(sys, "stdin", StringIO(TYPED))
        around.setattr(sys, "stdout", streams[0])
        around.setattr(sys, "stderr", streams[1])
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    for stream in streams:
        stream.flush()
    assert isinstance(code, int)
    out, err = (stream.buffer.getvalue().decode(encoding) for stream in streams)
    return code, out, err


@pytest.mark.parametrize(("encoding", "form"), [("ascii", ("--json",)), ("gbk", ())])
@pytest.mark.parametrize("name", [name for name in SAID if name != "demo"])
def test_no_output_fails_on_a_character(
    office: Path, monkeypatch: pytest.MonkeyPatch, name: str, encoding: str, form: tuple[str, ...]
) -> None:
    form = form if takes(name, "--json") else ()
    code, out, err = written(monkeypatch, encoding, *SAID[name], *form)
    assert (code, err) == (0, "")
    for document in out.splitlines() if name == "export" else [out] if form else []:
        assert json.loads(document)
    assert written(monkeypatch, encoding, "audit", RARE)[0] == 2


@pytest.mark.parametrize("encoding", ["ascii", "gbk"])
def test_a_document_is_the_same_in_every_encoding(
    run: Run, office: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    plain = run("score", "2023-05", "--json")
    assert json.loads(written(monkeypatch, encoding, "score", "2023-05", "--json")[1]) == plain.document


def test_what_an_encoding_lacks_is_escaped_as_in_json(run: Run, office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(monkeypatch, "gbk", "audit", RARE, "--lang", "en")[2].startswith(
        "the ledger knows no ticket \\ud842\\udfb7镇."
    )
    assert "\\u8305" not in written(monkeypatch, "gbk", "score", "2023-05")[1]


def process(*command: str, **streams: Any) -> subprocess.CompletedProcess[bytes]:
    environment: Mapping[str, str] = {**os.environ, "PYTHONPATH": str(ROOT), **streams.pop("env", {})}
    call = [sys.executable, "-c", "from kaoping.cli import main; main()", *command]
    return subprocess.run(call, check=False, env=environment, **streams or {"capture_output": True})


def test_an_ascii_terminal(may: Run) -> None:
    ran = process("score", "2023-05", env={"PYTHONIOENCODING": "ascii"})
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"\\u8305\\u5e97\\u9547" in ran.stdout


@pytest.mark.skipif(os.name != "posix", reason="pipes as on Unix")
@pytest.mark.parametrize(
    "command", [("score", "2023-05"), ("score", "2023-05", "--json"), ("export",), ("score", "--help"), ("--version",)]
)
def test_a_reader_who_has_read_enough_is_no_error(may: Run, command: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = process(*command, stdout=writer, stderr=subprocess.PIPE)
    finally:
        os.close(writer)
    assert (ran.returncode, ran.stderr) == (0, b"")


# help and usage errors


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_speaks_the_language_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    command = name.split()
    chinese = run(*command, "--help")
    monkeypatch.setenv("KAOPING_LANG", "en")
    english = run(*command, "--help")
    assert (english.code, chinese.code) == (0, 0)
    assert not HAN.findall(english.out)
    assert english.out.startswith("Usage: kaoping")
    assert not SENTENCE.findall(chinese.out.replace(f"kaoping {name}", "kaoping"))
    assert chinese.out.startswith("用法：kaoping")
    if name:
        monkeypatch.delenv("KAOPING_LANG")
        assert run(*command, "--lang", "en", "--help") == english
        assert all(HAN.search(line.help) for line in tree(command_of([name], Language("zh")))[name].params)


REFUSED: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("scor", "2023-05"), "No such command 'scor'. Did you mean 'score'", "没有命令 'scor'。是不是 'score'"),
    (("xyzzy",), "No such command 'xyzzy'.", "没有命令 'xyzzy'。"),
    (("score",), "Missing argument 'month'.", "缺少参数 'month'。"),
    (("appeal", "GX-1"), "Missing option '--unit'.", "缺少选项 '--unit'。"),
    (("score", "2023-05", "--bogus"), "No such option: --bogus", "没有选项 --bogus"),
    (("score", "2023-05", "--sheet"), "Option '--sheet' requires an argument.", "选项 '--sheet' 后面要写值。"),
    (("score", "2023-05", "--json=1"), "Option '--json' does not take a value.", "选项 '--json' 后面不写值。"),
    (("score", "2023-05", "x"), "Got unexpected extra argument(s) (x)", "多出的参数：x"),
    (("demo", "--seed", "x"), "Invalid value for '--seed': 'x' is not a valid int", "'--seed' 的值不对：'x' 不是整数。"),
)  # fmt: skip


def test_a_year_that_is_none_and_one_that_no_calendar_has(run: Run) -> None:
    assert run("annual", "x").err == "x 不是年份。\n改正办法：请写成 2023 这样。\n"
    for year in ("1999", "2999"):
        ran = run("annual", year)
        assert ran.code == 2
        assert f"{year} 年不在可以计分的 2004 年到 2100 年之内。" in ran.err


@pytest.mark.parametrize(("command", "english", "chinese"), REFUSED, ids=[" ".join(one) for one, _, _ in REFUSED])
def test_a_command_line_is_refused_in_the_language_asked_for(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], english: str, chinese: str
) -> None:
    told = run(*command)
    assert (told.code, told.out) == (2, "")
    assert f"错误：{chinese}" in told.err
    assert not SENTENCE.findall(told.err)
    monkeypatch.setenv("KAOPING_LANG", "en")
    told = run(*command)
    assert (told.code, told.out) == (2, "")
    assert english in told.err
    assert "Error: " in told.err
    assert not HAN.findall(told.err)


def test_without_a_command_there_is_help(run: Run) -> None:
    told = run()
    assert (told.code, told.out) == (2, "")
    assert told.err == run("--help").out


# completion


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("kaoping sc", ["score"]),
        ("kaoping app", ["appeal", "appeals"]),
        ("kaoping ", [*dict.fromkeys(name.split()[0] for name in COMMANDS)]),
        ("kaoping profile ", ["new", "check"]),
        ("kaoping score --cal", ["--calendar"]),
        ("kaoping appeals --uni", ["--unit"]),
    ],
)
def test_completion(run: Run, monkeypatch: pytest.MonkeyPatch, line: str, found: list[str]) -> None:
    monkeypatch.setenv("_KAOPING_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(line.count(" ")))
    told = run()
    assert (told.code, told.err) == (0, "")
    assert told.out.split() == found


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_completion_installed_in_a_shell(tmp_path: Path) -> None:
    program = tmp_path / "kaoping"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "from kaoping.cli import main; main()" "$@"\n')
    program.chmod(0o755)
    home = {"HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    assert process("--install-completion", "bash", env=home).returncode == 0
    script = process("--show-completion", "bash", env=home).stdout.decode()
    typed = 'COMP_WORDS=(kaoping verif); COMP_CWORD=1; _kaoping_completion "$1"; echo "${COMPREPLY[@]}"'
    for source in (script, (tmp_path / ".bash_completions" / "kaoping.sh").read_text("utf-8")):
        shell = subprocess.run(
            ["bash", "--norc", "-c", f"{source}\n{typed}", "bash", str(program)], check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert shell.stdout == "verify\n"


def test_only_the_command_called_is_loaded() -> None:
    show = "import sys; from kaoping import cli; cli.command_of(cli._names(), cli.Language()); print(*sys.modules)"
    words = {"COMP_WORDS": "kaoping verify --l", "COMP_CWORD": "2", "_KAOPING_COMPLETE": "complete_bash"}
    for arguments, env in ((["verify"], {}), ([], words)):
        ran = subprocess.run(
            [sys.executable, "-c", show, *arguments], check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        )  # fmt: skip
        loaded = {name for name in ran.stdout.split() if name.startswith("kaoping.commands.")}
        assert loaded == {"kaoping.commands.asked", "kaoping.commands.proof"}
