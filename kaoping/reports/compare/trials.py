"""Trials: what other readings, or another rulebook, would make of a period."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from calendars.periods import show_month
from kaoping.language.language import Language
from kaoping.language.numbers import points
from kaoping.reports.page import Block, Column, Heading, Kind, Table, page_of
from scoring.compare.readings import Alternative, Shift
from scoring.scores.scoring import Scoring, stamps_json
from scoring.scores.sheets import UnitScore

NAMED = 5  # units shown by name on either side of a line


def readings_json(scoring: Scoring, period: str, found: Sequence[Alternative]) -> dict[str, Any]:
    """The document of `kaoping readings --json`."""
    return {
        "period": period,
        "rulebook": scoring.book.id,
        "stamps": stamps_json(scoring.stamps),
        "readings": [
            {
                "reading": one.reading.id, "title": one.reading.title, "taken": scoring.book.reading(one.reading.id),
                "option": one.option, "says": one.reading.options[one.option],
                "units": [shift_json(shift) for shift in one.shifts],
            }
            for one in found
        ],
    }  # fmt: skip


def shift_json(shift: Shift) -> dict[str, Any]:
    """A unit's line as it is and as it would be."""
    before, after = shift.before, shift.after
    return {
        "sheet": shift.sheet, "unit": shift.unit, "before": _score(before), "after": _score(after),
        "change": None if shift.change is None else points(shift.change),
        "rank_before": before and before.rank, "rank_after": after and after.rank,
    }  # fmt: skip


def _score(line: UnitScore | None) -> str | None:
    return None if line is None or line.score is None else points(line.score)


@page_of
def readings_page(language: Language, scoring: Scoring, period: str, found: Sequence[Alternative]) -> Iterator[Block]:
    """One line an option: how many gain, lose and change rank, and the largest of each."""
    say = language.say
    yield Heading(say("{period}: what each other reading would change", period=period), 1)
    for sheet in dict.fromkeys(sheet.id for sheet in scoring.book.sheets):
        rows = [(one, [shift for shift in one.shifts if shift.sheet == sheet]) for one in found]
        rows = [row for row in rows if row[1]]
        if rows:
            yield ""
            yield from _sheet_blocks(language, scoring, sheet, rows)
    still = [f"{one.reading.id}={one.option}" for one in found if not one.shifts]
    if still:
        yield ""
        yield say("These would change nothing: {readings}", readings=" ".join(still))


def _sheet_blocks(
    language: Language, scoring: Scoring, sheet: str, rows: Sequence[tuple[Alternative, Sequence[Shift]]]
) -> Iterator[Block]:
    say = language.say
    changes = [[shift.change or Fraction(0) for shift in shifts] for _, shifts in rows]
    ranks = [sum(_rank(shift.before) != _rank(shift.after) for shift in shifts) for _, shifts in rows]
    columns = [
        Column(say("reading"), [f"{one.reading.title}\n{one.reading.id}".split("\n")[0] for one, _ in rows]),
        Column(say("instead of"), [scoring.book.reading(one.reading.id) for one, _ in rows]),
        Column(say("option"), [one.option for one, _ in rows]),
        Column(say("gain"), [sum(change > 0 for change in one) for one in changes], Kind.COUNT),
        Column(say("lose"), [sum(change < 0 for change in one) for one in changes], Kind.COUNT),
        Column(say("other rank"), ranks, Kind.COUNT),
        Column(say("largest gain"), [_extreme(shifts, largest=True) for _, shifts in rows]),
        Column(say("largest loss"), [_extreme(shifts, largest=False) for _, shifts in rows]),
    ]
    yield Table(scoring.book.sheet(sheet).title, columns, [])


def _rank(line: UnitScore | None) -> int | None:
    return None if line is None else line.rank


def _extreme(shifts: Sequence[Shift], *, largest: bool) -> str:
    """The unit that would gain or lose most, and how much."""
    changed = [(shift.change, shift.unit) for shift in shifts if shift.change]
    fitting = [(change, unit) for change, unit in changed if (change > 0) == largest]
    if not fitting:
        return "-"
    change, unit = max(fitting, key=lambda one: (abs(one[0]), one[1]))
    return f"{unit} {'+' if largest else ''}{points(change)}"


Months = Mapping[int, Sequence[Shift]]


def whatif_json(
    now: Scoring, draft: Scoring, period: str, months: Months, years: Sequence[tuple[str, Sequence[Shift]]]
) -> dict[str, Any]:
    """The document of `kaoping whatif --json`."""
    return {
        "period": period,
        "rulebook": now.book.id, "draft": draft.book.id,
        "stamps": {"now": stamps_json(now.stamps), "draft": stamps_json(draft.stamps)},
        "months": [
            {"month": show_month(month), "units": [shift_json(shift) for shift in shifts]} for month, shifts in months.items()
        ],
        "years": [{"year": name, "units": [shift_json(shift) for shift in shifts]} for name, shifts in years],
    }  # fmt: skip


@page_of
def whatif_page(
    language: Language,
    now: Scoring,
    draft: Scoring,
    period: str,
    months: Months,
    years: Sequence[tuple[str, Sequence[Shift]]],
) -> Iterator[Block]:
    """Each month's sheets under both rulebooks, unit by unit; then the year."""
    say = language.say
    title = say("{period}: {book} now, {draft} as a trial", period=period, book=now.book.title, draft=draft.book.title)
    yield Heading(title, 1)
    books = (now.book, draft.book)
    titles = {one.id: one.title for book in books for one in book.sheets}
    ranked = {one.id: one.title for book in books for one in book.years}
    for month, shifts in months.items():
        for sheet in dict.fromkeys(shift.sheet for shift in shifts):
            yield ""
            yield from _shifts_blocks(
                language,
                f"{titles.get(sheet, sheet)}  {show_month(month)}",
                [one for one in shifts if one.sheet == sheet],
            )
    for name, shifts in years:
        yield ""
        yield from _shifts_blocks(language, f"{ranked.get(name, name)}  {period}", shifts)


def _shifts_blocks(language: Language, title: str, shifts: Sequence[Shift]) -> Iterator[Block]:
    say = language.say
    columns = [
        Column(say("unit"), [one.unit for one in shifts], Kind.UNIT),
        Column(say("now"), [None if one.before is None else one.before.score for one in shifts], Kind.NUMBER),
        Column(say("trial"), [None if one.after is None else one.after.score for one in shifts], Kind.NUMBER),
        Column(say("change"), [one.change for one in shifts], Kind.NUMBER, signed=True, absent=""),
        Column(say("rank now"), [_rank(one.before) for one in shifts], Kind.COUNT),
        Column(say("rank in the trial"), [_rank(one.after) for one in shifts], Kind.COUNT),
    ]
    yield Table(title, columns, [])
