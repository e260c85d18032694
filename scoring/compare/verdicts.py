"""Two reports of one period -> the verdicts and findings that stand otherwise in them, each with what made it so."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import attrs
import narwhals as nw

from ledger.facts import KINDS
from metrics.derive import Derived
from metrics.verdicts import COLUMNS, KEY, Verdict, read_verdicts
from scoring.scores.evidence import Charge, Evidence
from scoring.scores.scoring import Scoring


@attrs.frozen(kw_only=True)
class VerdictChange:
    """A verdict of the period that is not the same on both sides.

    A side is None where the verdict is not decided, not there, or counts in another period; `elsewhere` is that other
    month. The verdict of a round is known by measure, ticket, unit, round and channel.
    """

    measure: str
    ticket: str
    unit: str
    round: int
    channel: str
    before: Verdict | None
    after: Verdict | None
    elsewhere: int | None = None

    @property
    def key(self) -> tuple[str, str, str, int, str]:
        """What tells it from every other verdict."""
        return self.measure, self.ticket, self.unit, self.round, self.channel

    @property
    def charge(self) -> Charge:
        """The verdict as a sheet counts it, of the later side that has it."""
        state = self.after or self.before
        assert state is not None
        return Charge.of(state)


@attrs.frozen
class FactChange:
    """A fact that only one side knows, or that only one side takes as voided: its position, kind and what it did.

    `how`: `added`, `voided`, `restored` (its void was voided), or `unknown_yet` (the later side does not know it). `by`
    is the position of the void.
    """

    position: int
    kind: str
    how: str
    by: int | None = None


def flips_of(before: Scoring, after: Scoring, months: Sequence[int]) -> list[VerdictChange]:
    """The verdicts of some months that differ, by unit, measure and ticket."""
    if _judged_alike(before, after):
        return []
    tickets = _moved(before, after, months)
    if not tickets:
        return []
    narrow = [scoring.of_tickets(tickets) for scoring in (before, after)]
    sides = [
        _decided(derived, scoring.as_of, months, tickets)
        for derived, scoring in zip(narrow, (before, after), strict=True)
    ]
    changed = [_not_in(sides[0], sides[1]), _not_in(sides[1], sides[0])]
    keys = nw.concat([side.select(*KEY) for side in changed], how="vertical").unique().collect()
    if not len(keys):
        return []
    wanted = keys.lazy()
    found = [_by_key(side.join(wanted, on=list(KEY), how="inner")) for side in sides]
    others = [
        _elsewhere(derived, scoring.as_of, wanted, months)
        for derived, scoring in zip(narrow, (before, after), strict=True)
    ]
    every = sorted({*found[0], *found[1]}, key=lambda key: (key[2], key[0], key[1], key[3], key[4]))
    return [
        VerdictChange(
            measure=key[0], ticket=key[1], unit=key[2], round=key[3], channel=key[4],
            before=found[0].get(key), after=found[1].get(key),
            elsewhere=others[0].get(key) if key not in found[0] else others[1].get(key) if key not in found[1] else None,
        )
        for key in every
    ]  # fmt: skip


def _judged_alike(before: Scoring, after: Scoring) -> bool:
    """Whether both have the same verdicts, without deriving them."""
    if (before.snapshot.head, before.as_of) != (after.snapshot.head, after.as_of):
        return False
    practices = before.book.practice(), after.book.practice()
    return practices[0] == practices[1] and before.calendar.digest() == after.calendar.digest() and not after.supposed


def _moved(before: Scoring, after: Scoring, months: Sequence[int]) -> set[str]:
    """The tickets with a verdict of some months that only one side has, or that it has otherwise: by what months are counted from, so
    that only these are derived once more."""
    sides = [_counting(scoring, months) for scoring in (before, after)]
    ways = (_not_in(sides[0], sides[1]), _not_in(sides[1], sides[0]))
    return {ticket for way in ways for (ticket,) in way.select("ticket").unique().collect().rows()}


def _counting(scoring: Scoring, months: Sequence[int]) -> Any:
    frame = scoring.counting(months)["verdicts"].filter(nw.col("decided_at") <= scoring.as_of)
    return frame.select(*KEY, "breached").collect().lazy()


def _decided(derived: Derived, as_of: int, months: Sequence[int], tickets: Collection[str]) -> Any:
    """The verdicts of these tickets alone: one side may be derived of others too."""
    asked = nw.col("month").is_in(list(months)) & (nw.col("decided_at") <= as_of)
    frame = derived.verdicts.filter(asked & nw.col("ticket").is_in([*tickets]))
    return frame.select(*COLUMNS).collect().lazy()


def _not_in(one: Any, other: Any) -> Any:
    """Verdicts that the other side has not, or has otherwise met or breached."""
    return one.join(other.select(*KEY, "breached"), on=[*KEY, "breached"], how="anti")


def _by_key(frame: Any) -> dict[tuple[Any, ...], Verdict]:
    return {attrs.astuple(one)[: len(KEY)]: one for one in read_verdicts(frame)}


def _elsewhere(derived: Derived, as_of: int, wanted: Any, months: Sequence[int]) -> dict[tuple[Any, ...], int]:
    """The other month that a verdict counts in on this side."""
    frame = derived.verdicts.filter(~nw.col("month").is_in(list(months)) & (nw.col("decided_at") <= as_of))
    rows = frame.select(*KEY, "month").join(wanted, on=list(KEY), how="inner").collect().rows()
    return {tuple(row[:5]): row[5] for row in rows}


def touches_of(
    before: Scoring, after: Scoring, voids: Mapping[int, int], tickets: Collection[str]
) -> Mapping[str, tuple[FactChange, ...]]:
    """By ticket, of some tickets, the facts that make its history another one on the later side, in the order of the ledger.

    `voids`: position of a voided fact -> position of its void.
    """
    if before.snapshot.head == after.snapshot.head or not tickets:
        return {}
    columns, asked = ("ticket", "position", "rank"), nw.col("ticket").is_in([*tickets])
    frames = [scoring.snapshot.events.filter(asked).select(*columns) for scoring in (before, after)]
    ends = [scoring.snapshot.head.position for scoring in (before, after)]
    found: dict[str, list[FactChange]] = defaultdict(list)
    for side, other, gone in ((1, 0, False), (0, 1, True)):
        rows = frames[side].join(frames[other].select("position"), on="position", how="anti").collect().rows()
        for ticket, position, rank in rows:
            unknown = position > ends[other]
            how = ("unknown_yet" if gone else "added") if unknown else ("voided" if gone else "restored")
            by = voids.get(position) if how == "voided" else None
            found[ticket].append(FactChange(position, KINDS[rank].kind, how, by))
    return {ticket: tuple(sorted(touches, key=lambda one: one.position)) for ticket, touches in found.items()}


@attrs.frozen(kw_only=True)
class FoundChange:
    """A finding that only one side counts in the period: `cause`, and whether the later side has it."""

    charge: Charge
    added: bool


def finding_flips(before: Evidence, after: Evidence, unit: str) -> Iterator[FoundChange]:
    """The findings of a unit that one side alone has, those that answer others included."""
    sides = [_found(month, unit) for month in (before, after)]
    for position in sorted({*sides[0]} ^ {*sides[1]}):
        added = position in sides[1]
        yield FoundChange(charge=sides[added][position], added=added)


def _found(month: Evidence, unit: str) -> dict[int, Charge]:
    charges = [*month.findings.get(unit, ()), *month.every_finding.get(unit, ())]
    return {charge.position: charge for charge in charges if charge.position is not None}
