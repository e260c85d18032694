"""A unit's sheet with every point lost, worst first, adding up to full marks minus the score."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from kaoping.language.language import Language
from kaoping.language.moments import moment
from kaoping.language.numbers import points, short
from kaoping.office.scores import Lines
from kaoping.office.tickets import stamps_json
from kaoping.reports.page import Block, Heading, page_of
from scoring.explain.unit import Line
from scoring.scores.scoring import Scoring

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


def why_json(scoring: Scoring, period: str, unit: str, lines: Lines) -> dict[str, Any]:
    """The document of `kaoping why --json`."""
    return {
        "unit": unit,
        "period": period,
        "rulebook": scoring.book.id,
        "stamps": stamps_json(scoring.stamps),
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
    charge = line.charge
    return {
        "code": line.code, "item": line.part or None, "lost": points(line.points),
        "measure": charge.name if charge else None, "ticket": charge.ticket if charge else None,
        "round": charge.round if charge and charge.round else None, "position": charge.position if charge else None,
        "clause": line.words, "place": line.place,
    }  # fmt: skip


@page_of
def why_page(language: Language, unit: str, lines: Lines) -> Iterator[Block]:
    """The lines under their items, each item with its words once."""
    for sheet, line, told in lines:
        say = language.say
        score = line.score or sheet.floor
        head = say(
            "{unit}: {score} of {points}, {lost} lost",
            unit=unit,
            score=points(score),
            points=short(sheet.points),
            lost=points(sheet.points - score),
        )
        yield Heading(f"{sheet.title}  {head}", 1)
        clauses = dict.fromkeys((one.part, one.words) for one in told)
        parts = [[one for one in told if (one.part, one.words) == clause] for clause in clauses]
        for part in sorted(parts, key=_total, reverse=True):
            yield from _part_blocks(language, part)
        yield ""


def _part_blocks(language: Language, lines: Sequence[Line]) -> Iterator[Block]:
    first = lines[0]
    title = first.item.title if first.item else language.say("the whole sheet")
    yield f"  {points(_total(lines)):>9}  {title}  {first.place}"
    if first.words:
        yield f"             {first.words}"
    for one in lines:
        yield f"    {points(one.points):>11}  {_named(language, one)}"


def _total(lines: Sequence[Line]) -> Fraction:
    return sum((one.points for one in lines), Fraction(0))


def _named(language: Language, line: Line) -> str:
    if line.charge is None:
        return language.say(CODES[line.code])
    at = moment(line.charge.at, language.code)
    ticket = line.charge.ticket or "-"
    return f"{ticket}  {at}" + (f"  #{line.charge.position}" if line.charge.position is not None else "")
