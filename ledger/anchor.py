"""The file of checkpoints beside a ledger: a line after each batch, so that a ledger cannot lose its end unseen."""

import os
import re
from pathlib import Path

import attrs

LINE = re.compile(r"(\d{1,15}) (\d{1,15}) ([0-9a-f]{64}) ([0-9a-f]{64})")


@attrs.frozen
class Anchor:
    """What the ledger was after a batch: its events, the root of their tree, and the batch's own checkpoint (hex)."""

    batch: int
    size: int
    root: str
    checkpoint: str

    def __str__(self) -> str:
        return f"{self.batch} {self.size} {self.root} {self.checkpoint}"


def path_of(ledger: Path) -> Path:
    """Where the checkpoints of a ledger stand."""
    return ledger.with_name(f"{ledger.name}.checkpoints")


def add(ledger: Path, anchor: Anchor) -> None:
    """Add a line, and have it on the disk before going on. Raises OSError."""
    handle = os.open(path_of(ledger), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, f"{anchor}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def lines_of(ledger: Path) -> list[tuple[int, Anchor | None]]:
    """(line number, anchor) of every line, None for one that is no checkpoint; nothing where there is no file."""
    try:
        data = path_of(ledger).read_bytes()
    except FileNotFoundError:
        return []
    texts = data.decode("utf-8", errors="replace").split("\n")
    last = texts.pop()  # what stands behind the last line's end: nothing, or a line cut short
    lines = [(number, _anchor(text)) for number, text in enumerate(texts, 1)]
    return [*lines, (len(lines) + 1, None)] if last else lines


def _anchor(text: str) -> Anchor | None:
    found = LINE.fullmatch(text)
    return None if found is None else Anchor(int(found[1]), int(found[2]), found[3], found[4])
