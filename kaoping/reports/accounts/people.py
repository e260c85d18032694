"""Accounts and the log of views, as pages and JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from calendars.instants import show_iso
from kaoping.language.language import Language
from kaoping.office.accounts.people import Account, Role
from kaoping.office.accounts.views import LogLine
from kaoping.reports.page import Block, Column, Kind, Note, Table, page_of
from ledger.sentences import sentence

ROLE = {
    Role.EDITOR: sentence("editor"), Role.APPROVER: sentence("approver"), Role.UNIT: sentence("unit account"),
    Role.AUDITOR: sentence("auditor"),
}  # fmt: skip
"""The roles in words."""


def state_of(one: Account) -> str:
    """How an account stands: open, first (its password was set by somebody else), disabled."""
    return "disabled" if one.disabled else "first" if one.must_change else "open"


STATES = {
    "open": "open", "disabled": "disabled", "first": "must change its password when it next comes in",
}  # fmt: skip


def accounts_json(found: Sequence[Account], unheld: str = "") -> dict[str, Any]:
    """The document of `kaoping account list --json`; `unheld`: the ledger that could not be asked for a unit."""
    return {
        "accounts": [
            {"name": one.name, "role": str(one.role), "unit": one.unit, "state": state_of(one), "made_at": show_iso(one.made_at)}
            for one in found
        ],
        **({"held_against": None} if unheld else {}),
    }  # fmt: skip


@page_of
def accounts_page(language: Language, found: Sequence[Account], unheld: str = "") -> Iterator[Block]:
    """The accounts, each with its role and how it stands; `unheld`: the ledger that could not be asked for a unit."""
    say = language.say
    if unheld:
        told = (
            "There is no ledger with units at {path}: the unit was held against nothing."
            " If it is another, kaoping account unit changes it."
        )
        yield Note(say(told, path=unheld))
    if not found:
        yield say("There is no account yet.")
        return
    keys = [Column(say("account"), [one.name for one in found])]
    columns = [
        Column(say("role at the desk"), [language.tell(ROLE[one.role]) for one in found]),
        Column(say("unit"), [one.unit for one in found]),
        Column(say("state"), [say(STATES[state_of(one)]) for one in found]),
        Column(say("made"), [one.made_at for one in found], Kind.INSTANT),
    ]
    yield Table(say("Accounts"), keys, columns)


def views_json(lines: Sequence[LogLine], sealed: tuple[int, str] | None = None) -> dict[str, Any]:
    """The document of `kaoping account log --json`; `sealed`: the last line and its hash, where every line was verified."""
    return {
        "views": [
            {
                "number": one.number, "at": show_iso(one.viewed.at), "user": one.viewed.user, "role": one.viewed.role,
                "address": one.viewed.address, "method": one.viewed.method, "route": one.viewed.route, "path": one.viewed.path,
                "about": one.viewed.about, "status": one.viewed.status, "rows": one.viewed.rows, "hash": one.hash,
            }
            for one in lines
        ],
        **({} if sealed is None else {"sealed": {"number": sealed[0], "hash": sealed[1]}}),
    }  # fmt: skip


@page_of
def views_page(
    language: Language, lines: Sequence[LogLine], sealed: tuple[int, str] | None = None, broken: str = ""
) -> Iterator[Block]:
    """The log of views, the newest first; whether every line is as it was written, where that was asked."""
    say, newest = language.say, lines[::-1]
    if broken:
        yield Note(broken)
    if sealed is not None:
        yield Note(
            say(
                "All {count} lines are as they were written; the last has the hash {hash}.",
                count=sealed[0],
                hash=sealed[1],
            )
        )
    if not lines:
        yield say("Nothing was looked at yet.")
        return
    keys = [
        Column("#", [one.number for one in newest], Kind.COUNT),
        Column(say("time"), [one.viewed.at for one in newest], Kind.INSTANT),
    ]
    columns = [
        Column(say("account"), [one.viewed.user for one in newest]),
        Column(say("role at the desk"), [_role(language, one.viewed.role) for one in newest]),
        Column(say("from"), [one.viewed.address for one in newest]),
        Column(say("what was asked"), [f"{one.viewed.method} {one.viewed.path}" for one in newest]),
        Column(say("about"), [one.viewed.about for one in newest]),
        Column(say("answer"), [str(one.viewed.status) for one in newest]),
        Column(say("rows taken away"), [one.viewed.rows for one in newest], Kind.COUNT, absent=""),
    ]
    yield Table(say("Log of views"), keys, columns, filtered=True)


def _role(language: Language, role: str) -> str:
    return language.tell(ROLE[Role(role)]) if role in [*Role] else role
