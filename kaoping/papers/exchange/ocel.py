"""An OCEL 2.0 log as JSON: tickets and units are objects, facts that stand are events; both are written one after another."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kaoping.language.language import Language
from kaoping.office.exports import Act, Export
from kaoping.papers.exchange.fields import FLAGS, SUBJECT, given, holds, outside
from ledger.batches import Event
from ledger.exchange import LEAD
from ledger.facts import KINDS, Dispatch, Enrol, Publish, Ruling, Settle, Void

TYPES = {"flag": "boolean", "days": "float", "count": "integer", "instant": "time", "text": "string"}
"""The standard's word for what a field holds."""
ABOUT_FACTS = (Void, Publish, Ruling, Settle)
"""Kinds that speak of facts and periods: they have neither a ticket nor a unit, and are no events of any object."""
OF_TICKETS = ("channel", "category", "anonymous")
"""Fields of a dispatch that say what the ticket is."""
OF_UNITS = ("group",)


def ocel_pieces(language: Language, export: Export) -> Iterator[str]:
    """The log: what types there are, the events in the order of the ledger, then the objects."""
    kinds = [kind for kind in KINDS if kind not in ABOUT_FACTS]
    types = [_typed(language.say(kind.kind), ("kind", *outside(kind))) for kind in kinds]
    objects = [_typed("ticket", OF_TICKETS), _typed("unit", OF_UNITS)]
    yield f'{{"objectTypes": {_json(objects)},\n"eventTypes": {_json(types)},\n"events": [\n'
    units: dict[str, list[dict[str, object]]] = {}
    yield from _listed(_events(language, export, units))
    yield '],\n"objects": [\n'
    yield from _listed(_objects(export, units))
    yield "]}\n"


def _events(
    language: Language, export: Export, units: dict[str, list[dict[str, object]]]
) -> Iterator[Mapping[str, Any]]:
    """The events; of each unit that they speak of, the groups it was enrolled in are gathered."""
    for event in export.events():
        fact, unit = event.fact, export.unit_of(event)
        if isinstance(fact, ABOUT_FACTS) or not export.stands(event):
            continue
        if unit is not None:
            groups = units.setdefault(unit, [])
            if isinstance(fact, Enrol):
                groups.append({"name": "group", "time": given(fact)["at"], "value": fact.group})
        yield {
            "id": str(event.position), "type": language.say(fact.kind), "time": given(fact)["at"],
            "attributes": [{"name": name, "value": value} for name, value in _attributes(event).items()],
            "relationships": list(_related(event, unit)),
        }  # fmt: skip


def _attributes(event: Event) -> dict[str, object]:
    fields = {"kind": event.fact.kind, **given(event.fact, SUBJECT)}
    return {name: _value(name, value) for name, value in fields.items()}


def _related(event: Event, unit: str | None) -> Iterator[dict[str, str]]:
    """Of a dispatch, whether the unit leads."""
    if event.fact.ticket is not None:
        yield {"objectId": _ticket(event.fact.ticket), "qualifier": "ticket"}
    if unit is not None:
        role = event.fact.role or LEAD if isinstance(event.fact, Dispatch) else "unit"
        yield {"objectId": _unit(unit), "qualifier": role}


def _objects(export: Export, units: Mapping[str, list[dict[str, object]]]) -> Iterator[Mapping[str, Any]]:
    for ticket, acts in export.lives():
        yield {
            "id": _ticket(ticket), "type": "ticket", "attributes": list(_history(acts)),
            "relationships": [{"objectId": _unit(unit), "qualifier": role} for unit, role in _holders(acts)],
        }  # fmt: skip
    for unit, groups in sorted(units.items()):
        yield {"id": _unit(unit), "type": "unit", "attributes": groups, "relationships": []}


def _history(acts: list[Act]) -> Iterator[dict[str, object]]:
    """What a ticket's dispatches say of it, each time it is said otherwise."""
    known: dict[str, object] = {}
    for act in acts:
        fields = given(act.event.fact) if isinstance(act.event.fact, Dispatch) else {}
        for name in OF_TICKETS:
            if name in fields and known.get(name) != fields[name]:
                known[name] = fields[name]
                yield {"name": name, "time": fields["at"], "value": fields[name]}


def _holders(acts: list[Act]) -> Iterator[tuple[str, str]]:
    """(unit, role) of those that the ticket was sent to, each once."""
    sent = [(act.unit, act.event.fact.role or LEAD) for act in acts if isinstance(act.event.fact, Dispatch)]
    yield from dict.fromkeys((unit, role) for unit, role in sent if unit is not None)


def _ticket(ticket: str) -> str:
    return f"ticket:{ticket}"


def _unit(unit: str) -> str:
    return f"unit:{unit}"


def _typed(name: str, fields: tuple[str, ...]) -> dict[str, object]:
    held = [field for field in fields if field == "kind" or field not in SUBJECT]
    return {"name": name, "attributes": [{"name": field, "type": TYPES[holds(field)]} for field in held]}


def _value(name: str, value: object) -> object:
    """The value in the type of its field: that of `resolved` may be a word."""
    return str(value).lower() if isinstance(value, bool) and name not in FLAGS else value


def _listed(items: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    """The items of a JSON array, a line each."""
    between = ""
    for item in items:
        yield between + _json(item)
        between = ",\n"
    yield "\n"


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False)
