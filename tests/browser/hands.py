"""How somebody works at a page: with the mouse, or by keys alone."""

from pathlib import Path
from typing import Any

import attrs

FAR = 400
"""So many steps of Tab a page has at most."""
IS_HERE = "selector => { const one = document.activeElement; return !!one && one.matches(selector); }"


@attrs.frozen
class Mouse:
    """Points and clicks."""

    page: Any

    def open(self, selector: str) -> None:
        """Follow a link, or press a button: the page after it."""
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state("load")

    def write(self, selector: str, text: str) -> None:
        """Fill in a field."""
        self.page.locator(selector).first.fill(text)

    def choose(self, selector: str, value: str) -> None:
        """One of a list."""
        self.page.locator(selector).first.select_option(value)

    def tick(self, selector: str) -> None:
        """A box, or one of several."""
        self.page.locator(selector).first.check()

    def drop(self, selector: str, *paths: Path) -> None:
        """Files for a field."""
        self.page.locator(selector).first.set_input_files([str(path) for path in paths])


@attrs.frozen
class Keyboard:
    """Presses keys, and nothing else: goes by Tab to what is wanted, as whoever cannot use a mouse does."""

    page: Any

    def __attrs_post_init__(self) -> None:
        # A browser hands files' windows over a while after it is asked to: asked at the press of the key, it is too late at times.
        self.page.on("filechooser", lambda _: None)

    def reach(self, selector: str) -> None:
        """Tab on to what is wanted; what no key leads to is not there."""
        self.page.locator(selector).first.wait_for(state="visible")
        for _ in range(FAR):
            if self.page.evaluate(IS_HERE, selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {selector} on {self.page.url}")

    def open(self, selector: str) -> None:
        """Follow a link, or press a button: the page after it."""
        self.reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.page.wait_for_load_state("load")

    def write(self, selector: str, text: str) -> None:
        """Fill in a field."""
        self.reach(selector)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def choose(self, selector: str, value: str) -> None:
        """One of a list, by the arrow."""
        self.reach(selector)
        for _ in range(FAR):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow leads to {value} of {selector}")

    def tick(self, selector: str) -> None:
        """A box, or one of several."""
        self.reach(selector)
        self.page.keyboard.press("Space")

    def drop(self, selector: str, *paths: Path) -> None:
        """Files for a field."""
        self.reach(selector)
        with self.page.expect_file_chooser() as chosen:
            self.page.keyboard.press("Enter")
        chosen.value.set_files([str(path) for path in paths])


Hands = Mouse | Keyboard
