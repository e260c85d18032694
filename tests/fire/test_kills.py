"""Killed at any moment: the ledger is sound, holds whole batches alone, and the command done again leaves what never being killed does."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.fire.commands import COMMANDS, KILL, ROOT, SYNCS, TRIMS, WRITES, Trial, Warm, library_in, trial, warmed
from tests.fire.warm import NOW

SHARES = [14, pytest.param(60, marks=pytest.mark.slow), pytest.param(1000, marks=[pytest.mark.slow, pytest.mark.long])]
"""How often commands are killed."""
APART = 25
"""One in so many is a command line of its own, from its first moment on."""
ALONE = f"from kaoping import now; now.now_ms = lambda: {NOW}; from kaoping.cli import main; main()"
"""Such a command line, at the instant of the warm one: a void keeps when it was done."""


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Warm, list[Trial]]]:
    """Every command tried once undisturbed, and the process that forks them."""
    folder = tmp_path_factory.mktemp("fire")
    with warmed(library_in(folder)) as warm:
        yield warm, [trial(warm, one, folder / str(number)) for number, one in enumerate(COMMANDS)]


@pytest.mark.parametrize("times", SHARES)
def test_killed_at_any_moment(trials: tuple[Warm, list[Trial]], tmp_path: Path, times: int) -> None:
    warm, every = trials
    rng, killed = Random(times), 0
    lasts = [_lasts(warm, one, tmp_path / "x") for one in every]
    for number in range(times):
        one, seconds = every[number % len(every)], lasts[number % len(every)]
        folder = one.prepared(tmp_path / "x")
        if number % APART == APART - 1:
            killed += _apart(folder, one, rng.uniform(0.2, 1.5))
        elif warm.has_disk and rng.random() < 0.5:
            place = rng.randint(1, one.calls)
            ran = warm.run(folder, one.tried.words, disk=[place, KILL, WRITES | SYNCS | TRIMS, 0])
            assert ran["code"] == -9, (one.tried.name, place, ran)
            killed += 1
        else:
            killed += warm.run(folder, one.tried.words, kill=rng.uniform(0, seconds))["code"] == -9
        one.sound(folder)
        one.resumed(warm, folder)
        if not number % 20:
            print(f"{number} of {times} tried, {killed} killed before they ended", flush=True)
    assert killed > times * 0.7, f"{killed} of {times} were killed before they ended"


def _lasts(warm: Warm, one: Trial, folder: Path) -> float:
    start = time.perf_counter()
    assert warm.run(one.prepared(folder), one.tried.words)["code"] == 0
    return time.perf_counter() - start


def _apart(folder: Path, one: Trial, seconds: float) -> bool:
    """Whether a command line of its own was killed before it ended."""
    child = subprocess.Popen(
        [sys.executable, "-c", ALONE, *one.tried.words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT)},
    )
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
    return child.wait() == -9
