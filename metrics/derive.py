"""The derivation, run on an engine: events as columns in, verdicts out, each step settled once.

Polars here; the expressions are narwhals and name no engine.
"""

import attrs

from calendars.clock import Clock
from calendars.clock_columns import ClockColumns, Frame
from calendars.workdays import Calendar
from metrics.coverage import assumed_of, untold_of
from metrics.custody import placed, settled
from metrics.grounds import grounds_of
from metrics.measures import Practice
from metrics.oddities import oddities_of
from metrics.rounds import rounds_of
from metrics.verdicts import verdicts_of

FRAMES = ("events", "rounds", "verdicts", "oddities", "extensions", "grounds", "untold", "assumed")


@attrs.frozen(kw_only=True)
class Derived:
    """What was derived from events (frames), and the clock that did it: placed events, rounds, verdicts, oddities, what
    extensions did, the facts that verdicts rest on besides their dispatch and act (`metrics.grounds`), and what has no verdict
    because no source tells it, and what happened at an instant that none tells (`metrics.coverage`)."""

    events: Frame
    rounds: Frame
    verdicts: Frame
    oddities: Frame
    extensions: Frame
    grounds: Frame
    untold: Frame
    assumed: Frame
    clock: ClockColumns


def clock_of(calendar: Calendar, practice: Practice) -> Clock:
    """The calendar's clock, read as the rulebook reads it."""
    return Clock(calendar, half_day=practice.half_day, whole_days=practice.whole_days, day_ends=practice.day_ends)


def derive(events: Frame, practice: Practice, calendar: Calendar) -> Derived:
    """Events (`ledger.snapshot.EVENT`) to verdicts."""
    clock = ClockColumns(clock_of(calendar, practice))
    steps = settled(placed(events, practice))
    rounds, returns, extensions = rounds_of(steps, practice, clock)
    rounds = settled(rounds)
    return Derived(
        events=steps, rounds=rounds, verdicts=verdicts_of(rounds, practice, clock), extensions=extensions,
        oddities=oddities_of(steps, rounds, extensions, practice), clock=clock,
        grounds=grounds_of(steps, rounds, returns, extensions), untold=untold_of(rounds, practice, clock),
        assumed=assumed_of(steps, rounds, extensions, clock),
    )  # fmt: skip
