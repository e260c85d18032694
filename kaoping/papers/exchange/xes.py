"""An XES log (IEEE 1849-2016): a trace a ticket, an event each fact of it that stands, written ticket by ticket."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from kaoping import __version__
from kaoping.language.language import Language
from kaoping.office.exports import Act, Export
from kaoping.papers.exchange.fields import given, holds, written

NAMESPACE = "http://www.xes-standard.org/"
EXTENSIONS = (("Concept", "concept"), ("Time", "time"), ("Organizational", "org"), ("Lifecycle", "lifecycle"))
EVERYWHERE = (("string", "concept:name", "-"), ("string", "kind", "-"), ("string", "lifecycle:transition", "complete"))
"""What every event has, with the value that stands for it in the log's globals."""
TYPES = {"flag": "boolean", "days": "float", "count": "int", "instant": "date", "text": "string"}
"""The standard's word for what a field holds."""
UNHEARD = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document can hold, not even as a reference."""


def xes_pieces(language: Language, export: Export) -> Iterator[str]:
    """The log: what a process miner looks at under the names that the standard gives (the activity in the reader's language), and
    each fact's own fields under those of the exchange format, by which it imports again."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    opening, closing = _text(_log(export)).rsplit("</log>", 1)
    yield opening
    for ticket, acts in export.lives():
        yield _text(_trace(language, ticket, acts))
    yield f"</log>{closing}"


def _log(export: Export) -> Any:
    log = etree.Element("log", {"xes.version": "1849.2016", "xes.features": ""}, nsmap={None: NAMESPACE})
    for name, prefix in EXTENSIONS:
        etree.SubElement(log, "extension", name=name, prefix=prefix, uri=f"{NAMESPACE}{prefix}.xesext")
    _add(etree.SubElement(log, "global", scope="trace"), "string", "concept:name", "-")
    event = etree.SubElement(log, "global", scope="event")
    for kind, key, value in EVERYWHERE:
        _add(event, kind, key, value)
    _add(event, "date", "time:timestamp", "1970-01-01T00:00:00+08:00")
    etree.SubElement(log, "classifier", name="Activity", keys="concept:name")
    etree.SubElement(log, "classifier", name="Kind", keys="kind")
    _add(log, "string", "concept:name", f"kaoping {__version__}")
    _add(log, "string", "ledger", str(export.head))
    return log


def _trace(language: Language, ticket: str, acts: list[Act]) -> Any:
    trace = etree.Element("trace")
    _add(trace, "string", "concept:name", ticket)
    for act in acts:
        _add_event(etree.SubElement(trace, "event"), language, act)
    return trace


def _add_event(event: Any, language: Language, act: Act) -> None:
    fields = given(act.event.fact, ("at", "ticket"))
    _add(event, "string", "concept:name", language.say(act.event.fact.kind))
    _add(event, "date", "time:timestamp", str(given(act.event.fact)["at"]))
    _add(event, "string", "lifecycle:transition", "complete")
    if act.unit is not None:
        _add(event, "string", "org:resource", act.unit)
    if act.round is not None:
        _add(event, "int", "kaoping:round", str(act.round))
    for key, value in fields.items():
        _add(event, TYPES[holds(key)], key, written(key, value))


def _add(element: Any, kind: str, key: str, value: str) -> None:
    etree.SubElement(element, kind, key=key, value=UNHEARD.sub("\ufffd", value))


def _text(element: Any) -> str:
    return str(etree.tostring(element, encoding="unicode", pretty_print=True))
