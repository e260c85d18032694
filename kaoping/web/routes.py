"""The table of addresses: what each answers, what it may be asked, and the right that it needs."""

from collections.abc import Callable
from typing import Literal

import attrs

from kaoping.web.accounts import pages as accounts
from kaoping.web.accounts.rights import Right
from kaoping.web.api.described import described
from kaoping.web.desk import FILTERS, READS, Download, Elsewhere, HeadText, View
from kaoping.web.forms import appeals, aside, entries, imports, mending, publishing
from kaoping.web.pages import calendars, due, log, months, publications, rules, search, tickets, units

__all__ = ["ADDRESSES", "Address", "Right"]


@attrs.frozen(kw_only=True)
class Address:
    """An address of the desk. `answer` is called with the inquiry and what the path names; of a form (POST) also with what was
    filled in. `asks`: the names its query may hold; `large`: it takes an upload. `own`: to a unit it tells and takes no more than
    what is its own, or everybody's; what does not say so is closed to units. `quiet`: asked by the page itself again and again, so
    that nobody is kept signed in by it, nor is it logged. `shared`: only of a desk with accounts."""

    path: str
    right: Right
    answer: Callable[..., View | Elsewhere | HeadText | Download]
    method: Literal["GET", "POST"] = "GET"
    asks: tuple[str, ...] = ()
    large: bool = False
    own: bool = False
    quiet: bool = False
    shared: bool = False


ADDRESSES: tuple[Address, ...] = (
    Address(path="/", right=Right.RANKING, answer=months.newest, asks=READS, own=True),
    Address(
        path="/due",
        right=Right.UNIT,
        answer=due.due,
        asks=(*READS[:-1], *FILTERS, "at", "unit", "within", "act"),
        own=True,
    ),
    Address(path="/published", right=Right.RANKING, answer=publications.published, asks=("period",), own=True),
    Address(path="/published/{position}", right=Right.OFFICE, answer=publications.one, asks=FILTERS),
    Address(path="/rules", right=Right.RULES, answer=rules.rules, asks=FILTERS, own=True),
    Address(path="/rules/cases", right=Right.RULES, answer=rules.cases, asks=FILTERS, own=True),
    Address(path="/rules/readings", right=Right.OFFICE, answer=rules.readings, asks=("period", *READS, *FILTERS)),
    Address(path="/calendar", right=Right.RULES, answer=calendars.newest, asks=("known_on",), own=True),
    Address(path="/calendar/{month}", right=Right.RULES, answer=calendars.month, asks=("known_on", *FILTERS), own=True),
    Address(path="/search", right=Right.UNIT, answer=search.search, asks=(*READS, "q"), own=True),
    Address(path="/head", right=Right.OPEN, answer=log.head, own=True, quiet=True),
    Address(path="/log", right=Right.OFFICE, answer=log.batches, asks=FILTERS),
    Address(path="/import", right=Right.IMPORT, answer=imports.blank),
    Address(path="/import/preview", right=Right.IMPORT, answer=imports.preview, method="POST", large=True),
    Address(path="/import", right=Right.IMPORT, answer=imports.take, method="POST"),
    Address(path="/import/waiting/{upload}", right=Right.IMPORT, answer=imports.shown),
    Address(path="/import/waiting/{upload}", right=Right.IMPORT, answer=imports.said, method="POST"),
    Address(path="/import/waiting/{upload}/rows", right=Right.IMPORT, answer=mending.rows_aside, asks=FILTERS),
    Address(path="/import/waiting/{upload}/proposed", right=Right.IMPORT, answer=imports.proposed),
    Address(path="/import/waiting/{upload}/profile/{name}", right=Right.IMPORT, answer=mending.profile_file),
    Address(path="/import/taken/{batches}", right=Right.IMPORT, answer=imports.taken),
    Address(path="/record", right=Right.IMPORT, answer=entries.blank, asks=("kind", *entries.every_field())),
    Address(path="/record/preview", right=Right.IMPORT, answer=entries.preview, method="POST"),
    Address(path="/record", right=Right.IMPORT, answer=entries.record, method="POST"),
    Address(path="/recorded/{position}", right=Right.OFFICE, answer=entries.recorded),
    Address(path="/aside", right=Right.IMPORT, answer=aside.listed, asks=("settled", *FILTERS)),
    Address(path="/aside/{batch}", right=Right.IMPORT, answer=aside.batch, asks=("settled", *FILTERS)),
    Address(path="/aside/{batch}/preview", right=Right.IMPORT, answer=aside.preview, method="POST"),
    Address(path="/aside/{batch}", right=Right.IMPORT, answer=aside.said, method="POST"),
    Address(
        path="/appeals",
        right=Right.CASES,
        answer=appeals.listed,
        asks=("as_of", "untold", *FILTERS, "month", "unit"),
        own=True,
    ),
    Address(path="/appeals/new", right=Right.APPEAL, answer=appeals.blank, asks=("ticket", "unit", "item"), own=True),
    Address(path="/appeals/preview", right=Right.APPEAL, answer=appeals.preview, method="POST", own=True),
    Address(path="/appeals", right=Right.APPEAL, answer=appeals.contest, method="POST", own=True),
    Address(path="/appeals/{position}", right=Right.CASES, answer=appeals.case, own=True),
    Address(path="/appeals/{position}", right=Right.RULE, answer=appeals.rule, method="POST"),
    Address(path="/appeals/{position}/draft", right=Right.DRAFT, answer=appeals.draft, method="POST", shared=True),
    Address(path="/appeals/{position}/return", right=Right.RULE, answer=appeals.send_back, method="POST", shared=True),
    Address(path="/publish/{period}", right=Right.CHECKS, answer=publishing.checks, asks=("provisional",)),
    Address(path="/publish/{period}", right=Right.PUBLISH, answer=publishing.publish, method="POST"),
    Address(
        path="/publish/{period}/prepare", right=Right.PREPARE, answer=publishing.prepare, method="POST", shared=True
    ),
    Address(
        path="/publish/{period}/return", right=Right.PUBLISH, answer=publishing.send_back, method="POST", shared=True
    ),
    Address(path="/password", right=Right.OPEN, answer=accounts.password, own=True, shared=True),
    Address(path="/password", right=Right.OPEN, answer=accounts.change_password, method="POST", own=True, shared=True),
    Address(path="/leave", right=Right.OPEN, answer=accounts.leave_desk, method="POST", own=True, shared=True),
    Address(path="/views", right=Right.VIEWS, answer=accounts.views, asks=(*FILTERS, "last", "verify"), shared=True),
    Address(path="/openapi", right=Right.RULES, answer=described, own=True),
    Address(
        path="/ticket/{ticket:path}",
        right=Right.UNIT,
        answer=tickets.ticket,
        asks=(*READS[:-1], *FILTERS, *tickets.SUPPOSES),
        own=True,
    ),
    Address(
        path="/{period}/unit/{unit:path}/months",
        right=Right.UNIT,
        answer=units.months,
        asks=(*READS, *FILTERS),
        own=True,
    ),
    Address(
        path="/{period}/unit/{unit:path}",
        right=Right.UNIT,
        answer=units.unit,
        asks=(*READS, *FILTERS, "full"),
        own=True,
    ),
    Address(path="/{period}", right=Right.RANKING, answer=months.month, asks=(*READS, *FILTERS, "sheet"), own=True),
)
"""In the order in which they are tried."""
