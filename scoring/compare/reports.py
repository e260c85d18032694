"""Two reports of one period -> what moved, unit by unit and item by item, and what moved it; the parts add up exactly.

From one report to the other the way is taken in legs, each with one reason: the facts (and the time) known, then the
calendar, then each reading, or the rulebook as a whole, then what was said of what no source tells. A leg begins where the
one before it ended.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import attrs

from scoring.compare.items import Move, Side, moves_of, state_of
from scoring.compare.verdicts import FactChange, VerdictChange, finding_flips, flips_of, touches_of
from scoring.law.arithmetic import ZERO, added, gained
from scoring.scores.evidence import Evidence, together
from scoring.scores.parts import counts
from scoring.scores.scoring import Scoring, again
from scoring.scores.sheets import Means, SheetScore, UnitScore, active_units, group_means, sheet_of


@attrs.frozen(kw_only=True)
class Leg:
    """A stretch of the way with one reason: `facts`, `calendar`, `rulebook`, `reading` (then `reading` names it), `untold` (what is
    to come of what no source tells), or `supposed`: facts of one ticket taken otherwise than they are.

    `touches`: by ticket, the facts that only one side knows or takes as voided, of the tickets that it moved anything of. `voids`:
    position of a voided fact -> position of its void.
    """

    reason: str
    before: Scoring
    after: Scoring
    reading: str = ""
    touches: Mapping[str, Sequence[FactChange]] = attrs.Factory(dict)
    voids: Mapping[int, int] = attrs.Factory(dict)


@attrs.frozen(kw_only=True)
class ItemMoves:
    """What one leg did to one item of a sheet, or to a unit's total (`item` empty): moves that add up to what it changed.

    Codes of moves of a total: the code of an adjustment, `mean` (the mean of the others), `basis` (own tickets on one
    side, the mean on the other) and `item` (only one side's rulebook has it; then `item` names it).
    """

    leg: Leg
    sheet: str
    item: str
    moves: tuple[Move, ...]

    @property
    def points(self) -> Fraction:
        """What it changed."""
        return added(move.points for move in self.moves)


@attrs.frozen(kw_only=True)
class ItemChange:
    """An item's score on both sides; None where the unit was not judged by it."""

    item: str
    title: str
    before: Fraction | None
    after: Fraction | None
    cuts: tuple[ItemMoves, ...]

    @property
    def change(self) -> Fraction | None:
        """After minus before."""
        return gained(self.before, self.after)


@attrs.frozen(kw_only=True)
class UnitChange:
    """A unit's line on both sides (None: it has none there), its items, and what changed its total besides them."""

    unit: str
    before: UnitScore | None
    after: UnitScore | None
    items: tuple[ItemChange, ...]
    total: tuple[ItemMoves, ...]

    @property
    def change(self) -> Fraction | None:
        """After minus before; None where it has no score on one side."""
        return gained(*(None if one is None else one.score for one in (self.before, self.after)))

    @property
    def moved(self) -> bool:
        """Whether anything of it is otherwise: score, rank, or a verdict."""
        lines = [None if one is None else (one.score, one.rank, one.basis) for one in (self.before, self.after)]
        return lines[0] != lines[1] or bool(self.total) or any(item.cuts for item in self.items)


@attrs.frozen(kw_only=True)
class SheetChange:
    """A sheet of the period on both sides: every unit of either."""

    sheet: str
    title: str
    units: tuple[UnitChange, ...]


@attrs.frozen(kw_only=True)
class Difference:
    """All that moved between two reports of a period."""

    before: Scoring
    after: Scoring
    months: tuple[int, ...]
    legs: tuple[Leg, ...]
    sheets: tuple[SheetChange, ...]


def difference(
    before: Scoring, after: Scoring, months: Sequence[int], period: str = "month", legs: Sequence[Leg] | None = None
) -> Difference:
    """The difference of two reports, for the sheets of one kind of period; by these legs, or those of `legs_of`."""
    stops, gone = [_Stop.of(before, months, period)], []
    changes: dict[tuple[str, str], dict[str, list[ItemMoves]]] = {}
    for asked in legs_of(before, after) if legs is None else legs:
        stops.append(_Stop.of(asked.after, months, period))
        made = [*_cuts(asked, stops[-2], stops[-1])]
        leg = _touched(asked, [cut for _, cuts in made for cut in cuts])
        gone.append(leg)
        for (sheet, unit), cuts in made:
            of_unit = changes.setdefault((sheet, unit), {})
            for cut in cuts:
                of_unit.setdefault(cut.item, []).append(attrs.evolve(cut, leg=leg))
    sheets = tuple(
        _sheet_change(name, stops[0], stops[-1], changes) for name in _names(stops[0].sheets, stops[-1].sheets)
    )
    return Difference(before=before, after=after, months=tuple(months), legs=tuple(gone), sheets=sheets)


def _touched(leg: Leg, cuts: Sequence[ItemMoves]) -> Leg:
    """The leg, with the facts that touched the tickets it moved anything of; a ledger knows millions of others."""
    charges = [move.charge for cut in cuts for move in cut.moves]
    tickets = {one.ticket for one in charges if one is not None and one.ticket}
    return attrs.evolve(leg, touches=touches_of(leg.before, leg.after, leg.voids, tickets))


def legs_of(before: Scoring, after: Scoring, voids: Mapping[int, int] | None = None) -> tuple[Leg, ...]:
    """The way from one report to the other; none where they are the same in everything. `voids`: see `touches_of`."""
    voids = voids or {}
    legs: list[Leg] = []

    def go(there: Scoring, reason: str, reading: str = "") -> Scoring:
        there = after if _same(there, after) else there
        legs.append(Leg(reason=reason, reading=reading, before=here, after=there, voids=voids))
        return there

    here = before
    if (before.snapshot.head, before.as_of) != (after.snapshot.head, after.as_of):
        snapshot = here.snapshot if before.snapshot.head == after.snapshot.head else after.snapshot
        here = go(again(here, snapshot=snapshot, as_of=after.as_of), "facts")
    if here.calendar.digest() != after.calendar.digest():
        here = go(again(here, calendar=after.calendar), "calendar")
    if here.book.text != after.book.text:
        here = go(again(here, book=attrs.evolve(after.book, untold=here.book.untold)), "rulebook")
    for reading in here.book.readings:
        taken = after.book.reading(reading.id)
        if here.book.reading(reading.id) != taken:
            book = attrs.evolve(here.book, taken={**here.book.taken, reading.id: taken})
            here = go(again(here, book=book), "reading", reading.id)
    if here.book.untold != after.book.untold:
        go(again(here, book=after.book), "untold")
    return tuple(legs)


def _same(one: Scoring, other: Scoring) -> bool:
    sides = [(side.snapshot.head, side.as_of, side.calendar.digest(), side.book.digest) for side in (one, other)]
    return sides[0] == sides[1]


@attrs.frozen(kw_only=True)
class _Stop:
    """A report at one end of a leg: its evidence and its sheets."""

    scoring: Scoring
    month: Evidence
    sheets: Mapping[str, SheetScore]
    means: Mapping[str, Means]

    @classmethod
    def of(cls, scoring: Scoring, months: Sequence[int], period: str) -> "_Stop":
        evidence = scoring.evidence(months)
        month = together([evidence[number] for number in months])
        judging = scoring.judging
        sheets = {one.id: sheet_of(judging, one, month) for one in scoring.book.sheets if one.period == period}
        means = {
            name: group_means(judging, one.sheet, month, active_units(judging.book, one.sheet, month))
            for name, one in sheets.items()
        }
        return cls(scoring=scoring, month=month, sheets=sheets, means=means)

    def line(self, sheet: str, unit: str) -> UnitScore | None:
        """The unit's line on a sheet."""
        units = self.sheets[sheet].units if sheet in self.sheets else ()
        return next((one for one in units if one.unit == unit), None)

    def side(self, sheet: str, line: UnitScore, item: str) -> Side | None:
        """The item of a unit's line, with those who judge it."""
        found = line.item(item)
        if found is None:
            return None
        return Side(
            judging=self.scoring.judging, sheet=self.sheets[sheet].sheet, item=found.item, month=self.month,
            means=self.means[sheet],
        )  # fmt: skip


def _cuts(leg: Leg, before: _Stop, after: _Stop) -> Iterator[tuple[tuple[str, str], list[ItemMoves]]]:
    """What the leg did, by sheet and unit."""
    flips = flips_of(leg.before, leg.after, before.month.months)
    by_unit: dict[str, list[VerdictChange]] = {}
    for flip in flips:
        by_unit.setdefault(flip.unit, []).append(flip)
    for sheet in _names(before.sheets, after.sheets):
        for unit in _units(before, after, sheet):
            lines = before.line(sheet, unit), after.line(sheet, unit)
            mine = _on_sheet(before, after, sheet, by_unit.get(unit, ()))
            expected = gained(*(None if line is None else line.score for line in lines))
            if lines[0] is None or lines[1] is None or expected is None:
                cuts = [ItemMoves(leg=leg, sheet=sheet, item="", moves=tuple(_told(mine)))] if mine else []
            else:
                cuts = list(_unit_cuts(leg, sheet, before, after, lines[0], lines[1], mine))
            if expected is not None and added(cut.points for cut in cuts) != expected:
                raise AssertionError(f"{unit} on {sheet}: the parts do not add up to {expected}")
            yield (sheet, unit), cuts


def _on_sheet(before: _Stop, after: _Stop, sheet: str, flips: Sequence[VerdictChange]) -> list[VerdictChange]:
    """The flips of the sheet's channels (they make a unit stand on it), or of what its items count besides."""
    sheets = [stop.sheets[sheet].sheet for stop in (before, after) if sheet in stop.sheets]
    parts = [(one, part) for one in sheets for item in one.items for part in item.parts]
    return [
        flip
        for flip in flips
        if any(flip.channel in one.channels for one in sheets)
        or any(counts(one, part, flip.charge) for one, part in parts)
    ]


def _told(flips: Sequence[VerdictChange]) -> Iterator[Move]:
    """Flips of a unit that has no score by its own tickets on one side: they are told, but have no price of their own."""
    for flip in flips:
        yield Move(
            code="verdict",
            points=ZERO,
            charge=flip.charge,
            before=state_of(flip.before),
            after=state_of(flip.after),
            flip=flip,
        )


def _unit_cuts(
    leg: Leg, sheet: str, before: _Stop, after: _Stop, old: UnitScore, new: UnitScore, flips: Sequence[VerdictChange]
) -> Iterator[ItemMoves]:
    if old.basis != "tickets" or new.basis != "tickets":
        change = (new.score or ZERO) - (old.score or ZERO)
        if change or old.basis != new.basis:
            whole = Move(code="mean" if old.basis == new.basis else "basis", points=change)
            yield ItemMoves(leg=leg, sheet=sheet, item="", moves=(whole, *_told(flips)))
        return
    findings = list(finding_flips(before.month, after.month, old.unit))
    for name in dict.fromkeys(one.item.id for one in (*old.items, *new.items)):
        sides = before.side(sheet, old, name), after.side(sheet, new, name)
        if sides[0] is not None and sides[1] is not None:
            moves = moves_of(sides[0], sides[1], old.unit, flips, findings)
        else:
            scores = [line.item(name) for line in (old, new)]
            moves = (Move(code="item", points=_score(scores[1]) - _score(scores[0])),)
        if moves:
            yield ItemMoves(leg=leg, sheet=sheet, item=name, moves=moves)
    moved = tuple(_adjustments(old, new))
    if moved:
        yield ItemMoves(leg=leg, sheet=sheet, item="", moves=moved)


def _score(item: object) -> Fraction:
    score = getattr(item, "score", None)
    return score if isinstance(score, Fraction) else ZERO


def _adjustments(old: UnitScore, new: UnitScore) -> Iterator[Move]:
    """What changed of the bounds, vetoes and roundings of a total, by code."""
    for code in dict.fromkeys(one.code for one in (*old.adjustments, *new.adjustments)):
        points = [added(one.points for one in line.adjustments if one.code == code) for line in (old, new)]
        if points[0] != points[1]:
            yield Move(code=code, points=points[1] - points[0])


def _names(before: Mapping[str, SheetScore], after: Mapping[str, SheetScore]) -> list[str]:
    return list(dict.fromkeys((*before, *after)))


def _units(before: _Stop, after: _Stop, sheet: str) -> list[str]:
    units = [one.unit for stop in (after, before) if sheet in stop.sheets for one in stop.sheets[sheet].units]
    return list(dict.fromkeys(units))


def _sheet_change(
    name: str, before: _Stop, after: _Stop, changes: Mapping[tuple[str, str], Mapping[str, Sequence[ItemMoves]]]
) -> SheetChange:
    sheet = (after.sheets.get(name) or before.sheets[name]).sheet
    units = tuple(
        _unit_change(unit, before.line(name, unit), after.line(name, unit), changes.get((name, unit), {}))
        for unit in _units(before, after, name)
    )
    return SheetChange(sheet=name, title=sheet.title, units=units)


def _unit_change(
    unit: str, old: UnitScore | None, new: UnitScore | None, cuts: Mapping[str, Sequence[ItemMoves]]
) -> UnitChange:
    lines = [line for line in (new, old) if line is not None]
    titles = {one.item.id: one.item.title for line in reversed(lines) for one in line.items}
    items = tuple(
        ItemChange(
            item=name, title=title, before=_item(old, name), after=_item(new, name), cuts=tuple(cuts.get(name, ())),
        )
        for name, title in titles.items()
    )  # fmt: skip
    return UnitChange(unit=unit, before=old, after=new, items=items, total=tuple(cuts.get("", ())))


def _item(line: UnitScore | None, name: str) -> Fraction | None:
    found = None if line is None else line.item(name)
    return None if found is None else found.score
