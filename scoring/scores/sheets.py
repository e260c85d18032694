"""Evidence + rulebook -> a period's sheet: every unit's items, what bounds and vetoes change, total and rank."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import chain, groupby

import attrs

from calendars.clock import Clock
from calendars.periods import last_day
from metrics.measures import VOLUME
from metrics.tallies import Tally
from scoring.law.arithmetic import ZERO, added, half_up, held
from scoring.law.rulebook import Item, Rulebook, Sheet, Veto
from scoring.scores.evidence import Charge, Evidence
from scoring.scores.gaps import note_of
from scoring.scores.honours import Standing, boards_of, grades_of
from scoring.scores.parts import PartContext, PartScore, bounded_sides, counts, judge, price_of
from scoring.scores.shares import Share, shares_of
from scoring.scores.workings import ItemArithmetic, Mean, bounded

EMPTY = Tally()


@attrs.frozen
class Judging:
    """What judging needs besides the evidence: the rulebook, its clock, and the moment it is done."""

    book: Rulebook
    clock: Clock
    as_of: int


@attrs.frozen(kw_only=True)
class ItemScore:
    """An item of one unit: its exact score, and the parts it was judged by. `note`: why it was not judged by them (untold, waived:
    no source tells what it needs, and it counts in full); `arithmetic`: how they came to the score where it was (not_done: what no
    source tells is taken as not done, and that costs nothing here)."""

    item: Item
    score: Fraction
    parts: tuple[PartScore, ...] = ()
    note: str = ""
    arithmetic: ItemArithmetic | None = None

    @property
    def lost(self) -> Fraction:
        """Full marks minus score; below 0 it is a gain."""
        return self.item.full - self.score

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """`lost` by its causes; what no single ticket caused (a volume bonus, a missing proof) has no cause."""
        lost = self.lost
        charges: list[tuple[Charge | None, str, Fraction]] = []
        for part in self.parts:
            charges += [(charge, part.name, weight) for charge, weight in part.charges]
            if not part.charges and part.lost:
                charges.append((None, part.name, part.lost))
        if not any(weight for _, _, weight in charges):
            return (Share(None, self.item.id, lost),) if lost else ()
        if lost and not added(weight for _, _, weight in charges):
            charges.append((None, self.item.id, lost))
        return shares_of(lost, charges)

    @property
    def charged(self) -> tuple[Share, ...]:
        """The shares that are told of their causes: of an item that starts from nothing, only what was lost besides."""
        earned = not self.item.extra and self.item.full < self.item.points
        return tuple(share for share in self.shares if share.points and (not earned or share.points > 0))


@attrs.frozen
class Adjustment:
    """What changed a total besides its items: re-spread points, a group's cap, a bound, a veto, rounding.

    From `before` (the sum it changed) to `before` + `points`, which is the bound that held it, if any. Of re-spread points, `before`
    is what the other items lost; `spread` are the points of those and of the empty ones.
    """

    code: str
    points: Fraction
    words: str = ""
    place: str = ""
    before: Fraction = attrs.field(default=ZERO, kw_only=True)
    spread: tuple[Fraction, Fraction] | None = attrs.field(default=None, kw_only=True)


@attrs.frozen(kw_only=True)
class UnitScore:
    """A unit's line on a sheet: score = its items + its adjustments.

    `basis`: its own `tickets`, or the `mean` of the others; `score` None: there was no other. `ignored`: findings on a unit with
    that mean, which cost it nothing and gave it nothing. `grade` and `board` (red, black) where its sheet gives them.
    """

    unit: str
    group: str
    score: Fraction | None
    basis: str
    items: tuple[ItemScore, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    rank: int | None = None
    mean: Mean | None = None
    ignored: tuple[Charge, ...] = ()
    grade: str = ""
    board: str = ""

    def item(self, name: str) -> ItemScore | None:
        """An item by its id."""
        return next((one for one in self.items if one.item.id == name), None)


@attrs.frozen(kw_only=True)
class SheetScore:
    """A sheet of one period, best unit first; `apart`: who is listed apart without a rank, by why (`no_tickets`, `none_due`).
    `idle`: findings that would be priced on it, of units that do not stand on it."""

    sheet: Sheet
    month: int
    units: tuple[UnitScore, ...]
    apart: Mapping[str, tuple[str, ...]] = attrs.Factory(dict)
    idle: tuple[Charge, ...] = ()


def sheet_of(judging: Judging, sheet: Sheet, month: Evidence) -> SheetScore:
    """The period's sheet: units with tickets by their items, the others by what the sheet says of them."""
    members, active = members_of(sheet, month), active_units(judging.book, sheet, month)
    means = group_means(judging, sheet, month, active)
    scored = [unit_score(judging, sheet, month, unit, means) for unit in sorted(active)]
    if sheet.without_tickets == "mean":
        scored += [_idle(judging, sheet, month, scored, unit) for unit in sorted(members - active)]
    apart = apart_from(sheet, month, members, active)
    units = ranked(scored, sheet.ranking, sheet.ties, frozenset(chain(*apart.values())))
    idle = tuple(_absent(judging, sheet, month, {one.unit for one in units}))
    return SheetScore(sheet=sheet, month=month.month, units=_honoured(sheet, month, units), apart=apart, idle=idle)


def _absent(judging: Judging, sheet: Sheet, month: Evidence, on: set[str]) -> Iterable[Charge]:
    """The findings that the sheet would price, on units that are not on it: without a ticket, or of a group of which no sheet
    prices them."""
    vetoes = {veto.finding for veto in sheet.vetoes if veto.in_force(last_day(month.month))}
    for unit in sorted(month.findings.keys() - on):
        priced = {*_found(judging, sheet, month, unit)}
        for charge in month.findings[unit]:
            if charge in priced or charge.name in vetoes:
                group = month.groups.get(unit)
                others = [one for one in judging.book.sheets if _asks(one, charge) and group in one.groups]
                if not sheet.groups or group is None or group in sheet.groups or not others:
                    yield charge


def _asks(sheet: Sheet, charge: Charge) -> bool:
    """Whether a sheet names a finding at all."""
    named = {part.finding for item in sheet.items for part in item.parts} | {veto.finding for veto in sheet.vetoes}
    return charge.name in named


def apart_from(sheet: Sheet, month: Evidence, members: set[str], active: set[str]) -> dict[str, tuple[str, ...]]:
    """The units listed apart, by why: `no_tickets`, or `none_due`: tickets, but no verdict yet on anything the sheet judges."""
    parts = [part for item in sheet.items_of(month.month) for part in item.parts if part.kind != "bonus"]
    judged = {(measure, channel) for part in parts for measure in part.measures for channel in sheet.channels_of(part)}
    decided = {unit for measure, unit, channel, _ in month.tallies if (measure, channel) in judged}
    found = {"no_tickets": members - active, "none_due": active & month.units(sheet.channels) - decided}
    return {name: tuple(sorted(found[name])) for name in sheet.apart}


def _honoured(sheet: Sheet, month: Evidence, units: Sequence[UnitScore]) -> tuple[UnitScore, ...]:
    day = last_day(month.month)
    grades = tuple(one for one in sheet.grades if one.in_force(day))
    if not grades and sheet.board is None:
        return tuple(units)
    standings = [Standing(unit=one.unit, group=one.group, score=one.score, rank=one.rank) for one in units]
    graded, listed = grades_of(standings, grades, sheet.ranking), boards_of(standings, sheet.board)
    return tuple(attrs.evolve(one, grade=graded.get(one.unit, ""), board=listed.get(one.unit, "")) for one in units)


def members_of(sheet: Sheet, month: Evidence) -> set[str]:
    """The enrolled units that stand on the sheet."""
    return {unit for unit, group in month.groups.items() if not sheet.groups or group in sheet.groups}


def active_units(book: Rulebook, sheet: Sheet, month: Evidence) -> set[str]:
    """The units that are scored by their own tickets (or by none, where the sheet judges everyone)."""
    found = month.units(sheet.channels, VOLUME.name if book.reading("idle_unit") == "no_dispatch" else None)
    active = {unit for unit in found if not sheet.groups or month.group(unit) in sheet.groups}
    return active | members_of(sheet, month) if sheet.without_tickets == "everyone" else active


NOT_JUDGED = ("group_mean", "untold", "waived", "not_concerned")
"""Notes of items with nothing to divide by, that make no mean."""
Means = Mapping[tuple[str, str], Fraction]
"""An item's mean score by (group, item id), where the rulebook gives it to units with nothing to divide by."""


def unit_score(judging: Judging, sheet: Sheet, month: Evidence, unit: str, means: Means | None = None) -> UnitScore:
    """One unit's items, adjustments and total."""
    items = tuple(_item_score(judging, sheet, item, month, unit, means or {}) for item in sheet.items_of(month.month))
    adjustments = tuple(one for one in _adjustments(judging, sheet, month, unit, items) if one.points)
    total = added(one.score for one in items) + added(one.points for one in adjustments)
    return UnitScore(
        unit=unit, group=month.group(unit), score=total, basis="tickets", items=items, adjustments=adjustments
    )  # fmt: skip


def _item_score(judging: Judging, sheet: Sheet, item: Item, month: Evidence, unit: str, means: Means) -> ItemScore:
    return item_score(judging, sheet, item, unit, [month] * len(item.parts), means)


def item_score(
    judging: Judging, sheet: Sheet, item: Item, unit: str, months: Sequence[Evidence], means: Means | None = None
) -> ItemScore:
    """One unit's item, each of its parts judged on the evidence that stands in its place in `months`."""
    group = months[0].group(unit)
    if item.concerns and group not in item.concerns:
        return ItemScore(item=item, score=ZERO if item.extra else item.points, note="not_concerned")
    note = note_of(sheet, item, months[0], unit, judging.book.untold)
    if note in ("untold", "waived"):
        return ItemScore(item=item, score=item.full, note=note)
    benches = [PartContext(judging.book, judging.clock, sheet, item, unit, month, judging.as_of) for month in months]
    parts = tuple(judge(bench, part) for bench, part in zip(benches, item.parts, strict=True))
    if item.when_empty != "full" and _empty(parts):
        mean = (means or {}).get((group, item.id), item.full)
        return ItemScore(
            item=item, score=mean if item.when_empty == "group_mean" else item.full, parts=parts, note=item.when_empty
        )
    if any(_unproved(judging.book, part) for part in parts):
        return ItemScore(item=item, score=item.floor or ZERO, parts=parts, note="unproved")
    if item.extra and judging.book.reading("reward_bounds") == "each_side":
        parts = bounded_sides(parts, item.floor, item.cap)
    lost = parts[0].lost if len(parts) == 1 else added(part.lost for part in parts)
    exact, digits = item.full - lost, judging.book.digits.item
    within = held(exact, item.floor, item.cap)
    score = half_up(within, digits)
    code, limit = ("floor", item.floor) if within > exact else ("cap", item.cap)
    bounds = bounded(exact, code, limit or ZERO, within)
    bounds += bounded(within, "digits", Fraction(digits), score)
    arithmetic = ItemArithmetic(start=item.full, lost=lost, bounds=bounds)
    return ItemScore(item=item, score=score, parts=parts, arithmetic=arithmetic, note=note)


def _unproved(book: Rulebook, part: PartScore) -> bool:
    """Whether a part that nothing was found for takes the whole item with it."""
    reading = part.part.proof_reading
    return bool(reading) and not part.charges and book.reading(reading) == "whole"


def _empty(parts: Sequence[PartScore]) -> bool:
    return all(part.is_empty for part in parts)


def _adjustments(
    judging: Judging, sheet: Sheet, month: Evidence, unit: str, items: Sequence[ItemScore]
) -> Iterable[Adjustment]:
    """In the order of the law: re-spread points, caps of groups, bounds (before or after the extras), veto, rounding."""
    digits, day = judging.book.digits.total, last_day(month.month)
    plain = [one for one in items if not one.item.extra]
    total = added(one.score for one in plain)
    for step in (_respread(plain, digits), *_caps(sheet, items, day, extra=False)):
        total += step.points
        yield step
    if sheet.order == "clamp_then_add":
        total, step = _bounded(total, sheet, held(sheet.points, None, sheet.cap))
        yield step
    total += sum((one.score for one in items if one.item.extra), ZERO)
    for step in _caps(sheet, items, day, extra=True):
        total += step.points
        yield step
    total, step = _bounded(total, sheet, sheet.cap)
    yield step
    for veto in sheet.vetoes:
        if veto.in_force(day) and vetoed(veto, month, unit, sheet.channels):
            yield Adjustment("veto", -total, veto.words, veto.place, before=total)
            return
    yield Adjustment("rounding", half_up(total, digits) - total, before=total)


def _respread(items: Sequence[ItemScore], digits: int) -> Adjustment:
    """Points of items with nothing to divide by go to the others, in proportion; to the decimals of a total."""
    empty = [one for one in items if one.note == "respread"]
    judged = [one for one in items if one.note != "respread"]
    points = added(one.item.points for one in judged)
    if not empty or not points:
        return Adjustment("respread", ZERO)
    lost = sum((one.item.points - one.score for one in judged), ZERO)
    spread = points, added(one.item.points for one in empty)
    change = half_up(-lost * spread[1] / points, digits)
    return Adjustment("respread", change, empty[0].item.words, empty[0].item.place, before=lost, spread=spread)


def _caps(sheet: Sheet, items: Sequence[ItemScore], day: date, *, extra: bool) -> Iterable[Adjustment]:
    """The bounds of groups of items: of those with an `extra` item, or of the others."""
    for group in (one for one in sheet.caps if one.in_force(day)):
        inside = [one for one in items if one.item.id in group.items]
        if not inside or any(one.item.extra for one in inside) != extra:
            continue
        total = added(one.score for one in inside)
        within = total if group.cap is None else min(total, group.cap)
        within = within if group.floor is None else max(within, group.floor)
        yield Adjustment("group_cap", within - total, group.words, sheet.place, before=total)


def _bounded(total: Fraction, sheet: Sheet, cap: Fraction | None) -> tuple[Fraction, Adjustment]:
    within = held(total, sheet.floor, cap)
    return within, Adjustment("bounds", within - total, "", sheet.place, before=total)


def vetoed(veto: Veto, month: Evidence, unit: str, channels: Sequence[str]) -> bool:
    """Whether the period counts nothing for the unit; a breach on the veto's own channels, else on `channels`."""
    if veto.finding:
        return bool(month.found(unit, veto.finding, (veto.finding,)))
    return bool(month.cases(unit, veto.measure, veto.channels or channels, ()))


def marginal(judging: Judging, sheet: Sheet, month: Evidence, charge: Charge) -> Fraction:
    """How many points more the unit's sheet would have, had this breach been met and all else been the same."""
    now, then = (unit_score(judging, sheet, one, charge.unit).score for one in (month, without(month, charge)))
    return (then or ZERO) - (now or ZERO)


def without(month: Evidence, charge: Charge) -> Evidence:
    """The evidence had this breach been met; a finding had it not been made."""
    if charge.finding is not None:
        left = [one for one in month.findings[charge.unit] if one.position != charge.position]
        return attrs.evolve(month, findings={**month.findings, charge.unit: left})
    place = next(
        (charge.name, charge.unit, charge.channel, number)
        for number in month.months
        if month.tallies.get((charge.name, charge.unit, charge.channel, number), EMPTY).breaches
    )
    tally = month.tallies[place]
    left = [one for one in month.breaches[charge.name, charge.unit] if one != charge]
    return attrs.evolve(
        month,
        tallies={**month.tallies, place: attrs.evolve(tally, breaches=tally.breaches - 1)},
        breaches={**month.breaches, (charge.name, charge.unit): left},
    )


def group_means(judging: Judging, sheet: Sheet, month: Evidence, units: Iterable[str]) -> Means:
    """Mean of an item over the units of a group that had something to divide by."""
    wanted = [item for item in sheet.items_of(month.month) if item.when_empty == "group_mean"]
    scores: dict[tuple[str, str], list[Fraction]] = {}
    for item in wanted:
        for unit in sorted(units):
            one = _item_score(judging, sheet, item, month, unit, {})
            if one.note not in NOT_JUDGED:
                scores.setdefault((month.group(unit), item.id), []).append(one.score)
    digits = judging.book.digits.item
    return {place: half_up(added(found) / len(found), digits) for place, found in scores.items()}


def _idle(judging: Judging, sheet: Sheet, month: Evidence, scored: Sequence[UnitScore], unit: str) -> UnitScore:
    """A unit without a ticket gets the mean of those that had one, of all or of its group; with the findings on it, or not."""
    group = month.group(unit)
    grouped = "idle_mean" in {one.id for one in judging.book.readings} and judging.book.reading("idle_mean") == "group"
    scores = [
        one.score
        for one in scored
        if one.basis == "tickets" and one.score is not None and (not grouped or one.group == group)
    ]
    mean = _mean(scores, judging.book.digits.total)
    if mean is None or judging.book.reading("idle_findings") == "ignored":
        score, ignored = None if mean is None else mean.value, _found(judging, sheet, month, unit)
        return UnitScore(unit=unit, group=group, score=score, basis="mean", mean=mean, ignored=ignored)
    total = held(mean.value + _found_worth(judging, sheet, month, unit), sheet.floor, sheet.cap)
    step = Adjustment("idle_findings", total - mean.value, before=mean.value)
    adjustments = (step,) if step.points else ()
    return UnitScore(unit=unit, group=group, score=total, basis="mean", mean=mean, adjustments=adjustments)


def _found_worth(judging: Judging, sheet: Sheet, month: Evidence, unit: str) -> Fraction:
    """What the findings on a unit without tickets take from it, or give it: of each item that findings alone decide."""
    worth = ZERO
    for item in sheet.items_of(month.month):
        parts = tuple(part for part in item.parts if part.kind in ("findings", "awards", "pairs"))
        if parts and (item.extra or parts == item.parts):
            only = attrs.evolve(item, parts=parts)
            worth -= item_score(judging, sheet, only, unit, [month] * len(parts)).lost
    return worth


def _found(judging: Judging, sheet: Sheet, month: Evidence, unit: str) -> tuple[Charge, ...]:
    """The findings on a unit that an item of the sheet would have priced, had it had a ticket."""
    found = month.findings.get(unit, ())
    parts = [(item, part) for item in sheet.items_of(month.month) for part in item.parts]
    return tuple(
        charge
        for charge in found
        if any(
            counts(sheet, part, charge) == "judged"
            and price_of(judging.book, part, charge)
            and not month.is_exempt(charge, (item.id, item.name_of(part)))
            for item, part in parts
        )
    )


def _mean(scores: Sequence[Fraction], digits: int) -> Mean | None:
    total = added(scores)
    return Mean(total=total, count=len(scores), value=half_up(total / len(scores), digits)) if scores else None


def ranked(
    scored: Iterable[UnitScore], ranking: str = "sheet", ties: str = "share", apart: frozenset[str] = frozenset()
) -> tuple[UnitScore, ...]:
    """Best first, over all or within each group. Equal scores share a rank (1, 2, 2, 4), or an item orders them. Those `apart`
    have no rank, and stand behind the others."""

    def second(one: UnitScore) -> Fraction:
        item = None if ties == "share" else one.item(ties)
        return ZERO if item is None else item.score

    def merit(one: UnitScore) -> tuple[Fraction, Fraction]:
        return -(one.score or ZERO), -second(one)

    order = sorted(scored, key=lambda one: (one.unit in apart, one.score is None, *merit(one), one.unit))
    groups: dict[str, list[UnitScore]] = {}
    for one in (one for one in order if one.unit not in apart):
        groups.setdefault(one.group if ranking == "group" else "", []).append(one)
    ranks: dict[str, int | None] = {}
    for members in groups.values():
        for _, equal in groupby(enumerate(members, 1), key=lambda place: merit(place[1])):
            placed = list(equal)
            ranks |= {one.unit: None if one.score is None else placed[0][0] for _, one in placed}
    return tuple(attrs.evolve(one, rank=ranks.get(one.unit)) for one in order)
