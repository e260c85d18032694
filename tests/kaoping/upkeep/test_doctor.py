"""What a machine has and lacks, each with its remedy."""

from pathlib import Path

import pytest

from calendars.instants import read_iso
from kaoping import now
from kaoping.office.upkeep import doctor
from tests.kaoping.test_cli import LOG, Run


def found(run: Run, *more: str) -> dict[str, dict[str, str]]:
    return {one["name"]: one for one in run("doctor", "--json", *more).document["findings"]}


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_that_is_looked_at_is_told_and_every_fault_has_a_remedy(run: Run) -> None:
    told = found(run)
    assert {
        "python",
        "sqlite",
        "desk",
        "spark",
        "libreoffice",
        "fonts",
        "java",
        "zones",
        "terminal",
        "folder",
        "room",
        "calendar",
        "ledger",
    } <= {*told}
    assert all((one["remedy"] is None) == (one["state"] == "good") for one in told.values())
    assert run("doctor").code == 0


def test_remedies_are_told_in_the_readers_language(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(now, "now_ms", lambda: read_iso("2027-03-06T10:00:00+08:00"))
    assert "    办法：把 2027 年的通知加进自己的日历文件夹" in run("doctor", "--lang", "zh").out
    assert "    To fix: Add the notice of 2027" in run("doctor", "--lang", "en").out


def test_a_ledger_recorded_later_than_now(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("五月.csv").write_text(LOG, "utf-8")
    assert run("import", "五月.csv").code == 0
    assert found(run)["clock"]["state"] == "good"
    monkeypatch.setattr(now, "now_ms", lambda: read_iso("2023-01-06T10:00:00+08:00"))
    told = run("doctor", "--json", "--lang", "en")
    clock = next(one for one in told.document["findings"] if one["name"] == "clock")
    assert (told.code, clock["state"]) == (1, "wrong")
    assert "2023-06-0" in clock["what"]


def test_a_year_without_official_days(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for year, state in ((2024, "good"), (2026, "lacks"), (2027, "wrong")):
        instant = read_iso(f"{year}-03-06T10:00:00+08:00")
        monkeypatch.setattr(now, "now_ms", lambda instant=instant: instant)
        assert found(run)["calendar"]["state"] == state, year


def test_a_ledger_that_is_none_and_a_folder_that_is_none(run: Run) -> None:
    Path("noise.db").write_bytes(b"\x07" * 9000)
    assert found(run, "--ledger", "noise.db")["ledger"]["state"] == "wrong"
    assert found(run, "--ledger", "nowhere/kaoping.db")["folder"]["state"] == "wrong"


def test_what_an_extra_lacks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "EXTRAS", {"desk": ("starlette", "nothing_of_this_name")})
    told = found(run, "--lang", "en")["desk"]
    assert (told["state"], "nothing_of_this_name" in told["what"]) == ("lacks", True)
    assert "kaoping[desk]" in told["remedy"]
