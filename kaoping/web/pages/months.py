"""The overview of a month, or of a longer period: every unit and item, tinted by what is lost."""

from collections.abc import Sequence

import attrs

from calendars.periods import show_month
from kaoping.commands.asked import read_written
from kaoping.office.period.bulletins import period_report
from kaoping.office.period.months import near_months, newest_month
from kaoping.office.scores import period_score
from kaoping.reports.period.booklet import booklet
from kaoping.reports.score import score_charts, score_json, score_page
from kaoping.web.accounts import own
from kaoping.web.accounts.rights import Right
from kaoping.web.desk import Elsewhere, Inquiry, View, month_path
from kaoping.web.pages.leading import leads_to_units
from kaoping.web.pages.stamped import reproduced


def newest(inquiry: Inquiry) -> Elsewhere:
    """On to the last month that the ledger tells of; where there is no ledger yet, to the first import. A unit is led to what was
    published."""
    if inquiry.own_unit is not None:
        return own.newest(inquiry)
    if not inquiry.desk.has_ledger:
        return Elsewhere(inquiry.link("/import"))
    return Elsewhere(inquiry.link(month_path(newest_month(inquiry.session()))))


def month(inquiry: Inquiry, period: str) -> View:
    """What `kaoping score` tells of a period; to a unit as it was published."""
    if inquiry.own_unit is not None:
        return own.overview(inquiry, read_written(period))
    session, name = inquiry.session(), read_written(period)
    told = period_score(session, name, inquiry.one("sheet"), as_of=inquiry.as_of, provisional=inquiry.provisional)
    page = score_page(session.language, told.scoring, told.evidence, told.sheets, told.ground)
    page = attrs.evolve(page, blocks=(*page.blocks, *score_charts(session.language, name, told.sheets)))

    def workbook() -> bytes:
        from kaoping.papers import xlsx

        whole = period_report(session, name, as_of=inquiry.as_of, provisional=inquiry.provisional, fresh=True)
        return xlsx.draw(booklet(session.language, whole))

    return View(
        title=session.language.say("Overview {period}", period=name), body=page, period=name, filtered=True,
        leads_unit=leads_to_units(inquiry, name, told.sheets),
        links=[*_around(inquiry, told.evidence.months), *_publishing(inquiry, name)],
        document=lambda: score_json(told.scoring, told.evidence, told.sheets, told.ground), workbook=workbook,
        stamps=told.scoring.stamps, reproduce=reproduced(session, inquiry, told.scoring),
    )  # fmt: skip


def _around(inquiry: Inquiry, months: Sequence[int]) -> list[tuple[str, str]]:
    """Of a month those before and after; of a longer period the months it has."""
    near = near_months(months[0]) if len(months) == 1 else [*map(show_month, months)]
    return [(name, inquiry.link(month_path(name))) for name in near]


def _publishing(inquiry: Inquiry, period: str) -> list[tuple[str, str]]:
    """To what is checked before the period is published, for whoever may look: as it is known now, by the rules as they are."""
    if not inquiry.caller.may(Right.CHECKS):
        return []
    plain = dict.fromkeys(("as_of", "known_on", "reading", "untold"))
    return [(inquiry.language.say("Publish {period}", period=period), inquiry.link(f"/publish/{period}", **plain))]
