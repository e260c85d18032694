"""What moved in a year's ranking: components, and the periods behind them."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from calendars.periods import show_month
from kaoping.language.language import Language
from kaoping.language.numbers import points
from kaoping.reports.compare.diff import signed
from kaoping.reports.page import Block, Column, Heading, Kind, Table, page_of
from scoring.compare.years import UnitYearChange, YearChange, YearMove
from scoring.scores.years import UnitYear

CODES = {
    "rounding": "rounding of the total", "veto": "the whole period counts nothing", "whole": "no score in a component on one side",
}  # fmt: skip


def years_json(told: Sequence[YearChange], unit: str | None) -> list[dict[str, Any]]:
    """The key `years` of `kaoping diff --json` for a year."""
    return [
        {
            "year": one.year,
            "units": [_unit_json(line) for line in one.units if line.moved and unit in (None, line.unit)],
        }
        for one in told
    ]


def _unit_json(line: UnitYearChange) -> dict[str, Any]:
    return {
        "unit": line.unit, "before": _score(line.before), "after": _score(line.after), "change": _points(line.change),
        "rank_before": line.before and line.before.rank, "rank_after": line.after and line.after.rank,
        "moves": [{"code": one.code, "sheet": one.sheet or None, "points": points(one.points)} for one in line.moves],
        "periods": [
            {"sheet": one.sheet, "until": show_month(one.until), "before": _points(one.before), "after": _points(one.after)}
            for one in line.periods
        ],
    }  # fmt: skip


def _score(line: UnitYear | None) -> str | None:
    return None if line is None else _points(line.score)


def _points(score: Fraction | None) -> str | None:
    return None if score is None else points(score)


def moved_in(told: Sequence[YearChange], unit: str | None) -> bool:
    """Whether anything of a year's ranking moved, of one unit or of all."""
    return any(line.moved and unit in (None, line.unit) for one in told for line in one.units)


@page_of
def years_page(
    language: Language, told: Sequence[YearChange], unit: str | None, titles: Mapping[str, str]
) -> Iterator[Block]:
    """Each ranking's units that moved, then each of them part by part; `titles` of the sheets by their ids."""
    say = language.say
    for one in told:
        units = [line for line in one.units if line.moved and unit in (None, line.unit)]
        if not units:
            continue
        yield ""
        columns = [
            Column(say("unit"), [line.unit for line in units], Kind.UNIT),
            Column(say("before"), [None if line.before is None else line.before.score for line in units], Kind.NUMBER),
            Column(say("after"), [None if line.after is None else line.after.score for line in units], Kind.NUMBER),
            Column(say("change"), [line.change for line in units], Kind.NUMBER, signed=True, absent=""),
            Column(
                say("rank before"), [None if line.before is None else line.before.rank for line in units], Kind.COUNT
            ),
            Column(say("rank after"), [None if line.after is None else line.after.rank for line in units], Kind.COUNT),
        ]
        yield Table(one.title, columns, [])
        for line in units:
            yield from _lines(language, line, titles)


def _lines(language: Language, line: UnitYearChange, titles: Mapping[str, str]) -> Iterator[Block]:
    yield ""
    yield Heading(line.unit + ("" if line.change is None else f"  {signed(line.change)}"))
    for move in line.moves:
        yield f"  {signed(move.points):>9}  {_said(language, move, titles)}"
    for one in line.periods:
        scores = f"{_points(one.before) or '-'} → {_points(one.after) or '-'}"
        yield f"             {titles[one.sheet]} {show_month(one.until)}  {scores}"


def _said(language: Language, move: YearMove, titles: Mapping[str, str]) -> str:
    return titles[move.sheet] if move.code == "component" else language.say(CODES[move.code])
