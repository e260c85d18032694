"""Rounds x measures -> verdicts: one long table, one row per verdict, decided or not."""

from collections.abc import Sequence

import attrs
import narwhals as nw

from calendars.clock_columns import ClockColumns, Frame
from metrics.coverage import is_untold
from metrics.engines.engine import collected
from metrics.measures import (
    CATALOGUE,
    CLOSED,
    SEALED,
    VOLUME,
    Deadline,
    Measure,
    Occurrence,
    Opinion,
    Practice,
    Strike,
    Timely,
)


@attrs.frozen(kw_only=True)
class Verdict:
    """判定: one measure judged in one round, met or `breached`; counted in `month`, like 202305.

    `start` is the instant (ms) of the dispatch, `due` that of the deadline, `done` that of the act (None: there is none). The
    due has its basis: the `limit`, an instant `named` in the dispatch, either of them `extended`, or the `month_end`. So a
    ticket sent on Friday with a limit of 2 days is due on Tuesday by its limit, and on Wednesday once a day is granted.
    """

    measure: str
    ticket: str
    unit: str
    round: int
    channel: str
    breached: bool
    start: int
    due: int | None
    due_basis: str | None
    done: int | None
    decided_at: int
    month: int


COLUMNS = tuple(field.name for field in attrs.fields(Verdict))
KEY = COLUMNS[:5]
STEPS = ("start_step", "done_step", "denied_step")
NO_INSTANT = nw.lit(None, dtype=nw.Int64)


def verdicts_of(
    rounds: Frame, practice: Practice, clock: ClockColumns, measures: Sequence[Measure] = CATALOGUE
) -> Frame:
    """The verdicts of rounds (`metrics.rounds`), the instant they are decided at perhaps yet to come: the columns of
    `Verdict`, and `STEPS`, the places in the ticket's order of the facts that each rests on (`metrics.grounds` has the rest).
    """
    parts = [_judged(rounds, measure, practice) for measure in measures]
    long = nw.concat(parts, how="vertical")
    return clock.with_month(long, "counted_at", "month").select(*COLUMNS, *STEPS)


def decided(verdicts: Frame, as_of: int) -> Frame:
    """Verdicts that are no longer pending at the instant `as_of`."""
    return verdicts.filter(nw.col("decided_at") <= as_of)


def read_verdicts(verdicts: Frame) -> list[Verdict]:
    """The rows of a frame of verdicts."""
    return [Verdict(**row) for row in collected(verdicts.select(*COLUMNS)).iter_rows(named=True)]


def _judged(rounds: Frame, measure: Measure, practice: Practice) -> Frame:
    breached, decided_at, due, act = _judgement(measure, practice)
    there = measure.population(practice) & ~decided_at.is_null()
    untold = is_untold(measure, practice)
    if untold is not None and isinstance(measure, Deadline):  # of the others, what is there was told
        there = there & ~untold
    if measure.lapses:
        there = there & (nw.col("ended_at").is_null() | (decided_at <= nw.col("ended_at")))
    return (
        rounds.filter(there)
        .with_columns(decided_at=decided_at, judged_due=due, breached=breached)
        .select(
            "ticket", "unit", "round", "channel", "breached",
            "decided_at", "dispatched_step", "denied_step" if _denied(measure) else nw.lit(None, dtype=nw.Int64).alias("denied_step"),
            measure=nw.lit(measure.name),
            start=nw.col("dispatched_at"),
            due=nw.col("judged_due"),
            due_basis=_basis(measure),
            done=nw.col(f"{act}_at"),
            start_step=nw.col("dispatched_step"),
            done_step=nw.col(f"{act}_step"),
            counted_at=_counted_at(measure, practice),
        )
    )  # fmt: skip


def _denied(measure: Measure) -> bool:
    return isinstance(measure, Deadline) and measure.denied is not None


def _basis(measure: Measure) -> nw.Expr:
    """What the due rests on."""
    if measure is CLOSED:
        return nw.col("close_basis")
    return nw.lit(("month_end" if measure is SEALED else "limit") if isinstance(measure, Deadline) else None, nw.String)


def _judgement(measure: Measure, practice: Practice) -> tuple[nw.Expr, nw.Expr, nw.Expr, str]:
    """(breached, decided_at, due, act): decided_at is null where the measure does not judge the round."""
    match measure:
        case Timely(act=act, due=name):
            late = nw.col(f"{act}_at") > nw.col(name)
            if practice.unexplained_returns == "late":
                late = late | (nw.col("unexplained").fill_null(False) & nw.col("channel").is_in(practice.posts))
            at = nw.when(~nw.col(name).is_null()).then(nw.col(f"{act}_at"))
            return late, at, nw.col(name), act
        case Deadline(act=act, due=name):
            done, due = nw.col(f"{act}_at"), nw.col(name)
            ever = measure is SEALED and practice.seal_by == "any_time"
            late = done.is_null() if ever else done.is_null() | (done > due)
            if measure.denied is not None:
                late = late | ~nw.col(measure.denied).is_null()
            at = nw.when(~due.is_null()).then(nw.when(late).then(due).otherwise(done))
            return late, at, due, act
        case Strike(act=act):
            return nw.lit(True), nw.col(f"{act}_at"), NO_INSTANT, act
        case Opinion(act=act):
            return ~nw.col("content"), nw.col(f"{act}_at"), NO_INSTANT, act
        case Occurrence(act=act):
            return nw.lit(False), nw.col(f"{act}_at"), NO_INSTANT, act
    raise TypeError(f"no judgement for {measure!r}")


def _counted_at(measure: Measure, practice: Practice) -> nw.Expr:
    """The instant whose month the verdict counts in; the volume always counts in the month of its dispatch."""
    if measure is VOLUME or practice.month_of == "dispatched":
        return nw.col("dispatched_at")
    if practice.month_of == "closed":
        return nw.coalesce("first_closed_at", "decided_at")
    return nw.col("decided_at")
