"""What no source tells, on a sheet: how many rounds of which item, of which kinds of fact, and what is done about it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from metrics.coverage import is_plain
from metrics.measures import MEASURE
from scoring.law.rulebook import Item, Part, Sheet
from scoring.scores.evidence import Evidence

HUNDREDTH = 100
"""An item is in want where more than one in so many of its rounds are untold."""


@attrs.frozen(kw_only=True)
class Gap:
    """Rounds that a measure of an item cannot judge: 40 `untold` of 50 `rounds` that signed could judge, of those `waived` by the
    office itself. `lacking` and `excused`: the same by the kind of fact that is missing, as {"sign": 40}; a round that lacks two
    is in both."""

    sheet: Sheet
    item: Item
    measure: str
    units: tuple[str, ...]
    untold: int
    waived: int
    rounds: int
    lacking: Mapping[str, int]
    excused: Mapping[str, int]

    @property
    def is_wanting(self) -> bool:
        """Whether a score cannot rest on what is left."""
        return (self.untold - self.waived) * HUNDREDTH > self.rounds

    @property
    def is_waived(self) -> bool:
        """Whether the office says that it counts in full."""
        return self.waived * HUNDREDTH > self.rounds


def gaps_of(sheet: Sheet, month: Evidence, units: Iterable[str] | None = None) -> Iterator[Gap]:
    """Every item and measure of a sheet with something untold: over all units, or over some."""
    if not month.missing.untold:
        return
    channels = {channel for _, _, channel, _ in month.missing.untold}
    every = {unit for _, unit, _, _ in month.missing.untold} | {unit for _, unit, _ in month.missing.candidates}
    named = sorted(every | {unit for _, unit, _, _ in month.tallies} if units is None else units)
    for item in sheet.items_of(month.month):
        for part in item.parts:
            if channels & {*sheet.channels_of(part)}:
                yield from _of_part(sheet, item, part, month, named)


def _of_part(sheet: Sheet, item: Item, part: Part, month: Evidence, units: Sequence[str]) -> Iterator[Gap]:
    channels = sheet.channels_of(part)
    for measure in part.measures:
        lacking, excused = Counter[str](), Counter[str]()
        untold, waived = 0, 0
        without: list[str] = []
        for unit in units:
            for kinds, count, free in month.missing.of(unit, measure, channels):
                untold, waived = untold + count, waived + free
                without += [unit] if unit not in without[-1:] else []
                for kind in kinds.split():
                    lacking[kind], excused[kind] = lacking[kind] + count, excused[kind] + free
        if untold:
            yield Gap(
                sheet=sheet, item=item, measure=measure, units=tuple(without), untold=untold, waived=waived,
                rounds=sum(_judged(month, unit, measure, channels) for unit in units) + (untold if _has_due(measure) else 0),
                lacking=lacking, excused=excused,
            )  # fmt: skip


def _has_due(measure: str) -> bool:
    return is_plain(MEASURE[measure])


def _judged(month: Evidence, unit: str, measure: str, channels: Sequence[str]) -> int:
    """Of a deadline the rounds that it judged, to which the untold ones come; of any other measure the rounds that it could judge,
    with them among these: not every such round ever comes to a verdict."""
    if _has_due(measure):
        return sum(month.count(unit, measure, (channel,), ()).count for channel in channels)
    return sum(month.missing.candidates.get((measure, unit, channel), 0) for channel in channels)


def note_of(sheet: Sheet, item: Item, month: Evidence, unit: str, untold: str) -> str:
    """What a reader must know of a unit's item of which no source tells enough: it is in full, `waived` by the office, or `untold`
    where that was asked for; or it is judged as if it had not been done, which costs nothing there (`not_done`). Empty where it is
    judged by what is told."""
    if not month.missing.untold or item.extra:
        return ""
    gaps = [gap for gap in gaps_of(sheet, month, [unit]) if gap.item is item]
    if any(gap.is_waived for gap in gaps):
        return "waived"
    return {"full": "untold", "breach": "not_done"}.get(untold, "") if any(gap.is_wanting for gap in gaps) else ""
