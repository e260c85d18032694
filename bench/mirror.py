"""How long a month's score takes from a mirror that is carried away, up to more tickets than one machine holds at once.

    python -m bench.mirror [--tickets 1000000 10000000] [--rounds 3] [--spark MASTER]

The year of `bench.log`, a million tickets after another, as files of a mirror; the score is `kaoping score`, a process of its own, that
holds each file against its digest, derives all that it has and scores one month. With `--spark` it is asked of a cluster too, and
both must answer the same.
"""

import argparse
import hashlib
import json
import sys
import tempfile
from functools import partial
from pathlib import Path

import polars as pl

from bench.log import made
from bench.measured import Told, apart, cost, in_turns, machine, versions, whole
from ledger.batches import Head
from ledger.columns.mirror import Mirror, SealedFile
from ledger.columns.portable import PortableMirror, put_portable

LOT = 1_000_000  # tickets drawn at once
FILE = 500_000  # events in a file, as `kaoping mirror` writes them
MONTH = "2023-05"
NOTHING_ASIDE = {"rows": [], "changes": [], "lacked": []}


def write(folder: Path, tickets: int) -> int:
    """A mirror of so many tickets; how many events it has."""
    folder.mkdir()
    files: list[SealedFile] = []
    events = 0
    for lot in range(-(-tickets // LOT)):
        frame = made(min(LOT, tickets - lot * LOT), seed=2023 + lot)
        number = pl.col("ticket").str.slice(len("GX2023")).cast(pl.Int64) + lot * LOT
        frame = frame.with_columns(pl.format("GX2023{}", number).alias("ticket"), pl.col("position") + events)
        for part in frame.iter_slices(FILE):
            files.append(Mirror(folder).write(f"events-{len(files) + 1:04}", part))
        events += len(frame)
    head = Head(events, hashlib.sha256(str(tickets).encode()).hexdigest())
    put_portable(
        PortableMirror(head=head, checkpoint=f"{events}:none", files=tuple(files), facts=(), aside=NOTHING_ASIDE),
        folder,
    )
    return events


def scored(folder: Path, *asked: str) -> Told:
    """What `kaoping score` of the month took, and the digest of what it answered."""
    command = ["score", MONTH, "--mirror", str(folder), "--rulebook", "ganxian-2023", "--json", *asked]
    told, printed = whole([sys.executable, "-c", "from kaoping.cli import main; main()", *command])
    sheets = json.dumps(json.loads(printed)["sheets"], sort_keys=True, ensure_ascii=False)
    return told | {"answer": hashlib.sha256(sheets.encode()).hexdigest()}


def main() -> None:
    """Measure every size asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--tickets", type=int, nargs="+", default=[1_000_000, 10_000_000])
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--spark", help="the master of a cluster")
    asked.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.write:
        print(json.dumps({"events": write(given.write, *given.tickets)}))
        return
    print(f"{machine()}; {versions('polars', 'narwhals')}")
    with tempfile.TemporaryDirectory() as room:
        runs = {}
        for tickets in given.tickets:
            folder = Path(room) / str(tickets)
            events = apart("bench.mirror", "--write", str(folder), "--tickets", str(tickets))[
                "events"
            ]  # what is drawn is gone with it
            size = sum(one.stat().st_size for one in folder.iterdir()) / 1e6
            print(f"{tickets:,} tickets, {events:,} events, a mirror of {size:,.0f} MB", flush=True)
            runs[f"{tickets:,}"] = partial(scored, folder)
            if given.spark:
                runs[f"{tickets:,} on Spark"] = partial(scored, folder, "--engine", "spark", "--master", given.spark)
        told = in_turns(runs, given.rounds)
    first = cost(told[f"{given.tickets[0]:,}"])
    for side, several in told.items():
        one = cost(several)
        print(
            f"{side:24} {one.cpu:9.1f} s CPU {one.wall:9.1f} s wall {one.peak:7,} MB {one.cpu / first.cpu:6.2f} times the first"
        )
        twin = told.get(side.removesuffix(" on Spark"), several)
        if {each["answer"] for each in (*several, *twin)} != {twin[0]["answer"]}:
            sys.exit(f"{side}: DIFFERS")


if __name__ == "__main__":
    main()
