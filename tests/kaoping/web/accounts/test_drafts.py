"""What one prepares and another signs: rulings and publications; who wrote stands with every batch."""

import pytest

from kaoping import now
from kaoping.office.accounts.drafts import waiting
from ledger.facts import Publish, Ruling
from ledger.store import Ledger
from tests.kaoping.web.accounts.conftest import Office
from tests.kaoping.web.conftest import LATER
from tests.kaoping.web.test_writing import sent

RULING = {"granted": "true", "at": "2023-06-06", "reason": "属实", "document": "2号"}


def by(shared: Office) -> tuple[str, str | None]:
    """(profile, by) of the last batch."""
    with Ledger(shared.path) as ledger:
        batch = ledger.batches()[-1]
    return batch.profile, batch.by


def test_a_ruling_is_drafted_and_then_signed_by_another(shared: Office) -> None:
    editor, approver, before = shared.people["经办"], shared.people["签发"], shared.head()
    assert 'class="fill"' not in approver.get("/appeals/24").text, "nothing to sign yet"
    page = editor.get("/appeals/24").text
    refused = editor.post("/appeals/24/draft", **sent(page) | RULING | {"at": "2023-05-01"})
    assert refused.status_code == 422, "what could not be ruled is not drafted"
    assert editor.post("/appeals/24/draft", **sent(page) | RULING).status_code == 303
    assert shared.head() == before, "a draft writes nothing to the ledger"
    assert editor.post("/appeals/24", **sent(page) | RULING).status_code == 403
    assert "属实" not in shared.people["茅店"].get("/appeals/24").text, "the unit sees it when it is signed"
    shown = approver.get("/appeals/24").text
    assert "属实" in shown
    assert "经办" in shown
    signed = approver.post("/appeals/24", **sent(shown))
    assert (signed.status_code, signed.headers["location"]) == (303, "/appeals/24")
    assert by(shared) == ("ruling", "签发")
    with Ledger(shared.path) as ledger:
        (ruling,) = [one.fact for one in ledger.events(kinds=("ruling",))]
    assert isinstance(ruling, Ruling)
    assert (ruling.granted, ruling.reason, ruling.document) == (True, "属实", "2号")
    assert waiting(shared.accounts, "ruling") == []
    assert approver.post("/appeals/24", **sent(shown)).status_code == 400, "it is signed once"
    assert "属实" in shared.people["茅店"].get("/appeals/24").text


def test_a_draft_can_be_sent_back_and_made_anew(shared: Office) -> None:
    editor, approver = shared.people["经办"], shared.people["签发"]
    page = editor.get("/appeals/24").text
    for reason in ("属实", "经核属实"):
        assert editor.post("/appeals/24/draft", **sent(page) | RULING | {"reason": reason}).status_code == 303
    (draft,) = waiting(shared.accounts, "ruling", "24")
    assert draft.one("reason") == "经核属实"
    shown = approver.get("/appeals/24").text
    assert approver.post("/appeals/24/return", **sent(shown)).status_code == 303
    assert waiting(shared.accounts, "ruling") == []
    before = shared.head()
    assert approver.post("/appeals/24", **sent(shown)).status_code == 400
    assert shared.head() == before


def test_a_publication_is_prepared_and_then_signed_by_another(shared: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    editor, approver, before = shared.people["经办"], shared.people["签发"], shared.head()
    page = editor.get("/publish/2023-05").text
    prepared = editor.post("/publish/2023-05/prepare", **sent(page), document="2号")
    assert (prepared.status_code, prepared.headers["location"]) == (303, "/publish/2023-05")
    assert shared.head() == before
    assert editor.post("/publish/2023-05", **sent(page)).status_code == 403
    shown = approver.get("/publish/2023-05").text
    assert "2号" in shown
    signed = approver.post("/publish/2023-05", **sent(shown))
    assert (signed.status_code, signed.headers["location"]) == (303, "/published")
    assert by(shared) == ("publish", "签发")
    with Ledger(shared.path) as ledger:
        last = [one.fact for one in ledger.events(kinds=("publish",))][-1]
    assert isinstance(last, Publish)
    assert last.document == "2号"
    assert 'class="fill"' not in shared.people["纪委"].get("/publish/2023-05").text


def test_nobody_signs_what_he_prepared(shared: Office) -> None:
    """Not even an account whose role was changed meanwhile."""
    editor, before = shared.people["经办"], shared.head()
    page = editor.get("/publish/2023-05").text
    assert editor.post("/publish/2023-05/prepare", **sent(page)).status_code == 303
    assert editor.post("/appeals/24/draft", **sent(editor.get("/appeals/24").text) | RULING).status_code == 303
    with shared.accounts.writing() as db:
        db.execute("update account set role = 'approver' where name = '经办'")
    for path in ("/publish/2023-05", "/appeals/24"):
        answer = editor.post(path, **sent(editor.get(path).text))
        assert answer.status_code == 403, path
    assert shared.head() == before


def test_what_moved_since_is_looked_at_again(shared: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    editor, approver = shared.people["经办"], shared.people["签发"]
    page = editor.get("/publish/2023-05").text
    ruling = editor.get("/appeals/24").text
    assert editor.post("/publish/2023-05/prepare", **sent(page)).status_code == 303
    assert editor.post("/appeals/24/draft", **sent(ruling) | RULING).status_code == 303
    shown = approver.get("/publish/2023-05").text
    assert approver.post("/appeals/24", **sent(approver.get("/appeals/24").text)).status_code == 303
    moved = shared.head()
    monkeypatch.setattr(now, "now_ms", lambda: LATER + 1000)
    stale = approver.post("/publish/2023-05", **sent(shown))
    assert stale.status_code == 409
    assert "重新制作" in stale.text
    assert editor.post("/publish/2023-05/prepare", **sent(page)).status_code == 409
    assert editor.post("/appeals/24/draft", **sent(ruling) | RULING).status_code == 409
    assert shared.head() == moved


def test_who_writes_is_the_account_and_nobody_else(shared: Office) -> None:
    unit = shared.people["茅店"]
    appeal = {"ticket": "GX-2", "unit": "茅店镇", "item": "诉求满意率", "at": "2023-06-05", "reason": "群众误评"}
    shown = unit.post("/appeals/preview", **appeal)
    assert shown.status_code == 200, shown.text[-500:]
    before = shared.head()
    assert unit.post("/appeals", **sent(shown.text) | {"by": "热线办"}).status_code in (400, 422)
    assert shared.head() == before
    assert unit.post("/appeals", **sent(shown.text)).status_code == 303
    assert by(shared) == ("record", "茅店")
    assert 'value="茅店"' in unit.get("/appeals/new").text
    assert 'type="text" name="by"' not in unit.get("/appeals/new").text
