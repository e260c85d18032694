"""The arithmetic of points, kept where they are made: what a reader needs to do it again by hand, and no number besides."""

from fractions import Fraction

import attrs

from scoring.law.arithmetic import HUNDRED, ZERO


@attrs.frozen(kw_only=True)
class Ratio:
    """The rate of one measure: 应签收 10 件，逾期 3 件，签收率 70 %. `over`: what was counted, the measure itself or another.

    `removed` were taken out by exemptions and are counted no more. `rate` in percent, of those met where `met`, else of the
    breaches, without the `tolerated`; None where there was nothing, or too little, to divide by. `few`: there were fewer than the
    rulebook asks for. `weight` is its own in a mean.
    """

    measure: str
    over: str
    count: int
    breaches: int
    removed: int = 0
    tolerated: int = 0
    met: bool = True
    few: bool = False
    rate: Fraction | None = None
    weight: Fraction = HUNDRED


@attrs.frozen(kw_only=True)
class Priced:
    """So many at one price: 2 次，每次扣 2 分. `by`: the role or mode that has the price, or nothing. Below 0 it earns."""

    by: str = ""
    times: int
    price: Fraction


@attrs.frozen(kw_only=True)
class Bound:
    """What changed a number after it was made, from `before` to `after`.

    `points` (a part loses or earns no more than its own), `gain` (a rate earns no more), `side` (what gives, or what takes, is
    bounded together: `before` and `after` are those sums), `floor` and `cap` of an item, or `digits` (rounded half up).
    """

    code: str
    limit: Fraction
    before: Fraction
    after: Fraction


@attrs.frozen(kw_only=True)
class Arithmetic:
    """How a part came to its points: `due`, what they are before any bound (below 0: earned), then the `bounds` in their order.

    A rate: its `ratios`, the `rate` in percent as it was judged, the `line` it was held against, how many percentage points it
    is `past` it (below 0: better), how many of those count (`steps`), and the `slope` of each. A rate of `points`: as many as the
    rate, or the tier at the line, gives. Cases and findings: what each costs (`priced`), of `asked` where only some did. A bonus:
    `award` for each full `per`.
    """

    ratios: tuple[Ratio, ...] = ()
    rate: Fraction | None = None
    line: Fraction | None = None
    past: Fraction | None = None
    steps: Fraction | None = None
    slope: Fraction | None = None
    points: Fraction | None = None
    reached: Fraction | None = None
    priced: tuple[Priced, ...] = ()
    asked: int | None = None
    per: int | None = None
    award: Fraction | None = None
    due: Fraction = ZERO
    bounds: tuple[Bound, ...] = ()


@attrs.frozen(kw_only=True)
class ItemArithmetic:
    """How an item came to its score: what it starts from, what its parts lost together, then its floor, cap and rounding."""

    start: Fraction
    lost: Fraction
    bounds: tuple[Bound, ...] = ()


@attrs.frozen(kw_only=True)
class Mean:
    """A mean: the sum of some scores, of how many, and what it is rounded."""

    total: Fraction
    count: int
    value: Fraction


def bounded(number: Fraction, code: str, limit: Fraction, after: Fraction) -> tuple[Bound, ...]:
    """The bound, if it changed the number."""
    return () if after == number else (Bound(code=code, limit=limit, before=number, after=after),)
