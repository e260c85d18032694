"""Points lost -> tickets, adding up exactly."""

from collections.abc import Sequence
from fractions import Fraction

import attrs

from scoring.evidence import Cause
from scoring.rules import half_up

DIGITS = 6


@attrs.frozen
class Share:
    """What one verdict or finding cost its unit on an item; below 0 it earned points."""

    cause: Cause | None
    part: str
    points: Fraction


def shares_of(lost: Fraction, charges: Sequence[tuple[Cause | None, str, Fraction]]) -> tuple[Share, ...]:
    """`lost` shared among its causes (cause, part, weight) in proportion to their weights.

    Where rewards and losses balance, each keeps its weight. To 6 decimals; the rounding remainder goes to the largest share
    (of equals, the first), so that they add up exactly. Raises ValueError when something was lost by nothing.
    """
    total = sum((weight for _, _, weight in charges), Fraction(0))
    if not total and lost:
        raise ValueError(f"{lost} has no cause")
    scale = lost / total if total else Fraction(1)
    points = [half_up(weight * scale, DIGITS) for _, _, weight in charges]
    rest = lost - sum(points, Fraction(0))
    largest = max(range(len(points)), key=lambda index: (abs(points[index]), -index))
    points[largest] += rest
    return tuple(Share(cause, part, point) for (cause, part, _), point in zip(charges, points, strict=True))
