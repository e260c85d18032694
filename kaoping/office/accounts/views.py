"""The log of what was looked at and written at the desk: only added to, each line sealed with the one before it."""

import json
from collections.abc import Iterator
from hashlib import sha256

import attrs

from kaoping.office.accounts.entries import seen
from kaoping.office.accounts.file import Accounts, Connection
from ledger.sentences import UserError, sentence

BEGIN = "0" * 64
"""The hash before the first line."""
FIELDS = ("at", "user", "role", "address", "method", "route", "path", "about", "status", "rows")


class BrokenLog(UserError):
    """The log of views is not as it was written."""

    code = 3


@attrs.frozen(kw_only=True)
class Viewed:
    """One request: when (ms), who in which role, from which address; what was asked (method, route and path), `about` which ticket or
    unit; the status of the answer, and how many rows were taken away as a file."""

    at: int
    user: str
    role: str
    address: str
    method: str
    route: str
    path: str
    about: str
    status: int
    rows: int | None = None


@attrs.frozen
class LogLine:
    """A line of the log: its number, what was viewed, and the hash over it and all before it."""

    number: int
    viewed: Viewed
    hash: str


def keep(accounts: Accounts, viewed: Viewed, cookie: str = "") -> None:
    """Add a line; whoever is in with that cookie was here just now. Raises AccountsError."""
    with accounts.writing(at_once=False) as db:
        if cookie:
            seen(db, cookie)
        add_line(db, viewed)


def add_line(db: Connection, viewed: Viewed) -> None:
    """Add a line inside a transaction that writes more than it."""
    last = db.execute("select number, hash from view order by number desc limit 1").fetchone() or (0, BEGIN)
    number, values = last[0] + 1, [getattr(viewed, name) for name in FIELDS]
    hashed = _hash(last[1], number, viewed)
    marks = ", ".join("?" * (len(FIELDS) + 2))
    db.execute(f"insert into view (number, {', '.join(FIELDS)}, hash) values ({marks})", (number, *values, hashed))


def _hash(before: str, number: int, viewed: Viewed) -> str:
    told = json.dumps(attrs.asdict(viewed), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(f"{before}\n{number}\n{told}".encode()).hexdigest()


def log_lines(accounts: Accounts, *, last: int | None = None) -> list[LogLine]:
    """The lines of the log, oldest first; of many the `last`. Raises NoAccounts."""
    accounts.check()
    limit = -1 if last is None else last
    with accounts.reading() as db:
        rows = db.execute(f"select number, {', '.join(FIELDS)}, hash from view order by number desc limit ?", (limit,))
        found = [LogLine(row[0], Viewed(**dict(zip(FIELDS, row[1:-1], strict=True))), row[-1]) for row in rows]
    return found[::-1]


def verify_log(accounts: Accounts) -> tuple[int, str]:
    """(number, hash) of the last line, after every line was sealed anew. Raises BrokenLog with the first line that is not as it was
    written: changed, taken out, or put in."""
    last, hashed = 0, BEGIN
    for line in _all(accounts):
        if line.number != last + 1 or line.hash != _hash(hashed, line.number, line.viewed):
            raise BrokenLog(
                sentence("the log of views is broken at line {number}.", number=last + 1),
                "Compare it with its last backup; what stands before that line is as it was written.",
            )
        last, hashed = line.number, line.hash
    return last, hashed


def _all(accounts: Accounts) -> Iterator[LogLine]:
    accounts.check()
    with accounts.reading() as db:
        for row in db.execute(f"select number, {', '.join(FIELDS)}, hash from view order by number"):
            yield LogLine(row[0], Viewed(**dict(zip(FIELDS, row[1:-1], strict=True))), row[-1])
