"""Commands by which people enter facts: findings and evidence, exemptions, voids."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.language.moments import moment
from kaoping.office.entries import Recorded, read_pairs, record_files
from kaoping.office.entries import record as keep
from kaoping.office.imports import batch_json
from kaoping.office.session import Session, WrongArgument
from kaoping.papers import terminal
from ledger.exchange import canonical
from ledger.sentences import sentence
from ledger.store import Ledger

AtOption = Annotated[str, typer.Option("--at", help="when it happened, such as 2023-05-10T09:30")]
ReasonOption = Annotated[str, typer.Option("--reason", help="the reason")]


@asks("rulebook", "ledger", "lang", "as_json")
def record(
    asked: Asked,
    kind: Annotated[str | None, typer.Argument(help="the kind of fact, such as finding or enrol")] = None,
    fields: Annotated[list[str] | None, typer.Argument(help="what it says, written FIELD=VALUE, such as item=praise")] = None,
    file: Annotated[list[Path] | None, typer.Option("--file", help="many at once: csv, xlsx, jsonl in the exchange format")] = None,
) -> None:  # fmt: skip
    """Record findings, evidence, enrolments and other facts; what the rulebook does not know is refused."""
    session = asked.session()
    if (kind is None) == (not file):
        raise WrongArgument(
            "give either one fact or --file.", "kaoping record finding unit=茅店镇 item=praise at=… document=…"
        )
    book = session.book()
    fact = None if kind is None else read_pairs(kind, fields or [])
    if not session.path.exists():  # what is refused makes no ledger
        with session.ledger_to_write(rehearsal=True) as nothing:
            _ = record_files(session, nothing, book, file or []) if fact is None else keep(nothing, book, fact)
    with session.ledger_to_write(rehearsal=False) as opened:
        if fact is not None:
            _answer(session, keep(opened, book, fact))
            return
        arrivals = record_files(session, opened, book, file or [])
    if session.json:
        terminal.answer({"batches": [batch_json(arrival, session.language) for arrival in arrivals]})
        return
    for arrival in arrivals:
        one = batch_json(arrival, session.language)
        terminal.tell(session.language.say("{file}: {rows} rows, {events_added} events", **one))


@asks("rulebook", "ledger", "lang", "as_json")
def exempt(
    asked: Asked,
    ticket: Annotated[str, typer.Argument(help="the ticket's number")],
    item: Annotated[str, typer.Option("--item", help="the item it is taken out of, such as signing")],
    at: AtOption,
    reason: ReasonOption,
    document: Annotated[str, typer.Option("--document", help="document number")],
    unit: Annotated[str | None, typer.Option("--unit", help="the unit; without one that in charge at the time")] = None,
) -> None:  # fmt: skip
    """Exempt: a ticket counts no more in an item of a unit."""
    session = asked.session()
    pairs = [f"ticket={ticket}", f"item={item}", f"at={at}", f"reason={reason}", f"document={document}"]
    with session.ledger() as opened:
        _answer(session, keep(opened, session.book(), read_pairs("exempt", pairs + ([f"unit={unit}"] if unit else []))))


@asks("ledger", "lang", "as_json")
def void(
    asked: Asked,
    fact: Annotated[str, typer.Argument(help="the fact to void: a position in the ledger, or a key of 64 digits")],
    at: AtOption,
    reason: ReasonOption,
) -> None:  # fmt: skip
    """Void: a fact entered wrongly is taken as not there; the ledger only grows."""
    session = asked.session()
    with session.ledger() as opened:
        pairs = [f"key={key_at(opened, fact)}", f"at={at}", f"reason={reason}"]
        _answer(session, keep(opened, session.book(), read_pairs("void", pairs)))


def key_at(ledger: Ledger, fact: str) -> str:
    """The key of the fact at a position, or the key itself. Raises WrongArgument."""
    if not fact.isdecimal() or len(fact) == 64:
        return fact
    found = ledger.at(int(fact)) if int(fact) < 2**62 else None
    if found is None:
        raise WrongArgument(
            sentence("there is no position {position} in the ledger.", position=fact),
            "Its last is given by kaoping verify.",
        )
    return found.key


def _answer(session: Session, one: Recorded) -> None:
    told = show(session, one)
    if session.json:
        terminal.answer(told)


def show(session: Session, one: Recorded) -> dict[str, Any]:
    """What was recorded, as JSON; told in a line where no JSON is asked for."""
    if session.json:
        place = {"position": one.event.position, "key": one.event.key, "known": one.known}
        fact = canonical(one.fact)
        if "key" in fact:
            fact["voids"] = fact.pop("key")
        return {"recorded": {**fact, **place}}
    say = session.language.say
    said = say("already known") if one.known else say("recorded")
    word = one.fact.word if session.language.code == "zh" else one.fact.kind
    shown = " ".join(str(value) for name, value in canonical(one.fact).items() if name not in ("kind", "at", "count"))
    terminal.tell(f"#{one.event.position} {said}: {word} {moment(one.fact.at, session.language.code)} {shown}")
    return {}
