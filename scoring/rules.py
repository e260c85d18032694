"""The few kinds of arithmetic that rules use, exact: one part of an item judged for one unit and month."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import floor

import attrs

from scoring.evidence import Cause, Month
from scoring.rulebook import Item, Part, Rulebook, Sheet

ZERO = Fraction(0)


@attrs.frozen(kw_only=True)
class Judged:
    """What came of one part. `lost` is exact, below 0 for a reward; `rate` in percent as shown; `charges` are its causes,
    each with its weight in `lost`; `note` a code for what the reader should know."""

    name: str
    title: str
    part: Part
    lost: Fraction = ZERO
    count: int | None = None
    breaches: int | None = None
    rate: Fraction | None = None
    charges: tuple[tuple[Cause, Fraction], ...] = ()
    note: str = ""


@attrs.frozen
class Bench:
    """Where a part is judged: the rulebook, sheet and item it stands in, the unit, and the month's evidence."""

    book: Rulebook
    sheet: Sheet
    item: Item
    unit: str
    month: Month

    def names(self, part: Part) -> tuple[str, ...]:
        """The names under which a ticket can be exempted from the part."""
        return tuple(dict.fromkeys((self.item.id, self.item.name_of(part))))


def half_up(number: Fraction, digits: int = 2) -> Fraction:
    """Rounded to some decimals, halves up (towards plus infinity)."""
    scale = 10**digits
    return Fraction(floor(number * scale + Fraction(1, 2)), scale)


def judge(bench: Bench, part: Part) -> Judged:
    """The part judged by its kind; where it has points of its own, it loses no more than those, to 2 decimals."""
    judged = JUDGES[part.kind](bench, part)
    judged = attrs.evolve(judged, name=bench.item.name_of(part), title=part.title or bench.item.title)
    if part.points is None:
        return judged
    score = half_up(min(max(part.points - judged.lost, ZERO), part.points))
    return _charged(judged, part.points - score)


def _rate(bench: Bench, part: Part) -> Judged:
    names = bench.names(part)
    tally = bench.month.count(bench.unit, part.measure, bench.sheet.channels, names)
    whole = tally.count
    if part.over == "volume":
        whole = bench.month.count(bench.unit, "volume", bench.sheet.channels, names).count
    if whole == 0:
        return Judged(name="", title="", part=part, count=0, breaches=tally.breaches, note="no_denominator")
    good = part.at_least is not None
    rate = Fraction(100 * (tally.count - tally.breaches if good else tally.breaches), whole)
    if bench.book.reading("rounding") == "staged":
        rate = half_up(rate)
    past = (part.at_least or ZERO) - rate if good else rate - (part.at_most or ZERO)
    past = max(past, ZERO)
    if bench.book.reading("steps") == "whole":
        past = Fraction(floor(past))
    cases = bench.month.cases(bench.unit, part.measure, bench.sheet.channels, names)
    judged = Judged(
        name="", title="", part=part, count=whole, breaches=tally.breaches, rate=rate,
        charges=tuple((case, Fraction(1)) for case in cases),
    )  # fmt: skip
    return _charged(judged, part.slope * past)


def _cases(bench: Bench, part: Part) -> Judged:
    names = bench.names(part)
    tally = bench.month.count(bench.unit, part.measure, bench.sheet.channels, names)
    price = part.price or ZERO
    cases = bench.month.cases(bench.unit, part.measure, bench.sheet.channels, names)
    return Judged(
        name="", title="", part=part, count=tally.count, breaches=tally.breaches, lost=price * tally.breaches,
        charges=tuple((case, price) for case in cases),
    )  # fmt: skip


def _findings(bench: Bench, part: Part) -> Judged:
    found = bench.month.found(bench.unit, part.finding, bench.names(part))
    prices = [(cause, price_of(bench.book, part, cause)) for cause in found]
    charges = tuple((cause, price * _times(cause)) for cause, price in prices if price is not None)
    times = sum(_times(cause) for cause, _ in charges)
    lost = sum((weight for _, weight in charges), ZERO)
    return Judged(name="", title="", part=part, count=times, breaches=times, lost=lost, charges=charges)


def _bonus(bench: Bench, part: Part) -> Judged:
    per = part.per.get(bench.month.group(bench.unit))
    volume = bench.month.count(bench.unit, part.measure, part.channels or bench.sheet.channels, bench.names(part)).count
    if per is None:
        return Judged(name="", title="", part=part, count=volume, note="no_bonus_for_group")
    return Judged(name="", title="", part=part, count=volume, lost=-part.award * (volume // per))


JUDGES: Mapping[str, Callable[[Bench, Part], Judged]] = {
    "rate": _rate,
    "cases": _cases,
    "findings": _findings,
    "bonus": _bonus,
}


def price_of(book: Rulebook, part: Part, cause: Cause) -> Fraction | None:
    """What one finding costs: its price, by its role or mode, or by a reading. None: the rulebook names no price for it."""
    if part.price_reading:
        return Fraction(book.reading(part.price_reading))
    if part.prices:
        return part.prices.get(str(getattr(cause.finding, part.by)))
    return part.price


def unpriced(book: Rulebook, month: Month) -> list[Cause]:
    """Findings of a month that no part of the rulebook can price: kept, listed, and costing nothing."""
    parts = {part.finding: part for sheet in book.sheets for item in sheet.items for part in item.parts if part.finding}
    causes = [cause for found in month.findings.values() for cause in found]
    return [
        cause for cause in causes if cause.name not in parts or price_of(book, parts[cause.name], cause) is None
    ]


def _times(cause: Cause) -> int:
    return cause.finding.count if cause.finding is not None else 1


def _charged(judged: Judged, lost: Fraction) -> Judged:
    """The same with another loss, its causes charged in proportion."""
    total = sum((weight for _, weight in judged.charges), ZERO)
    charges: Sequence[tuple[Cause, Fraction]] = [
        (cause, weight * lost / total if total else ZERO) for cause, weight in judged.charges
    ]
    return attrs.evolve(judged, lost=lost, charges=tuple(charges))
