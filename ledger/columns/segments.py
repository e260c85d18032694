"""A ledger's events as columns, by ranges of positions: read from the ledger, or from its mirror, which is brought up to the head."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import attrs

from ledger.batches import Event
from ledger.columns.events import columns_of_lines, standing_of
from ledger.columns.mirror import Contents, Mirror, SealedFile, Segment
from ledger.facts import LIFECYCLE
from ledger.files import MEMORY
from ledger.store import Ledger
from ledger.voids import voided_keys

if TYPE_CHECKING:
    import polars as pl

LEAST = 20_000  # events; below that reading the ledger is as quick
LARGEST = 500_000  # events read at once, and of a segment
SHARE = 1_000_000  # events derived at once
TIMES = 4  # a segment takes in the one before it where that is no more than so many times as large


def is_large(ledger: Ledger) -> bool:
    """Whether a mirror of it is worth its while."""
    return ledger.path != MEMORY and ledger.head().position >= LEAST


def recorded(ledger: Ledger, since: int, upto: int) -> "Iterator[pl.DataFrame]":
    """The lifecycle events after a position up to another, as they were recorded: nothing voided, nothing renamed."""
    for first in range(since, max(upto, since + 1), LARGEST):
        yield columns_of_lines(*ledger.lines(first, min(first + LARGEST, upto), LIFECYCLE))


def event_segments(ledger: Ledger, mirror: Mirror, upto: int) -> "list[pl.LazyFrame]":
    """The same up to a position, from a mirror. Raises NoUse."""
    import polars as pl

    found: list[pl.LazyFrame] = []
    for one in brought_up(ledger, mirror).events:
        found.append(mirror.scan(one.part).filter(pl.col("position") <= upto))
        if one.position >= upto:
            break
    return found


def standing_events(
    ledger: Ledger, upto: int, parts: "Iterable[pl.LazyFrame]", voids: Iterable[Event]
) -> "list[pl.LazyFrame]":
    """Of events as they were recorded those that stand at a position: voided ones left out, units by their names in the register."""
    names, gone = ledger.names(upto), sorted(ledger.places(sorted(voided_keys(voids))).values())
    return [standing_of(one, gone, names) for one in parts]


def brought_up(ledger: Ledger, mirror: Mirror) -> Contents:
    """The mirror's contents once its events are those of the ledger up to its head. Raises NoUse."""
    contents, head = mirror.contents(), ledger.head()
    segments = _sound(ledger, contents.events)
    reached = segments[-1].position if segments else 0
    if len(segments) == len(contents.events) and reached == head.position:
        return contents
    for frame in recorded(ledger, reached, head.position):
        reached = min(reached + LARGEST, head.position)
        segments.append(_joined(mirror, segments, frame, reached, ledger.head(reached).hash))
    brought = attrs.evolve(contents, events=tuple(segments))
    mirror.put(brought)
    return brought


def _sound(ledger: Ledger, segments: Sequence[Segment]) -> list[Segment]:
    """The first of the segments that are of this ledger."""
    found: list[Segment] = []
    for one in segments:
        head = ledger.head(one.position)
        if (head.position, head.hash) != (one.position, one.hash):
            break
        found.append(one)
    return found


def _joined(mirror: Mirror, segments: list[Segment], frame: "pl.DataFrame", position: int, digest: str) -> Segment:
    """A new segment, with those before it that are small beside it: so there are never many."""
    import polars as pl

    while segments and segments[-1].part.rows <= min(TIMES * len(frame), LARGEST - len(frame)):
        frame = pl.concat([mirror.read(segments.pop().part), frame])
    return Segment(mirror.write(f"events-{position}", frame), position, digest)


def slices(scratch: Mirror, parts: "Sequence[pl.LazyFrame]") -> "Iterator[pl.LazyFrame]":
    """Events in frames of about `SHARE` rows, each ticket whole in one of them. Where that are several, they are put into a
    mirror of no other use meanwhile. Raises NoUse."""
    import polars as pl

    rows = sum(one.select(pl.len()).collect().item() for one in parts)
    count = -(-rows // SHARE)
    if count <= 1:
        yield pl.concat(parts)
        return
    shares: list[list[SealedFile]] = [[] for _ in range(count)]
    for number, part in enumerate(parts):
        share = (pl.col("ticket").hash(0) % count).alias("share")
        for (at,), frame in (
            part.with_columns(share).collect().partition_by("share", include_key=False, as_dict=True).items()
        ):
            shares[int(at)].append(scratch.write(f"share-{at}-{number}", frame))
    for one in filter(None, shares):
        frame = pl.concat([scratch.read(part) for part in one])
        scratch.drop(one)
        yield frame.lazy()
