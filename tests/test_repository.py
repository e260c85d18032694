"""The repository can be checked out anywhere, and its tests leave nothing in it."""

import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$')
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


def strange(path: str) -> bool:
    """Whether Windows cannot have a file of this name."""
    return any(FORBIDDEN.search(part) or RESERVED.fullmatch(part) for part in PurePosixPath(path).parts)


def test_every_path_is_valid_on_windows() -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no repository here")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode("utf-8")
    paths = listed.rstrip("\0").split("\0")
    assert len(paths) > 100
    assert [path for path in paths if strange(path)] == []
    assert len({path.casefold() for path in paths}) == len(paths), "some differ in case alone"


@pytest.mark.parametrize("path", [":memory:.checkpoints", "a/NUL", "com1.txt", "a./b", "a ", "what?"])
def test_a_strange_name_is_seen(path: str) -> None:
    assert strange(path)
    assert not strange("docs/工单日志.csv")
