"""Commands about what was known when: publish a score, compute it again, and say what moved between two versions."""

from typing import Annotated

import typer

from kaoping.commands.asked import GANXIAN, Asked, asks
from kaoping.language.language import Language
from kaoping.office.comparisons import compare
from kaoping.office.period.untold import gaps_json
from kaoping.office.publications import Replay, publish_period, recompute_period, refuse_another
from kaoping.papers import terminal
from kaoping.reports.compare.diff import diff_json, diff_page
from kaoping.reports.compare.year_diff import moved_in, years_json, years_page
from kaoping.reports.ground import gaps_page
from kaoping.reports.publications import (
    fresh_page,
    publication_json,
    published_page,
    recomputed_json,
    recomputed_page,
)
from kaoping.reports.score import score_json, score_page
from scoring.scores.scoring import stamps_json

PeriodArgument = Annotated[str, typer.Argument(help="a period: 2023-05, 2023-Q2, 2023-H1 or 2023")]


@asks(
    "as_of", "provisional", "untold", "reading", "rulebook", "calendar", "known_on", "ledger", "by", "lang", "as_json"
)
def publish(
    asked: Asked,
    period: PeriodArgument,
    document: Annotated[str | None, typer.Option("--document", help="document number of the notice")] = None,
    accept: Annotated[list[str] | None, typer.Option("--accept", help="in spite of: running empty invalid aside, each by itself")] = None,
) -> None:  # fmt: skip
    """Publish a period: its scores are kept with the rulebook, calendar and register they rest on, to be issued again unchanged."""
    session = asked.session()
    told = publish_period(
        session, period, as_of=asked.as_of, provisional=asked.provisional, document=document, accept=accept or ()
    )
    if asked.as_json:
        earlier = [publication_json(one) for one in told.earlier]
        made = {**publication_json(told.publication), "ground": told.ground}
        terminal.answer({**made, "standing": told.standing, "earlier": earlier})
    else:
        terminal.show(published_page(session.language, told))


@asks("as_of", "provisional", "untold", "reading", "rulebook", "calendar", "known_on", "ledger", "lang", "as_json")
def recompute(
    asked: Asked,
    period: Annotated[str | None, typer.Argument(help="a period, such as 2023-05; without one every publication")] = None,
    expect: Annotated[str | None, typer.Option("--expect", help="the digest expected; exit code 1 if it is another")] = None,
    reissue: Annotated[bool, typer.Option("--reissue", help="issue the sheets last published again, unchanged")] = False,
) -> None:  # fmt: skip
    """Verify the ledger, then compute what was published from history and compare byte by byte; of what was not, tell the digest."""
    session = asked.session()
    other = bool(
        expect
        or asked.as_of
        or asked.provisional
        or asked.untold
        or asked.reading
        or asked.known_on
        or asked.rulebook != GANXIAN
    )  # a publication has its calendar
    told = recompute_period(
        session, period, published=not other, last=reissue, as_of=asked.as_of, provisional=asked.provisional
    )
    if isinstance(told, Replay):
        _show_replay(asked, session.language, told, reissue=reissue)
        told.refuse_differing()
        return
    name = str(period)
    if asked.as_json:
        same = None if expect is None else told.digest == expect
        terminal.answer(
            {
                "period": name, "digest": told.digest, "identical": same, "stamps": stamps_json(told.scoring.stamps),
                "ground": gaps_json(told.gaps),
            }
        )  # fmt: skip
    else:
        terminal.show(fresh_page(session.language, told, name, expect))
        terminal.show(gaps_page(session.language, told.gaps))
    refuse_another(told, name, expect)


def _show_replay(asked: Asked, language: Language, told: Replay, *, reissue: bool) -> None:
    last = told.recomputed[-1].issue
    if asked.as_json:
        issued = {**score_json(last.scoring, last.month, last.sheets), **last.document} if reissue else {}
        terminal.answer({**issued, **recomputed_json(told.recomputed, told.elsewhere)})
        return
    if reissue:
        terminal.show(score_page(language, last.scoring, last.month, last.sheets))
    terminal.show(recomputed_page(language, told.recomputed, told.elsewhere))


@asks("untold", "reading", "rulebook", "calendar", "known_on", "ledger", "lang", "as_json")
def diff(
    asked: Asked,
    before: Annotated[str, typer.Argument(help="the earlier version: a period published, #position, now, as_of=600, half_day=half_blocks")],
    after: Annotated[str, typer.Argument(help="the later version, written alike")],
    period: Annotated[str | None, typer.Option("--period", help="the period, where neither version is a period published")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="this unit alone")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="this sheet alone")] = None,
) -> None:  # fmt: skip
    """What moved between two versions, by unit and item, down to the ticket and the fact, notice, clause or reading that did it."""
    session = asked.session()
    names = (before, after)
    told = compare(session, names, period, unit, sheet)
    if asked.as_json:
        document = diff_json(told.difference, told.period, names, unit, told.sheet)
        terminal.answer({**document, "years": years_json(told.years, unit)} if told.years else document)
    else:
        besides = moved_in(told.years, unit)
        terminal.show(
            diff_page(session.language, told.difference, told.period, names, unit, told.sheet, besides=besides)
        )
        sides = (told.difference.before, told.difference.after)
        titles = {one.id: one.title for side in sides for one in side.book.sheets}
        terminal.show(years_page(session.language, told.years, unit, titles))
