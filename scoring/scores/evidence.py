"""What a month is scored from: counts, breaches, findings, exemptions and groups, by unit."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs
import narwhals as nw

from calendars.clock_columns import Frame
from calendars.periods import month_of
from ledger.facts import Enrol, Finding
from ledger.snapshot import Snapshot
from metrics.engines.engine import collected, settled
from metrics.tallies import Countable, Tallies, Tally, tallies_of
from metrics.verdicts import KEY, Verdict, decided

UNENROLLED = "未登记"
CASE = (*KEY, "breached", "decided_at")


@attrs.frozen
class Charge:
    """One verdict or one finding that an item counts. `name` is the measure, or the finding's item in the log."""

    name: str
    ticket: str | None
    unit: str
    round: int
    channel: str
    breached: bool
    at: int
    finding: Finding | None = None
    position: int | None = None

    @classmethod
    def of(cls, verdict: Verdict) -> "Charge":
        """A verdict, as it is counted."""
        return cls(*(getattr(verdict, name) for name in CASE))


@attrs.frozen(kw_only=True)
class Missing:
    """Of a month what cannot be judged as it is: rounds that a measure needs what no source tells of, by (measure, unit, channel,
    the kinds that are missing), of those the `waived`, which the office says count in full; the `candidates` of measures without a
    due, by (measure, unit, channel); and facts whose instant a reading gave. Where nothing is `untold`, candidates are not counted."""

    untold: Mapping[tuple[str, str, str, str], int] = attrs.Factory(dict)
    waived: Mapping[tuple[str, str, str, str], int] = attrs.Factory(dict)
    candidates: Mapping[tuple[str, str, str], int] = attrs.Factory(dict)
    assumed: Mapping[tuple[str, str], int] = attrs.Factory(dict)

    def of(self, unit: str, measure: str, channels: Sequence[str]) -> list[tuple[str, int, int]]:
        """(kinds missing, untold, waived) of a unit for a measure on some channels."""
        return [told[1:] for told in self._places.get((measure, unit), ()) if told[0] in channels]

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], list[tuple[str, str, int, int]]]:
        places: dict[tuple[str, str], list[tuple[str, str, int, int]]] = defaultdict(list)
        for (measure, unit, channel, lacking), count in self.untold.items():
            waived = self.waived.get((measure, unit, channel, lacking), 0)
            places[measure, unit].append((channel, lacking, count, waived))
        return places


NOTHING_MISSING = Missing()
Exemptions = frozenset[tuple[str, str, str]]
"""(ticket, unit, item) taken out."""


@attrs.frozen(kw_only=True)
class Evidence:
    """The evidence of one month for every unit, or of several: `months` like 202305, `month` the last of them; `missing` is what
    cannot be judged as it is.

    `findings` are those of the months, `every_finding` those of all time: an answer may come in the next month.
    """

    months: tuple[int, ...]
    tallies: Tallies
    breaches: Mapping[tuple[str, str], Sequence[Charge]]
    exempted: Sequence[Charge]
    exemptions: Exemptions
    findings: Mapping[str, Sequence[Charge]]
    every_finding: Mapping[str, Sequence[Charge]] = attrs.Factory(dict)
    groups: Mapping[str, str] = attrs.Factory(dict)
    provisional: int = 0
    missing: Missing = NOTHING_MISSING

    @property
    def month(self) -> int:
        """The month, or the last of several."""
        return self.months[-1]

    def count(self, unit: str, measure: str, channels: Sequence[str], names: Sequence[str]) -> Tally:
        """Counted verdicts of a unit on some channels, less those exempted from an item by any of its names."""
        places = [(measure, unit, channel, month) for channel in channels for month in self.months]
        found = [tally for place in places if (tally := self.tallies.get(place)) is not None]
        counted = Tally(sum(tally.count for tally in found), sum(tally.breaches for tally in found))
        return counted - self.removed(unit, measure, channels, names) if self.exempted else counted

    def cases(self, unit: str, measure: str, channels: Sequence[str], names: Sequence[str]) -> list[Charge]:
        """Its breaches, earliest first, less those exempted."""
        cases = [case for case in self.breaches.get((measure, unit), ()) if case.channel in channels]
        return [case for case in cases if not self.is_exempt(case, names)] if self.exemptions else cases

    def found(self, unit: str, finding: str, names: Sequence[str]) -> list[Charge]:
        """Its findings of one kind, earliest first, less those on exempted tickets."""
        return [
            charge
            for charge in self.findings.get(unit, ())
            if charge.name == finding and not self.is_exempt(charge, names)
        ]

    def is_exempt(self, charge: Charge, names: Iterable[str]) -> bool:
        """Whether the cause's ticket is taken out of an item of these names, for its unit."""
        if (charge.ticket, charge.unit) not in self._appealed:
            return False
        return any((charge.ticket, charge.unit, name) in self.exemptions for name in names)

    def units(self, channels: Sequence[str], measure: str | None = None) -> set[str]:
        """Units with a dispatch or a verdict of the month on some channels, or with a verdict of one measure."""
        return {
            unit
            for name, unit, channel, _ in self.tallies
            if channel in channels and (measure is None or name == measure)
        }

    def group(self, unit: str) -> str:
        """The unit's group at the end of the month."""
        return self.groups.get(unit, UNENROLLED)

    def removed(self, unit: str, measure: str, channels: Sequence[str], names: Sequence[str]) -> Tally:
        """Its verdicts that exemptions took out of an item by any of its names."""
        gone = [
            case
            for case in self._exempted.get((measure, unit), ())
            if case.channel in channels and self.is_exempt(case, names)
        ]
        return Tally(len(gone), sum(case.breached for case in gone))

    @cached_property
    def _appealed(self) -> frozenset[tuple[str | None, str]]:
        return frozenset((ticket, unit) for ticket, unit, _ in self.exemptions)

    @cached_property
    def _exempted(self) -> Mapping[tuple[str, str], list[Charge]]:
        return _by_measure(self.exempted)


def months_of(
    snapshot: Snapshot,
    counted: Countable,
    as_of: int,
    months: Sequence[int],
    *,
    official_until: int,
    exempts: bool = True,
    units: Collection[str] | None = None,
) -> dict[int, Evidence]:
    """The evidence of each of some months: of every unit, or at least of some; `exempts`: exemptions hold. Dues after the instant
    `official_until` are provisional."""
    frames = counted.months(months, units)
    verdicts = settled(decided(frames["verdicts"], as_of))
    exemptions = frozenset(collected(frames["exemptions"]).rows()) if exempts else frozenset()
    tallies = _split(tallies_of(verdicts))
    breached = _charges(verdicts.filter(nw.col("breached")))
    exempt = sorted({ticket for ticket, _, _ in exemptions})
    exempted = _charges(verdicts.filter(nw.col("ticket").is_in(exempt))) if exempt else {}
    findings = findings_of(snapshot)
    late = verdicts.filter(nw.col("due") > official_until)
    provisional = dict(collected(late.group_by("month").agg(nw.len().alias("n"))).rows())
    missing = missing_of(frames, as_of, candidates=counted.lacks)
    every: dict[str, list[Charge]] = defaultdict(list)
    for found in findings.values():
        for unit, charges in found.items():
            every[unit] += charges
    return {
        month: Evidence(
            months=(month,),
            tallies=tallies.get(month, {}),
            breaches=_by_measure(breached.get(month, ())),
            exempted=exempted.get(month, ()),
            exemptions=exemptions,
            findings=findings.get(month, {}),
            every_finding=every,
            groups=groups_at(snapshot, month),
            provisional=provisional.get(month, 0),
            missing=missing.get(month, NOTHING_MISSING),
        )
        for month in sorted(months)
    }


def together(months: Sequence[Evidence]) -> Evidence:
    """The evidence of several months, oldest first, as one period. Groups are those at its end."""
    findings: dict[str, list[Charge]] = defaultdict(list)
    breaches: dict[tuple[str, str], list[Charge]] = defaultdict(list)
    for month in months:
        for unit, found in month.findings.items():
            findings[unit] += found
        for place, cases in month.breaches.items():
            breaches[place] += cases
    return Evidence(
        months=tuple(number for month in months for number in month.months),
        tallies={place: tally for month in months for place, tally in month.tallies.items()},
        breaches=breaches,
        exempted=[case for month in months for case in month.exempted],
        exemptions=months[-1].exemptions,
        findings=findings,
        every_finding=months[-1].every_finding,
        groups=months[-1].groups,
        provisional=sum(month.provisional for month in months),
        missing=_together([month.missing for month in months]),
    )


def _together(parts: Sequence[Missing]) -> Missing:
    names = [field.name for field in attrs.fields(Missing)]
    counts = {name: sum((Counter(getattr(part, name)) for part in parts), Counter[Any]()) for name in names}
    return Missing(**counts)


def missing_of(frames: Mapping[str, Frame], as_of: int, *, candidates: bool) -> dict[int, Missing]:
    """What of each month cannot be judged as it is; the `candidates` for it are counted where anything of any month is missing."""
    untold = frames["untold"].filter(nw.col("decided_at") <= as_of)
    place = ("month", "measure", "unit", "channel", "lacking")
    told = untold.group_by(*place).agg(n=nw.len(), waived=nw.col("waived").cast(nw.Int64).sum())
    assumed = frames["assumed"].group_by("month", "unit", "channel").agg(n=nw.len())
    every = frames["candidates"].filter(nw.col("at") <= as_of)
    able = every.group_by("month", "unit", "channel", "measures").agg(n=nw.len())
    found: dict[int, Missing] = defaultdict(
        lambda: Missing(untold=Counter(), waived=Counter(), candidates=Counter(), assumed=Counter())
    )
    counts: Any
    for month, *where, n, waived in collected(told).rows():
        for name, count in (("untold", n), ("waived", waived)):
            counts = getattr(found[month], name)
            counts[tuple(where)] += count
    for month, unit, channel, measures, n in collected(able).rows() if candidates else ():
        for measure in measures.split():
            counts = found[month].candidates
            counts[measure, unit, channel] += n
    for month, unit, channel, n in collected(assumed).rows():
        counts = found[month].assumed
        counts[unit, channel] += n
    return dict(found)


def groups_at(snapshot: Snapshot, month: int) -> dict[str, str]:
    """Each unit's group by its latest enrolment made in or before the month; of two at one instant, by key."""
    enrolled = sorted(
        (event for event in snapshot.enrolments if month_of(event.fact.at) <= month), key=lambda e: (e.fact.at, e.key)
    )
    return {
        event.fact.unit: event.fact.group for event in enrolled if isinstance(event.fact, Enrol) and event.fact.unit
    }


def _charges(verdicts: Frame) -> dict[int, list[Charge]]:
    """Verdicts by month, earliest first."""
    found: dict[int, list[Charge]] = defaultdict(list)
    ordered = verdicts.select(*CASE, "month").sort("decided_at", "ticket", "unit", "round", "measure")
    rows = collected(ordered).rows()
    for measure, ticket, unit, number, channel, breached, at, month in rows:
        found[month].append(Charge(measure, ticket, unit, number, channel, breached, at))
    return found


def _by_measure(charges: Iterable[Charge]) -> dict[tuple[str, str], list[Charge]]:
    found: dict[tuple[str, str], list[Charge]] = defaultdict(list)
    for charge in charges:
        found[charge.name, charge.unit].append(charge)
    return found


def _split(tallies: Tallies) -> dict[int, dict[tuple[str, str, str, int], Tally]]:
    split: dict[int, dict[tuple[str, str, str, int], Tally]] = defaultdict(dict)
    for place, tally in tallies.items():
        split[place[3]][place] = tally
    return split


def findings_of(snapshot: Snapshot) -> dict[int, dict[str, list[Charge]]]:
    """Findings by month and unit, earliest first."""
    found: dict[int, dict[str, list[Charge]]] = defaultdict(lambda: defaultdict(list))
    for event in sorted(snapshot.findings, key=lambda event: (event.fact.at, event.key)):
        fact = event.fact
        assert isinstance(fact, Finding)
        charge = Charge(fact.item, fact.ticket, str(fact.unit), 0, "", True, fact.at, fact, event.position)
        found[month_of(fact.at)][charge.unit].append(charge)
    return found
