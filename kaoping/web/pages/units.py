"""A unit's period: every point lost with its ticket and clause, adding up to full marks minus the score."""

import re

import attrs

from kaoping.commands.asked import read_written
from kaoping.reports.page import Note
from kaoping.reports.period.deductions import losses_page
from kaoping.reports.period.standings import standings_json, standings_page
from kaoping.reports.why import why_json, why_page
from kaoping.web.accounts.own import losses, standings_shown
from kaoping.web.desk import Inquiry, View, month_path, unit_path
from kaoping.web.pages.stamped import reproduced

MONTH = re.compile(r"\d{4}-\d{2}")


def unit(inquiry: Inquiry, period: str, unit: str) -> View:
    """What `kaoping why` tells of a unit: its lines as a table, then with their arithmetic; with other readings, which take their
    time, where that is asked for (`full`)."""
    session, name = inquiry.session(), read_written(period)
    language = session.language
    brief = inquiry.one("full") is None
    told, note = losses(inquiry, session, unit, name, brief=brief)
    lines, why = losses_page(language, told), why_page(language, told)
    as_published = not inquiry.sees_standings
    notes = [Note(note)] if note else []
    return View(
        title=f"{told.unit} {name}", body=attrs.evolve(why, blocks=(*notes, *lines.blocks, *why.blocks)), period=name, filtered=True,
        document=lambda: why_json(told, name), stamps=told.scoring.stamps,
        links=_links(inquiry, name, told.unit, brief=brief and not as_published),
        reproduce={} if as_published else reproduced(session, inquiry, told.scoring),
    )  # fmt: skip


def _links(inquiry: Inquiry, period: str, unit: str, *, brief: bool) -> list[tuple[str, str]]:
    """Back to the overview; on to what takes longer."""
    say = inquiry.language.say
    links = [(say("Overview {period}", period=period), inquiry.link(month_path(period)))]
    if MONTH.fullmatch(period):
        links.append((say("Twelve months"), inquiry.link(f"{unit_path(period, unit)}/months")))
    return [*links, *([(say("With what other readings would make of it"), inquiry.same(full="1"))] if brief else [])]


def months(inquiry: Inquiry, period: str, unit: str) -> View:
    """A unit over the twelve months that end with one: as the ledger has it, and as last published. No command tells it."""
    session, name = inquiry.session(), read_written(period)
    told = standings_shown(inquiry, session, unit, name)
    say = session.language.say
    return View(
        title=say("{unit}, twelve months until {period}", unit=told.unit, period=name), body=standings_page(session.language, told),
        period=name, document=lambda: standings_json(told), stamps=told.scoring.stamps, filtered=True,
        links=[(f"{told.unit} {name}", inquiry.link(unit_path(name, told.unit)))],
        reproduce={} if inquiry.own_unit is not None else reproduced(session, inquiry, told.scoring),
    )  # fmt: skip
