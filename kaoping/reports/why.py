"""A unit's sheet with every point lost, worst first, adding up to full marks minus the score."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from rich.console import Console

from kaoping.language.language import Language
from kaoping.language.numbers import moment, points, short
from kaoping.reports.score import stamps_json
from scoring.explain.unit import Line, why
from scoring.law.rulebook import Sheet
from scoring.scores.scoring import Scoring
from scoring.scores.sheets import UnitScore

Lines = Sequence[tuple[Sheet, UnitScore, tuple[Line, ...]]]

CODES = {
    "no_ticket": "of no single ticket",
    "unearned": "not earned",
    "mean": "no ticket in the month: the mean of the units that had one",
    "respread": "points of items with nothing to divide by go to the others",
    "group_cap": "the items together are bounded",
    "bounds": "the total is bounded",
    "veto": "the whole period counts nothing",
    "rounding": "rounding of the total",
}


def lines_of(report: Scoring, sheets: Sequence[tuple[Sheet, UnitScore]]) -> Lines:
    """The lines of a unit on some sheets."""
    return [(sheet, unit, why(sheet, unit)) for sheet, unit in sheets if unit.score is not None]


def why_json(report: Scoring, period: str, unit: str, lines: Lines) -> dict[str, Any]:
    """The document of `kaoping why --json`."""
    return {
        "unit": unit,
        "period": period,
        "rulebook": report.book.id,
        "stamps": stamps_json(report.stamps),
        "sheets": [
            {
                "sheet": sheet.id, "points": short(sheet.points), "score": points(line.score or sheet.floor), "rank": line.rank,
                "basis": line.basis, "lost": points(sheet.points - (line.score or sheet.floor)),
                "lines": [_line_json(one) for one in told],
            }
            for sheet, line, told in lines
        ],
    }  # fmt: skip


def _line_json(line: Line) -> dict[str, Any]:
    cause = line.cause
    return {
        "code": line.code, "item": line.part or None, "lost": points(line.points),
        "measure": cause.name if cause else None, "ticket": cause.ticket if cause else None,
        "round": cause.round if cause and cause.round else None, "position": cause.position if cause else None,
        "clause": line.words, "place": line.place,
    }  # fmt: skip


def print_why(console: Console, tongue: Language, unit: str, lines: Lines) -> None:
    """The lines under their items, each item with its words once."""
    for sheet, line, told in lines:
        say = tongue.say
        score = line.score or sheet.floor
        head = say(
            "{unit}: {score} of {points}, {lost} lost",
            unit=unit,
            score=points(score),
            points=short(sheet.points),
            lost=points(sheet.points - score),
        )
        console.print(f"{sheet.title}  {head}", soft_wrap=True)
        clauses = dict.fromkeys((one.part, one.words) for one in told)
        parts = [[one for one in told if (one.part, one.words) == clause] for clause in clauses]
        for part in sorted(parts, key=_total, reverse=True):
            _print_part(console, tongue, part)
        console.print()


def _print_part(console: Console, tongue: Language, lines: Sequence[Line]) -> None:
    first = lines[0]
    title = first.item.title if first.item else tongue.say("the whole sheet")
    console.print(f"  {points(_total(lines)):>9}  {title}  {first.place}", soft_wrap=True)
    if first.words:
        console.print(f"             {first.words}", soft_wrap=True)
    for one in lines:
        console.print(f"    {points(one.points):>11}  {_named(tongue, one)}", soft_wrap=True)


def _total(lines: Sequence[Line]) -> Fraction:
    return sum((one.points for one in lines), Fraction(0))


def _named(tongue: Language, line: Line) -> str:
    if line.cause is None:
        return tongue.say(CODES[line.code])
    at = moment(line.cause.at, tongue.code)
    ticket = line.cause.ticket or "-"
    return f"{ticket}  {at}" + (f"  #{line.cause.position}" if line.cause.position is not None else "")
