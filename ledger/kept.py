"""A disposable file beside the ledger, with rows derived from it.

It saves deriving them again. It proves nothing and can be thrown away: `verify` does not read it, and nothing that is published
rests on it.

    verdicts     month unit measure ticket round channel breached start due due_basis done decided_at, and the ledger positions
                 of the facts behind it: started ended denied
    grounds      ticket unit round measure, and the position of another fact behind that verdict
    extensions   ticket unit round n position at halves given until start due code
    rounds       ticket unit round channel role limit_halves due_at, in the `place` they were dispatched
    oddities     ticket position code
    exemptions   ticket unit item
    units        unit: every one that has, or once had, a verdict
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs

VERDICT = (
    "month", "unit", "measure", "ticket", "round", "channel", "breached", "start", "due", "due_basis", "done", "decided_at",
    "started", "ended", "denied",
)  # fmt: skip
ROUND = ("ticket", "place", "unit", "round", "channel", "role", "limit_halves", "due_at")
GROUND = ("ticket", "unit", "round", "measure", "position")
EXTENSION = ("ticket", "unit", "round", "n", "position", "at", "halves", "given", "until", "start", "due", "code")
ODDITY = ("ticket", "position", "code")
EXEMPTION = ("ticket", "unit", "item")
TABLES: Mapping[str, Sequence[str]] = {
    "verdicts": VERDICT,
    "rounds": ROUND,
    "grounds": GROUND,
    "extensions": EXTENSION,
    "oddities": ODDITY,
    "exemptions": EXEMPTION,
}
KEYS = {
    "verdicts": "unit, month, measure, ticket, round, channel", "rounds": "ticket, place",
    "grounds": "ticket, unit, round, measure, position", "extensions": "ticket, unit, round, n",
    "oddities": "ticket, position, code", "exemptions": "ticket, unit, item",
}  # fmt: skip

WAIT = 0.2  # seconds for another process to be done with the file
Rows = Mapping[str, Iterable[tuple[Any, ...]]]


@attrs.frozen
class Basis:
    """What the rows were derived from: the ledger up to a position, and a digest of how."""

    position: int
    hash: str
    how: str


def path_of(ledger: Path) -> Path:
    """Where the rows of a ledger are kept."""
    return ledger.with_name(f"{ledger.name}.kept")


class NoUse(Exception):
    """The kept rows cannot be read or written; whatever they would have told must be derived."""


@attrs.frozen
class Kept:
    """The rows as they are on the disk, read from one state of the file, whatever another process does to it meanwhile."""

    path: Path
    _open: list[sqlite3.Connection] = attrs.field(factory=list, init=False, eq=False)

    def basis(self) -> Basis | None:
        """What they were derived from; None where there are none that can be read."""
        if not self.path.is_file():
            return None
        try:
            found = self.rows("select position, hash, how from basis")
        except NoUse:
            return None
        return Basis(*found[0]) if found else None

    def replace(self, basis: Basis, tickets: Collection[str] | None, rows: Rows) -> None:
        """Put rows in place of those of some tickets, or of all. All of it or nothing. Raises NoUse."""
        self.close()
        try:
            if tickets is None:
                self.path.unlink(missing_ok=True)
            with closing(sqlite3.connect(self.path, timeout=WAIT, isolation_level=None)) as db:
                db.execute("pragma synchronous = off")
                db.execute("begin immediate")
                _replace(db, basis, tickets, rows)
                db.execute("commit")
        except (sqlite3.Error, OSError) as error:
            raise NoUse from error

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query. Raises NoUse."""
        try:
            if not self._open:
                self._open.append(sqlite3.connect(self.path, timeout=WAIT, isolation_level=None))
                self._open[0].execute("begin")
            return list(self._open[0].execute(sql, values))
        except sqlite3.Error as error:
            self.close()
            raise NoUse from error

    def of_ticket(self, table: str, ticket: str) -> Iterator[dict[str, Any]]:
        """The rows of a ticket. Raises NoUse."""
        columns = TABLES[table]
        order = KEYS[table]
        for row in self.rows(f"select {', '.join(columns)} from {table} where ticket = ? order by {order}", (ticket,)):
            yield dict(zip(columns, row, strict=True))

    def close(self) -> None:
        """Let others write."""
        while self._open:
            self._open.pop().close()


def _replace(db: sqlite3.Connection, basis: Basis, tickets: Collection[str] | None, rows: Rows) -> None:
    if tickets is None:
        _create(db)
    for ticket in tickets or ():
        for table in TABLES:
            db.execute(f"delete from {table} where ticket = ?", (ticket,))
    for table, columns in TABLES.items():
        marks = ", ".join("?" * len(columns))
        db.executemany(f"insert or ignore into {table} ({', '.join(columns)}) values ({marks})", rows[table])
    if tickets is None:
        db.execute("create index verdicts_ticket on verdicts (ticket)")
        db.execute("insert into units select distinct unit from verdicts")
    for ticket in tickets or ():
        db.execute("insert or ignore into units select unit from verdicts where ticket = ?", (ticket,))
    db.execute("delete from basis")
    db.execute("insert into basis values (?, ?, ?)", (basis.position, basis.hash, basis.how))


def _create(db: sqlite3.Connection) -> None:
    db.execute("create table basis (position, hash, how)")
    db.execute("create table units (unit primary key) without rowid")
    for table, columns in TABLES.items():
        db.execute(f"create table {table} ({', '.join(columns)}, primary key ({KEYS[table]})) without rowid")
