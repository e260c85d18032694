"""The month's metrics per unit: rates, and how much working time acts took."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import attrs
import narwhals as nw

from calendars.periods import show_month
from kaoping.language.language import Language
from kaoping.language.numbers import rounded
from kaoping.reports.page import Block, Column, Table, page_of
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


def metrics_of(scoring: Scoring, month: Evidence, only: str | None) -> list[UnitMetrics]:
    """Every unit of the month with a verdict, by name; or one."""
    tallies: dict[str, dict[str, Tally]] = {}
    for (measure, unit, _, _), tally in month.tallies.items():
        of_unit = tallies.setdefault(unit, {})
        of_unit[measure] = of_unit.get(measure, Tally()) + tally
    times = _times(scoring, month.month)
    return [
        UnitMetrics(unit=unit, group=month.group(unit), tallies=tallies[unit], times=times.get(unit, {}))
        for unit in sorted(tallies)
        if only is None or unit == only
    ]


def _times(scoring: Scoring, month: int) -> dict[str, dict[str, tuple[int, Fraction, Fraction]]]:
    verdicts = decided(scoring.derived.verdicts, scoring.as_of).filter(nw.col("month") == month)
    day = scoring.derived.clock.ticks_per_day
    times: dict[str, dict[str, tuple[int, Fraction, Fraction]]] = {}
    for row in durations(verdicts, scoring.derived.clock).collect().iter_rows(named=True):
        pair = [Fraction(int(row[name]), day) for name in ("median", "p90")]
        times.setdefault(row["unit"], {})[row["measure"]] = (row["acts"], pair[0], pair[1])
    return times


def oddity_counts(scoring: Scoring) -> dict[str, int]:
    """How many oddities of each kind the whole ledger has."""
    rows = scoring.derived.oddities.unique().group_by("code").agg(nw.len().alias("n")).collect().rows()
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


def metrics_json(scoring: Scoring, month: Evidence, units: list[UnitMetrics]) -> dict[str, Any]:
    """The document of `kaoping metrics --json`."""
    return {
        "period": show_month(month.month),
        "rulebook": scoring.book.id,
        "provisional_verdicts": month.provisional,
        "oddities": oddity_counts(scoring),
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


@page_of
def metrics_page(language: Language, scoring: Scoring, month: Evidence, units: list[UnitMetrics]) -> Iterator[Block]:
    """Two tables: rates, and working time."""
    if not units:
        yield language.say("No verdict was decided in {month}.", month=show_month(month.month))
        return
    named = Column(language.say("unit"), [unit.unit for unit in units], number=False)
    title = f"{language.say('Rates, percent')}  {show_month(month.month)}"
    yield Table(title, [named], _rates(language, units))
    yield ""
    title = language.say("Working days from dispatch: median / 90th percentile")
    yield Table(f"{title}  {show_month(month.month)}", [named], _durations(language, units))
    yield ""
    if month.provisional:
        yield language.say("Note: {count} verdicts rest on provisional working days.", count=month.provisional)
    yield from oddity_lines(language, oddity_counts(scoring))


def _rates(language: Language, units: list[UnitMetrics]) -> list[Column]:
    volumes = [str(unit.tallies.get(VOLUME.name, Tally()).count) for unit in units]
    shown = [one for one in CATALOGUE if not isinstance(one, Occurrence)]
    return [
        Column(language.say("volume"), volumes),
        *(
            Column(
                measure.word if language.code == "zh" else measure.name,
                [_percent(measure.name, unit.tallies) or "-" for unit in units],
            )
            for measure in shown
        ),
    ]


def _durations(language: Language, units: list[UnitMetrics]) -> list[Column]:
    return [
        Column(language.say(f"to {measure.act}"), [_time(unit.times.get(measure.name)) for unit in units])
        for measure in DURATIONS
    ]


def _time(found: tuple[int, Fraction, Fraction] | None) -> str:
    return "-" if found is None else f"{rounded(found[1], 2)} / {rounded(found[2], 2)}"


def oddity_lines(language: Language, counts: Mapping[str, int]) -> Iterator[Block]:
    """What fits nowhere in the whole ledger, counted by kind."""
    if not counts:
        return
    yield language.say("Oddities in the ledger: kept, and judged by nothing")
    for code, count in counts.items():
        yield f"  {count:>7}  {language.say(CODES[code])} [{code}]"
