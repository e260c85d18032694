"""The simulated county: the same for a seed, like a real one, and taken whole by the intake."""

import os
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest

from calendars.clock import Clock
from calendars.instants import DAY_MS, read_iso
from kaoping.demo.simulate import (
    HEADINGS,
    IDLE,
    KINDS,
    OFFICES,
    POSTS,
    STRANGER,
    TOWNS,
    Simulated,
    csv_of,
    jsonl_of,
    sample,
    simulate,
    write,
)
from kaoping.files.folder import profile, working_days
from kaoping.files.places import data_folder
from ledger.facts import Close, Dispatch, Enrol, Exempt, Extend, Fact, Finding, Return, Sign, Survey
from ledger.intake.tables.files import read_table
from ledger.intake.take import Intake, intake

REFRESH = "KAOPING_REFRESH"  # set: write the sample anew instead of comparing it
SAMPLES = data_folder() / "samples"
CITIZEN = ("来电人", "姓名", "电话", "手机", "地址", "住址", "身份证", "诉求内容", "主要内容", "标题")


@cache
def clock() -> Clock:
    return Clock(working_days())


@cache
def may() -> Simulated:
    return simulate(1, clock=clock())


def taken(data: bytes, name: str) -> Intake:
    (table,) = read_table(data, "simulated")
    return intake(table, profile(name))


@cache
def log() -> tuple[Fact, ...]:
    return tuple(fact for _, fact in taken(csv_of(may()), "hotline-log").facts)


def share(part: int, whole: int) -> float:
    return 100 * part / whole


# the same for a seed


def test_a_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    one, again, other = (simulate(seed, tickets_per_month=60, clock=clock()) for seed in (5, 5, 6))
    assert (csv_of(one), jsonl_of(one)) == (csv_of(again), jsonl_of(again))
    assert csv_of(one) != csv_of(other)


def test_months_follow_each_other_over_new_year() -> None:
    made = simulate(3, "2022-12", 2, 40, clock=clock())
    days = [row[HEADINGS["at"]][:7] for row in made.log if row[HEADINGS["kind"]] == KINDS["dispatch"]]
    assert {"2022-12", "2023-01"} <= set(days)
    assert max(row[HEADINGS["at"]] for row in made.log) <= "2023-02-14 17:30:00"  # ten working days into February


def test_it_is_written_for_excel_and_as_json_lines(tmp_path: Path) -> None:
    made = sample(clock())
    log_path, facts_path = write(made, tmp_path)
    assert (log_path.name, facts_path.name) == ("工单日志.csv", "单位与考评记录.jsonl")
    assert log_path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert facts_path.read_text("utf-8").count("\n") == len(made.facts)


# taken whole


@pytest.mark.parametrize("seed", [1, 2])
def test_the_intake_takes_every_row(seed: int) -> None:
    made = simulate(seed, tickets_per_month=400, clock=clock())
    for data, name, rows in ((csv_of(made), "hotline-log", made.log), (jsonl_of(made), "events", made.facts)):
        got = taken(data, name)
        assert (got.rows, got.accepted, len(got.facts)) == (len(rows), len(rows), len(rows))
        assert (got.problems, got.quarantined, got.ignored, got.repeated) == ((), (), 0, 0)


def test_headings_and_kinds_are_the_first_words_of_the_profile() -> None:
    hotline = profile("hotline-log")
    assert {name: hotline.columns[name][0] for name in HEADINGS} == HEADINGS
    first: dict[str, str] = {}
    for word, kind in hotline.kinds.items():
        first.setdefault(kind, word)
    assert {kind: first[kind] for kind in KINDS} == KINDS


def test_there_is_no_citizen_in_it() -> None:
    """Every column is one the profile maps, and it maps nobody's name, telephone, address or words."""
    (table,) = read_table(csv_of(may()), "simulated")
    assert list(table.header) == list(HEADINGS.values())
    assert not [heading for heading in table.header if any(word in heading for word in CITIZEN)]
    words = {cell for row in table.rows for cell in row.cells if isinstance(cell, str)}
    assert {word for word in words if word.isdigit() and len(word) > 2} == {"12345"}  # no telephone number


def test_events_of_a_ticket_come_in_order() -> None:
    for _, rows in groupby(may().log, key=lambda row: row[HEADINGS["ticket"]]):
        told = list(rows)
        assert told[0][HEADINGS["kind"]] == KINDS["dispatch"]
        assert [row[HEADINGS["seq"]] for row in told] == [str(n) for n in range(1, len(told) + 1)]
        times = [row[HEADINGS["at"]] for row in told]
        assert times == sorted(times)


def test_nobody_asks_for_more_time_after_closing() -> None:
    closed = set()
    for fact in log():
        if isinstance(fact, Close):
            closed.add((fact.ticket, fact.unit))
        assert not (isinstance(fact, Extend | Return) and (fact.ticket, fact.unit) in closed)


# like a real one


def test_units_are_the_countys() -> None:
    enrolled = Counter(fact.group for _, fact in taken(jsonl_of(may()), "events").facts if isinstance(fact, Enrol))
    assert enrolled == {"乡镇": len(TOWNS), "职能单位": len(OFFICES) + 1} == {"乡镇": 19, "职能单位": 25}
    seen = {fact.unit for fact in log()}
    assert seen == {*TOWNS, *OFFICES, STRANGER}
    assert IDLE not in seen


def test_dispatches_come_as_they_do() -> None:
    first = {fact.ticket: fact for fact in reversed(log()) if isinstance(fact, Dispatch)}.values()
    assert len(first) == 2500
    assert 85 < share(sum(fact.channel == "12345" for fact in first), 2500) < 91
    assert {fact.channel for fact in first} == {"12345", *POSTS}
    assert 8 < share(sum(fact.anonymous for fact in first), 2500) < 12
    limits = Counter(fact.limit_halves for fact in first)
    assert set(limits) == {2, 6, 10, 20}
    assert 78 < share(limits[10], 2500) < 86
    calendar = clock().calendar
    working = sum(calendar.works((fact.at + 8 * 3_600_000) // DAY_MS) for fact in first)
    assert 80 < share(working, 2500) < 95
    for day in (read_iso(f"2023-05-{day:02}T00:00:00+08:00") for day in (1, 6)):  # a holiday, a make-up day
        assert any(day <= fact.at < day + DAY_MS for fact in first)
    for fact in first:
        assert str(fact.ticket).startswith("GX202305")


def test_things_go_wrong_as_often_as_they_do() -> None:
    kinds = Counter(type(fact).__name__ for fact in log())
    dispatches = kinds["Dispatch"]
    assert 4 < share(kinds["Return"], dispatches) < 8
    assert 6 < share(kinds["Extend"], dispatches) < 13
    assert 3 < share(kinds["Redo"], dispatches) < 9
    assert 75 < share(kinds["Survey"], 2500) < 85
    ratings = Counter(fact.rating for fact in log() if isinstance(fact, Survey))
    assert {"满意", "一般", "不满意", "未评价", "无人接听"} <= set(ratings)
    assert 3 < share(ratings["不满意"] + ratings["非常不满意"], ratings.total()) < 9
    assert all(fact.halves and fact.halves <= 20 for fact in log() if isinstance(fact, Extend))
    returns = Counter(fact.ticket for fact in log() if isinstance(fact, Return))
    assert max(returns.values()) == 2


def test_most_sign_in_time_and_units_differ() -> None:
    dues: dict[tuple[str | None, str | None], int] = {}
    late: Counter[str | None] = Counter()
    signed: Counter[str | None] = Counter()
    for fact in log():
        if isinstance(fact, Dispatch):
            dues[fact.ticket, fact.unit] = clock().deadline(fact.at, "0.5").due_ms
        elif isinstance(fact, Sign):
            signed[fact.unit] += 1
            late[fact.unit] += fact.at > dues[fact.ticket, fact.unit]
    assert 2 < share(late.total(), signed.total()) < 6
    shares = sorted(share(late[unit], signed[unit]) for unit in signed)
    assert shares[0] == 0
    assert shares[-1] > 8


def test_findings_carry_their_document_and_name_tickets_of_the_log() -> None:
    tickets = {fact.ticket for fact in log()}
    found = [fact for _, fact in taken(jsonl_of(may()), "events").facts if not isinstance(fact, Enrol)]
    items = {fact.item for fact in found if isinstance(fact, Finding)}
    assert {"praise", "complaint", "supervised", "poor_result", "mishandled", "notice_unsynced"} <= items
    assert any(isinstance(fact, Exempt) for fact in found)
    documents = [fact.document for fact in found if isinstance(fact, Finding | Exempt)]
    assert len(documents) == len(set(documents)) == len(found)
    assert all(fact.ticket in tickets for fact in found if fact.ticket is not None)


# the sample


@pytest.mark.parametrize(("name", "made_of"), [("2023-05.csv", csv_of), ("units.jsonl", jsonl_of)])
def test_the_committed_sample_is_what_the_code_makes(name: str, made_of: Callable[[Simulated], bytes]) -> None:
    made = made_of(sample(clock()))
    if os.environ.get(REFRESH):
        (SAMPLES / name).write_bytes(made)
    assert (SAMPLES / name).read_bytes() == made
