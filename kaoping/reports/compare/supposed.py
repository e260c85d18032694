"""What had been if one ticket's facts were otherwise: of each month it touches, what moves."""

from collections.abc import Iterator, Sequence
from typing import Any

from calendars.periods import show_month
from kaoping.language.language import Language
from kaoping.reports.compare.diff import diff_json, diff_page
from kaoping.reports.page import Page
from scoring.compare.reports import Difference


def supposed_json(
    language: Language, ticket: str, told: Sequence[Difference], ifs: Sequence[str], without: Sequence[str]
) -> dict[str, Any]:
    """The document of `kaoping audit --if --json`."""
    names = _names(language, ifs, without)
    months = [diff_json(one, show_month(one.months[0]), names, None, None) for one in told]
    return {"ticket": ticket, "if": list(ifs), "without": list(without), "months": months}


def supposed_page(
    language: Language, told: Sequence[Difference], ifs: Sequence[str], without: Sequence[str], *, called: str = ""
) -> Iterator[Page]:
    """A page for each month, as it is and as it would be; `called`: what is supposed, otherwise than as options of a command."""
    before, after = _names(language, ifs, without)
    names = before, called or after
    return (diff_page(language, one, show_month(one.months[0]), names, None, None) for one in told)


def _names(language: Language, ifs: Sequence[str], without: Sequence[str]) -> tuple[str, str]:
    """What the two sides are called: as it is, and what is supposed."""
    supposed = [*(f"--if {one}" for one in ifs), *(f"--without {one}" for one in without)]
    return language.say("as it is"), " ".join(supposed)
