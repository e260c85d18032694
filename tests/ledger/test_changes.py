"""A second export against the first, case by case: what it tells no more, otherwise or anew, under whatever name its profile goes."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from kaoping.files import folder
from kaoping.office.intake.imports import Arrival, Manner, source_of
from ledger.batches import Source, Taken
from ledger.exchange import canonical
from ledger.facts import Void
from ledger.intake.profile import Profile
from ledger.intake.tables.files import read_table
from ledger.intake.take import intake
from ledger.snapshot import standing
from ledger.store import Ledger

Row = Mapping[str, str]
LEAD: Row = {
    "工单编号": "GX-1",
    "承办单位": "茅店镇",
    "派单时间": "2023-05-04 09:10:00",
    "签收时间": "2023-05-04 09:20:00",
}
KINDS = ("dispatch", "sign", "contact", "return", "extend", "close", "survey")


def wide(name: str = "hotline-wide") -> Profile:
    return attrs.evolve(folder.profile("hotline-wide"), name=name)


def log(name: str = "hotline-log") -> Profile:
    return attrs.evolve(folder.profile("hotline-log"), name=name)


def take(
    ledger: Ledger, rows: Sequence[Row], profile: Profile, *, replace: bool = False, recorded: bool = True
) -> Taken:
    """One export taken in; `recorded` False: by a version that kept no form of it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    data = text.getvalue().encode()
    (table,) = read_table(data, "x.csv")
    read = intake(table, profile)
    arrival = Arrival(file=folder.Loaded(Path("x.csv"), data, "0" * 64), name="x.csv", profile=profile, read=read)
    source = source_of(arrival, Manner(replace=replace))
    if not recorded and source.coverage is not None:
        source = attrs.evolve(source, coverage=attrs.evolve(source.coverage, form=None))
    return ledger.take(source, ledger.head().position)


def stands(ledger: Ledger) -> list[tuple[object, ...]]:
    """(kind, unit, day and time) of what stands."""
    facts = [canonical(event.fact) for event in standing(ledger, ledger.head().position, KINDS)]
    return sorted((fact["kind"], fact["unit"], str(fact["at"])[8:16]) for fact in facts)


def listed(taken: Taken) -> list[tuple[object, ...]]:
    return [
        (one.kind, one.unit, one.field, one.was and one.was[:16], one.now and one.now[:16]) for one in taken.changes
    ]


def named(taken: Taken) -> list[tuple[object, ...]]:
    return [(event.fact.kind, event.fact.unit) for event in taken.absent]


def test_a_renamed_profile_reads_on() -> None:
    second = {**LEAD, "签收时间": ""}
    for replace in (False, True):
        with Ledger(":memory:", create=True) as ledger:
            take(ledger, [LEAD], wide())
            taken = take(ledger, [second], wide("mine"), replace=replace)
            assert listed(taken) == [("sign", "茅店镇", "at", "2023-05-04T09:20", None)]
            assert (len(stands(ledger)), taken.unsure) == (1 if replace else 2, ())
            ledger.verify()


def test_a_renamed_log_reads_on() -> None:
    rows = [
        {
            "工单编号": "GX-1",
            "环节序号": str(number),
            "操作": act,
            "承办单位": "茅店镇",
            "操作时间": f"2023-05-0{day} 09:10:00",
        }
        for number, act, day in ((1, "派单", 4), (2, "签收", 5), (3, "办结", 8))
    ]
    with Ledger(":memory:", create=True) as ledger:
        take(ledger, rows, log())
        moved = [rows[0], {**rows[1], "操作时间": "2023-05-06 09:10:00"}]
        taken = take(ledger, moved, log("mine"))
        assert listed(taken) == [("sign", "茅店镇", "at", "2023-05-05T09:10", "2023-05-06T09:10")]
        assert named(taken) == [("close", "茅店镇")]


def test_of_an_earlier_version_s_file_the_form_is_told_by_a_name_that_is_known_or_said_to_be_unknown() -> None:
    second = {**LEAD, "签收时间": ""}
    for name, changes, unsure in (("hotline-wide", 1, ()), ("mine", 1, ()), ("old", 0, ("old",))):
        with Ledger(":memory:", create=True) as ledger:
            take(ledger, [LEAD], wide(name), recorded=False)
            taken = take(ledger, [second], wide("mine"))
            assert (len(taken.changes), taken.unsure) == (changes, unsure)


def test_posts_and_tickets_are_of_two_forms() -> None:
    post = {"留言编号": "P-1", "留言时间": "2023-05-04 09:10:00", "答复时间": "2023-05-05 09:10:00"}
    with Ledger(":memory:", create=True) as ledger:
        take(ledger, [post], folder.profile("posts-wide"))
        taken = take(ledger, [LEAD], wide())
        own, *_ = ledger.kin("hotline-wide", "", {})
        assert (own, taken.unsure) == (frozenset((2,)), ())


SUB: Row = {"二级承办单位": "江口镇", "二级派单时间": "2023-05-04 10:00:00", "二级签收时间": "2023-05-08 10:00:00"}
NO_SUB: Row = dict.fromkeys(SUB, "")
GONE = [("dispatch", "江口镇", "at", "2023-05-04T10:00", None), ("sign", "江口镇", "at", "2023-05-08T10:00", None)]


def rounds(facts: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [one for one in facts if one[0] == "dispatch"]


def alone(*rows: Row) -> list[tuple[object, ...]]:
    with Ledger(":memory:", create=True) as ledger:
        take(ledger, rows, wide())
        return stands(ledger)


def test_a_sub_order_whose_columns_were_emptied_is_a_change_with_its_acts() -> None:
    with Ledger(":memory:", create=True) as ledger:
        take(ledger, [{**LEAD, **SUB}], wide())
        kept = take(ledger, [{**LEAD, **NO_SUB}], wide())
        assert (listed(kept), stands(ledger)) == (GONE, alone({**LEAD, **SUB}))
        assert listed(take(ledger, [{**LEAD, **NO_SUB}], wide(), replace=True)) == GONE
        assert stands(ledger) == alone(LEAD)
        assert take(ledger, [{**LEAD, **NO_SUB}], wide(), replace=True).batch.events_added == 0
        back = take(ledger, [{**LEAD, **SUB}], wide())
        assert [(one.was, one.taken) for one in back.changes] == [(None, False)] * 2
        take(ledger, [{**LEAD, **SUB}], wide(), replace=True)
        assert stands(ledger) == alone({**LEAD, **SUB})


def test_a_sub_order_filled_by_the_second_export_goes_with_the_third() -> None:
    with Ledger(":memory:", create=True) as ledger:
        for row in (NO_SUB, SUB, NO_SUB):
            taken = take(ledger, [{**LEAD, **row}], wide(), replace=True)
        assert (listed(taken), stands(ledger)) == (GONE, alone(LEAD))


def test_a_sub_order_without_its_time_or_its_columns_is_not_gone() -> None:
    for row, absent in (
        ({**SUB, "二级派单时间": ""}, [("dispatch", "江口镇")]),
        ({}, [("dispatch", "江口镇"), ("sign", "江口镇")]),
    ):
        with Ledger(":memory:", create=True) as ledger:
            take(ledger, [{**LEAD, **SUB}], wide())
            taken = take(ledger, [{**LEAD, **row}], wide(), replace=True)
            assert (listed(taken), named(taken)) == ([], absent)
            assert stands(ledger) == alone({**LEAD, **SUB})


def test_a_round_whose_row_is_gone_is_named_and_one_that_another_followed_is_not() -> None:
    assist = {**LEAD, "承办单位": "江口镇", "工单性质": "协办"}
    later = {**LEAD, "承办单位": "江口镇", "派单时间": "2023-05-06 09:10:00", "签收时间": ""}
    for first, second, absent in (
        (
            [{**LEAD, "工单性质": "主办"}, assist],
            [{**LEAD, "工单性质": "主办"}],
            [("dispatch", "江口镇"), ("sign", "江口镇")],
        ),
        ([LEAD], [later], []),
        ([LEAD, later], [later], [("dispatch", "茅店镇"), ("sign", "茅店镇")]),
        ([later], [LEAD], [("dispatch", "江口镇")]),
    ):
        with Ledger(":memory:", create=True) as ledger:
            take(ledger, first, wide())
            taken = take(ledger, second, wide(), replace=True)
            assert (taken.changes, named(taken)) == ((), absent)
            assert named(take(ledger, second, wide(), replace=True)) == absent


def test_a_unit_that_assists_in_a_row_of_its_own_is_named_where_the_file_of_the_lead_lacks_it() -> None:
    lead: Row = {**LEAD, "工单性质": "主办", **NO_SUB}
    for below in (NO_SUB, {**SUB, "二级承办单位": "江口镇下属"}):
        assist: Row = {**LEAD, "承办单位": "江口镇", "工单性质": "协办", **below}
        with Ledger(":memory:", create=True) as ledger:
            take(ledger, [assist], wide())
            for _ in range(2):
                taken = take(ledger, [lead], wide(), replace=True)
                absent = [(fact[0], fact[1]) for fact in alone(assist)]
                assert (listed(taken), sorted(named(taken))) == ([], absent)
            assert stands(ledger) == alone(lead, assist)


def test_a_sub_order_whose_lead_was_corrected_before_is_a_change_beside_another_row() -> None:
    lead: Row = {**LEAD, "工单性质": "主办", "处理时限": "5", "处理时限单位": "工作日"}
    assist: Row = {**LEAD, "承办单位": "梅林镇", "工单性质": "协办"}
    corrected: Row = {**lead, "处理时限": "3"}
    with Ledger(":memory:", create=True) as ledger:
        take(ledger, [{**lead, **SUB}, assist], wide())
        take(ledger, [{**corrected, **SUB}, assist], wide(), replace=True)
        assert listed(take(ledger, [{**corrected, **NO_SUB}, assist], wide(), replace=True)) == GONE
        assert stands(ledger) == alone(corrected, assist)


def test_a_sub_order_is_named_where_the_row_of_its_lead_is_not_in_the_file() -> None:
    earlier: Row = {**LEAD, **NO_SUB, "退回时间": "2023-05-04 09:30:00"}
    later: Row = {
        **LEAD,
        **SUB,
        "派单时间": "2023-05-04 09:50:00",
        "签收时间": "",
        "处理时限": "3",
        "处理时限单位": "工作日",
    }
    before: Row = {**later, "处理时限": "5"}
    for exports in ([later, earlier], [earlier, later, earlier], [before, later, earlier]):
        with Ledger(":memory:", create=True) as ledger:
            for row in exports:
                taken = take(ledger, [row], wide(), replace=True)
            assert listed(taken) == []
            assert sorted(named(taken)) == [("dispatch", "江口镇"), ("dispatch", "茅店镇"), ("sign", "江口镇")]
            assert stands(ledger) == alone(earlier, later)


def test_of_a_ticket_of_which_a_row_is_aside_no_round_is_gone() -> None:
    assist = {**LEAD, "承办单位": "江口镇", "工单性质": "协办"}
    with Ledger(":memory:", create=True) as ledger:
        take(ledger, [{**LEAD, "工单性质": "主办"}, assist], wide())
        taken = take(ledger, [{**LEAD, "工单性质": "主办"}, {**assist, "签收时间": "前天"}], wide())
        assert (taken.batch.quarantined, named(taken)) == (1, [])


def test_a_dispatch_moved_to_another_time_is_the_same_round() -> None:
    sent = {**LEAD, "签收时间": ""}
    moved = {**LEAD, "派单时间": "2023-05-05 09:10:00", "签收时间": "2023-05-05 09:30:00"}
    for first, second in (
        (sent, moved), (moved, sent),
        ({**LEAD, **SUB, "二级签收时间": ""}, {**LEAD, **SUB, "二级派单时间": "2023-05-08 09:00:00"}),
    ):  # fmt: skip
        with Ledger(":memory:", create=True) as ledger:
            take(ledger, [first], wide())
            kept = take(ledger, [second], wide())
            assert listed(kept)[0][0::2] == ("dispatch", "at", listed(kept)[0][4])
            assert rounds(stands(ledger)) == rounds(alone(first))
            take(ledger, [second], wide(), replace=True)
            assert stands(ledger) == alone(second)


def test_a_ticket_that_came_back_to_its_unit_has_another_round() -> None:
    again = {**LEAD, "派单时间": "2023-05-10 09:10:00", "签收时间": ""}
    between = {**again, "承办单位": "江口镇", "派单时间": "2023-05-08 09:10:00"}
    returned = {**LEAD, "退回时间": "2023-05-06 09:10:00"}
    cases: list[list[list[Row]]] = [[[LEAD], [LEAD, again]], [[LEAD], [between], [again]], [[returned], [again]]]
    for exports in cases:
        with Ledger(":memory:", create=True) as ledger:
            for rows in exports:
                taken = take(ledger, rows, wide(), replace=True)
            assert taken.changes == ()
            assert [one for one in stands(ledger) if one[:2] == ("dispatch", "茅店镇")] == [
                ("dispatch", "茅店镇", "04T09:10"), ("dispatch", "茅店镇", "10T09:10"),
            ]  # fmt: skip


def test_an_earlier_round_that_arrives_after_the_later_one_is_a_round_of_its_own() -> None:
    earlier: Row = {**LEAD, "退回时间": "2023-05-04 15:10:00", "办结时间": ""}
    later: Row = {
        **LEAD,
        "派单时间": "2023-05-05 09:10:00",
        "签收时间": "2023-05-05 09:40:00",
        "退回时间": "",
        "办结时间": "2023-05-09 10:00:00",
    }
    both = [earlier, later]
    cases: list[list[list[Row]]] = [[[earlier], [later]], [[later], [earlier]], [[later], both], [[earlier], both]]
    for exports in cases:
        for replace in (False, True):
            with Ledger(":memory:", create=True) as ledger:
                for rows in (*exports, *exports, both):
                    assert take(ledger, rows, wide(), replace=replace).changes == ()
                assert stands(ledger) == alone(*both)


def test_a_unit_that_led_between_two_rounds_tells_them_apart_whichever_arrives_first() -> None:
    between = {**LEAD, "承办单位": "江口镇", "派单时间": "2023-05-06 09:10:00", "签收时间": ""}
    later = {**LEAD, "派单时间": "2023-05-08 09:10:00", "签收时间": ""}
    cases: list[list[list[Row]]] = [[[LEAD, between], [later]], [[later], [LEAD, between]]]
    for exports in cases:
        with Ledger(":memory:", create=True) as ledger:
            for rows in exports:
                assert take(ledger, rows, wide(), replace=True).changes == ()
            assert stands(ledger) == alone(LEAD, between, later)


def test_what_a_file_of_another_form_told_otherwise_is_named() -> None:
    acts: list[Row] = [
        {"工单编号": "GX-1", "操作": act, "承办单位": "茅店镇", "操作时间": f"2023-05-{day} 09:{minute}:00"}
        for act, day, minute in (("派单", "04", "10"), ("签收", "04", "20"), ("办结", "08", "10"))
    ]
    cases: list[tuple[tuple[Profile, list[Row]], tuple[Profile, list[Row]], list[tuple[str, str]]]] = [
        ((wide(), [{**LEAD, "签收时间": "2023-05-08 09:20:00"}]), (log(), acts), [("sign", "茅店镇")]),
        ((log(), acts), (wide(), [{**LEAD, "办结时间": ""}]), [("close", "茅店镇")]),
        ((log(), acts), (wide(), [LEAD]), []),
        ((log(), [*acts, {**acts[1], "操作时间": "2023-05-05 09:20:00"}]), (wide(), [LEAD]), []),
        ((wide(), [{**LEAD, "联系时间": "2023-05-08 09:20:00"}]), (log(), acts), []),
    ]
    for first, second, absent in cases:
        with Ledger(":memory:", create=True) as ledger:
            take(ledger, first[1], first[0])
            taken = take(ledger, second[1], second[0], replace=True)
            assert (listed(taken), named(taken)) == ([], absent)


def test_an_emptied_reason_is_a_change() -> None:
    row = {**LEAD, "退回时间": "2023-05-05 10:00:00", "退回原因": "不属于"}
    with Ledger(":memory:", create=True) as ledger:
        take(ledger, [row], wide())
        kept = take(ledger, [{**row, "退回原因": ""}], wide())
        assert listed(kept) == [("return", "茅店镇", "reason", "…", None)]
        assert kept.batch.events_added == 0


def roles(ledger: Ledger) -> list[tuple[object, object]]:
    facts = [canonical(event.fact) for event in standing(ledger, ledger.head().position, ("dispatch",))]
    return [(fact["unit"], fact.get("role")) for fact in facts]


def test_a_role_that_is_filled_is_new_and_one_that_is_emptied_is_a_change() -> None:
    said, emptied = {**LEAD, "工单性质": "主办"}, {**LEAD, "工单性质": ""}
    for first, role in ((LEAD, "lead"), (emptied, "lead"), (LEAD, "assist")):
        with Ledger(":memory:", create=True) as ledger:
            take(ledger, [first], wide())
            filled = {**LEAD, "工单性质": "主办" if role == "lead" else "协办"}
            taken = take(ledger, [filled], wide())
            assert (taken.changes, taken.batch.events_added, roles(ledger)) == ((), 2, [("茅店镇", role)])
            size = ledger.head().position
            for row in (filled, LEAD, filled):
                again = take(ledger, [row], wide(), replace=True)
                assert (again.changes, again.absent, ledger.head().position) == ((), (), size)
            kept = take(ledger, [emptied], wide())
            assert listed(kept) == [("dispatch", "茅店镇", "role", role, None)]
            assert roles(ledger) == [("茅店镇", role)]
            for row, now in ((emptied, None), (filled, role), (emptied, None), (said, "lead"), (emptied, None)):
                take(ledger, [row], wide(), replace=True)
                assert roles(ledger) == [("茅店镇", now)]
                assert take(ledger, [row], wide(), replace=True).batch.events_added == 0
            ledger.verify()


def test_a_role_stays_where_a_file_without_that_column_replaces_another_field() -> None:
    with Ledger(":memory:", create=True) as ledger:
        take(ledger, [{**LEAD, "工单性质": "主办", "处理时限": "5", "处理时限单位": "工作日"}], wide())
        take(ledger, [{**LEAD, "处理时限": "3", "处理时限单位": "工作日"}], wide(), replace=True)
        assert roles(ledger) == [("茅店镇", "lead")]


def test_a_role_that_is_filled_in_a_log_with_ids_outlasts_its_export() -> None:
    row: Row = {
        "流水号": "7",
        "工单编号": "GX-1",
        "操作": "派单",
        "承办单位": "茅店镇",
        "操作时间": "2023-05-04 09:10:00",
    }
    with Ledger(":memory:", create=True) as ledger, Ledger(":memory:", create=True) as other:
        take(ledger, [row], log())
        take(ledger, [{**row, "工单性质": "主办"}], log())
        assert roles(ledger) == [("茅店镇", "lead")]
        facts = [(number, event.fact) for number, event in enumerate(ledger.events(), 1)]
        other.append(Source(name="出.jsonl", sha256="0" * 64, profile="events", rows=len(facts), facts=facts), 1)
        assert roles(other) == [("茅店镇", "lead")]


def test_a_dispatch_that_a_person_took_back_stays_so_whatever_role_is_filled() -> None:
    with Ledger(":memory:", create=True) as ledger:
        take(ledger, [LEAD], wide())
        (sent,) = ledger.events(kinds=("dispatch",))
        void = Void(at=sent.fact.at, key=sent.key, reason="录错")
        ledger.append(Source(name="record", sha256="", profile="record", rows=1, facts=[(1, void)]), 1)
        for replace in (False, True):
            take(ledger, [{**LEAD, "工单性质": "主办"}], wide(), replace=replace)
            assert roles(ledger) == []


def test_an_act_of_a_further_row_is_corrected_once() -> None:
    row = {**LEAD, "办结时间": "2023-05-04 16:00:00", "重办时间": ""}
    again, later = ({**row, "重办时间": f"2023-05-06 09:{minute}:00"} for minute in ("00", "30"))
    for replace in (False, True):
        with Ledger(":memory:", create=True) as ledger:
            take(ledger, [row, again], wide())
            told = take(ledger, [row, later], wide(), replace=replace)
            assert listed(told) == [("redo", "茅店镇", "at", "2023-05-06T09:00", "2023-05-06T09:30")]
            assert told.batch.events_added == (2 if replace else 0)
