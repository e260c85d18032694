"""The one door to SQLite: append, read, as-of, head, checkpoints."""

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import attrs

from ledger.batches import Batch, Change, Coverage, Event, Head, Source, Taken
from ledger.exchange import content, from_content, identity, key_of
from ledger.facts import LIFECYCLE, Fact, Settle, Void
from ledger.files import MEMORY, begin, in_our_words, opened, refuse_missing, refuse_short, told
from ledger.intake.kept import Voided, as_held
from ledger.intake.leftovers import MENDED_BY, number_of, row_digest, settled
from ledger.proof import chain, checkpoints
from ledger.proof.checkpoints import Checkpoint
from ledger.proof.tree import Frontier, Tree, leaf_hash
from ledger.proof.verify import Verified, refuse_another, verify
from ledger.register import Register, event_read_as, read_as, register_of
from ledger.sentences import DamagedLedger, LedgerError, NoLedger, NoSuchText, Sentence, sentence
from ledger.texts import masked, visible
from ledger.voids import renewed, voided_by_people, voided_keys

New = tuple[int, int, str, str, Fact]
"""(row, occurrence, key, text, fact) of a fact to be appended."""


class Ledger:
    """A ledger file. Use as a context manager; `recorded_at` instants come from the caller, who knows the clock."""

    def __init__(self, path: Path | str, *, create: bool = False, by: str | None = None) -> None:
        """Open the file, or with `:memory:` one in memory; what is written is written `by` somebody. Raises NoLedger, NotALedger,
        DamagedLedger, LedgerError (locked, no room)."""
        path = Path(path)
        if not create and path != MEMORY and not path.exists():
            raise NoLedger(
                sentence("there is no ledger at {path}.", path=path),
                "Import a log first, or name another with --ledger.",
            )
        self.path, self._by = path, by
        with told(path):
            if path != MEMORY:
                refuse_missing(path)
            self._db = opened(path)

    def __enter__(self) -> "Ledger":
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

    # -- append -----------------------------------------------------------------------------------------------------

    def append(self, source: Source, recorded_at: int, *, keep: bool = True) -> Batch:
        """Append what is new in a source, all of it or none of it. `keep=False` undoes it: a rehearsal.

        Raises LedgerError when the disk is full or another process is writing, or when the file of checkpoints cannot be
        written: then the batch stands all the same, and the sentence says so.
        """
        return self.take(source, recorded_at, keep=keep).batch

    def take(self, source: Source, recorded_at: int, *, keep: bool = True) -> Taken:
        """The same, and what the source says otherwise than the ledger knew, or says no more."""
        with told(self.path), self._transaction(keep=keep):
            taken, mark = self._append(source, recorded_at)
        if keep and self.path != MEMORY:
            self._attest(mark)
        return taken

    def attest(self) -> None:
        """Write the line of the last batch where it is missing: whoever kept the batch was stopped before. Raises LedgerError."""
        sql = "select batch, size, root, checkpoint from checkpoints join batches on number = batch order by batch desc limit 1"
        found = self._db.execute(sql).fetchone()
        if found is None or self.path == MEMORY:
            return
        lines = [line for _, line in checkpoints.lines_of(self.path) if line is not None]
        if max((line.batch for line in lines), default=0) < found[0]:
            self._attest(Checkpoint(found[0], found[1], found[2].hex(), found[3].hex()))

    def _attest(self, mark: Checkpoint) -> None:
        """Write the line of a batch, one process at a time: the ledger's own lock is taken for it, and nothing written. As the
        batch stands, whoever is writing now is waited for."""
        try:
            with self._transaction(keep=False):
                checkpoints.add(self.path, mark)
        except (OSError, sqlite3.OperationalError) as error:
            place = checkpoints.path_of(self.path)
            message = error.strerror if isinstance(error, OSError) else str(error)
            why = sentence(
                "{path} cannot be written: {message}. The facts themselves are kept.", path=place, message=message
            )
            raise LedgerError(
                why, "Make it writable; kaoping verify says up to where it attests the ledger."
            ) from error

    def _append(self, source: Source, recorded_at: int) -> tuple[Taken, Checkpoint]:
        last = self._last_batch()
        number = (last["number"] if last else 0) + 1
        recorded_at = max(recorded_at, last["recorded_at"] if last else recorded_at)
        new, changes, absent = self._new_of(source, number, recorded_at)
        new += self._unknown(self._mended(source, number, recorded_at))
        head, frontier = self._insert(number, new)
        accepted = len({row for row, *_ in new})
        bearing = len({row for row, _ in source.facts})
        columns: dict[str, Any] = {
            "number": number, "name": masked(visible(source.name)), "sha256": source.sha256, "profile": source.profile,
            "recorded_at": recorded_at, "rows": source.rows, "accepted": accepted,
            "known": bearing - accepted + source.repeated, "quarantined": len(source.quarantined),
            "ignored": source.ignored, "events_added": len(new), "last_position": head.position, "by": self._by,
        }  # fmt: skip
        if columns["rows"] != sum(columns[name] for name in ("accepted", "known", "quarantined", "ignored")):
            raise AssertionError(f"rows of {source.name} do not add up: {columns}")
        kept = [*self._keep_texts(number, source.texts), *self._keep_file(number, source.data)]
        before = last["checkpoint"] if last else chain.START
        listed = [*self._keep_changes(number, changes), *self._keep_coverage(number, source.coverage)]
        listed += [(chain.PART, *row) for row in source.parts]
        hashed = chain.checkpoint(before, {**columns, "head": head.hash}, [*source.quarantined, *listed], kept)
        row = {**columns, "head": bytes.fromhex(head.hash), "checkpoint": hashed}
        self._db.execute(
            f"insert into batches ({_columns(row)}) values ({', '.join('?' * len(row))})", tuple(row.values())
        )
        for table, rows in (("quarantine", source.quarantined), ("parts", source.parts)):
            sql = f"insert into {table} (batch, row, cells, reasons) values (?, ?, ?, ?)"
            self._db.executemany(sql, [(number, *row) for row in rows])
        self._db.execute(
            "insert into checkpoints values (?, ?, ?, ?)",
            (number, frontier.size, frontier.root, b"".join(frontier.peaks)),
        )
        mark = Checkpoint(number, frontier.size, frontier.root.hex(), hashed.hex())
        return Taken(Batch(**columns), changes, absent), mark

    def _new_of(
        self, source: Source, number: int, recorded_at: int
    ) -> tuple[list[New], tuple[Change, ...], tuple[Event, ...]]:
        """What a source adds: facts unknown so far, voids of those that they replace; what it says otherwise, and what no more."""
        voids = tuple(self.events(kinds=("void",))) if source.as_told or source.telling is not None else ()
        gone = voided_keys(voids)
        typed = frozenset(int(one) for (one,) in self._db.execute("select number from batches where sha256 = ''"))
        people = voided_by_people(voids, gone, typed)
        facts = as_held(source.facts, source.as_told, self._known, Voided(frozenset(gone), people))
        source = attrs.evolve(source, facts=facts, as_told={})
        source, names = self._in_units(source)
        if source.telling is None or not self.head().position:
            return self._unknown(source.facts), (), ()
        tickets = sorted({fact.ticket for _, fact in source.facts if fact.ticket is not None})
        found = list(self._on(tickets))
        under = frozenset(event.key for event in found if event.fact.unit in names and event.key not in gone)
        read = [event_read_as(event, names) for event in found]
        own = self._db.execute("select number from batches where profile = ?", (source.profile,))
        mine = frozenset(int(one) for (one,) in own)
        settled = renewed(source, read, voids, mine, number, recorded_at, under, typed)
        return self._unknown(settled.facts), settled.changes, settled.absent

    def _mended(self, source: Source, number: int, recorded_at: int) -> list[tuple[int, Fact]]:
        """That rows of the source mend what was kept aside: once of each, until that is taken back."""
        if not source.mends:
            return []
        sql = "select sha256, row, cells from {table} join batches on number = batch"
        tables = (("quarantine", False), ("parts", True))
        kept = [(part, row) for table, part in tables for row in self._db.execute(sql.format(table=table))]
        aside = {number_of(row_digest(*row, part=False)): row_digest(*row, part=part) for part, row in kept}
        aside |= {number_of(digest): digest for digest in (row_digest(*row, part=part) for part, row in kept)}
        done = self.settlements()
        told = {aside[named]: row for row, named in reversed(source.mends) if named in aside}
        return [
            (row, Settle(at=recorded_at, digest=digest, reason=MENDED_BY.format(batch=number, row=row), mended=True))
            for digest, row in told.items()
            if digest not in done
        ]

    def _in_units(self, source: Source) -> tuple[Source, Mapping[str, str]]:
        """The source with its facts of the units that their names mean, and the aliases. A fact that no re-export settles stays
        as it is where it was recorded under the alias before."""
        names = self.names()
        if not any(fact.unit in names for _, fact in source.facts):
            return source, names
        free = [(row, fact) for row, fact in source.facts if source.telling is None or fact.kind not in LIFECYCLE]
        new = {id(fact) for _, _, _, _, fact in self._unknown(free)}
        stays = {id(fact) for _, fact in free if id(fact) not in new}
        facts = [(row, fact if id(fact) in stays else read_as(fact, names)) for row, fact in source.facts]
        return attrs.evolve(source, facts=facts), names

    def _on(self, tickets: Sequence[str]) -> Iterator[Event]:
        """The events of some tickets."""
        for start in range(0, len(tickets), 500):
            part = tickets[start : start + 500]
            marks = ",".join("?" * len(part))
            sql = f"select position, key, fact, batch, row from events where ticket in ({marks}) order by position"
            for position, key, text, batch, row in self._db.execute(sql, part):
                yield Event(position, key.hex(), from_content(text), batch, row)

    def _keep_changes(self, batch: int, changes: Sequence[Change]) -> list[tuple[object, ...]]:
        """Record the changes, but for one kept aside that is kept aside already; as they are hashed."""
        new = [one for one in changes if one.taken or not self._is_aside(one)]
        rows = [tuple(int(cell) if cell is one.taken else cell for cell in attrs.astuple(one)) for one in new]
        sql = "insert into changes values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        self._db.executemany(sql, [(batch, *row) for row in rows])
        return [chain.change(row) for row in rows]

    def _keep_coverage(self, batch: int, coverage: Coverage | None) -> list[tuple[object, ...]]:
        """Record what a batch can tell; as it is hashed."""
        if coverage is None:
            return []
        told = (coverage.tells, coverage.columns_absent, coverage.columns_unread)
        names = [json.dumps(one, ensure_ascii=False) for one in (*told, dict(coverage.missing), dict(coverage.likely))]
        row = (*names[:3], coverage.assumed, *names[3:])
        self._db.execute("insert into coverage values (?, ?, ?, ?, ?, ?, ?)", (batch, *row))
        return [row]

    def _is_aside(self, one: Change) -> bool:
        """Whether the same change is the last one kept aside of its act."""
        sql = (
            "select was is ? and now is ? and not taken from changes where ticket = ? and unit is ? and kind = ? and field = ?"
            " and (act is ? or (act is null and field = 'at' and coalesce(was, now) is ?)) order by rowid desc limit 1"
        )
        told = (one.was, one.now, one.ticket, one.unit, one.kind, one.field, one.act, one.was or one.now)
        return bool((self._db.execute(sql, told).fetchone() or [0])[0])

    def _keep_file(self, batch: int, data: bytes | None) -> list[bytes]:
        if data is None:
            return []
        packed = zlib.compress(data, 9)
        digest = sha256(packed).digest()
        self._db.execute("insert into files values (?, ?, ?)", (batch, digest, packed))
        return [digest]

    def _keep_texts(self, batch: int, texts: Sequence[str]) -> list[bytes]:
        """Keep the texts that are not there yet; their digests."""
        by_digest = {bytes.fromhex(chain.digest_of(text)): text for text in texts}
        new = [digest for digest in by_digest if not self._has_text(digest)]
        self._db.executemany(
            "insert into texts values (?, ?, ?)", [(digest, batch, by_digest[digest]) for digest in new]
        )
        return new

    def _has_text(self, digest: bytes) -> bool:
        return self._db.execute("select 1 from texts where digest = ?", (digest,)).fetchone() is not None

    def _unknown(self, facts: Iterable[tuple[int, Fact]]) -> list[New]:
        """The facts the ledger does not hold yet, each once."""
        seen: Counter[str] = Counter()
        candidates: dict[str, New] = {}
        for row, fact in facts:
            text = content(fact)
            same = identity(text)
            if fact.id is None:
                seen[same] += 1
            occurrence = seen[same] if fact.id is None else 1
            key = key_of(text, occurrence)
            candidates.setdefault(key, (row, occurrence, key, text, fact))
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

    def _insert(self, batch: int, new: Sequence[New]) -> tuple[Head, Frontier]:
        head, frontier = self.head(), self._frontier()
        position, hashed = head.position, bytes.fromhex(head.hash)

        def rows() -> Iterator[tuple[object, ...]]:  # one at a time: all of a large file would take as much again
            nonlocal position, hashed
            for row, occurrence, key, text, fact in new:
                position += 1
                data = chain.entry(position, batch, row, occurrence, text)
                hashed = chain.link(hashed, data)
                frontier.push(leaf_hash(data))
                yield position, bytes.fromhex(key), fact.kind, fact.ticket, text, occurrence, batch, row, hashed

        self._db.executemany("insert into events values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows())
        return Head(position, hashed.hex()), frontier

    def _frontier(self) -> Frontier:
        """The tree's frontier after the last batch."""
        found = self._db.execute("select size, peaks from checkpoints order by batch desc limit 1").fetchone()
        size, peaks = found or (0, b"")
        return Frontier(size, [peaks[at : at + 32] for at in range(0, len(peaks), 32)])

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
        names = [field.name for field in attrs.fields(Batch)]
        rows = self._db.execute(f"select {_columns(names)} from batches order by number")
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

    def begun(self, profile: str) -> dict[str, int]:
        """Ticket -> the earliest instant that batches of a profile tell of it."""
        sql = (
            "select ticket, min(json_extract(fact, '$.at')) from events where ticket is not null"
            " and batch in (select number from batches where profile = ?) group by ticket"
        )
        return {str(ticket): int(at) for ticket, at in self._db.execute(sql, (profile,))}

    def dispatched(self, profile: str) -> Iterator[tuple[str, int]]:
        """(ticket, instant) of each dispatch that stands and that a batch of a profile told, in the order of the ledger."""
        gone = voided_keys(self.events(kinds=("void",)))
        sql = (
            "select key, ticket, json_extract(fact, '$.at') from events where kind = 'dispatch'"
            " and batch in (select number from batches where profile = ?) order by position"
        )
        for key, ticket, at in self._db.execute(sql, (profile,)):
            if key.hex() not in gone:
                yield str(ticket), int(at)

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

    def texts(
        self, upto: int | None = None, *, since: int = 0, ticket: str | None = None, kinds: Sequence[str] = ()
    ) -> tuple[list[int], list[bytes], list[str]]:
        """(positions, keys, canonical texts): the same as `events`, of those after a position, as plain columns for the engines."""
        where, values = _where(upto, ticket, kinds, since)
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
        sql = "select tells, absent, unread, missing, likely, assumed from coverage where batch = ?"
        found = self._db.execute(sql, (batch,)).fetchone()
        if found is None:
            return None
        tells, absent, unread = (tuple(json.loads(text)) for text in found[:3])
        return Coverage(
            tells=tells, columns_absent=absent, columns_unread=unread, assumed=found[5], missing=json.loads(found[3]),
            likely=json.loads(found[4]),
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

    def verify(self, checkpoints: Sequence[tuple[int, str]] = ()) -> Verified:
        """Re-derive every hash, and hold the ledger against its file of checkpoints and against these (size, root).

        Raises DamagedLedger naming the first event, batch, text, checkpoint or guard that differs.
        """
        from ledger.migrations import expected, schema_of  # what makes tables takes long to load

        anchors = list(self._anchors())  # before the ledger, which goes on growing
        with told(self.path, DamagedLedger), self._transaction(keep=False, how="begin"):
            if self.path != MEMORY:
                refuse_short(self.path)
            (answer,) = self._db.execute("pragma integrity_check(1)").fetchone()
            if answer != "ok":
                raise DamagedLedger(sentence("SQLite finds the file damaged: {answer}", answer=answer))
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

    def _last_batch(self) -> dict[str, Any] | None:
        names = ("number", "recorded_at", "checkpoint")
        found = self._db.execute(f"select {', '.join(names)} from batches order by number desc limit 1").fetchone()
        return None if found is None else dict(zip(names, found, strict=True))

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


def _columns(names: Iterable[str]) -> str:
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
