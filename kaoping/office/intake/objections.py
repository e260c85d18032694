"""What the rulebook and the ledger have against a fact that a person enters: each objection with its field and its remedy."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import attrs

from calendars.instants import local_day, show_iso
from calendars.periods import month_of
from kaoping import now
from kaoping.language import words
from kaoping.language.facts import at_written
from kaoping.office.session import groups_of
from ledger.exchange import content, key_of
from ledger.facts import ALL_ITEMS, Alias, Appeal, Dispatch, Enrol, Exempt, Fact, Finding, Publish, Ruling, Void
from ledger.intake.nearest import nearest
from ledger.register import read_as, register_of
from ledger.sentences import Sentence, listed, sentence
from ledger.store import Ledger
from ledger.voids import voided_keys
from scoring.law.rulebook import Part, Rulebook

MOST_NAMED = 12  # words told in one remedy


class Held:
    """What the ledger holds that a fact is checked against: read once, however many facts there are. `register`: with the units that
    come with the facts; `settled`: without, since a unit that comes under another's alias must not end the alias."""

    def __init__(self, ledger: Ledger, at: int | None = None) -> None:
        self._ledger = ledger
        self.today = local_day(now.now_ms() if at is None else at)
        self._sent: dict[str, list[Dispatch]] = {}
        self._expected: list[Fact] = []
        self._taken: set[Fact] = set()
        entered = ledger.events(kinds=("enrol", "alias"))
        self.register = self.settled = register_of(event for event in entered if event.key not in self.gone)

    def expect(self, facts: Iterable[Fact]) -> None:
        """Enrolments and dispatches that come with the facts: a file may enrol a unit and find something of it."""
        several = tuple(facts)
        self._expected += [fact for fact in several if isinstance(fact, Enrol | Dispatch)]
        self.register = self.register.grown(fact for fact in several if isinstance(fact, Enrol))

    def take(self, fact: Fact) -> None:
        """A fact accepted, for those after it in the same files."""
        self._taken.add(fact)
        if isinstance(fact, Enrol):
            self._groups.setdefault((fact.unit, fact.at), set()).add(fact.group)
        if isinstance(fact, Finding):
            self._matters.add(_matter(fact))
        if isinstance(fact, Alias):
            self.register, self.settled = self.register.grown([fact]), self.settled.grown([fact])

    def is_enrolled(self, unit: str | None, month: int) -> bool:
        """Whether the unit is enrolled by the end of a month."""
        return any(one == unit and since <= month for one, since in self._enrolments)

    def units_of(self, ticket: str) -> set[str]:
        """The units that a ticket was dispatched to; none: it is unknown."""
        return {self.register.unit_of(str(fact.unit)) for fact in self._dispatches(ticket)}

    def sent_at(self, ticket: str, unit: str) -> int | None:
        """When a ticket was first dispatched to a unit; None: never."""
        own = (fact.at for fact in self._dispatches(ticket) if self.register.unit_of(str(fact.unit)) == unit)
        return min(own, default=None)

    def _dispatches(self, ticket: str) -> list[Dispatch]:
        if ticket not in self._sent:
            told = [
                event.fact
                for event in self._ledger.events(ticket=ticket, kinds=("dispatch",))
                if event.key not in self.gone
            ]
            told += [fact for fact in self._expected if fact.ticket == ticket]
            self._sent[ticket] = [fact for fact in told if isinstance(fact, Dispatch)]
        return self._sent[ticket]

    def has(self, finding: Finding) -> bool:
        """Whether the same matter is there already."""
        return _matter(finding) in self._matters

    def told_before(self, fact: Fact) -> bool:
        """Whether the same files said the very same before."""
        return fact in self._taken

    def groups_at(self, fact: Enrol) -> set[str]:
        """Other groups that the unit is enrolled into from the very same moment."""
        return self._groups.get((fact.unit, fact.at), set()) - {fact.group}

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
    def _groups(self) -> dict[tuple[str | None, int], set[str]]:
        groups: dict[tuple[str | None, int], set[str]] = {}
        for fact in self._standing("enrol"):
            if isinstance(fact, Enrol):
                groups.setdefault((fact.unit, fact.at), set()).add(fact.group)
        return groups

    @cached_property
    def _matters(self) -> set[tuple[object, ...]]:
        return {_matter(fact) for fact in self._standing("finding")}

    def _standing(self, kind: str) -> list[Fact]:
        found = [event.fact for event in self._ledger.events(kinds=(kind,)) if event.key not in self.gone]
        return [read_as(fact, self.register.names) for fact in found]


@attrs.frozen
class EntryObjection:
    """What is wrong with a fact: its `field`, the `reason` as a whole sentence, and for who filled in a table, `why` of that cell,
    and the `remedy` in people's words."""

    field: str
    reason: Sentence
    why: Sentence
    remedy: Sentence


def objections(held: Held, book: Rulebook, fact: Fact) -> Iterator[EntryObjection]:
    """What the rulebook and the ledger have against a fact."""
    if isinstance(fact, Finding):
        yield from _finding_objections(held, book, fact)
    elif isinstance(fact, Enrol | Alias):
        known = held.settled if isinstance(fact, Enrol) else held.register
        for reason in known.objections(fact):
            names_own = sentence("give each unit names of its own")
            yield EntryObjection("unit" if isinstance(fact, Enrol) else "name", reason, reason, names_own)
        if isinstance(fact, Enrol):
            yield from enrol_objections(book, fact)
            yield from _other_groups(held, fact)
    elif isinstance(fact, Exempt | Appeal):
        yield from _exempt_objections(held, book, fact)
    elif isinstance(fact, Void) and not held.holds(fact.key):
        reason = sentence("the ledger holds no fact with key {key}.", key=fact.key)
        yield EntryObjection("key", reason, reason, sentence("kaoping export and kaoping audit tell the keys"))
    elif isinstance(fact, Publish | Ruling):
        reason = sentence(
            "a {kind} is made by its own command: kaoping {command}", kind=sentence(fact.kind), command=fact.kind
        )
        yield EntryObjection("kind", reason, reason, sentence("use that command"))
    if isinstance(fact, Enrol | Alias | Appeal | Exempt) and held.told_before(fact):
        reason = sentence("the files say the very same twice.")
        field = "unit" if fact.ticket is None else "ticket"
        yield EntryObjection(
            field, reason, sentence("stands in an earlier row in the same words"), sentence("leave out this row")
        )
    if held.gone and key_of(content(fact), 1) in held.gone:
        reason = sentence("this very fact was recorded and voided before; void its void to bring it back.")
        yield EntryObjection("", reason, reason, sentence("leave out this row"))


def _finding_objections(held: Held, book: Rulebook, fact: Finding) -> Iterator[EntryObjection]:
    known = findings_of(book)
    if fact.item in known:
        yield from _manner_objections(book, fact, known[fact.item])
    else:
        yield _unknown_finding(book, fact.item, known)
    if not fact.document:
        reason = sentence("finding {item} needs its document (文号).", item=_called(book, fact.item))
        remedy = sentence("write the number of the document that says so")
        yield EntryObjection("document", reason, sentence("is missing"), remedy)
    if not book.covers(month_of(fact.at)):
        bounds = {"start": book.valid_from, "until": book.valid_until}
        reason = sentence("{at} lies outside the rulebook ({start} to {until}).", at=at_written(fact), **bounds)
        remedy = sentence("write a day within it, or name with --rulebook the rulebook that was valid then")
        yield EntryObjection("at", reason, sentence("lies outside the rulebook ({start} to {until})", **bounds), remedy)
    if not held.is_enrolled(fact.unit, month_of(fact.at)) and (
        book.covers(month_of(fact.at)) or not held.register.knows(str(fact.unit))
    ):
        yield _not_enrolled(held, str(fact.unit))
    if fact.ticket is not None and not held.units_of(fact.ticket):
        yield _unknown_ticket(fact.ticket)
    if held.has(fact):
        reason = sentence(
            "finding {item} of {unit} under document {document} is there already.",
            item=_called(book, fact.item),
            unit=fact.unit,
            document=fact.document,
        )
        why = sentence("is the same finding again: of this unit, item, day, ticket and document there is one already")
        yield EntryObjection("document", reason, why, sentence("leave out this row, or tell what is different in it"))


def _called(book: Rulebook, item: str) -> str:
    """A finding as people call it, and what the exchange format does: 受到群众表扬(praise)."""
    word = words.word_of_finding(book, item)
    return item if word == item else f"{word}({item})"


def _unknown_finding(book: Rulebook, item: str, known: Iterable[str]) -> EntryObjection:
    why = sentence("the rulebook knows no finding {item}; known: {known}", item=item, known=" ".join(known))
    reason = _unknown(why, item, words.findings_named(book))
    spoken = {word: words.word_of_finding(book, name) for word, name in words.findings_named(book).items()}
    return EntryObjection("item", reason, sentence("is no finding of the rulebook"), one_of(spoken, item))


def _manner_objections(book: Rulebook, fact: Finding, part: Part | None) -> Iterator[EntryObjection]:
    """Of a finding that is priced by its manner or role, that it has none of those; of any other, that it tells one nobody knows."""
    said, spoken = words.word_of_finding(book, fact.item), str(fact.mode)
    if part is not None and part.prices:
        if str(getattr(fact, part.by)) in part.prices:
            return
        reason = sentence(
            "finding {item} needs {by}, one of: {known}",
            item=_called(book, fact.item), by=sentence(part.by), known=listed([*map(sentence, part.prices)], " "),
        )  # fmt: skip
        field, given, known = part.by, getattr(fact, part.by), [*part.prices]
    elif fact.mode is not None and fact.mode not in words.manners_of(book):
        known = [*words.manners_of(book)]
        reason = sentence("{mode} is no manner that the rulebook knows: {known}", mode=spoken, known=" ".join(known))
        field, given = "mode", fact.mode
    else:
        return
    why = sentence("is missing") if given is None else sentence("is none of those for {item}", item=said)
    yield EntryObjection(field, reason, why, one_of(words.manners_named(field, known), str(given or "")))


def _not_enrolled(held: Held, unit: str) -> EntryObjection:
    reason = sentence("{unit} is not enrolled at that time; enrol it first.", unit=unit)
    likest = "" if held.register.knows(unit) else held.register.likest(unit)
    if likest:
        reason = sentence("{why} Perhaps {likest}?", why=reason, likest=likest)
    if held.register.knows(unit):
        remedy = sentence("mend the day, or enrol the unit from an earlier day on")
    elif likest:
        remedy = sentence("perhaps {likest}; a unit that is new is to be enrolled first", likest=likest)
    else:
        remedy = sentence("enrol it first (kaoping template units)")
    return EntryObjection("unit", reason, sentence("is not enrolled at that time"), remedy)


def _unknown_ticket(ticket: str | None) -> EntryObjection:
    reason = sentence("the ledger knows no ticket {ticket}.", ticket=ticket)
    why = sentence("is no ticket that the ledger knows")
    return EntryObjection(
        "ticket", reason, why, sentence("mend the number, or import the log that has the ticket first")
    )


def one_of(named: Mapping[str, str], word: str) -> Sentence:
    """The remedy for a word that is none of those known (what may be written -> the word on a form): the nearest; else all of
    them, where they are few."""
    likest = dict.fromkeys(named[one] for one in nearest(word, named)) if word else {}
    known = dict.fromkeys(named.values())
    if likest:
        return sentence("perhaps {likest}", likest=" / ".join(likest))
    if len(known) > MOST_NAMED:
        return sentence("take it from the list of this column in the form: kaoping template")
    return sentence("write one of: {known}", known=" / ".join(known))


def _unknown(why: Sentence, word: str, named: Mapping[str, str]) -> Sentence:
    """Why a word is refused, with the likest of those that are known."""
    likest = words.likest(named, word)
    return sentence("{why}; perhaps {likest}", why=why, likest=likest) if likest else why


def enrol_objections(book: Rulebook, fact: Enrol) -> Iterator[EntryObjection]:
    """That a unit is enrolled into a group that the rulebook does not have."""
    known = groups_of(book)
    if known and fact.group not in known:
        reason = sentence(
            "the rulebook knows no group {group}; known: {known}", group=fact.group, known=" ".join(known)
        )
        yield EntryObjection(
            "group", reason, sentence("is no group of the rulebook"), one_of({name: name for name in known}, fact.group)
        )


def _other_groups(held: Held, fact: Enrol) -> Iterator[EntryObjection]:
    """A unit belongs to one group at a time: from one moment on it cannot belong to two."""
    if others := " ".join(sorted(held.groups_at(fact))):
        reason = sentence("{unit} is enrolled into {groups} from the very same moment.", unit=fact.unit, groups=others)
        why = sentence("is not the group that the unit is enrolled into from the same day: {groups}", groups=others)
        yield EntryObjection(
            "group", reason, why, sentence("leave out one of them; a wrong enrolment is ended with kaoping void")
        )


def _exempt_objections(held: Held, book: Rulebook, fact: Exempt | Appeal) -> Iterator[EntryObjection]:
    if not book.exempts:
        reason = sentence("{book} does not provide for exemptions: {reason}", book=book.id, reason=book.exempts_reason)
        yield EntryObjection("item", reason, reason, sentence("leave out this row"))
        return
    items = contestable(book) if isinstance(fact, Appeal) else {*contestable(book), ALL_ITEMS}
    if fact.item not in items:
        known = " ".join(sorted(items, key=lambda name: (name == ALL_ITEMS, name)))
        why = sentence("the rulebook exempts from no item {item}; known: {known}", item=fact.item, known=known)
        reason = _unknown(why, fact.item, words.items_named(book))
        remedy = one_of({word: word for word in words.words_of_items(book, items)}, fact.item)
        yield EntryObjection("item", reason, sentence("is no item that the rulebook exempts from"), remedy)
    if not fact.document and isinstance(fact, Exempt):
        reason = sentence("an exemption needs its document (文号).")
        remedy = sentence("write the number of the document that says so")
        yield EntryObjection("document", reason, sentence("is missing"), remedy)
    units = held.units_of(str(fact.ticket))
    if not units:
        yield _unknown_ticket(fact.ticket)
    elif fact.unit is not None and fact.unit not in units:
        several = " ".join(sorted(units))
        reason = sentence(
            "ticket {ticket} was never dispatched to {unit}; it was to: {units}",
            ticket=fact.ticket,
            unit=fact.unit,
            units=several,
        )
        why = sentence("never had ticket {ticket}", ticket=fact.ticket)
        yield EntryObjection("unit", reason, why, sentence("it was dispatched to: {units}", units=several))
    if isinstance(fact, Appeal):
        yield from _untimely(held, fact)


def _untimely(held: Held, fact: Appeal) -> Iterator[EntryObjection]:
    """That an appeal is dated when nobody could make it: on a day yet to come, or before the unit had the ticket."""
    sent, told = held.sent_at(str(fact.ticket), str(fact.unit)), {"at": at_written(fact)}
    if local_day(fact.at) > held.today:
        reason = sentence("the appeal is dated {at}, a day yet to come.", **told)
        yield EntryObjection("at", reason, sentence("is a day yet to come"), sentence("mend the day"))
    elif sent is not None and fact.at < sent:
        reason = sentence(
            "the appeal is dated {at}, before its ticket was dispatched to the unit ({sent}).",
            **told,
            sent=show_iso(sent),
        )
        why = sentence("is before the ticket was dispatched to the unit ({sent})", sent=show_iso(sent))
        yield EntryObjection("at", reason, why, sentence("mend the day"))


def contestable(book: Rulebook) -> set[str]:
    """The items that a ticket can be taken out of one by one."""
    items = {name for _, item, part in book.parts() if item.exemptible for name in item.names_of(part)}
    return items - {ALL_ITEMS}


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
