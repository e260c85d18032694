"""Each younger reading as a clerk would read it: a few facts, and what comes out under each option, counted by hand.

The oracle is asked, and the product says the same. A story is one fact a line: day and time, kind, unit, details. All of May
2023: the 8th is a Monday, two plain weeks follow; 0.5 day from 09:00 ends at 14:00, whole days at 17:30 of the last day.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from scoring.scores.scoring import Scoring
from tests.logs import ledger_of, report_of, translated
from tests.oracle import oracle, oracle_year
from tests.oracle.covered import covered
from tests.oracle.disputed import disputed, disputed_year
from tests.oracle.histories import History
from tests.oracle.oracle import Readings
from tests.oracle.test_oracle import sheet_of, verdicts_of

LATER = "2023-07-31T12:00:00+08:00"
WORDS = {"yes": True, "no": False}


def facts_of(story: str) -> list[dict[str, Any]]:
    """'05-08 09:00 dispatch 甲 lead limit_days=5' -> a fact; a bare word is a role, the ticket is GX-1 unless told."""
    facts = []
    for line in story.strip().splitlines():
        day, time, kind, unit, *details = line.split()
        fact: dict[str, Any] = {"kind": kind, "unit": unit, "at": f"2023-{day}T{time}:00+08:00"}
        if kind not in ("enrol", "finding"):
            fact["ticket"] = "GX-1"
        for detail in details:
            name, _, value = detail.rpartition("=")
            fact[name or "role"] = int(value) if name == "count" else WORDS.get(value, value)
        facts.append(fact)
    return facts


def judged(story: str, *measures: str, as_of: str = LATER, **readings: str) -> dict[str, str]:
    """'甲 1 signed' -> 'met 05-08 10:00', for the measures asked: what the oracle says, and the product says too."""
    facts, taken = facts_of(story), Readings(**readings)
    told = oracle.verdicts(facts, taken, oracle.ms_of(as_of))
    with derived(facts, taken, as_of) as scoring:
        assert verdicts_of(scoring) == {
            (one.measure, one.ticket, one.unit, one.round, one.channel, one.state, one.decided_at_ms, one.month)
            for one in told
        }
    return {
        f"{one.unit} {one.round} {one.measure}": one.state
        if one.decided_at_ms is None
        else f"{one.state} {oracle.local(one.decided_at_ms):%m-%d %H:%M}"
        for one in told
        if one.measure in measures
    }


@contextmanager
def derived(facts: list[dict[str, Any]], readings: Readings, as_of: str = LATER) -> Iterator[Scoring]:
    """What the product makes of the facts."""
    with TemporaryDirectory() as folder, ledger_of(Path(folder) / "story.db", translated(facts)) as ledger:
        yield report_of(ledger, readings, oracle.ms_of(as_of))


def sheet(story: str, name: str = "hotline", period: str = "2023-05", **readings: str) -> dict[str, oracle.Result]:
    facts, taken = facts_of(story), Readings(**readings)
    told = oracle.month(facts, taken, period, oracle.ms_of(LATER))[name]
    month = int(period.replace("-", ""))
    with derived(facts, taken) as scoring:
        (scored,) = (one for one in scoring.sheets(scoring.evidence([month])[month]) if one.sheet.id == name)
    assert sheet_of(scored) == {
        unit: (one.score, one.basis, one.rank, one.group, dict(one.items)) for unit, one in told.items()
    }
    return told


def base(story: str, item: str, **readings: str) -> Decimal:
    return oracle_year.base_sheet(facts_of(story), "甲", 2023, Readings(**readings), oracle.ms_of(LATER)).items[item]


ROUND = ("signed", "responded", "closed", "satisfied")

# -------------------------------------------------------------------------------- moved_rounds

MOVED = """
05-08 09:00 dispatch 甲 lead limit_days=5
05-08 10:00 sign 甲
05-09 09:00 dispatch 乙 lead limit_days=5
05-09 10:00 sign 乙
05-09 11:00 contact 乙
05-10 10:00 close 乙
"""
SECOND_UNIT = {"乙 1 signed": "met 05-09 10:00", "乙 1 responded": "met 05-09 11:00", "乙 1 closed": "met 05-10 10:00"}
FIRST_UNIT = {
    "甲 1 signed": "met 05-08 10:00",
    "甲 1 responded": "breached 05-09 17:30",
    "甲 1 closed": "breached 05-15 17:30",
}


def test_a_moved_round_keeps_what_was_decided_by_the_move() -> None:
    """The response was due at 17:30 on the 9th and the close on the 15th; the ticket went on at 09:00 on the 9th."""
    assert judged(MOVED, *ROUND, moved_rounds="stay") == FIRST_UNIT | SECOND_UNIT
    assert judged(MOVED, *ROUND, moved_rounds="leave") == {"甲 1 signed": "met 05-08 10:00"} | SECOND_UNIT


@pytest.mark.parametrize(
    ("moved_at", "stays"),
    [("13:59", False), ("14:00", True), ("14:01", True)],
)
def test_a_breach_stays_from_its_very_deadline_on(moved_at: str, stays: bool) -> None:
    story = f"05-08 09:00 dispatch 甲 lead\n05-08 {moved_at} dispatch 乙 lead"
    told = judged(story, "signed", moved_rounds="leave")
    assert ("甲 1 signed" in told) == stays
    assert told["乙 1 signed"].startswith("breached")


@pytest.mark.parametrize(
    ("what", "ends"),
    [
        ("", True),
        ("05-09 08:59 close 甲", False),
        ("05-09 09:00 close 甲", False),
        ("05-09 09:01 close 甲", True),
        ("05-08 15:00 return 甲", False),
        ("05-08 15:00 extend 甲 days=2", True),
        ("05-08 15:00 return 甲\n05-08 16:00 decide 甲 about=return granted=no", True),
    ],
)
def test_a_round_that_was_closed_or_returned_does_not_end(what: str, ends: bool) -> None:
    """Whether the first unit still has the response that was due after the move (a returned round keeps it here)."""
    story = "05-08 09:00 dispatch 甲 lead limit_days=5\n" + what + "\n05-09 09:00 dispatch 乙 lead"
    told = judged(story.replace("\n\n", "\n"), "responded", moved_rounds="leave", returned_rounds="stay")
    assert ("甲 1 responded" not in told) == ends


@pytest.mark.parametrize(
    ("first", "second", "ends", "listed"),
    [
        ("lead", "lead", True, False),
        ("", "", False, True),
        ("lead", "", False, True),
        ("", "lead", False, True),
        ("lead", "assist", False, False),
        ("assist", "lead", False, False),
    ],
)
def test_both_dispatches_must_say_that_they_are_lead(first: str, second: str, ends: bool, listed: bool) -> None:
    story = f"05-08 09:00 dispatch 甲 {first}\n05-09 09:00 dispatch 乙 {second}"
    readings = Readings(moved_rounds="leave")
    assert ("甲 1 responded" not in judged(story, "responded", moved_rounds="leave")) == ends
    assert oracle.two_leads(facts_of(story), readings) == ({"GX-1"} if listed else set())
    assert oracle.two_leads(facts_of(story), Readings(moved_rounds="stay")) == set()


def test_an_earlier_round_that_is_still_open_ends_at_the_move_too() -> None:
    story = """
05-08 09:00 dispatch 甲 lead limit_days=5
05-09 09:00 dispatch 甲 lead limit_days=5
05-10 09:00 dispatch 乙 lead
"""
    assert judged(story, "closed", moved_rounds="leave") == {}
    assert set(judged(story, "closed", repeated_dispatch="anew")) == {"甲 2 closed"}


# -------------------------------------------------------------------------------- repeated_dispatch


@pytest.mark.parametrize("role", ["", "lead", "assist"])
def test_a_ticket_dispatched_again_to_its_unit_starts_anew(role: str) -> None:
    story = f"""
05-08 09:00 dispatch 甲 {role} limit_days=1
05-08 10:00 sign 甲
05-09 09:00 dispatch 甲 {role} limit_days=1
05-09 10:00 sign 甲
05-09 10:30 contact 甲
05-09 11:00 close 甲
"""
    second = {"甲 2 signed": "met 05-09 10:00", "甲 2 responded": "met 05-09 10:30", "甲 2 closed": "met 05-09 11:00"}
    first = {"甲 1 signed": "met 05-08 10:00"}
    lapsed = {"甲 1 responded": "breached 05-09 17:30", "甲 1 closed": "breached 05-09 17:30"}
    assert judged(story, *ROUND, repeated_dispatch="anew") == first | second
    assert judged(story, *ROUND, repeated_dispatch="stay") == first | lapsed | second


def test_a_closed_round_stays_when_its_ticket_comes_again() -> None:
    story = "05-08 09:00 dispatch 甲\n05-08 10:00 close 甲\n05-09 09:00 dispatch 甲"
    assert judged(story, "responded", repeated_dispatch="anew")["甲 1 responded"] == "breached 05-09 17:30"


# -------------------------------------------------------------------------------- redo_scope, volume_of

TWICE_OVER_TWO = """
05-08 09:00 dispatch 甲
05-09 09:00 redo 甲
05-10 09:00 dispatch 甲
05-11 09:00 redo 甲
"""


def test_two_redos_over_two_rounds() -> None:
    assert judged(TWICE_OVER_TWO, "redone", redo_scope="round") == {}
    assert judged(TWICE_OVER_TWO, "redone", redo_scope="ticket") == {"甲 2 redone": "breached 05-11 09:00"}


def test_four_redos_over_two_rounds_are_one_or_two() -> None:
    story = TWICE_OVER_TWO.replace("redo 甲\n05-10", "redo 甲\n05-09 10:00 redo 甲\n05-10") + "05-12 09:00 redo 甲"
    first, second = {"甲 1 redone": "breached 05-09 10:00"}, {"甲 2 redone": "breached 05-12 09:00"}
    assert judged(story, "redone", redo_scope="round") == first | second
    assert judged(story, "redone", redo_scope="ticket") == first


def test_a_ticket_is_once_per_unit_and_month() -> None:
    """Three times to 甲, twice in May and once in June, and once to 乙."""
    story = """
05-08 09:00 dispatch 甲
05-10 09:00 dispatch 乙
05-31 23:59 dispatch 甲
06-01 00:00 dispatch 甲
"""
    both = {"甲 1 volume": "met 05-08 09:00", "乙 1 volume": "met 05-10 09:00", "甲 3 volume": "met 06-01 00:00"}
    assert judged(story, "volume", volume_of="tickets") == both
    assert judged(story, "volume", volume_of="dispatches") == both | {"甲 2 volume": "met 05-31 23:59"}


# -------------------------------------------------------------------------------- one round's own


def test_the_response_of_all_or_of_those_surveyed() -> None:
    story = """
05-08 09:00 dispatch 甲
05-08 09:00 dispatch 乙
05-08 10:00 contact 乙
05-20 10:00 survey 乙 rating=无法回访
"""
    assert judged(story, "responded", response_population="all") == {
        "甲 1 responded": "breached 05-09 17:30",
        "乙 1 responded": "met 05-08 10:00",
    }
    assert judged(story, "responded", response_population="surveyed") == {"乙 1 responded": "met 05-08 10:00"}


@pytest.mark.parametrize(
    ("acts", "first", "last"),
    [
        (("05-09 09:00 close", "05-16 09:00 close"), "met 05-09 09:00", "met 05-09 09:00"),
        (("05-09 09:00 close", "05-10 09:00 redo"), "met 05-09 09:00", "met 05-09 09:00"),
        (("05-09 09:00 close", "05-10 09:00 redo", "05-15 17:30 close"), "met 05-09 09:00", "met 05-15 17:30"),
        (("05-09 09:00 close", "05-10 09:00 redo", "05-15 17:31 close"), "met 05-09 09:00", "breached 05-15 17:30"),
        (("05-09 09:00 close", "05-10 09:00 close", "05-11 09:00 redo"), "met 05-09 09:00", "met 05-10 09:00"),
    ],
)
def test_which_close_speaks_after_a_redo(acts: tuple[str, ...], first: str, last: str) -> None:
    story = "\n".join(["05-08 09:00 dispatch 甲 limit_days=5", *(f"{act} 甲" for act in acts)])
    assert judged(story, "closed", redone_closing="first") == {"甲 1 closed": first}
    assert judged(story, "closed", redone_closing="last") == {"甲 1 closed": last}


@pytest.mark.parametrize(
    ("sealed", "as_of", "month_end", "any_time"),
    [
        ("05-31 23:59", LATER, "met 05-31 23:59", "met 05-31 23:59"),
        ("06-01 00:00", LATER, "breached 05-31 23:59", "met 06-01 00:00"),
        ("06-01 00:00", "2023-06-01T00:00:00+08:00", "breached 05-31 23:59", "met 06-01 00:00"),
        ("06-02 00:00", "2023-06-01T00:00:00+08:00", "breached 05-31 23:59", "pending"),
        ("06-02 00:00", "2023-05-31T12:00:00+08:00", "pending", "pending"),
        (None, LATER, "breached 05-31 23:59", "breached 05-31 23:59"),
    ],
)
def test_a_seal_has_no_time_limit_in_the_text(sealed: str | None, as_of: str, month_end: str, any_time: str) -> None:
    """A breach stands at the end of the month of the close as long as no seal is known; one made later mends it."""
    story = "05-08 09:00 dispatch 甲 channel=问政江西\n05-10 09:00 close 甲"
    story += "" if sealed is None else f"\n{sealed} seal 甲"
    assert judged(story, "sealed", as_of=as_of, seal_by="month_end") == {"甲 1 sealed": month_end}
    assert judged(story, "sealed", as_of=as_of, seal_by="any_time") == {"甲 1 sealed": any_time}


@pytest.mark.parametrize(
    ("channel", "reason", "count", "late"),
    [
        ("问政江西", "reason=非本辖区", "met", "met"),
        ("问政江西", "", "met", "breached"),
        ("问政江西", "reason=\u3000", "met", "breached"),
        ("12345", "", "met", "met"),
    ],
)
def test_a_return_without_a_reason(channel: str, reason: str, count: str, late: str) -> None:
    """说明理由退回 is asked of posts (附件1); the hotline's own row asks for none."""
    facts = facts_of(f"05-08 09:00 dispatch 甲 channel={channel}\n05-08 10:00 return 甲")
    facts[1] |= {"reason": reason.partition("=")[2]} if reason else {}
    for option, state in (("count", count), ("late", late)):
        told = oracle.verdicts(facts, Readings(unexplained_returns=option), oracle.ms_of(LATER))
        assert [one.state for one in told if one.measure == "returned"] == [state]


# -------------------------------------------------------------------------------- rewards


@pytest.mark.parametrize(
    ("praises", "complaints", "net", "each_side"),
    [(12, 4, "8.00", "6.00"), (4, 12, "-8.00", "-6.00"), (10, 10, "0.00", "0.00"), (30, 1, "10.00", "9.00")],
)
def test_ten_points_are_the_bound_of_the_sum_or_of_each_side(
    praises: int, complaints: int, net: str, each_side: str
) -> None:
    story = f"""
05-01 00:00 enrol 甲 group=职能单位
05-08 09:00 dispatch 甲
05-09 09:00 finding 甲 item=praise count={praises}
05-09 09:00 finding 甲 item=complaint count={complaints}
"""
    for option, points in (("net", net), ("each_side", each_side)):
        assert sheet(story, reward_bounds=option)["甲"].items["conduct"][2] == Decimal(points)


def test_twenty_points_are_the_years_bound_and_a_special_plan_earns_once() -> None:
    """Three honours of the nation 24, two plans 10 once: 34; one criticism of the nation: -8."""
    story = """
05-09 09:00 finding 甲 item=commended mode=nation count=3
05-09 09:00 finding 甲 item=special_plan count=2
05-09 09:00 finding 甲 item=criticized mode=nation
"""
    assert base(story, "honours", reward_bounds="net") == 20
    assert base(story, "honours", reward_bounds="each_side") == 12
    assert base("05-09 09:00 finding 甲 item=special_plan\n05-10 09:00 finding 甲 item=special_plan", "honours") == 10


def test_a_community_committee_counts_as_a_town() -> None:
    """21 tickets are 2 points for 乡镇 and 城市社区管委会, none for 职能单位; the first two have service stations."""
    calls = "\n".join(f"05-08 09:{minute:02d} dispatch 甲" for minute in range(21))
    for group, points, stations in (("乡镇", 2, 0), ("城市社区管委会", 2, 0), ("职能单位", 0, 15)):
        story = f"05-01 00:00 enrol 甲 group={group}\n{calls}"
        assert sheet(story)["甲"].items["conduct"][2] == points
        assert base(story, "stations") == stations


@pytest.mark.parametrize(
    ("proofs", "part", "whole"),
    [
        (("knowledge_uploaded mode=qa", "knowledge_reviewed"), 20, 20),
        (("knowledge_uploaded mode=other", "knowledge_reviewed"), 15, 15),
        (("knowledge_uploaded mode=qa",), 10, 0),
        (("knowledge_reviewed",), 10, 0),
        (("knowledge_uploaded", "knowledge_reviewed"), 10, 0),
        ((), 0, 0),
    ],
)
def test_what_no_upload_and_no_review_cost(proofs: tuple[str, ...], part: int, whole: int) -> None:
    story = "\n".join(["05-01 00:00 enrol 甲 group=乡镇", *(f"05-09 09:00 finding 甲 item={one}" for one in proofs)])
    assert base(story, "knowledge", unreviewed_knowledge="part") == part
    assert base(story, "knowledge", unreviewed_knowledge="whole") == whole


# -------------------------------------------------------------------------------- units without tickets

IDLE = """
01-01 00:00 enrol 甲 group=职能单位
01-01 00:00 enrol 乙 group=职能单位
05-08 09:00 dispatch 甲 limit_days=5
05-08 10:00 sign 甲
05-08 10:00 contact 甲
05-08 11:00 close 甲
05-09 09:00 finding 甲 item=complaint count=4
"""  # 甲 does all in time: 100 of items, 4 off for the complaints


def test_the_findings_on_a_unit_without_tickets() -> None:
    """The mean is 甲's 96; 乙 loses 7 (not 8) of coordination, 0.5 of results, and wins 1: 89.50."""
    story = (
        IDLE
        + """
05-09 09:00 finding 乙 item=mishandled role=lead count=4
05-09 09:00 finding 乙 item=poor_result
05-09 09:00 finding 乙 item=praise
"""
    )
    story = story.replace("\n\n", "\n")
    mean = sheet(story)["甲"].score
    assert mean == Decimal("96.00")
    for option, score in (("ignored", "96.00"), ("applied", "89.50")):
        line = sheet(story, idle_findings=option)["乙"]
        assert (line.basis, line.score) == ("mean", Decimal(score))
        assert sheet(story, idle_findings=option)["甲"].score == mean


def test_a_unit_that_has_only_a_verdict_in_the_month() -> None:
    """Dispatched to 乙 on 28 April, a Friday, before the holidays; what it did not do is decided on 4 May."""
    story = IDLE + "04-28 17:00 dispatch 乙"
    assert sheet(story, idle_unit="no_verdict")["乙"].basis == "tickets"
    line = sheet(story, idle_unit="no_dispatch")["乙"]
    assert (line.basis, line.score, line.items) == ("mean", Decimal("96.00"), {})
    assert sheet(story, idle_unit="no_dispatch", period="2023-04")["乙"].basis == "tickets"


def test_a_unit_without_a_post_is_not_ranked_on_their_sheet() -> None:
    story = "04-28 17:00 dispatch 甲 channel=问政江西 limit_days=5"
    assert set(sheet(story, "posts", idle_unit="no_verdict")) == {"甲"}
    assert set(sheet(story, "posts", idle_unit="no_dispatch")) == set()


def test_whether_months_filled_by_the_mean_enter_the_year() -> None:
    """甲 works in May (96) and rests in June, when 乙 alone works and loses all of closing, 25, and 10, 5 besides."""
    story = (
        IDLE
        + """
06-05 09:00 dispatch 乙 limit_days=1
""".strip("\n")
    )
    for option, months in (("count", {"2023-05": "96.00", "2023-06": "60.00"}), ("leave", {"2023-05": "96.00"})):
        told = oracle_year.year(facts_of(story), Readings(idle_months=option), 2023, oracle.ms_of(LATER))["hotline"]
        assert told["甲"].months == {month: Decimal(score) for month, score in months.items()}
        mean = Decimal("78.00") if option == "count" else Decimal("96.00")
        assert told["甲"].parts["hotline"] == mean
        assert told["乙"].months["2023-06"] == Decimal("60.00")


def test_a_unit_that_never_worked_has_no_year_without_its_filled_months() -> None:
    story = IDLE
    for option, has in (("count", True), ("leave", False)):
        told = oracle_year.year(facts_of(story), Readings(idle_months=option), 2023, oracle.ms_of(LATER))["hotline"]
        assert (told["乙"].score is not None) == has


# -------------------------------------------------------------------------------- the random logs

SEEDS = range(24)
YEARLY = ("unreviewed_knowledge", "idle_months")


def answers(log: History, readings: Readings, name: str) -> Any:
    """All that the oracle says of a log: a year for what only a year can tell."""
    if name in YEARLY:
        year = oracle_year.year(log.facts, readings, 2023, log.as_of_ms)
        units = sorted({fact["unit"] for fact in log.facts if fact["kind"] == "enrol"})
        return year, [oracle_year.base_sheet(log.facts, unit, 2023, readings, log.as_of_ms) for unit in units]
    return oracle.month(log.facts, readings, log.period, log.as_of_ms)


UNTIMED = ("untimed_extensions", "untimed_redos")
"""Readings that are asked only where a platform tells an act without its time."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if place else []) for place, name in enumerate(oracle.NEW_OPTIONS)],
)
def test_the_disputed_logs_ask_each_question(name: str) -> None:
    """On several of them the one reading alone moves a month, or the year."""
    kind, seeds = (disputed_year, SEEDS[:4]) if name in YEARLY else (covered if name in UNTIMED else disputed, SEEDS)
    moved = 0
    for log in map(kind, seeds):
        first, second = (
            answers(log, replace(log.readings, **{name: option}), name) for option in oracle.NEW_OPTIONS[name]
        )
        moved += first != second
    assert moved * 6 >= len(seeds), f"{name} moves {moved} of {len(seeds)} logs"


def test_disputed_logs_have_tickets_that_tell_no_roles() -> None:
    leave = Readings(moved_rounds="leave")
    assert sum(bool(oracle.two_leads(disputed(seed).facts, leave)) for seed in SEEDS) * 2 > len(SEEDS)
