"""Exact numbers: rounded half up, added, and written as decimals."""

from collections.abc import Iterable
from fractions import Fraction
from math import lcm

ZERO = Fraction(0)
HUNDRED = Fraction(100)


def half_up(number: Fraction, digits: int = 2) -> Fraction:
    """Rounded to some decimals, halves up (towards plus infinity)."""
    scale, below = 10**digits, 2 * number.denominator
    return Fraction((2 * scale * number.numerator + number.denominator) // below, scale)


def held(number: Fraction, floor: Fraction | None, cap: Fraction | None) -> Fraction:
    """The number held between two bounds, where there are any."""
    above = number if floor is None else max(number, floor)
    return above if cap is None else min(above, cap)


def added(numbers: Iterable[Fraction]) -> Fraction:
    """Their exact sum, in whole parts: much faster than `sum`, which makes a fraction of every step."""
    top, below, step = 0, 1, 0
    before: Fraction | None = None
    for number in numbers:
        if number is not before:  # most charges of an item share one weight
            before, (part, parts) = number, number.as_integer_ratio()
            if below % parts:
                whole = lcm(below, parts)
                top, below = top * (whole // below), whole
            step = part * (below // parts)
        top += step
    return Fraction(top, below)


def gained(before: Fraction | None, after: Fraction | None) -> Fraction | None:
    """After minus before; None where there is nothing on one side."""
    return None if before is None or after is None else after - before


def decimal_text(number: Fraction, least: int = 2) -> str:
    """The number as a decimal with at least some decimals, and no zeros beyond them: 9.50 for 19/2. Raises ValueError for a
    number without a finite decimal, such as 1/3."""
    digits = least
    while (number * 10**digits).denominator != 1:
        digits += 1
        if digits > 30:
            raise ValueError(f"{number} has no finite decimal")
    whole = abs(int(number * 10**digits))
    text = f"{whole // 10**digits}.{whole % 10**digits:0{digits}d}" if digits else str(whole)
    return f"-{text}" if number < 0 else text
