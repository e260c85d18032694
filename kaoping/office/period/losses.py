"""A year's scores, and how a unit lost its points in a month or year."""

import re
from collections.abc import Mapping, Sequence

import attrs

from calendars.periods import month_of
from kaoping.office.period.untold import NO_GAPS, PeriodGaps, refuse_untold
from kaoping.office.session import Session, WrongArgument, period_evidence, read_month
from kaoping.office.units import unit_asked
from ledger.sentences import sentence
from ledger.store import Ledger
from scoring.compare.options import OtherLine, lines_otherwise
from scoring.explain.unit import Line, why
from scoring.law.rulebook import Sheet
from scoring.scores.scoring import Scoring, refuse_provisional
from scoring.scores.sheets import UnitScore
from scoring.scores.years import YearScore, year_of

Lines = Sequence[tuple[Sheet, UnitScore, tuple[Line, ...]]]


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
    with session.ledger() as opened:
        scoring = session.scoring(opened, as_of)
        return losses_of(session, opened, scoring, unit, text, provisional=provisional, brief=brief)


def losses_of(
    session: Session, opened: Ledger, scoring: Scoring, unit: str, text: str, *, provisional: bool, brief: bool,
) -> UnitLosses:  # fmt: skip
    """The same of a ledger that is open and scored. Raises WrongArgument, ProvisionalPeriod."""
    year = int(text) if re.fullmatch(r"\d{4}", text) else None
    month = read_month(text) if year is None else 0
    unit = unit_asked(opened, scoring, unit)
    if year is None:
        evidence = period_evidence(scoring, [month], provisional=provisional)
        refuse_untold(opened, scoring, "month", [month])
        key = ("sheets", month, scoring.stamps, provisional)
        sheets = session.once(key, lambda: scoring.sheets(evidence))
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
