"""Polars: frames in the memory of this process."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import narwhals as nw

from calendars.clock import Clock
from calendars.clock_columns import ClockColumns, Frame
from ledger.columns.mirror import Mirror
from ledger.columns.segments import slices

CATEGORIES = "kaoping"
"""What names the categories of a process: frames of several derivations compare theirs."""


@attrs.frozen
class PolarsEngine:
    """The engine of one machine."""

    def settled(self, frame: Frame) -> Frame:
        """The same frame, computed now."""
        return frame.collect().lazy()

    def collected(self, frame: Frame) -> nw.DataFrame[Any]:
        """Its rows."""
        return frame.collect()

    def coded(self, frame: Frame, names: Sequence[str]) -> Frame:
        """The same frame, these texts as categories: whole numbers, each text kept once, as long as any frame has it."""
        import polars as pl  # takes long to load

        kept = pl.Categorical(pl.Categories(CATEGORIES))
        found: Frame = nw.from_native(frame.to_native().with_columns(pl.col(*names).cast(kept)))
        return found

    def spelled(self, frame: Frame, names: Sequence[str]) -> Frame:
        """The same frame, these as texts again."""
        return frame.with_columns(nw.col(*names).cast(nw.String))

    def clock_columns(self, clock: Clock) -> ClockColumns:
        """The clock for frames of polars."""
        return ClockColumns(clock)

    def events(self, files: Sequence[str], rows: int) -> Sequence[Frame]:
        """The events (`ledger.columns.events.EVENT`) in some Parquet files here; `rows`, about how many they are, is no matter."""
        import polars as pl  # takes long to load

        return [nw.from_native(pl.scan_parquet(file)) for file in files]

    def shares(self, frames: Sequence[Frame]) -> Iterator[Frame]:
        """All these events in frames of about a million, each ticket whole in one of them: put into a folder of their own
        meanwhile. Raises NoUse where there is no room for that."""
        with TemporaryDirectory() as folder:
            for some in slices(Mirror(Path(folder)), [one.to_native() for one in frames]):
                yield nw.from_native(some)

    def text(self, path: str) -> str:
        """A small file. Raises OSError."""
        return Path(path).read_text("utf-8")

    def digests(self, files: Sequence[str]) -> Mapping[str, str]:
        """The SHA-256 of each file. Raises OSError."""
        found = {}
        for name in files:
            with Path(name).open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
        return found
