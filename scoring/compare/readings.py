"""What each reading of the rules is worth: who would gain and lose under every option, and whose rank would change."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import attrs

from scoring.law.arithmetic import gained
from scoring.law.rulebook import Reading
from scoring.scores.evidence import together
from scoring.scores.scoring import Scoring, again
from scoring.scores.sheets import SheetScore, UnitScore


@attrs.frozen(kw_only=True)
class Shift:
    """A unit's line on a sheet, as it is and as it would be; None where it has none."""

    sheet: str
    unit: str
    before: UnitScore | None
    after: UnitScore | None

    @property
    def change(self) -> Fraction | None:
        """What it would have more; None where it has no score on one side."""
        return gained(*(None if one is None else one.score for one in (self.before, self.after)))

    @property
    def moved(self) -> bool:
        """Whether its score or its rank would be another."""
        told = [None if one is None else (one.score, one.rank) for one in (self.before, self.after)]
        return told[0] != told[1]


@attrs.frozen(kw_only=True)
class Alternative:
    """One option of one reading, and the lines that would move under it."""

    reading: Reading
    option: str
    shifts: tuple[Shift, ...]


def alternatives(scoring: Scoring, months: Sequence[int], period: str = "month") -> Iterator[Alternative]:
    """Every option that is not taken, of every reading, in the rulebook's order."""
    before = _sheets(scoring, months, period)
    for reading in scoring.book.readings:
        for option in reading.options:
            if option == scoring.book.reading(reading.id):
                continue
            book = attrs.evolve(scoring.book, taken={**scoring.book.taken, reading.id: option})
            after = _sheets(again(scoring, book=book), months, period)
            moved = tuple(shift for shift in shifts_of(before, after) if shift.moved)
            yield Alternative(reading=reading, option=option, shifts=moved)


def shifts_of(before: Sequence[SheetScore], after: Sequence[SheetScore]) -> Iterator[Shift]:
    """Every line of either side, sheet by sheet."""
    sides = [_lines(before), _lines(after)]
    for sheet, unit in dict.fromkeys((*sides[1], *sides[0])):
        yield Shift(sheet=sheet, unit=unit, before=sides[0].get((sheet, unit)), after=sides[1].get((sheet, unit)))


def _sheets(scoring: Scoring, months: Sequence[int], period: str) -> tuple[SheetScore, ...]:
    found = scoring.evidence(months)
    return scoring.sheets(together([found[month] for month in months]), period)


def _lines(sheets: Sequence[SheetScore]) -> Mapping[tuple[str, str], UnitScore]:
    return {(one.sheet.id, line.unit): line for one in sheets for line in one.units}
