"""What moved between two versions of a period: every unit, item and ticket, each with its reason."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from calendars.instants import show_iso
from calendars.periods import show_month
from kaoping.language.language import Language
from kaoping.language.moments import moment
from kaoping.language.numbers import points
from kaoping.reports.page import Block, Column, Heading, Kind, Table, page_of
from metrics.measures import MEASURE
from scoring.compare.items import BREACHED, Move
from scoring.compare.reasons import Reason, reasons_of
from scoring.compare.reports import Difference, ItemChange, ItemMoves, Leg, SheetChange, UnitChange
from scoring.scores.scoring import stamps_json
from scoring.scores.sheets import UnitScore

TOGETHER = 4  # so many alike verdicts of no breach are told in one line
NAMED = 3  # of them so many by their tickets
TOTALS = {
    "mean": "the mean of the units that had a ticket",
    "basis": "own tickets on one side, the mean of the others on the other",
    "item": "only one side's rulebook has it",
    "respread": "points of items with nothing to divide by go to the others",
    "group_cap": "the items together are bounded",
    "bounds": "the total is bounded",
    "veto": "the whole period counts nothing",
    "rounding": "rounding of the total",
    "group": "the unit belongs to another group",
    "means": "the mean of its group",
    "rest": "the same verdicts, judged otherwise",
}
LEGS = {
    "facts": "what is known",
    "supposed": "what is supposed",
    "calendar": "the calendar",
    "rulebook": "the rulebook",
    "reading": "the reading {reading}",
    "untold": "what no source tells: {reading}",
}
HOW = {
    "added": "came to be known", "voided": "was voided", "restored": "was restored", "unknown_yet": "is not known yet",
}  # fmt: skip


def diff_json(
    told: Difference, period: str, names: tuple[str, str], unit: str | None, sheet: str | None
) -> dict[str, Any]:
    """The document of `kaoping diff --json`."""
    return {
        "period": period,
        "before": {"version": names[0], "stamps": stamps_json(told.before.stamps)},
        "after": {"version": names[1], "stamps": stamps_json(told.after.stamps)},
        "legs": [{"reason": leg.reason, "reading": leg.reading or None} for leg in told.legs],
        "sheets": [
            {
                "sheet": one.sheet,
                "units": [_unit_json(told, line) for line in one.units if line.moved and unit in (None, line.unit)],
            }
            for one in told.sheets
            if sheet in (None, one.sheet)
        ],
    }


def _unit_json(told: Difference, unit: UnitChange) -> dict[str, Any]:
    before, after = unit.before, unit.after
    return {
        "unit": unit.unit,
        "before": _score(before), "after": _score(after), "change": _points(unit.change),
        "rank_before": before and before.rank, "rank_after": after and after.rank,
        "items": [_item_json(told, item) for item in unit.items if item.cuts or item.change != 0],
        "total": [_move_json(told, cut, move) for cut in unit.total for move in cut.moves],
    }  # fmt: skip


def _item_json(told: Difference, item: ItemChange) -> dict[str, Any]:
    return {
        "item": item.item, "before": _points(item.before), "after": _points(item.after), "change": _points(item.change),
        "moves": [_move_json(told, cut, move) for cut in item.cuts for move in cut.moves],
    }  # fmt: skip


def _move_json(told: Difference, cut: ItemMoves, move: Move) -> dict[str, Any]:
    charge = move.charge
    return {
        "leg": told.legs.index(cut.leg), "code": move.code, "points": points(move.points),
        "measure": charge.name if charge else None, "ticket": charge.ticket if charge else None,
        "round": charge.round if charge and charge.round else None, "position": charge.position if charge else None,
        "before": move.before or None, "after": move.after or None,
        "elsewhere": move.flip.elsewhere if move.flip else None,
        "reasons": [_reason_json(one) for one in reasons_of(cut, move)],
    }  # fmt: skip


def _reason_json(one: Reason) -> dict[str, Any]:
    told = {
        "code": one.code, "position": one.position, "kind": one.kind, "how": one.how, "by": one.by,
        "at": None if one.at is None else show_iso(one.at), "date": None if one.on is None else one.on.isoformat(),
        "name": one.name, "was": one.was, "now": one.now, "source": one.source,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in (None, "")}


def _score(line: UnitScore | None) -> str | None:
    return None if line is None else _points(line.score)


def _points(score: Fraction | None) -> str | None:
    return None if score is None else points(score)


@page_of
def diff_page(
    language: Language,
    told: Difference,
    period: str,
    names: tuple[str, str],
    unit: str | None,
    sheet: str | None,
    *,
    besides: bool = False,
) -> Iterator[Block]:
    """The units that moved as a table, then each of them line by line; `besides`: something else moved, told after it."""
    say = language.say
    shown = [one for one in told.sheets if sheet in (None, one.sheet)]
    units = [(one, line) for one in shown for line in one.units if line.moved and unit in (None, line.unit)]
    yield Heading(say("{period}: from {before} to {after}", period=period, before=names[0], after=names[1]), 1)
    for leg in told.legs:
        yield "  " + _leg(language, leg)
    if not units:
        if not besides:
            yield say("Nothing moved.")
        return
    for one in shown:
        mine = [line for sheet_of, line in units if sheet_of is one]
        if mine:
            yield ""
            yield from _sheet_blocks(language, one, mine)
            for line in mine:
                yield from _unit_lines(language, told, line)


def _leg(language: Language, leg: Leg) -> str:
    reading = (
        ""
        if not leg.reading
        else f"{leg.reading}: {leg.before.book.reading(leg.reading)} → {leg.after.book.reading(leg.reading)}"
    )
    if leg.reason == "untold":
        reading = " → ".join(one.book.untold or "-" for one in (leg.before, leg.after))
    said = language.say(LEGS[leg.reason], reading=reading)
    if leg.reason == "facts":
        heads = (leg.before.snapshot.head.position, leg.after.snapshot.head.position)
        moments = (moment(leg.before.as_of, language.code), moment(leg.after.as_of, language.code))
        return f"{said}  #{heads[0]} → #{heads[1]}  {moments[0]} → {moments[1]}"
    return said


def _sheet_blocks(language: Language, sheet: SheetChange, units: Sequence[UnitChange]) -> Iterator[Block]:
    say = language.say
    sides = [(unit.before, unit.after) for unit in units]
    columns = [
        Column(say("unit"), [unit.unit for unit in units], Kind.UNIT),
        Column(say("before"), [None if one is None else one.score for one, _ in sides], Kind.NUMBER),
        Column(say("after"), [None if one is None else one.score for _, one in sides], Kind.NUMBER),
        Column(say("change"), [unit.change for unit in units], Kind.NUMBER, signed=True, absent=""),
        Column(say("rank before"), [None if one is None else one.rank for one, _ in sides], Kind.COUNT),
        Column(say("rank after"), [None if one is None else one.rank for _, one in sides], Kind.COUNT),
    ]
    yield Table(sheet.title, columns, [])


def _unit_lines(language: Language, told: Difference, unit: UnitChange) -> Iterator[Block]:
    parts = [item for item in unit.items if item.cuts]
    if not parts and not unit.total:
        return
    yield ""
    yield Heading(unit.unit + ("" if unit.change is None else f"  {signed(unit.change)}"))
    for item in parts:
        scores = " → ".join(_points(score) or "-" for score in (item.before, item.after))
        yield f"  {signed(item.change or Fraction(0)):>9}  {item.title}  {scores}"
        for cut in item.cuts:
            yield from _moves(language, cut)
    for cut in unit.total:
        yield from _moves(language, cut)


def _moves(language: Language, cut: ItemMoves) -> Iterator[str]:
    """One line a move; verdicts alike that are no breach on either side are told together."""
    alike: dict[tuple[str, str, str], list[Move]] = {}
    for move in cut.moves:
        plain = move.charge is not None and move.charge.finding is None and BREACHED not in (move.before, move.after)
        key = (move.charge.name, move.before, move.after) if plain and move.charge else (str(id(move)), "", "")
        alike.setdefault(key, []).append(move)
    for moves in alike.values():
        if len(moves) >= TOGETHER:
            yield _together(language, moves)
        else:
            for move in moves:
                yield _move(language, cut, move)


def _together(language: Language, moves: Sequence[Move]) -> str:
    first = moves[0]
    assert first.charge is not None
    total = sum((move.points for move in moves), Fraction(0))
    tickets = " ".join(str(move.charge and move.charge.ticket) for move in moves[:NAMED])
    count = language.say("{count} verdicts", count=len(moves))
    return f"    {signed(total):>9}  {count}  {_name(language, first)}  {_change(language, first)}  {tickets} …"


def _move(language: Language, cut: ItemMoves, move: Move) -> str:
    said = "  ".join(filter(None, (_reason(language, one, move) for one in reasons_of(cut, move))))
    if move.charge is None:
        return f"    {signed(move.points):>9}  {language.say(TOTALS[move.code])}  {said}".rstrip()
    ticket = move.charge.ticket or "-"
    number = language.say("round {round}", round=move.charge.round) if move.charge.round else f"#{move.charge.position}"
    moved = move.flip.elsewhere if move.flip else None
    other = language.say(" (counts in {month})", month=show_month(moved)) if moved else ""
    return f"    {signed(move.points):>9}  {ticket} {number} {_name(language, move)}  {_change(language, move)}{other}  {said}".rstrip()


def _name(language: Language, move: Move) -> str:
    assert move.charge is not None
    measure = MEASURE.get(move.charge.name)
    return move.charge.name if measure is None or language.code == "en" else measure.word


def _change(language: Language, move: Move) -> str:
    return f"{language.say(move.before)} → {language.say(move.after)}"


def _reason(language: Language, one: Reason, move: Move) -> str:
    say = language.say
    match one.code:
        case "event":
            by = f" (#{one.by})" if one.by is not None else ""
            return f"#{one.position} {say(one.kind)} {say(HOW[one.how])}{by}"
        case "time":
            return (
                say("the time passed: decided {at}", at=moment(one.at or 0, language.code))
                if move.charge
                else say("the time passed")
            )
        case "day" if one.on is not None:
            return f"{one.on} {one.was} → {one.now} {one.source}".rstrip()
        case "hours":
            return f"{one.on} {one.was} → {one.now}"
        case "untold":
            return f"untold: {one.was or '-'} → {one.now or '-'}"
        case "reading" | "clause" if one.was or one.now:
            return f"{one.name}: {one.was} → {one.now}"
    return ""


def signed(number: Fraction) -> str:
    """Points with their sign."""
    text = points(number)
    return text if number <= 0 else f"+{text}"
