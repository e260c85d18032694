"""Proof bundles: a ticket's facts and how the ledger's tree holds them, checked without the ledger."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kaoping.reports.audit import TicketReport, audit_json
from ledger.chain import entry
from ledger.events import canonical, from_content
from ledger.merkle import Tree, is_consistent, leaf_hash, root_from
from ledger.problems import Told, Words, words
from ledger.store import Ledger
from ledger.verification import refuse_another

FORMAT = "kaoping-proof-1"


class NotProved(Told):
    """A bundle that does not prove what it says; the sentence names the first place."""


def ticket_proof(ledger: Ledger, told: TicketReport) -> dict[str, Any]:
    """The bundle of a ticket: its facts with their paths to the root, the checkpoint, the audit, the clauses."""
    size = told.report.known.head.position
    tree = ledger.tree(size)
    trace = audit_json(told)
    return {
        "format": FORMAT,
        "proves": "ticket",
        "ticket": told.audit.ticket,
        "checkpoint": {"size": size, "root": tree.root(size).hex()},
        "events": [_proved(tree, size, row) for row in ledger.entries(told.audit.ticket, size)],
        "clauses": _clauses(trace, told),
        "trace": trace,
    }


def _proved(tree: Tree, size: int, row: tuple[int, int, int, int, str]) -> dict[str, Any]:
    position, batch, number, occurrence, fact = row
    path = [node.hex() for node in tree.inclusion(position - 1, size)]
    return {"position": position, "batch": batch, "row": number, "occurrence": occurrence, "fact": fact, "path": path}


def _clauses(trace: Mapping[str, Any], told: TicketReport) -> list[dict[str, str]]:
    """The words of every clause that counts something of the ticket, once each."""
    counts = [one for each in trace["rounds"] for verdict in each["verdicts"] for one in verdict["counts"]]
    counts += [one for found in trace["findings"] for one in found["counts"]]
    source = told.report.book.source
    found = {(one["sheet"], one["item"]): (one["place"], one["clause"]) for one in counts}
    return [
        {"sheet": sheet, "item": item, "place": place, "words": clause, "source": source}
        for (sheet, item), (place, clause) in found.items()
    ]


def growth_proof(ledger: Ledger, size: int, root: str) -> dict[str, Any]:
    """The bundle that shows that the ledger only added to what a checkpoint stands for. Raises DamagedLedger if it did not."""
    now, tree = ledger.head().position, ledger.tree()
    refuse_another(size, root, now, tree.root(size).hex() if size <= now else None)
    return {
        "format": FORMAT,
        "proves": "growth",
        "first": {"size": size, "root": root},
        "checkpoint": {"size": now, "root": tree.root(now).hex()},
        "path": [node.hex() for node in tree.consistency(size, now)],
    }


def read_proof(text: str) -> dict[str, Any]:
    """A bundle of our format. Raises NotProved."""
    try:
        bundle = json.loads(text)
        if isinstance(bundle, dict) and bundle.get("format") == FORMAT:
            return bundle
    except ValueError as error:
        raise NotProved(
            words("this is no JSON: {error}", error=error), "Take the file as kaoping prove wrote it."
        ) from error
    raise NotProved(
        words("this is no proof of the format {format}.", format=FORMAT), "Take the file as kaoping prove wrote it."
    )


def check_proof(bundle: Mapping[str, Any], checkpoints: Sequence[tuple[int, str]] = ()) -> None:
    """Raises NotProved with the first thing that does not hold. `checkpoints` are (size, root) known from elsewhere: where
    there are any, one must be the bundle's."""
    try:
        held = bundle["checkpoint"]["size"], bundle["checkpoint"]["root"]
        if checkpoints and held not in checkpoints:
            raise NotProved(
                words("the proof rests on checkpoint {size}:{root}, not on yours.", size=held[0], root=held[1]),
                "Ask for a proof of growth from your checkpoint to that one.",
            )
        faults = _growth_faults(bundle) if bundle["proves"] == "growth" else _ticket_faults(bundle)
        first = next(faults, None)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotProved(words("the proof is incomplete or misshapen: {error}", error=repr(error))) from error
    if first is not None:
        raise NotProved(first, "It was edited, or comes from another ledger.")


def _growth_faults(bundle: Mapping[str, Any]) -> Iterator[Words]:
    ends = [(int(one["size"]), bytes.fromhex(one["root"])) for one in (bundle["first"], bundle["checkpoint"])]
    if not is_consistent(ends[0], ends[1], [bytes.fromhex(node) for node in bundle["path"]]):
        yield words("the later checkpoint does not begin with the earlier one.")


def _ticket_faults(bundle: Mapping[str, Any]) -> Iterator[Words]:
    size, root = int(bundle["checkpoint"]["size"]), bytes.fromhex(bundle["checkpoint"]["root"])
    facts: dict[int, dict[str, object]] = {}
    for one in bundle["events"]:
        position = int(one["position"])
        leaf = leaf_hash(entry(position, one["batch"], one["row"], one["occurrence"], one["fact"]))
        if root_from(leaf, position - 1, size, [bytes.fromhex(node) for node in one["path"]]) != root:
            yield words("event {position} is not in the ledger of this checkpoint.", position=position)
        facts[position] = canonical(from_content(one["fact"]))
    if not facts:
        yield words("the proof holds no event.")
    yield from _trace_faults(bundle, facts)


def _trace_faults(bundle: Mapping[str, Any], facts: Mapping[int, Mapping[str, object]]) -> Iterator[Words]:
    """What the trace says must be what the proved facts say."""
    trace = bundle["trace"]
    if trace["ticket"] != bundle["ticket"] or any(fact.get("ticket") != bundle["ticket"] for fact in facts.values()):
        yield words("the proof speaks of another ticket than its facts.")
    told = {one["position"]: one for one in trace["events"]}
    for position in sorted({*told} ^ {*facts}):
        yield words("event {position} is told or proved, but not both.", position=position)
    for position, fact in facts.items():
        if any(
            told[position].get(name) != value
            for name, value in fact.items()
            if name not in ("ticket", "key", "id", "seq")
        ):
            yield words("event {position} is told otherwise than it is proved.", position=position)
    for each in trace["rounds"]:
        for verdict in each["verdicts"]:
            if not {*verdict["evidence"]} <= {*facts}:
                yield words("a verdict on {measure} rests on an event that is not proved.", measure=verdict["measure"])
            elif not {verdict["start"], *filter(None, [verdict["done_at"]])} <= {
                facts[position]["at"] for position in verdict["evidence"]
            }:
                yield words("a verdict on {measure} names an instant that no event has.", measure=verdict["measure"])
