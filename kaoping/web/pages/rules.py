"""The rulebook as people read it, its worked cases, and who would gain by another reading."""

import attrs

from kaoping.commands.asked import read_written
from kaoping.office.law.cases import case_outcomes
from kaoping.office.period.months import newest_month
from kaoping.office.period.untold import gaps_json
from kaoping.office.trials import other_readings
from kaoping.reports.compare.trials import readings_json, readings_page
from kaoping.reports.ground import gaps_page
from kaoping.reports.rules import cases_page, law_page, outcomes_json, outcomes_page, rules_json, rules_page
from kaoping.web.desk import Inquiry, View, month_path
from kaoping.web.forms.asking import asking
from kaoping.web.forms.blank import Field
from kaoping.web.pages.stamped import reproduced


def rules(inquiry: Inquiry) -> View:
    """What `kaoping rules` tells, the law beside the rule first."""
    session = inquiry.session()
    book, say = session.book(), session.language.say
    law, whole = law_page(session.language, book), rules_page(session.language, book)
    links = [(say("Worked cases"), inquiry.link("/rules/cases"))]
    if inquiry.desk.has_ledger and inquiry.own_unit is None:
        links.append((say("Who would gain by another reading"), inquiry.link("/rules/readings")))
    return View(
        title=say("Rulebook"), body=attrs.evolve(whole, blocks=(*law.blocks, *whole.blocks)), document=lambda: rules_json(book),
        filtered=True, links=links,
    )  # fmt: skip


def _rulebook(inquiry: Inquiry) -> str:
    """The rulebook's page, which is the same whatever is asked of the ledger."""
    return inquiry.link("/rules", as_of=None, known_on=None, reading=None, untold=None, provisional=None)


def cases(inquiry: Inquiry) -> View:
    """What `kaoping rules --check` tells: the worked cases of the rulebook, tried."""
    session = inquiry.session()
    book, language = session.book(), session.language
    outcomes = case_outcomes(session)
    page, told = (
        cases_page(language, outcomes),
        outcomes_page(language, book, [one for one in outcomes if not one.holds]),
    )
    blocks = page.blocks if all(one.holds for one in outcomes) else (*page.blocks, *told.blocks)
    return View(
        title=language.say("Worked cases"), body=attrs.evolve(page, blocks=blocks), filtered=True,
        document=lambda: outcomes_json(language, book, outcomes), links=[(language.say("Rulebook"), _rulebook(inquiry))],
    )  # fmt: skip


def readings(inquiry: Inquiry) -> View:
    """What `kaoping readings` tells of a month, or of another period: it takes seconds, so it has an address of its own."""
    session = inquiry.session()
    language, say = session.language, session.language.say
    period = read_written(inquiry.one("period") or newest_month(session))
    scoring, found, gaps = other_readings(session, period, as_of=inquiry.as_of, provisional=inquiry.provisional)
    page = readings_page(language, scoring, period, found)
    view = View(
        title=say("Who would gain by another reading: {period}", period=period), period=period, filtered=True, stamps=scoring.stamps,
        body=attrs.evolve(page, blocks=(*page.blocks, *gaps_page(language, gaps).blocks)),
        document=lambda: {**readings_json(scoring, period, found), "ground": gaps_json(gaps)},
        links=[(say("Rulebook"), _rulebook(inquiry)), (say("Overview {period}", period=period), inquiry.link(month_path(period)))],
        reproduce={**reproduced(session, inquiry, scoring), "period": period},
    )  # fmt: skip
    field = Field(name="period", label=say("a month, such as 2023-05, a quarter, a half-year or a year"), value=period)
    return asking(view, say("Which period"), [field], say("Show"), above=True)
