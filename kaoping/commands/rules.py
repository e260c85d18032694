"""Commands about the rules: why a unit has its score, the year, the rulebook itself."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from calendars.periods import month_of
from kaoping.commands.asked import Asked, asks
from kaoping.files import folder
from kaoping.files.cases import read_cases
from kaoping.office.session import Session, WrongArgument, checked_month, read_month
from kaoping.papers import terminal
from kaoping.reports.annual import annual_json, annual_page
from kaoping.reports.rules import outcomes_json, outcomes_page, rules_json, rules_page
from kaoping.reports.why import lines_of, why_json, why_page
from ledger.sentences import UserError, sentence
from metrics.derive import clock_of
from scoring.law.rulebook import Sheet
from scoring.scores.cases import Case, try_cases
from scoring.scores.scoring import Scoring, refuse_provisional
from scoring.scores.sheets import Judging, UnitScore
from scoring.scores.years import year_of


class CasesFail(UserError):
    """A rulebook's own worked cases do not come out."""


@asks("as_of", "provisional", "rulebook", "calendar", "known_on", "reading", "ledger", "lang", "as_json")
def why(
    asked: Asked,
    unit: Annotated[str, typer.Argument(help="the unit")],
    month: Annotated[str, typer.Argument(help="a month, such as 2023-05; or a year, 2023")],
) -> None:  # fmt: skip
    """How a unit lost its points: by item and ticket, adding up exactly to full marks minus the score."""
    session = asked.session()
    yearly = re.fullmatch(r"\d{4}", month) is not None
    if not yearly:
        read_month(month)
    with session.ledger() as opened:
        scoring = session.scoring(opened, asked.as_of)
        if yearly:
            _refuse_provisional_year(scoring, int(month), provisional=asked.provisional)
            found = _yearly_sheets(scoring, int(month), unit)
        else:
            number = checked_month(scoring, month, provisional=asked.provisional)
            evidence = scoring.evidence([number])[number]
            found = [(one.sheet, line) for one in scoring.sheets(evidence) for line in one.units if line.unit == unit]
        lines = lines_of(scoring, found)
        if not lines:
            raise WrongArgument(
                sentence("{unit} has no score in {month}.", unit=unit, month=month),
                "kaoping score lists the units that have.",
            )
        if session.json:
            terminal.answer(why_json(scoring, month, unit, lines))
        else:
            terminal.show(why_page(session.language, unit, lines))


def _yearly_sheets(scoring: Scoring, year: int, unit: str) -> list[tuple[Sheet, UnitScore]]:
    """The unit's lines on the sheets of the year itself."""
    scores = [year_of(scoring, rule, year, month_of(scoring.as_of)) for rule in scoring.book.years]
    return [
        (scoring.book.sheet(name), lines[unit]) for score in scores for name, lines in score.sheets.items() if unit in lines
    ]  # fmt: skip


def _refuse_provisional_year(scoring: Scoring, year: int, *, provisional: bool) -> None:
    """Raises ProvisionalPeriod for a year that has begun a month past the last official notice."""
    begun = [month for rule in scoring.book.years for month in rule.months(year) if month <= month_of(scoring.as_of)]
    for month in [] if provisional else begun:
        refuse_provisional(scoring.calendar, month)


@asks("as_of", "provisional", "rulebook", "calendar", "known_on", "reading", "ledger", "lang", "as_json")
def annual(
    asked: Asked,
    year: Annotated[int, typer.Argument(help="a year, such as 2023", min=2004, max=2100)],
) -> None:  # fmt: skip
    """Score the year: to date, or whole."""
    session = asked.session()
    with session.ledger() as opened:
        scoring = session.scoring(opened, asked.as_of)
        if not scoring.book.years:
            raise WrongArgument(
                sentence("{book} has no rule for a year.", book=scoring.book.id),
                "Name another rulebook with --rulebook.",
            )
        _refuse_provisional_year(scoring, year, provisional=asked.provisional)
        scores = [year_of(scoring, rule, year, month_of(scoring.as_of)) for rule in scoring.book.years]
        if session.json:
            terminal.answer(annual_json(scoring, year, scores))
        else:
            terminal.show(annual_page(session.language, scoring, scores))


@asks("rulebook", "lang", "as_json")
def rules(
    asked: Asked,
    check: Annotated[bool, typer.Option("--check", help="try the worked cases that come with the rulebook")] = False,
    cases: Annotated[Path | None, typer.Option("--cases", help="worked cases of your own: a .toml file or a folder")] = None,
) -> None:  # fmt: skip
    """Show the rulebook: items, words of the law, how they are judged and read; --check tries its worked cases."""
    session = asked.session()
    book = session.book()
    if not (check or cases):
        if session.json:
            terminal.answer(rules_json(book))
        else:
            terminal.show(rules_page(session.language, book))
        return
    outcomes = list(try_cases(lambda taken: _court(session, taken), _cases(book.id, cases)))
    if session.json:
        terminal.answer(outcomes_json(book, outcomes))
    else:
        terminal.show(outcomes_page(session.language, outcomes))
    if not outcomes:
        raise CasesFail(sentence("there are no cases for {book}.", book=book.id), "Name your own with --cases.")
    failed = sum(not one.holds for one in outcomes)
    if failed:
        raise CasesFail(sentence("{failed} of {count} cases do not come out.", failed=failed, count=len(outcomes)))


def _court(session: Session, taken: Mapping[str, str]) -> Judging:
    book = folder.rulebook(session.rulebook, taken)
    return Judging(book, clock_of(session.calendar(), book.practice()), as_of=10**14)


def _cases(book: str, own: Path | None) -> list[Case]:
    """The cases of a file or folder; without one those that travel with the rulebook."""
    if own is None:
        paths = folder.cases_of(book)
    else:
        paths = sorted(own.glob("*.toml")) if own.is_dir() else [own]
    return [case for path in paths for case in read_cases(folder.text_of(path), path.name)]
