"""The office's month at one desk, from an export with two bad rows to the printed page: with the mouse, by keys alone, and without
scripts."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.store import Ledger
from tests.browser.desks import Opened, call
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.kaoping.test_cli import LOG, UNITS

pytestmark = pytest.mark.slow
BAD = LOG.replace("GX-3,联系,", "GX-3,转督办,").replace("2023-05-10 09:30:00", "5月10日")
"""A row with a word that no profile knows, and one without a time that can be read."""
WAYS: dict[str, tuple[dict[str, Any], Callable[[Any], Hands]]] = {
    "mouse": ({}, Mouse),
    "keys": ({}, Keyboard),
    "without scripts": ({"java_script_enabled": False}, Mouse),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_month_from_the_export_to_the_printed_page(
    chromium: Any, empty_desk: Opened, tmp_path: Path, way: str
) -> None:
    wishes, hands_of = WAYS[way]
    page = empty_desk.enter(chromium, **wishes)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    hands = hands_of(page)
    files = [tmp_path / "五月.csv", tmp_path / "单位.jsonl"]
    for path, text in zip(files, (BAD, UNITS), strict=True):
        path.write_text(text, "utf-8")
    takes_in(page, hands, files)
    before = loses(page, hands)
    contests(page, hands)
    rules(page, hands)
    publishes(page, hands)
    prints(page, hands, before)
    page.context.close()
    assert [one for one in told if "422" not in one] == []
    (again,) = json.loads(call(tmp_path, "recompute", "--json"))["publications"]
    assert again["identical"]
    with Ledger(empty_desk.path, only_read=True) as ledger:
        kinds = [event.fact.kind for event in ledger.events()]
    assert [kinds.count(one) for one in ("contact", "sign", "appeal", "ruling", "publish")] == [3, 4, 1, 1, 1]


def takes_in(page: Any, hands: Hands, files: list[Path]) -> None:
    """The export dropped, the unknown word explained, the row mended, all taken."""
    page.goto(page.url.partition("/import")[0] + "/")
    page.wait_for_url("**/import")
    hands.drop("input[name=file]", *files)
    if page.locator("input[name=by]").is_visible():  # whoever signed in writes
        hands.write("input[name=by]", "热线办")
    hands.open("form.fill button")
    assert "转督办" in page.content()
    assert "5月10日" in page.content()
    hands.choose("select[name^=word]", "contact")
    hands.open("form:has(select[name^=word]) button")
    assert page.locator("select[name^=word]").count() == 0
    hands.write("input[name^=cell]", "2023-05-10 09:30:00")
    hands.open("form:has(input[name^=cell]) button")
    assert page.locator("input[name^=cell]").count() == 0
    hands.open("form[action^='/import']:not([action*=waiting]) button")


def loses(page: Any, hands: Hands) -> str:
    """The overview, and what the unit has there."""
    hands.open("a[href^='/2023-05']")
    assert page.locator("caption").first.inner_text()
    row = page.locator("tr", has=page.locator("a", has_text=re.compile("^茅店镇$"))).first.inner_text()
    hands.open("td a[href*='/unit/%E8%8C%85'], th a[href*='/unit/%E8%8C%85']")
    return str(row)


def contests(page: Any, hands: Hands) -> None:
    """The ticket that cost it most, contested from its own page."""
    hands.open("th a[href^='/ticket/GX-1'], td a[href^='/ticket/GX-1']")
    assert page.locator("svg.life").is_visible()
    hands.open("a[href^='/appeals/new']")
    hands.write("input[name=at]", "2023-06-05T09:00")
    hands.write("textarea[name=reason]", "平台故障")
    hands.open("form.fill button")
    assert "/appeals/preview" in page.url
    hands.open("form.fill button")
    page.wait_for_url(re.compile(r"/appeals/\d+"))


def rules(page: Any, hands: Hands) -> None:
    """What it would move is shown; then it is granted."""
    assert page.locator("#main table").count() > 1
    hands.tick("input[name=granted]")
    hands.write("input[name=at]", "2023-06-06")
    hands.write("textarea[name=reason]", "属实")
    hands.write("input[name=document]", "2号")
    hands.open("form.fill button")
    page.wait_for_url(re.compile(r"/appeals/\d+"))
    assert "属实" in page.content()


def publishes(page: Any, hands: Hands) -> None:
    """What speaks against it is looked at; then the month is published, and computed again."""
    hands.open("a.home")
    hands.open("a[href^='/publish/2023-05']")
    hands.write("input[name=document]", "赣县热线办〔2023〕6号")
    for box in page.locator("input[name=accept]").all():
        hands.tick(f"input[name=accept][value='{box.get_attribute('value')}']")
    hands.open("form.fill button")
    hands.open("nav a[href^='/published']")
    assert "一致" in page.locator("#main").inner_text()


def prints(page: Any, hands: Hands, before: str) -> None:
    """The unit's page, with what the ruling gave back, on paper."""
    hands.open("a.home")
    row = page.locator("tr", has=page.locator("a", has_text=re.compile("^茅店镇$"))).first.inner_text()
    assert row != before, "the ruling gave points back"
    hands.open("th a[href*='/unit/%E8%8C%85'], td a[href*='/unit/%E8%8C%85']")
    assert page.pdf()[:5] == b"%PDF-"
