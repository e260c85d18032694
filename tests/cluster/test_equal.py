"""Polars and Spark give the same frames, to the last row and type, of random logs under random readings."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from ledger.snapshot import snapshot_of
from metrics.derive import FRAMES, Derivation, counted_of, derive
from metrics.engines.engine import collected
from metrics.quality import quality_of
from metrics.tallies import Tallies, durations, tallies_of, undue_closings
from metrics.verdicts import decided
from tests.logs import calendar, ledger_of, rulebook, translated
from tests.oracle.covered import covered
from tests.oracle.histories import History, history

pytestmark = pytest.mark.slow
LOGS = 6  # that are derived at once, each with tickets of its own
FLAGS = {
    "ticket": "String",
    "unit": "String",
    "at": "Int64",
    "measure": "String",
    "late": "Boolean",
    "position": "Int64",
    "known_at": "Int64",
}


def digest(tallies: Tallies) -> str:
    """One digest of all tallies."""
    rows = sorted([*place, tally.count, tally.breaches] for place, tally in tallies.items())
    return sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def written(folder: Path, logs: list[History]) -> Path:
    """The events of several logs in one file, the tickets of each its own."""
    path, parts = folder / "events.parquet", []
    for number, log in enumerate(logs):
        with ledger_of(folder / f"{number}.db", translated(log.facts)) as ledger:
            frame = snapshot_of(ledger, ledger.head().position).events.collect().to_native()
        parts.append(
            frame.with_columns(
                pl.format("{}-{}", pl.lit(number), "ticket").alias("ticket"), pl.col("position") + number * 10**6
            )
        )
    pl.concat(parts).write_parquet(path)
    return path


def frames_of(derived: Derivation, as_of: int) -> Iterator[tuple[str, Any]]:
    """Every frame there is, by its name."""
    practice = derived.practice
    yield from ((name, getattr(derived, name)) for name in FRAMES)
    yield from (
        (f"counted {name}", frame) for name, frame in counted_of(derived, derived.source, practice).frames.items()
    )
    undue = undue_closings(derived.rounds, practice, derived.clock)
    yield "durations", durations(decided(derived.verdicts, as_of), undue, derived.clock)
    flags = derived.verdicts.select(
        "ticket",
        "unit",
        "measure",
        at=nw.col("start"),
        late=~nw.col("breached"),
        position=nw.col("start_step"),
        known_at=nw.col("decided_at"),
    )
    yield "quality", quality_of(derived, flags, as_of)


def alike(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame in the one order of its columns and rows."""
    return frame.select(sorted(frame.columns)).sort(sorted(frame.columns))


@pytest.mark.parametrize("seed", [700, *(pytest.param(n, marks=pytest.mark.long) for n in range(701, 705))])
def test_polars_and_spark_derive_the_same(session: Any, tmp_path: Path, seed: int) -> None:
    from metrics.engines.spark import SparkEngine

    logs = [(covered if number % 2 else history)(seed * 100 + number) for number in range(LOGS)]
    path, as_of = written(tmp_path, logs), max(log.as_of_ms for log in logs)
    practice = rulebook(logs[1].readings).practice()
    here = derive(nw.from_native(pl.scan_parquet(path)), practice, calendar())
    (told,) = SparkEngine(session).events([str(path)], 1)
    there = derive(told, practice, calendar())
    wanted, found = (digest(tallies_of(decided(one.verdicts, as_of))) for one in (here, there))
    assert found == wanted
    theirs = dict(frames_of(there, as_of))
    for name, frame in frames_of(here, as_of):
        mine, other = alike(collected(frame).to_native()), alike(collected(theirs[name]).to_native())
        assert other.schema == mine.schema, name
        assert other.equals(mine), name
