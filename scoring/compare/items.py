"""One item's change of score -> the verdicts, findings and clauses that moved it, adding up exactly.

The item is taken from the evidence of the one side to that of the other in steps, each judged by the rulebook itself: the
unit's group, then verdicts and findings class by class (a class: all that went the same way, such as met to breached),
then the means of its group, then the rest (another clause, or time alone). What a step changes is shared equally among
the members of its class, to 6 decimals, the remainder on the first. So equal flips weigh equally and nothing is left.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import attrs

from metrics.tallies import Tally
from metrics.verdicts import Verdict
from scoring.compare.verdicts import FoundChange, VerdictChange
from scoring.law.arithmetic import half_up
from scoring.law.rulebook import Item, Part, Sheet
from scoring.scores.evidence import Charge, Evidence
from scoring.scores.parts import PartContext, counts
from scoring.scores.shares import DIGITS
from scoring.scores.sheets import Judging, Means, item_score

ABSENT, MET, BREACHED, EXEMPT, THERE = "absent", "met", "breached", "exempt", "there"


@attrs.frozen(kw_only=True)
class Side:
    """An item of one unit on one side: who judges it, on what."""

    judging: Judging
    sheet: Sheet
    item: Item
    month: Evidence
    means: Means

    def score(self, unit: str) -> Fraction:
        """The item's score."""
        return item_score(
            self.judging, self.sheet, self.item, unit, [self.month] * len(self.item.parts), self.means
        ).score


@attrs.frozen(kw_only=True)
class Move:
    """What moved an item by some points. `code`: verdict, finding, group, means or rest.

    Of a verdict or finding: `cause`, and its state before and after (absent, met, breached, exempt, there); `flip` where
    the verdict itself is another, and not only its exemption.
    """

    code: str
    points: Fraction
    charge: Charge | None = None
    before: str = ""
    after: str = ""
    flip: VerdictChange | None = None


def moves_of(
    before: Side, after: Side, unit: str, flips: Sequence[VerdictChange], findings: Sequence[FoundChange]
) -> tuple[Move, ...]:
    """The moves that take the item from its score before to that after; they add up to the change exactly.

    `flips` are the unit's verdicts that differ, `findings` its findings. Raises AssertionError when they do not account
    for the evidence of the later side: nothing may move unexplained.
    """
    goal = after.score(unit)
    path = _Path(before, unit)
    path.regroup(after.month.group(unit))
    for members in _classes(_changes(before, after, unit, flips, findings)):
        path.take(members)
    path.arrive(attrs.evolve(before, month=after.month))
    path.step(attrs.evolve(before, means=after.means), "means")
    path.finish(goal)
    return tuple(path.moves)


@attrs.frozen(kw_only=True)
class _Change:
    """A cause with its state before and after in each part of the item."""

    charge: Charge
    states: tuple[tuple[str, str], ...]
    flip: VerdictChange | None = None

    @property
    def told(self) -> tuple[str, str]:
        """The states in the first part in which they differ."""
        return next(pair for pair in self.states if pair[0] != pair[1])

    @property
    def place(self) -> tuple[bool, tuple[tuple[str, str], ...], str, int]:
        """Its class: verdicts of a measure that went the same way, or a finding alone."""
        found = self.charge.finding is not None
        return found, self.states, self.charge.name, (self.charge.position or 0) if found else 0


@attrs.frozen
class _Stage:
    """What one part is judged on: counts net of exemptions by (measure, channel), findings and answers by position."""

    part: Part
    counts: dict[tuple[str, str], Tally]
    found: dict[int, Charge]
    answers: dict[int, Charge]

    @classmethod
    def of(cls, side: Side, part: Part, unit: str) -> "_Stage":
        bench = _bench(side, unit)
        names, month = bench.names(part), side.month
        counts = {
            (measure, channel): month.count(unit, measure, (channel,), names)
            for measure in _measures(part)
            for channel in side.sheet.channels_of(part)
        }
        found = month.found(unit, part.finding, names) if part.finding else ()
        answers = [
            one for one in month.every_finding.get(unit, ()) if part.answered_by and one.name == part.answered_by
        ]
        return cls(part, counts, _by_position(found), _by_position(answers))

    def take(self, charge: Charge, old: str, new: str) -> None:
        """Let a cause go from one state to another."""
        place = (charge.name, charge.channel)
        if charge.finding is None and place in self.counts:
            self.counts[place] = self.counts[place] - _tally(old) + _tally(new)
        elif charge.finding is not None and charge.position is not None:
            kept = self.found if charge.name == self.part.finding else self.answers
            if new == THERE:
                kept[charge.position] = charge
            elif old == THERE:
                del kept[charge.position]

    def month(self, unit: str, group: str, of: Evidence) -> Evidence:
        """It as the evidence of a period."""
        return Evidence(
            months=of.months,
            tallies={(measure, unit, channel, of.month): tally for (measure, channel), tally in self.counts.items()},
            breaches={}, exempted=(), exemptions=frozenset(), groups={unit: group}, missing=of.missing,
            findings={unit: tuple(self.found.values())}, every_finding={unit: tuple(self.answers.values())},
        )  # fmt: skip


class _Path:
    """The way of one item from side to side: the stages of its parts, its score so far, and the moves made."""

    def __init__(self, side: Side, unit: str) -> None:
        self.side, self.unit = side, unit
        self.group = side.month.group(unit)
        self.stages = [_Stage.of(side, part, unit) for part in side.item.parts]
        self.score = side.score(unit)
        self.moves: list[Move] = []

    def regroup(self, group: str) -> None:
        """The unit belongs to another group."""
        self.group = group
        self.step(self.side, "group")

    def take(self, members: Sequence[_Change]) -> None:
        """All members of a class change their states at once."""
        for change in members:
            for stage, (old, new) in zip(self.stages, change.states, strict=True):
                if old != new:
                    stage.take(change.charge, old, new)
        to = self._judged(self.side)
        self.moves += _shared(to - self.score, members)
        self.score = to

    def arrive(self, there: Side) -> None:
        """Raises AssertionError unless the stages hold what the later side has."""
        for stage in self.stages:
            expected = _Stage.of(there, stage.part, self.unit)
            if (stage.counts, {*stage.found}, {*stage.answers}) != (
                expected.counts, {*expected.found}, {*expected.answers},
            ):  # fmt: skip
                raise AssertionError(f"{self.unit} {self.side.item.id}: evidence moved that no flip explains")

    def step(self, side: Side, code: str) -> None:
        """The same evidence judged by another side's means or group."""
        self.finish(self._judged(side), code)

    def finish(self, score: Fraction, code: str = "rest") -> None:
        """What is left to a score is one move."""
        if score != self.score:
            self.moves.append(Move(code=code, points=score - self.score))
        self.score = score

    def _judged(self, side: Side) -> Fraction:
        months = [stage.month(self.unit, self.group, side.month) for stage in self.stages]
        return item_score(side.judging, side.sheet, side.item, self.unit, months, side.means).score


def _bench(side: Side, unit: str) -> PartContext:
    return PartContext(
        side.judging.book, side.judging.clock, side.sheet, side.item, unit, side.month, side.judging.as_of
    )


def _changes(
    before: Side, after: Side, unit: str, flips: Sequence[VerdictChange], findings: Sequence[FoundChange]
) -> Iterator[_Change]:
    """Every cause whose state differs in some part of the item."""
    by_key = {flip.key: flip for flip in flips}
    exempted = [charge for side in (before, after) for charge in side.month.exempted if charge.unit == unit]
    charges = {_key(charge): charge for charge in exempted} | {key: flip.charge for key, flip in by_key.items()}
    for key, charge in charges.items():
        flip = by_key.get(key)
        raw = (_raw(charge), _raw(charge)) if flip is None else (state_of(flip.before), state_of(flip.after))
        yield from _changed(before, after, charge, raw, flip)
    exempt = [
        charge
        for side in (before, after)
        for charge in side.month.findings.get(unit, ())
        if charge.ticket is not None and side.month.exemptions
    ]
    flipped = {one.charge.position: one for one in findings}
    found = {charge.position: charge for charge in (*exempt, *(one.charge for one in findings))}
    for position, charge in found.items():
        one = flipped.get(position)
        raw = (THERE, THERE) if one is None else (ABSENT, THERE) if one.added else (THERE, ABSENT)
        yield from _changed(before, after, charge, raw, None)


def _changed(
    before: Side, after: Side, charge: Charge, raw: tuple[str, str], flip: VerdictChange | None
) -> Iterator[_Change]:
    item, bench = before.item, _bench(before, charge.unit)
    sides = tuple(zip((before, after), raw, strict=True))
    states = tuple(
        tuple(_state(side.month, charge, bench, part, there) for side, there in sides) for part in item.parts
    )
    if any(_weight(old) != _weight(new) for old, new in states):
        yield _Change(charge=charge, states=tuple((old, new) for old, new in states), flip=flip)


def _state(month: Evidence, charge: Charge, bench: PartContext, part: Part, raw: str) -> str:
    """The state of a cause in a part that looks at it; absent in any other."""
    way = counts(bench.sheet, part, charge)
    if way == "answers":
        return raw
    there = charge.finding is None or any(
        one.position == charge.position for one in month.findings.get(charge.unit, ())
    )
    if not way or not there:
        return ABSENT
    return EXEMPT if raw != ABSENT and month.is_exempt(charge, bench.names(part)) else raw


def _classes(changes: Iterator[_Change]) -> list[list[_Change]]:
    classes: dict[tuple[object, ...], list[_Change]] = defaultdict(list)
    for change in changes:
        classes[change.place].append(change)
    return [sorted(classes[place], key=lambda one: _order(one.charge)) for place in sorted(classes)]


def _shared(points: Fraction, members: Sequence[_Change]) -> Iterator[Move]:
    """A class's points, equally among its members."""
    each = half_up(points / len(members), DIGITS)
    first = points - each * (len(members) - 1)
    for number, change in enumerate(members):
        old, new = change.told
        yield Move(
            code="verdict" if change.charge.finding is None else "finding", points=each if number else first,
            charge=change.charge, before=old, after=new, flip=change.flip,
        )  # fmt: skip


def _measures(part: Part) -> set[str]:
    return {*part.measures, *(() if part.over == "count" or not part.measures else (part.over,))}


def _tally(state: str) -> Tally:
    return Tally(int(state in (MET, BREACHED)), int(state == BREACHED))


def _weight(state: str) -> str:
    return ABSENT if state == EXEMPT else state


def _raw(charge: Charge) -> str:
    return BREACHED if charge.breached else MET


def state_of(state: Verdict | None) -> str:
    """absent, met or breached."""
    return ABSENT if state is None else BREACHED if state.breached else MET


def _key(charge: Charge) -> tuple[str, str, str, int, str]:
    return charge.name, charge.ticket or "", charge.unit, charge.round, charge.channel


def _order(charge: Charge) -> tuple[int, str, int]:
    return charge.at, charge.ticket or "", charge.round


def _by_position(charges: Iterable[Charge]) -> dict[int, Charge]:
    return {charge.position: charge for charge in charges if charge.position is not None}
