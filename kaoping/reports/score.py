"""The month's ranking, with every item, the readings in force and the four stamps."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from calendars.periods import show_months
from kaoping.language.language import Language
from kaoping.language.moments import moment
from kaoping.language.numbers import points
from kaoping.office.period.ground import Ground, ground_json
from kaoping.reports.clauses import full_marks
from kaoping.reports.ground import ground_lines
from kaoping.reports.page import (
    Block,
    Cell,
    Chart,
    Column,
    Imprint,
    Kind,
    Listing,
    Marked,
    Note,
    Series,
    Table,
    page_of,
)
from kaoping.reports.workings import CHANGES, Teller
from scoring.law.rulebook import Digits, Item, Sheet, Year
from scoring.scores.evidence import UNENROLLED, Evidence
from scoring.scores.parts import unpriced
from scoring.scores.published import document_of
from scoring.scores.scoring import Scoring, Stamps, stamps_json
from scoring.scores.sheets import ItemScore, SheetScore, UnitScore
from scoring.scores.years import UnitYear


def score_json(
    scoring: Scoring, month: Evidence, sheets: Sequence[SheetScore], ground: Ground | None = None
) -> dict[str, Any]:
    """The document of `kaoping score --json`: what would be published, and what the reader must know besides."""
    return {
        **document_of(scoring.book, show_months(month.months), sheets),
        "within_validity": all(map(scoring.book.covers, month.months)),
        "provisional_verdicts": month.provisional,
        "unpriced_findings": [charge.position for charge in unpriced(scoring.book, month)],
        "idle_findings": [one for sheet in sheets for one in _idle_json(sheet)],
        "readings": {one.id: scoring.book.reading(one.id) for one in scoring.book.readings},
        "stamps": stamps_json(scoring.stamps),
        **({} if ground is None else {"ground": ground_json(ground)}),
    }


def _idle_json(sheet: SheetScore) -> Iterator[dict[str, Any]]:
    """The findings that cost nothing on a sheet, as their unit's score is the `mean`, or it is not on the sheet (`absent`)."""
    found = [("mean", charge) for unit in sheet.units for charge in unit.ignored]
    for why, charge in (*found, *(("absent", charge) for charge in sheet.idle)):
        yield {
            "sheet": sheet.sheet.id, "unit": charge.unit, "finding": charge.name, "position": charge.position, "why": why
        }  # fmt: skip


@page_of
def score_page(
    language: Language,
    scoring: Scoring,
    month: Evidence,
    sheets: Sequence[SheetScore],
    ground: Ground | None = None,
    *,
    brief: bool = False,
) -> Iterator[Block]:
    """The sheets as tables, best unit first, each with how its points came about; `brief`: without that and the readings."""
    for sheet in sheets:
        if sheet.units:
            yield from _sheet_blocks(language, sheet, show_months(month.months), scoring.book.digits)
            yield from apart_lines(language, sheet)
            if not brief and (told := list(_workings(Teller(language, scoring.book.digits), sheet))):
                yield Listing(language.say("How the points came about"), told)
            yield ""
        else:
            yield language.say(
                "{title}: no unit had a ticket in {month}.",
                title=sheet.sheet.title,
                month=show_months(month.months),
            )
    yield from map(Note, warnings(language, scoring, month, sheets))
    if ground is not None:
        yield from ground_lines(language, ground_json(ground))
    if not brief:
        yield readings_in_force(language, scoring)
    yield imprint(language, scoring.stamps)


def _workings(teller: Teller, sheet: SheetScore) -> Iterator[str]:
    """A line for each item of a unit that lost or won points, and for what changed its total besides."""
    for unit in sheet.units:
        if unit.mean is not None:
            yield f"{unit.unit}  {teller.mean(unit.mean)}"
        for one in unit.items:
            if one.lost:
                yield f"{unit.unit}  {one.item.title} {points(-one.lost, teller.digits.item)}  " + "; ".join(
                    teller.item(one)
                )
        for step in unit.adjustments:
            told = f"{teller.language.say(CHANGES[step.code])}  {teller.adjustment(step)}"
            yield f"{unit.unit}  {points(step.points, teller.digits.total)}  {told}"


def _sheet_blocks(language: Language, sheet: SheetScore, period: str, digits: Digits) -> Iterator[Block]:
    keys = [
        Column(language.say("rank"), [unit.rank for unit in sheet.units], Kind.COUNT),
        Column(language.say("unit"), [unit.unit for unit in sheet.units], Kind.UNIT),
        Column(language.say("group"), [unit.group for unit in sheet.units]),
        Column(language.say("score"), [_total(unit) for unit in sheet.units], Kind.NUMBER, digits=digits.total),
        *honour_columns(language, sheet.sheet, sheet.units),
    ]
    items = [
        Column(
            f"{item.title}\n{full_marks(item)}",
            _scores(sheet, item),
            Kind.NUMBER,
            digits=digits.item,
            absent="",
            full=item.full if item.full > 0 else None,
        )
        for item in sheet.sheet.items_of(sheet.month)
    ]
    yield Table(f"{sheet.sheet.title}  {period}", keys, items)
    if any(unit.basis == "mean" and unit.score is not None for unit in sheet.units):
        yield Note("* " + language.say("no ticket in the month: the mean of the units that had one"))


def honour_columns(language: Language, rule: Sheet | Year, units: Sequence[UnitScore | UnitYear]) -> list[Column]:
    """The units' grades, and which list each is on, where the rulebook gives any."""
    columns = []
    if rule.grades:
        columns.append(Column(language.say("grade"), [unit.grade or None for unit in units]))
    if rule.board is not None:
        named = {"red": language.say("red list"), "black": language.say("black list")}
        columns.append(Column(language.say("list"), [named.get(unit.board, "") for unit in units]))
    return columns


def apart_lines(language: Language, sheet: SheetScore) -> Iterator[Block]:
    """The units listed apart, where the rulebook says so."""
    for name, units in sheet.apart.items():
        shown = "、".join(units) or "-"
        if name == "no_tickets":
            yield language.say("Without tickets, listed apart and not ranked: {units}", units=shown)
        else:
            yield language.say(
                "With tickets of which none is due yet, listed apart and not ranked: {units}", units=shown
            )


def _total(unit: UnitScore) -> Cell:
    return Marked(unit.score, "*") if unit.basis == "mean" and unit.score is not None else unit.score


def _scores(sheet: SheetScore, item: Item) -> list[Cell]:
    found = [next((one for one in unit.items if one.item.id == item.id), None) for unit in sheet.units]
    return [None if one is None else Marked(one.score, _mark(one)) if _mark(one) else one.score for one in found]


def _mark(one: ItemScore) -> str:
    """The mark beside an item's score: untold, or resting on fewer than the rulebook asks for."""
    if one.note in UNJUDGED:
        return "†"
    return FEW_MARK if any(part.note in FEW_NOTES for part in one.parts) else ""


FEW_MARK = "▲"
FEW_NOTES = {
    "few": "Note: {mark} rates of too few tickets, not judged: {count} ({items})",
    "few_marked": "Note: {mark} rates of few tickets, judged all the same: {count} ({items})",
}
IDLE_NOTES = {
    "mean": "Note: {count} findings on units whose score is the mean cost nothing: {findings}",
    "absent": "Note: {count} findings on units that are not on the sheet, for want of a ticket or as their group does not stand on it, "
    "cost nothing: {findings}",
}


UNJUDGED = {
    "untold": "Note: items in full because no source tells what they need: {count} ({items})",
    "waived": "Note: items in full because the office states that its platform cannot tell: {count} ({items})",
    "not_done": "Note: items of which no source tells enough, taken as not done, which costs nothing there: {count} ({items})",
}


def warnings(language: Language, scoring: Scoring, month: Evidence, sheets: Sequence[SheetScore]) -> list[str]:
    """What the reader must know before believing the sheets."""
    lines = []
    if not all(map(scoring.book.covers, month.months)):
        lines.append(
            language.say("Note: {month} lies outside the validity of {book} ({start} to {until}): a trial score.",
                month=show_months(month.months), book=scoring.book.id, start=scoring.book.valid_from, until=scoring.book.valid_until)
        )  # fmt: skip
    if month.provisional:
        lines.append(language.say("Note: {count} verdicts rest on provisional working days.", count=month.provisional))
    lost = unpriced(scoring.book, month)
    if lost:
        shown = " ".join(f"#{charge.position}" for charge in lost[:8]) + ("…" if len(lost) > 8 else "")
        lines.append(
            language.say(
                "Note: {count} findings have no price in the rulebook and cost nothing: {findings}",
                count=len(lost),
                findings=shown,
            )
        )
    strangers = sorted({unit.unit for sheet in sheets for unit in sheet.units if unit.group == UNENROLLED})
    if strangers:
        shown = "、".join(strangers[:8]) + ("…" if len(strangers) > 8 else "")
        lines.append(language.say("Note: units never enrolled: {count} ({units})", count=len(strangers), units=shown))
    parts = [part for sheet in sheets for unit in sheet.units for item in unit.items for part in item.parts]
    notes = Counter(part.note for part in parts)
    if full := notes["no_denominator"]:
        lines.append(language.say("Note: items with nothing to divide by, given full marks: {count}", count=full))
    for note in UNJUDGED:
        found = [
            f"{unit.unit} {item.item.title}"
            for sheet in sheets for unit in sheet.units for item in unit.items if item.note == note
        ]  # fmt: skip
        if found:
            shown = "、".join(found[:8]) + ("…" if len(found) > 8 else "")
            lines.append(language.say(UNJUDGED[note], count=len(found), items=shown))
    for note in FEW_NOTES:
        few = [
            f"{unit.unit} {part.title}"
            for sheet in sheets for unit in sheet.units for item in unit.items for part in item.parts if part.note == note
        ]  # fmt: skip
        if few:
            shown = "、".join(few[:8]) + ("…" if len(few) > 8 else "")
            lines.append(language.say(FEW_NOTES[note], mark=FEW_MARK, count=len(few), items=shown))
    idle = {
        "mean": [charge for sheet in sheets for unit in sheet.units for charge in unit.ignored],
        "absent": [charge for sheet in sheets for charge in sheet.idle],
    }
    for why, charges in idle.items():
        if charges:
            shown = " ".join(f"{one.unit} #{one.position}" for one in charges[:8]) + ("…" if len(charges) > 8 else "")
            lines.append(language.say(IDLE_NOTES[why], count=len(charges), findings=shown))
    if free := sum(part.tolerated for part in parts):
        lines.append(language.say("Note: breaches within what is tolerated, that cost nothing: {count}", count=free))
    return lines


def readings_in_force(language: Language, scoring: Scoring) -> Listing:
    """The readings in force, each with its option."""
    taken = [(one, scoring.book.reading(one.id)) for one in scoring.book.readings]
    lines = [f"{one.title} [{one.id} = {option}]: {one.options[option]}" for one, option in taken]
    return Listing(language.say("Readings in force"), lines)


def imprint(language: Language, stamps: Stamps) -> Imprint:
    """The four stamps."""
    say = language.say
    values = (
        (say("ledger"), stamps.ledger),
        (say("rulebook"), stamps.rulebook),
        (say("calendar"), stamps.calendar),
        (say("as of"), moment(stamps.as_of, language.code)),
    )
    return Imprint(say("Stamps"), values)


def score_charts(language: Language, period: str, sheets: Sequence[SheetScore]) -> Iterator[Chart]:
    """Of each sheet the scores as bars, those of units that have one."""
    for sheet in sheets:
        units = [one for one in sheet.units if one.score is not None]
        if len(units) > 1:
            title = language.say("scores of {period}", period=period)
            yield Chart(
                title=title if len(sheets) == 1 else f"{title} · {sheet.sheet.title}", kind="bars", labels=[one.unit for one in units],
                series=[Series(language.say("score"), [one.score for one in units])], full=sheet.sheet.points,
            )  # fmt: skip
