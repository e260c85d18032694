"""Commands by which people enter facts: findings and evidence, exemptions, voids."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.language.facts import at_told, details_told
from kaoping.language.language import Language
from kaoping.office.intake.entries import Recorded, enter, enter_files, enter_first
from kaoping.office.intake.entries import void as office_void
from kaoping.office.intake.imports import reading_lines
from kaoping.office.intake.units import alias as office_alias
from kaoping.office.session import Session, WrongArgument
from kaoping.papers import terminal
from kaoping.reports.intake.imported import batch_json
from ledger.exchange import canonical
from scoring.law.rulebook import Rulebook

AtOption = Annotated[str, typer.Option("--at", help="when it happened, such as 2023-05-10T09:30")]
ReasonOption = Annotated[str, typer.Option("--reason", help="the reason")]


@asks("rulebook", "ledger", "by", "lang", "as_json")
def record(
    asked: Asked,
    kind: Annotated[str | None, typer.Argument(help="the kind of fact, such as finding or enrol")] = None,
    fields: Annotated[list[str] | None, typer.Argument(help="what it says, written FIELD=VALUE, such as item=praise")] = None,
    file: Annotated[list[Path] | None, typer.Option("--file", help="many at once: csv, xlsx, jsonl in the exchange format")] = None,
) -> None:  # fmt: skip
    """Record findings, evidence, enrolments and other facts; what the rulebook does not know is refused."""
    session = asked.session()
    if (kind is None and not file) or (fields and file):
        raise WrongArgument(
            "give either one fact or --file.", "kaoping record finding unit=茅店镇 item=praise at=… document=…"
        )
    if kind is not None and not file:
        _answer(asked, session, enter_first(session, kind, fields or []))
        return
    arrivals = enter_files(session, file or [], kind or "")
    if asked.as_json:
        terminal.answer({"batches": [batch_json(arrival, session.language) for arrival in arrivals]})
        return
    for arrival in arrivals:
        for line in reading_lines(session.language, arrival):
            terminal.complain(line)
        one = batch_json(arrival, session.language)
        terminal.tell(session.language.say("{file}: {rows} rows, {events_added} events", **one))


@asks("rulebook", "ledger", "by", "lang", "as_json")
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
    fields = {"ticket": ticket, "item": item, "at": at, "reason": reason, "document": document, "unit": unit or None}
    _answer(asked, session, enter(session, "exempt", fields))


@asks("ledger", "by", "lang", "as_json")
def void(
    asked: Asked,
    fact: Annotated[str, typer.Argument(help="the fact to void: a position in the ledger, or a key of 64 digits")],
    at: AtOption,
    reason: ReasonOption,
) -> None:  # fmt: skip
    """Void: a fact entered wrongly is taken as not there; the ledger only grows."""
    session = asked.session()
    _answer(asked, session, office_void(session, fact, at, reason))


@asks("ledger", "by", "lang", "as_json")
def alias(
    asked: Asked,
    unit: Annotated[str, typer.Argument(help="the unit, as it is enrolled")],
    names: Annotated[list[str], typer.Argument(help="what else it is called")],
) -> None:
    """Give a unit other names: what was or will be imported under them is read as the unit."""
    session = asked.session()
    named = office_alias(session, unit, names)
    if asked.as_json:
        terminal.answer({"unit": named.unit, "added": list(named.added), "known": list(named.known)})
        return
    for name in named.added:
        terminal.tell(
            session.language.say(
                "{name} is read as {unit} from now on, also in what was imported before.", name=name, unit=unit
            )
        )
    for name in named.known:
        terminal.tell(session.language.say("{name} is an alias of {unit} already.", name=name, unit=unit))


def _answer(asked: Asked, session: Session, one: Recorded) -> None:
    if asked.as_json:
        terminal.answer(recorded_json(one))
    else:
        terminal.tell(recorded_line(session.language, session.book(), one))


def recorded_json(one: Recorded) -> dict[str, Any]:
    """What was recorded, as JSON."""
    place = {"position": one.event.position, "key": one.event.key, "known": one.known}
    fact = canonical(one.fact)
    if "key" in fact:
        fact["voids"] = fact.pop("key")
    return {"recorded": {**fact, **place}}


def recorded_line(language: Language, book: Rulebook, one: Recorded) -> str:
    """What was recorded, in a line; items by their titles in the rulebook."""
    said = language.say("already known") if one.known else language.say("recorded")
    word = one.fact.word if language.code == "zh" else one.fact.kind
    shown = " ".join(map(str, details_told(language, book, one.fact, ("kind", "at", "count")).values()))
    return f"#{one.event.position} {said}: {word} {at_told(language, one.fact)} {shown}"
