"""The desk itself: the surroundings that every request shares, and who may write."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode

import attrs

from kaoping import now
from kaoping.commands.asked import read_name, read_readings
from kaoping.language.language import Language
from kaoping.office.accounts.file import Accounts
from kaoping.office.session import Session, WrongArgument, read_day
from kaoping.web.accounts.rights import THE_CLERK, Caller
from kaoping.web.pages.wording import DeskLanguage
from kaoping.web.rows import Filters
from kaoping.web.shelf.drawn import NOTHING_STANDS, Answers, Around
from ledger.sentences import sentence
from scoring.scores.scoring import Stamps

FORMS = ("html", "json", "csv", "xlsx")
"""What an address may end with, after a dot; nothing is html."""
READS = ("as_of", "known_on", "reading", "untold", "provisional")
"""What any page that rests on a scoring may be asked."""
FILTERS = ("q", "group", "sort")
"""What narrows or orders the rows shown, and no command knows."""
SEVERAL = ("reading",)
PERIOD_PATH = re.compile(r"/(\d{4}|$)")
UNITS_OF = re.compile(r"\d{4}(-\d{2})?")
"""Periods of which a unit has a page: months and years."""


@attrs.frozen(kw_only=True)
class Desk:
    """One ledger's desk. `session`: what the command line said, `uploads`: where files wait to be taken, `writer`: held by
    whoever writes, one at a time; `accounts`: who may come in, where several share it; `opens_unpublished`: units see their own
    scores before they are published; `drawn`: the answers that were given before."""

    session: Session
    uploads: Path
    accounts: Accounts | None = None
    opens_unpublished: bool = False
    writer: Lock = attrs.field(factory=Lock, eq=False)
    drawn: Answers = attrs.field(
        default=attrs.Factory(lambda self: Answers(self.session, shared=self.accounts is not None), takes_self=True),
        eq=False,
    )

    @property
    def has_ledger(self) -> bool:
        """Whether there is a ledger yet; the first import makes it."""
        return self.session.path.exists() and self.session.path.stat().st_size > 0


@attrs.frozen(kw_only=True)
class Inquiry:
    """What a request asks for: /2023-05.csv?group=乡镇&as_of=697 is the path /2023-05, the form csv, and the rest. `asks`: what
    this page may be asked; `is_form`: a form was sent, so that the answer has no address of its own; `head`: the ledger's when it
    came in; `around`: what it is answered from; `caller`: who asks, from the address `client`, with which `cookie`."""

    desk: Desk
    path: str
    form: str
    query: Mapping[str, Sequence[str]]
    asks: tuple[str, ...] = ()
    is_form: bool = False
    caller: Caller = THE_CLERK
    client: str = ""
    cookie: str = attrs.field(default="", repr=False)
    head: str = ""
    around: Around = NOTHING_STANDS

    def __attrs_post_init__(self) -> None:
        for name, values in self.query.items():
            if name not in (*self.asks, "lang"):
                known = " ".join((*self.asks, "lang"))
                raise WrongArgument(
                    sentence("this page cannot be asked for {name}.", name=name),
                    sentence("Known: {known}", known=known),
                )
            if len(values) > 1 and name not in SEVERAL:
                raise WrongArgument(sentence("{name} is given twice.", name=name), "Give each field once.")

    def one(self, name: str) -> str | None:
        """What is asked by this name; an empty text asks nothing."""
        return next(iter(self.query.get(name, ())), None) or None

    @property
    def as_of(self) -> str | None:
        """As known then: a time, or a position in the ledger."""
        return self.one("as_of")

    @property
    def provisional(self) -> bool:
        """Whether days past the last official notice are scored too."""
        return self.one("provisional") is not None

    @property
    def language(self) -> Language:
        """The reader's. Raises WrongArgument."""
        code = self.one("lang") or self.desk.session.language.code
        if code not in ("zh", "en"):
            raise WrongArgument(sentence("there is no language {code}.", code=code), "Use zh or en.")
        own = self.form in ("html", "csv")  # the JSON and the workbook are the command's, word for word
        return DeskLanguage(code) if own else Language(code)

    @property
    def filters(self) -> Filters:
        """How the rows are narrowed and ordered."""
        return Filters(*(self.one(name) or "" for name in FILTERS))

    @property
    def own_unit(self) -> str | None:
        """The unit whose matters alone are told; of an office's people None."""
        return self.caller.unit

    @property
    def sees_standings(self) -> bool:
        """Whether it is told how units stand now, published or not: a unit only where the office opens that."""
        return self.own_unit is None or self.desk.opens_unpublished

    def session(self, *, writes: bool = False, by: str | None = None, since: int | None = None) -> Session:
        """The surroundings of this request, at one instant; only a form writes, made of the ledger up to `since`: `by` whom it says,
        where there are accounts by the one that is in. Raises WrongArgument."""
        known_on, given = self.one("known_on"), self.desk.session
        readings = {**given.readings, **read_readings(self.query.get("reading", ()))}
        made = attrs.evolve(
            given, known_on=given.known_on if known_on is None else read_day(known_on), readings=readings,
            untold=self.one("untold") or given.untold, language=self.language, now=now.now_ms(), only_read=not writes,
            by=self._writer(by) or given.by, since=since,
        )  # fmt: skip
        return self.around.on(made)

    def _writer(self, by: str | None) -> str | None:
        """Raises WrongArgument where a form names another than the account that is in."""
        name = self.caller.name
        if name and by not in (None, "", name):
            raise WrongArgument(
                sentence("what is written here is written by {name}.", name=name),
                "Sign in as whoever is to have written it.",
            )
        return name or read_name(by)

    def link(self, path: str, form: str = "", /, **changes: str | None) -> str:
        """The address of a path with what this request asks of the ledger and its language kept, and these names otherwise."""
        keeps = (
            ("lang",) if self.own_unit is not None and PERIOD_PATH.match(path) else (*READS, "lang")
        )  # as published, or as it stands
        kept = {name: [*values] for name, values in self.query.items() if name in keeps}
        for name, value in changes.items():
            kept.pop(name, None)
            if value is not None:
                kept[name] = [value]
        query = urlencode([(name, value) for name, values in kept.items() for value in values])
        ending = f".{form}" if form else ".html" if path.endswith(tuple(f".{one}" for one in FORMS)) else ""
        return path + ending + (f"?{query}" if query else "")

    def same(self, form: str = "", /, **changes: str | None) -> str:
        """This very address, in another form or with some names otherwise."""
        own = {name: values[0] for name, values in self.query.items() if name not in (*READS, "lang") and values}
        return self.link(self.path, form, **(own | changes))


def month_path(period: str) -> str:
    """The address of a period's overview."""
    return f"/{quote(period, safe='')}"


def unit_path(period: str, unit: str) -> str:
    """The address of a unit's page in a period."""
    return f"{month_path(period)}/unit/{quote(unit, safe='')}"


def ticket_path(ticket: str) -> str:
    """The address of a ticket's page."""
    return f"/ticket/{quote(ticket, safe='')}"


@attrs.frozen(kw_only=True)
class View:
    """What a page answers: the blocks it draws (`body`), the command's `document`, what it rests on (`stamps`, and `at` where the
    page is of another instant), its `workbook`. `period`: the one the menu and the units lead to, unless
    `leads_unit` says otherwise; `template`, `more`: of a page with a form."""

    title: str
    body: Any
    document: Any = None
    workbook: Any = None
    stamps: Stamps | None = None
    reproduce: Mapping[str, str] = attrs.Factory(dict)
    period: str = ""
    leads_unit: Callable[[str], str | None] | None = None
    links: Sequence[tuple[str, str]] = ()
    filtered: bool = False
    template: str = "page.html"
    more: Mapping[str, Any] = attrs.Factory(dict)
    status: int = 200


@attrs.frozen
class HeadText:
    """The head of the ledger, 697:3dc3…, as a page asks for it to see whether it is still of now; `tag` tells it from another."""

    text: str
    tag: str


@attrs.frozen
class Elsewhere:
    """Where the browser is sent on to."""

    address: str


@attrs.frozen(kw_only=True)
class Download:
    """A file to be kept: its name, its bytes, their media type."""

    name: str
    data: bytes
    type: str = "text/plain; charset=utf-8"
