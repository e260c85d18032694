"""Commands that score a period: its sheets, and the metrics behind them."""

from typing import Annotated

import typer

from kaoping.commands.asked import (
    GANXIAN,
    AsOfOption,
    CalendarOption,
    JsonOption,
    KnownOnOption,
    LanguageOption,
    LedgerOption,
    ProvisionalOption,
    ReadingOption,
    RulebookOption,
    desk_of,
)
from kaoping.office.session import WrongArgument, period_evidence, read_month, read_period
from kaoping.reports.metrics import metrics_json, metrics_of, metrics_page
from kaoping.reports.score import score_json, score_page
from ledger.sentences import sentence


def metrics(
    month: Annotated[str, typer.Argument(help="a month, such as 2023-05")],
    unit: Annotated[str | None, typer.Option("--unit", help="this unit alone")] = None,
    as_of: AsOfOption = None, rulebook: RulebookOption = GANXIAN,
    calendar: CalendarOption = None, known_on: KnownOnOption = None, reading: ReadingOption = None,
    ledger: LedgerOption = None, lang: LanguageOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Show each unit's rates and times: signing, response, returns, closing."""
    session = desk_of(ledger, lang, as_json, rulebook, calendar, reading, known_on)
    number = read_month(month)
    with session.ledger() as opened:
        scoring = session.scoring(opened, as_of)
        evidence = scoring.evidence([number])[number]
        units = metrics_of(scoring, evidence, unit)
        if unit is not None and not units:
            known = "、".join(one.unit for one in metrics_of(scoring, evidence, None)[:20])
            raise WrongArgument(
                sentence("{unit} has no verdict in {month}.", unit=unit, month=month),
                sentence("Units that have: {units}", units=known),
            )
        if session.json:
            session.answer(metrics_json(scoring, evidence, units))
        else:
            session.show(metrics_page(session.language, scoring, evidence, units))


def score(
    month: Annotated[str, typer.Argument(help="a month, such as 2023-05; or 2023-Q2, 2023-H1, 2023 where the rulebook has sheets for it")],
    sheet: Annotated[str | None, typer.Option("--sheet", help="this sheet alone, such as hotline")] = None,
    as_of: AsOfOption = None, provisional: ProvisionalOption = False, rulebook: RulebookOption = GANXIAN,
    calendar: CalendarOption = None, known_on: KnownOnOption = None, reading: ReadingOption = None,
    ledger: LedgerOption = None, lang: LanguageOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Score and rank a month, or a quarter, half-year or year where the rulebook has sheets for it."""
    session = desk_of(ledger, lang, as_json, rulebook, calendar, reading, known_on)
    kind, months = read_period(month, session.book())
    with session.ledger() as opened:
        scoring = session.scoring(opened, as_of)
        evidence = period_evidence(scoring, months, provisional=provisional)
        sheets = [one for one in scoring.sheets(evidence, kind) if sheet is None or one.sheet.id == sheet]
        if not sheets:
            known = " ".join(f"{one.id} ({one.period})" for one in scoring.book.sheets)
            raise WrongArgument(
                sentence("there is no such sheet for {month}; known: {known}", month=month, known=known)
            )
        if session.json:
            session.answer(score_json(scoring, evidence, sheets))
        else:
            session.show(score_page(session.language, scoring, evidence, sheets))
