"""Facts that people enter: findings, evidence, exemptions, voids, checked against the rulebook before they are kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import attrs

from kaoping import now
from kaoping.files.entries import EXPLAINS, FULL_TIME, FilledTable, exchange_table, filled_table
from kaoping.language import words
from kaoping.office.intake.imports import Arrival, read_files, take_in
from kaoping.office.intake.objections import EntryObjection, Held, enrol_objections, findings_of, objections, one_of
from kaoping.office.session import DIGITS, Session, WrongArgument
from ledger.batches import Event, Source
from ledger.exchange import read_fact
from ledger.facts import KIND, NAMED, Enrol, Fact, Finding, Publish, Ruling, fields_of
from ledger.intake.cells import exchanged
from ledger.intake.kept import masked_fact
from ledger.intake.tables.table import LogTable, Row
from ledger.register import read_as
from ledger.sentences import Mistake, Problem, Sentence, UnreadableFact, UserError, listed, sentence
from ledger.store import Ledger
from ledger.texts import FREE, masked
from scoring.law.rulebook import Rulebook

T = TypeVar("T")
IN_WORDS: Mapping[str, Sentence] = {
    **dict.fromkeys(words.TIMES, sentence(FULL_TIME)), "role": sentence("write 主办 or 协办"),
    **dict.fromkeys(words.FLAGGED, sentence("write 是 or 否")), "kind": sentence("write a kind such as 考评记录 or 单位登记"),
}  # fmt: skip
"""What to write in a cell that could not be read, as people write it."""
AT_CELL = "{file}:{row}: {cell} {why}\n    To fix: {remedy}"
FIELDS = {name: ("kind", *(NAMED.get(field, field) for field in fields_of(kind))) for name, kind in KIND.items()}
COMMANDED = (Publish.kind, Ruling.kind)
"""Kinds that have a command of their own."""
UNREAD, UNREAD_AT = "?", "2100-01-01T00:00:00+08:00"  # for what could not be read; no unit is enrolled later
EVERY_FIELD = frozenset(field for fields in FIELDS.values() for field in fields)


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
    kind, finding = _kind(book, word)
    fields: dict[str, str | None] = {"item": finding} if finding else {}
    for pair in pairs:
        name, mark, value = pair.replace("＝", "=", 1).partition("=")
        name = words.field_of(kind, name)
        if not mark or not name or name == "kind":
            raise WrongArgument(sentence("{pair} is no FIELD=VALUE.", pair=pair), "Write it like unit=茅店镇.")
        if name in fields:
            raise WrongArgument(sentence("{name} is given twice.", name=name), "Give each field once.")
        fields[name] = value
    return fact_of(kind, fields, book)


def _kind(book: Rulebook, word: str) -> tuple[str, str | None]:
    """The kind that a word names; of a finding's own name, such as 表扬, a finding, and which. Raises WrongArgument."""
    kind = words.kind_of(word)
    if kind in KIND:
        return kind, None
    finding = words.finding_of(book, word)
    if finding in findings_of(book):
        return Finding.kind, finding
    known = listed([sentence(name) for name in KIND if name not in COMMANDED], " ")
    likest = " ".join(words.kinds_like(book, word, COMMANDED))
    remedy = sentence("Use one of: {known}", known=known)
    if likest:
        remedy = sentence("Perhaps {likest}? Use one of: {known}", likest=likest, known=known)
    raise WrongArgument(sentence("{kind} is no kind of fact.", kind=word), remedy)


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
    column = sentence(NAMED.get(mistake.column, mistake.column))  # which people call otherwise
    return sentence("{column} {why}: {remedy}", column=column, why=mistake.why, remedy=mistake.remedy)


def record(ledger: Ledger, book: Rulebook, fact: Fact) -> Recorded:
    """The fact kept in the ledger, alone in its batch. Raises WrongArgument for a group that is none, Refused with every
    other reason, and then keeps nothing."""
    fact = checked(ledger, book, fact)
    source = Source(name="kaoping record", sha256="", profile="record", rows=1, facts=[(1, fact)])
    batch = ledger.append(source, now.now_ms())
    events = [event for event in ledger.events(ticket=fact.ticket, kinds=(fact.kind,)) if event.fact == fact]
    return Recorded(fact, events[-1], known=not batch.events_added)


def checked(ledger: Ledger, book: Rulebook, fact: Fact) -> Fact:
    """The fact as it would be recorded, its unit by its name in the register. Raises WrongArgument, Refused as `record` does."""
    if isinstance(fact, Enrol):
        for objection in enrol_objections(book, fact):
            raise WrongArgument(objection.reason, "Name one of them, or the rulebook that has it with --rulebook.")
    held = Held(ledger)
    fact = read_as(fact, held.register.names)
    reasons = [objection.reason for objection in objections(held, book, fact)]
    if reasons:
        raise Refused(reasons)
    return fact


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
    found = ledger.at(int(fact)) if len(fact) < DIGITS else None
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
    filled: dict[str, list[tuple[FilledTable, LogTable]]] = {}

    def seen(table: LogTable) -> LogTable:
        form = filled_table(table, kind)
        exchange = exchange_table(table, book, form.kind)
        filled.setdefault(table.name, []).append((form, exchange))
        return exchange

    arrivals = [_without_explanations(one) for one in read_files(paths, "events", seen)]
    held = Held(ledger)
    for arrival in arrivals:
        held.expect(fact for _, fact in arrival.read.facts)
    reasons = [reason for one in arrivals for reason in _faults(held, book, one, *filled[one.name].pop(0))]
    if reasons:
        raise Refused(reasons)
    return take_in(session, ledger, arrivals)


def _without_explanations(arrival: Arrival) -> Arrival:
    """The arrival without word of the sheets that explain a form."""
    return attrs.evolve(arrival, unread=tuple(one for one in arrival.unread if one.why != EXPLAINS))


def _faults(
    held: Held, book: Rulebook, arrival: Arrival, filled: FilledTable, exchange: LogTable
) -> Iterator[Sentence]:
    """What is wrong with a table, in the order of its rows: row, heading, what stands there, why, and the remedy. Of a row with a
    cell that cannot be read, what the others say is held against the rulebook and the ledger too."""
    told = [(one.row, _misread(arrival.name, one, filled)) for one in arrival.read.problems]
    misread = _misread_fields(arrival, filled)
    for each in exchange.rows:
        if each.number in misread and each.cells:
            others = _other_faults(held, book, arrival.name, each, misread[each.number], filled, exchange.header)
            told += [(each.number, one) for one in others]
    for row, fact in arrival.read.facts:
        known = read_as(fact, held.register.names)
        against = [*objections(held, book, known)]
        told += [(row, _refused(arrival.name, row, one, filled)) for one in against]
        if not against:
            held.take(known)
    yield from (reason for _, reason in sorted(told, key=lambda one: one[0]))


def _misread_fields(arrival: Arrival, filled: FilledTable) -> dict[int, set[str]]:
    """Row -> the fields that could not be read."""
    fields: dict[int, set[str]] = {}
    for one in arrival.read.problems:
        fields.setdefault(one.row, set()).add(filled.field(one.column))
    return fields


def _other_faults(
    held: Held, book: Rulebook, file: str, row: Row, misread: set[str], filled: FilledTable, header: Sequence[str]
) -> Iterator[Sentence]:
    """What is wrong with the fields of a row other than those that could not be read, for which something stands that could be."""
    values = {name: exchanged(name, cell) for name, cell in zip(header, row.cells, strict=True)}
    kind = KIND.get(str(values.get("kind")))
    if kind is None:
        return
    read = {name: value for name, value in values.items() if name not in misread and name in FIELDS[kind.kind]}
    stand_ins = {name: UNREAD_AT if name == "at" else UNREAD for name in ("at", *kind.needs) if name in misread}
    try:
        fact = read_as(read_fact({**read, **stand_ins, "kind": kind.kind}), held.register.names)
    except UnreadableFact as error:
        for one in error.mistakes:
            if one.column not in misread:
                remedy = IN_WORDS.get(one.column, one.remedy) if one.value else one.remedy
                yield _cell_fault(file, row.number, filled, one.column, one.why, remedy)
        return
    yield from (
        _refused(file, row.number, one, filled)
        for one in objections(held, book, fact)
        if one.field not in misread | {""}
    )


def _misread(file: str, problem: Problem, filled: FilledTable) -> Sentence:
    """A value that is none of its field, with the remedy in people's words; of a heading that is no field, the heading alone."""
    field = filled.field(problem.column)
    if filled.kind in KIND and field and field not in FIELDS[filled.kind]:
        known = [words.heading_of(filled.kind, one, "zh") for one in FIELDS[filled.kind] if one not in ("id", "seq")]
        place = {"file": file, "row": problem.row, "cell": problem.column, "why": problem.why}
        return sentence(AT_CELL, **place, remedy=one_of({one: one for one in known}, problem.column))
    remedy = IN_WORDS.get(field, problem.remedy) if problem.value else problem.remedy
    if field == "at" and problem.value and filled.kind in (*words.DAY_BEGINS, *words.DAY_ENDS):
        remedy = sentence("write a day like 2023-05-20")
    return _cell_fault(file, problem.row, filled, field, problem.why, remedy)


def _refused(file: str, row: int, objection: EntryObjection, filled: FilledTable) -> Sentence:
    return _cell_fault(file, row, filled, objection.field, objection.why, objection.remedy)


def _cell_fault(file: str, row: int, filled: FilledTable, field: str, why: Sentence, remedy: Sentence) -> Sentence:
    heading = filled.heading(field) if field else ""
    value = masked(filled.value(row, field)) if field in EVERY_FIELD - FREE else ""
    cell = f"{heading} '{value}'" if value else heading
    place = {"file": file, "row": row, "why": why, "remedy": remedy}
    if not cell:
        return sentence("{file}:{row}: {why}\n    To fix: {remedy}", **place)
    return sentence(AT_CELL, cell=cell, **place)
