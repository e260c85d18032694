"""What no source tells: rounds that a measure cannot judge, because the file that brought them has no column for what it needs.

Absent is not zero. A round is untold for a measure where its dispatch says that its source cannot tell a kind of fact that the
measure needs, and no other source told one.
"""

from collections.abc import Mapping

import attrs
import narwhals as nw

from calendars.clock_columns import ClockColumns, Frame
from ledger.facts import IN_FULL
from metrics.custody import ROUND, assumed
from metrics.measures import CATALOGUE, Deadline, Measure, Practice, Timely

THERE: Mapping[str, str] = {
    "sign": "signed_at", "contact": "contacted_at", "return": "returned_at", "extend": "extended_1_step",
    "close": "first_closed_at", "seal": "sealed_at", "survey": "surveyed_step", "redo": "again_step",
}  # fmt: skip
"""The column of a round that is filled where a source told a fact of the kind all the same."""
UNTOLD = (*ROUND, "channel", "measure", "start", "due", "decided_at", "month", "waived", "position")


def lacks(kind: str) -> nw.Expr:
    """Rounds of which no source tells a kind."""
    return nw.col("untold").str.contains(kind, literal=True).fill_null(False) & nw.col(THERE[kind]).is_null()


def is_untold(measure: Measure, practice: Practice) -> nw.Expr | None:
    """Rounds of which no source tells what the measure needs; None where it needs nothing, or it counts as not done."""
    if practice.untold == "breach":
        return None
    found = [lacks(kind) for kind in measure.needs(practice)]
    return nw.any_horizontal(*found, ignore_nulls=False) if found else None


def untold_of(rounds: Frame, practice: Practice, clock: ClockColumns) -> Frame:
    """`UNTOLD` of rounds: what has no verdict because no source tells what its measure needs.

    A deadline is missing from the month in which it would have passed (`decided_at` its due), any other measure from that of the
    dispatch. `waived`: the office says of every kind that is missing that it counts in full. `position`: of the dispatch.
    """
    some = rounds.filter(~nw.col("untold").is_null())
    measures = CATALOGUE if len(some.select("round").head(1).collect()) else ()
    parts = [_untold(some, measure, practice) for measure in measures if is_untold(measure, practice) is not None]
    empty = rounds.filter(nw.col("round") < 0).select(*_columns(CATALOGUE[0], nw.lit(None, nw.Int64), nw.lit(False)))
    return clock.with_month(nw.concat([empty, *parts], how="vertical"), "counted_at", "month").select(*UNTOLD)


def _untold(rounds: Frame, measure: Measure, practice: Practice) -> Frame:
    untold = is_untold(measure, practice)
    assert untold is not None
    waived = [
        ~lacks(kind) | nw.col("untold").str.contains(kind + IN_FULL, literal=True) for kind in measure.needs(practice)
    ]
    there = measure.population(practice) & untold
    if "survey" in measure.needs(
        practice
    ):  # whether anybody was asked is not known: the round may be one that is judged
        everyone = attrs.evolve(practice, response_population="all")
        there = there | (measure.population(everyone) & lacks("survey"))
    due = nw.lit(None, nw.Int64)
    if not isinstance(measure, Deadline) or isinstance(measure, Timely):
        there = there & nw.col(f"{measure.act}_at").is_null()
    if isinstance(measure, Deadline) and not isinstance(measure, Timely) and measure.due != "seal_due":
        due = nw.col(measure.due)
        there = there & ~due.is_null()
        if measure.lapses:
            there = there & (nw.col("ended_at").is_null() | (due <= nw.col("ended_at")))
    return rounds.filter(there).select(
        *_columns(measure, due, nw.all_horizontal(*waived, ignore_nulls=False), practice)
    )


def _columns(measure: Measure, due: nw.Expr, waived: nw.Expr, practice: Practice | None = None) -> list[nw.Expr]:
    decided = nw.coalesce(due, nw.col("dispatched_at"))
    counted = decided
    if practice is not None and practice.month_of == "dispatched":
        counted = nw.col("dispatched_at")
    elif practice is not None and practice.month_of == "closed":
        counted = nw.coalesce(nw.col("first_closed_at"), decided)
    return [
        *(nw.col(name) for name in ROUND), nw.col("channel"), nw.lit(measure.name).alias("measure"),
        nw.col("dispatched_at").alias("start"), due.alias("due"), decided.alias("decided_at"), waived.alias("waived"),
        nw.col("position"), counted.alias("counted_at"),
    ]  # fmt: skip


def assumed_of(events: Frame, rounds: Frame, extensions: Frame, clock: ClockColumns) -> Frame:
    """ROUND, channel, at, month of placed extensions and redos whose instant a reading gives."""
    redos = events.filter(assumed("redo") & (nw.col("round") > 0)).select(*ROUND, "at")
    extends = extensions.filter(nw.col("assumed") & ~nw.col("at").is_null()).select(*ROUND, "at")
    both = nw.concat([redos, extends], how="vertical").join(
        rounds.select(*ROUND, "channel"), on=list(ROUND), how="inner"
    )
    return clock.with_month(both, "at", "month").select(*ROUND, "channel", "at", "month")
