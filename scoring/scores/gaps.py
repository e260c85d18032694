"""What no source tells, on a sheet: how many rounds of which item, and what is done about it."""

from collections.abc import Iterable, Iterator

import attrs

from metrics.measures import MEASURE, Deadline, Opinion, Timely
from scoring.law.rulebook import Item, Part, Sheet
from scoring.scores.evidence import Evidence

HUNDREDTH = 100
"""An item is in want where more than one in so many of its rounds are untold."""


@attrs.frozen(kw_only=True)
class Gap:
    """Rounds that a measure of an item cannot judge: 40 `untold` of 50 `rounds` for signed, of those `waived` by the office itself.
    Of a measure that judges only where somebody was asked, any source that tells will do."""

    sheet: Sheet
    item: Item
    measure: str
    units: tuple[str, ...]
    untold: int
    waived: int
    rounds: int

    @property
    def is_wanting(self) -> bool:
        """Whether a score cannot rest on what is left."""
        return _wants(self.measure, self.untold - self.waived, self.rounds)

    @property
    def is_waived(self) -> bool:
        """Whether the office says that it counts in full."""
        return self.waived > 0 and _wants(self.measure, self.waived, self.rounds)


def _wants(measure: str, untold: int, rounds: int) -> bool:
    if isinstance(MEASURE[measure], Opinion):
        return 0 < rounds <= untold
    return untold * HUNDREDTH > rounds


def gaps_of(sheet: Sheet, month: Evidence, units: Iterable[str] | None = None) -> Iterator[Gap]:
    """Every item and measure of a sheet with something untold: over all units, or over some."""
    if not month.missing.untold:
        return
    channels = {channel for _, _, channel in month.missing.untold}
    every = {unit for _, unit, _ in month.missing.untold} | {unit for unit, _ in month.missing.rounds}
    named = sorted(every if units is None else units)
    for item in sheet.items_of(month.month):
        for part in item.parts:
            if channels & {*sheet.channels_of(part)}:
                yield from _of_part(sheet, item, part, month, named)


def _of_part(sheet: Sheet, item: Item, part: Part, month: Evidence, units: list[str]) -> Iterator[Gap]:
    channels = sheet.channels_of(part)
    for measure in part.measures:
        found = {unit: month.missing.of(unit, measure, channels) for unit in units}
        untold, waived = (sum(counts[place] for counts in found.values()) for place in (0, 1))
        if untold:
            yield Gap(
                sheet=sheet, item=item, measure=measure, untold=untold, waived=waived,
                units=tuple(unit for unit, counts in found.items() if counts[0]),
                rounds=sum(_rounds(month, unit, measure, channels, found[unit][0]) for unit in units),
            )  # fmt: skip


def _rounds(month: Evidence, unit: str, measure: str, channels: tuple[str, ...], untold: int) -> int:
    """Of how many rounds so many are untold: of a deadline those that it judges and they, else those dispatched in the months."""
    declared = MEASURE[measure]
    if isinstance(declared, Deadline) and not isinstance(declared, Timely) and measure != "sealed":
        return untold + sum(month.count(unit, measure, (channel,), ()).count for channel in channels)
    return max(untold, sum(month.missing.rounds.get((unit, channel), 0) for channel in channels))


def note_of(sheet: Sheet, item: Item, month: Evidence, unit: str, untold: str) -> str:
    """Why a unit has an item in full though nothing could judge it: `waived` by the office, or `untold` where that was asked for;
    empty where it is judged."""
    if not month.missing.untold or item.extra:
        return ""
    gaps = [gap for gap in gaps_of(sheet, month, [unit]) if gap.item is item]
    if any(gap.is_waived for gap in gaps):
        return "waived"
    return "untold" if untold == "full" and any(gap.is_wanting for gap in gaps) else ""
