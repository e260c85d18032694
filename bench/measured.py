"""One measurement: a process of its own, its answer, and what it cost; several sides in random order, and their medians."""

import gc
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import attrs

Told = dict[str, Any]
KIB = 1024


@attrs.frozen
class Cost:
    """What a side took: medians of its runs, in seconds, and the most memory (MB) that any run held."""

    cpu: float
    wall: float
    peak: int


def measured(work: Callable[[], Any], show: Callable[[Any], Any] = lambda answer: answer) -> None:
    """Do it once and print, as JSON, its answer (as `show` makes it) with its seconds of processor and of wall clock and the peak
    memory of the process."""
    gc.collect()
    begun, busy = perf_counter(), process_time()
    answer = work()
    told = {"wall": perf_counter() - begun, "cpu": process_time() - busy, "answer": show(answer)}
    print(json.dumps(told | {"peak": _peak()}, ensure_ascii=False))


def _peak() -> int:
    """The most memory (MB) that this process has held: what Linux calls its high water mark, as its `ru_maxrss` begins with what the
    parent held."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) // KIB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (KIB * KIB if sys.platform == "darwin" else KIB)


def apart(module: str, *asked: str) -> Told:
    """What a process of its own prints as its last line."""
    done = subprocess.run([sys.executable, "-m", module, *asked], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{module} {' '.join(asked)}\n{done.stderr}")
    told: Told = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def whole(command: Sequence[str]) -> tuple[Told, bytes]:
    """What a process took from its start to its end, with the peak memory of that process, and what it printed."""
    begun = perf_counter()
    with tempfile.TemporaryFile() as out:
        running = subprocess.Popen([*command], stdout=out)
        _, status, used = os.wait4(running.pid, 0)
        wall = perf_counter() - begun
        out.seek(0)
        printed = out.read()
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        sys.exit(f"{' '.join(command)}: ended with {running.returncode}")
    peak = used.ru_maxrss // (KIB * KIB if sys.platform == "darwin" else KIB)
    return {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": peak}, printed


def in_turns(runs: Mapping[str, Callable[[], Told]], rounds: int, seed: int = 0) -> dict[str, list[Told]]:
    """Every side so many times, the sides of each round in a random order that the seed gives."""
    told: dict[str, list[Told]] = {side: [] for side in runs}
    for number in range(rounds):
        for side in random.Random(seed * 1000 + number).sample([*runs], len(runs)):
            told[side].append(runs[side]())
            last = told[side][-1]
            print(f"  {side:28} {last['cpu']:8.2f} s CPU {last['wall']:8.2f} s wall {last['peak']:7,} MB", flush=True)
    return told


def cost(told: Sequence[Told]) -> Cost:
    """What the runs of one side come to."""
    return Cost(
        median(one["cpu"] for one in told), median(one["wall"] for one in told), max(one["peak"] for one in told)
    )


def machine() -> str:
    """The machine and its system."""
    cores, name = os.cpu_count(), platform.processor() or platform.machine()
    told = Path("/proc/cpuinfo")
    if told.exists():
        models = [
            line.split(":", 1)[1].strip() for line in told.read_text().splitlines() if line.startswith("model name")
        ]
        name = models[0] if models else name
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    return f"{cores} × {name}, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"


def versions(*names: str) -> str:
    """The versions of what was measured."""
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
