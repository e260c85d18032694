"""Drafts: what one prepares and another signs."""

import json
from collections.abc import Mapping, Sequence
from typing import Literal

import attrs

from kaoping import now
from kaoping.office.accounts.file import Accounts
from kaoping.office.session import WrongArgument
from ledger.sentences import UserError, sentence

Subject = Literal["ruling", "publication"]


class OwnDraft(UserError):
    """Somebody would sign what he prepared himself."""

    code = 2


@attrs.frozen(kw_only=True)
class UnsignedDraft:
    """What was prepared: of a ruling (`subject`: the appeal's position) or a publication (the period). `fields`: the form as it was
    filled in; `head`: of the ledger that it was made from; `by`, `at`: who prepared it, and when."""

    number: int
    kind: Subject
    subject: str
    fields: Mapping[str, Sequence[str]]
    head: str
    by: str
    at: int

    def one(self, name: str) -> str:
        """What stands in a field; empty where nothing does."""
        return next(iter(self.fields.get(name, ())), "")


def prepare(
    accounts: Accounts, kind: Subject, subject: str, fields: Mapping[str, Sequence[str]], *, head: str, by: str
) -> UnsignedDraft:
    """A draft, kept in the stead of one that waits on the same subject."""
    instant = now.now_ms()
    with accounts.writing() as db:
        db.execute(
            "update draft set state = 'replaced', settled_by = ?, settled_at = ? where kind = ? and subject = ? and state = 'waiting'",
            (by, instant, kind, subject),
        )
        number = db.execute(
            "insert into draft (kind, subject, fields, head, by, at, state) values (?, ?, ?, ?, ?, ?, 'waiting')",
            (
                kind,
                subject,
                json.dumps({name: [*values] for name, values in fields.items()}, ensure_ascii=False),
                head,
                by,
                instant,
            ),
        ).lastrowid
    assert number is not None
    return UnsignedDraft(number=number, kind=kind, subject=subject, fields=fields, head=head, by=by, at=instant)


def waiting(accounts: Accounts, kind: Subject, subject: str | None = None) -> list[UnsignedDraft]:
    """The drafts that wait for a signature, oldest first; of one subject there is one at most."""
    with accounts.reading() as db:
        rows = db.execute(
            "select number, kind, subject, fields, head, by, at from draft where kind = ? and subject = coalesce(?, subject)"
            " and state = 'waiting' order by number",
            (kind, subject),
        ).fetchall()
    return [
        UnsignedDraft(number=number, kind=kind, subject=subject, fields=json.loads(fields), head=head, by=by, at=at)
        for number, kind, subject, fields, head, by, at in rows
    ]


def to_sign(accounts: Accounts, kind: Subject, subject: str, number: str, by: str) -> UnsignedDraft:
    """The draft that somebody is about to sign: the one he was shown, and not his own. Raises WrongArgument, OwnDraft."""
    found = next((one for one in waiting(accounts, kind, subject) if str(one.number) == number), None)
    if found is None:
        raise WrongArgument(
            sentence("that draft waits no more: it was signed, sent back, or prepared anew."),
            "Open the page again and look at what waits there.",
        )
    if found.by == by:
        raise OwnDraft(
            sentence("{name} prepared this and cannot sign it.", name=by), "Somebody else who approves signs it."
        )
    return found


def settle(accounts: Accounts, draft: UnsignedDraft, state: Literal["signed", "returned"], by: str) -> None:
    """The draft signed, or sent back to who prepared it."""
    with accounts.writing() as db:
        db.execute(
            "update draft set state = ?, settled_by = ?, settled_at = ? where number = ?",
            (state, by, now.now_ms(), draft.number),
        )
