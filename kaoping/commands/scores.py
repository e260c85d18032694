"""Commands that score a period: its sheets, the metrics behind them, and its papers."""

from pathlib import Path
from typing import Annotated

import typer

from kaoping.commands.asked import GANXIAN, Asked, asks
from kaoping.office.period.bulletins import period_report
from kaoping.office.scores import month_metrics, period_score
from kaoping.papers import terminal
from kaoping.papers.shelf import PAPERS, refuse_file, write_papers
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


@asks(
    "as_of",
    "provisional",
    "untold",
    "reading",
    "rulebook",
    "calendar",
    "known_on",
    "ledger",
    "lang",
    "as_json",
    "as_xlsx",
    "as_docx",
    "as_html",
    "as_pdf",
)
def report(
    asked: Asked,
    period: Annotated[str, typer.Argument(help="a period: 2023-05, 2023-Q2, 2023-H1 or 2023")],
    out: Annotated[Path, typer.Option("--out", help="the folder the papers are written into")],
    every: Annotated[bool, typer.Option("--all", help="all of them; PDF where LibreOffice is found")] = False,
    letterhead: Annotated[Path | None, typer.Option("--letterhead", help="a TOML file about the office, and its template")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="of what is known now, though the period was published")] = False,
) -> None:  # fmt: skip
    """Write a period's papers: the table, the bulletin, a web file; as published, or marked as not published."""
    session = asked.session()
    refuse_file(out)
    other = fresh or bool(
        asked.reading or asked.known_on or asked.provisional or asked.untold or asked.rulebook != GANXIAN
    )
    told = period_report(session, period, as_of=asked.as_of, provisional=asked.provisional, fresh=other)
    kinds = [kind for kind in PAPERS if every or getattr(asked, f"as_{kind}")] or PAPERS[:3]
    written = write_papers(session.language, told, out, kinds, letterhead, strict=asked.as_pdf)
    if asked.as_json:
        files = [{"kind": one.kind, "path": str(one.path), "sha256": one.sha256} for one in written]
        terminal.answer({"period": period, "digest": told.issue.digest, "files": files})
    else:
        for one in written:
            terminal.tell(f"{one.path}  {one.sha256}")
