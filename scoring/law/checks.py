"""What a well-formed rulebook can still say wrongly: (path, sentence) of every mistake."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction

from calendars.clock import DAY_ENDS, HALF_DAY, WHOLE_DAYS
from ledger.sentences import Sentence, sentence
from metrics.measures import MEASURE, Deadline
from scoring.law.rulebook import KINDS, NEEDED, PERIODS, Item, Part, Reading, Rulebook, Sheet, Veto, Year

Mistakes = Iterator[tuple[str, Sentence]]
CHOICES = {
    "period": tuple(PERIODS),
    "ranking": ("sheet", "group"),
    "order": ("sum_then_clamp", "clamp_then_add"),
    "without_tickets": ("mean", "unranked", "everyone"),
}
OPTIONS: Mapping[str, tuple[str, ...]] = {
    "half_day": HALF_DAY,
    "whole_days": WHOLE_DAYS,
    "day_ends": DAY_ENDS,
    "month_of": ("decided", "dispatched", "closed"),
    "returned_rounds": ("leave", "stay"),
    "undecided_requests": ("granted", "refused"),
    "assist_rounds": ("count", "leave"),
    "neutral_rating": ("unrated", "satisfied", "unsatisfied"),
    "steps": ("proportional", "whole"),
    "rounding": ("staged", "final"),
    "exemptions": ("provided", "not_provided"),
    "idle_mean": ("all", "group"),
    "moved_rounds": ("leave", "stay"),
    "repeated_dispatch": ("anew", "stay"),
    "redo_scope": ("ticket", "round"),
    "volume_of": ("tickets", "dispatches"),
    "response_population": ("all", "surveyed"),
    "redone_closing": ("first", "last"),
    "seal_by": ("month_end", "any_time"),
    "unexplained_returns": ("count", "late"),
    "basic_rating": ("satisfied", "unrated", "unsatisfied"),
    "reward_bounds": ("net", "each_side"),
    "unreviewed_knowledge": ("part", "whole"),
    "idle_findings": ("ignored", "applied"),
    "idle_unit": ("no_verdict", "no_dispatch"),
    "idle_months": ("count", "leave"),
}
"""What the readings that the computation knows can say."""
NUMBER = r"-?\d+(\.\d+)?"
EXACT = "{value} is no exact number"


def mistakes_of(book: Rulebook) -> Mistakes:
    """Every mistake, in the order of the text."""
    if book.format != 1:
        yield "format", sentence("there is no format {format}; known: {known}", format=book.format, known=1)
    if book.valid_from > book.valid_until:
        yield "valid_until", sentence("valid_until lies before valid_from.")
    yield from _readings(book)
    for number, sheet in enumerate(book.sheets):
        yield from _sheet(book, sheet, f"sheets[{number}]")
    names = [sheet.id for sheet in book.sheets]
    for number, name in enumerate(names):
        if names.index(name) < number:
            yield f"sheets[{number}].id", sentence("sheet {sheet} is there twice.", sheet=name)
    yield from _channels(book)
    yield from _limits(book)
    for number, year in enumerate(book.years):
        yield from _year(book, year, f"years[{number}]")


def _readings(book: Rulebook) -> Mistakes:
    known: dict[str, Reading] = {}
    for reading in book.readings:
        known.setdefault(reading.id, reading)
    for name in NEEDED:
        if name not in known:
            yield "readings", sentence("the reading {name} is not given: say how it is read, and why.", name=name)
    for name, value in book.taken.items():
        if name not in known or value not in known[name].options:
            options = " ".join(known[name].options) if name in known else " ".join(known)
            yield (
                "",
                sentence(
                    "there is no reading {name} = {value}; known: {options}", name=name, value=value, options=options
                ),
            )
    for number, reading in enumerate(book.readings):
        yield from _options(book, reading, f"readings[{number}].options")
        if known[reading.id] is not reading:
            yield f"readings[{number}].id", sentence("reading {name} is there twice.", name=reading.id)
        if reading.default not in reading.options:
            say = sentence(
                "reading {name}: its default {value} is none of its options.", name=reading.id, value=reading.default
            )
            yield f"readings[{number}].default", say
        if not reading.source or not reading.reason:
            yield (
                f"readings[{number}]",
                sentence("reading {name}: its reason or its source is missing.", name=reading.id),
            )


def _options(book: Rulebook, reading: Reading, path: str) -> Mistakes:
    """Options that nothing computes: of a reading the computation knows, or of one that is a price but no number."""
    able = OPTIONS.get(reading.id)
    for option in reading.options:
        if able and option not in able:
            known = " ".join(able)
            yield (
                path,
                sentence(
                    "there is no reading {name} = {value}; known: {options}",
                    name=reading.id,
                    value=option,
                    options=known,
                ),
            )
    if any(part.price_reading == reading.id for _, _, part in book.parts()):
        for option in reading.options:
            if not re.fullmatch(NUMBER, option):
                yield path, sentence(EXACT, value=repr(option))


def _limits(book: Rulebook) -> Mistakes:
    """A verdict is given once, so a measure has one limit on a channel, whatever judges it."""
    seen: dict[tuple[str, str], Fraction] = {}
    for place, sheet in enumerate(book.sheets):
        for number, item in enumerate(sheet.items):
            for part in item.parts:
                for channel in sheet.channels_of(part) if part.limit and part.measure else ():
                    if seen.setdefault((part.measure, channel), part.limit or Fraction(0)) != part.limit:
                        yield (
                            f"sheets[{place}].items[{number}]",
                            sentence(
                                "item {item}: {measure} has another limit on {channel} elsewhere.",
                                item=item.name_of(part),
                                measure=part.measure,
                                channel=channel,
                            ),
                        )


def _channels(book: Rulebook) -> Mistakes:
    """Tickets of one channel are scored on one sheet, for one group of units and one kind of period."""
    seen: list[tuple[str, Sheet]] = []
    for number, sheet in enumerate(book.sheets):
        for channel in sheet.channels:
            for other, before in seen:
                apart = set(sheet.groups).isdisjoint(before.groups) and sheet.groups and before.groups
                if other == channel and sheet.period == before.period and not apart:
                    yield f"sheets[{number}].channels", sentence("channel {channel} is on two sheets.", channel=channel)
            seen.append((channel, sheet))


def _sheet(book: Rulebook, sheet: Sheet, path: str) -> Mistakes:
    for name, choices in CHOICES.items():
        if getattr(sheet, name) not in choices:
            yield (
                f"{path}.{name}",
                sentence("sheet {sheet}: {key} is one of: {known}", sheet=sheet.id, key=name, known=" ".join(choices)),
            )
    names = [item.id for item in sheet.items]
    if sheet.ties != "share" and sheet.ties not in names:
        yield f"{path}.ties", sentence("sheet {sheet}: ties is share, or an item of it.", sheet=sheet.id)
    for start in _turns(book, sheet):
        full = sum((i.points for i in sheet.items if not i.extra and i.in_force(start)), Fraction(0))
        if full != sheet.points:
            say = sentence(
                "sheet {sheet}: its items add up to {full}, not to {points}.",
                sheet=sheet.id,
                full=full,
                points=sheet.points,
            )
            yield f"{path}.points", say
    for number, item in enumerate(sheet.items):
        place = f"{path}.items[{number}]"
        if any(item.id == other.id and _overlap(book, item, other) for other in sheet.items[:number]):
            yield (
                f"{place}.id",
                sentence("sheet {sheet}: item {item} is there twice for the same time.", sheet=sheet.id, item=item.id),
            )
        yield from _item(book, item, place)
    for number, group in enumerate(sheet.caps):
        for name in set(group.items) - set(names):
            yield (
                f"{path}.caps[{number}].items",
                sentence("sheet {sheet}: there is no item {item}.", sheet=sheet.id, item=name),
            )
    yield from _vetoes(sheet.vetoes, path)


def _turns(book: Rulebook, sheet: Sheet) -> list[date]:
    """The days from which other items are in force."""
    starts = {item.valid_from for item in sheet.items if item.valid_from}
    starts |= {item.valid_until + timedelta(days=1) for item in sheet.items if item.valid_until}
    return sorted({book.valid_from} | {day for day in starts if book.valid_from <= day <= book.valid_until})


def _overlap(book: Rulebook, one: Item, other: Item) -> bool:
    starts = [item.valid_from or book.valid_from for item in (one, other)]
    ends = [item.valid_until or book.valid_until for item in (one, other)]
    return max(starts) <= min(ends)


def _item(book: Rulebook, item: Item, path: str) -> Mistakes:
    if not item.words or not item.place:
        yield path, sentence("item {item}: the law's words or their place are missing.", item=item.id)
    if not item.floor <= item.full <= item.cap:
        yield path, sentence("item {item}: floor, full and cap are not in order.", item=item.id)
    if item.valid_from and item.valid_until and item.valid_from > item.valid_until:
        yield f"{path}.valid_until", sentence("valid_until lies before valid_from.")
    if item.when_empty not in ("full", "respread", "group_mean"):
        yield (
            f"{path}.when_empty",
            sentence("item {item}: when_empty is one of: full respread group_mean", item=item.id),
        )
    if not item.parts:
        yield path, sentence("item {item}: it has no parts: nothing judges it.", item=item.id)
    for number, part in enumerate(item.parts):
        for mistake in _part(book, item, part):
            yield f"{path}.parts[{number}]", mistake


def _part(book: Rulebook, item: Item, part: Part) -> Iterator[Sentence]:
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
    if part.limit is not None:
        timed = part.kind == "pairs" or isinstance(MEASURE.get(part.measure), Deadline)
        if not timed or (part.limit * 2).denominator != 1 or part.limit <= 0:
            yield sentence(
                "item {item}: limit {limit} is no number of half days of a deadline.", item=name, limit=part.limit
            )


def _needs(name: str, part: Part) -> Iterator[Sentence]:
    """What each kind of rule must be given."""
    rated = part.kind in ("rate", "scaled", "tiers")
    if (rated or part.kind in ("cases", "bonus")) and not part.measures:
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
    if part.kind == "pairs" and (part.limit is None or part.price is None or not part.answered_by):
        yield sentence("item {item}: a pair needs answered_by, limit and price.", item=name)


def _year(book: Rulebook, year: Year, path: str) -> Mistakes:
    known = {sheet.id for sheet in book.sheets}
    for component in year.components:
        if component.sheet not in known:
            yield path, sentence("year {year}: there is no sheet {sheet}.", year=year.id, sheet=component.sheet)
    weight = sum((component.weight for component in year.components), Fraction(0))
    if weight != 100:
        yield path, sentence("year {year}: its weights add up to {weight}, not to 100.", year=year.id, weight=weight)
    if year.ranking not in CHOICES["ranking"]:
        known_rankings = " ".join(CHOICES["ranking"])
        yield f"{path}.ranking", sentence("year {year}: ranking is one of: {known}", year=year.id, known=known_rankings)
    if not 1 <= year.starts <= 12:
        yield f"{path}.starts", sentence("year {year}: starts is a month, 1 to 12.", year=year.id)
    if not year.words or not year.place:
        yield path, sentence("year {year}: the law's words or their place are missing.", year=year.id)
    yield from _vetoes(year.vetoes, path)


def _vetoes(vetoes: tuple[Veto, ...], path: str) -> Mistakes:
    for number, veto in enumerate(vetoes):
        place = f"{path}.vetoes[{number}]"
        if bool(veto.finding) == bool(veto.measure) or (veto.measure and veto.measure not in MEASURE):
            yield place, sentence("veto {veto}: it needs a finding or a measure.", veto=veto.title)
        if not veto.words or not veto.place:
            yield place, sentence("veto {veto}: the law's words or their place are missing.", veto=veto.title)
