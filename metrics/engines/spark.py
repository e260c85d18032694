"""Spark: frames on a cluster, whose workers keep what is settled. The door to pyspark."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from threading import Event
from typing import Any

import attrs
import narwhals as nw

from calendars.clock import Clock
from calendars.clock_columns import ClockColumns, Frame
from ledger.columns.events import EVENT
from ledger.sentences import UserError, sentence

EVENTS_A_PART = 400_000  # of a county's events one part holds some 30 MB on a worker
WAIT_S = 120  # for a worker to take the job
SETTINGS: Mapping[str, str] = {
    # Every step works within a ticket: parted by ticket once, and joined where it lies, nothing is sent round again.
    "spark.sql.requireAllClusterKeysForCoPartition": "false",
    "spark.sql.adaptive.enabled": "false",
    # Pushed below the columns it is about, a filter on a month is written out in them, over and over: the plan never ends.
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.PushDownPredicates",
    "spark.sql.constraintPropagation.enabled": "false",
    # A number that is too large is an error, never another number.
    "spark.sql.ansi.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
TYPES = {"String": "string", "Int64": "bigint", "Boolean": "boolean"}


class NoSpark(UserError):
    """There is no Spark, or no cluster where one is said to be."""


@attrs.frozen
class SparkEngine:
    """The engine of a cluster: a `pyspark.sql.SparkSession`."""

    session: Any

    def settled(self, frame: Frame) -> Frame:
        """The same frame, computed now, each part kept by two workers: later plans begin with it, and one worker may be lost."""
        from pyspark import StorageLevel

        found: Frame = nw.from_native(frame.to_native().localCheckpoint(True, StorageLevel.MEMORY_AND_DISK_2))
        return found

    def collected(self, frame: Frame) -> nw.DataFrame[Any]:
        """Its rows, fetched from the workers."""
        return frame.collect("polars")

    def coded(self, frame: Frame, names: Sequence[str]) -> Frame:
        """The same frame: Spark has no faster texts."""
        return frame

    def spelled(self, frame: Frame, names: Sequence[str]) -> Frame:
        """The same frame."""
        return frame

    def clock_columns(self, clock: Clock) -> ClockColumns:
        """The clock for frames of Spark."""
        return ClockColumns(clock, backend="pyspark", session=self.session)

    def events(self, files: Sequence[str], rows: int) -> Sequence[Frame]:
        """The events (`ledger.columns.events.EVENT`) in some Parquet files that every worker can read, parted by ticket."""
        schema = ", ".join(f"`{name}` {TYPES[kind]}" for name, kind in EVENT.items())
        parts = max(2 * self.session.sparkContext.defaultParallelism, -(-rows // EVENTS_A_PART))
        self.session.conf.set("spark.sql.shuffle.partitions", str(parts))
        found: Frame = nw.from_native(self.session.read.schema(schema).parquet(*files).repartition(parts, "ticket"))
        return [found]

    def shares(self, frames: Sequence[Frame]) -> Iterator[Frame]:
        """All of them at once: each worker holds some tickets."""
        yield nw.concat([*frames], how="vertical")

    def text(self, path: str) -> str:
        """A small file, here or in a store that Spark can read. Raises OSError."""
        with _read(path):
            return str(self.session.read.text(path, wholetext=True).first()[0])

    def digests(self, files: Sequence[str]) -> Mapping[str, str]:
        """The SHA-256 of each file, which the workers make. Raises OSError."""
        with _read(" ".join(files)):
            read = (
                self.session.read.format("binaryFile").load([*files]).selectExpr("path", "sha2(content, 256)").collect()
            )
        found = {str(path).rpartition("/")[2]: str(digest) for path, digest in read}
        return {name: found[name.rpartition("/")[2]] for name in files}


def session_of(master: str) -> Any:
    """A session on a cluster (`spark://HOST:PORT`), or on some cores here (`local[2]`). What it is given of memory and the like stands
    in `spark-defaults.conf`, as Spark has it. Raises NoSpark."""
    if find_spec("pyspark") is None or find_spec("pyarrow") is None:
        raise NoSpark(sentence("Spark is not installed."), "Install it: pip install 'kaoping[spark]'")
    if _java() is None:
        raise NoSpark(
            sentence("Spark needs Java, and there is none."),
            "Install Java 17 (openjdk-17-jre-headless), or set JAVA_HOME.",
        )
    from pyspark.sql import SparkSession

    building = SparkSession.builder.master(master).appName("kaoping")
    for name, value in SETTINGS.items():
        building = building.config(name, value)
    try:
        session = building.getOrCreate()
    except Exception as error:  # of Java's, of py4j's and of pyspark's own kind
        said = getattr(error, "java_exception", None)
        why = str(error if said is None else said.getMessage()).strip().splitlines()[0]
        raise NoSpark(
            sentence("{master} cannot be reached: {why}", master=master, why=why),
            "Check the address, and that the master runs: spark://HOST:7077, or local[2] for two cores here.",
        ) from error
    if master.startswith("spark://") and not has_workers(session):
        session.stop()
        raise NoSpark(
            sentence("no worker of {master} took the job.", master=master),
            "Start workers, or free some: each needs the memory and cores that spark-defaults.conf asks for.",
        )
    return session


def has_workers(session: Any, wait_s: int = WAIT_S) -> bool:
    """Whether a worker of the cluster computes for a session, or does within some seconds."""
    status, pause = session.sparkContext._jsc.sc().statusTracker(), Event()
    for _ in range(2 * wait_s):
        if len(status.getExecutorInfos()) > 1:  # the first is the session itself
            return True
        pause.wait(0.5)
    return False


@contextmanager
def _read(path: str) -> Iterator[None]:
    """Whatever Spark says of a file that it cannot read. Raises OSError."""
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, TypeError) as error:  # an empty file has no first line
        raise OSError(None, str(error).strip().splitlines()[0], path) from error


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return which("java", path=str(Path(home) / "bin")) if home else which("java")
