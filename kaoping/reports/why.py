"""A unit's sheet with every point lost, worst first, adding up to full marks minus the score."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from kaoping.language.language import Language
from kaoping.language.numbers import points, short
from kaoping.office.scores import Lines
from kaoping.office.tickets import stamps_json
from kaoping.reports.page import Block, Heading, Note, page_of
from kaoping.reports.workings import CHANGES, Teller, dated
from scoring.explain.unit import Line
from scoring.scores.parts import PartScore
from scoring.scores.scoring import Scoring
from scoring.scores.sheets import ItemScore, UnitScore

CODES = {
    "no_ticket": "of no single ticket",
    "unearned": "not earned",
    "mean": "no ticket in the month: the mean of the units that had one",
}
INDENT = " " * 13


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
def why_page(language: Language, scoring: Scoring, unit: str, lines: Lines) -> Iterator[Block]:
    """The items that moved, most points first: each with the words of what moved it, the arithmetic, and the tickets."""
    say, teller = language.say, Teller(language, scoring.book.digits)
    for sheet, line, told in lines:
        score = line.score or sheet.floor
        head = say(
            "{unit}: {score} of {points}, {lost} lost",
            unit=unit,
            score=points(score),
            points=short(sheet.points),
            lost=points(sheet.points - score),
        )
        yield Heading(f"{sheet.title}  {head}", 1)
        items = [(one, [each for each in told if each.item is one.item]) for one in line.items]
        for one, mine in sorted((pair for pair in items if pair[1]), key=lambda pair: _total(pair[1]), reverse=True):
            yield from _item_blocks(teller, one, mine)
        for each in (each for each in told if each.item is None):
            yield from _whole_blocks(teller, line, each)
        yield from _ignored_blocks(language, line)
        yield ""


def _item_blocks(teller: Teller, one: ItemScore, lines: Sequence[Line]) -> Iterator[Block]:
    yield f"  {points(_total(lines)):>9}  {one.item.title}  {one.item.place}"
    left, words = list(lines), ""
    moved, told_of = teller.moved(one), teller.item(one)
    for part, sentence in zip(moved, told_of, strict=False):
        mine = [each for each in left if _caused(part, each)]
        left = [each for each in left if each not in mine]
        told = part.part.words or one.item.words
        if told != words:
            yield f"{INDENT}{told}"
        words = told
        yield f"{INDENT}{sentence}"
        for each in mine:
            yield f"    {points(each.points):>11}  {_named(teller, each, part)}"
    if not moved:
        yield f"{INDENT}{one.item.words}"
    for sentence in told_of[len(moved) :]:
        yield f"{INDENT}{sentence}"
    for each in left:
        yield f"    {points(each.points):>11}  {_named(teller, each)}"


def _caused(part: PartScore, line: Line) -> bool:
    """Whether a line tells what a part lost: by a verdict or finding of its own, or where it has none by itself."""
    if line.part != part.name or line.code == "unearned":
        return False
    if line.charge is None:
        return not part.charges
    return any(charge == line.charge for charge, _ in part.charges)


def _whole_blocks(teller: Teller, unit: UnitScore, line: Line) -> Iterator[Block]:
    """What concerns no item: a mean, or what changed the total."""
    yield f"  {points(line.points):>9}  {teller.language.say('the whole sheet')}  {line.place}"
    if line.words:
        yield f"{INDENT}{line.words}"
    told = teller.mean(unit.mean) if line.code == "mean" and unit.mean is not None else ""
    told = teller.adjustment(line.adjustment) if line.adjustment is not None else told
    yield f"    {points(line.points):>11}  " + "  ".join(filter(None, (_named(teller, line), told)))


def _ignored_blocks(language: Language, unit: UnitScore) -> Iterator[Block]:
    """The findings on a unit whose score is the mean, which cost it nothing."""
    if unit.ignored:
        shown = " ".join(f"#{charge.position}" for charge in unit.ignored)
        yield Note(language.say("Findings on it cost nothing, as its score is the mean: {findings}", findings=shown))


def _total(lines: Sequence[Line]) -> Fraction:
    return sum((one.points for one in lines), Fraction(0))


def _named(teller: Teller, line: Line, part: PartScore | None = None) -> str:
    say, charge = teller.language.say, line.charge
    if charge is None:
        return say(CHANGES[line.code] if line.code in CHANGES else CODES[line.code])
    at = dated(teller.language, charge)
    place = f"#{charge.position}" if charge.position is not None else ""
    return "  ".join(filter(None, (charge.ticket or "-", at, place, teller.sharing(part, charge))))
