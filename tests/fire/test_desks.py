"""The desk under fire: four write at once while others read; and its server is killed in the middle of writing."""

import html
import os
import random
import re
import signal
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from ledger.facts import Appeal
from ledger.store import Ledger
from tests.fire.desks import COMMAND, RunningDesk, running
from tests.kaoping.test_cli import LOG, UNITS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("uvicorn") is None or find_spec("httpx2") is None, reason="the desk is not installed"),
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL is of POSIX"),
]
HEAD, ROW = LOG.split("\n")[:2]
TRIES = 400


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A ledger with a month in it."""
    for name, text in (("五月.csv", LOG), ("单位.jsonl", UNITS)):
        (tmp_path / name).write_text(text, "utf-8")
    subprocess.run([*COMMAND, "import", "五月.csv", "单位.jsonl"], cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


def jar(desk: RunningDesk) -> dict[str, str]:
    """The cookies of the browser that was let in, as a client keeps them over redirections."""
    name, _, value = desk.cookie.partition("=")
    return {name: value}


def hidden(text: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text)
    return {name: html.unescape(value) for name, value in found}


def exported(ticket: str) -> bytes:
    """An export of one ticket, sent once."""
    return f"{HEAD}\n{ROW.replace('GX-1', ticket)}\n".encode()


def send(client: Any, desk: RunningDesk, path: str, fields: dict[str, str], file: bytes | None = None) -> Any:
    files = None if file is None else {"file": ("一件.csv", file)}
    return client.post(path, data=fields, files=files, headers={"Origin": desk.address})


def write_import(client: Any, desk: RunningDesk, ticket: str, met: Counter[str]) -> None:
    """Preview a file and take it; a form that has grown old is asked again until it is taken."""
    form = hidden(client.get("/import").text)
    shown = send(client, desk, "/import/preview", {"token": form["token"]}, exported(ticket))
    assert shown.status_code == 200, shown.text[-800:]
    for _ in range(TRIES):
        done = send(client, desk, "/import", hidden(shown.text))
        met[str(done.status_code)] += 1
        if done.status_code != 409:
            assert done.status_code in (200, 303), done.text[-800:]
            return
        shown = done
    pytest.fail(f"{ticket} was never taken")


def write_appeal(client: Any, desk: RunningDesk, number: str, met: Counter[str]) -> None:
    """Record an appeal, its reason telling which it is."""
    said = {
        "ticket": "GX-1",
        "unit": "茅店镇",
        "item": "closing",
        "at": "2023-06-05",
        "reason": f"第{number}号",
        "by": "热线办",
    }
    form = hidden(client.get("/appeals/new?ticket=GX-1").text)
    for _ in range(TRIES):
        done = send(client, desk, "/appeals", {**said, "token": form["token"], "head": form["head"]})
        met[str(done.status_code)] += 1
        if done.status_code != 409:
            assert done.status_code in (200, 303), done.text[-800:]
            return
        form = hidden(done.text)
    pytest.fail(f"{number} was never recorded")


def read_on(client: Any, ended: threading.Event, met: Counter[str]) -> None:
    """Look at pages until the writers are done."""
    draw = random.Random(1)
    while not ended.is_set():
        page = client.get(
            draw.choice(("/2023-05", "/2023-05.json", "/log", "/ticket/GX-1", "/due?at=2023-05-22T09:00", "/appeals"))
        )
        met[f"read {page.status_code}"] += 1


def sound(path: Path) -> int:
    """How many positions the ledger has, once it verifies and has no gap."""
    with Ledger(path) as ledger:
        end = ledger.verify().position
    with closing(sqlite3.connect(path)) as db:
        positions = [one for (one,) in db.execute("select position from events order by position")]
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
    assert positions == [*range(1, end + 1)]
    return end


@pytest.mark.parametrize("count", [16, pytest.param(200, marks=pytest.mark.long)])
def test_four_write_while_others_read(office: Path, count: int) -> None:
    """Mixed writes by four threads through a server: it verifies, no gap, nothing lost, what is old is refused."""
    import httpx2

    begun = sound(office / "kaoping.db")
    met: Counter[str] = Counter()
    with running(office) as desk:

        def share(thread: int) -> None:
            with httpx2.Client(base_url=desk.address, cookies=jar(desk), timeout=300, follow_redirects=True) as client:
                for number in range(thread, count, 4):
                    if number % 8 < 4:
                        write_import(client, desk, f"F-{number}", met)
                    else:
                        write_appeal(client, desk, str(number), met)

        ended = threading.Event()
        with httpx2.Client(base_url=desk.address, cookies=jar(desk), timeout=300, follow_redirects=True) as looking:
            reader = threading.Thread(target=read_on, args=(looking, ended, met))
            reader.start()
            try:
                with ThreadPoolExecutor(4) as pool:
                    assert len([*pool.map(share, range(4))]) == 4
            finally:
                ended.set()
                reader.join()
    assert sound(office / "kaoping.db") == begun + count
    with Ledger(office / "kaoping.db") as ledger:
        facts = [one.fact for one in ledger.events()]
    assert {one.ticket for one in facts if (one.ticket or "").startswith("F-")} == {
        f"F-{number}" for number in range(count) if number % 8 < 4
    }
    reasons = {one.reason for one in facts if isinstance(one, Appeal)}
    assert reasons == {f"第{number}号" for number in range(count) if number % 8 >= 4}
    assert {name for name in met if name.startswith("read")} == {"read 200"}
    assert met["409"] > 0, "four who write at once meet forms that have grown old"


@pytest.mark.parametrize("count", [5, pytest.param(200, marks=pytest.mark.long)])
def test_a_server_killed_in_the_middle_of_writing(office: Path, count: int) -> None:
    """After each kill the ledger is whole; what was answered as taken is there, and nothing but what was sent."""
    import httpx2

    draw, taken, moment = random.Random(2023), set[str](), 0.3
    for number in range(count):
        ticket = f"K-{number}"
        with (
            running(office) as desk,
            httpx2.Client(base_url=desk.address, cookies=jar(desk), timeout=60, follow_redirects=True) as client,
        ):
            form = hidden(client.get("/import").text)
            shown = send(client, desk, "/import/preview", {"token": form["token"]}, exported(ticket))
            begun = time.monotonic()
            killing = threading.Timer(draw.random() * moment, os.kill, (desk.process.pid, signal.SIGKILL))
            killing.start()
            with suppress(httpx2.HTTPError):
                done = send(client, desk, "/import", hidden(shown.text))
                moment = (moment + 1.5 * (time.monotonic() - begun)) / 2
                if done.status_code in (200, 303):
                    taken.add(ticket)
            killing.join()
            desk.process.wait()
        if number % 10 == 9 or number == count - 1:
            sound(office / "kaoping.db")
    assert there(office, range(count)) >= taken
    subprocess.run([*COMMAND, "verify"], cwd=office, check=True, capture_output=True)


def there(office: Path, numbers: Sequence[int]) -> set[str]:
    """The tickets that were sent and are in the ledger, each once."""
    with Ledger(office / "kaoping.db") as ledger:
        tickets = [one.fact.ticket or "" for one in ledger.events()]
    found = Counter(one for one in tickets if one.startswith("K-"))
    assert {*found} <= {f"K-{number}" for number in numbers}
    assert set(found.values()) <= {1}
    return {*found}
