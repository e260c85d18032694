"""The derivation, run on an engine: events as columns in, verdicts out, each step settled once.

The expressions are narwhals and name no engine; that of the events computes them (`metrics.engines`).
"""

from collections.abc import Sequence
from functools import cached_property

import attrs
import narwhals as nw

from calendars.clock import Clock
from calendars.clock_columns import ClockColumns, Frame
from calendars.workdays import Calendar
from metrics.coverage import assumed_of, candidates_of, untold_of
from metrics.custody import ends_of, followed, judged, placed
from metrics.engines.engine import coded, engine_of, settled, spelled
from metrics.grounds import grounds_of
from metrics.measures import CATALOGUE, Measure, Practice
from metrics.oddities import oddities_of
from metrics.requests import exemptions_of
from metrics.rounds import Custody, held_of, with_dues
from metrics.tallies import COUNTED, MONTHLY, MonthFrames
from metrics.verdicts import verdicts_of

FOLLOWING = ("untimed_extensions", "untimed_redos")
PLACING = (*FOLLOWING, "assist_rounds")
HOLDING = (
    *PLACING, "moved_rounds", "repeated_dispatch", "undecided_requests", "redo_scope", "redone_closing", "satisfied", "unsatisfied"
)  # fmt: skip
TIMING = ("half_day", "whole_days", "day_ends")
REACHING = (*HOLDING, *TIMING, "limits", "later_limits")
"""What of a practice is asked till events are followed, till they are placed, till rounds stand without their dues, for a clock, and
till rounds have dues."""


@attrs.frozen(kw_only=True, eq=False)
class Derivation:
    """What is derived from events (frames), each when it is first asked for. `like` is another derivation of the same events by the
    same calendar, perhaps by another practice: what both must find alike is taken from it. Within it tickets and units are codes
    (`metrics.engines.engine.coded`), in `coded` frames; the frames that others are given have their names."""

    source: Frame
    practice: Practice
    calendar: Calendar
    like: "Derivation | None" = None

    @cached_property
    def clock(self) -> ClockColumns:
        """The clock that counts the dues."""
        like = self._like(TIMING)
        return like.clock if like else engine_of(self.source).clock_columns(clock_of(self.calendar, self.practice))

    @cached_property
    def followed(self) -> Frame:
        """Events followed through hands (`metrics.custody.followed`), coded."""
        like = self._like(FOLLOWING)
        return like.followed if like else settled(followed(settled(coded(self.source)), self.practice))

    @cached_property
    def placed(self) -> Frame:
        """Placed events (`metrics.custody.placed`), coded."""
        like = self._like(PLACING)
        if like:
            return like.placed
        events = judged(self.followed, self.practice)
        return events if events is self.followed else settled(events)

    @property
    def events(self) -> Frame:
        """Placed events (`metrics.custody.placed`)."""
        return spelled(self.placed)

    @cached_property
    def held(self) -> Custody:
        """Rounds without their dues, the returns asked for, the extensions granted, all coded."""
        like = self._like(HOLDING)
        return (
            like.held
            if like
            else held_of(self.placed, ends_of(self.followed, self.practice), self.practice, self.clock)
        )

    @cached_property
    def due(self) -> tuple[Frame, Frame]:
        """Every round with its dues (`metrics.rounds`), and what extensions did (`metrics.requests.Extension`), both coded."""
        like = self._like(REACHING)
        return like.due if like else with_dues(self.held, self.practice, self.clock)

    @property
    def rounds(self) -> Frame:
        """Every round, with its dues."""
        return spelled(self.due[0])

    @property
    def extensions(self) -> Frame:
        """What extensions did."""
        return spelled(self.due[1])

    @cached_property
    def verdicts(self) -> Frame:
        """The verdicts of every measure (`metrics.verdicts`)."""
        return self.verdicts_by(CATALOGUE)

    def verdicts_by(self, measures: Sequence[Measure]) -> Frame:
        """The verdicts of some measures alone, which takes less."""
        return spelled(verdicts_of(self.due[0], self.practice, self.clock, measures))

    @cached_property
    def oddities(self) -> Frame:
        """What is odd about events (`metrics.oddities`)."""
        return spelled(oddities_of(self.placed, *self.due, self.practice))

    @cached_property
    def grounds(self) -> Frame:
        """The facts that verdicts rest on besides their dispatch and act (`metrics.grounds`)."""
        rounds, extensions = self.due
        return spelled(grounds_of(self.placed, rounds, self.held.returns, extensions))

    @cached_property
    def untold(self) -> Frame:
        """What has no verdict because no source tells it (`metrics.coverage`)."""
        return spelled(untold_of(self.due[0], self.practice, self.clock))

    @cached_property
    def candidates(self) -> Frame:
        """Of how many rounds that is, of the measures without a due (`metrics.coverage`)."""
        return spelled(candidates_of(self.due[0], self.practice, self.clock))

    @cached_property
    def assumed(self) -> Frame:
        """What happened at an instant that none tells (`metrics.coverage`)."""
        return spelled(assumed_of(self.placed, *self.due, self.clock))

    def _like(self, asked: Sequence[str]) -> "Derivation | None":
        """The derivation that this one is like, in all that depends on these."""
        if self.like is None:
            return None
        same = all(getattr(self.like.practice, name) == getattr(self.practice, name) for name in asked)
        return self.like if same else None


@attrs.frozen(kw_only=True, eq=False)
class Spliced:
    """A derivation some of whose rows stand in place of its own: the same frames, and the clock that did it."""

    events: Frame
    rounds: Frame
    verdicts: Frame
    oddities: Frame
    extensions: Frame
    grounds: Frame
    untold: Frame
    candidates: Frame
    assumed: Frame
    clock: ClockColumns


Derived = Derivation | Spliced
FRAMES = tuple(field.name for field in attrs.fields(Spliced) if field.name != "clock")


def clock_of(calendar: Calendar, practice: Practice) -> Clock:
    """The calendar's clock, read as the rulebook reads it."""
    return Clock(calendar, half_day=practice.half_day, whole_days=practice.whole_days, day_ends=practice.day_ends)


def derive(events: Frame, practice: Practice, calendar: Calendar, like: Derivation | None = None) -> Derivation:
    """Events (`ledger.snapshot.EVENT`), no two of one position, to verdicts; `like`, of the same events and calendar, spares deriving
    twice what is alike."""
    return Derivation(source=events, practice=practice, calendar=calendar, like=like)


def counted_of(derived: Derived, source: Frame, practice: Practice) -> MonthFrames:
    """What months are counted from, of what was derived from the events of `source`. Exempted may be also what is judged by nothing, as
    a round of who assists: it may be a finding."""
    events = derived.events
    if practice.assist_rounds != "count":
        events = placed(source, attrs.evolve(practice, assist_rounds="count"))
    frames = {name: getattr(derived, name) for name in MONTHLY} | {"exemptions": exemptions_of(events, practice)}
    dated = {
        name: frame.filter(~nw.col("month").is_null()) if name in MONTHLY else frame for name, frame in frames.items()
    }
    return MonthFrames({name: dated[name].select(*columns) for name, columns in COUNTED.items()})
