"""Why a unit has the score it has: every point lost or won, by item and ticket, adding up exactly."""

from collections.abc import Iterator
from fractions import Fraction
from math import lcm

import attrs

from scoring.law.arithmetic import ZERO, added
from scoring.law.rulebook import Item, Sheet
from scoring.scores.evidence import Charge
from scoring.scores.sheets import Adjustment, ItemScore, UnitScore


@attrs.frozen(kw_only=True)
class Line:
    """Some points lost (below 0: won). `code`: `verdict` or `finding` (see `charge`; `weight` is its own price, before what the
    item lost was shared), `no_ticket` (of the whole item, such as a volume bonus), `unearned` (nothing was proved), `mean`, or the
    code of an `adjustment`."""

    code: str
    points: Fraction
    item: Item | None = None
    part: str = ""
    charge: Charge | None = None
    words: str = ""
    place: str = ""
    weight: Fraction = attrs.field(default=ZERO, eq=False)
    adjustment: Adjustment | None = attrs.field(default=None, eq=False)


def why(sheet: Sheet, unit: UnitScore) -> tuple[Line, ...]:
    """The lines of a unit, worst first; they add up to the sheet's points minus its score. Raises ValueError without one."""
    if unit.score is None:
        raise ValueError(f"{unit.unit} has no score on {sheet.id}")
    if unit.basis == "mean":
        mean = unit.score if unit.mean is None else unit.mean.value
        lines = [Line(code="mean", points=sheet.points - mean, words=sheet.without_tickets_words, place=sheet.place)]
        lines += _adjustment_lines(unit)
    else:
        lines = [*_item_lines(unit), *_adjustment_lines(unit)]
    lost = added(line.points for line in lines)
    if lost != sheet.points - unit.score:
        raise AssertionError(f"{unit.unit} on {sheet.id}: lines add up to {lost}, not to {sheet.points - unit.score}")
    whole = lcm(*{line.points.denominator for line in lines})
    return tuple(sorted(lines, key=lambda line: _place(line, whole)))


def _item_lines(unit: UnitScore) -> Iterator[Line]:
    """Of an item that starts from nothing, what was not earned is one line; what was lost besides has its causes.

    What an item starts from besides its points (of an extra: besides nothing) is told the same way.
    """
    for one in unit.items:
        item = one.item
        said = _words_by_cause(one)
        for share in one.charged:
            yield Line(
                code=_code(share.charge), points=share.points, item=item, part=share.part, charge=share.charge,
                words=said.get((share.part, share.charge.name if share.charge else None), item.words), place=item.place,
                weight=share.weight,
            )  # fmt: skip
        start = ZERO if item.extra else item.points
        if item.full is start or item.full == start:
            continue
        unearned = start - one.score - added(share.points for share in one.charged)
        if unearned:
            yield Line(code="unearned", points=unearned, item=item, part=item.id, words=item.words, place=item.place)


def _words_by_cause(one: ItemScore) -> dict[tuple[str, str | None], str]:
    """The law's words of the part that counts a measure or finding, or (None) of one that no ticket causes, by the part's name:
    several parts of an item may have the same."""
    said: dict[tuple[str, str | None], str] = {}
    for part in one.parts:
        words = part.part.words or one.item.words
        for cause in (*part.part.measures, part.part.finding):
            said.setdefault((part.name, cause), words)
        if part.lost and not part.charges:
            said.setdefault((part.name, None), words)
    return said


def _adjustment_lines(unit: UnitScore) -> Iterator[Line]:
    for one in unit.adjustments:
        yield Line(code=one.code, points=-one.points, words=one.words, place=one.place, adjustment=one)


def _code(charge: Charge | None) -> str:
    if charge is None:
        return "no_ticket"
    return "finding" if charge.finding is not None else "verdict"


def _place(line: Line, whole: int) -> tuple[int, str, str]:
    """Most points first, as so many parts of a whole: whole numbers are far quicker to sort than fractions."""
    parts = line.points.numerator * (whole // line.points.denominator)
    return -parts, line.item.id if line.item else "~", (line.charge.ticket or "") if line.charge else ""
