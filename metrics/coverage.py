"""What no source tells: rounds that a measure cannot judge, because the file that brought them has no column for what it needs.

Absent is not zero. A round is untold for a measure where its dispatch says that its source cannot tell what the measure needs, be it
a kind of fact, the limit of a round or the word of a survey, and no other source told it.
"""

from collections.abc import Mapping

import attrs
import narwhals as nw

from calendars.clock_columns import ClockColumns, Frame
from ledger.facts import IN_FULL, LIMIT, RATING
from metrics.custody import ROUND, assumed
from metrics.engines.engine import is_empty
from metrics.measures import CATALOGUE, CLOSED, SEALED, Deadline, Measure, Practice, Timely

THERE: Mapping[str, tuple[str, ...]] = {
    "sign": ("signed_at",), "contact": ("contacted_at",), "return": ("returned_at",), "extend": ("extended_1_step",),
    "close": ("first_closed_at",), "seal": ("sealed_at",), "survey": ("surveyed_step",), "redo": ("again_step",),
    LIMIT: ("limit_halves", "due_at"), RATING: ("worded_step",),
}  # fmt: skip
"""The columns of a round of which one is filled where a source told it all the same."""
UNTOLD = (*ROUND, "channel", "measure", "start", "due", "decided_at", "month", "lacking", "waived", "position")
CANDIDATES = (*ROUND, "channel", "at", "month", "measures")


def lacks(kind: str) -> nw.Expr:
    """Rounds of which no source tells a kind of fact, the limit, or the word of a survey: that of one that there was, as who was not
    asked has none."""
    missing = nw.col("untold").str.contains(kind, literal=True).fill_null(False)
    for column in THERE[kind]:
        missing = missing & nw.col(column).is_null()
    return missing & ~nw.col("surveyed_step").is_null() if kind == RATING else missing


def needed(measure: Measure, practice: Practice) -> tuple[str, ...]:
    """The kinds of fact without which a measure has no verdict: nothing else says which kind is missing where one is. Where what no
    source tells counts as not done, the act of a deadline is not among them: not done, it is late, if anybody knows by when."""
    kinds = measure.needs(practice)
    return kinds[1:] if practice.untold == "breach" and is_plain(measure) else kinds


def is_plain(measure: Measure) -> bool:
    """Whether what is not done is a breach: a deadline, that is judged also where the act never happened."""
    return isinstance(measure, Deadline) and not isinstance(measure, Timely)


def is_untold(measure: Measure, practice: Practice) -> nw.Expr | None:
    """Rounds of which no source tells what the measure needs; None where it needs nothing."""
    found = [lacks(kind) for kind in needed(measure, practice)]
    return nw.any_horizontal(*found, ignore_nulls=False) if found else None


def untold_of(rounds: Frame, practice: Practice, clock: ClockColumns) -> Frame:
    """`UNTOLD` of rounds: what has no verdict because no source tells what its measure needs.

    It is missing from the month in which its verdict would have counted: of a deadline that of its due (`decided_at`), of any other
    measure, and where the due is not told either (a closing without its limit, a seal without its close), that of the dispatch.
    `lacking`: the kinds that are missing, such as "contact survey". `waived`: the office says of every one of them that it counts in
    full. `position`: of the dispatch.
    """
    some = rounds.filter(~nw.col("untold").is_null())
    measures = () if is_empty(some.select("round")) else CATALOGUE
    parts = [_untold(some, measure, practice) for measure in measures if is_untold(measure, practice) is not None]
    empty = rounds.filter(nw.col("round") < 0).select(
        *_columns(CATALOGUE[0], practice, nw.lit(None, nw.Int64), nw.lit(""), nw.lit(False))
    )
    return clock.with_month(nw.concat([empty, *parts], how="vertical"), "counted_at", "month").select(*UNTOLD)


def _untold(rounds: Frame, measure: Measure, practice: Practice) -> Frame:
    kinds, untold = needed(measure, practice), is_untold(measure, practice)
    assert untold is not None
    waived = [~lacks(kind) | nw.col("untold").str.contains(kind + IN_FULL, literal=True) for kind in kinds]
    named = [nw.when(lacks(kind)).then(nw.lit(kind)) for kind in kinds]
    there = measure.population(practice) & untold
    if "survey" in kinds:  # whether anybody was asked is not known: the round may be one that is judged
        everyone = attrs.evolve(practice, response_population="all")
        there = there | (measure.population(everyone) & lacks("survey"))
    due = nw.lit(None, nw.Int64)
    if not is_plain(measure):
        there = there & nw.col(f"{measure.act}_at").is_null()
    elif isinstance(measure, Deadline):
        due = nw.col(measure.due)
        # what has no due is not judged anyway, but where what gives it is not told: a close to seal, the limit of a round
        unknown = {SEALED: "close", CLOSED: LIMIT}.get(measure)
        there = there & (~due.is_null() | (nw.lit(False) if unknown is None else lacks(unknown)))
        if measure.lapses:
            there = there & (nw.col("ended_at").is_null() | due.is_null() | (due <= nw.col("ended_at")))
    return rounds.filter(there).select(
        *_columns(
            measure, practice, due, nw.concat_str(*named, separator=" ", ignore_nulls=True),
            nw.all_horizontal(*waived, ignore_nulls=False),
        )
    )  # fmt: skip


def _columns(measure: Measure, practice: Practice, due: nw.Expr, lacking: nw.Expr, waived: nw.Expr) -> list[nw.Expr]:
    decided = nw.coalesce(due, nw.col("dispatched_at"))
    return [
        *(nw.col(name) for name in ROUND), nw.col("channel"), nw.lit(measure.name).alias("measure"),
        nw.col("dispatched_at").alias("start"), due.alias("due"), decided.alias("decided_at"), lacking.alias("lacking"),
        waived.alias("waived"), nw.col("position"), _counted_at(decided, practice).alias("counted_at"),
    ]  # fmt: skip


def _counted_at(decided: nw.Expr, practice: Practice) -> nw.Expr:
    """The instant whose month a verdict decided then would have counted in."""
    if practice.month_of == "closed":
        return nw.coalesce(nw.col("first_closed_at"), decided)
    return nw.col("dispatched_at") if practice.month_of == "dispatched" else decided


def candidates_of(rounds: Frame, practice: Practice, clock: ClockColumns) -> Frame:
    """`CANDIDATES` of rounds: those that a measure could judge which has no due to count by, since only some of them ever come to a
    verdict. `at`: the dispatch; `month`: that in which it would be missing if it were untold; `measures`: their names, such as
    "satisfied redone". A round that was returned is no candidate for satisfaction."""
    open_ended = [one for one in CATALOGUE if one.needs(practice) and not is_plain(one)]
    named = [nw.when(one.population(practice)).then(nw.lit(one.name)) for one in open_ended]
    found = rounds.with_columns(
        at=nw.col("dispatched_at"), counted_at=_counted_at(nw.col("dispatched_at"), practice),
        measures=nw.concat_str(*named, separator=" ", ignore_nulls=True),
    )  # fmt: skip
    return clock.with_month(found.drop("month"), "counted_at", "month").select(*CANDIDATES)


def assumed_of(events: Frame, rounds: Frame, extensions: Frame, clock: ClockColumns) -> Frame:
    """ROUND, channel, at, month of placed extensions and redos whose instant a reading gives."""
    redos = events.filter(assumed("redo") & (nw.col("round") > 0)).select(*ROUND, "at")
    extends = extensions.filter(nw.col("assumed") & ~nw.col("at").is_null()).select(*ROUND, "at")
    both = nw.concat([redos, extends], how="vertical").join(
        rounds.select(*ROUND, "channel"), on=list(ROUND), how="inner"
    )
    return clock.with_month(both, "at", "month").select(*ROUND, "channel", "at", "month")
