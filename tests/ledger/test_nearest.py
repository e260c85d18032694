"""A name that is not known is answered with those it may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.intake.nearest import likeness, nearest

HEADINGS = "序号 工单编号 来电时间 承办单位 派单时间 单位签收时间 首次联系时间 办理截止时间 延期后截止日期 延期次数 办结时间 满意度"
UNITS = "茅店镇 梅林镇 区城管局 区住建局 区人社局"


@pytest.mark.parametrize(
    ("name", "among", "first"),
    [
        ("签收时间", HEADINGS, "单位签收时间"),
        ("联系时间", HEADINGS, "首次联系时间"),
        ("截止时间", HEADINGS, "办理截止时间"),
        ("重办次数", HEADINGS, "延期次数"),
        ("茅店镇人民政府", UNITS, "茅店镇"),
        ("赣县区茅店镇", UNITS, "茅店镇"),
        ("区城市管理局", UNITS, "区城管局"),
        ("区人力资源和社会保障局", UNITS, "区人社局"),
    ],
)
def test_what_drifted_is_found(name: str, among: str, first: str) -> None:
    assert nearest(name, among.split())[:1] == (first,)


@pytest.mark.parametrize(
    ("name", "among"), [("盖章时间", HEADINGS), ("TEAM8", UNITS), ("延期次数", "签收时间 派单时间")]
)
def test_what_is_like_nothing_gets_no_answer(name: str, among: str) -> None:
    assert nearest(name, [one for one in among.split() if one != name]) == ()


@given(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=6))
def test_the_answer_is_among_those_given_and_the_same_name_comes_first(name: str, among: list[str]) -> None:
    found = nearest(name, [*among, name])
    assert set(found) <= {*among, name}
    assert likeness(name, found[0]) == 1.0
