"""Appeals: the list, one contested, and its ruling; what each would change is shown before it is recorded."""

import attrs

from kaoping.language.words import words_of_items
from kaoping.office import appeals as office
from kaoping.office.intake.objections import contestable
from kaoping.office.period.untold import gaps_json
from kaoping.reports.compare.appeals import appeal_table, appeals_json, appeals_page, case_page, others_page, worth_page
from kaoping.reports.ground import gaps_page
from kaoping.reports.page import Page
from kaoping.web.desk import Elsewhere, Inquiry, View
from kaoping.web.filled import Filled, is_stale
from kaoping.web.forms.blank import Blank, Field, by_field, form_view, head_of, hidden, objected
from kaoping.web.pages.stamped import reproduced
from ledger.sentences import LedgerMoved, UserError

CONTESTED = ("ticket", "unit", "item", "at", "reason", "document")
RULED = ("granted", "at", "reason", "document")


def listed(inquiry: Inquiry) -> View:
    """What `kaoping appeals` tells."""
    session = inquiry.session()
    language = session.language
    told = office.appeal_list(session, inquiry.one("month"), inquiry.one("unit"), as_of=inquiry.as_of)
    page, gaps = appeals_page(language, told), gaps_page(language, told.gaps)
    waiting = [one.case.position for one in told.appeals if one.case.ruling is None]
    rulings = [
        (language.say("Rule on #{position}", position=one), inquiry.link(f"/appeals/{one}", as_of=None))
        for one in waiting
    ]
    return View(
        title=language.say("Appeals"), body=attrs.evolve(page, blocks=(*page.blocks, *gaps.blocks)), filtered=True,
        document=lambda: {**appeals_json(told), "ground": gaps_json(told.gaps)}, stamps=told.scoring.stamps,
        reproduce=reproduced(session, inquiry, told.scoring),
        links=[(language.say("Contest a ticket"), inquiry.link("/appeals/new", as_of=None)), *rulings],
    )  # fmt: skip


def blank(inquiry: Inquiry) -> View:
    """The form of an appeal; ticket, unit and item may be named in the address."""
    given = {name: [inquiry.one(name) or ""] for name in ("ticket", "unit", "item")}
    return _asking(inquiry, Filled(fields=given))


def _asking(inquiry: Inquiry, filled: Filled) -> View:
    language, head = inquiry.language, head_of(inquiry)
    say, book = language.say, inquiry.session().book()
    items = [("", ""), *((word, word) for word in words_of_items(book, contestable(book)))]
    named = filled.one("item")
    value = next(iter(words_of_items(book, {named})), named)  # a link names it as the rulebook does
    if value and value not in [name for name, _ in items]:
        items.append((value, value))
    fields = [
        Field(name="ticket", label=say("ticket"), value=filled.one("ticket"), required=True),
        Field(name="unit", label=say("the unit that appeals"), value=filled.one("unit"), required=True),
        Field(name="item", label=say("item"), kind="choice", options=items, value=value, required=True),
        Field(name="at", label=say("when it happened, such as 2023-05-10T09:30"), value=filled.one("at"), required=True),
        Field(name="reason", label=say("the reason"), kind="area", value=filled.one("reason"), required=True),
        Field(name="document", label=say("document number of the appeal"), value=filled.one("document")),
        by_field(language, inquiry, filled.one("by")),
    ]  # fmt: skip
    form = Blank(
        action=inquiry.link("/appeals/preview"), fields=fields, button=say("Show what it would be worth"), head=head
    )
    return form_view(View(title=say("An appeal"), body=Page((), language.code)), form, language=language)


def preview(inquiry: Inquiry, filled: Filled, *, stale: bool = False) -> View:
    """What the appeal would be worth; nothing is written."""
    language, head = inquiry.language, head_of(inquiry)
    try:
        fact, effects, gaps = office.foreseen(inquiry.session(), _fields(filled, CONTESTED))
    except UserError as error:
        return objected(_asking(inquiry, filled), error, language)
    page, session = worth_page(language, effects), inquiry.session()
    contested = appeal_table(language, session.book(), fact, language.say("What is contested"))
    body = attrs.evolve(page, blocks=(contested, *page.blocks, *gaps_page(language, gaps).blocks))
    form = Blank(
        action=inquiry.link("/appeals"), fields=hidden(filled, *CONTESTED, "by"), button=language.say("Record the appeal"), head=head
    )  # fmt: skip
    title = language.say("Appeal of {unit} on {ticket}: what it would be worth", unit=fact.unit, ticket=fact.ticket)
    note = language.say("Nothing is recorded yet; no score moves before a ruling.")
    return form_view(View(title=title, body=body), form, [note], stale=stale, language=language)


def contest(inquiry: Inquiry, filled: Filled) -> View | Elsewhere:
    """The appeal recorded, if the ledger is still what the preview rested on; then on to its page, which may be asked for again."""
    if is_stale(inquiry.desk, filled):
        return preview(inquiry, filled, stale=True)
    session = inquiry.session(writes=True, by=filled.one("by"), since=filled.since)
    try:
        kept, _, _ = office.appeal(session, _fields(filled, CONTESTED))
    except LedgerMoved:
        return preview(inquiry, filled, stale=True)
    except UserError as error:
        return objected(_asking(inquiry, filled), error, session.language)
    return Elsewhere(inquiry.link(f"/appeals/{kept.event.position}"))


def case(inquiry: Inquiry, position: str) -> View:
    """An appeal, what it is worth, and the form of its ruling."""
    return _case(inquiry, position, Filled(fields={}))


def _case(inquiry: Inquiry, position: str, filled: Filled, *, stale: bool = False) -> View:
    language, head = inquiry.language, head_of(inquiry)
    say = language.say
    scoring, told = office.contested(inquiry.session(), position)
    fields = [
        Field(name="granted", label=say("the ruling"), kind="one", value=filled.one("granted"), required=True,
            options=[("true", say("granted: the ticket is taken out of the item")), ("false", say("refused: the score stays"))]),
        Field(name="at", label=say("when it happened, such as 2023-05-10T09:30"), value=filled.one("at"), required=True),
        Field(name="reason", label=say("the reason"), kind="area", value=filled.one("reason"), required=True),
        Field(name="document", label=say("document number of the ruling"), value=filled.one("document"), required=True),
        by_field(language, inquiry, filled.one("by")),
    ]  # fmt: skip
    form = Blank(action=inquiry.link(f"/appeals/{position}"), fields=fields, button=say("Record the ruling"), head=head,
        title=say("Rule on #{position}", position=position))  # fmt: skip
    page, others = (
        case_page(language, told, scoring.book),
        others_page(language, told.effects),
    )  # these are the office's to see
    view = View(
        title=say("Appeal #{position}", position=position), body=attrs.evolve(page, blocks=(*page.blocks, *others.blocks)),
        links=[(say("Appeals"), inquiry.link("/appeals"))], stamps=scoring.stamps,
    )  # fmt: skip
    return form_view(view, form, stale=stale, language=language)


def rule(inquiry: Inquiry, filled: Filled, position: str) -> View | Elsewhere:
    """The ruling recorded, if the ledger is still what was shown; then on to the page of its appeal."""
    if is_stale(inquiry.desk, filled):
        return _case(inquiry, position, filled, stale=True)
    session = inquiry.session(writes=True, by=filled.one("by"), since=filled.since)
    try:
        office.rule(session, position, _fields(filled, RULED))
    except LedgerMoved:
        return _case(inquiry, position, filled, stale=True)
    except UserError as error:
        return objected(_case(inquiry, position, filled), error, session.language)
    return Elsewhere(inquiry.link(f"/appeals/{position}"))


def _fields(filled: Filled, names: tuple[str, ...]) -> dict[str, str | None]:
    """What was filled in, an empty document as none."""
    return {name: filled.one(name) or (None if name == "document" else "") for name in names}
