"""Two reports of one year -> what moved in its ranking: component by component, the parts adding up exactly."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import attrs

from calendars.periods import month_of
from scoring.law.arithmetic import ZERO, added, gained, half_up
from scoring.scores.scoring import Scoring
from scoring.scores.years import UnitYear, YearScore, year_of


@attrs.frozen(kw_only=True)
class YearMove:
    """What moved a year's score by some points. `code`: component (then `sheet` names it), rounding, veto, or whole (one
    side has no component to speak of)."""

    code: str
    points: Fraction
    sheet: str = ""


@attrs.frozen(kw_only=True)
class PeriodChange:
    """A period of a component that has another score: its last month, like 202305; None where it has none."""

    sheet: str
    until: int
    before: Fraction | None
    after: Fraction | None


@attrs.frozen(kw_only=True)
class UnitYearChange:
    """A unit's year on both sides. The moves add up to the change; the periods say where to look further."""

    unit: str
    before: UnitYear | None
    after: UnitYear | None
    moves: tuple[YearMove, ...]
    periods: tuple[PeriodChange, ...]

    @property
    def change(self) -> Fraction | None:
        """After minus before; None where it has no score on one side."""
        return gained(*(None if one is None else one.score for one in (self.before, self.after)))

    @property
    def moved(self) -> bool:
        """Whether anything of it is otherwise."""
        told = [None if one is None else (one.score, one.rank) for one in (self.before, self.after)]
        return told[0] != told[1] or bool(self.periods)


@attrs.frozen(kw_only=True)
class YearChange:
    """A year's ranking on both sides."""

    year: str
    title: str
    units: tuple[UnitYearChange, ...]


def year_changes(before: Scoring, after: Scoring, year: int) -> tuple[YearChange, ...]:
    """What moved in each of a year's rankings. Raises AssertionError where the parts do not add up."""
    sides = [_years(scoring, year) for scoring in (before, after)]
    return tuple(
        YearChange(year=name, title=(sides[1].get(name) or sides[0][name]).rule.title, units=tuple(_units(name, sides)))
        for name in dict.fromkeys((*sides[1], *sides[0]))
    )


def _years(scoring: Scoring, year: int) -> dict[str, YearScore]:
    return {rule.id: year_of(scoring, rule, year, month_of(scoring.as_of)) for rule in scoring.book.years}


def _units(name: str, sides: Sequence[Mapping[str, YearScore]]) -> Iterator[UnitYearChange]:
    lines = [{one.unit: one for one in side[name].units} if name in side else {} for side in sides]
    for unit in dict.fromkeys((*lines[1], *lines[0])):
        old, new = lines[0].get(unit), lines[1].get(unit)
        moves = tuple(_moves(old, new)) if old is not None and new is not None else ()
        told = UnitYearChange(unit=unit, before=old, after=new, moves=moves, periods=tuple(_periods(old, new)))
        if told.change is not None and added(move.points for move in moves) != told.change:
            raise AssertionError(f"{unit} {name}: the parts do not add up to {told.change}")
        yield told


def _moves(old: UnitYear, new: UnitYear) -> Iterator[YearMove]:
    if old.score is None or new.score is None:
        return
    parts = [_weighted(one) for one in (old, new)]
    if parts[0] is None or parts[1] is None:
        if new.score != old.score:
            yield YearMove(code="whole", points=new.score - old.score)
        return
    for sheet in dict.fromkeys((*parts[0], *parts[1])):
        change = parts[1].get(sheet, ZERO) - parts[0].get(sheet, ZERO)
        if change:
            yield YearMove(code="component", points=change, sheet=sheet)
    raw = [added(part.values()) for part in parts if part is not None]
    rounded = [half_up(one) for one in raw]
    rounding = (rounded[1] - raw[1]) - (rounded[0] - raw[0])
    if rounding:
        yield YearMove(code="rounding", points=rounding)
    veto = (new.score - rounded[1]) - (old.score - rounded[0])
    if veto:
        yield YearMove(code="veto", points=veto)


def _weighted(one: UnitYear) -> dict[str, Fraction] | None:
    """What each component brings; None where one has no score."""
    found: dict[str, Fraction] = {}
    for part in one.components:
        if part.value is None:
            return None
        found[part.component.sheet] = part.component.weight * part.value / 100
    return found


def _periods(old: UnitYear | None, new: UnitYear | None) -> Iterator[PeriodChange]:
    sides = [
        {}
        if one is None
        else {(part.component.sheet, until): score for part in one.components for until, score in part.periods}
        for one in (old, new)
    ]
    for sheet, until in sorted({*sides[0], *sides[1]}):
        scores = sides[0].get((sheet, until)), sides[1].get((sheet, until))
        if scores[0] != scores[1]:
            yield PeriodChange(sheet=sheet, until=until, before=scores[0], after=scores[1])
