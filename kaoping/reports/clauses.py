"""A rulebook's numbers as a person reads them: how a part is judged, floors and caps, limits, tolerance, grades and lists."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from kaoping.language.language import Language
from kaoping.language.numbers import short
from metrics.measures import MEASURE
from scoring.law.rulebook import Cap, Item, Part, Rulebook, Sheet
from scoring.law.terms import Board, Grade, Limit, Term

PERIODS = {"month": "every month", "quarter": "every quarter", "half": "every half-year", "year": "every year"}
EMPTY = {
    "respread": "with nothing to divide by its points go to the others",
    "group_mean": "with nothing to divide by the mean of its group",
}
IDLE = {
    "mean": "without tickets: the mean",
    "unranked": "without tickets: not ranked",
    "everyone": "without tickets: scored all the same",
}
APART = {
    "no_tickets": "listed apart: units without tickets",
    "none_due": "listed apart: units with tickets of which none is due",
}


@attrs.frozen
class Clauses:
    """Who tells a rulebook's clauses, and in which language."""

    language: Language
    book: Rulebook

    # sheets and items

    def sheet(self, one: Sheet) -> Iterator[str]:
        """A sheet: its period, whose it is, how it is summed, who is listed apart."""
        say = self.language.say
        told = [say(PERIODS[one.period])]
        if one.groups:
            told.append(say("for {groups}", groups="、".join(one.groups)))
        told.append(say("total {floor} to {cap}", floor=short(one.floor), cap=short(one.cap)))
        if one.order == "clamp_then_add":
            told.append(say("bounded to full marks before extras are added"))
        if one.ranking == "group":
            told.append(say("ranked within each group"))
        if one.ties != "share":
            item = next((item.title for item in one.items if item.id == one.ties), one.ties)
            told.append(say("equal totals by {item}", item=item))
        told.append(say(IDLE[one.without_tickets]))
        told += [say(APART[name]) for name in one.apart]
        yield self._joined(told)

    def full(self, one: Item) -> str:
        """Full marks, or how far it can add and take; its floor and cap where they are not the usual ones."""
        say = self.language.say
        if one.extra:
            marks = (
                f"±{short(one.points)}"
                if one.cap and one.floor
                else short(one.floor)
                if one.floor
                else f"+{short(one.cap)}"
            )
        else:
            marks = short(one.points)
        told = []
        if not one.extra and one.full != one.points:
            told.append(say("from {full} on", full=short(one.full)))
        if not one.extra and one.floor:
            told.append(say("at least {points}", points=short(one.floor)))
        if not one.extra and one.cap != one.points:
            told.append(say("at most {points}", points=short(one.cap)))
        if one.concerns:
            told.append(say("for {groups}", groups="、".join(one.concerns)))
        if one.when_empty != "full":
            told.append(say(EMPTY[one.when_empty]))
        if not one.exemptible:
            told.append(say("no ticket can be taken out of it"))
        return "  ".join([marks, *told])

    def time(self, one: Term) -> str:
        """From when until when it holds, where it is for a time only."""
        if not one.is_dated:
            return ""
        return f"  ({one.valid_from or self.book.valid_from} - {one.valid_until or self.book.valid_until})"

    def cap(self, sheet: Sheet, one: Cap) -> str:
        """A bound of several items together."""
        items = "、".join(dict.fromkeys(item.title for item in sheet.items if item.id in one.items))
        bounds = []
        if one.floor is not None:
            bounds.append(self.language.say("at least {points}", points=short(one.floor)))
        if one.cap is not None:
            bounds.append(self.language.say("at most {points}", points=short(one.cap)))
        told = self.language.say("{items} together: {bounds}", items=items, bounds=self._joined(bounds))
        return f"{told}{self.time(one)}" + (f"  {one.words}" if one.words else "")

    def grade(self, one: Grade) -> str:
        """A grade with what it asks."""
        say, asked = self.language.say, []
        if one.at_least is not None:
            asked.append(say("at least {points}", points=short(one.at_least)))
        if one.first is not None:
            asked.append(say("among the first {count}", count=one.first))
        if one.first_percent is not None:
            asked.append(say("among the first {percent} %", percent=short(one.first_percent)))
        told = self._joined(asked) or say("all others")
        place = f"  {one.place}: {one.words}" if one.words else ""
        return f"{say('grade')} {one.grade}  {told}{place}{self.time(one)}"

    def board(self, one: Board) -> str:
        """The red and the black list."""
        say, told = self.language.say, []
        if one.red:
            told.append(say("red list: the first {count} of each group", count=one.red))
        if one.red_at_least is not None:
            told.append(say("from {points} points on", points=short(one.red_at_least)))
        if one.black:
            told.append(say("black list: the last {count} of each group", count=one.black))
        if one.black_below is not None:
            told.append(say("below {points} points", points=short(one.black_below)))
        return f"{self._joined(told)}  {one.place}: {one.words}"

    # parts

    def part(self, one: Part) -> str:
        """How a part is judged, in a sentence."""
        told = [self._judged(one)]
        if one.points is not None:
            earns = one.kind in ("awards", "bonus")
            most = "{points} on at most" if earns else "{points} off at most"
            told.append(self.language.say(most, points=short(one.points)))
        return self._joined([*told, *self._leniency(one)])

    def _judged(self, one: Part) -> str:
        say, names = self.language.say, self._measures(one)
        if one.kind == "rate":
            return self._joined(self._rate(one, names))
        if one.kind in ("scaled", "tiers"):
            return self._joined([say("{kind} by {measure}", kind=say(one.kind), measure=names), *self._steps(one)])
        if one.kind == "bonus":
            per = " ".join(f"{group} {count}" for group, count in one.per.items())
            return say("{measure}: {award} for each full {per}", measure=names, award=short(one.award), per=per)
        title = names or f"{one.title or one.finding} [{one.finding}]"
        told = say("{kind}: {title}, {price} each", kind=say(one.kind), title=title, price=self._price(one))
        return (
            told
            if not one.answered_by
            else self._joined([told, say("answered by {finding}", finding=f"[{one.answered_by}]")])
        )

    def _rate(self, one: Part, names: str) -> Iterator[str]:
        say = self.language.say
        if one.over == "volume":
            over = say("of the volume")
        elif one.over in MEASURE:
            over = say("over {measure}", measure=self._word(one.over))
        else:
            over = say("of those judged")
        bound = (
            say("at least {rate}% met", rate=short(one.at_least))
            if one.at_least is not None
            else say("at most {rate}% breached", rate=short(one.at_most or one.slope * 0))
        )
        slope = short(one.slope)
        yield say(
            "{measure}: {bound} {over}; {slope} a percentage point", measure=names, bound=bound, over=over, slope=slope
        )
        if one.gain:
            yield say("{gain} more for each better one", gain=short(one.gain))
        if one.gain_cap is not None:
            yield say("{points} on at most", points=short(one.gain_cap))

    def _steps(self, one: Part) -> Iterator[str]:
        say = self.language.say
        if one.pass_line is not None:
            yield say("below {line} % nothing", line=short(one.pass_line))
        for tier in one.tiers:
            yield say("from {line} % on {points}", line=short(tier.at_least), points=short(tier.points))
        if one.round_rates:
            yield say("each rate rounded before it is weighed")

    def _price(self, one: Part) -> str:
        if one.price_reading:
            return self.book.reading(one.price_reading)
        prices = " ".join(f"{self.language.say(name)} {short(price)}" for name, price in one.prices.items())
        return prices or short(one.award if one.kind == "awards" else one.price or one.slope * 0)

    def _leniency(self, one: Part) -> Iterator[str]:
        say = self.language.say
        if one.tolerated is not None:
            yield say("the first {count} cost nothing", count=one.tolerated)
        if one.tolerated_percent is not None:
            yield say("the first {percent} % cost nothing", percent=short(one.tolerated_percent))
        if one.few is not None:
            yield say(
                "fewer than {count} marked" if one.when_few == "mark" else "fewer than {count} not judged",
                count=one.few,
            )
        if one.channels:
            yield say("on {channels}", channels="、".join(one.channels))

    def limits(self, one: Part) -> Iterator[str]:
        """The limits of a part, each with its time and clause."""
        for limit in one.every_limit:
            yield self._limit(limit)

    def _limit(self, one: Limit) -> str:
        named = self._word(one.measure) if one.measure else ""
        told = self.language.say("limit: {days} working days", days=short(one.days))
        clause = f"  {one.place}: {one.words}" if one.words else ""
        return "  ".join(filter(None, (named, told))) + f"{self.time(one)}{clause}"

    def _measures(self, one: Part) -> str:
        shares: Mapping[str, object] = {name: f" {short(weight)}" for name, weight in one.weights.items()}
        return "、".join(f"{self._word(name)}{shares.get(name, '')}" for name in one.measures)

    def _word(self, measure: str) -> str:
        return MEASURE[measure].word if self.language.code == "zh" else measure

    def _joined(self, told: Sequence[str] | Iterator[str]) -> str:
        return ("，" if self.language.code == "zh" else ", ").join(filter(None, told))
