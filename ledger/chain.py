"""Hashes over the ledger: each event's is made from the one before it, each batch's from its head and all it kept."""

import hashlib
import json
from collections.abc import Iterable, Mapping

START = bytes(32)


def link(before: bytes, position: int, batch: int, row: int, occurrence: int, fact: str) -> bytes:
    """The hash of the event at `position`, on top of the hash before it (SHA-256)."""
    text = f"{position}\n{batch}\n{row}\n{occurrence}\n{fact}"
    return hashlib.sha256(before + text.encode()).digest()


def checkpoint(before: bytes, batch: Mapping[str, object], quarantine: Iterable[tuple[int, str, str]]) -> bytes:
    """The hash of a batch: all its columns, its quarantined rows, and the checkpoint before it (SHA-256)."""
    digest = hashlib.sha256(before)
    digest.update(json.dumps(batch, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
    for row, cells, reasons in quarantine:
        digest.update(json.dumps([row, cells, reasons], ensure_ascii=False, separators=(",", ":")).encode())
    return digest.digest()


def digest_of(text: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
