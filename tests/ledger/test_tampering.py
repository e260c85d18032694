"""Whoever changes a ledger's file behind its back is seen, and the place is named: over two thousand seeded ways."""

import os
import random
import shutil
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import attrs
import pytest

from ledger.batches import Source, Telling
from ledger.facts import Close, Contact, Dispatch, Enrol, Fact, Finding, Sign
from ledger.proof import checkpoints
from ledger.sentences import DamagedLedger
from ledger.store import Ledger

DAY = 1_683_162_000_000
TABLES = ("batches", "events", "quarantine", "changes", "files", "checkpoints", "texts", "parts", "_sqlite_migrations")
TIMES = 12  # seeded edits of each kind and column
NAMES = {
    "events": "event", "batches": "batch", "quarantine": "batch", "changes": "batch", "files": "batch",
    "checkpoints": "checkpoint", "texts": "text", "parts": "batch", "_sqlite_migrations": "_sqlite_migrations",
}  # fmt: skip


@attrs.frozen
class Tampering:
    """One way to change a ledger: what it is called, and what is done to a copy."""

    name: str
    kind: str
    table: str
    seed: int


def facts(batch: int) -> list[Fact]:
    found: list[Fact] = []
    for number in range(4):
        ticket, at = f"GX-{batch}-{number}", DAY + batch * 86_400_000 + number * 60_000
        found.append(Dispatch(at=at, ticket=ticket, unit="茅店镇", limit_halves=10))
        found.append(Sign(at=at + 1000, ticket=ticket, unit="茅店镇"))
        found.append(Contact(at=at + 2000, ticket=ticket))
        found.append(Close(at=at + 3000, ticket=ticket))
    found.append(Enrol(at=DAY + batch, unit=f"单位{batch}", group="乡镇"))
    found.append(Finding(at=DAY + batch, unit="茅店镇", item="praise", document=f"文号{batch}"))
    return found


def fill(ledger: Ledger, batches: range) -> None:
    for number in batches:
        rows = list(enumerate(facts(number), 2))
        quarantined = [
            (90 + place, f'{{"行": {number * 10 + place}}}', '[["操作", "转", "means nothing"]]') for place in range(2)
        ]
        parts = [(2 + place, *row[1:]) for place, row in enumerate(quarantined)]
        texts = [f"细则 {number}", f"日历 {number}"]
        if number:  # a row that says otherwise, and is kept aside
            rows.append((99, Dispatch(at=DAY, ticket="GX-0-0", unit="茅店镇", limit_halves=10 + number)))
        data = f"{number}.csv".encode()
        ledger.append(
            Source(name=f"{number}.csv", sha256=sha256(data).hexdigest(), profile="events", rows=len(rows) + 2, facts=rows,
                   quarantined=quarantined, parts=parts, texts=texts, telling=Telling(by_ticket=False, fields={}), data=data),
            DAY + number,
        )  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of five batches, closed."""
    path = tmp_path_factory.mktemp("sound") / "kaoping.db"
    with Ledger(path, create=True, by="热线办") as ledger:
        fill(ledger, range(3))
    with Ledger(path) as ledger:
        fill(ledger, range(3, 5))
    return path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a process leaves it that was killed: the last batches still in the write-ahead log."""
    folder = tmp_path_factory.mktemp("running")
    with Ledger(folder / "kaoping.db", create=True) as ledger:
        fill(ledger, range(2))
    with Ledger(folder / "kaoping.db") as ledger:
        ledger._db.execute("pragma wal_autocheckpoint = 0")
        fill(ledger, range(2, 5))
        other = tmp_path_factory.mktemp("killed")
        for suffix in ("", "-wal", ".checkpoints"):
            shutil.copyfile(f"{folder / 'kaoping.db'}{suffix}", f"{other / 'kaoping.db'}{suffix}")
    return other / "kaoping.db"


def copied(path: Path, folder: Path) -> Path:
    for old in folder.glob(f"{path.name}*"):
        old.unlink(missing_ok=True)
    for suffix in ("", "-wal", ".checkpoints"):
        if Path(f"{path}{suffix}").exists():
            shutil.copyfile(f"{path}{suffix}", f"{folder / path.name}{suffix}")
    return folder / path.name


def columns(path: Path, table: str) -> list[tuple[str, str, bool]]:
    """(name, type, may be null) of the columns of a table."""
    with sqlite3.connect(path) as db:
        found = [
            (name, kind, not (needed or key))
            for _, name, kind, needed, _, key in db.execute(f"pragma table_info({table})")
        ]
    db.close()
    return found


def edits(path: Path) -> Iterator[Tampering]:
    for table in TABLES:
        for column, _, nullable in columns(path, table):
            kinds = ("bit", "value", "swap", *(("null",) if nullable else ()))
            for kind in kinds:
                yield from (
                    Tampering(f"{table}.{column} {kind} {seed}", f"edit:{column}:{kind}", table, seed)
                    for seed in range(TIMES)
                )
        rows = ("delete", "insert", "swap", "tail")
        yield from (Tampering(f"{table} {kind} {seed}", kind, table, seed) for kind in rows for seed in range(TIMES))


def other(rng: random.Random, value: object) -> object:
    """Another value of the same kind."""
    if isinstance(value, int):
        return value + rng.choice((-1, 1, 7, 1000))
    if isinstance(value, bytes):
        return rng.randbytes(len(value))
    text = str(value or "")
    return rng.choice(
        (text + "。", text[:-1] if text else "x", text.replace("茅店镇", "江口镇") if "茅店镇" in text else text + " ")
    )


def turned(rng: random.Random, value: object) -> object:
    """The value with one bit the other way."""
    if isinstance(value, int):
        return value ^ (1 << rng.randrange(12))
    if isinstance(value, bytes):
        place = rng.randrange(len(value))
        return value[:place] + bytes([value[place] ^ (1 << rng.randrange(8))]) + value[place + 1 :]
    text = str(value or "a")
    place = rng.randrange(len(text))
    return text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]


def tamper(path: Path, one: Tampering) -> str | None:
    """Do it; the place that must be named, where there is one, or nothing where this seed changes nothing."""
    rng = random.Random(f"{one.name}")
    db = sqlite3.connect(path, isolation_level=None)
    triggers = list(db.execute("select name, sql from sqlite_master where type = 'trigger'"))
    for name, _ in triggers:
        db.execute(f"drop trigger {name}")
    try:
        before = list(db.execute(f"select rowid, * from {one.table} order by rowid"))
        done = _tamper(db, one, rng, before)
        after = list(db.execute(f"select rowid, * from {one.table} order by rowid"))
    finally:
        for _, sql in triggers:
            db.execute(sql)
        db.close()
    return done if [row[1:] for row in before] != [row[1:] for row in after] else None


def _set(names: list[str]) -> str:
    return ", ".join(f'"{name}" = ?' for name in names)


def _tamper(db: sqlite3.Connection, one: Tampering, rng: random.Random, rows: list[tuple[object, ...]]) -> str:
    names = [name for _, name, *_ in db.execute(f"pragma table_info({one.table})")]
    first, second = rng.sample(rows, 2) if len(rows) > 1 else (rows[0], rows[0])
    try:
        if one.kind.startswith("edit:"):
            _, column, kind = one.kind.split(":")
            place = names.index(column) + 1
            values = {"swap": second[place], "null": None}
            value = values[kind] if kind in values else (turned if kind == "bit" else other)(rng, first[place])
            db.execute(f'update {one.table} set "{column}" = ? where rowid = ?', (value, first[0]))
        elif one.kind == "delete":
            db.execute(f"delete from {one.table} where rowid = ?", (first[0],))
        elif one.kind == "tail":
            db.execute(f"delete from {one.table} where rowid >= ?", (max(int(str(first[0])), 2),))
        elif one.kind == "insert":
            new = [other(rng, value) for value in first[1:]]
            db.execute(f"insert or replace into {one.table} values ({','.join('?' * len(new))})", new)
        else:
            for row, told in ((first, second), (second, first)):
                kept = [name for name in names if name not in ("position", "number", "key", "digest", "id")]
                if one.table in ("checkpoints",):
                    kept.remove("batch")
                swapped = [told[names.index(name) + 1] for name in kept]
                db.execute(
                    f"update {one.table} set {_set(kept)} where rowid = ?",
                    (*swapped, row[0]),
                )
    except (sqlite3.IntegrityError, sqlite3.OperationalError):
        pass  # a strict table, or a unique key, refuses this one
    return NAMES[one.table]


def refused(path: Path) -> str:
    """What verify says."""
    try:
        with Ledger(path) as ledger:
            ledger.verify()
    except DamagedLedger as told:
        return str(told)
    return ""


def run(path: Path, folder: Path, chosen: list[Tampering]) -> int:
    done = 0
    for one in chosen:
        copy = copied(path, folder)
        named = tamper(copy, one)
        if named is not None:
            said = refused(copy)
            assert said, f"{one.name} was not seen"
            assert named in said or "batch" in said or "event" in said, f"{one.name}: {said}"
            done += 1
    return done


def test_a_sound_ledger_verifies(sound: Path, running: Path, tmp_path: Path) -> None:
    for number, path in enumerate((sound, running)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with Ledger(copied(path, folder)) as ledger:
            told = ledger.verify()
            assert (told.position, told.batches, told.attested_to) == (90, 5, 90)


def test_every_column_once(sound: Path, tmp_path: Path) -> None:
    chosen = [one for one in edits(sound) if one.seed == 0]
    assert run(sound, tmp_path, chosen) > 100


@pytest.mark.slow
def test_every_column_many_times(sound: Path, tmp_path: Path) -> None:
    chosen = [one for one in edits(sound) if one.seed > 0]
    assert run(sound, tmp_path, chosen) >= 1300


def cuts(path: Path, suffix: str, count: int) -> list[int]:
    length = Path(f"{path}{suffix}").stat().st_size
    rng = random.Random(length)
    edges = {0, 1, 99, 100, 512, 4096, length // 2, length - 1, length - 4096}
    return sorted({size for size in (*edges, *(rng.randrange(length) for _ in range(count))) if 0 <= size < length})


@pytest.mark.parametrize("count", [20, pytest.param(400, marks=pytest.mark.slow)])
def test_a_file_that_was_cut_off(sound: Path, tmp_path: Path, count: int) -> None:
    for size in cuts(sound, "", count):
        copy = copied(sound, tmp_path)
        with copy.open("r+b") as file:
            file.truncate(size)
        assert refused(copy), size


@pytest.mark.parametrize("count", [20, pytest.param(500, marks=pytest.mark.slow)])
def test_a_write_ahead_log_that_was_cut_off(running: Path, tmp_path: Path, count: int) -> None:
    length = Path(f"{running}-wal").stat().st_size
    for size in cuts(running, "-wal", count):
        copy = copied(running, tmp_path)
        with Path(f"{copy}-wal").open("r+b") as file:
            file.truncate(size)
        said = refused(copy)
        assert "its end was cut off" in said or "damaged" in said, (size, length, said)


@pytest.mark.parametrize("count", [20, pytest.param(500, marks=pytest.mark.slow)])
def test_an_edited_file_of_checkpoints(sound: Path, tmp_path: Path, count: int) -> None:
    plain = checkpoints.path_of(sound).read_bytes()
    rng = random.Random(count)
    for _ in range(count):
        copy, place = copied(sound, tmp_path), rng.randrange(len(plain))
        kind = rng.choice(("turn", "drop", "add", "cut"))
        data = {
            "turn": plain[:place] + bytes([plain[place] ^ (1 << rng.randrange(7))]) + plain[place + 1 :],
            "drop": plain[:place] + plain[place + 1 :],
            "add": plain[:place] + b"7" + plain[place:],
            "cut": plain[:place],
        }[kind]
        checkpoints.path_of(copy).write_bytes(data)
        if plain.startswith(data):  # what is missing at the end attests less, and that is said
            with Ledger(copy) as ledger:
                lines = data.count(b"\n") + (plain[len(data) :][:1] == b"\n")  # a whole line without its end is whole
                assert ledger.verify().attested_to == 18 * lines
        else:
            assert "kaoping.db.checkpoints" in refused(copy)


@pytest.mark.parametrize("count", [12, pytest.param(None, marks=pytest.mark.slow)])
def test_a_last_line_that_was_torn_off_is_mended_by_the_next_import(
    sound: Path, tmp_path: Path, count: int | None
) -> None:
    """Of every length, also where a disk that lost power filled its rest with zeros; no end of a line is no harm."""
    plain = checkpoints.path_of(sound).read_bytes()
    length = len(plain) - plain.rindex(b"\n", 0, -1) - 1
    cut = range(1, length + 1)
    for missing in (1, 2, length, *random.Random(1).sample(cut, count or len(cut))):
        for rest in (b"", bytes(missing)):
            copy = copied(sound, tmp_path)
            checkpoints.path_of(copy).write_bytes(plain[:-missing] + rest)
            with Ledger(copy) as ledger:
                assert ledger.verify().attested_to == (90 if missing == 1 else 72), missing
                fill(ledger, range(5, 6))
                assert ledger.verify().attested_to == 108
            kept = checkpoints.path_of(copy).read_bytes()
            assert kept.startswith(plain if missing == 1 else plain[:-length]), missing
            assert kept.count(b"\n") == (6 if missing == 1 else 5), missing


def test_an_end_that_no_process_wrote_is_not_mended(sound: Path, tmp_path: Path) -> None:
    copy = copied(sound, tmp_path)
    with checkpoints.path_of(copy).open("ab") as file:
        file.write(b"6 108 put here")
    with Ledger(copy) as ledger:
        fill(ledger, range(5, 6))
    assert b"6 108 put here\n" in checkpoints.path_of(copy).read_bytes()
    assert "line 6 of kaoping.db.checkpoints is no checkpoint" in refused(copy)


@pytest.mark.skipif(os.name != "posix", reason="limits as on Unix")
def test_a_line_of_which_the_disk_takes_a_part(sound: Path, tmp_path: Path) -> None:
    """That is an error, and the line is torn off."""
    import resource

    copy = copied(sound, tmp_path)
    place, (_, mark) = checkpoints.path_of(copy), checkpoints.lines_of(copy)[-1]
    assert mark is not None
    before, limits = place.stat().st_size, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (before + 50, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            checkpoints.add(copy, mark)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert place.stat().st_size == before + 50
    with Ledger(copy) as ledger:
        assert ledger.verify().attested_to == 90


@pytest.mark.parametrize("batch", range(1, 5))
def test_the_end_of_everything_cut_off_together(sound: Path, tmp_path: Path, batch: int) -> None:
    """Sound in itself: only the checkpoints kept outside know better."""
    copy = copied(sound, tmp_path)
    db = sqlite3.connect(copy, isolation_level=None)
    triggers = list(db.execute("select name, sql from sqlite_master where type = 'trigger'"))
    for name, _ in triggers:
        db.execute(f"drop trigger {name}")
    for table in ("events", "batches", "quarantine", "parts", "changes", "files", "checkpoints", "texts"):
        column = "number" if table == "batches" else "batch"
        db.execute(f"delete from {table} where {column} > ?", (batch,))
    for _, sql in triggers:
        db.execute(sql)
    db.close()
    assert "its end was cut off" in refused(copy)
    checkpoints.path_of(copy).unlink()
    with Ledger(sound) as ledger, Ledger(copy) as shorter:
        assert shorter.verify().attested_to == 0
        whole = ledger.verify()
        with pytest.raises(DamagedLedger, match="cut off"):
            shorter.verify([(whole.position, whole.root)])
        held = shorter.verify()
        ledger.verify([(held.position, held.root)])
        with pytest.raises(DamagedLedger, match="not those of the checkpoint"):
            ledger.verify([(held.position, whole.root)])


@pytest.mark.parametrize("table", [table for table in TABLES if not table.startswith("_")])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_a_guard_taken_away(sound: Path, tmp_path: Path, table: str, act: str) -> None:
    copy = copied(sound, tmp_path)
    with sqlite3.connect(copy) as db:
        db.execute(f"drop trigger {table}_{act}")
    db.close()
    assert f"{table}_{act}" in refused(copy)


def test_an_event_is_named_by_its_place(sound: Path, tmp_path: Path) -> None:
    copy = copied(sound, tmp_path)
    db = sqlite3.connect(copy, isolation_level=None)
    sql = db.execute("select sql from sqlite_master where name = 'events_update'").fetchone()[0]
    db.execute("drop trigger events_update")
    db.execute("update events set fact = replace(fact, '茅店镇', '江口镇') where position = 38")
    db.execute(sql)
    db.close()
    batch, row = (38 - 1) // 18 + 1, (38 - 1) % 18 + 2
    assert f"event 38 is not as it was appended (batch {batch}, row {row})." in refused(copy)
