"""Tables in JSON written otherwise than as an array of objects: rows as arrays, columns as arrays, rows by their numbers."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from ledger.intake.tables.json.values import AS_LIST, ONE_PER_LINE, cell_of, json_lines, rows_within, sound_array
from ledger.intake.tables.packed import Budget
from ledger.intake.tables.table import EXPORT_AGAIN, Cell, LogTable, Row, distinct, refuse_too_wide
from ledger.sentences import Mistake, UnreadableFile, sentence

ARRAY_LINES = re.compile(r'\s*\["[^\r\n]*\][ \t]*[\r\n]\s*\[')


@attrs.frozen
class Arrays:
    """A table whose rows are arrays."""

    names: tuple[str, ...]
    rows: Iterable[tuple[int, int | None, Any]]


def array_lines(text: str, budget: Budget) -> Arrays:
    """A header and rows, each an array in a line of its own. Raises UnreadableFile."""
    rows = list(rows_within(json_lines(text, sound_array), budget))
    header = rows[0][2]
    if not _is_array_of_names(header):
        raise UnreadableFile("has no line that is a JSON object", ONE_PER_LINE)
    return Arrays(tuple(header), rows[1:])


def table_of_arrays(name: str, arrays: Arrays) -> LogTable:
    """The table of a header and rows as arrays. Raises UnreadableFile where it is too wide, or has no rows."""
    width = len(arrays.names)
    refuse_too_wide(width)
    rows = [Row(at, *_cells(found, width), line=line) for at, line, found in arrays.rows]
    if not rows:
        raise UnreadableFile("has a header but no rows", EXPORT_AGAIN)
    return LogTable(name, distinct(one.strip() for one in arrays.names), rows)


def _cells(found: Any, width: int) -> tuple[tuple[Cell, ...], Mistake | None]:
    if isinstance(found, Mistake):
        return (), found
    if len(found) != width:
        why = sentence("has {found} cells, the header has {width}", found=len(found), width=width)
        return (), Mistake("", None, why, AS_LIST)
    return tuple(map(cell_of, found)), None


def other_tables(found: Any, depth: int) -> Iterator[Arrays | list[Any]]:
    """The tables written otherwise than as an array of objects: each as objects, or as arrays with their names."""
    if isinstance(found, list):
        if len(found) > 1 and _is_array_of_names(found[0]) and all(isinstance(row, list) for row in found):
            yield _of_arrays(found[0], found[1:])
    elif isinstance(found, dict) and found:
        fit = _with_names(found) or _by_column(found) or _by_row(found)
        if fit:
            yield fit
        elif depth:
            for value in found.values():
                yield from other_tables(value, depth - 1)


def _is_array_of_names(found: Any) -> bool:
    return isinstance(found, list) and len(found) > 1 and all(map(_is_name, found))


def _is_name(found: Any) -> bool:
    return isinstance(found, str) and bool(found.strip()) and not found.strip()[0].isdigit()


def _of_arrays(names: Iterable[str], rows: Iterable[Any]) -> Arrays:
    return Arrays(tuple(names), ((at, None, row) for at, row in enumerate(rows, start=1)))


def _with_names(found: dict[str, Any]) -> Arrays | None:
    """{"columns": [names], "data": [arrays as long]}, whatever they are called."""
    arrays = [
        one for one in found.values() if isinstance(one, list) and one and all(isinstance(row, list) for row in one)
    ]
    if len(arrays) != 1:
        return None
    names = [one for one in found.values() if _is_array_of_names(one) and len(one) == len(arrays[0][0])]
    return _of_arrays(names[0], arrays[0]) if len(names) == 1 else None


def _by_column(found: dict[str, Any]) -> Arrays | None:
    """{"name": [values], ...}, all as long, or {"name": {"0": value, ...}, ...}, all with the same numbers."""
    first, *others = found.values()
    if not others:
        return None
    if all(isinstance(one, list) and len(one) == len(first) and not any(map(_is_nest, one)) for one in found.values()):
        return _of_arrays(found, map(list, zip(*found.values(), strict=True)))
    if not all(isinstance(one, dict) and one and one.keys() == first.keys() for one in found.values()):
        return None
    if any(key.isdecimal() for key in found) or not all(key.isdecimal() for key in first):
        return None
    return _of_arrays(found, ([one[key] for one in found.values()] for key in first))


def _by_row(found: dict[str, Any]) -> list[Any] | None:
    """{"0": {...}, "1": {...}}, or each object under its own number."""
    rows = [*found.values()]
    if not all(isinstance(row, dict) and row and not any(map(str.isdecimal, row)) for row in rows):
        return None
    counted = [*found] in ([str(at + first) for at in range(len(rows))] for first in (0, 1))
    named = any(all(str(row.get(key)) == name for name, row in found.items()) for key in rows[0])
    return rows if counted or named else None


def _is_nest(value: Any) -> bool:
    return isinstance(value, dict | list)
