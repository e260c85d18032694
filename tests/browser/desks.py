"""Desks as a clerk opens them, by the command, over ledgers of simulated months."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import attrs

from calendars.clock import Clock
from kaoping.demo.simulate import IDLE, OFFICES, ROSTER, TOWNS, simulate, write
from kaoping.files.folder import working_days
from ledger.store import Ledger

MONTH, UNIT, TICKET = "2023-05", "区城管局", "GX20230513-0001"
MONTHS, TICKETS = 5, 50
PROGRAM = "from kaoping.cli import main; main()"
PATIENCE = 60_000  # ms that a page may take on a machine that is busy


@attrs.frozen(kw_only=True)
class Opened:
    """A desk that answers: the address that lets one browser in (`entry`), the one it answers at (`base`), its ledger."""

    entry: str
    base: str
    path: Path

    def head(self) -> int:
        """The last position of its ledger."""
        with Ledger(self.path, only_read=True) as ledger:
            return ledger.head().position

    def enter(self, chromium: Any, **wishes: Any) -> Any:
        """A page of a browser that was let in: with its cookie where another was before it."""
        context = chromium.new_context(**wishes)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        known = COOKIES.get(self.base)
        if known is None:
            page.goto(self.entry)
            COOKIES[self.base] = context.cookies()
        else:
            context.add_cookies(known)
        return page


COOKIES: dict[str, Any] = {}
"""Of each desk, what the browser holds that was let in: it lets in one."""


def call(folder: Path, *command: str, typed: str = "") -> str:
    """A command that succeeds, with what is typed into it."""
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command], cwd=folder, env=_surroundings(), input=typed, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
    return ran.stdout


def _surroundings() -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KAOPING_")}
    return {**plain, "PYTHONPATH": str(Path(__file__).parents[2]), "KAOPING_LANG": "zh", "PYTHONUNBUFFERED": "1"}


@contextmanager
def opened(path: Path, *command: str) -> Iterator[Opened]:
    """The desk of a ledger, until it is looked at no more: of this machine, or another that a command puts up."""
    words = command or ("desk", "--no-browser")
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words, "--ledger", str(path)], cwd=path.parent, env=_surroundings(),
        stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            told = ""
            for line in process.stdout:
                told += line
                if found := re.search(r"(http://127\.0\.0\.1:\d+)/\S*", line):
                    yield Opened(entry=found[0], base=found[1], path=path)
                    break
            else:
                raise AssertionError(f"the desk did not open: {told}")
        finally:
            process.terminate()


def make_office(folder: Path) -> None:
    """Five months of twelve units in the folder's kaoping.db, the last published, one appeal without a ruling."""
    names = (*TOWNS[:6], *OFFICES[:5], IDLE)
    clock = Clock(working_days())
    made = simulate(7, "2023-01", MONTHS, TICKETS, clock=clock, roster=[one for one in ROSTER if one.name in names])
    files = [str(path) for path in write(made, folder)]
    call(folder, "import", *files)
    call(folder, "publish", MONTH, "--document", "赣县热线办〔2023〕6号")
    call(
        folder,
        "appeal",
        TICKET,
        "--unit",
        UNIT,
        "--item",
        "closing",
        "--at",
        "2023-06-08T09:00",
        "--reason",
        "平台故障",
    )


def pages(desk: Opened) -> dict[str, str]:
    """Name -> address of every page, as the last act of the ledger is an appeal."""
    unit, appeal = quote(UNIT), desk.head()
    return {
        "month": f"/{MONTH}", "year": "/2023", "unit": f"/{MONTH}/unit/{unit}", "months": f"/{MONTH}/unit/{unit}/months",
        "ticket": f"/ticket/{TICKET}",
        "supposed": f"/ticket/{TICKET}?closed=2023-05-19T16:00",
        "due": "/due?at=2023-05-26T15:00", "appeals": "/appeals", "contest": f"/appeals/new?ticket={TICKET}&unit={unit}&item=closing",
        "ruling": f"/appeals/{appeal}", "import": "/import", "aside": "/aside", "published": "/published", "publish": "/publish/2023-04",
        "rules": "/rules", "calendar": f"/calendar/{MONTH}", "log": "/log", "search": "/search?q=GX202305", "refusal": "/2023-05?as_of=0",
    }  # fmt: skip
