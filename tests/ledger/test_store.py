"""The ledger: it only grows, all of an import or none of it, and whoever changes it behind our back is seen."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from calendars.instants import read_iso
from ledger.batches import Event, Source
from ledger.exchange import canonical, content, from_content, identity, key_of, read_fact  # fmt: skip
from ledger.facts import KINDS, Close, Contact, Dispatch, Enrol, Fact, Finding, Sign, Void  # fmt: skip
from ledger.files import APPLICATION, MIGRATIONS
from ledger.migrations import SCHEMA
from ledger.proof.chain import entry
from ledger.proof.tree import Tree, leaf_hash
from ledger.sentences import DamagedLedger, LedgerError, NoLedger, NotALedger
from ledger.snapshot import standing
from ledger.store import AT_ONCE, FEW, Ledger
from ledger.texts import UNSEEN

DAY = read_iso("2023-05-04T09:00:00+08:00")
SIGN = Sign(at=DAY, ticket="GX-1", unit="茅店镇")
PRAISE = Finding(at=DAY, unit="茅店镇", item="praise")


def source(*facts: Fact, name: str = "a.csv", first_row: int = 2, **more: Any) -> Source:
    rows = [(row, fact) for row, fact in enumerate(facts, first_row)]
    quarantined = more.get("quarantined", ())
    counted = len(facts) + len(quarantined) + more.get("ignored", 0) + more.get("repeated", 0)
    return Source(name=name, sha256="0" * 64, profile="events", rows=counted, facts=rows, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kaoping.db"


@pytest.fixture
def ledger(path: Path) -> Any:
    with Ledger(path, create=True) as opened:
        yield opened


def facts_of(ledger: Ledger) -> list[Fact]:
    return [event.fact for event in ledger.events()]


# appending


def test_the_rows_add_up(ledger: Ledger) -> None:
    batch = ledger.append(source(SIGN, PRAISE, ignored=3, repeated=2, quarantined=[(9, "{}", "[]")]), 1000)
    assert (batch.rows, batch.accepted, batch.known, batch.quarantined, batch.ignored) == (8, 2, 2, 1, 3)
    assert (batch.number, batch.events_added, batch.last_position) == (1, 2, 2)
    assert ledger.quarantine(1) == [(9, "{}", "[]")]
    assert ledger.batches() == (batch,)


def test_rows_that_do_not_add_up_are_refused_whole(ledger: Ledger) -> None:
    with pytest.raises(AssertionError, match="do not add up"):
        ledger.append(attrs.evolve(source(SIGN), rows=5), 1000)
    assert (ledger.head().position, ledger.batches()) == (0, ())


def test_all_of_an_import_or_none_of_it(ledger: Ledger) -> None:
    ledger.append(source(SIGN), 1000)
    broken = source(PRAISE, quarantined=[(1, "{}", "[]"), (2, None, "[]")])
    with pytest.raises(LedgerError):
        ledger.append(broken, 2000)
    assert (ledger.head().position, len(ledger.batches())) == (1, 1)
    assert ledger.append(source(PRAISE), 3000).last_position == 2
    assert ledger.verify().position == 2


def test_a_rehearsal_tells_but_keeps_nothing(ledger: Ledger) -> None:
    assert ledger.append(source(SIGN), 1000, keep=False).events_added == 1
    assert (ledger.head().position, ledger.batches()) == (0, ())


def test_two_identical_lines_of_one_file_are_two_facts(ledger: Ledger) -> None:
    assert ledger.append(source(PRAISE, PRAISE), 1000).events_added == 2
    again = ledger.append(source(PRAISE, PRAISE, name="again.csv"), 2000)
    assert (again.events_added, again.known) == (0, 2)
    assert ledger.append(source(PRAISE, PRAISE, PRAISE), 3000).events_added == 1


def test_an_overlapping_file_adds_only_what_is_new(ledger: Ledger) -> None:
    days = [Contact(at=DAY + day, ticket="GX-1") for day in range(6)]
    ledger.append(source(*days[:4]), 1000)
    second = ledger.append(source(*days[2:]), 2000)
    assert (second.accepted, second.known) == (2, 2)
    assert facts_of(ledger) == days


def test_the_order_of_a_file_does_not_change_what_is_known(tmp_path: Path) -> None:
    facts = [SIGN, PRAISE, PRAISE, Close(at=DAY, ticket="GX-1")]
    keys = []
    for name, order in (("one", facts), ("two", facts[::-1])):
        with Ledger(tmp_path / name, create=True) as ledger:
            ledger.append(source(*order), 1000)
            keys.append({event.key for event in ledger.events()})
    assert keys[0] == keys[1]


def test_a_sources_own_row_ids(ledger: Ledger) -> None:
    first, second = attrs.evolve(PRAISE, id="1"), attrs.evolve(PRAISE, id="2")
    assert ledger.append(source(first, second), 1000).events_added == 2
    assert ledger.append(source(second, first, first), 2000).events_added == 0


# two clocks


def test_as_of_a_position_and_a_time(ledger: Ledger) -> None:
    ledger.append(source(SIGN, PRAISE), 1000)
    ledger.append(source(Close(at=DAY, ticket="GX-1")), 2000)
    assert [ledger.position_at(moment) for moment in (999, 1000, 1999, 2000, 9999)] == [0, 2, 2, 3, 3]
    assert [ledger.recorded_at(position) for position in (1, 2, 3)] == [1000, 1000, 2000]
    assert [event.position for event in ledger.events(2)] == [1, 2]
    assert ledger.head(2) == ledger.head(2) != ledger.head()
    assert [event.fact for event in ledger.events(ticket="GX-1", kinds=("close",))] == [Close(at=DAY, ticket="GX-1")]
    positions, keys, texts = ledger.texts(2)
    assert [(positions[0], keys[0].hex(), texts[0])] == [(1, key_of(content(SIGN), 1), content(SIGN))]


def test_a_clock_that_was_put_back_does_not_put_events_before_earlier_ones(ledger: Ledger) -> None:
    ledger.append(source(SIGN), 5000)
    assert ledger.append(source(PRAISE), 1000).recorded_at == 5000
    assert ledger.position_at(4999) == 0


def test_the_head_of_a_part_is_the_head_it_had(ledger: Ledger) -> None:
    ledger.append(source(SIGN), 1000)
    then = ledger.head()
    ledger.append(source(PRAISE), 2000)
    assert ledger.head(1) == then


# voids


def test_a_void_and_the_void_of_a_void(ledger: Ledger) -> None:
    def stands() -> list[Event]:
        return standing(ledger, ledger.head().position, ("finding",))

    ledger.append(source(PRAISE), 1000)
    (praise,) = ledger.events()
    ledger.append(source(Void(at=DAY, key=praise.key, reason="录错")), 2000)
    assert stands() == []
    void = list(ledger.events())[-1]
    ledger.append(source(Void(at=DAY, key=void.key, reason="没录错")), 3000)
    assert [event.key for event in stands()] == [praise.key]
    assert standing(ledger, 2, ("finding",)) == []


def test_a_void_may_come_before_what_it_voids(ledger: Ledger) -> None:
    ledger.append(source(Void(at=DAY, key=key_of(content(PRAISE), 1), reason="重复")), 1000)
    ledger.append(source(PRAISE, PRAISE), 2000)
    assert [event.position for event in standing(ledger, 3, ("finding",))] == [3]


# nobody changes it


@pytest.mark.parametrize("table", ["events", "batches", "quarantine"])
@pytest.mark.parametrize("act", ["update {} set {} = {}", "delete from {}"])
def test_triggers_refuse(ledger: Ledger, path: Path, table: str, act: str) -> None:
    ledger.append(source(SIGN, quarantined=[(9, "{}", "[]")]), 1000)
    column = {"events": "row", "batches": "rows", "quarantine": "row"}[table]
    with sqlite3.connect(path) as db, pytest.raises(sqlite3.IntegrityError, match="the ledger only grows"):
        db.execute(act.format(table, column, column))
    db.close()


def edited(path: Path, *statements: str) -> None:
    """What somebody with SQLite at hand can do: the triggers dropped, then anything."""
    with sqlite3.connect(path) as db:
        for table in ("events", "batches", "quarantine"):
            for act in ("update", "delete"):
                db.execute(f"drop trigger if exists {table}_{act}")
        for statement in statements:
            db.execute(statement)
    db.close()


def filled(ledger: Ledger) -> None:
    ledger.append(source(SIGN, PRAISE, quarantined=[(9, '{"a": 1}', "[]")]), 1000)
    ledger.append(source(Close(at=DAY, ticket="GX-1"), quarantined=[(7, "{}", "[]")]), 2000)
    ledger.append(source(PRAISE, Enrol(at=DAY, unit="茅店镇", group="乡镇")), 3000)


COLUMNS = {
    "events": ("position", "key", "kind", "ticket", "fact", "occurrence", "batch", "row", "hash"),
    "batches": (
        "number", "name", "sha256", "profile", "recorded_at", "rows", "accepted", "known", "quarantined", "ignored",
        "events_added", "last_position", "head", "checkpoint",
    ),
    "quarantine": ("batch", "row", "cells", "reasons"),
}  # fmt: skip
NUMBERS = {
    "position", "occurrence", "batch", "row", "number", "recorded_at", "rows", "accepted", "known", "quarantined", "ignored",
    "events_added", "last_position",
}  # fmt: skip


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in COLUMNS for column in COLUMNS[table]])
def test_an_edit_of_any_column_is_seen(ledger: Ledger, path: Path, table: str, column: str) -> None:
    filled(ledger)
    (first,) = ledger._db.execute(f"select min(rowid) from {table}").fetchone()
    value = (
        f"{column} + 100"
        if column in NUMBERS
        else "randomblob(32)"
        if column in ("key", "hash", "head", "checkpoint")
        else "'x'"
    )
    if column == "fact":
        value = "replace(fact, '茅店镇', '江口镇')"
    edited(path, f"update {table} set {column} = {value} where rowid = {first}")
    with pytest.raises(DamagedLedger):
        ledger.verify()


@pytest.mark.parametrize(
    "statement",
    [
        "delete from events where position = 4",
        "delete from events where position = 2",
        "delete from batches where number = 3",
        "delete from quarantine where batch = 1",
        "insert into quarantine values (2, 8, '{}', '[]')",
        "insert into quarantine values (9, 8, '{}', '[]')",
        "insert into events select position + 100, randomblob(32), kind, ticket, fact, 2, batch, row, hash from events limit 1",
        "insert or replace into events select position, key, kind, ticket, fact, occurrence, batch, 99, hash from events limit 1",
    ],
)
def test_what_is_taken_out_or_put_in_is_seen(ledger: Ledger, path: Path, statement: str) -> None:
    filled(ledger)
    assert ledger.verify().position == 4
    edited(path, statement)
    with pytest.raises(DamagedLedger):
        ledger.verify()


def test_insert_or_replace_passes_the_triggers_but_not_the_chain(ledger: Ledger, path: Path) -> None:
    filled(ledger)
    with sqlite3.connect(path) as db:  # recursive_triggers is off by default: the delete trigger does not fire
        db.execute(
            "insert or replace into events select position, key, kind, ticket, fact, occurrence, batch, 99, hash from events limit 1"
        )
    db.close()
    with pytest.raises(DamagedLedger, match=r"event 1 .*row 99"):
        ledger.verify()


# opening


def test_there_is_no_ledger_where_there_is_none(path: Path) -> None:
    with pytest.raises(NoLedger):
        Ledger(path)
    assert not path.exists()


def test_an_empty_file_becomes_a_ledger(path: Path) -> None:
    path.touch()
    with Ledger(path, create=True) as ledger:
        ledger.append(source(SIGN), 1000)
    with Ledger(path) as ledger:
        assert ledger.verify().position == 1


def test_a_ledger_is_made_whole_and_alone(path: Path) -> None:
    Ledger(path, create=True).close()
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    db = Database(path)
    assert SCHEMA.pending(db) == []
    assert db.execute("pragma application_id").fetchone() == (APPLICATION,)
    assert {table.name for table in db.tables if table.strict} >= {"events", "batches", "quarantine"}
    db.close()


def test_what_is_no_ledger(path: Path) -> None:
    path.write_text("no database" * 1000, "utf-8")
    with pytest.raises(NotALedger):
        Ledger(path)
    with pytest.raises(NoLedger):
        Ledger(path.parent / "nowhere" / "kaoping.db", create=True)


# canonical texts

INSTANTS = st.integers(read_iso("1990-01-01T00:00:00+00:00"), read_iso("2100-12-31T00:00:00+00:00"))
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
    lambda text: text == text.strip() != "" and not UNSEEN.search(text)
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "at": INSTANTS, "due_at": INSTANTS, "until": INSTANTS, "as_of": INSTANTS, "seq": st.integers(-(2**40), 2**40),
    "limit_halves": st.integers(1, 200), "halves": st.integers(1, 200), "count": st.integers(1, 99),
    "anonymous": st.booleans(), "provisional": st.booleans(), "granted": st.booleans(), "late": st.booleans(), "contacted": st.booleans(),
    "untold": st.sampled_from(["sign", "contact seal=full"]), "assumed": st.just(True), "mended": st.booleans(),
    "role": st.sampled_from(["lead", "assist"]), "about": st.sampled_from(["return", "extend", "exempt"]),
}  # fmt: skip
NEVER_ABSENT = ("at", "channel", "anonymous", "provisional", "count", "mended")


def value_of(kind: type[Fact], name: str) -> st.SearchStrategy[Any]:
    values = VALUES.get(name, TEXTS)
    needed = name in (*kind.needs, *NEVER_ABSENT) or (kind is Dispatch and name == "role")
    return values if needed else st.none() | values


def fact_of(kind: type[Fact]) -> st.SearchStrategy[Fact]:
    fields: Sequence[str] = [field.name for field in attrs.fields(kind)]
    made: Callable[..., Fact] = kind
    facts = st.fixed_dictionaries({name: value_of(kind, name) for name in fields}).map(lambda values: made(**values))
    if kind.kind == "extend":  # one of the two, never both
        return facts.filter(
            lambda fact: (getattr(fact, "halves", None) is None) != (getattr(fact, "until", None) is None)
        )
    return facts


FACTS = st.sampled_from(KINDS).flatmap(fact_of)


@given(FACTS)
def test_a_fact_is_its_canonical_text(fact: Fact) -> None:
    assert from_content(content(fact)) == fact


@given(FACTS)
def test_what_is_exported_reads_as_the_same_fact(fact: Fact) -> None:
    assert read_fact(canonical(fact)) == fact


@given(FACTS, FACTS)
def test_different_facts_have_different_keys(one: Fact, other: Fact) -> None:
    assert (one == other) == (key_of(content(one), 1) == key_of(content(other), 1))
    assert key_of(content(one), 1) != key_of(content(one), 2)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FACTS, max_size=12), st.lists(st.integers(0, 11), max_size=12))
def test_every_history_verifies_and_comes_back(
    tmp_path_factory: pytest.TempPathFactory, facts: list[Fact], again: list[int]
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("history") / "kaoping.db", create=True)
    repeated = [facts[index] for index in again if index < len(facts)]
    ledger.append(source(*facts), 1000)
    ledger.append(source(*repeated, *facts), 2000)
    assert ledger.verify().hash == ledger.head().hash
    times = {fact: 1 if fact.id is not None else (repeated + facts).count(fact) for fact in facts}
    expected = {key_of(content(fact), n) for fact, count in times.items() for n in range(1, count + 1)}
    assert {event.key for event in ledger.events()} == expected
    ledger.close()


def test_a_file_is_brought_forward_by_every_migration_there_is() -> None:
    assert [migration.name for migration in SCHEMA._migrations] == list(MIGRATIONS)


# in batches


HARD = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(('"', "\\", '","ticket":"x', '{"kind":"dispatch"', ',"seq":1', '"role":"lead"')),
)


@given(st.sampled_from(KINDS), st.data())
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_a_canonical_text_is_json_with_its_keys_sorted(kind: type[Fact], data: st.DataObject) -> None:
    values: dict[str, Any] = data.draw(st.fixed_dictionaries({field.name: HARD for field in attrs.fields(kind)}))
    at, granted = data.draw(st.integers(-(2**62), 2**62)), data.draw(st.booleans())
    fact = kind(**values | {"at": at} | ({"granted": granted} if "granted" in values else {}))
    told = {"kind": fact.kind} | {name: value for name, value in attrs.asdict(fact).items() if value is not None}
    assert content(fact) == json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    whole = {"role": "lead", **told} if fact.kind == "dispatch" else told
    assert identity(content(fact)) == json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@pytest.mark.parametrize("before", [0, 1, FEW + 500])
def test_a_large_batch_and_many_small_ones_make_the_same_ledger(tmp_path: Path, before: int) -> None:
    """Indexes are made anew where a batch is most of the ledger, and events are hashed thousands at once."""
    facts = [Sign(at=DAY + n, ticket=f"GX-{n % 700}", unit="茅店镇") for n in range(AT_ONCE + FEW + 7)]
    with Ledger(tmp_path / "one.db", create=True) as one:
        for part in (facts[:before], facts[before:]):
            one.append(source(*part), 1000)
        verified, schema = (
            one.verify(),
            [*Database(tmp_path / "one.db").query("select name, sql from sqlite_master order by 1")],
        )
        assert verified.position == len(facts)
        assert facts_of(one) == facts
        assert one.append(source(*facts), 1000).events_added == 0
        tree = Tree([leaf_hash(entry) for entry in entries(tmp_path / "one.db")])
        assert tree.root(len(facts)).hex() == verified.root
    with Ledger(tmp_path / "empty.db", create=True):
        assert [*Database(tmp_path / "empty.db").query("select name, sql from sqlite_master order by 1")] == schema


def entries(path: Path) -> list[bytes]:
    """What is hashed of each event of a ledger."""
    rows = sqlite3.connect(path).execute("select position, batch, row, occurrence, fact from events order by position")
    return [entry(*row) for row in rows]


def test_a_batch_that_fails_leaves_the_indexes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = [Sign(at=DAY + n, ticket="GX-1", unit="茅店镇") for n in range(FEW + 1)]
    with Ledger(path, create=True) as ledger:
        before = [*Database(path).query("select * from sqlite_master")]
        with monkeypatch.context() as broken:
            broken.setattr("ledger.store.Ledger._keep_texts", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                ledger.append(source(*facts), 1000)
        assert [*Database(path).query("select * from sqlite_master")] == before
        assert ledger.append(source(*facts), 1000).events_added == len(facts)
        ledger.verify()
