"""The unit of an account: one that the ledger does not know is refused, a wrong one is changed."""

from pathlib import Path

import pytest

from kaoping.office.accounts.file import Accounts, HashCost
from kaoping.office.accounts.people import add
from kaoping.office.accounts.views import log_lines, verify_log
from tests.kaoping.test_cli import Run, may, run
from tests.kaoping.web.accounts.conftest import PASSWORD, Office

__all__ = ["may", "run"]
FILE = ("--accounts", "desk.db")
ADD = ("account", "add", "茅店", *FILE, "--role", "unit", "--password-stdin", "--unit")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password, as it comes by stdin."""
    monkeypatch.setattr("sys.stdin.readline", lambda: PASSWORD + "\n", raising=False)


@pytest.mark.usefixtures("typed")
def test_a_unit_that_the_ledger_does_not_know_is_refused(may: Run, tmp_path: Path) -> None:
    told = may(*ADD, "茅店政府")
    assert told.code == 2
    assert "没有单位 茅店政府" in told.err
    assert "茅店镇" in told.err
    assert not (tmp_path / "desk.db").exists()
    told = may(*ADD, "茅店镇")
    assert told.code == 0, told.err
    assert "没有核对" not in told.out


@pytest.mark.usefixtures("typed")
def test_an_alias_is_a_unit(may: Run) -> None:
    assert may("alias", "茅店镇", "茅店镇人民政府").code == 0
    assert may(*ADD, "茅店镇人民政府").code == 0


@pytest.mark.usefixtures("typed")
def test_without_a_ledger_it_is_said_that_nothing_was_held(run: Run) -> None:
    told = run(*ADD, "茅店政府")
    assert told.code == 0
    assert "没有核对" in told.out
    assert "kaoping account unit" in told.out
    assert run("account", "unit", "茅店", "江口镇", *FILE, "--json").document["held_against"] is None


def test_a_wrong_unit_is_changed_and_whoever_was_in_is_out(shared: Office, run: Run) -> None:
    where = (*FILE, "--ledger", str(shared.path))
    assert shared.people["茅店"].get("/2023-05").status_code == 200
    assert run("account", "unit", "茅店", "区城管", *where).code == 2
    assert run("account", "unit", "经办", "区城管局", *where).code == 2
    assert shared.people["茅店"].get("/2023-05").status_code == 200
    told = run("account", "unit", "茅店", "区城管局", *where, "--json")
    assert told.document["accounts"][0]["unit"] == "区城管局"
    assert shared.people["茅店"].get("/2023-05").status_code != 200
    line = log_lines(shared.accounts)[-1].viewed
    assert (line.method, line.path, line.about) == ("kaoping", "account unit 茅店 区城管局", "茅店: 茅店镇 → 区城管局")
    verify_log(shared.accounts)
    assert "茅店镇 → 区城管局" in run("account", "log", *FILE).out


def test_an_account_of_another_role_has_no_unit(run: Run, tmp_path: Path) -> None:
    add(Accounts(tmp_path / "desk.db", HashCost(1, 8, 1)), "经办", "editor", None, PASSWORD)
    told = run("account", "unit", "经办", "茅店镇", *FILE)
    assert told.code == 2
    assert "account list" in told.err
