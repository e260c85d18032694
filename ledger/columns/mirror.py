"""Columns kept beside a ledger in Parquet files: its events, and what was derived from them.

It saves reading and deriving them again. It proves nothing, may be deleted at any time, and nothing that is published rests on it.
A file is used only where its bytes have the digest that the manifest has of it, and the manifest its own; so whatever is changed in
them is not used. Who also makes every digest anew is not seen by reading: `verify --mirror` derives all of it again.

    <ledger>.mirror/
        manifest.json   what each file holds: its rows and digest; the position and hash of the ledger it rests on
        *.parquet       columns; a file is never changed, only replaced by one of another name
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import attrs

from ledger.proof.chain import digest_of

if TYPE_CHECKING:
    import polars as pl

FORMAT = 1
MANIFEST = "manifest.json"


class NoUse(Exception):
    """The mirror cannot be read or written, or is not as it was written; what it would have told must be derived."""


@attrs.frozen
class Basis:
    """What rows were derived from: the ledger up to a position, and a digest of how."""

    position: int
    hash: str
    how: str


@attrs.frozen
class SealedFile:
    """One file: how many rows it has, and the digest of its bytes."""

    file: str
    rows: int
    sha256: str


@attrs.frozen
class Segment:
    """Events in one file: those after the segment before, up to a position, where the ledger has this hash."""

    part: SealedFile
    position: int
    hash: str


@attrs.frozen(kw_only=True)
class Contents:
    """All that a mirror holds: events in segments; and rows derived from the ledger as it was at a basis, by name."""

    events: tuple[Segment, ...] = ()
    basis: Basis | None = None
    derived: Mapping[str, SealedFile] = attrs.Factory(dict)

    def files(self) -> set[str]:
        """The names of its files."""
        return {one.part.file for one in self.events} | {part.file for part in self.derived.values()}


def path_of(ledger: Path) -> Path:
    """The folder of the mirror of a ledger."""
    return ledger.with_name(f"{ledger.name}.mirror")


@attrs.frozen
class Mirror:
    """A mirror's folder. Several processes may use it: each writes files of new names, and the manifest at once; what the manifest
    before named stays till the next, for whoever still reads it."""

    path: Path

    def contents(self) -> Contents:
        """What it holds; nothing where there is none that can be read."""
        try:
            told = json.loads((self.path / MANIFEST).read_bytes())
            if told.pop("digest") != _digest(told) or told["format"] != FORMAT:
                return Contents()
            return Contents(
                events=tuple(Segment(SealedFile(*one[:3]), *one[3:]) for one in told["events"]),
                basis=None if told["basis"] is None else Basis(*told["basis"]),
                derived={name: SealedFile(*one) for name, one in told["derived"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return Contents()

    def read(self, part: SealedFile) -> "pl.DataFrame":
        """The rows of a file. Raises NoUse where its bytes are not those that were written."""
        import polars as pl

        with _no_use():
            data = (self.path / part.file).read_bytes()
            if hashlib.sha256(data).hexdigest() != part.sha256:
                raise NoUse
            return pl.read_parquet(BytesIO(data))

    def scan(self, part: SealedFile) -> "pl.LazyFrame":
        """The same of a large file, its rows left there. It stays open, so they are those of the digest also when the mirror was deleted
        or made anew before they are read. Raises NoUse."""
        import polars as pl

        with _no_use(), (self.path / part.file).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != part.sha256:
                raise NoUse
            file.seek(0)
            return pl.scan_parquet(file)

    def write(self, name: str, frame: "pl.DataFrame") -> SealedFile:
        """Rows in a file of their own, of no account till a manifest names it. Raises NoUse."""
        with _no_use():
            self.path.mkdir(exist_ok=True)
            temporary = self._part()
            try:
                frame.write_parquet(temporary)
                digest = _file_digest(temporary)
                part = SealedFile(f"{name}-{digest[:16]}.parquet", len(frame), digest)
                temporary.replace(self.path / part.file)
            finally:
                temporary.unlink(missing_ok=True)
        return part

    def put(self, contents: Contents) -> None:
        """Let it hold this. Files are removed that neither this nor what it held before names, and that were there before that was
        written: another process may be writing. Raises NoUse, also where a file is gone."""
        stay, since = contents.files() | self.contents().files(), self._put_at()
        told: dict[str, Any] = {
            "format": FORMAT,
            "events": [[*attrs.astuple(one.part), one.position, one.hash] for one in contents.events],
            "basis": None if contents.basis is None else attrs.astuple(contents.basis),
            "derived": {name: attrs.astuple(part) for name, part in contents.derived.items()},
        }
        text = json.dumps({**told, "digest": _digest(told)}, ensure_ascii=False)
        with _no_use():
            if not all((self.path / name).exists() for name in contents.files()):
                raise NoUse
            temporary = self._part()
            temporary.write_text(text, "utf-8")
            temporary.replace(self.path / MANIFEST)
        for one in self.path.iterdir():
            with suppress(OSError):
                if one.name not in {*stay, MANIFEST} and one.stat().st_mtime_ns < since:
                    shutil.rmtree(one) if one.is_dir() else one.unlink()

    def _part(self) -> Path:
        """A name for a file that is being written; like the ledger, it may be read by whoever the system lets."""
        return self.path / f"{token_hex(8)}.part"

    def drop(self, files: Iterable[SealedFile]) -> None:
        """Remove files that were needed for a while alone."""
        for one in files:
            with suppress(OSError):
                (self.path / one.file).unlink()

    def _put_at(self) -> int:
        try:
            return (self.path / MANIFEST).stat().st_mtime_ns
        except OSError:
            return 0

    def discard(self) -> None:
        """Delete it, as far as that can be done."""
        shutil.rmtree(self.path, ignore_errors=True)


@contextmanager
def _no_use() -> Iterator[None]:
    """Whatever goes wrong with a file: it is no use."""
    import polars as pl

    try:
        yield
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise NoUse from error


def _digest(told: Mapping[str, Any]) -> str:
    return digest_of(
        json.dumps({name: told[name] for name in ("format", "events", "basis", "derived")}, sort_keys=True)
    )


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
