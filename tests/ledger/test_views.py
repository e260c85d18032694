"""The views of a ledger's file say what Kaoping says, on old ledgers too; nothing is written through one, and the pages' queries run."""

import gzip
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.batches import Source
from ledger.exchange import content, key_of
from ledger.facts import KINDS, Alias, Dispatch, Enrol, Fact, Void
from ledger.files import MIGRATIONS, opened_to_read
from ledger.sentences import DamagedLedger
from ledger.store import Ledger
from ledger.voids import voided_keys

ROOT = Path(__file__).parents[2]
VIEWS = ("voided", "aliases", "facts", "current_facts", "tickets", "units", "imports", "publications")
AT = 1683162600250  # 2023-05-04 09:10:00.250


def source(*facts: Fact) -> Source:
    return Source(name="a.csv", sha256="0" * 64, profile="events", rows=len(facts), facts=list(enumerate(facts, 1)))


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with a dispatch under an alias, one taken back, and a void taken back."""
    sent, wrong, back = (Dispatch(at=AT, ticket=f"GX-{n}", unit="茅店镇人民政府", limit_halves=5) for n in (1, 2, 3))
    void = Void(at=AT, key=key_of(content(wrong), 1), reason="误记")
    other = Void(at=AT, key=key_of(content(back), 1), reason="误记")
    again = Void(at=AT, key=key_of(content(other), 1), reason="没有误记")
    with Ledger(tmp_path / "kaoping.db", create=True) as ledger:
        ledger.append(source(Enrol(at=AT, unit="茅店镇", group="乡镇"), sent, wrong, back), AT)
        ledger.append(source(Alias(at=AT, unit="茅店镇", name="茅店镇人民政府"), void, other, again), AT + 1000)
    return tmp_path / "kaoping.db"


def test_facts_are_told_by_name_and_in_local_time(path: Path) -> None:
    told = rows(
        path,
        "select word, at, ticket, unit, limit_days, at_ms, file, recorded_at from current_facts where kind = 'dispatch'",
    )
    assert told == [
        ("派单", "2023-05-04 09:10:00", ticket, "茅店镇", 2.5, AT, "a.csv", "2023-05-04 09:10:00")
        for ticket in ("GX-1", "GX-3")
    ]
    assert rows(path, 'select unit, "group", aliases from units') == [("茅店镇", "乡镇", "茅店镇人民政府")]
    assert rows(path, "select ticket, dispatches, units from tickets") == [("GX-1", 1, "茅店镇"), ("GX-3", 1, "茅店镇")]
    assert rows(path, "select number, file, recorded_at, rows from imports")[1] == (
        2,
        "a.csv",
        "2023-05-04 09:10:01",
        4,
    )


def test_every_kind_has_its_word() -> None:
    sql = (ROOT / "ledger" / "views.sql").read_text("utf-8")
    for kind in KINDS:
        assert f"when '{kind.kind}' then '{kind.word}'" in sql


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_written_through_a_view(path: Path, view: str) -> None:
    before = rows(path, f"select * from {view}")
    with closing(sqlite3.connect(path)) as db:
        (column, *_) = [row[0] for row in db.execute(f"select * from {view} limit 0").description or [("key",)]]
        for act in (
            f"delete from {view}",
            f"update {view} set {column} = null",
            f"insert into {view} ({column}) values (null)",
        ):
            with pytest.raises(sqlite3.OperationalError, match="it is a view"):
                db.execute(act)
    assert rows(path, f"select * from {view}") == before


@pytest.mark.parametrize(
    "act",
    [
        "drop view tickets",
        "create trigger t instead of insert on tickets begin select 1; end",
        "create view more as select 1",
    ],
)
def test_a_view_that_was_changed_is_seen(path: Path, act: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(act)
    with Ledger(path) as ledger, pytest.raises(DamagedLedger):
        ledger.verify()


NAMES = st.sampled_from("甲乙丙丁戊")
ACTS = st.lists(
    st.one_of(
        st.builds(lambda unit: Enrol(at=AT, unit=unit, group="乡镇"), NAMES),
        st.builds(lambda unit, name: Alias(at=AT, unit=unit, name=name), NAMES, NAMES),
        st.integers(0, 40),
    ),
    max_size=14,
)


def history(acts: list[Fact | int]) -> list[Fact]:
    """The acts, a number being a void of the fact at that place, whatever it is."""
    facts: list[Fact] = []
    for number, act in enumerate(acts):
        if isinstance(act, Fact):
            facts.append(act)
        elif facts:
            key = key_of(content(facts[act % len(facts)]), 1)
            facts.append(Void(at=AT + number, key=key, reason="误记"))
    return facts


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ACTS, st.randoms())
def test_what_is_voided_and_what_a_name_means(acts: list[Fact | int], order: Any) -> None:
    facts = history(acts)
    order.shuffle(facts)  # a void may come before what it voids
    with Ledger(":memory:", create=True) as ledger:
        ledger.append(source(*facts), AT)
        db = ledger._db
        gone = voided_keys(ledger.events(kinds=("void",)))
        assert {key for (key,) in db.execute("select key from voided")} == gone
        assert dict(db.execute("select name, unit from aliases")) == ledger.names()
        standing = [event.position for event in ledger.events() if event.key not in gone]
        assert [
            position for (position,) in db.execute("select position from current_facts order by position")
        ] == standing


# older ledgers


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A ledger of an earlier version, as it was left."""
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress((ROOT / "tests" / "fixtures" / "published.db.gz").read_bytes()))
    return path


def views(db: sqlite3.Connection) -> set[str]:
    return {name for (name,) in db.execute("select name from sqlite_master where type = 'view'")}


def hashes(path: Path) -> list[tuple[Any, ...]]:
    return rows(path, "select position, hash from events") + rows(path, "select number, checkpoint from batches")


def test_an_old_ledger_gets_them_and_keeps_its_hashes(old: Path) -> None:
    before = hashes(old)
    with Ledger(old) as ledger:
        assert ledger.verify().position == len(rows(old, "select * from facts"))
    assert hashes(old) == before
    with closing(sqlite3.connect(old)) as db:
        assert views(db) == {*VIEWS}
    assert rows(old, "select count(*) from publications")[0][0] == 11


def test_a_ledger_that_may_only_be_read_is_read_without(old: Path) -> None:
    before = old.read_bytes()
    with closing(opened_to_read(old)) as db:
        assert [name for (name,) in db.execute("select name from _sqlite_migrations order by id")] == list(MIGRATIONS)
    assert old.read_bytes() == before
    with closing(sqlite3.connect(f"file:{old}?mode=ro", uri=True)) as db:
        assert views(db) == set()


# the pages


def queries(page: str) -> Iterator[str]:
    text = (ROOT / "docs" / page).read_text("utf-8")
    yield from re.findall(r"^```sql\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["views.md", "views.zh-CN.md"])
def test_the_queries_of_the_page_run(path: Path, page: str) -> None:
    found = list(queries(page))
    assert found == list(queries("views.md"))
    assert len(found) >= 6
    text = (ROOT / "docs" / page).read_text("utf-8")
    assert all(f"| `{view}` |" in text for view in VIEWS)
    for sql in found:
        with closing(sqlite3.connect(path)) as db:
            db.execute(sql).fetchall()
