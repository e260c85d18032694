"""What is not yet done, by unit, how soon it is due and what it would cost."""

import attrs

from calendars.instants import show_iso
from calendars.periods import month_of, show_month
from kaoping.office.period.due import due_list
from kaoping.reports.period.due import due_booklet, due_json, due_page
from kaoping.web.accounts.own import own_or_asked
from kaoping.web.desk import Inquiry, View
from kaoping.web.pages.stamped import reproduced


def due(inquiry: Inquiry) -> View:
    """What `kaoping due` tells."""
    session = inquiry.session()
    asked = own_or_asked(inquiry, inquiry.one("unit"))
    told = due_list(session, inquiry.one("at"), as_of=inquiry.as_of, unit=asked, within=inquiry.one("within"))
    if inquiry.own_unit is not None:
        told = attrs.evolve(told, every=told.lines, fed_by="-")  # a file may be named by whose it is

    def workbook() -> bytes:
        from kaoping.papers import xlsx

        return xlsx.draw(due_booklet(session.language, told))

    known = reproduced(session, inquiry, told.scoring)
    if inquiry.one("at") is not None:
        known = {"at": show_iso(told.at), "as_of": inquiry.as_of or str(told.scoring.snapshot.head.position)}
    return View(
        title=session.language.say("Acts due"), body=due_page(session.language, told), filtered=True,
        leads_unit=lambda unit: inquiry.same(unit=unit),
        period=show_month(month_of(told.at)), document=lambda: due_json(told), workbook=workbook,
        stamps=told.scoring.stamps, reproduce=known,
    )  # fmt: skip
