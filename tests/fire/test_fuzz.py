"""The oddest structured inputs for every reader: no traceback, no hang, no growth past a bound. More of them, and bytes: `make fuzz`."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.fire.faults import Faults
from tests.fire.readers import READERS
from tests.fire.shapes import inputs_for


@pytest.mark.parametrize("count", [6, pytest.param(100, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", READERS)
def test_no_input_is_too_odd(name: str, count: int) -> None:
    faults = Faults(READERS[name])

    @settings(
        max_examples=count, database=None, phases=[Phase.generate], deadline=None, suppress_health_check=[*HealthCheck]
    )
    @given(inputs_for(READERS[name]))
    def feed(data: bytes) -> None:
        faults.feed(data)

    feed()
    assert faults.found == {}, faults.told()
    assert faults.counts["read"] + faults.counts["refused"] > count // 3


@pytest.mark.parametrize("name", READERS)
def test_what_is_sound_is_read(name: str) -> None:
    faults = Faults(READERS[name])
    for seed in READERS[name].seeds():
        faults.feed(seed)
    assert (faults.found, faults.counts["refused"]) == ({}, 0), faults.told()


def circle() -> bytes:
    """An xls whose container names a sector as the one after itself."""
    data = bytearray(next(READERS["xls"].seeds()))
    table = 512 * (1 + int.from_bytes(data[76:80], "little"))
    first = int.from_bytes(data[48:52], "little")
    data[table + 4 * first : table + 4 * first + 4] = first.to_bytes(4, "little")
    return bytes(data)


def test_a_container_that_runs_in_a_circle() -> None:
    faults = Faults(READERS["xls"])
    faults.feed(circle())
    assert faults.found == {}, faults.told()
