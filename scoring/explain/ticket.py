"""One ticket, explained: its life, every verdict with its way from start to due, and what each one cost."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs
import narwhals as nw

from calendars.clock import Clock, Step
from calendars.workdays import OutsideCalendar
from metrics.custody import ROUND
from metrics.measures import CLOSED, MEASURE, SEALED, Deadline
from metrics.requests import EXTENSION, Extension
from metrics.verdicts import COLUMNS, Verdict
from scoring.law.arithmetic import added
from scoring.law.rulebook import Item, Part, Sheet
from scoring.scores.evidence import Charge, Evidence
from scoring.scores.parts import PartScore, counts
from scoring.scores.scoring import Scoring
from scoring.scores.sheets import ItemScore, active_units, marginal, unit_score


@attrs.frozen(kw_only=True)
class Counted:
    """Where a verdict or finding counts: the item it is judged under, and what it cost there.

    `lost` is its share of the item's loss, `marginal` what the sheet would have more had it been met. `scored`: the unit's item,
    with its arithmetic; None where the unit is not scored by its own tickets.
    """

    sheet: Sheet
    item: Item
    part: Part
    name: str
    month: int
    lost: Fraction
    marginal: Fraction
    exempt: bool
    scored: ItemScore | None = None

    @property
    def judged(self) -> PartScore | None:
        """What came of the part that counts it."""
        parts = self.scored.parts if self.scored else ()
        return next((one for one in parts if one.part == self.part), None)


@attrs.frozen(kw_only=True)
class Moved:
    """An extension, and the way it moved the due on, where working time decided that."""

    extension: Extension
    steps: tuple[Step, ...]


@attrs.frozen(kw_only=True)
class Explained:
    """A verdict with why it is so: `limit` in working days and its way from start to the first due, then the extensions.

    `done` is None where the act is not known yet, `margin` the working days left at it. `evidence` are the positions of the
    facts it rests on: with no others it would be the same.
    """

    verdict: Verdict
    state: str
    limit: Fraction | None
    done: int | None
    provisional: bool
    steps: tuple[Step, ...]
    extensions: tuple[Moved, ...]
    margin: Fraction | None
    denied: bool
    evidence: tuple[int, ...]
    counts: tuple[Counted, ...]


@attrs.frozen(kw_only=True)
class UntoldMeasure:
    """A measure that has no verdict in a round, since no source tells the `kinds` of fact that it needs; from `start`, to its due."""

    measure: str
    kinds: tuple[str, ...]
    start: int
    due: int | None
    waived: bool


@attrs.frozen(kw_only=True)
class ExplainedRound:
    """A unit's custody of the ticket; `untold`: the measures of which no source tells what they need."""

    unit: str
    round: int
    channel: str
    role: str
    verdicts: tuple[Explained, ...]
    untold: tuple[UntoldMeasure, ...] = ()


@attrs.frozen(kw_only=True)
class Audit:
    """All that the ledger and the rules say of a ticket."""

    ticket: str
    rounds: tuple[ExplainedRound, ...]
    findings: tuple[tuple[Charge, tuple[Counted, ...]], ...]
    oddities: tuple[tuple[int, str], ...]

    @property
    def lost(self) -> Fraction:
        """Points the ticket cost, over all units, sheets and months."""
        told = [one for each in self.rounds for verdict in each.verdicts for one in verdict.counts]
        told += [one for _, each in self.findings for one in each]
        return added(one.lost for one in told)


Rows = Sequence[Mapping[str, Any]]


ORDER = {
    "verdicts": ("unit", "month", "measure", "round", "channel"), "rounds": ("dispatched_step",),
    "grounds": ("unit", "round", "measure", "position"), "extensions": ("unit", "round", "n"), "oddities": ("position", "code"),
    "untold": ("unit", "round", "measure"),
}  # fmt: skip
"""The frames that tell a ticket, and the columns by which the rows of each lie."""


def rows_of(scoring: Scoring, ticket: str) -> Mapping[str, Rows]:
    """The rows of a ticket by the names of `ORDER`; a verdict's facts by their ledger positions (`started`, `ended`, `denied`)."""
    derived = scoring.derived_of(ticket)
    frames = {name: getattr(derived, name).filter(nw.col("ticket") == ticket) for name in ("events", *ORDER)}
    places = frames.pop("events").select("step", "position").collect().lazy()
    for step, name in (("start_step", "started"), ("done_step", "ended"), ("denied_step", "denied")):
        named = places.select(nw.col("step").alias(step), nw.col("position").alias(name))
        frames["verdicts"] = frames["verdicts"].join(named, on=step, how="left")
    frames |= {name: frames[name].unique() for name in ("grounds", "oddities")}
    return {name: list(frame.sort(ORDER[name]).collect().iter_rows(named=True)) for name, frame in frames.items()}


def audit(scoring: Scoring, ticket: str) -> Audit:
    """The ticket explained from a report: the same computation that scored it."""
    rows = rows_of(scoring, ticket)
    found = _findings_of(scoring, ticket)
    months = {row["month"] for row in rows["verdicts"]} | {month for month, _ in found}
    units = {row["unit"] for row in rows["verdicts"]} | {charge.unit for _, charge in found}
    teller = _Teller(scoring, scoring.judging.clock, scoring.evidence(sorted(months), sorted(units)), rows)
    return Audit(
        ticket=ticket,
        rounds=tuple(teller.round(row) for row in rows["rounds"]),
        findings=tuple((charge, tuple(teller.counts(charge, month))) for month, charge in found),
        oddities=tuple((row["position"], row["code"]) for row in rows["oddities"]),
    )


@attrs.frozen
class _Teller:
    """What explaining needs at hand: the report, its clock, the months' evidence, the rows of the ticket."""

    scoring: Scoring
    clock: Clock
    months: Mapping[int, Evidence]
    rows: Mapping[str, Rows]

    def round(self, row: Mapping[str, Any]) -> ExplainedRound:
        order = list(MEASURE)
        told = sorted(self.of_round("verdicts", row), key=lambda one: order.index(one["measure"]))
        return ExplainedRound(
            unit=row["unit"], round=row["round"], channel=row["channel"], role=row["role"],
            verdicts=tuple(self.verdict(row, one) for one in told), untold=tuple(self.untold(row)),
        )  # fmt: skip

    def untold(self, round_: Mapping[str, Any]) -> Iterator[UntoldMeasure]:
        order = list(MEASURE)
        for one in sorted(self.of_round("untold", round_), key=lambda one: order.index(one["measure"])):
            yield UntoldMeasure(
                measure=one["measure"], kinds=tuple(one["lacking"].split()), start=one["start"], due=one["due"], waived=bool(one["waived"])
            )  # fmt: skip

    def of_round(self, table: str, round_: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        return [row for row in self.rows[table] if all(row[name] == round_[name] for name in ROUND)]

    def verdict(self, round_: Mapping[str, Any], row: Mapping[str, Any]) -> Explained:
        verdict = Verdict(**{name: row[name] for name in COLUMNS} | {"breached": bool(row["breached"])})
        pending = verdict.decided_at > self.scoring.as_of
        counts = () if pending else tuple(self.counts(Charge.of(verdict), verdict.month))
        exempt = bool(counts) and all(one.exempt for one in counts)
        limit, moved = self.limit(round_, verdict), tuple(self.moved(round_, verdict))
        first = moved[0].extension.start if moved else verdict.due
        known_act = verdict.done is not None and verdict.done <= self.scoring.as_of
        besides = [one["position"] for one in self.of_round("grounds", round_) if one["measure"] == verdict.measure]
        facts = {row["started"], row["ended"], row["denied"], *besides} - {None}
        return Explained(
            verdict=verdict, limit=limit, extensions=moved,
            state="pending" if pending else "exempt" if exempt else "breached" if verdict.breached else "met",
            done=verdict.done if known_act else None,
            provisional=verdict.due is not None and verdict.due > self.clock.official_until_ms,
            steps=() if limit is None else self.steps(verdict.start, first, self.clock.reading(limit)),
            margin=self.margin(verdict) if known_act else None,
            denied=row["denied"] is not None, evidence=tuple(sorted(facts)), counts=counts,
        )  # fmt: skip

    def limit(self, round_: Mapping[str, Any], verdict: Verdict) -> Fraction | None:
        """The limit in working days that the due was counted from; None where it was not."""
        measure = MEASURE[verdict.measure]
        if measure is SEALED or not isinstance(measure, Deadline):
            return None
        if measure is CLOSED:
            halves = round_["limit_halves"] if round_["due_at"] is None else None
        else:
            halves = self.scoring.book.practice().halves_at(measure, verdict.channel, verdict.start)
        return None if halves is None else Fraction(halves, 2)

    def moved(self, round_: Mapping[str, Any], verdict: Verdict) -> Iterator[Moved]:
        """What the extensions of a round did to the due of its closing, in their order."""
        for row in self.of_round("extensions", round_) if verdict.measure == CLOSED.name else ():
            one = Extension(**{name: row[name] for name in EXTENSION})
            reading = self.clock.half_day if one.given is not None and one.given % 2 else "next_day"
            counted = one.until is None and one.due != one.start
            yield Moved(extension=one, steps=self.steps(one.start, one.due, reading) if counted else ())

    def steps(self, start: int | None, due: int | None, reading: str) -> tuple[Step, ...]:
        """The way from start to due."""
        if start is None or due is None:
            return ()
        try:
            return self.clock.steps(start, due, reading)
        except OutsideCalendar:
            return ()

    def margin(self, verdict: Verdict) -> Fraction | None:
        """Working days from the act to the due: below 0, it was late by them."""
        if verdict.due is None or verdict.done is None:
            return None
        try:
            return self.clock.elapsed(verdict.done, verdict.due)
        except OutsideCalendar:
            return None

    def counts(self, charge: Charge, number: int) -> Iterator[Counted]:
        """Every item or sub-item, of every sheet of the month, that judges this cause."""
        month = self.months[number]
        for sheet in (sheet for sheet in self.scoring.book.sheets if sheet.period == "month"):
            judging: dict[str, tuple[Item, Part]] = {}
            for item in sheet.items_of(number):
                for part in (one for one in item.parts if counts(sheet, one, charge) == "judged"):
                    judging.setdefault(item.name_of(part), (item, part))
            scored = _scored(self.scoring, sheet, month, charge.unit) if judging else {}
            for name, (item, part) in judging.items():
                shares = scored[item.id].charged if item.id in scored else ()
                exempt = month.is_exempt(charge, item.names_of(part))
                gains = charge.breached and scored and not exempt
                yield Counted(
                    sheet=sheet, item=item, part=part, name=name, month=number, exempt=exempt,
                    lost=added(one.points for one in shares if one.part == name and one.charge == charge),
                    marginal=marginal(self.scoring.judging, sheet, month, charge) if gains else Fraction(0),
                    scored=scored.get(item.id),
                )  # fmt: skip


def _scored(scoring: Scoring, sheet: Sheet, month: Evidence, unit: str) -> Mapping[str, ItemScore]:
    """The unit's items of the month; none where it is not scored by its own tickets."""
    if unit not in active_units(scoring.book, sheet, month):
        return {}
    return {one.item.id: one for one in unit_score(scoring.judging, sheet, month, unit).items}


def _findings_of(scoring: Scoring, ticket: str) -> list[tuple[int, Charge]]:
    return [
        (number, charge)
        for number, units in scoring.findings.items()
        for charges in units.values()
        for charge in charges
        if charge.ticket == ticket
    ]
