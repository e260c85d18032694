"""How long a file takes to be a durable ledger, beside the least that any program does with the same file.

    python -m bench.append [--tickets 10000 100000] [--form wide|log] [--rounds 3] [--profile]
    python -m bench.append --growth 5000000 [--tickets 100000]     the ledger from empty to so many events, by batches

Chance is whole-number arithmetic from a seed. Every measurement is a process of its own (so that peak memory is that side's own),
the sides of a round in random order; printed are medians. All of them begin with a file on the disk and end with another, synced.
"""

import argparse
import cProfile
import csv
import gc
import importlib.util
import json
import platform
import pstats
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import ledger.migrations  # noqa: F401  what a new ledger loads is no part of what an import costs
from kaoping.language.language import Language
from kaoping.office.intake.imports import import_files
from kaoping.office.session import Session
from ledger.store import Ledger

UNITS = [f"单位{number:02d}" for number in range(1, 61)]
FIRST = datetime(2023, 1, 2, 8)
HOUR, DAY = 3600, 86_400
SPAN = 340 * DAY
ACTS = {"派单": 2, "签收": 3, "联系": 4, "退单": 5, "延期": 6, "办结": 8, "退回重办": 9, "回访": 10}
"""The acts of a ticket, each with the place of its time in a row."""
WIDE = (
    "工单编号", "承办单位", "派单时间", "签收时间", "联系时间", "退单时间", "延期时间", "延期天数", "办结时间", "重办时间",
    "回访时间", "满意度", "是否联系市民", "工单来源", "是否匿名", "处理时限", "问题分类",
)  # fmt: skip
LOG = (
    "工单编号", "操作", "承办单位", "操作时间", "工单来源", "是否匿名", "处理时限", "问题分类", "延期天数", "满意度", "是否联系市民",
)  # fmt: skip
CATEGORIES = [f"城乡建设->市政管理->第{number}类" for number in range(1, 41)]
MELTED = ("工单编号", "操作", "承办单位", "操作时间")
"""Which event it is: the unique key of a bare table of events."""
Cells = tuple[str, ...]


# the file


def life(number: int, draw: random.Random) -> Cells:
    """One ticket as a row of the wide form: 5.3 acts on average."""
    sent = draw.randrange(SPAN)
    closed = sent + draw.randrange(HOUR, 8 * DAY)
    luck = draw.random()
    extended, returned = luck < 0.1, 0.1 <= luck < 0.14
    again = closed + 5 * HOUR if 0.14 <= luck < 0.2 else None
    surveyed = closed + DAY if draw.random() < 0.95 else None
    return (
        f"GX{number:08d}", UNITS[draw.randrange(60)], _time(sent), _time(sent + draw.randrange(60, 5 * HOUR)),
        _time(sent + draw.randrange(60, 30 * HOUR)), _time(sent + DAY if returned else None),
        _time(sent + DAY if extended else None), "3" if extended else "", _time(closed), _time(again), _time(surveyed),
        ("不满意" if luck > 0.9 else "满意") if surveyed else "", "是" if surveyed else "", "12345", "否", "5",
        CATEGORIES[draw.randrange(40)],
    )  # fmt: skip


def _time(seconds: int | None) -> str:
    return "" if seconds is None else (FIRST + timedelta(seconds=seconds)).strftime("%Y-%m-%d %H:%M:%S")


def acts_of(row: Cells) -> Iterator[Cells]:
    """The acts that a row tells, each as a row of the log."""
    for act, place in ACTS.items():
        if row[place]:
            sent, extends, asks = act == "派单", act == "延期", act == "回访"
            yield (
                row[0], act, row[1], row[place], row[13] if sent else "", row[14] if sent else "",
                row[15] if sent else "", row[16] if sent else "", row[7] if extends else "",
                row[11] if asks else "", row[12] if asks else "",
            )  # fmt: skip


def write(path: Path, form: str, tickets: int, first: int = 1, *, spoiled: bool = False) -> int:
    """A file of so many tickets; how many acts it tells. `spoiled`: but for the first row, no time can be read."""
    events = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(WIDE if form == "wide" else LOG)
        for number in range(first, first + tickets):
            row = life(number, random.Random(number))
            acts = list(acts_of(row))
            rows = [row] if form == "wide" else acts
            if spoiled and number > first:
                rows = [tuple(cell.replace("2023-", "2023 ") for cell in one) for one in rows]
            out.writerows(rows)
            events += len(acts)
    return events


# the sides: each takes a file and a folder, and gives what it counted


def ours(path: Path, folder: Path) -> dict[str, Any]:
    """The whole intake: read, judged row by row, known facts told from new ones, hashed, appended, attested."""
    session = Session(path=folder / "kaoping.db", rulebook="ganxian-2023", language=Language("en"))
    (arrival,) = import_files(session, [path], None)
    assert arrival.batch is not None
    return {"rows": arrival.batch.rows, "events": arrival.batch.events_added, "aside": arrival.batch.quarantined}


def twice(path: Path, folder: Path) -> dict[str, Any]:
    """The same file into a ledger that holds it already: all of it is known."""
    return ours(path, folder)


def rows(path: Path, folder: Path) -> dict[str, Any]:
    """csv and `executemany` of its rows into one table with a unique key."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        key = ("工单编号",) if header == [*WIDE] else MELTED
        return {"rows": _inserted(folder, header, key, reader)}


def events(path: Path, folder: Path) -> dict[str, Any]:
    """The same of as many rows as there are events: of a row per ticket, one for each act."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        melted = reader if next(reader) == [*LOG] else (act for row in reader for act in acts_of(tuple(row)))
        return {"events": _inserted(folder, LOG, MELTED, melted)}


def _inserted(folder: Path, header: Sequence[str], key: Sequence[str], found: Iterator[Any]) -> int:
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as db:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = full")
        columns = ", ".join(f'"{name}" text' for name in header)
        unique = ", ".join(f'"{name}"' for name in key)
        db.execute(f"create table log ({columns}, unique ({unique}))")
        db.execute("begin immediate")
        db.executemany(f"insert or ignore into log values ({', '.join('?' * len(header))})", found)
        db.execute("commit")
        return int(db.execute("select count(*) from log").fetchone()[0])


def sqlite_utils(path: Path, folder: Path) -> dict[str, Any]:
    """sqlite-utils inserting the rows with the same key."""
    from sqlite_utils import Database

    database = Database(folder / "utils.db")
    database.enable_wal()
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        key = "工单编号" if reader.fieldnames == [*WIDE] else MELTED
        database.table("log").insert_all(reader, pk=key, ignore=True)
    found = database.table("log").count
    database.close()
    return {"rows": found}


def frictionless(path: Path, folder: Path) -> dict[str, Any]:
    """frictionless validating the rows: types as it infers them; it keeps nothing."""
    from frictionless import validate  # type: ignore[import-not-found,unused-ignore]

    report = validate(path.name, basepath=str(path.parent))
    return {"rows": int(report.tasks[0].stats["rows"]), "valid": report.valid}


SIDES: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "ours": ours, "twice": twice, "spoiled": ours, "rows": rows, "events": events, "sqlite-utils": sqlite_utils,
    "frictionless": frictionless,
}  # fmt: skip
TOLD = {
    "ours": "kaoping import", "twice": "kaoping import, all known", "spoiled": "kaoping import, all rows but one bad",
    "rows": "bare executemany, the same rows", "events": "bare executemany, a row an event",
    "sqlite-utils": "sqlite-utils insert", "frictionless": "frictionless validate",
}  # fmt: skip


# the report


def child(side: str, path: Path, *, profiled: bool = False) -> None:
    """What a process of its own prints: what it counted and the figures as JSON, with its peak memory."""
    if side == "frictionless":
        importlib.import_module(side)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        if side == "twice":
            ours(path, Path(folder))
        gc.collect()
        profile = cProfile.Profile()
        begun, busy = perf_counter(), process_time()
        told = (profile.runcall if profiled else _called)(SIDES[side], path, Path(folder))
        told |= {"seconds": perf_counter() - begun, "cpu": process_time() - busy}
    if profiled:
        pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(30)
    unit = 2**20 if sys.platform == "darwin" else 1024
    told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
    print(json.dumps(told, ensure_ascii=False))


def _called(side: Callable[[Path, Path], dict[str, Any]], path: Path, folder: Path) -> dict[str, Any]:
    return side(path, folder)


def run(side: str, path: Path) -> dict[str, Any]:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "bench.append", "--side", side, "--file", str(path)]
    done: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return done


def measure(tickets: int, form: str, rounds: int) -> None:
    """The table of one size."""
    sides = [side for side in SIDES if side != "frictionless" or importlib.util.find_spec(side)]
    found: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    with tempfile.TemporaryDirectory() as folder:
        path, bad = Path(folder) / "log.csv", Path(folder) / "bad.csv"
        acts = write(path, form, tickets)
        write(bad, form, tickets, spoiled=True)
        print(f"\n{tickets:,} tickets, {acts:,} events, a row {'a ticket' if form == 'wide' else 'an event'}, "
              f"{path.stat().st_size / 1e6:.1f} MB")  # fmt: skip
        for number in range(rounds):
            order = random.Random(number).sample(sides, len(sides))
            for side in order:
                found[side].append(run(side, bad if side == "spoiled" else path))
    mine = median(one["cpu"] for one in found["ours"])
    print(f"{'':38} {'CPU s':>8} {'wall s':>8} {'us/event':>9} {'peak MB':>8} {'ours = 1':>9}")
    for side, several in found.items():
        cpu, wall = (median(one[name] for one in several) for name in ("cpu", "seconds"))
        peak = max(one["peak_mb"] for one in several)
        print(f"{TOLD[side]:38} {cpu:8.2f} {wall:8.2f} {cpu / acts * 1e6:9.1f} {peak:8,} {cpu / mine:9.2f}", flush=True)
    print(compared({side: several[0] for side, several in found.items()}, acts, tickets if form == "wide" else acts))


def compared(told: dict[str, dict[str, Any]], acts: int, lines: int) -> str:
    """Whether every side counted what was written."""
    expected = {
        "ours": {"rows": lines, "events": acts, "aside": 0}, "twice": {"rows": lines, "events": 0, "aside": 0},
        "rows": {"rows": lines}, "events": {"events": acts}, "sqlite-utils": {"rows": lines},
        "frictionless": {"rows": lines, "valid": True},
    }  # fmt: skip
    apart = [
        f"{TOLD[side]}: {name} {told[side][name]}, should be {value}"
        for side, counts in expected.items()
        if side in told
        for name, value in counts.items()
        if told[side][name] != value
    ]
    bad = told["spoiled"]
    apart += [f"bad rows: {bad}"] if bad["events"] + bad["aside"] < bad["rows"] else []
    return (
        "DIFFER  " + "; ".join(apart) if apart else "same    every side counted the rows and events that were written"
    )


def grow(most: int, tickets: int, form: str) -> None:
    """One ledger, batch after batch: whether the last costs what the first did."""
    print(f"\ngrowth to {most:,} events, {tickets:,} tickets a batch")
    total, number = 0, 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        while total < most:
            acts = write(path, form, tickets, number)
            gc.collect()
            begun, busy = perf_counter(), process_time()
            counted = ours(path, Path(folder))
            wall, cpu = perf_counter() - begun, process_time() - busy
            assert counted["events"] == acts
            total, number = total + acts, number + tickets
            print(
                f"{total:12,} events {cpu / acts * 1e6:7.1f} us of CPU an event {wall / acts * 1e6:7.1f} wall",
                flush=True,
            )
        with Ledger(Path(folder) / "kaoping.db") as made:
            print(f"{made.head().position:12,} events in a file of {made.path.stat().st_size / 1e6:.0f} MB")


def main() -> None:
    """Measure every size asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--tickets", type=int, nargs="+", default=[10_000, 100_000])
    asked.add_argument("--form", choices=("wide", "log"), default="wide", help="a row a ticket, or a row an event")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--growth", type=int, help="events to which one ledger grows")
    asked.add_argument("--profile", action="store_true", help="tell where the time of an import goes")
    asked.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    asked.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.side:
        child(given.side, given.file)
        return
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.machine()}")
    for tickets in given.tickets:
        if given.growth:
            grow(given.growth, tickets, given.form)
        elif given.profile:
            with tempfile.TemporaryDirectory() as folder:
                write(Path(folder) / "log.csv", given.form, tickets)
                child("ours", Path(folder) / "log.csv", profiled=True)
        else:
            measure(tickets, given.form, given.rounds)


if __name__ == "__main__":
    main()
