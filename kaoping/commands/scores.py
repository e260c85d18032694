"""Commands that score a period: its sheets, and the metrics behind them."""

from typing import Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.office.scores import month_metrics, period_score
from kaoping.papers import terminal
from kaoping.reports.metrics import metrics_json, metrics_page
from kaoping.reports.score import score_json, score_page


@asks("as_of", "rulebook", "calendar", "known_on", "reading", "ledger", "lang", "as_json")
def metrics(
    asked: Asked,
    month: Annotated[str, typer.Argument(help="a month, such as 2023-05")],
    unit: Annotated[str | None, typer.Option("--unit", help="this unit alone")] = None,
) -> None:  # fmt: skip
    """Show each unit's rates and times: signing, response, returns, closing."""
    session = asked.session()
    told = month_metrics(session, month, unit, as_of=asked.as_of)
    if asked.as_json:
        terminal.answer(metrics_json(told))
    else:
        terminal.show(metrics_page(session.language, told))


@asks("as_of", "provisional", "untold", "rulebook", "calendar", "known_on", "reading", "ledger", "lang", "as_json")
def score(
    asked: Asked,
    month: Annotated[str, typer.Argument(help="a month, such as 2023-05; or 2023-Q2, 2023-H1, 2023 where the rulebook has sheets for it")],
    sheet: Annotated[str | None, typer.Option("--sheet", help="this sheet alone, such as hotline")] = None,
    brief: Annotated[bool, typer.Option("--brief", help="the sheets alone, without the arithmetic and the readings")] = False,
) -> None:  # fmt: skip
    """Score and rank a month, or a quarter, half-year or year where the rulebook has sheets for it."""
    session = asked.session()
    told = period_score(session, month, sheet, as_of=asked.as_of, provisional=asked.provisional)
    if asked.as_json:
        terminal.answer(score_json(told.scoring, told.evidence, told.sheets, told.ground))
    else:
        page = score_page(session.language, told.scoring, told.evidence, told.sheets, told.ground, brief=brief)
        terminal.show(page)
