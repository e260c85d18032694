"""The guide's month, run in both languages from the export to the answered dispute: what it quotes is what the commands print."""

import shlex
import shutil
from pathlib import Path

import pytest

from kaoping import now
from tests.kaoping.test_cli import Run, run
from tests.kaoping.test_commands_page import examples
from tests.kaoping.test_readme import READ, check

__all__ = ["run"]
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("page", "language"),
    [("guide.md", "en"), pytest.param("guide.zh-CN.md", "zh", marks=pytest.mark.slow)],
    ids=["en", "zh"],
)
def test_the_month_goes_as_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str, language: str
) -> None:
    shutil.copytree(ROOT / "data" / "samples", tmp_path / "data" / "samples")
    monkeypatch.setenv("KAOPING_LANG", language)
    monkeypatch.setattr(now, "now_ms", lambda: READ)
    story = examples((ROOT / "docs" / page).read_text("utf-8"))
    assert len(story) >= 16
    for command, lines in story:
        ran = run(*shlex.split(command))
        assert ran.code == 0, (command, ran.err)
        check(ran.out, command, lines)
