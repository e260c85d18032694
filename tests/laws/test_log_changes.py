"""Pairs of exports of an event log, a row an act: what the second says otherwise is found, all of it and nothing else, and what it tells
no more is named, whether rows were put in, left out or put behind."""

import csv
import io
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import attrs
import pytest

from calendars.instants import read_iso
from kaoping.files import folder
from kaoping.office.intake.imports import PLAIN, Arrival, Manner, source_of
from ledger.batches import Taken
from ledger.intake.tables.files import read_table
from ledger.intake.take import intake
from ledger.store import Ledger
from tests.laws.test_changes import iso, ordered, planted_of, scores_of, shown, told, units_of

HEADER = (
    "工单编号", "环节序号", "操作", "承办单位", "操作时间", "渠道", "工单性质", "处理时限", "处理时限单位", "最终满意度", "是否联系市民",
)  # fmt: skip
KIND = {
    "派单": "dispatch",
    "签收": "sign",
    "联系": "contact",
    "办结": "close",
    "退回重办": "redo",
    "回访": "survey",
    "盖章": "seal",
}
REPLACING = Manner(replace=True)
Row = dict[str, str]
Planted = tuple[object, ...]


@attrs.frozen
class Pair:
    """Two exports of the same tickets: `new` are the rows of the second that are no change, `lost` those of the first that it lacks,
    `planted` what it says otherwise, by (ticket, unit, kind, field, was, now)."""

    first: list[Row] = attrs.field(factory=list)
    second: list[Row] = attrs.field(factory=list)
    new: list[Row] = attrs.field(factory=list)
    lost: list[Row] = attrs.field(factory=list)
    planted: list[Planted] = attrs.field(factory=list)


def add_ticket(pair: Pair, rng: random.Random, ticket: str, units: Sequence[str]) -> None:
    """A ticket's life as the first export tells it, and as the second does."""
    life = life_of(rng, ticket, rng.choice(units))
    pair.first.extend(life)
    later = [(was, dict(was)) for was in life]
    renumbered = rng.random() < 0.4
    if renumbered:
        later = renumber(pair, rng, later)
    else:
        correct_unit(rng, later, units)
        for _, now in later:
            if rng.random() < 0.2:
                move(rng, now)
        if rng.random() < 0.3:
            pair.lost.append(later.pop(rng.randrange(1, len(later)))[0])
        if rng.random() < 0.4:
            grow(pair, rng, later, len(life))
    for was, now in later:
        if was:
            correct(rng, now)
            pair.planted.extend(changes_of(was, now))
    pair.second.extend(now for _, now in later)


def life_of(rng: random.Random, ticket: str, unit: str) -> list[Row]:
    at = datetime(2023, 5, 4, 9) + timedelta(minutes=rng.randrange(20 * 24 * 60))
    acts = [
        "派单",
        *(act for act in ("签收", "联系", "联系", "办结", "退回重办", "联系", "办结", "回访") if rng.random() < 0.75),
    ]
    rows = []
    for number, act in enumerate(acts, 1):
        rows.append(row_of(ticket, number, act, unit, at))
        at += timedelta(minutes=rng.randrange(60, 2 * 24 * 60))
    rows[0] |= {"渠道": "12345热线", "工单性质": "主办", "处理时限": str(rng.randint(1, 5)), "处理时限单位": "工作日"}
    if acts[-1] == "回访":
        rows[-1] |= {"最终满意度": rng.choice(("满意", "不满意")), "是否联系市民": rng.choice(("是", "否"))}
    return rows


def row_of(ticket: str, number: int, act: str, unit: str, at: datetime) -> Row:
    said = {"工单编号": ticket, "环节序号": str(number), "操作": act, "承办单位": unit, "操作时间": shown(at)}
    return {**dict.fromkeys(HEADER, ""), **said}


def renumber(pair: Pair, rng: random.Random, later: list[tuple[Row, Row]]) -> list[tuple[Row, Row]]:
    """A row put in before others, one of which moved behind a neighbour that did not; or one left out; the numbers follow."""
    place = rng.randrange(1, len(later) + 1)
    if rng.random() < 0.5:
        before = later[place - 1][1]
        between = datetime.fromisoformat(before["操作时间"]) + timedelta(minutes=rng.randrange(1, 50))
        row = row_of(before["工单编号"], 0, rng.choice(("联系", "盖章")), before["承办单位"], between)
        pair.new.append(row)
        if place + 1 < len(later):
            move(rng, later[rng.randrange(place + 1, len(later))][1])
        later = [*later[:place], ({}, row), *later[place:]]
    elif place < len(later):
        pair.lost.append(later[place][0])
        later = [*later[:place], *later[place + 1 :]]
    for number, (_, now) in enumerate(later, 1):
        now["环节序号"] = str(number)
    return later


def correct_unit(rng: random.Random, later: Sequence[tuple[Row, Row]], units: Sequence[str]) -> None:
    if rng.random() < 0.25:
        other = rng.choice([unit for unit in units if unit != later[0][0]["承办单位"]])
        for _, now in later:
            now["承办单位"] = other


def move(rng: random.Random, row: Row) -> None:
    """Another instant, at which the ticket has no other act: all others are on the whole minute."""
    at = datetime.fromisoformat(row["操作时间"]) + timedelta(
        minutes=rng.choice((-900, -1, 1, 1500)), seconds=rng.randrange(1, 60)
    )
    row["操作时间"] = shown(at)


def grow(pair: Pair, rng: random.Random, later: list[tuple[Row, Row]], number: int) -> None:
    last = later[-1][1]
    for act in rng.choice((("回访",), ("退回重办", "办结"), ("联系",))):
        number += 1
        at = datetime.fromisoformat(last["操作时间"]) + timedelta(days=3, minutes=number)
        row = row_of(last["工单编号"], number, act, last["承办单位"], at)
        pair.new.append(row)
        later.append(({}, row))


def correct(rng: random.Random, row: Row) -> None:
    if row["操作"] == "派单" and rng.random() < 0.2:
        row["处理时限"] = str(rng.randint(6, 9))
    if row["最终满意度"] and rng.random() < 0.4:
        row["最终满意度"] = rng.choice(("基本满意", "一般"))


def changes_of(was: Row, now: Row) -> Iterable[Planted]:
    place = (was["工单编号"], was["承办单位"], KIND[was["操作"]])
    if was["承办单位"] != now["承办单位"]:
        yield *place, "unit", was["承办单位"], now["承办单位"]
    if was["操作时间"] != now["操作时间"]:
        yield *place, "at", iso(was["操作时间"]), iso(now["操作时间"])
    for column, field in (("处理时限", "limit_days"), ("最终满意度", "rating"), ("是否联系市民", "contacted")):
        if was[column] != now[column]:
            yield *place, field, told(was[column]), told(now[column])


def pair_of(seeds: Iterable[int]) -> Pair:
    pair = Pair()
    for seed in seeds:
        rng = random.Random(seed)
        for number in range(rng.randint(2, 5)):
            add_ticket(pair, rng, f"GX-{seed}-{number}", units_of(seed))
        rng.shuffle(pair.second)
    return pair


def take(ledger: Ledger, rows: Sequence[Row], at: int, manner: Manner = PLAIN, without: Sequence[str] = ()) -> Taken:
    text = io.StringIO()
    writer = csv.DictWriter(text, [heading for heading in HEADER if heading not in without], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    data = text.getvalue().encode()
    (table,) = read_table(data, "日志.csv")
    profile = folder.profile("hotline-log")
    read = intake(table, profile)
    assert not read.problems, read.problems
    arrival = Arrival(file=folder.Loaded(Path("日志.csv"), data, "0" * 64), name="日志.csv", profile=profile, read=read)
    return ledger.take(source_of(arrival, manner), at)


def scored(*exports: Sequence[Row]) -> list[str]:
    with Ledger(":memory:", create=True) as ledger:
        for number, rows in enumerate(exports):
            take(ledger, rows, number)
        return scores_of(ledger)


def listed(taken: Taken) -> list[Planted]:
    return ordered([one[1:] for one in planted_of(taken.changes)])


def absent(taken: Taken) -> list[Planted]:
    facts = [event.fact for event in taken.absent]
    return ordered([(fact.ticket, fact.kind, fact.unit, fact.at) for fact in facts])


def places(rows: Iterable[Row]) -> list[Planted]:
    return ordered(
        [(row["工单编号"], KIND[row["操作"]], row["承办单位"], read_iso(iso(row["操作时间"]))) for row in rows]
    )


@pytest.mark.parametrize("seeds", [
    range(8), *(pytest.param(range(start, start + 82), marks=pytest.mark.slow) for start in range(8, 500, 82)),
])  # fmt: skip
def test_the_second_log_against_the_first(seeds: range) -> None:
    pair = pair_of(seeds)
    assert min(len(pair.planted), 4 * len(pair.new), 4 * len(pair.lost)) > len(seeds)
    with Ledger(":memory:", create=True) as ledger:
        first = take(ledger, pair.first, 0)
        assert (first.changes, first.absent) == ((), ())
        kept = take(ledger, pair.second, 1)
        assert listed(kept) == ordered(pair.planted)
        assert absent(kept) == places(pair.lost)
        kept_scores = scored([*pair.first, *pair.new])
        assert scores_of(ledger) == kept_scores, "the first counts, with what is new"
        replaced = take(ledger, pair.second, 2, REPLACING)
        assert listed(replaced) == ordered(pair.planted)
        assert absent(replaced) == places(pair.lost)
        second, size = scores_of(ledger), ledger.head().position
        assert second == scored([*pair.second, *pair.lost]), "the second counts, with what it tells no more"
        again = take(ledger, pair.second, 3, REPLACING)
        assert (again.changes, absent(again), ledger.head().position) == ((), places(pair.lost), size), "twice is once"
        older = take(ledger, pair.first, 4)
        assert ledger.head().position == size, "an older log takes nothing back by itself"
        turned = [(one.ticket, one.kind, one.field, one.now, one.was) for one in older.changes]
        assert ordered(turned) == ordered([(one[0], *one[2:]) for one in pair.planted])
        assert absent(older) == places(pair.new)
        take(ledger, pair.first, 5, REPLACING)
        assert scores_of(ledger) == kept_scores, "replaced, it counts again"


SENT = datetime(2023, 5, 4, 9)


def life(*acts: tuple[int, str, int]) -> list[Row]:
    """A ticket of 茅店镇: (number of the step, act, hours after it was sent)."""
    rows = [row_of("GX-1", number, act, "茅店镇", SENT + timedelta(hours=hours)) for number, act, hours in acts]
    return [row | ({"渠道": "12345", "工单性质": "主办"} if row["操作"] == "派单" else {}) for row in rows]


FIRST = life((1, "派单", 0), (2, "签收", 1), (3, "联系", 2), (4, "办结", 9))


def against(first: Sequence[Row], second: Sequence[Row], *without: str) -> Taken:
    with Ledger(":memory:", create=True) as ledger:
        take(ledger, first, 0, without=without)
        return take(ledger, second, 1, without=without)


def test_without_steps_a_moved_instant_is_another_act_and_the_old_one_is_named() -> None:
    moved = life((0, "派单", 0), (0, "签收", 5), (0, "联系", 2), (0, "办结", 9))
    taken = against(FIRST, moved, "环节序号")
    assert (taken.changes, taken.batch.events_added) == ((), 1)
    assert absent(taken) == places(FIRST[1:2])


def test_without_steps_the_acts_of_a_moved_unit_move_with_its_dispatch() -> None:
    elsewhere = [row | {"承办单位": "梅林镇"} for row in FIRST]
    taken = against(FIRST, elsewhere, "环节序号")
    assert [(one.kind, one.field) for one in taken.changes] == [(KIND[row["操作"]], "unit") for row in FIRST]
    assert (taken.absent, taken.batch.events_added) == ((), 0)


def test_an_increment_that_lacks_the_dispatch_names_nothing() -> None:
    taken = against(FIRST, life((5, "退回重办", 20), (6, "办结", 30)))
    assert (taken.changes, taken.absent, taken.batch.events_added) == ((), (), 2)


def test_from_a_later_dispatch_on_only_what_follows_it_is_named() -> None:
    first = [*FIRST, *life((5, "派单", 20), (6, "签收", 21), (7, "联系", 22))]
    taken = against(first, [row for row in first[4:] if row["操作"] != "签收"])
    assert absent(taken) == places(first[5:6])


def test_steps_before_and_behind_rows_put_in() -> None:
    second = life((1, "派单", 0), (2, "盖章", 1), (3, "签收", 3), (4, "联系", 2), (5, "盖章", 4), (6, "办结", 10))
    taken = against(FIRST, second)
    assert [(one.kind, one.field) for one in taken.changes] == [("sign", "at")], "told by the step behind it"
    assert absent(taken) == places(FIRST[3:]), "whose step is new is new: the old one is named"
    assert taken.batch.events_added == 3


def test_another_kind_at_the_same_step_is_another_act() -> None:
    taken = against(FIRST, life((1, "派单", 0), (2, "签收", 1), (3, "盖章", 2), (4, "办结", 9)))
    assert (taken.changes, absent(taken)) == ((), places(FIRST[2:3]))


@pytest.mark.parametrize("without", [(), ("环节序号",)])
def test_a_log_that_lost_its_seconds_adds_nothing(without: Sequence[str]) -> None:
    """Each act told to the minute is a change of the one told to the second, also where no step says which it is."""
    precise = [row | {"操作时间": f"{row['操作时间'][:-2]}33"} for row in FIRST]
    taken = against(precise, FIRST, *without)
    assert [(one.kind, one.field) for one in taken.changes] == [(KIND[row["操作"]], "at") for row in FIRST]
    assert (taken.absent, taken.batch.events_added) == ((), 0)
