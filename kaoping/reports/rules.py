"""The rulebook as a person reads it: item, words of the law, how it is judged, readings."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from kaoping.language.language import Language
from kaoping.language.numbers import points, short
from kaoping.reports.clauses import Clauses
from kaoping.reports.page import Block, Column, Heading, Table, page_of
from kaoping.reports.workings import CHANGES, Teller
from metrics.measures import LIMITED
from scoring.law.rulebook import Item, Part, Rulebook, Sheet, Veto, Year
from scoring.scores.cases import Outcome
from scoring.scores.years import UnitYear

SPAN = ("valid_from", "valid_until")
TOLD_OTHERWISE = ("kind", "id", "measure", "finding", "limit", "limits", "tiers")  # of a part


def rules_json(book: Rulebook) -> dict[str, Any]:
    """The document of `kaoping rules --json`: every number that the rulebook has, as the printed form tells it."""
    return {
        "rulebook": book.id, "title": book.title, "issuer": book.issuer, "source": book.source,
        "valid_from": str(book.valid_from), "valid_until": str(book.valid_until), "digest": book.digest,
        "digits": attrs.asdict(book.digits),
        "sheets": [_sheet_json(book, sheet) for sheet in book.sheets],
        "years": [_year_json(year) for year in book.years],
        "readings": [
            {
                "reading": one.id, "title": one.title, "words": one.words, "options": dict(one.options),
                "taken": book.reading(one.id), "default": one.default, "reason": one.reason, "source": one.source,
            }
            for one in book.readings
        ],
    }  # fmt: skip


def _sheet_json(book: Rulebook, sheet: Sheet) -> dict[str, Any]:
    return {
        "sheet": sheet.id, "title": sheet.title, "place": sheet.place, "period": sheet.period,
        "points": short(sheet.points), "channels": list(sheet.channels),
        **_plain(sheet, "groups", "ranking", "ties", "order", "without_tickets", "without_tickets_words", "apart"), **_edges(sheet),
        "items": [
            {
                "item": item.id, "title": item.title, "points": short(item.points), "place": item.place, "words": item.words,
                **_plain(item, "extra", "full", "concerns", "when_empty", "exemptible", *SPAN), **_edges(item),
                "parts": [_part_json(book, sheet, item, part) for part in item.parts],
            }
            for item in sheet.items
        ],
        "caps": [_plain(one, "items", "cap", "floor", "words", *SPAN) for one in sheet.caps],
        **_ends_json(sheet),
    }  # fmt: skip


def _year_json(year: Year) -> dict[str, Any]:
    components = [_plain(one, "sheet", "weight", "words") for one in year.components]
    told = _plain(year, "title", "place", "words", "starts", "groups", "ranking")
    return {"year": year.id, **told, "components": components, **_ends_json(year)}


def _ends_json(rule: Sheet | Year) -> dict[str, Any]:
    grades = [
        _plain(one, "grade", "at_least", "first", "first_percent", "words", "place", *SPAN) for one in rule.grades
    ]
    vetoes = [_plain(one, "title", "words", "place", "finding", "measure", "channels", *SPAN) for one in rule.vetoes]
    board = None if rule.board is None else _plain(rule.board, *attrs.fields_dict(type(rule.board)))
    return {"vetoes": vetoes, "grades": grades, "board": board}


def _edges(rule: Item | Sheet) -> dict[str, str]:
    """How far a score goes down and up: as the file says it, "none" for no bound."""
    return {
        name: "none" if bound is None else short(bound) for name, bound in (("floor", rule.floor), ("cap", rule.cap))
    }


def _default_limits(book: Rulebook, sheet: Sheet, part: Part) -> dict[str, dict[str, str]]:
    """By measure and channel, the usual limit in working days where nobody in the rulebook gives one."""
    given = book.practice().limits
    found = {
        one.name: {channel: short(one.limit) for channel in sheet.channels_of(part) if (one.name, channel) not in given}
        for one in LIMITED
        if one.name in part.measures
    }
    return {name: channels for name, channels in found.items() if channels}


def _part_json(book: Rulebook, sheet: Sheet, item: Item, part: Part) -> dict[str, Any]:
    measures, finding = list(part.measures), part.finding or None
    limits = [_plain(one, "days", "measure", "words", "place", *SPAN) for one in part.every_limit]
    names = [name for name in attrs.fields_dict(Part) if name not in TOLD_OTHERWISE]
    named: dict[str, Any] = {
        "part": item.name_of(part),
        "kind": part.kind,
        "measures": measures,
        "finding": finding,
        "limits": limits,
    }
    named["default_limits"] = _default_limits(book, sheet, part)
    return {**named, "tiers": [_plain(one, "at_least", "points") for one in part.tiers], **_plain(part, *names)}


def _plain(one: object, *names: str) -> dict[str, Any]:
    """Some fields of a term: numbers as decimal strings, days as text, what is not said as null."""
    return {name: _value(getattr(one, name)) for name in names}


def _value(value: object) -> Any:
    match value:
        case Fraction():
            return short(value)
        case date():
            return str(value)
        case Mapping():
            return {name: _value(each) for name, each in value.items()}
        case tuple():
            return [_value(each) for each in value]
        case "":
            return None
    return value


@page_of
def rules_page(language: Language, book: Rulebook) -> Iterator[Block]:
    """Every sheet, item by item; the years; the readings."""
    clauses = Clauses(language, book)
    yield Heading(book.title, 1)
    yield f"{book.issuer}  {book.valid_from} - {book.valid_until}"
    for sheet in book.sheets:
        yield ""
        named = (sheet.place, sheet.title, short(sheet.points), "、".join(sheet.channels))
        yield Heading("  ".join(filter(None, named)))
        yield from (f"  {told}" for told in clauses.sheet(sheet))
        for item in sheet.items:
            yield from _item_blocks(clauses, sheet, item)
        for cap in sheet.caps:
            yield f"  {clauses.cap(sheet, cap)}"
        yield from _ends(clauses, sheet.vetoes, sheet)
    for year in book.years:
        yield ""
        yield Heading(f"{year.title} ({year.place}): {year.words}")
        for component in year.components:
            yield f"  {short(component.weight)}%  {book.sheet(component.sheet).title}"
        yield from _ends(clauses, year.vetoes, year)
    yield ""
    yield from _readings_blocks(language, book)


@page_of
def law_page(language: Language, book: Rulebook) -> Iterator[Block]:
    """Of each sheet its items: the words of the law, and beside them how they are judged."""
    clauses, say = Clauses(language, book), language.say
    for sheet in book.sheets:
        rows = [(item, part) for item in sheet.items for part in item.parts]
        keys = [Column(say("item"), [item.title for item, _ in rows])]
        columns = [
            Column(say("full marks"), [clauses.full(item) for item, _ in rows]),
            Column(say("place in the law"), [item.place for item, _ in rows]),
            Column(say("words of the law"), [part.words or item.words for item, part in rows]),
            Column(
                say("how it is judged"),
                ["; ".join((clauses.part(part), *clauses.limits(sheet, part))) for _, part in rows],
            ),
        ]
        yield Table(sheet.title, keys, columns)


def _ends(clauses: Clauses, vetoes: Sequence[Veto], rule: Sheet | Year) -> Iterator[Block]:
    """What makes a period count nothing; grades and lists."""
    for veto in vetoes:
        yield f"  {veto.title}: {veto.words} ({veto.place}){clauses.time(veto)}"
    for grade in rule.grades:
        yield f"  {clauses.grade(grade)}"
    if rule.board is not None:
        yield f"  {clauses.board(rule.board)}"


def _item_blocks(clauses: Clauses, sheet: Sheet, item: Item) -> Iterator[Block]:
    yield f"  {item.title} [{item.id}] {clauses.full(item)}{clauses.time(item)}"
    yield f"    {item.place}: {item.words}"
    for part in item.parts:
        if part.words:
            yield f"    {part.words}"
        yield f"      → {clauses.part(part)}"
        yield from (f"        {told}" for told in clauses.limits(sheet, part))


def _readings_blocks(language: Language, book: Rulebook) -> Iterator[Block]:
    yield Heading(language.say("Readings"))
    for one in book.readings:
        yield f"  {one.title} [{one.id}]: {one.words}"
        for option, meaning in one.options.items():
            mark = "●" if option == book.reading(one.id) else "○"
            yield f"    {mark} {option}: {meaning}"
        yield f"    {one.reason} ({one.source})"


def outcomes_json(language: Language, book: Rulebook, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The document of `kaoping rules --check --json`; a case that does not come out with how its points came about."""
    return {
        "rulebook": book.id, "cases": len(outcomes), "failed": sum(not one.holds for one in outcomes),
        "outcomes": [_outcome_json(language, book, one) for one in outcomes],
    }  # fmt: skip


def _outcome_json(language: Language, book: Rulebook, one: Outcome) -> dict[str, Any]:
    case = one.case
    judged = {"expected": case.score, "got": points(one.got), "holds": one.holds}
    workings = {} if one.holds else {"workings": list(_workings(Teller(language, book.digits), one))}
    return {"title": case.title, "item": case.name, **judged, **workings}


def _workings(teller: Teller, one: Outcome) -> Iterator[str]:
    """How the score of a case came about: of its item, else of every item that moved, and what changed the total."""
    digits, line = teller.digits, one.line
    if isinstance(line, UnitYear):
        for component in line.components:
            if component.value is not None:
                yield f"{component.component.sheet}  {points(component.value, digits.total)} × {short(component.component.weight)} %"
        return
    if line is None:
        return
    for item in line.items:
        named = one.case.item in ("", item.item.id, *(part.name for part in item.parts))
        few = [
            teller.resting(part)
            for part in item.parts
            if part.note.startswith("few") and part not in teller.moved(item)
        ]
        told = [*teller.item(item), *few]
        if named and (told or one.case.item):
            yield f"{item.item.title} {points(item.score, digits.item)}  " + "; ".join(told or teller.counted(item))
    for step in line.adjustments if not one.case.item else ():
        yield f"{teller.language.say(CHANGES[step.code])} {points(step.points, digits.total)}  {teller.adjustment(step)}"


@page_of
def cases_page(language: Language, outcomes: Sequence[Outcome]) -> Iterator[Block]:
    """The worked cases in a table: what each is about, what is expected, and what came out."""
    say = language.say
    keys = [Column(say("item"), [one.case.name for one in outcomes])]
    columns = [
        Column(say("case"), [one.case.title for one in outcomes]),
        Column(say("expected"), [str(one.case.score) for one in outcomes]),
        Column(say("came out"), [points(one.got) for one in outcomes]),
        Column(say("state"), [say("holds") if one.holds else say("DIFFERS") for one in outcomes]),
    ]
    failed = sum(not one.holds for one in outcomes)
    yield Table(say("{count} cases, {failed} failed", count=len(outcomes), failed=failed), keys, columns)


@page_of
def outcomes_page(language: Language, book: Rulebook, outcomes: Sequence[Outcome]) -> Iterator[Block]:
    """Each case with what came out; one that does not come out with how its points came about."""
    teller = Teller(language, book.digits)
    for one in outcomes:
        mark = "√" if one.holds else "×"
        came = " ".join(filter(None, (points(one.got), one.grade, one.board)))
        got = "" if one.holds else "  " + language.say("came out as {got}", got=came)
        yield f"{mark} {one.case.name}  {one.case.title}  {one.case.score}{got}"
        yield from (f"    {told}" for told in ([] if one.holds else _workings(teller, one)))
    failed = sum(not one.holds for one in outcomes)
    yield language.say("{count} cases, {failed} failed", count=len(outcomes), failed=failed)
