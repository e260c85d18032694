"""A ledger's file, added to: what is new of a source hashed and inserted in one transaction, and attested."""

import json
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import attrs

from ledger.batches import Batch, Change, Coverage, Event, Head, Source, Taken
from ledger.exchange import content, digest_of, identity
from ledger.facts import LIFECYCLE, Fact, Settle
from ledger.files import MEMORY, told
from ledger.intake.leftovers import MENDED_BY, number_of, row_digest
from ledger.proof import chain, checkpoints
from ledger.proof.checkpoints import Checkpoint
from ledger.proof.tree import Frontier
from ledger.reading.records import Records, columns_in_sql
from ledger.register import event_read_as, read_as
from ledger.sentences import LedgerError, LedgerMoved, sentence
from ledger.texts import masked, visible
from ledger.voids import Occurrences, keyed, renewed, voided_by_people, voided_keys

New = tuple[int, int, bytes, str, Fact]
"""(row, occurrence, key, text, fact) of a fact to be appended."""
AT_ONCE = 5_000  # events hashed and inserted in one go
FEW = 1_000  # events for which no index is made anew
TO_WRITE = 128 * 1024  # KiB of the file that a writer holds in memory: what is inserted by digest lands everywhere


@attrs.frozen
class Additions:
    """What a source adds: facts unknown so far, and voids of those that they replace (`new`); what it says otherwise, what no more
    (`absent`), and the profiles of earlier files on its tickets of which nobody knows the form (`unsure`)."""

    new: Sequence[New]
    changes: tuple[Change, ...] = ()
    absent: tuple[Event, ...] = ()
    unsure: tuple[str, ...] = ()


class Ledger(Records):
    """A ledger file, to be read and added to; `recorded_at` instants come from the caller, who knows the clock."""

    def __init__(
        self,
        path: Path | str,
        *,
        create: bool = False,
        by: str | None = None,
        since: int | None = None,
        only_read: bool = False,
    ) -> None:
        """Open the file as `Records` does; what is written is written `by` somebody who has seen it up to `since`."""
        super().__init__(path, create=create, only_read=only_read)
        self._by = by
        self._since = since

    def append(self, source: Source, recorded_at: int, *, keep: bool = True) -> Batch:
        """Append what is new in a source, all of it or none of it. `keep=False` undoes it: a rehearsal.

        Raises LedgerMoved when it ends elsewhere than its writer has seen, LedgerError when the disk is full or another process is
        writing, or when the file of checkpoints cannot be written: then the batch stands all the same, and the sentence says so.
        """
        return self.take(source, recorded_at, keep=keep).batch

    def take(self, source: Source, recorded_at: int, *, keep: bool = True) -> Taken:
        """The same, and what the source says otherwise than the ledger knew, or says no more."""
        with told(self.path), self._room(TO_WRITE), self._transaction(keep=keep):
            self._refuse_moved()
            taken, mark = self._append(source, recorded_at)
        if keep and self._since is not None:
            self._since = taken.batch.last_position
        if keep and self.path != MEMORY:
            self._attest(mark)
        return taken

    @contextmanager
    def supposing(self, sources: Iterable[Source], recorded_at: int) -> Iterator[list[Taken]]:
        """With sources appended one after the other for as long as this lasts, and then taken back: what is read here meanwhile reads
        them too, and each knows those before it. Whoever else writes waits."""
        with told(self.path), self._room(TO_WRITE), self._transaction(keep=False):
            self._refuse_moved()
            yield [self._append(one, recorded_at)[0] for one in sources]

    def _refuse_moved(self) -> None:
        if self._since not in (None, self.head().position):
            raise LedgerMoved(
                sentence("the ledger has changed since this was made: nothing is written."),
                "Look at it as it is now, and do it again.",
            )

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
        found = self._new_of(source, number, recorded_at)
        new = [*found.new, *self._unknown(self._mended(source, number, recorded_at))]
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
        listed = [*self._keep_changes(number, found.changes), *self._keep_coverage(number, source.coverage)]
        listed += [(chain.PART, *row) for row in source.parts]
        hashed = chain.checkpoint(before, {**columns, "head": head.hash}, [*source.quarantined, *listed], kept)
        row = {**columns, "head": bytes.fromhex(head.hash), "checkpoint": hashed}
        self._db.execute(
            f"insert into batches ({columns_in_sql(row)}) values ({', '.join('?' * len(row))})", tuple(row.values())
        )
        for table, rows in (("quarantine", source.quarantined), ("parts", source.parts)):
            sql = f"insert into {table} (batch, row, cells, reasons) values (?, ?, ?, ?)"
            self._db.executemany(sql, [(number, *row) for row in rows])
        self._db.execute(
            "insert into checkpoints values (?, ?, ?, ?)",
            (number, frontier.size, frontier.root, b"".join(frontier.peaks)),
        )
        mark = Checkpoint(number, frontier.size, frontier.root.hex(), hashed.hex())
        return Taken(Batch(**columns), found.changes, found.absent, found.unsure), mark

    def _new_of(self, source: Source, number: int, recorded_at: int) -> Additions:
        """What a source adds, held against what is known of its tickets."""
        from ledger.intake.kept import Voided, as_held  # what only an import needs takes long to load

        voids = tuple(self.events(kinds=("void",))) if source.as_told or source.telling is not None else ()
        gone = voided_keys(voids)
        form = None if source.coverage is None else source.coverage.form
        kin = self.kin(source.profile, form, source.forms)
        people = voided_by_people(voids, gone, kin.typed)
        facts = as_held(source.facts, source.as_told, self._known, Voided(frozenset(gone), people))
        source = attrs.evolve(source, facts=facts, as_told={})
        source, names = self._in_units(source)
        if source.telling is None or not self.head().position:
            return Additions(self._unknown(source.facts))
        if not names:
            same = self._told_again(source.facts, gone)
            source = attrs.evolve(source, facts=[one for one in source.facts if one[1].ticket not in same])
        tickets = sorted({fact.ticket for _, fact in source.facts if fact.ticket is not None})
        found = list(self._on(tickets))
        if not (found or gone):
            return Additions(self._unknown(source.facts))
        under = frozenset(event.key for event in found if event.fact.unit in names and event.key not in gone)
        read = [event_read_as(event, names) for event in found]
        settled = renewed(source, read, voids, kin, number, recorded_at, under)
        unsure = dict.fromkeys(kin.unsure[event.batch] for event in found if event.batch in kin.unsure)
        return Additions(self._unknown(settled.facts, settled.anew), settled.changes, settled.absent, tuple(unsure))

    def _told_again(self, facts: Sequence[tuple[int, Fact]], gone: set[str]) -> set[str]:
        """The tickets of which a source says what the ledger knows of them, all of it and nothing else: there is nothing to settle."""
        held: dict[str, set[tuple[str, bool]]] = defaultdict(set)
        for ticket, key, has_role in self._keys_on(
            sorted({fact.ticket for _, fact in facts if fact.ticket is not None})
        ):
            held[ticket].add((key, has_role))
        told: dict[str, set[tuple[str, bool]]] = defaultdict(set)
        for _, fact, key in keyed(one for one in facts if one[1].ticket in held):
            told[str(fact.ticket)].add((key, getattr(fact, "role", None) is not None))
        return {
            ticket for ticket, keys in held.items() if told[ticket] == keys and gone.isdisjoint(key for key, _ in keys)
        }

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
        row = (*names[:3], coverage.assumed, *names[3:], coverage.form)
        self._db.execute("insert into coverage values (?, ?, ?, ?, ?, ?, ?, ?)", (batch, *row))
        return [chain.coverage(row)]

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

    def _unknown(self, facts: Iterable[tuple[int, Fact]], anew: frozenset[tuple[int, Fact]] = frozenset()) -> list[New]:
        """The facts the ledger does not hold yet, each once; those told `anew` under the first occurrence that is free."""
        number = Occurrences()
        candidates: dict[bytes, New] = {}
        for row, fact in facts:
            text = content(fact)
            same = identity(text)
            occurrence = number.of(fact, text, same)
            if anew and (row, fact) in anew:
                occurrence = next(one for one in count(occurrence) if not self._held([digest_of(same, one)]))
            key = digest_of(same, occurrence)
            if key not in candidates:
                candidates[key] = (row, occurrence, key, text, fact)
        known = self._held(candidates)
        return [one for one in candidates.values() if one[2] not in known] if known else [*candidates.values()]

    def _insert(self, batch: int, new: Sequence[New]) -> tuple[Head, Frontier]:
        """Append events, each hashed on top of the one before."""
        head, frontier = self.head(), self._frontier()
        position, hashed = head.position, bytes.fromhex(head.hash)
        indexes = self._without_indexes() if len(new) > max(position, FEW) else ()
        for start in range(0, len(new), AT_ONCE):
            part = new[start : start + AT_ONCE]
            places = range(position + 1, position + len(part) + 1)
            data = [
                chain.entry(place, batch, row, occurrence, text)
                for place, (row, occurrence, _, text, _) in zip(places, part, strict=True)
            ]
            links = chain.links(hashed, data)
            frontier.extend(data)
            rows = [
                (place, key, fact.kind, fact.ticket, text, occurrence, batch, row, link)
                for place, (row, occurrence, key, text, fact), link in zip(places, part, links, strict=True)
            ]
            self._db.executemany("insert into events values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            position, hashed = places[-1], links[-1]
        for sql in indexes:
            self._db.execute(sql)
        return Head(position, hashed.hex()), frontier

    def _without_indexes(self) -> list[str]:
        """Take the indexes of the events away; what makes them again, in the same transaction. Made from sorted rows they cost half of
        what they do row by row."""
        sql = "select name, sql from sqlite_master where type = 'index' and tbl_name = 'events' and sql is not null"
        found = self._db.execute(sql).fetchall()
        for name, _ in found:
            self._db.execute(f"drop index {name}")
        return [sql for _, sql in found]

    def _frontier(self) -> Frontier:
        """The tree's frontier after the last batch."""
        found = self._db.execute("select size, peaks from checkpoints order by batch desc limit 1").fetchone()
        size, peaks = found or (0, b"")
        return Frontier(size, [peaks[at : at + 32] for at in range(0, len(peaks), 32)])

    def _last_batch(self) -> dict[str, Any] | None:
        names = ("number", "recorded_at", "checkpoint")
        found = self._db.execute(f"select {', '.join(names)} from batches order by number desc limit 1").fetchone()
        return None if found is None else dict(zip(names, found, strict=True))
