"""Facts entered in forms: what each would move is shown, then it is recorded; a void takes it back."""

import pytest

from ledger.store import Ledger
from tests.kaoping.web.conftest import Browser
from tests.kaoping.web.test_writing import sent

FINDING = {
    "kind": "finding", "item": "受到群众表扬", "unit": "区城管局", "ticket": "", "role": "", "mode": "", "count": "", "document": "3号",
    "at": "2023-05-21", "by": "热线办",
}  # fmt: skip
EXEMPT = {
    "kind": "exempt", "ticket": "GX-2", "unit": "茅店镇", "item": "诉求满意率", "at": "2023-06-06", "reason": "群众误评",
    "document": "4号", "by": "",
}  # fmt: skip


def test_a_finding_is_weighed_recorded_and_taken_back(browser: Browser) -> None:
    before = browser.head()
    assert 'name="item"' in browser.get("/record").text
    score = browser.get("/2023-05.json?sheet=hotline").json()["sheets"][0]["units"]
    shown = browser.post("/record/preview", **FINDING)
    assert shown.status_code == 200, shown.text[-500:]
    assert browser.head() == before, "a preview writes nothing"
    assert "录入之后" in shown.text
    told = browser.post("/record", **sent(shown.text))
    assert (told.status_code, told.headers["location"]) == (303, f"/recorded/{before[0] + 1}"), told.text[-500:]
    page = browser.get(told.headers["location"]).text
    assert "区城管局" in page
    assert f"/record?kind=void&amp;fact={before[0] + 1}" in page
    with Ledger(browser.path) as ledger:
        assert ledger.batches()[-1].by == "热线办"
    assert browser.get("/2023-05.json?sheet=hotline").json()["sheets"][0]["units"] != score
    undo = {"kind": "void", "fact": f"#{before[0] + 1}", "at": "2023-06-07", "reason": "录错", "by": ""}
    taken_back = browser.post("/record/preview", **undo)
    assert "由它作废的" in taken_back.text
    assert browser.post("/record", **sent(taken_back.text)).status_code == 303
    assert browser.get("/2023-05.json?sheet=hotline").json()["sheets"][0]["units"] == score


def test_an_exemption_moves_what_it_was_said_to(browser: Browser) -> None:
    shown = browser.post("/record/preview", **EXEMPT)
    assert "71.00" in shown.text
    assert browser.post("/record", **sent(shown.text)).status_code == 303
    assert "71.00" in browser.get("/2023-05?sheet=hotline").text
    stale = browser.post("/record", **sent(shown.text))
    assert stale.status_code in (409, 422)


@pytest.mark.parametrize(
    ("field", "value"),
    [("unit", "区水利局"), ("document", ""), ("at", "someday"), ("item", "无此项"), ("kind", "publish")],
)
def test_what_speaks_against_an_entry_is_told_on_its_form(browser: Browser, field: str, value: str) -> None:
    before = browser.head()
    told = browser.post("/record/preview", **{**FINDING, field: value})
    assert told.status_code == (400 if field == "kind" else 422)
    assert field == "document" or field == "kind" or 'value="3号"' in told.text
    assert browser.head() == before


def test_a_unit_and_its_other_name_are_entered(browser: Browser) -> None:
    for fields in (
        {"kind": "enrol", "unit": "江口镇", "group": "乡镇", "at": "2023-05-01", "by": ""},
        {"kind": "alias", "unit": "江口镇", "name": "江口镇政府", "at": "2023-05-01", "by": ""},
    ):
        shown = browser.post("/record/preview", **fields)
        assert shown.status_code == 200, shown.text[-400:]
        assert browser.post("/record", **sent(shown.text)).status_code == 303
    assert "江口镇" in browser.get("/2023-05").text
