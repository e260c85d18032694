"""Worked cases: those of every shipped rulebook hold; one that does not is told; a file that cannot be read is told."""

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from kaoping.cli import main
from kaoping.files import folder
from kaoping.files.cases import read_cases
from ledger.sentences import UnusableFile
from metrics.derive import clock_of
from scoring.law.rulebook import LATER
from scoring.scores.cases import Case, Outcome, try_cases
from scoring.scores.sheets import Judging
from tests.logs import calendar

BOOKS = sorted(path.stem for path in (folder.data_folder() / "rulebooks").glob("*.toml"))

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
        "2 cases, 1 failed",
    ]
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
    "a finding that is none": (GOOD + 'findings = [{ count = 0, item = "praise" }]\n', "findings count 0 is not a count"),
    "no sheet": (GOOD.replace("hotline", "hotlines"), "there is no sheet hotlines; known: hotline posts base"),
    "no item": (GOOD.replace('"signing"', '"sign"'), "sheet hotline has no item sign"),
    "no sheet and no year": (GOOD.replace('sheet = "hotline"\n', ""), "write either a sheet or a year"),
    "a log beside counts": (GOOD + 'log = "2023-05-08 09:00 派单 甲镇"\n', "a log stands alone"),
    "a year without a log": (GOOD.replace('sheet = "hotline"', 'year = "hotline"'), "and a year needs one"),
    "a line that tells nothing": (LOGGED.replace("派单", "派人"), "派人 甲镇 cannot be read"),
    "a line without a time": (LOGGED.replace("09:00", "九点"), "派单 甲镇 cannot be read"),
    "a line with a strange word": (LOGGED.replace("甲镇", "甲镇 时限=几天"), "log "),
    "no such year": (LOGGED.replace('sheet = "hotline"', 'year = "county"'), "there is no year county; known: hotline posts"),
    "a unit that is not there": (LOGGED + 'unit = "乙镇"\n', "乙镇 has no score there"),
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


def test_every_mistake_of_a_file_of_cases_is_told_at_once() -> None:
    text = GOOD.replace('score = "5"', 'score = "五"') + GOOD.replace("signed =", "sign =")
    with pytest.raises(UnusableFile) as told:
        read_cases(text, "我的算例.toml")
    assert [problem.row for _, problem in told.value.problems] == [7, 13]
    assert "score 五 cannot be read" in str(told.value)
    assert "there is no measure sign" in str(told.value)
