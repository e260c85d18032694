"""The notice that the ledger has changed: it comes while somebody reads and writes, takes nothing away, and comes for nothing else."""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.desks import TICKET, UNIT, Opened, call

pytestmark = pytest.mark.slow
EVERY = 10_000
"""ms between two questions of a page, as in desk.js."""
HERE = "one => document.querySelector(one).getBoundingClientRect().top"
READ = "#main > :last-child"


def asked_again(page: Any) -> None:
    """The page asks the desk once more, as after its ten seconds, and has the answer."""
    with page.expect_response("**/head"):
        page.clock.fast_forward(EVERY)
    page.wait_for_timeout(200)


def records(desk: Opened, hour: int) -> None:
    """Another process that writes to the ledger meanwhile."""
    at = f"2023-06-09T{hour:02}:00"
    call(desk.path.parent, "appeal", TICKET, "--unit", UNIT, "--item", "closing", "--at", at, "--reason", "再次申诉")


def shown(page: Any) -> bool:
    return bool(page.locator("#changed").is_visible())


def test_the_notice_comes_without_losing_what_is_read_or_typed(chromium: Any, own_desk: Opened, tmp_path: Path) -> None:
    page = own_desk.enter(chromium, viewport={"width": 1280, "height": 600})
    page.clock.install()
    page.goto(f"{own_desk.base}/ticket/{TICKET}?lang=zh")
    page.wait_for_load_state("networkidle")
    asked_again(page)
    assert not shown(page), "nothing changed"
    page.keyboard.press("f")
    page.keyboard.insert_text("办结")
    page.wait_for_url("**q=%E5%8A%9E%E7%BB%93**")
    page.locator("[role=status].note").wait_for()
    page.evaluate("window.stays = true; window.scrollTo(0, 500)")
    assert page.evaluate("window.scrollY") > 100
    records(own_desk, 9)
    before, text = page.evaluate(HERE, READ), page.inner_text("#main")
    assert not shown(page), "it has not asked yet"
    asked_again(page)
    assert shown(page)
    assert page.locator("#changed").bounding_box()["y"] >= 0, "in sight, however far one has scrolled"
    assert abs(page.evaluate(HERE, READ) - before) < 2, "what is read stands where it stood"
    assert page.evaluate("window.stays")
    assert page.inner_text("#main") == text
    assert page.input_value("#filter") == "办结"
    assert page.evaluate("document.activeElement.id") == "filter"
    page.click("[data-act=later]")
    asked_again(page)
    assert not shown(page), "of one change it tells once"
    page.context.close()


def test_what_is_drawn_anew_is_told_of_no_more(chromium: Any, own_desk: Opened) -> None:
    page = own_desk.enter(chromium)
    page.clock.install()
    page.goto(f"{own_desk.base}/ticket/{TICKET}")
    records(own_desk, 10)
    asked_again(page)
    assert shown(page)
    page.keyboard.press("f")
    page.keyboard.insert_text("签收")
    page.clock.fast_forward(1000)
    page.wait_for_url("**q=%E7%AD%BE%E6%94%B6**")
    page.locator("#changed").wait_for(state="hidden")
    asked_again(page)
    assert not shown(page), "the rows that were narrowed since are those of the ledger as it is"
    records(own_desk, 11)
    asked_again(page)
    assert shown(page)
    page.click("[data-act=reload]")
    page.locator("#changed").wait_for(state="hidden")
    assert "再次申诉" in page.inner_text("#main")
    page.context.close()
