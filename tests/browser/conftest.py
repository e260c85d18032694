"""Chromium where it is installed: a browser for all tests of the folder, and desks for it to look at."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import copy, which
from typing import Any

import pytest

from tests.browser.desks import Opened, make_office, opened
from tests.kaoping.web.conftest import LACKING

CHROMIUM = os.environ.get("KAOPING_CHROMIUM") or which("chromium") or which("chromium-browser") or ""
AXE = Path(os.environ.get("KAOPING_AXE", ".venv-browser/axe/axe.min.js"))
AS_ROOT = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


def launched(playwright: Any) -> Any:
    """Chromium, as Debian has it."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=AS_ROOT)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, without a window."""
    if LACKING:
        pytest.skip(f"the web desk is not tested: {' '.join(LACKING)} not installed (kaoping[test])")
    if find_spec("playwright") is None:
        pytest.skip("playwright is not installed (make browser), so no page is looked at in a browser")
    if not CHROMIUM:
        pytest.skip("there is no chromium (apt-get install chromium), so no page is looked at in a browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = launched(playwright)
        yield found
        found.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The program that looks for what some readers cannot use."""
    if not AXE.exists():
        pytest.skip(f"axe-core is not at {AXE} (make browser), so nothing is looked for with it")
    return AXE.read_text("utf-8")


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with five simulated months in kaoping.db, one published, one appeal without a ruling."""
    folder = tmp_path_factory.mktemp("office")
    make_office(folder)
    return folder


@pytest.fixture(scope="session")
def desk(chromium: Any, office: Path) -> Iterator[Opened]:
    """A desk that is only looked at."""
    with opened(office / "kaoping.db") as found:
        yield found


@pytest.fixture
def own_desk(chromium: Any, office: Path, tmp_path: Path) -> Iterator[Opened]:
    """A desk whose ledger may be written to."""
    with opened(copied(office, tmp_path)) as found:
        yield found


def copied(office: Path, folder: Path) -> Path:
    """The ledger of a folder in another."""
    for path in office.glob("kaoping.db*"):
        copy(path, folder)
    return folder / "kaoping.db"


@pytest.fixture
def empty_desk(chromium: Any, tmp_path: Path) -> Iterator[Opened]:
    """A desk without a ledger yet."""
    with opened(tmp_path / "kaoping.db") as found:
        yield found
