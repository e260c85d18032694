"""The unit that somebody asks for: by its name or another name of it; one that is not there is refused with the units most like it."""

from collections.abc import Iterable

from kaoping.office.session import WrongArgument
from ledger.facts import Dispatch, Enrol
from ledger.intake.nearest import nearest
from ledger.sentences import Sentence, sentence
from ledger.store import Ledger
from ledger.voids import voided_keys
from scoring.scores.scoring import Scoring

MOST = 20  # units named where none is like it


def no_such_ticket(ticket: str) -> WrongArgument:
    """The error for a ticket that the ledger does not know, or that is none of the business of who asks: nobody learns which."""
    return WrongArgument(
        sentence("the ledger knows no ticket {ticket}.", ticket=ticket),
        "Check the number; it is text, every digit counts.",
    )


def refuse_foreign(ledger: Ledger, ticket: str, unit: str, upto: int) -> None:
    """Raises WrongArgument, as for a ticket that is not there, unless it was sent to the unit, to lead or to assist."""
    names = ledger.names(upto)
    own = names.get(unit, unit)
    sent = [one for one in ledger.events(upto, ticket=ticket) if isinstance(one.fact, Dispatch)]
    mine = [one.key for one in sent if one.fact.unit is not None and names.get(one.fact.unit, one.fact.unit) == own]
    if not {*mine} - {*voided_keys(ledger.events(upto, kinds=("void",)))}:
        raise no_such_ticket(ticket)


def no_such_unit(why: Sentence, unit: str, known: Iterable[str | None]) -> WrongArgument:
    """The error for a unit that is none of those known: 江口, perhaps 江口镇; where nothing is like it, those there are."""
    units = sorted({one for one in known if one})
    likest = nearest(unit, units)
    if likest:
        return WrongArgument(why, sentence("Perhaps {likest}?", likest=" ".join(likest)))
    shown = "、".join(units[:MOST]) + (" …" if len(units) > MOST else "")
    return WrongArgument(why, sentence("Known: {known}", known=shown) if units else "Import its log first.")


def unit_asked(ledger: Ledger, scoring: Scoring, text: str) -> str:
    """The unit of this name, or of which it is another name, among those enrolled or with a ticket. Raises WrongArgument."""
    name = ledger.names(scoring.snapshot.head.position).get(text, text)
    enrolled = {one.fact.unit for one in scoring.snapshot.enrolments if isinstance(one.fact, Enrol)}
    if name in enrolled:
        return name
    known = enrolled | {unit for (unit,) in scoring.derived.rounds.select("unit").unique().collect().rows()}
    if name not in known:
        raise no_such_unit(sentence("the ledger knows no unit {unit} at that moment.", unit=text), text, known)
    return name


def units_like(ledger: Ledger, text: str, *, own_unit: str | None = None) -> list[str]:
    """The units enrolled or with a ticket whose name, or another name of which, holds a text; to a unit (`own_unit`) there is no
    other."""
    sought, names = text.casefold(), ledger.names()
    found = {unit for name, unit in names.items() if sought in name.casefold()}
    found |= {names.get(unit, unit) for unit in ledger.units() if sought in unit.casefold()}
    return sorted(found if own_unit is None else found & {names.get(own_unit, own_unit)})


def tickets_like(ledger: Ledger, text: str, most: int, *, own_unit: str | None = None) -> list[str]:
    """The first tickets, at most so many, whose number holds a text; to a unit (`own_unit`) those alone that were sent to it."""
    if own_unit is None:
        return ledger.tickets_like(text, most)
    names = ledger.names()
    own = names.get(own_unit, own_unit)
    return ledger.tickets_like(text, most, [own, *(name for name, unit in names.items() if unit == own)])
