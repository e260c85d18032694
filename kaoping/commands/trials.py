"""Commands that try things: other readings of the rules, a draft rulebook on past months."""

from collections.abc import Sequence
from typing import Annotated

import attrs
import typer

from calendars.periods import month_of
from kaoping.commands.asked import GANXIAN, Asked, asks
from kaoping.commands.history import PeriodArgument
from kaoping.files import folder
from kaoping.office.session import WrongArgument, period_evidence, read_period
from kaoping.papers import terminal
from kaoping.reports.trials import readings_json, readings_page, whatif_json, whatif_page
from ledger.sentences import sentence
from scoring.compare.readings import Shift, alternatives, shifts_of
from scoring.compare.reports import again
from scoring.scores.evidence import together
from scoring.scores.scoring import Scoring, refuse_provisional
from scoring.scores.sheets import UnitScore
from scoring.scores.years import year_of

DraftOption = Annotated[str, typer.Option("--rulebook", help="the draft rulebook: its name, or a .toml file")]
BaseOption = Annotated[str, typer.Option("--base", help="the rulebook to compare with")]


@asks("as_of", "provisional", "reading", "rulebook", "calendar", "ledger", "lang", "as_json")
def readings(
    asked: Asked,
    period: PeriodArgument,
) -> None:  # fmt: skip
    """Try every reading: who gains, who loses, how much, and how ranks move."""
    session = asked.session()
    span = read_period(period, session.book())
    kind, months = span.kind, span.months
    with session.ledger() as opened:
        scoring = session.scoring(opened, asked.as_of)
        period_evidence(scoring, months, provisional=asked.provisional)
        with session.busy("trying every reading"):
            found = list(alternatives(scoring, months, kind))
    if session.json:
        terminal.answer(readings_json(scoring, period, found))
    else:
        terminal.show(readings_page(session.language, scoring, period, found))


@asks("as_of", "provisional", "calendar", "ledger", "lang", "as_json")
def whatif(
    asked: Asked,
    period: PeriodArgument,
    rulebook: DraftOption,
    base: BaseOption = GANXIAN,
) -> None:  # fmt: skip
    """Try a draft rulebook on past months: month by month and the year, who rises and who falls."""
    session = attrs.evolve(asked, rulebook=base).session()
    draft_book = folder.rulebook(rulebook)
    span = read_period(period, session.book())
    kind, months = span.kind, span.months
    with session.ledger() as opened:
        now = session.scoring(opened, asked.as_of)
        last = month_of(now.as_of)
        months = tuple(month for month in months if month <= last)
        if not asked.provisional:
            for month in months:
                refuse_provisional(now.calendar, month)
        with session.busy("scoring under the draft"):
            draft = again(now, book=draft_book)
            found = {month: shifts for month in months if (shifts := _month(now, draft, month))}
            years = list(_years(now, draft, int(period))) if kind == "year" else []
    if not found:
        raise WrongArgument(sentence("there is nothing to score in {period}.", period=period), "Import its log first.")
    if session.json:
        terminal.answer(whatif_json(now, draft, period, found, years))
    else:
        terminal.show(whatif_page(session.language, now, draft, period, found, years))


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
