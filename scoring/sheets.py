"""Evidence + rulebook -> a month's sheet: every unit's items, total and rank."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property

import attrs

from scoring.evidence import Cause, Month
from scoring.rulebook import Item, Rulebook, Sheet
from scoring.rules import Bench, Judged, half_up, judge
from scoring.shares import Share, shares_of


@attrs.frozen(kw_only=True)
class ItemScore:
    """An item of one unit: its exact score (2 decimals at most), and the parts it was judged by."""

    item: Item
    score: Fraction
    parts: tuple[Judged, ...]

    @property
    def lost(self) -> Fraction:
        """Full marks minus score; below 0 it is a gain."""
        return self.item.full - self.score

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """`lost` by its causes; what no single ticket caused (a volume bonus) has no cause."""
        charges: list[tuple[Cause | None, str, Fraction]] = []
        for part in self.parts:
            charges += [(cause, part.name, weight) for cause, weight in part.charges]
            if not part.charges and part.lost:
                charges.append((None, part.name, part.lost))
        return shares_of(self.lost, charges)


@attrs.frozen(kw_only=True)
class UnitScore:
    """A unit's line on a sheet. `basis`: its own tickets, or the mean of the others; `score` None: there was no other."""

    unit: str
    group: str
    score: Fraction | None
    basis: str
    items: tuple[ItemScore, ...] = ()
    rank: int | None = None


@attrs.frozen(kw_only=True)
class SheetScore:
    """A sheet of one month, best unit first."""

    sheet: Sheet
    month: int
    units: tuple[UnitScore, ...]


def sheet_of(book: Rulebook, sheet: Sheet, month: Month) -> SheetScore:
    """The month's sheet: units with tickets by their items, the others by what the sheet says of them."""
    active = sorted(month.units(sheet.channels))
    scored = [unit_score(book, sheet, month, unit) for unit in active]
    if sheet.without_tickets == "mean":
        mean = _mean([one.score for one in scored if one.score is not None])
        idle = sorted(set(month.groups) - set(active))
        scored += [UnitScore(unit=unit, group=month.group(unit), score=mean, basis="mean") for unit in idle]
    return SheetScore(sheet=sheet, month=month.month, units=_ranked(scored))


def unit_score(book: Rulebook, sheet: Sheet, month: Month, unit: str) -> UnitScore:
    """One unit's items and total, clamped to the sheet's bounds."""
    items = tuple(_item_score(Bench(book, sheet, item, unit, month)) for item in sheet.items)
    total = sum((one.score for one in items), Fraction(0))
    total = min(max(total, sheet.floor), sheet.points)
    return UnitScore(unit=unit, group=month.group(unit), score=total, basis="tickets", items=items)


def _item_score(bench: Bench) -> ItemScore:
    item = bench.item
    parts = tuple(judge(bench, part) for part in item.parts)
    lost = sum((part.lost for part in parts), Fraction(0))
    return ItemScore(item=item, score=half_up(min(max(item.full - lost, item.floor), item.cap)), parts=parts)


def marginal(book: Rulebook, sheet: Sheet, month: Month, cause: Cause) -> Fraction:
    """How many points more the unit's sheet would have, had this breach been met and all else been the same."""
    now, then = (unit_score(book, sheet, one, cause.unit).score for one in (month, without(month, cause)))
    return (then or Fraction(0)) - (now or Fraction(0))


def without(month: Month, cause: Cause) -> Month:
    """The evidence had this breach been met; a finding had it not been made."""
    if cause.finding is not None:
        left = [one for one in month.findings[cause.unit] if one.position != cause.position]
        return attrs.evolve(month, findings={**month.findings, cause.unit: left})
    place = (cause.name, cause.unit, cause.channel, month.month)
    tally = month.tallies[place]
    left = [one for one in month.breaches[cause.name, cause.unit] if one != cause]
    return attrs.evolve(
        month,
        tallies={**month.tallies, place: attrs.evolve(tally, breaches=tally.breaches - 1)},
        breaches={**month.breaches, (cause.name, cause.unit): left},
    )


def _mean(scores: Sequence[Fraction]) -> Fraction | None:
    return half_up(sum(scores, Fraction(0)) / len(scores)) if scores else None


def _ranked(scored: Iterable[UnitScore]) -> tuple[UnitScore, ...]:
    """Best first; equal scores share a rank (1, 2, 2, 4); without a score, no rank."""
    order = sorted(scored, key=lambda one: (one.score is None, -(one.score or 0), one.unit))
    ranks: Mapping[Fraction, int] = {
        one.score: place for place, one in reversed(list(enumerate(order, 1))) if one.score is not None
    }
    return tuple(attrs.evolve(one, rank=None if one.score is None else ranks[one.score]) for one in order)
