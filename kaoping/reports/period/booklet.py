"""The papers of a period as pages in their order: rankings, counts, lost points, charts, a page a unit, readings and stamps."""

from collections.abc import Iterator

import attrs

from kaoping.language.language import Language
from kaoping.language.moments import moment
from kaoping.office.period.bulletins import PeriodReport
from kaoping.reports.annual import year_blocks
from kaoping.reports.ground import ground_lines
from kaoping.reports.page import Block, Booklet, Heading, Imprint, Note, Page, Table, page_of
from kaoping.reports.period.deductions import deductions_page, unit_page
from kaoping.reports.period.ranking import charts_page, handled_page, ranking_page, signed_by
from kaoping.reports.score import imprint, readings_in_force, warnings
from scoring.scores.sheets import SheetScore
from scoring.scores.years import YearScore


def booklet(language: Language, told: PeriodReport) -> Booklet:
    """The workbook's and the web file's pages."""
    say = language.say
    pages: list[Page] = []
    sheets = [sheet for sheet in told.issue.sheets if sheet.units]
    for sheet in sheets:
        short = "" if len(sheets) == 1 else f"{sheet.sheet.place}·"
        pages += _of_sheet(language, told, sheet, short)
    for year in told.years:
        pages.append(attrs.evolve(_year_page(language, told, year), name=year.rule.title))
    units = sorted({unit.unit for sheet in sheets for unit in sheet.units if unit.score is not None})
    for unit in units:
        pages.append(attrs.evolve(unit_page(language, told, unit), name=unit, unit=unit))
    pages.append(attrs.evolve(_ground_page(language, told), name=say("readings and stamps")))
    return Booklet(
        title=say("Tickets handled, {period}", period=told.period), state=state_of(language, told), contents=say("contents"),
        pages=pages, at=told.scoring.as_of, subject=told.subject, language=language.code,
    )  # fmt: skip


def to_be_read(whole: Booklet) -> Booklet:
    """The booklet without the pages that are there to be filtered: every line of theirs stands on the page of its unit."""
    pages = [page for page in whole.pages if not any(isinstance(one, Table) and one.filtered for one in page.blocks)]
    return attrs.evolve(whole, pages=pages)


def _of_sheet(language: Language, told: PeriodReport, sheet: SheetScore, short: str) -> Iterator[Page]:
    say = language.say
    yield attrs.evolve(ranking_page(language, told, sheet, None), name=short + say("ranking"))
    groups = sorted({one.group for one in sheet.units})
    for group in groups if len(groups) > 1 else ():
        yield attrs.evolve(ranking_page(language, told, sheet, group), name=short + group)
    yield attrs.evolve(handled_page(language, told, sheet), name=short + say("counts and rates"))
    yield attrs.evolve(deductions_page(language, told, sheet), name=short + say("points lost"))
    yield attrs.evolve(charts_page(language, told, sheet), name=short + say("charts"))


def state_of(language: Language, told: PeriodReport) -> str:
    """未公布, or when and under which number it was published."""
    if told.publication is None:
        return language.say("not published")
    at = moment(told.publication.fact.at // 1000 * 1000, language.code)
    number = told.publication.fact.document
    if number:
        return language.say("published {at}, {number}", at=at, number=number)
    return language.say("published {at}", at=at)


@page_of
def _year_page(language: Language, told: PeriodReport, year: YearScore) -> Iterator[Block]:
    yield Heading(year.rule.title, 1)
    yield from year_blocks(language, told.scoring, year)
    yield signed_by(language)


@page_of
def _ground_page(language: Language, told: PeriodReport) -> Iterator[Block]:
    """What the numbers rest on."""
    say, scoring = language.say, told.scoring
    yield Heading(say("readings and stamps"), 1)
    yield from map(Note, warnings(language, scoring, told.issue.month, told.issue.sheets))
    if told.ground is not None:
        yield from ground_lines(language, told.ground)
    yield readings_in_force(language, scoring)
    yield imprint(language, scoring.stamps)
    yield Imprint(say("Result"), [(say("digest"), told.issue.digest)])
