"""The table of addresses: what each answers, what it may be asked, and the right that it needs."""

from collections.abc import Callable
from enum import StrEnum
from typing import Literal

import attrs

from kaoping.web.desk import FILTERS, READS, Download, Elsewhere, View
from kaoping.web.forms import appeals, aside, entries, imports, mending, publishing
from kaoping.web.pages import calendars, due, log, months, publications, rules, tickets, units


class Right(StrEnum):
    """What somebody must be allowed for an address. At the desk of one machine its clerk has them all but `OPEN`, which nobody needs."""

    OPEN = "open"
    RANKING = "ranking"  # what a month's publication tells of all units
    UNIT = "unit"  # a unit's own points, tickets and acts due
    OFFICE = "office"  # rules, calendar, batches
    IMPORT = "import"
    APPEAL = "appeal"
    RULE = "rule"
    PUBLISH = "publish"


@attrs.frozen(kw_only=True)
class Address:
    """An address of the desk. `answer` is called with the inquiry and what the path names; of a form (POST) also with what was
    filled in. `asks`: the names its query may hold; `large`: it takes an upload."""

    path: str
    right: Right
    answer: Callable[..., View | Elsewhere | Download]
    method: Literal["GET", "POST"] = "GET"
    asks: tuple[str, ...] = ()
    large: bool = False


ADDRESSES: tuple[Address, ...] = (
    Address(path="/", right=Right.RANKING, answer=months.newest, asks=READS),
    Address(path="/due", right=Right.UNIT, answer=due.due, asks=(*READS[:-1], *FILTERS, "at", "unit", "within", "act")),
    Address(path="/published", right=Right.RANKING, answer=publications.published, asks=("period",)),
    Address(path="/published/{position}", right=Right.OFFICE, answer=publications.one, asks=FILTERS),
    Address(path="/rules", right=Right.OFFICE, answer=rules.rules, asks=FILTERS),
    Address(path="/rules/cases", right=Right.OFFICE, answer=rules.cases, asks=FILTERS),
    Address(path="/rules/readings", right=Right.OFFICE, answer=rules.readings, asks=("period", *READS, *FILTERS)),
    Address(path="/calendar", right=Right.OFFICE, answer=calendars.newest, asks=("known_on",)),
    Address(path="/calendar/{month}", right=Right.OFFICE, answer=calendars.month, asks=("known_on", *FILTERS)),
    Address(path="/log", right=Right.OFFICE, answer=log.batches, asks=FILTERS),
    Address(path="/import", right=Right.IMPORT, answer=imports.blank),
    Address(path="/import/preview", right=Right.IMPORT, answer=imports.preview, method="POST", large=True),
    Address(path="/import", right=Right.IMPORT, answer=imports.take, method="POST"),
    Address(path="/import/waiting/{upload}", right=Right.IMPORT, answer=imports.shown),
    Address(path="/import/waiting/{upload}", right=Right.IMPORT, answer=imports.said, method="POST"),
    Address(path="/import/waiting/{upload}/rows", right=Right.IMPORT, answer=mending.rows_aside, asks=FILTERS),
    Address(path="/import/waiting/{upload}/profile/{name}", right=Right.IMPORT, answer=mending.profile_file),
    Address(path="/import/taken/{batches}", right=Right.IMPORT, answer=imports.taken),
    Address(path="/record", right=Right.IMPORT, answer=entries.blank, asks=("kind", *entries.every_field())),
    Address(path="/record/preview", right=Right.IMPORT, answer=entries.preview, method="POST"),
    Address(path="/record", right=Right.IMPORT, answer=entries.record, method="POST"),
    Address(path="/recorded/{position}", right=Right.OFFICE, answer=entries.recorded),
    Address(path="/aside", right=Right.IMPORT, answer=aside.listed, asks=("settled", *FILTERS)),
    Address(path="/aside/{batch}", right=Right.IMPORT, answer=aside.batch, asks=("settled", *FILTERS)),
    Address(path="/aside/{batch}", right=Right.IMPORT, answer=aside.said, method="POST"),
    Address(
        path="/appeals", right=Right.APPEAL, answer=appeals.listed, asks=("as_of", "untold", *FILTERS, "month", "unit")
    ),
    Address(path="/appeals/new", right=Right.APPEAL, answer=appeals.blank, asks=("ticket", "unit", "item")),
    Address(path="/appeals/preview", right=Right.APPEAL, answer=appeals.preview, method="POST"),
    Address(path="/appeals", right=Right.APPEAL, answer=appeals.contest, method="POST"),
    Address(path="/appeals/{position}", right=Right.RULE, answer=appeals.case),
    Address(path="/appeals/{position}", right=Right.RULE, answer=appeals.rule, method="POST"),
    Address(path="/publish/{period}", right=Right.PUBLISH, answer=publishing.checks, asks=("provisional",)),
    Address(path="/publish/{period}", right=Right.PUBLISH, answer=publishing.publish, method="POST"),
    Address(
        path="/ticket/{ticket:path}",
        right=Right.UNIT,
        answer=tickets.ticket,
        asks=(*READS[:-1], *FILTERS, *tickets.SUPPOSES),
    ),
    Address(path="/{period}/unit/{unit:path}/months", right=Right.UNIT, answer=units.months, asks=(*READS, *FILTERS)),
    Address(path="/{period}/unit/{unit:path}", right=Right.UNIT, answer=units.unit, asks=(*READS, *FILTERS, "full")),
    Address(path="/{period}", right=Right.RANKING, answer=months.month, asks=(*READS, *FILTERS, "sheet")),
)
"""In the order in which they are tried."""
