"""What missing an act that is not yet done would cost: the marginal of its verdict, everything else as it is known."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction

import attrs
import narwhals as nw

from ledger.snapshot import Snapshot
from metrics.pending import Pending, happened_by, pending_of, read_pending, untold_acts
from metrics.tallies import Tally
from scoring.law.arithmetic import ZERO, added
from scoring.law.rulebook import Item, Part, Sheet
from scoring.scores.evidence import Charge, Evidence, together
from scoring.scores.parts import FEW, counts
from scoring.scores.scoring import Scoring
from scoring.scores.sheets import EMPTY, active_units, marginal


@attrs.frozen(kw_only=True)
class Cost:
    """What an act, missed, takes from its unit's sheet of the period that ends with `month`, like 202305: 0.05 points of signing.
    `item` is that which judges it, empty where a veto alone does; `few`: so few are judged there by then that one weighs much."""

    sheet: Sheet
    item: str
    months: tuple[int, ...]
    points: Fraction
    few: bool = False


@attrs.frozen(kw_only=True)
class DueAct:
    """A pending act with what it would cost, sheet by sheet; none: no sheet judges it."""

    pending: Pending
    costs: tuple[Cost, ...]

    @property
    def points(self) -> Fraction:
        """What it would cost on all sheets together."""
        return added(cost.points for cost in self.costs)


def snapshot_at(snapshot: Snapshot, at: int) -> Snapshot:
    """Of what is known, what had happened by an instant. What was voided since is not there either."""
    findings, enrolments = (
        tuple(one for one in events if one.fact.at <= at) for events in (snapshot.findings, snapshot.enrolments)
    )
    whole = happened_by(snapshot.events, at).collect().lazy()
    return attrs.evolve(snapshot, whole=whole, findings=findings, enrolments=enrolments)


def due_acts(scoring: Scoring, units: Collection[str] | None = None) -> tuple[list[DueAct], list[Pending]]:
    """Every pending act of a scoring at its own instant, the earliest due first, with its costs; and those of tickets that are
    exempted from all that judges them. Of some units alone, or of all. Raises OutsideCalendar."""
    waiting = read_pending(pending_of(scoring.derived, scoring.as_of))
    if units is not None:
        waiting = [one for one in waiting if one.unit in units]
    costing = Costing(scoring)
    costing.prepare(waiting)
    judged = [(one, costing.costs(one)) for one in waiting]
    return (
        [DueAct(pending=one, costs=costs) for one, costs in judged if costs is not None],
        [one for one, costs in judged if costs is None],
    )


Place = tuple[Sheet, tuple[int, ...]]


@attrs.frozen(eq=False)
class Costing:
    """A scoring asked what its pending acts cost. What differs in nothing that a sheet looks at is reckoned once."""

    scoring: Scoring
    _evidence: dict[tuple[int, ...], Evidence] = attrs.field(factory=dict, init=False)
    _known: dict[tuple[object, ...], Cost | None] = attrs.field(factory=dict, init=False)

    def prepare(self, waiting: Iterable[Pending]) -> None:
        """Read the evidence of all months at once."""
        months = {month for one in waiting for _, period in self._places(one.month) for month in period}
        self.scoring.evidence(sorted(months))

    def costs(self, one: Pending) -> tuple[Cost, ...] | None:
        """What it costs on each sheet that judges it; None where its ticket is exempted from all that do."""
        found = [(place, [*self._judging(place, one)]) for place in self._places(one.month)]
        judging = [exempt for _, items in found for _, _, exempt in items]
        if judging and all(judging):
            return None
        return tuple(cost for place, items in found if (cost := self._cost(place, items, one)) is not None)

    def _places(self, month: int) -> Iterator[Place]:
        """The sheets of every period that a month lies in."""
        for sheet in self.scoring.book.sheets:
            yield sheet, self.scoring.book.period(sheet, month)

    def _month(self, months: tuple[int, ...]) -> Evidence:
        if months not in self._evidence:
            found = self.scoring.evidence(months)
            self._evidence[months] = together([found[month] for month in sorted(found)])
        return self._evidence[months]

    def _judging(self, place: Place, one: Pending) -> Iterator[tuple[Item, Part, bool]]:
        """The items and parts of a sheet that judge it for a unit of its group, and whether its ticket is exempted there."""
        sheet, months = place
        charge, month = _charge(one), self._month(months)
        group = month.group(one.unit)
        for item in sheet.items_of(months[-1]) if group in sheet.groups or not sheet.groups else ():
            for part in item.parts if group in item.concerns or not item.concerns else ():
                if counts(sheet, part, charge) == "judged":
                    yield item, part, month.is_exempt(charge, item.names_of(part))

    def _cost(self, place: Place, items: Sequence[tuple[Item, Part, bool]], one: Pending) -> Cost | None:
        sheet, months = place
        free = tuple(exempt for _, _, exempt in items)
        key = (sheet.id, months, one.measure, one.unit, one.channel, one.month, one.state == "overdue", free)
        if key not in self._known:
            self._known[key] = self._reckoned(place, [(item, part) for item, part, exempt in items if not exempt], one)
        return self._known[key]

    def _reckoned(self, place: Place, judging: Sequence[tuple[Item, Part]], one: Pending) -> Cost | None:
        """What the sheet would have more had it been met than it has once it is missed; nothing where the unit is not scored by its
        own tickets."""
        sheet, months = place
        missed, points = self._missed(months, one), ZERO
        if one.unit in active_units(self.scoring.book, sheet, missed):
            points = marginal(self.scoring.judging, sheet, missed, _charge(one))
        if not judging:
            return Cost(sheet=sheet, item="", months=months, points=points) if points else None
        item, part = judging[0]
        count = missed.count(one.unit, one.measure, sheet.channels_of(part), item.names_of(part)).count
        return Cost(sheet=sheet, item=item.name_of(part), months=months, points=points, few=count < FEW)

    def _missed(self, months: tuple[int, ...], one: Pending) -> Evidence:
        """The evidence once it is missed: what is overdue is so already."""
        month, charge = self._month(months), _charge(one)
        if one.state == "overdue":
            return month
        place, breaches = (
            (one.measure, one.unit, one.channel, one.month),
            month.breaches.get((one.measure, one.unit), ()),
        )
        tally = month.tallies.get(place, EMPTY)
        exempted = [charge] if any(ticket == one.ticket for ticket, _, _ in month.exemptions) else []
        return attrs.evolve(
            month,
            tallies={**month.tallies, place: Tally(tally.count + 1, tally.breaches + 1)},
            breaches={**month.breaches, (one.measure, one.unit): [*breaches, charge]},
            exempted=[*month.exempted, *exempted],
        )


def _charge(one: Pending) -> Charge:
    """Its verdict once it is missed."""
    return Charge(one.measure, one.ticket, one.unit, one.round, one.channel, True, one.due)


def untold_count(scoring: Scoring, units: Collection[str] | None = None) -> dict[str, int]:
    """By measure, of how many rounds nobody can say whether the act was done."""
    rows = untold_acts(scoring.derived)
    if units is not None:
        rows = rows.filter(nw.col("unit").is_in(sorted(units)))
    found = rows.group_by("measure").agg(nw.len().alias("n")).collect().rows()
    return dict(sorted(found))
