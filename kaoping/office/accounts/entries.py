"""Who comes in: sign-ins, kept at the desk's side alone, and how often one may try."""

import unicodedata
from hashlib import sha256
from secrets import token_urlsafe
from threading import Lock

import attrs

from kaoping import now
from kaoping.office.accounts.file import Accounts, Connection
from kaoping.office.accounts.people import Account, Role, matches
from ledger.sentences import UserError, sentence

MINUTE = 60_000
IDLE, LONGEST = 30 * MINUTE, 8 * 60 * MINUTE
"""After so long without a request, and so long at all, one signs in again (ms)."""
TRIES, LOCKED = 5, 10 * MINUTE
"""After so many failures within so long nobody is let in for as long: by that name, and from that address."""
SITTINGS = 20
"""An account's sign-ins at once; of more the oldest ends."""
IN_TURN = Lock()
"""Held by the one password that is tried: many at once are counted as one after the other, and none for another's."""
TURN_S = 20
"""So long one waits for that."""


class WrongEntry(UserError):
    """A name and a password that do not belong together, or to nobody who may come in."""

    code = 2


class TooOften(UserError):
    """So many wrong tries that nobody is heard for a while."""

    code = 2


@attrs.frozen(kw_only=True)
class Sitting:
    """Somebody who is in: the account, and since when."""

    account: Account
    begun_at: int


def sign_in(accounts: Accounts, name: str, password: str, address: str) -> str:
    """The id of a new sign-in, which only the browser keeps. Raises WrongEntry, TooOften: the same whether or not there is such an
    account."""
    name = unicodedata.normalize("NFC", name.strip())[:LONGEST_NAME]
    stored = _try(accounts, name, password, address)
    made, instant = token_urlsafe(32), now.now_ms()
    with accounts.writing() as db:
        still = db.execute("select 1 from account where name = ? and password = ? and not disabled", (name, stored))
        if still.fetchone() is None:  # it was changed meanwhile, which ends all sign-ins by the one before
            raise _wrong()
        db.execute("delete from sitting where begun_at <= ? or seen_at <= ?", (instant - LONGEST, instant - IDLE))
        db.execute(
            "delete from sitting where hash in (select hash from sitting where account = ? order by seen_at desc limit -1 offset ?)",
            (name, SITTINGS - 1),
        )
        db.execute("insert into sitting values (?, ?, ?, ?)", (_hash(made), name, instant, instant))
    return made


LONGEST_NAME = 100


def _try(accounts: Accounts, name: str, password: str, address: str) -> str:
    """One try of a password, counted before it is looked at, so that none is free where the desk ends meanwhile; what is stored of the
    password. Raises WrongEntry, TooOften."""
    if not IN_TURN.acquire(timeout=TURN_S):
        raise TooOften(sentence("too many sign in at this moment."), "Try again in a minute.")
    try:
        return _tried(accounts, name, password, address)
    finally:
        IN_TURN.release()


def _tried(accounts: Accounts, name: str, password: str, address: str) -> str:
    instant = now.now_ms()
    whose = (("name", name), ("address", address))
    with accounts.writing() as db:
        db.execute("delete from failure where at <= ?", (instant - 2 * LOCKED,))
        if any(_is_locked(db, kind, one, instant) for kind, one in whose):
            raise TooOften(
                sentence("too many wrong tries: nobody is let in by that name, or from that address, for {minutes} minutes.",
                    minutes=LOCKED // MINUTE),
                "Wait, then try again. Another password, set by whoever keeps the accounts, lifts that for the name, not for the address.",
            )  # fmt: skip
        numbers = [
            db.execute("insert into failure (kind, whose, at) values (?, ?, ?)", (*one, instant)).lastrowid
            for one in whose
        ]
        row = db.execute("select password from account where name = ? and not disabled", (name,)).fetchone()
    stored = None if row is None else row[0]
    if not matches(stored, password, accounts.cost) or stored is None:
        raise _wrong()
    with accounts.writing() as db:
        db.executemany("delete from failure where number = ?", [(one,) for one in numbers])
        db.execute("delete from failure where kind = 'name' and whose = ?", (name,))
    return str(stored)


def _wrong() -> WrongEntry:
    return WrongEntry(sentence("name and password do not belong together."), "Try again.")


def _is_locked(db: Connection, kind: str, whose: str, instant: int) -> bool:
    rows = db.execute(
        "select at from failure where kind = ? and whose = ? order by at desc limit ?", (kind, whose, TRIES)
    )
    times = [at for (at,) in rows]
    return len(times) == TRIES and times[0] > instant - LOCKED and times[0] - times[-1] < LOCKED


def confirm(accounts: Accounts, account: Account, password: str, address: str) -> None:
    """Raises WrongEntry, TooOften where it is not the account's password."""
    _try(accounts, account.name, password, address)


def sitting(accounts: Accounts, cookie: str) -> Sitting | None:
    """Who is in with this id; nobody where it has run out or was ended."""
    instant = now.now_ms()
    with accounts.reading() as db:
        row = db.execute(
            "select name, role, unit, must_change, made_at, begun_at from sitting join account on account = name"
            " where hash = ? and not disabled and begun_at > ? and seen_at > ?",
            (_hash(cookie), instant - LONGEST, instant - IDLE),
        ).fetchone()
    if row is None:
        return None
    name, role, unit, must_change, made_at, begun_at = row
    account = Account(name=name, role=Role(role), unit=unit, must_change=bool(must_change), made_at=made_at)
    return Sitting(account=account, begun_at=begun_at)


def seen(db: Connection, cookie: str) -> None:
    """Whoever is in with this id was here just now."""
    db.execute("update sitting set seen_at = max(seen_at, ?) where hash = ?", (now.now_ms(), _hash(cookie)))


def leave(accounts: Accounts, cookie: str) -> None:
    """The sign-in ended."""
    with accounts.writing() as db:
        db.execute("delete from sitting where hash = ?", (_hash(cookie),))


def _hash(cookie: str) -> str:
    """An id as it is kept: whoever reads the file comes in with none."""
    return sha256(cookie.encode("utf-8", "surrogateescape")).hexdigest()
