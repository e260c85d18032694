"""Exact numbers and instants as texts."""

from fractions import Fraction

from scoring.law.arithmetic import decimal_text


def points(number: Fraction, least: int = 2) -> str:
    """A decimal text, with at least some decimals and no zeros beyond them. Raises ValueError if it has no end."""
    return decimal_text(number, least)


def short(number: Fraction) -> str:
    """A decimal text with as few decimals as it needs."""
    return points(number, 0)


def rounded(number: Fraction, digits: int) -> str:
    """Rounded half up to some decimals, for showing a duration; nothing is decided by it."""
    scale = 10**digits
    return points(Fraction((number * scale * 2 + 1) // 2, scale), digits)
