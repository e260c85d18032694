"""Every page of a desk with accounts, as each role sees it: looked at as those of a desk of one machine are, light and dark."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.conftest import copied
from tests.browser.desks import Opened
from tests.browser.looking import PHONE, TWICE, WIDE, Looked, complaints, found_by, looked_at
from tests.browser.shared import PEOPLE, REFUSED, SharedDesk, arrive, shared, shared_pages

pytestmark = pytest.mark.slow
SCREENS: dict[str, dict[str, Any]] = {
    "light": {"viewport": WIDE, "color_scheme": "light"},
    "dark": {"viewport": WIDE, "color_scheme": "dark"},
    "200 %": TWICE,
    "phone": {"viewport": PHONE},
}


@pytest.fixture(scope="module")
def desk(chromium: Any, office: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedDesk]:
    """A desk with accounts that is only looked at."""
    path = copied(office, tmp_path_factory.mktemp("shared"))
    with shared(chromium, Opened(entry="", base="", path=path)) as found:
        yield found


def each_page(chromium: Any, desk: SharedDesk, **wishes: Any) -> Iterator[tuple[str, Looked]]:
    """Every page by its name, each as whoever sees it."""
    for who in ("", *PEOPLE):
        for looked in looked_at(desk.enter(chromium, who, **wishes)):
            for name, (whose, _) in shared_pages(desk.desk).items():
                if whose == who:
                    looked.forget()
                    arrive(desk.desk, looked.page, name)
                    yield name, looked


@pytest.mark.parametrize("screen", SCREENS)
def test_a_page_says_nothing_to_the_console_asks_nothing_of_elsewhere_and_fits(
    chromium: Any, desk: SharedDesk, screen: str
) -> None:
    wrong = {
        name: complaints(looked, desk.desk, REFUSED.get(name, 200))
        for name, looked in each_page(chromium, desk, **SCREENS[screen])
    }
    assert len(wrong) == len(shared_pages(desk.desk))
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(chromium: Any, desk: SharedDesk, axe: str, screen: str) -> None:
    """A and AA of WCAG 2.1, in a browser that lets a program in from outside."""
    wrong = {
        name: found_by(axe, looked.page)
        for name, looked in each_page(chromium, desk, bypass_csp=True, **SCREENS[screen])
    }
    assert {name: found for name, found in wrong.items() if found} == {}
