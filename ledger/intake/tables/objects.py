"""JSON: one object a line, an array of objects, or an object that wraps one; and the other ways to write a table in it."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import attrs

from ledger.intake.tables.letters import lines_of
from ledger.intake.tables.packed import Budget
from ledger.intake.tables.table import (
    EXPORT_AGAIN,
    Cell,
    LogTable,
    Nested,
    Row,
    distinct,
    refuse_sparse,
    refuse_too_wide,
)
from ledger.sentences import Mistake, UnreadableFile, sentence

MAX_DEPTH = 6  # of the objects around an array
ONE_PER_LINE = "write one whole JSON object per line (JSON Lines)"
AS_LIST = "export the tickets as a JSON array of objects, or as CSV"
EMPTY = re.compile(r"\[\s*\]")
SPACE = " \t\r\n"
STARTS = re.compile(r'\{|\[\s*(?:\{|\]|\[\s*"|$)')
ARRAY_LINES = re.compile(r'\s*\["[^\r\n]*\][ \t]*[\r\n]\s*\[')
CALL = re.compile(r'\s*(?:/\*\*/\s*)?[A-Za-z_$][\w$.]*\s*\(\s*(?=[\[{]\s*[\[{"])', re.ASCII)


@attrs.frozen
class _Unfit:
    """What is no value: a name twice in one object, a number without an end."""


@attrs.frozen
class _Arrays:
    """A table whose rows are arrays."""

    names: tuple[str, ...]
    rows: Iterable[tuple[int, int | None, Any]]


def is_json(start: str) -> bool:
    """JSON by how it begins: an object, an array of objects, arrays of texts."""
    return STARTS.match(start) is not None or ARRAY_LINES.match(start) is not None


def uncalled(text: str) -> str:
    """The JSON in the call of a script, `callback([{...}]);`, on its lines; nothing of another text. Raises UnreadableFile."""
    call = CALL.match(text)
    if call is None:
        return ""
    whole = text.rstrip(SPACE + ";")
    if not whole.endswith(")"):
        raise broken_json(text.count("\n") + 1)
    return "\n" * call[0].count("\n") + whole[call.end() : -1]


def read_objects(text: str, name: str, budget: Budget) -> tuple[LogTable, ...]:
    """The tables of a JSON text: of JSON Lines one; of an object around arrays, one of each. Raises UnreadableFile."""
    if _is_lines(text):
        return (_table(name, "", list(_held(_lines(text, _object), budget))),)
    try:
        if ARRAY_LINES.match(text):
            return (_table_of_arrays(name, _array_lines(text, budget)),)
        arrays = list(_Document(text, budget).arrays())
        full = [(path, rows) for path, rows in arrays if rows]
        if not full:
            return (_otherwise(text, name, budget),)
    except RecursionError as refused:
        raise UnreadableFile("is nested too deeply to be a log", ONE_PER_LINE) from refused
    return tuple(
        _table(f"{name}[{path}]" if len(full) > 1 else name, path if len(full) > 1 else "", rows) for path, rows in full
    )


def _is_lines(text: str) -> bool:
    """JSON Lines: the first line that is not blank is a whole object, and no array stands in it alone, or other lines follow."""
    if text.lstrip().startswith("["):
        return False
    lines = (line for line in lines_of(text) if line.strip())
    first, more = next(lines), next(lines, "")
    try:
        found = _load(first)
    except (ValueError, RecursionError):
        return more.lstrip().startswith("{")
    return isinstance(found, dict) and (
        bool(more) or not any(isinstance(value, dict | list) for value in found.values())
    )


def _table(name: str, sheet: str, rows: Sequence[tuple[int, int | None, Any]]) -> LogTable:
    """Of (number, line, object or mistake)."""
    header = tuple(dict.fromkeys(key for _, _, found in rows if isinstance(found, dict) for key in found))
    if not header:
        raise UnreadableFile("has no line that is a JSON object", ONE_PER_LINE)
    refuse_sparse(len(rows), len(header), sum(len(found) for _, _, found in rows if isinstance(found, dict)))
    plain = tuple(key.strip() for key in header)
    return LogTable(name, distinct(plain), [_row(*row, header) for row in rows], sheet=sheet)


def _row(number: int, line: int | None, found: Any, header: Sequence[str]) -> Row:
    if isinstance(found, dict):
        return Row(number, tuple(_cell(found.get(key)) for key in header), line=line)
    return Row(number, (), found, line=line)


def _cell(value: Any) -> Cell:
    if isinstance(value, dict | list):
        return Nested(json.dumps(value, ensure_ascii=False))
    found: Cell = value
    return found


def _lines(text: str, sound: Callable[[Any, str], Any]) -> Iterator[tuple[int, int, Any]]:
    for number, line in enumerate(lines_of(text), start=1):
        if line.strip():
            try:
                yield number, number, sound(_load(line), line)
            except (ValueError, RecursionError):
                yield number, number, Mistake("", None, "is no complete JSON object", ONE_PER_LINE)


def _held(rows: Iterator[tuple[int, int, Any]], budget: Budget) -> Iterator[tuple[int, int, Any]]:
    """The rows, as long as the budget holds them."""
    for row in rows:
        budget.hold(len(row[2]) + 1 if isinstance(row[2], dict | list) else 1)
        yield row


def _object(found: Any, source: str) -> dict[str, Any] | Mistake:
    """The object, if a fact could come of it."""
    if isinstance(found, _Unfit) or (isinstance(found, dict) and any(isinstance(v, _Unfit) for v in found.values())):
        return Mistake("", None, "is no complete JSON object", ONE_PER_LINE)
    if not isinstance(found, dict):
        return Mistake("", None, "is no JSON object", ONE_PER_LINE)
    if _is_half(found, source):
        return Mistake("", None, "is no complete JSON object", ONE_PER_LINE)
    return found


def _array(found: Any, source: str) -> list[Any] | Mistake:
    """The array, if a fact could come of it."""
    if not isinstance(found, list):
        return Mistake("", None, "is no JSON array as the header is", AS_LIST)
    if any(isinstance(value, _Unfit) for value in found) or _is_half(found, source):
        return Mistake("", None, "is no complete JSON array", AS_LIST)
    return found


def _is_half(found: Any, source: str) -> bool:
    """Half a character stands in it."""
    try:
        json.dumps(found, ensure_ascii=False, default=str).encode() if "\\u" in source else None
    except ValueError:
        return True
    return False


def _load(text: str) -> Any:
    return DECODER.decode(text)


def _once(pairs: list[tuple[str, Any]]) -> Any:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Unfit()


def _finite(text: str) -> Any:
    number = float(text)
    return number if math.isfinite(number) else _Unfit()


def _whole(text: str) -> Any:
    return int(text) if len(text) < 400 else _Unfit()


DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_finite, parse_float=_finite, parse_int=_whole)


@attrs.define
class _Document:
    """One JSON text, walked to its arrays of objects; each object keeps the line it starts on."""

    text: str
    budget: Budget
    at: int = 0
    counted: int = 0
    line: int = 1

    def arrays(self) -> Iterator[tuple[str, list[tuple[int, int, Any]]]]:
        """(path, rows) of every array of objects. Raises UnreadableFile where the text is broken."""
        yield from self._walk("", 0)
        if self._next():
            raise self._broken()

    def _walk(self, path: str, depth: int) -> Iterator[tuple[str, list[tuple[int, int, Any]]]]:
        mark = self._next()
        if mark == "[" and self._opens_objects():
            yield path, list(_held(self._elements(), self.budget))
        elif mark == "{" and depth < MAX_DEPTH:
            yield from self._members(path, depth)
        else:
            self._value()

    def _opens_objects(self) -> bool:
        ahead = self.at + 1
        while self.text[ahead : ahead + 1] in SPACE and ahead < len(self.text):
            ahead += 1
        return self.text[ahead : ahead + 1] == "{"

    def _elements(self) -> Iterator[tuple[int, int, Any]]:
        number, mark = 0, "["
        while mark != "]":
            self.at += 1
            self._next()
            line, start, number = self._line(), self.at, number + 1
            found = self._value()
            yield number, line, _object(found, self.text[start : self.at])
            mark = self._next()
            if mark not in (",", "]"):
                raise self._broken()
        self.at += 1

    def _members(self, path: str, depth: int) -> Iterator[tuple[str, list[tuple[int, int, Any]]]]:
        self.at += 1
        if self._next() == "}":
            self.at += 1
            return
        while True:
            if self._next() != '"':
                raise self._broken()
            key = self._value()
            if self._next() != ":":
                raise self._broken()
            self.at += 1
            yield from self._walk(f"{path}.{key}" if path else str(key), depth + 1)
            mark = self._next()
            self.at += 1
            if mark == "}":
                return
            if mark != ",":
                raise self._broken()

    def _next(self) -> str:
        """The next sign that is no space, where the walk then stands."""
        text = self.text
        while self.at < len(text) and text[self.at] in SPACE:
            self.at += 1
        return text[self.at : self.at + 1]

    def _value(self) -> Any:
        try:
            found, self.at = DECODER.raw_decode(self.text, self.at)
        except ValueError as refused:
            raise self._broken() from refused
        return found

    def _line(self) -> int:
        self.line += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.line

    def _broken(self) -> UnreadableFile:
        return broken_json(self._line())


def broken_json(line: int) -> UnreadableFile:
    """Where a text is no JSON."""
    return UnreadableFile(sentence("is broken JSON in line {line}", line=line), "copy or export it again")


# other ways to write a table


def _array_lines(text: str, budget: Budget) -> _Arrays:
    """A header and rows, each an array in a line of its own. Raises UnreadableFile."""
    rows = list(_held(_lines(text, _array), budget))
    header = rows[0][2]
    if not _is_header(header):
        raise UnreadableFile("has no line that is a JSON object", ONE_PER_LINE)
    return _Arrays(tuple(header), rows[1:])


def _otherwise(text: str, name: str, budget: Budget) -> LogTable:
    """The one table in a JSON text that has no array of objects. Raises UnreadableFile where there is none, or more."""
    budget.hold(text.count(",") + text.count(":"))
    fits = [*_written(_load(text), MAX_DEPTH)]
    if len(fits) != 1:
        raise UnreadableFile("has no array of JSON objects", EXPORT_AGAIN if EMPTY.search(text) else AS_LIST)
    fit, escaped = fits[0], "\\u" if "\\u" in text else ""
    if isinstance(fit, _Arrays):
        return _table_of_arrays(
            name, attrs.evolve(fit, rows=((at, None, _array(row, escaped)) for at, _, row in fit.rows))
        )
    return _table(name, "", [(at, None, _object(row, escaped)) for at, row in enumerate(fit, start=1)])


def _table_of_arrays(name: str, arrays: _Arrays) -> LogTable:
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
    return tuple(map(_cell, found)), None


def _written(found: Any, depth: int) -> Iterator[_Arrays | list[Any]]:
    """The tables written otherwise than as an array of objects: each as objects, or as arrays with their names."""
    if isinstance(found, list):
        if len(found) > 1 and _is_header(found[0]) and all(isinstance(row, list) for row in found):
            yield _of_arrays(found[0], found[1:])
    elif isinstance(found, dict) and found:
        fit = _with_names(found) or _by_column(found) or _by_row(found)
        if fit:
            yield fit
        elif depth:
            for value in found.values():
                yield from _written(value, depth - 1)


def _is_header(found: Any) -> bool:
    return isinstance(found, list) and len(found) > 1 and all(map(_is_name, found))


def _is_name(found: Any) -> bool:
    return isinstance(found, str) and bool(found.strip()) and not found.strip()[0].isdigit()


def _of_arrays(names: Iterable[str], rows: Iterable[Any]) -> _Arrays:
    return _Arrays(tuple(names), ((at, None, row) for at, row in enumerate(rows, start=1)))


def _with_names(found: dict[str, Any]) -> _Arrays | None:
    """{"columns": [names], "data": [arrays as long]}, whatever they are called."""
    arrays = [
        one for one in found.values() if isinstance(one, list) and one and all(isinstance(row, list) for row in one)
    ]
    if len(arrays) != 1:
        return None
    names = [one for one in found.values() if _is_header(one) and len(one) == len(arrays[0][0])]
    return _of_arrays(names[0], arrays[0]) if len(names) == 1 else None


def _by_column(found: dict[str, Any]) -> _Arrays | None:
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
