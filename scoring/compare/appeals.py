"""Appeals: where each stands, and what its exemption is worth to the unit, everything else the same."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import attrs
import narwhals as nw

from ledger.batches import Event
from ledger.facts import Appeal, Ruling
from scoring.law.arithmetic import gained
from scoring.law.rulebook import Item, Sheet
from scoring.scores.evidence import CASE, Charge, Evidence
from scoring.scores.parts import counts
from scoring.scores.scoring import Scoring
from scoring.scores.sheets import UnitScore, sheet_of

PENDING, GRANTED, REFUSED = "pending", "granted", "refused"


@attrs.frozen(kw_only=True)
class AppealCase:
    """An appeal with the ruling that holds: the last one."""

    position: int
    key: str
    appeal: Appeal
    ruling: Ruling | None = None

    @property
    def state(self) -> str:
        """pending, granted or refused."""
        return PENDING if self.ruling is None else GRANTED if self.ruling.granted else REFUSED


@attrs.frozen(kw_only=True)
class Effect:
    """What the exemption is worth on one sheet of one month: the unit's lines without and with it; `others`: the two lines of each
    other unit whose score or rank it moves."""

    sheet: Sheet
    item: Item
    month: int
    without: UnitScore
    within: UnitScore
    others: tuple[tuple[UnitScore, UnitScore], ...] = ()

    @property
    def points(self) -> Fraction | None:
        """The difference of the scores; None where it has none."""
        return gained(self.without.score, self.within.score)


def cases_of(standing: Sequence[Event]) -> tuple[AppealCase, ...]:
    """The appeals among facts that stand, each with its last ruling (by instant, then key), in the ledger's order."""
    rulings: dict[str, list[tuple[int, str, Ruling]]] = {}
    for event in standing:
        if isinstance(event.fact, Ruling):
            rulings.setdefault(event.fact.key, []).append((event.fact.at, event.key, event.fact))
    return tuple(
        AppealCase(
            position=event.position,
            key=event.key,
            appeal=event.fact,
            ruling=max(told)[2] if (told := rulings.get(event.key)) else None,
        )
        for event in standing
        if isinstance(event.fact, Appeal)
    )


def effects_of(scoring: Scoring, appeal: Appeal) -> Iterator[Effect]:
    """What the exemption is worth in each month and sheet that counts the ticket for the unit under that item."""
    charges = _charges(scoring, appeal)
    for month in sorted(charges):
        evidence = scoring.evidence([month])[month]
        sides = [_with(evidence, appeal, charges[month], exempt=exempt) for exempt in (False, True)]
        for sheet in scoring.book.sheets:
            item = _item(sheet, month, appeal.item) if sheet.period == "month" else None
            ways = {counts(sheet, part, charge) for part in item.parts for charge in charges[month]} if item else set()
            if item is None or not ways & {"judged", "counted"}:
                continue
            without, within = (_lines(scoring, sheet, side) for side in sides)
            unit = str(appeal.unit)
            if unit in without and unit in within:
                others = tuple(_moved(without, within, unit))
                yield Effect(
                    sheet=sheet, item=item, month=month, without=without[unit], within=within[unit], others=others
                )


def _charges(scoring: Scoring, appeal: Appeal) -> dict[int, list[Charge]]:
    """The decided verdicts and the findings of the unit on the ticket, by month."""
    mine = (
        (nw.col("ticket") == appeal.ticket) & (nw.col("unit") == appeal.unit) & (nw.col("decided_at") <= scoring.as_of)
    )
    found: dict[int, list[Charge]] = {}
    for *case, month in scoring.derived.verdicts.filter(mine).select(*CASE, "month").collect().rows():
        found.setdefault(month, []).append(Charge(*case))
    for month, units in scoring.findings.items():
        for charge in units.get(str(appeal.unit), ()):
            if charge.ticket == appeal.ticket:
                found.setdefault(month, []).append(charge)
    return found


def _with(month: Evidence, appeal: Appeal, charges: Sequence[Charge], *, exempt: bool) -> Evidence:
    """The month with, or without, this one exemption."""
    place = (str(appeal.ticket), str(appeal.unit), appeal.item)
    exemptions = month.exemptions | {place} if exempt else month.exemptions - {place}
    others = [charge for charge in month.exempted if (charge.ticket, charge.unit) != place[:2]]
    return attrs.evolve(
        month, exemptions=exemptions, exempted=[*others, *(one for one in charges if one.finding is None)]
    )


def _item(sheet: Sheet, month: int, name: str) -> Item | None:
    """The item of this name, or the one that has a sub-item of it."""
    return next(
        (item for item in sheet.items_of(month) if name in (item.id, *(item.name_of(part) for part in item.parts))),
        None,
    )


def _lines(scoring: Scoring, sheet: Sheet, month: Evidence) -> dict[str, UnitScore]:
    """Unit -> its line on the sheet."""
    return {one.unit: one for one in sheet_of(scoring.judging, sheet, month).units}


def _moved(
    without: Mapping[str, UnitScore], within: Mapping[str, UnitScore], unit: str
) -> Iterator[tuple[UnitScore, UnitScore]]:
    """The lines of other units whose score or rank is another, in the order of the sheet."""
    for name, line in without.items():
        other = within.get(name)
        if name != unit and other is not None and (line.score, line.rank) != (other.score, other.rank):
            yield line, other
