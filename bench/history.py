"""Speed of a large ledger: verify, audit, score, diff, a publication and its recomputation; each a process of its own.

    python -m bench.history [--tickets 200000] [--folder FOLDER]

Lives are drawn from a seed, 5.3 facts a ticket, over the months of 2023 and sixty units, and appended through the real ledger.
The folder keeps the ledger for the next run. Told are CPU seconds of whole processes (user and system), wall seconds and peak
memory; the peer named beside verify is SHA-256 over the bytes of the file, the least that any check of it must do.
"""

import argparse
import hashlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path

from bench.measured import Told, cost, whole
from ledger.batches import Source
from ledger.columns.mirror import path_of
from ledger.facts import Close, Contact, Dispatch, Enrol, Extend, Fact, Redo, Return, Sign, Survey
from ledger.store import Ledger

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_672_617_600_000  # 2023-01-02 08:00 in Shanghai
SPAN = 340 * DAY
UNITS = [f"单位{number:02d}" for number in range(1, 61)]
PART = 100_000  # tickets in a batch
RATINGS = ("满意", "非常满意", "基本满意", "不满意")


def lives(first: int, count: int) -> Iterator[Fact]:
    """The facts of some tickets, the same for the same numbers."""
    rng = random.Random(first)
    for number in range(first, first + count):
        ticket, unit = f"T{number:07d}", UNITS[rng.randrange(60)]
        at = START + rng.randrange(SPAN)
        yield Dispatch(at=at, ticket=ticket, unit=unit, limit_halves=10)
        yield Sign(at=at + rng.randrange(5 * HOUR), ticket=ticket, unit=unit)
        yield Contact(at=at + rng.randrange(30 * HOUR), ticket=ticket, unit=unit)
        closed = at + rng.randrange(8 * DAY)
        luck = rng.random()
        if luck < 0.1:
            yield Extend(at=at + DAY, ticket=ticket, unit=unit, halves=6)
        elif luck < 0.15:
            yield Return(at=at + DAY, ticket=ticket, unit=unit, reason="不属于本单位")
        elif luck < 0.2:
            yield from (Redo(at=closed + n * HOUR, ticket=ticket, unit=unit) for n in (1, 2))
        yield Close(at=closed, ticket=ticket, unit=unit)
        yield Survey(at=closed + DAY, ticket=ticket, unit=unit, rating=RATINGS[0 if luck < 0.9 else 3], contacted=True)


def build(path: Path, tickets: int) -> None:
    """A new ledger of so many tickets."""
    began = time.perf_counter()
    with Ledger(path, create=True) as ledger:
        units = [Enrol(at=START - 300 * DAY, unit=unit, group="乡镇") for unit in UNITS]
        append(ledger, "units", units)
        for first in range(0, tickets, PART):
            append(ledger, f"{first}", list(lives(first, min(PART, tickets - first))))
        events = ledger.head().position
    spent = time.perf_counter() - began
    print(
        f"built {path}: {tickets:,} tickets, {events:,} events, {spent:.0f} s, {spent / events * 1e6:.0f} us an event",
        flush=True,
    )


def append(ledger: Ledger, name: str, facts: list[Fact]) -> None:
    """One batch."""
    rows = list(enumerate(facts, 1))
    ledger.append(Source(name=name, sha256="0" * 64, profile="events", rows=len(rows), facts=rows), 1_704_067_200_000)


def main() -> None:
    """Build what is missing, then measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, default=200_000)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = (asked.folder or Path(folder)) / f"{asked.tickets}.db"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # In a process of its own: what starts a command passes its own peak of memory on to it.
            builder = get_context("spawn").Process(target=build, args=(path, asked.tickets))
            builder.start()
            builder.join()
            if builder.exitcode:
                sys.exit(f"{path} was not built: {builder.exitcode}")
        measure(path, asked.tickets)


def measure(path: Path, tickets: int) -> None:
    """The table."""
    kaoping = [sys.executable, "-c", "from kaoping.cli import main; main()"]
    ledger = ["--ledger", str(path)]
    began = time.perf_counter()
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    peer = time.perf_counter() - began
    print(f"SHA-256 of the file ({path.stat().st_size / 1e6:.0f} MB): {peer:.2f} s")
    ticket = f"T{tickets // 2:07d}"
    subprocess.run(
        [*kaoping, "audit", ticket, *ledger], check=True, stdout=subprocess.DEVNULL
    )  # whatever is kept is kept now
    commands = (
        ("verify", 1, ["verify"]),
        ("audit of one ticket", 5, ["audit", ticket, "--json"]),
        ("score of a month", 3, ["score", "2023-05", "--json"]),
        ("diff of a month, two readings", 1, ["diff", "now", "half_day=half_blocks", "--period", "2023-05", "--json"]),
        ("diff of a month, two as-ofs", 1, ["diff", "as_of=1000", "now", "--period", "2023-05", "--json"]),
    )  # fmt: skip
    for name, times, command in commands:
        told(name, peer, [whole([*kaoping, *command, *ledger])[0] for _ in range(times)])
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:  # of a copy, as it writes
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        if (mirror := path_of(path)).exists():
            shutil.copytree(mirror, path_of(copy))
        for name, command in (
            ("publish of a month", ["publish", "2023-05"]),
            ("recompute of what was published", ["recompute", "2023-05"]),
            ("diff of what was published", ["diff", "2023-05", "now", "--json"]),
        ):
            told(name, peer, [whole([*kaoping, *command, "--ledger", str(copy)])[0]])


def told(name: str, peer: float, runs: Sequence[Told]) -> None:
    """One row."""
    one = cost(runs)
    print(
        f"{name:32} {one.cpu:7.2f} s CPU {one.wall:7.2f} s wall {one.peak:6,} MB {one.cpu / peer:8.1f} x SHA-256 of the file",
        flush=True,
    )


if __name__ == "__main__":
    main()
