"""A file is written whole or not at all, also by several at once, and nothing is left beside it."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kaoping.files.whole import STALE, whole

ROOT = Path(__file__).parents[2]


def test_two_that_write_one_file_at_once_leave_one_of_theirs_whole(tmp_path: Path) -> None:
    path, met = tmp_path / "五月.xlsx", threading.Barrier(2)

    def write(letter: str) -> None:
        with whole(path) as part, part.open("w") as file:
            file.write(letter * 1000)
            met.wait(10)
            file.write(letter * 1000)

    with ThreadPoolExecutor(2) as pool:
        [*pool.map(write, "ab")]
    assert path.read_text() in ("a" * 2000, "b" * 2000)
    assert [*tmp_path.iterdir()] == [path]


def test_a_process_meanwhile_has_a_part_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "五月.xlsx"
    lines = ("import sys", "from pathlib import Path", "from kaoping.files.whole import whole",
        "with whole(Path(sys.argv[1])) as part: part.write_text('theirs')")  # fmt: skip
    with whole(path) as part:
        part.write_text("ours")
        subprocess.run([sys.executable, "-c", "\n".join(lines), path], cwd=ROOT, check=True)
        assert path.read_text() == "theirs"
    assert path.read_text() == "ours"
    assert [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError, ValueError])
def test_who_is_stopped_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path, stop: type[BaseException]) -> None:
    path = tmp_path / "五月.xlsx"
    path.write_text("old")

    def write() -> None:
        with whole(path) as part:
            part.write_text("half")
            raise stop

    with pytest.raises(stop):
        write()
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_what_a_killed_process_left_is_taken_away_a_day_later(tmp_path: Path) -> None:
    path = tmp_path / "五月[1].xlsx"
    left, fresh = (tmp_path / f".{path.name}.{number}-ab.part" for number in (1, 2))
    others = tmp_path / ".六月.xlsx.1-ab.part"
    for one in (left, fresh, others):
        one.write_text("half")
    for one in (left, others):
        then = one.stat().st_mtime - STALE - 60
        os.utime(one, (then, then))
    with whole(path) as part:
        part.write_text("new")
    assert sorted(tmp_path.iterdir()) == sorted((path, fresh, others))


def test_a_name_as_long_as_a_folder_takes(tmp_path: Path) -> None:
    path = tmp_path / ("长" * 80 + ".xlsx")
    with whole(path) as part:
        part.write_text("new")
    assert path.read_text() == "new"
