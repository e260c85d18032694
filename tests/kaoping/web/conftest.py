"""A small office's ledger behind a desk: made once, copied for each test that writes."""

import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import attrs
import pytest

from calendars.instants import read_iso
from kaoping import now
from kaoping.cli import main
from kaoping.language.language import Language
from kaoping.office.session import Session
from ledger.store import Ledger
from tests.kaoping.test_cli import LOG, PRAISE, UNITS

LACKING = [
    name
    for name in ("starlette", "uvicorn", "jinja2", "python_multipart", "argon2", "httpx2")
    if find_spec(name) is None
]
PORT = 8765
HOST = f"http://127.0.0.1:{PORT}"
NOW = read_iso("2023-06-06T10:00:00+08:00")
LATER = read_iso("2023-06-07T10:00:00+08:00")
POSITIONS = 18 + 3 + 1 + 1 + 1
"""Of the log, the units, the praise, a publication and an appeal."""
collect_ignore = (
    ["test_gate.py", "test_entering.py", "test_importing.py", "test_reading.py", "test_writing.py"] if LACKING else []
)


@attrs.frozen(kw_only=True)
class Browser:
    """A browser that was let in, and what it holds."""

    client: Any
    token: str
    path: Path

    def get(self, address: str) -> Any:
        """The answer at an address, which is there."""
        answer = self.client.get(address)
        assert answer.status_code == 200, (address, answer.text[-600:])
        return answer

    def post(self, address: str, *, file: Any = None, **fields: Any) -> Any:
        """A form of this session sent, as from its own page."""
        files = None if file is None else {"file": file}
        return self.client.post(address, data={"token": self.token, **fields}, files=files, headers={"Origin": HOST})

    def upload(self, *files: tuple[str, bytes], **fields: str) -> Any:
        """What the desk shows of files that were sent to be imported."""
        sent = self.client.post(
            "/import/preview", data={"token": self.token, **fields}, files=[("file", one) for one in files], headers={"Origin": HOST}
        )  # fmt: skip
        return self.client.get(sent.headers["location"]) if sent.status_code == 303 else sent

    def head(self) -> tuple[int, str]:
        """The ledger's head."""
        with Ledger(self.path) as ledger:
            head = ledger.head()
        return head.position, head.hash


Command = Callable[..., str]


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the month in kaoping.db, published once, one appeal awaiting its ruling."""
    folder = tmp_path_factory.mktemp("desk")
    for name, text in (("五月.csv", LOG), ("单位.jsonl", UNITS), ("表扬.jsonl", PRAISE)):
        (folder / name).write_text(text, "utf-8")
    appeal = ("--unit", "茅店镇", "--item", "closing", "--at", "2023-06-05", "--reason", "平台故障")
    with pytest.MonkeyPatch.context() as around:
        around.chdir(folder)
        around.setattr(now, "now_ms", lambda: NOW)
        for command in (
            ("import", "五月.csv", "单位.jsonl"), ("import", "表扬.jsonl"), ("publish", "2023-05", "--document", "1号"),
            ("appeal", "GX-1", *appeal),
        ):  # fmt: skip
            called(around, *command)
    return folder


def called(around: pytest.MonkeyPatch, *command: str) -> None:
    """A command that succeeds."""
    around.setattr(sys, "argv", ["kaoping", *command])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code in (0, None), command


@pytest.fixture
def browser(office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """Let in at a desk of a copy of that ledger, a day later."""
    yield from let_in(office, tmp_path, monkeypatch)


def let_in(office: Path, folder: Path, around: pytest.MonkeyPatch, language: str = "zh") -> Iterator[Browser]:
    """A browser at a desk of a copy of the ledger."""
    from starlette.testclient import TestClient

    from kaoping.web.app import desk_app
    from kaoping.web.desk import Desk
    from kaoping.web.gate import Keys

    around.setattr(now, "now_ms", lambda: LATER)
    for name in ("KAOPING_LANG", "KAOPING_LEDGER", "KAOPING_CALENDAR", "KAOPING_BY"):
        around.delenv(name, raising=False)
    for path in office.glob("kaoping.db*"):
        shutil.copy(path, folder)
    (folder / "uploads").mkdir()
    around.chdir(folder)
    keys = Keys()
    session = Session(path=folder / "kaoping.db", rulebook="ganxian-2023", language=Language(language))
    app = desk_app(Desk(session=session, uploads=folder / "uploads"), keys, PORT)
    with TestClient(app, base_url=HOST, follow_redirects=False) as client:
        assert client.get(f"/enter?token={keys.entry}").status_code == 303
        yield Browser(client=client, token=keys.form, path=folder / "kaoping.db")
