"""The few kinds of rules, exact: one part of an item judged for one unit and period."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from math import floor
from operator import itemgetter
from typing import Any

import attrs

from calendars.clock import Clock
from calendars.instants import local_day
from calendars.workdays import OutsideCalendar
from scoring.law.arithmetic import HUNDRED, ZERO, added, half_up
from scoring.law.rulebook import Item, Part, Rulebook, Sheet
from scoring.scores.evidence import Charge, Evidence
from scoring.scores.workings import Arithmetic, Bound, Priced, Ratio, bounded

FEW = 5
"""A rate of fewer rests on few: it moves by much with each of them."""


@attrs.frozen(kw_only=True)
class PartScore:
    """What came of one part. `lost` is exact, below 0 for a reward; `rate` in percent as shown; `charges` are its causes,
    each with its weight in `lost`; `tolerated` of its breaches cost nothing (the earliest); `note` a code for what the reader
    should know: no_denominator, no_bonus_for_group, few (not judged, or without the few), few_marked; `arithmetic` how `lost`
    was made."""

    part: Part
    name: str = ""
    title: str = ""
    lost: Fraction = ZERO
    count: int | None = None
    breaches: int | None = None
    rate: Fraction | None = None
    charges: tuple[tuple[Charge, Fraction], ...] = ()
    tolerated: int = 0
    note: str = ""
    arithmetic: Arithmetic = attrs.field(factory=Arithmetic)

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to judge it by."""
        return self.rate is None and self.note in ("no_denominator", "few")

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
    within = lost = min(max(judged.lost, -part.points), part.points)
    bounds = bounded(judged.lost, "points", part.points, lost)
    if part.kind not in EARNING:
        lost = part.points - half_up(part.points - lost, bench.book.digits.item)
        bounds += bounded(within, "digits", Fraction(bench.book.digits.item), lost)
    return _charged(judged, lost, bounds)


def _rate(bench: PartContext, part: Part) -> PartScore:
    judged = _measured(bench, part)
    if judged.rate is None:
        return judged
    line = part.at_least if part.at_least is not None else part.at_most or ZERO
    past = line - judged.rate if part.at_least is not None else judged.rate - line
    if past < 0:
        won = part.gain * -past
        capped = won if part.gain_cap is None else min(won, part.gain_cap)
        bounds = bounded(-won, "gain", part.gain_cap or ZERO, -capped)
        return _lost(judged, -capped, line=line, past=past, steps=-past, slope=part.gain, due=-won, bounds=bounds)
    steps = Fraction(floor(past)) if bench.book.reading("steps") == "whole" else past
    return _lost(judged, part.slope * steps, line=line, past=past, steps=steps, slope=part.slope)


def _scaled(bench: PartContext, part: Part) -> PartScore:
    judged = _measured(bench, part)
    if judged.rate is None:
        return judged
    points = bench.points(part)
    failed = part.pass_line is not None and judged.rate < part.pass_line
    reached = ZERO if failed else points * judged.rate / 100
    return _lost(judged, points - reached, line=part.pass_line, points=points, reached=reached)


def _tiers(bench: PartContext, part: Part) -> PartScore:
    judged = _measured(bench, part)
    if judged.rate is None:
        return judged
    tier = next((tier for tier in part.tiers if judged.rate >= tier.at_least), None)
    reached, line = (ZERO, part.tiers[-1].at_least) if tier is None else (tier.points, tier.at_least)
    points = bench.points(part)
    return _lost(judged, points - reached, line=line, points=points, reached=reached)


def _lost(judged: PartScore, lost: Fraction, **workings: Any) -> PartScore:
    """What a rate lost is charged to its breaches; what it did not lose, or won, no breach caused."""
    arithmetic = attrs.evolve(judged.arithmetic, **{"due": lost, **workings})
    if lost > 0:
        return _charged(attrs.evolve(judged, arithmetic=arithmetic), lost)
    return attrs.evolve(judged, lost=lost, charges=(), arithmetic=arithmetic)


def _measured(bench: PartContext, part: Part) -> PartScore:
    """The rate of a part, its counts and the breaches behind it; without a denominator no rate."""
    ratios = tuple(_ratios(bench, part))
    count, breaches = sum(one.count for one in ratios), sum(one.breaches for one in ratios)
    rated = [one for one in ratios if one.rate is not None]
    if not rated:
        arithmetic = Arithmetic(ratios=ratios)
        note = "few" if count else "no_denominator"
        return bench.judged(part, count=count, breaches=breaches, note=note, arithmetic=arithmetic)
    channels, names = bench.sheet.channels_of(part), bench.names(part)
    note = ("few_marked" if part.when_few == "mark" else "few") if any(one.few for one in ratios) else ""
    tolerated = sum(one.tolerated for one in rated)
    charges: list[tuple[Charge, Fraction]] = []
    for one in rated:
        price, cases = one.weight / one.count, bench.month.cases(bench.unit, one.measure, channels, names)
        charges += [(case, price) for case in cases[one.tolerated :]]
    rate = rated[0].rate or ZERO
    if len(rated) > 1:
        rate = added(one.weight * (one.rate or ZERO) for one in rated) / added(one.weight for one in rated)
    if bench.book.reading("rounding") == "staged":
        rate = half_up(rate, bench.book.digits.rate)
    return bench.judged(
        part, count=count, breaches=breaches, rate=rate, charges=tuple(charges), tolerated=tolerated, note=note,
        arithmetic=Arithmetic(ratios=ratios, rate=rate),
    )  # fmt: skip


def _ratios(bench: PartContext, part: Part) -> Iterator[Ratio]:
    """What of each measure of a part was counted, how much of it was not met, and its rate: without what is tolerated, exact
    unless the rulebook rounds it before it is weighed, and none where there were too few to judge: of its own count, or of the one
    measure that decides for all (`few_of`)."""
    channels, names = bench.sheet.channels_of(part), bench.names(part)
    rounds = part.round_rates and bench.book.reading("rounding") == "staged"
    overs = {one: one if part.over == "count" else part.over for one in part.measures}
    counts = {one: bench.month.count(bench.unit, over, channels, names).count for one, over in overs.items()}
    deciding = counts.get(part.few_of)
    for measure, weight in (part.weights or {part.measure: HUNDRED}).items():
        over, count = overs[measure], counts[measure]
        tally = bench.month.count(bench.unit, measure, channels, names)
        free = forgiven(part, tally.breaches, count)
        good = tally.breaches - free if part.at_most is not None else count - tally.breaches + free
        few = bool(count) and (count if deciding is None else deciding) < (part.few or 0)
        rate = Fraction(100 * good, count) if count and (not few or part.when_few == "mark") else None
        yield Ratio(
            measure=measure, over=over, weight=weight, count=count, breaches=tally.breaches, met=part.at_most is None, few=few,
            removed=bench.month.removed(bench.unit, over, channels, names).count, tolerated=free,
            rate=half_up(rate, bench.book.digits.rate) if rate is not None and rounds else rate,
        )  # fmt: skip


def forgiven(part: Part, breaches: int, count: int) -> int:
    """How many of so many breaches, of so many counted, cost nothing: never more than there are."""
    most = part.tolerated or 0
    if part.tolerated_percent is not None:
        most = int(part.tolerated_percent * count / 100)  # rounded down
    return min(breaches, most)


def _cases(bench: PartContext, part: Part) -> PartScore:
    """Each breach at its price, without those tolerated: so many percent of what `over` counts."""
    channels, names = bench.sheet.channels_of(part), bench.names(part)
    over = part.measure if part.over == "count" else part.over
    tally, whole = (bench.month.count(bench.unit, name, channels, names) for name in (part.measure, over))
    price, free = part.price or ZERO, forgiven(part, tally.breaches, whole.count)
    cases = bench.month.cases(bench.unit, part.measure, channels, names)[free:]
    removed = bench.month.removed(bench.unit, over, channels, names).count
    ratio = Ratio(
        measure=part.measure, over=over, count=whole.count, breaches=tally.breaches, removed=removed, tolerated=free
    )  # fmt: skip
    lost = price * (tally.breaches - free)
    priced = (Priced(times=tally.breaches - free, price=price),)
    return bench.judged(
        part, count=tally.count, breaches=tally.breaches, lost=lost, tolerated=free,
        charges=tuple((case, price) for case in cases), arithmetic=Arithmetic(ratios=(ratio,), priced=priced, due=lost),
    )  # fmt: skip


def _findings(bench: PartContext, part: Part) -> PartScore:
    sign = -1 if part.kind == "awards" else 1
    found = bench.month.found(bench.unit, part.finding, bench.names(part))
    prices = [(charge, price_of(bench.book, part, charge)) for charge in found]
    priced = [(charge, sign * price) for charge, price in prices if price is not None]
    times = sum(_times(charge) for charge, _ in priced)
    free = forgiven(part, times, times)
    charges = tuple((charge, price * count) for charge, count, price in _beyond(priced, free))
    lost = added(weight for _, weight in charges)
    return bench.judged(
        part, count=times, breaches=times if sign > 0 else 0, lost=lost, charges=charges, tolerated=free,
        arithmetic=Arithmetic(priced=_priced(part, _beyond(priced, free)), due=lost),
    )  # fmt: skip


def _priced(part: Part, beyond: Iterable[tuple[Charge, int, Fraction]]) -> tuple[Priced, ...]:
    """How many findings at each price, by the role or mode that has it."""
    times: dict[tuple[str, Fraction], int] = {}
    for charge, count, price in beyond:
        place = str(getattr(charge.finding, part.by)) if part.prices else "", price
        times[place] = times.get(place, 0) + count
    return tuple(Priced(by=by, times=count, price=price) for (by, price), count in times.items())


def _beyond(priced: Iterable[tuple[Charge, Fraction]], free: int) -> Iterator[tuple[Charge, int, Fraction]]:
    """The findings with how often each counts and its price, the first `free` times of all left out."""
    for charge, price in priced:
        times = _times(charge) - min(free, _times(charge))
        free -= _times(charge) - times
        if times:
            yield charge, times, price


def _pairs(bench: PartContext, part: Part) -> PartScore:
    """Notices answered too late: the first answer with the same document after the notice counts."""
    notices = bench.month.found(bench.unit, part.finding, bench.names(part))
    answers = [one for one in bench.month.every_finding.get(bench.unit, ()) if one.name == part.answered_by]
    price, late = part.price or ZERO, []
    for notice in notices:
        due = _due(bench, notice.at, part.limit_on(local_day(notice.at)))
        document = notice.finding.document if notice.finding else None
        after = [one.at for one in answers if one.finding and one.finding.document == document and one.at >= notice.at]
        if due is not None and due <= bench.as_of and not any(at <= due for at in after):
            late.append(notice)
    times, breaches = (sum(_times(one) for one in found) for found in (notices, late))
    free = forgiven(part, breaches, times)
    charges = tuple((one, each * count) for one, count, each in _beyond(((one, price) for one in late), free))
    lost = price * (breaches - free)
    arithmetic = Arithmetic(priced=(Priced(times=breaches - free, price=price),), asked=times, due=lost)
    return bench.judged(
        part, count=times, breaches=breaches, lost=lost, charges=charges, tolerated=free, arithmetic=arithmetic
    )


def _due(bench: PartContext, start: int, limit: Fraction | None) -> int | None:
    """When the answer is due; None where the rulebook or the calendar says nothing of that time."""
    try:
        return None if limit is None else bench.clock.deadline(start, limit).due_ms
    except OutsideCalendar:
        return None


def _bonus(bench: PartContext, part: Part) -> PartScore:
    per = part.per.get(bench.month.group(bench.unit))
    channels, names = bench.sheet.channels_of(part), bench.names(part)
    volume = bench.month.count(bench.unit, part.measure, channels, names).count
    removed = bench.month.removed(bench.unit, part.measure, channels, names).count
    ratios = (Ratio(measure=part.measure, over=part.measure, count=volume, breaches=0, removed=removed),)
    if per is None:
        return bench.judged(part, count=volume, note="no_bonus_for_group", arithmetic=Arithmetic(ratios=ratios))
    lost = -part.award * (volume // per)
    arithmetic = Arithmetic(ratios=ratios, per=per, award=part.award, due=lost)
    return bench.judged(part, count=volume, lost=lost, arithmetic=arithmetic)


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


def bounded_sides(parts: Sequence[PartScore], floor: Fraction | None, cap: Fraction | None) -> tuple[PartScore, ...]:
    """Parts of which those that give, together, give at most `cap`, and those that take, take at most to `floor`; without it, all."""
    sides = [added(part.lost for part in parts if (part.lost < 0) == gives) for gives in (True, False)]
    gives = sides[0] if cap is None else max(sides[0], -cap)
    takes = sides[1] if floor is None else min(sides[1], -floor)
    held, limits = [gives, takes], (cap or ZERO, -(floor or ZERO))
    scales = [after / side if side else Fraction(1) for side, after in zip(sides, held, strict=True)]
    cuts = [bounded(side, "side", bound, after) for side, bound, after in zip(sides, limits, held, strict=True)]
    return tuple(_charged(part, part.lost * scales[part.lost >= 0], cuts[part.lost >= 0]) for part in parts)


def _charged(judged: PartScore, lost: Fraction, bounds: Sequence[Bound] = ()) -> PartScore:
    """The same with another loss, made by these bounds, its causes charged in proportion."""
    total = added(weight for _, weight in judged.charges)
    scale = lost / total if total else ZERO
    charges: list[tuple[Charge, Fraction]] = []
    for weight, same in groupby(judged.charges, key=itemgetter(1)):
        scaled = weight * scale
        charges += [(charge, scaled) for charge, _ in same]
    arithmetic = judged.arithmetic
    if bounds:
        arithmetic = attrs.evolve(arithmetic, bounds=(*arithmetic.bounds, *bounds))
    return attrs.evolve(judged, lost=lost, charges=tuple(charges), arithmetic=arithmetic)
