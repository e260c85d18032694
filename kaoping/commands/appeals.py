"""Commands about appeals: a unit contests, the office rules, and the list tells what each is worth."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from calendars.periods import show_month
from kaoping import now
from kaoping.commands.asked import Asked, asks
from kaoping.commands.entries import AtOption, ReasonOption, key_at, show
from kaoping.office.entries import Refused, objections_to_ruling, read_pairs
from kaoping.office.entries import record as keep
from kaoping.office.publications import publications, published_text
from kaoping.office.session import Session, read_month
from kaoping.papers import terminal
from kaoping.reports.appeals import STATES, Listed, appeals_json, appeals_page, effects_json, effects_page
from ledger.batches import Source
from ledger.exchange import content, key_of
from ledger.facts import Appeal, Exempt, Fact, Ruling, Void
from ledger.snapshot import standing
from ledger.store import Ledger
from scoring.compare.appeals import AppealCase, cases_of, effects_of
from scoring.scores.scoring import Scoring


@asks("rulebook", "calendar", "ledger", "lang", "as_json")
def appeal(
    asked: Asked,
    ticket: Annotated[str, typer.Argument(help="the ticket's number")],
    unit: Annotated[str, typer.Option("--unit", help="the unit that appeals")],
    item: Annotated[str, typer.Option("--item", help="the item contested, such as signing")],
    at: AtOption,
    reason: ReasonOption,
    document: Annotated[str | None, typer.Option("--document", help="document number of the appeal")] = None,
) -> None:  # fmt: skip
    """Appeal: a unit contests an item on a ticket; no score moves before the ruling."""
    session = asked.session()
    pairs = [f"ticket={ticket}", f"unit={unit}", f"item={item}", f"at={at}", f"reason={reason}"]
    fact = read_pairs("appeal", pairs + ([f"document={document}"] if document else []))
    assert isinstance(fact, Appeal)
    with session.ledger() as opened:
        kept = keep(opened, session.book(), fact)
        effects = list(effects_of(session.scoring(opened), fact))
    if session.json:
        terminal.answer({**show(session, kept), "worth": effects_json(effects)})
    else:
        show(session, kept)
        terminal.show(effects_page(session.language, effects))


@asks("ledger", "lang", "as_json")
def ruling(
    asked: Asked,
    appeal: Annotated[str, typer.Argument(help="the appeal: a position in the ledger, or a key of 64 digits")],
    reason: ReasonOption,
    at: AtOption,
    document: Annotated[str, typer.Option("--document", help="document number of the ruling")],
    granted: Annotated[bool, typer.Option("--granted/--refused", help="the appeal is granted, or refused")],
) -> None:  # fmt: skip
    """Rule on an appeal: granted, the ticket is taken out of the item; refused, the score stays."""
    session = asked.session()
    with session.ledger() as opened:
        pairs = [
            f"key={key_at(opened, appeal)}",
            f"granted={str(granted).lower()}",
            f"at={at}",
            f"reason={reason}",
            f"document={document}",
        ]
        fact = read_pairs("ruling", pairs)
        assert isinstance(fact, Ruling)
        cases = _cases(opened)
        case = next((one for one in cases if one.key == fact.key), None)
        reasons = list(objections_to_ruling(case, fact))
        if case is None or reasons:
            raise Refused(reasons)
        facts = _ruled(opened, case, fact)
        source = Source(
            name="kaoping ruling", sha256="", profile="ruling", rows=len(facts), facts=list(enumerate(facts, 1))
        )
        opened.append(source, now.now_ms())
        (found,) = [one for one in _cases(opened) if one.key == fact.key]
    if session.json:
        terminal.answer(
            {"appeal": found.position, "state": found.state, "document": document, "facts": [one.kind for one in facts]}
        )
    else:
        state = session.language.say(STATES[found.state])
        terminal.tell(
            session.language.say(
                "appeal #{position} is {state}: {reason}", position=found.position, state=state, reason=reason
            )
        )


def _ruled(ledger: Ledger, case: AppealCase, fact: Ruling) -> list[Fact]:
    """The facts of a ruling: itself, the exemption it gives, and the end of one that an earlier ruling gave."""
    facts: list[Fact] = [fact]
    if case.ruling is not None and case.ruling.granted:
        key = key_of(content(_exemption(case, case.ruling)), 1)
        facts.append(Void(at=fact.at, key=key, reason=fact.reason))
    if fact.granted:
        facts.append(_exemption(case, fact))
    return facts


def _exemption(case: AppealCase, fact: Ruling) -> Exempt:
    told = case.appeal
    return Exempt(
        at=fact.at, ticket=told.ticket, unit=told.unit, item=told.item, reason=fact.reason, document=fact.document
    )


def _cases(ledger: Ledger, upto: int | None = None) -> tuple[AppealCase, ...]:
    position = ledger.head().position if upto is None else upto
    return cases_of(standing(ledger, position, ("appeal", "ruling")))


@asks("as_of", "rulebook", "calendar", "ledger", "lang", "as_json")
def appeals(
    asked: Asked,
    month: Annotated[str | None, typer.Argument(help="a month, such as 2023-05; without one all are listed")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="this unit alone")] = None,
) -> None:  # fmt: skip
    """List the appeals: where each stands and what it is worth; published scores beside those of now."""
    session = asked.session()
    number = None if month is None else read_month(month)
    with session.ledger() as opened:
        scoring = session.scoring(opened, asked.as_of)
        found = [
            Listed(case, list(effects_of(scoring, case.appeal)))
            for case in _cases(opened, scoring.snapshot.head.position)
        ]
        found = [one for one in found if unit in (None, one.case.appeal.unit)]
        if number is not None:
            found = [one for one in found if any(effect.month == number for effect in one.effects)]
        months = sorted({effect.month for one in found for effect in one.effects if number in (None, effect.month)})
        published = {one: _published(session, opened, one) for one in months}
    told = _restated(scoring, found, months)
    if session.json:
        terminal.answer(appeals_json(scoring, found, told, published))
    else:
        terminal.show(appeals_page(session.language, found, told, published))


def _published(session: Session, ledger: Ledger, month: int) -> Mapping[str, Any] | None:
    """The document last published for a month."""
    found = publications(ledger, ledger.head().position, show_month(month))
    return json.loads(published_text(ledger, found[-1])) if found else None


def _restated(scoring: Scoring, found: list[Listed], months: list[int]) -> dict[int, dict[tuple[str, str], Any]]:
    """The lines, as of now, of units with an appeal, by month, sheet and unit."""
    units = {one.case.appeal.unit for one in found}
    lines: dict[int, dict[tuple[str, str], Any]] = {}
    for month in months:
        sheets = scoring.sheets(scoring.evidence([month])[month])
        lines[month] = {(one.sheet.id, line.unit): line for one in sheets for line in one.units if line.unit in units}
    return lines
