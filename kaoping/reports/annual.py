"""The year's ranking: each component, the months behind it, and what made a year count nothing."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from rich.console import Console

from kaoping.language.language import Language
from kaoping.language.numbers import points, short
from kaoping.office.session import show_month
from kaoping.papers.terminal import Column, print_table
from kaoping.reports.score import print_readings, print_stamps, stamps_json
from scoring.scores.scoring import Scoring
from scoring.scores.years import ComponentScore, UnitYear, YearScore


def annual_json(report: Scoring, year: int, scores: Sequence[YearScore]) -> dict[str, Any]:
    """The document of `kaoping annual --json`."""
    return {
        "year": year,
        "rulebook": report.book.id,
        "stamps": stamps_json(report.stamps),
        "years": [
            {
                "year": one.rule.id, "whole": one.whole, "months": [show_month(month) for month in one.months],
                "units": [_unit_json(unit) for unit in one.units],
            }
            for one in scores
        ],
    }  # fmt: skip


def _unit_json(unit: UnitYear) -> dict[str, Any]:
    return {
        "unit": unit.unit, "group": unit.group, "rank": unit.rank, "score": _points(unit.score),
        "components": [_component_json(one) for one in unit.components],
        "vetoes": [{"title": veto.title, "clause": veto.words, "place": veto.place} for veto in unit.vetoes],
    }  # fmt: skip


def _component_json(one: ComponentScore) -> dict[str, Any]:
    return {
        "sheet": one.component.sheet, "weight": short(one.component.weight), "score": _points(one.value),
        "periods": [{"until": show_month(month), "score": points(score)} for month, score in one.periods],
    }  # fmt: skip


def _points(score: Fraction | None) -> str | None:
    return None if score is None else points(score)


def print_annual(console: Console, tongue: Language, report: Scoring, scores: Sequence[YearScore]) -> None:
    """One table a year rule."""
    for one in scores:
        _print_year(console, tongue, report, one)
        console.print()
    print_readings(console, tongue, report)
    print_stamps(console, tongue, report.stamps)


def _print_year(console: Console, tongue: Language, report: Scoring, year: YearScore) -> None:
    units = [unit for unit in year.units if unit.score is not None]
    say = tongue.say
    span = f"{show_month(year.months[0])} - {show_month(year.months[-1])}" if year.months else str(year.year)
    state = say("whole year") if year.whole else say("to date")
    if not units:
        console.print(say("{title}: no unit has a score in {span}.", title=year.rule.title, span=span))
        return
    keys = [
        Column(say("rank"), [str(unit.rank) for unit in units]),
        Column(say("unit"), [unit.unit for unit in units], number=False),
        Column(say("group"), [unit.group for unit in units], number=False),
        Column(say("score"), [points(unit.score or Fraction(0)) for unit in units]),
    ]
    columns = []
    for number, component in enumerate(year.rule.components):
        title = f"{report.book.sheet(component.sheet).title}\n{short(component.weight)}%"
        columns.append(Column(title, [_points(unit.components[number].value) or "-" for unit in units]))
    columns.append(
        Column(say("counts nothing"), ["、".join(veto.title for veto in unit.vetoes) for unit in units], number=False)
    )
    print_table(console, f"{year.rule.title}  {span}  {state}", keys, columns)
