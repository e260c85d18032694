"""A profile is data, read strictly; the header of a table chooses it."""

from pathlib import Path

import pytest

from kaoping.files.profiles import read_profile
from ledger.intake.headings import choose, columns_of
from ledger.intake.profile import Profile
from ledger.intake.tables.table import LogTable
from ledger.sentences import UnreadableFile, UnusableFile

PROFILES = Path(__file__).parents[2] / "data" / "profiles"
GOOD = """
name = "demo"
title = "demo"
source = "here"
needed = ["ticket", "at"]
times = ["%Y-%m-%d %H:%M"]

[columns]
ticket = ["工单编号", "编号"]
at = ["时间"]
unit = ["单位"]

[[events]]
kind = "dispatch"
"""


def shipped() -> list[Profile]:
    return [read_profile(path.read_text("utf-8"), path.name) for path in sorted(PROFILES.glob("*.toml"))]


def table(*header: str) -> LogTable:
    return LogTable("工单.csv", header, ())


def mistakes(text: str) -> list[tuple[str, str]]:
    with pytest.raises(UnusableFile) as told:
        read_profile(text, "demo.toml")
    assert "demo.toml" in str(told.value)
    assert all(str(problem.remedy) for _, problem in told.value.problems)
    return [(problem.column, str(problem.why)) for _, problem in told.value.problems]


def test_the_shipped_profiles_are_read_and_called_like_their_files() -> None:
    names = [path.stem for path in sorted(PROFILES.glob("*.toml"))]
    assert [profile.name for profile in shipped()] == names
    assert {"events", "hotline-log", "hotline-wide", "posts-wide", "servicenow"} <= {*names}


def test_no_shipped_profile_takes_columns_that_name_citizens() -> None:
    for profile in shipped():
        for headings in profile.columns.values():
            assert not {*headings} & {"来电人", "来电人电话", "联系电话", "留言用户", "caller_id", "customer"}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (("kind", "ticket", "unit", "at"), "events"),
        (("工单编号", "操作", "承办单位", "操作时间"), "hotline-log"),
        (("序号", "工单编号\n", "承办单位", " 派单时间 ", "签收时间"), "hotline-wide"),
        (("*工单编号", "承办单位", "派单时间"), "hotline-wide"),
        (("留言编号", "留言用户", "留言时间", "答复时间"), "posts-wide"),
        (("Case ID", "Activity", "Complete Timestamp", "responsible_section"), "italian-helpdesk"),
    ],
)
def test_the_header_chooses_the_profile(header: tuple[str, ...], name: str) -> None:
    assert choose(shipped(), table(*header)).name == name


def test_no_profile_fits_and_it_says_which_came_close() -> None:
    with pytest.raises(UnreadableFile) as told:
        choose(shipped(), table("工单编号", "承办单位", "操作时间"))
    assert str(told.value.why) == ("fits no profile: hotline-log lacks 操作; hotline-wide lacks 派单时间")


def test_a_header_that_nobody_knows_is_shown() -> None:
    with pytest.raises(UnreadableFile, match="has a header that no profile knows: x y"):
        choose(shipped(), table("x", "y"))


def test_two_profiles_that_fit_are_no_choice() -> None:
    with pytest.raises(UnreadableFile, match="fits more than one profile: hotline-log, hotline-wide"):
        choose(shipped(), table("工单编号", "操作", "操作时间", "承办单位", "派单时间"))


def test_the_first_heading_in_the_profile_wins() -> None:
    profile = read_profile(GOOD, "demo.toml")
    assert columns_of(profile, ("编号", "单位", "工单编号")) == {"ticket": 2, "unit": 1}


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (("needed", "neded"), [("needed", "is missing"), ("neded", "means nothing here")]),
        (('"here"', "5"), [("source", "5 is not a text in quotes")]),
        (('"%Y-%m-%d %H:%M"', "5"), [("times[0]", "5 is not a text in quotes")]),
        (('["时间"]', '"时间"'), [("columns.at", "'时间' is not a list")]),
        (('kind = "dispatch"', 'kind = "派单"'), [("events[0]", "is no kind of fact")]),
        (('unit = ["单位"]', ""), [("events[0]", "can give no dispatch: it has no unit")]),
        (('unit = ["单位"]', "unit = []"), [("columns.unit", "has no headings")]),
        (('"dispatch"', '"dispatch"\nat = "x"'), [("events[0]", "speaks of x")]),
        (('"dispatch"', '"dispatch"\nfields = {halves="at"}'),
         [("events[0].fields.halves", "is no field of dispatch")]),
        (('"dispatch"', '"dispatch"\nkid = 1'), [("events[0].kid", "means nothing here")]),
        (('"dispatch"', '"word"'), [("events[0]", "has no words to go by")]),
        (("%Y-%m-%d %H:%M", "%m-%d %H:%M"), [("times", "is no format of a whole moment")]),
        (("%Y-%m-%d %H:%M", "%Y-%m-%d %I:%M"), [("times", "is no format of a whole moment")]),
        (("%Y-%m-%d %H:%M", "%Q"), [("times", "is no format of a whole moment")]),
        (("title", 'dates = ["%d"]\ntitle'), [("dates", "is no format of a date")]),
        (("title", 'zone = "Asia/Beijing"\ntitle'), [("zone", "is no time zone")]),
        (("title", 'identical_rows = "drop"\ntitle'), [("identical_rows", "is neither of two")]),
        (("title", "exchange = 1\ntitle"), [("exchange", "1 is not true or false")]),
        (("title", 'only_changes = ["kind"]\ntitle'), [("only_changes", "speaks of kind")]),
        (("title", 'kinds = {"转派" = "move"}\ntitle'), [("kinds.转派", "is no kind of fact")]),
        (("title", 'words = {role = {lead = "x"}}\ntitle'),
         [("words.role.lead", "is neither lead (主办) nor assist (协办)")]),
        (("title", 'words = {hue = {"红" = "x"}}\ntitle'), [("words.hue.红", "is no field of any fact")]),
        (("title", 'words = {role = {"主办" = 0.5}}\ntitle'),
         [("words.role.主办", "0.5 is not text, a number, true or false")]),
        (("title", "constants = {limit_days = 0}\ntitle"),
         [("constants.limit_days", "is not a positive number of half or whole days")]),
    ],
)  # fmt: skip
def test_every_mistake_in_a_profile_is_named(change: tuple[str, str], mistake: list[tuple[str, str]]) -> None:
    assert mistakes(GOOD.replace(*change, 1)) == mistake


def test_a_text_that_is_no_toml_is_told_with_its_line() -> None:
    ((key, why),) = mistakes(GOOD.replace("[columns]", "[columns"))
    assert key == ""
    assert why.startswith("is no TOML: ")
    assert "line 8" in why


def test_all_mistakes_are_told_at_once() -> None:
    bad = GOOD.replace("%H:%M", "").replace('"dispatch"', '"x"').replace('["ticket", "at"]', '["foo"]')
    assert mistakes(bad) == [
        ("needed", "speaks of foo"),
        ("times", "is no format of a whole moment"),
        ("events[0]", "is no kind of fact"),
    ]
