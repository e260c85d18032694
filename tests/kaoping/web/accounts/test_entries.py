"""Coming in: passwords, sign-ins that run out, and how often one may try."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter  # the clock of this test alone
from typing import Any

import pytest

from kaoping import now
from kaoping.office.accounts import entries
from kaoping.office.accounts.entries import IDLE, LONGEST, MINUTE, WrongEntry, sign_in, sitting
from kaoping.office.accounts.file import Accounts, HashCost, NoAccounts
from kaoping.office.accounts.people import (
    Unfitting,
    account_of,
    add,
    disable,
    enable,
    listed_accounts,
    set_password,
)
from kaoping.office.session import WrongArgument
from kaoping.web.gate import cookie_name
from tests.kaoping.web.accounts.conftest import PASSWORD, Office
from tests.kaoping.web.conftest import HOST, LATER, PORT

OTHER = "八境台下 两江合流处"
CHEAP = HashCost(1, 8, 1)


def test_a_sign_in_gives_a_cookie_that_is_kept_nowhere(shared: Office) -> None:
    answer = shared.sign_in(shared.browser(), "经办")
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie, "there is no TLS here"
    made = cookie.partition("=")[2].partition(";")[0]
    assert len(made) >= 43, "256 bits"
    kept = b"".join(path.read_bytes() for path in shared.path.parent.glob("desk.db*"))
    assert made.encode() not in kept
    assert PASSWORD.encode() not in kept
    assert b"$argon2id$" in kept


def test_behind_a_proxy_with_tls_the_cookie_is_for_tls_alone(shared: Office) -> None:
    import attrs
    from starlette.testclient import TestClient

    app = attrs.evolve(shared.app, public=frozenset(["kaoping.example"]))
    fields = {"name": "经办", "password": PASSWORD}

    def answer(peer: str, **headers: str) -> tuple[int, bool]:
        with TestClient(app, base_url="http://kaoping.example", follow_redirects=False, client=(peer, 1)) as client:
            told = client.post("/enter", data=fields, headers=headers)
        return told.status_code, "Secure" in told.headers.get("set-cookie", "")

    assert answer("127.0.0.1", **{"X-Forwarded-Proto": "https", "Origin": "https://kaoping.example"}) == (303, True)
    assert answer("127.0.0.1", **{"X-Forwarded-Proto": "https", "Origin": "http://kaoping.example"}) == (403, False)
    assert answer("127.0.0.1", Origin="http://kaoping.example") == (303, False)
    assert answer("10.0.0.9", **{"X-Forwarded-Proto": "https", "Origin": "https://kaoping.example"}) == (403, False), (
        "what another machine says of TLS is not believed"
    )
    with TestClient(shared.app, base_url="http://kaoping.example", follow_redirects=False) as client:
        assert client.get("/enter").status_code == 403, "without --behind-proxy it does not answer by that name"


def test_the_sixth_wrong_try_is_not_heard_even_after_a_restart(shared: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        assert shared.sign_in(shared.browser(address=f"10.1.0.{number}"), "经办", "x").status_code == 401
    again = Accounts(shared.accounts.path, CHEAP)  # as a desk that was put up anew reads the file
    for name, password, status in (("经办", "x", 429), ("经办", PASSWORD, 429), ("签发", PASSWORD, 303)):
        assert shared.sign_in(shared.browser(address="10.1.0.99"), name, password).status_code == status
    with pytest.raises(Exception, match="too many wrong tries"):
        sign_in(again, "经办", PASSWORD, "10.9.9.9")
    assert shared.people["经办"].get("/rules").status_code == 200, "whoever is in stays in"
    monkeypatch.setattr(now, "now_ms", lambda: LATER + 10 * MINUTE)
    assert shared.sign_in(shared.browser(), "经办").status_code == 303


def test_an_address_that_tries_many_names_is_not_heard_either(shared: Office) -> None:
    client = shared.browser(address="10.2.0.1")
    for number in range(5):
        assert shared.sign_in(client, f"无此人{number}", "x").status_code == 401
    assert shared.sign_in(client, "经办").status_code == 429
    assert shared.sign_in(shared.browser(address="10.2.0.2"), "经办").status_code == 303


def test_many_who_sign_in_at_once_are_all_let_in(shared: Office) -> None:
    clients = [shared.browser(address="10.2.0.3") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        told = [*pool.map(lambda client: shared.sign_in(client, "经办").status_code, clients)]
    assert told == [303] * 8


def test_a_password_changed_meanwhile_lets_nobody_in(shared: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = entries._try

    def slow(*asked: Any) -> str:
        found = tried(*asked)
        set_password(shared.accounts, "经办", OTHER, own=True)
        return found

    monkeypatch.setattr(entries, "_try", slow)
    assert shared.sign_in(shared.browser(), "经办").status_code == 401


def test_who_asked_the_proxy_is_told_by_its_last_line(shared: Office) -> None:
    from kaoping.web.gate import _asked_from

    lines = [(b"x-forwarded-for", b"6.6.6.6, 7.7.7.7"), (b"x-forwarded-for", b"1.2.3.4")]
    scope = {"type": "http", "client": ("127.0.0.1", 1), "headers": lines}
    assert _asked_from(scope, behind_proxy=True) == ("1.2.3.4", "http")
    assert _asked_from({**scope, "client": ("10.0.0.9", 1)}, behind_proxy=True) == ("10.0.0.9", "http")


def test_nobody_learns_which_accounts_there_are(shared: Office) -> None:
    disable(shared.accounts, "城管")
    texts = []
    for number, (name, password) in enumerate((("经办", "x"), ("无此人", "x"), ("城管", PASSWORD))):
        answer = shared.sign_in(shared.browser(address=f"10.3.0.{number}"), name, password)
        texts.append((answer.status_code, answer.text, {*answer.headers}))
    assert texts[0] == texts[1] == texts[2]


@pytest.mark.slow
def test_a_name_that_is_nobodys_takes_as_long(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path / "desk.db")  # at its full cost
    add(accounts, "经办", "editor", None, PASSWORD)
    times: dict[str, list[float]] = {"经办": [], "无此人": []}
    for number in range(16):
        for name, taken in times.items():
            begun = perf_counter()
            with pytest.raises(WrongEntry):
                sign_in(accounts, name, "x" * 12, f"10.0.0.{number}")
            taken.append(perf_counter() - begun)
            with accounts.writing() as db:
                db.execute("delete from failure")
    fast, slow = sorted(median(one) for one in times.values())
    assert slow < 1.5 * fast, times


def test_a_sign_in_ends_by_leaving_and_by_time(shared: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    person = shared.people["经办"]
    cookie = person.client.cookies[cookie_name(PORT)]
    assert person.post("/leave").headers["location"] == "/enter"
    person.client.cookies.set(cookie_name(PORT), cookie)
    assert person.get("/rules").headers["location"] == "/enter?to=%2Frules"
    other = shared.people["签发"]
    monkeypatch.setattr(now, "now_ms", lambda: LATER + IDLE - 1)
    assert other.get("/rules").status_code == 200
    monkeypatch.setattr(now, "now_ms", lambda: LATER + 2 * IDLE - 2)
    assert other.get("/rules").status_code == 200, "whoever asks stays in"
    monkeypatch.setattr(now, "now_ms", lambda: LATER + 3 * IDLE)
    assert other.get("/rules").status_code == 303
    assert shared.sign_in(other.client, "签发").status_code == 303
    for hours in range(17):
        monkeypatch.setattr(now, "now_ms", lambda hours=hours: LATER + 3 * IDLE + hours * (IDLE - 1))
        status = other.get("/rules").status_code
        assert status == (200 if hours * (IDLE - 1) < LONGEST else 303), hours


def test_a_changed_password_or_a_closed_account_puts_everybody_out(shared: Office) -> None:
    first, second = shared.people["签发"], shared.browser()
    assert shared.sign_in(second, "签发").status_code == 303
    wrong = first.post("/password", old="x", new=OTHER, again=OTHER)
    assert wrong.status_code == 422
    for new, again in (
        ("short", "short"),
        (OTHER, OTHER + "x"),
        (PASSWORD, PASSWORD),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa"),
    ):
        assert first.post("/password", old=PASSWORD, new=new, again=again).status_code == 422
    assert first.post("/password", old=PASSWORD, new=OTHER, again=OTHER).status_code == 303
    assert second.get("/rules").status_code == 303
    assert first.get("/rules").status_code == 303
    assert shared.sign_in(second, "签发").status_code == 401
    assert shared.sign_in(second, "签发", OTHER).status_code == 303
    disable(shared.accounts, "签发")
    assert second.get("/rules").status_code == 303
    assert shared.sign_in(second, "签发", OTHER).status_code == 401
    enable(shared.accounts, "签发")
    assert shared.sign_in(second, "签发", OTHER).status_code == 303


def test_a_password_that_somebody_else_set_is_changed_first(shared: Office) -> None:
    set_password(shared.accounts, "经办", OTHER)
    client = shared.browser()
    assert shared.sign_in(client, "经办", OTHER).status_code == 303
    for path in ("/", "/log", "/2023-05.json", "/import"):
        assert client.get(path).headers["location"] == "/password", path
    assert client.get("/password").status_code == 200
    assert account_of(shared.accounts, "经办").must_change


def test_one_comes_back_to_where_one_meant_to_go(shared: Office) -> None:
    client = shared.browser()
    assert client.get("/due?at=2023-05-05T16:00").headers["location"] == "/enter?to=%2Fdue%3Fat%3D2023-05-05T16%3A00"
    for to, place in (
        ("/due?at=2023-05-05T16:00", "/due?at=2023-05-05T16:00"), ("//evil.example/", "/"), ("https://evil.example", "/"),
        ("/\\evil.example", "/"), ("javascript:alert(1)", "/"), ("/a\r\nSet-Cookie: x", "/"),
    ):  # fmt: skip
        fields = {"name": "经办", "password": PASSWORD, "to": to}
        assert client.post("/enter", data=fields, headers={"Origin": HOST}).headers["location"] == place
    assert client.post("/enter", data={"name": "经办", "password": PASSWORD}).status_code == 403, "without an Origin"


def test_accounts_are_made_with_care(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path / "desk.db", CHEAP)
    with pytest.raises(NoAccounts):
        listed_accounts(accounts)
    for name, role, unit, password in (
        ("", "editor", None, PASSWORD), ("甲" * 41, "editor", None, PASSWORD), ("a\u202eb", "editor", None, PASSWORD),
        ("13812345678", "editor", None, PASSWORD), ("甲", "clerk", None, PASSWORD), ("甲", "unit", None, PASSWORD),
        ("甲", "editor", "茅店镇", PASSWORD),
    ):  # fmt: skip
        with pytest.raises(WrongArgument):
            add(accounts, name, role, unit, password)
    for password in ("", "123456789", "x" * 201, "ababababab"):
        with pytest.raises(Unfitting):
            add(accounts, "甲", "editor", None, password)
    add(accounts, "甲", "unit", "茅店镇", PASSWORD)
    with pytest.raises(WrongArgument):
        add(accounts, "甲", "editor", None, PASSWORD)
    assert [(one.name, one.unit, one.must_change) for one in listed_accounts(accounts)] == [("甲", "茅店镇", True)]
    if os.name == "posix":
        assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600
    cookie = sign_in(accounts, "甲", PASSWORD, "127.0.0.1")
    found = sitting(accounts, cookie)
    assert found is not None
    assert found.account.unit == "茅店镇"
    assert sitting(accounts, "x") is None


def test_a_ledger_is_no_file_of_accounts(office: Path) -> None:
    before = (office / "kaoping.db").read_bytes()
    with pytest.raises(NoAccounts):
        add(Accounts(office / "kaoping.db", CHEAP), "甲", "editor", None, PASSWORD)
    assert (office / "kaoping.db").read_bytes() == before
