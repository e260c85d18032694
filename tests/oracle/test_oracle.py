"""The product against the oracle: every verdict, count, breach, item and rank of random logs."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import pytest

from scoring.scores.scoring import Scoring, again
from scoring.scores.sheets import ItemScore, SheetScore
from tests.logs import ledger_of, report_of, translated
from tests.oracle import oracle
from tests.oracle.covered import covered
from tests.oracle.disputed import disputed
from tests.oracle.histories import History, history

SEEDS_A_TEST = 20


def batches(first: int, last: int) -> list[range]:
    return [range(start, start + SEEDS_A_TEST) for start in range(first, last, SEEDS_A_TEST)]


def slow(first: int, last: int, *marks: pytest.MarkDecorator) -> list[Any]:
    """The same, for the slow suite, or the long one."""
    return [pytest.param(seeds, marks=[pytest.mark.slow, *marks]) for seeds in batches(first, last)]


def product(log: History, folder: Path, seed: int) -> Scoring:
    with ledger_of(folder / f"{seed}.db", translated(log.facts)) as ledger:
        return report_of(ledger, log.readings, log.as_of_ms)


def verdicts_of(scoring: Scoring) -> set[tuple[Any, ...]]:
    found = set()
    for row in scoring.derived.verdicts.collect().iter_rows(named=True):
        decided = row["decided_at"] <= scoring.as_of
        state = "pending" if not decided else "breached" if row["breached"] else "met"
        number = 0 if row["measure"] == "returned_again" else row["round"]
        month = f"{row['month'] // 100}-{row['month'] % 100:02d}" if decided else None
        at = row["decided_at"] if decided else None
        found.add((row["measure"], row["ticket"], row["unit"], number, row["channel"], state, at, month))
    return found


def decimal(number: Fraction | None) -> Decimal | None:
    """Exactly; a number without a decimal of two places would be a fault of its own."""
    if number is None:
        return None
    hundredths = number * 100
    assert hundredths.denominator == 1
    return Decimal(hundredths.numerator) / 100


def items_of(item: ItemScore) -> dict[str, tuple[int | None, int | None, Decimal | None]]:
    first = item.parts[0]
    plain = item.item.id not in ("extension", "conduct")
    found = {item.item.id: (first.count if plain else None, first.breaches if plain else None, decimal(item.score))}
    for part in item.parts:
        if part.part.points is not None:
            found[part.name] = (part.count, part.breaches, decimal(part.part.points - part.lost))
    return found


def sheet_of(sheet: SheetScore) -> dict[str, Any]:
    return {
        unit.unit: (decimal(unit.score), unit.basis, unit.rank, unit.group, {
            name: value for item in unit.items for name, value in items_of(item).items()
        })
        for unit in sheet.units
    }  # fmt: skip


def agree(seeds: range, folder: Path, log_of: Callable[[int], History] = history, *, untold: bool = False) -> None:
    for seed in seeds:
        log = log_of(seed)
        scoring = product(log, folder, seed)
        expected = {
            (one.measure, one.ticket, one.unit, one.round, one.channel, one.state, one.decided_at_ms, one.month)
            for one in oracle.verdicts(log.facts, log.readings, log.as_of_ms)
        }
        assert verdicts_of(scoring) == expected, f"verdicts of seed {seed}"
        if untold:
            assert untold_of(scoring) == oracle.untold(log.facts, log.readings), f"untold of seed {seed}"
        month = int(log.period.replace("-", ""))
        sheets = scoring.sheets(scoring.evidence([month])[month])
        told = oracle.month(log.facts, log.readings, log.period, log.as_of_ms)
        for sheet in sheets:
            wanted = {
                unit: (one.score, one.basis, one.rank, one.group, dict(one.items))
                for unit, one in told[sheet.sheet.id].items()
            }
            assert sheet_of(sheet) == wanted, f"{sheet.sheet.id} of seed {seed}"
            for item in (item for unit in sheet.units for item in unit.items):
                assert sum(share.points for share in item.shares) == item.lost, f"shares of seed {seed}: {item}"


@pytest.mark.parametrize("seeds", batches(0, 60), ids=str)
def test_the_product_agrees_with_the_oracle(seeds: range, tmp_path: Path) -> None:
    agree(seeds, tmp_path)


@pytest.mark.parametrize("seeds", [*slow(60, 160), *slow(160, 320, pytest.mark.long)], ids=str)
def test_the_product_agrees_with_the_oracle_on_many_more(seeds: range, tmp_path: Path) -> None:
    agree(seeds, tmp_path)


@pytest.mark.parametrize("seeds", [*batches(0, 20), *slow(20, 40)], ids=str)
def test_the_product_agrees_with_the_oracle_on_what_is_disputed(seeds: range, tmp_path: Path) -> None:
    agree(seeds, tmp_path, disputed)


@pytest.mark.parametrize("seeds", [*slow(40, 240), *slow(240, 420, pytest.mark.long)], ids=str)
def test_the_product_agrees_with_the_oracle_on_much_more_that_is_disputed(seeds: range, tmp_path: Path) -> None:
    agree(seeds, tmp_path, disputed)


def untold_of(scoring: Scoring) -> set[tuple[Any, ...]]:
    rows = scoring.derived.untold.collect().iter_rows(named=True)
    return {
        (row["measure"], row["ticket"], row["unit"], row["round"], row["channel"], row["due"])
        for row in rows
        if row["measure"] != "returned_again"
    }


@pytest.mark.parametrize("seeds", [range(8)], ids=str)
def test_the_product_agrees_with_the_oracle_on_what_nobody_tells(seeds: range, tmp_path: Path) -> None:
    agree(seeds, tmp_path, covered, untold=True)


@pytest.mark.parametrize("seeds", [*slow(8, 108), *slow(108, 208, pytest.mark.long)], ids=str)
def test_the_product_agrees_with_the_oracle_on_much_more_that_nobody_tells(seeds: range, tmp_path: Path) -> None:
    agree(seeds, tmp_path, covered, untold=True)


def test_what_is_untold_of_a_deadline_is_missing_where_its_breach_would_have_counted(tmp_path: Path) -> None:
    """In the same month, by the same due; but of a seal whose close is not told either, and of a closing without its limit, as nobody
    knows when that was, or is to be."""
    for seed in range(6):
        log = covered(seed)
        scoring = product(log, tmp_path, seed)
        other = again(scoring, book=attrs.evolve(scoring.book, untold="breach"))
        place = ("measure", "ticket", "unit", "round")
        verdicts = {row[:4]: row[4:] for row in other.derived.verdicts.select(*place, "month", "due").collect().rows()}
        lacking = {row[:4]: row[4] for row in other.derived.untold.select(*place, "lacking").collect().rows()}
        still = {*lacking}
        for *key, month, due in scoring.derived.untold.select(*place, "month", "due").collect().rows():
            if tuple(key) not in still:
                assert verdicts[tuple(key)] == (month, due), f"{key} of seed {seed}"
        assert {key[0] for key in still} >= {"satisfied", "redone", "extended_first"}
        assert "signed" not in {key[0] for key in still}
        assert {lacking[key] for key in still if key[0] == "closed"} == {"limit"}


@pytest.mark.slow
def test_every_option_of_every_reading_is_asked_for() -> None:
    asked = {(name, getattr(disputed(seed).readings, name)) for seed in range(40) for name in oracle.OPTIONS}
    assert asked == {(name, option) for name, options in oracle.OPTIONS.items() for option in options}


def test_what_is_missing_does_not_depend_on_which_months_were_asked_first(tmp_path: Path) -> None:
    log = covered(3)
    with ledger_of(tmp_path / "log.db", translated(log.facts)) as ledger:
        first, second = (report_of(ledger, log.readings, log.as_of_ms) for _ in range(2))
    months = sorted(
        month for (month,) in first.derived.candidates.select("month").unique().collect().rows() if month is not None
    )
    assert len(months) > 1
    alone = [first.evidence([month])[month].missing for month in months]
    assert alone == [second.evidence(months)[month].missing for month in months]
    assert any(one.untold for one in alone)
    assert all(one.candidates for one in alone)
