"""Pages say what the commands say: the JSON byte for byte, the csv the very rows that are shown, a link that brings the page back."""

import csv
import html
import io
import random
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import pytest
from starlette.routing import compile_path

from kaoping import now
from kaoping.cli import main
from kaoping.web.routes import ADDRESSES
from ledger.store import Ledger
from tests.kaoping.web.conftest import LATER, NOW, Browser, let_in

AT = "2023-06-07T09:00"
SAME = [
    ("/2023-05", {}, ("score", "2023-05")),
    pytest.param("/2023-05", {"sheet": "hotline"}, ("score", "2023-05", "--sheet", "hotline"), marks=pytest.mark.slow),
    ("/2023-05", {"reading": "half_day=half_blocks"}, ("score", "2023-05", "--reading", "half_day=half_blocks")),
    ("/2023-05", {"known_on": "2023-05-01"}, ("score", "2023-05", "--known-on", "2023-05-01")),
    pytest.param("/2023年5月", {}, ("score", "2023-05"), marks=pytest.mark.slow),
    ("/appeals", {}, ("appeals",)),
    pytest.param("/rules/readings", {"period": "2023-05"}, ("readings", "2023-05"), marks=pytest.mark.slow),
    ("/2023-05/unit/茅店镇", {}, ("why", "茅店镇", "2023-05", "--brief")),
    ("/ticket/GX-1", {}, ("audit", "GX-1")),
    ("/ticket/GX-1", {"closed": "2023-05-05T17:30"}, ("audit", "GX-1", "--if", "closed=2023-05-05T17:30")),
    pytest.param("/ticket/GX-2", {"without": "联系", "round": "1"}, ("audit", "GX-2", "--without", "联系", "--round", "1"),
                 marks=pytest.mark.slow),
    ("/due", {"at": "2023-05-05T16:00"}, ("due", "--at", "2023-05-05T16:00")),
    (
        "/due", {"at": "2023-05-05T16:00", "unit": "茅店镇", "within": "1"},
        ("due", "--at", "2023-05-05T16:00", "--unit", "茅店镇", "--within", "1"),
    ),
]  # fmt: skip
"""(path, query, command) that say the same, as known at a moment."""
LONG = [
    ("/2023-05/unit/茅店镇", {"full": "1"}, ("why", "茅店镇", "2023-05")),
    ("/published", {}, ("recompute",)),
    ("/published", {"period": "2023-05"}, ("recompute", "2023-05")),
]
AT_ANY_TIME: list[tuple[str, dict[str, str], tuple[str, ...]]] = [
    ("/rules", {}, ("rules",)),
    ("/log", {}, ("batches",)),
    ("/rules/cases", {}, ("rules", "--check")),
    ("/aside", {}, ("aside",)),
]
QUICK = ("/2023-05", "/2023-05/unit/茅店镇", "/log", "/calendar/2023-05")
FILTERED = (
    "/2023-05", "/2023-05/unit/茅店镇", "/ticket/GX-1", "/due?at=2023-05-05T16:00", "/log", "/calendar/2023-05", "/appeals",
    "/rules", "/rules/cases", "/calendar/2023-05-06", "/2023-05/unit/茅店镇/months", "/published/23",
    "/ticket/GX-1?closed=2023-05-05T17:30",
    "/due?at=2023-05-05T16:00&act=closed",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser(office: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One for all: they only read."""
    with pytest.MonkeyPatch.context() as around:
        yield from let_in(office, tmp_path_factory.mktemp("read"), around)


def said(capsys: pytest.CaptureFixture[str], around: pytest.MonkeyPatch, *command: str) -> bytes:
    """What a command prints, of the ledger in this folder."""
    around.setattr(sys, "argv", ["kaoping", *command])
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code in (0, None), (command, told.err)
    return told.out.encode()


def address(path: str, form: str, query: dict[str, str]) -> str:
    return quote(path) + form + (f"?{urlencode(query)}" if query else "")


@pytest.mark.parametrize("as_of", ["22", pytest.param(AT, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("path", "query", "command"), SAME, ids=lambda one: str(one)[:40])
def test_the_json_is_the_commands(
    browser: Browser, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, path: str, query: dict[str, str],
    command: tuple[str, ...], as_of: str,
) -> None:  # fmt: skip
    told = browser.get(address(path, ".json", {**query, "as_of": as_of}))
    assert told.content == said(capsys, monkeypatch, *command, "--as-of", as_of, "--json")


@pytest.mark.parametrize(("path", "query", "command"), AT_ANY_TIME, ids=["rules", "log", "cases", "aside"])
def test_the_json_of_what_has_no_moment(
    browser: Browser, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, path: str, query: dict[str, str],
    command: tuple[str, ...],
) -> None:  # fmt: skip
    assert browser.get(address(path, ".json", query)).content == said(capsys, monkeypatch, *command, "--json")


@pytest.mark.slow
@pytest.mark.parametrize(("path", "query", "command"), LONG, ids=["every reading", "recompute", "recompute a period"])
def test_the_json_of_what_takes_its_time(
    browser: Browser, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, path: str, query: dict[str, str],
    command: tuple[str, ...],
) -> None:  # fmt: skip
    told = browser.get(address(path, ".json", query))
    assert told.content == said(capsys, monkeypatch, *command, "--json")


class Rows(HTMLParser):
    """The rows of a page's tables as a browser shows them, heads of two lines left out, and the numbers under a chart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.body = self.cell = self.chart = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "figure":
            self.chart = True
        if self.chart:
            return
        if tag == "table":
            self.tables.append([])
        if tag == "tbody":
            self.body = True
        if tag == "tr" and self.body:
            self.tables[-1].append([])
        if tag in ("td", "th") and self.body:
            self.tables[-1][-1].append("")
            self.cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure":
            self.chart = False
        if tag in ("td", "th"):
            self.cell = False
        if tag == "tbody":
            self.body = False

    def handle_data(self, data: str) -> None:
        if self.cell:
            self.tables[-1][-1][-1] += data


def rows_of_csv(text: str) -> list[list[list[str]]]:
    """The rows of each table in a csv, without titles and headings."""
    parts: list[list[list[str]]] = [[]]
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))):
        if row:
            parts[-1].append(row)
        else:
            parts.append([])
    above = 2 if len(parts) > 1 else 1
    return [part[above:] for part in parts]


def plain(tables: list[list[list[str]]]) -> list[list[list[str]]]:
    """Without the apostrophe that a csv sets before what a spreadsheet would reckon with."""
    return [[[cell.removeprefix("'") for cell in row] for row in table] for table in tables]


CHOICES: dict[str, tuple[list[str], list[str]]] = {}


def choices(browser: Browser, path: str) -> tuple[list[str], list[str]]:
    """What a page offers to order by, and texts of its cells to look for."""
    if path not in CHOICES:
        text = browser.get(quote(path, safe="/?=&:")).text
        offered = re.search(r'<select name="sort">.*?</select>', text, re.DOTALL)
        sorts = [html.unescape(one) for one in re.findall(r'<option value="(-?[^"]+)"', offered[0] if offered else "")]
        cells = sorted({cell for table in Rows(text).tables for row in table for cell in row if cell})
        CHOICES[path] = (sorts, cells)
    return CHOICES[path]


@pytest.mark.parametrize("seed", [*range(8), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(8, 60))])
def test_the_csv_is_the_rows_shown(browser: Browser, seed: int) -> None:
    draw = random.Random(seed)
    path = draw.choice(FILTERED if seed >= 8 else QUICK)
    sorts, cells = choices(browser, path)
    place, _, own = path.partition("?")
    query: dict[str, str] = dict(one.split("=") for one in own.split("&") if own)
    if draw.random() < 0.7:
        cell = draw.choice([*cells, "no cell holds this"])
        query["q"] = cell[: draw.randint(1, len(cell))]
    if sorts and draw.random() < 0.7:
        query["sort"] = draw.choice(sorts)
    if draw.random() < 0.3 and place == "/2023-05":
        query["group"] = draw.choice(["乡镇", "职能单位", "没有这一组"])
    shown = Rows(browser.get(address(place, "", query)).text).tables
    taken = rows_of_csv(browser.get(address(place, ".csv", query)).content.decode("utf-8"))
    assert plain(taken) == plain(shown)


def test_a_filter_narrows_and_orders(browser: Browser) -> None:
    whole = Rows(browser.get("/2023-05?sheet=hotline").text).tables[0]
    group = Rows(browser.get(address("/2023-05", "", {"sheet": "hotline", "group": "职能单位"})).text).tables[0]
    assert 0 < len(group) < len(whole)
    assert group == [row for row in whole if "职能单位" in row]
    worst = Rows(browser.get(address("/2023-05", "", {"sheet": "hotline", "sort": "得分"})).text).tables[0]
    assert [row[1] for row in worst] == ["茅店镇", "区档案馆", "区城管局"]
    assert "显示 1 行，共 3 行" in browser.get(address("/2023-05", "", {"sheet": "hotline", "q": "茅店"})).text


def test_what_the_json_cannot_narrow_is_refused(browser: Browser) -> None:
    for query in ({"q": "茅店"}, {"group": "乡镇"}, {"sort": "得分"}):
        for form in (".json", ".xlsx"):
            assert browser.client.get(address("/2023-05", form, query)).status_code == 400
    assert browser.client.get("/import.csv").status_code == 400
    for form in ("", ".csv"):
        unknown = browser.client.get(address("/2023-05", form, {"sort": "-得份"}))
        assert unknown.status_code == 400
        assert "得分" in unknown.text, "the headings that there are"
    assert browser.client.get("/2023-05?groop=x").status_code == 400
    assert browser.client.get("/2023-05?as_of=1&as_of=2").status_code == 400


@pytest.mark.parametrize(
    "path", ["/2023-05", "/2023-05/unit/茅店镇", pytest.param("/ticket/GX-1", marks=pytest.mark.slow), "/due"]
)
def test_the_link_brings_the_page_back(browser: Browser, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    first = browser.get(quote(path) + "?lang=en").text
    found = re.search(r'<a href="([^"]+)">This page as it is now', first)
    assert found
    link = html.unescape(found[1])
    monkeypatch.setattr(now, "now_ms", lambda: LATER + 30 * 86_400_000)
    again = browser.get(link).text
    assert Rows(again).tables == Rows(first).tables
    stamps = re.compile(r"<dl class=\"stamps\">.*?</dl>", re.DOTALL)
    assert stamps.search(again)[0] == stamps.search(first)[0]  # type: ignore[index]
    document, later = link.replace("?", ".json?"), browser.get(quote(path) + ".json").text
    assert browser.get(document).text != later, "a month later its instant is another"


FORMS = re.compile(r"\.(?:csv|json|xlsx)$")
READ = [(compile_path(one.path)[0], one) for one in ADDRESSES if one.method == "GET" and not one.shared]
NOT_LED_TO = {
    "/import/waiting/{upload}", "/import/waiting/{upload}/rows", "/import/waiting/{upload}/profile/{name}",
    "/import/waiting/{upload}/proposed",
    "/import/taken/{batches}", "/recorded/{position}", "/aside/{batch}", "/head", "/search", "/openapi",
}  # fmt: skip
"""Where forms and scripts lead, or facts that this ledger has not."""
LENGTHY = {"/rules/cases", "/rules/readings"}
"""Derived many times over: their page and their csv are tried once; their JSON is held beside that of the commands."""


def traits_of(link: str) -> set[tuple[str, str]]:
    """What an address has that one which differs in a name, a number or a moment alone has too: the route it leads to with its form,
    with each name that it asks, and with its language. It leads to a route, and asks no more than is answered there."""
    parts = urlsplit(link)
    form = (FORMS.findall(parts.path) or [""])[0]
    path, query = unquote(parts.path.removesuffix(form)), dict(parse_qsl(parts.query, keep_blank_values=True))
    route = next((one for pattern, one in READ if pattern.match(path)), None)
    assert route is not None, link
    language = query.pop("lang", "zh")
    assert {*query} <= {*route.asks}, link
    if route.path in LENGTHY:
        return {(route.path, form)} - {(route.path, ".json")}
    return {(route.path, one) for one in (form, language, *query)}


def links_in(answer: Any) -> list[str]:
    """The addresses of this desk that an answer names."""
    if answer.status_code == 303:
        return [answer.headers["location"]]
    found = re.findall(r'href="(/[^"]*)"', answer.text) if "html" in answer.headers["content-type"] else []
    return [html.unescape(one) for one in found if "/assets/" not in one]


@pytest.mark.slow
def test_every_link_leads_somewhere(browser: Browser) -> None:
    """Of addresses that are answered by the same lines one is tried that the seed draws, as each takes long with other readings: every
    route is, in each form and language that pages lead to it in, with every name it is asked with. Each other link leads to a route at
    least, and asks what is answered there."""
    draw = random.Random(20230501)
    waiting = ["/2023-05?lang=en&as_of=24", "/", "/due?at=2023-05-05T16:00"]
    told, tried = {*waiting}, set[tuple[str, str]]()
    while waiting:
        link = waiting.pop(draw.randrange(len(waiting)))
        traits = traits_of(link)
        other = re.match(r"/(?:publish/)?(20\d\d-\d\d)", link)
        if traits <= tried or (other and other[1] != "2023-05") or "full=1" in link:
            continue
        tried |= traits
        answer = browser.client.get(link)
        assert answer.status_code in (200, 303), (link, answer.text[-400:])
        fresh = [one for one in dict.fromkeys(links_in(answer)) if one not in told]
        told.update(fresh)
        waiting += fresh
    routes = {one.path for _, one in READ} - NOT_LED_TO
    assert {route for route, _ in tried} == routes
    assert {(route, code) for route in routes - LENGTHY for code in ("zh", "en")} <= tried


def test_pages_speak_the_language_asked_for(browser: Browser) -> None:
    chinese, english = browser.get("/2023-05").text, browser.get("/2023-05?lang=en").text
    assert '<html lang="zh-CN">' in chinese
    assert "得分" in chinese
    assert '<html lang="en">' in english
    assert "Skip to the content" in english
    assert "lang=en" in re.findall(r'href="([^"]*unit[^"]*)"', english)[0], "links keep it"
    assert browser.client.get("/2023-05?lang=fr").status_code == 400


def test_tables_are_read_aloud_rightly(browser: Browser) -> None:
    for path in (
        "/2023-05",
        "/2023-05/unit/茅店镇",
        "/ticket/GX-1",
        "/due?at=2023-05-05T16:00",
        "/log",
        "/calendar/2023-05",
    ):
        text = browser.get(quote(path, safe="/?=&:")).text
        tables = re.findall(r"<table>.*?</table>", text, re.DOTALL)
        assert tables
        for table in tables:
            assert "<caption>" in table, path
            assert all('scope="' in head for head in re.findall(r"<th\b[^>]*>", table))
        assert text.count("<h1>") == 1
        assert 'class="skip" href="#main"' in text
        assert not re.search(r'<script(?! src="/assets/)|style=|<img', text)


def test_a_ticket_has_its_line_and_what_it_cost(browser: Browser) -> None:
    text = browser.get("/ticket/GX-1").text
    assert '<svg class="life"' in text
    assert "√" in text
    assert "×" in text
    assert "假日" in text or "放假" in text or "劳动节" in text, "why each span counts or not"


def test_a_ticket_is_asked_what_had_been(browser: Browser) -> None:
    as_it_is = browser.get("/ticket/GX-1?lang=zh").text
    assert 'name="closed"' in as_it_is
    assert 'href="/2023-05?lang=zh"' in as_it_is, "back to its month"
    assert f'href="/2023-05/unit/{quote("茅店镇")}?lang=zh"' in as_it_is
    assert "reading=" in as_it_is, "to another reading that would change a verdict"
    supposed = browser.get("/ticket/GX-1?closed=2023-05-05T17:30").text
    assert 'value="2023-05-05T17:30"' in supposed
    assert Rows(supposed).tables
    assert browser.client.get("/ticket/GX-1?unit=x").status_code == 400
    assert browser.client.get("/ticket/GX-1?closed=someday").status_code == 400
    assert browser.client.get("/ticket/GX-1?closed=2023-05-05T17:30&round=x").status_code == 400


def test_acts_due_are_narrowed_by_what_is_to_do(browser: Browser) -> None:
    whole = browser.get("/due?at=2023-05-05T16:00").text
    assert "各灯件数" in whole
    assert "黄灯：" in whole
    assert "可复制的短信" in whole
    assert 'href="/2023-05"' in whole
    closing = browser.get(address("/due", "", {"at": "2023-05-05T16:00", "act": "办结"})).text
    acts = [row[1] for table in Rows(closing).tables[2:] for row in table]
    assert acts
    assert {*acts} == {"办结"}
    assert browser.client.get("/due?at=2023-05-05T16:00&act=closed").text.count("<tr") == closing.count("<tr")
    refused = browser.client.get("/due?act=whatever")
    assert refused.status_code == 400
    assert "签收 联系 办结 盖章" in refused.text
    for told in ("办结", "close"):
        assert browser.get(f"/due?at=2023-05-05T16:00&act={told}").text.count("<tr") == closing.count("<tr")
    assert browser.client.get("/due.json?act=closed").status_code == 400


def test_a_unit_has_its_twelve_months(browser: Browser) -> None:
    unit = quote("/2023-05/unit/茅店镇")
    assert f'href="{unit}/months"' in browser.get(unit).text
    text = browser.get(f"{unit}/months").text
    assert '<table data-chart="months">' in text
    rows = re.findall(r"<tbody>.*?</tbody>", text, re.DOTALL)[0]
    assert rows.count("<tr") == 12
    told = browser.get(f"{unit}/months.json").json()["sheets"][0]["months"]
    score = browser.get("/2023-05.json?sheet=hotline").json()["sheets"][0]["units"]
    mine = next(one for one in score if one["unit"] == "茅店镇")
    assert (told[-1]["period"], told[-1]["score"], told[-1]["rank"]) == ("2023-05", mine["score"], mine["rank"])
    assert told[-1]["published"] == mine["score"]
    assert told[0]["state"] == "nothing"


def test_a_publication_stands_beside_what_is_known_now(
    browser: Browser, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger(browser.path) as ledger:
        position = next(event.position for event in ledger.events(kinds=("publish",)))
    text = browser.get(f"/published/{position}").text
    assert "1号" in text
    assert f"{position - 1}:" in text, "the checkpoint"
    told = browser.get(f"/published/{position}.json").content
    assert told == said(capsys, monkeypatch, "diff", f"#{position}", "now", "--json")
    assert browser.client.get("/published/1").status_code == 400
    assert browser.client.get("/published?period=2022-01").status_code == 400


def test_a_calendar_tells_why_a_day_works(browser: Browser) -> None:
    text = browser.get("/calendar/2023-05").text
    assert "6 上班（调休）" in text
    assert "09:00" in text
    assert "工作日" in text


def test_a_day_has_its_hours_and_notice_as_known_then(browser: Browser) -> None:
    text = browser.get("/calendar/2023-05-06").text
    assert "09:00" in text
    assert "上班（调休）" in text
    then = browser.get("/calendar/2020-01-31?known_on=2020-01-25").text
    assert then != browser.get("/calendar/2020-01-31").text
    assert 'name="known_on" value="2020-01-25"' in then
    assert browser.client.get("/calendar/2023-05-32").status_code == 400
    assert 'href="/calendar/2023-05-06"' in browser.get("/calendar/2023-05").text


def test_a_calendar_edited_meanwhile_is_seen(
    browser: Browser, office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kaoping.files.folder import working_days
    from kaoping.files.places import data_folder

    for path in (data_folder() / "calendars").glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    before = working_days(tmp_path)
    hours = tmp_path / "hours.toml"
    hours.write_text(hours.read_text("utf-8").replace('"09:00", "12:00"', '"08:30", "12:00"'), "utf-8")
    assert working_days(tmp_path).digest() != before.digest()
    assert working_days(tmp_path) is working_days(tmp_path)


def test_what_went_wrong_is_told_as_a_page(browser: Browser) -> None:
    answer = browser.client.get(quote("/2023-05/unit/茅店"))
    assert answer.status_code == 400
    assert "茅店镇" in answer.text, "the unit most like it"
    assert "改正办法" in answer.text
    assert browser.client.get("/2023-05?as_of=99").status_code == 400
    assert browser.client.get("/calendar/1999-01").status_code == 422


def test_remedies_are_those_of_the_desk(browser: Browser) -> None:
    from kaoping.web.pages.wording import AT_THE_DESK
    from tests.kaoping.test_language import SAID

    assert {*AT_THE_DESK} <= SAID, "what nobody says any more"
    assert not [one for one in AT_THE_DESK.values() if re.search(r"kaoping [a-z]|--[a-z]", one.template)]
    for path in (
        "/appeals/1",
        quote("/2023-05/unit/没有这个单位"),
        "/2023-05?untold=x",
        "/2023-05?as_of=99",
        "/import/taken/99",
    ):
        text = browser.client.get(path).text
        assert "改正办法" in text, path
        assert not re.search(r"kaoping [a-z]|--[a-z]+ ", re.sub(r"<[^>]*>", "", text)), path


def test_there_is_no_ledger_yet(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = browser.path.with_name("elsewhere.db")
    browser.path.rename(gone)
    try:
        assert browser.client.get("/2023-05").status_code == 404
    finally:
        gone.rename(browser.path)


assert NOW < LATER
