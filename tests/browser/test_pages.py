"""Every page in a browser: nothing is written to its console, nothing asked of elsewhere, nothing lies beside the screen, and axe finds
nothing; without scripts the tables are the same."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.desks import MONTH, TICKET, Opened, pages
from tests.browser.looking import PHONE, TWICE, WIDE, Looked, complaints, found_by, look

pytestmark = pytest.mark.slow
NAMES = (
    "month", "year", "unit", "months",
    "ticket", "supposed", "due", "appeals", "contest", "ruling", "import", "aside", "published", "publish",
    "rules", "calendar", "log", "search", "refusal",
)  # fmt: skip


@pytest.fixture(scope="module")
def wide(chromium: Any, desk: Opened) -> Iterator[Looked]:
    yield from look(chromium, desk, viewport=WIDE)


@pytest.fixture(scope="module")
def phone(chromium: Any, desk: Opened) -> Iterator[Looked]:
    yield from look(chromium, desk, viewport=PHONE)


@pytest.fixture(scope="module")
def twice(chromium: Any, desk: Opened) -> Iterator[Looked]:
    yield from look(chromium, desk, **TWICE)


@pytest.fixture(scope="module")
def plain(chromium: Any, desk: Opened) -> Iterator[Looked]:
    yield from look(chromium, desk, java_script_enabled=False)


def test_every_page_is_looked_at(desk: Opened) -> None:
    assert tuple(pages(desk)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_nothing_to_the_console_asks_nothing_of_elsewhere_and_fits(
    name: str, desk: Opened, wide: Looked, phone: Looked, twice: Looked
) -> None:
    for looked in (wide, phone, twice):
        looked.at(desk, pages(desk)[name])
        assert complaints(looked, desk, 400 if name == "refusal" else 200) == []


@pytest.mark.parametrize(
    "wishes",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, TWICE, {"viewport": PHONE}],
    ids=["light", "dark", "200 %", "phone"],
)
def test_axe_finds_nothing(chromium: Any, desk: Opened, axe: str, wishes: dict[str, Any]) -> None:
    """A and AA of WCAG 2.1, in a browser that lets a program in from outside."""
    wrong = {}
    for looked in look(chromium, desk, bypass_csp=True, **wishes):
        for name, path in pages(desk).items():
            page = looked.at(desk, path)
            wrong[name] = found_by(axe, page)
        page.keyboard.press("?")
        wrong["keys"] = found_by(axe, page)
        page.keyboard.press("Escape")
        for _ in range(5):
            page.click("[data-act=larger]")
        page.click("[data-act=look]")
        for name in ("month", "ticket", "ruling"):
            wrong[f"{name}, larger, turned"] = found_by(axe, looked.at(desk, pages(desk)[name]))
    assert {name: found for name, found in wrong.items() if found} == {}


TABLES = "[...document.querySelectorAll('#main table')].map(one => [...one.rows].map(row => [...row.cells].map(cell => cell.textContent)))"


@pytest.mark.parametrize("name", NAMES)
def test_without_scripts_the_tables_are_the_same(name: str, desk: Opened, wide: Looked, plain: Looked) -> None:
    path = pages(desk)[name]
    there, without = (looked.at(desk, path) for looked in (wide, plain))
    assert without.evaluate(TABLES) == there.evaluate(TABLES)
    assert not without.locator(".tools").is_visible()
    shown = without.locator("input:visible, select:visible, textarea:visible, button:visible").count()
    assert shown >= 2, "the search, at least"


def test_a_chart_is_drawn_from_its_table_and_answers(desk: Opened, wide: Looked, plain: Looked) -> None:
    page = wide.at(desk, f"/{MONTH}")
    figure = page.locator("figure[data-chart=bars]").first
    figure.locator(".live svg").wait_for()
    names = figure.locator("tbody th").all_text_contents()
    drawn = figure.locator(".live svg text").all_text_contents()
    assert {*names} <= {*drawn}
    assert not figure.locator("svg.chart").is_visible(), "one drawing at a time"
    figure.locator(".live").scroll_into_view_if_needed()
    box = figure.locator(".live").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    page.wait_for_timeout(300)
    assert len(figure.locator(".live svg text").all_text_contents()) > len(drawn), "the value under the pointer is told"
    assert wide.console == []
    still = plain.at(desk, f"/{MONTH}").locator("figure[data-chart=bars]").first
    assert still.locator("svg.chart").is_visible()
    assert still.locator(".live svg").count() == 0


def test_rows_are_narrowed_while_one_types_and_the_page_stays(desk: Opened, wide: Looked) -> None:
    page = wide.at(desk, f"/ticket/{TICKET}")
    page.evaluate("window.stays = true")
    page.keyboard.press("f")
    page.keyboard.type("签收")
    page.wait_for_url("**q=%E7%AD%BE%E6%94%B6**")
    page.locator("[role=status].note").wait_for()
    assert page.evaluate("window.stays"), "only what is shown was exchanged"
    assert page.evaluate("document.activeElement.id") == "filter"
    assert page.input_value("#filter") == "签收"
    shown = page.evaluate(TABLES)
    page.reload()
    assert page.evaluate(TABLES) == shown, "the address brings the same rows"
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert page.evaluate(TABLES) != shown
    assert wide.console == []


def test_keys_lead_from_row_to_row_and_page_to_page(desk: Opened, wide: Looked) -> None:
    page = wide.at(desk, f"/{MONTH}")
    page.keyboard.press("j")
    page.keyboard.press("j")
    row = page.evaluate("document.activeElement.closest('tr').rowIndex")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.closest('tr').rowIndex") == row - 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/unit/**")
    for keys, place in (("gm", f"/{MONTH}"), ("gl", "/log"), ("gr", "/rules"), ("gd", "/due"), ("gc", "/calendar/**")):
        page.keyboard.type(keys)
        page.wait_for_url(f"{desk.base}{place}")
    wide.at(desk, f"/{MONTH}").keyboard.press("[")
    page.wait_for_url("**/2023-04")
    page.keyboard.press("/")
    page.keyboard.type(TICKET)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/ticket/{TICKET}")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    page.keyboard.press("?")
    page.uncheck("#use-keys")
    page.keyboard.press("Escape")
    page.keyboard.type("gl")
    page.wait_for_timeout(300)
    assert page.url.endswith(TICKET), "keys of one letter can be turned off"
    page.keyboard.press("?")
    page.check("#use-keys")


def test_size_and_look_are_kept_from_page_to_page(chromium: Any, desk: Opened) -> None:
    for looked in look(chromium, desk, color_scheme="light"):
        page = looked.at(desk, f"/{MONTH}")
        before = page.evaluate(
            "getComputedStyle(document.body).fontSize + getComputedStyle(document.body).backgroundColor"
        )
        page.click("[data-act=larger]")
        page.click("[data-act=look]")
        page = looked.at(desk, "/log")
        after = page.evaluate(
            "getComputedStyle(document.body).fontSize + getComputedStyle(document.body).backgroundColor"
        )
        assert before == "16pxrgb(255, 255, 255)"
        assert after == "18.4pxrgb(22, 25, 29)"
        assert page.get_attribute("[data-act=look]", "aria-pressed") == "true"


def test_on_paper_there_is_no_menu_and_nothing_dark(chromium: Any, desk: Opened) -> None:
    for looked in look(chromium, desk, color_scheme="dark"):
        page = looked.at(desk, f"/{MONTH}")
        page.emulate_media(media="print")
        assert [page.locator(one).first.is_visible() for one in ("header", "form.filter", ".links")] == [False] * 3
        assert page.locator("table").first.is_visible()
        assert page.locator("svg.chart").first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
            "rgb(255, 255, 255)",
            "rgba(0, 0, 0, 0)",
        )
        assert re.match(rb"%PDF-1", page.pdf())
