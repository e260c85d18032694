"""What was published, and whether it comes out the same again."""

from collections.abc import Mapping
from typing import Any

import attrs

from kaoping.office.comparisons import Comparison, compare, publication
from kaoping.office.publications import Replay, recompute_period
from kaoping.office.session import WrongArgument
from kaoping.reports.compare.diff import diff_json, diff_page
from kaoping.reports.compare.year_diff import moved_in, years_json, years_page
from kaoping.reports.page import Page
from kaoping.reports.publications import publication_page, recomputed_json, recomputed_page
from kaoping.web.accounts import own
from kaoping.web.desk import Inquiry, View, month_path
from ledger.sentences import sentence


def published(inquiry: Inquiry) -> View:
    """What `kaoping recompute` tells: the ledger verified, every publication computed again. To a unit: what was published."""
    if inquiry.own_unit is not None:
        return own.publications_list(inquiry)
    session, period = inquiry.session(), inquiry.one("period")
    language = session.language
    title = language.say("Publications")
    try:
        told = recompute_period(session, period)
    except WrongArgument as nothing:
        if period is not None:
            raise
        return View(title=title, body=Page((language.tell(nothing.why),), language.code))
    if not isinstance(told, Replay):
        raise WrongArgument(
            sentence("{period} was not published.", period=period), "The page of publications lists them."
        )
    page = recomputed_page(language, told.recomputed, told.elsewhere)
    links = [
        (
            f"#{one.publication.position} {one.publication.fact.period}",
            inquiry.link(f"/published/{one.publication.position}"),
        )
        for one in told.recomputed
    ]
    return View(title=title, body=page, document=lambda: recomputed_json(told.recomputed, told.elsewhere), links=links)


def one(inquiry: Inquiry, position: str) -> View:
    """A publication: its stamps and its checkpoint to copy; and what `kaoping diff` tells of it beside the ledger of now."""
    session = inquiry.session()
    language, names = session.language, (f"#{position}", "now")
    with session.ledger() as opened:
        told = publication(opened, names[0])
    period = told.fact.period
    moved = compare(session, names)
    titles = {
        one.id: one.title for side in (moved.difference.before, moved.difference.after) for one in side.book.sheets
    }
    shown = [
        diff_page(
            language,
            moved.difference,
            moved.period,
            (names[0], language.say("now")),
            None,
            None,
            besides=moved_in(moved.years, None),
        ),
        years_page(language, moved.years, None, titles),
    ]
    own = publication_page(language, told)
    links = [
        (language.say("Overview {period}", period=period), inquiry.link(month_path(period))),
        (language.say("Recompute {period}", period=period), inquiry.link("/published", period=period)),
        (language.say("Publications"), inquiry.link("/published")),
    ]
    return View(
        title=language.say("Publication #{position}: {period}", position=position, period=period), period=period, links=links,
        body=attrs.evolve(own, blocks=[*own.blocks, *(block for page in shown for block in page.blocks)]), filtered=True,
        document=lambda: _document(moved, names),
    )  # fmt: skip


def _document(moved: Comparison, names: tuple[str, str]) -> Mapping[str, Any]:
    document = diff_json(moved.difference, moved.period, names, None, None)
    return {**document, "years": years_json(moved.years, None)} if moved.years else document
