"""The examples of docs/import.md and its Chinese page, run in order: what they quote is printed."""

import shlex
from pathlib import Path

import pytest

from tests.kaoping.test_cli import UNITS, Run, run
from tests.kaoping.test_profiles_page import examples, table_shown
from tests.kaoping.test_readme import plain

__all__ = ["run"]
DOCS = Path(__file__).parents[2] / "docs"
REFUSED = ("import", "may.csv", "strange.csv")


@pytest.mark.parametrize(("name", "language"), [("import.md", "en"), ("import.zh-CN.md", "zh")])
def test_the_examples_print_what_the_page_says(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, language: str
) -> None:
    page = (DOCS / name).read_text("utf-8")
    monkeypatch.setenv("KAOPING_LANG", language)
    log = table_shown(page)
    files = {
        "may.csv": log,
        "again.csv": log.replace("不满意", "满意").replace("2023-05-05 25:00", "2023-05-05 09:25:00"),
        "june.csv": log.replace("GX-", "GY-").replace(",签收时间", ",单位签收时间"),
        "strange.csv": "编号,事项\n1,路灯不亮\n",
        "units.jsonl": "".join(UNITS.splitlines(keepends=True)[:2]),
    }
    for file, text in files.items():
        Path(file).write_text(text, "utf-8")
    assert run("import", "units.jsonl").code == 0
    told = examples(page)
    assert [shlex.split(command)[0] for command, _ in told] == [
        *("import", "import", "aside", "import", "import", "audit", "import", "import", "batches")
    ]
    for command, lines in told:
        words = tuple(shlex.split(command))
        ran = run(*words)
        assert ran.code == (1 if words == REFUSED else 0), ran
        printed = {plain(line) for line in (ran.out + ran.err).splitlines()}
        assert [line for line in map(plain, lines) if line and line not in printed] == [], (ran.out, ran.err)
