"""A rulebook's numbers as a person reads them: how a part is judged, floors and caps, limits, tolerance, grades and lists."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from kaoping.language.language import Language
from kaoping.language.numbers import short
from metrics.measures import LIMITED, MEASURE, Deadline
from scoring.law.rulebook import Cap, Item, Part, Rulebook, Sheet
from scoring.law.terms import Board, Grade, Limit, Term

PERIODS = {"month": "every month", "quarter": "every quarter", "half": "every half-year", "year": "every year"}
EMPTY = {
    "respread": "with nothing to divide by its points go to the others",
    "group_mean": "with nothing to divide by the mean of its group",
}
IDLE = {
    "mean": "without tickets: the mean",
    "unranked": "without tickets: not on the sheet",
    "everyone": "without tickets: scored all the same",
}
APART = {
    "no_tickets": "listed apart: units without tickets",
    "none_due": "listed apart: units with tickets of which none is due",
}


def full_marks(item: Item) -> str:
    """The points of an item; of an extra how far it can take and give: -10, +6, ±10, -10…+5, -∞."""
    if not item.extra:
        return short(item.points)
    takes = "-∞" if item.floor is None else short(item.floor) if item.floor else ""
    gives = "+∞" if item.cap is None else f"+{short(item.cap)}" if item.cap else ""
    if takes[1:] == gives[1:] and takes:
        return f"±{takes[1:]}"
    return "…".join(filter(None, (takes, gives))) or "0"


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
        floor = say("without a bound") if one.floor is None else short(one.floor)
        cap = say("without a bound") if one.cap is None else short(one.cap)
        told.append(say("total {floor} to {cap}", floor=floor, cap=cap))
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
        told = []
        if not one.extra and one.full != one.points:
            told.append(say("from {full} on", full=short(one.full)))
        if one.floor is None:
            told.append(say("no floor of its own, only the total's"))
        elif one.floor and not one.extra:
            told.append(say("at least {points}", points=short(one.floor)))
        if one.cap is None:
            told.append(say("no cap of its own, only the total's"))
        elif one.cap != one.points and not one.extra:
            told.append(say("at most {points}", points=short(one.cap)))
        if one.concerns:
            told.append(say("for {groups}", groups="、".join(one.concerns)))
        if one.when_empty != "full":
            told.append(say(EMPTY[one.when_empty]))
        if not one.exemptible:
            told.append(say("no ticket can be taken out of it"))
        return "  ".join([full_marks(one), *told])

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
        told = say("{kind}: {title}, {price}", kind=say(one.kind), title=title, price=self._price(one))
        return (
            told
            if not one.answered_by
            else self._joined([told, say("answered by {finding}", finding=f"[{one.answered_by}]")])
        )

    def _rate(self, one: Part, names: str) -> Iterator[str]:
        say, over = self.language.say, self._over(one)
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

    def _over(self, one: Part) -> str:
        if one.over == "volume":
            return self.language.say("of the volume")
        if one.over in MEASURE:
            return self.language.say("over {measure}", measure=self._word(one.over))
        return self.language.say("of those judged")

    def _steps(self, one: Part) -> Iterator[str]:
        say = self.language.say
        if one.over != "count":
            yield self._over(one)
        if one.pass_line is not None:
            yield say("below {line} % nothing", line=short(one.pass_line))
        for tier in one.tiers:
            yield say("from {line} % on {points}", line=short(tier.at_least), points=short(tier.points))
        if one.round_rates:
            yield say("each rate rounded before it is weighed")

    def _price(self, one: Part) -> str:
        """What each costs or earns, told as what it is."""
        say, nothing = self.language.say, Fraction(0)
        sign = -1 if one.kind == "awards" else 1
        price = one.award if one.kind == "awards" else one.price or nothing
        if one.price_reading:
            price = Fraction(self.book.reading(one.price_reading))

        priced = [(name, sign * each) for name, each in one.prices.items()] or [("", sign * price)]
        told = [
            self._each(points < 0, [(name, each) for name, each in priced if (each < 0) == (points < 0)])
            for _, points in priced
        ]
        named = say(" (by the reading {reading})", reading=one.price_reading) if one.price_reading else ""
        return self._joined(list(dict.fromkeys(told))) + named

    def _each(self, gives: bool, prices: Sequence[tuple[str, Fraction]]) -> str:
        """Prices that all give or all take, as 短信 1、书面 2, each by its role or mode."""
        say, between = self.language.say, "、" if self.language.code == "zh" else ", "
        shown = between.join(" ".join(filter(None, (name and say(name), short(abs(each))))) for name, each in prices)
        return say("{points} on each" if gives else "{points} off each", points=shown)

    def _leniency(self, one: Part) -> Iterator[str]:
        say = self.language.say
        if one.tolerated is not None:
            yield say("the first {count} cost nothing", count=one.tolerated)
        if one.tolerated_percent is not None:
            percent = short(one.tolerated_percent)
            yield say("the first {percent} % of {whole} cost nothing", percent=percent, whole=self._whole(one))
        if one.few is not None:
            yield self._few(one, one.few)
        if one.proof_reading:
            yield say("nothing of the item where nothing is found, by the reading {reading}", reading=one.proof_reading)
        if one.channels:
            yield say("on {channels}", channels="、".join(one.channels))

    def _whole(self, one: Part) -> str:
        """What a percentage that is tolerated is of."""
        if one.kind == "pairs":
            return self.language.say("the notices")
        if one.over in MEASURE:
            return self._word(one.over)
        if one.weights:
            return self.language.say("those judged by each measure")
        return self.language.say("those judged")

    def _few(self, one: Part, count: int) -> str:
        say, named = self.language.say, {"count": count, "measure": ""}
        if one.few_of in MEASURE:
            named["measure"] = self._word(one.few_of)
            several = "fewer than {count} {measure}: all of it marked"
            return say(
                several if one.when_few == "mark" else "fewer than {count} {measure}: all of it not judged", **named
            )
        return say(
            "fewer than {count} marked" if one.when_few == "mark" else "fewer than {count} not judged", count=count
        )

    def limits(self, sheet: Sheet, one: Part) -> Iterator[str]:
        """The limits of a part, each with its time and clause; where it gives none, that of the rulebook or the usual one."""
        for limit in one.every_limit:
            yield self._limit(limit)
        given = {limit.measure for limit in one.every_limit}
        practice = self.book.practice()
        told: dict[tuple[Deadline, tuple[Any, ...]], list[str]] = {}
        for measure in (each for each in LIMITED if each.name in one.measures and each.name not in given):
            for channel in sheet.channels_of(one):
                place = (measure.name, channel)
                spans = (practice.limits.get(place), *practice.later_limits.get(place, ()))
                told.setdefault((measure, spans), []).append(channel)
        for (measure, (first, *later)), channels in told.items():
            yield self._given(measure, first, bool(later), channels if len(told) > 1 else [])

    def _given(self, measure: Deadline, halves: int | None, later: bool, channels: Sequence[str]) -> str:
        """The limit of a measure that the part says nothing of: the usual one, or what another item says."""
        say, days = self.language.say, measure.limit if halves is None else Fraction(halves, 2)
        why = say("not written: the usual limit") if halves is None else say("as another item says")
        if later:
            why = say("as another item says, with later changes")
        on = say("on {channels}", channels="、".join(channels)) if channels else ""
        limit = say("limit: {days} working days", days=short(days))
        return "  ".join(filter(None, (self._word(measure.name), limit, on, f"({why})")))

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
