"""Verdicts -> counts per measure, unit, channel and month, and what months are counted from; and how long things took."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Protocol

import attrs
import narwhals as nw

from calendars.clock_columns import ClockColumns, Frame
from metrics.engines.engine import collected, is_empty
from metrics.measures import CLOSED, RESPONDED, RETURNED, SIGNED, Practice

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


COUNTED: Mapping[str, tuple[str, ...]] = {
    "verdicts": ("month", "unit", "measure", "ticket", "round", "channel", "breached", "decided_at", "due"),
    "untold": ("month", "unit", "measure", "ticket", "round", "channel", "decided_at", "lacking", "waived"),
    "candidates": ("month", "unit", "ticket", "round", "channel", "at", "measures"),
    "assumed": ("month", "unit", "ticket", "round", "channel", "at"),
    "exemptions": ("ticket", "unit", "item"),
}
"""The frames that months are counted from, and their columns: verdicts that count in a month, decided or not; what no source tells
of it (`metrics.coverage`); and the exemptions that hold, of all time."""
MONTHLY = tuple(name for name, columns in COUNTED.items() if columns[0] == "month")
LACKING = ("untold", "assumed")
"""Those of them of which a row of any month says that something is not told."""

APART = 2**40
"""No ledger has so many events: the positions of several do not meet when they are so far apart."""


class Countable(Protocol):
    """What months are counted from, wherever it lies."""

    @property
    def lacks(self) -> bool:
        """Whether anything of any month is untold, or its instant assumed."""

    def months(self, months: Sequence[int], units: Collection[str] | None = None) -> Mapping[str, Frame]:
        """`COUNTED` of some months like 202305: of every unit, or of some."""


@attrs.frozen(eq=False)
class MonthFrames:
    """Frames by the names of `COUNTED`, of every month."""

    frames: Mapping[str, Frame]

    @cached_property
    def lacks(self) -> bool:
        """Whether anything of any month is untold, or its instant assumed."""
        return not all(is_empty(self.frames[name].select("unit")) for name in LACKING)

    def months(self, months: Sequence[int], units: Collection[str] | None = None) -> Mapping[str, Frame]:
        """The same of some months: of every unit, or of some."""
        asked = nw.col("month").is_in([*months])
        if units is not None:
            asked = asked & nw.col("unit").is_in([*units])
        narrowed = {name: self.frames[name].filter(asked) for name in MONTHLY}
        return {name: narrowed.get(name, frame) for name, frame in self.frames.items()}


@attrs.frozen(eq=False)
class MarkedFrames:
    """Of what the months of several ledgers are counted from, their tickets and units bearing the mark of theirs, that of one of
    them, without the mark."""

    of_all: Countable
    mark: str

    @cached_property
    def lacks(self) -> bool:
        """Whether anything may be untold, or its instant assumed."""
        return self.of_all.lacks

    def months(self, months: Sequence[int], units: Collection[str] | None = None) -> Mapping[str, Frame]:
        """The frames of some months: of every unit, or of some."""
        marked = None if units is None else [self.mark + unit for unit in units]
        return {name: self._own(frame) for name, frame in self.of_all.months(months, marked).items()}

    def _own(self, frame: Frame) -> Frame:
        own = frame.filter(nw.col("unit").str.starts_with(self.mark))
        return own.with_columns(nw.col("ticket", "unit").str.slice(len(self.mark)))


def mark_of(number: int) -> str:
    """The mark of the ledger of a number."""
    return f"{number}/"


def marked(events: Frame, number: int) -> Frame:
    """Events whose tickets and units bear the mark of a ledger, and whose positions are no other ledger's."""
    texts = (nw.concat_str(nw.lit(mark_of(number)), nw.col(name)).alias(name) for name in ("ticket", "unit"))
    return events.with_columns(*texts, position=nw.col("position") + number * APART)


def tally_frame(verdicts: Frame) -> Frame:
    """measure, unit, channel, month, count, breaches of decided verdicts."""
    return verdicts.group_by(*PLACE).agg(
        count=nw.len().cast(nw.Int64), breaches=nw.col("breached").cast(nw.Int64).sum()
    )


def tallies_of(verdicts: Frame) -> Tallies:
    """The tallies of decided verdicts."""
    rows = collected(tally_frame(verdicts)).rows()
    return {(m, u, c, month): Tally(count, breaches) for m, u, c, month, count, breaches in rows}


def undue_closings(rounds: Frame, practice: Practice, clock: ClockColumns) -> Frame:
    """measure, unit, start, done, month (that of the close) of closes that no due instant judges: how long they took is known."""
    there = CLOSED.population(practice) & nw.col("close_due").is_null() & ~nw.col("closed_at").is_null()
    closed = clock.with_month(rounds.filter(there), "closed_at", "closed_in")
    return closed.select(
        "unit",
        measure=nw.lit(CLOSED.name),
        start=nw.col("dispatched_at"),
        done=nw.col("closed_at"),
        month=nw.col("closed_in"),
    )


def durations(verdicts: Frame, undue: Frame, clock: ClockColumns) -> Frame:
    """measure, unit, median, p90: working time from dispatch to the act, in ticks (`clock.ticks_per_day` make a day).

    Of decided verdicts whose act happened, and of closes without a due instant (`undue_closings`). Both are values that occurred:
    the lower median, the nearest rank above.
    """
    done = verdicts.filter(nw.col("measure").is_in([m.name for m in DURATIONS]) & ~nw.col("done").is_null())
    columns = ("measure", "unit", "start", "done")
    both = nw.concat([done.select(*columns), undue.select(*columns)], how="vertical")
    timed = clock.with_elapsed(both, "start", "done", "ticks")
    known = timed.with_columns(known=(~nw.col("ticks").is_null()).cast(nw.Int64))
    ranked = known.with_columns(
        before=nw.col("known").cum_sum().over("measure", "unit", order_by=["ticks", "start"]) - 1,
        last=nw.col("known").sum().over("measure", "unit") - 1,
    )
    places = {"median": nw.col("last") // 2, "p90": (nw.col("last") * 9 + 9) // 10}
    chosen = {
        name: nw.when(nw.col("before") == place).then(nw.col("ticks")).alias(name) for name, place in places.items()
    }
    return (
        ranked.with_columns(**chosen)
        .group_by("measure", "unit")
        .agg(nw.col("median", "p90").max(), acts=nw.len().cast(nw.Int64))
        .select("measure", "unit", "acts", "median", "p90")
    )
