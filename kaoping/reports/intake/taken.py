"""Batches that were just taken: their counts, what they cannot tell, and what of them is aside."""

from collections.abc import Iterator
from typing import Any

from kaoping.language.language import Language
from kaoping.office.intake.taken import TakenBatches
from kaoping.reports.intake.aside import aside_json, aside_page, batches_json, batches_page
from kaoping.reports.intake.coverage import coverage_lines
from kaoping.reports.page import Block, page_of


def taken_json(told: TakenBatches) -> dict[str, Any]:
    """The same as `kaoping batches --json` and `kaoping aside --json` tell, of these batches."""
    return {**batches_json(told.batches), "aside": aside_json(told.aside)["batches"]}


@page_of
def taken_page(language: Language, told: TakenBatches) -> Iterator[Block]:
    """The table of the batches; then of each what it cannot tell, and what is aside."""
    yield from batches_page(language, told.batches).blocks
    for one in told.batches:
        lines = [*coverage_lines(language, told.coverage[one.number])] if one.number in told.coverage else []
        if lines:
            yield language.say("Batch {number} ({name}) cannot tell:", number=one.number, name=one.name)
            yield from lines
            yield ""
    yield from aside_page(language, told.aside).blocks
