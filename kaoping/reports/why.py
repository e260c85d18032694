"""A unit's sheet with every point lost, worst first, adding up to full marks minus the score."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from kaoping.language.language import Language
from kaoping.language.numbers import points, short
from kaoping.office.period.losses import UnitLosses
from kaoping.office.tickets import choice_json
from kaoping.reports.page import Block, Heading, Note, page_of
from kaoping.reports.score import FEW_NOTES
from kaoping.reports.workings import CHANGES, Teller, choice_text, dated
from scoring.compare.options import OtherLine
from scoring.explain.unit import Line
from scoring.scores.parts import PartScore
from scoring.scores.scoring import stamps_json
from scoring.scores.sheets import ItemScore, UnitScore

CODES = {
    "no_ticket": "of no single ticket",
    "unearned": "not earned",
    "mean": "no ticket in the month: the mean of the units that had one",
}
INDENT = " " * 13


def why_json(told: UnitLosses, period: str) -> dict[str, Any]:
    """The document of `kaoping why --json`."""
    return {
        "unit": told.unit,
        "period": period,
        "rulebook": told.scoring.book.id,
        "stamps": stamps_json(told.scoring.stamps),
        "sheets": [
            {
                "sheet": sheet.id, "points": short(sheet.points), "score": points(line.score or Fraction(0)), "rank": line.rank,
                "basis": line.basis, "lost": points(sheet.points - (line.score or Fraction(0))),
                "lines": [_line_json(one) for one in lines],
                "readings": [_other_json(line, other) for other in told.others.get(sheet.id, ())],
            }
            for sheet, line, lines in told.lines
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


def _other_json(line: UnitScore, other: OtherLine) -> dict[str, Any]:
    """What another option would make of a unit's line: its total, and the items that would have another score."""
    scores = [(one.item.id, one.score, other.score_of(one.item.id)) for one in line.items]
    return {
        **choice_json(other.choice),
        "score": None if other.line is None or other.line.score is None else points(other.line.score),
        "items": {name: points(then) for name, now, then in scores if then is not None and then != now},
    }


@page_of
def why_page(language: Language, told: UnitLosses) -> Iterator[Block]:
    """The items that moved, most points first: each with the words of what moved it, the arithmetic, the tickets, and the readings
    under which it would have moved otherwise."""
    digits = told.scoring.book.digits
    say, teller, unit = language.say, Teller(language, digits), told.unit
    for sheet, line, lines in told.lines:
        others = told.others.get(sheet.id, ())
        score = line.score or Fraction(0)
        head = say(
            "{unit}: {score} of {points}, {lost} lost",
            unit=unit,
            score=points(score, digits.total),
            points=short(sheet.points),
            lost=points(sheet.points - score, digits.total),
        )
        yield Heading(f"{sheet.title}  {head}", 1)
        items = [(one, [each for each in lines if each.item is one.item]) for one in line.items]
        for one, mine in sorted((pair for pair in items if pair[1]), key=lambda pair: _total(pair[1]), reverse=True):
            yield from _item_blocks(teller, one, mine, others)
        for each in (each for each in lines if each.item is None):
            yield from _whole_blocks(teller, line, each)
            if each.code == "mean":
                yield from (f"{INDENT}{_total_otherwise(teller, other)}" for other in others)
        yield from _few_blocks(teller, line)
        yield from _ignored_blocks(language, line)
        yield ""


def _total_otherwise(teller: Teller, other: OtherLine) -> str:
    say, score = teller.language.say, None if other.line is None else other.line.score
    told = say("no score") if score is None else say("a score of {score}", score=points(score, teller.digits.total))
    return f"{choice_text(teller.language, other.choice)}{say(': ')}{told}"


def _item_otherwise(teller: Teller, one: ItemScore, other: OtherLine) -> Iterator[str]:
    """What another reading would make of an item, where that is something else."""
    then, language = other.score_of(one.item.id), teller.language
    if then is None and other.line is not None and other.line.basis == "tickets":
        return
    if then is None:
        yield _total_otherwise(teller, other)
    elif then != one.score:
        start = Fraction(0) if one.item.extra else one.item.points
        told = language.say("{lost} of it lost", lost=points(start - then, teller.digits.item))
        yield f"{choice_text(language, other.choice)}{language.say(': ')}{told}"


def _spared(line: Line, others: Sequence[OtherLine]) -> str:
    """The options under which a ticket or finding would have cost nothing on its item, such as whole_days=elapsed."""
    spared = []
    for other in others:
        then = None if other.line is None or line.item is None else other.line.item(line.item.id)
        if then is None or line.charge is None:
            continue
        charge = line.charge
        place = (charge.name, charge.ticket, charge.round, charge.position)
        causes = [one.charge for one in then.charged if one.charge is not None]
        if place not in {(one.name, one.ticket, one.round, one.position) for one in causes}:
            spared.append(f"{other.choice.reading.id}={other.choice.option}")
    return " ".join(spared)


def _item_blocks(teller: Teller, one: ItemScore, lines: Sequence[Line], others: Sequence[OtherLine]) -> Iterator[Block]:
    yield f"  {points(_total(lines), teller.digits.item):>9}  {one.item.title}  {one.item.place}"
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
            spared = _spared(each, others)
            freed = teller.language.say("nothing under {readings}", readings=spared) if spared else ""
            yield f"    {points(each.points, teller.digits.item):>11}  " + "  ".join(
                filter(None, (_named(teller, each, part), freed))
            )
    if not moved:
        yield f"{INDENT}{one.item.words}"
    for sentence in told_of[len(moved) :]:
        yield f"{INDENT}{sentence}"
    for each in left:
        yield f"    {points(each.points, teller.digits.item):>11}  {_named(teller, each)}"
    for other in others:
        yield from (f"{INDENT}{told}" for told in _item_otherwise(teller, one, other))


def _caused(part: PartScore, line: Line) -> bool:
    """Whether a line tells what a part lost: by a verdict or finding of its own, or where it has none by itself."""
    if line.part != part.name or line.code == "unearned":
        return False
    if line.charge is None:
        return not part.charges
    return any(charge == line.charge for charge, _ in part.charges)


def _whole_blocks(teller: Teller, unit: UnitScore, line: Line) -> Iterator[Block]:
    """What concerns no item: a mean, or what changed the total."""
    yield f"  {points(line.points, teller.digits.total):>9}  {teller.language.say('the whole sheet')}  {line.place}"
    if line.words:
        yield f"{INDENT}{line.words}"
    told = teller.mean(unit.mean) if line.code == "mean" and unit.mean is not None else ""
    told = teller.adjustment(line.adjustment) if line.adjustment is not None else told
    yield f"    {points(line.points, teller.digits.total):>11}  " + "  ".join(
        filter(None, (_named(teller, line), told))
    )


def _few_blocks(teller: Teller, unit: UnitScore) -> Iterator[Block]:
    """The parts that rest on fewer than the rulebook asks for, with their counts and what came of it."""
    for part in (part for item in unit.items for part in item.parts if part.note in FEW_NOTES):
        yield Note(teller.language.say("{title} rests on few: {counts}", title=part.title, counts=teller.resting(part)))


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
