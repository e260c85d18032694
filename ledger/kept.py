"""A disposable file beside the ledger, with rows derived from it.

It saves deriving them again. It proves nothing and can be thrown away: `verify` does not read it, and nothing that is published
rests on it.

    verdicts     month unit measure ticket round channel breached start due done decided_at, and the ledger positions of the
                 facts behind it: started ended denied
    rounds       ticket unit round channel role limit_halves due_at, in the `place` they were dispatched
    oddities     ticket position code
    exemptions   ticket unit item
    units        unit: every one that has, or once had, a verdict
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs

VERDICT = (
    "month", "unit", "measure", "ticket", "round", "channel", "breached", "start", "due", "done", "decided_at", "started",
    "ended", "denied",
)  # fmt: skip
ROUND = ("ticket", "place", "unit", "round", "channel", "role", "limit_halves", "due_at")
ODDITY = ("ticket", "position", "code")
EXEMPTION = ("ticket", "unit", "item")
TABLES: Mapping[str, Sequence[str]] = {
    "verdicts": VERDICT,
    "rounds": ROUND,
    "oddities": ODDITY,
    "exemptions": EXEMPTION,
}
KEYS = {
    "verdicts": "unit, month, measure, ticket, round, channel", "rounds": "ticket, place",
    "oddities": "ticket, position, code", "exemptions": "ticket, unit, item",
}  # fmt: skip

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


@attrs.frozen
class Kept:
    """The rows, as they are on the disk."""

    path: Path

    def basis(self) -> Basis | None:
        """What they were derived from; None where there are none that can be read."""
        if not self.path.exists():
            return None
        try:
            with closing(sqlite3.connect(self.path)) as db:
                found = db.execute("select position, hash, how from basis").fetchone()
        except sqlite3.Error:
            return None
        return None if found is None else Basis(*found)

    def replace(self, basis: Basis, tickets: Iterable[str] | None, rows: Rows) -> None:
        """Put rows in place of those of some tickets, or of all. All of it or nothing. Raises sqlite3.Error, OSError."""
        if tickets is None:
            self.path.unlink(missing_ok=True)
        with closing(sqlite3.connect(self.path, isolation_level=None)) as db:
            db.execute("pragma synchronous = off")
            db.execute("begin immediate")
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
            db.execute("commit")

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query. Raises sqlite3.Error."""
        with closing(sqlite3.connect(self.path)) as db:
            return list(db.execute(sql, values))

    def of_ticket(self, table: str, ticket: str) -> Iterator[dict[str, Any]]:
        """The rows of a ticket."""
        columns = TABLES[table]
        order = KEYS[table]
        for row in self.rows(f"select {', '.join(columns)} from {table} where ticket = ? order by {order}", (ticket,)):
            yield dict(zip(columns, row, strict=True))


def _create(db: sqlite3.Connection) -> None:
    db.execute("create table basis (position, hash, how)")
    db.execute("create table units (unit primary key) without rowid")
    for table, columns in TABLES.items():
        db.execute(f"create table {table} ({', '.join(columns)}, primary key ({KEYS[table]})) without rowid")
