"""Trials: a period under other readings or a draft rulebook, and a ticket's months had its facts been otherwise."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from calendars.periods import month_of
from kaoping.files import folder
from kaoping.language.words import act_of
from kaoping.office.period.untold import PeriodGaps, SheetGaps, refuse_untold
from kaoping.office.session import (
    DIGITS,
    Session,
    WrongArgument,
    period_evidence,
    read_moment,
    read_period,
    read_scored,
)
from ledger.sentences import sentence
from ledger.store import Ledger
from scoring.compare.readings import Alternative, Shift, alternatives, shifts_of
from scoring.compare.reports import Difference, Leg, difference
from scoring.compare.trials import ACTS, RATED, Supposition, months_of_ticket, supposed
from scoring.scores.evidence import together
from scoring.scores.scoring import Scoring, again, refuse_provisional
from scoring.scores.sheets import UnitScore
from scoring.scores.years import year_of

FORMS = "signed=2023-05-04T11:20, closed=…, due=…, satisfied=满意"


@attrs.frozen(kw_only=True)
class Trial:
    """A period under the rulebook of now and under a draft: every unit by month, and the year's rankings by rule; `gaps`: what no
    source tells of it, by either."""

    now: Scoring
    draft: Scoring
    months: Mapping[int, Sequence[Shift]]
    years: Sequence[tuple[str, Sequence[Shift]]]
    gaps: PeriodGaps


def other_readings(
    session: Session, text: str, *, as_of: str | None = None, provisional: bool = False
) -> tuple[Scoring, Sequence[Alternative], PeriodGaps]:
    """A period with each reading taken otherwise, and what no source tells of it. Raises WrongArgument, ProvisionalPeriod, Untold."""
    period = read_scored(text, session.book())
    with session.ledger() as opened:
        scoring = session.scoring(opened, as_of)
        period_evidence(scoring, period.months, provisional=provisional)
        own = [sheet.id for sheet in scoring.book.sheets if sheet.period == period.kind]
        gaps = refuse_untold(opened, scoring, period.kind, period.months, own)
        with session.busy("trying every reading"):
            return scoring, list(alternatives(scoring, period.months, period.kind)), gaps


def draft_trial(
    session: Session, text: str, draft_book: str, *, as_of: str | None = None, provisional: bool = False
) -> Trial:
    """A draft rulebook, by name or file, on the months of a period that have begun. Raises WrongArgument, ProvisionalPeriod, Untold."""
    book = attrs.evolve(folder.rulebook(draft_book), untold=session.book().untold)
    period = read_period(text, session.book())
    with session.ledger() as opened:
        now = session.scoring(opened, as_of)
        months = [month for month in period.months if month <= month_of(now.as_of)]
        for month in [] if provisional else months:
            refuse_provisional(now.calendar, month)
        with session.busy("scoring under the draft"):
            draft = again(now, book=book)
            gaps = _gaps(opened, (now, draft), months, text if period.kind == "year" else None)
            found = {month: shifts for month in months if (shifts := _month(now, draft, month))}
            years = list(_years(now, draft, int(text))) if period.kind == "year" else []
    if not found:
        raise WrongArgument(sentence("there is nothing to score in {period}.", period=text), "Import its log first.")
    return Trial(now=now, draft=draft, months=found, years=years, gaps=gaps)


def _gaps(ledger: Ledger, sides: Sequence[Scoring], months: Sequence[int], year: str | None) -> PeriodGaps:
    """What no source tells of some months, and of the year where it is one, under each side, told once. Raises Untold."""
    found: dict[tuple[str, tuple[int, ...]], SheetGaps] = {}
    for side in sides:
        told = [refuse_untold(ledger, side, "month", [month]) for month in months]
        told += [refuse_untold(ledger, side, "year", rule.months(int(year))) for rule in side.book.years[:1] if year]
        found |= {(one.sheet.id, one.evidence.months): one for each in told for one in each.sheets}
    return PeriodGaps(sheets=tuple(found.values()), answer=sides[0].book.untold)


def _month(now: Scoring, draft: Scoring, month: int) -> list[Shift]:
    """Every unit of a month's sheets under both."""
    sides = [scoring.sheets(together([scoring.evidence([month])[month]])) for scoring in (now, draft)]
    if not any(line.basis == "tickets" for side in sides for sheet in side for line in sheet.units):
        return []
    return list(shifts_of(*sides))


def _years(now: Scoring, draft: Scoring, year: int) -> list[tuple[str, Sequence[Shift]]]:
    """The year's rankings under both, by the rule's id."""
    sides = []
    for scoring in (now, draft):
        scores = [year_of(scoring, rule, year, month_of(scoring.as_of)) for rule in scoring.book.years]
        sides.append({one.rule.id: {unit.unit: unit for unit in one.units} for one in scores})
    told: list[tuple[str, Sequence[Shift]]] = []
    for rule in dict.fromkeys((*sides[0], *sides[1])):
        lines = [side.get(rule, {}) for side in sides]
        units = dict.fromkeys((*lines[1], *lines[0]))
        shifts = [
            Shift(sheet=rule, unit=unit, **{
                name: None if unit not in line else UnitScore(
                    unit=unit, group=line[unit].group, score=line[unit].score, basis="tickets", rank=line[unit].rank)
                for name, line in zip(("before", "after"), lines, strict=True)
            })
            for unit in units
        ]  # fmt: skip
        told.append((rule, [shift for shift in shifts if _score(shift.before) or _score(shift.after)]))
    return told


def _score(line: UnitScore | None) -> bool:
    return line is not None and line.score is not None


def suppose(
    session: Session,
    ticket: str,
    suppositions: Sequence[Supposition],
    unit: str | None = None,
    number: int | None = None,
    *,
    as_of: str | None = None,
) -> Sequence[Difference]:
    """What each month of the ticket would be, this being so of a round of a unit and everything else the same. Raises
    WrongArgument, CannotSuppose, Untold."""
    with session.ledger() as opened:
        before = session.scoring(opened, as_of)
        if not any(True for _ in opened.events(before.snapshot.head.position, ticket=ticket)):
            raise WrongArgument(
                sentence("the ledger knows no ticket {ticket}.", ticket=ticket),
                "Check the number; it is text, every digit counts.",
            )
        for month in sorted(months_of_ticket(before, ticket)):
            refuse_untold(opened, before, "month", [month])
        after = supposed(before, ticket, suppositions, unit, number)
        with session.busy("comparing"):
            return list(_by_month(before, after, ticket))


def _by_month(before: Scoring, after: Scoring, ticket: str) -> Iterator[Difference]:
    for month in sorted(months_of_ticket(before, ticket) | months_of_ticket(after, ticket)):
        yield difference(before, after, [month], legs=[Leg(reason="supposed", before=before, after=after)])


def read_if(text: str) -> Supposition:
    """What is supposed of an act, written like signed=2023-05-04T11:20. Raises WrongArgument."""
    name, mark, value = text.replace("＝", "=", 1).partition("=")
    name = act_of(name.strip())
    if not mark or not value:
        raise WrongArgument(
            sentence("{text} supposes nothing.", text=text), sentence("Write it like: {forms}", forms=FORMS)
        )
    if name in RATED:
        return Supposition(name=name, rating=value)
    if name in ACTS or name == "due":
        return Supposition(name=name, at=read_moment(value))
    raise WrongArgument(
        sentence("{name} cannot be supposed; known: {known}", name=name, known=" ".join((*ACTS, *RATED, "due"))),
        sentence("Write it like: {forms}", forms=FORMS),
    )


def read_without(text: str) -> Supposition:
    """What is supposed not to be there: an act by name, or a #position."""
    if text.removeprefix("#").isdecimal() and len(text) < DIGITS:
        return Supposition(position=int(text.removeprefix("#")))
    return Supposition(name=act_of(text.strip()))
