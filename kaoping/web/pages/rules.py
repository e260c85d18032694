"""The rulebook as people read it."""

from kaoping.reports.rules import rules_json, rules_page
from kaoping.web.desk import Inquiry, View


def rules(inquiry: Inquiry) -> View:
    """What `kaoping rules` tells."""
    session = inquiry.session()
    book = session.book()
    return View(
        title=session.language.say("Rulebook"), body=rules_page(session.language, book), document=lambda: rules_json(book)
    )  # fmt: skip
