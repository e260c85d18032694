"""Proof bundles: a ticket's facts and how the ledger's tree holds them, checked without the ledger.

What a checked bundle shows is of three kinds. *Proved* by the tree: the facts, the voids of them, and what was published.
*Following* from the proved facts by the rules: the verdicts, and where they count. *Only told*: `traces.ONLY_TOLD`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import attrs

from kaoping import __version__
from kaoping.office.publications import publications, published_text
from kaoping.office.session import Session, WrongArgument
from kaoping.office.tickets import TicketReport, audit_json, report_on
from kaoping.office.traces import Rules, audit_again, following, rules_of
from ledger.batches import Batch, Event
from ledger.columns.mirror import Mirror, NoUse, path_of
from ledger.exchange import content, from_content, key_of
from ledger.facts import Alias, Publish, Void
from ledger.proof import checkpoints
from ledger.proof.chain import digest_of, entry
from ledger.proof.tree import Tree, is_consistent, leaf_hash, root_from
from ledger.proof.verify import Verified, refuse_another
from ledger.register import register_of
from ledger.sentences import LedgerError, Sentence, UnreadableFact, UserError, sentence
from ledger.snapshot import standing
from ledger.store import Ledger
from scoring.scores.mirrored import differing, of_other_rules

FORMAT = "kaoping-proof-1"


class NotProved(UserError):
    """A bundle that does not prove what it says; the sentence names the first place."""


@attrs.frozen(kw_only=True)
class SoundLedger:
    """A sound ledger; `attested_to`: the last event that a checkpoint outside the file stands for, and `attested_by` what: the
    file beside the ledger, those `held` elsewhere; `ahead`: batches dated later than now; `mirror`: what is kept beside it, where
    there is such; `differing`: files of it that did not hold what the ledger says (None: nobody looked), for which it was deleted;
    `held`: what of it was held against the ledger, "all", its "events" alone where its rows are of other rules, "nothing" where there
    was none."""

    report: Verified
    attested_to: int
    attested_by: tuple[str, ...]
    ahead: tuple[Batch, ...]
    mirror: Path | None
    differing: tuple[str, ...] | None = None
    held: str | None = None


def verify(session: Session, held: Sequence[tuple[int, str]] = (), *, mirrored: bool = False) -> SoundLedger:
    """Every hash derived again and held against the checkpoints beside the ledger, and those `held` elsewhere; if it is to be `mirrored`,
    also all that its mirror holds, which is deleted where it differs. Raises DamagedLedger; LedgerError where there is no room to derive
    that again."""
    with session.ledger() as opened, session.busy("re-deriving every hash"):
        report = opened.verify(held)
        ahead = tuple(one for one in opened.batches() if one.recorded_at > session.now)
        differs, looked = _differing(session, opened) if mirrored else (None, None)
    mirror = Mirror(path_of(session.path))
    if differs:
        mirror.discard()
    beside = [checkpoints.path_of(session.path).name] if report.attested_to else []
    return SoundLedger(
        report=report, attested_to=max([report.attested_to, *(size for size, _ in held)]),
        attested_by=(*beside, *(f"{size}:{root}" for size, root in held)), ahead=ahead,
        mirror=mirror.path if mirror.path.exists() else None, differing=differs, held=looked,
    )  # fmt: skip


def _differing(session: Session, ledger: Ledger) -> tuple[tuple[str, ...], str]:
    """The files of the ledger's mirror that do not hold what is derived again beside it, and what of it was held (`SoundLedger`); held
    again where somebody made it anew meanwhile. Raises LedgerError."""
    mirror, book, calendar = Mirror(path_of(session.path)), session.book(), session.calendar()
    try:
        while True:
            held = mirror.contents()
            found = tuple(differing(ledger, book, calendar, __version__))
            if not found or mirror.contents() == held:
                if of_other_rules(held, book, calendar, __version__):
                    return found, "events"
                return found, "all" if held.events or held.basis else "nothing"
    except NoUse as error:
        why = sentence("what is kept beside {path} cannot be derived again there.", path=session.path)
        raise LedgerError(why, "Make room on that disk, and verify again.") from error


def read_checkpoint(text: str) -> tuple[int, str]:
    """(size, root) of SIZE:ROOT. Raises WrongArgument."""
    found = re.fullmatch(r"(\d{1,15}):([0-9a-f]{64})", text)
    if found is None:
        raise WrongArgument(
            sentence("{text} is no checkpoint.", text=text), "Write it as kaoping verify prints it: 697:88328f…"
        )
    return int(found[1]), found[2]


def prove_ticket(session: Session, ticket: str, as_of: str | None = None) -> dict[str, Any]:
    """The bundle of a ticket, which rests on the events alone. Raises WrongArgument."""
    with session.ledger() as opened:
        told = report_on(opened, session.scoring(opened, as_of, mirrored=False), ticket)
        with session.busy("building the hash tree"):
            return ticket_proof(opened, told)


def prove_growth(session: Session, checkpoint: str) -> dict[str, Any]:
    """The bundle of growth since a checkpoint, written SIZE:ROOT. Raises WrongArgument, DamagedLedger."""
    with session.ledger() as opened, session.busy("building the hash tree"):
        return growth_proof(opened, *read_checkpoint(checkpoint))


def ticket_proof(ledger: Ledger, told: TicketReport) -> dict[str, Any]:
    """The bundle of a ticket: its facts with their paths to the root, the checkpoint, the audit, the clauses, the rules."""
    size = told.scoring.snapshot.head.position
    tree, book, ticket = ledger.tree(size), told.scoring.book, told.audit.ticket
    trace = audit_json(told)
    aliases = [_proved(tree, size, _row(one)) for one in _aliases(ledger, told.events, size)]
    return {
        "format": FORMAT,
        "version": __version__,
        "proves": "ticket",
        "ticket": ticket,
        "checkpoint": {"size": size, "root": tree.root(size).hex()},
        "events": [_proved(tree, size, row) for row in ledger.entries(ticket, size)],
        "voids": [_proved(tree, size, _row(one)) for one in _voids(ledger, told.events, size)],
        **({"aliases": aliases} if aliases else {}),
        "clauses": _clauses(trace, book.source),
        "rules": {"rulebook": book.text, "readings": dict(book.taken), "calendar": told.scoring.calendar.text()},
        "publications": list(_published(ledger, tree, size, trace)),
        "trace": trace,
    }


def _proved(tree: Tree, size: int, row: tuple[int, int, int, int, str]) -> dict[str, Any]:
    position, batch, number, occurrence, fact = row
    path = [node.hex() for node in tree.inclusion(position - 1, size)]
    return {"position": position, "batch": batch, "row": number, "occurrence": occurrence, "fact": fact, "path": path}


def _row(event: Event) -> tuple[int, int, int, int, str]:
    """What is hashed of an event. Its occurrence is the one that its key was made with."""
    text = content(event.fact)
    occurrence = next(number for number in count(1) if key_of(text, number) == event.key)
    return event.position, event.batch, event.row, occurrence, text


def _voids(ledger: Ledger, events: Sequence[Event], size: int) -> Iterator[Event]:
    """The voids of a ticket's facts, and the voids of those."""
    every = [event for event in ledger.events(size, kinds=("void",)) if isinstance(event.fact, Void)]
    keys = {event.key for event in events}
    while True:
        found = {event.key for event in every if isinstance(event.fact, Void) and event.fact.key in keys}
        if found <= keys:
            break
        keys |= found
    yield from (event for event in every if event.key in found)


def _aliases(ledger: Ledger, events: Sequence[Event], size: int) -> list[Event]:
    """The aliases by which the ticket's units are called, and those of their units."""
    every = [event for event in standing(ledger, size, ("alias",)) if isinstance(event.fact, Alias)]
    names = {event.fact.unit for event in events}
    found: list[Event] = []
    while more := [
        event for event in every if event not in found and isinstance(event.fact, Alias) and event.fact.name in names
    ]:
        found += more
        names |= {event.fact.unit for event in more}
    return sorted(found, key=lambda event: event.position)


def _published(ledger: Ledger, tree: Tree, size: int, trace: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The last publication of each month the ticket counts in, with the text whose digest it holds."""
    for period in sorted({one["period"] for _, one in _counts(trace)}):
        for one in publications(ledger, size, period)[-1:]:
            event = ledger.at(one.position)
            assert event is not None
            yield {"event": _proved(tree, size, _row(event)), "text": published_text(ledger, one)}


def _counts(trace: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """(unit, count) of every verdict and finding that an item counts."""
    found = [
        (each["unit"], one) for each in trace["rounds"] for verdict in each["verdicts"] for one in verdict["counts"]
    ]
    return found + [(each["unit"], one) for each in trace["findings"] for one in each["counts"]]


def _clauses(trace: Mapping[str, Any], source: str) -> list[dict[str, str]]:
    """The words of every clause that counts something of the ticket, once each."""
    found = {(one["sheet"], one["item"]): (one["place"], one["clause"]) for _, one in _counts(trace)}
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
        bundle = json.loads(text, parse_float=_refuse_part, parse_constant=_refuse_part)
        if isinstance(bundle, dict) and bundle.get("format") == FORMAT:
            return bundle
    except RecursionError as error:
        raise NotProved(
            "this is nested too deeply to be a proof.", "Take the file as kaoping prove wrote it."
        ) from error
    except ValueError as error:
        raise NotProved(
            sentence("this is no JSON: {error}", error=error), "Take the file as kaoping prove wrote it."
        ) from error
    raise NotProved(
        sentence("this is no proof of the format {format}.", format=FORMAT), "Take the file as kaoping prove wrote it."
    )


def _refuse_part(text: str) -> NoReturn:
    """A proof holds whole numbers alone: infinity as its size would hold anything."""
    raise ValueError(f"{text[:20]} is no whole number")


@attrs.frozen(kw_only=True)
class Checked:
    """What a bundle proved. `rules`: those by which its trace follows from its facts; None where that was not checked.
    `published`: the points of the items that count the ticket, as they were published."""

    rules: Rules | None = None
    published: Sequence[Mapping[str, Any]] = ()


def check_proof(bundle: Mapping[str, Any], checkpoints: Sequence[tuple[int, str]] = ()) -> Checked:
    """What it proves. Raises NotProved with the first thing that does not hold. `checkpoints` are (size, root) known from
    elsewhere: where there are any, one must be the bundle's."""
    try:
        held = bundle["checkpoint"]["size"], bundle["checkpoint"]["root"]
        if checkpoints and held not in checkpoints:
            raise NotProved(
                sentence("the proof rests on checkpoint {size}:{root}, not on yours.", size=held[0], root=held[1]),
                "Ask for a proof of growth from your checkpoint to that one.",
            )
        return _checked_growth(bundle) if bundle["proves"] == "growth" else _checked_ticket(bundle)
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
        RecursionError,
        UnreadableFact,
    ) as error:
        raise NotProved(sentence("the proof is incomplete or misshapen: {error}", error=repr(error)[:200])) from error


def _refuse(fault: Sentence) -> NotProved:
    return NotProved(fault, "It was edited, or comes from another ledger.")


def _checked_growth(bundle: Mapping[str, Any]) -> Checked:
    ends = [(int(one["size"]), bytes.fromhex(one["root"])) for one in (bundle["first"], bundle["checkpoint"])]
    if not is_consistent(ends[0], ends[1], [bytes.fromhex(node) for node in bundle["path"]]):
        raise _refuse(sentence("the later checkpoint does not begin with the earlier one."))
    return Checked()


def _checked_ticket(bundle: Mapping[str, Any]) -> Checked:
    trace, ticket = bundle["trace"], bundle["ticket"]
    events, voids = _events(bundle, bundle["events"]), _events(bundle, bundle.get("voids", ()))
    if not events:
        raise _refuse(sentence("the proof holds no event."))
    if trace["ticket"] != ticket or any(event.fact.ticket != ticket for event in events):
        raise _refuse(sentence("the proof speaks of another ticket than its facts."))
    for position in sorted({one["position"] for one in trace["events"]} ^ {event.position for event in events}):
        raise _refuse(sentence("event {position} is told or proved, but not both.", position=position))
    if trace["stamps"]["ledger"].split(":")[0] != str(bundle["checkpoint"]["size"]):
        raise _refuse(sentence("the trace was told of another ledger than the checkpoint's."))
    rules = rules_of(trace, bundle.get("rules"))
    if rules is None and "rules" in bundle:
        raise _refuse(sentence("the rules in the proof are not those its trace names."))
    if rules is not None:
        _refuse_unfounded(bundle, rules, events, voids)
    return Checked(rules=rules, published=tuple(_as_published(bundle)))


def _events(bundle: Mapping[str, Any], told: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Events that the tree of the checkpoint holds. Raises NotProved."""
    size, root = int(bundle["checkpoint"]["size"]), bytes.fromhex(bundle["checkpoint"]["root"])
    found = []
    for one in told:
        position, fact = int(one["position"]), one["fact"]
        leaf = leaf_hash(entry(position, one["batch"], one["row"], one["occurrence"], fact))
        if root_from(leaf, position - 1, size, [bytes.fromhex(node) for node in one["path"]]) != root:
            raise _refuse(sentence("event {position} is not in the ledger of this checkpoint.", position=position))
        key = key_of(fact, int(one["occurrence"]))
        found.append(Event(position, key, from_content(fact), int(one["batch"]), int(one["row"])))
    return found


def _refuse_unfounded(bundle: Mapping[str, Any], rules: Rules, events: Sequence[Event], voids: Sequence[Event]) -> None:
    """Raises NotProved where the trace tells what does not follow from the facts by the rules."""
    aliases = _events(bundle, bundle.get("aliases", ()))
    for event in aliases:
        if not isinstance(event.fact, Alias):
            raise _refuse(sentence("event {position} is no alias.", position=event.position))
    names = register_of(aliases).names
    again = audit_again(bundle["trace"], rules, events, voids, int(bundle["checkpoint"]["size"]), names)
    made = json.loads(json.dumps(audit_json(again)))
    wanted = following({**made, "clauses": _clauses(made, rules.book.source)})
    told = following({**bundle["trace"], "clauses": bundle["clauses"]})
    for name in sorted({*wanted, *told}):
        if _text(wanted.get(name)) != _text(told.get(name)):
            raise NotProved(
                sentence("the trace tells {name} that do not follow from the facts.", name=name),
                sentence(
                    "It was edited, or made by another version of Kaoping: {version}",
                    version=bundle.get("version", "?"),
                ),
            )


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _as_published(bundle: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The points of the items that count the ticket, from publications that the tree holds. Raises NotProved."""
    counts = {(unit, one["sheet"], one["item"], one["period"]) for unit, one in _counts(bundle["trace"])}
    for told in bundle.get("publications", ()):
        (event,) = _events(bundle, [told["event"]])
        if not isinstance(event.fact, Publish) or digest_of(told["text"]) != event.fact.digest:
            raise _refuse(
                sentence("the text of publication {position} is not what was published.", position=event.position)
            )
        scored = json.loads(told["text"])
        for sheet in scored["sheets"]:
            for unit in sheet["units"]:
                for item in unit["items"]:
                    if (unit["unit"], sheet["sheet"], item["item"], scored["period"]) in counts:
                        place = {"position": event.position, "period": scored["period"], "unit": unit["unit"]}
                        yield {**place, "sheet": sheet["sheet"], **item}
