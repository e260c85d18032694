"""Laws that hold for every history: order changes nothing, twice is once, a void undoes, tickets keep to themselves."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.columns.events import columns_of
from ledger.exchange import content, key_of
from ledger.facts import Fact, Void
from ledger.snapshot import snapshot_of
from ledger.store import Ledger
from ledger.voids import voided_keys
from scoring.scores.scoring import Scoring
from tests.logs import ledger_of, report_of, source, translated
from tests.oracle.histories import History, history

SEEDS = range(400, 412)
relaxed = settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def scores(scoring: Scoring, log: History) -> Any:
    """All that a reader sees of a month: scores, ranks, items, shares by ticket."""
    month = int(log.period.replace("-", ""))
    evidence = scoring.evidence([month])[month]
    return [
        (sheet.sheet.id, unit.unit, unit.rank, unit.score, [
            (item.item.id, item.score, sorted((str(share.charge and share.charge.ticket), share.points) for share in item.shares))
            for item in unit.items
        ])
        for sheet in scoring.sheets(evidence)
        for unit in sheet.units
    ]  # fmt: skip


def verdicts(scoring: Scoring) -> set[tuple[Any, ...]]:
    names = ("measure", "ticket", "unit", "round", "breached", "due", "done", "decided_at", "month")
    return {tuple(row[name] for name in names) for row in scoring.derived.verdicts.collect().iter_rows(named=True)}


def scored(path: Path, log: History, *files: list[Fact]) -> Any:
    with ledger_of(path, *files) as ledger:
        return scores(report_of(ledger, log.readings, log.as_of_ms), log)


@relaxed
@given(seed=st.integers(0, 10_000), shuffle=st.randoms(use_true_random=False), parts=st.integers(1, 4))
def test_the_order_of_rows_and_of_files_changes_no_score(
    tmp_path_factory: pytest.TempPathFactory, seed: int, shuffle: random.Random, parts: int
) -> None:
    folder, log = tmp_path_factory.mktemp("order"), history(seed)
    facts = translated(log.facts)
    mixed = facts[:]
    shuffle.shuffle(mixed)
    files = [mixed[number::parts] for number in range(parts)]
    seen = {content(fact) for fact in facts}
    if len(seen) < len(facts):  # equal facts of one file are told apart by their number in it: keep them together
        files = [mixed]
    assert scored(folder / "mixed.db", log, *files) == scored(folder / "plain.db", log, facts)


@relaxed
@given(shuffle=st.randoms(use_true_random=False))
def test_facts_that_share_their_instant_are_taken_in_one_order(
    tmp_path_factory: pytest.TempPathFactory, shuffle: random.Random
) -> None:
    """Contradicting facts of one kind at one instant: whatever is taken, it is the same for every order of import."""
    folder, log = tmp_path_factory.mktemp("ties"), history(402)
    when = "2023-05-08T10:00:00+08:00"
    raw: list[dict[str, Any]] = [
        {"kind": "dispatch", "ticket": "T", "unit": unit, "at": when} for unit in ("甲", "乙", "丙")
    ]
    raw += [{"kind": "sign", "ticket": "T", "at": "2023-05-08T11:00:00+08:00"}]
    raw += [
        {"kind": "survey", "ticket": "T", "at": "2023-05-10T10:00:00+08:00", "rating": word}
        for word in ("满意", "不满意")
    ]
    facts = translated(raw)
    mixed = facts[:]
    shuffle.shuffle(mixed)
    with ledger_of(folder / "a.db", facts) as one, ledger_of(folder / "b.db", mixed[:3], mixed[3:]) as other:
        first, second = (report_of(ledger, log.readings, log.as_of_ms) for ledger in (one, other))
        assert verdicts(first) == verdicts(second)
        codes = first.derived.oddities.collect()["code"].to_list()
        assert codes.count("same_instant") == 5


@pytest.mark.parametrize("seed", SEEDS)
def test_two_imports_are_one(tmp_path: Path, seed: int) -> None:
    log = history(seed)
    facts = translated(log.facts)
    with ledger_of(tmp_path / "once.db", facts) as ledger:
        before = scores(report_of(ledger, log.readings, log.as_of_ms), log)
        again = ledger.append(source(facts, "again.jsonl"), 1)
        half = ledger.append(source(facts[: len(facts) // 2], "half.jsonl"), 2)
        assert (again.events_added, again.known) == (0, len(facts))
        assert half.events_added == 0
        assert scores(report_of(ledger, log.readings, log.as_of_ms), log) == before


@pytest.mark.parametrize("seed", SEEDS)
def test_a_voided_event_leaves_no_trace(tmp_path: Path, seed: int) -> None:
    log = history(seed)
    facts = [fact for fact in translated(log.facts) if not isinstance(fact, Void)]
    chosen = random.Random(seed).sample(range(len(facts)), k=len(facts) // 5)
    texts = [content(fact) for fact in facts]
    alone = [index for index in chosen if texts.count(texts[index]) == 1]
    voids: list[Fact] = [Void(at=0, key=key_of(texts[index], 1), reason="录错") for index in alone]
    kept = [fact for index, fact in enumerate(facts) if index not in alone]
    assert scored(tmp_path / "voided.db", log, facts, voids) == scored(tmp_path / "without.db", log, kept)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fact_of_one_ticket_moves_no_other_tickets_verdict(tmp_path: Path, seed: int) -> None:
    log = history(seed)
    facts = translated(log.facts)
    ticket = next(fact.ticket for fact in facts if fact.ticket is not None)
    without = [fact for fact in facts if fact.ticket != ticket]
    with ledger_of(tmp_path / "all.db", facts) as one, ledger_of(tmp_path / "less.db", without) as other:
        everything, less = (verdicts(report_of(ledger, log.readings, log.as_of_ms)) for ledger in (one, other))
    assert {row for row in everything if row[1] != ticket} == {row for row in less if row[1] != ticket}


@pytest.mark.parametrize("seed", SEEDS)
def test_as_of_a_position_is_the_ledger_as_it_was(tmp_path: Path, seed: int) -> None:
    log = history(seed)
    facts = translated(log.facts)
    cut = len(facts) // 3
    with ledger_of(tmp_path / "whole.db", facts[:cut], facts[cut:]) as ledger:
        then = snapshot_of(ledger, cut)
        assert then.head == ledger.head(cut)
        with ledger_of(tmp_path / "then.db", facts[:cut]) as earlier:
            was = snapshot_of(earlier, cut)
            assert then.head.hash == was.head.hash
            assert then.events.collect().to_native().equals(was.events.collect().to_native())
            assert [event.fact for event in then.findings] == [event.fact for event in was.findings]


def test_a_void_of_a_void_brings_the_fact_back(tmp_path: Path) -> None:
    log = history(404)
    facts = [fact for fact in translated(log.facts) if not isinstance(fact, Void)]
    lost = Void(at=0, key=key_of(content(facts[0]), 1), reason="录错")
    back = Void(at=0, key=key_of(content(lost), 1), reason="没有录错")
    with ledger_of(tmp_path / "a.db", [*facts, lost, back]) as ledger:
        assert voided_keys(ledger.events(kinds=("void",))) == {key_of(content(lost), 1)}
    assert scored(tmp_path / "b.db", log, [*facts, lost, back]) == scored(tmp_path / "c.db", log, facts)


def test_voids_of_voids_may_be_many(tmp_path: Path) -> None:
    facts = [fact for fact in translated(history(404).facts) if not isinstance(fact, Void)]
    chain: list[Fact] = [facts[0]]
    for _ in range(3000):
        chain.append(Void(at=0, key=key_of(content(chain[-1]), 1), reason="录错"))
    with ledger_of(tmp_path / "a.db", [*facts, *chain[1:]]) as ledger:
        gone = voided_keys(ledger.events(kinds=("void",)))
    assert len(gone) == 1500
    assert key_of(content(facts[0]), 1) not in gone


def test_the_columns_of_no_events_have_their_types() -> None:
    assert columns_of([], [], []).schema == columns_of([1], [b"12345678"], [SIGN]).schema


def test_an_empty_ledger_scores_nothing(tmp_path: Path) -> None:
    log = history(405)
    with Ledger(tmp_path / "empty.db", create=True) as ledger:
        assert scores(report_of(ledger, log.readings, log.as_of_ms), log) == []


SIGN = '{"at":1683162600000,"kind":"sign","ticket":"GX-1","unit":"茅店镇"}'
