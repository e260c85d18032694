"""The oddest structured inputs for every reader: no traceback, no hang, no growth past a bound. More of them, and bytes: `make fuzz`."""

import io
import os
import re
import zipfile

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ledger.sentences import UserError
from tests.fire.faults import Faults
from tests.fire.readers import READERS
from tests.fire.shapes import inputs_for
from tests.ledger import test_formats as written


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


NINES = "9" * 5_000


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def later(part: bytes) -> bytes:
    """A part of a workbook whose outermost tag comes late."""
    return b"<!--" + b"x" * 5_000 + b"-->" + part.split(b"?>", 1)[1]


def circle() -> bytes:
    """An xls whose container names a sector as the one after itself."""
    data = bytearray(next(READERS["xls"].seeds()))
    table = 512 * (1 + int.from_bytes(data[76:80], "little"))
    first = int.from_bytes(data[48:52], "little")
    data[table + 4 * first : table + 4 * first + 4] = first.to_bytes(4, "little")
    return bytes(data)


def texts(count: int, *, late: bool) -> bytes:
    """An xlsx that says it holds so many texts."""
    parts = parts_of(written.xlsx(written.ROWS))
    name = "xl/sharedStrings.xml"
    parts[name] = re.sub(rb'uniqueCount="\d+"', b'uniqueCount="%d"' % count, parts[name])
    return written.zipped({**parts, name: later(parts[name]) if late else parts[name]})


def corner(how: str) -> bytes:
    """An xlsx with a cell at its far corner, in a sheet that does not look like one."""
    parts = parts_of(written.bomb("one cell at the corner"))
    name = "xl/worksheets/sheet1.xml"
    if how == "late":
        return written.zipped({**parts, name: later(parts[name])})
    if how == "renamed":
        return written.zipped({**parts, name: parts[name].replace(b"worksheet", b"other")})
    moved = {one: data.replace(b"worksheets/sheet1.xml", b"other.txt") for one, data in parts.items() if one != name}
    return written.zipped({**moved, "xl/other.txt": parts[name]})


def nameless() -> bytes:
    """A zip with a file that is called nothing."""
    return written.zipped({"x.csv": written.text(written.ROWS), "q": b""}).replace(b"q", b"\0")


HOSTILE = {
    "more texts than there are": ("xlsx", texts(2**28, late=False)), "the same, said late": ("xlsx", texts(2**32 - 1, late=True)),
    "far, late": ("xlsx", corner("late")), "far, renamed": ("xlsx", corner("renamed")), "far, elsewhere": ("xlsx", corner("elsewhere")),
    "long number in a profile": ("profile", f"name = {NINES}\n".encode()), "in a rulebook": ("rulebook", f"format = -{NINES}\n".encode()),
    "in a calendar": ("calendar", f"x = [{NINES}]\n".encode()), "in a letterhead": ("letterhead", f"format = {NINES}\n".encode()),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_was_crafted_is_refused(name: str) -> None:
    reader, data = HOSTILE[name]
    with pytest.raises(UserError):
        READERS[reader].read(data)


@pytest.mark.parametrize("data", [circle(), nameless()])
def test_what_was_damaged_is_read_or_refused(data: bytes) -> None:
    faults = Faults(READERS["xls"])
    faults.feed(data)
    assert faults.found == {}, faults.told()


def test_a_long_number_is_told_by_its_line() -> None:
    with pytest.raises(UserError, match=r"x\.toml:2: has a number of too many digits"):
        READERS["letterhead"].read(f'office = "x"\nformat = {NINES}\n'.encode())


@pytest.mark.skipif(os.name != "posix", reason="outputs are numbered as on Unix")
def test_the_reader_of_workbooks_says_nothing_itself(capfd: pytest.CaptureFixture[str]) -> None:
    parts = parts_of(written.xlsb(written.ROWS))
    relations = "xl/_rels/workbook.bin.rels"
    with pytest.raises(UserError):
        READERS["xlsb"].read(written.zipped({**parts, relations: parts[relations].replace(b"rId1", b"rId2")}))
    assert capfd.readouterr().err == ""
