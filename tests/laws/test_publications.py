"""A published score comes out the same, whatever the ledger learns afterwards, and every as-of is what was known then."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlite_utils import Database

from kaoping.files import folder, rulebooks
from kaoping.language.language import Language
from kaoping.office.publications import Issue, issue, publications, publish, recomputed
from kaoping.office.session import Session
from ledger.exchange import canonical, content, key_of
from ledger.facts import Decide, Dispatch, Exempt, Fact, Publish, Void
from ledger.migrations import SCHEMA
from ledger.sentences import UserError
from ledger.snapshot import snapshot_of
from ledger.store import Ledger
from scoring.scores.scoring import recompute
from tests.laws.test_laws import scores
from tests.logs import calendar, ledger_of, report_of, rulebook, source, translated
from tests.oracle import oracle
from tests.oracle.histories import history, year_history
from tests.oracle.test_oracle import sheet_of

DAY = 86_400_000
LATER = 10_000  # events that come after the publications


def session(path: Path) -> Session:
    return Session(path=path, rulebook="ganxian-2023", language=Language("en"))


def issued(ledger: Ledger, period: str, as_of: int) -> Issue:
    scoring = recompute(snapshot_of(ledger, ledger.head().position), rulebook(), calendar(), as_of)
    return issue(scoring, period, provisional=False)


def refused(*_: object) -> Any:
    raise AssertionError("a publication is issued again from the ledger alone")


def later_facts(count: int) -> Iterator[Fact]:
    """Facts of other tickets of the same units, and some of the same months."""
    seed = 900
    while count > 0:
        for fact in translated([raw for raw in history(seed).facts if raw["kind"] != "void"]):
            if fact.kind not in ("enrol",):
                yield attrs.evolve(
                    fact, ticket=None if fact.ticket is None else f"L{seed}-{fact.ticket}", id=f"L{seed}-{count}"
                )
                count -= 1
        seed += 1


@pytest.mark.slow
def test_a_published_year_is_issued_again_identical(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, path = year_history(11), tmp_path / "kaoping.db"
    facts = translated(log.facts)
    year = int(log.period[:4])
    end = log.as_of_ms + 400 * DAY
    with ledger_of(path, facts, recorded_at=end) as ledger:
        for period in (*(f"{year}-{month:02d}" for month in range(1, 13)), f"{year}-Q1", str(year)):
            if "Q" not in period:
                publish(ledger, issued(ledger, period, end), end)
    monkeypatch.setattr(folder, "rulebook", refused)
    monkeypatch.setattr(folder, "working_days", refused)

    def again(where: Path, upto: int | None = None) -> list[str]:
        with Ledger(where) as ledger:
            ledger.verify()
            found = publications(ledger, upto or ledger.head().position)
            told = [recomputed(session(where), ledger, one) for one in found]
            assert [one.publication.fact.period for one in told if not one.identical] == []
            return [one.issue.text for one in told]

    first = again(path)
    assert len(first) == 13
    rng = random.Random(11)
    with Ledger(path) as ledger:
        more = list(later_facts(LATER))
        assert ledger.append(source(more, "later.jsonl"), end + DAY).events_added >= LATER
    assert again(path) == first
    with Ledger(path) as ledger:
        alone = [fact for fact in facts if not isinstance(fact, Void) and fact.id is None]
        voids: list[Fact] = [
            Void(at=end, key=key_of(content(fact), 1), reason="录错") for fact in rng.sample(alone, k=200)
        ]
        ledger.append(source(voids, "voids.jsonl"), end + 2 * DAY)
        now = recompute(snapshot_of(ledger, ledger.head().position), rulebook(), calendar(), end)
        months = issue(now, f"{year}-05", provisional=False)
        assert months.digest != publications(ledger, ledger.head().position, f"{year}-05")[-1].fact.digest
    assert again(path) == first
    mixed = facts[:]
    rng.shuffle(mixed)
    with Ledger(path) as ledger:
        for part in range(3):
            ledger.append(source(mixed[part::3], f"again-{part}.jsonl"), end + 3 * DAY)
    assert again(path) == first
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("vacuum")
    db.close()
    assert again(path) == first
    shutil.copyfile(path, tmp_path / "copy.db")
    assert again(tmp_path / "copy.db") == first


def test_a_publication_from_another_ledger_is_told_so(tmp_path: Path) -> None:
    log = history(402)
    facts = translated(log.facts)
    with ledger_of(tmp_path / "one.db", facts) as one, ledger_of(tmp_path / "other.db", facts[1:]) as other:
        told = publish(one, issued(one, log.period, log.as_of_ms), log.as_of_ms)
        other.append(source([told.fact], "export.jsonl"), log.as_of_ms)
        (found,) = publications(other, other.head().position)
        with pytest.raises(Exception, match=r"does not hold|another ledger"):
            recomputed(session(tmp_path / "other.db"), other, found)


def test_an_older_file_comes_forward_and_verifies(tmp_path: Path) -> None:
    """A file with the tables of the first migration alone, its hashes as they were made then."""
    log, path = history(403), tmp_path / "new.db"
    facts = translated(log.facts)
    cut = len(facts) // 2
    old = Database(tmp_path / "old.db")
    old.execute("pragma application_id = 1264676720")
    SCHEMA.apply(old, stop_before="m002_checkpoints_and_texts")
    with ledger_of(path, facts[:cut], facts[cut:]) as ledger:
        head, expected = ledger.head(), ledger.verify().root
        for name in ("events", "batches", "quarantine"):
            columns = ", ".join(column.name for column in old[name].columns)
            for row in ledger._db.execute(f"select {columns} from {name} order by rowid"):
                old.execute(f"insert into {name} ({columns}) values ({','.join('?' * len(row))})", row)
    old.conn.commit()
    assert "checkpoints" not in old.table_names()
    old.close()
    with Ledger(tmp_path / "old.db") as ledger:
        told = ledger.verify()
        assert (told.hash, told.root, told.attested_to) == (head.hash, expected, 0)
        one = publish(ledger, issued(ledger, log.period, log.as_of_ms), log.as_of_ms)
        assert ledger.verify().position == head.position + 1
        assert recomputed(session(path), ledger, one).identical


def test_what_is_asked_more_of_rulebooks_since_then_is_not_asked_of_a_published_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, path = history(403), tmp_path / "kaoping.db"
    with ledger_of(path, translated(log.facts)) as ledger:
        one = publish(ledger, issued(ledger, log.period, log.as_of_ms), log.as_of_ms)
        monkeypatch.setattr(rulebooks, "mistakes_of", lambda _: [("sheets[0]", "is not done like this any more")])
        with pytest.raises(UserError):
            rulebook()
        assert recomputed(session(path), ledger, one).identical


def test_another_version_that_scores_otherwise_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = history(404)
    with ledger_of(tmp_path / "kaoping.db", translated(log.facts)) as ledger:
        one = publish(ledger, issued(ledger, log.period, log.as_of_ms), log.as_of_ms)
        monkeypatch.setattr(
            "scoring.scores.sheets.half_up", lambda number, digits=2: number.__class__(int(number * 10), 10)
        )
        told = recomputed(session(tmp_path / "kaoping.db"), ledger, one)
        assert not told.identical
        assert told.changes


class KnownThen(RuleBasedStateMachine):
    """Imports, voids, decisions and publications in any order, against a plain list of what came when, scored by the oracle."""

    folder: Path
    seeds = st.integers(400, 460)

    @initialize(seed=seeds)
    def start(self, seed: int) -> None:
        self.log = history(seed)
        self.waiting = [fact for fact in translated(self.log.facts) if not isinstance(fact, Void)]
        random.Random(seed).shuffle(self.waiting)
        self.number = 0
        self.learned: list[Fact] = []
        self.path = self.folder / f"{uuid4().hex}.db"
        self.ledger = Ledger(self.path, create=True)
        self.grow(self.waiting[:60])
        self.waiting = self.waiting[60:]

    def grow(self, facts: list[Fact]) -> None:
        self.number += 1
        self.ledger.append(source(facts, f"{self.number}.jsonl"), self.number)
        self.learned = [event.fact for event in self.ledger.events()]

    @precondition(lambda self: self.waiting)
    @rule(count=st.integers(1, 80))
    def bring(self, count: int) -> None:
        self.grow(self.waiting[:count])
        self.waiting = self.waiting[count:]

    @rule(place=st.integers(0, 10_000))
    def void(self, place: int) -> None:
        keys = [event.key for event in self.ledger.events()]
        self.grow([Void(at=self.log.as_of_ms, key=keys[place % len(keys)], reason=f"录错 {self.number}")])

    @rule(place=st.integers(0, 10_000), about=st.sampled_from(["return", "extend", "exempt"]), granted=st.booleans())
    def decide(self, place: int, about: str, granted: bool) -> None:
        sent = [fact for fact in self.learned if isinstance(fact, Dispatch)]
        for one in sent[place % len(sent) :][:1] if sent else ():
            at = one.at + self.number * 3_600_000
            self.grow([
                Exempt(at=at, ticket=one.ticket, unit=one.unit, item="closing", reason="系统故障"),
                Decide(at=at + 1, ticket=one.ticket, unit=one.unit, about=about, granted=granted),
            ])  # fmt: skip

    @rule()
    def publish(self) -> None:
        if any(isinstance(fact, Dispatch) for fact in self.learned):
            publish(self.ledger, issued(self.ledger, self.log.period, self.log.as_of_ms), self.number)
            self.learned = [event.fact for event in self.ledger.events()]

    @rule(place=st.integers(1, 10_000))
    def look_back(self, place: int) -> None:
        position = place % len(self.learned) + 1
        then = recompute(snapshot_of(self.ledger, position), rulebook(), calendar(), self.log.as_of_ms)
        rest = [fact for fact in self.learned[:position] if not isinstance(fact, Publish)]
        with ledger_of(self.folder / f"{uuid4().hex}.db", rest) as plain:
            assert scores(then, self.log) == scores(report_of(plain, None, self.log.as_of_ms), self.log)
        told = oracle.month(self.model(position), oracle.Readings(), self.log.period, self.log.as_of_ms)
        month = int(self.log.period.replace("-", ""))
        for sheet in then.sheets(then.evidence([month])[month]):
            wanted = {
                unit: (one.score, one.basis, one.rank, one.group, dict(one.items))
                for unit, one in told[sheet.sheet.id].items()
            }
            assert sheet_of(sheet) == wanted

    def model(self, position: int) -> list[dict[str, Any]]:
        """The plain list of what was known: facts as they are exported, a void naming the place of its target in it."""
        events = [event for event in self.ledger.events(position) if not isinstance(event.fact, Publish)]
        while True:  # a void of what is not known has no effect
            places = {event.key: place for place, event in enumerate(events)}
            kept = [event for event in events if not isinstance(event.fact, Void) or event.fact.key in places]
            if len(kept) == len(events):
                break
            events = kept
        raw = [canonical(event.fact) for event in events]
        return [{**one, "key": places[str(one["key"])]} if one["kind"] == "void" else one for one in raw]

    @rule()
    def issue_again(self) -> None:
        self.ledger.verify()
        for one in publications(self.ledger, self.ledger.head().position)[-2:]:
            assert recomputed(session(self.path), self.ledger, one).identical

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.close()


@pytest.mark.parametrize("examples", [3, pytest.param(25, marks=pytest.mark.slow)])
def test_every_as_of_is_what_was_known_then(tmp_path: Path, examples: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    machine = type("Machine", (KnownThen,), {"folder": tmp_path})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
