"""A ledger copied while it is written to, killed at any moment; and put back."""

import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kaoping import now
from ledger.store import Ledger
from tests.kaoping.test_cli import LOG, PRAISE, UNITS, Run

COMMAND = [sys.executable, "-c", "from kaoping.cli import main; main()"]


@pytest.fixture
def office(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("五月.csv", LOG),
        ("单位.jsonl", UNITS),
        ("表扬.jsonl", PRAISE),
        ("六月.csv", LOG.replace("GX-", "JX-")),
    ):
        Path(name).write_text(text, "utf-8")
    assert run("import", "五月.csv", "单位.jsonl").code == 0
    return tmp_path


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_backup_says_what_it_is_and_verifies(run: Run, office: Path) -> None:
    (office / "away").mkdir()
    told = run("backup", "away/b.db", "--json").document
    data = (office / "away" / "b.db").read_bytes()
    assert told["ledger"] == {"path": "away/b.db", "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    assert names(office / "away") == {"b.db", "b.db.checkpoints"}
    verified = run("verify", "--ledger", "away/b.db", "--json").document
    assert {name: verified[name] for name in ("position", "hash", "batches", "checkpoint")} == {
        name: told[name] for name in ("position", "hash", "batches", "checkpoint")
    }
    assert verified["attested_to"] == verified["position"]
    assert hashlib.sha256((office / "away" / "b.db").read_bytes()).hexdigest() == told["ledger"]["sha256"]


def test_what_is_there_is_replaced_only_when_that_is_said(run: Run, office: Path) -> None:
    assert run("backup", "b.db").code == 0
    before = (office / "b.db").read_bytes()
    assert run("import", "六月.csv").code == 0
    refused = run("backup", "b.db", "--lang", "en")
    assert (refused.code, (office / "b.db").read_bytes()) == (2, before)
    assert "--replace" in refused.err
    assert run("backup", "b.db", "--replace").code == 0
    assert run("verify", "--ledger", "b.db", "--json").document["batches"] == 3
    assert run("backup", "kaoping.db", "--replace", "--lang", "en").code == 2  # the ledger itself


def test_the_accounts_go_along(run: Run, office: Path) -> None:
    shutil.copy(office / "kaoping.db", office / "desk.db")  # any database
    told = run("backup", "b.db", "--accounts", "desk.db", "--json").document
    assert told["accounts"]["path"] == "b.db.accounts"
    assert (office / "b.db.accounts").stat().st_size == told["accounts"]["bytes"]
    assert run("backup", "c.db", "--accounts", "none.db").code == 2
    assert "c.db" not in names(office)


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_copy_is_for_whom_the_file_is_for(run: Run, office: Path) -> None:
    shutil.copy(office / "kaoping.db", office / "desk.db")
    (office / "desk.db").chmod(0o600)
    (office / "kaoping.db").chmod(0o640)
    assert run("backup", "b.db", "--accounts", "desk.db").code == 0
    assert stat.S_IMODE((office / "b.db.accounts").stat().st_mode) == 0o600
    assert stat.S_IMODE((office / "b.db").stat().st_mode) == 0o640


def test_the_accounts_are_not_replaced_by_a_copy_of_themselves(run: Run, office: Path) -> None:
    shutil.copy(office / "kaoping.db", office / "b.db.accounts")
    assert run("backup", "b.db", "--accounts", "b.db.accounts", "--replace").code == 2
    assert "b.db" not in names(office)


def test_a_ledger_that_went_another_way_is_said_to_be_lost(run: Run, office: Path) -> None:
    for path in office.glob("kaoping.db*"):
        shutil.copy(path, office / path.name.replace("kaoping", "other"))
    finding = '{"kind":"finding","unit":"茅店镇","item":"praise","document":"×府办〔2023〕2号","at":"2023-05-21T10:00:00+08:00"}\n'
    (office / "one.jsonl").write_text(finding, "utf-8")
    assert run("import", "one.jsonl").code == 0
    assert run("import", "六月.csv", "--ledger", "other.db").code == 0
    assert run("backup", "b.db", "--ledger", "other.db").code == 0
    with Ledger(office / "kaoping.db") as ledger:
        end = ledger.head().position
    done = run("restore", "b.db", "--json").document
    assert done["went_on_to"] == end <= done["position"], "the finding is in no ledger now"


def test_a_damaged_ledger_leaves_no_backup(run: Run, office: Path) -> None:
    checkpoints = office / "kaoping.db.checkpoints"
    checkpoints.write_text(checkpoints.read_text("utf-8").replace(" ", " 9", 1), "utf-8")
    assert run("backup", "b.db").code == 3
    assert not {name for name in names(office) if "b.db" in name and not name.startswith("kaoping")}


def test_a_damaged_backup_is_refused_with_what_to_do(run: Run, office: Path) -> None:
    assert run("backup", "b.db").code == 0
    whole = (office / "b.db").read_bytes()
    before = (office / "kaoping.db").read_bytes()
    for damaged in (whole[: len(whole) // 2], whole.replace("茅店镇".encode(), "茅坪镇".encode())):
        (office / "b.db").write_bytes(damaged)
        refused = run("restore", "b.db")
        assert refused.code == 3
        assert "请换更早的" in refused.err
        assert "没有动过" in refused.err
        assert (office / "kaoping.db").read_bytes() == before


def test_restoring_keeps_what_lay_there_and_says_what_is_lost(run: Run, office: Path) -> None:
    assert run("backup", "b.db").code == 0
    assert run("import", "六月.csv").code == 0
    with Ledger(office / "kaoping.db") as ledger:
        end = ledger.head().position
    done = run("restore", "b.db", "--json").document
    assert done["went_on_to"] == end > done["position"]
    assert len(done["aside"]) == 2
    with Ledger(office / done["aside"][0]) as ledger:
        assert ledger.head().position == end
    assert run("verify", "--json").document["position"] == done["position"]
    assert run("import", "六月.csv").code == 0
    assert run("verify", "--json").document["position"] == end


@pytest.mark.parametrize("harm", ["gone", "cut", "noise", "both gone"])
def test_restoring_over_what_was_lost(run: Run, office: Path, harm: str) -> None:
    assert run("backup", "b.db").code == 0
    path = office / "kaoping.db"
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    elif harm == "noise":
        path.write_bytes(b"\x07" * 9000)
    else:
        path.unlink()
    if harm == "both gone":
        (office / "kaoping.db.checkpoints").unlink()
    assert run("restore", "b.db").code == 0
    assert run("verify").code == 0


def test_another_ledger_is_not_overwritten(run: Run, office: Path) -> None:
    assert run("backup", "b.db").code == 0
    assert run("import", "六月.csv", "--ledger", "other.db").code == 0
    before = (office / "other.db").read_bytes()
    refused = run("restore", "b.db", "--ledger", "other.db", "--lang", "en")
    assert (refused.code, (office / "other.db").read_bytes()) == (2, before)
    (office / "noise.db").write_bytes(b"\x07" * 9000)
    assert run("restore", "b.db", "--ledger", "noise.db").code == 2


def test_a_backup_that_does_not_verify_is_not_put_back(run: Run, office: Path) -> None:
    assert run("backup", "b.db").code == 0
    data = bytearray((office / "b.db").read_bytes())
    at = data.index("茅店镇".encode())
    data[at : at + 3] = "卯".encode()
    (office / "b.db").write_bytes(data)
    before = (office / "kaoping.db").read_bytes()
    assert run("restore", "b.db").code == 3
    assert (office / "kaoping.db").read_bytes() == before


def test_a_ledger_in_use_is_not_replaced(run: Run, office: Path) -> None:
    assert run("backup", "b.db").code == 0
    with Ledger(office / "kaoping.db") as reader:
        reader.head()
        refused = run("restore", "b.db", "--lang", "en")
    assert refused.code == 1
    assert "in use" in refused.err
    assert run("restore", "b.db").code == 0


@pytest.mark.slow
def test_a_backup_killed_at_any_moment_leaves_nothing_half(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after ever longer, while an import writes: under the last name is nothing, or a ledger that verifies."""
    monkeypatch.setattr(now, "now_ms", lambda: time.time_ns() // 1_000_000)
    rows = LOG.split("\n")
    begun = time.monotonic()
    subprocess.run([*COMMAND, "backup", "b.db"], check=True, stdout=subprocess.DEVNULL)
    takes, whole = time.monotonic() - begun, 0
    for number in range(24):
        Path("more.csv").write_text(
            "\n".join([rows[0], *(row.replace("GX-", f"K{number}-") for row in rows[1:])]), "utf-8"
        )
        writing = subprocess.Popen([*COMMAND, "import", "more.csv"], stdout=subprocess.DEVNULL)
        copying = subprocess.Popen(
            [*COMMAND, "backup", "b.db", "--replace"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(takes * (0.4 + number / 24))
        os.kill(copying.pid, signal.SIGKILL)
        copying.wait()
        assert writing.wait() == 0
        if (office / "b.db").exists():
            whole += 1
            with Ledger(office / "b.db") as copy:
                copy.verify()
    assert whole
