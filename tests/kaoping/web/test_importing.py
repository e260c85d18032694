"""Imports at the desk: several files, words explained, rows mended, changes chosen, what is aside taken along; F5 asks nothing again."""

import csv
import html
import io
import re
import tomllib
from typing import Any

from ledger.store import Ledger
from tests.kaoping.test_cli import LOG
from tests.kaoping.web.conftest import HOST, Browser
from tests.kaoping.web.test_writing import JUNE, sent

WORDS = (
    JUNE.replace("JX-3,联系,", "JX-3,转督办,")
    .replace("JX-2,联系,", "JX-2,转督办,")
    .replace("2023-06-10 09:30:00", "6月10日")
)
"""Two rows with a word that no profile knows, and one without a time that can be read."""
HEADER = LOG.splitlines(keepends=True)[0]


def fields_of(text: str) -> dict[str, str]:
    """Every field of every form on a page with what stands in it, but for token and language."""
    found = re.findall(r'<(?:input|select) [^>]*name="([^"]+)"(?: value="([^"]*)")?', text)
    return {html.unescape(name): html.unescape(value) for name, value in found if name not in ("token", "lang")}


def place_of(answer: Any) -> str:
    """The address of an upload that waits."""
    return str(answer.url.path)


def say(browser: Browser, place: str, **fields: str) -> str:
    """What the page of an upload shows after a form of it was sent."""
    told = browser.post(place, **fields)
    assert told.status_code == 303, told.text[-600:]
    return str(browser.get(told.headers["location"]).text)


def taken(browser: Browser, text: str) -> str:
    """The page after the files were taken."""
    told = browser.post("/import", **sent(text))
    assert told.status_code == 303, told.text[-600:]
    return str(browser.get(told.headers["location"]).text)


def test_a_waiting_import_has_an_address_that_may_be_asked_for_again(browser: Browser) -> None:
    before = browser.head()
    shown = browser.upload(("六月.csv", JUNE.encode()))
    assert re.fullmatch(r"/import/waiting/[0-9a-f]{64}", place_of(shown))
    again = browser.get(place_of(shown))
    assert again.text == shown.text
    assert browser.head() == before
    told = browser.post("/import", **sent(again.text))
    assert browser.get(told.headers["location"]).text == browser.get(told.headers["location"]).text
    assert browser.client.get(place_of(shown)).status_code == 400, "it waits no more"
    for wrong in ("x", "0-", "99", "1-" + "9" * 30, "-"):
        assert browser.client.get(f"/import/taken/{wrong}").status_code == 400, wrong


def test_several_files_are_taken_at_once(browser: Browser) -> None:
    other = JUNE.replace("JX-", "KX-")
    shown = browser.upload(("六月.csv", JUNE.encode()), ("六月.csv", other.encode()))
    assert shown.text.count("六月.csv") > 2, "of one name too"
    before = browser.head()[0]
    text = taken(browser, shown.text)
    assert browser.head()[0] == before + 36
    with Ledger(browser.path) as ledger:
        assert [one.rows for one in ledger.batches()[-2:]] == [18, 18]
    assert text.count("六月.csv") >= 2


def test_with_a_row_mended_just_what_is_shown_is_taken(browser: Browser) -> None:
    place = place_of(browser.upload(("六月.csv", WORDS.encode())))
    shown = browser.get(place).text
    cell = next(name for name, value in fields_of(shown).items() if value == "6月10日")
    shown = say(browser, place, does="rows", **{cell: "2023-06-10 09:30:00"})
    added = [int(one) for one in re.findall(r"<td[^>]*>(\d+)</td>\s*</tr>", table_of(shown, "各行的去向"))]
    before = browser.head()[0]
    text = taken(browser, shown)
    assert browser.head()[0] == before + sum(added), (added, text[-300:])
    assert added[-1] == 2, "the act, and that the row in its stead is mended"


def table_of(text: str, title: str) -> str:
    """The table of a title."""
    found = re.search(rf"{title}.*?</table>", text, re.DOTALL)
    assert found, text[-3000:]
    return found[0]


def test_words_that_no_profile_knows_are_explained_for_an_import(browser: Browser) -> None:
    shown = browser.upload(("六月.csv", WORDS.encode()))
    assert "转督办" in shown.text
    name = next(one for one in fields_of(shown.text) if one.startswith("word"))
    assert name == "word · hotline-log · kinds · 转督办"
    text = say(browser, place_of(shown), does="words", **{name: "ignore"})
    assert not [one for one in fields_of(text) if one.startswith("word")]
    link = re.search(r'href="([^"]*/profile/hotline-log)"', text)
    assert link
    profile = tomllib.loads(browser.get(link[1]).text)
    assert profile["kinds"]["转督办"] == "ignore"
    assert profile["kinds"]["派单"] == "dispatch"
    told = browser.post(place_of(shown), does="words", **{name: "publish"})
    assert told.status_code == 400, "a log tells no publication"
    text = taken(browser, browser.get(place_of(shown)).text)
    with Ledger(browser.path) as ledger:
        batch = ledger.batches()[-1]
    assert (batch.profile, batch.quarantined, batch.ignored, batch.accepted) == ("hotline-log", 1, 2, 15)


def test_a_profile_that_was_taken_along_reads_the_file_as_it_was_explained(browser: Browser) -> None:
    shown = browser.upload(("六月.csv", WORDS.encode()))
    name = "word · hotline-log · kinds · 转督办"
    say(browser, place_of(shown), does="words", **{name: "contact"})
    text = browser.get(place_of(shown)).text
    profile = browser.get(re.search(r'href="([^"]*/profile/hotline-log)"', text)[1]).content  # type: ignore[index]
    files = [("file", ("六月.csv", WORDS.encode())), ("own", ("own.toml", profile))]
    sent_own = browser.client.post(
        "/import/preview", data={"token": browser.token}, files=files, headers={"Origin": str(browser.client.base_url)}
    )
    own = browser.get(sent_own.headers["location"]).text
    counts = re.compile(r"<tbody>.*?</tbody>", re.DOTALL)
    assert counts.search(own)[0] == counts.search(text)[0]  # type: ignore[index]
    bad = [("file", ("六月.csv", WORDS.encode())), ("own", ("own.toml", b"name = 1\n"))]
    refused = browser.client.post(
        "/import/preview", data={"token": browser.token}, files=bad, headers={"Origin": str(browser.client.base_url)}
    )
    assert refused.status_code == 422
    assert "own.toml" in refused.text


def test_single_rows_are_mended_in_the_form(browser: Browser) -> None:
    text = WORDS.replace("转督办", "联系")
    shown = browser.upload(("六月.csv", text.encode()))
    cells = [one for one in fields_of(shown.text) if one.startswith("cell")]
    assert [one.split(" · ")[2] for one in cells] == ["操作时间"]
    still = browser.post(place_of(shown), does="rows", **{cells[0]: "6月31日"})
    assert still.status_code == 422
    assert 'value="6月31日"' in still.text, "what was written is not lost"
    mended = say(browser, place_of(shown), does="rows", **{cells[0]: "2023-06-10 09:30:00"})
    assert not [one for one in fields_of(mended) if one.startswith("cell")]
    assert "改后" in mended
    page = taken(browser, mended)
    with Ledger(browser.path) as ledger:
        first, second = ledger.batches()[-2:]
        assert (first.quarantined, second.accepted) == (1, 1)
        assert any(event.fact.at == 1_686_360_600_000 for event in ledger.events(ticket="JX-3"))
    assert "没有隔离的行" in page


def test_rows_aside_are_taken_along_with_their_reasons(browser: Browser) -> None:
    shown = browser.upload(("六月.csv", WORDS.encode()))
    place = place_of(shown)
    rows = [*csv.reader(io.StringIO(browser.get(f"{place}/rows.csv").content.decode("utf-8-sig")))]
    assert len(rows) == 1 + 3
    unread = next(row for row in rows if "6月10日" in row)
    assert any("时间" in cell and "6月10日" in cell for cell in unread if cell != "6月10日"), (
        "the reason stands beside it"
    )
    assert browser.get(f"{place}/rows.xlsx").content[:2] == b"PK"


def test_corrected_values_are_shown_old_and_new_and_chosen(browser: Browser) -> None:
    shown = browser.upload(("五月.csv", LOG.replace("不满意", "满意").encode()))
    cells = re.search(r"与台账说法不同的：1 处.*?</table>", shown.text, re.DOTALL)
    assert cells
    assert re.findall(r">([^<>]*满意[^<>]*)<", cells[0])[-2:] == ["不满意", "满意"]
    assert "不采用" in shown.text
    chosen = say(browser, place_of(shown), does="settings", replace="1", profile="")
    assert 'name="replace" value="1" checked' in chosen
    before = browser.head()[0]
    taken(browser, chosen)
    assert browser.head()[0] == before + 2, "a void, and the new fact"


def test_what_was_asked_for_otherwise_meanwhile_is_not_taken(browser: Browser) -> None:
    shown = browser.upload(("六月.csv", JUNE.encode()))
    say(browser, place_of(shown), does="settings", replace="1", profile="")
    before = browser.head()
    assert browser.post("/import", **sent(shown.text)).status_code == 409
    assert browser.head() == before


def test_a_file_of_which_nothing_is_read_can_still_be_read_otherwise(browser: Browser) -> None:
    text = HEADER + "".join(f"JX-{n},转督办,茅店镇,2023-06-01 09:00:00,12345,主办,2,工作日,,\n" for n in range(3))
    shown = browser.upload(("六月.csv", text.encode()))
    assert shown.status_code == 422
    assert "入账</button>" not in shown.text
    page = say(browser, place_of(shown), does="words", **{"word · hotline-log · kinds · 转督办": "dispatch"})
    assert "入账</button>" in page


def test_a_renamed_time_is_told_with_the_heading_most_like_it_and_a_profile_proposed(browser: Browser) -> None:
    shown = browser.upload(("六月.csv", JUNE.replace("操作时间", "操作的时间").encode()))
    assert shown.status_code == 422
    assert "操作时间（是不是 操作的时间）" in shown.text
    assert "为它拟好的一份" in shown.text
    place = place_of(shown)
    assert f'href="{place}/proposed"' in shown.text
    draft = browser.get(f"{place}/proposed").content
    assert "操作的时间" in tomllib.loads(draft.decode())["columns"]["at"]
    sent_form = {"token": browser.token, "does": "settings", "profile": ""}
    own = [("own", ("own.toml", draft))]
    told = browser.client.post(place, data=sent_form, files=own, headers={"Origin": HOST})
    assert "入账</button>" in browser.get(told.headers["location"]).text


def test_what_would_be_declined_is_shown_row_by_row(browser: Browser) -> None:
    taken(browser, browser.upload(("六月.csv", WORDS.encode())).text)
    with Ledger(browser.path) as ledger:
        number = ledger.batches()[-1].number
        first, *_, last = [row for row, *_ in ledger.quarantine(number)]
    before = browser.head()
    place = f"/aside/{number}"
    asked = browser.post(f"{place}/preview", rows=f"{first} 999", reason="与考评无关")
    assert asked.status_code == 200
    assert "1 行、0 处改动" in asked.text
    assert "第 999 行没有隔离的内容" in asked.text
    assert f">{last}<" not in asked.text
    assert browser.post(f"{place}/preview", rows="999", reason="与考评无关").status_code == 422
    assert browser.post(f"{place}/preview", rows="", reason="").status_code == 422
    stale = browser.post(place, **(fields_of(asked.text) | {"head": "1:x"}))
    assert stale.status_code == 409
    assert "1 行、0 处改动" in stale.text
    assert browser.head() == before
    assert browser.post(place, **fields_of(asked.text)).status_code == 303
    assert browser.head()[0] == before[0] + 1


def test_what_is_aside_is_mended_or_declined_later(browser: Browser) -> None:
    taken(browser, browser.upload(("六月.csv", WORDS.encode())).text)
    with Ledger(browser.path) as ledger:
        number = ledger.batches()[-1].number
    listed = browser.get("/aside").text
    assert "转督办" in listed
    assert f'href="/aside/{number}"' in listed
    place = f"/aside/{number}"
    page = browser.get(place).text
    cell = next(name for name, value in fields_of(page).items() if value == "6月10日")
    sent_rows = browser.post(place, does="rows", **{cell: "2023-06-10 09:30:00"})
    assert sent_rows.status_code == 303, sent_rows.text[-500:]
    shown = browser.get(sent_rows.headers["location"]).text
    assert "入账</button>" in shown
    taken(browser, shown)
    assert "6月10日" not in fields_of(browser.get(place).text).values()
    assert "已改好" in browser.get(f"{place}?settled=1").text
    unchanged = browser.post(
        place, does="rows", **{name: value for name, value in fields_of(page).items() if "cell" in name}
    )
    assert unchanged.status_code in (303, 422)
    head = fields_of(browser.get(place).text)["head"]
    wrong = browser.post(f"{place}/preview", head=head, rows="five", reason="与考评无关")
    assert wrong.status_code == 422
    assert "与考评无关" in wrong.text
    before = browser.head()[0]
    asked = browser.post(f"{place}/preview", rows="", reason="与考评无关", by="热线办").text
    assert "2 行、0 处改动" in asked
    assert "转督办" in asked
    assert browser.head()[0] == before, "nothing is recorded by looking"
    declined = browser.post(place, **fields_of(asked))
    assert declined.status_code == 303, declined.text[-500:]
    assert browser.head()[0] == before + 2
    assert "没有隔离的行" in browser.get("/aside").text
    assert browser.client.get("/aside/99").status_code == 400
    assert browser.client.get("/aside/x").status_code == 400
