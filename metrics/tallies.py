"""Verdicts -> counts per measure, unit, channel and month; and how long things took."""

from collections.abc import Mapping

import attrs
import narwhals as nw

from calendars.clock_columns import ClockColumns, Frame
from metrics.measures import CLOSED, RESPONDED, RETURNED, SIGNED

PLACE = ("measure", "unit", "channel", "month")
DURATIONS = (SIGNED, RESPONDED, RETURNED, CLOSED)


@attrs.frozen
class Tally:
    """How many verdicts were counted, and how many of them are breaches."""

    count: int = 0
    breaches: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.count + other.count, self.breaches + other.breaches)

    def __sub__(self, other: "Tally") -> "Tally":
        return Tally(self.count - other.count, self.breaches - other.breaches)


Tallies = Mapping[tuple[str, str, str, int], Tally]
"""By (measure, unit, channel, month like 202305)."""


def tally_frame(verdicts: Frame) -> Frame:
    """measure, unit, channel, month, count, breaches of decided verdicts."""
    return verdicts.group_by(*PLACE).agg(
        count=nw.len().cast(nw.Int64), breaches=nw.col("breached").cast(nw.Int64).sum()
    )


def tallies_of(verdicts: Frame) -> Tallies:
    """The tallies of decided verdicts."""
    rows = tally_frame(verdicts).collect().rows()
    return {(m, u, c, month): Tally(count, breaches) for m, u, c, month, count, breaches in rows}


def durations(verdicts: Frame, clock: ClockColumns) -> Frame:
    """measure, unit, median, p90: working time from dispatch to the act, in ticks (`clock.ticks_per_day` make a day).

    Of decided verdicts whose act happened. Both are values that occurred: the lower median, the nearest rank above.
    """
    done = verdicts.filter(nw.col("measure").is_in([m.name for m in DURATIONS]) & ~nw.col("done").is_null())
    timed = clock.with_elapsed(done, "start", "done", "ticks")
    return timed.group_by("measure", "unit").agg(
        acts=nw.len(),
        median=nw.col("ticks").quantile(0.5, interpolation="lower"),
        p90=nw.col("ticks").quantile(0.9, interpolation="higher"),
    )
