"""办件情况统计表: the ranking overall and by group, what was handled, the chart and the trend."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from calendars.periods import show_month
from kaoping.language.language import Language
from kaoping.office.period.bulletins import PeriodReport, volume
from kaoping.reports.clauses import full_marks
from kaoping.reports.page import (
    Block,
    Cell,
    Chart,
    Column,
    Heading,
    Kind,
    Marked,
    Note,
    Series,
    Signatures,
    Table,
    page_of,
)
from kaoping.reports.score import honour_columns
from scoring.law.arithmetic import half_up
from scoring.law.rulebook import Item
from scoring.scores.evidence import Evidence
from scoring.scores.parts import FEW, PartScore
from scoring.scores.sheets import SheetScore, UnitScore

FEW_MARK, MEAN_MARK = "▲", "*"


def signed_by(language: Language) -> Signatures:
    """The line that is signed."""
    say = language.say
    return Signatures((say("prepared by"), say("checked by"), say("issued by"), say("date")))


def own_tickets(sheet: SheetScore, group: str | None = None) -> list[UnitScore]:
    """The units of a group, or all, that are scored by their own tickets, best first."""
    return [one for one in sheet.units if one.basis == "tickets" and group in (None, one.group)]


@page_of
def ranking_page(language: Language, told: PeriodReport, sheet: SheetScore, group: str | None) -> Iterator[Block]:
    """The ranking of a sheet, or of one group on it; units without tickets stand apart."""
    say = language.say
    title = say("{title}: tickets handled", title=sheet.sheet.title)
    yield Heading(title if group is None else f"{title}（{group}）", 1)
    yield say("Period: {period}; in tickets, percent, points", period=told.period)
    units = own_tickets(sheet, group)
    if units:
        yield _table(language, told, sheet, units, group)
    idle = [one for one in sheet.units if one.basis == "mean" and group in (None, one.group)]
    if idle:
        yield _idle(language, told, sheet, idle)
    yield from _notes(language, told, sheet, units, idle)
    yield signed_by(language)


def _table(
    language: Language, told: PeriodReport, sheet: SheetScore, units: Sequence[UnitScore], group: str | None
) -> Table:
    say, digits = language.say, told.scoring.book.digits
    full = sum((item.full for item in sheet.sheet.items_of(sheet.month)), Fraction(0))
    items = [
        Column(f"{item.title}\n（{full_marks(item)}）", [item_score(one, item) for one in units], Kind.NUMBER,
            digits=digits.item, over=say("points of the items"), total="mean", full=item.full if item.full > 0 else None)
        for item in sheet.sheet.items_of(sheet.month)
    ]  # fmt: skip
    ranks = [Column(say("rank"), [one.rank for one in units], Kind.COUNT)]
    if group is not None:
        ranks = [
            Column(say("rank in the group"), _ranks(units), Kind.COUNT),
            Column(say("rank"), ranks[0].cells, Kind.COUNT),
        ]
    columns = [
        *([Column(say("group"), [one.group for one in units])] if group is None else ()),
        *_volumes(language, told, sheet, units),
        *items,
        Column(
            say("score"), [one.score for one in units], Kind.NUMBER, digits=digits.total, sum_of=items, total="mean"
        ),
        Column(
            say("lost"), [None if one.score is None else full - one.score for one in units], Kind.NUMBER, total="mean"
        ),
        *honour_columns(language, sheet.sheet, units),
    ]
    names = Column(say("unit"), [one.unit for one in units], Kind.UNIT)
    return Table("", [*ranks, names], columns, foot=say("sum / mean"))


def _ranks(units: Sequence[UnitScore]) -> list[Cell]:
    """The rank among these units: those alike in the ranking of all are alike here too."""
    known = [one.rank for one in units if one.rank is not None]
    return [None if one.rank is None else 1 + sum(rank < one.rank for rank in known) for one in units]


def item_score(unit: UnitScore, item: Item) -> Fraction | None:
    """What the unit has on an item."""
    found = unit.item(item.id)
    return None if found is None else found.score


def _volumes(language: Language, told: PeriodReport, sheet: SheetScore, units: Sequence[UnitScore]) -> list[Column]:
    say, over = language.say, language.say("volume")
    now = [volume(told.issue.month, sheet.sheet, one.unit) for one in units]
    marked: list[Cell] = [Marked(count, FEW_MARK) if count < FEW else count for count in now]
    changes = [
        [
            _change(count, earlier and volume(earlier, sheet.sheet, one.unit))
            for count, one in zip(now, units, strict=True)
        ]
        for earlier in (told.before, told.year_before)
    ]
    names = (say("against the period before, %"), say("against the year before, %"))
    return [
        Column(say("this period"), marked, Kind.COUNT, over=over, total="sum"),
        *(
            Column(name, cells, Kind.RATE, signed=True, over=over, absent="" if earlier is None else "-")
            for name, cells, earlier in zip(names, changes, (told.before, told.year_before), strict=True)
        ),
    ]


def _change(now: int, earlier: int | Evidence | None) -> Fraction | None:
    """In percent of what it was; None where that was nothing or is not known."""
    return Fraction(100 * (now - earlier), earlier) if isinstance(earlier, int) and earlier else None


def _idle(language: Language, told: PeriodReport, sheet: SheetScore, units: Sequence[UnitScore]) -> Table:
    say, digits = language.say, told.scoring.book.digits
    scores: list[Cell] = [None if one.score is None else Marked(one.score, MEAN_MARK) for one in units]
    keys = [
        Column(say("rank"), [one.rank for one in units], Kind.COUNT),
        Column(say("unit"), [one.unit for one in units], Kind.UNIT),
        Column(say("group"), [one.group for one in units]),
        Column(say("score"), scores, Kind.NUMBER, digits=digits.total),
    ]
    return Table(say("Units without tickets in the period"), keys, honour_columns(language, sheet.sheet, units))


def _notes(
    language: Language, told: PeriodReport, sheet: SheetScore, units: Sequence[UnitScore], idle: Sequence[UnitScore]
) -> Iterator[Note]:
    say = language.say
    if any(volume(told.issue.month, sheet.sheet, one.unit) < FEW for one in units):
        yield Note(say("{mark} fewer than {few} tickets: rates rest on few.", mark=FEW_MARK, few=FEW))
    if idle:
        yield Note(say("{mark} no ticket in the period: the mean of the units that had one.", mark=MEAN_MARK))
    if told.before is None:
        yield Note(say("The ledger has no tickets of the period before: no comparison with it."))
    if told.year_before is None:
        yield Note(say("The ledger has no tickets of the same period a year before: no comparison with it."))
    for name, apart in sheet.apart.items():
        template = "Without tickets, listed apart and not ranked: {units}"
        if name != "no_tickets":
            template = "With tickets of which none is due yet, listed apart and not ranked: {units}"
        yield Note(say(template, units="、".join(apart) or "-"))
    if adjusted := [one.unit for one in units if one.adjustments]:
        yield Note(say("A total besides its items has a bound or a veto: {units}", units="、".join(adjusted)))


@page_of
def handled_page(language: Language, told: PeriodReport, sheet: SheetScore) -> Iterator[Block]:
    """Of every item that is a rate: how many were counted, how many not met, the rate."""
    say = language.say
    yield Heading(say("{title}: counts and rates", title=sheet.sheet.title), 1)
    yield say("Period: {period}; in tickets, percent, points", period=told.period)
    units = own_tickets(sheet)
    columns: list[Column] = []
    for item in sheet.sheet.items_of(sheet.month):
        for part in item.parts:
            if part.kind in ("rate", "scaled", "tiers"):
                over = part.title or item.title
                found = [_part(one, item.id, item.name_of(part)) for one in units]
                columns += _rated(language, over, found)
    keys = [
        Column(say("unit"), [one.unit for one in units], Kind.UNIT),
        Column(say("group"), [one.group for one in units]),
    ]
    if units and columns:
        yield Table("", keys, columns, foot=say("sum"))
    yield Note(say("{mark} fewer than {few} tickets: rates rest on few.", mark=FEW_MARK, few=FEW))


def _part(unit: UnitScore, item: str, name: str) -> PartScore | None:
    found = unit.item(item)
    return next((one for one in found.parts if one.name == name), None) if found else None


def _rated(language: Language, over: str, parts: Sequence[PartScore | None]) -> list[Column]:
    say = language.say
    rates: list[Cell] = []
    for part in parts:
        rate = None if part is None or part.rate is None else half_up(part.rate)
        few = part is not None and part.count is not None and part.count < FEW
        rates.append(Marked(rate, FEW_MARK) if rate is not None and few else rate)
    return [
        Column(
            say("counted"), [None if part is None else part.count for part in parts], Kind.COUNT, over=over, total="sum"
        ),
        Column(
            say("not met"),
            [None if part is None else part.breaches for part in parts],
            Kind.COUNT,
            over=over,
            total="sum",
        ),
        Column(say("rate, %"), rates, Kind.RATE, over=over),
    ]


@page_of
def charts_page(language: Language, told: PeriodReport, sheet: SheetScore) -> Iterator[Block]:
    """The scores as bars, and the mean of each group over twelve months."""
    say = language.say
    yield Heading(say("{title}: charts", title=sheet.sheet.title), 1)
    units = [one for one in sheet.units if one.score is not None]
    names, scores = [one.unit for one in units], [one.score for one in units]
    if not units:
        return
    yield Chart(title=say("scores of {period}", period=told.period), kind="bars", labels=names,
        series=[Series(say("score"), scores)], full=sheet.sheet.points)  # fmt: skip
    months = told.trend.get(sheet.sheet.id, {})
    groups = sorted({one.group for one in units})
    if len(months) > 1:
        members = {group: [one.unit for one in units if one.group == group] for group in groups}
        yield Chart(
            title=say("mean score by group, month by month"), kind="lines", labels=[show_month(month) for month in months],
            series=[Series(group, [_mean(scores, names) for scores in months.values()]) for group, names in members.items()],
            full=sheet.sheet.points,
        )  # fmt: skip


def _mean(scores: Mapping[str, Fraction | None], units: Sequence[str]) -> Fraction | None:
    known = [score for unit in units if (score := scores.get(unit)) is not None]
    return half_up(sum(known, Fraction(0)) / len(known)) if known else None
