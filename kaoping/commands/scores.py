"""Commands that score a period: its sheets, and the metrics behind them."""

from typing import Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.office.session import WrongArgument, period_evidence, read_month, read_period
from kaoping.papers import terminal
from kaoping.reports.metrics import metrics_json, metrics_of, metrics_page
from kaoping.reports.score import score_json, score_page
from ledger.sentences import sentence


@asks("as_of", "rulebook", "calendar", "known_on", "reading", "ledger", "lang", "as_json")
def metrics(
    asked: Asked,
    month: Annotated[str, typer.Argument(help="a month, such as 2023-05")],
    unit: Annotated[str | None, typer.Option("--unit", help="this unit alone")] = None,
) -> None:  # fmt: skip
    """Show each unit's rates and times: signing, response, returns, closing."""
    session = asked.session()
    number = read_month(month)
    with session.ledger() as opened:
        scoring = session.scoring(opened, asked.as_of)
        evidence = scoring.evidence([number])[number]
        units = metrics_of(scoring, evidence, unit)
        if unit is not None and not units:
            known = "、".join(one.unit for one in metrics_of(scoring, evidence, None)[:20])
            raise WrongArgument(
                sentence("{unit} has no verdict in {month}.", unit=unit, month=month),
                sentence("Units that have: {units}", units=known),
            )
        if session.json:
            terminal.answer(metrics_json(scoring, evidence, units))
        else:
            terminal.show(metrics_page(session.language, scoring, evidence, units))


@asks("as_of", "provisional", "rulebook", "calendar", "known_on", "reading", "ledger", "lang", "as_json")
def score(
    asked: Asked,
    month: Annotated[str, typer.Argument(help="a month, such as 2023-05; or 2023-Q2, 2023-H1, 2023 where the rulebook has sheets for it")],
    sheet: Annotated[str | None, typer.Option("--sheet", help="this sheet alone, such as hotline")] = None,
) -> None:  # fmt: skip
    """Score and rank a month, or a quarter, half-year or year where the rulebook has sheets for it."""
    session = asked.session()
    period = read_period(month, session.book())
    kind, months = period.kind, period.months
    with session.ledger() as opened:
        scoring = session.scoring(opened, asked.as_of)
        evidence = period_evidence(scoring, months, provisional=asked.provisional)
        sheets = [one for one in scoring.sheets(evidence, kind) if sheet is None or one.sheet.id == sheet]
        if not sheets:
            known = " ".join(f"{one.id} ({one.period})" for one in scoring.book.sheets)
            raise WrongArgument(
                sentence("there is no such sheet for {month}; known: {known}", month=month, known=known)
            )
        if session.json:
            terminal.answer(score_json(scoring, evidence, sheets))
        else:
            terminal.show(score_page(session.language, scoring, evidence, sheets))
