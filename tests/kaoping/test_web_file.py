"""The web file: one file without network or script, every number of it that of the score, drill-down from unit to ticket to fact."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.kaoping.test_cli import Run, may, run
from tests.kaoping.test_papers import HOSTILE, with_hostile_units

__all__ = ["may", "run"]
FILE = "2023-05 办件情况.html"


class Reader(HTMLParser):
    """The file as a browser reads it: the rows of its tables, its links and its ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append((tag, told))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True
        if "id" in told:
            self.ids.add(f"#{told['id']}")
        if tag == "a":
            self.links.add(str(told["href"]))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


@pytest.fixture
def page(may: Run, tmp_path: Path) -> Reader:
    assert may("report", "2023-05", "--out", "out", "--html").code == 0
    return Reader((tmp_path / "out" / FILE).read_text("utf-8"))


def test_every_number_of_the_web_file_is_that_of_the_score(page: Reader, may: Run) -> None:
    compared = 0
    for sheet in may("score", "2023-05", "--json").document["sheets"]:
        for unit in sheet["units"]:
            compared += unit_is_told(page, unit)
    assert compared > 20


def unit_is_told(page: Reader, unit: dict[str, Any]) -> int:
    rank, items = str(unit["rank"] or "-"), [one["score"] for one in unit["items"] if "." not in one["item"]]
    rows = [row for row in page.rows if row[0] == rank and unit["unit"] in row]
    if not items:
        assert any(row[-1] == f"{unit['score']}*" for row in rows)
        return 1
    assert [*items, unit["score"]] in [row[-2 - len(items) : -1] for row in rows]
    return len(items) + 1


def test_it_asks_the_network_for_nothing(page: Reader) -> None:
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form"}
    loaded = [
        value for _, told in page.tags for name, value in told.items() if name in ("src", "action", "srcset", "style")
    ]
    assert loaded == []
    assert not [name for _, told in page.tags for name in told if name.startswith("on")]


def test_every_link_leads_somewhere_and_a_ticket_to_its_facts(page: Reader) -> None:
    assert page.links <= page.ids
    assert any(row[:3] == ["#1", "2023-04-28 16:30:00 周五", "派单"] for row in page.rows)
    drawn = [told["class"] for tag, told in page.tags if tag == "svg"]
    assert {*drawn} == {"chart", "life"}
    assert all(one == "title" for one, _ in [page.tags[n + 1] for n, (tag, _) in enumerate(page.tags) if tag == "svg"])


def test_hostile_names_come_back_letter_for_letter(run: Run, tmp_path: Path) -> None:
    with_hostile_units(run, tmp_path)
    assert run("report", "2023-05", "--out", "out", "--html").code == 0
    text = (tmp_path / "out" / FILE).read_text("utf-8")
    cells = {cell for row in Reader(text).rows for cell in row}
    assert {*HOSTILE} <= cells
    assert not re.search(r"<b>", text)
