"""What every test can ask for: golden files, refreshed with --refresh-golden."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
HASH = re.compile(r"\b[0-9a-f]{64}\b")

Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--refresh-golden", action="store_true", help="write the golden files anew instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a text with tests/golden/NAME; hashes, which follow the data, are shown as <hash>."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        masked = HASH.sub("<hash>", text)
        if request.config.getoption("--refresh-golden"):
            path.write_text(masked, "utf-8")
        assert path.exists(), f"there is no golden file {name}: run pytest with --refresh-golden, and read it"
        assert masked == path.read_text("utf-8")

    return compare


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_left_in_the_checkout() -> Iterator[None]:
    """Tests write into folders of their own: the checkout's own folders hold the same names before and after."""
    before = _names()
    yield
    assert _names() <= before, f"tests left {sorted(_names() - before)}"


def _names() -> set[str]:
    """What lies in the checkout and in its tests, without what tools keep for themselves."""
    folders = (ROOT, ROOT / "tests")
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in folder.iterdir()
        if not path.name.startswith(".") and path.name != "__pycache__"
    }
