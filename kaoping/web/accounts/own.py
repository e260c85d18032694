"""What a unit is shown: the ranking as it was published, its own points, and nothing of what is another's."""

from collections.abc import Sequence

import attrs

from calendars.periods import show_month
from kaoping.office.period.losses import UnitLosses, lost_points
from kaoping.office.period.months import near_months
from kaoping.office.period.published import (
    NotPublished,
    is_published,
    last_publications,
    published_losses,
    published_period,
)
from kaoping.office.period.standings import UnitStandings, standings
from kaoping.office.scores import PeriodScore, period_score
from kaoping.office.session import Session, WrongArgument
from kaoping.reports.page import Block, Column, Kind, Note, Page, Table
from kaoping.reports.publications import publication_json
from kaoping.reports.score import score_json, score_page
from kaoping.web.accounts.rights import NotAllowed
from kaoping.web.desk import READS, Elsewhere, Inquiry, View, month_path, unit_path
from ledger.sentences import sentence


def own_or_asked(inquiry: Inquiry, asked: str | None) -> str | None:
    """The unit that a page is narrowed to: of a unit its own, else the one asked for. Raises NotAllowed where a unit asks for another."""
    own = inquiry.own_unit
    if own is None:
        return asked
    if asked not in (None, own):
        raise NotAllowed(
            sentence("a unit is shown what is its own, and nothing of another unit."),
            "Follow a link of the desk, or begin at its first page.",
        )
    return own


def newest(inquiry: Inquiry) -> Elsewhere:
    """On to the month that was published last; where none was, to the list of them."""
    if inquiry.desk.has_ledger:
        months = [one.fact.period for one in last_publications(inquiry.session()) if len(one.fact.period) == len("2023-05")
                  and one.fact.period[5:].isdecimal()]  # fmt: skip
        if months:
            return Elsewhere(inquiry.link(month_path(months[0])))
    return Elsewhere(inquiry.link("/published"))


def publications_list(inquiry: Inquiry) -> View:
    """The periods that were published, each with its document; they lead to what was published."""
    session = inquiry.session()
    language, say = session.language, session.language.say
    found = last_publications(session) if inquiry.desk.has_ledger else []
    keys = [Column(say("period"), [one.fact.period for one in found])]
    columns = [
        Column(say("published"), [one.fact.at for one in found], Kind.INSTANT),
        Column(say("document"), [one.fact.document for one in found]),
        Column(say("result"), [one.fact.digest for one in found]),
    ]
    blocks: Sequence[Block] = (
        [Table(say("Publications"), keys, columns)] if found else [say("nothing was published yet.")]
    )
    return View(
        title=say("Publications"), body=Page(tuple(blocks), language.code),
        document=lambda: {"publications": [publication_json(one) for one in found]},
        links=[(one.fact.period, inquiry.link(month_path(one.fact.period))) for one in found],
    )  # fmt: skip


def overview(inquiry: Inquiry, period: str) -> View:
    """A period's ranking as it was published; before that, where the office opens it, the unit's own line."""
    session, own = inquiry.session(), inquiry.own_unit
    assert own is not None
    if not inquiry.desk.opens_unpublished or is_published(session, period):
        _refuse_otherwise(inquiry, period)
        told = published_period(session, period)
        one = told.issue
        sheet = inquiry.one("sheet")
        sheets = [each for each in one.sheets if sheet in (None, each.sheet.id, each.sheet.title)]
        if not sheets:
            raise WrongArgument(sentence("there is no such sheet for {month}; known: {known}", month=period,
                known=" ".join(each.sheet.id for each in one.sheets)))  # fmt: skip
        score = PeriodScore(one.scoring, one.month, sheets, one.ground)  # type: ignore[arg-type]
        note = session.language.say("As published (#{position}).", position=told.publication.position)
        return _overview(inquiry, session, score, note, period)
    whole = period_score(session, period, inquiry.one("sheet"), as_of=inquiry.as_of, provisional=inquiry.provisional)
    note = session.language.say("Not published: this is how it stands now, and it may change.")
    return _overview(inquiry, session, _own_part(whole, own), note, period)


def _own_part(whole: PeriodScore, own: str) -> PeriodScore:
    """What of a period's score is a unit's own."""
    sheets = [
        attrs.evolve(
            each,
            units=tuple(line for line in each.units if line.unit == own),
            apart={
                why: units for why, those in each.apart.items() if (units := tuple(one for one in those if one == own))
            },
            idle=tuple(charge for charge in each.idle if charge.unit == own),
        )
        for each in whole.sheets
    ]
    findings = {unit: found for unit, found in whole.evidence.findings.items() if unit == own}
    return attrs.evolve(whole, sheets=sheets, evidence=attrs.evolve(whole.evidence, findings=findings))


def _overview(inquiry: Inquiry, session: Session, score: PeriodScore, note: str, period: str) -> View:
    own, language = inquiry.own_unit or "", session.language
    page = score_page(
        language, score.scoring, score.evidence, score.sheets, brief=True
    )  # how points came about names others
    months = score.evidence.months
    near = near_months(months[0]) if len(months) == 1 else [*map(show_month, months)]
    return View(
        title=language.say("Overview {period}", period=period), body=attrs.evolve(page, blocks=(Note(note), *page.blocks)),
        period=period, filtered=True, stamps=score.scoring.stamps,
        leads_unit=lambda unit: inquiry.link(unit_path(period, unit)) if unit == own else None,
        links=[(name, inquiry.link(month_path(name))) for name in near],
        document=lambda: score_json(score.scoring, score.evidence, score.sheets),
    )  # fmt: skip


def losses(inquiry: Inquiry, session: Session, unit: str, period: str, *, brief: bool) -> tuple[UnitLosses, str]:
    """How a unit lost its points, and how to take that: to the unit itself as published, or as it stands where the office opens that.
    Raises NotAllowed, NotPublished."""
    unit = own_or_asked(inquiry, unit) or unit
    say = session.language.say
    if inquiry.sees_standings:
        told = lost_points(session, unit, period, as_of=inquiry.as_of, provisional=inquiry.provisional, brief=brief)
        note = "" if inquiry.own_unit is None else _how_it_stands(session, period)
        return told, note
    _refuse_otherwise(inquiry, period)
    return published_losses(session, unit, period), say("As published.")


def standings_shown(inquiry: Inquiry, session: Session, unit: str, period: str) -> UnitStandings:
    """A unit over twelve months; to the unit itself as published alone, unless the office opens how it stands. Raises NotAllowed,
    NotPublished."""
    unit = own_or_asked(inquiry, unit) or unit
    if inquiry.sees_standings:
        return standings(session, unit, period, as_of=inquiry.as_of, provisional=inquiry.provisional)
    _refuse_otherwise(inquiry, period)
    told = standings(session, unit, period)
    sheets = {
        name: tuple(attrs.evolve(one, score=None, rank=None, units=0, mean=False, state="") for one in rows)
        for name, rows in told.sheets.items()
        if any(one.published is not None for one in rows)
    }
    return attrs.evolve(told, sheets=sheets)


def _how_it_stands(session: Session, period: str) -> str:
    say = session.language.say
    if is_published(session, period):
        return say("This is how it stands now; the overview tells what was published.")
    return say("Not published: this is how it stands now, and it may change.")


def _refuse_otherwise(inquiry: Inquiry, period: str) -> None:
    """Raises NotPublished where what is shown as published is asked for as known at another moment, or by other rules."""
    asked = [name for name in (*READS, "full") if inquiry.one(name) is not None]
    if asked:
        raise NotPublished(
            sentence("{period} is shown as it was published, and cannot be asked for {names}.", period=period, names=" ".join(asked)),
            "Leave that out.",
        )  # fmt: skip
