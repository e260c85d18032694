"""What a row is told by the rows before it: what changed, what opens a round; and what one row says of several units."""

import random

import pytest

from calendars.instants import show_iso
from kaoping.files.profiles import read_profile
from ledger.facts import Dispatch, Exempt, Extend
from ledger.intake.profile import Profile
from ledger.intake.tables.files import read_table
from ledger.intake.take import Intake, intake
from ledger.sentences import UnusableFile
from tests.ledger.test_take import PROFILES

LOG = """
name = "log"
title = "log"
source = "here"
needed = ["ticket", "kind", "at"]
times = ["%Y-%m-%d %H:%M"]
{keys}

[columns]
ticket = ["case"]
kind = ["state"]
at = ["time"]
unit = ["group"]

[kinds]
"Queued" = "dispatch"
"Accepted" = "sign"
"Completed" = "close"
{kinds}

[[events]]
kind = "word"
{events}
"""


def profile(keys: str = "", kinds: str = "", events: str = "") -> Profile:
    return read_profile(LOG.format(keys=keys, kinds=kinds, events=events), "log.toml")


def take(read: Profile, text: str) -> Intake:
    (table,) = read_table(text.encode(), "log.csv")
    return intake(table, read)


def told(done: Intake) -> list[str]:
    facts = sorted((fact for _, fact in done.facts), key=lambda fact: (fact.at, fact.kind))
    return [f"{fact.kind} {fact.unit} {show_iso(fact.at)[11:16]}" for fact in facts]


OPENS = 'opens = [{ column = "kind", words = ["Accepted"] }]'


def test_an_act_without_a_dispatch_opens_a_round_where_the_profile_says_so() -> None:
    log = "case,state,group,time\n1,Accepted,G97,2023-05-04 09:00\n1,Completed,G97,2023-05-04 10:00\n"
    assert told(take(profile(), log)) == ["sign G97 09:00", "close G97 10:00"]
    assert told(take(profile(OPENS), log)) == ["dispatch G97 09:00", "sign G97 09:00", "close G97 10:00"]


def test_a_round_that_is_open_is_not_opened_again_and_one_taken_over_is() -> None:
    log = """\
case,state,group,time
1,Accepted,G97,2023-05-04 09:00
1,Accepted,G97,2023-05-04 09:30
1,Queued,G30,2023-05-04 10:00
1,Accepted,G30,2023-05-04 11:00
1,Accepted,G97,2023-05-04 12:00
2,Accepted,G30,2023-05-04 12:00
"""
    dispatched = [one for one in told(take(profile(OPENS), log)) if one.startswith("dispatch")]
    assert dispatched == ["dispatch G97 09:00", "dispatch G30 10:00", "dispatch G97 12:00", "dispatch G30 12:00"]


def test_a_dispatch_of_the_same_instant_comes_first_wherever_it_stands() -> None:
    log = "case,state,group,time\n1,Accepted,G97,2023-05-04 09:00\n1,Queued,G97,2023-05-04 09:00\n"
    assert told(take(profile(OPENS), log)) == ["dispatch G97 09:00", "sign G97 09:00"]


def test_an_opening_act_of_nobody_opens_nothing() -> None:
    done = take(profile(OPENS), "case,state,group,time\n1,Accepted,,2023-05-04 09:00\n")
    assert (told(done), done.problems) == (["sign None 09:00"], ())


def test_what_a_ticket_was_before_tells_a_redo() -> None:
    redo = '[[events]]\nkind = "redo"\nwhen = [{ column = "kind", was = ["Completed"], words = ["Queued"], changed = true }]'
    log = """\
case,state,group,time
1,Queued,G97,2023-05-04 09:00
1,Completed,G97,2023-05-04 10:00
1,Queued,G97,2023-05-04 11:00
2,Queued,G97,2023-05-04 11:00
"""
    assert [one for one in told(take(profile(events=redo), log)) if one.startswith("redo")] == ["redo G97 11:00"]


def test_all_other_words_can_be_ignored() -> None:
    log = "case,state,group,time\n1,Queued,G97,2023-05-04 09:00\n1,Wait,G97,2023-05-04 10:00\n1,,G97,2023-05-04 11:00\n"
    strict, loose = take(profile(), log), take(profile(kinds='"*" = "ignore"'), log)
    assert (len(strict.problems), strict.ignored) == (2, 0)
    assert (len(loose.problems), loose.ignored) == (1, 1)  # a row without any word is no other word


def test_several_units_in_a_cell_are_what_the_profile_says() -> None:
    log = 'case,state,group,time\n1,Queued,"区城管局、区住建局",2023-05-04 09:00\n1,Completed,"区城管局、区住建局",2023-05-05 09:00\n'
    refused = take(profile(), log)
    assert [str(problem.why) for problem in refused.problems] == ["names 2 units in one cell"] * 2
    assert refused.facts == ()
    both = take(profile('several_units = "lead_and_assist"'), log)
    assert [(fact.unit, fact.role) for _, fact in both.facts if isinstance(fact, Dispatch)] == [
        ("区城管局", "lead"), ("区住建局", "assist"),
    ]  # fmt: skip
    assert told(both)[2:] == ["close 区城管局 09:00", "close 区住建局 09:00"]
    one = take(profile('several_units = "one_name"'), log)
    assert {fact.unit for _, fact in one.facts} == {"区城管局、区住建局"}


WIDE = "工单编号,承办单位,派单时间,签收时间,办结时间"


def test_a_ticket_that_does_not_count_is_taken_out_of_every_item() -> None:
    done = take(PROFILES["hotline-wide"], f"""\
{WIDE},是否纳入考核,考核申诉是否通过
GX-1,茅店镇,2023-05-04 09:10:00,,,否,
GX-2,茅店镇,2023-05-04 09:10:00,,,是,通过
GX-3,茅店镇,2023-05-04 09:10:00,,,是,不通过
GX-4,茅店镇,2023-05-04 09:10:00,,,,
""")  # fmt: skip
    exempt = [fact for _, fact in done.facts if isinstance(fact, Exempt)]
    assert [(fact.ticket, fact.unit, fact.item, fact.reason) for fact in exempt] == [
        ("GX-1", "茅店镇", "*", "工单总表：是否纳入考核为否"),
        ("GX-2", "茅店镇", "*", "工单总表：考核申诉通过"),
    ]
    assert done.problems == ()


def test_sub_orders_are_dispatches_to_assisting_units() -> None:
    first = {
        "工单编号": "GX-1",
        "承办单位": "区住建局",
        "派单时间": "2023-05-04 09:10:00",
        "签收时间": "2023-05-04 09:30:00",
    }
    second = {"二级承办单位": "房管所", "二级派单时间": "2023-05-04 10:00:00", "二级签收时间": "2023-05-04 10:20:00"}
    dated = {"二级截止时间": "2023-05-09", "二级办结时间": "2023-05-08 09:00:00", "办结时间": "2023-05-08 10:00:00"}
    third = {"三级单位": "物业科", "三级派单时间": "2023-05-04 11:00:00", "三级办结时间": "2023-05-07 09:00:00"}
    row = first | second | dated | third
    other = ",".join(value if name in first else "" for name, value in row.items()).replace("GX-1", "GX-2")
    done = take(PROFILES["hotline-wide"], "\n".join((",".join(row), ",".join(row.values()), other)))
    assert told(done)[:2] == ["dispatch 区住建局 09:10", "dispatch 区住建局 09:10"]
    assert {(fact.kind, fact.unit) for row, fact in done.facts if row == 2} == {
        *((kind, "区住建局") for kind in ("dispatch", "sign", "close")),
        *((kind, "房管所") for kind in ("dispatch", "sign", "close")),
        *((kind, "物业科") for kind in ("dispatch", "close")),
    }
    dispatched = {fact.unit: fact for _, fact in done.facts if isinstance(fact, Dispatch)}
    assert [dispatched[unit].role for unit in ("区住建局", "房管所", "物业科")] == [None, "assist", "assist"]
    assert show_iso(dispatched["房管所"].due_at or 0) == "2023-05-09T23:59:59.999+08:00"
    assert dispatched["区住建局"].due_at is None
    assert done.problems == ()


def test_a_sub_order_without_its_unit_is_a_problem() -> None:
    done = take(
        PROFILES["hotline-wide"],
        f"{WIDE},二级单位,二级派单时间\nGX-1,区住建局,2023-05-04 09:10:00,,,,2023-05-04 10:00:00\n",
    )
    assert [(problem.column, str(problem.why)) for problem in done.problems] == [("二级单位", "is missing")]


def test_extensions_without_their_times_keep_their_own_lengths() -> None:
    """Of the lead and of the sub-order, in one row and in many."""
    header = "工单编号,承办单位,派单时间,延期天数,二级单位,二级派单时间,二级延期天数"
    draw = random.Random(3)
    days = [(draw.choice(("5", "")), draw.choice(("3", ""))) for _ in range(200)]
    rows = [
        f"GX-{n},区住建局,2023-05-04 09:10:00,{lead},房管所,2023-05-04 10:00:00,{below}"
        for n, (lead, below) in enumerate(days)
    ]
    done = take(PROFILES["hotline-wide"], "\n".join((header, *rows)))
    extended = [(row - 2, fact.unit, fact.halves) for row, fact in done.facts if isinstance(fact, Extend)]
    assert done.problems == ()
    assert extended == [
        (n, unit, halves)
        for n, both in enumerate(days)
        for told, unit, halves in zip(both, ("区住建局", "房管所"), (10, 6), strict=True)
        if told
    ]


@pytest.mark.parametrize(
    ("keys", "kinds", "events", "why"),
    [
        ("", '"*" = "close"', "", "would make facts of words that nobody listed"),
        ('several_units = "both"', "", "", "is none of three"),
        ('opens = [{ column = "x" }]', "", "", "speaks of x"),
        (
            "",
            "",
            '[[events]]\nkind = "dispatch"\nconstants = { role = "x" }',
            "is neither lead (主办) nor assist (协办)",
        ),
        ("", "", '[[events]]\nkind = "sign"\nconstants = { role = "lead" }', "is no field of sign"),
    ],
)
def test_mistakes_of_these_keys_are_named(keys: str, kinds: str, events: str, why: str) -> None:
    with pytest.raises(UnusableFile) as refused:
        profile(keys, kinds, events)
    assert why in str(refused.value)
