"""A page that was drawn is given again as long as nothing moved that it rests on, and never any longer."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest

from kaoping import now
from kaoping.files.places import data_folder
from kaoping.language.language import Language
from kaoping.office.period.published import published_losses, published_period
from kaoping.office.session import Session
from kaoping.office.shelf.shelf import Shelf
from kaoping.office.shelf.standing import AGES_MS, STAYS_MS
from kaoping.web import answers, app
from kaoping.web.shelf.drawn import PATHS
from ledger.store import Ledger
from tests.kaoping.test_cli import LOG
from tests.kaoping.web.conftest import LATER, Browser, called, let_in

OLD_S = LATER / 1000 - 3600
PAGES = (
    "/2023-05",
    "/2023-05.json",
    "/2023-05/unit/茅店镇",
    "/ticket/GX-1",
    "/due?at=2023-05-22T09:00",
    "/log",
    "/rules",
    "/calendar/2023-05",
)


@attrs.frozen
class Count:
    """How often pages were drawn."""

    drawn: list[str] = attrs.Factory(list)


@pytest.fixture
def desk(office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Browser, Count]]:
    """A desk, the files of rules and calendar that it looks at being old; every page that is drawn is counted."""
    count = Count()
    answered = answers.answered

    def counting(view: Any, inquiry: Any, token: str) -> Any:
        count.drawn.append(inquiry.path)
        return answered(view, inquiry, token)

    monkeypatch.setattr(app, "answered", counting)
    monkeypatch.setattr("kaoping.office.shelf.standing.data_folder", lambda: tmp_path / "data")
    shutil.copytree(data_folder() / "calendars", tmp_path / "data" / "calendars")
    (tmp_path / "data" / "rulebooks").mkdir()
    shutil.copy(data_folder() / "warnings.toml", tmp_path / "data")
    for browser in let_in(office, tmp_path, monkeypatch):
        yield aged(browser), count


def aged(browser: Browser) -> Browser:
    """Every file but the ledger's as if it had been written an hour ago."""
    folder = browser.path.parent
    for path in (*folder.rglob("*.toml"), *(folder / "data").iterdir()):
        os.utime(path, (OLD_S, OLD_S))
    return browser


def test_what_was_published_is_derived_once_for_all_who_ask(office: Path) -> None:
    told = Session(
        path=office / "kaoping.db", rulebook="ganxian-2023", language=Language("en"), drawer=Shelf(9).on("as it stands")
    )
    first = published_period(told, "2023-05")
    assert published_period(told, "2023-05").issue is first.issue
    assert published_losses(told, "茅店镇", "2023-05").scoring is first.issue.scoring


@pytest.mark.parametrize("page", PAGES)
def test_asked_again_it_is_drawn_once_and_the_browser_may_keep_it(desk: tuple[Browser, Count], page: str) -> None:
    browser, count = desk
    first, second = browser.get(page), browser.get(page)
    assert (first.content, len(count.drawn)) == (second.content, 1)
    assert first.headers["cache-control"] == "private, no-cache"
    tag = first.headers["etag"]
    for sent, status in ((tag, 304), (f'"x", W/{tag}', 304), ("*", 304), ('"x"', 200)):
        answer = browser.client.get(page, headers={"If-None-Match": sent})
        assert (answer.status_code, answer.headers["etag"], bool(answer.content)) == (status, tag, status == 200)
    assert len(count.drawn) == 1


def test_what_is_written_is_seen_at_once(desk: tuple[Browser, Count], monkeypatch: pytest.MonkeyPatch) -> None:
    browser, _ = desk
    before = {page: browser.get(page).content for page in PAGES[:4]}
    Path("六月.csv").write_text(LOG.replace("GX-2", "GX-3"), "utf-8")
    called(monkeypatch, "import", "六月.csv")
    assert all(browser.get(page).content != content for page, content in before.items())
    assert "GX-3" in browser.get("/2023-05/unit/茅店镇").text + browser.get("/ticket/GX-3").text


def test_a_batch_without_a_new_fact_is_seen_though_the_head_stands(
    desk: tuple[Browser, Count], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, _ = desk
    before, head = (browser.get("/2023-05.json").json(), browser.get("/log").content), browser.head()
    lines = LOG.split("\n")
    Path("坏.csv").write_text(f"{lines[0]}\n{lines[1]}\n{lines[2].replace('2023', '二三')}\n", "utf-8")
    called(monkeypatch, "import", "坏.csv")
    assert browser.head() == head
    assert browser.get("/log").content != before[1]
    assert browser.get("/2023-05.json").json()["ground"]["aside"] == before[0]["ground"]["aside"] + 1


def test_a_minute_later_it_is_another_now(desk: tuple[Browser, Count], monkeypatch: pytest.MonkeyPatch) -> None:
    browser, count = desk
    first = browser.get("/2023-05.json").json()["stamps"]["as_of"]
    monkeypatch.setattr(now, "now_ms", lambda: LATER + STAYS_MS - 1)
    assert browser.get("/2023-05.json").json()["stamps"]["as_of"] == first
    monkeypatch.setattr(now, "now_ms", lambda: LATER + STAYS_MS)
    assert browser.get("/2023-05.json").json()["stamps"]["as_of"] > first
    monkeypatch.setattr(now, "now_ms", lambda: LATER - 1)  # the clock was set back
    assert browser.get("/2023-05.json").json()["stamps"]["as_of"] < first
    assert len(count.drawn) == 3


@pytest.mark.parametrize("file", ["data/warnings.toml", "data/rulebooks/new.toml", "data/calendars/hours.toml"])
def test_a_file_of_rules_that_moves_is_seen(desk: tuple[Browser, Count], file: str) -> None:
    browser, count = desk
    browser.get("/due?at=2023-05-22T09:00")
    path = browser.path.parent / file
    path.write_text((path.read_text("utf-8") if path.exists() else "") + "\n", "utf-8")
    os.utime(path, (OLD_S + 9, OLD_S + 9))
    os.utime(path.parent, (OLD_S + 9, OLD_S + 9))
    browser.get("/due?at=2023-05-22T09:00")
    assert len(count.drawn) == 2


def test_a_file_written_only_now_is_read_each_time(desk: tuple[Browser, Count]) -> None:
    browser, count = desk
    os.utime(browser.path.parent / "data" / "warnings.toml", (LATER / 1000, LATER / 1000 - AGES_MS / 2000))
    for _ in range(3):
        assert "etag" not in browser.get("/2023-05").headers
    assert len(count.drawn) == 3


def test_a_fact_edited_by_hand_is_seen(desk: tuple[Browser, Count]) -> None:
    import sqlite3
    from contextlib import closing

    browser, count = desk
    browser.get("/log")
    with closing(sqlite3.connect(browser.path)) as db:
        db.execute("create table mine (one)")
        db.commit()
    browser.get("/log")
    assert len(count.drawn) == 2


def test_what_is_refused_is_not_held_and_what_else_is_asked_is_another(desk: tuple[Browser, Count]) -> None:
    browser, count = desk
    for _ in range(2):
        assert browser.client.get("/2023-05?as_of=never").status_code == 400
    for page in ("/2023-05", "/2023-05?lang=en", "/2023-05.csv", "/2023-05?q=茅", "/2023-05?as_of=20", "/2023-06"):
        browser.get(page)
    assert len(count.drawn) == 6


def test_forms_and_drafts_are_drawn_each_time() -> None:
    assert not [path for path in PATHS if path.startswith(("/import", "/publish/", "/appeals", "/views", "/password"))]


def test_several_who_ask_at_once_wait_for_one() -> None:
    shelf, made, begun = Shelf(10), [], threading.Event()

    def make() -> str:
        made.append(1)
        begun.wait(5)
        return "page"

    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(shelf.take, "basis", "key", make) for _ in range(8)]
        time.sleep(0.1)
        begun.set()
        assert {one.result() for one in waiting} == {"page"}
    assert len(made) == 1


def test_an_error_reaches_all_who_wait_and_is_not_held() -> None:
    shelf = Shelf(10)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            shelf.take("basis", "key", lambda: 1 // 0)
    assert shelf.on("basis").take("key", lambda: 7) == 7


def test_a_shelf_is_bounded_and_emptied_when_its_basis_moves() -> None:
    shelf = Shelf(100)
    drawer = shelf.on(1)
    for key in range(50):
        drawer.take(key, partial(int, key), weigh=lambda _: 10)
        assert shelf.weight <= 100
    assert drawer.take("large", lambda: "large", weigh=lambda _: 26) == "large"
    assert not shelf.holds(1, "large")
    assert shelf.holds(1, 49)
    assert not shelf.holds(1, 0)
    shelf.on(2)
    assert (shelf.weight, shelf.holds(1, 49)) == (0, False)
    drawer.take("late", lambda: 1)  # of a basis that is gone
    assert not shelf.holds(1, "late")
    shelf.on(2).take("moved", lambda: 1, still=lambda: False)
    assert not shelf.holds(2, "moved")


def test_a_ledger_put_in_its_place_is_another(desk: tuple[Browser, Count], office: Path) -> None:
    browser, count = desk
    browser.get("/log")
    other = browser.path.with_name("other.db")
    with Ledger(browser.path) as ledger:
        ledger.copy_to(other)
    other.replace(browser.path)
    browser.get("/log")
    assert len(count.drawn) == 2
