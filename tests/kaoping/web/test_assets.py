"""What pages load: the desk's own and what was taken over unchanged, by its hash and with its licence; nothing from elsewhere."""

import re
import tomllib
from hashlib import sha256

import pytest
from starlette.testclient import TestClient

from kaoping.web.assets import ASSETS, FOLDER, asset_path
from tests.kaoping.web.conftest import Browser

VENDOR = FOLDER / "vendor"
LISTED = tomllib.loads((VENDOR / "vendored.toml").read_text("utf-8"))["file"]
NAMES_ONLY = (
    "http://www.w3.org/",
    "http://www.apache.org/licenses/LICENSE-2.0",
    "https://github.com/ecomfe/zrender/blob/master/LICENSE",
)
"""Addresses in what was taken over: names of XML, and where a licence is read. None is loaded."""


@pytest.mark.parametrize("one", LISTED, ids=lambda one: one["name"])
def test_what_was_taken_over_is_unchanged_and_has_its_licence_beside_it(one: dict[str, object]) -> None:
    data = (VENDOR / str(one["name"])).read_bytes()
    assert sha256(data).hexdigest() == one["sha256"]
    assert isinstance(one["texts"], list)
    assert all(len((VENDOR / name).read_text("utf-8")) > 100 for name in one["texts"])
    assert {"package", "version", "taken_from", "licence"} <= one.keys()


def test_nothing_lies_there_that_is_not_listed() -> None:
    told = {one["name"] for one in LISTED} | {name for one in LISTED for name in one["texts"]} | {"vendored.toml"}
    assert {path.name for path in VENDOR.iterdir()} == told


@pytest.mark.parametrize("name", ASSETS)
def test_no_file_names_another_host(name: str) -> None:
    found = re.findall(r"https?://[^\"'` )\\]*", (FOLDER / name).read_text("utf-8"))
    assert [one for one in found if not one.startswith(NAMES_ONLY)] == []
    assert not re.search(r"@import|url\(\s*[\"']?(?!data:|#)", (FOLDER / name).read_text("utf-8")) or name.startswith(
        "vendor/"
    )


def test_own_scripts_say_nothing_and_make_no_code_of_texts() -> None:
    for path in FOLDER.glob("*.js"):
        text = re.sub(r"//.*$|/\*.*?\*/", "", path.read_text("utf-8"), flags=re.MULTILINE)
        assert text.isascii(), path
        assert not re.search(r"\beval\b|new Function|innerHTML|insertAdjacentHTML|document\.write", text), path
        assert not re.search(r'"[A-Za-z]+ [a-z]+ [a-z ]+[.?!]?"', re.sub(r'"use strict"|"#[^"]*"', "", text)), path


def test_a_browser_keeps_a_file_by_its_version_alone(browser: Browser) -> None:
    assert "immutable" in browser.get(asset_path("desk.js")).headers["cache-control"]
    assert browser.get("/assets/desk.js").headers["cache-control"] == "no-store"
    assert browser.get("/assets/desk.js?v=older").headers["cache-control"] == "no-store"
    assert browser.get("/log").headers["cache-control"] == "no-store"


def test_every_page_names_the_head_it_was_drawn_at(browser: Browser) -> None:
    position, digest = browser.head()
    now = f"{position}:{digest}"
    assert f'data-head="{now}"' in browser.get("/log").text
    assert "data-head" not in browser.get("/2023-05?as_of=24").text, "what was known then does not change"
    answer = browser.get("/head")
    assert (answer.text, answer.headers["etag"]) == (f"{now}\n", f'"{now}"')
    assert len(answer.content) < 100
    client: TestClient = browser.client
    again = client.get("/head", headers={"If-None-Match": f'"{now}"'})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/head", headers={"If-None-Match": '"1:00"'}).status_code == 200
    assert client.get("/head.json").status_code == 400


def test_a_search_leads_to_the_ticket_or_lists_what_is_like_it(browser: Browser) -> None:
    found = browser.client.get("/search?q=GX-1")
    assert (found.status_code, found.headers["location"]) == (303, "/ticket/GX-1")
    assert browser.client.get("/search?q=gx-1&as_of=20").headers["location"] == "/ticket/GX-1?as_of=20"
    listed = browser.get("/search?q=GX").text
    assert "/ticket/GX-1" in listed
    assert "/ticket/GX-2" in listed
    assert "/2023-05/unit/" in browser.get("/search?q=镇").text
    for text in ("%", "_", "\\", "<b>", ""):
        answer = browser.get("/search?q=" + text.replace("%", "%25"))
        assert "/ticket/" not in answer.text, text
        assert "<b>" not in answer.text
