"""Acts not yet done at an instant: of every round its signing, response, closing and stamp that are judged and are not there."""

from typing import Literal

import attrs
import narwhals as nw

from calendars.clock import instant, local
from calendars.clock_columns import Frame
from ledger.facts import LIMIT
from metrics.coverage import UNTOLD
from metrics.custody import ROUND
from metrics.derive import Derived
from metrics.engines.engine import collected
from metrics.measures import CLOSED, RESPONDED, SEALED, SIGNED

State = Literal["overdue", "today", "tomorrow", "later"]
AWAITED = (SIGNED, RESPONDED, CLOSED, SEALED)
"""The measures whose act can be awaited: each has a due before there is any act."""
NAMES = tuple(measure.name for measure in AWAITED)


@attrs.frozen(kw_only=True)
class Pending:
    """待办: an act not yet done at an instant T, of a measure in a round. Missed, its verdict counts in `month`, like 202305.

    `start` is the instant (ms) of the dispatch, `due` what it must be done by, on what `due_basis`. `state`: overdue (due <= T),
    today, tomorrow (till the end of the next working day), later. `left` is the working time from T to the due and `whole` that
    from the start to it, in ticks (None: outside the calendar); below 0 it is overdue by so much. `ended_at`: when the
    ticket went on, to another lead or to the unit anew, after the due; then nobody can do it any more. So a ticket sent on
    Friday at 16:50 is to be signed by Monday 11:50: at 10:00 that is today, with 0.2619 days left.
    """

    measure: str
    ticket: str
    unit: str
    round: int
    channel: str
    start: int
    due: int
    due_basis: str
    month: int
    state: State
    left: int | None
    whole: int | None
    ended_at: int | None


COLUMNS = tuple(field.name for field in attrs.fields(Pending))


def happened_by(events: Frame, at: int) -> Frame:
    """Events (`ledger.snapshot.EVENT`) that had happened by an instant. One that no source tells the instant of lies at its
    dispatch, and is there with it."""
    return events.filter(nw.col("at") <= at)


def pending_of(derived: Derived, at: int) -> Frame:
    """The columns of `Pending`, of what was derived from the events by an instant. Raises OutsideCalendar for an instant of which
    nobody can say which day is the next working day."""
    awaited = nw.col("measure").is_in(list(NAMES)) & nw.col("done").is_null()
    rounds = derived.rounds.select(*ROUND, "ended_at")
    waiting = derived.verdicts.filter(awaited).join(rounds, on=list(ROUND), how="left")
    waiting = waiting.with_columns(at=nw.lit(at, nw.Int64), state=_state(derived, at))
    waiting = derived.clock.with_elapsed(waiting, "at", "due", "left")
    return derived.clock.with_elapsed(waiting, "start", "due", "whole").select(*COLUMNS)


def _state(derived: Derived, at: int) -> nw.Expr:
    calendar = derived.clock.clock.calendar
    today, due = local(at)[0], nw.col("due")
    following = calendar.nth_working(calendar.worked_before(today + 1))
    till = [(at + 1, "overdue"), (instant(today + 1, 0), "today"), (instant(following + 1, 0), "tomorrow")]
    state = nw.lit("later")
    for end, name in reversed(till):
        state = nw.when(due < end).then(nw.lit(name)).otherwise(state)
    return state


def read_pending(pending: Frame) -> list[Pending]:
    """The rows of a frame of pending acts: the earliest due first."""
    ordered = pending.select(*COLUMNS).sort("due", "unit", "ticket", "round", "measure")
    return [Pending(**row) for row in collected(ordered).iter_rows(named=True)]


def untold_acts(derived: Derived) -> Frame:
    """`UNTOLD` of rounds whose act might be awaited, but no source tells whether it was done, or by when it is to be: nobody knows."""
    closed = derived.rounds.filter(~nw.col("first_closed_at").is_null()).select(*ROUND, done=nw.lit(True))
    asked = derived.untold.filter(nw.col("measure").is_in(list(NAMES))).join(closed, on=list(ROUND), how="left")
    return asked.filter((nw.col("lacking") != LIMIT) | nw.col("done").is_null()).select(*UNTOLD)
