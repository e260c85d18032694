"""The log of what was looked at: every request leaves a line, and no line can be changed unseen."""

import json
import sqlite3

import pytest

from kaoping.office.accounts.views import BrokenLog, Viewed, keep, log_lines, verify_log
from kaoping.web.routes import ADDRESSES
from tests.kaoping.web.accounts.conftest import Office


def test_every_request_leaves_a_line(shared: Office) -> None:
    unit, auditor = shared.people["茅店"], shared.people["纪委"]
    before = len(log_lines(shared.accounts))
    unit.get("/ticket/GX-1.csv")
    unit.get("/ticket/GX-3")
    unit.get("/log")
    unit.post("/appeals/preview", ticket="GX-2", unit="茅店镇", item="x")
    shared.sign_in(shared.browser(), "茅店", "wrong")
    shared.sign_in(shared.browser(), "我的口令不小心", "wrong")
    lines = [one.viewed for one in log_lines(shared.accounts)[before:]]
    told = [(one.user, one.role, one.method, one.route, one.about, one.status) for one in lines]
    assert told == [
        ("茅店", "unit", "GET", "/ticket/{ticket:path}", "GX-1", 200), ("茅店", "unit", "GET", "/ticket/{ticket:path}", "GX-3", 400),
        ("茅店", "unit", "GET", "/log", "", 403), ("茅店", "unit", "POST", "/appeals/preview", "GX-2 茅店镇", 422),
        ("茅店", "unit", "POST", "/enter", "", 401), ("", "", "POST", "/enter", "", 401),
    ]  # fmt: skip
    assert [one.path for one in lines[:2]] == ["/ticket/GX-1.csv", "/ticket/GX-3"], "as what it left"
    assert [one.rows is not None for one in lines] == [True, False, False, False, False, False]
    assert {one.address for one in lines[:4]} == {"10.0.0.3"}
    page = auditor.get("/views?verify=1")
    assert page.status_code == 200
    assert "GX-3" in page.text
    document = json.loads(auditor.get("/views.json?verify=1").text)
    assert document["sealed"]["number"] == len(document["views"])
    assert shared.people["经办"].get("/views").status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        "update view set user = '乙' where number = 7", "update view set rows = 1 where number = 7",
        "delete from view where number = 7", "update view set hash = 'x' where number = 7",
    ],
)  # fmt: skip
def test_a_line_changed_or_taken_out_is_found(shared: Office, change: str) -> None:
    line = Viewed(at=1, user="甲", role="editor", address="", method="GET", route="/", path="/", about="", status=200)
    for _ in range(6):
        keep(shared.accounts, line)
    last = log_lines(shared.accounts)[-1]
    assert verify_log(shared.accounts) == (last.number, last.hash)
    with shared.accounts.writing() as db:
        with pytest.raises(sqlite3.Error):
            db.execute(change)
        for guard in ("view_stays", "view_is_kept"):
            db.execute(f"drop trigger {guard}")
        db.execute(change)
    with pytest.raises(BrokenLog, match="line 7"):
        verify_log(shared.accounts)
    page = shared.people["纪委"].get("/views?verify=1")
    assert page.status_code == 500
    assert "第 7 行" in page.text
    assert shared.people["纪委"].get("/views.json?verify=1").status_code == 500


def test_a_log_that_cannot_be_written_lets_nobody_look(shared: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from kaoping.office.accounts.file import AccountsError

    def fails(*_: object) -> None:
        raise AccountsError("the disk is full: nothing was written.", "Free some space and do it again.")

    monkeypatch.setattr("kaoping.web.app.keep", fails)
    answer = shared.people["茅店"].get("/ticket/GX-1")
    assert answer.status_code == 422
    assert "GX-1" not in answer.text


def test_what_nobody_asked_for_is_not_logged() -> None:
    assert [one.path for one in ADDRESSES if one.quiet] == ["/head"]
