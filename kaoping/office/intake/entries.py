"""Facts that people enter: findings, evidence, exemptions, voids, checked against the rulebook before they are kept."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import attrs

from calendars.instants import show_iso
from calendars.periods import month_of
from kaoping import now
from kaoping.files.entries import exchange_table
from kaoping.language import words
from kaoping.office.intake.imports import Arrival, read_files, take_in
from kaoping.office.session import Session, WrongArgument, groups_of
from ledger.batches import Event, Source
from ledger.exchange import content, key_of, read_fact
from ledger.facts import ALL_ITEMS, KIND, Alias, Appeal, Dispatch, Enrol, Exempt, Fact, Finding, Publish, Ruling, Void
from ledger.intake.kept import masked_fact
from ledger.register import read_as, register_of
from ledger.sentences import Mistake, Sentence, UnreadableFact, UserError, listed, sentence
from ledger.store import Ledger
from ledger.voids import voided_keys
from scoring.law.rulebook import Part, Rulebook

T = TypeVar("T")


class Refused(UserError):
    """A fact that the rulebook or the ledger does not allow; every reason is told."""

    def __init__(self, reasons: Sequence[Sentence], where: str = "") -> None:
        lines = [sentence("  {where}{reason}", where=where, reason=reason) for reason in reasons]
        super().__init__(sentence("nothing was recorded:\n{reasons}", reasons=listed(lines)))
        self.reasons = tuple(reasons)


@attrs.frozen
class Recorded:
    """A fact that was recorded; `known`: the ledger held it already."""

    fact: Fact
    event: Event
    known: bool


def read_pairs(book: Rulebook, word: str, pairs: Sequence[str]) -> Fact:
    """The fact in FIELD=VALUE words of the command line, in the names people use or those of the exchange format. Raises
    WrongArgument, Refused."""
    kind = words.kind_of(word)
    if kind not in KIND:
        raise WrongArgument(
            sentence("{kind} is no kind of fact.", kind=kind), sentence("Use one of: {known}", known=" ".join(KIND))
        )
    fields: dict[str, str | None] = {}
    for pair in pairs:
        name, mark, value = pair.replace("＝", "=", 1).partition("=")
        name = words.field_of(kind, name)
        if not mark or not name or name == "kind":
            raise WrongArgument(sentence("{pair} is no FIELD=VALUE.", pair=pair), "Write it like unit=茅店镇.")
        if name in fields:
            raise WrongArgument(sentence("{name} is given twice.", name=name), "Give each field once.")
        fields[name] = value
    return fact_of(kind, fields, book)


def fact_of(kind: str, fields: Mapping[str, str | None], book: Rulebook | None = None) -> Fact:
    """The fact of a kind with these fields as people write them; those without a value are left out. Raises WrongArgument,
    Refused."""
    given = {name: _value(book, kind, name, value) for name, value in fields.items() if value is not None}
    try:
        return masked_fact(read_fact({"kind": kind, **given}))
    except UnreadableFact as error:
        raise Refused([_told(mistake) for mistake in error.mistakes]) from error


def _value(book: Rulebook | None, kind: str, field: str, value: str) -> object:
    try:
        return words.value_of(book, kind, field, value)
    except words.NoTimeOfDay as error:
        raise WrongArgument(
            sentence("{text} has no time of day.", text=value), "Write it like 2023-05-04T09:10."
        ) from error
    except ValueError as error:
        raise WrongArgument(sentence("{text} is no time.", text=value), "Write it like 2023-06-05T09:00.") from error


def _told(mistake: Mistake) -> Sentence:
    return sentence("{column} {why}: {remedy}", column=mistake.column, why=mistake.why, remedy=mistake.remedy)


def record(ledger: Ledger, book: Rulebook, fact: Fact) -> Recorded:
    """The fact kept in the ledger, alone in its batch. Raises WrongArgument for a group that is none, Refused with every
    other reason, and then keeps nothing."""
    if isinstance(fact, Enrol):
        for reason in _enrol_objections(book, fact):
            raise WrongArgument(reason, "Name one of them, or the rulebook that has it with --rulebook.")
    held = Held(ledger)
    fact = read_as(fact, held.register.names)
    reasons = list(objections(held, book, fact))
    if reasons:
        raise Refused(reasons)
    source = Source(name="kaoping record", sha256="", profile="record", rows=1, facts=[(1, fact)])
    batch = ledger.append(source, now.now_ms())
    events = [event for event in ledger.events(ticket=fact.ticket, kinds=(fact.kind,)) if event.fact == fact]
    return Recorded(fact, events[-1], known=not batch.events_added)


def enter(session: Session, kind: str, fields: Mapping[str, str | None]) -> Recorded:
    """A fact recorded in a ledger that is there. Raises WrongArgument, Refused."""
    with session.ledger() as opened:
        book = session.book()
        return record(opened, book, fact_of(kind, fields, book))


def void(session: Session, fact: str, at: str, reason: str) -> Recorded:
    """The void of a fact, named by its position or key, recorded. Raises WrongArgument, Refused."""
    with session.ledger() as opened:
        fields = {"key": key_at(opened, fact), "at": at, "reason": reason}
        return record(opened, session.book(), fact_of("void", fields))


def enter_first(session: Session, kind: str, pairs: Sequence[str]) -> Recorded:
    """A fact in FIELD=VALUE words recorded, in a ledger made if there is none. Raises WrongArgument, Refused."""
    book = session.book()
    fact = read_pairs(book, kind, pairs)
    return _rehearsed(session, lambda ledger: record(ledger, book, fact))


def enter_files(session: Session, paths: Sequence[Path], kind: str = "") -> list[Arrival]:
    """Facts of files in the exchange format, or with the headings people use, all of them or none, in a ledger made if there
    is none; rows that do not name their kind are of `kind`. Raises Refused."""
    book = session.book()
    return _rehearsed(session, lambda ledger: record_files(session, ledger, book, paths, words.kind_of(kind)))


def _rehearsed(session: Session, keep: Callable[[Ledger], T]) -> T:
    if not session.path.exists():  # what is refused makes no ledger
        with session.ledger_to_write(rehearsal=True) as nothing:
            keep(nothing)
    with session.ledger_to_write(rehearsal=False) as opened:
        return keep(opened)


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


def record_files(
    session: Session, ledger: Ledger, book: Rulebook, paths: Sequence[Path], kind: str = ""
) -> list[Arrival]:
    """Facts of such files, all of them or none. Raises Refused with the place of each objection."""
    arrivals = read_files(paths, "events", lambda table: exchange_table(table, book, kind))
    held = Held(ledger)
    for arrival in arrivals:
        held.expect(fact for _, fact in arrival.read.facts)
    reasons: list[Sentence] = []
    for arrival in arrivals:
        for problem in arrival.read.problems:
            reasons.append(
                sentence(
                    "{file}:{row}: {column} {why}",
                    file=arrival.name,
                    row=problem.row,
                    column=problem.column,
                    why=problem.why,
                )
            )
        for row, told in arrival.read.facts:
            fact = read_as(told, held.register.names)
            for reason in objections(held, book, fact):
                reasons.append(sentence("{file}:{row}: {reason}", file=arrival.name, row=row, reason=reason))
            held.take(fact)
    if reasons:
        raise Refused(reasons)
    return take_in(session, ledger, arrivals)


class Held:
    """What the ledger holds that a fact is checked against: read once, however many facts there are."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._units: dict[str, set[str]] = {}
        self._expected: list[Fact] = []
        entered = ledger.events(kinds=("enrol", "alias"))
        self.register = register_of(event for event in entered if event.key not in self.gone)

    def expect(self, facts: Iterable[Fact]) -> None:
        """Enrolments and dispatches that come with the facts: a file may enrol a unit and find something of it."""
        several = tuple(facts)
        self._expected += [fact for fact in several if isinstance(fact, Enrol | Dispatch)]
        self.register = self.register.grown(fact for fact in several if isinstance(fact, Enrol))

    def take(self, fact: Fact) -> None:
        """A finding or an alias accepted, for those after it in the same files."""
        if isinstance(fact, Finding):
            self._matters.add(_matter(fact))
        if isinstance(fact, Alias):
            self.register = self.register.grown([fact])

    def is_enrolled(self, unit: str | None, month: int) -> bool:
        """Whether the unit is enrolled by the end of a month."""
        return any(one == unit and since <= month for one, since in self._enrolments)

    def units_of(self, ticket: str) -> set[str]:
        """The units that a ticket was dispatched to; none: it is unknown."""
        if ticket not in self._units:
            found = [
                event.fact
                for event in self._ledger.events(ticket=ticket, kinds=("dispatch",))
                if event.key not in self.gone
            ]
            found += [fact for fact in self._expected if isinstance(fact, Dispatch) and fact.ticket == ticket]
            self._units[ticket] = {self.register.unit_of(str(fact.unit)) for fact in found}
        return self._units[ticket]

    def has(self, finding: Finding) -> bool:
        """Whether the same matter is there already."""
        return _matter(finding) in self._matters

    def holds(self, key: str) -> bool:
        """Whether the ledger holds a fact with this key."""
        return re.fullmatch("[0-9a-f]{64}", key) is not None and bool(self._ledger.places([key]))

    @cached_property
    def gone(self) -> set[str]:
        """The keys of voided facts."""
        return voided_keys(self._ledger.events(kinds=("void",)))

    @cached_property
    def _enrolments(self) -> set[tuple[str | None, int]]:
        enrolled = [*self._standing("enrol"), *(fact for fact in self._expected if isinstance(fact, Enrol))]
        return {(fact.unit, month_of(fact.at)) for fact in enrolled}

    @cached_property
    def _matters(self) -> set[tuple[object, ...]]:
        return {_matter(fact) for fact in self._standing("finding")}

    def _standing(self, kind: str) -> list[Fact]:
        found = [event.fact for event in self._ledger.events(kinds=(kind,)) if event.key not in self.gone]
        return [read_as(fact, self.register.names) for fact in found]


def objections(held: Held, book: Rulebook, fact: Fact) -> Iterator[Sentence]:
    """What the rulebook and the ledger have against a fact."""
    if isinstance(fact, Finding):
        yield from _finding_objections(held, book, fact)
    elif isinstance(fact, Enrol | Alias):
        yield from held.register.objections(fact)
        yield from _enrol_objections(book, fact) if isinstance(fact, Enrol) else ()
    elif isinstance(fact, Exempt | Appeal):
        yield from _exempt_objections(held, book, fact)
    elif isinstance(fact, Void) and not held.holds(fact.key):
        yield sentence("the ledger holds no fact with key {key}.", key=fact.key)
    elif isinstance(fact, Publish | Ruling):
        yield sentence(
            "a {kind} is made by its own command: kaoping {command}", kind=sentence(fact.kind), command=fact.kind
        )
    if held.gone and key_of(content(fact), 1) in held.gone:
        yield sentence("this very fact was recorded and voided before; void its void to bring it back.")


def _finding_objections(held: Held, book: Rulebook, fact: Finding) -> Iterator[Sentence]:
    known = findings_of(book)
    if fact.item not in known:
        why = sentence("the rulebook knows no finding {item}; known: {known}", item=fact.item, known=" ".join(known))
        yield _unknown(why, fact.item, words.findings_named(book))
        return
    part = known[fact.item]
    if part is not None and part.prices and str(getattr(fact, part.by)) not in part.prices:
        yield sentence(
            "finding {item} needs {by}, one of: {known}", item=fact.item, by=part.by, known=" ".join(part.prices)
        )
    if not fact.document:
        yield sentence("finding {item} needs its document (文号).", item=fact.item)
    if not book.covers(month_of(fact.at)):
        yield sentence(
            "{at} lies outside the rulebook ({start} to {until}).",
            at=show_iso(fact.at),
            start=book.valid_from,
            until=book.valid_until,
        )
    if not held.is_enrolled(fact.unit, month_of(fact.at)):
        yield sentence("{unit} is not enrolled at that time; enrol it first.", unit=fact.unit)
    if fact.ticket is not None and not held.units_of(fact.ticket):
        yield sentence("the ledger knows no ticket {ticket}.", ticket=fact.ticket)
    if held.has(fact):
        yield sentence(
            "finding {item} of {unit} under document {document} is there already.",
            item=fact.item,
            unit=fact.unit,
            document=fact.document,
        )


def _unknown(why: Sentence, word: str, named: Mapping[str, str]) -> Sentence:
    """Why a word is refused, with the likest of those that are known."""
    likest = words.likest(named, word)
    return sentence("{why}; perhaps {likest}", why=why, likest=likest) if likest else why


def _enrol_objections(book: Rulebook, fact: Enrol) -> Iterator[Sentence]:
    known = groups_of(book)
    if known and fact.group not in known:
        yield sentence("the rulebook knows no group {group}; known: {known}", group=fact.group, known=" ".join(known))


def _exempt_objections(held: Held, book: Rulebook, fact: Exempt | Appeal) -> Iterator[Sentence]:
    if not book.exempts:
        yield sentence("{book} does not provide for exemptions: {reason}", book=book.id, reason=book.exempts_reason)
        return
    items = {name for _, item, part in book.parts() if item.exemptible for name in item.names_of(part)}
    if isinstance(fact, Appeal):
        items -= {ALL_ITEMS}
    if fact.item not in items:
        known = " ".join(sorted(items, key=lambda name: (name == ALL_ITEMS, name)))
        why = sentence("the rulebook exempts from no item {item}; known: {known}", item=fact.item, known=known)
        yield _unknown(why, fact.item, words.items_named(book))
    if not fact.document and isinstance(fact, Exempt):
        yield sentence("an exemption needs its document (文号).")
    units = held.units_of(str(fact.ticket))
    if not units:
        yield sentence("the ledger knows no ticket {ticket}.", ticket=fact.ticket)
    elif fact.unit is not None and fact.unit not in units:
        yield sentence(
            "ticket {ticket} was never dispatched to {unit}; it was to: {units}",
            ticket=fact.ticket,
            unit=fact.unit,
            units=" ".join(sorted(units)),
        )


def findings_of(book: Rulebook) -> Mapping[str, Part | None]:
    """The findings a rulebook knows, each with the part that prices it (none: it answers or vetoes)."""
    known: dict[str, Part | None] = {}
    for _, _, part in book.parts():
        if part.finding:
            known[part.finding] = part
        if part.answered_by:
            known.setdefault(part.answered_by, None)
    for veto in book.vetoes():
        if veto.finding:
            known.setdefault(veto.finding, None)
    return known


def _matter(fact: Fact) -> tuple[object, ...]:
    """What makes two findings the same matter: item, unit, ticket, document, manner and instant."""
    return tuple(getattr(fact, name) for name in ("item", "unit", "ticket", "document", "at", "role", "mode"))
