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
        """The same frame, kept by the workers once they have computed it."""
        return nw.from_native(frame.to_native().persist())

    def collected(self, frame: Frame) -> nw.DataFrame[Any]:
        """Its rows, fetched from the workers."""
        return frame.collect("polars")

    def clock_columns(self, clock: Clock) -> ClockColumns:
        """The clock for frames of Spark."""
        return ClockColumns(clock, backend="pyspark", session=self.session)
