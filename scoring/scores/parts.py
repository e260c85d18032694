"""The few kinds of rules, exact: one part of an item judged for one unit and period."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from math import floor
from operator import itemgetter
from typing import Any

import attrs

from calendars.clock import Clock
from calendars.workdays import OutsideCalendar
from scoring.law.arithmetic import HUNDRED, ZERO, added, half_up
from scoring.law.rulebook import Item, Part, Rulebook, Sheet
from scoring.scores.evidence import Charge, Evidence


@attrs.frozen(kw_only=True)
class PartScore:
    """What came of one part. `lost` is exact, below 0 for a reward; `rate` in percent as shown; `charges` are its causes,
    each with its weight in `lost`; `note` a code for what the reader should know."""

    part: Part
    name: str = ""
    title: str = ""
    lost: Fraction = ZERO
    count: int | None = None
    breaches: int | None = None
    rate: Fraction | None = None
    charges: tuple[tuple[Charge, Fraction], ...] = ()
    note: str = ""

    @property
    def score(self) -> Fraction:
        """What a part with points of its own leaves of them, or has earned."""
        return -self.lost if self.part.kind in EARNING else (self.part.points or ZERO) - self.lost


@attrs.frozen
class PartContext:
    """Where a part is judged: the rulebook and its clock, sheet and item, the unit, the period's evidence."""

    book: Rulebook
    clock: Clock
    sheet: Sheet
    item: Item
    unit: str
    month: Evidence
    as_of: int

    def names(self, part: Part) -> tuple[str, ...]:
        """The names under which a ticket can be exempted from the part."""
        return self.item.names_of(part)

    def judged(self, part: Part, **found: Any) -> PartScore:
        """What came of the part, under its name."""
        return PartScore(part=part, name=self.item.name_of(part), title=part.title or self.item.title, **found)

    def points(self, part: Part) -> Fraction:
        """The points of the part: its own, else the item's."""
        return self.item.points if part.points is None else part.points


def counts(sheet: Sheet, part: Part, charge: Charge) -> str:
    """How a part of a sheet counts a verdict or finding: `judged`, `counted` (it only makes a number larger that others are
    judged by), `answers` (a notice); empty: not at all. Nothing else says which part counts what."""
    if charge.finding is not None:
        return "judged" if charge.name == part.finding else "answers" if charge.name == part.answered_by else ""
    if charge.channel not in sheet.channels_of(part):
        return ""
    if charge.name in part.measures:
        return "counted" if part.kind == "bonus" else "judged"
    return "counted" if charge.name == part.over else ""


def judge(bench: PartContext, part: Part) -> PartScore:
    """The part judged by its kind; one with points of its own loses or earns no more than those, rounded like an item."""
    judged = JUDGES[part.kind](bench, part)
    if part.points is None:
        return judged
    lost = min(max(judged.lost, -part.points), part.points)
    if part.kind not in EARNING:
        lost = part.points - half_up(part.points - lost, bench.book.digits.item)
    return _charged(judged, lost)


def _rate(bench: PartContext, part: Part) -> PartScore:
    judged = _measured(bench, part)
    if judged.rate is None:
        return judged
    past = part.at_least - judged.rate if part.at_least is not None else judged.rate - (part.at_most or ZERO)
    if past < 0:
        won = part.gain * -past
        return _lost(judged, -won if part.gain_cap is None else -min(won, part.gain_cap))
    if bench.book.reading("steps") == "whole":
        past = Fraction(floor(past))
    return _lost(judged, part.slope * past)


def _scaled(bench: PartContext, part: Part) -> PartScore:
    judged = _measured(bench, part)
    if judged.rate is None:
        return judged
    points = bench.points(part)
    failed = part.pass_line is not None and judged.rate < part.pass_line
    return _lost(judged, points if failed else points * (HUNDRED - judged.rate) / 100)


def _tiers(bench: PartContext, part: Part) -> PartScore:
    judged = _measured(bench, part)
    if judged.rate is None:
        return judged
    reached = next((tier.points for tier in part.tiers if judged.rate >= tier.at_least), ZERO)
    return _lost(judged, bench.points(part) - reached)


def _lost(judged: PartScore, lost: Fraction) -> PartScore:
    """What a rate lost is charged to its breaches; what it did not lose, or won, no breach caused."""
    if lost > 0:
        return _charged(judged, lost)
    return attrs.evolve(judged, lost=lost, charges=()) if lost or judged.charges else judged


def _measured(bench: PartContext, part: Part) -> PartScore:
    """The rate of a part, its counts and the breaches behind it; without a denominator no rate."""
    channels, names = bench.sheet.channels_of(part), bench.names(part)
    weights = part.weights or {part.measure: HUNDRED}
    count = breaches = 0
    rates: list[tuple[Fraction, Fraction]] = []
    charges: list[tuple[Charge, Fraction]] = []
    for measure, weight in weights.items():
        tally = bench.month.count(bench.unit, measure, channels, names)
        whole = tally.count if part.over == "count" else bench.month.count(bench.unit, part.over, channels, names).count
        count, breaches = count + whole, breaches + tally.breaches
        if whole:
            counted = tally.breaches if part.at_most is not None else whole - tally.breaches
            rates.append((weight, Fraction(100 * counted, whole)))
            price = weight / whole
            charges += [(case, price) for case in bench.month.cases(bench.unit, measure, channels, names)]
    total = added(weight for weight, _ in rates)
    if not total:
        return bench.judged(part, count=0, breaches=breaches, note="no_denominator")
    rate = rates[0][1] if len(rates) == 1 else added(weight * one for weight, one in rates) / total
    if bench.book.reading("rounding") == "staged":
        rate = half_up(rate, bench.book.digits.rate)
    return bench.judged(part, count=count, breaches=breaches, rate=rate, charges=tuple(charges))


def _cases(bench: PartContext, part: Part) -> PartScore:
    channels, names = bench.sheet.channels_of(part), bench.names(part)
    tally = bench.month.count(bench.unit, part.measure, channels, names)
    price = part.price or ZERO
    charges = tuple((case, price) for case in bench.month.cases(bench.unit, part.measure, channels, names))
    return bench.judged(part, count=tally.count, breaches=tally.breaches, lost=price * tally.breaches, charges=charges)


def _findings(bench: PartContext, part: Part) -> PartScore:
    sign = -1 if part.kind == "awards" else 1
    found = bench.month.found(bench.unit, part.finding, bench.names(part))
    prices = [(charge, price_of(bench.book, part, charge)) for charge in found]
    charges = tuple((charge, sign * price * _times(charge)) for charge, price in prices if price is not None)
    times = sum(_times(charge) for charge, _ in charges)
    lost = added(weight for _, weight in charges)
    return bench.judged(part, count=times, breaches=times if sign > 0 else 0, lost=lost, charges=charges)


def _pairs(bench: PartContext, part: Part) -> PartScore:
    """Notices answered too late: the first answer with the same document after the notice counts."""
    notices = bench.month.found(bench.unit, part.finding, bench.names(part))
    answers = [one for one in bench.month.every_finding.get(bench.unit, ()) if one.name == part.answered_by]
    price, late = part.price or ZERO, []
    for notice in notices:
        due = _due(bench, notice.at, part.limit or ZERO)
        document = notice.finding.document if notice.finding else None
        after = [one.at for one in answers if one.finding and one.finding.document == document and one.at >= notice.at]
        if due is not None and due <= bench.as_of and not any(at <= due for at in after):
            late.append(notice)
    charges = tuple((one, price * _times(one)) for one in late)
    times, breaches = (sum(_times(one) for one in found) for found in (notices, late))
    return bench.judged(part, count=times, breaches=breaches, lost=price * breaches, charges=charges)


def _due(bench: PartContext, start: int, limit: Fraction) -> int | None:
    try:
        return bench.clock.deadline(start, limit).due_ms
    except OutsideCalendar:
        return None


def _bonus(bench: PartContext, part: Part) -> PartScore:
    per = part.per.get(bench.month.group(bench.unit))
    volume = bench.month.count(bench.unit, part.measure, bench.sheet.channels_of(part), bench.names(part)).count
    if per is None:
        return bench.judged(part, count=volume, note="no_bonus_for_group")
    return bench.judged(part, count=volume, lost=-part.award * (volume // per))


JUDGES: Mapping[str, Callable[[PartContext, Part], PartScore]] = {
    "rate": _rate, "scaled": _scaled, "tiers": _tiers, "cases": _cases, "findings": _findings, "awards": _findings,
    "pairs": _pairs, "bonus": _bonus,
}  # fmt: skip
EARNING = ("awards", "bonus")


def price_of(book: Rulebook, part: Part, charge: Charge) -> Fraction | None:
    """What one finding costs or earns: its price, by its role or mode, or by a reading. None: it is given no price."""
    if part.price_reading:
        return Fraction(book.reading(part.price_reading))
    if part.prices:
        return part.prices.get(str(getattr(charge.finding, part.by)))
    return part.award if part.kind == "awards" else part.price


def unpriced(book: Rulebook, month: Evidence) -> list[Charge]:
    """Findings of a period that no part of the rulebook can price: kept, listed, and costing nothing."""
    parts = {part.finding: part for _, _, part in book.parts() if part.finding}
    known = {part.answered_by for _, _, part in book.parts()}
    known |= {veto.finding for veto in book.vetoes()}
    charges = [charge for found in month.findings.values() for charge in found if charge.name not in known]
    return [
        charge for charge in charges if charge.name not in parts or price_of(book, parts[charge.name], charge) is None
    ]


def _times(charge: Charge) -> int:
    return charge.finding.count if charge.finding is not None else 1


def bounded_sides(parts: Sequence[PartScore], most: Fraction, least: Fraction) -> tuple[PartScore, ...]:
    """Parts of which those that give, together, give at most `most`, and those that take, at most `least`."""
    sides = [added(part.lost for part in parts if (part.lost < 0) == gives) for gives in (True, False)]
    scales = [
        min(Fraction(1), bound / abs(side)) if side else Fraction(1)
        for bound, side in zip((most, least), sides, strict=True)
    ]
    return tuple(_charged(part, part.lost * scales[part.lost >= 0]) for part in parts)


def _charged(judged: PartScore, lost: Fraction) -> PartScore:
    """The same with another loss, its causes charged in proportion."""
    total = added(weight for _, weight in judged.charges)
    scale = lost / total if total else ZERO
    charges: list[tuple[Charge, Fraction]] = []
    for weight, same in groupby(judged.charges, key=itemgetter(1)):
        scaled = weight * scale
        charges += [(charge, scaled) for charge, _ in same]
    return attrs.evolve(judged, lost=lost, charges=tuple(charges))
