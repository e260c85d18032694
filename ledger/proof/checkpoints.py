"""The file of checkpoints beside a ledger: a line after each batch, so that a ledger cannot lose its end unseen."""

import os
import re
from pathlib import Path

import attrs

LINE = re.compile(r"(\d{1,15}) (\d{1,15}) ([0-9a-f]{64}) ([0-9a-f]{64})")
TORN = re.compile(rb"(\d{1,15}( (\d{1,15}( ([0-9a-f]{1,64}( [0-9a-f]{0,63})?)?)?)?)?)?")  # how such a line begins


@attrs.frozen
class Checkpoint:
    """What the ledger was after a batch: its events, the root of their tree, and the batch's own checkpoint (hex)."""

    batch: int
    size: int
    root: str
    checkpoint: str

    def __str__(self) -> str:
        return f"{self.batch} {self.size} {self.root} {self.checkpoint}"


def path_of(ledger: Path) -> Path:
    """Where the checkpoints of a ledger stand."""
    return ledger.parent / f"{ledger.name}.checkpoints"


def speaks(ledger: Path) -> bool:
    """Whether there are checkpoints of a ledger, be it the beginning of one: then there was a ledger once."""
    path = path_of(ledger)
    return path.exists() and path.stat().st_size > 0


def add(ledger: Path, anchor: Checkpoint) -> None:
    """Add a line, and have it on the disk before going on. Whoever calls lets nobody else add meanwhile. Raises OSError.

    What was torn off before its end is taken away first; a whole line that lacks its end, or one that is none, gets it.
    """
    with path_of(ledger).open("a+b") as file:
        file.seek(0)
        data = file.read()
        whole = _without_torn(data)
        if whole != data:
            file.truncate(len(whole))
        ended = whole.endswith(b"\n") or not whole
        file.write((b"" if ended else b"\n") + f"{anchor}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def _without_torn(data: bytes) -> bytes:
    """The lines without a last one that was torn off; a disk that lost power may have filled its rest with zeros."""
    data = data.rstrip(b"\0")
    start = data.rfind(b"\n") + 1
    return data[:start] if TORN.fullmatch(data[start:]) else data


def lines_of(ledger: Path) -> list[tuple[int, Checkpoint | None]]:
    """(line number, anchor) of every line, None for one that is no checkpoint; nothing where there is no file.

    A last line that was torn off while it was written is left out: it attests nothing, and the next one replaces it.
    """
    try:
        data = path_of(ledger).read_bytes()
    except FileNotFoundError:
        return []
    texts = _without_torn(data).decode("utf-8", errors="replace").removesuffix("\n")
    return [(number, _anchor(text)) for number, text in enumerate(texts.split("\n"), 1)] if texts else []


def _anchor(text: str) -> Checkpoint | None:
    found = LINE.fullmatch(text)
    return None if found is None else Checkpoint(int(found[1]), int(found[2]), found[3], found[4])
