"""What a machine has and lacks, as a page and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kaoping.language.language import Language
from kaoping.office.upkeep.doctor import Look, is_well
from kaoping.reports.page import Block, page_of

MARKS: Mapping[str, str] = {"good": "√", "lacks": "!", "wrong": "×"}


@page_of
def doctor_page(language: Language, findings: Sequence[Look]) -> Iterator[Block]:
    """A line for each thing looked at, the remedy below it, and what it comes to."""
    for one in findings:
        yield f"{MARKS[one.state]} {language.tell(one.what)}"
        if one.remedy is not None:
            yield language.say("    To fix: {remedy}", remedy=language.tell(one.remedy))
    wrong, lacks = (sum(one.state == state for one in findings) for state in ("wrong", "lacks"))
    if wrong:
        yield language.say(
            "{wrong} things are wrong, {lacks} are lacking that some commands need.", wrong=wrong, lacks=lacks
        )
    elif lacks:
        yield language.say(
            "All that is needed is there; {lacks} things are lacking that some commands need.", lacks=lacks
        )
    else:
        yield language.say("All is there.")


def doctor_json(language: Language, findings: Sequence[Look]) -> dict[str, Any]:
    """The same as `kaoping doctor --json`."""
    return {
        "well": is_well(tuple(findings)),
        "findings": [
            {
                "name": one.name, "state": one.state, "what": language.tell(one.what),
                "remedy": None if one.remedy is None else language.tell(one.remedy),
            }
            for one in findings
        ],
    }  # fmt: skip
