"""The year: the product against the oracle, and every point of every sheet of a year accounted for."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from calendars.clock import Clock
from calendars.periods import month_of, show_month
from kaoping.demo.simulate import csv_of, jsonl_of, simulate
from kaoping.files.folder import profile, working_days
from ledger.intake.tables.files import read_table
from ledger.intake.take import intake
from scoring.explain.unit import why
from scoring.law.rulebook import Sheet
from scoring.scores.scoring import Scoring
from scoring.scores.sheets import UnitScore
from scoring.scores.years import YearScore, year_of
from tests.logs import ledger_of, report_of, translated
from tests.oracle import oracle, oracle_year
from tests.oracle.disputed import disputed_year
from tests.oracle.histories import History, year_history

FAST, ALL = range(8), range(30)
MORE = [
    pytest.param(seed, marks=[pytest.mark.slow, *([pytest.mark.long] if place >= 8 else [])])
    for place, seed in enumerate(ALL[len(FAST) :])
]


def product(log: History, folder: Path, seed: int) -> Scoring:
    with ledger_of(folder / f"{seed}.db", translated(log.facts)) as ledger:
        return report_of(ledger, log.readings, log.as_of_ms)


def years_of(scoring: Scoring, year: int = 2023) -> dict[str, YearScore]:
    return {rule.id: year_of(scoring, rule, year, month_of(scoring.as_of)) for rule in scoring.book.years}


def decimal(number: Fraction | None) -> Decimal | None:
    """Exactly; a number without a decimal of two places would be a fault of its own."""
    if number is None:
        return None
    hundredths = number * 100
    assert hundredths.denominator == 1
    return Decimal(hundredths.numerator) / 100


def told(year: YearScore) -> dict[str, Any]:
    """unit -> (score, rank, group, parts, months) of the product."""
    found = {}
    for unit in year.units:
        months = {
            show_month(month): decimal(score)
            for one in unit.components
            if one.component.sheet != "base"
            for month, score in one.periods
        }
        parts = {one.component.sheet: decimal(one.value) for one in unit.components}
        found[unit.unit] = (decimal(unit.score), unit.rank, unit.group, parts, months)
    return found


def agree(seed: int, folder: Path, log_of: Callable[[int], History] = year_history) -> None:
    log = log_of(seed)
    years = years_of(product(log, folder, seed))
    expected = oracle_year.year(log.facts, log.readings, 2023, log.as_of_ms)
    assert {*years} == {*expected}
    for name, year in years.items():
        wanted = {unit: (one.score, one.rank, one.group, one.parts, one.months) for unit, one in expected[name].items()}
        assert told(year) == wanted, f"{name} of seed {seed}"
    for unit, line in years["hotline"].sheets["base"].items():
        base = oracle_year.base_sheet(log.facts, unit, 2023, log.readings, log.as_of_ms)
        items = {item.item.id: decimal(item.score) for item in line.items}
        assert (items, decimal(line.score)) == (base.items, base.score), f"base sheet of {unit}, seed {seed}"


@pytest.mark.parametrize("seed", FAST)
def test_the_product_agrees_with_the_oracle_on_the_year(seed: int, tmp_path: Path) -> None:
    agree(seed, tmp_path)


@pytest.mark.parametrize("seed", MORE)
def test_the_product_agrees_with_the_oracle_on_more_years(seed: int, tmp_path: Path) -> None:
    agree(seed, tmp_path)


@pytest.mark.parametrize("seed", [*FAST, *MORE])
def test_the_product_agrees_with_the_oracle_on_disputed_years(seed: int, tmp_path: Path) -> None:
    agree(seed, tmp_path, disputed_year)


def test_the_years_to_be_compared_hold_what_is_hard() -> None:
    """Every kind of evidence, units that come late, notices over New Year, years to date and years counting nothing."""
    logs = [year_history(seed) for seed in ALL]
    facts = [fact for log in logs for fact in log.facts]
    assert set(oracle_year.EVIDENCE) | {"negative_impact"} <= {fact.get("item") for fact in facts}
    years = [oracle_year.year(log.facts, log.readings, 2023, log.as_of_ms) for log in logs[: len(FAST)]]
    posts = [one for year in years for one in year["posts"].values()]
    hotline = [one for year in years for one in year["hotline"].values()]
    assert any(one.score == 0 and one.parts["posts"] for one in posts)
    assert any(one.score is None for one in posts)
    assert any(one.parts["hotline"] is not None and one.parts["base"] is None for one in hotline)
    assert len({len(one.months) for one in hotline}) > 3
    assert any(log.as_of_ms < oracle.month_end("2023-12") for log in logs)


# notices and exemptions, by hand

NOTICED = "2023-05-05T15:30:00+08:00"  # Friday; Saturday the 6th makes up for a day off: due on Monday the 8th at 17:30
DUE = oracle.ms_of("2023-05-08T17:30:00+08:00")


def fact(kind: str, at: str | int, **details: Any) -> dict[str, Any]:
    text = at if isinstance(at, str) else oracle.local(at).isoformat(timespec="milliseconds")
    return {"kind": kind, "at": text, "unit": "茅店镇", **details}


def item_of(facts: list[dict[str, Any]], folder: Path, as_of: int, sheet: str, item: str, **readings: str) -> Fraction:
    with ledger_of(folder / "year.db", translated(facts)) as ledger:
        scoring = report_of(ledger, oracle.Readings(**readings), as_of)
    lines = [line for month, one, line in sheets_of(scoring, [202305]) if one.id == sheet and line.unit == "茅店镇"]
    (found,) = [one.score for one in lines[0].items if one.item.id == item]
    return found


@pytest.mark.parametrize(
    ("answered", "document", "as_of", "count", "points"),
    [
        (DUE, "更新1号", DUE + 1, 1, 10),
        (DUE + 1, "更新1号", DUE + 1, 1, 8),
        (None, "", DUE - 1, 1, 10),
        (None, "", DUE, 1, 8),
        (DUE + 1, "更新1号", DUE - 1, 1, 10),
        (NOTICED, "更新1号", DUE, 1, 10),
        ("2023-05-05T15:29:59.999+08:00", "更新1号", DUE, 1, 8),
        ("2023-05-06T09:00:00+08:00", "更新2号", DUE, 1, 8),
        (None, "", DUE, 3, 4),
        (None, "", DUE, 7, 0),
    ],
)
def test_a_notice_has_two_working_days(
    answered: str | int | None, document: str, as_of: int, count: int, points: int, tmp_path: Path
) -> None:
    facts = [
        fact("enrol", "2023-01-01T00:00:00+08:00", group="乡镇"),
        fact("finding", "2023-03-01T09:00:00+08:00", item="knowledge_uploaded", mode="qa", document="佐证"),
        fact("finding", NOTICED, item="knowledge_notice", document="更新1号", count=count),
    ]
    if answered is not None:
        facts.append(fact("finding", answered, item="knowledge_updated", document=document))
    assert item_of(facts, tmp_path, as_of, "base", "knowledge") == points
    told = oracle_year.base_sheet(facts, "茅店镇", 2023, oracle.Readings(), as_of)
    assert told.items["knowledge"] == points


@pytest.mark.parametrize("reading", ["count", "leave"])
def test_a_finding_on_an_assisting_units_ticket_can_be_exempted(reading: str, tmp_path: Path) -> None:
    """Its rounds are judged by nothing where the reading says so; the finding still is, unless it is exempted."""
    facts = [
        fact("enrol", "2023-01-01T00:00:00+08:00", group="乡镇"),
        fact("dispatch", "2023-05-04T09:00:00+08:00", ticket="GX-1"),
        fact("dispatch", "2023-05-04T09:00:00+08:00", ticket="GX-2", role="assist"),
        fact("finding", "2023-05-10T09:00:00+08:00", ticket="GX-2", item="poor_result", document="通报"),
    ]
    after = oracle.ms_of("2023-06-30T00:00:00+08:00")
    assert item_of(facts, tmp_path, after, "hotline", "results", assist_rounds=reading) == Fraction(3, 2)
    exempt = fact("exempt", "2023-05-11T09:00:00+08:00", ticket="GX-2", item="results", reason="申诉成立")
    (tmp_path / "again").mkdir()
    assert item_of([*facts, exempt], tmp_path / "again", after, "hotline", "results", assist_rounds=reading) == 2


# why: every point


def sheets_of(scoring: Scoring, months: list[int]) -> Iterator[tuple[int, Sheet, UnitScore]]:
    for month, evidence in scoring.evidence(months).items():
        for score in scoring.sheets(evidence):
            yield from ((month, score.sheet, line) for line in score.units)
    for year in years_of(scoring).values():
        for name, lines in year.sheets.items():
            yield from ((0, scoring.book.sheet(name), line) for line in lines.values())


def check_why(scoring: Scoring, months: list[int]) -> dict[str, int]:
    """Every line of every unit adds up, on the whole and item by item. Returns how many sheets there were of each."""
    counts: dict[str, int] = {}
    for month, sheet, unit in sheets_of(scoring, months):
        if unit.score is None:
            continue
        lines = why(sheet, unit)
        place = f"{unit.unit} on {sheet.id} in {month}"
        assert sum(line.points for line in lines) == sheet.points - unit.score, place
        for one in unit.items if unit.basis == "tickets" else ():
            lost = sum(line.points for line in lines if line.item is one.item)
            assert lost == (0 if one.item.extra else one.item.points) - one.score, f"{one.item.id} of {place}"
        for line in lines:
            assert line.points or line.code == "mean", f"a line without points: {line} of {place}"
            assert line.place, f"a line without a place in the law: {line} of {place}"
            assert line.charge is None or line.code in ("verdict", "finding")
        counts[sheet.id] = counts.get(sheet.id, 0) + 1
    return counts


@pytest.mark.parametrize("seed", FAST)
def test_why_adds_up_over_random_years(seed: int, tmp_path: Path) -> None:
    log = year_history(seed)
    assert check_why(product(log, tmp_path, seed), list(range(202301, 202313)))["base"]


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Scoring:
    """A simulated county's whole year 2023, with the evidence of seed 0 for two of its units."""
    made = simulate(7, "2023-01", 12, 150, clock=Clock(working_days()))
    files = []
    for data, name in ((csv_of(made), "hotline-log"), (jsonl_of(made), "events")):
        (table,) = read_table(data, name)
        files.append([fact for _, fact in intake(table, profile(name)).facts])
    names = dict(zip(("区气象局", "区党史办"), ("梅林镇", "区城管局"), strict=True))
    evidence = [
        fact | {"unit": names[fact["unit"]]}
        for fact in year_history(0).facts
        if fact.get("item") in oracle_year.EVIDENCE and fact["unit"] in names and "ticket" not in fact
    ]
    folder = tmp_path_factory.mktemp("year")
    with ledger_of(folder / "year.db", *files, translated(evidence)) as ledger:
        return report_of(ledger, None, oracle.month_end("2024-01"))


def test_why_adds_up_for_every_unit_month_and_sheet_of_a_simulated_year(simulated: Scoring) -> None:
    counts = check_why(simulated, list(range(202301, 202313)))
    assert counts["hotline"] >= 12 * 40
    assert counts["base"] >= 40
    assert counts["posts"] >= 12


def test_the_weights_of_a_year_redo_by_hand(simulated: Scoring) -> None:
    """按月度工作考核占 80%，年度基础考核占 20%: from the numbers on paper."""
    year = years_of(simulated)["hotline"]
    assert year.whole
    assert len(year.months) == 12
    for unit in year.units:
        values = [one.value for one in unit.components]
        if unit.score is None:
            assert None in values
            continue
        month, base = (decimal(value) or Decimal(0) for value in values)
        by_hand = (month * 8 + base * 2) / 10
        assert abs(by_hand - (decimal(unit.score) or Decimal(0))) <= Decimal("0.005"), unit.unit
