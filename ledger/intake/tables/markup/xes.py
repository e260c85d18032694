"""XES (IEEE 1849), read as a stream: a row is an event, an attribute of the trace stands under `case:` and its key."""

from collections.abc import Iterator
from typing import IO, Any

import attrs
from lxml import etree

from ledger.intake.tables.markup.elements import broken_xml, forget, local, refuse_entities
from ledger.intake.tables.packed import Budget
from ledger.intake.tables.table import MAX_CELLS, Cell, LogTable, Nested, Row, distinct, refuse_sparse, refuse_too_wide
from ledger.sentences import UnreadableFile

CASE = "case:"
VALUES = ("string", "date", "int", "float", "boolean", "id")
HEAD = 2**16  # bytes in which a log may declare entities


@attrs.define
class _Events:
    """The rows so far; a key's column is the one in which it was first seen."""

    budget: Budget
    columns: dict[str, int] = attrs.field(factory=dict)
    rows: list[tuple[list[Cell], int]] = attrs.field(factory=list)
    pool: dict[Cell, Cell] = attrs.field(factory=dict)
    held: int = 0
    values: int = 0

    def add(self, attributes: dict[str, Cell], line: int) -> None:
        """An event more. Raises UnreadableFile where the keys are too many."""
        cells: list[Cell] = [None] * len(self.columns)
        for key, value in attributes.items():
            at = self.columns.setdefault(key, len(self.columns))
            cells += [None] * (at + 1 - len(cells))
            cells[at] = value if isinstance(value, Nested) else self.pool.setdefault(value, value)
        refuse_too_wide(len(self.columns))
        self.held += len(cells)
        self.values += len(attributes)
        self.budget.hold(len(attributes) + 1)
        if self.held > MAX_CELLS:
            refuse_sparse(len(self.rows), len(self.columns), self.values)
        self.rows.append((cells, line))


def read_xes(stream: IO[bytes], name: str, budget: Budget) -> LogTable:
    """The events of a log; `number` is which one. Values stay the text that they are. Raises UnreadableFile."""
    events = _Events(budget)
    for attributes, line in _events(stream):
        events.add(attributes, line)
    if not events.rows:
        raise UnreadableFile("is an XES log without events", "export it again")
    header = tuple(events.columns)
    refuse_sparse(len(events.rows), len(header), events.values)
    rows = [
        Row(number, (*cells, *[None] * (len(header) - len(cells))), line=line)
        for number, (cells, line) in enumerate(events.rows, start=1)
    ]
    return LogTable(name, distinct(header), rows)


def _events(stream: IO[bytes]) -> Iterator[tuple[dict[str, Cell], int]]:
    head = stream.read(HEAD)
    refuse_entities(head.replace(b"\0", b"").decode("latin-1"))
    parser: Any = etree.XMLPullParser(
        events=("end",), tag=("{*}event", "{*}trace"), resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    waiting: list[tuple[dict[str, Cell], int]] = []
    try:
        while head:
            parser.feed(head)
            yield from _read(parser, waiting)
            head = stream.read(HEAD)
        parser.close()
        yield from _read(parser, waiting)
    except etree.XMLSyntaxError as refused:
        raise broken_xml(refused) from refused


def _read(parser: Any, waiting: list[tuple[dict[str, Cell], int]]) -> Iterator[tuple[dict[str, Cell], int]]:
    """What the parser has finished: the events of a trace wait for its end, as its attributes may stand behind them."""
    for _, element in parser.read_events():
        if local(element.tag) == "event":
            one = _attributes(element, ""), element.sourceline
            if local(element.getparent().tag) == "trace":
                waiting.append(one)
            else:
                yield one
            forget_inside(element)
        else:
            case = _attributes(element, CASE)
            for attributes, line in waiting:
                yield case | attributes, line
            waiting.clear()
            forget(element)


def forget_inside(event: Any) -> None:
    """Free an event of a trace that is still being read; the trace's own attributes stay."""
    event.clear(keep_tail=False)
    before = event.getprevious()
    if before is not None and local(before.tag) == "event":
        event.getparent().remove(before)


def _attributes(element: Any, prefix: str) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for inner in element:
        key, kind = inner.get("key"), local(inner.tag)
        if key is None or kind == "event":
            continue
        value = inner.get("value")
        found[prefix + key] = value if kind in VALUES else Nested(kind)
    return found
