"""Worked cases: those of every shipped rulebook hold; one that does not is told; a file that cannot be read is told."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from kaoping.cli import main
from kaoping.files import folder
from kaoping.files.cases import read_cases
from kaoping.files.places import data_folder
from ledger.sentences import UnusableFile
from metrics.derive import clock_of
from scoring.law.rulebook import LATER
from scoring.scores.cases import Case, Outcome, try_cases
from scoring.scores.sheets import Judging
from tests.logs import calendar

BOOKS = sorted(path.stem for path in (data_folder() / "rulebooks").glob("*.toml"))

GOOD = """
[[cases]]
title = "100 件签收 5 件逾期，95.00%，扣 5 分，得 5 分"
sheet = "hotline"
item = "signing"
counts = { signed = [100, 5] }
score = "5"
"""

LOGGED = """
[[cases]]
title = "一张工单"
sheet = "hotline"
log = "2023-05-08 09:00 派单 甲镇"
score = "85"
"""


@cache
def judging(book: str, taken: tuple[tuple[str, str], ...] = ()) -> Judging:
    rulebook = folder.rulebook(book, dict(taken))
    return Judging(rulebook, clock_of(calendar(), rulebook.practice()), as_of=10**14)


def court_of(book: str, readings: Mapping[str, str]) -> Judging:
    return judging(book, tuple(sorted(readings.items())))


def shipped() -> Iterator[tuple[str, Case]]:
    for book in BOOKS:
        for path in folder.cases_of(book):
            for case in read_cases(path.read_text("utf-8"), path.name):
                yield book, case


SHIPPED = list(shipped())


@cache
def outcomes(book: str) -> tuple[Outcome, ...]:
    """All cases of a rulebook tried together: logs that are measured alike are derived at once."""
    return tuple(try_cases(lambda readings: court_of(book, readings), [case for name, case in SHIPPED if name == book]))


@pytest.mark.parametrize("book", BOOKS)
def test_every_shipped_case_holds(book: str) -> None:
    failed = [f"{one.case.file}: {one.case.title}: {one.got}" for one in outcomes(book) if not one.holds]
    assert failed == []


YOUNGER = (*LATER, "basic_rating", "reward_bounds", "unreviewed_knowledge", "idle_findings", "idle_unit", "idle_months")


@pytest.mark.parametrize("name", YOUNGER)
def test_every_option_of_the_younger_readings_has_cases(name: str) -> None:
    """A case under each option; and one at least whose score is another under another option: it is on one side of the choice."""
    options = {one.id: one.options for one in judging("ganxian-2023").book.readings}[name]
    asked = [case for book, case in SHIPPED if book == "ganxian-2023" and name in case.readings]
    assert {case.readings[name] for case in asked} == {*options}
    scores: dict[tuple[str, str], set[str]] = {}
    for case in asked:
        scores.setdefault((case.name, case.log or str((case.counts, case.findings))), set()).add(case.score)
    assert max(map(len, scores.values())) > 1, "no story is told under two options with two scores"


@pytest.mark.parametrize("book", BOOKS)
def test_every_item_of_every_shipped_rulebook_has_cases(book: str) -> None:
    named = {(case.sheet, case.item.split(".")[0]) for name, case in SHIPPED if name == book}
    for sheet in judging(book).book.sheets:
        assert {(sheet.id, item.id) for item in sheet.items} <= named
        assert (sheet.id, "") in named, f"no case of the whole sheet {sheet.id}"


@pytest.mark.parametrize("book", BOOKS)
def test_no_case_stands_there_twice(book: str) -> None:
    told = [(case.sheet, case.item, case.title) for name, case in SHIPPED if name == book]
    assert len(told) == len(set(told))


def outcome_of(text: str, readings: str = "") -> bool:
    (case,) = read_cases(text + readings, "我的算例.toml")
    (outcome,) = try_cases(lambda taken: court_of("ganxian-2023", taken), [case])
    return outcome.holds


def test_a_case_can_take_a_reading_otherwise() -> None:
    text = GOOD.replace("[100, 5]", "[1000, 45]").replace('score = "5"', 'score = "6"')
    assert not outcome_of(text)
    assert outcome_of(text, 'readings = { steps = "whole" }')


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `kaoping rules` in English: its exit code, stdout and stderr."""

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kaoping", "rules", "--lang", "en", *arguments])
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        assert isinstance(code, int)
        return code, *capsys.readouterr()

    return command


def test_the_command_checks_the_cases_of_a_rulebook(run: Run) -> None:
    for book in BOOKS:
        status, out, err = run("--check", "--rulebook", book)
        assert (status, err) == (0, "")
        count = sum(name == book for name, _ in SHIPPED)
        assert out.endswith(f"{count} cases, 0 failed\n")


def test_a_wrong_case_is_told_and_the_command_fails(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "我的算例.toml"
    path.write_text(GOOD + GOOD.replace('score = "5"', 'score = "4"'), "utf-8")
    status, out, err = run("--cases", str(path))
    assert status == 1
    assert out.splitlines() == [
        "√ signing  100 件签收 5 件逾期，95.00%，扣 5 分，得 5 分  5",
        "× signing  100 件签收 5 件逾期，95.00%，扣 5 分，得 5 分  4  came out as 5.00",
        "    工单签收率 5.00  100 to sign, 5 late, rate of signing 95.00 %, 5.00 percentage points below 100 %, 1 off for each, 5.00 off",
        "2 cases, 1 failed",
    ]
    failed = [one for one in json.loads(run("--cases", str(path), "--json")[1])["outcomes"] if not one["holds"]]
    assert [one["got"] for one in failed] == ["5.00"]
    assert "5 late" in failed[0]["workings"][0]
    assert "1 of 2 cases do not come out." in err


def test_a_folder_of_cases_is_checked_whole_and_an_empty_one_fails(run: Run, tmp_path: Path) -> None:
    assert run("--cases", str(tmp_path))[0] == 1
    (tmp_path / "一.toml").write_text(GOOD, "utf-8")
    (tmp_path / "二.toml").write_text(GOOD, "utf-8")
    status, out, _ = run("--cases", str(tmp_path))
    assert (status, out.splitlines()[-1]) == (0, "2 cases, 0 failed")


UNREADABLE = {
    "no TOML": ("[[cases]\n", "我的算例.toml:1: is no TOML: "),
    "unknown key": (GOOD + "points = 3\n", "points"),
    "missing key": (GOOD.replace('score = "5"\n', ""), "score"),
    "a key of ours": (GOOD + 'file = "x"\n', "file"),
    "counts of three": (GOOD.replace("[100, 5]", "[100, 5, 1]"), "counts"),
    "more breaches than verdicts": (GOOD.replace("[100, 5]", "[5, 100]"), "counts signed = [5, 100] cannot be read"),
    "counts below nothing": (GOOD.replace("[100, 5]", "[100, -5]"), "counts signed = [100, -5] cannot be read"),
    "no measure": (GOOD.replace("signed =", "sign ="), "there is no measure sign; known: signed responded"),
    "no number": (GOOD.replace('score = "5"', 'score = "五"'), "score 五 cannot be read"),
    "no month": (GOOD + 'month = "2023-13"\n', "month 2023-13 cannot be read"),
    "a finding that is none": (GOOD + 'findings = [{ count = 0, item = "praise" }]\n', "findings: count '0' is not a count"),
    "no sheet": (GOOD.replace("hotline", "hotlines"), "there is no sheet hotlines; known: hotline posts base"),
    "no item": (GOOD.replace('"signing"', '"sign"'), "sheet hotline has no item sign"),
    "no sheet and no year": (GOOD.replace('sheet = "hotline"\n', ""), "write either a sheet or a year"),
    "a log beside counts": (GOOD + 'log = "2023-05-08 09:00 派单 甲镇"\n', "a log stands alone"),
    "a year without a log": (GOOD.replace('sheet = "hotline"', 'year = "hotline"'), "and a year needs one"),
    "a line that tells nothing": (LOGGED.replace("派单", "派人"), "log: '派人' is no event of a log"),
    "a line without a time": (LOGGED.replace("09:00", "九点"), "log: '2023-05-08 九点' is no day and time"),
    "a line with a strange word": (LOGGED.replace("甲镇", "甲镇 时限=几天"), "log: limit_days '几天' is not a number of days"),
    "a line with a strange field": (LOGGED.replace("甲镇", "甲镇 期限=5"), "log: '期限=5' tells nothing of 派单"),
    "a line too short": (LOGGED.replace(" 甲镇", ""), "log: a line tells day, time, event and unit"),
    "no such year": (LOGGED.replace('sheet = "hotline"', 'year = "county"'), "there is no year county; known: hotline posts"),
    "a unit that is not there": (LOGGED + 'unit = "乙镇"\n', "no line of the log gives 乙镇 a ticket"),
    "a finding nobody judges": (GOOD + 'findings = [{ item = "prais" }]\n', "sheet hotline has no item prais"),
    "no such reading": (GOOD + 'readings = { steps = "half" }\n', "there is no reading steps = half"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_of_cases_that_cannot_be_read_is_told(run: Run, tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "我的算例.toml"
    path.write_text(text, "utf-8")
    status, out, err = run("--cases", str(path))
    assert (status, out) == (1, "")
    assert told in err
    if "reading" not in told:  # that one is told of the rulebook it is a reading of
        assert "我的算例.toml" in err


LOG_OF_MARCH = '''
[[cases]]
title = "三月"
sheet = "hotline"
log = """
2023-03-08 09:00 派单 甲镇 主办 时限=5

2023-03-09 09:00 打分 甲镇 评价=满意
2023-03-09 09:00 回访 甲镇 评分=满意
"""
score = "85"
'''


def test_a_line_of_a_log_is_told_by_itself_with_the_words_it_could_have() -> None:
    with pytest.raises(UnusableFile) as told:
        read_cases(LOG_OF_MARCH, "我的算例.toml")
    lines = LOG_OF_MARCH.splitlines()
    assert [(one.row, one.excerpt) for _, one in told.value.problems] == [(8, lines[7]), (9, lines[8])]
    word, field = (str(one.remedy) for _, one in told.value.problems)
    assert {"派单(dispatch)", "回访(survey)", "单位登记(enrol)"} <= {*word.split()}
    assert {"满意度(rating)", "按时联系(contacted)"} <= {*field.split()}
    assert "limit_days" not in field
    read_cases(LOG_OF_MARCH.replace("打分", "回访").replace("评分", "评价"), "我的算例.toml")


def test_why_a_unit_has_no_score_is_told_with_what_to_write(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "我的算例.toml"
    march = LOG_OF_MARCH.replace("打分", "回访").replace("评分", "评价")
    for text, why, remedy in (
        (
            march,
            "甲镇 has no ticket in 2023-05, the month looked at: its lines are of 2023-03",
            'Write month = "2023-03"',
        ),
        (
            march + 'month = "2023-03"\nunit = "乙镇"\n',
            "no line of the log gives 乙镇 a ticket",
            "Write a line with its 派单",
        ),
        (
            march + 'month = "2023-03"\nchannel = "电话"\n',
            "甲镇 has tickets in 2023-03, but no line on hotline",
            "channel",
        ),
    ):
        path.write_text(text, "utf-8")
        status, out, err = run("--cases", str(path))
        assert (status, out) == (1, "")
        assert why in err
        assert remedy in err


def test_the_file_of_a_rulebook_and_of_its_cases_can_be_printed(run: Run) -> None:
    status, out, _ = run("--rulebook", "yunshan-2025", "--toml")
    assert (status, out) == (0, folder.rulebook("yunshan-2025").text)
    status, out, _ = run("--rulebook", "yunshan-2025", "--toml", "--check")
    assert status == 0
    shipped = [one for path in folder.cases_of("yunshan-2025") for one in read_cases(folder.text_of(path), path.name)]
    assert len(read_cases(out, "云山.toml")) == len(shipped)


def test_every_mistake_of_a_file_of_cases_is_told_at_once() -> None:
    text = GOOD.replace('score = "5"', 'score = "五"') + GOOD.replace("signed =", "sign =")
    with pytest.raises(UnusableFile) as told:
        read_cases(text, "我的算例.toml")
    assert [problem.row for _, problem in told.value.problems] == [7, 13]
    assert "score 五 cannot be read" in str(told.value)
    assert "there is no measure sign" in str(told.value)
