"""Who may what: every address by every role against a table written by hand; a unit learns nothing of another's tickets."""

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import attrs
import pytest

from kaoping.office.accounts.people import Role
from kaoping.web import app as application
from kaoping.web.accounts.rights import CLERK, RIGHTS, Right
from kaoping.web.desk import Elsewhere
from kaoping.web.gate import HEADERS
from kaoping.web.routes import ADDRESSES
from tests.kaoping.web.accounts.conftest import WHO, Office, put_up
from tests.kaoping.web.conftest import HOST
from tests.kaoping.web.test_gate import address, routes

E, A, U, C = "经办", "签发", "茅店", "纪委"
MAY: dict[tuple[str, str], str] = {
    ("GET", "/"): E + A + U + C, ("GET", "/{period}"): E + A + U + C, ("GET", "/published"): E + A + U + C,
    ("GET", "/due"): E + A + U + C, ("GET", "/ticket/{ticket:path}"): E + A + U + C,
    ("GET", "/{period}/unit/{unit:path}"): E + A + U + C,
    ("GET", "/rules"): E + A + U + C, ("GET", "/calendar"): E + A + U + C, ("GET", "/calendar/{month}"): E + A + U + C,
    ("GET", "/search"): E + A + U + C, ("GET", "/head"): E + A + U + C,
    ("GET", "/openapi"): E + A + U + C, ("GET", "/rules/cases"): E + A + U + C, ("GET", "/rules/readings"): E + A + C,
    ("GET", "/published/{position}"): E + A + C, ("GET", "/{period}/unit/{unit:path}/months"): E + A + U + C,
    ("GET", "/log"): E + A + C,
    ("GET", "/import/waiting/{upload}"): E, ("POST", "/import/waiting/{upload}"): E, ("GET", "/import/waiting/{upload}/rows"): E,
    ("GET", "/import/waiting/{upload}/profile/{name}"): E, ("GET", "/import/taken/{batches}"): E,
    ("GET", "/aside"): E, ("GET", "/aside/{batch}"): E, ("POST", "/aside/{batch}"): E, ("POST", "/aside/{batch}/preview"): E,
    ("GET", "/import/waiting/{upload}/proposed"): E,
    ("GET", "/record"): E, ("POST", "/record/preview"): E, ("POST", "/record"): E, ("GET", "/recorded/{position}"): E + A + C,
    ("GET", "/import"): E, ("POST", "/import/preview"): E, ("POST", "/import"): E,
    ("GET", "/appeals"): E + A + U + C, ("GET", "/appeals/{position}"): E + A + U + C,
    ("GET", "/appeals/new"): E + U, ("POST", "/appeals/preview"): E + U, ("POST", "/appeals"): E + U,
    ("POST", "/appeals/{position}/draft"): E, ("POST", "/appeals/{position}"): A, ("POST", "/appeals/{position}/return"): A,
    ("GET", "/publish/{period}"): E + A + C, ("POST", "/publish/{period}/prepare"): E,
    ("POST", "/publish/{period}"): A, ("POST", "/publish/{period}/return"): A,
    ("GET", "/password"): E + A + U + C, ("POST", "/password"): E + A + U + C, ("POST", "/leave"): E + A + U + C,
    ("GET", "/views"): C,
}  # fmt: skip
"""Each address, and the accounts that may."""


TICKETS = {"茅店": "GX-1", "城管": "GX-3"}
"""A ticket of each unit's own."""


def test_the_table_names_every_address() -> None:
    assert {*MAY} == {(one.method, one.path) for one in ADDRESSES}


def test_every_right_is_somebodys_and_every_role_is_listed() -> None:
    assert {*RIGHTS} == {*Role}
    assert frozenset().union(*RIGHTS.values()) == {*Right}
    assert {*Right} - CLERK == {Right.VIEWS, Right.DRAFT, Right.PREPARE}, (
        "at a desk without accounts nobody else is there"
    )
    assert not {Right.OFFICE, Right.IMPORT, Right.RULE, Right.VIEWS} & RIGHTS[Role.UNIT]


def test_what_writes_is_closed_to_units_unless_it_says_otherwise() -> None:
    wrote = {(one.method, one.path) for one in ADDRESSES if one.own and one.method == "POST"}
    assert wrote == {("POST", path) for path in ("/appeals/preview", "/appeals", "/password", "/leave")}


@pytest.fixture
def hollow(office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The desk with answers that are only told by where they lead: so that what is measured is the right."""
    done = [attrs.evolve(one, answer=lambda *_, **__: Elsewhere("/done")) for one in ADDRESSES]
    monkeypatch.setattr(application, "ADDRESSES", tuple(done))
    with ExitStack() as open_ones:
        yield put_up(office, tmp_path, monkeypatch, open_ones)


def test_every_address_by_every_role(hollow: Office) -> None:
    assert {*routes(hollow.app)} == {*MAY} | {("GET", "/enter"), ("POST", "/enter")} | {
        ("GET", path) for path in application.OPEN if path.startswith("/assets/")
    }
    for one in ADDRESSES:
        for name, person in hollow.people.items():
            asked = address(one)
            answer = person.get(asked) if one.method == "GET" else person.post(asked)
            may = (U if name == "城管" else name) in MAY[one.method, one.path]
            assert (answer.status_code, answer.headers.get("location")) == ((303, "/done") if may else (403, None)), (
                one,
                name,
            )
            assert {key: answer.headers.get(key) for key in HEADERS} == HEADERS
            if not may:
                assert "职责" in answer.text, "it says which role may"


def test_a_stranger_is_sent_to_sign_in_and_told_nothing(hollow: Office) -> None:
    stranger = hollow.browser()
    for one in ADDRESSES:
        asked = address(one)
        if one.method == "GET":
            answer = stranger.get(asked)
            assert (answer.status_code, answer.headers["location"].startswith("/enter")) == (303, True)
            assert stranger.get(f"{asked}.json").status_code == 401
        else:
            assert stranger.post(asked, headers={"Origin": HOST}).status_code == 401
        assert {key: answer.headers.get(key) for key in HEADERS} == HEADERS


def test_every_form_needs_its_token_and_its_origin(hollow: Office) -> None:
    for one in [one for one in ADDRESSES if one.method == "POST"]:
        name = next(name for name in WHO if name in MAY[one.method, one.path])
        person, other = hollow.people[name], hollow.people["城管"]
        for fields, headers in (
            ({}, {"Origin": HOST}), ({"token": other.token}, {"Origin": HOST}), ({"token": person.token}, {}),
            ({"token": person.token}, {"Origin": "http://evil.example"}), ({"token": person.token}, {"Origin": "null"}),
            ({"token": person.token}, {"Origin": HOST, "Sec-Fetch-Site": "cross-site"}),
            ({"token": person.token}, {"Origin": HOST, "Sec-Fetch-Site": "same-site"}),
        ):  # fmt: skip
            assert person.client.post(address(one), data=fields, headers=headers).status_code == 403, (
                one,
                fields,
                headers,
            )


# what a unit learns


def same(text: str, name: str) -> str:
    """What a page tells, without what was asked for and the token of who asks."""
    told = text.partition("<main")[2].partition("</main>")[0] or text
    return re.sub(r'name="token" value="\w+"', "", told.replace(name, "?"))


def test_anothers_ticket_is_as_one_that_is_not_there(shared: Office) -> None:
    unit = shared.people["茅店"]
    assert unit.get("/ticket/GX-1").status_code == 200
    for form in ("", ".json", ".csv"):
        theirs, nobodys = unit.get(f"/ticket/GX-3{form}"), unit.get(f"/ticket/GX-9{form}")
        assert (theirs.status_code, same(theirs.text, "GX-3")) == (nobodys.status_code, same(nobodys.text, "GX-9"))
        assert theirs.status_code == 400
    appeal = {"unit": "茅店镇", "item": "工单签收率", "at": "2023-06-05", "reason": "平台故障", "head": "24:"}
    for path in ("/appeals/preview", "/appeals"):
        texts = []
        for ticket in ("GX-3", "GX-9"):
            answer = unit.post(path, ticket=ticket, **appeal)
            texts.append((answer.status_code, same(answer.text, ticket)))
        assert texts[0] == texts[1]
    others = unit.post("/appeals/preview", ticket="GX-3", **{**appeal, "unit": "区城管局"})
    assert others.status_code == 422
    assert "区城管局" not in others.text.replace('value="区城管局"', "")


def test_a_search_finds_a_unit_nothing_of_anothers(shared: Office) -> None:
    mine, other = shared.people["茅店"], shared.people["城管"]
    assert mine.get("/search?q=GX-1").headers["location"] == "/ticket/GX-1"
    assert "/ticket/GX-2" in mine.get("/search?q=GX").text
    texts = [other.get(f"/search?q={one}").text.replace(one, "?") for one in ("GX-1", "GX-77")]
    assert texts[0] == texts[1], "as if there were none"
    found = other.get("/search?q=GX").text
    assert "/ticket/GX-3" in found
    assert not re.search(r"/ticket/GX-[12]", found)
    assert "茅店镇" not in other.get("/search?q=镇").text
    assert "/ticket/GX-1" in shared.people["经办"].get("/search?q=GX").text


def test_anothers_appeal_is_as_none(shared: Office) -> None:
    assert "GX-1" in shared.people["茅店"].get("/appeals/24").text
    other = shared.people["城管"]
    theirs, nobodys = other.get("/appeals/24"), other.get("/appeals/77")
    assert (theirs.status_code, same(theirs.text, "24")) == (nobodys.status_code, same(nobodys.text, "77"))
    listed = other.get("/appeals")
    assert listed.status_code == 200
    assert "GX-1" not in listed.text
    assert "茅店镇" not in listed.text
    assert other.get("/appeals?unit=茅店镇").status_code == 403


@pytest.mark.slow
def test_a_unit_learns_of_no_other_units_tickets(opened: Office) -> None:
    """Every page that a unit may ask for, in every form and with every name that might widen it."""
    theirs = {"茅店": ("GX-3", "GX-4"), "城管": ("GX-1", "GX-2")}
    names = {"茅店": "区城管局", "城管": "茅店镇"}
    asked = 0
    for who, tickets in theirs.items():
        unit, other, own = opened.people[who], names[who], WHO[who][1]
        pages = [
            "/2023-05", "/2023-06", "/2023-Q2", "/2023", f"/2023-05/unit/{own}", f"/2023-05/unit/{other}", "/due", "/published",
            f"/due?unit={other}", "/due?at=2023-05-12T12:00", f"/due?at=2023-05-12T12:00&unit={other}", "/due?at=2023-05-05T12:00",
            "/appeals", f"/appeals?unit={other}", "/appeals/24", "/rules", "/calendar/2023-05", "/log", "/views", "/import",
            "/publish/2023-05", f"/2023-05/unit/{own}?full=1", f"/2023-06/unit/{own}", "/2023-05?q=GX", "/appeals/new?ticket=",
            f"/2023-05/unit/{own}/months", f"/2023-05/unit/{other}/months", "/rules/readings", "/published/23", "/rules/cases",
            "/due?act=closed&at=2023-05-12T12:00", "/search?q=GX", f"/search?q={other}",
            "/head", "/aside", f"/ticket/{TICKETS[who]}?signed=2023-05-04T11:20",
        ]  # fmt: skip
        for page in pages:
            path, mark, query = page.partition("?")
            for form in ("", ".json", ".csv", ".xlsx"):
                answer = unit.get(f"{path}{form}{mark}{query}")
                asked += 1
                assert answer.status_code < 500, (page, form, answer.text[-300:])
                for ticket in tickets:
                    assert ticket.encode() not in answer.content, (who, page, form)
    assert asked == 288


def test_a_unit_sees_what_was_published_and_nothing_newer(shared: Office) -> None:
    unit = shared.people["茅店"]
    assert unit.get("/").headers["location"] == "/2023-05"
    page = unit.get("/2023-05")
    assert page.status_code == 200
    assert "区城管局" in page.text, "the ranking is everybody's"
    assert f"/2023-05/unit/{'区城管局'}" not in page.text
    assert unit.get("/2023-06").status_code == 404
    assert unit.get("/2023-05/unit/区城管局").status_code == 403
    assert unit.get("/2023-05/unit/没有的单位").status_code == 403
    assert unit.get("/2023-05/unit/茅店镇").status_code == 200
    assert unit.get("/2023-05/unit/茅店镇?as_of=21").status_code == 404
    assert unit.get("/2023-05.xlsx").status_code == 400


@pytest.mark.parametrize(("desk", "told"), [("shared", False), ("opened", True)])
def test_an_appeal_tells_a_unit_what_it_is_worth_and_not_how_units_stand(
    request: pytest.FixtureRequest, desk: str, told: bool
) -> None:
    office: Office = request.getfixturevalue(desk)
    unit = office.people["茅店"]
    listed = unit.get("/appeals.json").json()
    assert bool(listed["restated"]) == told
    worth = [one for case in listed["appeals"] for one in case["worth"]]
    assert worth
    assert all((one["with"] is not None) == told for one in worth)
    fields = {
        "ticket": "GX-1",
        "unit": "茅店镇",
        "item": "signing",
        "at": "2023-06-07",
        "reason": "故障",
        "document": "",
    }
    pages = [
        unit.get("/appeals").text,
        unit.get("/appeals/24").text,
        unit.post("/appeals/preview", **fields, head="").text,
    ]
    for page, word in zip(pages, ("重算后", "准则得分", "准则得分"), strict=True):
        assert (word in page) == told, word
    assert office.people["经办"].get("/appeals.json").json()["restated"]


def test_where_the_office_opens_it_a_unit_sees_its_own_line_before(opened: Office) -> None:
    unit = opened.people["茅店"]
    page = unit.get("/2023-04?provisional=1")
    assert page.status_code == 200, page.text[-400:]
    assert "尚未公布" in page.text
    assert "区城管局" not in page.text
