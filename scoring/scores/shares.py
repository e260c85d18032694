"""Points lost -> tickets, adding up exactly."""

from collections.abc import Sequence
from fractions import Fraction

import attrs

from scoring.law.arithmetic import ZERO, added, half_up
from scoring.scores.evidence import Charge

DIGITS = 6


@attrs.frozen
class Share:
    """What one verdict or finding cost its unit on an item; below 0 it earned points. `weight`: what it weighed among the causes of
    the item before they were scaled to what the item lost."""

    charge: Charge | None
    part: str
    points: Fraction
    weight: Fraction = ZERO


def shares_of(lost: Fraction, charges: Sequence[tuple[Charge | None, str, Fraction]]) -> tuple[Share, ...]:
    """`lost` shared among its causes (cause, part, weight) in proportion to their weights.

    Where rewards and losses balance, each keeps its weight. To 6 decimals; the rounding remainder goes to the largest share
    (of equals, the first), so that they add up exactly. Raises ValueError when something was lost by nothing.
    """
    total = added(weight for _, _, weight in charges)
    if not total and lost:
        raise ValueError(f"{lost} has no cause")
    scale = lost / total if total else Fraction(1)
    points: list[Fraction] = []
    share, before = ZERO, None
    largest, most = 0, ZERO
    for _, _, weight in charges:
        if weight is not before:
            before, share = weight, half_up(weight * scale, DIGITS)
            if abs(share) > most:
                largest, most = len(points), abs(share)
        points.append(share)
    points[largest] += lost - added(points)
    return tuple(
        Share(charge, part, point, weight) for (charge, part, weight), point in zip(charges, points, strict=True)
    )
