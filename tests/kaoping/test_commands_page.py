"""The examples of docs/commands.md and its Chinese sister, run: what they quote is printed, and each key is in the JSON."""

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kaoping.test_cli import Run, run
from tests.kaoping.test_readme import check

__all__ = ["run"]
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "commands.md").read_text("utf-8")
CHINESE = (ROOT / "docs" / "commands.zh-CN.md").read_text("utf-8")
TICKET = "GX20230504-0008"
SAMPLES = ("data/samples/units.jsonl", "data/samples/2023-05.csv")

BAD = """工单编号,环节序号,操作,承办单位,操作时间,渠道,工单性质,是否匿名,处理时限,处理时限单位
GX-9,1,派单,茅店镇,2023-05-09 09:10:00,12345,主办,否,2,工作日
GX-9,2,转督办,茅店镇,2023-05-09 10:10:00,,,,,
GX-9,3,签收,茅店镇,5月4日,,,,,
"""
"""An export whose third row has an act that nobody knows, and whose fourth a moment that is none."""

AGAIN = """工单编号,环节序号,操作,承办单位,操作时间,渠道,工单性质,是否匿名,处理时限,处理时限单位
GX-9,1,派单,茅坪镇,2023-05-09 09:10:00,12345,主办,否,2,工作日
"""
"""The same dispatch, told of another unit: a change, kept aside."""

STORY = [
    ("import", ["import", "bad.csv"]),
    ("import", ["import", "again.csv"]),
    ("batches", ["batches"]),
    ("aside", ["aside"]),
    ("metrics", ["metrics", "2023-05"]),
    ("score", ["score", "2023-05"]),
    ("report", ["report", "2023-05", "--out", "papers", "--html"]),
    ("mirror", ["mirror", "mirror"]),
    ("due", ["due", "--at", "2023-05-19T16:00"]),
    ("why", ["why", "王母渡镇", "2023-05"]),
    ("annual", ["annual", "2023"]),
    ("audit", ["audit", "GX20230526-0003"]),
    ("audit", ["audit", "GX20230501-0001"]),
    ("audit", ["audit", TICKET, "--if", "signed=2023-05-05T11:00"]),
    ("publish", ["publish", "2023-05", "--document", "赣县热线办〔2023〕6号", "--accept", "aside"]),
    ("recompute", ["recompute", "2023-05"]),
    ("readings, whatif", ["readings", "2023-05"]),
    ("readings, whatif", ["whatif", "2023", "--rulebook", "ganxian-2023"]),
    ("appeal, ruling, appeals", ["appeal", TICKET, "--unit", "茅店镇", "--item", "signing", "--at", "2023-06-02", "--reason", "故障"]),
    ("appeal, ruling, appeals", ["ruling", "700", "--granted", "--at", "2023-06-05", "--reason", "属实", "--document", "9号"]),
    ("appeal, ruling, appeals", ["appeals"]),
    ("diff", ["diff", "2023-05", "now", "--unit", "茅店镇"]),
    ("verify", ["verify"]),
    ("prove, check-proof", ["prove", TICKET]),
    ("prove, check-proof", ["check-proof", "ticket.proof.json"]),
    ("profile new, profile check", ["profile", "new", "bad.csv"]),
    ("profile new, profile check", ["profile", "check", "bad.csv", "--profile", "hotline-log"]),
    ("template", ["template", "units", "--out", "units.xlsx"]),
    ("alias", ["alias", "茅店镇", "茅店镇人民政府"]),
    ("backup, restore, doctor", ["backup", "away.db"]),
    ("backup, restore, doctor", ["restore", "away.db"]),
    ("backup, restore, doctor", ["doctor"]),
]  # fmt: skip


def sections() -> dict[str, list[str]]:
    """Title -> the indented lines under it."""
    found: dict[str, list[str]] = {}
    for part in PAGE.split("\n## ")[1:]:
        title, *lines = part.splitlines()
        found[title.strip()] = [line[4:].rstrip() for line in lines if line.startswith("    ")]
    return found


def examples(page: str) -> list[tuple[str, list[str]]]:
    """(command, lines) in the order of the page."""
    found: list[tuple[str, list[str]]] = []
    open_example = False
    for line in page.splitlines():
        if line.startswith("    $ kaoping "):
            found.append((line.removeprefix("    $ kaoping ").strip(), []))
            open_example = True
        elif line.startswith("    ") and open_example:
            found[-1][1].append(line[4:].rstrip())
        else:
            open_example = False
    return found


def keys(document: Any) -> Iterator[str]:
    """Every key of a JSON document, at any depth."""
    for one in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from keys(one)
    if isinstance(document, dict):
        yield from document


@pytest.fixture
def office(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands in English, on the ledger of the quick start."""
    shutil.copytree(ROOT / "data" / "samples", tmp_path / "data" / "samples")
    monkeypatch.setenv("KAOPING_LANG", "en")
    assert run("import", *SAMPLES).code == 0
    return run


@pytest.mark.parametrize(("page", "language"), [(PAGE, "en"), (CHINESE, "zh")], ids=["en", "zh"])
def test_examples_print_what_they_quote(office: Run, monkeypatch: pytest.MonkeyPatch, page: str, language: str) -> None:
    monkeypatch.setenv("KAOPING_LANG", language)
    found = examples(page)
    assert len(found) >= 6
    for command, lines in found:
        check(office(*shlex.split(command)).out, command, lines)


@pytest.mark.slow  # some twenty commands, `readings` among them
def test_keys_quoted_are_keys_told(office: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(BAD, "utf-8")
    (tmp_path / "again.csv").write_text(AGAIN, "utf-8")
    told: dict[str, set[str]] = {}
    for title, words in STORY:
        if words[0] == "check-proof":
            office("prove", TICKET, "--output", words[1])
        ran = office(*words, "--json")
        assert ran.out, (words, ran.err)
        told.setdefault(title, set()).update(keys(ran.document))
    for title, known in told.items():
        quoted = set(re.findall(r'"(\w+)":', "\n".join(sections()[title])))
        assert quoted, title
        assert quoted <= known, f"{title}: {sorted(quoted - known)} are in docs/commands.md, not in the JSON"


def test_every_section_is_run() -> None:
    ran = {title for title, _ in STORY} | {
        "rules",
        "quality",
        "record, exempt, void",
        "export",
        "serve, account",
        "demo",
        "desk",
    }  # these: examples, or no JSON quoted
    assert ran == {*sections()}
