"""Months -> a year: means of sheets, the sheet of the year, their weights, and what makes a year count nothing."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import attrs

from scoring.law.arithmetic import ZERO, half_up
from scoring.law.rulebook import PERIODS, Component, Sheet, Veto, Year
from scoring.scores.evidence import Evidence, together
from scoring.scores.honours import Standing, boards_of, grades_of
from scoring.scores.scoring import Scoring
from scoring.scores.sheets import UnitScore, ranked, sheet_of, vetoed


@attrs.frozen(kw_only=True)
class ComponentScore:
    """What a unit has in one component: its periods' scores by last month, and their mean (2 decimals), or none."""

    component: Component
    periods: tuple[tuple[int, Fraction], ...]
    value: Fraction | None


@attrs.frozen(kw_only=True)
class UnitYear:
    """A unit's year. `score` None: it has nothing in a component. `vetoes`: what made it 0. `grade` and `board` as on a sheet."""

    unit: str
    group: str
    score: Fraction | None
    components: tuple[ComponentScore, ...]
    vetoes: tuple[Veto, ...] = ()
    rank: int | None = None
    grade: str = ""
    board: str = ""


@attrs.frozen(kw_only=True)
class YearScore:
    """A year by one rule, best unit first. `months` are those counted; `whole`: all twelve are over; `rests_on`: the months that had
    a ticket."""

    rule: Year
    year: int
    months: tuple[int, ...]
    whole: bool
    units: tuple[UnitYear, ...]
    sheets: Mapping[str, Mapping[str, UnitScore]]
    rests_on: tuple[int, ...] = ()


def year_of(scoring: Scoring, rule: Year, year: int, now: int) -> YearScore:
    """The year to date, or whole. `now` is the month of as-of, like 202305: months after it are left out."""
    months = tuple(month for month in rule.months(year) if month <= now)
    evidence = scoring.evidence(months) if months else {}
    found = [evidence[month] for month in months]
    scores = {one.sheet: _scores(scoring, scoring.book.sheet(one.sheet), found) for one in rule.components}
    groups = found[-1].groups if found else {}
    named = {unit for periods in scores.values() for _, lines in periods for unit in lines} | set(groups)
    whole_year = together(found) if found else None
    told = [_unit_year(scoring, rule, unit, groups, scores, whole_year) for unit in sorted(named)]
    told = [one for one in told if not rule.groups or one.group in rule.groups]
    yearly = {
        one.sheet: scores[one.sheet][-1][1] for one in rule.components if _is_yearly(scoring, one) and scores[one.sheet]
    }
    return YearScore(
        rule=rule, year=year, months=months, whole=len(months) == 12 and rule.months(year)[-1] < now,
        units=_honoured(rule, _ranked(told, rule.ranking)), sheets=yearly,
        rests_on=tuple(one.month for one in found if one.tallies),
    )  # fmt: skip


Periods = Sequence[tuple[int, Mapping[str, UnitScore]]]


def _scores(scoring: Scoring, sheet: Sheet, months: Sequence[Evidence]) -> Periods:
    """The sheet of each period, as (last month, unit -> line). A period that has not ended counts to date."""
    size = PERIODS[sheet.period]
    chunks = [months[start : start + size] for start in range(0, len(months), size)]
    periods = []
    for chunk in chunks:
        evidence = chunk[0] if len(chunk) == 1 else together(chunk)
        lines = sheet_of(scoring.judging, sheet, evidence).units
        periods.append((evidence.month, {one.unit: one for one in lines}))
    return periods


def _unit_year(
    scoring: Scoring,
    rule: Year,
    unit: str,
    groups: Mapping[str, str],
    scores: Mapping[str, Periods],
    year: Evidence | None,
) -> UnitYear:
    digits = scoring.book.digits.total
    components = []
    for one in rule.components:
        own = scoring.book.reading("idle_months") == "leave"
        found = [(month, line[unit]) for month, line in scores[one.sheet] if unit in line]
        lines = [(month, line.score) for month, line in found if not (own and line.basis == "mean")]
        periods = tuple((month, score) for month, score in lines if score is not None)
        mean = half_up(sum((score for _, score in periods), ZERO) / len(periods), digits) if periods else None
        components.append(ComponentScore(component=one, periods=periods, value=mean))
    values = [(one.component.weight, one.value) for one in components]
    channels = [channel for one in rule.components for channel in scoring.book.sheet(one.sheet).channels]
    vetoes = tuple(veto for veto in rule.vetoes if year is not None and vetoed(veto, year, unit, channels))
    score = None
    if all(value is not None for _, value in values):
        score = half_up(sum((weight * (value or ZERO) / 100 for weight, value in values), ZERO), digits)
    if vetoes:
        score = ZERO
    group = groups.get(unit) or (year.group(unit) if year else "")
    return UnitYear(unit=unit, group=group, score=score, components=tuple(components), vetoes=vetoes)


def _is_yearly(scoring: Scoring, one: Component) -> bool:
    return scoring.book.sheet(one.sheet).period == "year"


def _ranked(units: Sequence[UnitYear], ranking: str) -> tuple[UnitYear, ...]:
    scored = [UnitScore(unit=one.unit, group=one.group, score=one.score, basis="tickets") for one in units]
    lines = ranked(scored, ranking)
    by_name = {one.unit: one for one in units}
    return tuple(attrs.evolve(by_name[line.unit], rank=line.rank) for line in lines)


def _honoured(rule: Year, units: Sequence[UnitYear]) -> tuple[UnitYear, ...]:
    standings = [Standing(unit=one.unit, group=one.group, score=one.score, rank=one.rank) for one in units]
    graded, listed = grades_of(standings, rule.grades, rule.ranking), boards_of(standings, rule.board)
    return tuple(attrs.evolve(one, grade=graded.get(one.unit, ""), board=listed.get(one.unit, "")) for one in units)
