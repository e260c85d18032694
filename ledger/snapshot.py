"""The ledger as columns, for the engines: one row per lifecycle event, voided ones left out.

`EVENT` names the columns and their types:

    position            place in the ledger
    tie                 from the key: breaks ties of facts that share instant, kind and source order
    rank                the kind, as its rank in `ledger.facts.KINDS`
    ticket, unit, at    as in the fact (at: instant in ms)
    seq                 the source's own order, 0 where it has none
    channel, role, anonymous, limit_halves, due_at                of a dispatch
    halves, until       of an extension
    about, granted      of a decision
    item                of an exemption
    rating, contacted   of a survey
    explained           of a return: whether it gives a reason
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import narwhals as nw

from ledger.batches import Event, Head
from ledger.facts import LIFECYCLE, RANK, Void
from ledger.store import Ledger

if TYPE_CHECKING:
    import polars as pl

Frame = nw.LazyFrame[Any]

TEXT, NUMBER, FLAG = "String", "Int64", "Boolean"
_FACT = {
    "kind": TEXT, "ticket": TEXT, "unit": TEXT, "at": NUMBER, "seq": NUMBER,
    "channel": TEXT, "role": TEXT, "anonymous": FLAG, "limit_halves": NUMBER, "due_at": NUMBER,
    "halves": NUMBER, "until": NUMBER, "about": TEXT, "granted": FLAG, "rating": TEXT, "contacted": FLAG, "item": TEXT,
    "reason": TEXT,
}  # fmt: skip
EVENT = {
    "position": NUMBER, "tie": NUMBER, "rank": NUMBER,
    **{name: kind for name, kind in _FACT.items() if name not in ("kind", "reason")}, "explained": FLAG,
}  # fmt: skip


@attrs.frozen(kw_only=True, eq=False)
class Snapshot:
    """All that was known at one position of a ledger: what every score is derived from. Read when it is first asked for."""

    ledger: Ledger
    head: Head

    @cached_property
    def events(self) -> Frame:
        """The lifecycle events, voided ones left out."""
        return event_columns(self.ledger, self.head.position)

    @cached_property
    def findings(self) -> tuple[Event, ...]:
        """The findings that stand."""
        return tuple(standing(self.ledger, self.head.position, ("finding",)))

    @cached_property
    def enrolments(self) -> tuple[Event, ...]:
        """The enrolments that stand."""
        return tuple(standing(self.ledger, self.head.position, ("enrol",)))

    def read(self) -> None:
        """Read all of it now, so that the ledger may be closed."""
        _ = self.events, self.findings, self.enrolments


def known(ledger: Ledger, upto: int) -> Snapshot:
    """What the ledger knew at a position, voided facts left out. The ledger must stay open while it is read.

    It never changes, so one is enough for all who ask.
    """
    head = ledger.head(upto)
    found = ledger.recalled.setdefault(head.position, Snapshot(ledger=ledger, head=head))
    assert isinstance(found, Snapshot)
    return found


def event_columns(ledger: Ledger, upto: int, *, ticket: str | None = None) -> Frame:
    """The lifecycle events known at a position, of all tickets or of one, as a lazy polars frame behind narwhals."""
    gone = voided_keys(ledger.events(upto, kinds=("void",)))
    positions, keys, texts = ledger.texts(upto, ticket=ticket, kinds=LIFECYCLE)
    return nw.from_native(columns_of(positions, keys, texts, gone).lazy())


def columns_of_tickets(ledger: Ledger, upto: int, tickets: Iterable[str]) -> Frame:
    """The lifecycle events of some tickets known at a position."""
    gone = voided_keys(ledger.events(upto, kinds=("void",)))
    found = [ledger.texts(upto, ticket=ticket, kinds=LIFECYCLE) for ticket in sorted(tickets)]
    positions = [one for part in found for one in part[0]]
    keys = [one for part in found for one in part[1]]
    texts = [one for part in found for one in part[2]]
    return nw.from_native(columns_of(positions, keys, texts, gone).lazy())


def columns_of(
    positions: Sequence[int], keys: Sequence[bytes], texts: Sequence[str], gone: Iterable[str] = ()
) -> "pl.DataFrame":
    """The frame of facts given by position, key and canonical text, without those whose keys are `gone`."""
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


def voided_keys(voids: Iterable[Event]) -> set[str]:
    """Keys of the facts that are taken as not there. A void that is itself voided has no effect.

    A void's key is a digest over its target's key, so voids cannot form a circle.
    """
    by_key = {event.key: event.fact for event in voids}
    targets: dict[str, list[str]] = {}
    for key, fact in by_key.items():
        assert isinstance(fact, Void)
        targets.setdefault(fact.key, []).append(key)
    stands: dict[str, bool] = {}

    def is_void(key: str) -> bool:
        if key not in stands:
            stands[key] = any(not is_void(by) for by in targets.get(key, ()))
        return stands[key]

    return {key for key in targets if is_void(key)}


def standing(ledger: Ledger, upto: int, kinds: Sequence[str]) -> list[Event]:
    """Events of some kinds known at a position and not voided, in the order of the ledger."""
    gone = voided_keys(ledger.events(upto, kinds=("void",)))
    return [event for event in ledger.events(upto, kinds=kinds) if event.key not in gone]
