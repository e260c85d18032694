"""Hashes over the ledger: each event's is made from the one before it, each batch's from its head and all it kept."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

START = bytes(32)


def entry(position: int, batch: int, row: int, occurrence: int, fact: str) -> bytes:
    """What is hashed of an event: its place, its origin, its occurrence and its text. It is the data of a leaf."""
    return f"{position}\n{batch}\n{row}\n{occurrence}\n{fact}".encode()


PART = "part"
"""Before a row taken in part, so that it is never hashed like a row that became nothing."""


def change(row: Sequence[object]) -> tuple[object, ...]:
    """What is hashed of a change: its values, without an act (the last) that nobody recorded."""
    return tuple(row if row[-1] is not None else row[:-1])


def coverage(row: Sequence[object]) -> tuple[object, ...]:
    """What is hashed of a batch's coverage: its values, without a form (the last) that nobody recorded."""
    return tuple(row if row[-1] is not None else row[:-1])


def link(before: bytes, data: bytes) -> bytes:
    """The hash of an event (see `entry`) on top of the hash before it (SHA-256)."""
    return hashlib.sha256(before + data).digest()


def links(before: bytes, entries: Iterable[bytes]) -> list[bytes]:
    """The hashes of several events (see `link`), one on top of the other."""
    sha256, found = hashlib.sha256, []
    for data in entries:
        before = sha256(before + data).digest()
        found.append(before)
    return found


def checkpoint(
    before: bytes, batch: Mapping[str, object], rows: Iterable[Sequence[object]], texts: Iterable[bytes] = ()
) -> bytes:
    """The hash of a batch: all its columns (`by` where somebody is named), its rows kept aside (three values each), its changes (eight,
    or nine with the act they speak of), its coverage (six, or seven with its form) and its rows taken in part (four, "part" before), the
    digests of the texts and files it brought, and the checkpoint before it (SHA-256)."""
    digest = hashlib.sha256(before)
    digest.update(_json({name: value for name, value in batch.items() if name != "by" or value is not None}))
    for row in rows:
        digest.update(_json(list(row)))
    for text in sorted(texts):
        digest.update(_json(text.hex()))
    return digest.digest()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(text: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
