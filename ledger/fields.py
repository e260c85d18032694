"""What the values of a fact's fields can be: readers, each with the remedy for what it refuses."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ledger.instants import read_iso

ROLES = {"lead": "lead", "assist": "assist", "主办": "lead", "协办": "assist"}


def read_text(value: object) -> str:
    """Text that is not empty. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("is not text")
    if not value.strip():
        raise ValueError("is empty")
    return value.strip()


def _instant(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError("is not a time")
    try:
        return read_iso(value)
    except ValueError as refused:
        raise ValueError("is not a time with its offset") from refused


def read_halves(value: object) -> int:
    """Half working days of a number of working days given as number or text. Raises ValueError."""
    try:
        halves = 2 * (Decimal(str(value).strip()) if not isinstance(value, bool) else Decimal("NaN"))
    except ArithmeticError as refused:  # a signalling NaN, or 9e999999, fails only when doubled
        raise ValueError("is not a number of days") from refused
    if not halves.is_finite() or halves != halves.to_integral_value() or not 0 < halves < 10_000:
        raise ValueError("is not a positive number of half or whole days")
    return int(halves)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def _said(value: object) -> str | bool:
    return value if isinstance(value, bool) else read_text(value)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1_000_000:
        raise ValueError("is not a count of 1 or more")
    return value


def _seq(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**62) < value < 2**62:
        raise ValueError("is not a whole number")
    return value


def _role(value: object) -> str:
    if value not in ROLES:
        raise ValueError("is neither lead (主办) nor assist (协办)")
    return ROLES[str(value)]


def _about(value: object) -> str:
    if value not in ("return", "extend", "exempt"):
        raise ValueError("is nothing that is decided on")
    return str(value)


READERS: Mapping[str, Any] = {
    "at": _instant, "due_at": _instant, "until": _instant, "as_of": _instant,
    "limit_halves": read_halves, "halves": read_halves,
    "anonymous": _flag, "granted": _flag, "provisional": _flag, "contacted": _flag, "resolved": _said,
    "count": _count, "seq": _seq, "role": _role, "about": _about,
}  # fmt: skip
REMEDIES: Mapping[str, str] = {
    "at": "write it like 2023-05-04T09:10:00+08:00", "due_at": "write it like 2023-05-04T17:30:00+08:00",
    "until": "write it like 2023-05-04T17:30:00+08:00", "as_of": "write it like 2023-06-05T09:00:00+08:00",
    "limit_halves": "write days like 5 or 0.5", "halves": "write days like 5 or 0.5",
    "anonymous": "write true or false", "granted": "write true or false", "provisional": "write true or false",
    "contacted": "write true or false, or leave it out", "count": "write a whole number of 1 or more",
    "seq": "write a whole number", "role": "write lead or assist", "about": "write return, extend or exempt",
}  # fmt: skip
