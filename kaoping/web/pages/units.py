"""A unit's period: every point lost with its ticket and clause, adding up to full marks minus the score."""

import attrs

from kaoping.commands.asked import read_written
from kaoping.reports.page import Note
from kaoping.reports.period.deductions import losses_page
from kaoping.reports.why import why_json, why_page
from kaoping.web.accounts.own import losses
from kaoping.web.desk import Inquiry, View
from kaoping.web.pages.stamped import reproduced


def unit(inquiry: Inquiry, period: str, unit: str) -> View:
    """What `kaoping why` tells of a unit: its lines as a table, then with their arithmetic; with other readings, which take their
    time, where that is asked for (`full`)."""
    session, name = inquiry.session(), read_written(period)
    language = session.language
    brief = inquiry.one("full") is None
    told, note = losses(inquiry, session, unit, name, brief=brief)
    lines, why = losses_page(language, told), why_page(language, told)
    as_published = inquiry.own_unit is not None and not inquiry.desk.opens_unpublished
    notes = [Note(note)] if note else []
    return View(
        title=f"{told.unit} {name}", body=attrs.evolve(why, blocks=(*notes, *lines.blocks, *why.blocks)), period=name, filtered=True,
        document=lambda: why_json(told, name), stamps=told.scoring.stamps,
        links=[(language.say("With what other readings would make of it"), inquiry.same(full="1"))] if brief and not as_published else [],
        reproduce={} if as_published else reproduced(session, inquiry, told.scoring),
    )  # fmt: skip
