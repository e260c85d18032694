"""Commands that try things: other readings of the rules, a draft rulebook on past months."""

from typing import Annotated

import attrs
import typer

from kaoping.commands.asked import GANXIAN, Asked, asks
from kaoping.commands.history import PeriodArgument
from kaoping.office.period.untold import gaps_json
from kaoping.office.trials import draft_trial, other_readings
from kaoping.papers import terminal
from kaoping.reports.compare.trials import readings_json, readings_page, whatif_json, whatif_page
from kaoping.reports.ground import gaps_page

DraftOption = Annotated[str, typer.Option("--rulebook", help="the draft rulebook: its name, or a .toml file")]
BaseOption = Annotated[str, typer.Option("--base", help="the rulebook to compare with")]


@asks("as_of", "provisional", "untold", "reading", "rulebook", "calendar", "ledger", "lang", "as_json")
def readings(
    asked: Asked,
    period: PeriodArgument,
) -> None:  # fmt: skip
    """Try every reading: who gains, who loses, how much, and how ranks move."""
    session = asked.session()
    scoring, found, gaps = other_readings(session, period, as_of=asked.as_of, provisional=asked.provisional)
    if asked.as_json:
        terminal.answer({**readings_json(scoring, period, found), "ground": gaps_json(gaps)})
    else:
        terminal.show(readings_page(session.language, scoring, period, found))
        terminal.show(gaps_page(session.language, gaps))


@asks("as_of", "provisional", "untold", "calendar", "ledger", "lang", "as_json")
def whatif(
    asked: Asked,
    period: PeriodArgument,
    rulebook: DraftOption,
    base: BaseOption = GANXIAN,
) -> None:  # fmt: skip
    """Try a draft rulebook on past months: month by month and the year, who rises and who falls."""
    session = attrs.evolve(asked, rulebook=base).session()
    told = draft_trial(session, period, rulebook, as_of=asked.as_of, provisional=asked.provisional)
    if asked.as_json:
        document = whatif_json(told.now, told.draft, period, told.months, told.years)
        terminal.answer({**document, "ground": gaps_json(told.gaps)})
    else:
        terminal.show(whatif_page(session.language, told.now, told.draft, period, told.months, told.years))
        terminal.show(gaps_page(session.language, told.gaps))
