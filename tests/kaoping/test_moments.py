"""What people type as a moment, and what they read: the door to pendulum."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from calendars.instants import read_iso
from kaoping.language.moments import moment, read_day, read_moment

ROOT = Path(__file__).parents[2]
MORNING = read_iso("2023-05-04T09:10:00+08:00")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2023-05-04T09:10", MORNING),
        ("2023-05-04 09:10:00", MORNING),
        ("2023-05-04T01:10:00Z", MORNING),
        ("2023-05-04T09:10:00.123+08:00", MORNING + 123),
        ("2023-05-04", read_iso("2023-05-04T23:59:59.999+08:00")),
    ],
)
def test_a_moment_is_read_to_the_millisecond(text: str, instant: int) -> None:
    assert read_moment(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        "09:10",
        "2023-05",
        "2023",
        "2023-W05",
        "2023-124",
        "20230504",
        "P1D",
        "yesterday",
        "",
        "2023-05-04T09:10:00.1234",
        "Fri 2023-05-04 09:10:00",
        "2023-05-04 09:10:00 周五",
        "Thu",
    ],
)
def test_what_is_no_moment_is_never_completed(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_moment(text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_moment_is_read_as_it_is_shown(language: str) -> None:
    for instant in (MORNING, MORNING + 123, *(MORNING + day * 86_400_000 for day in range(1, 7))):
        assert read_moment(moment(instant, language)) == instant


def test_a_day_is_a_day() -> None:
    assert read_day("2020-01-20") == date(2020, 1, 20)
    for text in ("2020-01", "2020-01-20T09:00", "20.1.2020"):
        with pytest.raises(ValueError, match=r".*"):
            read_day(text)


def test_a_moment_is_shown_in_both_languages() -> None:
    assert moment(MORNING) == "2023-05-04 09:10:00 周四"
    assert moment(MORNING + 7, "en") == "Thu 2023-05-04 09:10:00.007"
    assert moment(-1) == "1970-01-01 07:59:59.999 周四"


def test_help_does_not_load_it() -> None:
    show = "import sys; from kaoping import cli; cli.command_of(['score'], cli.Language()); print('pendulum' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", show],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ran.stdout == "False\n"
