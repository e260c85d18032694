"""A disk that is full, or fails, at any write or sync: the command says so, the ledger is sound, and done again all is there."""

import errno
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.fire.commands import (
    COMMANDS,
    FROM_THEN,
    HALF,
    ONCE,
    SYNCS,
    TRIMS,
    WRITES,
    Trial,
    Warm,
    library_in,
    trial,
    warmed,
)

FAILURES = {
    "no room from then on": (FROM_THEN, WRITES | TRIMS, errno.ENOSPC), "no room once": (ONCE, WRITES, errno.ENOSPC),
    "no room in the middle of a write": (FROM_THEN | HALF, WRITES, errno.ENOSPC), "no room to sync": (FROM_THEN, SYNCS, errno.ENOSPC),
    "a write fails": (ONCE, WRITES, errno.EIO), "every write fails": (FROM_THEN, WRITES | SYNCS | TRIMS, errno.EIO),
    "a sync fails": (ONCE, SYNCS, errno.EIO), "every sync fails": (FROM_THEN, SYNCS, errno.EIO),
}  # fmt: skip


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Warm, list[Trial]]]:
    """Every command tried once undisturbed, on the disk that can fail."""
    folder = tmp_path_factory.mktemp("disk")
    library = library_in(folder)
    if library is None:
        pytest.skip("no C compiler here, or no Linux: a disk that fails cannot be put before the C library")
    with warmed(library) as warm:
        yield warm, [trial(warm, one, folder / str(number)) for number, one in enumerate(COMMANDS)]


@pytest.mark.parametrize(
    "times", [1, pytest.param(6, marks=pytest.mark.slow), pytest.param(60, marks=[pytest.mark.slow, pytest.mark.long])]
)
@pytest.mark.parametrize("name", FAILURES)
def test_a_disk_that_fails(trials: tuple[Warm, list[Trial]], tmp_path: Path, name: str, times: int) -> None:
    """`times` seeded places of each command."""
    warm, every = trials
    how, on, code = FAILURES[name]
    rng, failed = Random(f"{name}{times}"), 0
    for one in every if times > 1 else [every[len(name) % len(every)], every[1]]:
        calls = warm.run(one.prepared(tmp_path / "x"), one.tried.words, disk=[2**40, ONCE, on, 0])["calls"]
        for _ in range(times):
            folder = one.prepared(tmp_path / "x")
            place = rng.randint(1, calls)
            ran = warm.run(folder, one.tried.words, disk=[place, how, on, code])
            told = f"{one.tried.name}, {name} at {place}: {ran}"
            assert ran["code"] in (0, 1), told
            assert "Traceback" not in ran["told"], told
            if ran["code"]:
                failed += 1
                assert len(ran["told"].splitlines()) >= 1, told
            try:
                there = one.sound(folder)
                if ran["code"] == 1 and "nothing was written" in ran["told"]:
                    assert there == one.stages[0], told
                if ran["code"] == 0:
                    assert there == len(one.events), told
                one.resumed(warm, folder)
            except Exception as error:
                raise AssertionError(told) from error
    assert failed, "a disk that fails makes nothing fail"
