"""What a score rests on, in lines: read from its JSON, so that what was published is told as it was kept."""

from collections.abc import Iterator, Mapping
from typing import Any

from kaoping.language.language import Language
from kaoping.office.period.untold import PeriodGaps, gaps_json
from kaoping.reports.page import Block, Listing, page_of

SHOWN = 8
ACCEPTED = {
    "running": "the period has not ended", "empty": "it has not a single ticket", "invalid": "it lies outside the rulebook's validity",
    "aside": "rows or changes are kept aside",
}  # fmt: skip


def ground_lines(language: Language, ground: Mapping[str, Any]) -> Iterator[Block]:
    """The lines of a ground (`office.period.ground.ground_json`): only what there is to say."""
    say = language.say
    lines = [*_untold_lines(language, ground)]
    if count := ground["aside"]:
        lines.append(
            say("{count} rows are kept aside ({undated} of an unknown month): kaoping aside lists them",
                count=count, undated=ground["aside_undated"])
        )  # fmt: skip
    if count := ground.get("part"):
        lines.append(
            say(
                "{count} rows are taken only in part, as they tell acts without a time: kaoping aside lists them",
                count=count,
            )
        )
    if count := ground["changes"]:
        lines.append(say("{count} changes are kept aside: kaoping aside lists them", count=count))
    if count := ground["assumed"]:
        lines.append(say("{count} acts happened at an instant that no source tells: a reading gives it", count=count))
    if few := ground["few"]:
        shown = "、".join(f"{one['unit']} {one['title']} ({one['count']})" for one in few[:SHOWN])
        more = " …" if len(few) > SHOWN else ""
        lines.append(say("{count} rates rest on fewer than five: {rates}", count=len(few), rates=shown + more))
    for name in ground["accepted"]:
        lines.append(say("Accepted ({name}): {why}", name=name, why=say(ACCEPTED[name])))
    if lines:
        yield Listing(say("What it rests on"), lines)


@page_of
def gaps_page(language: Language, gaps: PeriodGaps) -> Iterator[Block]:
    """What no source tells of what is shown, and what was said of it; nothing where everything is told."""
    say, told = language.say, gaps_json(gaps)
    lines = [*_untold_lines(language, told)] if told["untold"] or told["waived"] else []
    for one in told["wanting"] if not gaps.answer else ():
        kinds = "、".join(f"{say(kind)} {count}" for kind, count in one["kinds"].items())
        said = "{period} {item}: no score can rest on it as it is, of {rounds} rounds {untold} are untold ({kinds})"
        lines.append(
            say(said, period=one["period"], item=one["title"], rounds=one["rounds"], untold=one["untold"], kinds=kinds)
        )
    if lines:
        yield Listing(say("What it rests on"), lines)


def _untold_lines(language: Language, ground: Mapping[str, Any]) -> Iterator[str]:
    say = language.say
    answers = {"full": "asked to count in full", "breach": "asked to count as not done"}
    if ground["untold"]:
        shown = "、".join(f"{say(kind)} {count}" for kind, count in ground["untold"].items())
        how = say(answers[ground["answer"]]) if ground["answer"] else say("left out of the rates")
        yield say("Rounds of which no source tells: {kinds}; {how}", kinds=shown, how=how)
    elif ground["answer"]:
        yield say("What no source tells: {how}", how=say(answers[ground["answer"]]))
    if ground["waived"]:
        shown = "、".join(f"{say(kind)} {count}" for kind, count in ground["waived"].items())
        yield say("The office states that its platform cannot tell, and that it counts in full: {kinds}", kinds=shown)
