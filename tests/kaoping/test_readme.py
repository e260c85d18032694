"""The quick start of both READMEs, run: what they quote is what the commands print."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from calendars.instants import read_iso
from kaoping import now
from tests.kaoping.test_cli import Run, run

__all__ = ["run"]
ROOT = Path(__file__).parents[2]
TIME = re.compile(r"(\w{3} )?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?( 周.)?")


READ = read_iso("2023-06-20T10:00:00+08:00")
"""When somebody reads it: later than the last day that it tells of."""


def quoted(name: str) -> list[tuple[str, list[str]]]:
    """(command, lines) of the fenced quick start."""
    text = (ROOT / name).read_text("utf-8")
    start = min(text.index(title) for title in ("## Quick start", "## 快速开始", "## 上手") if title in text)
    found: list[tuple[str, list[str]]] = []
    for line in text[start : text.index("\n## ", start + 5)].splitlines():
        if line.startswith("    $ kaoping "):
            found.append((line.removeprefix("    $ kaoping ").strip(), []))
        elif line.startswith("    ") and found:
            found[-1][1].append(line[4:].rstrip())
    return found


def plain(line: str) -> str:
    """A line without what differs from run to run."""
    return TIME.sub("<time>", line).rstrip()


@pytest.mark.parametrize(("name", "language"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_the_quick_start_prints_what_it_quotes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, language: str
) -> None:
    shutil.copytree(ROOT / "data" / "samples", tmp_path / "data" / "samples")
    monkeypatch.setenv("KAOPING_LANG", language)
    monkeypatch.setattr(now, "now_ms", lambda: READ)
    commands = quoted(name)
    assert len(commands) >= 8
    commands.sort(key=lambda one: one[0] == "import", reverse=True)
    for command, lines in [one for one in commands if one[0] != "verify"]:
        check(run(*shlex.split(command)).out, command, lines)
    (verify,) = [lines for command, lines in commands if command == "verify"]
    for old in tmp_path.glob("kaoping.db*"):
        old.unlink()
    run(*shlex.split(commands[0][0]))
    check(run("verify").out, "verify", verify)


def check(out: str, command: str, lines: list[str]) -> None:
    """Each quoted line is printed, in order; `…` at its end leaves the rest out."""
    printed = [plain(line) for line in out.splitlines()]
    place = 0
    for line in map(plain, lines):
        if line in ("…", "") or line.startswith(("（", "(", *"┏┡└")):
            continue
        wanted = line.removesuffix("…").removesuffix("│").removesuffix("┃").rstrip()  # the terminal shows fewer columns
        fits = [at for at in range(place, len(printed)) if printed[at].startswith(wanted) or printed[at] == line]
        assert fits, f"kaoping {command} prints no line {line!r}:\n{out}"
        place = fits[0] + 1
