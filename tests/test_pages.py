"""The pages of docs/ in two languages: each has its sister, built alike, and no link leads nowhere."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ONE_LANGUAGE = {"DECISIONS.md"}
ENGLISH = sorted(
    path.name for path in DOCS.glob("*.md") if not path.name.endswith(".zh-CN.md") and path.name not in ONE_LANGUAGE
)
EVERY = sorted(path for path in [*DOCS.glob("*.md"), *ROOT.glob("README*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"(#{1,6}) (.+)")


def sister(name: str) -> str:
    return name.removesuffix(".md") + ".zh-CN.md"


@cache
def text(path: Path) -> str:
    return path.read_text("utf-8")


def parts(path: Path) -> dict[str, Any]:
    """How a page is built: levels of its headings in order, rows of its tables, kinds of its code blocks, commands quoted."""
    headings, tables, blocks, commands = [], [0], [], []
    fenced, before = False, ""
    for line in text(path).splitlines():
        indented = line.startswith("    ") and bool(line.strip())
        if line.startswith("```"):
            fenced = not fenced
            blocks += [line] if fenced else []
        elif not fenced:
            if indented and not before.strip():
                blocks.append("indented")
            if heading := HEADING.fullmatch(line):
                headings.append(len(heading[1]))
            if line.startswith("|"):
                tables[-1] += 1
            elif tables[-1]:
                tables.append(0)
            if line.strip().startswith("$ "):
                commands.append(line.strip())
        before = line
    return {"headings": headings, "tables": [rows for rows in tables if rows], "blocks": blocks, "commands": commands}


def anchors(path: Path) -> set[str]:
    """The names of a page's headings as GitHub makes them: small letters, no punctuation, a hyphen for each space."""
    prose = re.sub(r"^```.*?^```$", "", text(path), flags=re.MULTILINE | re.DOTALL)
    titles = [found[2] for found in map(HEADING.fullmatch, prose.splitlines()) if found]
    return {"".join(map(_slug, title.strip().lower())) for title in titles}


def _slug(character: str) -> str:
    if character in " -":
        return "-"
    return character if character == "_" or unicodedata.category(character)[0] in "LNM" else ""


@pytest.mark.parametrize("name", ENGLISH)
def test_a_page_has_its_sister_built_alike(name: str) -> None:
    english, chinese = DOCS / name, DOCS / sister(name)
    assert chinese.exists(), f"docs/{name} is not told in Chinese: write docs/{chinese.name}"
    assert text(english).startswith(f"[中文]({chinese.name})\n"), "the first line links to the sister"
    assert text(chinese).startswith(f"[English]({name})\n"), "the first line links to the sister"
    assert parts(chinese) == parts(english)


def test_no_chinese_page_stands_alone() -> None:
    assert {path.name for path in DOCS.glob("*.zh-CN.md")} <= {sister(name) for name in ENGLISH}


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
def test_no_link_leads_nowhere(path: Path) -> None:
    dead = []
    for target in LINK.findall(text(path)):
        if re.match(r"\w+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            dead.append(target)
    assert not dead, path.name


def test_a_broken_page_is_seen(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole.md", tmp_path / "broken.md"
    whole.write_text("# One\n\n| a |\n|---|\n| 1 |\n\n    $ kaoping verify\n    done\n\n## Two: three\n", "utf-8")
    broken.write_text("# 一\n\n| a |\n|---|\n\n    done\n\n### 二：三\n", "utf-8")
    differ = {key for key, told in parts(whole).items() if told != parts(broken)[key]}
    assert differ == {"headings", "tables", "commands"}
    assert anchors(whole) == {"one", "two-three"}
    assert anchors(broken) == {"一", "二三"}
