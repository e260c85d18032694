"""The year's ranking: each component, the months behind it, and what made a year count nothing."""

from collections.abc import Iterator, Sequence
from typing import Any

from calendars.periods import show_month
from kaoping.language.language import Language
from kaoping.language.numbers import short
from kaoping.reports.page import Block, Column, Kind, Table, page_of
from kaoping.reports.score import honour_columns, imprint, readings_in_force
from scoring.scores.published import year_document
from scoring.scores.scoring import Scoring, stamps_json
from scoring.scores.years import YearScore


def annual_json(scoring: Scoring, year: int, scores: Sequence[YearScore]) -> dict[str, Any]:
    """The document of `kaoping annual --json`."""
    return {
        "year": year,
        "rulebook": scoring.book.id,
        "stamps": stamps_json(scoring.stamps),
        "years": [{**year_document(one), "rests_on": [show_month(month) for month in one.rests_on]} for one in scores],
    }


@page_of
def annual_page(language: Language, scoring: Scoring, scores: Sequence[YearScore]) -> Iterator[Block]:
    """One table a year rule."""
    for one in scores:
        yield from year_blocks(language, scoring, one)
        yield ""
    yield readings_in_force(language, scoring)
    yield imprint(language, scoring.stamps)


def year_blocks(language: Language, scoring: Scoring, year: YearScore) -> Iterator[Block]:
    """The year's ranking as a table, or that there is none."""
    units = [unit for unit in year.units if unit.score is not None]
    say, digits = language.say, scoring.book.digits.total
    span = f"{show_month(year.months[0])} - {show_month(year.months[-1])}" if year.months else str(year.year)
    state = say("whole year") if year.whole and year.rests_on == year.months else say("to date")
    if year.rests_on != year.months:
        months = "、".join(map(show_month, year.rests_on)) or "-"
        state = "" if year.whole else f"{say('to date')}  "
        state += say("rests on {count} of 12 months: {months}", count=len(year.rests_on), months=months)
    if not units:
        yield say("{title}: no unit has a score in {span}.", title=year.rule.title, span=span)
        return
    keys = [
        Column(say("rank"), [unit.rank for unit in units], Kind.COUNT),
        Column(say("unit"), [unit.unit for unit in units], Kind.UNIT),
        Column(say("group"), [unit.group for unit in units]),
        Column(say("score"), [unit.score for unit in units], Kind.NUMBER, digits=digits),
        *honour_columns(language, year.rule, units),
    ]
    columns = []
    for number, component in enumerate(year.rule.components):
        title = f"{scoring.book.sheet(component.sheet).title}\n{short(component.weight)}%"
        columns.append(Column(title, [unit.components[number].value for unit in units], Kind.NUMBER, digits=digits))
    columns.append(Column(say("counts nothing"), ["、".join(veto.title for veto in unit.vetoes) for unit in units]))
    yield Table(f"{year.rule.title}  {span}  {state}", keys, columns)
