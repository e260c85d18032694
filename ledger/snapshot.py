"""All a ledger knew at one position: its lifecycle events as columns (`ledger.columns.events`), voided ones left out, and the rest."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import narwhals as nw

from ledger.batches import Event, Head
from ledger.columns.events import Frame, columns_of, tie_of
from ledger.columns.mirror import Mirror, NoUse, path_of
from ledger.columns.segments import event_segments, is_large, recorded, standing_events
from ledger.facts import LIFECYCLE, RANK
from ledger.files import MEMORY
from ledger.register import event_read_as
from ledger.sentences import DamagedLedger, sentence
from ledger.store import Ledger
from ledger.voids import voided_keys

if TYPE_CHECKING:
    import polars as pl


@attrs.frozen(kw_only=True, eq=False)
class Snapshot:
    """All that was known at one position, what every score is derived from: 22 facts of three tickets, two findings, the
    register. It holds no ledger, so it serves any thread, and after the ledger is closed.

    `findings` and `enrolments` stand; `voids` are all there were. Of a snapshot in outline the events stay in the ledger's file
    at `path`; they are read from there, opened anew, where they are asked for after all (raises DamagedLedger, NoLedger); if it is
    `mirrored`, from what is kept beside it.
    """

    head: Head
    findings: tuple[Event, ...]
    enrolments: tuple[Event, ...]
    voids: tuple[Event, ...]
    whole: Frame | None = None
    path: Path = MEMORY
    mirrored: bool = False

    @cached_property
    def events(self) -> Frame:
        """The lifecycle events, voided ones left out."""
        if self.whole is not None:
            return self.whole
        with self._reopened() as ledger:
            return event_columns(ledger, self.head.position, self.voids, mirrored=self.mirrored)

    def events_of(self, ticket: str) -> Frame:
        """Those of one ticket."""
        if self.whole is not None:
            return self.whole.filter(nw.col("ticket") == ticket)
        with self._reopened() as ledger:
            return columns_of_tickets(ledger, self.head.position, (ticket,))

    @contextmanager
    def _reopened(self) -> Iterator[Ledger]:
        """The ledger's file, while it still holds what was known. Raises DamagedLedger, NoLedger."""
        with Ledger(self.path) as ledger:
            if ledger.head(self.head.position) != self.head:
                raise DamagedLedger(sentence("{path} became another ledger while it was read.", path=self.path))
            yield ledger


def snapshot_of(ledger: Ledger, upto: int) -> Snapshot:
    """What the ledger knew at a position, read whole."""
    outline = outline_of(ledger, upto)
    return attrs.evolve(outline, whole=event_columns(ledger, outline.head.position, outline.voids))


def outline_of(ledger: Ledger, upto: int, *, mirrored: bool = True) -> Snapshot:
    """The same, its events left in the file: for a large ledger, whose months are counted from what was derived before."""
    head = ledger.head(upto)
    voids = tuple(ledger.events(head.position, kinds=("void",)))
    gone = voided_keys(voids)
    names = ledger.names(head.position)
    found = (one for one in ledger.events(head.position, kinds=("finding", "enrol")) if one.key not in gone)
    standing = [event_read_as(one, names) for one in found]
    findings, enrolments = (tuple(one for one in standing if one.fact.kind == kind) for kind in ("finding", "enrol"))
    return Snapshot(
        head=head, findings=findings, enrolments=enrolments, voids=voids, path=ledger.path, mirrored=mirrored
    )


def event_columns(ledger: Ledger, upto: int, voids: Iterable[Event], *, mirrored: bool = False) -> Frame:
    """The lifecycle events known at a position, less those voided, as a lazy polars frame behind narwhals; units by their names
    in the register. `mirrored`: of a large ledger they may come from what is kept beside it."""
    parts = standing_parts(ledger, upto, voids, mirrored=mirrored)
    return nw.concat([nw.from_native(one) for one in parts], how="vertical")


def standing_parts(
    ledger: Ledger, upto: int, voids: Iterable[Event], *, mirrored: bool = False
) -> "Sequence[pl.LazyFrame]":
    """The same in frames of polars, each of so many events as are read at once."""
    parts: Sequence[Any] | None = None
    if mirrored and is_large(ledger):
        with suppress(NoUse):
            parts = event_segments(ledger, Mirror(path_of(ledger.path)), upto)
    if parts is None:
        parts = [frame.lazy() for frame in recorded(ledger, 0, upto)]
    return standing_events(ledger, upto, parts, voids)


def columns_of_tickets(ledger: Ledger, upto: int, tickets: Iterable[str]) -> Frame:
    """The lifecycle events of some tickets that stand at a position."""
    found = [ledger.texts(upto, ticket=ticket, kinds=LIFECYCLE) for ticket in sorted(tickets)]
    positions = [one for part in found for one in part[0]]
    keys = [one for part in found for one in part[1]]
    texts = [one for part in found for one in part[2]]
    voids = ledger.events(upto, kinds=("void",))
    return nw.from_native(standing_events(ledger, upto, [columns_of(positions, keys, texts).lazy()], voids)[0])


def order_of(event: Event) -> tuple[int, int, int, int]:
    """Where a fact of a ticket stands among the others, whatever its kind: what the columns at, rank, seq and tie say."""
    fact = event.fact
    return fact.at, RANK[fact.kind], fact.seq or 0, tie_of(bytes.fromhex(event.key))


def standing(ledger: Ledger, upto: int, kinds: Sequence[str]) -> list[Event]:
    """Events of some kinds known at a position and not voided, in the order of the ledger."""
    gone = voided_keys(ledger.events(upto, kinds=("void",)))
    names = ledger.names(upto)
    return [event_read_as(event, names) for event in ledger.events(upto, kinds=kinds) if event.key not in gone]
