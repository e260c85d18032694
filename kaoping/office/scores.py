"""What a period comes to: its sheets, and the metrics behind them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction

import attrs
import narwhals as nw

from kaoping.language.words import sheet_of
from kaoping.office.period.ground import Ground, ground_of
from kaoping.office.period.untold import refuse_untold
from kaoping.office.session import Session, WrongArgument, period_evidence, read_month, read_period
from kaoping.office.units import unit_asked
from ledger.sentences import sentence
from metrics.tallies import Tally, durations, undue_closings
from metrics.verdicts import decided
from scoring.law.rulebook import Rulebook
from scoring.scores.evidence import Evidence
from scoring.scores.scoring import Scoring
from scoring.scores.sheets import SheetScore


@attrs.frozen
class PeriodScore:
    """A period scored: the scoring, its evidence, the sheets asked for, and what they rest on."""

    scoring: Scoring
    evidence: Evidence
    sheets: Sequence[SheetScore]
    ground: Ground


@attrs.frozen(kw_only=True)
class UnitMetrics:
    """A unit's month: tallies by measure, how many rounds are `untold` for one, and (acts, median, 90th percentile) in working days
    by measure."""

    unit: str
    group: str
    tallies: Mapping[str, Tally]
    untold: Mapping[str, int]
    times: Mapping[str, tuple[int, Fraction, Fraction]]


@attrs.frozen
class MonthMetrics:
    """A month's units with their metrics; `oddities`: how many of each kind the whole ledger has."""

    scoring: Scoring
    evidence: Evidence
    units: Sequence[UnitMetrics]
    oddities: Mapping[str, int]


def period_score(
    session: Session, text: str, sheet: str | None = None, *, as_of: str | None = None, provisional: bool = False
) -> PeriodScore:
    """The sheets of a period, or the one named. Raises WrongArgument, ProvisionalPeriod, Untold."""
    key = ("period_score", text, sheet, as_of, provisional)
    return session.once(key, lambda: _period_score(session, text, sheet, as_of, provisional=provisional))


def _period_score(
    session: Session, text: str, sheet: str | None, as_of: str | None, *, provisional: bool
) -> PeriodScore:
    period = read_period(text, session.book())
    with session.ledger() as opened:
        scoring = session.scoring(opened, as_of)
        evidence = period_evidence(scoring, period.months, provisional=provisional)
        named = None if sheet is None else sheet_of(scoring.book.sheets, sheet)
        sheets = [one for one in scoring.sheets(evidence, period.kind) if named in (None, one.sheet.id)]
        gaps = refuse_untold(opened, scoring, period.kind, period.months, [one.sheet.id for one in sheets])
        ground = ground_of(opened, scoring, evidence, sheets, gaps)
    refuse_no_sheet(scoring.book, sheets, text)
    return PeriodScore(scoring, evidence, sheets, ground)


def refuse_no_sheet(book: Rulebook, sheets: Sequence[SheetScore], text: str) -> None:
    """Raises WrongArgument where a rulebook has no sheet for a period, or none of the name asked for."""
    if not sheets:
        known = " ".join(f"{one.id} ({one.period})" for one in book.sheets)
        raise WrongArgument(
            sentence("there is no such sheet for {month}; known: {known}", month=text, known=known),
            "Name a period that one of these is for.",
        )


def month_metrics(session: Session, text: str, unit: str | None = None, *, as_of: str | None = None) -> MonthMetrics:
    """The metrics of a month's units, or of one. Raises WrongArgument."""
    month = read_month(text)
    with session.ledger() as opened:
        scoring = session.scoring(opened, as_of)
        unit = None if unit is None else unit_asked(opened, scoring, unit)
        evidence = scoring.evidence([month])[month]
        units = _unit_metrics(scoring, evidence)
        oddities = scoring.derived.oddities.unique().group_by("code").agg(nw.len().alias("n")).collect().rows()
    found = [one for one in units if unit in (None, one.unit)]
    if unit is not None and not found:
        raise WrongArgument(
            sentence("{unit} has no verdict in {month}.", unit=unit, month=text),
            sentence("Units that have: {units}", units="、".join(one.unit for one in units[:20])),
        )
    return MonthMetrics(scoring, evidence, found, dict(sorted(oddities)))


def _unit_metrics(scoring: Scoring, month: Evidence) -> list[UnitMetrics]:
    """Every unit of the month with a verdict, by name."""
    tallies: dict[str, dict[str, Tally]] = {}
    for (measure, unit, _, _), tally in month.tallies.items():
        of_unit = tallies.setdefault(unit, {})
        of_unit[measure] = of_unit.get(measure, Tally()) + tally
    untold: dict[str, Counter[str]] = {}
    for (measure, unit, _, _), count in month.missing.untold.items():
        untold.setdefault(unit, Counter())[measure] += count
    times = _times(scoring, month.month)
    return [
        UnitMetrics(
            unit=unit, group=month.group(unit), tallies=tallies.get(unit, {}), untold=untold.get(unit, {}),
            times=times.get(unit, {}),
        )
        for unit in sorted({*tallies, *untold, *times})
    ]  # fmt: skip


def _times(scoring: Scoring, month: int) -> dict[str, dict[str, tuple[int, Fraction, Fraction]]]:
    verdicts = decided(scoring.derived.verdicts, scoring.as_of).filter(nw.col("month") == month)
    clock, practice = scoring.derived.clock, scoring.book.practice()
    done = (nw.col("month") == month) & (nw.col("done") <= scoring.as_of)
    undue = undue_closings(scoring.derived.rounds, practice, clock).filter(done)
    day = clock.ticks_per_day
    times: dict[str, dict[str, tuple[int, Fraction, Fraction]]] = {}
    for row in durations(verdicts, undue, clock).collect().iter_rows(named=True):
        pair = [Fraction(int(row[name]), day) for name in ("median", "p90")]
        times.setdefault(row["unit"], {})[row["measure"]] = (row["acts"], pair[0], pair[1])
    return times
