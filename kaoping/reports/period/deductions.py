"""扣分明细: every point lost with its ticket, clause, due, done and margin, adding up to full marks less the score; each unit."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import attrs

from calendars.periods import show_month
from kaoping.language.language import Language
from kaoping.language.numbers import points, short
from kaoping.office.period.bulletins import ActTimes, PeriodReport, act_key
from kaoping.office.period.losses import UnitLosses
from kaoping.reports.clauses import full_marks
from kaoping.reports.page import Block, Chart, Column, Heading, Kind, Listing, Note, Paragraph, Series, Table, page_of
from kaoping.reports.period.ranking import FEW_MARK, signed_by
from kaoping.reports.why import CODES
from kaoping.reports.workings import CHANGES, Teller
from metrics.measures import MEASURE
from scoring.explain.unit import Line
from scoring.scores.parts import FEW, PartScore
from scoring.scores.sheets import ItemScore, SheetScore, UnitScore

NOTHING = ActTimes(None, None, None)


@attrs.frozen
class Deduction:
    """A line of 扣分明细: the unit's line with the times of its act."""

    unit: str
    line: Line
    times: ActTimes


def deductions(told: PeriodReport, sheet: SheetScore, unit: str) -> list[Deduction]:
    """The lines of a unit on a sheet, worst first."""
    lines = told.lines.get((sheet.sheet.id, unit), ())
    return [Deduction(unit, line, _times(told, line)) for line in lines]


def _times(told: PeriodReport, line: Line) -> ActTimes:
    return NOTHING if line.charge is None else told.times.get(act_key(line.charge), NOTHING)


def deduction_table(
    language: Language, rows: Sequence[Deduction], title: str, *, units: bool = False, filtered: bool = False
) -> Table:
    """The lines as a table with their sum; `units`: with whose they are, and the clauses in full."""
    say = language.say
    charges = [row.line.charge for row in rows]
    keys = [Column(say("unit"), [row.unit for row in rows], Kind.UNIT)] if units else []
    keys.append(Column(say("ticket"), [None if charge is None else charge.ticket for charge in charges], Kind.TICKET))
    columns = [
        Column(say("item"), [_item(language, row.line) for row in rows]),
        Column(say("what"), [_what(language, row.line) for row in rows]),
        Column(say("due"), [row.times.due for row in rows], Kind.INSTANT),
        Column(say("done or found"), [_done(row) for row in rows], Kind.INSTANT),
        Column(say("margin, working days"), [row.times.margin for row in rows], Kind.RATE, signed=True),
        Column(say("lost"), [row.line.points for row in rows], Kind.NUMBER, total="sum"),
        Column(say("clause"), [_clause(row.line) if units else row.line.place for row in rows], absent=""),
    ]
    return Table(title, keys, columns, foot=say("sum"), filtered=filtered)


def _item(language: Language, line: Line) -> str:
    return line.item.title if line.item else language.say("the whole sheet")


def _what(language: Language, line: Line) -> str:
    if line.charge is None:
        return language.say(CHANGES[line.code] if line.code in CHANGES else CODES[line.code])
    measure = MEASURE.get(line.charge.name)
    if measure is not None:
        return measure.word if language.code == "zh" else measure.name
    named = [part.title for part in line.item.parts if part.finding == line.charge.name] if line.item else []
    return next(filter(None, named), line.charge.name)


def _done(row: Deduction) -> int | None:
    """When the act was done; of what has no due, when it was found or decided."""
    charge = row.line.charge
    return charge.at if row.times.due is None and charge is not None else row.times.done


def _clause(line: Line) -> str:
    return f"{line.place}：{line.words}" if line.words else line.place


@page_of
def deductions_page(language: Language, told: PeriodReport, sheet: SheetScore) -> Iterator[Block]:
    """The lines of all units of a sheet on one page, to be filtered."""
    say = language.say
    yield Heading(say("{title}: points lost", title=sheet.sheet.title), 1)
    yield say("Period: {period}; in tickets, percent, points", period=told.period)
    rows = [one for unit in sheet.units for one in deductions(told, sheet, unit.unit)]
    if rows:
        yield deduction_table(language, rows, "", units=True, filtered=True)


@page_of
def unit_page(language: Language, told: PeriodReport, unit: str) -> Iterator[Block]:
    """A unit's own page: of each sheet its items with their arithmetic, and its lines."""
    say = language.say
    yield Heading(say("{unit}: points and points lost", unit=unit), 1)
    yield say("Period: {period}; in tickets, percent, points", period=told.period)
    for sheet in told.issue.sheets:
        for line in (one for one in sheet.units if one.unit == unit and one.score is not None):
            yield from _sheet(language, told, sheet, line)
    yield signed_by(language)


def _sheet(language: Language, told: PeriodReport, sheet: SheetScore, unit: UnitScore) -> Iterator[Block]:
    say, digits = language.say, told.scoring.book.digits
    score = unit.score or Fraction(0)
    rank = "-" if unit.rank is None else str(unit.rank)
    said = say("rank {rank}, score {score} of {full}, {lost} lost", rank=rank, score=points(score, digits.total),
        full=short(sheet.sheet.points), lost=points(sheet.sheet.points - score))  # fmt: skip
    yield Heading(f"{sheet.sheet.title}：{said}")
    if unit.items:
        yield _items(language, told, unit)
        if any(first is not None and (first.count or FEW) < FEW for first in map(_first, unit.items)):
            yield Note(say("{mark} fewer than {few} tickets: rates rest on few.", mark=FEW_MARK, few=FEW))
    rows = deductions(told, sheet, unit.unit)
    if rows:
        yield deduction_table(language, rows, say("points lost, line by line"))
        yield Listing(say("clauses"), [*dict.fromkeys(_clause(row.line) for row in rows if row.line.words)])
    trend = told.trend.get(sheet.sheet.id, {})
    if len(trend) > 1:
        yield Chart(title=say("score, month by month"), kind="lines", labels=[show_month(month) for month in trend],
            series=[Series(unit.unit, [scores.get(unit.unit) for scores in trend.values()])], full=sheet.sheet.points)  # fmt: skip


@page_of
def losses_page(language: Language, told: UnitLosses) -> Iterator[Block]:
    """The lines of a unit's sheets as tables, worst first; under each that they add up to full marks minus the score."""
    say, digits = language.say, told.scoring.book.digits
    for sheet, unit, lines in told.lines:
        charges = [line.charge for line in lines]
        keys = [Column(say("ticket"), [None if one is None else one.ticket for one in charges], Kind.TICKET)]
        columns = [
            Column(say("item"), [_item(language, line) for line in lines]),
            Column(say("what"), [_what(language, line) for line in lines]),
            Column(say("time"), [None if one is None else one.at for one in charges], Kind.INSTANT),
            Column(say("lost"), [line.points for line in lines], Kind.NUMBER),
            Column(say("clause"), [_clause(line) for line in lines], absent=""),
        ]
        if lines:
            yield Table(f"{sheet.title}：{say('points lost, line by line')}", keys, columns)
        score, lost = unit.score or Fraction(0), sum((line.points for line in lines), Fraction(0))
        assert sheet.points - lost == score
        said = say("{full} full marks − {lost} lost = {score}, rank {rank}", full=short(sheet.points),
            lost=points(lost, digits.total), score=points(score, digits.total), rank=unit.rank or "-")  # fmt: skip
        yield Paragraph(f"{sheet.title}：{said}")


def _first(one: ItemScore) -> PartScore | None:
    return one.parts[0] if one.parts and one.item.full and one.parts[0].rate is not None else None


def _items(language: Language, told: PeriodReport, unit: UnitScore) -> Table:
    say, digits, items = language.say, told.scoring.book.digits, unit.items
    firsts = [_first(one) for one in items]
    columns = [
        Column(say("full marks"), [full_marks(one.item) for one in items]),
        Column(say("counted"), [None if one is None else one.count for one in firsts], Kind.COUNT),
        Column(say("not met"), [None if one is None else one.breaches for one in firsts], Kind.COUNT),
        Column(say("rate, %"), [None if one is None else one.rate for one in firsts], Kind.RATE),
        Column(say("score"), [one.score for one in items], Kind.NUMBER, digits=digits.item, total="sum"),
        Column(say("lost"), [one.lost for one in items], Kind.NUMBER, digits=digits.item, total="sum"),
        Column(say("arithmetic"), [item_told(language, told, one) for one in items]),
    ]
    return Table(
        say("points of the items"), [Column(say("item"), [one.item.title for one in items])], columns, foot=say("sum")
    )


def item_told(language: Language, told: PeriodReport, one: ItemScore) -> str:
    """How an item came to its score; empty where nothing moved it."""
    return "；".join(Teller(language, told.scoring.book.digits).item(one))


def losing(sheet: SheetScore) -> list[UnitScore]:
    """The units whose score by their own tickets is below full marks, worst first."""
    scored = [
        one
        for one in sheet.units
        if one.basis == "tickets" and one.score is not None and one.score < sheet.sheet.points
    ]
    return sorted(scored, key=lambda one: (one.score, one.unit))


def costly(unit: UnitScore, count: int | None = None) -> list[ItemScore]:
    """The items that cost a unit most, or all that cost it something, the costliest first."""
    return sorted((one for one in unit.items if one.lost > 0), key=lambda one: (-one.lost, one.item.id))[:count]
