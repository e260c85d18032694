"""The floor: one scan of the events with one group-by, the least that any answer about all of them must do."""

from typing import Any

import polars as pl

from bench.log import HOUR


def counts(events: pl.DataFrame) -> list[list[Any]]:
    """[kind, unit, month, count]: how often each kind of act happened, of no use to anybody's score."""
    local = pl.from_epoch(pl.col("at") + 8 * HOUR, "ms")
    month = local.dt.year().cast(pl.Int64) * 100 + local.dt.month()
    counted = events.lazy().group_by("rank", "unit", month=month).agg(pl.len())
    return sorted([*row] for row in counted.collect(engine="streaming").rows())
