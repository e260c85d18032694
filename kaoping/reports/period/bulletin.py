"""通报: 一、总体情况 二、办理情况 三、存在问题 with the arithmetic of each low unit 四、要求; 附件 the table; the digest in a last note."""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import groupby

import attrs

from calendars.instants import local_day, show_iso
from calendars.periods import PeriodKind
from kaoping.files.letterheads import Letterhead
from kaoping.language.language import Language
from kaoping.language.numbers import points, rounded
from kaoping.office.period.bulletins import PeriodReport, volume
from kaoping.office.session import read_period
from kaoping.reports.page import Block, Heading, Page, Paragraph, Table, page_of
from kaoping.reports.period.booklet import state_of
from kaoping.reports.period.deductions import costly, item_told, losing
from kaoping.reports.period.ranking import own_tickets, ranking_page
from scoring.law.arithmetic import half_up
from scoring.law.rulebook import RATED
from scoring.scores.evidence import Evidence
from scoring.scores.sheets import SheetScore, UnitScore

LOW = 5  # units whose points are told
COSTLY = 3  # items of each
NAMED = 6  # of those alike
ENDS = 3  # units named at the top and the bottom of a group


@attrs.frozen(kw_only=True)
class Bulletin:
    """What the paper says, part by part. `title`: its words, a line may end after each. `attachments`: name and tables of each."""

    letterhead: Letterhead
    number: str
    title: Sequence[str]
    body: Page
    attachments: Sequence[tuple[str, Sequence[Table]]]
    day: date
    state: str
    note: Sequence[str]
    at: int
    subject: str
    language: str = "zh"


def bulletin(language: Language, told: PeriodReport, letterhead: Letterhead) -> Bulletin:
    """The bulletin of a period on an office's letterhead."""
    say, publication = language.say, told.publication
    number = (publication and publication.fact.document) or letterhead.number
    sheets = [sheet for sheet in told.issue.sheets if sheet.units]
    attachments = [_attachment(language, told, sheet) for sheet in sheets]
    stamps = told.scoring.stamps
    note = (
        say("Note: {state}. As of {at}.", state=state_of(language, told), at=show_iso(stamps.as_of)),
        say("Digest of the result: {digest}", digest=told.issue.digest),
        say("Checkpoint of the ledger: {checkpoint}", checkpoint=told.checkpoint),
        say("Rulebook: {book}", book=stamps.rulebook),
        say("Calendar: {calendar}", calendar=stamps.calendar),
    )
    return Bulletin(
        letterhead=letterhead, number=number, title=_title(language, told), body=_body(language, told, letterhead),
        attachments=attachments, day=local_day(publication.fact.at if publication else told.scoring.as_of),
        state="" if publication else state_of(language, told), note=note, at=told.scoring.as_of, subject=told.subject,
        language=language.code,
    )  # fmt: skip


def _title(language: Language, told: PeriodReport) -> tuple[str, ...]:
    say = language.say
    return say("On "), period_told(language, told), say("the handling of "), say("hotline tickets")


def period_told(language: Language, told: PeriodReport) -> str:
    """2023年5月, 2023年第2季度, 2023年上半年, 2023年."""
    say, asked = language.say, read_period(told.period, told.scoring.book)
    year, month = told.period[:4], asked.months[-1] % 100
    match asked.kind:
        case PeriodKind.MONTH:
            return say("{year}-{month}", year=year, month=month)
        case PeriodKind.QUARTER:
            return say("quarter {number} of {year}", year=year, number=told.period[-1])
        case PeriodKind.HALF:
            return say("first half of {year}" if told.period.endswith("1") else "second half of {year}", year=year)
    return say("the year {year}", year=year)


def _attachment(language: Language, told: PeriodReport, sheet: SheetScore) -> tuple[str, list[Table]]:
    """The ranking, and under it the units without tickets."""
    page = ranking_page(language, told, sheet, None)
    title = next(block.text for block in page.blocks if isinstance(block, Heading))
    return title, [block for block in page.blocks if isinstance(block, Table)]


@page_of
def _body(language: Language, told: PeriodReport, letterhead: Letterhead) -> Iterator[Block]:
    say = language.say
    sheets = [sheet for sheet in told.issue.sheets if sheet.units]
    yield Heading(say("1. All in all"), 1)
    for sheet in sheets:
        yield Paragraph(_overall(language, told, sheet))
    yield Heading(say("2. How tickets were handled"), 1)
    for number, sheet in enumerate(sheets, 1):
        yield Heading(f"（{'一二三四五六七八九'[number - 1]}）{sheet.sheet.title}", 2)
        yield from _handled(language, told, sheet)
    yield Heading(say("3. Where points were lost"), 1)
    yield from _problems(language, told, sheets)
    yield Heading(say("4. What is asked of the units"), 1)
    demand = say("Each unit is asked to check its lost points against the attachment, to mend their causes, and to appeal as the "
        "rules provide where it disagrees.")  # fmt: skip
    for text in letterhead.demands or (demand,):
        yield Paragraph(text)


def _overall(language: Language, told: PeriodReport, sheet: SheetScore) -> str:
    say = language.say
    units = [one.unit for one in sheet.units]
    now = _volume(told.issue.month, sheet, units)
    scored = [one.score for one in own_tickets(sheet) if one.score is not None]
    parts = [
        say("{sheet}: the units of it handled {count} tickets in {period}", sheet=sheet.sheet.title, count=now,
            period=period_told(language, told)),
        _compared(say("against the period before"), language, now, told.before, sheet, units),
        _compared(say("against the year before"), language, now, told.year_before, sheet, units),
    ]  # fmt: skip
    if len(sheet.sheet.channels) > 1:
        counts = [(one, sum(_on(told.issue.month, unit, one) for unit in units)) for one in sheet.sheet.channels]
        parts.append(
            say("among them {channels}", channels="、".join(f"{name} {count} 件" for name, count in counts if count))
        )
    if scored:
        mean = half_up(sum(scored, Fraction(0)) / len(scored))
        parts.append(say("{count} units with tickets, mean score {mean}, highest {high}, lowest {low}", count=len(scored),
            mean=points(mean), high=points(max(scored)), low=points(min(scored))))  # fmt: skip
    return "，".join(filter(None, parts)) + "。"


def _on(evidence: Evidence, unit: str, channel: str) -> int:
    return evidence.count(unit, "volume", (channel,), ()).count


def _volume(evidence: Evidence, sheet: SheetScore, units: Sequence[str]) -> int:
    return sum(volume(evidence, sheet.sheet, unit) for unit in units)


def _compared(
    name: str, language: Language, now: int, earlier: Evidence | None, sheet: SheetScore, units: Sequence[str]
) -> str:
    """环比增长 5.00 %; nothing where it is not known."""
    was = 0 if earlier is None else _volume(earlier, sheet, units)
    if not was:
        return ""
    change = Fraction(100 * (now - was), was)
    template = "{name} {rate}% more" if change > 0 else "{name} {rate}% less" if change < 0 else "{name} the same"
    return language.say(template, name=name, rate=rounded(abs(change), 2))


def _handled(language: Language, told: PeriodReport, sheet: SheetScore) -> Iterator[Paragraph]:
    say, units = language.say, own_tickets(sheet)
    counts: dict[tuple[str, bool], list[int]] = {}
    for unit in units:
        for item in unit.items:
            for part in (one for one in item.parts if one.part.kind in RATED and one.count is not None):
                found = counts.setdefault((part.title, part.part.at_most is not None), [0, 0])
                found[0] += part.count or 0
                found[1] += part.breaches or 0
    said = [
        say("{title}: {breaches} of {count}", title=title, count=count, breaches=breaches)
        if happens
        else say("{title}: of {count} counted {breaches} not met", title=title, count=count, breaches=breaches)
        for (title, happens), (count, breaches) in counts.items()
    ]
    if said:
        yield Paragraph("；".join(said) + "。")
    for group in sorted({one.group for one in units}):
        yield Paragraph(_ends(language, group, [one for one in units if one.group == group and one.score is not None]))


def _ends(language: Language, group: str, units: Sequence[UnitScore]) -> str:
    """The first and the last of a group, with those alike."""
    say = language.say
    if len(units) < 2 * ENDS:
        return say("{group}: {units}.", group=group, units=_scored(language, units))
    high, low = units[ENDS - 1].score, units[-ENDS].score
    first = [one for one in units if one.score is not None and high is not None and one.score >= high]
    last = [one for one in units if one.score is not None and low is not None and one.score <= low]
    if {one.unit for one in first} & {one.unit for one in last}:
        return say("{group}: {units}.", group=group, units=_scored(language, units))
    return say("{group}: first are {first}; last are {last}.", group=group, first=_scored(language, first),
        last=_scored(language, last))  # fmt: skip


def _scored(language: Language, units: Sequence[UnitScore]) -> str:
    """Those alike together, with the score that they share."""
    told = []
    for score, alike in groupby(units, key=lambda one: one.score):
        names = [one.unit for one in alike]
        shown = "、".join(names[:NAMED])
        if len(names) > NAMED:
            shown = language.say("{units} and others, {count} in all", units=shown, count=len(names))
        told.append(f"{shown}（{points(score or Fraction(0))}）")
    return "、".join(told)


def _problems(language: Language, told: PeriodReport, sheets: Sequence[SheetScore]) -> Iterator[Paragraph]:
    """The lowest units of each sheet with their items, then every other unit that lost something, with how much."""
    lost = {sheet.sheet.id: losing(sheet) for sheet in sheets}
    if not any(lost.values()):
        yield Paragraph(language.say("No unit lost a point."))
    low = [(sheet, unit) for sheet in sheets for unit in lost[sheet.sheet.id][:LOW]]
    for number, (sheet, unit) in enumerate(low, 1):
        yield _problem(language, told, number, sheet, unit)
    for sheet in sheets:
        if rest := lost[sheet.sheet.id][LOW:]:
            yield Paragraph(_rest(language, sheet, rest))
        if others := [one.unit for one in sheet.units if _is_short(sheet, one) and one.basis != "tickets"]:
            told_of = "{sheet}: not told here, since they had no tickets of their own, and scored as the attachment says: {units}."
            yield Paragraph(language.say(told_of, sheet=sheet.sheet.title, units="、".join(others)))


def _is_short(sheet: SheetScore, unit: UnitScore) -> bool:
    return unit.score is not None and unit.score < sheet.sheet.points


def _rest(language: Language, sheet: SheetScore, units: Sequence[UnitScore]) -> str:
    """Every unit but the lowest, most lost first, those alike together."""
    shown = [
        language.say("{units} {lost} each" if len(alike) > 1 else "{units} {lost}", units="、".join(alike), lost=points(lost))
        for lost, alike in _alike(sheet, units)
    ]  # fmt: skip
    return language.say(
        "{sheet}: above are the {low} units with the lowest scores; {count} more lost points: {units}. Each point is in the "
        "attachment or the list of points lost.",
        sheet=sheet.sheet.title, low=LOW, count=len(units), units="；".join(shown),
    )  # fmt: skip


def _alike(sheet: SheetScore, units: Sequence[UnitScore]) -> Iterator[tuple[Fraction, list[str]]]:
    """Points lost, and the units that lost so many."""
    for score, alike in groupby(units, key=lambda one: one.score or Fraction(0)):
        yield sheet.sheet.points - score, [one.unit for one in alike]


def _problem(language: Language, told: PeriodReport, number: int, sheet: SheetScore, unit: UnitScore) -> Paragraph:
    say, score = language.say, unit.score or Fraction(0)
    head = say("{number}. {unit} ({sheet}): score {score}, {lost} lost.", number=number, unit=unit.unit,
        sheet=sheet.sheet.title, score=points(score), lost=points(sheet.sheet.points - score))  # fmt: skip
    items = [say("{title}, {lost} lost: {told}.", title=one.item.title, lost=points(one.lost), told=item_told(language, told, one))
        for one in costly(unit, COSTLY)]  # fmt: skip
    if more := costly(unit)[COSTLY:]:
        lost = points(sum((one.lost for one in more), Fraction(0)))
        items.append(say("{count} items more, {lost} lost: {items}.", count=len(more), lost=lost,
            items="、".join(one.item.title for one in more)))  # fmt: skip
    return Paragraph("".join((head, *items)))
