"""The pages of accounts: another password, leaving, and the log of views."""

from kaoping.office.accounts.entries import WrongEntry, confirm, leave
from kaoping.office.accounts.file import Accounts
from kaoping.office.accounts.people import Unfitting, account_of, set_password
from kaoping.office.accounts.views import BrokenLog, log_lines, verify_log
from kaoping.office.session import WrongArgument
from kaoping.reports.accounts.people import views_json, views_page
from kaoping.reports.page import Note, Page
from kaoping.web.accounts.entering import CHANGED, ENTER
from kaoping.web.desk import Elsewhere, Inquiry, View
from kaoping.web.filled import Filled
from kaoping.web.forms.blank import Blank, Field, form_view, objected
from ledger.sentences import sentence

PASSWORD, LEAVE = "/password", "/leave"
SHOWN = 500
"""Lines of the log on its page, unless more are asked for."""
MOST = 100_000


def accounts_of(inquiry: Inquiry) -> Accounts:
    """The accounts of this desk."""
    assert inquiry.desk.accounts is not None
    return inquiry.desk.accounts


def password(inquiry: Inquiry) -> View:
    """The form that sets another password."""
    say = inquiry.language.say
    fields = [
        Field(name="old", label=say("the password so far"), kind="password", required=True),
        Field(name="new", label=say("the new password, at least 10 characters"), kind="password", required=True),
        Field(name="again", label=say("the new password once more"), kind="password", required=True),
    ]
    form = Blank(action=inquiry.link(PASSWORD), fields=fields, button=say("Change the password"), head="")
    blocks = (
        (Note(say("This password was set by somebody else: choose one of your own first.")),)
        if inquiry.caller.must_change
        else ()
    )
    view = View(title=say("Another password"), body=Page(blocks, inquiry.language.code))
    return form_view(view, form, language=inquiry.language)


def change_password(inquiry: Inquiry, filled: Filled) -> View | Elsewhere:
    """The password changed; whoever was in with this account signs in again."""
    accounts, name = accounts_of(inquiry), inquiry.caller.name
    old, new, again = (filled.whole(field) for field in ("old", "new", "again"))
    try:
        if new != again:
            raise Unfitting(sentence("the new password was not typed the same twice."), "Type it again.")
        if new == old:
            raise Unfitting(sentence("the new password is the one so far."), "Take another.")
        confirm(accounts, account_of(accounts, name), old, inquiry.client)
        set_password(accounts, name, new, own=True)
    except (Unfitting, WrongEntry) as error:
        return objected(password(inquiry), error, inquiry.language)
    return Elsewhere(CHANGED)


def leave_desk(inquiry: Inquiry, _: Filled) -> Elsewhere:
    """The sign-in ended."""
    leave(accounts_of(inquiry), inquiry.cookie)
    return Elsewhere(ENTER)


def views(inquiry: Inquiry) -> View:
    """The log of views, newest first; with `verify` every line is held against its hash."""
    accounts, language = accounts_of(inquiry), inquiry.language
    asked = inquiry.one("last") or str(SHOWN)
    if not asked.isdecimal() or not 0 < int(asked[:9]) <= MOST:
        raise WrongArgument(
            sentence("{text} is no number of lines.", text=asked[:20]), sentence("Write it like {count}.", count=SHOWN)
        )
    lines, sealed, broken = log_lines(accounts, last=int(asked)), None, ""
    if inquiry.one("verify") is not None:
        try:
            sealed = verify_log(accounts)
        except BrokenLog as error:
            if inquiry.form != "html":
                raise
            broken = language.tell(error.why)
    return View(
        title=language.say("Log of views"), body=views_page(language, lines, sealed, broken), filtered=True,
        document=lambda: views_json(lines, sealed), status=500 if broken else 200,
        links=[(language.say("Hold every line against its hash"), inquiry.same(verify="1"))],
    )  # fmt: skip
