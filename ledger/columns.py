"""The ledger as columns, for the engines: one row per lifecycle event, voided ones left out.

`EVENT` names the columns and their types:

    position            place in the ledger
    tie                 from the key: breaks ties of facts that share instant, kind and source order
    rank                the kind, as its rank in `ledger.events.KINDS`
    ticket, unit, at    as in the fact (at: instant in ms)
    seq                 the source's own order, 0 where it has none
    channel, role, anonymous, limit_halves, due_at                of a dispatch
    halves, until       of an extension
    about, granted      of a decision
    item                of an exemption
    rating, contacted   of a survey
"""

from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import narwhals as nw
import polars as pl

from ledger.events import LIFECYCLE, RANK, Void
from ledger.store import Event, Head, Ledger

Frame = nw.LazyFrame[Any]

_FACT = {
    "kind": pl.String, "ticket": pl.String, "unit": pl.String, "at": pl.Int64, "seq": pl.Int64,
    "channel": pl.String, "role": pl.String, "anonymous": pl.Boolean, "limit_halves": pl.Int64, "due_at": pl.Int64,
    "halves": pl.Int64, "until": pl.Int64, "about": pl.String, "granted": pl.Boolean,
    "rating": pl.String, "contacted": pl.Boolean, "item": pl.String,
}  # fmt: skip
EVENT = {
    "position": pl.Int64, "tie": pl.Int64, "rank": pl.Int64,
    **{name: kind for name, kind in _FACT.items() if name != "kind"},
}  # fmt: skip


@attrs.frozen(kw_only=True)
class Known:
    """All that was known at one position of a ledger: what every score is derived from."""

    head: Head
    events: Frame
    findings: tuple[Event, ...]
    enrolments: tuple[Event, ...]


def known(ledger: Ledger, upto: int) -> Known:
    """What the ledger knew at a position, voided facts left out."""
    return Known(
        head=ledger.head(upto),
        events=event_columns(ledger, upto),
        findings=tuple(standing(ledger, upto, ("finding",))),
        enrolments=tuple(standing(ledger, upto, ("enrol",))),
    )


def event_columns(ledger: Ledger, upto: int, *, ticket: str | None = None) -> Frame:
    """The lifecycle events known at a position, of all tickets or of one, as a lazy polars frame behind narwhals."""
    gone = voided_keys(ledger.events(upto, kinds=("void",)))
    positions, keys, texts = ledger.texts(upto, ticket=ticket, kinds=LIFECYCLE)
    return nw.from_native(columns_of(positions, keys, texts, gone).lazy())


def columns_of(
    positions: Sequence[int], keys: Sequence[bytes], texts: Sequence[str], gone: Iterable[str] = ()
) -> pl.DataFrame:
    """The frame of facts given by position, key and canonical text, without those whose keys are `gone`."""
    ties = [int.from_bytes(key[:8], "big", signed=True) for key in keys]
    decoded = pl.Series("fact", texts, dtype=pl.String).str.json_decode(pl.Struct(_FACT)).struct.unnest()
    frame = decoded.with_columns(
        pl.Series("position", positions, dtype=pl.Int64),
        pl.Series("tie", ties, dtype=pl.Int64),
        pl.col("seq").fill_null(0),
        pl.col("kind").replace_strict(dict(RANK), return_dtype=pl.Int64).alias("rank"),
    )
    void = set(gone)
    if void:
        missing = [position for position, key in zip(positions, keys, strict=True) if key.hex() in void]
        frame = frame.filter(~pl.col("position").is_in(missing))
    return frame.select(*EVENT)


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
