"""Spark: frames on a cluster, whose workers keep what is computed once, and compute it again where one of them is lost."""

from typing import Any

import attrs
import narwhals as nw

from calendars.clock import Clock
from calendars.clock_columns import ClockColumns, Frame


@attrs.frozen
class SparkEngine:
    """The engine of a cluster: a `pyspark.sql.SparkSession`."""

    session: Any

    def settled(self, frame: Frame) -> Frame:
        """The same frame, computed now, and kept by two workers each part: later plans begin with it, and one worker may be lost."""
        from pyspark import StorageLevel

        return nw.from_native(frame.to_native().localCheckpoint(True, StorageLevel.MEMORY_AND_DISK_2))

    def collected(self, frame: Frame) -> nw.DataFrame[Any]:
        """Its rows, fetched from the workers."""
        return frame.collect("polars")

    def clock_columns(self, clock: Clock) -> ClockColumns:
        """The clock for frames of Spark."""
        return ClockColumns(clock, backend="pyspark", session=self.session)
