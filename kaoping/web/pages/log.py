"""Every batch of the ledger, and what became of its rows."""

from kaoping.office.intake import imports
from kaoping.reports.intake.aside import batches_json, batches_page
from kaoping.web.desk import HeadText, Inquiry, View


def batches(inquiry: Inquiry) -> View:
    """What `kaoping batches` tells."""
    session = inquiry.session()
    found = imports.batches(session)
    return View(
        title=session.language.say("Log"), body=batches_page(session.language, found), document=lambda: batches_json(found),
        filtered=True, links=[(session.language.say("What is kept aside"), inquiry.link("/aside"))],
    )  # fmt: skip


def head(inquiry: Inquiry) -> HeadText:
    """The ledger's head, POSITION:HASH: whether it has changed since a page was drawn."""
    return HeadText(inquiry.head + "\n", inquiry.head)
