"""Forms to fill in: which columns, words and explanations the rulebook and the register give them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum

import attrs

from calendars.instants import SHANGHAI, day_start
from kaoping.language import words
from kaoping.language.language import Language
from kaoping.office.intake.objections import contestable, findings_of
from kaoping.office.session import Session, WrongArgument, groups_of
from ledger.facts import Enrol
from ledger.intake.nearest import nearest
from ledger.sentences import UserError, sentence
from scoring.law.rulebook import Part, Rulebook

PREPARED = 500  # rows ready to be filled in; those below them take words and dates just the same
LAST_DAY = date(2100, 12, 31)


class FormKind(StrEnum):
    """What a form is for: findings of a month, evidence for longer periods, units to enrol, appeals."""

    FINDINGS = "findings"
    EVIDENCE = "evidence"
    UNITS = "units"
    APPEALS = "appeals"

    @property
    def fact(self) -> str:
        """The kind of fact that its rows become."""
        return words.FORM_KINDS[self.value]


class NothingToFill(UserError):
    """A form that the rulebook has no use for."""


@attrs.frozen(kw_only=True)
class FormColumn:
    """A column of a form, such as 考评项目. `choices` are all that may stand in it (none: anything); `days` the first and the last
    moment of a column of days; `counts`: whole numbers stand in it."""

    field: str
    heading: str
    says: str
    example: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    days: tuple[date, datetime] | None = None
    counts: bool = False
    width: int = 16


@attrs.frozen(kw_only=True)
class FormWord:
    """A word of the rulebook that a form takes, with the law's words and what else must be told with it."""

    word: str
    law: str
    needs: str = ""


@attrs.frozen(kw_only=True)
class Form:
    """A form to fill in. `sheet`, `explains` and `lists` are what its sheets are called, `steps` tell how it is filled in, `at` (ms)
    is what the file is dated by."""

    kind: FormKind
    title: str
    sheet: str
    explains: str
    lists: str
    columns: tuple[FormColumn, ...]
    steps: tuple[str, ...]
    known: tuple[FormWord, ...]
    rulebook: str
    units: int
    at: int


def form_of(session: Session, name: str) -> Form:
    """The form of this name, in the words of the rulebook and with the units enrolled in the ledger, where there is one. Raises
    WrongArgument, NothingToFill."""
    kind = _kind(name)
    book, say = session.book(), session.language.say
    units = _units(session)
    columns = tuple(_columns(session.language, book, kind, units))
    code = session.language.code
    return Form(
        kind=kind, title=say("{title}: {form}", title=book.title, form=_title(session.language, kind)),
        sheet=words.sheet_name(kind, code), explains=words.sheet_name("instructions", code),
        lists=words.sheet_name("lists", code), columns=columns, steps=tuple(_steps(session, kind, columns)),
        known=tuple(_known(session.language, book, kind)), rulebook=book.id, units=len(units),
        at=day_start(book.valid_from, SHANGHAI),
    )  # fmt: skip


def _kind(name: str) -> FormKind:
    if name in [*FormKind]:
        return FormKind(name)
    likest = " ".join(nearest(name, FormKind) or FormKind)
    raise WrongArgument(sentence("there is no form {name}.", name=name), sentence("Use one of: {known}", known=likest))


def _title(language: Language, kind: FormKind) -> str:
    match kind:
        case FormKind.FINDINGS:
            return language.say("form of findings")
        case FormKind.EVIDENCE:
            return language.say("form of evidence")
        case FormKind.UNITS:
            return language.say("form of units")
    return language.say("form of appeals")


def _units(session: Session) -> tuple[str, ...]:
    """The units enrolled, in the order they were; none where there is no ledger yet."""
    if not (session.path.exists() and session.path.stat().st_size):
        return ()
    with session.ledger() as opened:
        enrolled = opened.register().units
        told = [event.fact for event in opened.events(kinds=("enrol",))]
    return tuple(dict.fromkeys(str(fact.unit) for fact in told if isinstance(fact, Enrol) and fact.unit in enrolled))


# columns


def _columns(language: Language, book: Rulebook, kind: FormKind, units: Sequence[str]) -> Iterator[FormColumn]:
    maker = _ColumnMaker(language, book, kind.fact, tuple(units))
    match kind:
        case FormKind.FINDINGS | FormKind.EVIDENCE:
            yield from _finding_columns(maker, kind)
        case FormKind.UNITS:
            yield from _unit_columns(maker)
        case FormKind.APPEALS:
            yield from _appeal_columns(maker)
    yield maker.free("remark", language.say("for people alone: it is not kept"), "", width=24)


@attrs.frozen
class _ColumnMaker:
    language: Language
    book: Rulebook
    kind: str
    units: tuple[str, ...]

    def free(self, field: str, says: str, example: str, *, width: int = 16, required: bool = False) -> FormColumn:
        """A column in which anything may stand."""
        heading = words.heading_of(self.kind, field, self.language.code)
        return FormColumn(field=field, heading=heading, says=says, example=example, width=width, required=required)

    def day(self, says: str, first: date, last: date) -> FormColumn:
        """The column of the day, with every time of its last day."""
        ends = datetime.combine(last, time.max).replace(microsecond=0)
        shown = first.isoformat()
        return attrs.evolve(self.free("at", says, shown, width=14, required=True), days=(first, ends))

    def chosen(self, field: str, says: str, choices: Sequence[str], *, required: bool = True) -> FormColumn:
        """A column of words, as wide as they need."""
        width = max((2 * len(one) for one in choices), default=0) + 3
        column = self.free(field, says, choices[0] if choices else "", width=min(max(width, 12), 40), required=required)
        return attrs.evolve(column, choices=tuple(choices))

    def unit(self) -> FormColumn:
        """The column of the unit, from the register where there is one."""
        say = self.language.say
        says = (
            say("choose: the units enrolled in the ledger")
            if self.units
            else say("its name, as it is enrolled in the ledger")
        )
        return attrs.evolve(self.chosen("unit", says, self.units), width=22)


def _finding_columns(maker: _ColumnMaker, kind: FormKind) -> Iterator[FormColumn]:
    say, book = maker.language.say, maker.book
    wanted = _wanted(book, kind)
    if not wanted:
        why = sentence("{book} has no sheet of a quarter or longer, so nothing is recorded as evidence.", book=book.id)
        raise NothingToFill(why, "kaoping template findings is the form for all that this rulebook knows.")
    known = [words.word_of_finding(book, name) for name in wanted]
    yield maker.day(say("the day it was found, or that its document bears"), book.valid_from, book.valid_until)
    yield maker.unit()
    yield attrs.evolve(
        maker.chosen("item", say("choose: what the rulebook knows, see the table below"), known), width=34
    )
    for field in ("mode", "role"):
        priced = dict.fromkeys(name for part in wanted.values() if part and part.by == field for name in part.prices)
        if priced:
            says = say("choose, where the table below asks for it; else leave it empty")
            yield maker.chosen(field, says, words.words_of_manner(field, priced), required=False)
    if kind is FormKind.FINDINGS:
        yield maker.free("ticket", say("where it is about one ticket; else leave it empty"), "", width=20)
    counts = maker.free("count", say("a whole number; empty means 1"), "1", width=8)
    yield attrs.evolve(counts, counts=True)
    example = say("Doc. [{year}] No. 12", year=book.valid_from.year)
    yield maker.free("document", say("the number of the document that says so"), example, width=26, required=True)


def _wanted(book: Rulebook, kind: FormKind) -> Mapping[str, Part | None]:
    """The findings a form is for, each with the part that prices it: evidence goes onto sheets of a quarter or longer, all else is
    found in a month, or decides over a year."""
    known = findings_of(book)
    longer = {
        name
        for sheet, _, part in book.parts()
        if sheet.period != "month"
        for name in (part.finding, part.answered_by)
        if name
    }
    return {name: part for name, part in known.items() if (name in longer) == (kind is FormKind.EVIDENCE)}


def _unit_columns(maker: _ColumnMaker) -> Iterator[FormColumn]:
    say, book = maker.language.say, maker.book
    yield maker.free("unit", say("its name as the platform writes it"), say("Example Town"), width=26, required=True)
    groups = groups_of(book)
    says = say("choose: the groups of the rulebook") if groups else say("the group of units it belongs to")
    yield attrs.evolve(maker.chosen("group", says, groups), width=18)
    yield attrs.evolve(
        maker.day(say("the day from which it belongs to the group"), date(1990, 1, 1), LAST_DAY),
        example=book.valid_from.isoformat(),
    )


def _appeal_columns(maker: _ColumnMaker) -> Iterator[FormColumn]:
    say, book = maker.language.say, maker.book
    if not book.exempts:
        why = sentence("{book} does not provide for exemptions: {reason}", book=book.id, reason=book.exempts_reason)
        raise NothingToFill(why, "An appeal could be granted nothing; see kaoping rules.")
    items = words.words_of_items(book, contestable(book))
    yield maker.day(say("the day the unit appealed"), book.valid_from, LAST_DAY)
    yield maker.unit()
    yield maker.free(
        "ticket", say("the number of the ticket, as the platform writes it"), "GX-1", width=22, required=True
    )
    yield attrs.evolve(maker.chosen("item", say("choose: the item that the unit contests"), items), width=24)
    reason = say("why, in a sentence, without names and telephone numbers of citizens")
    yield maker.free("reason", reason, say("the platform was down"), width=44, required=True)
    yield maker.free("document", say("of the appeal, where it has one"), "", width=24)


# explanations


def _steps(session: Session, kind: FormKind, columns: Sequence[FormColumn]) -> Iterator[str]:
    say = session.language.say
    sheet = words.sheet_name(kind, session.language.code)
    yield say(
        "Fill in the sheet {sheet}, one row for each entry. Dark headings must be filled in; the others may stay empty.",
        sheet=sheet,
    )
    yield say(
        "Where a list drops down, take a word from it. Paste values alone: whole cells would overwrite lists and formats."
    )
    yield say(
        "Headings and this sheet are locked, without a password. Do not rename or move the sheets. Rows left empty count as none."
    )
    command = f"kaoping record --file {say('FILE')}.xlsx" + _options(session)
    yield say(
        "Record it with: {command}. Every cell is checked again; one mistake, and nothing is recorded: all are listed by row.",
        command=command,
    )
    if kind in (FormKind.FINDINGS, FormKind.EVIDENCE, FormKind.APPEALS) and not any(
        one.field == "unit" and one.choices for one in columns
    ):
        yield say(
            "The ledger had no units when this form was made: enrol them first (kaoping template units), then make the form again."
        )
    if kind is FormKind.APPEALS:
        yield say("An appeal changes no score. It is ruled on with: {command}", command="kaoping ruling")
    yield say("Made from rulebook {book}. The row of examples below is no entry.", book=session.book().id)


def _options(session: Session) -> str:
    return "" if session.rulebook == "ganxian-2023" else f" --rulebook {session.rulebook}"


def _known(language: Language, book: Rulebook, kind: FormKind) -> Iterator[FormWord]:
    """The words of the rulebook that the form takes, with the law's."""
    if kind in (FormKind.FINDINGS, FormKind.EVIDENCE):
        for name, part in _wanted(book, kind).items():
            needs = _needs(language, part) if part is not None and part.prices else ""
            yield FormWord(word=words.word_of_finding(book, name), law=_law(book, name), needs=needs)
    elif kind is FormKind.APPEALS:
        for word in words.words_of_items(book, contestable(book)):
            name = words.item_of(book, word)
            law = next((item.words for _, item, part in book.parts() if name in (item.id, item.name_of(part))), "")
            titled = [item.words for _, item, _ in book.parts() if item.title == word]
            yield FormWord(word=word, law=(titled or [law])[0])


def _needs(language: Language, part: Part) -> str:
    heading = words.heading_of("finding", part.by, language.code)
    return f"{heading}：{' / '.join(words.words_of_manner(part.by, part.prices))}"


def _law(book: Rulebook, finding: str) -> str:
    """The law's words on a finding: of its part, else of its item, else of the veto it is."""
    for _, item, part in book.parts():
        if finding in (part.finding, part.answered_by):
            return part.words or item.words
    return next((veto.words for veto in book.vetoes() if veto.finding == finding), "")
