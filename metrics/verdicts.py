"""Rounds x measures -> verdicts: one long table, one row per verdict, decided or not."""

from collections.abc import Sequence

import narwhals as nw

from calendars.columns import ClockColumns, Frame
from metrics.measures import CATALOGUE, CLOSED, VOLUME, Deadline, Measure, Occurrence, Opinion, Practice, Strike, Timely

COLUMNS = (
    "measure", "ticket", "unit", "round", "channel", "breached", "start", "due", "done", "decided_at", "month",
    "start_step", "done_step", "denied_step",
)  # fmt: skip
NO_INSTANT = nw.lit(None, dtype=nw.Int64)


def verdicts_of(
    rounds: Frame, practice: Practice, clock: ClockColumns, measures: Sequence[Measure] = CATALOGUE
) -> Frame:
    """The verdicts of rounds (`metrics.rounds`), with these columns:

    measure, ticket, unit, round, channel
    breached            true, false; met means false
    start, due, done    instants: of the dispatch, of the deadline (null where the measure has none), of the act (null: never)
    decided_at, month   the instant it is decided and the month it counts in, like 202305 (the instant may be yet to come)
    *_step              the evidence: the facts' places in the ticket's order
    """
    parts = [_judged(rounds, measure, practice) for measure in measures]
    long = nw.concat(parts, how="vertical")
    return clock.with_month(long, "counted_at", "month").select(*COLUMNS)


def decided(verdicts: Frame, as_of: int) -> Frame:
    """Verdicts that are no longer pending at the instant `as_of`."""
    return verdicts.filter(nw.col("decided_at") <= as_of)


def _judged(rounds: Frame, measure: Measure, practice: Practice) -> Frame:
    breached, decided_at, due, act = _judgement(measure)
    return (
        rounds.filter(measure.population(practice) & ~decided_at.is_null())
        .with_columns(decided_at=decided_at, judged_due=due, breached=breached)
        .select(
            "ticket", "unit", "round", "channel", "breached",
            "decided_at", "dispatched_step", "denied_step" if _denied(measure) else nw.lit(None, dtype=nw.Int64).alias("denied_step"),
            measure=nw.lit(measure.name),
            start=nw.col("dispatched_at"),
            due=nw.col("judged_due"),
            done=nw.col(f"{act}_at"),
            start_step=nw.col("dispatched_step"),
            done_step=nw.col(f"{act}_step"),
            counted_at=_counted_at(measure, practice),
        )
    )  # fmt: skip


def _denied(measure: Measure) -> bool:
    return isinstance(measure, Deadline) and measure.denied is not None


def _judgement(measure: Measure) -> tuple[nw.Expr, nw.Expr, nw.Expr, str]:
    """(breached, decided_at, due, act): decided_at is null where the measure does not judge the round."""
    match measure:
        case Timely(act=act, due=name):
            late = nw.col(f"{act}_at") > nw.col(name)
            at = nw.when(~nw.col(name).is_null()).then(nw.col(f"{act}_at"))
            return late, at, nw.col(name), act
        case Deadline(act=act, due=name):
            done, due = nw.col(f"{act}_at"), nw.col(name)
            late = done.is_null() | (done > due)
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
        return nw.coalesce(f"{CLOSED.act}_at", "decided_at")
    return nw.col("decided_at")
