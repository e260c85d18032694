"""Polars: frames in the memory of this process."""

from typing import Any

import attrs
import narwhals as nw

from calendars.clock import Clock
from calendars.clock_columns import ClockColumns, Frame


@attrs.frozen
class PolarsEngine:
    """The engine of one machine."""

    def settled(self, frame: Frame) -> Frame:
        """The same frame, computed now."""
        return frame.collect().lazy()

    def collected(self, frame: Frame) -> nw.DataFrame[Any]:
        """Its rows."""
        return frame.collect()

    def clock_columns(self, clock: Clock) -> ClockColumns:
        """The clock for frames of polars."""
        return ClockColumns(clock)
