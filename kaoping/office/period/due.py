"""预警: what is not yet done at an instant, by unit, how soon it is due, and what it would cost; how fresh the ledger is."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import attrs
import narwhals as nw

from calendars.clock import Clock
from calendars.periods import month_of, months_from
from calendars.workdays import OutsideCalendar
from kaoping.files.warnings import Light, Warnings, read_warnings
from kaoping.office.period.ground import changes_aside, rows_aside
from kaoping.office.session import Session, WrongArgument, read_moment
from kaoping.office.units import unit_asked
from ledger.batches import Batch
from ledger.sentences import sentence
from ledger.snapshot import snapshot_of
from ledger.store import Ledger
from metrics.pending import Pending
from scoring.explain.due import Cost, DueAct, due_acts, snapshot_at, untold_count
from scoring.scores.scoring import Scoring, recompute

CALM, SOON, LATE, OLD = 0, 10, 11, 12
"""What --alert ends with: nothing is due, something is amber or red, something is overdue, nothing that a ledger as old as this knows."""


@attrs.frozen(kw_only=True)
class DueLine:
    """A pending act as it is told: 0.2619 working days `left` of 0.5, and its light; none where no sheet judges it. `amber_at`: when
    that turns amber (None: outside the calendar). `provisional`: the due lies past the last official notice of working days."""

    act: DueAct
    left: Fraction | None
    whole: Fraction | None
    light: Light
    amber_at: int | None
    provisional: bool

    @property
    def pending(self) -> Pending:
        """The act itself."""
        return self.act.pending

    @property
    def costs(self) -> Sequence[Cost]:
        """What it would cost, sheet by sheet."""
        return self.act.costs

    @property
    def is_called_for(self) -> bool:
        """Whether somebody is to be warned: a sheet judges it, and the ticket has not gone on to somebody else, or come anew."""
        return bool(self.costs) and self.pending.ended_at is None


@attrs.frozen(kw_only=True)
class DueList:
    """What is pending at `at`: the `lines` asked for, earliest due first, and `every` line there is.

    `omitted` lie further off than was asked for; `exempted` belong to tickets taken out of all that judges them; `untold`: by
    measure, of how many rounds no source tells whether the act was done. `fed_at`: when a file was last taken in (`fed_by`), and
    `is_old`: longer ago than the office wants; `last_at`: when the last known act happened. `aside`: rows and changes kept aside
    that may tell of an act. `ledger`: the hash of the ledger's first fact, by which it is known again.
    """

    scoring: Scoring
    at: int
    unit: str | None
    within: Fraction | None
    lines: Sequence[DueLine]
    every: Sequence[DueLine]
    omitted: int
    exempted: int
    untold: Mapping[str, int]
    fed_at: int
    fed_by: str
    is_old: bool
    last_at: int | None
    aside: int
    warnings: Warnings
    ledger: str

    @property
    def units(self) -> Mapping[str, Sequence[DueLine]]:
        """The lines by unit: first the unit that has the most overdue, then the most red, then the most amber."""
        found: dict[str, list[DueLine]] = {}
        for line in self.lines:
            found.setdefault(line.pending.unit, []).append(line)
        order = sorted(
            found, key=lambda unit: (*(-lit(found[unit], light) for light in ("overdue", "red", "amber")), unit)
        )
        return {unit: found[unit] for unit in order}

    @property
    def alert(self) -> int:
        """What a scheduler is told: `CALM`, `SOON`, `LATE` or `OLD`."""
        lights = {line.light for line in self.lines if line.is_called_for}
        if "overdue" in lights:
            return LATE
        return SOON if lights & {"red", "amber"} else OLD if self.is_old else CALM


def lit(lines: Sequence[DueLine], light: Light) -> int:
    """How many have a light."""
    return sum(line.light == light for line in lines)


def due_list(
    session: Session,
    at: str | None = None,
    *,
    as_of: str | None = None,
    unit: str | None = None,
    within: str | None = None,
    warnings: Path | None = None,
) -> DueList:
    """What is pending at an instant, now unless named, of what the ledger knows (`as_of`). Raises WrongArgument, LedgerEmpty,
    NoSuchFile, UnusableFile."""
    key = ("due_list", at, as_of, unit, within, warnings)
    return session.once(key, lambda: _due_list(session, at, as_of, unit, within, warnings))


def _due_list(
    session: Session, at: str | None, as_of: str | None, unit: str | None, within: str | None, warnings: Path | None
) -> DueList:
    leads, span = read_warnings(warnings), None if within is None else _days(within)
    instant = None if at is None else read_moment(at)
    with session.ledger() as ledger:
        position, known = session.known(ledger, as_of)
        instant = known if instant is None else instant
        with session.busy("deriving rounds and verdicts"):
            snapshot = snapshot_at(snapshot_of(ledger, position), instant)
            scoring = recompute(snapshot, session.book(), session.calendar(), instant)
            name = None if unit is None else unit_asked(ledger, scoring, unit)
            try:
                acts, exempted = due_acts(scoring)
            except OutsideCalendar as error:
                raise WrongArgument(
                    sentence("the calendar does not know that day: {why}", why=error), "Name another instant with --at."
                ) from error
        fed = _fed(ledger, position, known)
        clock = scoring.judging.clock
        every = [_line(one, clock, leads) for one in acts]
        mine = [line for line in every if name in (None, line.pending.unit)]
        near = [line for line in mine if span is None or line.left is None or abs(line.left) <= span]
        return DueList(
            scoring=scoring, at=instant, unit=name, within=span, lines=near, every=every, omitted=len(mine) - len(near),
            exempted=sum(name in (None, one.unit) for one in exempted), untold=untold_count(scoring, name and [name]),
            fed_at=fed.recorded_at, fed_by=fed.name, is_old=_is_old(clock, fed.recorded_at, instant, leads),
            last_at=_last_at(scoring), aside=_aside(ledger, scoring, every, known), warnings=leads,
            ledger=ledger.head(1).hash,
        )  # fmt: skip


def _days(text: str) -> Fraction:
    """A number of working days. Raises WrongArgument."""
    days = Fraction(text) if re.fullmatch(r"\d{1,4}(\.\d{1,4})?", text) else None
    if days is None:
        raise WrongArgument(sentence("{text} is no number of working days.", text=text), "Write it like 2 or 0.5.")
    return days


def _line(act: DueAct, clock: Clock, leads: Warnings) -> DueLine:
    one = act.pending
    left, whole = (None if ticks is None else Fraction(ticks, clock.ticks_per_day) for ticks in (one.left, one.whole))
    return DueLine(
        act=act, left=left, whole=whole,
        light=leads.light(left, whole, overdue=one.state == "overdue") if act.costs else "",
        amber_at=_amber_at(clock, one, whole, leads), provisional=one.due > clock.official_until_ms,
    )  # fmt: skip


def _amber_at(clock: Clock, one: Pending, whole: Fraction | None, leads: Warnings) -> int | None:
    """The first instant at which no more than the lead is left."""
    if whole is None:
        return None
    passed = whole - leads.amber.before(whole)
    if passed <= 0:
        return min(one.start, one.due)
    try:
        return min(clock.deadline(one.start, passed, "elapsed").due_ms, one.due)
    except OutsideCalendar:
        return None


def _fed(ledger: Ledger, position: int, known: int) -> Batch:
    """The last file taken in by then; where all was entered by hand, the last entry."""
    batches = [one for one in ledger.batches() if one.last_position <= position and one.recorded_at <= known]
    batches = batches or [one for one in ledger.batches() if one.last_position <= position]
    return max([one for one in batches if one.sha256] or batches, key=lambda one: (one.recorded_at, one.number))


def _is_old(clock: Clock, fed_at: int, at: int, leads: Warnings) -> bool:
    try:
        return clock.elapsed(fed_at, at) > leads.stale_days
    except OutsideCalendar:
        return fed_at < at


def _last_at(scoring: Scoring) -> int | None:
    found: int | None = scoring.derived.events.select(nw.col("at").max()).collect().item()
    return found


def _aside(ledger: Ledger, scoring: Scoring, lines: Sequence[DueLine], known: int) -> int:
    """Rows, parts of rows and changes kept aside that are of the months since the first ticket that waits, or of no month that is known."""
    now = month_of(scoring.as_of)
    first = min([now, *(month_of(line.pending.start) for line in lines)])
    size = (now // 100 - first // 100) * 12 + now % 100 - first % 100 + 1
    months = months_from(first // 100, first % 100, size)
    told = attrs.evolve(scoring, as_of=known)
    rows, parts = rows_aside(ledger, told, months)
    return len(rows) + parts + changes_aside(ledger, told, months)
