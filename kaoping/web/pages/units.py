"""A unit's period: every point lost with its ticket and clause, adding up to full marks minus the score."""

import attrs

from kaoping.commands.asked import read_written
from kaoping.office.period.losses import lost_points
from kaoping.reports.period.deductions import losses_page
from kaoping.reports.why import why_json, why_page
from kaoping.web.desk import Inquiry, View
from kaoping.web.pages.stamped import reproduced


def unit(inquiry: Inquiry, period: str, unit: str) -> View:
    """What `kaoping why` tells of a unit: its lines as a table, then with their arithmetic; with other readings, which take their
    time, where that is asked for (`full`)."""
    session, name = inquiry.session(), read_written(period)
    language = session.language
    brief = inquiry.one("full") is None
    told = lost_points(session, unit, name, as_of=inquiry.as_of, provisional=inquiry.provisional, brief=brief)
    lines, why = losses_page(language, told), why_page(language, told)
    return View(
        title=f"{told.unit} {name}", body=attrs.evolve(why, blocks=(*lines.blocks, *why.blocks)), period=name, filtered=True,
        document=lambda: why_json(told, name), stamps=told.scoring.stamps,
        links=[(language.say("With what other readings would make of it"), inquiry.same(full="1"))] if brief else [],
        reproduce=reproduced(session, inquiry, told.scoring),
    )  # fmt: skip
