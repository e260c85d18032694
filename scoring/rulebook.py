"""The rules as data: TOML read strictly, checked against the catalogue of measures."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn

from ledger.chain import digest_of
from ledger.problems import Told, Words, words
from metrics.measures import MEASURE, Deadline, Practice

Price = Fraction
KINDS = ("rate", "cases", "findings", "bonus")


class UnreadableRulebook(Told):
    """A rulebook that says something we cannot follow; the sentence names every mistake with its place."""

    def __init__(self, name: str, mistakes: Iterable[Words]) -> None:
        self.mistakes = tuple(mistakes)
        listed = "\n".join(f"  {name}: {mistake}" for mistake in self.mistakes)
        super().__init__(words("the rulebook cannot be used:\n{mistakes}", mistakes=listed))


@attrs.frozen(kw_only=True)
class Reading:
    """One unclear place of the text: its words, the ways to read it, the one taken, and why."""

    id: str
    title: str
    words: str
    default: str
    reason: str
    source: str
    options: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Ratings:
    """The words citizens answer with, by what they mean; `neutral` ones are read by `neutral_rating`."""

    satisfied: tuple[str, ...]
    unsatisfied: tuple[str, ...]
    neutral: tuple[str, ...] = ()
    unrated: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Part:
    """One thing an item judges.

    rate      a measure's rate: `at_least` that many percent met, or `at_most` that many percent breached; `slope` points
              are lost for each percentage point past it; `over` = "volume" divides by the dispatches
    cases     each breach of a measure costs `price`
    findings  each finding costs `price` (below 0: it is a reward), or the price by its role or mode (`by`, `prices`),
              or the value of a reading (`price_reading`)
    bonus     `award` points for each full `per` of a measure's count, by the unit's group
    """

    kind: str
    id: str = ""
    title: str = ""
    words: str = ""
    measure: str = ""
    finding: str = ""
    limit: Fraction | None = None
    over: str = "count"
    at_least: Fraction | None = None
    at_most: Fraction | None = None
    slope: Fraction = Fraction(1)
    points: Fraction | None = None
    price: Fraction | None = None
    price_reading: str = ""
    by: str = ""
    prices: Mapping[str, Fraction] = attrs.Factory(dict)
    per: Mapping[str, int] = attrs.Factory(dict)
    award: Fraction = Fraction(1)
    channels: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Item:
    """One line of a sheet: what is given in full (`full`, normally its points), its bounds, the law's words and place."""

    id: str
    title: str
    points: Fraction
    place: str
    words: str
    parts: tuple[Part, ...]
    full: Fraction = attrs.field(default=attrs.Factory(lambda self: self.points, takes_self=True))
    floor: Fraction = Fraction(0)
    cap: Fraction = attrs.field(default=attrs.Factory(lambda self: self.points, takes_self=True))

    def name_of(self, part: Part) -> str:
        """The id of a part that is a sub-item, else of the item."""
        return f"{self.id}.{part.id}" if part.id else self.id


@attrs.frozen(kw_only=True)
class Sheet:
    """A table of items over some channels. `without_tickets`: a unit without any gets the mean, or is not ranked."""

    id: str
    title: str
    place: str
    channels: tuple[str, ...]
    points: Fraction
    items: tuple[Item, ...]
    without_tickets: str = "unranked"
    without_tickets_words: str = ""
    floor: Fraction = Fraction(0)

    def item(self, name: str) -> Item:
        """The item, also by the name of a sub-item. Raises KeyError."""
        for item in self.items:
            if name == item.id or name in [item.name_of(part) for part in item.parts]:
                return item
        raise KeyError(name)


@attrs.frozen(kw_only=True)
class Rulebook:
    """The rules of one county for one time, with the readings taken and the digest of the text they came from."""

    format: int
    id: str
    title: str
    issuer: str
    source: str
    valid_from: date
    valid_until: date
    ratings: Ratings
    readings: tuple[Reading, ...]
    sheets: tuple[Sheet, ...]
    text: str = ""
    taken: Mapping[str, str] = attrs.Factory(dict)

    def reading(self, name: str) -> str:
        """The option in force for a reading."""
        return self.taken.get(name) or next(one.default for one in self.readings if one.id == name)

    @property
    def digest(self) -> str:
        """SHA-256 of the text, and of what was read otherwise than it says."""
        return digest_of(self.text + "".join(f"\n{name}={value}" for name, value in sorted(self.taken.items())))

    def covers(self, month: int) -> bool:
        """Whether a month like 202305 lies in the time the rules are valid for."""
        return (
            self.valid_from.year * 100 + self.valid_from.month
            <= month
            <= self.valid_until.year * 100 + self.valid_until.month
        )

    def practice(self) -> Practice:
        """How the metrics are to measure for this rulebook."""
        words_of: dict[str, Any] = {
            "satisfied": self.ratings.satisfied,
            "unsatisfied": self.ratings.unsatisfied,
            "unrated": self.ratings.unrated,
        }
        neutral = self.reading("neutral_rating")
        words_of[neutral] = (*words_of[neutral], *self.ratings.neutral)
        taken: dict[str, Any] = {name: self.reading(name) for name in PRACTISED}
        return Practice(
            **taken,
            **words_of,
            posts=tuple(channel for sheet in self.sheets if _seals(sheet) for channel in sheet.channels),
            limits=_limits(self.sheets),
        )


PRACTISED = ("half_day", "whole_days", "day_ends", "month_of", "returned_rounds", "undecided_requests", "assist_rounds")
NEEDED = (*PRACTISED, "neutral_rating", "steps", "rounding")


def _seals(sheet: Sheet) -> bool:
    return any(part.measure == "sealed" for item in sheet.items for part in item.parts)


def _limits(sheets: Iterable[Sheet]) -> dict[tuple[str, str], int]:
    return {
        (part.measure, channel): int(part.limit * 2)
        for sheet in sheets
        for item in sheet.items
        for part in item.parts
        if part.limit is not None
        for channel in sheet.channels
    }


def read_rulebook(text: str, name: str, taken: Mapping[str, str] | None = None) -> Rulebook:
    """The rulebook in a TOML text, with some readings `taken` otherwise. Raises UnreadableRulebook with every mistake."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableRulebook(name, [words("is not TOML: {error}", error=error)]) from error
    try:
        book = attrs.evolve(_converter().structure(raw, Rulebook), text=text)
    except Exception as error:
        raise UnreadableRulebook(name, _told(error)) from error
    book = attrs.evolve(book, taken=dict(taken or {}))
    mistakes = list(_mistakes(book))
    if mistakes:
        raise UnreadableRulebook(name, mistakes)
    return book


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_structure_hook(Fraction, _fraction)
    converter.register_structure_hook(date, _date)
    converter.register_structure_hook(str, partial(_typed, str))
    converter.register_structure_hook(int, partial(_typed, int))
    hidden = cattrs.override(omit=True)
    hook = make_dict_structure_fn(Rulebook, converter, text=hidden, taken=hidden, _cattrs_forbid_extra_keys=True)
    converter.register_structure_hook(Rulebook, hook)
    return converter


def _fraction(value: object, _: object) -> Fraction:
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return Fraction(value)
    raise ValueError(f'{value!r} is no exact number: write a whole number, or text such as "0.5"')


def _date(value: object, _: object) -> date:
    if type(value) is not date:
        raise ValueError(f"{value!r} is no date: write it like 2023-01-01")
    return value


def _typed(kind: type, value: object, _: object) -> Any:
    if type(value) is not kind:
        raise ValueError(f"{value!r} is not {'text' if kind is str else 'a whole number'}")
    return value


def _told(error: Exception) -> Iterator[Words]:
    for line in cattrs.transform_error(error, format_exception=_plain):
        yield words("{mistake}", mistake=line)


def _plain(error: BaseException, kind: type[Any] | None) -> str:
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        return f"unknown keys: {', '.join(sorted(error.extra_fields))}"
    if isinstance(error, KeyError):
        return "is missing"
    return str(error)


def _mistakes(book: Rulebook) -> Iterator[Words]:
    """Everything a well-formed rulebook can still say wrongly."""
    known = {reading.id: reading for reading in book.readings}
    for name in NEEDED:
        if name not in known:
            yield words("the reading {name} is not given: say how it is read, and why.", name=name)
    for name, value in book.taken.items():
        if name not in known or value not in known[name].options:
            options = " ".join(known[name].options) if name in known else " ".join(known)
            yield words(
                "there is no reading {name} = {value}; known: {options}", name=name, value=value, options=options
            )
    for reading in book.readings:
        if reading.default not in reading.options:
            yield words(
                "reading {name}: its default {value} is none of its options.", name=reading.id, value=reading.default
            )
    for sheet in book.sheets:
        yield from _sheet_mistakes(book, sheet)
    channels = [channel for sheet in book.sheets for channel in sheet.channels]
    for channel in sorted({channel for channel in channels if channels.count(channel) > 1}):
        yield words("channel {channel} is on two sheets.", channel=channel)


def _sheet_mistakes(book: Rulebook, sheet: Sheet) -> Iterator[Words]:
    full = sum((item.full for item in sheet.items), Fraction(0))
    if full != sheet.points:
        yield words(
            "sheet {sheet}: its items add up to {full}, not to {points}.",
            sheet=sheet.id,
            full=full,
            points=sheet.points,
        )
    if sheet.without_tickets not in ("mean", "unranked"):
        yield words("sheet {sheet}: without_tickets is either mean or unranked.", sheet=sheet.id)
    names = [item.id for item in sheet.items]
    for item in sheet.items:
        if names.count(item.id) > 1:
            yield words("sheet {sheet}: item {item} is there twice.", sheet=sheet.id, item=item.id)
        if not item.words or not item.place:
            yield words("item {item}: the law's words or their place are missing.", item=item.id)
        for part in item.parts:
            yield from _part_mistakes(book, item, part)


def _part_mistakes(book: Rulebook, item: Item, part: Part) -> Iterator[Words]:
    place = item.name_of(part)
    if part.kind not in KINDS:
        yield words(
            "item {item}: {kind} is no kind of rule; known: {kinds}", item=place, kind=part.kind, kinds=" ".join(KINDS)
        )
    if part.kind in ("rate", "cases", "bonus") and part.measure not in MEASURE:
        yield words(
            "item {item}: there is no measure {measure}; known: {known}",
            item=place,
            measure=part.measure,
            known=" ".join(MEASURE),
        )
    if part.kind == "rate" and (part.at_least is None) == (part.at_most is None):
        yield words("item {item}: a rate has either at_least or at_most.", item=place)
    if part.kind == "cases" and part.price is None:
        yield words("item {item}: a case needs its price.", item=place)
    if (
        part.kind == "findings"
        and [bool(part.prices), part.price is not None, bool(part.price_reading)].count(True) != 1
    ):
        yield words("item {item}: a finding needs one of price, prices with by, price_reading.", item=place)
    if part.price_reading and part.price_reading not in {reading.id for reading in book.readings}:
        yield words("item {item}: there is no reading {name}.", item=place, name=part.price_reading)
    if part.limit is not None:
        measure = MEASURE.get(part.measure)
        if not isinstance(measure, Deadline) or (part.limit * 2).denominator != 1 or part.limit <= 0:
            yield words(
                "item {item}: limit {limit} is no number of half days of a deadline.", item=place, limit=part.limit
            )
