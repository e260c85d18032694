"""The demonstration writes where nothing of anybody else's can be lost."""

from pathlib import Path

import pytest

from kaoping.demo.story import MADE, MARK
from ledger.store import Ledger
from tests.kaoping.test_cli import Run, run
from tests.ledger.test_store import SIGN, source

__all__ = ["run"]


def content_of(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def test_an_offices_ledger_is_left_alone(run: Run, tmp_path: Path) -> None:
    office = tmp_path / "office"
    office.mkdir()
    with Ledger(office / "kaoping.db", create=True) as ledger:
        ledger.append(source(SIGN), 1000)
    before = content_of(office)
    ran = run("demo", "--folder", "office")
    assert (ran.code, ran.out) == (2, "")
    assert "kaoping.db" in ran.err
    assert "--folder" in ran.err
    assert content_of(office) == before


@pytest.mark.parametrize("name", ["notes.txt", "工单日志.csv", "kaoping.db.checkpoints", "folder"])
def test_any_other_file_keeps_it_out(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / name).write_text("mine", "utf-8")
    assert run("demo", "--folder", "here").code == 2
    assert content_of(tmp_path / "here") == {name: b"mine"}
    assert run("demo", "--folder", f"here/{name}").code == 2, "a file is no folder"


def test_in_its_own_folder_it_can_be_seen_again(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    first = run("demo", "--folder", "own")
    assert first.code == 0, first.err
    assert {*content_of(folder)} <= {*MADE, MARK}
    (folder / "mine.txt").write_text("mine", "utf-8")
    again = run("demo", "--folder", "own", "--seed", "7")
    assert again.code == 0, again.err
    assert (folder / "mine.txt").read_text("utf-8") == "mine"
    with Ledger(folder / "kaoping.db") as ledger:
        assert ledger.verify().batches == 3


@pytest.mark.parametrize("mark", ["", "../kaoping.db\nmine.txt\n", "\udcff"])
def test_a_mark_gives_away_nothing_but_what_the_demonstration_makes(run: Run, tmp_path: Path, mark: str) -> None:
    folder = tmp_path / "marked"
    folder.mkdir()
    for path in (tmp_path / "kaoping.db", folder / "mine.txt", folder / "kaoping.db"):
        path.write_text("mine", "utf-8")
    (folder / MARK).write_text(mark, "utf-8", "surrogateescape")
    before = content_of(folder)
    assert run("demo", "--folder", "marked").code == 2
    assert content_of(folder) == before
    assert (tmp_path / "kaoping.db").read_text("utf-8") == "mine"
