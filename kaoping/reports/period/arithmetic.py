"""How an item came to its score, told with every number it came from: 应签收 10 件，逾期 3 件，应扣 30 分，扣完为止 10.00 分."""

from collections.abc import Iterator
from fractions import Fraction

from kaoping.language.language import Language
from kaoping.language.numbers import points, rounded, short
from metrics.measures import MEASURE
from scoring.law.rulebook import RATED
from scoring.scores.parts import PartScore
from scoring.scores.sheets import ItemScore
from scoring.scores.workings import Bound, Ratio

NOTES = {
    "not_concerned": "not asked of this group",
    "respread": "nothing to divide by: its points go to the other items",
    "group_mean": "nothing to divide by: the mean of the group",
    "unproved": "not proved",
    "no_denominator": "nothing to divide by: full marks",
    "few": "too few to judge",
    "few_marked": "few, judged all the same",
    "no_bonus_for_group": "no bonus for this group",
}


def item_told(language: Language, one: ItemScore) -> str:
    """The item's arithmetic in a sentence; empty where there is none to tell."""
    if one.note:
        return language.say(NOTES[one.note])
    parts = ["，".join(_part(language, part)) for part in one.parts]
    bounds = one.arithmetic.bounds if one.arithmetic else ()
    ends = [_bound(language, bound, one.item.full) for bound in bounds]
    return "；".join(filter(None, (*parts, *ends)))


def _part(language: Language, part: PartScore) -> Iterator[str]:
    say, told = language.say, part.arithmetic
    if not told.ratios and not part.count:
        return
    if not told.ratios:
        yield say("{title}: {count}", title=part.title, count=part.count)
    for ratio in told.ratios:
        yield from _ratio(language, ratio, part.part.kind)
    if part.note:
        yield say(NOTES[part.note])
    if told.past is not None and told.past > 0 and told.line is not None:
        below = part.part.at_least is not None
        template = "{past} percentage points below {line}%" if below else "{past} percentage points above {line}%"
        yield say(template, past=rounded(told.past, 2), line=short(told.line))
    for priced in told.priced:
        by = f"{say(priced.by)} " if priced.by else ""
        if priced.times:
            yield by + say("{times} × {price} points", times=priced.times, price=short(abs(priced.price)))
    if told.reached is not None and told.points is not None:
        yield say("{reached} of {points} points reached", reached=rounded(told.reached, 2), points=short(told.points))
    if told.per is not None and told.award is not None:
        yield say("{award} for each full {per}", award=short(told.award), per=told.per)
    if told.due:
        template = "{points} points to lose" if told.due > 0 else "{points} points won"
        yield say(template, points=rounded(abs(told.due), 2))
    for bound in told.bounds:
        yield _bound(language, bound, Fraction(0))


def _ratio(language: Language, ratio: Ratio, kind: str) -> Iterator[str]:
    say, measure = language.say, MEASURE[ratio.measure]
    name = measure.word if language.code == "zh" else measure.name
    if kind == "bonus":
        yield say("{measure}: {count}", measure=name, count=ratio.count)
    elif kind == "cases" or not ratio.met:
        yield say("{measure}: {breaches} of {count}", measure=name, count=ratio.count, breaches=ratio.breaches)
    else:
        said = "{measure}: {count} counted, {breaches} not met"
        yield say(said, measure=name, count=ratio.count, breaches=ratio.breaches)
    if ratio.removed:
        yield say("{count} exempted", count=ratio.removed)
    if ratio.tolerated:
        yield say("{count} tolerated", count=ratio.tolerated)
    if ratio.rate is not None and kind in RATED:
        yield say("rate {rate}%", rate=rounded(ratio.rate, 2))


def _bound(language: Language, bound: Bound, full: Fraction) -> str:
    """What a bound made of the points; of an item's floor, what could be lost at most."""
    if bound.code == "digits":
        return language.say("rounded {points}", points=rounded(bound.after, int(bound.limit)))
    if bound.code == "floor":
        return language.say("lost to the last point: {points}", points=points(full - bound.after))
    return language.say("bounded at {points}", points=rounded(bound.after, 2))
