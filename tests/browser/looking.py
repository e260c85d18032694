"""How a page is looked at: what the browser tells meanwhile, whether it fits, and what axe finds in it."""

from collections.abc import Iterator
from typing import Any

import attrs

from tests.browser.desks import Opened

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
TWICE: dict[str, Any] = {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2}
"""A screen of 1280 × 900 at 200 %."""
AXE = "4.14.1"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@attrs.frozen
class Looked:
    """A page that is looked at, and what the browser told meanwhile."""

    page: Any
    console: list[str]
    asked: list[str]

    def forget(self) -> None:
        """What was told so far."""
        self.console.clear()
        self.asked.clear()

    def at(self, desk: Opened, path: str) -> Any:
        """The page at an address, drawn and its charts too; what was told before is forgotten."""
        self.forget()
        self.page.goto(desk.base + path)
        self.page.wait_for_load_state("networkidle")
        return self.page


def look(chromium: Any, desk: Opened, **wishes: Any) -> Iterator[Looked]:
    """A page of a browser that was let in."""
    yield from looked_at(desk.enter(chromium, **wishes))


def looked_at(page: Any) -> Iterator[Looked]:
    """A page that is looked at, until its browser is closed."""
    looked = Looked(page, [], [])
    page.on("console", lambda message: looked.console.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: looked.console.append(str(error)))
    page.on("request", lambda request: looked.asked.append(request.url))
    yield looked
    page.context.close()


def complaints(looked: Looked, desk: Opened, status: int = 200) -> list[str]:
    """What speaks against a page: told to the console, asked of elsewhere, or beside the screen. That a page is refused with `status` a
    browser tells of itself."""
    screen, whole = looked.page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    told = [one for one in looked.console if status == 200 or f"status of {status}" not in one]
    elsewhere = [one for one in looked.asked if not one.startswith((desk.base, "data:"))]
    return [*told, *elsewhere, *([f"{whole} px on a screen of {screen}"] if whole > screen else [])]


def found_by(axe: str, page: Any) -> list[str]:
    """What axe finds wrong in a page."""
    page.evaluate(axe)
    assert page.evaluate("axe.version") == AXE
    told = page.evaluate(
        "levels => axe.run(document, {runOnly: {type: 'tag', values: levels}, resultTypes: ['violations']})", LEVELS
    )
    assert len(told["passes"]) > 5
    return [
        f"{one['id']}: {each['html'][:160]} {each['failureSummary'][:200]}"
        for one in told["violations"]
        for each in one["nodes"]
    ]
