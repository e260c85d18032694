"""How a unit stood over twelve months: as the ledger has it, beside what was last published."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import attrs

from calendars.periods import months_from, show_month
from kaoping.office.period.untold import period_gaps
from kaoping.office.publications import last_document, line_published
from kaoping.office.session import Session, read_month
from kaoping.office.units import unit_asked
from scoring.law.rulebook import Sheet
from scoring.scores.evidence import together
from scoring.scores.scoring import Scoring

MONTHS = 12


@attrs.frozen(kw_only=True)
class MonthStanding:
    """A unit on a sheet of a month: 90.00, the 6th of 18; and as last published. `state`: why there is no score (nothing, provisional,
    untold), empty where there is one, or the unit has none; `mean`: it had no ticket, and has the mean of the others."""

    sheet: Sheet
    month: int
    score: Fraction | None
    rank: int | None
    units: int
    mean: bool
    published: Fraction | None
    published_rank: int | None
    state: str = ""


@attrs.frozen(kw_only=True)
class UnitStandings:
    """A unit over twelve months, oldest first, by sheet."""

    scoring: Scoring
    unit: str
    sheets: Mapping[str, tuple[MonthStanding, ...]]


def standings(
    session: Session, unit: str, text: str, *, as_of: str | None = None, provisional: bool = False
) -> UnitStandings:
    """A unit in the twelve months that end with one. A month that cannot be scored says why. Raises WrongArgument."""
    month = read_month(text)
    months = months_from(month // 100, month % 100 - MONTHS + 1, MONTHS)
    with session.ledger() as opened:
        scoring = session.scoring(opened, as_of)
        unit = unit_asked(opened, scoring, unit)
        evidence = scoring.evidence(months)
        found: dict[str, list[MonthStanding]] = {}
        for each in months:
            published = last_document(opened, show_month(each), scoring.snapshot.head.position)
            state = _refusal(scoring, each, provisional=provisional) if evidence[each].tallies else "nothing"
            for one in _month(scoring, each, unit, state, published):
                found.setdefault(one.sheet.id, []).append(one)
    told = {name: tuple(rows) for name, rows in found.items() if any(_is_told(one) for one in rows)}
    return UnitStandings(scoring=scoring, unit=unit, sheets=told)


def _is_told(one: MonthStanding) -> bool:
    return one.score is not None or one.published is not None


def _refusal(scoring: Scoring, month: int, *, provisional: bool) -> str:
    until = scoring.calendar.official_until
    if not provisional and month > until.year * 100 + until.month:
        return "provisional"
    return "" if period_gaps(scoring, "month", [month]).may_be_scored else "untold"


def _month(
    scoring: Scoring, month: int, unit: str, state: str, published: Mapping[str, Any] | None
) -> Iterator[MonthStanding]:
    evidence = together([scoring.evidence([month])[month]])
    lines = {} if state else {one.sheet.id: one for one in scoring.sheets(evidence)}
    for sheet in scoring.book.sheets:
        if sheet.period != "month":
            continue
        score = lines.get(sheet.id)
        units = [] if score is None else [one for one in score.units if one.rank is not None]
        mine = None if score is None else next((one for one in score.units if one.unit == unit), None)
        was, rank = line_published(published, sheet.id, unit)
        yield MonthStanding(
            sheet=sheet, month=month, score=None if mine is None else mine.score, rank=None if mine is None else mine.rank,
            units=len(units), state=state,
            mean=mine is not None and mine.basis == "mean",
            published=None if was is None else Fraction(was), published_rank=rank,
        )  # fmt: skip
