"""Appeals: the list, one contested, and its ruling; what each would change is shown before it is recorded."""

import attrs

from kaoping.language.words import words_of_items
from kaoping.office import appeals as office
from kaoping.office.accounts.drafts import UnsignedDraft, prepare, settle, to_sign, waiting
from kaoping.office.intake.objections import contestable
from kaoping.office.period.untold import gaps_json
from kaoping.reports.accounts.drafts import draft_table
from kaoping.reports.compare.appeals import appeal_table, appeals_json, appeals_page, case_page, others_page, worth_page
from kaoping.reports.ground import gaps_page
from kaoping.reports.page import Page
from kaoping.web.accounts.own import own_or_asked
from kaoping.web.accounts.pages import accounts_of
from kaoping.web.accounts.rights import Right
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
    unit = own_or_asked(inquiry, inquiry.one("unit"))
    told = office.appeal_list(session, inquiry.one("month"), unit, as_of=inquiry.as_of)
    stands = inquiry.sees_standings
    page, gaps = appeals_page(language, told, stands=stands), gaps_page(language, told.gaps)
    open_ones = [one.case.position for one in told.appeals if one.case.ruling is None]
    rules = inquiry.caller.may(Right.RULE) or inquiry.caller.may(Right.DRAFT)
    word = "Rule on #{position}" if rules else "Appeal #{position}"
    leading = [(language.say(word, position=one), inquiry.link(f"/appeals/{one}", as_of=None)) for one in open_ones]
    if inquiry.caller.may(Right.APPEAL):
        leading = [(language.say("Contest a ticket"), inquiry.link("/appeals/new", as_of=None)), *leading]
    return View(
        title=language.say("Appeals"), body=attrs.evolve(page, blocks=(*page.blocks, *gaps.blocks)), filtered=True,
        document=lambda: {**appeals_json(told, stands=stands), "ground": gaps_json(told.gaps)}, stamps=told.scoring.stamps,
        reproduce=reproduced(session, inquiry, told.scoring),
        links=leading,
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
        Field(name="unit", label=say("the unit that appeals"), value=inquiry.own_unit or filled.one("unit"), required=True),
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
        fact, effects, gaps = office.foreseen(inquiry.session(), _fields(filled, CONTESTED), own_unit=inquiry.own_unit)
    except UserError as error:
        return objected(_asking(inquiry, filled), error, language)
    page, session = worth_page(language, effects, stands=inquiry.sees_standings), inquiry.session()
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
        kept, _, _ = office.appeal(session, _fields(filled, CONTESTED), own_unit=inquiry.own_unit)
    except LedgerMoved:
        return preview(inquiry, filled, stale=True)
    except UserError as error:
        return objected(_asking(inquiry, filled), error, session.language)
    return Elsewhere(inquiry.link(f"/appeals/{kept.event.position}"))


def case(inquiry: Inquiry, position: str) -> View:
    """An appeal, what it is worth, and the form of its ruling for whoever drafts or decides it."""
    return _case(inquiry, position, Filled(fields={}))


def _case(inquiry: Inquiry, position: str, filled: Filled, *, stale: bool = False) -> View:
    language, head = inquiry.language, head_of(inquiry)
    say, session = language.say, inquiry.session()
    scoring, told = office.contested(session, position, own_unit=inquiry.own_unit)
    draft = _draft(inquiry, position)
    body = case_page(language, told, scoring.book, stands=inquiry.sees_standings)
    if inquiry.own_unit is None:  # whom else it moves is the office's to see
        body = attrs.evolve(body, blocks=(*body.blocks, *others_page(language, told.effects).blocks))
    if draft is not None:
        body = attrs.evolve(body, blocks=(*body.blocks, draft_table(language, draft, RULED)))
    view = View(
        title=say("Appeal #{position}", position=position), body=body,
        links=[(say("Appeals"), inquiry.link("/appeals"))],
    )  # fmt: skip
    form = _ruling_form(inquiry, position, filled, draft, head)
    if form is None:
        return attrs.evolve(view, status=409) if stale else view
    return form_view(view, form, stale=stale, language=language)


def _draft(inquiry: Inquiry, position: str) -> UnsignedDraft | None:
    """The draft of a ruling that waits for its signature; units see none."""
    accounts = inquiry.desk.accounts
    if accounts is None or inquiry.own_unit is not None:
        return None
    return next(iter(waiting(accounts, "ruling", position)), None)


def _ruling_form(
    inquiry: Inquiry, position: str, filled: Filled, draft: UnsignedDraft | None, head: str
) -> Blank | None:
    """The form of whoever drafts a ruling, signs a draft, or rules alone at a desk without accounts; of others none."""
    say, path, caller = inquiry.language.say, f"/appeals/{position}", inquiry.caller
    if caller.name and caller.may(Right.RULE):
        if draft is None:
            return None
        return Blank(
            action=inquiry.link(path), fields=[Field(name="draft", kind="hidden", value=str(draft.number))],
            button=say("Sign: record the ruling"), head=head, title=say("Rule on #{position}", position=position),
            others=[(inquiry.link(f"{path}/return"), say("Send the draft back"))],
        )  # fmt: skip
    drafts = bool(caller.name)
    if not caller.may(Right.DRAFT if drafts else Right.RULE):
        return None
    fields = [
        Field(name="granted", label=say("the ruling"), kind="one", value=filled.one("granted"), required=True,
            options=[("true", say("granted: the ticket is taken out of the item")), ("false", say("refused: the score stays"))]),
        Field(name="at", label=say("when it happened, such as 2023-05-10T09:30"), value=filled.one("at"), required=True),
        Field(name="reason", label=say("the reason"), kind="area", value=filled.one("reason"), required=True),
        Field(name="document", label=say("document number of the ruling"), value=filled.one("document"), required=True),
        by_field(inquiry.language, inquiry, filled.one("by")),
    ]  # fmt: skip
    if drafts:
        action, button = inquiry.link(f"{path}/draft"), say("Put it before whoever signs")
        return Blank(
            action=action,
            fields=fields,
            button=button,
            head=head,
            title=say("Draft the ruling on #{position}", position=position),
        )
    return Blank(action=inquiry.link(path), fields=fields, button=say("Record the ruling"), head=head,
        title=say("Rule on #{position}", position=position))  # fmt: skip


def draft(inquiry: Inquiry, filled: Filled, position: str) -> View | Elsewhere:
    """A ruling drafted, if the ledger is still what was shown, and nothing speaks against it; nothing is written to the ledger."""
    if is_stale(inquiry.desk, filled):
        return _case(inquiry, position, filled, stale=True)
    inquiry.session(by=filled.one("by"))  # names nobody else
    try:
        office.check_ruling(inquiry.session(), position, _fields(filled, RULED))
    except UserError as error:
        return objected(_case(inquiry, position, filled), error, inquiry.language)
    fields = {name: [filled.one(name)] for name in RULED}
    prepare(accounts_of(inquiry), "ruling", position, fields, head=filled.one("head"), by=inquiry.caller.name)
    return Elsewhere(inquiry.link(f"/appeals/{position}"))


def send_back(inquiry: Inquiry, filled: Filled, position: str) -> Elsewhere:
    """The draft of a ruling sent back: it waits no more."""
    accounts, name = accounts_of(inquiry), inquiry.caller.name
    settle(accounts, to_sign(accounts, "ruling", position, filled.one("draft"), name), "returned", name)
    return Elsewhere(inquiry.link(f"/appeals/{position}"))


def rule(inquiry: Inquiry, filled: Filled, position: str) -> View | Elsewhere:
    """The ruling recorded, if the ledger is still what was shown; then on to the page of its appeal. Where there are accounts it is
    the draft that was shown, and whoever signs it did not draft it."""
    signed = None
    if inquiry.caller.name:
        signed = to_sign(accounts_of(inquiry), "ruling", position, filled.one("draft"), inquiry.caller.name)
    if is_stale(inquiry.desk, filled):
        return _case(inquiry, position, filled, stale=True)
    session = inquiry.session(writes=True, by=filled.one("by"), since=filled.since)
    try:
        office.rule(session, position, _fields(filled if signed is None else Filled(fields=signed.fields), RULED))
    except LedgerMoved:
        return _case(inquiry, position, filled, stale=True)
    except UserError as error:
        return objected(_case(inquiry, position, filled), error, session.language)
    if signed is not None:
        settle(accounts_of(inquiry), signed, "signed", inquiry.caller.name)
    return Elsewhere(inquiry.link(f"/appeals/{position}"))


def _fields(filled: Filled, names: tuple[str, ...]) -> dict[str, str | None]:
    """What was filled in, an empty document as none."""
    return {name: filled.one(name) or (None if name == "document" else "") for name in names}
