"""What a ledger takes and gives back: sources, batches, events at their places, heads."""

from collections.abc import Sequence

import attrs

from ledger.facts import Fact


@attrs.frozen(kw_only=True)
class Source:
    """Where a batch of facts comes from: a file by name and SHA-256, read through a profile, and what became of its rows.

    `facts` are (row, fact); `quarantined` are (row, cells as JSON, reasons as JSON) of rows that became nothing. `texts` are
    kept by their digest: what a publication rests on.
    """

    name: str
    sha256: str
    profile: str
    rows: int
    facts: Sequence[tuple[int, Fact]]
    ignored: int = 0
    repeated: int = 0
    quarantined: Sequence[tuple[int, str, str]] = ()
    texts: Sequence[str] = ()


@attrs.frozen(kw_only=True)
class Batch:
    """One import, as the ledger keeps it. rows = accepted + known + quarantined + ignored."""

    number: int
    name: str
    sha256: str
    profile: str
    recorded_at: int
    rows: int
    accepted: int
    known: int
    quarantined: int
    ignored: int
    events_added: int
    last_position: int


@attrs.frozen
class Event:
    """A fact at its place in the ledger, with the batch and row it came from."""

    position: int
    key: str
    fact: Fact
    batch: int
    row: int


@attrs.frozen
class Head:
    """How far the ledger goes: the last position and the hash that stands for everything up to it."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"
