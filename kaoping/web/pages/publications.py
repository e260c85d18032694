"""What was published, and whether it comes out the same again."""

from kaoping.office.publications import Replay, recompute_period
from kaoping.office.session import WrongArgument
from kaoping.reports.page import Page
from kaoping.reports.publications import recomputed_json, recomputed_page
from kaoping.web.accounts import own
from kaoping.web.desk import Inquiry, View


def published(inquiry: Inquiry) -> View:
    """What `kaoping recompute` tells: the ledger verified, every publication computed again. To a unit: what was published."""
    if inquiry.own_unit is not None:
        return own.publications_list(inquiry)
    session = inquiry.session()
    language = session.language
    title = language.say("Publications")
    try:
        told = recompute_period(session)
    except WrongArgument as nothing:
        return View(title=title, body=Page((language.tell(nothing.why),), language.code))
    assert isinstance(told, Replay)
    page = recomputed_page(language, told.recomputed, told.elsewhere)
    return View(title=title, body=page, document=lambda: recomputed_json(told.recomputed, told.elsewhere))
