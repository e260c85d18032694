"""Commands about appeals: a unit contests, the office rules, and the list tells what each is worth."""

from typing import Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.commands.entries import AtOption, ReasonOption, recorded_json, recorded_line
from kaoping.office import appeals as office
from kaoping.office.period.untold import gaps_json
from kaoping.papers import terminal
from kaoping.reports.compare.appeals import STATES, appeals_json, appeals_page, effects_json, effects_page
from kaoping.reports.ground import gaps_page


@asks("untold", "rulebook", "calendar", "ledger", "by", "lang", "as_json")
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
    fields = {"ticket": ticket, "unit": unit, "item": item, "at": at, "reason": reason, "document": document or None}
    kept, effects, gaps = office.appeal(session, fields)
    if asked.as_json:
        terminal.answer({**recorded_json(kept), "worth": effects_json(effects), "ground": gaps_json(gaps)})
    else:
        terminal.tell(recorded_line(session.language, session.book(), kept))
        terminal.show(effects_page(session.language, effects))
        terminal.show(gaps_page(session.language, gaps))


@asks("ledger", "by", "lang", "as_json")
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
    fields = {"granted": str(granted).lower(), "at": at, "reason": reason, "document": document}
    found, facts = office.rule(session, appeal, fields)
    if asked.as_json:
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


@asks("as_of", "untold", "rulebook", "calendar", "ledger", "lang", "as_json")
def appeals(
    asked: Asked,
    month: Annotated[str | None, typer.Argument(help="a month, such as 2023-05; without one all are listed")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="this unit alone")] = None,
) -> None:  # fmt: skip
    """List the appeals: where each stands and what it is worth; published scores beside those of now."""
    session = asked.session()
    told = office.appeal_list(session, month, unit, as_of=asked.as_of)
    if asked.as_json:
        terminal.answer({**appeals_json(told), "ground": gaps_json(told.gaps)})
    else:
        terminal.show(appeals_page(session.language, told))
        terminal.show(gaps_page(session.language, told.gaps))
