"""Commands about what was known when: publish a score, compute it again, and say what moved between two versions."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated

import typer

from kaoping import now
from kaoping.commands.asked import GANXIAN, Asked, asks
from kaoping.office.comparisons import Version, version, voids_of
from kaoping.office.publications import Issue, NotHere, Publication, issue, publications, recomputed
from kaoping.office.publications import publish as keep
from kaoping.office.session import Differs, Session, WrongArgument, read_period
from kaoping.office.tickets import stamps_json
from kaoping.papers import terminal
from kaoping.reports.diff import diff_json, diff_page
from kaoping.reports.publications import (
    fresh_page,
    publication_json,
    published_page,
    recomputed_json,
    recomputed_page,
)
from kaoping.reports.score import score_json, score_page
from kaoping.reports.year_diff import years_json, years_page
from ledger.sentences import sentence
from ledger.store import Ledger
from scoring.compare.reports import Difference, difference, legs_of
from scoring.compare.years import year_changes

PeriodArgument = Annotated[str, typer.Argument(help="a period: 2023-05, 2023-Q2, 2023-H1 or 2023")]


@asks("as_of", "provisional", "reading", "rulebook", "calendar", "known_on", "ledger", "lang", "as_json")
def publish(
    asked: Asked,
    period: PeriodArgument,
    document: Annotated[str | None, typer.Option("--document", help="document number of the notice")] = None,
) -> None:  # fmt: skip
    """Publish a period: its scores are kept with the rulebook, calendar and register they rest on, to be issued again unchanged."""
    session = asked.session()
    read_period(period, session.book())
    with session.ledger() as opened:
        with session.busy("re-deriving every hash"):
            opened.verify()
        one = issue(session.scoring(opened, asked.as_of, kept=False), period, provisional=asked.provisional)
        if not any(sheet["units"] for sheet in one.document["sheets"]) and not one.document.get("years"):
            raise WrongArgument(
                sentence("there is nothing to publish for {period}.", period=period), "Import its log first."
            )
        known = publications(opened, opened.head().position, period)
        told = keep(opened, one, now.now_ms(), provisional=asked.provisional, document=document)
    earlier = [one for one in known if one.position < told.position]
    standing = told in known
    if session.json:
        before = [publication_json(one) for one in earlier]
        terminal.answer({**publication_json(told), "standing": standing, "earlier": before})
    else:
        terminal.show(published_page(session.language, told, earlier, standing=standing))


@asks("as_of", "provisional", "reading", "rulebook", "calendar", "known_on", "ledger", "lang", "as_json")
def recompute(
    asked: Asked,
    period: Annotated[str | None, typer.Argument(help="a period, such as 2023-05; without one every publication")] = None,
    expect: Annotated[str | None, typer.Option("--expect", help="the digest expected; exit code 1 if it is another")] = None,
    reissue: Annotated[bool, typer.Option("--reissue", help="issue the sheets last published again, unchanged")] = False,
) -> None:  # fmt: skip
    """Verify the ledger, then compute what was published from history and compare byte by byte; of what was not, tell the digest."""
    session = asked.session()
    if period is not None:
        read_period(period, session.book())
    other = bool(
        expect or asked.as_of or asked.provisional or asked.reading or asked.known_on or asked.rulebook != GANXIAN
    )  # a publication has its calendar
    with session.ledger() as opened:
        with session.busy("re-deriving every hash"):
            opened.verify()
        found = [] if other else publications(opened, opened.head().position, period)
        if found:
            _replay(session, opened, [found[-1]] if reissue else found, reissue=reissue)
            return
        if period is None or reissue:
            why = (
                sentence("nothing was published as {name}.", name=period)
                if period
                else sentence("nothing was published yet.")
            )
            raise WrongArgument(why, "kaoping publish PERIOD publishes.")
        one = issue(session.scoring(opened, asked.as_of, kept=False), period, provisional=asked.provisional)
    _tell_fresh(session, one, period, expect)


def _replay(session: Session, opened: Ledger, found: Sequence[Publication], *, reissue: bool) -> None:
    told, elsewhere = [], []
    for one in found:
        try:
            told.append(recomputed(session, opened, one))
        except NotHere:
            elsewhere.append(one)
    if not told:
        recomputed(session, opened, found[-1])  # says why not
    last = told[-1].issue
    if session.json:
        issued = {**score_json(last.scoring, last.month, last.sheets), **last.document} if reissue else {}
        terminal.answer({**issued, **recomputed_json(told, elsewhere)})
    else:
        if reissue:
            terminal.show(score_page(session.language, last.scoring, last.month, last.sheets))
        terminal.show(recomputed_page(session.language, told, elsewhere))
    differing = [one.publication for one in told if not one.identical]
    if differing:
        shown = " ".join(f"{one.fact.period} (#{one.position}, kaoping {one.fact.version})" for one in differing)
        raise Differs(
            sentence("not identical to what was published: {periods}", periods=shown),
            "Compare the versions of Kaoping.",
        )


def _tell_fresh(session: Session, one: Issue, period: str, expect: str | None) -> None:
    if session.json:
        same = None if expect is None else one.digest == expect
        terminal.answer(
            {"period": period, "digest": one.digest, "identical": same, "stamps": stamps_json(one.scoring.stamps)}
        )
    else:
        terminal.show(fresh_page(session.language, one, period, expect))
    if expect is not None and one.digest != expect:
        why = sentence(
            "{month} comes out as {digest}, not as {expect}.", month=period, digest=one.digest, expect=expect
        )
        raise Differs(why, "Compare the four stamps with those of the expected result.")


@asks("reading", "rulebook", "calendar", "known_on", "ledger", "lang", "as_json")
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
    with session.ledger() as opened:
        sides = (version(session, opened, before), version(session, opened, after))
        name = _period(sides, period)
        span = read_period(name, sides[1].scoring.book)
        kind, months = span.kind, span.months
        with session.busy("comparing"):
            legs = legs_of(sides[0].scoring, sides[1].scoring, voids_of(opened))
            told = difference(sides[0].scoring, sides[1].scoring, months, kind, legs)
            years = year_changes(sides[0].scoring, sides[1].scoring, int(name)) if kind == "year" else ()
        _refuse_unknown(told, unit, sheet)
    if session.json:
        document = diff_json(told, name, (before, after), unit, sheet)
        terminal.answer({**document, "years": years_json(years, unit)} if years else document)
    else:
        terminal.show(diff_page(session.language, told, name, (before, after), unit, sheet))
        terminal.show(years_page(session.language, years, unit))


def _refuse_unknown(told: Difference, unit: str | None, sheet: str | None) -> None:
    """Raises WrongArgument for a sheet of neither version, and for a unit that neither scored or enrolled."""
    sheets = [one.sheet for one in told.sheets]
    if sheet is not None and sheet not in sheets:
        raise WrongArgument(sentence("there is no sheet {sheet}; known: {known}", sheet=sheet, known=" ".join(sheets)))
    scored = {line.unit for one in told.sheets for line in one.units}
    enrolled = {str(event.fact.unit) for side in (told.before, told.after) for event in side.snapshot.enrolments}
    units = sorted(scored | enrolled)
    if unit is not None and unit not in units:
        near = get_close_matches(unit, units, n=1, cutoff=0) or ["-"]
        raise WrongArgument(
            sentence("neither version knows a unit {unit}.", unit=unit),
            sentence("The nearest is {near}.", near=near[0]),
        )


def _period(sides: tuple[Version, Version], asked: str | None) -> str:
    """The period asked for, or that of the publications. Raises WrongArgument."""
    published = {one.period for one in sides if one.period is not None}
    if asked is None and len(published) == 1:
        return published.pop()
    if asked is None:
        raise WrongArgument("the two versions do not say which period is meant.", "Name it with --period 2023-05.")
    if published - {asked}:
        raise WrongArgument(
            sentence("{name} was not published for {period}.", name=" ".join(sorted(published)), period=asked),
            "Leave --period out, or name another version.",
        )
    return asked
