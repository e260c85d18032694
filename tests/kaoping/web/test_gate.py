"""Who is let in, and what no answer lacks: every address of the desk, enumerated."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import attrs
import pytest
from starlette.testclient import TestClient

from kaoping.language.language import Language
from kaoping.office.session import Session
from kaoping.web.app import OPEN, desk_app
from kaoping.web.desk import Desk
from kaoping.web.gate import HEADERS, LARGEST, ROOM, Gate, Keys, cookie_name
from kaoping.web.routes import ADDRESSES, Address, Right
from tests.kaoping.web.conftest import HOST, PORT, Browser

NAMED = {"period": "2023-05", "month": "2023-05", "unit:path": "茅店镇", "ticket:path": "GX-1", "position": "24"}
ALONE = [one for one in ADDRESSES if not one.shared]
READ = [one for one in ALONE if one.method == "GET"]
WRITTEN = [one for one in ALONE if one.method == "POST"]
SESSION = Session(path=Path("kaoping.db"), rulebook="ganxian-2023", language=Language("zh"))
NAMED |= {"upload": "0" * 64, "name": "hotline-log", "batch": "1", "batches": "1"}
TEMPLATES = Path(__file__).parents[3] / "kaoping" / "web"


def address(one: Address) -> str:
    """An address that is there."""
    return re.sub(r"\{([^}]+)\}", lambda found: NAMED[found[1]], one.path)


def routes(gate: Gate) -> Iterator[tuple[str, str]]:
    """(method, path) of every route of the application itself."""
    for route in gate.app.routes:  # type: ignore[attr-defined]
        for method in route.methods - {"HEAD"}:
            yield method, route.path


def gate(path: Path) -> tuple[Gate, Keys]:
    keys = Keys()
    return desk_app(Desk(session=attrs.evolve(SESSION, path=path / "kaoping.db"), uploads=path), keys, PORT), keys


def has_headers(answer: Any) -> None:
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "server" not in answer.headers


def test_the_application_has_the_addresses_of_the_table_and_no_other(tmp_path: Path) -> None:
    found = sorted(routes(gate(tmp_path)[0]))
    assert found == sorted([*((one.method, one.path) for one in ALONE), *(("GET", path) for path in OPEN)])
    assert len({*found}) == len(found)


OF_ALL = ("/head", "/openapi")
"""What whoever is in may ask: nothing of any unit is told there."""


def test_every_address_names_the_right_it_needs() -> None:
    assert all(isinstance(one.right, Right) and (one.right is not Right.OPEN) != (one.path in OF_ALL) for one in ALONE)
    writing = {Right.IMPORT, Right.APPEAL, Right.RULE, Right.PUBLISH}
    assert all(one.right in writing for one in WRITTEN)


def test_every_answer_carries_its_headers_and_reading_changes_nothing(browser: Browser) -> None:
    before, files = browser.head(), kept(browser)
    for one in READ:
        for form in ("", ".json", ".csv", ".xlsx", ".html") if one.path == "/log" else ("",):
            answer = browser.client.get(address(one) + form)
            assert answer.status_code < 500, (one.path, answer.text)
            has_headers(answer)
    for path in ("/assets/desk.css", "/nowhere", "/a/b/c", "/2023-05?nonsense=1", "/ticket/none", "/enter?token=x"):
        has_headers(browser.client.get(path))
    for method in ("PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"):
        answer = browser.client.request(method, "/log")
        assert answer.status_code == 405
        has_headers(answer)
    for one in WRITTEN:  # read, not sent
        has_headers(browser.client.get(address(one)))
    assert browser.head() == before
    assert kept(browser) == files


def kept(browser: Browser) -> list[bytes]:
    """The ledger and the checkpoints beside it, byte for byte."""
    return [browser.path.with_name(name).read_bytes() for name in ("kaoping.db", "kaoping.db.checkpoints")]


def test_nobody_is_answered_without_the_cookie(tmp_path: Path) -> None:
    app, _ = gate(tmp_path)
    with TestClient(app, base_url=HOST, follow_redirects=False) as client:
        for method, path in routes(app):
            answer = client.request(method, re.sub(r"\{[^}]+\}", "x", path), headers={"Origin": HOST})
            assert answer.status_code == (200 if path.startswith("/assets/") else 403), path
            has_headers(answer)
        client.cookies.set(cookie_name(PORT), "x" * 43)
        assert client.get("/log").status_code == 403


def test_the_token_lets_one_browser_in_once(tmp_path: Path) -> None:
    app, keys = gate(tmp_path)
    with TestClient(app, base_url=HOST, follow_redirects=False) as client:
        refused = client.get("/enter?token=wrong")
        assert (refused.status_code, "没有获准" in refused.text or "kaoping desk" in refused.text) == (403, True)
        assert "set-cookie" not in client.head(f"/enter?token={keys.entry}").headers, "a look lets nobody in"
        entered = client.get(f"/enter?token={keys.entry}")
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        cookie = entered.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert keys.entry not in cookie
        assert client.get(f"/enter?token={keys.entry}").status_code == 303, "the same browser may open it again"
    with TestClient(app, base_url=HOST, follow_redirects=False) as another:
        assert another.get(f"/enter?token={keys.entry}").status_code == 403
        assert "set-cookie" not in another.get(f"/enter?token={keys.entry}").headers


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1", f"127.0.0.1.evil.example:{PORT}", ""]
)
def test_the_desk_answers_by_its_own_name_alone(browser: Browser, host: str) -> None:
    answer = browser.client.get("/log", headers={"Host": host})
    assert answer.status_code == 403
    has_headers(answer)


def test_the_desk_answers_by_localhost(browser: Browser) -> None:
    cookies = {"cookie": f"{cookie_name(PORT)}={browser.client.cookies[cookie_name(PORT)]}"}
    assert browser.client.get("/log", headers={"Host": f"localhost:{PORT}", **cookies}).status_code == 200


@pytest.mark.parametrize("one", WRITTEN, ids=lambda one: one.path)
def test_every_form_needs_its_token_and_its_origin(browser: Browser, one: Address) -> None:
    before = browser.head()
    for origin in (None, "null", "http://evil.example", f"https://127.0.0.1:{PORT}", f"http://127.0.0.1:{PORT + 1}"):
        headers = {} if origin is None else {"Origin": origin}
        answer = browser.client.post(address(one), data={"token": browser.token}, headers=headers)
        assert answer.status_code == 403, origin
        has_headers(answer)
    for token in ({}, {"token": ""}, {"token": "x" * 64}, {"token": [browser.token, browser.token]}):
        answer = browser.client.post(address(one), data=token, headers={"Origin": HOST})
        assert answer.status_code == (403 if len(token.get("token", "")) != 2 else 400), token
        has_headers(answer)
    assert browser.head() == before


def test_too_much_is_refused_before_it_is_read(browser: Browser) -> None:
    headers = {"Origin": HOST, "Content-Length": str(LARGEST + ROOM + 1)}
    assert browser.client.post("/import", content=b"x", headers=headers).status_code == 413
    assert browser.client.post("/log", content=b"x" * (ROOM + 1), headers={"Origin": HOST}).status_code == 413


def test_what_pages_load_and_hold_is_ours_and_nothing_is_inline() -> None:
    for path in (*TEMPLATES.glob("templates/*.html"), *TEMPLATES.glob("assets/*.[cj]s*")):
        text = re.sub(r'<script src="\{\{ asset\(|^ *//.*$|"//"', "", path.read_text("utf-8"), flags=re.MULTILINE)
        assert not re.search(r"https?://|//[a-z]|url\(|@import|<script|<style|\sstyle=|\son\w+=|javascript:", text), (
            path
        )


def test_a_mistake_of_ours_is_told_as_a_page(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("kaoping.office.intake.imports.batches", fails)
    answer = browser.client.get("/log")
    assert answer.status_code == 500
    has_headers(answer)
    assert "RuntimeError" in answer.text
    assert "a secret" not in answer.text
    assert "a secret" in capsys.readouterr().err


def test_a_page_cannot_write(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a page would try: its connection refuses."""
    seen = []

    def tries(session: Session) -> list[object]:
        with session.ledger() as ledger:
            try:
                ledger._db.execute("delete from events")
            except Exception as error:
                seen.append(str(error))
        return []

    monkeypatch.setattr("kaoping.office.intake.imports.batches", tries)
    browser.get("/log")
    assert seen == ["attempt to write a readonly database"]


def test_at_the_port_of_http_it_is_named_without_one() -> None:
    app = desk_app(Desk(session=SESSION, uploads=Path()), Keys(), 80)
    assert app.hosts == {"127.0.0.1", "localhost"}


ENDED = [(signal.SIGINT, 0, "The desk is closed."), (signal.SIGTERM, 128 + signal.SIGTERM, "")]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals as on Unix")
@pytest.mark.parametrize(("ending", "code", "said"), ENDED, ids=["interrupted", "terminated"])
def test_the_desk_is_put_up_and_closed(office: Path, tmp_path: Path, ending: int, code: int, said: str) -> None:
    waiting = tmp_path / "waiting"
    waiting.mkdir()
    for path in office.glob("kaoping.db*"):
        shutil.copy(path, tmp_path)
    call = [sys.executable, "-c", "from kaoping.cli import main; main()", "desk", "--no-browser", "--lang", "en"]
    environment = {
        **os.environ,
        "PYTHONPATH": str(TEMPLATES.parents[1]),
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(waiting),
    }
    with subprocess.Popen(call, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout is not None
        line = desk.stdout.readline()
        address = line.removeprefix("The desk is open at ").strip()
        port = urlsplit(address).port
        opener = build_opener(HTTPCookieProcessor())
        with opener.open(address) as answer:
            assert answer.url == f"http://127.0.0.1:{port}/2023-05"
            assert "茅店镇" in answer.read().decode()
            assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
        assert [*waiting.glob("kaoping-desk-*")] != []
        taken = subprocess.run(
            [*call, "--port", str(port)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert taken.returncode == 2
        assert "cannot be had" in taken.stderr
        desk.send_signal(ending)
        rest = desk.stdout.read()
    assert desk.returncode == code
    assert said in rest
    assert [*waiting.iterdir()] == [], "no upload stays behind"


def test_a_refusal_leads_on_whoever_was_let_in_and_nobody_else(browser: Browser, tmp_path: Path) -> None:
    for path in ("/ticket/none", "/2023-05?nonsense=1", "/a/b/c", "/ticket/none?lang=en"):
        answer = browser.client.get(path)
        assert answer.status_code >= 400
        assert 'href="/due' in answer.text, path
    app, _ = gate(tmp_path)
    with TestClient(app, base_url=HOST) as stranger:
        for path in ("/log", "/enter?token=x"):
            assert "<nav" not in stranger.get(path).text
