"""A period published: everything is checked and shown first."""

import attrs

from kaoping.commands.asked import read_written
from kaoping.office.accounts.drafts import UnsignedDraft, settle, to_sign, waiting
from kaoping.office.accounts.drafts import prepare as keep_draft
from kaoping.office.period.readiness import Readiness, readiness
from kaoping.office.publications import NotAsShown, Objected, publish_period
from kaoping.reports.accounts.drafts import draft_table
from kaoping.reports.page import Note
from kaoping.reports.period.readiness import readiness_page
from kaoping.web.accounts.pages import accounts_of
from kaoping.web.accounts.rights import Right
from kaoping.web.desk import Elsewhere, Inquiry, View
from kaoping.web.filled import Filled, is_stale
from kaoping.web.forms.blank import Blank, Field, by_field, form_view, head_of, objected
from kaoping.web.pages.leading import leads_to_units
from ledger.sentences import LedgerMoved, UserError, listed

PREPARED = ("document", "accept", "provisional", "shown")
"""What a publication that was prepared says."""


def checks(inquiry: Inquiry, period: str) -> View:
    """What would be published, what speaks against it, and the form of whoever prepares, signs, or publishes alone."""
    draft = _draft(inquiry, read_written(period)) if inquiry.caller.may(Right.PUBLISH) else None
    provisional = inquiry.provisional if draft is None else bool(draft.one("provisional"))
    return _checks(inquiry, period, Filled(fields={}), provisional=provisional)


def _draft(inquiry: Inquiry, name: str) -> UnsignedDraft | None:
    """The publication of a period that was prepared and waits for its signature."""
    accounts = inquiry.desk.accounts
    return None if accounts is None else next(iter(waiting(accounts, "publication", name)), None)


def _checks(inquiry: Inquiry, period: str, filled: Filled, *, provisional: bool, stale: bool = False) -> View:
    language, head, name = inquiry.language, head_of(inquiry), read_written(period)
    say = language.say
    told, draft = readiness(inquiry.session(), name, provisional=provisional), _draft(inquiry, name)
    body = readiness_page(language, told)
    if draft is not None:
        body = attrs.evolve(body, blocks=(*body.blocks, draft_table(language, draft, PREPARED)))
        if draft.one("shown") != told.issue.digest:
            note = Note(
                say("The result is no longer what was prepared: it must be prepared anew before it can be signed.")
            )
            body = attrs.evolve(body, blocks=(note, *body.blocks))
    view = View(title=say("Publish {period}: what is checked first", period=name), body=body,
        period=name, stamps=told.issue.scoring.stamps, leads_unit=leads_to_units(inquiry, name, told.issue.sheets))  # fmt: skip
    form = _form(inquiry, told, draft, filled, head)
    if form is None:
        return attrs.evolve(view, status=409) if stale else view
    return form_view(view, form, stale=stale, language=language)


def _form(inquiry: Inquiry, told: Readiness, draft: UnsignedDraft | None, filled: Filled, head: str) -> Blank | None:
    """The form of whoever prepares a publication, signs one that was prepared, or publishes alone at a desk without accounts; of
    others none."""
    say, path, caller = inquiry.language.say, f"/publish/{told.period}", inquiry.caller
    if caller.name and caller.may(Right.PUBLISH):
        if draft is None or draft.one("shown") != told.issue.digest:
            return None
        return Blank(
            action=inquiry.link(path, provisional=None), fields=[Field(name="draft", kind="hidden", value=str(draft.number))],
            button=say("Sign: publish {period}", period=told.period), head=head,
            others=[(inquiry.link(f"{path}/return", provisional=None), say("Send the draft back"))],
        )  # fmt: skip
    prepares = bool(caller.name)
    if not caller.may(Right.PREPARE if prepares else Right.PUBLISH):
        return None
    action, button = path, say("Publish {period}", period=told.period)
    if prepares:
        action, button = f"{path}/prepare", say("Put {period} before whoever signs", period=told.period)
    return Blank(
        action=inquiry.link(action, provisional=None), fields=_fields(inquiry, told, filled), button=button, head=head
    )


def _fields(inquiry: Inquiry, told: Readiness, filled: Filled) -> list[Field]:
    language, accepted = inquiry.language, filled.every("accept")
    say = language.say
    return [
        *(
            Field(name="accept", kind="tick", label=say("In spite of this: {why}", why=language.tell(one.why)),
                options=[(one.name, "")], value="1" if one.name in accepted else "")
            for one in told.against
        ),
        Field(name="document", label=say("document number of the notice"), value=filled.one("document")),
        by_field(language, inquiry, filled.one("by")),
        Field(name="provisional", kind="hidden", value="1" if told.provisional else ""),
        Field(name="shown", kind="hidden", value=told.issue.digest),
    ]  # fmt: skip


def prepare(inquiry: Inquiry, filled: Filled, period: str) -> View | Elsewhere:
    """A publication prepared, to be signed by another; nothing is written to the ledger."""
    provisional, name = bool(filled.one("provisional")), read_written(period)
    if is_stale(inquiry.desk, filled):
        return _checks(inquiry, period, filled, provisional=provisional, stale=True)
    inquiry.session(by=filled.one("by"))  # names nobody else
    told = readiness(inquiry.session(), name, provisional=provisional)
    if told.issue.digest != filled.one("shown"):
        return _checks(inquiry, period, filled, provisional=provisional, stale=True)
    refused = [one for one in told.against if one.name not in filled.every("accept")]
    if refused:
        objection = Objected(
            listed([one.why for one in refused], " "), "Mend that first; or tick that it is published in spite of it."
        )
        return objected(_checks(inquiry, period, filled, provisional=provisional), objection, inquiry.language)
    fields = {field: filled.every(field) for field in PREPARED}
    keep_draft(accounts_of(inquiry), "publication", name, fields, head=filled.one("head"), by=inquiry.caller.name)
    return Elsewhere(inquiry.link(f"/publish/{name}", provisional=None))


def send_back(inquiry: Inquiry, filled: Filled, period: str) -> Elsewhere:
    """What was prepared sent back: it waits no more."""
    accounts, by, name = accounts_of(inquiry), inquiry.caller.name, read_written(period)
    settle(accounts, to_sign(accounts, "publication", name, filled.one("draft"), by), "returned", by)
    return Elsewhere(inquiry.link(f"/publish/{name}", provisional=None))


def publish(inquiry: Inquiry, filled: Filled, period: str) -> View | Elsewhere:
    """The period published, if the ledger is still what was checked; then on to what was published, which may be asked for again.
    Where there are accounts it is what another prepared."""
    name, signed, said = read_written(period), None, filled
    if inquiry.caller.name:
        signed = to_sign(accounts_of(inquiry), "publication", name, filled.one("draft"), inquiry.caller.name)
        said = Filled(fields=signed.fields)
    provisional = bool(said.one("provisional"))
    if is_stale(inquiry.desk, filled):
        return _checks(inquiry, period, said, provisional=provisional, stale=True)
    session = inquiry.session(writes=True, by=filled.one("by"), since=filled.since)
    try:
        publish_period(
            session, name, provisional=provisional, document=said.one("document") or None, accept=said.every("accept"),
            shown=said.one("shown"),
        )  # fmt: skip
    except (LedgerMoved, NotAsShown):
        return _checks(inquiry, period, said, provisional=provisional, stale=True)
    except UserError as error:
        return objected(_checks(inquiry, period, said, provisional=provisional), error, session.language)
    if signed is not None:
        settle(accounts_of(inquiry), signed, "signed", inquiry.caller.name)
    return Elsewhere(inquiry.link("/published", as_of=None, known_on=None, reading=None, untold=None, provisional=None))
