"""One ticket, explained: its life, every verdict with its way from start to due, and what each one cost."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs
import narwhals as nw

from calendars.clock import Clock, Step
from calendars.columns import Frame
from calendars.workdays import OutsideCalendar
from metrics.custody import ROUND
from metrics.engines import clock_of
from metrics.measures import CLOSED, MEASURE, SEALED, Deadline
from scoring.evidence import Cause, Month
from scoring.recompute import Report
from scoring.rulebook import Item, Part, Sheet
from scoring.sheets import ItemScore, marginal, unit_score


@attrs.frozen(kw_only=True)
class Counted:
    """Where a verdict or finding counts: the item it is judged under, and what it cost there.

    `lost` is its share of the item's loss, `marginal` what the sheet would have more had it been met.
    """

    sheet: Sheet
    item: Item
    part: Part
    name: str
    month: int
    lost: Fraction
    marginal: Fraction
    exempt: bool


@attrs.frozen(kw_only=True)
class Explained:
    """A verdict with its evidence. Instants in ms; `limit` in working days; `margin` is working days left at the act."""

    measure: str
    state: str
    limit: Fraction | None
    start: int
    due: int | None
    done: int | None
    decided_at: int
    provisional: bool
    steps: tuple[Step, ...]
    margin: Fraction | None
    denied: bool
    evidence: tuple[int, ...]
    counts: tuple[Counted, ...]


@attrs.frozen(kw_only=True)
class ExplainedRound:
    """A unit's custody of the ticket."""

    unit: str
    round: int
    channel: str
    role: str
    verdicts: tuple[Explained, ...]


@attrs.frozen(kw_only=True)
class Audit:
    """All that the ledger and the rules say of a ticket. `places` maps the order of its facts to their positions."""

    ticket: str
    rounds: tuple[ExplainedRound, ...]
    findings: tuple[tuple[Cause, tuple[Counted, ...]], ...]
    oddities: tuple[tuple[int, str], ...]

    @property
    def lost(self) -> Fraction:
        """Points the ticket cost, over all units, sheets and months."""
        counts = [one for each in self.rounds for verdict in each.verdicts for one in verdict.counts]
        counts += [one for _, each in self.findings for one in each]
        return sum((one.lost for one in counts), Fraction(0))


@attrs.frozen
class TicketRows:
    """What was derived of one ticket. `places` maps what the verdicts call their facts (steps) to ledger positions."""

    verdicts: Sequence[Mapping[str, Any]]
    rounds: Sequence[Mapping[str, Any]]
    places: Mapping[int, int]
    oddities: Sequence[tuple[int, str]]


def rows_of(report: Report, ticket: str) -> TicketRows:
    """The rows of a ticket."""
    mine = nw.col("ticket") == ticket
    derived = report.derived_of(ticket)
    oddities = (
        derived.oddities.filter(mine).select("position", "code").unique().sort("position", "code").collect().rows()
    )
    return TicketRows(
        verdicts=_rows(derived.verdicts.filter(mine)),
        rounds=_rows(derived.rounds.filter(mine).sort("dispatched_step")),
        places=dict(derived.events.filter(mine).select("step", "position").collect().rows()),
        oddities=[(position, code) for position, code in oddities],
    )


def audit(report: Report, ticket: str) -> Audit:
    """The ticket explained from a report: the same computation that scored it."""
    rows = rows_of(report, ticket)
    found = _findings_of(report, ticket)
    months = {row["month"] for row in rows.verdicts} | {month for month, _ in found}
    units = {row["unit"] for row in rows.verdicts} | {cause.unit for _, cause in found}
    clock = clock_of(report.calendar, report.book.practice())
    teller = _Teller(report, clock, report.evidence(sorted(months), sorted(units)), rows.places)
    return Audit(
        ticket=ticket,
        rounds=tuple(teller.round(row, [one for one in rows.verdicts if _same_round(one, row)]) for row in rows.rounds),
        findings=tuple(teller.findings(ticket)) if found else (),
        oddities=tuple(rows.oddities),
    )


@attrs.frozen
class _Teller:
    """What explaining needs at hand: the report, its clock, the months' evidence, the places of the facts."""

    report: Report
    clock: Clock
    months: Mapping[int, Month]
    places: Mapping[int, int]

    def round(self, row: Mapping[str, Any], verdicts: Sequence[Mapping[str, Any]]) -> ExplainedRound:
        order = list(MEASURE)
        told = sorted(verdicts, key=lambda one: order.index(one["measure"]))
        return ExplainedRound(
            unit=row["unit"], round=row["round"], channel=row["channel"], role=row["role"],
            verdicts=tuple(self.verdict(row, one) for one in told),
        )  # fmt: skip

    def verdict(self, round_: Mapping[str, Any], row: Mapping[str, Any]) -> Explained:
        pending = row["decided_at"] > self.report.as_of
        counts = () if pending else tuple(self.counts(_cause(row), row["month"]))
        exempt = bool(counts) and all(one.exempt for one in counts)
        state = "pending" if pending else "exempt" if exempt else "breached" if row["breached"] else "met"
        limit = self.limit(round_, row)
        steps = (row["start_step"], row["denied_step"], row["done_step"])
        known_act = row["done"] is not None and row["done"] <= self.report.as_of
        return Explained(
            measure=row["measure"], state=state, limit=limit, start=row["start"], due=row["due"],
            done=row["done"] if known_act else None, decided_at=row["decided_at"],
            provisional=row["due"] is not None and row["due"] > self.clock.official_until_ms,
            steps=self.steps(row, limit), margin=self.margin(row) if known_act else None,
            denied=row["denied_step"] is not None,
            evidence=tuple(dict.fromkeys(self.places[step] for step in steps if step is not None)), counts=counts,
        )  # fmt: skip

    def limit(self, round_: Mapping[str, Any], row: Mapping[str, Any]) -> Fraction | None:
        """The limit in working days that the due was counted from; None where it was not."""
        measure = MEASURE[row["measure"]]
        if measure is SEALED or not isinstance(measure, Deadline):
            return None
        if measure is CLOSED:
            halves = round_["limit_halves"] if round_["due_at"] is None else None
        else:
            halves = self.report.book.practice().limits.get((measure.name, row["channel"]), measure.halves)
        return None if halves is None else Fraction(halves, 2)

    def steps(self, row: Mapping[str, Any], limit: Fraction | None) -> tuple[Step, ...]:
        """The way from start to due, where working time decided it."""
        if limit is None or row["due"] is None:
            return ()
        try:
            return self.clock.steps(row["start"], row["due"], self.clock.reading(limit))
        except OutsideCalendar:
            return ()

    def margin(self, row: Mapping[str, Any]) -> Fraction | None:
        """Working days from the act to the due: below 0, it was late by them."""
        if row["due"] is None:
            return None
        try:
            return self.clock.elapsed(row["done"], row["due"])
        except OutsideCalendar:
            return None

    def findings(self, ticket: str) -> Iterator[tuple[Cause, tuple[Counted, ...]]]:
        for month, cause in _findings_of(self.report, ticket):
            yield cause, tuple(self.counts(cause, month))

    def counts(self, cause: Cause, number: int) -> Iterator[Counted]:
        """Every part of every sheet that counts this cause."""
        month = self.months[number]
        for sheet in (sheet for sheet in self.report.book.sheets if sheet.period == "month"):
            if cause.finding is None and cause.channel not in sheet.channels:
                continue
            scored: Mapping[str, ItemScore] | None = None
            for item in sheet.items_of(number):
                for part in item.parts:
                    if not _judges(part, cause):
                        continue
                    if scored is None:
                        scored = _scored(self.report, sheet, month, cause.unit)
                    yield self.counted(sheet, item, part, month, cause, scored)

    def counted(
        self, sheet: Sheet, item: Item, part: Part, month: Month, cause: Cause, scored: Mapping[str, ItemScore]
    ) -> Counted:
        name = item.name_of(part)
        shares = scored[item.id].shares if item.id in scored else ()
        lost = sum((one.points for one in shares if one.part == name and one.cause == cause), Fraction(0))
        exempt = month.is_exempt(cause, (item.id, name))
        gain = (
            marginal(self.report.court, sheet, month, cause)
            if cause.breached and scored and not exempt
            else Fraction(0)
        )
        return Counted(
            sheet=sheet, item=item, part=part, name=name, month=month.month, lost=lost, marginal=gain, exempt=exempt
        )


def _judges(part: Part, cause: Cause) -> bool:
    if cause.finding is not None:
        return part.finding == cause.name
    return part.kind != "bonus" and cause.name in part.measures


def _scored(report: Report, sheet: Sheet, month: Month, unit: str) -> Mapping[str, ItemScore]:
    """The unit's items of the month; none where it is not scored by its own tickets."""
    if unit not in month.units(sheet.channels):
        return {}
    return {one.item.id: one for one in unit_score(report.court, sheet, month, unit).items}


def _findings_of(report: Report, ticket: str) -> list[tuple[int, Cause]]:
    return [
        (number, cause)
        for number, units in report.findings.items()
        for causes in units.values()
        for cause in causes
        if cause.ticket == ticket
    ]


def _cause(row: Mapping[str, Any]) -> Cause:
    return Cause(
        row["measure"], row["ticket"], row["unit"], row["round"], row["channel"], row["breached"], row["decided_at"]
    )


def _rows(frame: Frame) -> list[dict[str, Any]]:
    return list(frame.collect().iter_rows(named=True))


def _same_round(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[name] == other[name] for name in ROUND)
