"""A desk with accounts over the same months: somebody of each role, each signed in, with a ruling and a publication that wait for
their signature."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import attrs

from kaoping.office.accounts.file import Accounts
from kaoping.office.accounts.people import add, set_password
from tests.browser.desks import MONTH, PATIENCE, TICKET, UNIT, Opened, opened

PEOPLE = {"经办": "editor", "签发": "approver", "城管": "unit", "监督": "auditor", "新来": "editor"}
NEWCOMER = "新来"
"""Whose password is still the one that was given."""
PASSWORD = "云山 苍苍 江水 泱泱"
PREPARED = "2023-04"


@attrs.frozen(kw_only=True)
class SharedDesk:
    """The desk, and of each of its people what a browser holds that was let in."""

    desk: Opened
    held: Mapping[str, Any]

    def enter(self, chromium: Any, who: str, **wishes: Any) -> Any:
        """A page of somebody's browser; nobody's, where nobody is named."""
        context = chromium.new_context(**wishes)
        context.set_default_timeout(PATIENCE)
        if who:
            context.add_cookies(self.held[who])
        return context.new_page()


@contextmanager
def shared(chromium: Any, office: Opened) -> Iterator[SharedDesk]:
    """A desk with accounts of a ledger's folder, until it is looked at no more."""
    folder = office.path.parent
    accounts = Accounts(folder / "desk.db")
    for name, role in PEOPLE.items():
        add(accounts, name, role, UNIT if role == "unit" else None, PASSWORD)
        if name != NEWCOMER:
            set_password(accounts, name, PASSWORD, own=True)
    with opened(office.path, "serve", "--accounts", "desk.db", "--port", "0") as desk:
        found = SharedDesk(desk=desk, held={name: _signed_in(chromium, desk, name) for name in PEOPLE})
        page = found.enter(chromium, "经办")
        _drafts(page, desk)
        _prepares(page, desk)
        page.context.close()
        yield found


def _signed_in(chromium: Any, desk: Opened, name: str) -> Any:
    page = chromium.new_context().new_page()
    page.goto(desk.base + "/enter")
    sign_in(page, name, PASSWORD)
    page.wait_for_url(lambda address: "/enter" not in address)
    held = page.context.cookies()
    page.context.close()
    return held


def sign_in(page: Any, name: str, password: str) -> None:
    """A name and a password, at the page that asks for them."""
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.click("form.fill button")


def _drafts(page: Any, desk: Opened) -> None:
    page.goto(f"{desk.base}/appeals/{desk.head()}")
    page.check("input[name=granted][value=true]")
    page.fill("input[name=at]", "2023-06-09T10:00")
    page.fill("textarea[name=reason]", "平台故障属实")
    page.fill("input[name=document]", "赣县热线办〔2023〕8号")
    page.click("form.fill button")
    page.wait_for_url("**/appeals/*")


def _prepares(page: Any, desk: Opened) -> None:
    page.goto(f"{desk.base}/publish/{PREPARED}")
    page.fill("input[name=document]", "赣县热线办〔2023〕5号")
    for box in page.locator("input[name=accept]").all():
        box.check()
    page.click("form.fill button")
    page.wait_for_url(f"**/publish/{PREPARED}")


def shared_pages(desk: Opened) -> dict[str, tuple[str, str]]:
    """Name -> who looks ("" nobody who is in) and the address, of every page that a desk of one machine has not, or shows
    otherwise; and some that lead on from those."""
    unit, appeal = quote(UNIT), desk.head()
    return {
        "enter": ("", "/enter"), "wrong": ("", "/enter?to=/due"),
        "given": (NEWCOMER, "/password"), "password": ("经办", "/password"),
        "drafting": ("经办", f"/appeals/{appeal}"), "signing": ("签发", f"/appeals/{appeal}"),
        "preparing": ("经办", f"/publish/{PREPARED}"), "prepared": ("签发", f"/publish/{PREPARED}"),
        "record": ("经办", "/record"), "voiding": ("经办", "/record?kind=void"),
        "not-yours": ("签发", "/import"), "approver-appeals": ("签发", "/appeals"),
        "views": ("监督", "/views"), "verified": ("监督", "/views?verify=1&last=40"),
        "auditor-month": ("监督", f"/{MONTH}"), "auditor-appeal": ("监督", f"/appeals/{appeal}"),
        "auditor-publish": ("监督", f"/publish/{PREPARED}"),
        "own-month": ("城管", f"/{MONTH}"), "own-unit": ("城管", f"/{MONTH}/unit/{unit}"),
        "own-months": ("城管", f"/{MONTH}/unit/{unit}/months"), "own-ticket": ("城管", f"/ticket/{TICKET}"),
        "own-due": ("城管", "/due?at=2023-05-26T15:00"), "own-appeals": ("城管", "/appeals"),
        "own-appeal": ("城管", f"/appeals/{appeal}"), "own-contest": ("城管", f"/appeals/new?ticket={TICKET}&unit={unit}&item=closing"),
        "own-published": ("城管", "/published"), "unpublished": ("城管", f"/{PREPARED}"), "own-search": ("城管", "/search?q=GX202305"),
        "publication": ("监督", f"/published/{appeal - 1}"), "day": ("监督", "/calendar/2023-05-06"), "cases": ("监督", "/rules/cases"),
    }  # fmt: skip


REFUSED = {"wrong": 401, "not-yours": 403, "unpublished": 404}
"""The pages that are not what was asked for, with their status."""


def arrive(desk: Opened, page: Any, name: str) -> Any:
    """A page by its name, drawn and its charts too."""
    page.goto(desk.base + shared_pages(desk)[name][1])
    if name == "wrong":
        sign_in(page, "城管", "松涛 竹海 渡口 晨雾")
    page.wait_for_load_state("networkidle")
    return page
