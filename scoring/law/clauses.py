"""What a part of an item can say wrongly: what its kind needs, its limits, what it tolerates."""

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import attrs

from ledger.sentences import Sentence, sentence
from metrics.measures import LIMITED, MEASURE, Deadline, Strike
from scoring.law.rulebook import EACH, KINDS, RATED, WHEN_FEW, Item, Part, Rulebook, limit_spans
from scoring.law.terms import gap, overlap

Mistakes = Iterator[tuple[str, Sentence]]
NUMBER = r"-?\d+(\.\d+)?"


def part_mistakes(book: Rulebook, item: Item, part: Part) -> Iterator[Sentence]:
    """What a part of an item says wrongly."""
    name = item.name_of(part)
    if part.kind not in KINDS:
        yield sentence(
            "item {item}: {kind} is no kind of rule; known: {kinds}", item=name, kind=part.kind, kinds=" ".join(KINDS)
        )
        return
    over = () if part.over == "count" else (part.over,)
    for measure in (*part.measures, *over):
        if measure not in MEASURE:
            yield sentence(
                "item {item}: there is no measure {measure}; known: {known}",
                item=name,
                measure=measure,
                known=" ".join(MEASURE),
            )
    yield from _needs(name, part)
    if part.price_reading and part.price_reading not in {reading.id for reading in book.readings}:
        yield sentence("item {item}: there is no reading {name}.", item=name, name=part.price_reading)
    yield from _timed(name, part)
    yield from _lenient(name, part)


def directions(book: Rulebook, part: Part) -> tuple[bool, bool]:
    """Whether a part can take points, and whether it can give any."""
    prices = [*part.prices.values(), *([part.price] if part.price is not None else [])]
    named = next((one for one in book.readings if one.id == part.price_reading), None)
    prices += [Fraction(option) for option in named.options if re.fullmatch(NUMBER, option)] if named else []
    match part.kind:
        case "awards":
            return False, any(price > 0 for price in part.prices.values() or (part.award,))
        case "bonus":
            return False, part.award > 0
        case "rate":
            return part.slope > 0, part.gain > 0
        case "scaled" | "tiers":
            return True, False
    return any(price > 0 for price in prices), any(price < 0 for price in prices)


def _needs(name: str, part: Part) -> Iterator[Sentence]:
    """What each kind of rule must be given."""
    if (part.kind in RATED or part.kind in ("cases", "bonus")) and not part.measures:
        yield sentence("item {item}: a {kind} needs its measure.", item=name, kind=part.kind)
    if part.kind == "rate" and (part.at_least is None) == (part.at_most is None):
        yield sentence("item {item}: a rate has either at_least or at_most.", item=name)
    rates, points = [tier.at_least for tier in part.tiers], [tier.points for tier in part.tiers]
    if rates != sorted(rates, reverse=True) or points != sorted(points, reverse=True):
        yield sentence("item {item}: tiers go from the highest rate to the lowest.", item=name)
    if part.kind == "tiers" and not part.tiers:
        yield sentence("item {item}: it has no tiers.", item=name)
    if part.kind == "bonus" and (not part.per or min(part.per.values()) < 1):
        yield sentence("item {item}: a bonus needs per: a whole number of 1 or more for each group.", item=name)
    if part.kind == "cases" and part.price is None:
        yield sentence("item {item}: a case needs its price.", item=name)
    if part.kind in ("findings", "awards", "pairs") and not part.finding:
        yield sentence("item {item}: a {kind} needs its finding.", item=name, kind=part.kind)
    priced = [bool(part.prices), part.price is not None, bool(part.price_reading)].count(True)
    if part.kind == "findings" and priced != 1:
        yield sentence("item {item}: a finding needs one of price, prices with by, price_reading.", item=name)
    if part.prices and part.by not in ("role", "mode"):
        yield sentence("item {item}: by is role or mode.", item=name)
    if part.kind == "pairs" and (not part.every_limit or part.price is None or not part.answered_by):
        yield sentence("item {item}: a pair needs answered_by, limit and price.", item=name)


def _timed(name: str, part: Part) -> Iterator[Sentence]:
    """Limits: each of a deadline that the part judges, in half days, in order."""
    if part.limit is not None and part.limits:
        yield sentence("item {item}: it has both limit and limits.", item=name)
    if part.limit is not None and part.weights:
        yield sentence(
            "item {item}: limit does not say of which measure: write limits, each with its measure and days.", item=name
        )
        return
    for one in part.every_limit:
        timed = part.kind == "pairs" or isinstance(MEASURE.get(one.measure), Deadline)
        if not timed or (one.days * 2).denominator != 1 or one.days <= 0:
            yield sentence(
                "item {item}: limit {limit} is no number of half days of a deadline.", item=name, limit=one.days
            )
    for one in part.every_limit if part.limits else ():
        if part.kind != "pairs" and one.measure not in {measure.name for measure in LIMITED} & {*part.measures}:
            known = " ".join(measure.name for measure in LIMITED)
            yield sentence(
                "item {item}: limits are of a measure that it judges, and that is one of: {known}",
                item=name,
                known=known,
            )
        if one.valid_from and one.valid_until and one.valid_from > one.valid_until:
            yield sentence("item {item}: a limit's valid_until lies before its valid_from.", item=name)
    if part.kind == "pairs" and part.limits:
        spans = [(one.valid_from or date.min, one.valid_until or date.max, one.halves) for one in part.limits]
        if overlap(spans):
            yield sentence("item {item}: it has two limits for the same time.", item=name)


def _lenient(name: str, part: Part) -> Iterator[Sentence]:
    """What is tolerated, what is too few, and rates rounded before they are weighed: where they can be, and only so."""
    if part.round_rates and not part.weights:
        yield sentence("item {item}: round_rates is for rates that are weighed; it has no weights.", item=name)
    if part.tolerated is not None and part.tolerated_percent is not None:
        yield sentence("item {item}: it has both tolerated and tolerated_percent.", item=name)
    for key, value, kinds in (
        ("tolerated", part.tolerated, (*RATED, "cases", "findings", "pairs")),
        ("tolerated_percent", part.tolerated_percent, (*RATED, "cases", "pairs")),
        ("few", part.few, RATED),
    ):
        if value is not None and part.kind not in kinds:
            yield sentence("item {item}: {key} is for {kinds}.", item=name, key=key, kinds=" ".join(kinds))
        if value is not None and value <= 0:
            yield sentence("item {item}: {key} is more than 0.", item=name, key=key)
    uncounted = part.over == "count" and any(isinstance(MEASURE.get(measure), Strike) for measure in part.measures)
    if part.tolerated_percent is not None and uncounted:
        yield sentence(
            "item {item}: tolerated_percent of what? {measure} has no count of its own: write over.",
            item=name,
            measure=" ".join(part.measures),
        )
    if part.tolerated_percent is not None and part.tolerated_percent >= 100:
        yield sentence("item {item}: tolerated_percent is below 100.", item=name)
    rewards = [*part.prices.values(), *([part.price] if part.price is not None else [])]
    if part.tolerated is not None and part.kind == "findings" and any(price < 0 for price in rewards):
        yield sentence("item {item}: a reward is nothing to tolerate.", item=name)
    if part.when_few not in ("", *WHEN_FEW):
        yield sentence("item {item}: when_few is one of: {known}", item=name, known=" ".join(WHEN_FEW))
    if part.when_few and part.few is None:
        yield sentence("item {item}: when_few needs few: how many are enough.", item=name)
    if part.few_of != EACH and part.few is None:
        yield sentence("item {item}: few_of needs few: how many are enough.", item=name)
    elif part.few_of not in (EACH, *part.measures):
        known = " ".join((EACH, *part.measures))
        yield sentence("item {item}: few_of is one of: {known}", item=name, known=known)


def limits_of(book: Rulebook) -> Mistakes:
    """A verdict is given once, so a measure has one limit on a channel on any day, whatever judges it."""
    whole = limit_spans(book.sheets)
    said: set[tuple[str, str]] = set()
    for place, sheet in enumerate(book.sheets):
        for number, item in enumerate(sheet.items):
            before = limit_spans([*book.sheets[:place], attrs.evolve(sheet, items=sheet.items[: number + 1])])
            for (measure, channel), spans in before.items():
                where, day = (
                    f"sheets[{place}].items[{number}]",
                    gap(whole[measure, channel], book.valid_from, book.valid_until),
                )
                told = {"item": item.id, "measure": measure, "channel": channel}
                if (measure, channel) in said:
                    continue
                if overlap([*spans]):
                    said.add((measure, channel))
                    yield where, sentence("item {item}: {measure} has another limit on {channel} elsewhere.", **told)
                elif day is not None:
                    said.add((measure, channel))
                    yield (
                        where,
                        sentence(
                            "item {item}: {measure} has no limit on {channel} on {day}.",
                            **told,
                            day=day,
                        ),
                    )
