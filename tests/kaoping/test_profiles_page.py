"""The examples of docs/profiles.md and its Chinese page, run: what they quote is printed."""

import re
import shlex
from pathlib import Path

import pytest

from kaoping.files import folder
from tests.kaoping.test_cli import UNITS, Run, run
from tests.kaoping.test_readme import check

__all__ = ["run"]
DOCS = Path(__file__).parents[2] / "docs"
DRIFT = """工单编号,来电人电话,承办单位,派单时间,单位签收时间
GX-1,13800000000,茅店镇,2023-05-04 09:10:00,2023-05-04 09:30:00
GX-2,13800000001,茅店政府,2023-05-04 09:10:00,2023-05-04 09:30:00
"""


def examples(page: str) -> list[tuple[str, list[str]]]:
    """(command, lines) in the order of the page."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"(?:^    .*\n)+", page, re.MULTILINE):
        for line in block.splitlines():
            if line.startswith("    $ kaoping "):
                found.append((line.removeprefix("    $ kaoping "), []))
            elif found and block.startswith("    $"):
                found[-1][1].append(line[4:].rstrip())
    return found


def table_shown(page: str) -> str:
    """The first table of a page, as a file."""
    shown = re.search(r"(?:^    [^$ ].*\n)+", page, re.MULTILINE)
    assert shown is not None
    return "".join(f"{line[4:]}\n" for line in shown[0].splitlines())


@pytest.mark.parametrize(("name", "language"), [("profiles.md", "en"), ("profiles.zh-CN.md", "zh")])
def test_the_examples_print_what_the_page_says(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, language: str
) -> None:
    page = (DOCS / name).read_text("utf-8")
    monkeypatch.setenv("KAOPING_LANG", language)
    Path("office.csv").write_text(table_shown(page), "utf-8")
    Path("drift.csv").write_text(DRIFT, "utf-8")
    Path("units.jsonl").write_text(UNITS, "utf-8")
    assert run("import", "units.jsonl").code == 0
    told = examples(page)
    assert [command.split()[0] for command, _ in told] == ["profile", "profile", "import", "profile", "alias"]
    for command, lines in told:
        ran = run(*shlex.split(command))
        assert ran.code == 0, ran
        check(ran.out, command, lines)
    strange = run("import", "drift.csv", "--known-units")
    assert "茅店政府" in strange.err


def test_the_profile_on_the_page_is_the_one_that_is_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (DOCS / "profiles.md").read_text("utf-8")
    shown = re.search(r"```toml\n(name = .*?)```", page, re.DOTALL)
    assert shown is not None
    Path("shown.toml").write_text(shown[1], "utf-8")
    monkeypatch.setenv("KAOPING_LANG", "en")
    Path("office.csv").write_text(table_shown(page), "utf-8")
    run("profile", "new", "office.csv", "--output", "office.toml")
    assert folder.profile("shown.toml") == folder.profile("office.toml")
    assert (run("profile", "new", "office.csv", "--output", "office.toml").code, Path("office.toml").exists()) == (
        2,
        True,
    )


def test_every_key_of_a_profile_is_on_the_page() -> None:
    import attrs

    from ledger.intake.profile import EventRule, Profile, When

    page = (DOCS / "profiles.md").read_text("utf-8")
    keys = [field.name for kind in (Profile, EventRule, When) for field in attrs.fields(kind)]
    assert [key for key in keys if f"`{key}`" not in page and f"`[{key}]`" not in page and f"[{key}." not in page] == []
