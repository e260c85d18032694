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
from ledger.intake.wizard import Proposal, masked, propose

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
