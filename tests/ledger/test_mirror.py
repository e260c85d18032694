"""A ledger's mirror gives what deriving gives: after every import, void and decision, for every month and ticket."""

import gc
import io
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import attrs
import polars as pl
import pytest

from ledger.columns import segments
from ledger.columns.mirror import Contents, Mirror, NoUse, path_of
from ledger.exchange import content, key_of
from ledger.facts import Decide, Exempt, Fact, Void
from ledger.sentences import DamagedLedger, NoLedger
from ledger.snapshot import outline_of, snapshot_of
from ledger.store import Ledger
from metrics.tallies import Countable
from scoring.explain.ticket import audit
from scoring.scores import mirrored
from scoring.scores.evidence import Evidence
from scoring.scores.scoring import Scoring, recompute, when_asked
from tests.kaoping.test_cli import Run, may, run
from tests.logs import calendar, ledger_of, rulebook, source, translated
from tests.oracle.covered import covered
from tests.oracle.histories import history

__all__ = ["may", "run"]


@pytest.fixture(autouse=True)
def _always_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "LEAST", 0)
    monkeypatch.setattr(mirrored, "OFTEN", 1)


def counted(ledger: Ledger, *, make: bool = True, version: str = "test") -> Countable | None:
    """What months are counted from, from the mirror."""
    return mirrored.counted_now(ledger, ledger.head(), rulebook(), calendar(), version, make=make)


def pair(ledger: Ledger, as_of: int) -> tuple[Scoring, Scoring]:
    """The report that derives, and the one that reads the mirror."""
    book, days, seen = rulebook(), calendar(), snapshot_of(ledger, ledger.head().position)
    kept = counted(ledger)
    assert isinstance(kept, mirrored.MirroredFrames)
    return recompute(seen, book, days, as_of), when_asked(
        outline_of(ledger, seen.head.position), book, days, as_of, kept
    )


def plain(month: Evidence) -> Any:
    """Everything of a month, without what is merely empty."""
    told = {field.name: getattr(month, field.name) for field in attrs.fields(Evidence)}
    told["breaches"] = {place: list(charges) for place, charges in month.breaches.items() if charges}
    told["exempted"] = list(month.exempted)
    told["findings"] = {unit: list(charges) for unit, charges in month.findings.items()}
    told["every_finding"] = {unit: list(charges) for unit, charges in month.every_finding.items()}
    return told


def rows(events: Any) -> list[Any]:
    return list(events.sort("position").collect().rows())


def months(scoring: Scoring) -> list[int]:
    frame = scoring.derived.verdicts.select("month").unique().collect()
    return sorted(month for (month,) in frame.rows() if month is not None)


def agree(ledger: Ledger, as_of: int, tickets: Sequence[str]) -> None:
    full, kept = pair(ledger, as_of)
    compare(full, kept, tickets)


def compare(full: Scoring, kept: Scoring, tickets: Sequence[str]) -> None:
    every = months(full)
    wanted, found = full.evidence(every), kept.evidence(every)
    assert rows(kept.snapshot.events) == rows(full.snapshot.events)
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


def test_a_mirror_that_is_no_use_is_not_used(tmp_path: Path) -> None:
    log = history(501)
    with ledger_of(tmp_path / "kaoping.db", translated(log.facts)) as ledger:
        path = path_of(ledger.path)
        for data in (b"", b"no manifest at all" * 100, b"[]", b'{"digest": 1}', b"null"):
            path.mkdir(exist_ok=True)
            (path / "manifest.json").write_bytes(data)
            assert Mirror(path).contents() == Contents()
            agree(ledger, log.as_of_ms, [])
        assert counted(ledger, make=False, version="another version") is None
        Mirror(path).discard()
        path.write_text("a file where the folder should be")
        assert counted(ledger) is None
        agreed = when_asked(outline_of(ledger, ledger.head().position), rulebook(), calendar(), log.as_of_ms)
        assert rows(agreed.snapshot.events) == rows(snapshot_of(ledger, ledger.head().position).events)


def test_a_mirror_that_breaks_while_it_is_read_is_left(tmp_path: Path) -> None:
    log = history(501)
    with ledger_of(tmp_path / "kaoping.db", translated(log.facts)) as ledger:
        full, kept = pair(ledger, log.as_of_ms)
        Mirror(path_of(ledger.path)).discard()
        every = months(full)
        assert kept.sheets(kept.evidence(every)[every[0]]) == full.sheets(full.evidence(every)[every[0]])


def test_events_begun_to_be_read_are_read_when_the_mirror_is_gone_or_edited(tmp_path: Path) -> None:
    log = history(501)
    with ledger_of(tmp_path / "kaoping.db", translated(log.facts)) as ledger:
        full, kept = pair(ledger, log.as_of_ms)
        outline = outline_of(ledger, full.snapshot.head.position)
        begun, derived = outline.events, kept.derived
        Mirror(path_of(ledger.path)).discard()
        assert rows(begun) == rows(full.snapshot.events)
        assert derived.verdicts.collect().shape == full.derived.verdicts.collect().shape


def test_a_mirror_that_goes_while_months_are_made_of_it_is_no_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, standing = history(501), segments.standing_events
    path = path_of(tmp_path / "kaoping.db")

    def gone(*asked: Any) -> Any:
        found = standing(*asked)
        Mirror(path).discard()
        monkeypatch.setattr(mirrored, "standing_events", standing)
        return found

    with ledger_of(tmp_path / "kaoping.db", translated(log.facts)) as ledger:
        monkeypatch.setattr(mirrored, "standing_events", gone)
        agree(ledger, log.as_of_ms, [])


def test_what_another_process_writes_meanwhile_does_not_disturb(tmp_path: Path) -> None:
    log = history(502)
    facts = translated(log.facts)
    with ledger_of(tmp_path / "kaoping.db", facts[:-30]) as ledger:
        full, kept = pair(ledger, log.as_of_ms)
        ledger.append(source(facts[-30:], "more.jsonl"), 1)
        agree(ledger, log.as_of_ms, [])
        assert isinstance(kept.kept, mirrored.MirroredFrames)
        assert {part.file for part in kept.kept.parts.values()} <= {one.name for one in path_of(ledger.path).iterdir()}
        every = months(full)
        assert {month: plain(one) for month, one in kept.evidence(every).items()} == {
            month: plain(one) for month, one in full.evidence(every).items()
        }
        ledger.append(source([Void(at=2, key=key_of(content(facts[0]), 1), reason="录错")], "void.jsonl"), 2)
        agree(ledger, log.as_of_ms, [])
        named = Mirror(path_of(ledger.path)).contents().files()
        assert len([*path_of(ledger.path).iterdir()]) < 3 * len(named), "what nobody reads any more is removed"


def test_a_mirror_of_another_ledger_is_made_anew(tmp_path: Path) -> None:
    log = history(502)
    facts = translated(log.facts)
    with ledger_of(tmp_path / "kaoping.db", facts) as ledger:
        pair(ledger, log.as_of_ms)
    for old in tmp_path.glob("kaoping.db*"):
        if old.is_file():
            old.unlink()
    with ledger_of(tmp_path / "kaoping.db", facts[::-1]) as ledger:
        agree(ledger, log.as_of_ms, [])


def test_many_slices_and_segments_are_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "SHARE", 40)
    monkeypatch.setattr(segments, "LARGEST", 50)
    log = history(503)
    facts = translated(log.facts)
    with ledger_of(tmp_path / "kaoping.db", facts[:-30]) as ledger:
        agree(ledger, log.as_of_ms, [])
        ledger.append(source(facts[-30:], "more.jsonl"), 1)
        agree(ledger, log.as_of_ms, [])
        held = Mirror(path_of(ledger.path)).contents().events
        assert len(held) > 2
        assert [one.position for one in held] == sorted(one.position for one in held)
        assert list(mirrored.differing(ledger, rulebook(), calendar(), "test")) == []


def test_some_tickets_at_a_time_give_what_all_at_once_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the events alone, of any position; nothing is left behind."""
    monkeypatch.setattr(segments, "SHARE", 40)
    monkeypatch.setattr(segments, "LARGEST", 50)
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr(mirrored, "mkdtemp", lambda: mkdtemp(dir=room))
    log = history(504)
    with ledger_of(tmp_path / "kaoping.db", translated(log.facts)) as ledger:
        for position in (ledger.head().position, ledger.head().position // 2):
            book, days = rulebook(), calendar()
            full = recompute(snapshot_of(ledger, position), book, days, log.as_of_ms)
            alone = mirrored.counted_alone(ledger, position, book, days)
            assert len([*room.iterdir()]) == 1
            kept = when_asked(outline_of(ledger, position, mirrored=False), book, days, log.as_of_ms, alone)
            compare(full, kept, ())
            assert not path_of(ledger.path).exists()
            del alone, kept
            gc.collect()
            assert [*room.iterdir()] == []


def test_months_derived_alone_are_what_all_of_them_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the events alone or from those of a mirror; whatever is untold or assumed in any month is known of too; another month is
    refused, and so derived."""
    monkeypatch.setattr(segments, "SHARE", 40)
    log = history(505)
    with ledger_of(tmp_path / "kaoping.db", translated(log.facts)) as ledger:
        place, book, days = ledger.head().position, rulebook(), calendar()
        whole = mirrored.counted_alone(ledger, place, book, days)
        assert isinstance(whole, mirrored.MirroredFrames)
        held = sorted({int(name.rsplit("-", 1)[1]) for name in whole.parts if name.startswith("verdicts-")})
        assert len(held) > 2
        for asked, kept_events in (([held[0]], False), ([*held[1:3], 209901], True)):
            alone = mirrored.counted_alone(ledger, place, book, days, months=asked, mirrored=kept_events)
            assert alone.lacks == whole.lacks
            wanted, found = whole.months(asked), alone.months(asked)
            assert {*wanted} == {*found}
            for name, frame in wanted.items():
                assert found[name].collect().to_native().equals(frame.collect().to_native()), name
            with pytest.raises(NoUse):
                alone.months([*asked, next(one for one in held if one not in asked)])
        kept = when_asked(outline_of(ledger, place, mirrored=False), book, days, log.as_of_ms, alone)
        compare(recompute(snapshot_of(ledger, place), book, days, log.as_of_ms), kept, ())


# what somebody else writes into the folder

ASKED = (
    ("score", "2023-05"), ("audit", "GX-1"), ("why", "茅店镇", "2023-05"), ("metrics", "2023-05"), ("annual", "2023"),
    ("prove", "GX-1"),
)  # fmt: skip


def edits(path: Path, seed: int) -> Iterator[tuple[str, str]]:
    """(what was done, to which file of each kind): one at a time, the folder put right again after each."""
    sound = {one.name: one.read_bytes() for one in path.iterdir()}
    rng = random.Random(seed)
    kinds = {name.split("-")[0]: name for name in rng.sample(sorted(sound), len(sound))}
    for name, data in ((name, sound[name]) for name in sorted(kinds.values())):
        place = rng.randrange(len(data))
        others = [other for other in sound if other != name]
        done: dict[str, bytes | None] = {
            "one bit": data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :],
            "cut": data[:place], "longer": data + b" ", "empty": b"", "gone": None, "another's": sound[rng.choice(others)],
        }  # fmt: skip
        if name.endswith(".parquet"):
            done["other values"] = other_values(data)
        else:
            text = data.decode()
            done["another position"] = text.replace('"basis": [', '"basis": [1', 1).encode()
            done["another digest"] = text.replace('"digest": "', '"digest": "0', 1).encode()
        for what, edited in done.items():
            (path / name).unlink() if edited is None else (path / name).write_bytes(edited)
            yield what, name
            for there in path.iterdir():
                there.unlink()
            for there_name, kept in sound.items():
                (path / there_name).write_bytes(kept)


def other_values(data: bytes) -> bytes:
    """The same columns with every flag turned and every number one larger."""
    frame = pl.read_parquet(io.BytesIO(data))
    turned = frame.with_columns(pl.col(pl.Boolean).not_(), pl.col(pl.Int64) + 1)
    told = io.BytesIO()
    turned.write_parquet(told)
    return told.getvalue()


def test_an_edited_mirror_changes_no_evidence(tmp_path: Path) -> None:
    log = history(501)
    with ledger_of(tmp_path / "kaoping.db", translated(log.facts)) as ledger:
        full, _ = pair(ledger, log.as_of_ms)
        every, seen = months(full), full.snapshot
        wanted = {month: plain(evidence) for month, evidence in full.evidence(every).items()}
        for done in edits(path_of(ledger.path), 1):
            outline = outline_of(ledger, seen.head.position)
            kept = when_asked(outline, full.book, full.calendar, full.as_of, counted(ledger, make=False))
            found = kept.evidence(every)
            assert {month: plain(evidence) for month, evidence in found.items()} == wanted, done
            assert rows(outline.events) == rows(seen.events), done


def test_an_edited_mirror_is_not_signed_by_what_is_added(tmp_path: Path) -> None:
    log = history(501)
    facts = translated(log.facts)
    with ledger_of(tmp_path / "kaoping.db", facts[:-20]) as ledger:
        agree(ledger, log.as_of_ms, [])
        ledger.append(source(facts[-20:], "more.jsonl"), 1)
        for number, _ in enumerate(edits(path_of(ledger.path), 2)):
            if number % 4 == 0:
                agree(ledger, log.as_of_ms, [])


def answers(asked: Run) -> Iterator[object]:
    """What every reading command answers, without the instant it was asked at."""
    for command in ASKED:
        ran = asked(*command, "--json")
        assert ran.code == 0
        yield ran.document


@pytest.mark.slow
def test_an_edited_mirror_changes_no_answer(may: Run, tmp_path: Path) -> None:
    wanted = list(answers(may))
    for number, done in enumerate(edits(tmp_path / "kaoping.db.mirror", 3)):
        if number % 4 == 0:
            assert list(answers(may)) == wanted, done


def forge(path: Path) -> None:
    """Every breach made none, and every digest anew."""
    mirror = Mirror(path)
    held = mirror.contents()
    for name, part in held.derived.items():
        if name.startswith("verdicts-"):
            turned = mirror.read(part).with_columns(breached=pl.lit(False))
            held = attrs.evolve(held, derived={**held.derived, name: mirror.write(name, turned)})
    mirror.put(held)


def test_verify_derives_again_what_nobody_can_tell_from_a_sound_mirror(may: Run, tmp_path: Path) -> None:
    """Whoever knows how can make every digest anew. What is published does not rest on it, and verify --mirror sees it."""
    wanted, path = may("score", "2023-05", "--json").document, tmp_path / "kaoping.db.mirror"
    assert may("verify", "--mirror", "--json").document["mirror_differs"] == []
    assert may("verify", "--json").document["derived_rows_left"] is True
    digest = may("recompute", "2023-05", "--json").document["digest"]
    forge(path)
    assert may("score", "2023-05", "--json").document != wanted
    assert may("recompute", "2023-05", "--json").document["digest"] == digest
    found = may("verify", "--mirror")
    assert found.code == 1
    assert "verdicts-202305" in found.err
    assert not path.exists()
    assert may("score", "2023-05", "--json").document == wanted
    assert may("verify", "--mirror").code == 0


def test_a_mirror_by_other_rules_is_not_said_to_differ(may: Run, tmp_path: Path) -> None:
    """Somebody tried another rulebook, and nothing is wrong. Its verdicts are held against the ledger when its rules are named."""

    def held(*rules: str) -> Any:
        return may("verify", "--mirror", "--json", *rules).document["mirror_held"]

    other = ("--rulebook", "yunshan-2025")
    assert held() == "nothing"
    assert may("score", "2023-05", *other).code == 0
    assert [held(), held(*other)] == ["events", "all"]
    assert "没有核对" in may("verify", "--mirror").out
    may("score", "2023-05")
    assert [held(), held(*other)] == ["all", "events"]
    assert may("mirror", "kaoping.db.mirror").code == 2
    assert held() == "all"


def test_events_forged_in_a_mirror_are_seen_by_verify(may: Run, tmp_path: Path) -> None:
    may("score", "2023-05", "--json")
    mirror = Mirror(tmp_path / "kaoping.db.mirror")
    held = mirror.contents()
    (segment,) = held.events
    part = mirror.write("events", mirror.read(segment.part).with_columns(pl.col("at") + 1))
    mirror.put(attrs.evolve(held, events=(attrs.evolve(segment, part=part),)))
    assert "events-" in may("verify", "--mirror").err


def test_a_mirror_that_goes_while_it_is_verified_is_not_said_to_differ(
    may: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may("score", "2023-05", "--json")
    made, mirror = mirrored._made, Mirror(path_of(tmp_path / "kaoping.db"))

    def anew(*asked: Any) -> Any:
        monkeypatch.setattr(mirrored, "_made", made)
        mirror.discard()
        return made(*asked)

    monkeypatch.setattr(mirrored, "_made", anew)
    assert may("verify", "--mirror", "--json").document["mirror_differs"] == []


def test_verify_says_that_there_is_no_room_to_derive_again(
    may: Run, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may("score", "2023-05", "--json")
    monkeypatch.setattr(Mirror, "write", lambda *_: full_disk())
    found = run("verify", "--mirror")
    assert found.code == 1
    assert "请腾出该磁盘的空间" in found.err
    assert path_of(tmp_path / "kaoping.db").exists()


def full_disk() -> None:
    raise NoUse


def test_a_snapshot_is_scored_in_another_thread_after_the_ledger_is_closed(tmp_path: Path) -> None:
    log = history(501)
    with ledger_of(tmp_path / "kaoping.db", translated(log.facts)) as ledger:
        full, kept = pair(ledger, log.as_of_ms)
        every = months(full)
        wanted = full.sheets(full.evidence(every)[every[0]])
        snapshot, outline = (read(ledger, ledger.head().position) for read in (snapshot_of, outline_of))
        (ticket, *_) = sorted({event.fact.ticket or "" for event in ledger.events(kinds=("dispatch",))})
        told = audit(full, ticket)
    light = when_asked(outline, kept.book, kept.calendar, log.as_of_ms, kept.kept)
    unread = when_asked(outline, kept.book, kept.calendar, log.as_of_ms)
    with ThreadPoolExecutor(1) as pool:
        plain = pool.submit(recompute, snapshot, kept.book, kept.calendar, log.as_of_ms).result()
        for scoring in (plain, light, unread):
            sheets = pool.submit(lambda it: it.sheets(it.evidence(every)[every[0]]), scoring).result()
            assert sheets == wanted
            assert pool.submit(audit, scoring, ticket).result() == told
    assert light.evidence(every)[every[0]] is light.evidence(every)[every[0]]


def test_what_was_left_in_the_file_is_not_read_from_another_ledger(tmp_path: Path) -> None:
    facts = translated(history(501).facts)
    with ledger_of(tmp_path / "kaoping.db", facts) as ledger:
        outline = outline_of(ledger, ledger.head().position)
    for old in tmp_path.glob("kaoping.db*"):
        if old.is_file():
            old.unlink()
    with pytest.raises(NoLedger):
        _ = outline.events
    with ledger_of(tmp_path / "kaoping.db", facts[::-1]), pytest.raises(DamagedLedger, match="another ledger"):
        _ = outline.events
