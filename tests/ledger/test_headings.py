"""Headings that drift: the one that is there is read, two that differ are refused, and a missing one is named with the nearest."""

import pytest

from kaoping.files import folder
from ledger.facts import Survey
from ledger.intake.headings import absent, choose, unread
from ledger.intake.tables.files import read_table
from ledger.intake.tables.table import LogTable
from ledger.intake.take import intake
from ledger.sentences import UnreadableFile

WIDE = folder.profile("hotline-wide")
TIMES = "2023-05-04 09:10:00,2023-05-04 09:30:00"


def table(text: str) -> LogTable:
    (found,) = read_table(text.encode(), "五月.csv")
    return found


@pytest.mark.parametrize(
    "heading", ["签收时间", "接收时间", " 签收\u3000时间 ", "*签收时间", "签收时间：", "签收时间（必填）"]
)
def test_any_heading_of_a_column_is_read(heading: str) -> None:
    done = intake(table(f"工单编号,承办单位,派单时间,{heading}\nGX-1,茅店镇,{TIMES}\n"), WIDE)
    assert [fact.kind for _, fact in done.facts] == ["dispatch", "sign"]


@pytest.mark.parametrize("second", ["接单时间", "签收时间"])
def test_two_headings_that_differ_are_refused(second: str) -> None:
    same = table(
        f"工单编号,承办单位,派单时间,签收时间,{second}\nGX-1,茅店镇,{TIMES},无\nGX-2,茅店镇,{TIMES},2023-05-04 09:30:00\n"
    )
    assert len(intake(same, WIDE).facts) == 4
    other = table(
        f"工单编号,承办单位,派单时间,签收时间,{second}\nGX-1,茅店镇,{TIMES},\nGX-2,茅店镇,2023-05-04 09:10:00,,2023-05-04 09:50:00\n"
    )
    with pytest.raises(UnreadableFile) as refused:
        intake(other, WIDE)
    assert "two columns for signed_at that differ" in str(refused.value.why)
    assert "row 3: '' and '2023-05-04 09:50:00'" in str(refused.value.why)
    assert "in_order" in str(refused.value.remedy)


def test_a_column_in_order_is_read_by_its_first_heading() -> None:
    done = intake(
        table(
            f"工单编号,承办单位,派单时间,回访时间,满意度,首次满意度,最终满意度\nGX-1,茅店镇,{TIMES},一般,不满意,满意\n"
        ),
        WIDE,
    )
    assert [fact.rating for _, fact in done.facts if isinstance(fact, Survey)] == ["满意"]


def test_what_is_missing_is_named_with_the_nearest_that_nobody_reads() -> None:
    header = ("工单编号", "承办单位", "派单时间", "单位签收时间", "来电人电话")
    missing = {one.column: one.likest for one in absent(WIDE, header)}
    assert missing["signed_at"] == ("单位签收时间",)
    assert unread(WIDE, header) == ("单位签收时间", "来电人电话")
    assert not [one for one in missing.values() if "来电人电话" in one], "what may name a citizen is never proposed"
    with pytest.raises(UnreadableFile) as refused:
        choose((WIDE,), table("工单编号,承办单位,首次派单时间\nGX-1,茅店镇,2023-05-04 09:10:00\n"))
    assert str(refused.value.why) == "fits no profile: hotline-wide lacks 派单时间 (perhaps 首次派单时间)"
