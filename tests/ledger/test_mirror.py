"""Rows kept beside a ledger give what deriving gives: after every import, void and decision, for every month and ticket."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs
import pytest

from ledger.exchange import content, key_of
from ledger.facts import Decide, Exempt, Fact, Void
from ledger.mirror import Mirror, path_of
from ledger.sentences import DamagedLedger, NoLedger
from ledger.snapshot import outline_of, snapshot_of
from ledger.store import Ledger
from scoring.explain.ticket import audit
from scoring.scores import mirrored
from scoring.scores.evidence import Evidence, months_of
from scoring.scores.scoring import Scoring, recompute, when_asked
from tests.kaoping.test_cli import Run, may, run
from tests.logs import calendar, ledger_of, rulebook, source, translated
from tests.oracle.covered import covered
from tests.oracle.histories import history

__all__ = ["may", "run"]


@pytest.fixture(autouse=True)
def _always_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirrored, "LEAST", 0)
    monkeypatch.setattr(mirrored, "OFTEN", 1)


def pair(ledger: Ledger, as_of: int) -> tuple[Scoring, Scoring]:
    """The report that derives, and the one that reads kept rows."""
    book, days, seen = rulebook(), calendar(), snapshot_of(ledger, ledger.head().position)
    rows = mirrored.rows_now(ledger, seen.head, book, days, "test", make=True)
    assert rows is not None
    return recompute(seen, book, days, as_of), when_asked(seen, book, days, as_of, rows)


def plain(month: Evidence) -> Any:
    """Everything of a month, without what is merely empty."""
    told = {field.name: getattr(month, field.name) for field in attrs.fields(Evidence)}
    told["breaches"] = {place: list(charges) for place, charges in month.breaches.items() if charges}
    told["exempted"] = list(month.exempted)
    told["findings"] = {unit: list(charges) for unit, charges in month.findings.items()}
    told["every_finding"] = {unit: list(charges) for unit, charges in month.every_finding.items()}
    return told


def months(scoring: Scoring) -> list[int]:
    frame = scoring.derived.verdicts.select("month").unique().collect()
    return sorted(month for (month,) in frame.rows() if month is not None)


def agree(ledger: Ledger, as_of: int, tickets: Sequence[str]) -> None:
    full, kept = pair(ledger, as_of)
    compare(full, kept, as_of, tickets)
    assert kept.mirror is not None
    kept.mirror.close()


def compare(full: Scoring, kept: Scoring, as_of: int, tickets: Sequence[str]) -> None:
    every = months(full)
    wanted = months_of(full.snapshot, full.derived, full.book.practice(), as_of, every, exempts=full.book.exempts)
    found = kept.evidence(every)
    for month in every:
        assert plain(found[month]) == plain(wanted[month])
    for ticket in tickets:
        assert audit(kept, ticket) == audit(full, ticket)
    for part in (full.sheets(wanted[month]) for month in every[:2]):
        assert part
    assert [kept.sheets(found[month]) for month in every[:2]] == [full.sheets(wanted[month]) for month in every[:2]]


@pytest.mark.parametrize(
    "seed",
    [
        500,
        *(pytest.param(n, marks=[pytest.mark.slow, *([pytest.mark.long] if n > 509 else [])]) for n in range(501, 520)),
    ],
)
def test_kept_rows_are_what_deriving_gives(tmp_path: Path, seed: int) -> None:
    rng, log = random.Random(seed), history(seed)
    facts = [fact for fact in translated(log.facts) if not isinstance(fact, Void)]
    rng.shuffle(facts)
    tickets = sorted({fact.ticket for fact in facts if fact.ticket is not None and fact.kind == "dispatch"})
    cut = len(facts) // 2
    with ledger_of(tmp_path / "kaoping.db", facts[:cut]) as ledger:
        agree(ledger, log.as_of_ms, rng.sample(tickets, k=min(5, len(tickets))))
        for number, more in enumerate(steps(rng, facts, cut, log.as_of_ms)):
            ledger.append(source(more, f"{number}.jsonl"), number + 1)
            agree(ledger, log.as_of_ms - rng.choice((0, 86_400_000)), rng.sample(tickets, k=min(5, len(tickets))))


def test_what_is_untold_is_kept_as_it_is_derived(tmp_path: Path) -> None:
    """Also where the first ticket of which a source tells less comes after others of which everything is told."""
    log = covered(3)
    facts = translated(log.facts)
    lacking = {fact.ticket for fact in facts if getattr(fact, "untold", None)}
    told, rest = (
        [fact for fact in facts if (getattr(fact, "ticket", None) in lacking) == side] for side in (False, True)
    )
    assert rest
    with ledger_of(tmp_path / "l.db", told) as ledger:
        agree(ledger, log.as_of_ms, ())
        ledger.append(source(rest), log.as_of_ms)
        agree(ledger, log.as_of_ms, ())


def steps(rng: random.Random, facts: Sequence[Fact], cut: int, at: int) -> list[list[Fact]]:
    """More facts, voids, a void of a void, exemptions and decisions."""
    sent = [fact for fact in facts if fact.kind == "dispatch"]
    gone = Void(at=at, key=key_of(content(rng.choice(facts[:cut])), 1), reason="录错")
    one = rng.choice(sent)
    assert one.ticket is not None
    exempt = Exempt(at=one.at + 1, ticket=one.ticket, unit=one.unit, item="closing", reason="系统故障")
    return [
        list(facts[cut : cut + 20]),
        [gone, Void(at=at, key=key_of(content(facts[-1]), 1), reason="先作废，后到")],
        [exempt],
        list(facts[cut + 20 :]),
        [Void(at=at, key=key_of(content(gone), 1), reason="没有录错")],
        [Decide(at=one.at + 2, ticket=one.ticket, unit=one.unit, about="exempt", granted=False)],
    ]


def test_a_kept_file_that_is_no_use_is_not_used(tmp_path: Path) -> None:
    log = history(501)
    facts = translated(log.facts)
    with ledger_of(tmp_path / "kaoping.db", facts) as ledger:
        seen, path = snapshot_of(ledger, ledger.head().position), path_of(ledger.path)
        for data in (b"", b"no database at all" * 100):
            path.write_bytes(data)
            assert Mirror(path).basis() is None
            agree(ledger, log.as_of_ms, [])
        assert mirrored.rows_now(ledger, seen.head, rulebook(), calendar(), "another version", make=False) is None
        path.unlink()
        path.mkdir()
        assert mirrored.rows_now(ledger, seen.head, rulebook(), calendar(), "test", make=True) is None


def test_a_kept_file_that_breaks_while_it_is_read_is_left(tmp_path: Path) -> None:
    log = history(501)
    with ledger_of(tmp_path / "kaoping.db", translated(log.facts)) as ledger:
        full, kept = pair(ledger, log.as_of_ms)
        assert kept.mirror is not None
        kept.mirror._open[0].execute("drop table groups")
        every = months(full)
        assert kept.sheets(kept.evidence(every)[every[0]]) == full.sheets(full.evidence(every)[every[0]])


def test_what_another_process_writes_meanwhile_is_not_seen(tmp_path: Path) -> None:
    log = history(502)
    facts = translated(log.facts)
    with ledger_of(tmp_path / "kaoping.db", facts[:-30]) as ledger:
        _, kept = pair(ledger, log.as_of_ms)
        assert kept.mirror is not None
        before = [kept.mirror.group(name) for name in kept.mirror.names()]
        ledger.append(source(facts[-30:], "more.jsonl"), 1)
        seen = snapshot_of(ledger, ledger.head().position)
        other = mirrored.rows_now(ledger, seen.head, rulebook(), calendar(), "test", make=True)
        assert other is None, "the file is being read: the other derives in memory"
        assert [kept.mirror.group(name) for name in kept.mirror.names()] == before


def test_rows_of_another_ledger_are_made_anew(tmp_path: Path) -> None:
    log = history(502)
    facts = translated(log.facts)
    with ledger_of(tmp_path / "kaoping.db", facts) as ledger:
        _, made = pair(ledger, log.as_of_ms)
        assert made.mirror is not None
        made.mirror.close()
    for old in tmp_path.glob("kaoping.db*"):
        if not old.name.endswith(".kept"):
            old.unlink()
    with ledger_of(tmp_path / "kaoping.db", facts[::-1]) as ledger:
        agree(ledger, log.as_of_ms, [])


# what somebody else writes into the file

ASKED = (
    ("score", "2023-05"), ("audit", "GX-1"), ("why", "茅店镇", "2023-05"), ("metrics", "2023-05"), ("annual", "2023"),
    ("prove", "GX-1"),
)  # fmt: skip
KINDS = ("word", "value", "swap", "null", "number", "bytes")
Edit = tuple[str, str, str, int]


def edits(path: Path, times: int) -> list[Edit]:
    """(table, column or "", kind, seed): every column edited in every way, rows deleted and added."""
    with sqlite3.connect(path) as db:
        tables = [name for (name,) in db.execute("select name from sqlite_master where type = 'table' order by name")]
        columns = [(table, row[1]) for table in tables for row in db.execute(f"pragma table_info({table})")]
    db.close()
    rows = [(table, "", kind) for table in tables for kind in ("delete", "insert", "empty", "drop")]
    return [
        (*place, seed)
        for place in [*((*each, kind) for each in columns for kind in KINDS), *rows]
        for seed in range(times)
    ]


def edit(path: Path, one: Edit) -> bool:
    """Whether something was changed by it."""
    table, column, kind, _ = one
    rng = random.Random(str(one))
    db = sqlite3.connect(path, isolation_level=None)
    before = list(db.execute(f"select * from {table}"))
    names = [row[1] for row in db.execute(f"pragma table_info({table})")]
    row, other = rng.choice(before), rng.choice(before)
    here = f"{names[0]} = ?"
    try:
        if column:
            old = row[names.index(column)]
            value = {"swap": other[names.index(column)], "null": None, "number": 7, "bytes": str(old).encode()}.get(
                kind, changed(rng, old) if kind == "word" else f"{old} " if isinstance(old, str) else old + 1
            )
            db.execute(f"update or replace {table} set {column} = ? where {here}", (value, row[0]))
        elif kind == "delete":
            db.execute(f"delete from {table} where {here}", (row[0],))
        elif kind == "insert":
            db.execute(f"insert into {table} values ({', '.join('?' * len(names))})", (f"{row[0]}0", *row[1:]))
        else:
            db.execute(f"{'delete from' if kind == 'empty' else 'drop table'} {table}")
        return kind == "drop" or before != list(db.execute(f"select * from {table}"))
    finally:
        db.close()


def restore(path: Path, data: bytes) -> None:
    """Another file of the same bytes: whoever still has the old one open keeps that."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def changed(rng: random.Random, value: object) -> object:
    """Another value that looks as good: a breach that is none, a number that is another, a hash with two digits swapped."""
    if isinstance(value, int):
        return value - 1
    text = str(value)
    turned = text.replace("true", "false", 1) if rng.random() < 0.5 else text.replace("false", "true", 1)
    place = rng.randrange(len(text))
    return turned if turned != text else text[:place] + ("1" if text[place] != "1" else "2") + text[place + 1 :]


def test_an_edited_file_changes_no_evidence(tmp_path: Path) -> None:
    log = history(501)
    facts = translated(log.facts)
    with ledger_of(tmp_path / "kaoping.db", facts) as ledger:
        full, kept = pair(ledger, log.as_of_ms)
        assert kept.mirror is not None
        kept.mirror.close()
        every, seen, path = months(full), full.snapshot, path_of(ledger.path)
        wanted = {month: plain(evidence) for month, evidence in full.evidence(every).items()}
        sound = path.read_bytes()
        for one in edits(path, 4):
            restore(path, sound)
            if edit(path, one):
                rows = mirrored.rows_now(ledger, seen.head, rulebook(), calendar(), "test", make=False)
                scoring = attrs.evolve(full, mirror=rows)
                found = scoring.evidence(every)
                assert {month: plain(evidence) for month, evidence in found.items()} == wanted, one
                if rows is not None:
                    rows.close()


def test_an_edited_file_is_not_signed_by_what_is_added(tmp_path: Path) -> None:
    log = history(501)
    facts = translated(log.facts)
    with ledger_of(tmp_path / "kaoping.db", facts[:-20]) as ledger:
        agree(ledger, log.as_of_ms, [])
        sound = path_of(ledger.path).read_bytes()
        ledger.append(source(facts[-20:], "more.jsonl"), 1)
        for one in edits(path_of(ledger.path), 1)[::3]:
            restore(path_of(ledger.path), sound)
            edit(path_of(ledger.path), one)
            agree(ledger, log.as_of_ms, [])


def answers(asked: Run) -> Iterator[object]:
    """What every reading command answers, without the instant it was asked at."""
    for command in ASKED:
        ran = asked(*command, "--json")
        assert ran.code == 0
        yield ran.document


@pytest.mark.slow
def test_an_edited_file_changes_no_answer(may: Run, tmp_path: Path) -> None:
    wanted, path = list(answers(may)), tmp_path / "kaoping.db.kept"
    sound = path.read_bytes()
    for one in edits(path, 1)[::7]:
        restore(path, sound)
        edit(path, one)
        assert list(answers(may)) == wanted, one


def test_verify_throws_away_what_nobody_can_tell_from_sound_rows(may: Run, tmp_path: Path) -> None:
    """Whoever knows how can make every digest anew. What was verified is not read from that file."""
    wanted, path = may("score", "2023-05", "--json").document, tmp_path / "kaoping.db.kept"
    rows = Mirror(path)
    basis = rows.basis()
    assert basis is not None
    groups = [
        (name, [(*row[:4], False, *row[5:]) for row in rows.group(name)]) for name in rows.names() if name[0] == "2"
    ]
    rows.replace(basis, None, groups)
    assert may("score", "2023-05", "--json").document != wanted
    assert may("verify").code == 0
    assert not path.exists()
    assert may("score", "2023-05", "--json").document == wanted
    path.unlink()
    path.mkdir()
    assert may("verify", "--json").document["derived_rows_left"] is True
    assert "kaoping.db.kept" in may("verify").out


def test_a_snapshot_is_scored_in_another_thread_after_the_ledger_is_closed(tmp_path: Path) -> None:
    log = history(501)
    with ledger_of(tmp_path / "kaoping.db", translated(log.facts)) as ledger:
        full, kept = pair(ledger, log.as_of_ms)
        every = months(full)
        wanted = full.sheets(full.evidence(every)[every[0]])
        snapshot, outline = (read(ledger, ledger.head().position) for read in (snapshot_of, outline_of))
        (ticket, *_) = sorted({event.fact.ticket or "" for event in ledger.events(kinds=("dispatch",))})
        told = audit(full, ticket)
    light = when_asked(outline, kept.book, kept.calendar, log.as_of_ms, kept.mirror)
    unread = when_asked(outline, kept.book, kept.calendar, log.as_of_ms)
    with ThreadPoolExecutor(1) as pool:
        plain = pool.submit(recompute, snapshot, kept.book, kept.calendar, log.as_of_ms).result()
        for scoring in (plain, light, unread):
            sheets = pool.submit(lambda it: it.sheets(it.evidence(every)[every[0]]), scoring).result()
            assert sheets == wanted
            assert pool.submit(audit, scoring, ticket).result() == told
    assert light.evidence(every)[every[0]] is light.evidence(every)[every[0]]
    assert kept.mirror is not None
    kept.mirror.close()


def test_what_was_left_in_the_file_is_not_read_from_another_ledger(tmp_path: Path) -> None:
    facts = translated(history(501).facts)
    with ledger_of(tmp_path / "kaoping.db", facts) as ledger:
        outline = outline_of(ledger, ledger.head().position)
    for old in tmp_path.glob("kaoping.db*"):
        old.unlink()
    with pytest.raises(NoLedger):
        _ = outline.events
    with ledger_of(tmp_path / "kaoping.db", facts[::-1]), pytest.raises(DamagedLedger, match="another ledger"):
        _ = outline.events
