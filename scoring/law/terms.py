"""What a rulebook says for a time only, or of ranks: dated terms, limits, grades, and the red and the black list."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import attrs


@attrs.frozen(kw_only=True)
class Term:
    """What holds from `valid_from` to `valid_until`, both days included; without them for as long as the rulebook."""

    valid_from: date | None = None
    valid_until: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return (self.valid_from or date.min) <= day <= (self.valid_until or date.max)

    @property
    def is_dated(self) -> bool:
        """Whether it holds for a time only."""
        return self.valid_from is not None or self.valid_until is not None


@attrs.frozen(kw_only=True)
class Limit(Term):
    """时限: so many working days for a measure (that of the part, where it has but one). A round has the limit of the day it
    was dispatched on: 1 day until 30 June, half a day from 1 July. `words` and `place`: of the clause that changed it."""

    days: Fraction
    measure: str = ""
    words: str = ""
    place: str = ""

    @property
    def halves(self) -> int:
        """It in half days."""
        return int(self.days * 2)


@attrs.frozen(kw_only=True)
class Grade(Term):
    """等次: units of at least `at_least` points, and among the `first` ranks, or the first `first_percent` of the ranked (rounded
    down). What is named must all hold; who falls through gets the next grade. So of 14 units the first 20 % are 2."""

    grade: str
    at_least: Fraction | None = None
    first: int | None = None
    first_percent: Fraction | None = None
    words: str = ""
    place: str = ""

    @property
    def asks(self) -> bool:
        """Whether it asks for anything; the last grade does not."""
        return (self.at_least, self.first, self.first_percent) != (None, None, None)

    def suits(self, score: Fraction, rank: int, ranked: int) -> bool:
        """Whether a unit of this score and rank among so many gets it."""
        return (
            (self.at_least is None or score >= self.at_least)
            and (self.first is None or rank <= self.first)
            and (self.first_percent is None or rank <= self.first_percent * ranked // 100)
        )


@attrs.frozen(kw_only=True)
class Board:
    """红黑榜: the best `red` and the last `black` units of each group, of equals all; who is on the red list is not on the
    black one. On the red list only from `red_at_least` points, on the black one only below `black_below`."""

    words: str
    place: str
    red: int = 0
    black: int = 0
    red_at_least: Fraction | None = None
    black_below: Fraction | None = None


Span = tuple[date, date, int]
"""From a day to a day, so many half days."""


def overlap(spans: Sequence[Span]) -> Span | None:
    """The first span that says another limit than one before it for a day of both; None where none does."""
    for one, other in pairwise(sorted(spans)):
        if other[0] <= one[1] and other[2] != one[2]:
            return other
    return None


def gap(spans: Iterable[Span], start: date, end: date) -> date | None:
    """The first day from start to end for which no span says anything."""
    day = start
    for since, until, _ in sorted(spans):
        if since > day:
            break
        day = max(day, until + timedelta(days=1) if until < date.max else until)
    return day if day <= end and day != date.max else None
