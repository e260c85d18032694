"""Spark where it is installed: a session for all tests of the folder, started for little data."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import pytest

QUICK = {
    # What is compiled for billions of rows takes longer to compile than some thousand rows take.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.default.parallelism": "1",
    "spark.driver.memory": "2g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


@pytest.fixture(scope="session")
def spark_here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of Spark's settings, where pyspark and Java are."""
    if find_spec("pyspark") is None or find_spec("pyarrow") is None:
        pytest.skip(
            "pyspark is not installed (pip install -e '.[test,spark]', or make spark), so nothing runs on a cluster"
        )
    if not which("java"):
        pytest.skip("there is no Java, so nothing runs on a cluster")
    folder = tmp_path_factory.mktemp("spark")
    (folder / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in QUICK.items()), "utf-8")
    before = os.environ.get("SPARK_CONF_DIR")
    os.environ["SPARK_CONF_DIR"] = str(folder)
    yield folder
    os.environ.pop("SPARK_CONF_DIR") if before is None else os.environ.update(SPARK_CONF_DIR=before)


@pytest.fixture(scope="session")
def session(spark_here: Path) -> Iterator[Any]:
    """A session on two cores."""
    from metrics.engines.spark import session_of

    found = session_of("local[2]")
    yield found
    found.stop()
