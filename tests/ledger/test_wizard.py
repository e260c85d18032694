"""A table that nobody described is given a profile, which reads it; what is not known is left to people."""

from pathlib import Path

import pytest

from kaoping.files import folder
from kaoping.files.drafts import draft_text
from kaoping.files.profiles import read_profile
from kaoping.language.language import Language
from ledger.intake.profile import Profile
from ledger.intake.tables.files import read_table
from ledger.intake.tables.table import LogTable
from ledger.intake.take import intake
from ledger.intake.wizard.guesses import masked
from ledger.intake.wizard.proposal import Proposal, propose
from ledger.sentences import UnreadableFile

SAMPLE = Path(__file__).parents[2] / "data" / "samples" / "2023-05.csv"
WIDE = (
    "工单编号,来电人,来电人电话,主要内容,承办单位,派单时间,单位签收时间,办结时间,督办领导\n"
    "GX-1,张三,13800000000,路灯不亮,茅店镇,2023-05-04 09:10:00,2023-05-04 09:30:00,2023-05-08 10:00:00,甲\n"
)


def table(text: str) -> LogTable:
    (found,) = read_table(text.encode(), "五月.csv")
    return found


def drafted(found: LogTable, language: str = "zh") -> tuple[Proposal, str, Profile]:
    proposal = propose(found, folder.profiles(), "our")
    text = draft_text(proposal, len(found.rows), Language(language))
    return proposal, text, read_profile(text, "our.toml")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_written_is_the_profile_proposed_and_reads_the_sample_whole(language: str) -> None:
    found = table(SAMPLE.read_text("utf-8"))
    proposal, _, read = drafted(found, language)
    assert read == proposal.profile
    done = intake(found, read)
    assert (proposal.by_event, proposal.base) == (True, "hotline-log")
    assert (done.accepted, done.problems) == (len(found.rows), ())


def test_a_heading_that_drifted_is_proposed_and_marked() -> None:
    proposal, _, read = drafted(table(WIDE))
    signed = next(one for one in proposal.columns if one.column == "signed_at")
    assert (signed.heading, signed.how) == ("单位签收时间", "like")
    assert not proposal.by_event
    assert [fact.kind for _, fact in intake(table(WIDE), read).facts] == ["dispatch", "sign", "close"]


def test_nothing_of_a_citizen_is_mapped_or_shown() -> None:
    proposal, text, _ = drafted(table(WIDE))
    assert proposal.citizens == ("来电人", "来电人电话")
    assert proposal.texts == ("主要内容",)
    assert proposal.others == ("督办领导",)
    assert not [one for one in ("张三", "13800000000", "路灯", "甲") if one in text]
    assert masked("打 13800000000 找他") == "打 138***00 找他"


def test_reasons_of_sub_orders_are_not_shown_either() -> None:
    found = table(
        "工单编号,承办机构,派单时间,退回原因,二级承办单位,二级退回原因\nGX-1,甲镇,2023-05-04 09:10:00,找某甲,乙镇,找某乙\n"
    )
    proposal, text, _ = drafted(found)
    assert taken(proposal)["return_reason_2"] == ("二级退回原因", "sure")
    assert "某" not in text


def test_a_word_that_nobody_knows_is_not_guessed() -> None:
    found = table(
        "工单编号,操作,承办单位,操作时间\nGX-1,派单,茅店镇,2023-05-04 09:10\nGX-1,转督办,茅店镇,2023-05-04 10:10\n"
    )
    proposal, text, read = drafted(found)
    assert [(one.word, one.value) for one in proposal.words] == [("转督办", "")]
    assert '# "转督办" = "ignore"' in text
    assert [problem.value for problem in intake(found, read).problems] == ["转督办"]


def test_a_log_of_another_field_is_guessed_by_what_stands_in_it() -> None:
    found = table(
        "case,step,when_time,team\n1,Assigned,24/5/2023 09:10,G1\n1,Closed,25/5/2023 09:10,G1\n2,Assigned,26/5/2023 09:10,G2\n"
    )
    proposal, _, read = drafted(found)
    assert (proposal.base, proposal.missing, proposal.day_first) == ("", (), False)
    assert read.times == ("%d/%m/%Y %H:%M",)
    assert [fact.kind for _, fact in intake(found, read).facts] == ["dispatch", "close", "dispatch"]


def taken(proposal: Proposal) -> dict[str, tuple[str, str]]:
    return {one.column: (one.heading, one.how) for one in proposal.columns}


SHORT = (
    "工单编号,处理时限,处理时限单位,经办机构,派单时间,签收时间,办结时间\n"
    "GX-1,5,工作日,甲镇,2023-05-04 09:10:00,2023-05-04 09:30:00,2023-05-09 16:05:00\n"
    "GX-2,3,工作日,区城管局,2023-05-05 09:10:00,2023-05-05 09:30:00,2023-05-09 17:05:00\n"
)
LONG = (
    "工单编号,渠道,是否匿名,处理时限,处理时限单位,经办机构,派单时间,签收时间,退回原因,办结时间,回访时间,满意度,是否纳入考核{more}\n"
    "GX-1,12345,否,5,工作日,甲镇,2023-05-04 09:10:00,2023-05-04 09:30:00,,2023-05-09 16:05:00,2023-05-11 10:00:00,满意,是{first}\n"
    "GX-2,12345,是,3,工作日,区城管局,2023-05-05 09:10:00,2023-05-05 09:30:00,,2023-05-09 17:05:00,2023-05-11 10:00:00,不满意,否{second}\n"
)
SUB = LONG.format(
    more=",二级承办单位,二级派单时间,二级签收时间,二级办结时间",
    first=",,,,",
    second=",乙镇,2023-05-05 10:10:00,2023-05-05 10:30:00,2023-05-08 17:05:00",
)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (SHORT, ["甲镇", "区城管局"]),
        (LONG.format(more="", first="", second=""), ["甲镇", "区城管局"]),
        (SUB, ["甲镇", "区城管局", "乙镇"]),
    ],
    ids=["seven columns", "without sub-orders", "with sub-orders"],
)
def test_one_renamed_heading_costs_nothing_that_the_field_knows(text: str, sent: list[str]) -> None:
    found = table(text)
    proposal, written, read = drafted(found)
    assert proposal.base == "hotline-wide"
    assert taken(proposal)["unit"] == ("经办机构", "content")
    assert {one.how for one in proposal.columns if one.column != "unit"} == {"sure"}
    assert (proposal.others, proposal.missing, read.unsure) == ((), (), ("unit",))
    done = intake(found, read)
    units = [fact.unit for _, fact in done.facts if fact.kind == "dispatch"]
    assert (done.problems, units) == ((), sent)
    assert ["经办机构 → unit" in str(note) for note in done.notes] == [True]
    assert 'unit = ["经办机构", "承办单位"' in written


def test_headings_that_are_all_a_little_off_are_asked_about_and_what_is_known_stays() -> None:
    rows = "".join(
        f"23051{n}042870874657,12345,主办,否,5,{unit},2023-05-04 09:1{n}:00,2023-05-04 09:3{n}:00\n"
        for n, unit in enumerate(("甲镇", "乙镇"))
    )
    found = table(f"工单流水,来源,办理性质,是否匿名,办理期限,承办,交办时刻,接收时刻\n{rows}")
    proposal, _, read = drafted(found)
    how = taken(proposal)
    assert {column for column, (_, one) in how.items() if one == "sure"} == {"role", "anonymous", "limit_days"}
    assert (how["ticket"], how["unit"], how["dispatched_at"][0]) == (
        ("工单流水", "content"),
        ("承办", "like"),
        "交办时刻",
    )
    assert [fact.kind for _, fact in intake(found, read).facts] == ["dispatch", "sign"] * 2


def test_what_nothing_could_be_stays_open_and_the_table_is_refused() -> None:
    found = table(SHORT.replace("经办机构", "投诉对象单位"))
    proposal, written, read = drafted(found, "en")
    assert (proposal.missing, proposal.others, read.unsure) == (("unit",), ("投诉对象单位",), ())
    assert "Nothing in the table could be unit (承办单位)" in written
    with pytest.raises(UnreadableFile):
        intake(found, read)
    mended = read_profile(written.replace('\nunit = ["', '\nunit = ["投诉对象单位", "'), "our.toml")
    assert intake(found, mended).problems == ()


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("处理时限单位", ("工作日", "工作日")),
        ("责任单位类别", ("主办", "协办")),
        ("单位是否满意", ("满意", "不满意")),
        ("二级责任单位", ("甲镇", "乙镇")),
    ],
)
def test_no_word_of_the_field_is_a_unit_in_any_table(heading: str, cells: tuple[str, str]) -> None:
    rows = "".join(f"A-{n},x{n},{cell},2023/5/{n + 1} 09:10\n" for n, cell in enumerate(cells))
    assert "unit" not in taken(propose(table(f"事件号,样子,{heading},发生于\n{rows}"), folder.profiles(), "our"))


LOG = "工单编号,操作,{unit},操作时间\nGX-1,派单,{name},2023-05-04 09:10:00\nGX-1,签收,{name},2023-05-04 09:30:00\n"


def test_a_log_whose_unit_is_called_otherwise_is_a_log_still() -> None:
    found = table(LOG.format(unit="操作人单位", name="甲镇"))
    proposal, _, read = drafted(found)
    assert (proposal.base, taken(proposal)["unit"], read.needed) == (
        "hotline-log",
        ("操作人单位", "content"),
        ("ticket", "kind", "at"),
    )
    assert intake(found, read).problems == ()
    proposal, _, read = drafted(table(LOG.format(unit="操作人", name="甲某")))
    assert (proposal.missing, read.needed[-1]) == (("unit",), "unit")
    assert read.kinds["派单"] == "dispatch"


def test_what_few_rows_say_is_no_column_of_acts() -> None:
    rows = "".join(
        f"GX-{n},{word},甲镇,2023-05-04 09:1{n}:00,{about}\n"
        for n, (word, about) in enumerate((("派单", ""), ("签收", ""), ("退单", "退单")))
    )
    how = taken(propose(table(f"工单编号,节点,承办单位,操作时间,事由\n{rows}"), folder.profiles(), "our"))
    assert how["kind"] == ("节点", "content")


def test_two_renamed_headings_and_a_near_one() -> None:
    two = table(SHORT.replace("经办机构", "责任主体").replace("派单时间", "下发时间"))
    how = taken(propose(two, folder.profiles(), "our"))
    assert (how["unit"], how["dispatched_at"]) == (("责任主体", "content"), ("下发时间", "content"))
    near = taken(propose(table(SHORT.replace("经办机构", "承办部门")), folder.profiles(), "our"))
    assert near["unit"] == ("承办部门", "sure")
    among = table(SHORT.replace("签收时间", "承办单位负责人").replace("2023-05-04 09:30:00", "甲某"))
    assert taken(propose(among, folder.profiles(), "our"))["unit"] == ("经办机构", "content")


def test_states_whose_times_are_called_as_in_a_log_are_no_log() -> None:
    found = table(
        "工单编号,状态,承办单位,办理时间\nGX-1,办结,甲镇,2023-05-04 09:10:00\nGX-1,归档,甲镇,2023-05-05 09:10:00\n"
    )
    proposal = propose(found, folder.profiles(), "our")
    assert (proposal.base, proposal.profile.state_rows) == ("", True)
