"""Facts that people enter: findings, exemptions, units, other names, voids; what each would move is shown before it is recorded."""

from collections.abc import Sequence
from itertools import chain

from calendars.periods import month_of, show_month
from kaoping.language.words import heading_of, word_of_finding, words_of_items
from kaoping.office.intake.foreseen import ENTERED, foresee, record_entry
from kaoping.office.intake.objections import contestable, findings_of
from kaoping.office.session import WrongArgument, groups_of
from kaoping.reports.intake.entered import entered_table, foreseen_page
from kaoping.reports.page import Page
from kaoping.web.desk import Elsewhere, Inquiry, View, month_path, ticket_path
from kaoping.web.filled import Filled, is_stale
from kaoping.web.forms.blank import Blank, Field, by_field, form_view, head_of, hidden, objected
from ledger.facts import KIND, Void
from ledger.sentences import LedgerMoved, UserError, sentence
from scoring.law.rulebook import Rulebook

ASKED: dict[str, tuple[str, ...]] = {
    "finding": ("item", "unit", "ticket", "role", "mode", "count", "document", "at"),
    "exempt": ("ticket", "unit", "item", "at", "reason", "document"),
    "enrol": ("unit", "group", "at"),
    "alias": ("unit", "name", "at"),
    "void": ("fact", "at", "reason"),
}
"""Kind -> what its form asks for."""
NEEDED = {"item", "at", "fact", "group", "name"}
DIGITS = 18


def blank(inquiry: Inquiry) -> View:
    """The form of a kind of fact; what stands in the address stands in it."""
    kind = inquiry.one("kind") or "finding"
    given = {name: [inquiry.one(name) or ""] for name in every_field()}
    return _asking(inquiry, kind, Filled(fields=given))


def every_field() -> tuple[str, ...]:
    """All that any of the forms asks for."""
    return tuple(dict.fromkeys(chain.from_iterable(ASKED.values())))


def _asking(inquiry: Inquiry, kind: str, filled: Filled) -> View:
    say, language, head = inquiry.language.say, inquiry.language, head_of(inquiry)
    if kind not in ENTERED:
        known = sentence("Known: {known}", known=" ".join(ENTERED))
        raise WrongArgument(sentence("{kind} is no kind of fact that is entered here.", kind=kind[:40]), known)
    book = inquiry.session().book()
    fields = [_field(inquiry, book, kind, name, filled.one(name)) for name in ASKED[kind]]
    form = Blank(
        action=inquiry.link("/record/preview", kind=None), head=head, button=say("Show what it would move"), title=_word(inquiry, kind),
        fields=[Field(name="kind", kind="hidden", value=kind), *fields, by_field(language, inquiry, filled.one("by"))],
    )  # fmt: skip
    links = [(_word(inquiry, one), inquiry.link("/record", kind=one)) for one in ENTERED]
    return form_view(View(title=say("Record"), body=Page((), language.code), links=links), form, language=language)


def _word(inquiry: Inquiry, kind: str) -> str:
    return KIND[kind].word if inquiry.language.code == "zh" else kind


def _field(inquiry: Inquiry, book: Rulebook, kind: str, name: str, value: str) -> Field:
    say, code = inquiry.language.say, inquiry.language.code
    label = (
        say("the fact's position, such as #12: its ticket's page tells it")
        if name == "fact"
        else heading_of(kind, name, code)
    )
    options = _options(book, kind, name)
    if name == "reason":
        return Field(name=name, label=label, kind="area", value=value, required=True)
    if not options:
        if name == "at":
            label = say("{when} such as 2023-05-10", when=label)
        return Field(name=name, label=label, value=value, required=name in NEEDED)
    if value and value not in options:
        options = [*options, value]
    return Field(name=name, label=label, kind="choice", options=[("", ""), *((one, one) for one in options)], value=value,
        required=name in NEEDED)  # fmt: skip


def _options(book: Rulebook, kind: str, name: str) -> Sequence[str]:
    """The words there are for a field; none: it is written freely."""
    if kind == "finding" and name == "item":
        return [word_of_finding(book, one) for one in findings_of(book)]
    if kind == "exempt" and name == "item":
        return [*words_of_items(book, contestable(book)), "全部"]
    return groups_of(book) if name == "group" else ()


def preview(inquiry: Inquiry, filled: Filled, *, stale: bool = False) -> View:
    """What the fact would move; nothing is written."""
    language, kind, head = inquiry.language, filled.one("kind"), head_of(inquiry)
    view = _asking(inquiry, kind, filled)
    try:
        session = inquiry.session(writes=True, by=filled.one("by"))
        told = foresee(session, kind, _fields(kind, filled))
    except UserError as error:
        return objected(view, error, language)
    form = Blank(
        action=inquiry.link("/record"),
        fields=hidden(filled, "kind", *ASKED[kind], "by"),
        button=language.say("Record it"),
        head=head,
    )
    page = View(title=language.say("What it would move: {kind}", kind=_word(inquiry, kind)),
        body=foreseen_page(language, session.book(), told))  # fmt: skip
    return form_view(page, form, [language.say("Nothing is recorded yet.")], stale=stale, language=language)


def record(inquiry: Inquiry, filled: Filled) -> View | Elsewhere:
    """The fact recorded, if the ledger is still what the preview rested on; then on to its page, which may be asked for again."""
    kind = filled.one("kind")
    if is_stale(inquiry.desk, filled):
        return preview(inquiry, filled, stale=True)
    session = inquiry.session(writes=True, by=filled.one("by"), since=filled.since)
    try:
        kept = record_entry(session, kind, _fields(kind, filled))
    except LedgerMoved:
        return preview(inquiry, filled, stale=True)
    except UserError as error:
        return objected(_asking(inquiry, kind, filled), error, session.language)
    return Elsewhere(inquiry.link(f"/recorded/{kept.event.position}"))


def recorded(inquiry: Inquiry, position: str) -> View:
    """A fact of the ledger, by its position."""
    session, say = inquiry.session(), inquiry.language.say
    number = int(position) if position.isdecimal() and len(position) < DIGITS else 0
    with session.ledger() as opened:
        event = opened.at(number) if number else None
    if event is None:
        raise WrongArgument(
            sentence("there is no position {position} in the ledger.", position=position[:40]),
            "Its last is given by kaoping verify.",
        )
    fact = event.fact
    name = show_month(month_of(fact.at))
    links = [] if isinstance(fact, Void) else [(say("Overview {period}", period=name), inquiry.link(month_path(name)))]
    if fact.ticket is not None:
        links.append((say("Ticket {ticket}", ticket=fact.ticket), inquiry.link(ticket_path(fact.ticket))))
    links += [
        (say("Void it"), inquiry.link("/record", kind="void", fact=str(number))),
        (say("Record"), inquiry.link("/record")),
    ]
    table = entered_table(session.language, session.book(), fact, say("Position #{position}", position=number))
    return View(
        title=say("Recorded: #{position}", position=number), body=Page((table,), session.language.code), links=links
    )


def _fields(kind: str, filled: Filled) -> dict[str, str | None]:
    """What was filled in; an empty field says nothing. A position may have its # before it."""
    given = {name: filled.one(name) or None for name in ASKED.get(kind, ())}
    if "fact" in given:
        given["fact"] = (given["fact"] or "").removeprefix("#")
    return given
