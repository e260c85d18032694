"""The same month at a desk with accounts: its editor, the unit that lost points, and whoever signs, each in a browser of its own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.desks import Opened, call, opened
from tests.browser.hands import Mouse
from tests.browser.test_story import BAD, takes_in
from tests.kaoping.test_cli import UNITS

pytestmark = pytest.mark.slow
PEOPLE = {"经办": ("editor", ""), "签发": ("approver", ""), "茅店": ("unit", "茅店镇"), "城管": ("unit", "区城管局")}
FIRST, OWN = "竹海 松涛 晨雾 渡口", "云山 苍苍 江水 泱泱"
DOCUMENT = "赣县热线办〔2023〕6号"


@pytest.fixture
def shared_desk(chromium: Any, tmp_path: Path) -> Iterator[Opened]:
    """A desk with four accounts, and no ledger yet."""
    for name, (role, unit) in PEOPLE.items():
        of_unit = ("--unit", unit) if unit else ()
        call(
            tmp_path,
            "account",
            "add",
            name,
            "--accounts",
            "desk.db",
            "--role",
            role,
            *of_unit,
            "--password-stdin",
            typed=f"{FIRST}\n",
        )
    with opened(tmp_path / "kaoping.db", "serve", "--accounts", "desk.db", "--port", "0") as found:
        yield found


def comes_in(chromium: Any, desk: Opened, name: str, told: list[str]) -> Mouse:
    """Somebody signs in, changes the password that was given, and signs in with his own."""
    page = chromium.new_context().new_page()
    page.context.set_default_timeout(60_000)
    page.on("console", lambda message: told.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(desk.base + "/")
    hands = Mouse(page)
    signs_in(hands, name, FIRST)
    page.wait_for_url("**/password")
    hands.write("input[name=old]", FIRST)
    for field in page.locator("input[type=password]:not([name=old])").all():
        field.fill(OWN)
    hands.open("form.fill button")
    signs_in(hands, name, OWN)
    return hands


def signs_in(hands: Mouse, name: str, password: str) -> None:
    """A name and a password."""
    hands.write("input[name=name]", name)
    hands.write("input[name=password]", password)
    hands.open("form.fill button")


def test_an_editor_a_unit_and_whoever_signs_work_a_month_through(
    chromium: Any, shared_desk: Opened, tmp_path: Path
) -> None:
    told: list[str] = []
    desk = shared_desk
    editor = comes_in(chromium, desk, "经办", told)
    files = [tmp_path / "五月.csv", tmp_path / "单位.jsonl"]
    for path, text in zip(files, (BAD, UNITS), strict=True):
        path.write_text(text, "utf-8")
    editor.page.goto(desk.base + "/import")
    takes_in(editor.page, editor, files)
    editor.page.goto(desk.base + "/2023-05")
    assert "茅店镇" in editor.page.inner_text("#main")

    unit = comes_in(chromium, desk, "茅店", told)
    unit.write("#search", "GX-1")
    unit.open("form.search button")
    unit.page.wait_for_url("**/ticket/GX-1")
    unit.open("a[href^='/appeals/new']")
    unit.write("input[name=at]", "2023-06-05T09:00")
    unit.write("textarea[name=reason]", "平台故障")
    unit.open("form.fill button")
    unit.open("form.fill button")
    unit.page.wait_for_url(re.compile(r"/appeals/\d+"))
    appeal = unit.page.url

    another = comes_in(chromium, desk, "城管", told)
    another.write("#search", "GX-1")
    another.open("form.search button")
    assert "GX-1" not in another.page.inner_text("#main table") if another.page.locator("#main table").count() else True
    told.clear()
    another.page.goto(appeal)
    assert "茅店镇" not in another.page.content(), "a unit learns nothing of another's"
    told.clear()

    approver = comes_in(chromium, desk, "签发", told)
    drafts_and_signs(editor, approver, appeal)
    prepares_and_signs(editor, approver, desk)
    assert [one for one in told if "422" not in one] == []
    (again,) = json.loads(call(tmp_path, "recompute", "--json"))["publications"]
    assert (again["identical"], again.get("document", DOCUMENT)) == (True, DOCUMENT)

    unit.page.goto(desk.base + "/2023-05")
    unit.open("a[href*='/unit/%E8%8C%85']")
    assert unit.page.pdf()[:5] == b"%PDF-"


def drafts_and_signs(editor: Mouse, approver: Mouse, appeal: str) -> None:
    """The ruling drafted by one, and signed by the other."""
    editor.page.goto(appeal)
    editor.tick("input[name=granted]")
    editor.write("input[name=at]", "2023-06-06")
    editor.write("textarea[name=reason]", "属实")
    editor.write("input[name=document]", "2号")
    editor.open("form.fill button")
    approver.page.goto(appeal)
    assert "属实" in approver.page.inner_text("#main")
    approver.open("form.fill button:not([formaction])")
    assert "属实" in approver.page.inner_text("#main")


def prepares_and_signs(editor: Mouse, approver: Mouse, desk: Opened) -> None:
    """The month prepared by one, and published by the other."""
    editor.page.goto(desk.base + "/publish/2023-05")
    editor.write("input[name=document]", DOCUMENT)
    for box in editor.page.locator("input[name=accept]").all():
        box.check()
    editor.open("form.fill button")
    approver.page.goto(desk.base + "/publish/2023-05")
    assert DOCUMENT in approver.page.inner_text("#main")
    approver.open("form.fill button:not([formaction])")
    approver.open("nav a[href^='/published']")
    assert "2023-05" in approver.page.inner_text("#main table")
