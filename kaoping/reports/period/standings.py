"""How a unit stood over twelve months, sheet by sheet."""

from collections.abc import Iterator
from typing import Any

from calendars.periods import show_month
from kaoping.language.language import Language
from kaoping.language.numbers import points
from kaoping.office.period.standings import MonthStanding, UnitStandings
from kaoping.reports.page import Block, Column, Kind, Note, Table, page_of
from ledger.sentences import sentence
from scoring.scores.scoring import stamps_json

STATES = {
    "nothing": sentence("no ticket of any unit"),
    "provisional": sentence("on provisional days"),
    "untold": sentence("no source tells what some items need"),
}


def standings_json(told: UnitStandings) -> dict[str, Any]:
    """Of each sheet its months, oldest first; no command tells them."""
    return {
        "unit": told.unit, "rulebook": told.scoring.book.id, "stamps": stamps_json(told.scoring.stamps),
        "sheets": [{"sheet": name, "months": [*map(_month_json, rows)]} for name, rows in told.sheets.items()],
    }  # fmt: skip


def _month_json(one: MonthStanding) -> dict[str, Any]:
    return {
        "period": show_month(one.month), "score": None if one.score is None else points(one.score), "rank": one.rank,
        "units": one.units, "basis": "mean" if one.mean else None if one.score is None else "tickets",
        "published": None if one.published is None else points(one.published), "published_rank": one.published_rank,
        "state": one.state or None,
    }  # fmt: skip


@page_of
def standings_page(language: Language, told: UnitStandings) -> Iterator[Block]:
    """A table of each sheet: month, score and rank as the ledger has it, and as last published."""
    say = language.say
    for rows in told.sheets.values():
        title = say("{unit} over twelve months: {sheet}", unit=told.unit, sheet=rows[0].sheet.title)
        columns = [
            Column(say("score"), [one.score for one in rows], Kind.NUMBER),
            Column(say("rank"), [one.rank for one in rows], Kind.COUNT),
            Column(say("units ranked"), [one.units or None for one in rows], Kind.COUNT),
            Column(say("published"), [one.published for one in rows], Kind.NUMBER),
            Column(say("published rank"), [one.published_rank for one in rows], Kind.COUNT),
            Column(say("note"), [_note(language, one) for one in rows]),
        ]
        yield Table(title, [Column(say("month"), [show_month(one.month) for one in rows])], columns, chart="months")
    if not told.sheets:
        yield Note(say("{unit} has no score in these months.", unit=told.unit))


def _note(language: Language, one: MonthStanding) -> str:
    if one.state:
        return language.tell(STATES[one.state])
    return language.say("the mean of the others") if one.mean else ""
