"""The values of a JSON text, each looked at whether a fact could come of it."""

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import attrs

from ledger.intake.tables.letters import lines_of
from ledger.intake.tables.packed import Budget
from ledger.intake.tables.table import Cell, Nested
from ledger.sentences import Mistake

ONE_PER_LINE = "write one whole JSON object per line (JSON Lines)"
AS_LIST = "export the tickets as a JSON array of objects, or as CSV"
MAX_DEPTH = 6  # of the objects around an array
SPACE = " \t\r\n"


@attrs.frozen
class _Unfit:
    """What is no value: a name twice in one object, a number without an end."""


def cell_of(value: Any) -> Cell:
    """A value as a cell holds it."""
    if isinstance(value, dict | list):
        return Nested(json.dumps(value, ensure_ascii=False))
    found: Cell = value
    return found


def json_lines(text: str, sound: Callable[[Any, str], Any]) -> Iterator[tuple[int, int, Any]]:
    """(number, line, value or mistake) of each line of JSON Lines that is not blank."""
    for number, line in enumerate(lines_of(text), start=1):
        if line.strip():
            try:
                yield number, number, sound(load(line), line)
            except (ValueError, RecursionError):
                yield number, number, Mistake("", None, "is no complete JSON object", ONE_PER_LINE)


def rows_within(rows: Iterator[tuple[int, int, Any]], budget: Budget) -> Iterator[tuple[int, int, Any]]:
    """The rows, as long as the budget holds them."""
    for row in rows:
        budget.hold(len(row[2]) + 1 if isinstance(row[2], dict | list) else 1)
        yield row


def sound_object(found: Any, source: str) -> dict[str, Any] | Mistake:
    """The object, if a fact could come of it."""
    if _holds_unfit(found):
        return Mistake("", None, "is no complete JSON object", ONE_PER_LINE)
    if not isinstance(found, dict):
        return Mistake("", None, "is no JSON object", ONE_PER_LINE)
    if _is_half(found, source):
        return Mistake("", None, "is no complete JSON object", ONE_PER_LINE)
    return found


def sound_array(found: Any, source: str) -> list[Any] | Mistake:
    """The array, if a fact could come of it."""
    if not isinstance(found, list):
        return Mistake("", None, "is no JSON array as the header is", AS_LIST)
    if _holds_unfit(found) or _is_half(found, source):
        return Mistake("", None, "is no complete JSON array", AS_LIST)
    return found


def _holds_unfit(found: Any) -> bool:
    """What is no value stands in it, however deep."""
    ahead = [found]
    while ahead:
        value = ahead.pop()
        if isinstance(value, _Unfit):
            return True
        if isinstance(value, dict | list):
            within = value.values() if isinstance(value, dict) else value
            ahead += [one for one in within if isinstance(one, _Unfit | dict | list)]
    return False


def _is_half(found: Any, source: str) -> bool:
    """Half a character stands in it."""
    try:
        json.dumps(found, ensure_ascii=False, default=str).encode() if "\\u" in source else None
    except ValueError:
        return True
    return False


def load(text: str) -> Any:
    """The value that a text is. Raises ValueError, RecursionError."""
    return DECODER.decode(text)


def _once(pairs: list[tuple[str, Any]]) -> Any:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Unfit()


def _finite(text: str) -> Any:
    number = float(text)
    return number if math.isfinite(number) else _Unfit()


def _named(text: str) -> Any:
    """NaN is how a script writes that there is no value."""
    return None if text == "NaN" else _Unfit()


def _whole(text: str) -> Any:
    return int(text) if len(text) < 400 else _Unfit()


DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_named, parse_float=_finite, parse_int=_whole)
