"""A desk with accounts: two of each role that must differ, each in a browser of its own."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import attrs
import pytest

from kaoping import now
from kaoping.language.language import Language
from kaoping.office.session import Session
from ledger.store import Ledger
from tests.kaoping.web.conftest import HOST, LACKING, LATER, PORT

PASSWORD = "云山 苍苍 江水 泱泱"
WHO = {
    "经办": ("editor", None), "签发": ("approver", None), "茅店": ("unit", "茅店镇"), "城管": ("unit", "区城管局"),
    "纪委": ("auditor", None),
}  # fmt: skip
collect_ignore = (
    ["test_rights.py", "test_entries.py", "test_drafts.py", "test_views.py", "test_units.py"] if LACKING else []
)


@attrs.frozen(kw_only=True)
class Person:
    """Somebody at the desk, in a browser."""

    client: Any
    name: str

    @property
    def token(self) -> str:
        """What the forms of this sign-in carry."""
        from kaoping.web.gate import cookie_name, form_token

        return form_token(self.client.cookies[cookie_name(PORT)])

    def get(self, address: str) -> Any:
        """The answer at an address."""
        return self.client.get(address)

    def post(self, address: str, **fields: Any) -> Any:
        """A form sent as from its own page."""
        return self.client.post(address, data={"token": self.token, **fields}, headers={"Origin": HOST})


@attrs.frozen(kw_only=True)
class Office:
    """The desk: its ledger, its accounts, and how somebody comes in."""

    path: Path
    accounts: Any
    app: Any
    people: Mapping[str, Person]
    browser: Callable[..., Any]

    def head(self) -> tuple[int, str]:
        """The ledger's head."""
        with Ledger(self.path) as ledger:
            head = ledger.head()
        return head.position, head.hash

    def sign_in(self, client: Any, name: str, password: str = PASSWORD) -> Any:
        """The answer to a name and a password."""
        return client.post("/enter", data={"name": name, "password": password}, headers={"Origin": HOST})


@pytest.fixture
def shared(office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A desk of a copy of the ledger, a day later, everybody signed in."""
    with ExitStack() as open_ones:
        yield put_up(office, tmp_path, monkeypatch, open_ones)


@pytest.fixture
def opened(office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The same, where units see their own scores before they are published."""
    with ExitStack() as open_ones:
        yield put_up(office, tmp_path, monkeypatch, open_ones, opens_unpublished=True)


def put_up(
    office: Path, folder: Path, around: pytest.MonkeyPatch, open_ones: ExitStack, *, opens_unpublished: bool = False
) -> Office:
    from starlette.testclient import TestClient

    from kaoping.office.accounts.file import Accounts, HashCost
    from kaoping.office.accounts.people import add, set_password
    from kaoping.web.app import shared_app
    from kaoping.web.desk import Desk

    around.setattr(now, "now_ms", lambda: LATER)
    for name in ("KAOPING_LANG", "KAOPING_LEDGER", "KAOPING_CALENDAR", "KAOPING_BY"):
        around.delenv(name, raising=False)
    for path in office.glob("kaoping.db*"):
        shutil.copy(path, folder)
    (folder / "uploads").mkdir()
    around.chdir(folder)
    accounts = Accounts(folder / "desk.db", HashCost(1, 8, 1))
    for name, (role, unit) in WHO.items():
        add(accounts, name, role, unit, PASSWORD)
        set_password(accounts, name, PASSWORD, own=True)
    session = Session(path=folder / "kaoping.db", rulebook="ganxian-2023", language=Language("zh"))
    desk = Desk(session=session, uploads=folder / "uploads", accounts=accounts, opens_unpublished=opens_unpublished)
    app = shared_app(desk, PORT)

    def browser(base: str = HOST, address: str = "127.0.0.1") -> Any:
        client = TestClient(app, base_url=base, follow_redirects=False, client=(address, 50_000))
        return open_ones.enter_context(client)

    found = Office(path=folder / "kaoping.db", accounts=accounts, app=app, people={}, browser=browser)
    people = {}
    for number, name in enumerate(WHO):
        client = browser(address=f"10.0.0.{number + 1}")
        assert found.sign_in(client, name).status_code == 303
        people[name] = Person(client=client, name=name)
    return attrs.evolve(found, people=people)
