"""The file of accounts: its tables and guards, made in a file of its own that is never a ledger's."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import attrs
from argon2 import PasswordHasher

from ledger.sentences import UserError, sentence

Connection = sqlite3.Connection
APPLICATION = 0x4B616F61  # "Kaoa": how a file says that it holds accounts of ours
PATIENCE = 20.0
"""Seconds that a writer waits for another."""
TABLES = (
    """create table account (
        name text primary key, role text not null, unit text, password text not null, must_change integer not null,
        disabled integer not null default 0, made_at integer not null) strict""",
    """create table sitting (
        hash text primary key, account text not null references account (name), begun_at integer not null,
        seen_at integer not null) strict""",
    "create table failure (number integer primary key, kind text not null, whose text not null, at integer not null) strict",
    "create index failure_whose on failure (kind, whose, at)",
    """create table draft (
        number integer primary key, kind text not null, subject text not null, fields text not null, head text not null,
        by text not null, at integer not null, state text not null, settled_by text, settled_at integer) strict""",
    "create index draft_subject on draft (kind, subject)",
    """create table view (
        number integer primary key, at integer not null, user text not null, role text not null, address text not null,
        method text not null, route text not null, path text not null, about text not null, status integer not null,
        rows integer, hash text not null) strict""",
    "create trigger view_stays before update on view begin select raise(abort, 'the log of views is only added to'); end",
    "create trigger view_is_kept before delete on view begin select raise(abort, 'the log of views is only added to'); end",
)  # fmt: skip


class AccountsError(UserError):
    """The file of accounts cannot be used."""


class NoAccounts(AccountsError):
    """There is no file of accounts, or it is another file."""

    code = 2


@attrs.frozen
class HashCost:
    """What one try of a password costs: passes over so many KiB, in so many lanes. As RFC 9106 recommends where memory is scarce."""

    passes: int = 3
    kibibytes: int = 65536
    lanes: int = 4

    def hasher(self) -> PasswordHasher:
        """argon2id at this cost."""
        return PasswordHasher(time_cost=self.passes, memory_cost=self.kibibytes, parallelism=self.lanes)


@attrs.frozen
class Accounts:
    """The accounts of a desk in their file; `cost`: of each password that is set."""

    path: Path
    cost: HashCost = HashCost()

    def make(self) -> None:
        """The file with its tables, readable by its owner alone, if there is none yet. Raises AccountsError."""
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise _unusable(self.path, error.strerror) from error
        with _told(self.path), closing(_connected(self.path)) as db:
            db.execute("begin immediate")
            if not db.execute("select count(*) from sqlite_master").fetchone()[0]:
                db.execute(f"pragma application_id = {APPLICATION}")
                for table in TABLES:
                    db.execute(table)
            db.execute("commit")
        self.check()
        with _told(self.path), closing(_connected(self.path)) as db:
            db.execute("pragma journal_mode = wal")

    def check(self) -> None:
        """Raises NoAccounts where there is no such file, or it holds something else."""
        if not self.path.exists():
            raise NoAccounts(
                sentence("there is no file of accounts at {path}.", path=self.path),
                "Make it with the first account: kaoping account add NAME --role editor --accounts FILE.",
            )
        with _told(self.path), closing(_connected(self.path)) as db:
            (found,) = db.execute("pragma application_id").fetchone()
        if found != APPLICATION:
            raise NoAccounts(
                sentence("{path} holds no accounts of Kaoping.", path=self.path),
                "Name another file with --accounts; accounts are never kept in a ledger.",
            )

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The file as it stands, to be read. Raises AccountsError."""
        with _told(self.path), closing(_connected(self.path)) as db:
            yield db

    @contextmanager
    def writing(self, *, at_once: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or nothing; whether it is on the disk `at_once`, or may be lost with the last moments
        before a power cut. Raises AccountsError."""
        with _told(self.path), closing(_connected(self.path)) as db:
            db.execute(f"pragma synchronous = {'full' if at_once else 'normal'}")
            db.execute("begin immediate")
            try:
                yield db
                db.execute("commit")
            finally:
                if db.in_transaction:
                    db.execute("rollback")


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE)
    db.execute("pragma foreign_keys = on")
    return db


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _unusable(path, str(error)) from error


def _unusable(path: Path, message: str | None) -> AccountsError:
    return AccountsError(
        sentence("the file of accounts {path} cannot be used: {message}", path=path, message=message or "-"),
        "Check its permissions and the disk; else put back its last backup.",
    )
