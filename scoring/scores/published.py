"""What a publication publishes, and its digest is taken over: format 1, which no report and no other file changes.

The document says what the rules say of a period, in names and texts: numbers exact as decimals, months like 2023-05. What the
program adds for a reader (stamps, warnings, readings) is no part of it. Its text is JSON with sorted keys and no blanks.
A change to this file would let no publication come out identical again: another format is another document beside this one.
What only a rulebook of today can ask for (grades, lists, units apart, what is tolerated, rates of few) stands in it where it asks.
"""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from scoring.law.arithmetic import decimal_text, half_up
from scoring.law.rulebook import Rulebook, Sheet, Year
from scoring.scores.parts import PartScore
from scoring.scores.sheets import ItemScore, SheetScore, UnitScore
from scoring.scores.years import ComponentScore, UnitYear, YearScore

Document = Mapping[str, Any]


def document_of(
    book: Rulebook, period: str, sheets: Sequence[SheetScore], years: Sequence[YearScore] = ()
) -> dict[str, Any]:
    """period, rulebook, sheets, and of an assessment year its `years`; `period` as it is published: 2023-05, 2023-Q2."""
    scored = [
        {"sheet": one.sheet.id, "units": [_unit(unit, one.sheet) for unit in one.units], **_apart(one)}
        for one in sheets
    ]
    told = {"period": period, "rulebook": book.id, "sheets": scored}
    return {**told, "years": [year_document(one) for one in years]} if years else told


def text_of(document: Document) -> str:
    """The one text of a document: what is stored, and hashed with SHA-256 in UTF-8."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _apart(sheet: SheetScore) -> dict[str, Any]:
    return {"apart": {name: list(units) for name, units in sheet.apart.items()}} if sheet.sheet.apart else {}


def _honours(unit: UnitScore | UnitYear, rule: Sheet | Year) -> dict[str, Any]:
    """The grade and the list it is on, where the rulebook gives any."""
    grade = {"grade": unit.grade or None} if rule.grades else {}
    return {**grade, "board": unit.board or None} if rule.board is not None else grade


def _unit(unit: UnitScore, sheet: Sheet) -> dict[str, Any]:
    return {
        "unit": unit.unit, "group": unit.group, "rank": unit.rank, "score": _points(unit.score), "basis": unit.basis,
        "items": [line for item in unit.items for line in _item(item)], **_honours(unit, sheet),
    }  # fmt: skip


def _item(item: ItemScore) -> list[dict[str, Any]]:
    """The item, and behind it its sub-items that have points of their own."""
    first = item.parts[0] if item.parts else None
    whole = {
        "item": item.item.id, "points": _short(item.item.points), "score": _points(item.score),
        **_counts(first if first and not first.part.id and item.item.full else None), "lost": _points(item.lost),
    }  # fmt: skip
    subs = [
        {
            "item": part.name, "points": _short(part.part.points), "score": _points(part.score),
            **_counts(part), "lost": _points(part.lost),
        }
        for part in item.parts
        if part.part.id and part.part.points is not None
    ]  # fmt: skip
    return [whole, *subs]


def _counts(part: PartScore | None) -> dict[str, Any]:
    """How many were judged, how many not met, and the rate in percent to two decimals, half up."""
    if part is None:
        return {"count": None, "breaches": None, "rate": None}
    told = {"count": part.count, "breaches": part.breaches, "rate": None if part.rate is None else _rate(part.rate)}
    return {**told, **_leniency(part)}


def _leniency(part: PartScore) -> dict[str, Any]:
    """How many breaches cost nothing, and whether there were too few to judge, where the rulebook speaks of either."""
    tolerant = (part.part.tolerated, part.part.tolerated_percent) != (None, None)
    told: dict[str, Any] = {"tolerated": part.tolerated} if tolerant else {}
    return {**told, "few": part.note if part.note.startswith("few") else None} if part.part.few is not None else told


def year_document(year: YearScore) -> dict[str, Any]:
    """A year by one rule: its months, and each unit's components and vetoes."""
    return {
        "year": year.rule.id, "whole": year.whole, "months": [_month(month) for month in year.months],
        "units": [{**_unit_year(unit), **_honours(unit, year.rule)} for unit in year.units],
    }  # fmt: skip


def _unit_year(unit: UnitYear) -> dict[str, Any]:
    return {
        "unit": unit.unit, "group": unit.group, "rank": unit.rank, "score": _points(unit.score),
        "components": [_component(one) for one in unit.components],
        "vetoes": [{"title": veto.title, "clause": veto.words, "place": veto.place} for veto in unit.vetoes],
    }  # fmt: skip


def _component(one: ComponentScore) -> dict[str, Any]:
    return {
        "sheet": one.component.sheet, "weight": _short(one.component.weight), "score": _points(one.value),
        "periods": [{"until": _month(month), "score": _points(score)} for month, score in one.periods],
    }  # fmt: skip


def _points(number: Fraction | None) -> str | None:
    return None if number is None else decimal_text(number)


def _short(number: Fraction) -> str:
    return decimal_text(number, 0)


def _rate(rate: Fraction) -> str:
    return decimal_text(half_up(rate))


def _month(month: int) -> str:
    return f"{month // 100}-{month % 100:02d}"
