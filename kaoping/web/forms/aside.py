"""What imports kept aside: listed by batch, mended in the form, or declined for good."""

from collections.abc import Sequence

import attrs

from kaoping.files import folder
from kaoping.office.intake import imports as office
from kaoping.office.intake.imports import AsideChange, Remainder
from kaoping.office.intake.leftovers import Leftovers, decline, to_decline
from kaoping.office.intake.mending import mended
from kaoping.office.session import WrongArgument
from kaoping.papers.sheets import sheets_bytes
from kaoping.reports.intake.aside import aside_json, aside_sheets
from kaoping.reports.intake.problems import aside_tables, rows_page
from kaoping.web.desk import Elsewhere, Inquiry, View
from kaoping.web.filled import Filled, Upload, is_stale
from kaoping.web.forms.blank import Blank, Field, by_field, form_view, head_of, hidden, objected
from kaoping.web.forms.mending import rows_form, workbooks, written_in
from kaoping.web.forms.uploads import Wish, store
from ledger.sentences import LedgerMoved, UserError, sentence

DIGITS = 9


def listed(inquiry: Inquiry) -> View:
    """What `kaoping aside` tells of every batch that left something."""
    session, say = inquiry.session(), inquiry.language.say
    found = office.aside(session, settled=inquiry.one("settled") is not None)
    links = [
        (say("Batch {number}: mend or decline", number=one.number), inquiry.link(f"/aside/{one.number}"))
        for one in found
    ]
    other = ("settled", None) if inquiry.one("settled") else ("settled", "1")
    told = (
        say("only what is still aside")
        if inquiry.one("settled")
        else say("also what was mended, taken or declined since")
    )
    return View(
        title=say("What is kept aside"), body=aside_tables(session.language, found), document=lambda: aside_json(found),
        workbook=lambda: sheets_bytes(aside_sheets(session.language, found)), filtered=True,
        links=[*links, (told, inquiry.link("/aside", **{other[0]: other[1]}))],
    )  # fmt: skip


def batch(inquiry: Inquiry, batch: str) -> View:
    """What a batch left aside, row by row, with the forms that mend and decline it."""
    return _batch(inquiry, _number(batch), Filled(fields={}))


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > DIGITS:
        raise WrongArgument(sentence("{text} names no batches.", text=text[:40]), "kaoping batches lists them.")
    return int(text)


def _batch(inquiry: Inquiry, number: int, filled: Filled, *, stale: bool = False) -> View:
    session, language, head = inquiry.session(), inquiry.language, head_of(inquiry)
    found = office.aside(session, number, settled=inquiry.one("settled") is not None)
    view = View(
        title=language.say("Aside of batch {number}: {file}", number=number, file=found[0].name), body=rows_page(language, found),
        document=lambda: aside_json(found), workbook=lambda: sheets_bytes(aside_sheets(language, found)), filtered=True,
        links=[(language.say("What is kept aside"), inquiry.link("/aside"))],
    )  # fmt: skip
    forms = [*_mending(inquiry, found, head, filled), *_declining(inquiry, found, head, filled)]
    return form_view(view, forms[0], stale=stale, besides=forms[1:], language=language) if forms else view


def _mending(inquiry: Inquiry, found: Sequence[Remainder], head: str, filled: Filled) -> list[Blank]:
    rows = [row for one in found for row in one.all_rows if row.cells and not row.became]
    action = inquiry.link(f"/aside/{found[0].number}")
    return [rows_form(inquiry, rows, action, head, written_in(filled))] if rows else []


def _declining(inquiry: Inquiry, found: Sequence[Remainder], head: str, filled: Filled) -> list[Blank]:
    say, one = inquiry.language.say, found[0]
    waits = [row.row for row in one.all_rows if not row.became]
    if not waits and not any(not each.became for each in one.changes):
        return []
    fields = [
        Field(name="rows", label=say("only these rows of the file, such as 5 9; empty: all of the batch"), value=filled.one("rows")),
        Field(name="reason", label=say("the reason"), kind="area", value=filled.one("reason"), required=True),
        by_field(inquiry.language, inquiry, filled.one("by")),
    ]  # fmt: skip
    about = say("What is declined is not to be taken, for good; nothing of it is scored. A void takes that back.")
    action = inquiry.link(f"/aside/{one.number}/preview")
    return [
        Blank(
            action=action,
            fields=fields,
            head=head,
            title=say("Decline"),
            button=say("Show what would be declined"),
            about=about,
        )
    ]


def preview(inquiry: Inquiry, filled: Filled, batch: str, *, stale: bool = False) -> View:
    """What would be declined; nothing is written."""
    session, number, head = inquiry.session(), _number(batch), head_of(inquiry)
    say, named = session.language.say, filled.one("rows")
    try:
        rows = _rows(named)
        asked = to_decline(session, number, filled.one("reason"), rows)
    except UserError as error:
        return objected(_batch(inquiry, number, filled), error, session.language)
    one = _only(office.aside(session, number)[0], asked)
    form = Blank(
        action=inquiry.link(f"/aside/{number}"), head=head, button=say("Record that it is declined"),
        fields=[Field(name="does", kind="hidden", value="decline"), *hidden(filled, "rows", "reason", "by")],
        about=say("The reason: {reason}", reason=filled.one("reason")),
    )  # fmt: skip
    title = say("Decline of batch {number}: {rows} rows and {changes} changes", number=number, rows=len(asked.rows),
        changes=len(asked.changes))  # fmt: skip
    view = View(
        title=title, body=rows_page(session.language, [one]), links=[(one.name, inquiry.link(f"/aside/{number}"))]
    )
    notes = [say("Nothing is recorded yet.")]
    found = {each.row for each in asked.rows} | {each.change.row for each in asked.changes}
    if others := [str(row) for row in dict.fromkeys(rows) if row not in found]:
        notes.append(say("Nothing is aside of rows {rows}: nothing becomes of them.", rows=" ".join(others)))
    return form_view(view, form, notes, stale=stale, language=session.language)


def _only(one: Remainder, asked: Leftovers) -> Remainder:
    """Of what a batch left, that which was asked for."""
    whole, parts = ({each.row for each in asked.rows if each.part == part} for part in (False, True))
    return attrs.evolve(
        one, rows=tuple(each for each in one.rows if each.row in whole),
        parts=tuple(each for each in one.parts if each.row in parts),
        changes=tuple(AsideChange(change=each.change) for each in asked.changes),
    )  # fmt: skip


def said(inquiry: Inquiry, filled: Filled, batch: str) -> View | Elsewhere:
    """Rows that were mended go on to the page of an import, which shows what becomes of them; what is declined is recorded, if the
    ledger is still what the preview rested on."""
    number = _number(batch)
    if filled.one("does") == "rows":
        return _mended(inquiry, number, filled)
    if is_stale(inquiry.desk, filled):
        return preview(inquiry, filled, batch, stale=True)
    session = inquiry.session(writes=True, by=filled.one("by"), since=filled.since)
    try:
        decline(session, number, filled.one("reason"), _rows(filled.one("rows")))
    except LedgerMoved:
        return preview(inquiry, filled, batch, stale=True)
    except UserError as error:
        return objected(_batch(inquiry, number, filled), error, session.language)
    return Elsewhere(inquiry.link(f"/aside/{number}"))


def _rows(text: str) -> list[int]:
    """Numbers of rows as people list them. Raises WrongArgument."""
    words = text.replace(",", " ").replace("，", " ").replace("、", " ").split()
    if not all(word.isdecimal() and len(word) <= DIGITS for word in words):
        raise WrongArgument(sentence("{text} names no rows.", text=text[:40]), "Write them like 5 9.")
    return [*map(int, words)]


def _mended(inquiry: Inquiry, number: int, filled: Filled) -> View | Elsewhere:
    session, written = inquiry.session(), written_in(filled)
    found = office.aside(session, number)
    rows = mended(found, written)
    if not rows:
        nothing = WrongArgument(sentence("no row was changed."), "Write into a cell what should stand there.")
        return objected(_batch(inquiry, number, filled), nothing, session.language)
    profile = next(one.profile for one in office.batches(session) if one.number == number)
    files = [Upload(name, data) for name, data in workbooks(session.language, rows).items()]
    held = store(inquiry.desk.uploads, files, Wish(profile=profile if _is_known(profile) else ""), inquiry.caller.name)
    return Elsewhere(inquiry.link(f"/import/waiting/{held.name}"))


def _is_known(profile: str) -> bool:
    return profile in [one.name for one in folder.profiles()]
