"""The one door to SQLite: append, read, as-of, head, verify."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, cast

import attrs
from sqlite_utils import Database

from ledger import chain
from ledger.events import Fact, content, from_content, key_of
from ledger.migrations import APPLICATION, SCHEMA
from ledger.problems import DamagedLedger, LedgerError, LedgerFull, NoLedger, NotALedger, words


@attrs.frozen(kw_only=True)
class Source:
    """Where a batch of facts comes from: a file by name and SHA-256, read through a profile, and what became of its rows.

    `facts` are (row, fact); `quarantined` are (row, cells as JSON, reasons as JSON) of rows that became nothing.
    """

    name: str
    sha256: str
    profile: str
    rows: int
    facts: Sequence[tuple[int, Fact]]
    ignored: int = 0
    repeated: int = 0
    quarantined: Sequence[tuple[int, str, str]] = ()


@attrs.frozen(kw_only=True)
class Batch:
    """One import, as the ledger keeps it. rows = accepted + known + quarantined + ignored."""

    number: int
    name: str
    sha256: str
    profile: str
    recorded_at: int
    rows: int
    accepted: int
    known: int
    quarantined: int
    ignored: int
    events_added: int
    last_position: int


@attrs.frozen
class Event:
    """A fact at its place in the ledger, with the batch and row it came from."""

    position: int
    key: str
    fact: Fact
    batch: int
    row: int


@attrs.frozen
class Head:
    """How far the ledger goes: the last position and the hash that stands for everything up to it."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


class Ledger:
    """A ledger file. Use as a context manager; `recorded_at` instants come from the caller, who knows the clock."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Open the file. Raises NoLedger, NotALedger, DamagedLedger, LedgerError (locked, no room)."""
        if not create and not path.exists():
            raise NoLedger(
                words("there is no ledger at {path}.", path=path), "Import a log first, or name another with --ledger."
            )
        self.path = path
        with _told(path):
            if not path.exists() or path.stat().st_size == 0:
                _make(path)
            self._db = Database(path)
            self._db.conn.isolation_level = None
            self._refuse_foreign()
            self._db.execute("pragma synchronous = normal")
            self._db.execute("pragma foreign_keys = on")
            if SCHEMA.pending(self._db):
                SCHEMA.apply(self._db)

    def _refuse_foreign(self) -> None:
        (found,) = self._db.execute("pragma application_id").fetchone()
        if found != APPLICATION:
            raise NotALedger(
                words("{path} is a database, but no ledger of Kaoping.", path=self.path),
                "Name another file with --ledger.",
            )

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):
            raise _in_our_words(self.path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # -- append -----------------------------------------------------------------------------------------------------

    def append(self, source: Source, recorded_at: int, *, keep: bool = True) -> Batch:
        """Append what is new in a source, all of it or none of it. `keep=False` undoes it: a rehearsal.

        Raises LedgerError when the disk is full or another process is writing.
        """
        with _told(self.path), self._transaction(keep=keep):
            return self._append(source, recorded_at)

    def _append(self, source: Source, recorded_at: int) -> Batch:
        last = self._last_batch()
        number = (last["number"] if last else 0) + 1
        recorded_at = max(recorded_at, last["recorded_at"] if last else recorded_at)
        new = self._unknown(source)
        head = self._insert(number, new)
        accepted = len({row for row, *_ in new})
        bearing = len({row for row, _ in source.facts})
        columns: dict[str, Any] = {
            "number": number, "name": source.name, "sha256": source.sha256, "profile": source.profile,
            "recorded_at": recorded_at, "rows": source.rows, "accepted": accepted,
            "known": bearing - accepted + source.repeated, "quarantined": len(source.quarantined),
            "ignored": source.ignored, "events_added": len(new), "last_position": head.position,
        }  # fmt: skip
        if columns["rows"] != sum(columns[name] for name in ("accepted", "known", "quarantined", "ignored")):
            raise AssertionError(f"rows of {source.name} do not add up: {columns}")
        before = last["checkpoint"] if last else chain.START
        hashed = chain.checkpoint(before, {**columns, "head": head.hash}, source.quarantined)
        self._db.table("batches").insert({**columns, "head": bytes.fromhex(head.hash), "checkpoint": hashed})
        self._db.conn.executemany(
            "insert into quarantine (batch, row, cells, reasons) values (?, ?, ?, ?)",
            [(number, *row) for row in source.quarantined],
        )
        return Batch(**columns)

    def _unknown(self, source: Source) -> list[tuple[int, int, str, str]]:
        """(row, occurrence, key, text) of the facts the ledger does not hold yet, each once."""
        seen: Counter[str] = Counter()
        candidates: dict[str, tuple[int, int, str, str]] = {}
        for row, fact in source.facts:
            text = content(fact)
            if fact.id is None:
                seen[text] += 1
            occurrence = seen[text] if fact.id is None else 1
            key = key_of(text, occurrence)
            candidates.setdefault(key, (row, occurrence, key, text))
        known = self._known(list(candidates))
        return [candidate for key, candidate in candidates.items() if key not in known]

    def _known(self, keys: Sequence[str]) -> set[str]:
        if not self.head().position:
            return set()
        known: set[str] = set()
        for start in range(0, len(keys), 500):
            part = [bytes.fromhex(key) for key in keys[start : start + 500]]
            marks = ",".join("?" * len(part))
            found = self._db.execute(f"select key from events where key in ({marks})", part)
            known.update(cast(bytes, key).hex() for (key,) in found)
        return known

    def _insert(self, batch: int, new: Sequence[tuple[int, int, str, str]]) -> Head:
        head = self.head()
        position, hashed = head.position, bytes.fromhex(head.hash)
        rows = []
        for row, occurrence, key, text in new:
            position += 1
            hashed = chain.link(hashed, position, batch, row, occurrence, text)
            fact = from_content(text)
            rows.append((position, bytes.fromhex(key), fact.kind, fact.ticket, text, occurrence, batch, row, hashed))
        self._db.conn.executemany("insert into events values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        return Head(position, hashed.hex())

    # -- read -------------------------------------------------------------------------------------------------------

    def head(self, position: int | None = None) -> Head:
        """The head of the whole ledger, or as it was at a position."""
        at = "" if position is None else "where position <= ?"
        values = () if position is None else (position,)
        found = self._db.execute(
            f"select position, hash from events {at} order by position desc limit 1", values
        ).fetchone()
        return Head(found[0], found[1].hex()) if found else Head(0, chain.START.hex())

    def position_at(self, instant: int) -> int:
        """The last position that was recorded by then; 0 when nothing was."""
        found = self._db.execute("select max(last_position) from batches where recorded_at <= ?", (instant,)).fetchone()
        return int(found[0] or 0)

    def recorded_at(self, position: int) -> int:
        """The instant at which the event at a position was recorded."""
        sql = "select recorded_at from batches where number = (select batch from events where position = ?)"
        return int(self._db.execute(sql, (position,)).fetchone()[0])

    def batches(self) -> tuple[Batch, ...]:
        """Every import, oldest first."""
        names = ", ".join(field.name for field in attrs.fields(Batch))
        return tuple(Batch(**row) for row in self._db.query(f"select {names} from batches order by number"))

    def events(
        self, upto: int | None = None, *, ticket: str | None = None, kinds: Sequence[str] = ()
    ) -> Iterator[Event]:
        """Events in the order of the ledger, up to a position; of one ticket or of some kinds."""
        where, values = _where(upto, ticket, kinds)
        rows = self._db.execute(f"select position, key, fact, batch, row from events {where} order by position", values)
        for position, key, text, batch, row in rows:
            yield Event(position, key.hex(), from_content(text), batch, row)

    def texts(
        self, upto: int | None = None, *, ticket: str | None = None, kinds: Sequence[str] = ()
    ) -> tuple[list[int], list[bytes], list[str]]:
        """(positions, keys, canonical texts): the same as `events`, as plain columns for the engines."""
        where, values = _where(upto, ticket, kinds)
        rows = self._db.execute(f"select position, key, fact from events {where} order by position", values).fetchall()
        positions, keys, texts = zip(*rows, strict=True) if rows else ((), (), ())
        return list(positions), list(keys), list(texts)

    def quarantine(self, batch: int) -> list[tuple[int, str, str]]:
        """(row, cells, reasons) of the rows of a batch that became nothing."""
        found = self._db.execute("select row, cells, reasons from quarantine where batch = ? order by rowid", (batch,))
        return [(row, cells, reasons) for row, cells, reasons in found]

    # -- verify -----------------------------------------------------------------------------------------------------

    def verify(self) -> Head:
        """Re-derive every hash. Returns the head; raises DamagedLedger naming the first event or batch that differs."""
        with _told(self.path):
            (answer,) = self._db.execute("pragma integrity_check(1)").fetchone()
            if answer != "ok":
                raise DamagedLedger(words("SQLite finds the file damaged: {answer}", answer=answer))
            heads = self._verify_events()
            self._verify_batches(heads)
            return self.head()

    def _verify_events(self) -> dict[int, bytes]:
        """Hash at the last position of each batch."""
        hashed, heads = chain.START, {0: chain.START}
        rows = self._db.execute(
            "select position, key, kind, ticket, fact, occurrence, batch, row, hash from events order by position"
        )
        for expected, (position, key, kind, ticket, text, occurrence, batch, row, stored) in enumerate(rows, 1):
            hashed = chain.link(hashed, position, batch, row, occurrence, text)
            sound = position == expected and hashed == stored and key.hex() == key_of(text, occurrence)
            if not sound or not _same_columns(text, kind, ticket):
                raise DamagedLedger(
                    words(
                        "event {position} is not as it was appended (batch {batch}, row {row}).",
                        position=expected,
                        batch=batch,
                        row=row,
                    ),
                    "Take the last backup that verifies, and import what came later again.",
                )
            heads[position] = hashed
        return heads

    def _verify_batches(self, heads: dict[int, bytes]) -> None:
        before, number, last = chain.START, 0, 0
        for row in self._db.query("select * from batches order by number"):
            number += 1
            stored, head = row.pop("checkpoint"), row.pop("head")
            hashed = chain.checkpoint(before, {**row, "head": head.hex()}, self.quarantine(row["number"]))
            if row["number"] != number or hashed != stored or heads.get(row["last_position"]) != head:
                raise DamagedLedger(
                    words("batch {number} ({name}) is not as it was recorded.", number=number, name=row["name"])
                )
            before, last = stored, row["last_position"]
        if last != max(heads):
            raise DamagedLedger(words("event {position} belongs to no recorded batch.", position=last + 1))
        (strays,) = self._db.execute("select count(*) from quarantine where batch > ?", (number,)).fetchone()
        if strays:
            raise DamagedLedger(words("{strays} quarantined rows belong to no recorded batch.", strays=strays))

    # -- inside -----------------------------------------------------------------------------------------------------

    def _last_batch(self) -> dict[str, Any] | None:
        return next(iter(self._db.query("select * from batches order by number desc limit 1")), None)

    @contextmanager
    def _transaction(self, *, keep: bool) -> Iterator[None]:
        self._db.execute("begin immediate")
        try:
            yield
            self._db.execute("commit" if keep else "rollback")
        except BaseException:
            if self._db.conn.in_transaction:
                self._db.execute("rollback")
            raise


def _make(path: Path) -> None:
    """An empty ledger, made aside and then put there whole: nobody ever opens half of one."""
    with TemporaryDirectory(dir=path.parent, prefix=f"{path.name}-") as folder:
        aside = Path(folder) / path.name
        db = Database(aside)
        db.execute("pragma journal_mode = wal")
        db.execute(f"pragma application_id = {APPLICATION}")
        SCHEMA.apply(db)
        db.close()
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            if path.stat().st_size == 0:  # else another process was quicker
                aside.replace(path)
        except OSError:  # a file system without hard links
            aside.replace(path)


def _same_columns(text: str, kind: str, ticket: str | None) -> bool:
    fact = from_content(text)
    return fact.kind == kind and fact.ticket == ticket and content(fact) == text


def _where(upto: int | None, ticket: str | None, kinds: Sequence[str]) -> tuple[str, list[object]]:
    parts: list[str] = []
    values: list[object] = []
    if upto is not None:
        parts.append("position <= ?")
        values.append(upto)
    if ticket is not None:
        parts.append("ticket = ?")
        values.append(ticket)
    if kinds:
        indexed = "" if len(kinds) < 5 else "+"  # a walk in order beats the index where most events are wanted
        parts.append(f"{indexed}kind in ({','.join('?' * len(kinds))})")
        values.extend(kinds)
    return ("where " + " and ".join(parts) if parts else ""), values


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's errors in our words."""
    try:
        yield
    except sqlite3.Error as error:
        raise _in_our_words(path, error) from error
    except OSError as error:
        why = words("{path} cannot be used: {message}", path=path, message=error.strerror)
        raise NoLedger(why, "Check the path and its permissions.") from error


def _in_our_words(path: Path, error: sqlite3.Error) -> LedgerError:
    message = str(error)
    if "full" in message:
        return LedgerFull("the disk is full: nothing was written.", "Free some space and do it again.")
    if "locked" in message or "busy" in message:
        return LedgerError(
            words("another process is writing to {path}.", path=path), "Wait for it to end and do it again."
        )
    if "malformed" in message:
        why = words("SQLite finds the file damaged: {answer}", answer=message)
        return DamagedLedger(why, "Take the last backup that verifies.")
    if "not a database" in message:
        return NotALedger(words("{path} is no ledger of Kaoping.", path=path), "Name another file with --ledger.")
    why = words("{path} cannot be used: {message}", path=path, message=message)
    kind = NoLedger if "unable to open" in message else LedgerError
    return kind(why, "Check the path and its permissions.")
