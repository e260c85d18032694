"""A page: what a report says, in typed blocks, before anything draws it. Every paper draws the same page."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, wraps
from typing import Concatenate, Literal, ParamSpec

import attrs

from kaoping.language.language import Language

P = ParamSpec("P")


class Kind(StrEnum):
    """What the cells of a column are. From it follow their alignment and how a paper writes them."""

    TEXT = "text"
    NUMBER = "number"  # points: exact, with at least the column's digits
    COUNT = "count"
    RATE = "rate"  # rounded half up to the column's digits
    SPREAD = "spread"  # several rates in one cell, such as median / 90th percentile
    INSTANT = "instant"  # milliseconds
    DAY = "day"
    UNIT = "unit"  # names of units and tickets, which a paper may make links of
    TICKET = "ticket"
    FACT = "fact"  # a position in the ledger


RIGHT = frozenset({Kind.NUMBER, Kind.COUNT, Kind.RATE, Kind.SPREAD, Kind.FACT})
"""Kinds that stand at the right edge of their column."""

Tone = Literal["", "amber", "red", "dark"]
"""What a row of a table calls for: amber soon, red now, dark it is too late."""

Value = str | int | Fraction | date | tuple[Fraction, ...]


@attrs.frozen
class Marked:
    """A value with a sign behind it that a note explains: 86.41*."""

    value: Value
    mark: str


Cell = Value | Marked | None


@attrs.frozen
class Column:
    """A column: its heading (it may have lines), its cells of one kind, how many decimals, whether a gain shows its +, and
    what stands where there is nothing. `over`: the heading that it shares with its neighbours. `total`: what a clerk would reckon
    under it; `sum_of`: the columns of which each of its cells is the sum, where it is no more than that; `full`: what a cell
    is at best, so that a paper can tint what is short of it.
    """

    heading: str
    cells: Sequence[Cell]
    kind: Kind = Kind.TEXT
    digits: int = attrs.field(default=2, kw_only=True)
    signed: bool = attrs.field(default=False, kw_only=True)
    absent: str = attrs.field(default="-", kw_only=True)
    over: str = attrs.field(default="", kw_only=True)
    total: Literal["", "sum", "mean"] = attrs.field(default="", kw_only=True)
    sum_of: "Sequence[Column]" = attrs.field(default=(), kw_only=True)
    full: Fraction | None = attrs.field(default=None, kw_only=True)

    @cached_property
    def is_longer(self) -> bool:
        """Whether a number in it has more decimals than are printed of it."""
        numbers = (cell.value if isinstance(cell, Marked) else cell for cell in self.cells)
        return any(isinstance(one, Fraction) and (one * 10**self.digits).denominator != 1 for one in numbers)


@attrs.frozen
class Table:
    """A table: its title, the columns that name a row, and the columns of what is said of it; `foot` names the row of totals,
    without which there is none. `filtered`: a reader will look for rows in it. `tones`: of each row its tone, where a paper has
    colours; words in the row say the same. `chart`: what a page may draw of it, such as months."""

    title: str
    keys: Sequence[Column]
    columns: Sequence[Column]
    foot: str = attrs.field(default="", kw_only=True)
    filtered: bool = attrs.field(default=False, kw_only=True)
    tones: "Sequence[Tone]" = attrs.field(default=(), kw_only=True)
    chart: str = attrs.field(default="", kw_only=True)


@attrs.frozen
class Heading:
    """A heading; level 1 is the page's own."""

    text: str
    level: int = 2


@attrs.frozen
class Paragraph:
    """Running text."""

    text: str


@attrs.frozen
class Note:
    """What the reader must know before believing the rest."""

    text: str


@attrs.frozen
class Listing:
    """A title with a line for each thing under it, such as the readings in force."""

    title: str
    lines: Sequence[str]


@attrs.frozen
class Imprint:
    """The stamps of a report: (name, value) of each."""

    title: str
    stamps: Sequence[tuple[str, str]]


@attrs.frozen
class Series:
    """A row of a chart: its name and its exact values, None where there is nothing."""

    name: str
    values: Sequence[Fraction | None]


@attrs.frozen(kw_only=True)
class Chart:
    """A chart over the labels: bars, or lines in time. A table beside it says the same; a paper that cannot draw leaves it out."""

    title: str
    kind: Literal["bars", "lines"]
    labels: Sequence[str]
    series: Sequence[Series]
    full: Fraction | None = None  # where the scale ends, such as full marks


@attrs.frozen(kw_only=True)
class Lifeline:
    """A ticket's life on a line of time (ms): when offices were open, its acts and its deadlines, each (instant, what)."""

    title: str
    open_hours: Sequence[tuple[int, int]]
    acts: Sequence[tuple[int, str]]
    dues: Sequence[tuple[int, str]]


@attrs.frozen
class Signatures:
    """The line that is signed by hand: who signs."""

    names: Sequence[str]


Block = str | Heading | Paragraph | Note | Listing | Table | Chart | Lifeline | Imprint | Signatures
"""A plain text is a line that the report has laid out itself, such as the steps of a deadline."""


@attrs.frozen
class Page:
    """What a report says, block by block, in one language. In a booklet it has a `name`; `unit` or `ticket`: whose page it is."""

    blocks: Sequence[Block]
    language: str = "zh"
    name: str = attrs.field(default="", kw_only=True)
    unit: str = attrs.field(default="", kw_only=True)
    ticket: str = attrs.field(default="", kw_only=True)


@attrs.frozen(kw_only=True)
class Booklet:
    """Pages that go out together: 2023 年 5 月办件情况统计表. `state` stands on every page: 未公布, or under which number it was
    published; `at` is the instant (ms) that its files are dated by; `subject` its four stamps on a line."""

    title: str
    state: str
    contents: str
    pages: Sequence[Page]
    at: int
    subject: str
    language: str = "zh"


def page_of(
    function: Callable[Concatenate[Language, P], Iterator[Block]],
) -> Callable[Concatenate[Language, P], Page]:
    """The blocks that a report yields in a language, as a page."""

    @wraps(function)
    def page(language: Language, /, *args: P.args, **kwargs: P.kwargs) -> Page:
        return Page(tuple(function(language, *args, **kwargs)), language.code)

    return page


@attrs.frozen(kw_only=True)
class Entry:
    """An entry of a calendar: what is due at `at` (ms), to be reminded of at `warn_at`. `key` names it for as long as it lives."""

    key: str
    at: int
    warn_at: int | None
    title: str
    text: str


@attrs.frozen(kw_only=True)
class Agenda:
    """Entries of a calendar as they stand at `at` (ms). `owner`: whose they are; only a calendar of the same owner is gone on
    with. `every`: all entries there are, of which `shown` are asked for; what an earlier calendar has and is in neither is done."""

    title: str
    about: str
    owner: str
    at: int
    shown: Sequence[Entry]
    every: Sequence[Entry]


Cells = Sequence[str | int | float | None]
"""A row of a plain table: texts, and numbers as they came."""


@attrs.frozen
class PlainSheet:
    """A table for a spreadsheet, its rows made as they are written."""

    name: str
    header: Sequence[str]
    rows: Iterable[Cells]
