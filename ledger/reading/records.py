"""A ledger's file, read: its events, batches, texts and heads as of any position, and everything derived again."""

import json
import re
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import attrs

from ledger.batches import Batch, Change, Coverage, Event, Head, Kin
from ledger.exchange import from_content
from ledger.facts import Settle, Void
from ledger.files import MEMORY, begin, copied, in_our_words, opened, opened_to_read, refuse_missing, refuse_short, told
from ledger.intake.leftovers import settled
from ledger.proof import chain, checkpoints
from ledger.proof.checkpoints import Checkpoint
from ledger.proof.tree import Tree, leaf_hash
from ledger.proof.verify import Verified, refuse_another, verify
from ledger.register import Register, register_of
from ledger.sentences import DamagedLedger, NoLedger, NoSuchText, Sentence, sentence
from ledger.voids import voided_keys

AT_ONCE = 5_000  # keys looked up in one go
TO_VERIFY = 256 * 1024  # KiB of the file held while it is verified: SQLite looks every event up in every index


class Records:
    """A ledger file, to be read. Use as a context manager."""

    def __init__(self, path: Path | str, *, create: bool = False, only_read: bool = False) -> None:
        """Open the file, or with `:memory:` one in memory; made where there is none, if that is asked for. `only_read`: nothing can be
        written through it. Raises NoLedger, NotALedger, DamagedLedger, LedgerError (locked, no room)."""
        path = Path(path)
        if not create and path != MEMORY and not path.exists():
            raise NoLedger(
                sentence("there is no ledger at {path}.", path=path),
                "Import a log first, or name another with --ledger.",
            )
        self.path = path
        with told(path):
            if path != MEMORY:
                refuse_missing(path)
            self._db = opened_to_read(path) if only_read else opened(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):
            raise in_our_words(self.path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()

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

    def span(self, kind: str) -> tuple[int, int] | None:
        """The first and the last instant of the facts of a kind, those that were voided too; None where there is none."""
        sql = "select min(json_extract(fact, '$.at')), max(json_extract(fact, '$.at')) from events where kind = ?"
        first, last = self._db.execute(sql, (kind,)).fetchone()
        return None if first is None else (int(first), int(last))

    def batches(self) -> tuple[Batch, ...]:
        """Every import, oldest first."""
        names = [field.name for field in attrs.fields(Batch)]
        rows = self._db.execute(f"select {columns_in_sql(names)} from batches order by number")
        return tuple(Batch(**dict(zip(names, row, strict=True))) for row in rows)

    def events(
        self, upto: int | None = None, *, ticket: str | None = None, kinds: Sequence[str] = ()
    ) -> Iterator[Event]:
        """Events in the order of the ledger, up to a position; of one ticket or of some kinds."""
        where, values = _where(upto, ticket, kinds)
        rows = self._db.execute(f"select position, key, fact, batch, row from events {where} order by position", values)
        for position, key, text, batch, row in rows:
            yield Event(position, key.hex(), from_content(text), batch, row)

    def events_by_ticket(self, upto: int) -> Iterator[Event]:
        """Events of tickets up to a position, ticket by ticket, each in the order of the ledger."""
        sql = (
            "select position, key, fact, batch, row from events where ticket is not null and position <= ?"
            " order by ticket, position"
        )
        for position, key, text, batch, row in self._db.execute(sql, (upto,)):
            yield Event(position, key.hex(), from_content(text), batch, row)

    def register(self, upto: int | None = None) -> Register:
        """The units enrolled and their aliases that stand at a position."""
        events = tuple(self.events(upto, kinds=("enrol", "alias")))
        if not events:
            return Register()
        gone = voided_keys(self.events(upto, kinds=("void",)))
        return register_of(event for event in events if event.key not in gone)

    def names(self, upto: int | None = None) -> Mapping[str, str]:
        """Alias -> unit, of the aliases that stand at a position."""
        return self.register(upto).names if any(True for _ in self.events(upto, kinds=("alias",))) else {}

    def settlements(self, upto: int | None = None) -> dict[str, Settle]:
        """Digest -> the last word on what was kept aside under it, of those that stand at a position. That a row was mended is
        no word any more once all that the mended row told was taken back."""
        gone = voided_keys(self.events(upto, kinds=("void",)))
        stand = (event for event in self.events(upto, kinds=("settle",)) if event.key not in gone)
        return settled(event for event in stand if not (gone and self._emptied(event, gone)))

    def _emptied(self, said: Event, gone: set[str]) -> bool:
        """Whether a row that mended another told facts, of which none stands."""
        if not (isinstance(said.fact, Settle) and said.fact.mended):
            return False
        sql = (
            "select key from batches join events on position > last_position - events_added and position <= last_position"
            " where number = ? and row = ? and kind not in ('settle', 'void')"
        )
        told = {cast(bytes, key).hex() for (key,) in self._db.execute(sql, (said.batch, said.row))}
        return bool(told) and told <= gone

    def kin(self, profile: str, form: str | None, forms: Mapping[str, str]) -> Kin:
        """The batches beside files of a profile and a form: theirs are those of that name, and those of that form, as it was recorded, or
        else as `forms` gives it by the name of a profile."""
        sql = "select number, sha256 = '', profile, form from batches left join coverage on batch = number"
        own, typed, unsure = set(), set(), dict[int, str]()
        for number, by_people, name, recorded in self._db.execute(sql):
            its = recorded or forms.get(name)
            if by_people:
                typed.add(number)
            if name == profile or (form is not None and its == form):
                own.add(number)
            elif its is None and not by_people:
                unsure[number] = name
        return Kin(frozenset(own), frozenset(typed), unsure)

    def begun(self, batches: Collection[int]) -> dict[str, int]:
        """Ticket -> the earliest instant that these batches tell of it."""
        sql = (
            "select ticket, min(json_extract(fact, '$.at')) from events where ticket is not null"
            " and batch in (select value from json_each(?)) group by ticket"
        )
        return {str(ticket): int(at) for ticket, at in self._db.execute(sql, (json.dumps(sorted(batches)),))}

    def dispatched(self, batches: Collection[int]) -> Iterator[tuple[str, int]]:
        """(ticket, instant) of each dispatch that stands and that one of these batches told, in the order of the ledger."""
        gone = voided_keys(self.events(kinds=("void",)))
        sql = (
            "select key, ticket, json_extract(fact, '$.at') from events where kind = 'dispatch'"
            " and batch in (select value from json_each(?)) order by position"
        )
        for key, ticket, at in self._db.execute(sql, (json.dumps(sorted(batches)),)):
            if key.hex() not in gone:
                yield str(ticket), int(at)

    def tickets_like(self, text: str, most: int, sent_to: Sequence[str] = ()) -> list[str]:
        """The first tickets by number, at most so many, whose number holds a text, large and small letters alike; those first that
        begin with it. `sent_to`: only those that were sent to a unit of one of these names by a dispatch that stands."""
        held = re.sub(r"([%_\\])", r"\\\1", text)
        sql = "select distinct ticket from events where ticket like ? escape '\\' order by ticket"
        mine = self._sent_to(sent_to) if sent_to else None
        found: dict[str, None] = {}
        for pattern in (f"{held}%", f"%{held}%"):
            for (ticket,) in self._db.execute(sql, (pattern,)):
                if len(found) == most:
                    return [*found]
                if mine is None or ticket in mine:
                    found[str(ticket)] = None
        return [*found]

    def _sent_to(self, units: Sequence[str]) -> set[str]:
        """The tickets of the dispatches that stand and name one of these units."""
        gone = voided_keys(self.events(kinds=("void",)))
        marks = ", ".join("?" for _ in units)
        sql = f"select key, ticket from events where kind = 'dispatch' and json_extract(fact, '$.unit') in ({marks})"
        return {str(ticket) for key, ticket in self._db.execute(sql, (*units,)) if key.hex() not in gone}

    def units(self) -> set[str]:
        """Every unit that was enrolled or sent a ticket, those whose facts were voided too."""
        sql = "select distinct json_extract(fact, '$.unit') from events where kind in ('dispatch', 'enrol')"
        return {str(unit) for (unit,) in self._db.execute(sql) if unit is not None}

    def sent_in(self, first: int, last: int) -> Iterator[int]:
        """The instant of each dispatch that the batches from one to another brought."""
        sql = "select json_extract(fact, '$.at') from events where kind = 'dispatch' and batch between ? and ?"
        return (int(at) for (at,) in self._db.execute(sql, (first, last)))

    def batches_with(self, kind: str, since: int, until: int) -> list[int]:
        """The numbers of the batches that brought a fact of a kind with an instant in [since, until)."""
        sql = (
            "select distinct batch from events where kind = ? and json_extract(fact, '$.at') >= ?"
            " and json_extract(fact, '$.at') < ? order by batch"
        )
        return [int(number) for (number,) in self._db.execute(sql, (kind, since, until))]

    def tickets_since(self, position: int) -> set[str]:
        """The tickets that facts after a position speak of, or whose facts a void after it takes back or restores."""
        rows = self._db.execute(
            "select distinct ticket from events where position > ? and ticket is not null", (position,)
        )
        found = {str(ticket) for (ticket,) in rows}
        keys = [fact.key for _, fact in self._voids_since(position)]
        while keys:
            targets = [event for key in keys for event in self._with_key(key)]
            found |= {event.fact.ticket for event in targets if event.fact.ticket is not None}
            keys = [event.fact.key for event in targets if isinstance(event.fact, Void)]
        return found

    def _voids_since(self, position: int) -> Iterator[tuple[int, Void]]:
        rows = self._db.execute("select position, fact from events where kind = 'void' and position > ?", (position,))
        for place, text in rows:
            fact = from_content(text)
            assert isinstance(fact, Void)
            yield place, fact

    def _with_key(self, key: str) -> list[Event]:
        try:
            digest = bytes.fromhex(key)
        except ValueError:
            return []
        rows = self._db.execute("select position, key, fact, batch, row from events where key = ?", (digest,))
        return [Event(place, found.hex(), from_content(text), batch, row) for place, found, text, batch, row in rows]

    def lines(self, since: int, upto: int, kinds: Sequence[str]) -> tuple[list[int], bytes, bytes]:
        """(positions, the first eight bytes of every key, canonical texts a line each) of events after a position up to another, in the
        order of the ledger: put together by SQLite, for the engines. Raises DamagedLedger where they come in another order."""
        where, values = _where(upto, None, kinds, since)
        found = self._db.execute(
            "select group_concat(position), group_concat(hex(substr(key, 1, 8)), ''), cast(group_concat(fact, char(10)) as blob)"
            f" from (select position, key, fact from events {where} order by position)",
            values,
        ).fetchone()
        if found[0] is None:
            return [], b"", b""
        positions = [int(one) for one in found[0].split(",")]
        if positions != sorted(positions):
            why = sentence("SQLite gives events of {path} out of order.", path=self.path)
            raise DamagedLedger(why, "Take the last backup that verifies.")
        return positions, bytes.fromhex(found[1]), found[2]

    def texts(
        self, upto: int | None = None, *, ticket: str | None = None, kinds: Sequence[str] = ()
    ) -> tuple[list[int], list[bytes], list[str]]:
        """(positions, keys, canonical texts): the same as `events`, as plain columns for the engines."""
        where, values = _where(upto, ticket, kinds)
        rows = self._db.execute(f"select position, key, fact from events {where} order by position", values).fetchall()
        positions, keys, texts = zip(*rows, strict=True) if rows else ((), (), ())
        return list(positions), list(keys), list(texts)

    def at(self, position: int) -> Event | None:
        """The event at a position."""
        sql = "select position, key, fact, batch, row from events where position = ?"
        found = self._db.execute(sql, (position,)).fetchone()
        return None if found is None else Event(found[0], found[1].hex(), from_content(found[2]), *found[3:])

    def places(self, keys: Sequence[str]) -> dict[str, int]:
        """Key -> position of those of these facts that the ledger holds."""
        found: dict[str, int] = {}
        for start in range(0, len(keys), 500):
            part = [bytes.fromhex(key) for key in keys[start : start + 500]]
            marks = ",".join("?" * len(part))
            rows = self._db.execute(f"select key, position from events where key in ({marks})", part)
            found.update((cast(bytes, key).hex(), position) for key, position in rows)
        return found

    def quarantine(self, batch: int) -> list[tuple[int, str, str]]:
        """(row, cells, reasons) of the rows of a batch that became nothing."""
        return self._rows("quarantine", batch)

    def parts(self, batch: int) -> list[tuple[int, str, str]]:
        """The same of the rows of a batch that gave facts, and of which an act without a time is kept aside."""
        return self._rows("parts", batch)

    def _rows(self, table: str, batch: int) -> list[tuple[int, str, str]]:
        found = self._db.execute(f"select row, cells, reasons from {table} where batch = ? order by rowid", (batch,))
        return [(row, cells, reasons) for row, cells, reasons in found]

    def changes(self, batch: int) -> tuple[Change, ...]:
        """What a batch said otherwise than the ledger knew, as it was recorded: each change kept aside once."""
        sql = "select row, ticket, unit, kind, field, was, now, taken, act from changes where batch = ? order by rowid"
        names = [field.name for field in attrs.fields(Change)]
        found = (dict(zip(names, row, strict=True)) for row in self._db.execute(sql, (batch,)))
        return tuple(Change(**{**row, "taken": bool(row["taken"])}) for row in found)

    def coverage(self, batch: int) -> Coverage | None:
        """What a batch can tell; None of one that tells all, or was never asked."""
        sql = "select tells, absent, unread, missing, likely, assumed, form from coverage where batch = ?"
        found = self._db.execute(sql, (batch,)).fetchone()
        if found is None:
            return None
        tells, absent, unread = (tuple(json.loads(text)) for text in found[:3])
        return Coverage(
            tells=tells, columns_absent=absent, columns_unread=unread, assumed=found[5], missing=json.loads(found[3]),
            likely=json.loads(found[4]), form=found[6],
        )  # fmt: skip

    def file(self, batch: int) -> bytes | None:
        """The file of a batch, where it was kept."""
        found = self._db.execute("select data from files where batch = ?", (batch,)).fetchone()
        return None if found is None else zlib.decompress(found[0])

    def files_kept(self) -> tuple[int, ...]:
        """The batches whose files are kept."""
        return tuple(int(batch) for (batch,) in self._db.execute("select batch from files order by batch"))

    def text(self, digest: str) -> str:
        """The text kept under this digest. Raises NoSuchText."""
        found = self._db.execute("select text from texts where digest = ?", (bytes.fromhex(digest),)).fetchone()
        if found is None:
            raise NoSuchText(sentence("the ledger holds no text with digest {digest}.", digest=digest))
        return str(found[0])

    # -- proof ------------------------------------------------------------------------------------------------------

    def tree(self, upto: int | None = None) -> Tree:
        """The hash tree over all events, or over those up to a position."""
        where, values = _where(upto, None, ())
        rows = self._db.execute(
            f"select position, batch, row, occurrence, fact from events {where} order by position", values
        )
        return Tree([leaf_hash(chain.entry(*row)) for row in rows])

    def entries(self, ticket: str, upto: int) -> list[tuple[int, int, int, int, str]]:
        """(position, batch, row, occurrence, text) of the events of a ticket up to a position: what is hashed of them."""
        sql = "select position, batch, row, occurrence, fact from events where ticket = ? and position <= ? order by position"
        return list(self._db.execute(sql, (ticket, upto)))

    def checkpoint(self, upto: int) -> str:
        """The last checkpoint up to a position, written SIZE:ROOT; empty where there is none."""
        sql = "select size, root from checkpoints where size <= ? order by size desc limit 1"
        found = self._db.execute(sql, (upto,)).fetchone()
        return f"{found[0]}:{found[1].hex()}" if found else ""

    def copy_to(self, path: Path) -> None:
        """Copy it, as it is at one moment, to a file that is not there."""
        with told(self.path):
            copied(self._db, path)

    def verify(self, checkpoints: Sequence[tuple[int, str]] = ()) -> Verified:
        """Re-derive every hash, and hold the ledger against its file of checkpoints and against these (size, root).

        Raises DamagedLedger naming the first event, batch, text, checkpoint or guard that differs.
        """
        from ledger.migrations import expected, schema_of  # what makes tables takes long to load

        anchors = list(self._anchors())  # before the ledger, which goes on growing
        with told(self.path, DamagedLedger), self._room(TO_VERIFY), self._transaction(keep=False, how="begin"):
            if self.path != MEMORY:
                refuse_short(self.path)
            (answer,) = self._db.execute("pragma integrity_check(1)").fetchone()
            if answer != "ok":
                raise DamagedLedger(
                    sentence("SQLite finds the file damaged: {answer}", answer=answer),
                    "Take the last backup that verifies.",
                )
            sound = verify(self._db.execute, expected(), schema_of(self._db.execute), anchors)
            for size, root in checkpoints:
                found = self.tree(size).root(size).hex() if size <= sound.position else None
                refuse_another(size, root, sound.position, found)
            return sound

    def _anchors(self) -> Iterator[tuple[Sentence, Checkpoint | None]]:
        name = checkpoints.path_of(self.path).name
        for number, mark in checkpoints.lines_of(self.path) if self.path != MEMORY else ():
            yield sentence("line {number} of {file}", number=number, file=name), mark

    # -- inside -----------------------------------------------------------------------------------------------------

    def _keys_on(self, tickets: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
        """(ticket, key, whether it says a role) of the events of some tickets."""
        for start in range(0, len(tickets), AT_ONCE):
            part = tickets[start : start + AT_ONCE]
            marks = ",".join("?" * len(part))
            sql = f"""select ticket, key, instr(fact, '"role":') > 0 from events where ticket in ({marks})"""
            for ticket, key, has_role in self._db.execute(sql, part):
                yield ticket, key.hex(), bool(has_role)

    def _on(self, tickets: Sequence[str]) -> Iterator[Event]:
        """The events of some tickets."""
        for start in range(0, len(tickets), 500):
            part = tickets[start : start + 500]
            marks = ",".join("?" * len(part))
            sql = f"select position, key, fact, batch, row from events where ticket in ({marks}) order by position"
            for position, key, text, batch, row in self._db.execute(sql, part):
                yield Event(position, key.hex(), from_content(text), batch, row)

    def _known(self, keys: Sequence[str]) -> set[str]:
        return {key.hex() for key in self._held(map(bytes.fromhex, keys))}

    def _held(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys that the ledger holds. They are looked up in their order, as the index has them."""
        if not self.head().position:
            return set()
        ordered = sorted(keys)
        held: set[bytes] = set()
        for start in range(0, len(ordered), AT_ONCE):
            part = ordered[start : start + AT_ONCE]
            marks = ",".join("?" * len(part))
            held.update(key for (key,) in self._db.execute(f"select key from events where key in ({marks})", part))
        return held

    @contextmanager
    def _room(self, size: int) -> Iterator[None]:
        """So many KiB of the file in memory, more than a reader needs."""
        (usual,) = self._db.execute("pragma cache_size").fetchone()
        self._db.execute(f"pragma cache_size = {-size}")
        try:
            yield
        finally:
            self._db.execute(f"pragma cache_size = {usual}")

    @contextmanager
    def _transaction(self, *, keep: bool, how: str = "begin immediate") -> Iterator[None]:
        begin(self._db, how)
        try:
            yield
            self._db.execute("commit" if keep else "rollback")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("rollback")
            raise


def columns_in_sql(names: Iterable[str]) -> str:
    """Names of columns as SQL has them: `by` is a word of its own there."""
    return ", ".join(f'"{name}"' for name in names)


def _where(upto: int | None, ticket: str | None, kinds: Sequence[str], since: int = 0) -> tuple[str, list[object]]:
    parts: list[str] = []
    values: list[object] = []
    if since:
        parts.append("position > ?")
        values.append(since)
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
