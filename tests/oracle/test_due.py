"""What is due against the oracle: every act not yet done of random logs, at random instants and on dues themselves."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from calendars.periods import show_month
from kaoping.language.numbers import points
from ledger.snapshot import snapshot_of
from scoring.explain.due import DueAct, due_acts, snapshot_at
from scoring.scores.scoring import Scoring, recompute
from tests.logs import calendar, ledger_of, rulebook, translated
from tests.oracle import oracle, oracle_due
from tests.oracle.covered import covered
from tests.oracle.disputed import disputed
from tests.oracle.histories import History, history

LOGS: dict[str, Callable[[int], History]] = {"history": history, "disputed": disputed, "covered": covered}
FIRST_SEED, SEEDS = 3000, 8
KNOWN_MS = oracle.month_end("2024-05")
"""A month before the last day that the oracle knows: it can still say which day is the next working day."""


def scoring_at(log: History, folder: Path, name: str) -> Iterator[tuple[int, Scoring]]:
    """The log's scoring at three instants: any, a due, and just before it."""
    with ledger_of(folder / f"{name}.db", translated(log.facts)) as ledger:
        whole, book = snapshot_of(ledger, ledger.head().position), rulebook(log.readings)
        rng = Random(name)
        first = min(oracle.ms_of(fact["at"]) for fact in log.facts if fact["kind"] == "dispatch")
        at = rng.randint(first, min(log.as_of_ms, KNOWN_MS))
        dues = sorted(one.due_ms for one in oracle_due.waiting(log.facts, log.readings, at))
        due = rng.choice([due for due in dues if due <= KNOWN_MS] or [at])
        for instant in (at, due, due - 1):
            yield instant, recompute(snapshot_at(whole, instant), book, calendar(), instant)


def row(act: DueAct, ticks: int) -> tuple[Any, ...]:
    one = act.pending
    known = oracle.local(one.due).date() <= oracle.LAST_KNOWN
    left = Fraction(one.left, ticks) if known and one.left is not None else None
    costs = tuple((cost.sheet.id, cost.item, show_month(cost.months[-1]), points(cost.points)) for cost in act.costs)
    place = one.measure, one.ticket, one.unit, one.round, one.channel
    return *place, one.due, one.state, left, costs


def expected(one: oracle_due.Waiting) -> tuple[Any, ...]:
    costs = tuple((sheet, item, period, f"{cost:.2f}") for sheet, item, period, cost in one.costs)
    return one.measure, one.ticket, one.unit, one.round, one.channel, one.due_ms, one.state, one.left, costs


def agree(kind: str, seed: int, folder: Path, instants: int = 3) -> int:
    """How many acts they agree on, at so many of the instants."""
    log, count = LOGS[kind](seed), 0
    for at, scoring in islice(scoring_at(log, folder, f"{kind}-{seed}"), instants):
        acts, _ = due_acts(scoring)
        ticks = scoring.judging.clock.ticks_per_day
        wanted = {expected(one) for one in oracle_due.waiting(log.facts, log.readings, at)}
        assert {row(act, ticks) for act in acts} == wanted, f"{kind} {seed} at {at}"
        count += len(wanted)
    return count


@pytest.mark.parametrize("kind", LOGS)
def test_due_agrees_with_the_oracle(kind: str, tmp_path: Path) -> None:
    assert agree(kind, FIRST_SEED, tmp_path, 1) > 0


@pytest.mark.slow
def test_due_agrees_with_the_oracle_on_a_thousand_acts_and_more(tmp_path: Path) -> None:
    found = {kind: sum(agree(kind, seed, tmp_path) for seed in range(FIRST_SEED, FIRST_SEED + SEEDS)) for kind in LOGS}
    assert sum(found.values()) > 1000, found
