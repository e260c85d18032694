"""All a ledger knew at one position: its lifecycle events as columns, one row each, voided ones left out, and the rest.

`EVENT` names the columns and their types:

    position            place in the ledger
    tie                 from the key: breaks ties of facts that share instant, kind and source order
    rank                the kind, as its rank in `ledger.facts.KINDS`
    ticket, unit, at    as in the fact (at: instant in ms); an alias of a unit is read as the unit
    seq                 the source's own order, 0 where it has none
    channel, role, anonymous, limit_halves, due_at                of a dispatch
    halves, until       of an extension
    about, granted      of a decision
    item                of an exemption
    rating, contacted   of a survey
    explained           of a return: whether it gives a reason
    untold              of a dispatch: the kinds that its source could not have told of the round
    assumed             of an extension, a redo: its source does not say when
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import narwhals as nw

from ledger.batches import Event, Head
from ledger.facts import LIFECYCLE, RANK
from ledger.files import MEMORY
from ledger.register import event_read_as
from ledger.sentences import DamagedLedger, sentence
from ledger.store import Ledger
from ledger.voids import voided_keys

if TYPE_CHECKING:
    import polars as pl

Frame = nw.LazyFrame[Any]

TEXT, NUMBER, FLAG = "String", "Int64", "Boolean"
_FACT = {
    "kind": TEXT, "ticket": TEXT, "unit": TEXT, "at": NUMBER, "seq": NUMBER,
    "channel": TEXT, "role": TEXT, "anonymous": FLAG, "limit_halves": NUMBER, "due_at": NUMBER,
    "halves": NUMBER, "until": NUMBER, "about": TEXT, "granted": FLAG, "rating": TEXT, "contacted": FLAG, "item": TEXT,
    "reason": TEXT, "untold": TEXT, "assumed": FLAG,
}  # fmt: skip
EVENT = {
    "position": NUMBER, "tie": NUMBER, "rank": NUMBER,
    **{name: kind for name, kind in _FACT.items() if name not in ("kind", "reason")}, "explained": FLAG,
}  # fmt: skip


@attrs.frozen(kw_only=True, eq=False)
class Snapshot:
    """All that was known at one position, what every score is derived from: 22 facts of three tickets, two findings, the
    register. It holds no ledger, so it serves any thread, and after the ledger is closed.

    `findings` and `enrolments` stand; `voids` are all there were. Of a snapshot in outline the events stay in the ledger's file
    at `path`; they are read from there, opened anew, where they are asked for after all (raises DamagedLedger, NoLedger).
    """

    head: Head
    findings: tuple[Event, ...]
    enrolments: tuple[Event, ...]
    voids: tuple[Event, ...]
    whole: Frame | None = None
    path: Path = MEMORY

    @cached_property
    def events(self) -> Frame:
        """The lifecycle events, voided ones left out."""
        if self.whole is not None:
            return self.whole
        with self._reopened() as ledger:
            return event_columns(ledger, self.head.position, self.voids)

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


def outline_of(ledger: Ledger, upto: int) -> Snapshot:
    """The same, its events left in the file: for a large ledger whose derived rows are kept beside it."""
    head = ledger.head(upto)
    voids = tuple(ledger.events(head.position, kinds=("void",)))
    gone = voided_keys(voids)
    names = ledger.names(head.position)
    found = (one for one in ledger.events(head.position, kinds=("finding", "enrol")) if one.key not in gone)
    standing = [event_read_as(one, names) for one in found]
    findings, enrolments = (tuple(one for one in standing if one.fact.kind == kind) for kind in ("finding", "enrol"))
    return Snapshot(head=head, findings=findings, enrolments=enrolments, voids=voids, path=ledger.path)


def event_columns(ledger: Ledger, upto: int, voids: Iterable[Event]) -> Frame:
    """The lifecycle events known at a position, less those voided, as a lazy polars frame behind narwhals; units by their names
    in the register."""
    names = ledger.names(upto)
    return nw.from_native(columns_of(*ledger.texts(upto, kinds=LIFECYCLE), voided_keys(voids), names).lazy())


def columns_of_tickets(ledger: Ledger, upto: int, tickets: Iterable[str]) -> Frame:
    """The lifecycle events of some tickets known at a position."""
    gone = voided_keys(ledger.events(upto, kinds=("void",)))
    found = [ledger.texts(upto, ticket=ticket, kinds=LIFECYCLE) for ticket in sorted(tickets)]
    positions = [one for part in found for one in part[0]]
    keys = [one for part in found for one in part[1]]
    texts = [one for part in found for one in part[2]]
    return nw.from_native(columns_of(positions, keys, texts, gone, ledger.names(upto)).lazy())


def columns_of(
    positions: Sequence[int],
    keys: Sequence[bytes],
    texts: Sequence[str],
    gone: Iterable[str] = (),
    names: Mapping[str, str] | None = None,
) -> "pl.DataFrame":
    """The frame of facts given by position, key and canonical text, without those whose keys are `gone`; a unit that is called
    by one of `names` is read as the unit that it means."""
    import polars as pl  # takes long to load, and whoever reads single facts needs none of it

    types = {name: getattr(pl, kind) for name, kind in _FACT.items()}
    ties = [_tie(key) for key in keys]
    decoded = pl.Series("fact", texts, dtype=pl.String).str.json_decode(pl.Struct(types)).struct.unnest()
    frame = decoded.with_columns(
        pl.Series("position", positions, dtype=pl.Int64),
        pl.Series("tie", ties, dtype=pl.Int64),
        pl.col("seq").fill_null(0),
        pl.col("kind").replace_strict(dict(RANK), return_dtype=pl.Int64).alias("rank"),
        pl.col("reason").is_not_null().alias("explained"),
    )
    if names:
        frame = frame.with_columns(pl.col("unit").replace(dict(names)))
    void = set(gone)
    if void:
        missing = [position for position, key in zip(positions, keys, strict=True) if key.hex() in void]
        frame = frame.filter(~pl.col("position").is_in(missing))
    return frame.select(*EVENT)


def order_of(event: Event) -> tuple[int, int, int, int]:
    """Where a fact of a ticket stands among the others, whatever its kind: what the columns at, rank, seq and tie say."""
    fact = event.fact
    return fact.at, RANK[fact.kind], fact.seq or 0, _tie(bytes.fromhex(event.key))


def _tie(key: bytes) -> int:
    return int.from_bytes(key[:8], "big", signed=True)


def standing(ledger: Ledger, upto: int, kinds: Sequence[str]) -> list[Event]:
    """Events of some kinds known at a position and not voided, in the order of the ledger."""
    gone = voided_keys(ledger.events(upto, kinds=("void",)))
    names = ledger.names(upto)
    return [event_read_as(event, names) for event in ledger.events(upto, kinds=kinds) if event.key not in gone]
