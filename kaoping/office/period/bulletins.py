"""What the office's month needs to be told on paper: a period as published, or as known now, with what it stands against."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs
import narwhals as nw

from calendars.instants import show_iso
from calendars.periods import PeriodKind, month_of, months_from
from calendars.workdays import OutsideCalendar
from kaoping.office.period.ground import ground_json, ground_of
from kaoping.office.period.untold import period_gaps
from kaoping.office.publications import (
    Issue,
    Publication,
    issue,
    publications,
    published_ground,
    recomputed,
    refuse_untold_of,
)
from kaoping.office.session import Differs, Session, WrongArgument, read_period
from kaoping.office.tickets import in_order
from ledger.batches import Event
from ledger.sentences import sentence
from ledger.store import Ledger
from metrics.measures import VOLUME
from scoring.explain.unit import Line, why
from scoring.law.rulebook import Sheet
from scoring.scores.evidence import Charge, Evidence, together
from scoring.scores.scoring import Scoring
from scoring.scores.years import YearScore, year_of

ActKey = tuple[str, str | None, str, int, str]
"""Measure, ticket, unit, round, channel."""


@attrs.frozen
class ActTimes:
    """When a judged act was due and done, and how many working days were left then: below 0 it was late."""

    due: int | None
    done: int | None
    margin: Fraction | None


@attrs.frozen(kw_only=True)
class PeriodReport:
    """A period with all that its papers tell.

    `publication`: None where it is told as known now. `before` and `year_before`: the evidence of the period before and of the same
    period a year before; None where the ledger holds no ticket of it. `trend`: scores by sheet, then month, of up to twelve months.
    `lines`: lost points by (sheet, unit); `times` and `lives` (the facts) of the tickets that lost some; `ground` as JSON: what it
    rests on, None where a publication kept none; `checkpoint`: that of the ledger as it was then, SIZE:ROOT.
    """

    period: str
    issue: Issue
    publication: Publication | None
    years: Sequence[YearScore]
    before: Evidence | None
    year_before: Evidence | None
    trend: Mapping[str, Mapping[int, Mapping[str, Fraction | None]]]
    lines: Mapping[tuple[str, str], Sequence[Line]]
    times: Mapping[ActKey, ActTimes]
    lives: Mapping[str, Sequence[Event]]
    ground: Mapping[str, Any] | None
    checkpoint: str

    @property
    def scoring(self) -> Scoring:
        """What it was computed from."""
        return self.issue.scoring

    @property
    def subject(self) -> str:
        """The result's digest and the four stamps, on a line."""
        stamps = self.scoring.stamps
        told = (self.issue.digest, stamps.ledger, stamps.rulebook, stamps.calendar, show_iso(stamps.as_of))
        return " ".join(told)


def volume(evidence: Evidence, sheet: Sheet, unit: str) -> int:
    """办件量 of a unit on a sheet's channels."""
    return evidence.count(unit, VOLUME.name, sheet.channels, ()).count


def period_report(
    session: Session, period: str, *, as_of: str | None = None, provisional: bool = False, fresh: bool = False
) -> PeriodReport:
    """The period as last published; as known at `as_of`, or now where it was never published or `fresh` is asked for. Raises
    WrongArgument, ProvisionalPeriod, Untold, NotHere, Differs."""
    read_period(period, session.book())
    with session.ledger() as opened:
        known = [] if fresh or as_of is not None else publications(opened, opened.head().position, period)
        if known:
            again = recomputed(session, opened, known[-1])
            if not again.identical:
                raise Differs(
                    sentence("{period} does not come out as it was published.", period=period),
                    "kaoping recompute tells what differs; --fresh makes the papers of what is known now.",
                )
            return _told(opened, again.issue, period, known[-1])
        return _told(
            opened, issue(session.scoring(opened, as_of, mirrored=False), period, provisional=provisional), period
        )


def _told(ledger: Ledger, one: Issue, period: str, publication: Publication | None = None) -> PeriodReport:
    scoring = one.scoring
    asked = read_period(period, scoring.book)
    rules = scoring.book.years if asked.kind == PeriodKind.YEAR else ()
    years = [year_of(scoring, rule, int(period), month_of(scoring.as_of)) for rule in rules]
    told = [unit.score for sheet in one.sheets for unit in sheet.units] + [
        unit.score for year in years for unit in year.units
    ]
    if all(score is None for score in told):
        raise WrongArgument(
            sentence("there is nothing to report for {period}.", period=period), "Import its log first."
        )
    lines = {
        (sheet.sheet.id, unit.unit): why(sheet.sheet, unit)
        for sheet in one.sheets
        for unit in sheet.units
        if unit.score is not None
    }
    charges = [line.charge for told in lines.values() for line in told if line.charge is not None]
    tickets = sorted({charge.ticket for charge in charges if charge.ticket is not None})
    upto = scoring.snapshot.head.position
    size = len(asked.months)
    return PeriodReport(
        period=period, issue=one, publication=publication, years=years,
        before=_evidence(scoring, _moved(asked.months, -size)), year_before=_evidence(scoring, _moved(asked.months, -12)),
        trend=_trend(scoring, asked.months[-1]), lines=lines, times=_times(scoring, charges),
        ground=_ground(ledger, one, publication), lives={ticket: in_order(ledger.events(upto, ticket=ticket)) for ticket in tickets},
        checkpoint=ledger.checkpoint(upto),
    )  # fmt: skip


def _ground(ledger: Ledger, one: Issue, publication: Publication | None) -> Mapping[str, Any] | None:
    """What the sheets rest on: as the publication kept it, or now. Raises Untold, NotHere."""
    if publication is not None:
        return published_ground(ledger, publication)
    return ground_json(ground_of(ledger, one.scoring, one.month, one.sheets, refuse_untold_of(ledger, one)))


def _moved(months: Sequence[int], by: int) -> tuple[int, ...]:
    first = months[0]
    return months_from(0, first // 100 * 12 + first % 100 + by, len(months))


def _evidence(scoring: Scoring, months: Sequence[int]) -> Evidence | None:
    """The evidence of some months, unless the ledger has a month among them without any ticket."""
    found = scoring.evidence(months)
    if not all(any(place[0] == VOLUME.name for place in found[month].tallies) for month in months):
        return None
    return together([found[month] for month in months])


def _trend(scoring: Scoring, last: int) -> dict[str, dict[int, dict[str, Fraction | None]]]:
    """Twelve months of scores, those left out that the rulebook does not cover, that cannot be scored for what no source tells, or
    that the ledger has no ticket of."""
    trend: dict[str, dict[int, dict[str, Fraction | None]]] = {}
    for month in _moved([last] * 12, -11):
        if not scoring.book.covers(month) or not period_gaps(scoring, "month", [month]).may_be_scored:
            continue
        if (evidence := _evidence(scoring, [month])) is not None:
            for sheet in scoring.sheets(evidence):
                scores = {unit.unit: unit.score for unit in sheet.units}
                trend.setdefault(sheet.sheet.id, {})[month] = scores
    return trend


def act_key(charge: Charge) -> ActKey:
    """Which act a verdict judged."""
    return charge.name, charge.ticket, charge.unit, charge.round, charge.channel


def _times(scoring: Scoring, charges: Iterable[Charge]) -> dict[ActKey, ActTimes]:
    wanted = {act_key(charge) for charge in charges if charge.finding is None}
    if not wanted:
        return {}
    names = ("measure", "ticket", "unit", "round", "channel")
    tickets = sorted({str(key[1]) for key in wanted})
    verdicts = scoring.derived.verdicts.filter(nw.col("ticket").is_in(tickets))
    rows = verdicts.select(*names, "due", "done").collect().rows()
    return {tuple(row[:5]): _act(scoring, *row[5:]) for row in rows if tuple(row[:5]) in wanted}


def _act(scoring: Scoring, due: int | None, done: int | None) -> ActTimes:
    known = done if done is not None and done <= scoring.as_of else None
    if due is None or known is None:
        return ActTimes(due, known, None)
    try:
        return ActTimes(due, known, scoring.judging.clock.elapsed(known, due))
    except OutsideCalendar:
        return ActTimes(due, known, None)
