"""Commands about the rules: why a unit has its score, the year, the rulebook itself."""

from pathlib import Path
from typing import Annotated

import typer

from kaoping.commands.asked import Asked, BriefOption, asks
from kaoping.office.law.cases import case_outcomes, case_text, refuse_failed
from kaoping.office.period.losses import lost_points, year_scores
from kaoping.office.period.untold import gaps_json
from kaoping.office.session import read_year
from kaoping.papers import terminal
from kaoping.reports.annual import annual_json, annual_page
from kaoping.reports.ground import gaps_page
from kaoping.reports.rules import outcomes_json, outcomes_page, rules_json, rules_page
from kaoping.reports.why import why_json, why_page


@asks("as_of", "provisional", "untold", "rulebook", "calendar", "known_on", "reading", "ledger", "lang", "as_json")
def why(
    asked: Asked,
    unit: Annotated[str, typer.Argument(help="the unit")],
    month: Annotated[str, typer.Argument(help="a month, such as 2023-05; or a year, 2023")],
    brief: BriefOption = False,
) -> None:  # fmt: skip
    """How a unit lost its points: by item and ticket, adding up exactly to full marks minus the score."""
    session = asked.session()
    told = lost_points(session, unit, month, as_of=asked.as_of, provisional=asked.provisional, brief=brief)
    if asked.as_json:
        terminal.answer(why_json(told, month))
    else:
        terminal.show(why_page(session.language, told))


@asks("as_of", "provisional", "untold", "rulebook", "calendar", "known_on", "reading", "ledger", "lang", "as_json")
def annual(
    asked: Asked,
    year: Annotated[str, typer.Argument(help="a year, such as 2023")],
) -> None:  # fmt: skip
    """Score the year: to date, or whole."""
    session = asked.session()
    number = read_year(year)
    told = year_scores(session, number, as_of=asked.as_of, provisional=asked.provisional)
    if asked.as_json:
        terminal.answer({**annual_json(told.scoring, number, told.scores), "ground": gaps_json(told.gaps)})
    else:
        terminal.show(annual_page(session.language, told.scoring, told.scores))
        terminal.show(gaps_page(session.language, told.gaps))


@asks("rulebook", "lang", "as_json")
def rules(
    asked: Asked,
    check: Annotated[bool, typer.Option("--check", help="try the worked cases that come with the rulebook")] = False,
    cases: Annotated[Path | None, typer.Option("--cases", help="worked cases of your own: a .toml file or a folder")] = None,
    toml: Annotated[
        bool, typer.Option("--toml", help="print the file of the rulebook itself, or with --check of its worked cases")
    ] = False,
) -> None:  # fmt: skip
    """Show the rulebook: items, words of the law, how they are judged and read; --check tries its worked cases."""
    session = asked.session()
    book = session.book()
    if toml:
        terminal.write_file(case_text(book.id) if check else book.text)
        return
    if not (check or cases):
        if asked.as_json:
            terminal.answer(rules_json(book))
        else:
            terminal.show(rules_page(session.language, book))
        return
    outcomes = case_outcomes(session, cases)
    if asked.as_json:
        terminal.answer(outcomes_json(session.language, book, outcomes))
    else:
        terminal.show(outcomes_page(session.language, book, outcomes))
    refuse_failed(book.id, outcomes)
