"""Commands that score a period: its sheets, and the metrics behind them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.office.mirrors import engine_asked, mirror_scores, write_mirror
from kaoping.office.scores import month_metrics, period_score
from kaoping.office.session import WrongArgument
from kaoping.papers import terminal
from kaoping.reports.metrics import metrics_json, metrics_page
from kaoping.reports.score import score_json, score_page
from ledger.sentences import sentence

if TYPE_CHECKING:
    from metrics.engines.engine import Engine

EngineOption = Annotated[
    str, typer.Option("--engine", help="who derives what mirrors hold: polars here, or spark on a cluster")
]
MasterOption = Annotated[
    str | None,
    typer.Option("--master", help="the cluster, such as spark://HOST:7077; without one all cores here"),
]
MirrorOption = Annotated[
    list[str] | None,
    typer.Option(
        "--mirror",
        help="score this mirror in the ledger's stead (kaoping mirror writes it), may be given several times",
    ),
]


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
    engine: EngineOption = "polars",
    master: MasterOption = None,
    mirror: MirrorOption = None,
) -> None:  # fmt: skip
    """Score and rank a month, or a quarter, half-year or year where the rulebook has sheets for it."""
    session = asked.session()
    if mirror or engine != "polars" or master is not None:
        _score_mirrors(
            asked, engine_asked(engine, master, mirror or ()), month, sheet, brief=brief, mirrors=mirror or ()
        )
        return
    told = period_score(session, month, sheet, as_of=asked.as_of, provisional=asked.provisional)
    if asked.as_json:
        terminal.answer(score_json(told.scoring, told.evidence, told.sheets, told.ground))
    else:
        page = score_page(session.language, told.scoring, told.evidence, told.sheets, told.ground, brief=brief)
        terminal.show(page)


def _score_mirrors(
    asked: Asked, engine: "Engine", month: str, sheet: str | None, *, brief: bool, mirrors: Sequence[str]
) -> None:
    """The same of mirrors: of one as of its ledger, of several one after the other."""
    session = asked.session()
    if asked.as_of is not None:
        raise WrongArgument(
            sentence("a mirror holds what its ledger knew when it was written."),
            "Leave out --as-of, or ask the ledger itself.",
        )
    found = mirror_scores(session, month, mirrors, engine, sheet, provisional=asked.provisional)
    if asked.as_json:
        told = [score_json(one.score.scoring, one.score.evidence, one.score.sheets, one.score.ground) for one in found]
        named = [
            {"mirror": one.path, "checkpoint": one.mirror.checkpoint, **score}
            for one, score in zip(found, told, strict=True)
        ]
        terminal.answer(told[0] if len(told) == 1 else {"ledgers": named})
        return
    say = session.language.say
    for one in found:
        if len(found) > 1:
            terminal.tell(
                say(
                    "Mirror {path}: the ledger up to event {position}", path=one.path, position=one.mirror.head.position
                )
            )
        score = one.score
        terminal.show(
            score_page(session.language, score.scoring, score.evidence, score.sheets, score.ground, brief=brief)
        )


@asks("rulebook", "calendar", "ledger", "lang", "as_json")
def mirror(
    asked: Asked,
    folder: Annotated[Path, typer.Argument(help="the folder to write, or to write anew")],
) -> None:
    """Write all that scores rest on to a folder, to be scored without the ledger: on a cluster, or with other ledgers."""
    session = asked.session()
    found = write_mirror(session, folder)
    if asked.as_json:
        terminal.answer({
            "folder": str(folder), "position": found.head.position, "hash": found.head.hash, "checkpoint": found.checkpoint,
            "events": found.rows, "files": [one.file for one in found.files],
        })  # fmt: skip
        return
    said = "Mirror {path}: {events} events, all that the ledger knew up to event {position}. Checkpoint {checkpoint}"
    terminal.tell(
        session.language.say(
            said, path=folder, events=found.rows, position=found.head.position, checkpoint=found.checkpoint
        )
    )
