"""What every test can ask for: golden files, refreshed with --refresh-golden."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"
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
