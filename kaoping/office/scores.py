"""What a period comes to: its sheets, metrics and year, why a unit has its score, and the rulebook's worked cases tried."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import attrs
import narwhals as nw

from calendars.periods import month_of
from kaoping.files import folder
from kaoping.files.cases import read_cases
from kaoping.language.words import sheet_of
from kaoping.office.period.ground import Ground, ground_of
from kaoping.office.period.untold import NO_GAPS, PeriodGaps, refuse_untold
from kaoping.office.session import Session, WrongArgument, period_evidence, read_month, read_period
from kaoping.office.units import unit_asked
from ledger.sentences import UserError, sentence
from ledger.store import Ledger
from metrics.derive import clock_of
from metrics.tallies import Tally, durations, undue_closings
from metrics.verdicts import decided
from scoring.compare.options import OtherLine, lines_otherwise
from scoring.explain.unit import Line, why
from scoring.law.rulebook import Sheet
from scoring.scores.cases import Case, Outcome, try_cases
from scoring.scores.evidence import Evidence
from scoring.scores.scoring import Scoring, refuse_provisional
from scoring.scores.sheets import Judging, SheetScore, UnitScore
from scoring.scores.years import YearScore, year_of

Lines = Sequence[tuple[Sheet, UnitScore, tuple[Line, ...]]]


class CasesFail(UserError):
    """A rulebook's own worked cases do not come out."""


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
    period = read_period(text, session.book())
    with session.ledger() as opened:
        scoring = session.scoring(opened, as_of)
        evidence = period_evidence(scoring, period.months, provisional=provisional)
        named = None if sheet is None else sheet_of(scoring.book.sheets, sheet)
        sheets = [one for one in scoring.sheets(evidence, period.kind) if named in (None, one.sheet.id)]
        gaps = refuse_untold(opened, scoring, period.kind, period.months, [one.sheet.id for one in sheets])
        ground = ground_of(opened, scoring, evidence, sheets, gaps)
    if not sheets:
        known = " ".join(f"{one.id} ({one.period})" for one in scoring.book.sheets)
        raise WrongArgument(sentence("there is no such sheet for {month}; known: {known}", month=text, known=known))
    return PeriodScore(scoring, evidence, sheets, ground)


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


@attrs.frozen(kw_only=True)
class YearScores:
    """A year by each of the rulebook's rules for it, and what no source tells of it."""

    scoring: Scoring
    scores: Sequence[YearScore]
    gaps: PeriodGaps


@attrs.frozen(kw_only=True)
class UnitLosses:
    """How a unit lost its points, sheet by sheet; `others`: by sheet, what other readings would make of its line."""

    scoring: Scoring
    unit: str
    lines: Lines
    others: Mapping[str, tuple[OtherLine, ...]] = attrs.Factory(dict)


def lost_points(
    session: Session, unit: str, text: str, *, as_of: str | None = None, provisional: bool = False, brief: bool = False
) -> UnitLosses:
    """How a unit lost its points in a month, or on the sheets of a year itself; of a month, unless it is to be brief, with what
    other readings would make of it. Raises WrongArgument, ProvisionalPeriod."""
    year = int(text) if re.fullmatch(r"\d{4}", text) else None
    month = read_month(text) if year is None else 0
    with session.ledger() as opened:
        scoring = session.scoring(opened, as_of)
        unit = unit_asked(opened, scoring, unit)
        if year is None:
            evidence = period_evidence(scoring, [month], provisional=provisional)
            refuse_untold(opened, scoring, "month", [month])
            sheets = scoring.sheets(evidence)
            found = [(one.sheet, line) for one in sheets for line in one.units if line.unit == unit]
        else:
            found = [
                (scoring.book.sheet(name), lines[unit])
                for score in _years(opened, scoring, year, provisional=provisional).scores
                for name, lines in score.sheets.items()
                if unit in lines
            ]
        told = [(sheet, line, why(sheet, line)) for sheet, line in found if line.score is not None]
        others: Mapping[str, tuple[OtherLine, ...]] = {}
        if told and year is None and not brief:
            with session.busy("trying every reading"):
                others = lines_otherwise(scoring, unit, [month], [(sheet, line) for sheet, line, _ in told])
    if not told:
        raise WrongArgument(
            sentence("{unit} has no score in {month}.", unit=unit, month=text),
            "kaoping score lists the units that have.",
        )
    return UnitLosses(scoring=scoring, unit=unit, lines=told, others=others)


def year_scores(session: Session, year: int, *, as_of: str | None = None, provisional: bool = False) -> YearScores:
    """The year to date, or whole, by each of the rulebook's rules for it. Raises WrongArgument, ProvisionalPeriod, Untold."""
    with session.ledger() as opened:
        scoring = session.scoring(opened, as_of)
        if not scoring.book.years:
            raise WrongArgument(
                sentence("{book} has no rule for a year.", book=scoring.book.id),
                "Name another rulebook with --rulebook.",
            )
        return _years(opened, scoring, year, provisional=provisional)


def _years(ledger: Ledger, scoring: Scoring, year: int, *, provisional: bool) -> YearScores:
    """Raises ProvisionalPeriod for a year that has begun a month past the last official notice, Untold for one of whose months no
    source tells what an item needs."""
    now, rules = month_of(scoring.as_of), scoring.book.years
    for month in [] if provisional else [one for rule in rules for one in rule.months(year) if one <= now]:
        refuse_provisional(scoring.calendar, month)
    gaps = refuse_untold(ledger, scoring, "year", rules[0].months(year)) if rules else NO_GAPS
    return YearScores(scoring=scoring, scores=[year_of(scoring, rule, year, now) for rule in rules], gaps=gaps)


def case_outcomes(session: Session, own: Path | None = None) -> list[Outcome]:
    """The worked cases of a file or folder tried; without one those that travel with the rulebook."""
    return list(try_cases(lambda taken: _judging(session, taken), _cases(session.book().id, own)))


def case_text(book: str) -> str:
    """The files of the worked cases that travel with a rulebook, one after another. Raises CasesFail where there are none."""
    texts = [folder.text_of(path) for path in folder.cases_of(book)]
    if not texts:
        raise CasesFail(sentence("there are no cases for {book}.", book=book), "Name your own with --cases.")
    return "\n".join(texts)


def refuse_failed(book: str, outcomes: Sequence[Outcome]) -> None:
    """Raises CasesFail where there are no cases, or some do not come out."""
    if not outcomes:
        raise CasesFail(sentence("there are no cases for {book}.", book=book), "Name your own with --cases.")
    if failed := sum(not one.holds for one in outcomes):
        raise CasesFail(sentence("{failed} of {count} cases do not come out.", failed=failed, count=len(outcomes)))


def _judging(session: Session, taken: Mapping[str, str]) -> Judging:
    book = folder.rulebook(session.rulebook, taken)
    return Judging(book, clock_of(session.calendar(), book.practice()), as_of=10**14)


def _cases(book: str, own: Path | None) -> list[Case]:
    if own is None:
        paths = folder.cases_of(book)
    else:
        paths = sorted(own.glob("*.toml")) if own.is_dir() else [own]
    return [case for path in paths for case in read_cases(folder.text_of(path), path.name)]
