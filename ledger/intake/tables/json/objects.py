"""Tables of JSON objects: the arrays of objects in a text, whatever wraps them, and the table of their keys."""

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from ledger.intake.tables.json.values import DECODER, MAX_DEPTH, ONE_PER_LINE, SPACE, cell_of, rows_within, sound_object
from ledger.intake.tables.packed import Budget
from ledger.intake.tables.table import LogTable, Row, distinct, refuse_sparse
from ledger.sentences import UnreadableFile, sentence


def table_of_objects(name: str, sheet: str, rows: Sequence[tuple[int, int | None, Any]]) -> LogTable:
    """Of (number, line, object or mistake). Raises UnreadableFile where no object is among them, or they share almost no key."""
    header = tuple(dict.fromkeys(key for _, _, found in rows if isinstance(found, dict) for key in found))
    if not header:
        raise UnreadableFile("has no line that is a JSON object", ONE_PER_LINE)
    refuse_sparse(len(rows), len(header), sum(len(found) for _, _, found in rows if isinstance(found, dict)))
    plain = tuple(key.strip() for key in header)
    return LogTable(name, distinct(plain), [_row(*row, header) for row in rows], sheet=sheet)


def _row(number: int, line: int | None, found: Any, header: Sequence[str]) -> Row:
    if isinstance(found, dict):
        return Row(number, tuple(cell_of(found.get(key)) for key in header), line=line)
    return Row(number, (), found, line=line)


@attrs.define
class Document:
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
            yield path, list(rows_within(self._elements(), self.budget))
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
            yield number, line, sound_object(found, self.text[start : self.at])
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
