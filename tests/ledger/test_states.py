"""Rows that are states of a ticket: what changed since the row before is a fact, and nothing is known before its time."""

import gzip
from collections import Counter
from pathlib import Path

import pytest

from calendars.instants import SHANGHAI, show_iso
from kaoping.files.folder import profile as shipped
from kaoping.files.profiles import read_profile
from ledger.intake.tables.files import read_table
from ledger.intake.take import Intake, Surroundings, intake
from ledger.sentences import UnusableFile

REAL = Path(__file__).parents[3] / "shared" / "data" / "incidents" / "uci_servicenow.csv.gz"
PROFILE = """
name = "daily"
title = "每日状况"
source = "示例"
needed = ["ticket", "at", "state"]
times = ["%Y-%m-%d %H:%M"]
absent = ["?"]
state_rows = true

[columns]
ticket = ["工单编号"]
at = ["截取时间"]
seq = ["次序"]
kind = ["状态"]
state = ["状态"]
unit = ["承办单位"]
signed_at = ["签收时间"]
redos = ["重办次数"]

[kinds]
"已派" = "ignore"
"办结" = "close"

[[events]]
kind = "dispatch"
when = [{ column = "unit", filled = true }]

[[events]]
kind = "sign"
at = "signed_at"

[[events]]
kind = "redo"
count = "redos"

[[events]]
kind = "word"
"""
HEADER = "工单编号,截取时间,次序,状态,承办单位,签收时间,重办次数\n"


def take(rows: str, within: Surroundings | None = None) -> Intake:
    (table,) = read_table((HEADER + rows).encode(), "状况.csv")
    return intake(table, read_profile(PROFILE, "daily.toml"), within=within or Surroundings())


def told(done: Intake) -> list[str]:
    return [f"{row} {fact.kind} {fact.unit} {show_iso(fact.at, SHANGHAI)[5:16]}" for row, fact in done.facts]


def test_a_state_tells_what_changed_and_a_repeated_one_nothing() -> None:
    done = take(
        "GX-1,2023-05-04 09:00,1,已派,茅店镇,?,0\n"
        "GX-1,2023-05-05 09:00,2,已派,茅店镇,?,0\n"
        "GX-1,2023-05-06 09:00,3,已派,湖江镇,?,0\n"
        "GX-1,2023-05-07 09:00,4,办结,湖江镇,?,0\n"
        "GX-1,2023-05-08 09:00,5,已派,?,?,1\n"
    )
    assert told(done) == [
        "2 dispatch 茅店镇 05-04T09:00", "4 dispatch 湖江镇 05-06T09:00", "5 close 湖江镇 05-07T09:00", "6 redo None 05-08T09:00",
    ]  # fmt: skip
    assert (done.ignored, done.problems) == (1, ())


def test_states_are_taken_by_their_own_time_then_seq_wherever_they_stand() -> None:
    rows = (
        "GX-1,2023-05-06 09:00,3,办结,湖江镇,?,0\n"
        "GX-1,2023-05-06 09:00,2,已派,湖江镇,?,0\n"
        "GX-1,2023-05-04 09:00,1,已派,茅店镇,?,0\n"
    )
    assert sorted(told(take(rows))) == [
        "2 close 湖江镇 05-06T09:00", "3 dispatch 湖江镇 05-06T09:00", "4 dispatch 茅店镇 05-04T09:00",
    ]  # fmt: skip


def test_a_time_after_the_state_was_not_known_then() -> None:
    """The final value repeated on every row is told once, by the first state that could know it."""
    done = take(
        "GX-1,2023-05-04 09:00,1,已派,茅店镇,2023-05-05 10:00,0\n"
        "GX-1,2023-05-06 09:00,2,已派,茅店镇,2023-05-05 10:00,0\n"
        "GX-1,2023-05-07 09:00,3,已派,茅店镇,2023-05-05 10:00,0\n"
    )
    assert told(done) == ["2 dispatch 茅店镇 05-04T09:00", "3 sign 茅店镇 05-05T10:00"]
    assert done.ignored == 1


@pytest.mark.parametrize(
    ("counts", "kinds", "why"),
    [
        ((0, 1), ["redo"], None),
        ((0, 3), ["redo"], "says redo, but 2 of them without a time (截取时间): left out"),
        ((2, 2), [], "says 2 redo before the first state, nobody says when: left out"),
        ((1, 0), [], "fell from 1: a counter only rises; left out"),
    ],
)
def test_a_counter_tells_how_often(counts: tuple[int, int], kinds: list[str], why: str | None) -> None:
    done = take(
        "".join(f"GX-1,2023-05-0{4 + day} 09:00,{day},已派,茅店镇,?,{count}\n" for day, count in enumerate(counts))
    )
    assert [fact.kind for _, fact in done.facts if fact.kind == "redo"] == kinds
    assert (why in [str(problem.why) for problem in done.problems]) if why else not done.problems
    assert all(not problem.fatal for problem in done.problems if done.facts and problem.row == 2)


def test_a_state_without_its_time_has_no_place() -> None:
    done = take("GX-1,?,1,已派,茅店镇,?,0\nGX-1,昨天,1,已派,茅店镇,?,0\n")
    assert done.facts == ()
    assert [str(problem.why) for problem in done.problems] == [
        "is missing",
        "is a time in none of the profile's formats",
    ]


def test_a_file_that_begins_in_the_middle_of_a_known_life_tells_nothing_by_its_first_state() -> None:
    first, later = (
        "GX-1,2023-05-04 09:00,1,已派,茅店镇,?,0\n",
        "GX-1,2023-05-06 09:00,3,已派,茅店镇,?,0\nGX-1,2023-05-07 09:00,4,办结,茅店镇,?,0\n",
    )
    begun = {"GX-1": take(first).facts[0][1].at}
    done = take(later, Surroundings(begun=begun))
    assert told(done) == ["3 close 茅店镇 05-07T09:00"]
    assert [problem.row for problem in done.problems] == [2]
    assert len(take(first + later, Surroundings(begun=begun)).facts) == 2


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ("state_rows = true", 'state_rows = true\nonly_changes = ["state"]', "is said by state_rows already"),
        ('when = [{ column = "unit", filled = true }]', "", "would be told by every state"),
    ],
)
def test_mistakes_of_a_profile_of_states(was: str, now: str, why: str) -> None:
    with pytest.raises(UnusableFile) as refused:
        read_profile(PROFILE.replace(was, now), "daily.toml")
    assert why in str(refused.value)


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="the log of UCI 498 is not here")
def test_a_real_log_of_states() -> None:
    """Every reopening that the log counts is a redo; dispatches after the first are at least as many as it counts where both know."""
    (table,) = read_table(gzip.decompress(REAL.read_bytes()), "incidents.csv")
    done = intake(table, shipped("servicenow"))
    kinds = Counter(fact.kind for _, fact in done.facts)
    assert kinds == {"close": 41817, "dispatch": 36599, "sign": 13444, "contact": 5116, "redo": 276}
    at = {name: table.header.index(name) for name in ("number", "reopen_count")}
    reopened: dict[object, int] = {}
    for row in table.rows:
        count = int(str(row.cells[at["reopen_count"]]))
        reopened[row.cells[at["number"]]] = max(count, reopened.get(row.cells[at["number"]], 0))
    redone = Counter(fact.ticket for _, fact in done.facts if fact.kind == "redo")
    assert {ticket: count for ticket, count in reopened.items() if count} == redone


def test_a_state_with_an_error_is_a_problem_and_changes_nothing_after_it() -> None:
    done = take(
        "GX-1,2023-05-04 09:00,1,已派,茅店镇,,\nGX-1,2023-05-04 10:00,2,已派,#N/A,,\nGX-1,2023-05-04 11:00,3,办结,茅店镇,,\n"
    )
    assert [(row, fact.kind) for row, fact in done.facts] == [(2, "dispatch"), (4, "close")]
    assert [(one.row, one.column) for one in done.problems] == [(3, "承办单位")]
