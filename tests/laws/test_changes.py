"""Pairs of exports of the same tickets: what the second says otherwise is found, all of it and nothing else, and moves scores only
where it may replace what is known. The second is read by a profile of another name."""

import csv
import io
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import attrs
import pytest

from calendars.instants import read_iso
from calendars.periods import show_month
from kaoping.files import folder
from kaoping.office.intake.imports import PLAIN, Arrival, Manner, source_of
from ledger.batches import Change, Taken
from ledger.exchange import ROLES
from ledger.intake.profile import Profile
from ledger.intake.tables.files import read_table
from ledger.intake.take import intake
from ledger.snapshot import snapshot_of
from ledger.store import Ledger
from scoring.scores.published import document_of, text_of
from scoring.scores.scoring import recompute
from tests.logs import calendar, rulebook

UNITS = ("茅店镇", "江口镇", "区城管局", "区住建局", "梅林镇")
TIMES = ("签收时间", "联系时间", "退回时间", "办结时间", "回访时间")
SUB_TIMES = {"二级派单时间": "dispatch", "二级签收时间": "sign", "二级办结时间": "close"}
KIND = {"签收时间": "sign", "联系时间": "contact", "退回时间": "return", "办结时间": "close", "回访时间": "survey"}
HEADER = (
    "工单编号",
    "承办单位",
    "派单时间",
    "工单性质",
    "处理时限",
    "处理时限单位",
    "渠道",
    *TIMES,
    "最终满意度",
    "是否联系市民",
    "二级承办单位",
    *SUB_TIMES,
)
Row = dict[str, str]
AS_OF = read_iso("2023-07-05T09:00:00+08:00")


def rows_of(rng: random.Random, seed: int) -> list[Row]:
    """Some tickets of May and June 2023, one or two units each, as a platform exports them; no other seed has the same."""
    rows: list[Row] = []
    for number in range(rng.randint(2, 6)):
        sent = datetime(2023, 5, 4, 9) + timedelta(minutes=rng.randrange(20 * 24 * 60))
        for unit, role in zip(
            rng.sample(units_of(seed), 2)[: 1 + (rng.random() < 0.3)], ("主办", "协办"), strict=False
        ):
            row = dict.fromkeys(HEADER, "")
            row |= {
                "工单编号": f"GX-{seed}-{number}",
                "承办单位": unit,
                "派单时间": shown(sent),
                "工单性质": role if role == "协办" or rng.random() < 0.8 else "",
                "渠道": "12345热线",
            }
            if rng.random() < 0.3:
                row |= sub_order_of(rng, row)
            if rng.random() < 0.8:
                row |= {"处理时限": str(rng.randint(1, 5)), "处理时限单位": "工作日"}
            at = sent
            for column in TIMES:
                at += timedelta(minutes=rng.randrange(1, 3 * 24 * 60))
                if rng.random() < (0.2 if column == "退回时间" else 0.8):
                    row[column] = shown(at)
            if row["回访时间"] and rng.random() < 0.9:
                row |= {
                    "最终满意度": rng.choice(("满意", "不满意", "基本满意")),
                    "是否联系市民": rng.choice(("是", "否", "")),
                }
            rows.append(row)
    return rows


def sub_order_of(rng: random.Random, row: Row) -> Row:
    """A unit below that of the row, and what it did."""
    at = datetime.fromisoformat(row["派单时间"]) + timedelta(minutes=rng.randrange(60, 600))
    found = {"二级承办单位": f"{row['承办单位']}下属"}
    for column in SUB_TIMES:
        if column == "二级派单时间" or rng.random() < 0.7:
            found[column] = shown(at)
        at += timedelta(minutes=rng.randrange(60, 2 * 24 * 60))
    return found


def units_of(seed: int) -> list[str]:
    return [f"{unit}{seed}" for unit in UNITS]


def shown(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def iso(text: str) -> str:
    return f"{text.replace(' ', 'T')}+08:00"


def edited(
    rng: random.Random, seed: int, before: int, first: Sequence[Row]
) -> tuple[list[Row], list[Row], list[tuple[object, ...]]]:
    """(the second export, the first with only what was newly filled, the planted changes)."""
    second, filled = [dict(row) for row in first], [dict(row) for row in first]
    planted: list[tuple[object, ...]] = []
    for number, (was, now, half) in enumerate(zip(first, second, filled, strict=True)):
        place = (before + number + 2, was["工单编号"], was["承办单位"])
        planted += edit_sub_order(rng, was, now, half, place)
        if rng.random() < 0.15:
            free = [
                unit
                for unit in units_of(seed)
                if all(unit != row["承办单位"] for row in (*first, *second) if row["工单编号"] == was["工单编号"])
            ]
            now["承办单位"] = rng.choice(free)
            planted.append((*place, "dispatch", "unit", was["承办单位"], now["承办单位"]))
        moved = was["承办单位"] != now["承办单位"]
        for column in TIMES:
            planted += edit_time(rng, column, was, now, half, place)
        if now["回访时间"] == was["回访时间"] != "":
            planted += edit_survey(rng, was, now, half, place)
        planted += edit_dispatch(rng, was, now, half, place)
        if moved:  # kept aside whole
            half.update({column: value for column, value in was.items() if not column.startswith("二级")})
        else:
            planted += correct_dispatch(rng, was, now, half, place)
    return second, filled, planted


def edit_time(
    rng: random.Random, column: str, was: Row, now: Row, half: Row, place: tuple[object, ...]
) -> Iterator[tuple[object, ...]]:
    chance = rng.random()
    sent = datetime.fromisoformat(was["派单时间"])
    if not was[column]:
        if chance < 0.4:
            now[column] = half[column] = shown(sent + timedelta(minutes=rng.randrange(1, 15 * 24 * 60)))
    elif chance < 0.15:
        now[column] = shown(datetime.fromisoformat(was[column]) + timedelta(minutes=rng.choice((-600, -1, 1, 1500))))
        yield (*place, KIND[column], "at", iso(was[column]), iso(now[column]))
    elif chance < 0.3:
        now[column] = ""
        if column == "回访时间":
            now |= {"最终满意度": "", "是否联系市民": ""}
        yield (*place, KIND[column], "at", iso(was[column]), None)


def edit_survey(
    rng: random.Random, was: Row, now: Row, half: Row, place: tuple[object, ...]
) -> Iterator[tuple[object, ...]]:
    for column, field, words in (
        ("最终满意度", "rating", ("满意", "不满意")),
        ("是否联系市民", "contacted", ("是", "否")),
    ):
        new = rng.choice((was[column], was[column], "", *words))
        if new != was[column]:
            now[column] = new
            if was[column]:
                yield (*place, "survey", field, told(was[column]), told(new))
            else:
                half[column] = new


def edit_sub_order(
    rng: random.Random, was: Row, now: Row, half: Row, place: tuple[object, ...]
) -> Iterator[tuple[object, ...]]:
    chance, whose = rng.random(), (*place[:2], was["二级承办单位"])
    if not was["二级承办单位"]:
        if chance < 0.2:
            new = sub_order_of(rng, was)
            now |= new
            half |= new
        return
    if chance < 0.2:
        now |= dict.fromkeys(("二级承办单位", *SUB_TIMES), "")
        for column, kind in SUB_TIMES.items():
            if was[column]:
                yield (*whose, kind, "at", iso(was[column]), None)
        return
    for column, kind in SUB_TIMES.items():
        if not was[column]:
            if rng.random() < 0.3:
                sent = datetime.fromisoformat(was["二级派单时间"])
                now[column] = half[column] = shown(sent + timedelta(minutes=rng.randrange(40, 4000)))
        elif rng.random() < 0.2:
            moved = shown(datetime.fromisoformat(was[column]) + timedelta(minutes=rng.choice((-25, 30))))
            now[column] = "" if kind != "dispatch" and rng.random() < 0.5 else moved
            yield (*whose, kind, "at", iso(was[column]), iso(now[column]) if now[column] else None)


def correct_dispatch(
    rng: random.Random, was: Row, now: Row, half: Row, place: tuple[object, ...]
) -> Iterator[tuple[object, ...]]:
    """Its time, whether acts are common to both or not, and its role."""
    if rng.random() < 0.15 and was["退回时间"] == now["退回时间"]:
        now["派单时间"] = shown(datetime.fromisoformat(was["派单时间"]) + timedelta(minutes=rng.choice((-40, 25))))
        half |= {column: was[column] for column in ("处理时限", "处理时限单位")}  # kept aside whole
        yield (*place, "dispatch", "at", iso(was["派单时间"]), iso(now["派单时间"]))
    if rng.random() < 0.3:
        now["工单性质"] = "" if was["工单性质"] else "主办"
        if was["工单性质"]:
            yield (*place, "dispatch", "role", ROLES[was["工单性质"]], None)
        elif was["派单时间"] == now["派单时间"]:
            half["工单性质"] = "主办"


def edit_dispatch(
    rng: random.Random, was: Row, now: Row, half: Row, place: tuple[object, ...]
) -> Iterator[tuple[object, ...]]:
    new = rng.choice((*(was["处理时限"],) * 4, "", "3", "7"))
    if new != was["处理时限"]:
        now |= {"处理时限": new, "处理时限单位": "工作日" if new else ""}
        if was["处理时限"]:
            yield (*place, "dispatch", "limit_days", was["处理时限"], new or None)
        else:
            half |= {"处理时限": new, "处理时限单位": "工作日"}


def told(word: str) -> str | None:
    return {"是": "true", "否": "false", "": None}.get(word, word)


def take(ledger: Ledger, rows: Sequence[Row], at: int, manner: Manner = PLAIN) -> tuple[Change, ...]:
    return taken_in(ledger, rows, at, manner).changes


def taken_in(ledger: Ledger, rows: Sequence[Row], at: int, manner: Manner = PLAIN) -> Taken:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER)
    writer.writeheader()
    writer.writerows(rows)
    data = text.getvalue().encode()
    (table,) = read_table(data, "工单.csv")
    profile = attrs.evolve(wide(), name=f"profile-{at % 2}")
    read = intake(table, profile)
    assert not read.problems, read.problems
    arrival = Arrival(file=folder.Loaded(Path("工单.csv"), data, "0" * 64), name="工单.csv", profile=profile, read=read)
    return ledger.take(source_of(arrival, manner), at)


def wide() -> Profile:
    return folder.profile("hotline-wide")


def planted_of(changes: Sequence[Change]) -> list[tuple[object, ...]]:
    """The changes as `edited` plants them, in order."""
    return ordered([(one.row, one.ticket, one.unit, one.kind, one.field, one.was, one.now) for one in changes])


def ordered(planted: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return sorted(planted, key=repr)


def scored(*exports: Sequence[Row], manner: Manner = PLAIN) -> tuple[list[str], list[tuple[Change, ...]]]:
    """What the exports, taken in one after another, come to, and what each said otherwise."""
    with Ledger(":memory:", create=True) as ledger:
        found = [take(ledger, rows, number, manner) for number, rows in enumerate(exports)]
        return scores_of(ledger), found


def scores_of(ledger: Ledger) -> list[str]:
    """The scores of May and June as they are published."""
    scoring = recompute(snapshot_of(ledger, ledger.head().position), rulebook(), calendar(), AS_OF)
    evidence = scoring.evidence([202305, 202306])
    return [text_of(document_of(rulebook(), show_month(month), scoring.sheets(one))) for month, one in evidence.items()]


@pytest.mark.parametrize("seeds", [
    range(15), *(pytest.param(range(start, start + 97), marks=pytest.mark.slow) for start in range(15, 500, 97)),
])  # fmt: skip
def test_the_second_export_against_the_first(seeds: range) -> None:
    first: list[Row] = []
    second: list[Row] = []
    filled: list[Row] = []
    planted: list[tuple[object, ...]] = []
    for seed in seeds:
        rng = random.Random(seed)
        rows = rows_of(rng, seed)
        parts = edited(rng, seed, len(first), rows)
        first, second, filled, planted = first + rows, second + parts[0], filled + parts[1], planted + parts[2]
    assert len(planted) > 2 * len(seeds)
    alone, _ = scored(second)
    half, (*_, none) = scored(first, filled)
    assert none == (), "what is filled is no change"
    kept, (*_, listed) = scored(first, second)
    replaced, (*_, taken) = scored(first, second, manner=Manner(replace=True))
    assert planted_of(listed) == planted_of(taken) == ordered(planted)
    assert replaced == alone, "replaced, the second export is what counts"
    assert kept == half == scored(filled)[0], "else the first counts, with what was filled"


@pytest.mark.parametrize("seeds", [range(15), pytest.param(range(15, 200), marks=pytest.mark.slow)])
def test_rows_left_out_are_named_and_stay(seeds: range) -> None:
    """Rows of units that assist, of tickets that are in the file still."""
    first = [row for seed in seeds for row in rows_of(random.Random(seed), seed)]
    second, lost = (
        [row for row in first if row["工单性质"] != "协办"],
        [row for row in first if row["工单性质"] == "协办"],
    )
    assert len(lost) > len(seeds) // 2
    columns = {"派单时间": ("dispatch", "承办单位"), **{column: (kind, "承办单位") for column, kind in KIND.items()}}
    columns |= {column: (kind, "二级承办单位") for column, kind in SUB_TIMES.items()}
    facts = [
        (row["工单编号"], kind, row[unit], read_iso(iso(row[column])))
        for row in lost
        for column, (kind, unit) in columns.items()
        if row[column]
    ]
    with Ledger(":memory:", create=True) as ledger:
        taken_in(ledger, first, 0)
        alone = scores_of(ledger)
        for number in (1, 2):
            taken = taken_in(ledger, second, number, Manner(replace=True))
            assert (taken.changes, scores_of(ledger)) == ((), alone)
            absent = [(event.fact.ticket, event.fact.kind, event.fact.unit, event.fact.at) for event in taken.absent]
            assert ordered(absent) == ordered(facts)


def backwards(planted: Sequence[tuple[object, ...]], filled: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """What the first export says otherwise than the second: what was planted, and what was filled, the other way round."""
    units = {
        (row, ticket, was): now
        for row, ticket, _, kind, field, was, now in planted
        if (kind, field) == ("dispatch", "unit")
    }
    turned = []
    for row, ticket, unit, kind, field, was, now in (*planted, *filled):
        gone = (field, now) == ("at", None)  # told of the unit that had done it
        turned.append((row, ticket, unit if gone else units.get((row, ticket, unit), unit), kind, field, now, was))
    return ordered(turned)


def filled_of(seed: int, before: int, first: Sequence[Row], second: Sequence[Row]) -> Iterator[tuple[object, ...]]:
    """What the second export has newly filled."""
    for number, (was, now) in enumerate(zip(first, second, strict=True)):
        place = (before + number + 2, was["工单编号"], was["承办单位"])
        for column in TIMES:
            if now[column] and not was[column]:
                yield (*place, KIND[column], "at", None, iso(now[column]))
        if now["回访时间"] == was["回访时间"] != "":
            for column, field in (("最终满意度", "rating"), ("是否联系市民", "contacted")):
                if now[column] and not was[column]:
                    yield (*place, "survey", field, None, told(now[column]))
        if now["处理时限"] and not was["处理时限"]:
            yield (*place, "dispatch", "limit_days", None, now["处理时限"])
        if now["工单性质"] and not was["工单性质"]:
            yield (*place, "dispatch", "role", None, ROLES[now["工单性质"]])
        for column, kind in SUB_TIMES.items():
            if now[column] and not was[column]:
                yield (*place[:2], now["二级承办单位"], kind, "at", None, iso(now[column]))


def without_rows(listed: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """The changes, a sub-order that is gone without its row: where nothing else of that row is new, no fact tells which it was."""
    return sorted(((0, *one[1:]) if one[-1] is None and "下属" in str(one[2]) else one for one in listed), key=str)


@pytest.mark.parametrize("seeds", [range(12), pytest.param(range(12, 200), marks=pytest.mark.slow)])
def test_what_a_replacement_took_back_stays_so_until_it_is_replaced_again(seeds: range) -> None:
    first: list[Row] = []
    second: list[Row] = []
    back: list[tuple[object, ...]] = []
    for seed in seeds:
        rng = random.Random(seed)
        rows = rows_of(rng, seed)
        later, _, planted = edited(rng, seed, len(first), rows)
        back += backwards(planted, [*filled_of(seed, len(first), rows, later)])
        first, second = first + rows, second + later
    replacing = Manner(replace=True)
    with Ledger(":memory:", create=True) as ledger:
        take(ledger, first, 0)
        alone = scores_of(ledger)
        take(ledger, second, 1, replacing)
        replaced, size = scores_of(ledger), ledger.head().position
        assert replaced == scored(second)[0]
        kept = take(ledger, first, 2)
        assert (scores_of(ledger), ledger.head().position) == (replaced, size), (
            "an older file takes nothing back by itself"
        )
        assert without_rows(planted_of(kept)) == without_rows(ordered(back))
        assert not any(one.taken for one in kept)
        assert take(ledger, second, 3) == (), "what stands says the same"
        taken = take(ledger, first, 4, replacing)
        assert without_rows(planted_of(taken)) == without_rows(ordered(back))
        assert scores_of(ledger) == alone, "replaced, it counts again"


def test_corrected_and_corrected_back() -> None:
    rng = random.Random(1)
    first = rows_of(rng, 1)
    second, _, planted = edited(rng, 1, 0, first)
    replacing = Manner(replace=True)
    back, (*_, said) = scored(first, second, second, first, manner=replacing)
    assert planted
    assert said
    assert back == scored(second, first, manner=replacing)[0]
    assert scored(first, second, first, second, manner=replacing)[0] == scored(second)[0]


@pytest.mark.parametrize("seeds", [range(10)])
def test_an_export_that_lost_its_seconds_adds_no_round(seeds: range) -> None:
    """A spreadsheet saved again shows 9:05 for 9:05:33: the same acts, each at another instant, and nothing new."""
    first = [row for seed in seeds for row in rows_of(random.Random(seed), seed)]
    coarse = [dict(row) for row in first]
    moved = 0
    for number, row in enumerate(first):
        for place, column in enumerate(("派单时间", *TIMES)):
            if row[column]:
                row[column] = f"{row[column][:-2]}{(7 * number + 11 * place) % 59 + 1:02d}"
                moved += 1
    alone, _ = scored(coarse)
    kept, (*_, listed) = scored(first, coarse)
    replaced, (*_, taken) = scored(first, coarse, manner=Manner(replace=True))
    assert len(listed) == len(taken) == moved
    assert {one.field for one in listed} == {"at"}
    assert kept == scored(first)[0]
    assert replaced == alone
    assert scored(coarse, first)[0] == alone
