"""What the derivation asks of whoever holds its frames: to compute one for several later steps, to give one's rows, to make a clock.

The engine of a frame is that of the events it comes from, so nobody has to name one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import narwhals as nw

from calendars.clock import Clock
from calendars.clock_columns import ClockColumns, Frame
from metrics.engines.polars import PolarsEngine

KEYS = ("ticket", "unit")
"""The texts that the derivation groups and joins by."""


class Engine(Protocol):
    """An engine that holds frames."""

    def settled(self, frame: Frame) -> Frame:
        """The same frame, of which what several later steps share is computed once."""

    def collected(self, frame: Frame) -> nw.DataFrame[Any]:
        """Its rows, here."""

    def coded(self, frame: Frame, names: Sequence[str]) -> Frame:
        """The same frame, texts of these names as this engine compares and groups them fastest."""

    def spelled(self, frame: Frame, names: Sequence[str]) -> Frame:
        """The same frame, these as texts again."""

    def clock_columns(self, clock: Clock) -> ClockColumns:
        """The clock for frames of this engine."""

    def events(self, files: Sequence[str], rows: int) -> Sequence[Frame]:
        """The events (`ledger.columns.events.EVENT`) in some Parquet files, about so many rows, in one frame or several."""

    def shares(self, frames: Sequence[Frame]) -> Iterator[Frame]:
        """All these events in frames to be derived one after the other, each ticket whole in one of them. Raises NoUse where there
        is no room."""

    def text(self, path: str) -> str:
        """A small file. Raises OSError."""

    def digests(self, files: Sequence[str]) -> Mapping[str, str]:
        """The SHA-256 of each file. Raises OSError."""


def engine_of(frame: Frame) -> Engine:
    """The engine that holds a frame."""
    if frame.implementation.is_pyspark():
        from metrics.engines.spark import SparkEngine

        return SparkEngine(frame.to_native().sparkSession)
    return PolarsEngine()


def settled(frame: Frame) -> Frame:
    """The same frame, of which what several later steps share is computed once."""
    return engine_of(frame).settled(frame)


def coded(frame: Frame) -> Frame:
    """The same frame, tickets and units as its engine compares them fastest."""
    return engine_of(frame).coded(frame, KEYS)


def spelled(frame: Frame) -> Frame:
    """The same frame, tickets and units as texts."""
    return engine_of(frame).spelled(frame, KEYS)


def collected(frame: Frame) -> nw.DataFrame[Any]:
    """The rows of a frame, here: of what is small, such as tallies."""
    return engine_of(frame).collected(frame)


def is_empty(frame: Frame) -> bool:
    """Whether a frame has no row."""
    return not len(collected(frame.head(1)))
