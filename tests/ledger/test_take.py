"""Rows become facts, or say why not. Every row is told of; no citizen's column is ever shown."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import process_time

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.instants import read_iso, show_iso
from kaoping.files.profiles import read_profile
from ledger.exchange import canonical, content, read_fact
from ledger.facts import Close, Dispatch, Extend, Fact, Return, Sign, Survey
from ledger.intake.cells import UnfitCell
from ledger.intake.headings import choose
from ledger.intake.meanings import Meanings
from ledger.intake.profile import Profile
from ledger.intake.tables.files import read_table
from ledger.intake.tables.table import Cell, LogTable, Row
from ledger.intake.take import Intake, Surroundings, intake
from ledger.register import Register
from ledger.sentences import Problem, UnreadableFile

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data"
HERE = pytest.mark.skipif(not REAL.exists(), reason="the real logs (../shared/data) are not here")
PROFILES = {
    path.stem: read_profile(path.read_text("utf-8"), path.name)
    for path in sorted((ROOT / "data" / "profiles").glob("*.toml"))
}
FILL_IN = (
    " (kaoping aside --xlsx gives the rows, to fill it in), or let your own profile name a stand-in for it with at_else"
)
WIDE = "工单编号,承办单位,派单时间,签收时间,处理时限,延期次数,延期时间,延期后截止日期,办结时间,满意度,回访时间,来电人\n"
AS_MOMENT = (
    "give the time of day; midnight, in a sheet, as text: '2023-05-04 00:00:00, with the apostrophe; only deadlines may"
    " be dates"
)
AS_TEXT = "format the column as text where it comes from, and export it again"
AS_TIME = "write it as a time, or add its format under times in the profile; what stands for no time, list under absent"


def take(text: str, profile: str | None = None) -> Intake:
    (table,) = read_table(text.encode(), "五月.csv")
    return intake(table, PROFILES[profile] if profile else choose([*PROFILES.values()], table))


def one(header: str, *cells: Cell, profile: str) -> Intake:
    return intake(LogTable("五月.xlsx", tuple(header.split()), (Row(2, cells),)), PROFILES[profile])


def told(done: Intake) -> list[str]:
    """The facts as the story tells them: kind, unit and time of day on its date."""
    return [f"{fact.kind} {fact.unit} {show_iso(fact.at)[:16]}" for _, fact in done.facts]


def spoken(problem: Problem) -> str:
    """A problem as its user reads it."""
    value = f" '{problem.value}'" if problem.value else ""
    place = f"{problem.row}: {problem.column}{value}"
    return f"{place} {problem.why}\n  {problem.excerpt}\n  To fix: {problem.remedy}"


def balanced(done: Intake) -> bool:
    """The invariant: every row is exactly one of four."""
    fact_rows, quarantined = {row for row, _ in done.facts}, {row for row, _ in done.quarantined}
    return (
        done.rows == len(fact_rows) + done.repeated + len(quarantined) + done.ignored
        and not fact_rows & quarantined
        and len(quarantined) == len(done.quarantined)
        and {problem.row for problem in done.problems if problem.fatal} == quarantined
    )


# stories


def test_a_tickets_life_in_a_flow_log() -> None:
    done = take("""\
工单编号,操作,承办单位,操作时间,来源渠道,工单性质,办理时限,满意度,延期天数,延期至,审批事项,审批结果,原因
GX-1,派单,茅店镇,2023-05-04 09:10:00,12345热线,主办,5.0,,,,,,
GX-1,签收,茅店镇,2023/5/4 9:30:00,,,,,,,,,
GX-1,联系,,2023年5月4日 10:00,,,,,,,,,
GX-1,延期,茅店镇,2023-05-09 10:00:00,,,,,3,2023-05-16,,,
GX-1,审批,茅店镇,2023-05-09 11:00:00,,,,,,,延期,同意,
GX-1,受理,,2023-05-04 08:00:00,,,,,,,,,
GX-1,办结,茅店镇,2023-05-15 16:00:00,,,,,,,,,
GX-1,回访,茅店镇,2023-05-16 09:00:00,,,,基本满意,,,,,
GX-1,退回重办,茅店镇,2023-05-16 09:01:00,,,,,,,,,答非所问
""")
    assert told(done) == [
        "dispatch 茅店镇 2023-05-04T09:10",
        "sign 茅店镇 2023-05-04T09:30",
        "contact None 2023-05-04T10:00",
        "extend 茅店镇 2023-05-09T10:00",
        "decide 茅店镇 2023-05-09T11:00",
        "close 茅店镇 2023-05-15T16:00",
        "survey 茅店镇 2023-05-16T09:00",
        "redo 茅店镇 2023-05-16T09:01",
    ]
    dispatch, extend = done.facts[0][1], done.facts[3][1]
    at = read_iso("2023-05-04T09:10:00+08:00")
    assert dispatch == Dispatch(ticket="GX-1", unit="茅店镇", at=at, role="lead", limit_halves=10)
    assert isinstance(extend, Extend)
    assert extend.halves is None
    assert show_iso(extend.until or 0) == "2023-05-16T23:59:59.999+08:00"
    assert (done.ignored, done.problems) == (1, ())


def test_a_ticket_on_one_row() -> None:
    done = take(
        WIDE + "GX-1,茅店镇,2023-05-04 09:10:00,2023-05-04 09:30:00,5,,,,2023-05-08 10:00:00,满意,"
        "2023-05-09 10:00:00,张三\nGX-2,茅店镇,2023-05-04 09:10:00,无,-,0,/,NULL,,未评价,,李四\n"
    )
    assert [fact.kind for _, fact in done.facts] == ["dispatch", "sign", "close", "survey", "dispatch"]
    assert isinstance(survey := done.facts[3][1], Survey)
    assert survey.rating == "满意"
    assert done.problems == ()


def test_a_post_without_a_unit_column_goes_to_the_profiles_unit() -> None:
    done = take("留言编号,留言用户,留言时间,答复时间\n7,A1,2019/4/25 9:32:09,2019/5/10 14:56:53\n")
    assert isinstance(post := done.facts[0][1], Dispatch)
    assert (post.unit, post.channel) == ("问政平台(未分单位)", "问政江西")


def test_a_post_with_an_empty_unit_is_not_given_the_profiles_unit() -> None:
    done = take("留言编号,答复单位,留言时间,答复时间\n7,,2019/4/25 9:32:09,2019/5/10 14:56:53\n")
    assert [(problem.column, str(problem.why)) for problem in done.problems] == [("答复单位", "is missing")]


def test_the_exchange_format_is_the_same_from_json_and_csv() -> None:
    lines = [
        {"kind": "dispatch", "ticket": "1", "unit": "u", "at": "2023-05-04T09:10:00+08:00",
         "anonymous": False, "limit_days": 0.5, "seq": 3},
        {"kind": "finding", "item": "conduct", "unit": "u", "at": "2023-05-04T09:10:00+08:00", "count": 2},
    ]  # fmt: skip
    as_json = take("\n".join(map(json.dumps, lines)))
    as_csv = take(
        "kind,ticket,unit,at,anonymous,limit_days,seq,item,count\n"
        "dispatch,1,u,2023-05-04T09:10:00+08:00,false,0.5,3,,\n"
        "finding,,u,2023-05-04T09:10:00+08:00,,,,conduct,2\n"
    )
    assert [fact for _, fact in as_json.facts] == [fact for _, fact in as_csv.facts]
    assert [canonical(fact) for _, fact in as_json.facts][1] == {**lines[1]}
    assert as_json.problems == as_csv.problems == ()


def test_the_exchange_format_refuses_what_it_does_not_know_without_showing_it() -> None:
    done = take('{"kind":"sign","ticket":"1","at":"2023-05-04T09:10:00+08:00","phone":"13900000000"}\n')
    assert [spoken(problem) for problem in done.problems] == [
        "1: phone is no field of sign\n  sign | 1 | 2023-05-04T09:10:00+08:00\n"
        "  To fix: use one of: at ticket unit id seq"
    ]
    assert "13900000000" not in str(done)


# what is left out, and what is refused


def test_a_count_without_a_time_leaves_the_fact_out_and_keeps_the_row() -> None:
    done = take(WIDE + "GX-1,茅店镇,2023-05-04 09:10:00,,5,2,2023-05-08 10:00:00,2023-05-12,,,,张三\n"
                "GX-2,茅店镇,2023-05-04 09:10:00,,5,1,,,,满意,,李四\n")  # fmt: skip
    assert [fact.kind for _, fact in done.facts] == ["dispatch", "extend", "dispatch"]
    assert [spoken(problem) for problem in done.problems] == [
        "2: 延期次数 '2' says extend, but 1 of them without a time (延期时间): left out\n"
        "  GX-1 | 茅店镇 | 2023-05-04 09:10:00 | 5 | 2 | 2023-05-08 10:00:00 | 2023-05-12\n"
        f"  To fix: export 延期时间 too{FILL_IN}",
        "3: 延期次数 '1' says extend, but 1 of them without a time (延期时间): left out\n"
        "  GX-2 | 茅店镇 | 2023-05-04 09:10:00 | 5 | 1 | 满意\n"
        f"  To fix: export 延期时间 too{FILL_IN}",
        "3: 满意度 '满意' says survey, but 1 of them without a time (回访时间): left out\n"
        "  GX-2 | 茅店镇 | 2023-05-04 09:10:00 | 5 | 1 | 满意\n"
        f"  To fix: export 回访时间 too{FILL_IN}",
    ]
    assert not any(problem.fatal for problem in done.problems)
    assert balanced(done)


def test_an_office_may_name_a_stand_in_for_a_time() -> None:
    text = (ROOT / "data" / "profiles" / "hotline-wide.toml").read_text("utf-8")
    mine = read_profile(text.replace('at = "redone_at"', 'at = "redone_at"\nat_else = "closed_at"'), "mine")
    header = ("工单编号", "承办单位", "派单时间", "办结时间", "重办次数")
    row = Row(2, ("GX-1", "茅店镇", "2023-05-04 09:10:00", "2023-05-08 10:00:00", "1"))
    done = intake(LogTable("t", header, (row,)), mine)
    assert told(done)[1] == "redo 茅店镇 2023-05-08T10:00"
    assert done.problems == ()


def test_a_limit_that_is_not_in_working_days_is_left_out() -> None:
    header = "工单编号 承办单位 派单时间 处理时限 处理时限单位"
    done = one(header, "1", "u", "2023-05-04 09:10:00", "24.0", "小时", profile="hotline-wide")
    assert isinstance(fact := done.facts[0][1], Dispatch)
    assert fact.limit_halves is None
    assert str(done.problems[0].why) == "was left out: 处理时限单位 is 小时"
    done = one(header, "1", "u", "2023-05-04 09:10:00", "5个工作日", "工作日", profile="hotline-wide")
    assert isinstance(fact := done.facts[0][1], Dispatch)
    assert fact.limit_halves == 10


BAD = [
    ("派单时间", "2023-13-04 09:10:00", "is a time in none of the profile's formats",
     AS_TIME),
    ("派单时间", "2023-05-04", "is a date without a time of day",
     AS_MOMENT),
    ("派单时间", "", "is missing", "every dispatch has it"),
    ("派单时间", "1923-05-04 09:10:00", "lies before 1990 or after 2100",
     AS_TIME),
    ("派单时间", "1991-04-14 02:30:00", "is in an hour in which the clocks were changed",
     "give it with its offset"),
    ("派单时间", True, "is no time", AS_TIME),
    ("派单时间", 2.0e9, "is no time", AS_TIME),
    ("签收时间", "昨天", "is a time in none of the profile's formats",
     AS_TIME),
    ("工单编号", 250912101108115409.0, "is a number in the sheet, not text, and may have lost digits",
     AS_TEXT),
    ("派单时间", "9999-12-31 23:59:59", "lies before 1990 or after 2100", AS_TIME),
    ("工单编号", "250912101108.0", "is written like an amount, and may have lost digits", AS_TEXT),
    ("工单编号", "250,912,101", "is written like an amount, and may have lost digits", AS_TEXT),
    ("工单编号", 250912101108115000, "ends in zeros that Excel may have put there",
     AS_TEXT),
    ("工单编号", "2.50912E+17", "has lost its last digits",
     AS_TEXT),
    ("工单编号", "无", "is missing", "every dispatch has it"),
    ("工单编号", "a\x00b", "holds line breaks or characters that cannot be seen", "type it again, on one line"),
    ("承办单位", "-", "is missing", "every dispatch has it"),
    ("承办单位", datetime(2023, 5, 4), "is not text",
     AS_TEXT),
    ("工单性质", "督办", "means nothing to profile hotline-wide",
     "list it under [words.role] in the profile"),
    ("工单来源", "抖音", "means nothing to profile hotline-wide",
     "list it under [words.channel] in the profile"),
    ("是否匿名", "也许", "is neither yes nor no", "list the word under yes or no in the profile"),
    ("是否纳入考核", "另行考核", "means nothing to profile hotline-wide",
     "list it under yes or no in the profile, or in the words of its event"),
    ("是否重新办理", "二次", "means nothing to profile hotline-wide",
     "list it under yes or no in the profile, or in the words of its event"),
    ("重办次数", "13812345678", "is not a count", "write a whole number of 0 or more"),
    ("处理时限", "尽快", "is not a number of days", "write days like 5 or 0.5"),
    ("处理时限", "5天", "is not a number of days", "write days like 5 or 0.5"),
    ("处理时限", 0.3, "is not a positive number of half or whole days", "write days like 5 or 0.5"),
    ("重办次数", "若干", "is not a whole number", "write a whole number"),
    ("重办次数", -1.0, "is not a count", "write a whole number of 0 or more"),
]  # fmt: skip
ROW: dict[str, Cell] = {
    "工单编号": "GX-1", "承办单位": "茅店镇", "派单时间": "2023-05-04 09:10:00", "签收时间": None,
    "工单来源": None, "工单性质": None, "是否匿名": None, "处理时限": None, "重办次数": None,
    "来电人": "张三",
}  # fmt: skip


@pytest.mark.parametrize(("column", "cell", "why", "remedy"), BAD)
def test_a_bad_cell_quarantines_the_whole_row(column: str, cell: Cell, why: str, remedy: str) -> None:
    row = {**ROW, column: cell}
    done = intake(LogTable("五月.xlsx", tuple(row), (Row(7, tuple(row.values())),)), PROFILES["hotline-wide"])
    (problem,) = done.problems
    assert (problem.row, problem.column, problem.fatal) == (7, column, True)
    assert (str(problem.why), str(problem.remedy)) == (why, remedy)
    assert done.facts == ()
    assert [number for number, _ in done.quarantined] == [7]
    assert "张三" not in str(done)


@pytest.mark.parametrize("word", ["不计入考核", "否（剔除）", "剔除"])
def test_what_a_platform_does_not_assess_is_exempted(word: str) -> None:
    row = {**ROW, "是否纳入考核": word}
    done = intake(LogTable("五月.xlsx", tuple(row), (Row(7, tuple(row.values())),)), PROFILES["hotline-wide"])
    assert [fact.kind for _, fact in done.facts] == ["dispatch", "exempt"]


def numbered(*numbers: Cell, rows: int = 1, profile: Profile = PROFILES["hotline-wide"]) -> Intake:
    header = ("工单编号", "承办单位", "派单时间")
    cells = [(number, "茅店镇", f"2023-05-04 09:{minute:02}:00") for minute in range(rows) for number in numbers]
    table = LogTable("五月.csv", header, tuple(Row(at, row) for at, row in enumerate(cells, start=2)))
    return intake(table, profile)


WHOLE = [f"25091210110811{number:04}" for number in range(5400, 5410)]
BY_EXCEL = [f"{number[:15]}000" for number in (f"2509{place:014}" for place in range(1_000, 7_000, 1_000))]
BY_SCRIPT = [f"2509121011{place:06}00" for place in range(1, 7)]


@pytest.mark.parametrize("numbers", [BY_EXCEL, BY_SCRIPT, [int(number) for number in BY_SCRIPT], [f'="{one}"' for one in BY_EXCEL],
    [*BY_EXCEL, *WHOLE[1:6]]])  # fmt: skip
def test_numbers_that_all_end_in_zeros_have_lost_digits(numbers: list[Cell]) -> None:
    done = numbered(*numbers)
    why = "ends in zeros like the other numbers here: they have lost their last digits"
    assert {str(problem.why) for problem in done.problems} <= {why, "ends in zeros that Excel may have put there"}
    assert len(done.quarantined) == len([one for one in numbers if str(one).strip('="').endswith("0")])
    kept = numbered(*map(str, numbers), profile=attrs.evolve(PROFILES["hotline-wide"], whole_numbers=True))
    assert len(kept.facts) == len(numbers)


def test_tickets_that_excel_made_one_are_seen_by_their_rows() -> None:
    assert len(numbered("250912101108115000", rows=6).quarantined) == 6
    assert len(numbered("250912101108115000", rows=5).facts) == 5, "nothing tells that it was another"


@pytest.mark.parametrize(
    "numbers", [WHOLE, WHOLE[:1], [f"GX{number}000" for number in range(9)], [f"2023{at:04}0" for at in range(9)]]
)
def test_numbers_that_are_whole_are_taken(numbers: list[Cell]) -> None:
    assert len(numbered(*numbers).facts) == len(numbers)


def test_a_name_is_what_excel_shows_of_it() -> None:
    done = numbered('=HYPERLINK("http://10.0.0.1/t?id=9","250912101108115409")')
    assert [fact.ticket for _, fact in done.facts] == ["250912101108115409"]
    table = LogTable(
        "五月.csv", ("工单编号", "承办单位", "派单时间"), (Row(2, ("GX-1", "茅店镇、", "2023-05-04 09:10:00")),)
    )
    assert [fact.unit for _, fact in intake(table, PROFILES["hotline-wide"]).facts] == ["茅店镇"]


def test_a_number_that_a_sheet_holds_whole_is_that_number() -> None:
    done = numbered(202305040002.0)
    assert [fact.ticket for _, fact in done.facts] == ["202305040002"]


def test_acts_that_several_rows_of_a_ticket_tell_count_once() -> None:
    told = "GX-1,茅店镇,2023-05-04 09:10:00,,5,,,,,,,\n"
    later = told.replace(",,5", ",2023-05-04 10:00:00,5")
    done = take(WIDE + told + told + later + later.replace("GX-1", "GX-2"))
    assert [(row, fact.kind) for row, fact in done.facts] == [
        (2, "dispatch"),
        (4, "sign"),
        (5, "dispatch"),
        (5, "sign"),
    ]
    assert (done.repeated, len(done.quarantined)) == (1, 0)
    assert [str(note) for note in done.notes if "once" in str(note)] == [
        "2 acts stand in more than one row of their ticket: each counts once"
    ]


ROUND = {
    "工单编号": "GX-1", "承办单位": "茅店镇", "派单时间": "2023-05-04 09:10:00", "签收时间": "2023-05-04 10:00:00", "处理时限": "5",
    "办结时间": "2023-05-09 16:05:00", "回访时间": "2023-05-12 10:00:00", "满意度": "不满意", "重办时间": "", "工单性质": "主办",
    "联系时间": "",    "退回时间": "",    "是否逾期": "否", "二级承办单位": "", "二级派单时间": "", "三级承办单位": "", "三级派单时间": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"处理时限": "3"}, "dispatch limit_days 5, here 3"),
        ({"处理时限": ""}, "dispatch limit_days 5, here (empty)"),
        ({"工单性质": "协办"}, None),
        ({"是否逾期": "是"}, None),
        ({"签收时间": "2023-05-04 15:00:00"}, "sign at 2023-05-04T10:00:00+08:00, here 2023-05-04T15:00:00+08:00"),
        ({"办结时间": "2023-05-10 16:05:00"}, "close at 2023-05-09T16:05:00+08:00, here 2023-05-10T16:05:00+08:00"),
        ({"满意度": "满意"}, "survey rating 不满意, here 满意"),
        ({"满意度": ""}, None),
        ({"签收时间": ""}, None),
        ({"承办单位": "江口镇"}, None),
        ({"派单时间": "2023-05-11 09:10:00", "签收时间": "2023-05-11 10:10:00"}, None),
        ({"回访时间": "2023-05-13 10:00:00", "满意度": "满意"}, None),
        ({"重办时间": "2023-05-10 09:00:00", "办结时间": "2023-05-12 16:00:00"}, None),
        ({"重办时间": "2023-05-10 09:00:00", "签收时间": "2023-05-10 10:00:00", "处理时限": "3"}, None),
        ({"退回时间": "2023-05-10 09:00:00", "签收时间": "2023-05-10 10:00:00"}, None),
    ],
)
def test_a_row_that_tells_a_round_otherwise_than_another_is_a_problem(other: dict[str, str], why: str | None) -> None:
    rows = [ROUND, ROUND | other]
    text = "\n".join(",".join(row) for row in [[*ROUND], *([*row.values()] for row in rows)])
    done = take(text + "\n")
    told = [
        (one.row, str(one.why).removeprefix("stands in row 2 too, which says otherwise: ")) for one in done.problems
    ]
    assert told == ([] if why is None else [(3, why)])
    assert len(done.quarantined) == len(told)
    assert [fact for row, fact in done.facts if row == 2] == [
        fact for _, fact in take("\n".join(text.split("\n")[:2])).facts
    ]


def rounds_of(*rows: dict[str, str]) -> Intake:
    return take("\n".join(",".join(row) for row in [[*ROUND], *([*(ROUND | one).values()] for one in rows)]) + "\n")


def test_which_row_contradicts_does_not_hang_on_a_blank_one() -> None:
    for words in (("", "满意", "不满意"), ("满意", "", "不满意"), ("满意", "不满意", "")):
        done = rounds_of(*({"满意度": word} for word in words))
        assert [one.row for one in done.problems] == [2 + words.index("不满意")]


def test_an_act_told_less_finely_in_another_row_is_known() -> None:
    fine = {"派单时间": "2023-05-04 09:10:37", "签收时间": "2023-05-04 10:00:37", "回访时间": "2023-05-12 10:00:37"}
    coarse = {name: time.replace(":37", ":00") for name, time in fine.items()}
    for rows in ((fine, coarse), (coarse, fine)):
        done = rounds_of(*rows)
        assert (done.repeated, [*done.problems]) == (1, [])
        done = rounds_of(rows[0], rows[1] | {"处理时限": "3"})
        assert [str(one.why).rpartition(": ")[2] for one in done.problems] == ["dispatch limit_days 5, here 3"]
    assert rounds_of(fine, fine | {"派单时间": "2023-05-04 09:10:20", "签收时间": "2023-05-04 09:59:00"}).problems == ()


def test_an_act_whose_reason_one_row_lacks_is_one() -> None:
    redo = {"重办时间": "2023-05-10 09:00:00"}
    text = [{**ROUND, **redo, "重办原因": reason} for reason in ("", "材料不齐", "")]
    done = take("\n".join(",".join(row) for row in [[*text[0]], *([*one.values()] for one in text)]) + "\n")
    assert (done.repeated, [fact.kind for _, fact in done.facts].count("redo")) == (2, 1)


@pytest.mark.slow
def test_a_ticket_of_very_many_rows_takes_time_in_proportion() -> None:
    def took(rows: int) -> float:
        contacts = [{"联系时间": f"2023-05-05 09:10:{at % 60:02}.{at // 60:03}"} for at in range(rows)]
        start = process_time()
        assert rounds_of(*({"联系时间": ""} | one for one in contacts)).problems == ()
        return process_time() - start

    assert took(8000) < 8 * took(2000)


def test_a_unit_that_leads_and_has_a_sub_order_contradicts_nobody() -> None:
    same = {"二级承办单位": "茅店镇", "二级派单时间": ROUND["派单时间"], "三级派单时间": "2023-05-04 11:00:00"}
    done = rounds_of(same | {"三级承办单位": "甲组"}, same | {"三级承办单位": "乙组"}, same | {"三级承办单位": "乙组"})
    assert ([*done.problems], done.repeated) == ([], 1)
    assert [fact.unit for _, fact in done.facts if fact.kind == "dispatch"] == ["茅店镇", "茅店镇", "甲组", "乙组"]


def test_two_names_of_a_unit_are_one_within_a_file() -> None:
    known = Surroundings(register=Register(names={"茅店镇政府": "茅店镇"}))
    rows = [ROUND, ROUND | {"承办单位": "茅店镇政府"}, ROUND | {"承办单位": "茅店镇政府", "处理时限": "3"}]
    text = "\n".join(",".join(row) for row in [[*ROUND], *([*row.values()] for row in rows)])
    (table,) = read_table(text.encode(), "五月.csv")
    done = intake(table, PROFILES["hotline-wide"], within=known)
    assert (done.repeated, [one.row for one in done.problems]) == (1, [4])


def test_a_row_taken_in_part_is_known_where_it_stands_again() -> None:
    text = "工单编号,承办单位,派单时间,签收时间,是否按时签收\n" + "GX-1,茅店镇,2023-05-04 09:10:00,,是\n" * 2
    done = take(text)
    assert (done.repeated, len(done.quarantined), len(done.parts)) == (1, 0, 1)


@pytest.mark.parametrize(("form", "text", "wanted"), [
    ("%Y/%m/%d %p%I:%M:%S", "2023/5/5 下午2:01:04", "2023-05-05T14:01:04"),
    ("%Y/%m/%d %p%I:%M:%S", "2023/5/5 上午12:01:04", "2023-05-05T00:01:04"),
    ("%Y-%m-%d %I:%M %p", "2023-05-05 12:30 pm", "2023-05-05T12:30:00"),
])  # fmt: skip
def test_a_time_of_half_a_day_is_read(form: str, text: str, wanted: str) -> None:
    means = Meanings.of(attrs.evolve(PROFILES["hotline-wide"], times=(form,)))
    assert show_iso(means.read("at", text)).startswith(wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "wanted"), [
    ("202305051208", "2023-05-05T12:08:00"), ("20230505120836", "2023-05-05T12:08:36"), ("2023121512", None), ("202311151", None),
    ("2023051208", None),
])  # fmt: skip
def test_digits_in_a_row_are_a_time_only_where_each_part_has_its_two(text: str, wanted: str | None) -> None:
    means = Meanings.of(PROFILES["hotline-wide"])
    if wanted is None:
        with pytest.raises(UnfitCell):
            means.read("at", text)
    else:
        assert show_iso(means.read("at", text)).startswith(wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["2023/5/5 下午14:01:04", "2023/5/5 上午0:01:04", "2023/5/5 2:01:04"])
def test_an_hour_that_no_half_of_a_day_has_is_none(text: str) -> None:
    with pytest.raises(UnfitCell):
        Meanings.of(attrs.evolve(PROFILES["hotline-wide"], times=("%Y/%m/%d %p%I:%M:%S",))).read("at", text)


def test_a_file_without_headings_shows_nothing_of_its_rows() -> None:
    (table,) = read_table(
        "GX-1,张三,138****5678,2023-05-04 09:10\nGX-2,李四,138****0000,2023-05-05 09:10\n".encode(), "x.csv"
    )
    with pytest.raises(UnreadableFile) as told:
        choose(tuple(PROFILES.values()), table)
    assert str(told.value.why) == "has no headings: what stands first in it is a row of values"
    assert str(told.value.remedy) == "put the row of headings of the export above it, and import it again"


def test_blanks_around_a_value_are_no_part_of_it() -> None:
    cells = (" 1\t", "签收\n", "\u3000茅店镇\x85\u200b", "2023-05-09 09:00")
    done = one("工单编号 操作 承办单位 操作时间", *cells, profile="hotline-log")
    assert told(done) == ["sign 茅店镇 2023-05-09T09:00"]
    assert done.facts[0][1].ticket == "1"


def test_every_bad_cell_of_a_row_is_told_once() -> None:
    done = take(WIDE + "GX-1,茅店镇,昨天,今天,五,,,,2023-05-08,很好,2023-05-09 10:00:00,张三\n")
    assert [problem.column for problem in done.problems] == [
        "派单时间",
        "处理时限",
        "签收时间",
        "办结时间",
        "满意度",
    ]
    assert json.loads(done.quarantined[0][1])["派单时间"] == "昨天"


def test_a_word_that_means_nothing_is_told_as_the_house_does() -> None:
    done = take("工单编号,操作,承办单位,操作时间,来电人\nGX20230509-0031,转走,茅店镇,2023-05-09 09:00:00,张三\n")
    assert [spoken(problem) for problem in done.problems] == [
        "2: 操作 '转走' means nothing to profile hotline-log\n"
        "  GX20230509-0031 | 转走 | 茅店镇 | 2023-05-09 09:00:00\n"
        '  To fix: list it under [kinds] in the profile, as a kind or as "ignore"'
    ]


@pytest.mark.parametrize(
    ("kind", "column"), [("", "操作"), ("延期", "延期天数"), ("派单", "承办单位"), ("审批", "审批事项")]
)
def test_what_a_kind_needs_is_never_made_up(kind: str, column: str) -> None:
    header = "工单编号 操作 承办单位 操作时间 延期天数 审批事项 审批结果"
    done = one(header, "1", kind, "", "2023-05-09 09:00:00", "", "", "同意", profile="hotline-log")
    assert [problem.column for problem in done.problems] == [column]


def test_a_broken_row_is_quarantined_without_its_text() -> None:
    done = take('工单编号,操作,操作时间\n1,签收,"2023-05-09 09:00:00"x\n2,签收,2023-05-09 09:00:00\n')
    assert done.quarantined == ((2, "{}"),)
    assert told(done) == ["sign None 2023-05-09T09:00"]


def test_a_table_without_a_needed_column_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="lacks columns of profile hotline-log: 操作时间"):
        take("工单编号,操作\n1,签收\n", "hotline-log")


# times of sheets


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        (datetime(2023, 5, 4, 9, 10, 1), "2023-05-04T09:10:01+08:00"),
        (datetime(2023, 5, 4, 9, 10, 0, 999_600), "2023-05-04T09:10:01+08:00"),
        (45050.3819444444, "2023-05-04T09:10:00+08:00"),
        (45050.38195601852, "2023-05-04T09:10:01+08:00"),
        ("45050.3819444444", None),
        (45050.0, None),
        (45050, None),
        (date(2023, 5, 4), None),
        ("2023-05-04T09:10:00+08:00", "2023-05-04T09:10:00+08:00"),
        ("2023-05-04T01:10:00Z", "2023-05-04T09:10:00+08:00"),
    ],
)
def test_a_sheets_own_times_are_taken(cell: Cell, at: str | None) -> None:
    done = one("工单编号 操作 操作时间", "1", "签收", cell, profile="hotline-log")
    assert [show_iso(fact.at) for _, fact in done.facts] == ([at] if at else [])


@pytest.mark.parametrize("cell", ["2023-05-10", "2023/5/10", "2023年5月10日", date(2023, 5, 10), 45056, 45056.0])
def test_a_deadline_that_is_a_date_is_the_end_of_that_day(cell: Cell) -> None:
    header = "工单编号 承办单位 派单时间 办理截止时间"
    done = one(header, "1", "u", "2023-05-04 09:10:00", cell, profile="hotline-wide")
    assert isinstance(fact := done.facts[0][1], Dispatch)
    assert show_iso(fact.due_at or 0) == "2023-05-10T23:59:59.999+08:00"


@given(st.integers(min_value=0, max_value=86_400 * 365 * 40))
def test_every_second_survives_as_a_serial_number(second: int) -> None:
    moment = datetime(2000, 1, 1) + timedelta(seconds=second)
    serial = float(Decimal((moment - datetime(1899, 12, 30)) // timedelta(seconds=1)) / 86_400)
    done = one("工单编号 操作 操作时间", "1", "签收", serial, profile="hotline-log")
    if serial != int(serial):
        assert show_iso(done.facts[0][1].at) == f"{moment.isoformat()}+08:00"


# rows that say nothing new

SAVES = """
name = "saves"
title = "one row per save"
source = "here"
needed = ["ticket", "at"]
times = ["%Y-%m-%d %H:%M"]
absent = ["?"]
only_changes = ["kind", "unit"]
[columns]
ticket = ["ticket"]
at = ["at"]
kind = ["state"]
unit = ["unit"]
seq = ["seq"]
[kinds]
"open" = "sign"
"done" = "close"
[[events]]
kind = "dispatch"
when = [{column = "unit", filled = true, changed = true}]
[[events]]
kind = "word"
when = [{column = "kind", changed = true}]
"""


def saves(*rows: str) -> list[tuple[int, str]]:
    table = LogTable("t", ("ticket", "at", "state", "unit", "seq"), tuple(
        Row(number, tuple(row.split(","))) for number, row in enumerate(rows, start=1)
    ))  # fmt: skip
    done = intake(table, read_profile(SAVES, "saves"))
    assert balanced(done)
    return [(row, f"{fact.kind} {fact.unit}") for row, fact in done.facts]


def test_only_what_changed_since_the_row_before_is_told() -> None:
    assert saves(
        "1,2023-05-04 09:00,open,A,0",
        "1,2023-05-04 09:05,open,A,1",
        "2,2023-05-04 09:05,open,A,0",
        "1,2023-05-04 09:06,open,B,2",
        "1,2023-05-04 09:07,done,B,3",
        "1,2023-05-04 09:07,done,A,4",
    ) == [
        (1, "dispatch A"), (1, "sign A"), (3, "dispatch A"), (3, "sign A"),
        (4, "dispatch B"), (5, "close B"), (6, "dispatch A"),
    ]  # fmt: skip


def test_rows_of_one_minute_are_ordered_by_seq_not_by_place_in_the_file() -> None:
    assert saves("1,2023-05-04 09:00,done,A,10", "1,2023-05-04 09:00,open,A,9") == [
        (1, "close A"), (2, "dispatch A"), (2, "sign A"),
    ]  # fmt: skip


def test_an_unknown_unit_is_no_change_of_unit() -> None:
    assert saves("1,2023-05-04 09:00,open,A,0", "1,2023-05-04 09:01,done,?,1", "1,2023-05-04 09:02,done,A,2") == [
        (1, "dispatch A"),
        (1, "sign A"),
        (2, "close None"),
    ]


def test_equal_rows_are_further_facts_unless_the_profile_says_otherwise() -> None:
    text = "工单编号,操作,操作时间\n" + "1,联系,2023-05-09 09:00:00\n" * 3
    assert len(take(text).facts) == 3
    (table,) = read_table(text.encode(), "t")
    toml = (ROOT / "data" / "profiles" / "hotline-log.toml").read_text("utf-8")
    same = intake(table, read_profile('identical_rows = "same_fact"\n' + toml, "mine"))
    assert (len(same.facts), same.repeated, balanced(same)) == (1, 2, True)


# real logs


def real(path: str) -> Intake:
    (table,) = read_table((REAL / path).read_bytes(), path)
    done = intake(table, choose([*PROFILES.values()], table))
    assert balanced(done)
    return done


def kinds(done: Intake, kind: type[Fact]) -> int:
    return sum(isinstance(fact, kind) for _, fact in done.facts)


@HERE
def test_the_posts_of_ten_years() -> None:
    done = real("posts/网络问政_留言与答复_2011-2020.xlsx")
    assert (done.rows, done.accepted, len(done.quarantined)) == (2816, 2815, 1)
    assert spoken(done.problems[0]).splitlines()[0] == "1141: 答复时间 '2018/4/24' is a date without a time of day"


@HERE
def test_the_italian_help_desk() -> None:
    done = real("incidents/italian_helpdesk.csv")
    assert (done.rows, done.accepted, done.ignored, done.repeated, done.problems) == (
        21348,
        21129,
        92,
        127,
        (),
    )
    assert (kinds(done, Dispatch), kinds(done, Sign), kinds(done, Close)) == (5047, 5058, 9456)
    assert show_iso(done.facts[0][1].at, "UTC") == "2012-10-09T14:50:17+00:00"  # as its XES has it


@HERE
def test_the_rabobank_incidents() -> None:
    done = real("incidents/bpic2014_activity.csv")
    assert (done.rows, done.accepted, done.ignored, done.problems) == (39911, 17428, 22483, ())
    assert (kinds(done, Dispatch), kinds(done, Return)) == (7602, 4452)
    assert len({fact.id for _, fact in done.facts}) == 17428


@HERE
@pytest.mark.slow
def test_the_servicenow_incidents() -> None:
    done = real("incidents/uci_servicenow.csv.gz")
    assert (done.rows, done.accepted, done.ignored) == (119998, 88137, 31257)
    reasons = {(problem.column, problem.value, str(problem.why)) for problem in done.problems}
    assert reasons == {
        ("assignment_group", "", "is missing"),
        ("incident_state", "-100", "means nothing to profile servicenow"),
    }
    assert len(done.quarantined) == 604


# no input makes it crash

WEIRD = [
    "派单",
    "延期",
    "Closed",
    "2023-05-04",
    "29/2/2016 01:16",
    "?",
    "是",
    "9e999999",
    "sNaN",
    "1e5",
    "小时",
]
CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.datetimes(), st.times(),
    st.timedeltas(), st.text(max_size=6), st.sampled_from(WEIRD),
)  # fmt: skip
MOMENT = datetime(2023, 5, 4, 9, 10)
PLAIN: dict[str, list[Cell]] = {
    "kind": ["dispatch", "sign", "extend", "survey", "void", "enrol"], "seq": ["1", "2"], "count": ["1", "2"],
    "anonymous": ["true", "false"], "granted": ["true", "false"], "contacted": ["true", "false"],
    "days": ["1", "0.5"], "limit_days": ["5", 2.0], "role": ["lead"], "about": ["extend"],
    "returns": ["0", 1.0], "redos": ["2", None],
}  # fmt: skip


def plain(profile: Profile, column: str) -> list[Cell]:
    """Cells that the column is made for."""
    if column in ("at", "until") or column.endswith("_at"):
        times = [MOMENT + timedelta(minutes=minute) for minute in (0, 1)]
        formats = ["%Y-%m-%dT%H:%M:%S+08:00" if form == "iso" else form for form in profile.times[:1]]
        return [time.strftime(form) for time in times for form in formats or ["%Y-%m-%dT%H:%M:%S+08:00"]]
    if column == "kind" and profile.kinds:
        return [*profile.kinds]
    usual: list[Cell] = ["u", "1"] if profile.exchange else ["u", "1", "无"]
    return [*profile.words.get(column, {}), *PLAIN.get(column, usual)]


@st.composite
def tables(draw: st.DrawFn) -> tuple[LogTable, Profile]:
    """A table of any profile: most cells what they should be, one in twenty anything."""
    profile = draw(st.sampled_from([*PROFILES.values()]))
    others = [None, *(column for column in profile.columns if column not in profile.needed)]
    more = draw(st.lists(st.sampled_from(others), max_size=8, unique=True))
    columns = [*profile.needed, *filter(None, more)]

    def cell(column: str) -> Cell:
        anything = draw(st.integers(0, 19)) == 7
        drawn: Cell = draw(CELLS if anything else st.sampled_from(plain(profile, column)))
        return drawn

    rows = [(*map(cell, columns), "张三") for _ in range(draw(st.integers(0, 6)))]
    twice = rows + rows[: draw(st.integers(0, len(rows)))]
    header = (*(profile.columns[column][0] for column in columns), *(() if profile.exchange else ("来电人",)))
    cut = [row[: len(header)] for row in twice]
    return LogTable("t", header, tuple(Row(number, cells) for number, cells in enumerate(cut, start=2))), profile


@given(tables())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
def test_no_table_makes_it_crash_or_lose_a_row(given_: tuple[LogTable, Profile]) -> None:
    done = intake(*given_)
    assert balanced(done)
    for _, fact in done.facts:
        assert read_fact(canonical(fact)) == fact  # what is taken in can be exported and taken in again
        assert content(fact).encode()
    for _, cells in done.quarantined:
        assert "来电人" not in json.loads(cells)
    assert "张三" not in str(done)
    for problem in done.problems:
        assert str(problem.why)
        assert str(problem.remedy)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "Africa/Cairo"])
@given(st.datetimes(datetime(1985, 1, 1), datetime(2102, 1, 1)))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_a_usual_time_is_reckoned_as_any_other(zone: str, moment: datetime) -> None:
    """By the day, minute and second that it is made of, also where clocks are changed."""
    told = moment.replace(microsecond=0)
    usual = Meanings.of(read_profile(PLAIN_TIMES.format(zone=zone), "x.toml"))
    other = Meanings.of(attrs.evolve(usual.profile, times=("%Y/%m/%d %H:%M:%S",)))
    assert _read(usual, f"{told:%Y-%m-%d %H:%M:%S}") == _read(other, f"{told:%Y/%m/%d %H:%M:%S}")


PLAIN_TIMES = """
name = "x"
title = "x"
source = "x"
needed = ["at"]
zone = "{zone}"
times = ["%Y-%m-%d %H:%M:%S"]
[columns]
at = ["时间"]
ticket = ["工单"]
[[events]]
kind = "sign"
"""


def _read(means: Meanings, text: str) -> object:
    try:
        return means.read("at", means.present(text))
    except UnfitCell as refused:
        return str(refused)


def test_a_time_that_the_profile_lists_as_a_word_says_what_the_profile_says() -> None:
    usual = PROFILES["hotline-log"]
    words = {"due_at": {"2099-12-31 00:00:00": "2023-05-12T17:30:00+08:00"}}
    means = Meanings.of(attrs.evolve(usual, words={**usual.words, **words}))
    assert means.read("due_at", "2099-12-31 00:00:00") == read_iso("2023-05-12T17:30:00+08:00")
    with pytest.raises(UnfitCell, match="means nothing"):
        means.read("due_at", "2023-05-04 09:10:11")
    assert means.read("at", "2023-05-04 09:10:11") == read_iso("2023-05-04T09:10:11+08:00")
