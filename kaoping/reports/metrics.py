"""The month's metrics per unit: rates, and how much working time acts took."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from calendars.periods import show_month
from kaoping.language.language import Language
from kaoping.language.numbers import rounded
from kaoping.office.scores import MonthMetrics, UnitMetrics
from kaoping.reports.page import Block, Cell, Column, Heading, Kind, Marked, Note, Table, page_of
from metrics.measures import CATALOGUE, MEASURE, VOLUME, Occurrence, Strike
from metrics.oddities import CODES
from metrics.tallies import DURATIONS, Tally


def rate_of(measure: str, tallies: Mapping[str, Tally]) -> Fraction | None:
    """Percent: met of judged; for what is never met, breaches of the volume. None without a denominator."""
    tally = tallies.get(measure, Tally())
    declared = next(one for one in CATALOGUE if one.name == measure)
    if isinstance(declared, Strike):
        whole, part = tallies.get(VOLUME.name, Tally()).count, tally.breaches
    else:
        whole, part = tally.count, tally.count - tally.breaches
    return Fraction(100 * part, whole) if whole else None


def metrics_json(told: MonthMetrics) -> dict[str, Any]:
    """The document of `kaoping metrics --json`."""
    return {
        "period": show_month(told.evidence.month),
        "rulebook": told.scoring.book.id,
        "provisional_verdicts": told.evidence.provisional,
        "oddities": told.oddities,
        "units": [_unit_json(unit) for unit in told.units],
    }


def _unit_json(unit: UnitMetrics) -> dict[str, Any]:
    return {
        "unit": unit.unit,
        "group": unit.group,
        "volume": unit.tallies.get(VOLUME.name, Tally()).count,
        "measures": [
            {
                "measure": one.name, "count": tally.count, "breaches": tally.breaches, "rate": _rate(one.name, unit),
                "untold": unit.untold.get(one.name, 0),
            }
            for one in CATALOGUE
            if not isinstance(one, Occurrence)
            for tally in (unit.tallies.get(one.name, Tally()),)
        ],
        "working_days": [
            {"measure": name, "acts": acts, "median": rounded(median, 4), "p90": rounded(p90, 4)}
            for name, (acts, median, p90) in sorted(unit.times.items())
        ],
    }  # fmt: skip


def _rate(measure: str, unit: UnitMetrics) -> str | None:
    """Percent; None without a denominator, and where all that there is is untold."""
    rate = rate_of(measure, unit.tallies)
    return None if rate is None or _is_untold(measure, unit) else rounded(rate, 2)


def _is_untold(measure: str, unit: UnitMetrics) -> bool:
    """Whether nothing is judged of what no source tells."""
    of = VOLUME.name if isinstance(MEASURE[measure], Strike) else measure
    judged = unit.tallies.get(of, Tally()).count - (unit.untold.get(measure, 0) if of == VOLUME.name else 0)
    return unit.untold.get(measure, 0) > 0 and judged <= 0


def _shown(language: Language, measure: str, unit: UnitMetrics) -> Cell:
    rate = rate_of(measure, unit.tallies)
    if _is_untold(measure, unit):
        return language.say("untold")
    return Marked(rate, "†") if rate is not None and unit.untold.get(measure) else rate


@page_of
def metrics_page(language: Language, told: MonthMetrics) -> Iterator[Block]:
    """Two tables: rates, and working time."""
    month, units = told.evidence, told.units
    if not units:
        yield language.say("No verdict was decided in {month}.", month=show_month(month.month))
        return
    named = Column(language.say("unit"), [unit.unit for unit in units], Kind.UNIT)
    title = f"{language.say('Rates, percent')}  {show_month(month.month)}"
    yield Table(title, [named], _rates(language, units))
    if any(unit.untold for unit in units):
        yield Note(
            language.say(
                "untold: no source tells what the measure needs; † of some tickets it is untold: the rate is of the others"
            )
        )
    yield ""
    title = language.say("Working days from dispatch: median / 90th percentile")
    yield Table(f"{title}  {show_month(month.month)}", [named], _durations(language, units))
    yield ""
    if month.provisional:
        yield Note(language.say("Note: {count} verdicts rest on provisional working days.", count=month.provisional))
    yield from oddity_lines(language, told.oddities)


def _rates(language: Language, units: Sequence[UnitMetrics]) -> list[Column]:
    volumes = [unit.tallies.get(VOLUME.name, Tally()).count for unit in units]
    shown = [one for one in CATALOGUE if not isinstance(one, Occurrence)]
    return [
        Column(language.say("volume"), volumes, Kind.COUNT),
        *(
            Column(
                measure.word if language.code == "zh" else measure.name,
                [_shown(language, measure.name, unit) for unit in units],
                Kind.RATE,
            )
            for measure in shown
        ),
    ]


def _durations(language: Language, units: Sequence[UnitMetrics]) -> list[Column]:
    return [
        Column(language.say(f"to {measure.act}"), [_time(unit.times.get(measure.name)) for unit in units], Kind.SPREAD)
        for measure in DURATIONS
    ]


def _time(found: tuple[int, Fraction, Fraction] | None) -> tuple[Fraction, ...] | None:
    return None if found is None else found[1:]


def oddity_lines(language: Language, counts: Mapping[str, int]) -> Iterator[Block]:
    """What fits nowhere in the whole ledger, counted by kind."""
    if not counts:
        return
    yield Heading(language.say("Oddities in the ledger: kept, and judged by nothing"))
    for code, count in counts.items():
        yield f"  {count:>7}  {language.say(CODES[code])} [{code}]"
