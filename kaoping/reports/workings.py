"""The arithmetic of points as sentences, so that whoever holds them can do it again: counts, rate, line, slope, what a bound cut."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import attrs

from kaoping.language.language import Language
from kaoping.language.moments import moment
from kaoping.language.numbers import points, rounded, short
from metrics.measures import MEASURE, Deadline, Timely
from scoring.compare.options import Choice
from scoring.law.arithmetic import HUNDRED
from scoring.law.rulebook import EACH, Digits, Part
from scoring.scores.evidence import Charge
from scoring.scores.parts import EARNING, PartScore
from scoring.scores.sheets import Adjustment, ItemScore
from scoring.scores.workings import Arithmetic, Bound, Mean, Ratio

ASKED = {
    "signed": "{count} to sign", "responded": "{count} to contact", "returned": "{count} returned", "closed": "{count} to close",
    "satisfied": "{count} rated", "sealed": "{count} to seal", "volume": "{count} in volume", "redone": "{count} redone",
    "extended_first": "{count} extended", "extended_second": "{count} extended twice", "returned_again": "{count} returned twice",
}  # fmt: skip
"""What is divided by, or counted."""
MISSED = {
    "signed": "{count} late", "responded": "{count} not in time", "returned": "{count} late", "closed": "{count} late",
    "satisfied": "{count} not satisfied", "sealed": "{count} not sealed in time", "redone": "{count} redone",
    "extended_first": "{count} extended", "extended_second": "{count} extended twice", "returned_again": "{count} returned twice",
}  # fmt: skip
RATES = {
    "signed": "rate of signing {rate} %", "responded": "rate of response {rate} %", "returned": "rate of timely returns {rate} %",
    "closed": "rate of closing {rate} %", "satisfied": "rate of satisfaction {rate} %", "sealed": "rate of sealing {rate} %",
}  # fmt: skip
NOTES = {
    "unproved": "nothing was found for it: none of the {points} points",
    "not_concerned": "the unit's group is not concerned",
    "respread": "nothing to divide by: its points go to the other items",
    "untold": "no source tells it: the item in full, as asked",
    "waived": "its platform cannot tell it: the item in full, as the office states",
    "not_done": "no source tells it: taken as not done, as asked, which costs nothing here",
}
CHANGES = {
    "respread": "points of items with nothing to divide by go to the others",
    "group_cap": "the items together are bounded",
    "bounds": "the total is bounded",
    "veto": "the whole period counts nothing",
    "rounding": "rounding of the total",
    "idle_findings": "findings on a unit without tickets",
}
"""What changed a total, by the code of the adjustment."""
FINITE = 8  # decimals; a number with more is told with … behind it


def exact(number: Fraction, digits: int = 2) -> str:
    """The number with at least some decimals; with … where it does not end soon."""
    try:
        text = points(number, digits)
    except ValueError:
        return rounded(number, digits) + "…"
    return text if len(text.partition(".")[2]) <= FINITE else rounded(number, digits) + "…"


@attrs.frozen
class Teller:
    """Who tells arithmetic: in which language, with how many decimals of rates."""

    language: Language
    digits: Digits

    def item(self, one: ItemScore) -> list[str]:
        """How an item came to its score: a sentence for each part that moved it, the last with what bounds did to their sum."""
        told, last = [self.part(part) for part in self.moved(one)], self.closing(one)
        if len(told) == 1 and last:
            return [self._joined([*told, last])]
        return [*told, *([last] if last else [])]

    def moved(self, one: ItemScore) -> list[PartScore]:
        """The parts of an item that lost or won something, or would have."""
        return [part for part in one.parts if part.lost or part.arithmetic.due]

    def part(self, one: PartScore) -> str:
        """How a part came to what it lost or won."""
        return self._joined([*self._clauses(one), *self._bounds(one)])

    def closing(self, one: ItemScore) -> str:
        """What became of an item besides its parts: why it was not judged by them, or what bounds did; empty where nothing did."""
        if one.note == "group_mean":
            return self.language.say(
                "nothing to divide by: the mean of its group, {score}", score=self._points(one.score)
            )
        note = self.language.say(NOTES[one.note], points=short(one.item.points)) if one.note else ""
        return self._joined([self.bounds(one), note])

    def bounds(self, one: ItemScore) -> str:
        """What its floor, its cap and rounding made of what an item's parts lost together; empty where that is all."""
        if one.arithmetic is None:
            return ""
        many = len(self.moved(one)) > 1
        clauses = [self._together(one.arithmetic.lost)] if many else []
        clauses += [self._item_bound(one, bound) for bound in one.arithmetic.bounds]
        if one.item.full != (Fraction(0) if one.item.extra else one.item.points):
            got, whole = self._points(one.score), short(one.item.points)
            clauses.append(self.language.say("{points} points of {whole}", points=got, whole=whole))
        return self._joined(clauses)

    def sharing(self, part: PartScore | None, charge: Charge) -> str:
        """How many share what a part lost with this cause, where several do alike."""
        alike = [one for one, _ in part.charges if one.name == charge.name] if part is not None else []
        if part is None or part.arithmetic.priced or len(alike) < 2:
            return ""
        return self.language.say("shared by {count}", count=len(alike))

    def adjustment(self, one: Adjustment) -> str:
        """What changed a total, with the numbers."""
        say, after = self.language.say, one.before + one.points
        if one.spread is not None:
            return say(
                "{lost} off {points} points of the others, so {more} more for the {empty} points that are empty",
                lost=self._total(one.before), points=short(one.spread[0]), empty=short(one.spread[1]), more=self._total(-one.points),
            )  # fmt: skip
        return say("{before} becomes {after}", before=self._total(one.before), after=self._total(after))

    def mean(self, one: Mean) -> str:
        """A mean with its sum and count."""
        return self.language.say(
            "{total} of {count} units, {mean} each",
            total=self._total(one.total),
            count=one.count,
            mean=self._total(one.value),
        )

    # the clauses of a part

    def _clauses(self, one: PartScore) -> Iterator[str]:
        told, kind = one.arithmetic, one.part.kind
        yield from self._ratios(one, ends=kind != "cases")
        if kind in ("rate", "scaled", "tiers"):
            if told.rate is not None:
                yield from {"rate": self._line, "scaled": self._scaled, "tiers": self._tier}[kind](one, told)
        elif kind == "bonus":
            if told.per is not None and told.award is not None:
                per = self.language.say("{award} for each full {per}", award=short(told.award), per=told.per)
                yield f"{per}{self.language.say(': ')}{self._due(told.due)}"
        else:
            yield from self._priced(one, told)

    def _ratios(self, one: PartScore, *, ends: bool) -> Iterator[str]:
        told, each = one.arithmetic, one.part.few_of == EACH
        several = len(told.ratios) > 1
        for ratio in told.ratios:
            rate = (ratio.rate if several else told.rate) if ends else None
            yield from self._ratio(one.part, ratio, rate)
            if ratio.few and each:
                yield self.few(one.part)
            if several and ratio.weight != HUNDRED:
                yield self.language.say("of weight {weight}", weight=short(ratio.weight))
        if several and told.rate is not None:
            yield self.language.say("together {rate} %", rate=self._rate(told.rate))
        if not each and any(ratio.few for ratio in told.ratios):
            yield self.few(one.part)

    def few(self, part: Part) -> str:
        """That there were fewer than the rulebook asks for, and what comes of it."""
        say = self.language.say
        measure, marked = ASKED.get(part.few_of), part.when_few == "mark"
        if measure is None:
            return say("fewer than {least}: marked" if marked else "fewer than {least}: not judged", least=part.few)
        asked = say(measure, count=part.few)
        return say("few below {asked}: marked" if marked else "judged only from {asked} on", asked=asked)

    def counted(self, one: ItemScore) -> list[str]:
        """What an item that did not move was judged by: its counts, or that there was nothing to divide by."""
        nothing = self.language.say("nothing to divide by, or nothing found")
        return [self._joined([*self._clauses(part)]) if part.count else nothing for part in one.parts]

    def resting(self, one: PartScore) -> str:
        """A part of few, with what was counted and what came of it."""
        return self._joined([*self._ratios(one, ends=True)])

    def _ratio(self, part: Part, ratio: Ratio, rate: Fraction | None) -> Iterator[str]:
        say = self.language.say
        yield say(ASKED[ratio.over], count=ratio.count)
        if ratio.removed:
            yield say("{count} taken out besides", count=ratio.removed)
        if ratio.measure in MISSED and (ratio.over != ratio.measure or ratio.measure in RATES):
            yield say(MISSED[ratio.measure], count=ratio.breaches)
        yield from self._tolerated(part, ratio.tolerated, ratio.breaches, ratio.count)
        if rate is None:
            return
        if ratio.met and ratio.measure in RATES:
            yield say(RATES[ratio.measure], rate=self._rate(rate))
        else:
            yield say("a share of {rate} %", rate=self._rate(rate))

    def _points(self, number: Fraction) -> str:
        """Points of an item, with at least as many decimals as the rulebook gives an item."""
        return exact(number, self.digits.item)

    def _total(self, number: Fraction) -> str:
        return exact(number, self.digits.total)

    def _rate(self, rate: Fraction) -> str:
        return exact(rate, self.digits.rate)

    def _line(self, one: PartScore, told: Arithmetic) -> Iterator[str]:
        say, past = self.language.say, told.past or Fraction(0)
        line, by = short(told.line or Fraction(0)), self._rate(abs(past))
        below = (past > 0) == (one.part.at_least is not None)
        if not past:
            yield say("just {line} %", line=line)
            return
        yield say(
            "{by} percentage points below {line} %" if below else "{by} percentage points above {line} %",
            by=by,
            line=line,
        )
        if past > 0 and told.steps != past:
            yield say("{steps} whole points", steps=short(told.steps or Fraction(0)))
        if told.slope:
            each = "{slope} off for each" if past > 0 else "{slope} on for each"
            yield say(each, slope=short(told.slope))
            yield self._due(told.due)

    def _scaled(self, one: PartScore, told: Arithmetic) -> Iterator[str]:
        say, whole, reached = self.language.say, told.points or Fraction(0), told.reached or Fraction(0)
        if told.line is not None and told.rate is not None and told.rate < told.line:
            yield say(
                "below {line} %: {reached} of {points} points", line=short(told.line), reached="0", points=short(whole)
            )
        else:
            rate = self._rate(told.rate or Fraction(0))
            yield say(
                "{points} x {rate} % = {reached} points", points=short(whole), rate=rate, reached=self._points(reached)
            )
        yield self._due(told.due)

    def _tier(self, one: PartScore, told: Arithmetic) -> Iterator[str]:
        line, reached, whole = (
            short(told.line or Fraction(0)),
            told.reached or Fraction(0),
            short(told.points or Fraction(0)),
        )
        missed = told.rate is not None and told.line is not None and told.rate < told.line
        template = (
            "below {line} %: {reached} of {points} points"
            if missed
            else "from {line} % on: {reached} of {points} points"
        )
        yield self.language.say(template, line=line, reached=short(reached), points=whole)
        yield self._due(told.due)

    def _priced(self, one: PartScore, told: Arithmetic) -> Iterator[str]:
        say, sign = self.language.say, -1 if told.due < 0 else 1
        if told.asked is not None:
            yield say("{count} notices", count=told.asked)
        if not told.ratios:
            yield from self._tolerated(one.part, one.tolerated, one.breaches or 0, told.asked or 0)
        terms = []
        for each in told.priced:
            term = say("{count} times {price}", count=each.times, price=short(sign * each.price))
            terms.append(f"{self._mode(each.by)} {term}" if each.by else term)
        if terms:
            yield " + ".join(terms)
        yield self._due(told.due)

    def _tolerated(self, part: Part, count: int, breaches: int, whole: int) -> Iterator[str]:
        """How many breaches cost nothing; of a percentage also what it was taken of, and none if it is none."""
        say = self.language.say
        if part.tolerated_percent is not None and breaches:
            percent = short(part.tolerated_percent)
            yield say(
                "{count} of them tolerated (within {percent} % of {whole})", count=count, percent=percent, whole=whole
            )
        elif count:
            yield say("{count} of them tolerated", count=count)

    def _mode(self, name: str) -> str:
        return self.language.say(name)

    def _due(self, due: Fraction) -> str:
        return self.language.say("{points} off" if due >= 0 else "{points} on", points=self._points(abs(due)))

    def _together(self, lost: Fraction) -> str:
        template = "together {points} off" if lost >= 0 else "together {points} on"
        return self.language.say(template, points=self._points(abs(lost)))

    # what bounds did

    def _bounds(self, one: PartScore) -> Iterator[str]:
        say, earns = self.language.say, one.part.kind in EARNING
        for bound in one.arithmetic.bounds:
            after = self._points(abs(bound.after))
            if bound.code == "digits":
                yield say("to {digits} decimals {points}", digits=short(bound.limit), points=after)
            elif bound.code == "side":
                template = "such as this {before} together, {limit} at most: {points} of it"
                yield say(
                    template,
                    before=self._points(abs(bound.before)),
                    limit=short(bound.limit),
                    points=self._points(abs(one.lost)),
                )
            else:
                yield say("{points} on at most" if earns or bound.after < 0 else "{points} off at most", points=after)

    def _item_bound(self, one: ItemScore, bound: Bound) -> str:
        say, item = self.language.say, one.item
        lost = self._points(abs(item.full - bound.after))
        if bound.code == "digits":
            return say("to {digits} decimals {points}", digits=short(bound.limit), points=lost)
        if bound.code == "cap" and bound.after > item.full:
            return say("{points} on at most", points=lost)
        if bound.code == "floor" and not bound.limit and item.full:
            return say("taken until nothing is left, {points}", points=lost)
        if bound.code == "floor" and item.full:
            return say("{floor} kept at least, {points}", floor=short(bound.limit), points=lost)
        return say("{points} off at most", points=lost)

    def _joined(self, clauses: Sequence[str]) -> str:
        return ("，" if self.language.code == "zh" else ", ").join(filter(None, clauses))


def choice_text(language: Language, choice: Choice) -> str:
    """A reading with the option taken, and what another one would say."""
    one = choice.reading
    return language.say(
        "reading {title} [{reading} = {taken}]: with {option} ({says})",
        title=one.title, reading=one.id, taken=choice.taken, option=choice.option, says=one.options[choice.option],
    )  # fmt: skip


def dated(language: Language, charge: Charge) -> str:
    """The instant beside a verdict or finding, with what it is: when it was due, when it was done, or when it was found."""
    measure = MEASURE.get(charge.name)
    due = isinstance(measure, Deadline) and not isinstance(measure, Timely)
    named = language.say("found" if charge.finding is not None else "due by" if due else "done")
    return f"{named} {moment(charge.at, language.code)}"
