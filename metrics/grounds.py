"""Which facts a verdict rests on besides its dispatch, its act and a denial: enough, with those, to derive it alone."""

import narwhals as nw

from calendars.clock_columns import Frame
from metrics.custody import HOLDER, ROUND, kind
from metrics.measures import (
    CLOSED,
    EXTENDED_FIRST,
    EXTENDED_SECOND,
    REDONE,
    RETURNED,
    RETURNED_AGAIN,
    SEALED,
    Measure,
)

GROUND = (*ROUND, "measure", "position")


def grounds_of(events: Frame, rounds: Frame, returns: Frame, extensions: Frame) -> Frame:
    """`GROUND` of placed events and what `rounds_of` makes of them: a fact (its position) on which the verdict of a measure rests.

    Of a closing the granted extensions with what granted them; of a return or an extension what granted it, and the extension
    before; of a second redo the first; of a stamp the close; of a ticket that stays theirs its dispatches and returns till then.
    """
    first, second = (extensions.filter(nw.col("n") == number) for number in (1, 2))
    granted = returns.filter(nw.col("granted")).join(
        rounds.select(*ROUND, step=nw.col("returned_step")), on=[*ROUND, "step"], how="inner"
    )
    redos = events.filter(kind("redo")).join(rounds.select(*ROUND, "redone_step"), on=list(ROUND), how="inner")
    parts = [
        _of(CLOSED, extensions, "step"),
        _of(CLOSED, extensions, "decided_step"),
        _of(RETURNED, granted, "decided_step"),
        _of(EXTENDED_FIRST, first, "decided_step"),
        _of(EXTENDED_SECOND, first, "step"),
        _of(EXTENDED_SECOND, first, "decided_step"),
        _of(EXTENDED_SECOND, second, "decided_step"),
        _of(REDONE, redos.filter(nw.col("step") < nw.col("redone_step")), "step"),
        _of(SEALED, rounds, "first_closed_step"),
        _of(RETURNED_AGAIN, _returns_till(events, rounds), "step"),
    ]
    places = events.select("ticket", "step", "position")
    return nw.concat(parts, how="vertical").join(places, on=["ticket", "step"], how="inner").select(*GROUND)


def _of(measure: Measure, frame: Frame, step: str) -> Frame:
    """ROUND, measure, step of the facts that one column names."""
    named = frame.filter(~nw.col(step).is_null())
    return named.select(*ROUND, measure=nw.lit(measure.name), step=nw.col(step))


def _returns_till(events: Frame, rounds: Frame) -> Frame:
    """The dispatches and returns of a holder up to the proof that the ticket stays theirs, in the round that holds it."""
    proofs = rounds.filter(~nw.col("kept_step").is_null()).select(*ROUND, "kept_step")
    facts = events.filter(kind("dispatch", "return") & (nw.col("round") > 0)).select(*HOLDER, "step")
    return proofs.join(facts, on=list(HOLDER), how="inner").filter(nw.col("step") < nw.col("kept_step"))
