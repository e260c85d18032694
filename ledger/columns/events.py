"""Lifecycle events as columns, one row each.

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

from collections.abc import Mapping, Sequence
from io import BytesIO
from struct import unpack
from typing import TYPE_CHECKING, Any

import narwhals as nw

from ledger.facts import RANK

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


def columns_of(positions: Sequence[int], keys: Sequence[bytes], texts: Sequence[str]) -> "pl.DataFrame":
    """The frame of facts given by position, key and canonical text, as they were recorded."""
    return columns_of_lines(positions, b"".join(key[:8] for key in keys), "\n".join(texts).encode())


def columns_of_lines(positions: Sequence[int], keys: bytes, lines: bytes) -> "pl.DataFrame":
    """The same, given the first eight bytes of every key, and the texts a line each."""
    import polars as pl  # takes long to load, and whoever reads single facts needs none of it

    types = {name: getattr(pl, kind) for name, kind in _FACT.items()}
    ties = unpack(f">{len(positions)}q", keys)
    decoded = pl.read_ndjson(BytesIO(lines), schema=types)
    return decoded.with_columns(
        pl.Series("position", positions, dtype=pl.Int64),
        pl.Series("tie", ties, dtype=pl.Int64),
        pl.col("seq").fill_null(0),
        pl.col("kind").replace_strict(dict(RANK), return_dtype=pl.Int64).alias("rank"),
        pl.col("reason").is_not_null().alias("explained"),
    ).select(*EVENT)


def standing_of(events: "pl.LazyFrame", gone: Sequence[int], names: Mapping[str, str]) -> "pl.LazyFrame":
    """Of events as they were recorded those that stand: without those at the positions `gone`; a unit that is called by one of `names`
    is read as the unit that it means."""
    import polars as pl

    if names:
        events = events.with_columns(pl.col("unit").replace(dict(names)))
    return events.filter(~pl.col("position").is_in(list(gone))) if gone else events


def tie_of(key: bytes) -> int:
    """What breaks the tie of a fact with this key."""
    return int.from_bytes(key[:8], "big", signed=True)
