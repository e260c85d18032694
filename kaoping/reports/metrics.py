"""The month's metrics per unit: rates, and how much working time acts took."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs
import narwhals as nw
from rich.console import Console

from kaoping.language.language import Language
from kaoping.language.numbers import rounded
from kaoping.office.session import show_month
from kaoping.papers.terminal import Column, print_table
from metrics.measures import CATALOGUE, VOLUME, Occurrence, Strike
from metrics.oddities import CODES
from metrics.tallies import DURATIONS, Tally, durations
from metrics.verdicts import decided
from scoring.scores.evidence import Evidence
from scoring.scores.scoring import Scoring


@attrs.frozen(kw_only=True)
class UnitMetrics:
    """A unit's month: tallies by measure, and (acts, median, 90th percentile) in working days by measure."""

    unit: str
    group: str
    tallies: Mapping[str, Tally]
    times: Mapping[str, tuple[int, Fraction, Fraction]]


def metrics_of(report: Scoring, month: Evidence, only: str | None) -> list[UnitMetrics]:
    """Every unit of the month with a verdict, by name; or one."""
    tallies: dict[str, dict[str, Tally]] = {}
    for (measure, unit, _, _), tally in month.tallies.items():
        of_unit = tallies.setdefault(unit, {})
        of_unit[measure] = of_unit.get(measure, Tally()) + tally
    times = _times(report, month.month)
    return [
        UnitMetrics(unit=unit, group=month.group(unit), tallies=tallies[unit], times=times.get(unit, {}))
        for unit in sorted(tallies)
        if only is None or unit == only
    ]


def _times(report: Scoring, month: int) -> dict[str, dict[str, tuple[int, Fraction, Fraction]]]:
    verdicts = decided(report.derived.verdicts, report.as_of).filter(nw.col("month") == month)
    day = report.derived.clock.ticks_per_day
    times: dict[str, dict[str, tuple[int, Fraction, Fraction]]] = {}
    for row in durations(verdicts, report.derived.clock).collect().iter_rows(named=True):
        pair = [Fraction(int(row[name]), day) for name in ("median", "p90")]
        times.setdefault(row["unit"], {})[row["measure"]] = (row["acts"], pair[0], pair[1])
    return times


def oddity_counts(report: Scoring) -> dict[str, int]:
    """How many oddities of each kind the whole ledger has."""
    rows = report.derived.oddities.unique().group_by("code").agg(nw.len().alias("n")).collect().rows()
    return dict(sorted(rows))


def rate_of(measure: str, tallies: Mapping[str, Tally]) -> Fraction | None:
    """Percent: met of judged; for what is never met, breaches of the volume. None without a denominator."""
    tally = tallies.get(measure, Tally())
    declared = next(one for one in CATALOGUE if one.name == measure)
    if isinstance(declared, Strike):
        whole, part = tallies.get(VOLUME.name, Tally()).count, tally.breaches
    else:
        whole, part = tally.count, tally.count - tally.breaches
    return Fraction(100 * part, whole) if whole else None


def metrics_json(report: Scoring, month: Evidence, units: list[UnitMetrics]) -> dict[str, Any]:
    """The document of `kaoping metrics --json`."""
    return {
        "period": show_month(month.month),
        "rulebook": report.book.id,
        "provisional_verdicts": month.provisional,
        "oddities": oddity_counts(report),
        "units": [_unit_json(unit) for unit in units],
    }


def _unit_json(unit: UnitMetrics) -> dict[str, Any]:
    return {
        "unit": unit.unit,
        "group": unit.group,
        "volume": unit.tallies.get(VOLUME.name, Tally()).count,
        "measures": [
            {"measure": one.name, "count": tally.count, "breaches": tally.breaches, "rate": _percent(one.name, unit.tallies)}
            for one in CATALOGUE
            if not isinstance(one, Occurrence)
            for tally in (unit.tallies.get(one.name, Tally()),)
        ],
        "working_days": [
            {"measure": name, "acts": acts, "median": rounded(median, 4), "p90": rounded(p90, 4)}
            for name, (acts, median, p90) in sorted(unit.times.items())
        ],
    }  # fmt: skip


def _percent(measure: str, tallies: Mapping[str, Tally]) -> str | None:
    rate = rate_of(measure, tallies)
    return None if rate is None else rounded(rate, 2)


def print_metrics(
    console: Console, tongue: Language, report: Scoring, month: Evidence, units: list[UnitMetrics]
) -> None:
    """Two tables: rates, and working time."""
    if not units:
        console.print(tongue.say("No verdict was decided in {month}.", month=show_month(month.month)))
        return
    named = Column(tongue.say("unit"), [unit.unit for unit in units], number=False)
    title = f"{tongue.say('Rates, percent')}  {show_month(month.month)}"
    print_table(console, title, [named], _rates(tongue, units))
    console.print()
    title = tongue.say("Working days from dispatch: median / 90th percentile")
    print_table(console, f"{title}  {show_month(month.month)}", [named], _durations(tongue, units))
    console.print()
    if month.provisional:
        console.print(tongue.say("Note: {count} verdicts rest on provisional working days.", count=month.provisional))
    print_oddities(console, tongue, oddity_counts(report))


def _rates(tongue: Language, units: list[UnitMetrics]) -> list[Column]:
    volumes = [str(unit.tallies.get(VOLUME.name, Tally()).count) for unit in units]
    shown = [one for one in CATALOGUE if not isinstance(one, Occurrence)]
    return [
        Column(tongue.say("volume"), volumes),
        *(
            Column(
                measure.word if tongue.code == "zh" else measure.name,
                [_percent(measure.name, unit.tallies) or "-" for unit in units],
            )
            for measure in shown
        ),
    ]


def _durations(tongue: Language, units: list[UnitMetrics]) -> list[Column]:
    return [
        Column(tongue.say(f"to {measure.act}"), [_time(unit.times.get(measure.name)) for unit in units])
        for measure in DURATIONS
    ]


def _time(found: tuple[int, Fraction, Fraction] | None) -> str:
    return "-" if found is None else f"{rounded(found[1], 2)} / {rounded(found[2], 2)}"


def print_oddities(console: Console, tongue: Language, counts: Mapping[str, int]) -> None:
    """What fits nowhere in the whole ledger, counted by kind."""
    if not counts:
        return
    console.print(tongue.say("Oddities in the ledger: kept, and judged by nothing"))
    for code, count in counts.items():
        console.print(f"  {count:>7}  {tongue.say(CODES[code])} [{code}]", soft_wrap=True)
