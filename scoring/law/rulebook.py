"""The rules as data: what a rulebook can say, in frozen classes. `kaoping.files.rulebooks` reads them from TOML."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated, Any

import attrs

from calendars.instants import SHANGHAI, day_end
from calendars.periods import PeriodKind, last_day, month_number, months_from
from ledger.facts import ALL_ITEMS
from ledger.proof.chain import digest_of
from metrics.measures import Practice
from scoring.law.terms import Board, Grade, Limit, Span, Term

KINDS = ("rate", "scaled", "tiers", "cases", "findings", "awards", "pairs", "bonus")
RATED = ("rate", "scaled", "tiers")
OF_ALL = ("kind", "id", "title", "words", "channels", "points")
OF_RATES = (
    "measure", "weights", "limit", "limits", "over", "round_rates", "tolerated", "tolerated_percent", "few", "when_few", "few_of",
)  # fmt: skip
KEYS: Mapping[str, tuple[str, ...]] = {
    "rate": (*OF_ALL, *OF_RATES, "at_least", "at_most", "slope", "gain", "gain_cap"),
    "scaled": (*OF_ALL, *OF_RATES, "pass_line"),
    "tiers": (*OF_ALL, *OF_RATES, "tiers"),
    "cases": (*OF_ALL, "measure", "price", "limit", "limits", "over", "tolerated", "tolerated_percent"),
    "findings": (*OF_ALL, "finding", "price", "by", "prices", "price_reading", "tolerated", "proof_reading"),
    "awards": (*OF_ALL, "finding", "award", "by", "prices", "price_reading", "proof_reading"),
    "pairs": (*OF_ALL, "finding", "answered_by", "limit", "limits", "price", "tolerated", "tolerated_percent"),
    "bonus": (*OF_ALL, "measure", "per", "award"),
}
"""What each kind of part can be told."""
WHEN_FEW = ("as_empty", "mark")
EACH = "each"
Edge = Annotated[Fraction | None, "a number, or none"]
"""How far a score goes; None, in the file "none": without a bound."""
PERIODS: Mapping[str, int] = {kind.value: kind.size for kind in PeriodKind}
"""How many months each period has."""


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
    """The words citizens answer with, by what they mean; `neutral` ones are read by `neutral_rating`, `basic` ones by
    `basic_rating`."""

    satisfied: tuple[str, ...]
    unsatisfied: tuple[str, ...]
    neutral: tuple[str, ...] = ()
    basic: tuple[str, ...] = ()
    unrated: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Digits:
    """Decimals, half up, in this order: of a rate in percent, of an item, of a total."""

    rate: int = 2
    item: int = 2
    total: int = 2


@attrs.frozen(kw_only=True)
class Tier:
    """A rate of at least `at_least` percent met gets `points`."""

    at_least: Fraction
    points: Fraction


@attrs.frozen(kw_only=True)
class Part:
    """One thing an item judges. A rate is of one measure, or the mean of several by `weights`.

    rate      `at_least` that many percent met, or `at_most` that many percent breached: `slope` points are lost for each
              percentage point past it, `gain` points won for each one better, up to `gain_cap`; `over` divides by the
              verdicts of the measure itself ("count"), or by the count of another measure, such as "volume"
    scaled    points x rate; below `pass_line` percent nothing
    tiers     the points of the first tier the rate reaches; below the last one nothing
    cases     each breach of a measure costs `price`
    findings  each finding costs `price`, or the price by its role or mode (`by`, `prices`), or what a reading says
    awards    each finding earns `award`, or by its role or mode (`by`, `prices`), up to the part's points
    pairs     each finding not followed by `answered_by` with the same document within `limit` working days costs `price`
    bonus     `award` points for each full `per` of a measure's count, by the unit's group

    Without what it asks for the whole item is nothing, where the reading `proof_reading` says `whole`. `limit`, or the dated
    `limits`, in working days, are those of its measures. `round_rates`: rates are rounded before they are weighed.
    The first `tolerated` breaches, or so many percent of the count (`tolerated_percent`, rounded down), cost nothing. A rate of
    fewer than `few` is not judged (`when_few`: `as_empty`, as with nothing to divide by), or only `mark`ed; of several rates `each`
    by its own count, or all of them by that of one measure (`few_of`).
    """

    kind: str
    id: str = ""
    title: str = ""
    words: str = ""
    measure: str = ""
    weights: Mapping[str, Fraction] = attrs.Factory(dict)
    finding: str = ""
    answered_by: str = ""
    limit: Fraction | None = None
    limits: tuple[Limit, ...] = ()
    round_rates: bool = False
    tolerated: int | None = None
    tolerated_percent: Fraction | None = None
    few: int | None = None
    when_few: str = ""
    few_of: str = EACH
    over: str = "count"
    at_least: Fraction | None = None
    at_most: Fraction | None = None
    slope: Fraction = Fraction(1)
    gain: Fraction = Fraction(0)
    gain_cap: Fraction | None = None
    pass_line: Fraction | None = None
    tiers: tuple[Tier, ...] = ()
    points: Fraction | None = None
    price: Fraction | None = None
    price_reading: str = ""
    by: str = ""
    prices: Mapping[str, Fraction] = attrs.Factory(dict)
    per: Mapping[str, int] = attrs.Factory(dict)
    award: Fraction = Fraction(1)
    channels: tuple[str, ...] = ()
    proof_reading: str = ""

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures it looks at."""
        return tuple(self.weights) or ((self.measure,) if self.measure else ())

    @property
    def every_limit(self) -> tuple[Limit, ...]:
        """Its limits, each with its measure (of a pair: none)."""
        alone = () if self.limit is None else (Limit(days=self.limit),)
        return tuple(attrs.evolve(one, measure=one.measure or self.measure) for one in (*alone, *self.limits))

    def limit_on(self, day: date) -> Fraction | None:
        """The limit of a pair on a day."""
        return next((one.days for one in self.every_limit if one.in_force(day)), None)


@attrs.frozen(kw_only=True)
class Item(Term):
    """One line of a sheet, with the law's words and place.

    `full` is what it starts from (normally its points), `floor` and `cap` its bounds (None: none of its own). `extra` items (rewards and
    penalties) start from 0, do not count into the sheet's points and are added last. Units outside the groups it
    `concerns` get its points (of an extra: nothing). `when_empty`, nothing to divide by: `full` marks, `respread` (its
    points go to the other items), or the `group_mean` of the units that had something. From `valid_from` to
    `valid_until`, where the rules changed in the year: what holds on a month's last day holds for the month.
    """

    id: str
    title: str
    points: Fraction
    place: str
    words: str
    parts: tuple[Part, ...]
    extra: bool = False
    full: Fraction = attrs.field(
        default=attrs.Factory(lambda self: Fraction(0) if self.extra else self.points, takes_self=True)
    )
    floor: Edge = Fraction(0)
    cap: Edge = attrs.field(default=attrs.Factory(lambda self: self.points, takes_self=True))
    concerns: tuple[str, ...] = ()
    when_empty: str = "full"
    exemptible: bool = True

    def name_of(self, part: Part) -> str:
        """The id of a part that is a sub-item, else of the item."""
        return f"{self.id}.{part.id}" if part.id else self.id

    def names_of(self, part: Part) -> tuple[str, ...]:
        """The names under which a ticket can be exempted from the part."""
        own = (self.id, self.name_of(part), ALL_ITEMS) if self.exemptible else (self.id, self.name_of(part))
        return tuple(dict.fromkeys(own))

    def holds(self, month: int) -> bool:
        """Whether it is in force in a month like 202305."""
        return self.in_force(last_day(month))


@attrs.frozen(kw_only=True)
class Cap(Term):
    """A bound on several items together: `items` score no more than `cap` and no less than `floor` in sum."""

    items: tuple[str, ...]
    cap: Fraction | None = None
    floor: Fraction | None = None
    words: str = ""


@attrs.frozen(kw_only=True)
class Veto(Term):
    """What makes the whole period count nothing: a finding, or a breach of a measure on some channels.

    Without `channels` of its own, on those of its sheet, or of all sheets of its year.
    """

    title: str
    words: str
    place: str
    finding: str = ""
    measure: str = ""
    channels: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Sheet:
    """A table of items over some channels, for each `period`.

    `groups`: only units of these groups stand on it (none named: all). `ranking`: over the whole sheet, or within each
    `group`; equal totals `share` a rank, or are ordered by an item (`ties`). `order`: items, extras and bounds are
    taken as `sum_then_clamp`, or the items are held within the sheet's points before the extras are added
    (`clamp_then_add`): then extras can lift the total above full marks, up to `cap`.
    `without_tickets`: a unit without any gets the mean, or is `unranked`; `everyone`: it is scored all the same. Units named
    by `apart` (`no_tickets`; `none_due`: tickets, but nothing judged yet) are listed apart, without a rank. `grades`, best first,
    and the `board` (red and black list) are of the ranked.
    """

    id: str
    title: str
    place: str
    points: Fraction
    items: tuple[Item, ...]
    channels: tuple[str, ...] = ()
    period: str = "month"
    groups: tuple[str, ...] = ()
    ranking: str = "sheet"
    ties: str = "share"
    order: str = "sum_then_clamp"
    caps: tuple[Cap, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    without_tickets: str = "unranked"
    without_tickets_words: str = ""
    apart: tuple[str, ...] = ()
    grades: tuple[Grade, ...] = ()
    board: Board | None = None
    floor: Edge = Fraction(0)
    cap: Edge = attrs.field(default=attrs.Factory(lambda self: self.points, takes_self=True))

    def channels_of(self, part: Part) -> tuple[str, ...]:
        """The channels a part of it looks at: its own, else those of the sheet."""
        return part.channels or self.channels

    def items_of(self, month: int) -> tuple[Item, ...]:
        """The items in force in a month."""
        day = last_day(month)
        return tuple(item for item in self.items if item.in_force(day))


@attrs.frozen(kw_only=True)
class Component:
    """A share of a year's score: the mean of a sheet's periods, or the sheet of the year itself; `weight` in percent."""

    sheet: str
    weight: Fraction
    words: str = ""


@attrs.frozen(kw_only=True)
class Year:
    """How a year's score is made. `starts` is the month it begins in: 11 begins the year before.

    `groups`: only units of these groups are in it (none named: all). `ranking`: over all of them, or within each `group`.
    """

    id: str
    title: str
    place: str
    words: str
    components: tuple[Component, ...]
    vetoes: tuple[Veto, ...] = ()
    starts: int = 1
    groups: tuple[str, ...] = ()
    ranking: str = "sheet"
    grades: tuple[Grade, ...] = ()
    board: Board | None = None

    def months(self, year: int) -> tuple[int, ...]:
        """The twelve months of an assessment year, like 202305."""
        return months_from(year - (self.starts > 1), self.starts, 12)


@attrs.frozen(kw_only=True)
class Rulebook:
    """The rules of one county for one time, with the readings taken and the digest of the text they came from. `untold`: what is
    to come of what no source tells, where that was said: the item in `full`, or as not done (`breach`)."""

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
    years: tuple[Year, ...] = ()
    digits: Digits = Digits()
    text: str = ""
    taken: Mapping[str, str] = attrs.Factory(dict)
    untold: str = ""

    def reading(self, name: str) -> str:
        """The option in force for a reading; of one that need not be named, and is not, the way it was read before it was known."""
        named = (one.default for one in self.readings if one.id == name)
        return self.taken.get(name) or next(named, None) or UNNAMED[name]

    @property
    def digest(self) -> str:
        """SHA-256 of the text, and of what was read otherwise than it says."""
        return digest_of(self.text + self.ending)

    @property
    def ending(self) -> str:
        """What follows the text in what is hashed: a line for each reading taken otherwise, and one for what is to come of what no
        source tells, where that was said."""
        said = {"untold": self.untold} if self.untold else {}
        return "".join(f"\n{name}={value}" for name, value in [*sorted(self.taken.items()), *said.items()])

    def covers(self, month: int) -> bool:
        """Whether a month like 202305 lies in the time the rules are valid for."""
        return month_number(self.valid_from) <= month <= month_number(self.valid_until)

    def sheet(self, name: str) -> Sheet:
        """A sheet by its id. Raises KeyError."""
        return {sheet.id: sheet for sheet in self.sheets}[name]

    def period(self, sheet: Sheet, month: int) -> tuple[int, ...]:
        """The months of the sheet's period that a month like 202305 lies in, counted from where its year starts."""
        rules = (year.starts for year in self.years if any(one.sheet == sheet.id for one in year.components))
        size, number = PERIODS[sheet.period], month // 100 * 12 + month % 100 - 1
        first = number - (number - next(rules, 1) + 1) % size
        return months_from(0, first + 1, size)

    def parts(self) -> Iterator[tuple[Sheet, Item, Part]]:
        """Every part, with where it stands."""
        for sheet in self.sheets:
            for item in sheet.items:
                for part in item.parts:
                    yield sheet, item, part

    def vetoes(self) -> tuple[Veto, ...]:
        """Every veto, of sheets and of years."""
        of_sheets = [veto for sheet in self.sheets for veto in sheet.vetoes]
        return (*of_sheets, *(veto for year in self.years for veto in year.vetoes))

    @property
    def exempts(self) -> bool:
        """Whether tickets can be taken out of an item: the reading `exemptions`, if there is one, says `provided`."""
        return any(one.id == "exemptions" for one in self.readings) and self.reading("exemptions") == "provided"

    @property
    def exempts_reason(self) -> str:
        """What the rulebook says of exemptions."""
        return next((one.reason for one in self.readings if one.id == "exemptions"), "its text has no such clause")

    def practice(self) -> Practice:
        """How the metrics are to measure for this rulebook."""
        rated: dict[str, Any] = {
            "satisfied": self.ratings.satisfied,
            "unsatisfied": self.ratings.unsatisfied,
            "unrated": self.ratings.unrated,
        }
        for name, words in (("neutral_rating", self.ratings.neutral), ("basic_rating", self.ratings.basic)):
            meaning = self.reading(name)
            rated[meaning] = (*rated[meaning], *words)
        taken: dict[str, Any] = {name: self.reading(name) for name in (*PRACTISED, *LATER)}
        posts = tuple(channel for sheet in self.sheets if _seals(sheet) for channel in sheet.channels)
        spans = {place: sorted(found) for place, found in limit_spans(self.sheets).items() if found}
        limits = {place: found[0][2] for place, found in spans.items()}
        later = {place: _turns(found) for place, found in spans.items() if len(found) > 1}
        untold = "breach" if self.untold == "breach" else "leave"
        return Practice(**taken, **rated, posts=posts, limits=limits, later_limits=later, untold=untold)


PRACTISED = (
    "half_day", "whole_days", "day_ends", "month_of", "returned_rounds", "undecided_requests", "assist_rounds",
)  # fmt: skip
LATER = (
    "moved_rounds", "repeated_dispatch", "redo_scope", "volume_of", "response_population", "redone_closing", "seal_by",
    "unexplained_returns", "untimed_extensions", "untimed_redos",
)  # fmt: skip
"""Readings that touch a verdict and need not be named."""
UNNAMED = {
    **{name: getattr(Practice(), name) for name in LATER}, "basic_rating": "satisfied", "reward_bounds": "net",
    "unreviewed_knowledge": "part", "idle_findings": "ignored", "idle_unit": "no_verdict", "idle_months": "count",
}  # fmt: skip
"""How rules are read that do not name a younger reading: as they were before it was known, so that nothing published moves."""
NEEDED = (*PRACTISED, "neutral_rating", "steps", "rounding")


def _seals(sheet: Sheet) -> bool:
    return any("sealed" in part.measures for item in sheet.items for part in item.parts)


def limit_spans(sheets: Iterable[Sheet]) -> dict[tuple[str, str], set[Span]]:
    """What limit a measure has on a channel, by (measure, channel): the spans of days for which somebody says one.

    Where nobody dates a limit, and all say the same, it is one span: an item that ends does not end the limit of a verdict.
    """
    found: dict[tuple[str, str], set[Span]] = {}
    dated: set[tuple[str, str]] = set()
    for sheet in sheets:
        for item in sheet.items:
            for part in item.parts:
                for limit in part.every_limit if part.measures else ():
                    since = max(item.valid_from or date.min, limit.valid_from or date.min)
                    until = min(item.valid_until or date.max, limit.valid_until or date.max)
                    for channel in sheet.channels_of(part):
                        place = (limit.measure, channel)
                        found.setdefault(place, set()).add((since, until, limit.halves))
                        dated |= {place} if limit.is_dated else set()
    return {place: spans if place in dated else _undated(spans) for place, spans in found.items()}


def _undated(spans: set[Span]) -> set[Span]:
    alone = len({halves for _, _, halves in spans}) == 1
    return {(date.min, date.max, halves) for _, _, halves in spans} if alone else spans


def _turns(spans: Iterable[Span]) -> tuple[tuple[int, int], ...]:
    """From which instant on there is another limit, in half days."""
    turns: list[tuple[int, int]] = []
    before = None
    for since, _, halves in spans:
        if before not in (None, halves) and since > date.min:
            turns.append((day_end(since - timedelta(days=1), SHANGHAI) + 1, halves))
        before = halves
    return tuple(turns)
