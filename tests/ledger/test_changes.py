"""A second export against the first, case by case: what it tells no more, otherwise or anew, under whatever name its profile goes."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from kaoping.files import folder
from kaoping.office.intake.imports import Arrival, Manner, source_of
from ledger.batches import Taken
from ledger.exchange import canonical
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
