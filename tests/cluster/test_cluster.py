"""A cluster of one's own, a master and two workers on this machine: the score is the same, also where a worker is killed meanwhile."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.kaoping.test_cli import Run, run

__all__ = ["run"]

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
STARTED, SCORED = 120, 900  # seconds, on a machine that has other things to do


@contextmanager
def started(name: str, log: Path, *words: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """A part of Spark as a process of its own, which is ended with what it began."""
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_NO_DAEMONIZE": "1",
        "SPARK_DAEMON_MEMORY": "256m",
        **settings,
    }
    command = [
        str(home / "bin" / "spark-class"),
        f"org.apache.spark.deploy.{name}",
        "--host",
        "127.0.0.1",
        "--webui-port",
        "0",
        *words,
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        ended(process)


def ended(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it began, whatever they are doing."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def awaited(found: Callable[[], object], seconds: int, what: str) -> None:
    """Wait until something is so, for so long at most."""
    until = monotonic() + seconds
    while not found():
        assert monotonic() < until, what
        sleep(0.05)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def without_now(text: str) -> str:
    """A score's JSON without the instant at which it was asked for."""
    return re.sub(r'"as_of": "[^"]*"', '"as_of": ""', text)


def test_a_killed_worker_costs_time_and_not_the_answer(spark_here: Path, run: Run, tmp_path: Path) -> None:
    run("import", str(ROOT / "data" / "samples" / "2023-05.csv"))
    run("import", str(ROOT / "data" / "samples" / "units.jsonl"))
    run("mirror", "mirror")
    wanted = run("score", "2023-05", "--mirror", "mirror", "--json")
    port, places = free_port(), [tmp_path / name for name in ("one", "two")]
    address = f"spark://127.0.0.1:{port}"
    with started("master.Master", tmp_path / "master.log", "--port", str(port)) as _:
        awaited(lambda: "I have been elected leader" in (tmp_path / "master.log").read_text(), STARTED, "no master")
        workers = [
            started(
                "worker.Worker", tmp_path / f"{place.name}.log", "--cores", "1", "--memory", "1g", "--work-dir", str(place), address,
                SPARK_LOCAL_DIRS=str(place),
            )
            for place in places
        ]  # fmt: skip
        with workers[0] as first, workers[1] as _:
            for place in places:
                log = tmp_path / f"{place.name}.log"
                awaited(lambda log=log: "Successfully registered" in log.read_text(), STARTED, "no worker")  # type: ignore[misc]
            asked = [sys.executable, "-c", "from kaoping.cli import main; main()", "score", "2023-05", "--json",
                     "--engine", "spark", "--master", address, "--mirror", str(Path("mirror").absolute())]  # fmt: skip
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            with (tmp_path / "said").open("w") as said:
                score = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=said, text=True, env=environment)
            try:
                awaited(
                    lambda: score.poll() is not None or [*places[0].rglob("shuffle_*.data")],
                    SCORED,
                    "nothing was computed",
                )
                assert score.poll() is None, (tmp_path / "said").read_text()[-3000:]
                ended(first)
                out, _ = score.communicate(timeout=SCORED)
            finally:
                score.kill()
            assert score.returncode == 0, (tmp_path / "said").read_text()[-3000:]
    assert json.loads(out)["sheets"]
    assert without_now(out) == without_now(wanted.out)
