"""JSON: one object a line, an array of objects, or an object that wraps one."""

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from ledger.intake.tables.letters import lines_of
from ledger.intake.tables.packed import Budget
from ledger.intake.tables.table import EXPORT_AGAIN, Cell, LogTable, Nested, Row, distinct, refuse_sparse
from ledger.sentences import Mistake, UnreadableFile, sentence

MAX_DEPTH = 6  # of the objects around an array
ONE_PER_LINE = "write one whole JSON object per line (JSON Lines)"
SPACE = " \t\r\n"


@attrs.frozen
class _Unfit:
    """What is no value: a name twice in one object, a number without an end."""


def read_objects(text: str, name: str, budget: Budget) -> tuple[LogTable, ...]:
    """The tables of a JSON text: of JSON Lines one; of an object around arrays, one of each. Raises UnreadableFile."""
    if _is_lines(text):
        return (_table(name, "", list(_held(_lines(text), budget))),)
    try:
        arrays = list(_Document(text, budget).arrays())
    except RecursionError as refused:
        raise UnreadableFile("is nested too deeply to be a log", ONE_PER_LINE) from refused
    full = [(path, rows) for path, rows in arrays if rows]
    if not full:
        raise UnreadableFile("has no array of JSON objects", EXPORT_AGAIN)
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


def _table(name: str, sheet: str, rows: Sequence[tuple[int, int, Any]]) -> LogTable:
    """Of (number, line, object or mistake)."""
    header = tuple(dict.fromkeys(key for _, _, found in rows if isinstance(found, dict) for key in found))
    if not header:
        raise UnreadableFile("has no line that is a JSON object", ONE_PER_LINE)
    refuse_sparse(len(rows), len(header), sum(len(found) for _, _, found in rows if isinstance(found, dict)))
    plain = tuple(key.strip() for key in header)
    return LogTable(name, distinct(plain), [_row(*row, header) for row in rows], sheet=sheet)


def _row(number: int, line: int, found: Any, header: Sequence[str]) -> Row:
    if isinstance(found, dict):
        return Row(number, tuple(_cell(found.get(key)) for key in header), line=line)
    return Row(number, (), found, line=line)


def _cell(value: Any) -> Cell:
    if isinstance(value, dict | list):
        return Nested(json.dumps(value, ensure_ascii=False))
    found: Cell = value
    return found


def _lines(text: str) -> Iterator[tuple[int, int, Any]]:
    for number, line in enumerate(lines_of(text), start=1):
        if line.strip():
            try:
                yield number, number, _object(_load(line), line)
            except (ValueError, RecursionError):
                yield number, number, Mistake("", None, "is no complete JSON object", ONE_PER_LINE)


def _held(rows: Iterator[tuple[int, int, Any]], budget: Budget) -> Iterator[tuple[int, int, Any]]:
    """The rows, as long as the budget holds them."""
    for row in rows:
        budget.hold(len(row[2]) + 1 if isinstance(row[2], dict) else 1)
        yield row


def _object(found: Any, source: str) -> dict[str, Any] | Mistake:
    """The object, if a fact could come of it."""
    if isinstance(found, _Unfit) or (isinstance(found, dict) and any(isinstance(v, _Unfit) for v in found.values())):
        return Mistake("", None, "is no complete JSON object", ONE_PER_LINE)
    if not isinstance(found, dict):
        return Mistake("", None, "is no JSON object", ONE_PER_LINE)
    try:
        json.dumps(found, ensure_ascii=False, default=str).encode() if "\\u" in source else None
    except ValueError:  # half a character
        return Mistake("", None, "is no complete JSON object", ONE_PER_LINE)
    return found


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
        return UnreadableFile(sentence("is broken JSON in line {line}", line=self._line()), "copy or export it again")
