"""Pictures of every page at two widths, light and dark, for docs/pictures: to be looked at, not compared (`make pictures`)."""

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

from tests.browser.conftest import launched
from tests.browser.desks import Opened, make_office, opened, pages

PLACE = Path(__file__).parents[2] / "docs" / "pictures" / "desk"
WIDTHS = {"wide": (1280, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
TALLEST = {"wide": 1300, "phone": 1500}
COLOURS = 20


def main() -> None:
    """Takes them all, or those of some pages."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="pages; else all")
    parser.add_argument("--to", type=Path, default=PLACE, help="the folder")
    asked = parser.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        make_office(Path(folder))
        with opened(Path(folder) / "kaoping.db") as desk:
            made = [*taken(desk, asked.to, asked.names)]
    smaller(made)
    sys.stdout.write(f"{len(made)} pictures, {sum(path.stat().st_size for path in made) // 1024} kB\n")


def taken(desk: Opened, to: Path, names: list[str]) -> Iterator[Path]:
    """Each page at each width, light and dark, no taller than what one looks at."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launched(playwright)
        for width, (wide, tall) in WIDTHS.items():
            for scheme in SCHEMES:
                page = desk.enter(browser, viewport={"width": wide, "height": tall}, color_scheme=scheme)
                for name, address in pages(desk).items():
                    if not names or name in names:
                        yield _picture(
                            page, desk.base + address, to / f"{name}-{width}-{scheme}.png", wide, TALLEST[width]
                        )
                page.context.close()
        browser.close()


def _picture(page: Any, address: str, path: Path, wide: int, tallest: int) -> Path:
    page.goto(address)
    page.wait_for_load_state("networkidle")
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
