"""The description of the JSON holds for the routes, both ways; and for what they answer."""

import re
from urllib.parse import quote

import pytest

from kaoping.web.api.described import DOCUMENTS, WORDLESS, openapi, plain
from kaoping.web.routes import ADDRESSES
from tests.kaoping.web.conftest import Browser

READ = {plain(one.path): one for one in ADDRESSES if one.method == "GET" and not getattr(one, "shared", False)}
PLACES = {
    "period": "2023-05",
    "month": "2023-05",
    "unit": "茅店镇",
    "ticket": "GX-1",
    "position": "23",
    "batch": "1",
    "batches": "1",
}
TYPES = {"string": str, "array": list, "object": dict, "integer": int, "boolean": bool, "null": type(None)}


def test_every_route_is_described_or_has_no_json_and_every_description_has_its_route() -> None:
    assert {*READ} == {*DOCUMENTS} | WORDLESS
    assert {*openapi()["paths"]} == {f"{path}.json" for path in DOCUMENTS}
    for path, one in openapi()["paths"].items():
        asked = {each["name"] for each in one["get"]["parameters"] if each["in"] == "query"}
        assert asked == {*READ[path.removesuffix(".json")].asks, "lang"} - {"q", "group", "sort"}, path


@pytest.mark.parametrize("path", [path for path, (_, keys) in DOCUMENTS.items() if keys])
def test_a_document_holds_what_is_said_of_it(browser: Browser, path: str) -> None:
    address = re.sub(r"\{(\w+)\}", lambda found: quote(PLACES[found[1]]), path)
    answer = browser.get(f"{address}.json")
    assert answer.headers["content-type"].startswith("application/json")
    document = answer.json()
    for name, schema in DOCUMENTS[path][1].items():
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        assert type(document[name]) in {TYPES[kind] for kind in kinds}, name
        if "pattern" in schema:
            assert re.search(schema["pattern"], document[name])


@pytest.mark.parametrize("path", ["/import", "/appeals/new", "/appeals/{position}", "/publish/{period}"])
def test_what_has_no_json_says_so(browser: Browser, path: str) -> None:
    address = path.replace("{position}", "24").replace("{period}", "2023-05").replace("{upload}", "0" * 64)
    address = address.replace("{name}", "hotline-log")
    assert browser.client.get(f"{address}.json").status_code == 400
