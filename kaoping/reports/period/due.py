"""预警: what is not yet done, by unit, with its light and its cost; as a page, a workbook, a calendar, messages to paste, and JSON."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import attrs

from calendars.instants import show_iso
from calendars.periods import show_months
from kaoping.files.warnings import Light
from kaoping.language.language import Language
from kaoping.language.moments import moment
from kaoping.language.numbers import points, rounded, short
from kaoping.office.period.due import DueLine, DueList, lit
from kaoping.reports.page import (
    Agenda,
    Block,
    Booklet,
    Cell,
    Column,
    Entry,
    Heading,
    Kind,
    Listing,
    Marked,
    Note,
    Paragraph,
    Table,
    Tone,
    page_of,
)
from kaoping.reports.score import imprint
from metrics.pending import State
from scoring.explain.due import Cost
from scoring.scores.scoring import stamps_json

ACT = {"signed": "sign", "responded": "contact", "closed": "close", "sealed": "seal"}
STATES: Mapping[State, str] = {"overdue": "past", "today": "today", "tomorrow": "next working day", "later": "later"}
LIGHTS: Mapping[Light, str] = {"overdue": "overdue", "red": "red", "amber": "amber", "": "no light"}
TONES: Mapping[Light, Tone] = {"overdue": "dark", "red": "red", "amber": "amber", "": ""}
FEW_MARK, PROVISIONAL_MARK = "▲", "※"


def due_json(told: DueList) -> dict[str, Any]:
    """The document of `kaoping due --json`."""
    return {
        "at": show_iso(told.at), "rulebook": told.scoring.book.id, "stamps": stamps_json(told.scoring.stamps),
        "fed_at": show_iso(told.fed_at), "fed_by": told.fed_by, "old": told.is_old,
        "last_at": None if told.last_at is None else show_iso(told.last_at),
        "unit": told.unit, "within": None if told.within is None else short(told.within), "alert": told.alert,
        "due": [_line_json(line) for line in told.lines],
        "omitted": told.omitted, "exempted": told.exempted, "untold": dict(told.untold), "aside": told.aside,
    }  # fmt: skip


def _line_json(line: DueLine) -> dict[str, Any]:
    one = line.pending
    return {
        "unit": one.unit, "ticket": one.ticket, "round": one.round, "measure": one.measure, "channel": one.channel,
        "start": show_iso(one.start), "due_at": show_iso(one.due), "due_basis": one.due_basis, "provisional": line.provisional,
        "state": one.state, "light": line.light or None, "left": None if line.left is None else rounded(line.left, 4),
        "moved_at": None if one.ended_at is None else show_iso(one.ended_at),
        "costs": [
            {
                "sheet": cost.sheet.id, "item": cost.item or None, "period": show_months(cost.months), "points": points(cost.points),
                "few": cost.few,
            }
            for cost in line.costs
        ],
    }  # fmt: skip


@page_of
def due_page(language: Language, told: DueList) -> Iterator[Block]:
    """The whole list: how fresh it is, the units, then a table of each, and what is not in it."""
    say = language.say
    yield Heading(say("Acts due, {at}", at=moment(told.at, language.code)), 1)
    yield from _freshness(language, told)
    yield from _overview(language, told)
    for unit, lines in told.units.items():
        yield _table(language, unit, lines)
    yield from _marks(language, told.lines)
    yield from _absent(language, told)
    yield imprint(language, told.scoring.stamps)


def due_booklet(language: Language, told: DueList) -> Booklet:
    """The workbook: the units on one sheet, then a sheet a unit, to be sent on."""
    say = language.say
    head = _first_page(language, told)
    pages = [attrs.evolve(head, name=say("all units"))]
    for unit, lines in told.units.items():
        pages.append(attrs.evolve(_unit_page(language, told, unit, lines), name=unit, unit=unit))
    at = moment(told.at, language.code)
    state = say("data as of {at}", at=moment(told.fed_at // 1000 * 1000, language.code))
    return Booklet(
        title=say("Acts due, {at}", at=at), state=state, contents=say("contents"), pages=pages, at=told.at,
        subject=" ".join(f"{name}={value}" for name, value in stamps_json(told.scoring.stamps).items()),
        language=language.code,
    )  # fmt: skip


@page_of
def _first_page(language: Language, told: DueList) -> Iterator[Block]:
    yield Heading(language.say("Acts due, {at}", at=moment(told.at, language.code)), 1)
    yield from _freshness(language, told)
    yield from _overview(language, told)
    yield from _absent(language, told)
    yield imprint(language, told.scoring.stamps)


@page_of
def _unit_page(language: Language, told: DueList, unit: str, lines: Sequence[DueLine]) -> Iterator[Block]:
    say = language.say
    yield Heading(say("{unit}: acts due, {at}", unit=unit, at=moment(told.at, language.code)), 1)
    yield from _freshness(language, told)
    yield from _marks(
        language, lines
    )  # above the table: below a long one they would stand on a sheet of paper of their own
    yield attrs.evolve(_table(language, unit, lines), title=_counted(language, lines), filtered=True)


def _freshness(language: Language, told: DueList) -> Iterator[Block]:
    say = language.say
    fed = moment(told.fed_at // 1000 * 1000, language.code)
    if told.is_old:
        said = "The data are old: nothing was taken in for more than {days} working days. What was done since is not known here."
        yield Note(say(said, days=short(told.warnings.stale_days)))
    last = "-" if told.last_at is None else moment(told.last_at, language.code)
    yield Paragraph(
        say("Data as of {at} ({file}); the last act known by then: {last}.", at=fed, file=told.fed_by, last=last)
    )


def _overview(language: Language, told: DueList) -> Iterator[Block]:
    say, units = language.say, told.units
    if not units:
        yield Paragraph(say("Nothing is pending."))
        return
    yield Paragraph(_counted(language, told.lines))
    counts = {light: [lit(lines, light) for lines in units.values()] for light in LIGHTS}
    columns = [
        *(_count(say(LIGHTS[light]), counts[light]) for light in LIGHTS),
        Column(say("in all"), [len(lines) for lines in units.values()], Kind.COUNT, total="sum"),
        Column(say("next due"), [_next(lines) for lines in units.values()], Kind.INSTANT),
        Column(say("costliest"), [max(line.act.points for line in lines) for lines in units.values()], Kind.NUMBER),
    ]
    tones: list[Tone] = [TONES[_worst(lines)] for lines in units.values()]
    yield Table(
        say("Units"),
        [Column(say("unit"), [*units], Kind.UNIT)],
        columns,
        foot=say("in all") if len(units) > 1 else "",
        tones=tones,
    )


def _count(heading: str, counts: Sequence[int]) -> Column:
    return Column(heading, [count or None for count in counts], Kind.COUNT, absent="", total="sum")


def _worst(lines: Sequence[DueLine]) -> Light:
    lights = {line.light for line in lines}
    return next((light for light in LIGHTS if light in lights), "")


def _next(lines: Sequence[DueLine]) -> int | None:
    """The earliest due that is yet to come."""
    return min((line.pending.due for line in lines if line.pending.state != "overdue"), default=None)


def _counted(language: Language, lines: Sequence[DueLine]) -> str:
    return language.say(
        "1 act not yet done: {overdue} overdue, {red} red, {amber} amber, {rest} with time left." if len(lines) == 1 else
        "{count} acts not yet done: {overdue} overdue, {red} red, {amber} amber, {rest} with time left.",
        count=len(lines), overdue=lit(lines, "overdue"), red=lit(lines, "red"), amber=lit(lines, "amber"), rest=lit(lines, ""),
    )  # fmt: skip


def _table(language: Language, unit: str, lines: Sequence[DueLine]) -> Table:
    say = language.say
    keys = [
        Column(say("ticket"), [line.pending.ticket for line in lines], Kind.TICKET),
        Column(say("to do"), [say(ACT[line.pending.measure]) for line in lines]),
    ]
    columns = [
        Column(say("warning"), [say(LIGHTS[line.light]) if line.light else None for line in lines], absent=""),
        Column(say("when due"), [_state(language, line) for line in lines]),
        Column(say("due"), [_due(line) for line in lines], Kind.INSTANT),
        Column(say("working days\nleft"), [line.left for line in lines], Kind.RATE),
        Column(say("costs\nif missed"), [_cost(line) for line in lines], Kind.NUMBER),
        Column(say("item"), [_items(language, line) for line in lines]),
    ]
    if any(line.pending.round > 1 for line in lines):
        keys.insert(1, Column(say("round"), [line.pending.round for line in lines], Kind.COUNT))
    return Table(unit, keys, columns, tones=[TONES[line.light] for line in lines])


def _state(language: Language, line: DueLine) -> str:
    said = language.say(STATES[line.pending.state])
    return said if line.pending.ended_at is None else language.say("{state}, sent on since", state=said)


def _due(line: DueLine) -> Cell:
    return Marked(line.pending.due, PROVISIONAL_MARK) if line.provisional else line.pending.due


def _cost(line: DueLine) -> Cell:
    if not line.costs:
        return None
    return Marked(line.act.points, FEW_MARK) if any(cost.few for cost in line.costs) else line.act.points


def _items(language: Language, line: DueLine) -> str:
    return "、".join(dict.fromkeys(_item(language, cost) for cost in line.costs)) or language.say("on no sheet")


def _item(language: Language, cost: Cost) -> str:
    """The title of the item that judges it."""
    for item in cost.sheet.items_of(cost.months[-1]):
        for part in item.parts:
            if cost.item == item.name_of(part):
                return part.title or item.title
    return language.say("veto")


def _marks(language: Language, lines: Sequence[DueLine]) -> Iterator[Block]:
    say = language.say
    yield Note(
        say(
            "What an act costs if missed: what its unit's sheet would lose by it alone, everything else as known. Costs do not add up."
        )
    )
    if any(cost.few for line in lines for cost in line.costs):
        yield Note(say("{mark} fewer than five are judged there by now: each weighs much.", mark=FEW_MARK))
    if any(not line.costs for line in lines):
        yield Note(say("On no sheet: no item judges it in that channel; it has no light, and nobody is warned of it."))
    if any(line.provisional for line in lines):
        yield Note(say("{mark} lies on provisional working days.", mark=PROVISIONAL_MARK))


def _absent(language: Language, told: DueList) -> Iterator[Block]:
    """What is not in the list, and why."""
    say = language.say
    if told.omitted and told.within is not None:
        days = short(told.within)
        said = (
            "Not shown: 1 act that is more than {days} working days away."
            if told.omitted == 1
            else "Not shown: {count} acts that are more than {days} working days away."
        )
        yield Note(say(said, count=told.omitted, days=days))
    for measure, count in told.untold.items():
        said = (
            "Not known: whether {act} was done in 1 round, of which no source tells it; it is not in the list."
            if count == 1
            else "Not known: whether {act} was done in {count} rounds, of which no source tells it; they are not in the list."
        )
        yield Note(say(said, act=say(ACT[measure]), count=count))
    if told.exempted:
        said = (
            "Not judged: 1 act of an exempted ticket."
            if told.exempted == 1
            else "Not judged: {count} acts of exempted tickets."
        )
        yield Note(say(said, count=told.exempted))
    if told.aside:
        said = (
            "1 row or change is kept aside: what it tells may be done already (kaoping aside)."
            if told.aside == 1
            else "{count} rows and changes are kept aside: what they tell may be done already (kaoping aside)."
        )
        yield Note(say(said, count=told.aside))


# the calendar


def due_agenda(language: Language, told: DueList) -> Agenda:
    """The acts that somebody is to be warned of, as entries of a calendar."""
    say = language.say
    about = say("data as of {at}", at=moment(told.fed_at // 1000 * 1000, language.code))
    return Agenda(
        title=say("Acts due: {unit}", unit=told.unit) if told.unit else say("Acts due of all units"), about=about,
        owner=told.ledger[:16], at=told.at,
        shown=[_entry(language, told, line) for line in told.lines if line.is_called_for],
        every=[_entry(language, told, line) for line in told.every if line.is_called_for],
    )  # fmt: skip


def _entry(language: Language, told: DueList, line: DueLine) -> Entry:
    say, one = language.say, line.pending
    name = json.dumps([one.ticket, one.unit, one.round, one.measure], ensure_ascii=True)
    title = say("{act} due: {ticket}, {unit}", act=say(ACT[one.measure]), ticket=one.ticket, unit=one.unit)
    costs = "; ".join(f"{_item(language, cost)} {points(cost.points)}" for cost in line.costs) or say("on no sheet")
    text = say(
        "Dispatched {start}, due {due}. If missed, points lost: {costs}.",
        start=moment(one.start, language.code), due=moment(one.due, language.code), costs=costs,
    )  # fmt: skip
    key = hashlib.sha256(name.encode()).hexdigest()[:32]
    return Entry(key=f"{key}@{told.ledger[:16]}.kaoping", at=one.due, warn_at=line.amber_at, title=title, text=text)


# what the desk tells besides


@page_of
def lamps_page(language: Language, told: DueList) -> Iterator[Block]:
    """How many acts have which light, by what is to do; and from when a light is on."""
    say = language.say
    counts = {
        act: [sum(line.light == light and line.pending.measure == measure for line in told.lines) for light in LIGHTS]
        for measure, act in ACT.items()
    }
    keys = [Column(say("warning"), [say(word) for word in LIGHTS.values()])]
    columns = [
        *(Column(say(act), [count or None for count in found], Kind.COUNT, absent="") for act, found in counts.items()),
        Column(say("in all"), [sum(row) for row in zip(*counts.values(), strict=True)], Kind.COUNT),
    ]
    yield Table(say("Lights"), keys, columns, tones=[TONES[light] for light in LIGHTS])
    leads = {
        name: (short(lead.days), short(lead.share))
        for name, lead in (("amber", told.warnings.amber), ("red", told.warnings.red))
    }
    yield Note(
        say("Amber: {amber} working days or less are left, and {amber_share} % or less of the time there was; "
            "red: {red} days, and {red_share} %.",
            amber=leads["amber"][0], amber_share=leads["amber"][1], red=leads["red"][0], red_share=leads["red"][1])
    )  # fmt: skip


def messages_listing(language: Language, told: DueList) -> Listing:
    """The lines to be sent on, one for each unit."""
    return Listing(language.say("To copy, one message a line"), due_messages(language, told))


# messages to paste

LONGEST = 70
"""Characters of a message: what a short message (短信) holds in one piece."""
MESSAGES: Mapping[State, str] = {
    "overdue": "{count} overdue{acts}", "today": "{count} due today{acts}", "tomorrow": "{count} next working day{acts}",
    "later": "{count} due later{acts}",
}  # fmt: skip


def due_messages(language: Language, told: DueList) -> list[str]:
    """A line on how fresh the data are, and one for each unit that has something overdue, with a light or due by the next working day."""
    sign = f"【{told.warnings.sender}】"
    at, fed = _short_moment(told.at), _short_moment(told.fed_at)
    said = "{sign}Due list {at}, data of {fed}: old." if told.is_old else "{sign}Due list {at}, data of {fed}."
    first = language.say(said, sign=sign, at=at, fed=fed)
    found = [_message(language, sign, told, unit, lines) for unit, lines in told.units.items()]
    return [first, *(one for one in found if one)]


def _message(language: Language, sign: str, told: DueList, unit: str, lines: Sequence[DueLine]) -> str:
    """The fullest message that fits: with the whole number of the ticket to look at first, then when it is due, and what there is to do.
    Where no message has room for the whole number, for as much of it as no other ticket of the unit has."""
    say = language.say
    told_of = [
        line for line in lines if line.is_called_for and (line.light or line.pending.state in ("today", "tomorrow"))
    ]
    if not told_of:
        return ""
    parts = [(state, some) for state in MESSAGES if (some := [line for line in told_of if line.pending.state == state])]
    next_one = min(
        (line for line in told_of if line.pending.state != "overdue"), key=lambda line: line.pending.due, default=None
    )
    full = [say(MESSAGES[state], count=len(some), acts=_acts(language, some)) for state, some in parts]
    bare = [say(MESSAGES[state], count=len(some), acts="") for state, some in parts]
    first = "" if next_one is None else say(", first {at}", at=_next_moment(told.at, next_one.pending.due))
    ticket = next_one or told_of[0]
    number = ticket.pending.ticket
    numbers = {line.pending.ticket for line in lines}
    whole, short = (say(", ticket {ticket}", ticket=one) for one in (number, _cut(number, numbers)))
    comma = say(", ")
    for which in (whole, short):
        for name in (unit, unit[:12]):
            for counts, end in ((full, first + which), (bare, first + which), (bare, which)):
                line = say("{sign}{unit}: {counts}{end}.", sign=sign, unit=name, counts=comma.join(counts), end=end)
                if width(line) <= LONGEST:
                    return line
    for name, end in ((unit[:12], first), (unit[:12], "")):
        line = say("{sign}{unit}: {counts}{end}.", sign=sign, unit=name, counts=comma.join(bare), end=end)
        if width(line) <= LONGEST:
            return line
    return cut_to(line, LONGEST)


def _acts(language: Language, lines: Sequence[DueLine]) -> str:
    """（签收1 办结1）"""
    space = "" if language.code == "zh" else " "
    counts = {act: sum(ACT[line.pending.measure] == act for line in lines) for act in ACT.values()}
    return f"（{' '.join(f'{language.say(act)}{space}{count}' for act, count in counts.items() if count)}）"


def _short_moment(instant: int) -> str:
    """05-20 17:42, local."""
    return show_iso(instant)[5:16].replace("T", " ")


def _next_moment(at: int, due: int) -> str:
    """16:24 of the same day, or with its date."""
    return _short_moment(due)[6:] if show_iso(at)[:10] == show_iso(due)[:10] else _short_moment(due)


def _cut(ticket: str, among: Collection[str]) -> str:
    """GX…0008: the end of a ticket's number, as long as it must be to be that of no other `among` those of its unit."""
    for kept in range(4, len(ticket) - 3):
        start, end = ticket[:2], ticket[-kept:]
        if not any(one != ticket and one.startswith(start) and one.endswith(end) for one in among):
            return f"{start}…{end}"
    return ticket


def width(text: str) -> int:
    """How many characters a short message counts: those beyond the basic plane are two."""
    return len(text.encode("utf-16-le")) // 2


def cut_to(text: str, most: int) -> str:
    """The text, its end cut off where it is longer than so many."""
    while width(text) > most:
        text = text[:-2] + "…"
    return text
