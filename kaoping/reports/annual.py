"""The year's ranking: each component, the months behind it, and what made a year count nothing."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from calendars.periods import show_month
from kaoping.language.language import Language
from kaoping.language.numbers import points, short
from kaoping.office.tickets import stamps_json
from kaoping.reports.page import Block, Column, Table, page_of
from kaoping.reports.score import honour_columns, readings_in_force, stamp_lines
from scoring.scores.published import year_document
from scoring.scores.scoring import Scoring
from scoring.scores.years import YearScore


def annual_json(scoring: Scoring, year: int, scores: Sequence[YearScore]) -> dict[str, Any]:
    """The document of `kaoping annual --json`."""
    return {
        "year": year,
        "rulebook": scoring.book.id,
        "stamps": stamps_json(scoring.stamps),
        "years": [year_document(one) for one in scores],
    }


def _points(score: Fraction | None, digits: int) -> str:
    return "-" if score is None else points(score, digits)


@page_of
def annual_page(language: Language, scoring: Scoring, scores: Sequence[YearScore]) -> Iterator[Block]:
    """One table a year rule."""
    for one in scores:
        yield from _year_blocks(language, scoring, one)
        yield ""
    yield from readings_in_force(language, scoring)
    yield from stamp_lines(language, scoring.stamps)


def _year_blocks(language: Language, scoring: Scoring, year: YearScore) -> Iterator[Block]:
    units = [unit for unit in year.units if unit.score is not None]
    say, digits = language.say, scoring.book.digits.total
    span = f"{show_month(year.months[0])} - {show_month(year.months[-1])}" if year.months else str(year.year)
    state = say("whole year") if year.whole else say("to date")
    if not units:
        yield say("{title}: no unit has a score in {span}.", title=year.rule.title, span=span)
        return
    keys = [
        Column(say("rank"), ["-" if unit.rank is None else str(unit.rank) for unit in units]),
        Column(say("unit"), [unit.unit for unit in units], number=False),
        Column(say("group"), [unit.group for unit in units], number=False),
        Column(say("score"), [points(unit.score or Fraction(0), digits) for unit in units]),
        *honour_columns(language, year.rule, units),
    ]
    columns = []
    for number, component in enumerate(year.rule.components):
        title = f"{scoring.book.sheet(component.sheet).title}\n{short(component.weight)}%"
        columns.append(Column(title, [_points(unit.components[number].value, digits) for unit in units]))
    columns.append(
        Column(say("counts nothing"), ["、".join(veto.title for veto in unit.vetoes) for unit in units], number=False)
    )
    yield Table(f"{year.rule.title}  {span}  {state}", keys, columns)
