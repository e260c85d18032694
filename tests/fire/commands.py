"""The commands that are killed and starved of room, each with the ledger it begins from, and what must be there afterwards."""

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

from ledger.store import Ledger
from tests.kaoping.test_cli import LOG, PRAISE, UNITS

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
SOURCE = Path(__file__).with_name("disk.c")
# What is counted by the disk that fails, and how it does.
WRITES, SYNCS, TRIMS = 1, 2, 4
KILL, ONCE, FROM_THEN, HALF = 1, 2, 4, 8
MORE = LOG.replace("GX-", "JX-")
FILES = {
    "五月.csv": LOG, "单位.jsonl": UNITS, "表扬.jsonl": PRAISE, "更多.csv": MORE,
    "又.csv": LOG.replace("GX-", "KX-").replace(",2,工作日", ",两,工作日"),  # rows that become nothing
    "改正.csv": LOG.replace("不满意", "满意").replace("2023-05-04 11:30:00", "2023-05-04 11:00:00"),
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Tried:
    """A command, what runs before it, and whether it writes several batches, each whole."""

    name: str
    words: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    several: bool = False
    old: bool = False


MAY = (("import", "五月.csv", "单位.jsonl"), ("import", "表扬.jsonl"))
COMMANDS = (
    Tried(name="first import", words=("import", "五月.csv")),
    Tried(name="import", words=("import", "更多.csv"), before=MAY),
    Tried(name="import of several", words=("import", "更多.csv", "又.csv", "表扬.jsonl"), before=MAY, several=True),
    Tried(name="import that replaces", words=("import", "改正.csv", "--replace", "--keep-file"), before=MAY),
    Tried(name="publication", words=("publish", "2023-05"), before=MAY),
    Tried(name="migration", words=("batches",), old=True),
    Tried(name="migration and import", words=("import", "更多.csv"), old=True),
)


class Warm:
    """The warm process, with the failing disk loaded where there is a compiler."""

    def __init__(self, library: Path | None) -> None:
        self.has_disk = library is not None
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "KAOPING_LANG": "en"}
        if library is not None:
            environment["LD_PRELOAD"] = str(library)
        command = [sys.executable, "-m", "tests.fire.warm"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
        )

    def run(
        self, folder: Path, words: Sequence[str], kill: float | None = None, disk: Sequence[int] | None = None
    ) -> Any:
        """Run a command in a folder: {code, told, calls}."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        asked = {"folder": str(folder), "words": list(words), "kill": kill, "disk": disk}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def library_in(folder: Path) -> Path | None:
    """The disk that fails, compiled; None where there is no compiler, or no library can be loaded first."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    made = folder / "disk.so"
    ran = subprocess.run([compiler, "-shared", "-fPIC", "-o", made, SOURCE, "-ldl"], capture_output=True, check=False)
    return None if ran.returncode else made


@contextmanager
def warmed(library: Path | None) -> Iterator[Warm]:
    """The warm process, ended afterwards."""
    if os.name != "posix":
        pytest.skip("processes that split in two, as on Unix")
    warm = Warm(library)
    try:
        yield warm
    finally:
        warm.process.communicate()


@attrs.frozen
class Trial:
    """A command with the folder it begins from (`start`), and what never being disturbed leaves."""

    tried: Tried
    start: Path
    events: tuple[tuple[Any, ...], ...]
    stages: tuple[int, ...]
    calls: int

    def prepared(self, folder: Path) -> Path:
        """A folder as it is before the command."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.start, folder)
        return folder

    def sound(self, folder: Path) -> int:
        """How many events stand, each that there should be; nothing but whole batches. Raises AssertionError, DamagedLedger."""
        path = folder / "kaoping.db"
        left = {one.name for one in folder.iterdir()} - {*FILES}
        assert left <= {f"kaoping.db{end}" for end in ("", "-wal", "-shm", "-journal", ".checkpoints")}, left
        if not path.exists() or not path.stat().st_size:
            return 0
        with Ledger(path) as ledger:
            ledger.verify()
        there = events_of(path)
        assert len(there) in self.stages
        assert there == self.events[: len(there)]
        return len(there)

    def resumed(self, warm: Warm, folder: Path) -> None:
        """The command again leaves what never being disturbed does. Raises AssertionError."""
        ran = warm.run(folder, self.tried.words)
        assert ran["code"] == 0, ran["told"]
        path = folder / "kaoping.db"
        with Ledger(path) as ledger:
            sound = ledger.verify()
        assert (sound.attested_to, sound.position) == (len(self.events),) * 2, self.tried.name
        there = events_of(path)
        if self.tried.several:  # what was kept is known when it is imported again, and the rest is in a later batch
            there, meant = tuple(one[:4] for one in there), tuple(one[:4] for one in self.events)
        else:
            meant = self.events
        assert there == meant
        left = {one.name for one in folder.iterdir()} - {*FILES}
        assert left == {"kaoping.db", "kaoping.db.checkpoints"}


def events_of(path: Path) -> tuple[tuple[Any, ...], ...]:
    """Every event, the parts that do not depend on its batch first."""
    with closing(sqlite3.connect(path)) as db:
        return tuple(db.execute("select position, key, kind, fact, batch, row, hash from events order by position"))


def trial(warm: Warm, tried: Tried, folder: Path) -> Trial:
    """A command tried once undisturbed."""
    start = folder / "start"
    start.mkdir(parents=True)
    for name, text in FILES.items():
        (start / name).write_text(text, "utf-8")
    if tried.old:
        (start / "kaoping.db").write_bytes(gzip.decompress((FIXTURES / "published.db.gz").read_bytes()))
        shutil.copyfile(FIXTURES / "published.checkpoints.txt", start / "kaoping.db.checkpoints")
    for words in tried.before:
        assert warm.run(start, words)["code"] == 0
    done = folder / "done"
    shutil.copytree(start, done)
    path = start / "kaoping.db"
    before = len(events_of(path)) if path.exists() else 0
    counting = [2**40, ONCE, WRITES | SYNCS | TRIMS, 0] if warm.has_disk else None
    ran = warm.run(done, tried.words, disk=counting)
    assert ran["code"] == 0, ran["told"]
    with closing(sqlite3.connect(done / "kaoping.db")) as db:
        stages = {
            last for (last,) in db.execute("select last_position from batches where last_position >= ?", (before,))
        }
    return Trial(tried, start, events_of(done / "kaoping.db"), tuple(sorted({before, *stages})), ran["calls"])
