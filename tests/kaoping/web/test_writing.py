"""Forms: what would come of it is shown, and only then done; a form made from an older ledger is asked again."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from kaoping import now
from kaoping.language.language import Language
from kaoping.web.filled import Upload
from kaoping.web.forms.uploads import KEPT, Wish, harmless, store
from ledger.batches import Source
from ledger.facts import Alias
from ledger.store import Ledger
from tests.kaoping.test_cli import LOG
from tests.kaoping.web.conftest import HOST, LATER, Browser

JUNE = LOG.replace("GX-", "JX-").replace("2023-05-", "2023-06-").replace("2023-04-28", "2023-06-02")
RULING = {"granted": "true", "at": "2023-06-06", "reason": "属实", "document": "2号", "by": "分管领导"}
HOSTILE = [
    "../../etc/passwd", "..\\..\\x.csv", "/abs/a.csv", "C:\\导出\\五月.csv", "a\x00b.csv", ".hidden", "con.csv", "nul", "..",
    "长" * 300 + ".csv", "<b>&.csv",
]  # fmt: skip


def sent(text: str) -> dict[str, str]:
    """The hidden fields of the form on a page, but for its token."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text)
    return {name: html.unescape(value) for name, value in found if name not in ("token", "lang")}


def test_a_log_is_shown_then_taken(browser: Browser) -> None:
    before = browser.head()
    assert "multipart/form-data" in browser.get("/import").text
    shown = browser.upload(("六月.csv", JUNE.encode()), by="热线办")
    assert shown.status_code == 200
    assert "六月.csv" in shown.text
    assert "演练" in shown.text
    assert browser.head() == before, "a preview writes nothing"
    taken = browser.post("/import", **sent(shown.text))
    assert taken.status_code == 303, taken.text[-500:]
    told = browser.get(taken.headers["location"]).text
    assert "六月.csv" in told
    assert 'href="/2023-06"' in told
    assert browser.head()[0] == before[0] + 18
    with Ledger(browser.path) as ledger:
        batch = ledger.batches()[-1]
    assert (batch.name, batch.by, batch.rows, batch.accepted) == ("六月.csv", "热线办", 18, 18)
    again = browser.post("/import", **sent(shown.text))
    assert again.status_code == 400, "an upload is taken once"


def test_a_stale_form_is_asked_again(browser: Browser) -> None:
    shown = browser.upload(("六月.csv", JUNE.encode()))
    other = browser.upload(("七月.csv", JUNE.replace("JX-", "KX-").encode()))
    assert browser.post("/import", **sent(other.text)).status_code == 303
    moved = browser.head()
    asked = browser.post("/import", **sent(shown.text))
    assert asked.status_code == 409
    assert "台账已有更新" in asked.text
    assert browser.head() == moved
    assert browser.post("/import", **sent(asked.text)).status_code == 303
    assert browser.head()[0] == moved[0] + 18


def test_what_cannot_be_read_is_told_with_its_place(browser: Browser) -> None:
    before = browser.head()
    bad = browser.upload(("坏.csv", LOG.replace("2023-05-10 09:30:00", "5月4日").encode()))
    assert bad.status_code == 200
    assert "5月4日" in bad.text
    assert "改正办法" in bad.text
    all_bad = browser.upload(("全坏.csv", re.sub(r"2023-\d\d-\d\d", "某日", LOG).encode()))
    assert all_bad.status_code == 422
    assert "Take it" not in all_bad.text
    assert "入账</button>" not in all_bad.text
    for data in (b"", b"\x00\x01\x02", "甲,乙\n1,2\n".encode()):
        told = browser.upload(("x.csv", data))
        assert (told.status_code, "x.csv" in told.text) == (422, True)
        assert "kaoping-desk" not in told.text, "it is named as its sender does"
        assert str(browser.path.parent) not in told.text
    assert browser.post("/import/preview").status_code == 400
    assert browser.post("/import", upload="../" * 10, head="0:").status_code == 400
    assert browser.upload(("六月.csv", JUNE.encode()), profile="/etc/passwd").status_code == 422
    assert browser.head() == before


def test_the_first_import_makes_the_ledger(browser: Browser) -> None:
    for path in browser.path.parent.glob("kaoping.db*"):
        path.unlink()
    assert browser.client.get("/").headers["location"] == "/import"
    shown = browser.upload(("五月.csv", LOG.encode()))
    assert not browser.path.exists(), "a rehearsal leaves none behind"
    assert browser.post("/import", **sent(shown.text)).status_code == 303
    assert browser.head()[0] == 18


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_an_upload_stays_in_its_folder(tmp_path: Path, name: str) -> None:
    path = store(tmp_path, [Upload(name, b"x")], Wish(), "").files[0]
    assert path.parent.parent.parent.parent == tmp_path
    assert path.read_bytes() == b"x"
    assert not set(path.name) & set('<>:"/\\|?*\x00')
    assert len(path.name.encode()) < 200
    assert harmless("五月.csv") == "五月.csv"


def test_two_who_bring_the_same_file_have_each_their_own(tmp_path: Path) -> None:
    one, other = (store(tmp_path, [Upload("a.csv", b"x")], Wish(), whose) for whose in ("甲", "乙"))
    assert one.place != other.place
    assert store(tmp_path, [Upload("a.csv", b"x")], Wish(), "甲").place == one.place


def test_few_uploads_wait(tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        store(tmp_path, [Upload("a.csv", str(number).encode())], Wish(), "")
    assert len([*tmp_path.iterdir()]) == KEPT


def test_a_page_kept_by_its_link_does_not_move_with_the_ledger(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = ("/2023-05?sheet=hotline", "/due", "/due?at=2023-05-05T16:00")
    first = [browser.get(path).text for path in paths]
    links = [html.unescape(re.findall(r'<a href="([^"]+)">可复现链接', text)[0]) for text in first]
    monkeypatch.setattr(now, "now_ms", lambda: LATER + 1)
    shown = browser.upload(("六月.csv", LOG.replace("GX-", "JX-").encode()))
    assert browser.post("/import", **sent(shown.text)).status_code == 303
    tables = re.compile(r"<table>.*?</table>", re.DOTALL)
    for path, text, link in zip(paths, first, links, strict=True):
        plain = [re.sub(r'href="[^"]*"', "", one) for one in tables.findall(text)]
        again = [re.sub(r'href="[^"]*"', "", one) for one in tables.findall(browser.get(link).text)]
        assert again == plain, path
    assert tables.findall(browser.get(paths[-1]).text) != tables.findall(first[-1]), "without it the page has moved"


APPEAL = {
    "ticket": "GX-2",
    "unit": "茅店镇",
    "item": "诉求满意率",
    "at": "2023-06-05",
    "reason": "群众误评",
    "document": "",
    "by": "",
}


def test_an_appeal_is_weighed_then_recorded_then_ruled_on(browser: Browser) -> None:
    before = browser.head()
    assert 'value="GX-2"' in browser.get(f"/appeals/new?ticket=GX-2&unit={quote('茅店镇')}&item=satisfaction").text
    linked = browser.get(f"/appeals/new?ticket=GX-2&unit={quote('茅店镇')}&item=signing").text
    assert '<option value="signing"' not in linked, "an item has its name"
    shown = browser.post("/appeals/preview", **APPEAL)
    assert shown.status_code == 200, shown.text[-800:]
    assert "+25.00" in shown.text
    assert browser.head() == before
    recorded = browser.post("/appeals", **sent(shown.text))
    position = before[0] + 1
    assert (recorded.status_code, recorded.headers["location"]) == (303, f"/appeals/{position}"), (
        "it may be asked for again"
    )
    assert browser.head()[0] == position
    page = browser.get(f"/appeals/{position}").text
    assert "+25.00" in page, "its effect stands there before anything is decided"
    assert "裁定对其他单位的影响" in page, "and whom else it would move"
    moved = re.search(r"裁定对其他单位的影响.*?</table>", page, re.DOTALL)
    assert moved
    assert "区档案馆" in moved[0], "which has the mean of the others"
    assert "茅店镇" not in moved[0]
    assert "85.50" in moved[0]
    assert f"#{position}" in browser.get("/appeals").text
    ruling = {**sent(page), **RULING}
    ruled = browser.post(f"/appeals/{position}", **ruling)
    assert (ruled.status_code, ruled.headers["location"]) == (303, f"/appeals/{position}")
    assert browser.head()[0] == position + 2, "the ruling and the exemption it gives"
    scored = browser.get("/2023-05?sheet=hotline").text
    assert "71.00" in scored
    assert "85.50" in scored, "as it was told before"
    stale = browser.post(f"/appeals/{position}", **ruling)
    assert stale.status_code == 409
    assert 'value="2号"' in stale.text, "what was filled in is not lost"


def test_what_speaks_against_an_appeal_or_ruling_is_told_on_its_form(browser: Browser) -> None:
    before = browser.head()
    for field, value in (
        ("ticket", "GX-9"),
        ("unit", "区水利局"),
        ("item", "whatever"),
        ("at", "someday"),
        ("at", "2023-06-08"),  # tomorrow
        ("at", "2023-05-05T15:29"),  # before the ticket was sent
        ("reason", ""),
    ):
        told = browser.post("/appeals/preview", **{**APPEAL, field: value})
        assert told.status_code == 422, field
        assert "群众误评" in told.text or field == "reason"
    page = browser.get("/appeals/24").text
    early = {**sent(page), "granted": "true", "at": "2023-05-01", "reason": "属实", "document": "2号"}
    told = browser.post("/appeals/24", **early)
    assert told.status_code == 422
    assert 'value="2023-05-01"' in told.text
    assert browser.post("/appeals/24", **{**early, "at": "2023-06-06", "granted": "perhaps"}).status_code == 422
    assert browser.client.get("/appeals/1").status_code == 400
    assert browser.head() == before


def test_a_period_is_checked_then_published(browser: Browser) -> None:
    before = browser.head()
    page = browser.get("/publish/2023-05").text
    assert "台账完好" in page
    assert "#24" in page, "an appeal awaits its ruling"
    assert "结果相同" in page or "同" in page
    published = browser.post("/publish/2023-05", **sent(page), document="2号", by="热线办")
    assert (published.status_code, published.headers["location"]) == (303, "/published"), "it may be asked for again"
    assert browser.head()[0] == before[0] + 1
    assert "2023-05" in browser.get("/published").text
    assert browser.post("/publish/2023-05", **sent(page), document="3号").status_code == 409
    assert browser.client.get("/publish/2022-03").status_code == 400


def test_what_was_not_looked_at_is_not_published(browser: Browser) -> None:
    before = browser.head()
    form = sent(browser.get("/publish/2023-05").text)
    assert browser.post("/publish/2023-05", **form | {"shown": "0" * 64}).status_code == 409
    assert browser.head() == before
    assert browser.post("/publish/2023-05", **form).status_code == 303


def test_who_imports_while_a_form_is_being_written_makes_it_stale(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form was fresh when it came in; the ledger moves before it is written."""
    shown = browser.upload(("六月.csv", JUNE.encode()))
    forms = {
        "/import": sent(shown.text),
        "/publish/2023-05": sent(browser.get("/publish/2023-05").text),
        "/appeals/24": sent(browser.get("/appeals/24").text) | RULING,
    }
    with Ledger(browser.path) as ledger:
        ledger.append(
            Source(
                name="x",
                sha256="",
                profile="",
                rows=1,
                facts=[(1, Alias(name="甲", unit="茅店镇", at=1_686_016_800_000))],
            ),
            1_686_016_800_000,
        )
    moved = browser.head()
    for module in ("imports", "publishing", "appeals"):
        monkeypatch.setattr(f"kaoping.web.forms.{module}.is_stale", lambda *_: False)
    for path, form in forms.items():
        assert browser.post(path, **form).status_code == 409, path
    assert browser.head() == moved


def test_what_speaks_against_publishing_must_be_accepted(browser: Browser) -> None:
    shown = browser.upload(("六月.csv", JUNE.encode()))
    assert browser.post("/import", **sent(shown.text)).status_code == 303
    page = browser.get("/publish/2023-06").text
    assert 'name="accept" value="running"' in page
    before = browser.head()
    assert browser.post("/publish/2023-06", **sent(page)).status_code == 422
    assert browser.head() == before
    assert browser.post("/publish/2023-06", **sent(page), accept="running").status_code == 303
    assert browser.head()[0] == before[0] + 1


def test_a_form_from_elsewhere_writes_nothing(browser: Browser) -> None:
    before = browser.head()
    page = browser.get("/publish/2023-05").text
    fields = {"token": browser.token, **sent(page)}
    assert (
        browser.client.post("/publish/2023-05", data=fields, headers={"Origin": "http://evil.example"}).status_code
        == 403
    )
    assert (
        browser.client.post("/publish/2023-05", data={**fields, "token": "x"}, headers={"Origin": HOST}).status_code
        == 403
    )
    assert browser.head() == before


def test_forms_have_labels_in_both_languages(browser: Browser) -> None:
    for path in ("/import", "/appeals/new", "/appeals/24", "/publish/2023-05"):
        for language in ("zh", "en"):
            text = browser.get(f"{path}?lang={language}").text
            shown = re.findall(r'<(?:input|select|textarea) id="([^"]+)"', text)
            labels = re.findall(r'<label[^>]* for="([^"]+)"', text)
            assert shown
            assert {*shown} <= {*labels}, path
    assert Language("en").say("Import") == "Import"


def test_a_reason_of_several_lines_becomes_one(browser: Browser) -> None:
    shown = browser.post("/appeals/preview", **{**APPEAL, "reason": "平台故障\r\n当日无法登录"})
    assert shown.status_code == 200
    assert "平台故障 当日无法登录" in shown.text


def test_who_writes_is_kept_with_the_batch(browser: Browser) -> None:
    shown = browser.post("/appeals/preview", **{**APPEAL, "by": "茅店镇 值班员"})
    assert browser.post("/appeals", **sent(shown.text)).status_code == 303
    with Ledger(browser.path) as ledger:
        assert ledger.batches()[-1].by == "茅店镇 值班员"
    assert browser.post("/appeals/preview", **{**APPEAL, "by": "a\u202eb"}).status_code in (200, 400)


@pytest.mark.slow
def test_several_who_write_at_once_lose_nothing(browser: Browser) -> None:
    """Each asks again until its own is in; others read meanwhile."""
    before, count, threads = browser.head()[0], 3, 4

    def write(number: int) -> int:
        asked = 0
        for each in range(count):
            fields = {**APPEAL, "reason": f"理由 {number}-{each}"}
            answer = browser.post("/appeals/preview", **fields)
            while True:
                asked += 1
                answer = browser.post("/appeals", **sent(answer.text))
                if answer.status_code == 303:
                    break
                assert answer.status_code == 409, answer.text[-300:]
            assert browser.client.get("/log").status_code == 200
        return asked

    with ThreadPoolExecutor(threads) as pool:
        asked = sum(pool.map(write, range(threads)))
    assert asked >= count * threads
    with Ledger(browser.path) as ledger:
        assert ledger.verify().position == before + count * threads
        reasons = {event.fact.reason for event in ledger.events(kinds=("appeal",))}  # type: ignore[attr-defined]
        assert [event.position for event in ledger.events()] == [*range(1, before + count * threads + 1)]
    assert {f"理由 {number}-{each}" for number in range(threads) for each in range(count)} <= reasons
