"""Commands about what was known when: publish a score, compute it again, and say what moved between two versions."""

from collections.abc import Sequence
from typing import Annotated

import typer

from kaoping import wall
from kaoping.desk import Desk, Differs, WrongArgument, read_period
from kaoping.options import (
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
from kaoping.publications import Issue, NotHere, Publication, issue, publications, recomputed
from kaoping.publications import publish as keep
from kaoping.reports.diff import diff_json, print_diff
from kaoping.reports.publications import (
    print_all_recomputed,
    print_fresh,
    print_published,
    publication_json,
    recomputed_json,
)
from kaoping.reports.score import print_score, stamps_json
from kaoping.reports.year_diff import print_years, years_json
from kaoping.versions import Version, version, voids_of
from ledger.problems import words
from ledger.store import Ledger
from scoring.differences import difference, legs_of
from scoring.year_differences import year_changes

PeriodArgument = Annotated[str, typer.Argument(help="期间，如 2023-05、2023-Q2、2023-H1、2023")]


def publish(
    period: PeriodArgument,
    document: Annotated[str | None, typer.Option("--document", help="通报的文号")] = None,
    as_of: AsOfOption = None, provisional: ProvisionalOption = False, reading: ReadingOption = None,
    rulebook: RulebookOption = GANXIAN, calendar: CalendarOption = None, known_on: KnownOnOption = None,
    ledger: LedgerOption = None, lang: LanguageOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """发布某期得分：结果连同它依据的细则、日历、单位名册一并存入台账，日后可原样重出。"""
    desk = desk_of(ledger, lang, as_json, rulebook, calendar, reading, known_on)
    read_period(period, desk.book())
    with desk.ledger() as opened:
        with desk.busy("re-deriving every hash"):
            opened.verify()
        one = issue(desk.report(opened, as_of, kept=False), period, provisional=provisional)
        if not any(sheet["units"] for sheet in one.document["sheets"]) and not one.document.get("years"):
            raise WrongArgument(
                words("there is nothing to publish for {period}.", period=period), "Import its log first."
            )
        known = publications(opened, opened.head().position, period)
        told = keep(opened, one, wall.now_ms(), provisional=provisional, document=document)
    earlier = [one for one in known if one.position < told.position]
    standing = told in known
    if desk.json:
        before = [publication_json(one) for one in earlier]
        desk.answer({**publication_json(told), "standing": standing, "earlier": before})
    else:
        print_published(desk.paper(), desk.tongue, told, earlier, standing=standing)


def recompute(
    period: Annotated[str | None, typer.Argument(help="期间，如 2023-05；不写则重算每一次发布")] = None,
    expect: Annotated[str | None, typer.Option("--expect", help="应得的结果摘要；不符则退出码为 1")] = None,
    reissue: Annotated[bool, typer.Option("--reissue", help="把最后一次发布的得分表原样重出")] = False,
    as_of: AsOfOption = None, provisional: ProvisionalOption = False, reading: ReadingOption = None,
    rulebook: RulebookOption = GANXIAN, calendar: CalendarOption = None, known_on: KnownOnOption = None,
    ledger: LedgerOption = None, lang: LanguageOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """先核对台账，再从头重算已发布的得分，逐字节比对；未发布过的，给出结果摘要。"""
    desk = desk_of(ledger, lang, as_json, rulebook, calendar, reading, known_on)
    if period is not None:
        read_period(period, desk.book())
    other = bool(expect or as_of or provisional or reading or calendar or known_on or rulebook != GANXIAN)
    with desk.ledger() as opened:
        with desk.busy("re-deriving every hash"):
            opened.verify()
        found = [] if other else publications(opened, opened.head().position, period)
        if found:
            _replay(desk, opened, [found[-1]] if reissue else found, reissue=reissue)
            return
        if period is None or reissue:
            why = (
                words("nothing was published as {name}.", name=period)
                if period
                else words("nothing was published yet.")
            )
            raise WrongArgument(why, "kaoping publish PERIOD publishes.")
        one = issue(desk.report(opened, as_of, kept=False), period, provisional=provisional)
    _tell_fresh(desk, one, period, expect)


def _replay(desk: Desk, opened: Ledger, found: Sequence[Publication], *, reissue: bool) -> None:
    told, elsewhere = [], []
    for one in found:
        try:
            told.append(recomputed(desk, opened, one))
        except NotHere:
            elsewhere.append(one)
    if not told:
        recomputed(desk, opened, found[-1])  # says why not
    if desk.json:
        document = recomputed_json(told, elsewhere)
        desk.answer({**told[-1].issue.document, **document} if reissue else document)
    else:
        last = told[-1].issue
        if reissue:
            print_score(desk.paper(), desk.tongue, last.report, last.month, last.report.sheets(last.month, last.kind))
        print_all_recomputed(desk.paper(), desk.tongue, told, elsewhere)
    differing = [one.publication for one in told if not one.identical]
    if differing:
        shown = " ".join(f"{one.fact.period} (#{one.position}, kaoping {one.fact.version})" for one in differing)
        raise Differs(
            words("not identical to what was published: {periods}", periods=shown), "Compare the versions of Kaoping."
        )


def _tell_fresh(desk: Desk, one: Issue, period: str, expect: str | None) -> None:
    if desk.json:
        same = None if expect is None else one.digest == expect
        desk.answer(
            {"period": period, "digest": one.digest, "identical": same, "stamps": stamps_json(one.report.stamps)}
        )
    else:
        print_fresh(desk.paper(), desk.tongue, one, period, expect)
    if expect is not None and one.digest != expect:
        why = words("{month} comes out as {digest}, not as {expect}.", month=period, digest=one.digest, expect=expect)
        raise Differs(why, "Compare the four stamps with those of the expected result.")


def diff(
    before: Annotated[str, typer.Argument(help="前一版：已发布的期间、#位置、now，或 as_of=600、half_day=half_blocks 等")],
    after: Annotated[str, typer.Argument(help="后一版，写法相同")],
    period: Annotated[str | None, typer.Option("--period", help="期间；两版都不是已发布的期间时要写")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="只看一个承办单位")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="只看一张考核表")] = None,
    reading: ReadingOption = None, rulebook: RulebookOption = GANXIAN, calendar: CalendarOption = None, known_on: KnownOnOption = None,
    ledger: LedgerOption = None, lang: LanguageOption = None, as_json: JsonOption = False,
) -> None:  # fmt: skip
    """两版得分差在哪里：逐单位、逐项，直到哪张工单的哪项判定因哪个事件、通知、条文或读法而变。"""
    desk = desk_of(ledger, lang, as_json, rulebook, calendar, reading, known_on)
    with desk.ledger() as opened:
        sides = (version(desk, opened, before), version(desk, opened, after))
        name = _period(sides, period)
        kind, months = read_period(name, sides[1].report.book)
        with desk.busy("comparing"):
            legs = legs_of(sides[0].report, sides[1].report, voids_of(opened))
            told = difference(sides[0].report, sides[1].report, months, kind, legs)
            years = year_changes(sides[0].report, sides[1].report, int(name)) if kind == "year" else ()
    if desk.json:
        document = diff_json(told, name, (before, after), unit, sheet)
        desk.answer({**document, "years": years_json(years, unit)} if years else document)
    else:
        print_diff(desk.paper(), desk.tongue, told, name, (before, after), unit, sheet)
        print_years(desk.paper(), desk.tongue, years, unit)


def _period(sides: tuple[Version, Version], asked: str | None) -> str:
    """The period asked for, or that of the publications. Raises WrongArgument."""
    published = {one.period for one in sides if one.period is not None}
    if asked is None and len(published) == 1:
        return published.pop()
    if asked is None:
        raise WrongArgument("the two versions do not say which period is meant.", "Name it with --period 2023-05.")
    if published - {asked}:
        raise WrongArgument(
            words("{name} was not published for {period}.", name=" ".join(sorted(published)), period=asked),
            "Leave --period out, or name another version.",
        )
    return asked
