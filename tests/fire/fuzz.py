"""Hundreds of thousands of inputs for every reader: bytes led by coverage (Atheris), and structured ones (hypothesis). `make fuzz`.

python -m tests.fire.fuzz [--inputs N] [--seconds S] [--only READER] [--faults FOLDER]: no more inputs and no longer than that in all,
a quarter of the inputs structured; the exit code is 1 where a fault was found. Without Atheris only the structured half is run.
"""

import argparse
import io
import os
import random
import resource
import sys
import time
import warnings
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

MEMORY = 6 * 2**30
"""Bytes of a process that fuzzes: more than any input may take, and less than would harm the machine."""
LED = 0.75
"""The share of the inputs that are bytes led by coverage: they are made four times as fast."""
ROOMS = ("ledger.intake", "kaoping.files", "kaoping.office.proofs", "calendars.notices", "scoring.law")


def main() -> int:
    """Fuzz each reader in a process of its own; the exit code."""
    asked = _asked()
    if asked.faults is not None:
        asked.faults.mkdir(parents=True, exist_ok=True)
    led = find_spec("atheris") is not None
    if not led:
        print("Atheris is not installed: bytes are not led by coverage, the structured inputs alone are tried")
        return _apart("structured", _structured, asked, asked.inputs, asked.seconds)
    code = _apart("structured", _structured, asked, int(asked.inputs * (1 - LED)), asked.seconds / 2)
    return code | _apart("by coverage", _led, asked, int(asked.inputs * LED), asked.seconds / 2)


def _apart(how: str, half: Any, asked: argparse.Namespace, inputs: int, seconds: float) -> int:
    """A half of the work in a child of this process, which loads what it needs once, and each reader in a child of that."""
    return _in_a_child(how, lambda: _each(half, asked, inputs, time.monotonic() + seconds))


def _each(half: Any, asked: argparse.Namespace, inputs: int, deadline: float) -> int:
    with _instrumented() if half is _led else nullcontext():
        from tests.fire import readers, shapes  # noqa: F401
    names, code = asked.only or [*readers.READERS], 0
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for place, name in enumerate(names):
        share = max((deadline - time.monotonic()) / (len(names) - place), 1)
        work = partial(half, name, -(-inputs // len(names)), share, asked.faults)  # no fewer in all than were asked for
        code |= _in_a_child(f"{name} {half.__name__.strip('_')}", work)
    return code


def _in_a_child(what: str, work: Callable[[], int | None]) -> int:
    """Work in a child of this process: 0 where all was well."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code not in (0, 1):
            print(f"{what}: ended with {code}")
        return 1 if code else 0
    try:
        code = work() or 0
    except BaseException as error:
        print(f"{what}: {error!r}")
        code = 2
    sys.stdout.flush()
    os._exit(code)


def _instrumented() -> AbstractContextManager[None]:
    import atheris

    told: AbstractContextManager[None] = atheris.instrument_imports(include=[*ROOMS], enable_loader_override=False)
    return told


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--only", action="append")
    parser.add_argument("--faults", type=Path)
    return parser.parse_args()


def _structured(name: str, inputs: int, seconds: float, folder: Path | None) -> None:
    from hypothesis import HealthCheck, Phase, given, settings

    from tests.fire.faults import Faults
    from tests.fire.readers import READERS
    from tests.fire.shapes import inputs_for

    warnings.simplefilter("ignore")
    faults, end = Faults(READERS[name], folder), time.monotonic() + seconds

    @settings(
        max_examples=inputs, database=None, phases=[Phase.generate], deadline=None, suppress_health_check=[*HealthCheck]
    )
    @given(inputs_for(READERS[name]))
    def feed(data: bytes) -> None:
        if time.monotonic() < end:
            faults.feed(data)

    feed()
    _end("structured", faults)


def _led(name: str, inputs: int, seconds: float, folder: Path | None) -> None:
    import atheris

    from tests.fire.faults import Faults
    from tests.fire.readers import READERS

    reader = READERS[name]
    faults = Faults(reader, folder)

    def feed(data: bytes) -> None:
        faults.feed(data)
        if sum(faults.counts[one] for one in ("read", "refused", "fault")) >= inputs or time.monotonic() > end:
            _end("by coverage", faults)

    with TemporaryDirectory() as corpus:
        for number, seed in enumerate(reader.seeds()):
            (Path(corpus) / str(number)).write_bytes(seed)
        end = time.monotonic() + seconds
        place = "." if folder is None else folder
        options = [
            f"-artifact_prefix={place}/{name}-",
            f"-runs={inputs * 2}",
            "-max_len=65536",
            "-rss_limit_mb=3000",
            "-timeout=30",
        ]
        more = {"custom_mutator": _within_zip} if reader.packed else {}
        atheris.Setup(["fuzz", corpus, *options, "-verbosity=0", "-detect_leaks=0"], feed, **more)
        atheris.Fuzz()


def _within_zip(data: bytes, most: int, seed: int) -> bytes:
    """A file of a zip changed and packed again, as its directory would hide what is in it; one time in four the zip itself."""
    import atheris

    chosen = random.Random(seed)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {one: archive.read(one) for one in archive.namelist()}
    except Exception:
        return bytes(atheris.Mutate(data, most))
    if not parts or chosen.random() < 0.25:
        return bytes(atheris.Mutate(data, most))
    part = chosen.choice([*parts])
    parts[part] = bytes(atheris.Mutate(parts[part], most))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", chosen.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        for one, content in parts.items():
            archive.writestr(one, content)
    return held.getvalue()


def _end(how: str, faults: Any) -> None:
    print(f"{how:<12} {faults.told()}")
    sys.stdout.flush()
    os._exit(1 if faults.found else 0)


if __name__ == "__main__":
    sys.exit(main())
