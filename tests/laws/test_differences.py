"""What moved between two reports: the parts add up to every change, and each has a reason that is so."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import attrs
import pytest

from calendars.periods import months_from
from calendars.workdays import Calendar, Day
from kaoping.files.rulebooks import read_rulebook
from ledger.exchange import content, key_of
from ledger.facts import LIFECYCLE, Void
from ledger.snapshot import snapshot_of
from ledger.store import Ledger
from metrics.measures import MEASURE
from scoring.compare.reasons import reasons_of
from scoring.compare.reports import Difference, difference
from scoring.compare.years import UnitYearChange, year_changes
from scoring.law.rulebook import Rulebook
from scoring.scores.evidence import together
from scoring.scores.scoring import Scoring, again, recompute
from tests.logs import calendar, ledger_of, report_of, rulebook_text, source, translated
from tests.oracle.covered import covered
from tests.oracle.disputed import disputed, disputed_year
from tests.oracle.histories import history, year_history
from tests.oracle.oracle import NEW_OPTIONS, OPTIONS
from tests.oracle.test_readings import YEARLY

PAIRS = 100
AT_ONCE = 5
UNTIMED = ("untimed_extensions", "untimed_redos")  # asked where a platform tells an act without its time


def random_calendar(rng: random.Random) -> Calendar:
    """The calendar with some days turned round."""
    plain = calendar()
    days = {day.date: day for day in plain.exceptions}
    for _ in range(rng.choice((0, 0, 2, 6))):
        day = date(2023, 1, 1) + timedelta(days=rng.randrange(400))
        works = plain.day(day).working
        days[day] = Day(day, "closure" if works else "make_up", "测试", False, "测试文件")
    return attrs.evolve(plain, exceptions=tuple(days[day] for day in sorted(days)))


def random_book(rng: random.Random) -> Rulebook:
    taken = {name: rng.choice(OPTIONS[name]) for name in OPTIONS if rng.random() < 0.25}
    if rng.random() < 0.25:
        taken["exemptions"] = "not_provided"
    text = rulebook_text()
    if rng.random() < 0.3:
        text = text.replace("valid_until = 2023-12-31", "valid_until = 2024-12-31")
        text = text.replace("price = 2\n", "price = 1\n", 1)
    return read_rulebook(text, "draft.toml", taken)


def random_side(rng: random.Random, ledger: Ledger, last: int, as_of: int) -> Scoring:
    position = rng.choice((last, last, rng.randint(1, last)))
    moment = as_of - rng.choice((0, 0, rng.randint(0, 30 * 86_400_000)))
    return recompute(snapshot_of(ledger, position), random_book(rng), random_calendar(rng), moment)


def check(told: Difference) -> int:
    """Every sum, of items and of totals; how many items changed."""
    changed = 0
    whole = scored_throughout(told)
    for sheet in told.sheets:
        for unit in sheet.units:
            if (sheet.sheet, unit.unit) not in whole:
                continue
            for item in unit.items:
                assert item.change is not None
                assert sum((cut.points for cut in item.cuts), start=Fraction(0)) == item.change
                changed += item.change != 0
            parts = [*unit.total, *(cut for item in unit.items for cut in item.cuts)]
            assert sum((cut.points for cut in parts), start=Fraction(0)) == unit.change
    return changed


def scored_throughout(told: Difference) -> set[tuple[str, str]]:
    """(sheet, unit) with a score by its own tickets at every stop, so that all of it is told item by item."""
    stops = []
    for scoring in (told.before, *(leg.after for leg in told.legs)):
        sheets = scoring.sheets(together([scoring.evidence(told.months)[month] for month in told.months]))
        lines = [(one.sheet.id, line) for one in sheets for line in one.units]
        stops.append(
            {(sheet, line.unit) for sheet, line in lines if line.score is not None and line.basis == "tickets"}
        )
    return set.intersection(*stops)


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[pytest.mark.slow] if seed else []) for seed in range(0, PAIRS, 10)]
)
def test_the_parts_add_up_on_random_pairs(tmp_path: Path, seed: int) -> None:
    changed = 0
    for number in range(seed, seed + 10):
        rng, log = random.Random(number), history(700 + number % 25)
        facts = translated(log.facts)
        plain = [fact for fact in facts if not isinstance(fact, Void) and fact.id is None]
        late = [
            Void(at=0, key=key_of(content(fact), 1), reason="录错") for fact in rng.sample(plain, k=min(12, len(plain)))
        ]
        with ledger_of(tmp_path / f"{number}.db", facts) as ledger:
            ledger.append(source(late, "voids.jsonl"), 10)
            last = ledger.head().position
            sides = [random_side(rng, ledger, last, log.as_of_ms) for _ in range(2)]
            month = int(log.period.replace("-", ""))
            changed += check(difference(sides[0], sides[1], [month]))
    assert changed > 0


@pytest.mark.parametrize("seed", [7, pytest.param(9, marks=pytest.mark.slow), pytest.param(10, marks=pytest.mark.slow)])
def test_a_years_ranking_adds_up(tmp_path: Path, seed: int) -> None:
    rng, log = random.Random(seed), year_history(seed)
    with ledger_of(tmp_path / "year.db", translated(log.facts)) as ledger:
        last = ledger.head().position
        before, after = (random_side(rng, ledger, last, log.as_of_ms) for _ in range(2))
        told = year_changes(before, after, int(log.period[:4]))
    changed = [unit for one in told for unit in one.units if unit.change]
    assert changed
    for unit in changed:
        assert sum((move.points for move in unit.moves), start=Fraction(0)) == unit.change
        assert unit.periods or {move.code for move in unit.moves} <= {"veto", "component", "rounding", "whole"}


def test_a_clause_is_named_with_what_it_said_and_says(tmp_path: Path) -> None:
    log = history(701)
    draft = read_rulebook(rulebook_text().replace("at_least = 100\n", 'at_least = 100\nslope = "0.5"\n'), "draft.toml")
    with ledger_of(tmp_path / "kaoping.db", translated(log.facts)) as ledger:
        seen = snapshot_of(ledger, ledger.head().position)
        before = recompute(seen, read_rulebook(rulebook_text(), "now.toml"), calendar(), log.as_of_ms)
        told = difference(before, again(before, book=draft), [int(log.period.replace("-", ""))])
    moves = [
        (cut, move)
        for sheet in told.sheets
        for unit in sheet.units
        for item in unit.items
        for cut in item.cuts
        for move in cut.moves
    ]
    assert moves
    for cut, move in moves:
        named = [one for one in reasons_of(cut, move) if one.name.endswith(".slope")]
        assert named
        assert all((one.was, one.now) == ("1", "1/2") for one in named)


def test_every_measure_knows_which_facts_speak_of_it() -> None:
    assert {kind for one in MEASURE.values() for kind in one.moved_by} <= {*LIFECYCLE}


def other_side(name: str, options: Sequence[str], number: int, before: Scoring) -> Scoring:
    """The same log with one reading taken otherwise; the logs of several numbers have all the others drawn."""
    others = [option for option in options if option != before.book.reading(name)]
    option = random.Random(f"{name} {number}").choice(others)
    return again(before, book=attrs.evolve(before.book, taken={**before.book.taken, name: option}))


@pytest.mark.parametrize(
    "start", [pytest.param(n, marks=[pytest.mark.long] if n else []) for n in range(0, PAIRS, AT_ONCE)]
)
@pytest.mark.parametrize("name", NEW_OPTIONS)
@pytest.mark.slow
def test_a_younger_reading_adds_up_on_random_pairs(tmp_path: Path, name: str, start: int) -> None:
    """A hundred pairs each: the parts of every item and total, and of the year where only a year can tell; all in one leg."""
    changed = 0
    for number in range(start, start + AT_ONCE):
        log = disputed_year(number % 5) if name in YEARLY else (covered if name in UNTIMED else disputed)(number)
        with ledger_of(tmp_path / f"{number}.db", translated(log.facts)) as ledger:
            before = report_of(ledger, log.readings, log.as_of_ms)
        after = other_side(name, NEW_OPTIONS[name], number, before)
        year, month = int(log.period[:4]), int(log.period.replace("-", ""))
        months, period = (months_from(year, 1, 12), "year") if name in YEARLY else ((month,), "month")
        told = difference(before, after, months, period)
        assert [(leg.reason, leg.reading) for leg in told.legs] == [("reading", name)]
        check(told)
        units = [unit for sheet in told.sheets for unit in sheet.units]
        for unit in (unit for unit in units if unit.change is not None):
            parts = [*unit.total, *(cut for item in unit.items for cut in item.cuts)]
            assert sum((cut.points for cut in parts), start=Fraction(0)) == unit.change
        changed += sum(unit.moved for unit in [*units, *(moved_units(before, after, year) if name in YEARLY else ())])
    assert changed > 0 or start, (
        "the first five of each reading move something; of any other five it may be that none does"
    )


def moved_units(before: Scoring, after: Scoring, year: int) -> list[UnitYearChange]:
    """The units of a year, each adding up."""
    units = [unit for one in year_changes(before, after, year) for unit in one.units]
    for unit in units:
        if unit.change is not None:
            assert sum((move.points for move in unit.moves), start=Fraction(0)) == unit.change
    return units
