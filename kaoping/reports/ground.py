"""What a score rests on, in lines: read from its JSON, so that what was published is told as it was kept."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kaoping.files.folder import profiles
from kaoping.language.language import Language
from kaoping.office.period.untold import PeriodGaps, gaps_json
from kaoping.reports.intake.coverage import IN_ITS_STEAD
from kaoping.reports.page import Block, Listing, page_of
from scoring.scores.parts import FEW

SHOWN = 8
ACCEPTED = {
    "running": "the period has not ended", "empty": "it has not a single ticket", "invalid": "it lies outside the rulebook's validity",
    "aside": "rows or changes are kept aside",
}  # fmt: skip

RESTS = {
    "five": "{count} rates rest on fewer than five: {rates}",
    "least": "{count} rates rest on fewer than the rulebook asks for, judged all the same: {rates}",
    "not_judged": "{count} rates are not judged, as they rest on fewer than the rulebook asks for: {rates}",
}


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
        told = (
            "{count} acts happened at an instant that no source tells: an extension counts at the due that it moves,"
            " a redo at the last close"
        )
        lines.append(say(told, count=count))
    if lacked := ground.get("lacked"):
        columns = "、".join(_with_stead(language, heading) for heading in lacked)
        lines.append(say("Files lack columns that say who is judged: {columns}", columns=columns))
    lines += _few_lines(language, ground["few"])
    for name in ground["accepted"]:
        lines.append(say("Accepted ({name}): {why}", name=name, why=say(ACCEPTED[name])))
    if lines:
        yield Listing(say("What it rests on"), lines)


def _with_stead(language: Language, heading: str) -> str:
    """A heading that files lack, with what is taken in its stead where the profiles agree on what it is."""
    columns = {column for one in profiles() for column in IN_ITS_STEAD if heading in one.columns.get(column, ())[:1]}
    if len(columns) != 1:
        return heading
    return language.say(
        "{heading} (without it {what})", heading=heading, what=language.say(IN_ITS_STEAD[columns.pop()])
    )


def _few_lines(language: Language, few: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The rates of few, by what came of them; what was published before says of none that it was not judged."""
    judged, unjudged = ([one for one in few if one.get("judged", True) == said] for said in (True, False))
    least = [one for one in judged if one.get("least", FEW) > FEW and one["count"] >= FEW]
    found = {"five": [one for one in judged if one not in least], "least": least, "not_judged": unjudged}
    for name, rates in found.items():
        if rates:
            shown = "、".join(f"{one['unit']} {one['title']} ({one['count']})" for one in rates[:SHOWN])
            more = " …" if len(rates) > SHOWN else ""
            yield language.say(RESTS[name], count=len(rates), rates=shown + more)


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
