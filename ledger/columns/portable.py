"""A mirror to carry away: all of a ledger that a score rests on, in a folder that is read without the ledger, be it by a cluster.

    FOLDER/
        mirror.json        the ledger's head and checkpoint; the facts that are no events of tickets; the digest of each file, and its own
        events-*.parquet   the lifecycle events that stand, units by their names in the register

It proves no more than its head and its checkpoint, which can be held against the ledger's; what is published rests on the ledger alone.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

import attrs

from calendars.clock_columns import Frame
from ledger.batches import Event, Head
from ledger.columns.mirror import Mirror, NoUse, SealedFile
from ledger.exchange import content, from_content
from ledger.proof.chain import digest_of
from ledger.sentences import UserError, sentence
from ledger.snapshot import Snapshot, outline_of, standing_parts
from ledger.store import Ledger

NAME = "mirror.json"
OWN = re.compile(r"events-\d+-[0-9a-f]{16}\.parquet")
"""The names of the files of a mirror: nothing outside its folder."""
FORMAT = 1


class UnusableMirror(UserError):
    """A mirror that is not as it was written, or cannot be written."""


@attrs.frozen(kw_only=True)
class PortableMirror:
    """What a folder holds: 60,000 events up to the head, in files of so many rows, and the facts beside them. `aside`: what its office
    must be told of rows and changes that became no fact."""

    head: Head
    checkpoint: str
    files: tuple[SealedFile, ...]
    facts: tuple[Event, ...]
    aside: Mapping[str, Any]

    @property
    def rows(self) -> int:
        """How many events it has."""
        return sum(one.rows for one in self.files)

    def snapshot(self, events: Frame) -> Snapshot:
        """What the ledger knew, its events in a frame of any engine."""
        findings, enrolments = (
            tuple(one for one in self.facts if one.fact.kind == kind) for kind in ("finding", "enrol")
        )
        return Snapshot(head=self.head, findings=findings, enrolments=enrolments, voids=(), whole=events)


def write_portable(ledger: Ledger, folder: Path, aside: Mapping[str, Any]) -> PortableMirror:
    """Write what a ledger knows now to a folder, in place of what it held. Raises UnusableMirror."""
    outline = outline_of(ledger, ledger.head().position)
    files: list[SealedFile] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = _written_before(folder)
        for part in standing_parts(ledger, outline.head.position, outline.voids, mirrored=True):
            files.append(Mirror(folder).write(f"events-{len(files) + 1:04}", part.collect()))
        found = PortableMirror(
            head=outline.head, checkpoint=ledger.checkpoint(outline.head.position), files=tuple(files),
            facts=(*outline.findings, *outline.enrolments), aside=aside,
        )  # fmt: skip
        put_portable(found, folder)
    except (OSError, NoUse) as error:
        raise UnusableMirror(
            sentence("the mirror {path} cannot be written.", path=folder),
            "Check the path, its permissions and the room on the disk.",
        ) from error
    for old in before - {one.file for one in files}:
        with suppress(OSError):
            (folder / old).unlink()
    return found


def put_portable(found: PortableMirror, folder: Path) -> None:
    """Write what a folder holds, once its files are there. Raises OSError."""
    temporary = folder / f"{token_hex(8)}.part"
    temporary.write_text(_text(found), "utf-8")
    temporary.replace(folder / NAME)


def _written_before(folder: Path) -> frozenset[str]:
    """The files that a mirror written here before names as its own: no other is taken away."""
    place = folder / NAME
    with suppress(UnusableMirror, UnicodeError):
        return (
            frozenset(one.file for one in read_portable(place.read_text("utf-8"), NAME).files)
            if place.exists()
            else frozenset()
        )
    return frozenset()


def read_portable(text: str, path: str) -> PortableMirror:
    """What the `mirror.json` of a folder says. Raises UnusableMirror where it is not as it was written."""
    try:
        told = json.loads(text)
        if told.pop("digest") != _digest(told) or told["format"] != FORMAT:
            raise ValueError
        if not all(OWN.fullmatch(name) for name, *_ in told["files"]):
            raise ValueError
        return PortableMirror(
            head=Head(told["position"], told["hash"]), checkpoint=told["checkpoint"],
            files=tuple(SealedFile(*one) for one in told["files"]),
            facts=tuple(Event(position, key, from_content(fact), batch, row) for position, key, fact, batch, row in told["facts"]),
            aside=told["aside"],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise unusable(path, NAME) from error


def unusable(path: str, file: str) -> UnusableMirror:
    """That a file of a mirror is not as it was written."""
    return UnusableMirror(
        sentence("{file} of the mirror {path} is not as it was written.", file=file, path=path),
        "Write it again from its ledger: kaoping mirror FOLDER",
    )


def _text(found: PortableMirror) -> str:
    told: dict[str, Any] = {
        "format": FORMAT, "position": found.head.position, "hash": found.head.hash, "checkpoint": found.checkpoint,
        "files": [attrs.astuple(one) for one in found.files],
        "facts": [[one.position, one.key, content(one.fact), one.batch, one.row] for one in found.facts], "aside": found.aside,
    }  # fmt: skip
    return json.dumps({**told, "digest": _digest(told)}, ensure_ascii=False)


def _digest(told: Mapping[str, Any]) -> str:
    return digest_of(json.dumps(told, sort_keys=True))
