"""A disposable file beside the ledger, with rows derived from it, in groups that are each checked when they are read.

It saves deriving them again. It proves nothing and can be thrown away: `verify` does throw it away, and nothing that is published
rests on it. A group's digest is over its rows; the digest of the basis is over the basis, and every group's name and digest. So
whatever is changed in the file is not used. Who also makes all digests anew is not seen by reading; that is why `verify` does it.

    basis     position hash how digest: what the rows were derived from
    groups    name digest rows: the rows as JSON
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs

from ledger.proof.chain import digest_of

WAIT = 0.2  # seconds for another process to be done with the file
Row = tuple[Any, ...]


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
    """The kept rows cannot be read or written, or are not as they were written; what they would have told must be derived."""


@attrs.frozen
class Mirror:
    """The rows as they are on the disk, read from one state of the file, whatever another process does to it meanwhile."""

    path: Path
    _open: list[sqlite3.Connection] = attrs.field(factory=list, init=False, eq=False)
    _digests: dict[str, str] = attrs.field(factory=dict, init=False, eq=False)

    def basis(self) -> Basis | None:
        """What they were derived from; None where there are none that can be read."""
        if not self.path.is_file():
            return None
        try:
            return self._read_basis()
        except NoUse:
            return None

    def names(self) -> Sequence[str]:
        """The groups there are. Raises NoUse."""
        if not self._open:
            self._read_basis()
        return tuple(self._digests)

    def group(self, name: str) -> list[Row]:
        """The rows of a group, none where there is none. Raises NoUse."""
        if name not in self.names():
            return []
        found = self._rows("select rows from groups where name = ?", name)
        if len(found) != 1 or not isinstance(found[0][0], str) or digest_of(found[0][0]) != self._digests[name]:
            raise self._no_use()
        return [tuple(row) for row in json.loads(found[0][0])]

    def replace(self, basis: Basis, upon: Basis | None, groups: Iterable[tuple[str, Sequence[Row]]]) -> None:
        """Put groups, each a name and rows, in place of those of their names where the file rests `upon` a basis; without one,
        of all there were. All of it or nothing. Raises NoUse."""
        self.close()
        try:
            if upon is None:
                self.path.unlink(missing_ok=True)
            with closing(sqlite3.connect(self.path, timeout=WAIT, isolation_level=None)) as db:
                db.execute("pragma synchronous = off")
                db.execute("begin immediate")
                if upon is None:
                    db.execute("create table basis (position, hash, how, digest)")
                    db.execute("create table groups (name primary key, digest, rows)")
                elif _checked(db)[0] != upon:
                    raise NoUse
                _replace(db, basis, groups)
                db.execute("commit")
        except (sqlite3.Error, OSError) as error:
            raise NoUse from error

    def close(self) -> None:
        """Let others write."""
        self._digests.clear()
        while self._open:
            self._open.pop().close()

    def _read_basis(self) -> Basis:
        self._rows("select 1")
        try:
            basis, digests = _checked(self._open[0])
        except (NoUse, sqlite3.Error) as error:
            raise self._no_use() from error
        self._digests.update(digests)
        return basis

    def _rows(self, sql: str, *values: object) -> list[Row]:
        try:
            if not self._open:
                self._open.append(
                    sqlite3.connect(self.path, timeout=WAIT, isolation_level=None, check_same_thread=False)
                )
                self._open[0].execute("begin")
            return list(self._open[0].execute(sql, values))
        except sqlite3.Error as error:
            raise self._no_use() from error

    def _no_use(self) -> NoUse:
        self.close()
        return NoUse()


def _checked(db: sqlite3.Connection) -> tuple[Basis, dict[str, str]]:
    """The basis, and the digest of each group. Raises NoUse where they are not as they were written."""
    found = list(db.execute("select position, hash, how, digest from basis"))
    digests = list(db.execute("select name, digest from groups order by name"))
    if len(found) != 1 or not all(isinstance(value, int | str) for row in (*found, *digests) for value in row):
        raise NoUse
    basis = Basis(*found[0][:3])
    if found[0][3] != _whole(basis, digests):
        raise NoUse
    return basis, dict(digests)


def _whole(basis: Basis, digests: Iterable[Row]) -> str:
    return digest_of(json.dumps([*attrs.astuple(basis), *digests]))


def _replace(db: sqlite3.Connection, basis: Basis, groups: Iterable[tuple[str, Sequence[Row]]]) -> None:
    for name, rows in groups:
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        db.execute("insert or replace into groups values (?, ?, ?)", (name, digest_of(text), text))
    whole = _whole(basis, db.execute("select name, digest from groups order by name"))
    db.execute("delete from basis")
    db.execute("insert into basis values (?, ?, ?, ?)", (*attrs.astuple(basis), whole))
