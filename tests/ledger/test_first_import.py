"""A ledger's first moments: several begin it at once, somebody is killed, the disk is full; and it is never half of one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ledger.files import MEMORY
from ledger.proof import checkpoints
from ledger.sentences import DamagedLedger
from ledger.store import Ledger
from tests.ledger.test_store import PRAISE, SIGN, source

ROOT = Path(__file__).parents[2]
NO_LINKS = """
import errno, os
def link(*_, **__):
    raise OSError(errno.EPERM, "no links here")
os.link = link
"""
# One line read is one first import, into the ledger that the line names.
IMPORTS = """
import os, sys
from pathlib import Path
import sqlite_utils
from ledger.batches import Source
from ledger.facts import Contact
from ledger.store import Ledger
def first_import(path, number):
    facts = [(1, Contact(at=number, ticket=f"GX-{number}"))]
    with Ledger(Path(path), create=True) as ledger:
        ledger.append(Source(name=f"{number}.csv", sha256="", profile="events", rows=1, facts=facts), 1000)
"""
AT_ONCE = """
for line in sys.stdin:
    first_import(line.strip(), int(sys.argv[1]))
    print("done", flush=True)
"""
# Each line is a ledger and the seconds after which its first import is killed.
KILLED = """
import signal, time
for line in sys.stdin:
    path, seconds = line.strip().rsplit(" ", 1)
    child = os.fork()
    if not child:
        first_import(path, 1)
        os._exit(0)
    time.sleep(float(seconds))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    print("done", flush=True)
"""
# A line read is a ledger, to which many batches are then appended.
MANY = """
path = sys.stdin.readline().strip()
for number in range(200):
    first_import(path, number)
print("done", flush=True)
"""
# A disk of 2 MiB with so much of it free; afterwards there is room again.
FULL = """
from ledger.sentences import LedgerError
folder, filler = Path(sys.argv[1]), Path(sys.argv[1]) / "filler"
for free in range(0, 301, 4):
    filler.write_bytes(bytes((2048 - free) * 1024))
    path = folder / f"{free}.db"
    try:
        first_import(path, 1)
        print(free, "imported")
    except LedgerError as told:
        print(free, told)
    filler.unlink()
    first_import(path, 2)
    first_import(path, 1)
    with Ledger(path) as ledger:
        assert ledger.verify().attested_to == 2, free
    for one in folder.iterdir():
        assert one.name in (path.name, f"{path.name}.checkpoints"), one
        one.unlink()
"""


def child(
    script: str, *arguments: str, before: Sequence[str] = (), shim: Path | None = None
) -> "subprocess.Popen[str]":
    """A process of its own that runs a script, with what it may not use taken from it first."""
    paths = [str(ROOT)] if shim is None else [str(shim), str(ROOT)]
    command = [*before, sys.executable, "-c", IMPORTS + script, *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )  # fmt: skip


def told(process: "subprocess.Popen[str]", line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def done(process: "subprocess.Popen[str]") -> bool:
    assert process.stdout is not None
    return process.stdout.readline() == "done\n"


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("rounds", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_four_first_imports_at_once(tmp_path: Path, rounds: int, links: bool) -> None:
    """Also where the file system has no hard links, as on sticks and network drives."""
    (tmp_path / "sitecustomize.py").write_text("" if links else NO_LINKS, "utf-8")
    four = [child(AT_ONCE, str(number), shim=tmp_path) for number in range(1, 5)]
    for number in range(rounds):
        path = tmp_path / str(number) / "kaoping.db"
        path.parent.mkdir()
        for one in four:
            told(one, str(path))
        assert [done(one) for one in four] == [True] * 4, number
        with Ledger(path) as ledger:
            sound = ledger.verify()
        assert (sound.position, sound.batches, sound.attested_to) == (4, 4, 4), number
        assert {one.name for one in path.parent.iterdir()} == {path.name, f"{path.name}.checkpoints"}
    for one in four:
        one.communicate()


def test_a_ledger_that_grows_while_it_is_verified_is_not_damaged(tmp_path: Path) -> None:
    path = tmp_path / "kaoping.db"
    with Ledger(path, create=True) as ledger:
        ledger.append(source(SIGN), 1000)
        process = child(MANY)
        told(process, str(path))
        seen = set()
        while process.poll() is None:
            seen.add(ledger.verify().position)
        assert ledger.verify().attested_to == 201
    assert len(seen) > 5, "it grew meanwhile"
    assert process.communicate()[0] == "done\n"


@pytest.mark.skipif(os.name != "posix", reason="processes that split in two, as on Unix")
@pytest.mark.parametrize("times", [10, pytest.param(200, marks=pytest.mark.slow)])
def test_a_first_import_that_is_killed(tmp_path: Path, times: int) -> None:
    process = child(KILLED)
    for number in range(times):
        path = tmp_path / str(number) / "kaoping.db"
        path.parent.mkdir()
        told(process, f"{path} {0.06 * number / times}")
        assert done(process)
        left = {one.name.removeprefix("kaoping.db") for one in path.parent.iterdir()}
        assert left <= {"", "-journal", "-wal", "-shm", ".checkpoints"}, left
        with Ledger(path, create=True) as ledger:
            ledger.append(source(SIGN), 1000)
            sound = ledger.verify()
        assert sound.position == sound.batches == sound.attested_to in (1, 2)
        assert {one.name for one in path.parent.iterdir()} == {path.name, f"{path.name}.checkpoints"}
    process.communicate()


def test_a_first_import_on_a_full_disk(tmp_path: Path) -> None:
    """Every free space up to 300 KiB, on a disk of its own: nothing, or a sound ledger."""
    before = ("unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=2048k tmpfs "$0" && exec "$@"', str(tmp_path))
    if (
        shutil.which("unshare") is None
        or subprocess.run([*before, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no disk can be mounted here; that takes the rights of the administrator")
    process = child(FULL, str(tmp_path), before=before)
    out, _ = process.communicate()
    assert process.returncode == 0, out
    assert "imported" in out
    assert "the disk is full" in out
    assert "I/O error" not in out


def test_a_ledger_in_memory_keeps_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (MEMORY, ":memory:"):
        with Ledger(path, create=True) as ledger:
            ledger.append(source(SIGN), 1000)
            assert ledger.append(source(PRAISE), 1000).last_position == 2
            assert (ledger.verify().position, ledger.verify().attested_to) == (2, 0)
    assert list(tmp_path.iterdir()) == []


def test_checkpoints_without_their_ledger(tmp_path: Path) -> None:
    path = tmp_path / "kaoping.db"
    with Ledger(path, create=True) as ledger:
        ledger.append(source(SIGN), 1000)
    path.unlink()
    with pytest.raises(DamagedLedger, match="knows of one"):
        Ledger(path, create=True)
    assert not path.exists()
    path.touch()
    with pytest.raises(DamagedLedger, match="is empty"):
        Ledger(path)
    assert checkpoints.lines_of(path)
