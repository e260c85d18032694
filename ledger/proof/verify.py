"""Everything of a ledger derived again: the first thing that is not as it was appended is named."""

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import attrs

from ledger.exchange import key_of
from ledger.proof import chain
from ledger.proof.checkpoints import Checkpoint
from ledger.proof.tree import EMPTY, Frontier, leaf_hash
from ledger.sentences import DamagedLedger, Sentence, sentence

Query = Callable[[str], Iterator[Any]]
EVENTS = """select position, key, fact, occurrence, batch, row, hash,
case when json_valid(fact) then kind is json_extract(fact, '$.kind') and ticket is json_extract(fact, '$.ticket') else 0 end
from events order by position"""
AGAIN = "Take the last backup that verifies, and import what came later again."


@attrs.frozen(kw_only=True)
class Verified:
    """A sound ledger: its last position and hash, the root of its tree, how many batches, and up to which event the
    checkpoints kept outside the file attest it."""

    position: int
    hash: str
    root: str
    batches: int
    attested_to: int


def verify(
    query: Query, expected: tuple[Sequence[object], Sequence[object]], schema: Sequence[object],
    anchors: Iterable[tuple[Sentence, Checkpoint | None]],
) -> Verified:  # fmt: skip
    """Re-derive every hash. `anchors` are checkpoints kept outside, each with where it stands.

    Raises DamagedLedger, which names the first place.
    """
    batches = list(_rows(query, "batches", "number"))
    marks = {int(row["last_position"]) for row in batches}
    heads, roots = _verify_events(query, marks)
    checkpoints = _verify_batches(query, batches, heads)
    _verify_checkpoints(query, batches, roots)
    _verify_schema(query, expected, schema)
    attested = _verify_anchors(anchors, checkpoints, roots, batches)
    last = max(heads)
    return Verified(
        position=last, hash=heads[last].hex(), root=roots[last].root.hex(), batches=len(batches), attested_to=attested
    )


def _damaged(template: str, remedy: str = AGAIN, **values: object) -> DamagedLedger:
    return DamagedLedger(Sentence(template, tuple((name, str(value)) for name, value in values.items())), remedy)


def _verify_schema(query: Query, expected: tuple[Sequence[object], Sequence[object]], schema: Sequence[object]) -> None:
    for one in [*expected[0], *schema]:
        if one not in schema or one not in expected[0]:
            raise _damaged("{name} of the ledger's tables and guards is not as it was made.", name=_named(one))
    migrations = list(query("select * from _sqlite_migrations order by id"))
    if migrations != list(expected[1]):
        raise _damaged("{name} of the ledger's tables and guards is not as it was made.", name="_sqlite_migrations")


def _named(entry: object) -> str:
    return str(entry[1]) if isinstance(entry, tuple) else str(entry)


def _verify_events(query: Query, marks: set[int]) -> tuple[dict[int, bytes], dict[int, Frontier]]:
    """The chain's hash and the tree's frontier after each batch, and after the last event."""
    hashed, frontier = chain.START, Frontier()
    heads, roots = {0: chain.START}, {0: Frontier()}
    expected = 0
    for position, key, fact, occurrence, batch, row, stored, copied in query(EVENTS):
        expected += 1
        data = chain.entry(position, batch, row, occurrence, fact)
        hashed = chain.link(hashed, data)
        sound = position == expected and hashed == stored and copied
        if not sound or key.hex() != key_of(fact, occurrence):
            raise _damaged(
                "event {position} is not as it was appended (batch {batch}, row {row}).",
                position=expected, batch=batch, row=row,
            )  # fmt: skip
        frontier.push(leaf_hash(data))
        if position in marks:
            heads[position], roots[position] = hashed, Frontier(frontier.size, frontier.peaks)
    if expected not in heads:
        heads[expected], roots[expected] = hashed, frontier
    return heads, roots


def _verify_batches(query: Query, batches: Sequence[Mapping[str, Any]], heads: Mapping[int, bytes]) -> dict[int, bytes]:
    """The checkpoint of each batch."""
    quarantined = _by_batch(query, "select batch, row, cells, reasons from quarantine order by rowid")
    changes = _by_batch(
        query, "select batch, row, ticket, unit, kind, field, was, now, taken, act from changes order by rowid"
    )
    changes = {batch: [chain.change(row) for row in rows] for batch, rows in changes.items()}
    coverage = _by_batch(
        query, "select batch, tells, absent, unread, assumed, missing, likely, form from coverage order by rowid"
    )
    coverage = {batch: [chain.coverage(row) for row in rows] for batch, rows in coverage.items()}
    parts = _by_batch(query, f"select batch, '{chain.PART}', row, cells, reasons from parts order by rowid")
    texts = _verify_texts(query)
    for batch, digest in _verify_files(query, batches).items():
        texts.setdefault(batch, []).append(digest)
    before, last, found = chain.START, 0, {}
    for number, row in enumerate(batches, 1):
        columns = {name: value for name, value in row.items() if name not in ("checkpoint", "head")}
        columns["head"] = row["head"].hex()
        rows = [told for part in (quarantined, changes, coverage, parts) for told in part.pop(row["number"], [])]
        hashed = chain.checkpoint(before, columns, rows, texts.pop(row["number"], []))
        fits = row["number"] == number and heads.get(row["last_position"]) == row["head"]
        if not fits or hashed != row["checkpoint"]:
            raise _damaged("batch {number} ({name}) is not as it was recorded.", number=number, name=row["name"])
        before, last = row["checkpoint"], row["last_position"]
        found[number] = before
    if last != max(heads):
        raise _damaged("event {position} belongs to no recorded batch.", position=last + 1)
    if strays := [*quarantined.values(), *changes.values(), *coverage.values(), *parts.values()]:
        raise _damaged("{strays} quarantined rows belong to no recorded batch.", strays=sum(map(len, strays)))
    if texts:
        raise _damaged("text {digest} belongs to no recorded batch.", digest=next(iter(texts.values()))[0].hex())
    return found


def _by_batch(query: Query, sql: str) -> dict[int, list[tuple[Any, ...]]]:
    found: dict[int, list[tuple[Any, ...]]] = {}
    last = 0
    for batch, *rest in query(sql):
        if batch < last:
            raise _damaged("quarantined rows of batch {batch} are not where they were recorded.", batch=batch)
        last = batch
        found.setdefault(batch, []).append(tuple(rest))
    return found


def _verify_files(query: Query, batches: Sequence[Mapping[str, Any]]) -> dict[int, bytes]:
    """The digests of the files that were kept, each of its batch's own file."""
    named = {int(row["number"]): row["sha256"] for row in batches}
    found: dict[int, bytes] = {}
    for batch, digest, data in query("select batch, digest, data from files order by batch"):
        if sha256(data).digest() != digest or unpacked_digest(data) != named.get(batch):
            raise _damaged("the file of batch {batch} is not as it was kept.", batch=batch)
        found[batch] = digest
    return found


def unpacked_digest(data: bytes) -> str | None:
    """SHA-256 of the bytes that were packed; None where they cannot be unpacked."""
    try:
        return sha256(zlib.decompress(data)).hexdigest()
    except zlib.error:
        return None


def _verify_texts(query: Query) -> dict[int, list[bytes]]:
    """The digests of the texts each batch brought."""
    found: dict[int, list[bytes]] = {}
    for digest, batch, text in query("select digest, batch, text from texts order by digest"):
        if sha256(text.encode()).digest() != digest:
            raise _damaged(
                "text {digest} is not as it was kept (batch {batch}).", digest=bytes(digest or b"").hex(), batch=batch
            )
        found.setdefault(batch, []).append(digest)
    return found


def _verify_checkpoints(query: Query, batches: Sequence[Mapping[str, Any]], roots: Mapping[int, Frontier]) -> None:
    expected = []
    for row in batches:
        frontier = roots[row["last_position"]]
        expected.append((row["number"], frontier.size, frontier.root, b"".join(frontier.peaks)))
    found = list(query("select batch, size, root, peaks from checkpoints order by batch"))
    for number in range(max(len(expected), len(found))):
        if expected[number : number + 1] != found[number : number + 1]:
            raise _damaged("the checkpoint of batch {number} is not as it was recorded.", number=number + 1)


def _verify_anchors(
    anchors: Iterable[tuple[Sentence, Checkpoint | None]], checkpoints: Mapping[int, bytes], roots: Mapping[int, Frontier],
    batches: Sequence[Mapping[str, Any]],
) -> int:  # fmt: skip
    """Up to which event checkpoints kept outside attest the ledger."""
    sizes = {int(row["number"]): int(row["last_position"]) for row in batches}
    attested = 0
    for place, anchor in anchors:
        if anchor is None:
            raise DamagedLedger(
                sentence("{place} is no checkpoint.", place=place),
                "It was edited, or cut off; compare it with a backup.",
            )
        held = sizes.get(anchor.batch)
        if held is None:
            raise DamagedLedger(
                sentence(
                    "the ledger ends at event {position} (batch {batch}), {place} at {size} (batch {later}): its end was cut off.",
                    position=max(sizes.values(), default=0), batch=len(sizes), place=place, size=anchor.size, later=anchor.batch,
                ),
                AGAIN,
            )  # fmt: skip
        told = (anchor.size, anchor.root, anchor.checkpoint)
        if told != (held, roots[held].root.hex(), checkpoints[anchor.batch].hex()):
            raise DamagedLedger(
                sentence("the ledger is not the one that {place} was written for (batch {batch}).", place=place, batch=anchor.batch),
                "One of the two was edited: compare both with a backup.",
            )  # fmt: skip
        attested = max(attested, anchor.size)
    return attested


def refuse_another(size: int, root: str, held: int, found: str | None) -> None:
    """Raises DamagedLedger unless the ledger of `held` events began with this checkpoint: `found` is its root there."""
    if size > held:
        raise _damaged(
            "the ledger ends at event {position}, but the checkpoint speaks of {size} events: its end was cut off.",
            position=held, size=size,
        )  # fmt: skip
    if root != (EMPTY.hex() if size == 0 else found):
        raise _damaged("the ledger's first {size} events are not those of the checkpoint.", size=size)


def _rows(query: Query, table: str, order: str) -> Iterator[Mapping[str, Any]]:
    names = [name for _, name, *_ in query(f"pragma table_info({table})")]
    for row in query(f"select * from {table} order by {order}"):
        yield dict(zip(names, row, strict=True))
