"""Pictures of every page at two widths, light and dark, for docs/pictures: to be looked at, not compared (`make pictures`)."""

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

from tests.browser.conftest import launched
from tests.browser.desks import Opened, make_office, opened, pages
from tests.browser.shared import SharedDesk, arrive, shared, shared_pages

PLACE = Path(__file__).parents[2] / "docs" / "pictures" / "desk"
WIDTHS = {"wide": (1280, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
TALLEST = {"wide": 1300, "phone": 1500}
COLOURS = 20
SHARED = (
    "enter",
    "wrong",
    "given",
    "drafting",
    "signing",
    "prepared",
    "not-yours",
    "views",
    "own-month",
    "own-ticket",
)
"""Of a desk with accounts the pages that look otherwise than one beside them."""


def main() -> None:
    """Takes them all, or those of some pages."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="pages; else all")
    parser.add_argument("--to", type=Path, default=PLACE, help="the folder")
    asked = parser.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, browsing() as browser:
        make_office(Path(folder))
        ledger = Path(folder) / "kaoping.db"
        made: list[Path] = []
        if not asked.names or {*asked.names} - {*SHARED}:
            with opened(ledger) as desk:
                made += taken(browser, desk, asked.to, asked.names)
        if not asked.names or {*asked.names} & {*SHARED}:
            with shared(browser, Opened(entry="", base="", path=ledger)) as desk_of_several:
                made += taken_of_several(browser, desk_of_several, asked.to, asked.names)
    smaller(made)
    sys.stdout.write(f"{len(made)} pictures, {sum(path.stat().st_size for path in made) // 1024} kB\n")


@contextmanager
def browsing() -> Iterator[Any]:
    """The browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


def looks() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each width, light and dark: how it is called, and what a browser is asked for."""
    for width, (wide, tall) in WIDTHS.items():
        for scheme in SCHEMES:
            yield f"{width}-{scheme}", {"viewport": {"width": wide, "height": tall}, "color_scheme": scheme}


def taken(browser: Any, desk: Opened, to: Path, names: list[str]) -> Iterator[Path]:
    """Each page at each width, light and dark, no taller than what one looks at."""
    for called, wishes in looks():
        page = desk.enter(browser, **wishes)
        for name, address in pages(desk).items():
            if not names or name in names:
                page.goto(desk.base + address)
                page.wait_for_load_state("networkidle")
                yield _picture(page, to / f"{name}-{called}.png")
        page.context.close()


def taken_of_several(browser: Any, several: SharedDesk, to: Path, names: list[str]) -> Iterator[Path]:
    """The same of a desk with accounts, each page as whoever sees it."""
    for called, wishes in looks():
        for name in SHARED:
            if not names or name in names:
                page = several.enter(browser, shared_pages(several.desk)[name][0], **wishes)
                yield _picture(arrive(several.desk, page, name), to / f"{name}-{called}.png")
                page.context.close()


def _picture(page: Any, path: Path) -> Path:
    wide = page.viewport_size["width"]
    tallest = next(TALLEST[width] for width, (each, _) in WIDTHS.items() if each == wide)
    tall = min(page.evaluate("document.documentElement.scrollHeight"), tallest)
    page.screenshot(path=path, full_page=True, clip={"x": 0, "y": 0, "width": wide, "height": tall})
    return path


def smaller(paths: list[Path]) -> None:
    """The same with few colours, where pngquant is installed."""
    if which("pngquant"):
        for path in paths:
            subprocess.run(["pngquant", "--force", "--strip", "--output", path, str(COLOURS), path], check=True)


if __name__ == "__main__":
    main()
