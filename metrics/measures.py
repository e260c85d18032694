"""The catalogue: every measure as a declaration, in the order of the law's list."""

from collections.abc import Callable, Mapping
from fractions import Fraction

import attrs
import narwhals as nw

from ledger.facts import LIMIT, RATING


@attrs.frozen(kw_only=True)
class Practice:
    """How a rulebook wants things measured: its readings that touch a verdict, its rating words, channels, limits.

    `limits` gives half working days by (measure, channel); a measure's own default serves every other channel. Where a limit
    was changed, `later_limits` gives what rounds have that are dispatched from an instant on: (instant, half days), earliest first.
    What no source tells has no verdict (`untold`: leave), or counts as not done (breach).
    """

    half_day: str = "elapsed"
    whole_days: str = "next_day"
    day_ends: str = "close"
    month_of: str = "decided"
    returned_rounds: str = "leave"
    undecided_requests: str = "granted"
    assist_rounds: str = "count"
    moved_rounds: str = "stay"
    repeated_dispatch: str = "stay"
    redo_scope: str = "round"
    volume_of: str = "dispatches"
    response_population: str = "all"
    redone_closing: str = "first"
    seal_by: str = "month_end"
    unexplained_returns: str = "count"
    untimed_extensions: str = "ignore"
    untimed_redos: str = "ignore"
    untold: str = "leave"
    satisfied: tuple[str, ...] = ("满意", "基本满意", "比较满意", "非常满意")
    unsatisfied: tuple[str, ...] = ("不满意", "非常不满意")
    unrated: tuple[str, ...] = ()
    posts: tuple[str, ...] = ("中国政府网", "国家政务服务平台", "问政江西", "问政赣州")
    limits: Mapping[tuple[str, str], int] = attrs.Factory(dict)
    later_limits: Mapping[tuple[str, str], tuple[tuple[int, int], ...]] = attrs.Factory(dict)

    def halves(self, measure: "Deadline") -> int | nw.Expr:
        """The measure's limit in half working days: one for all, or by the channel of the round and the time of its dispatch."""
        every = {halves for (name, _), halves in self.limits.items() if name == measure.name}
        every |= {
            halves for (name, _), turns in self.later_limits.items() if name == measure.name for _, halves in turns
        }
        if every <= {measure.halves}:
            return measure.halves
        limit = _whole(measure.halves)
        for (name, channel), halves in sorted(self.limits.items()):
            if name == measure.name:
                said = _whole(halves)
                for since, other in self.later_limits.get((name, channel), ()):
                    said = nw.when(nw.col("dispatched_at") >= since).then(_whole(other)).otherwise(said)
                limit = nw.when(nw.col("channel") == channel).then(said).otherwise(limit)
        return limit

    def halves_at(self, measure: "Deadline", channel: str, dispatched: int) -> int:
        """The same of one round."""
        limit = self.limits.get((measure.name, channel), measure.halves)
        for since, halves in self.later_limits.get((measure.name, channel), ()):
            limit = halves if dispatched >= since else limit
        return limit


def _whole(number: int) -> nw.Expr:
    return nw.lit(number, dtype=nw.Int64)


def everyone(_: Practice) -> nw.Expr:
    """Every round."""
    return nw.col("round") > 0


def not_returned(practice: Practice) -> nw.Expr:
    """Rounds without a granted return, unless returned rounds stay."""
    return everyone(practice) if practice.returned_rounds == "stay" else nw.col("returned_at").is_null()


def signed_or_kept(_: Practice) -> nw.Expr:
    """A granted return without a sign leaves."""
    return nw.col("returned_at").is_null() | ~nw.col("signed_at").is_null()


def reachable(practice: Practice) -> nw.Expr:
    """An anonymous citizen cannot be called back; whether one was, only a survey says."""
    asked = ~nw.col("surveyed_step").is_null() if practice.response_population == "surveyed" else everyone(practice)
    return not_returned(practice) & ~nw.col("anonymous") & asked


def online(practice: Practice) -> nw.Expr:
    """Rounds of online posts (网络问政)."""
    return nw.col("channel").is_in(practice.posts)


def counted(practice: Practice) -> nw.Expr:
    """Every dispatch, or those that are their ticket's first to the unit in the month."""
    return everyone(practice) if practice.volume_of == "dispatches" else nw.col("first_of_month")


def needing(*kinds: str) -> Callable[[Practice], tuple[str, ...]]:
    """What a source must be able to tell."""
    return lambda _: kinds


def contact_or_survey(practice: Practice) -> tuple[str, ...]:
    """Whether the citizen was asked is needed where only those who were are judged."""
    return ("contact", "survey") if practice.response_population == "surveyed" else ("contact",)


@attrs.frozen
class Measure:
    """What is judged once per round. `word` is the field's term. `lapses`: what is undecided when the ticket goes to somebody else, or
    anew to the same unit, is judged there no more. `needs`: what it has no verdict without, where no source of a round could have
    told it (`ledger.facts.UNTOLD`): kinds of fact, of a deadline that of its act first, the limit, the rating. `moved_by`: the
    kinds that can make, change or unmake a verdict."""

    name: str
    word: str
    act: str = attrs.field(kw_only=True)
    population: Callable[[Practice], nw.Expr] = attrs.field(default=everyone, kw_only=True)
    lapses: bool = attrs.field(default=False, kw_only=True)
    needs: Callable[[Practice], tuple[str, ...]] = attrs.field(default=needing(), kw_only=True)
    moved_by: tuple[str, ...] = attrs.field(kw_only=True)


@attrs.frozen
class Deadline(Measure):
    """Met if `act` happened by `due`; a breach is decided at `due`. `halves`: the limit in half working days."""

    due: str = attrs.field(kw_only=True)
    halves: int = attrs.field(default=0, kw_only=True)
    denied: str | None = attrs.field(default=None, kw_only=True)

    @property
    def limit(self) -> Fraction:
        """The default limit in working days."""
        return Fraction(self.halves, 2)


@attrs.frozen
class Timely(Deadline):
    """As a deadline, judged only where the act happened, at the act itself."""


@attrs.frozen
class Strike(Measure):
    """Never met: that `act` happened is the breach."""


@attrs.frozen
class Opinion(Measure):
    """Met or breached by a word that was said at `act`."""


@attrs.frozen
class Occurrence(Measure):
    """Always met, at `act`: it only counts."""


SIGNED = Deadline(
    "signed", "按时签收", act="signed", due="sign_due", halves=1, population=signed_or_kept, lapses=True, needs=needing("sign"),
    moved_by=("dispatch", "sign", "return", "decide"),
)  # fmt: skip
RESPONDED = Deadline(
    "responded", "按期响应", act="contacted", due="respond_due", halves=2, denied="denied_step", population=reachable, lapses=True,
    needs=contact_or_survey, moved_by=("dispatch", "contact", "survey", "return", "decide"),
)  # fmt: skip
RETURNED = Timely(
    "returned", "按期退回", act="returned", due="return_due", halves=4, needs=needing("return"),
    moved_by=("dispatch", "return", "decide"),
)  # fmt: skip
RETURNED_AGAIN = Strike(
    "returned_again", "退件两次以上仍承办", act="kept", needs=needing("return"), moved_by=("dispatch", "return", "decide")
)  # fmt: skip
CLOSED = Deadline(
    "closed", "按期办结", act="closed", due="close_due", population=not_returned, lapses=True, needs=needing("close", LIMIT),
    moved_by=("dispatch", "close", "extend", "return", "decide"),
)  # fmt: skip
SATISFIED = Opinion(
    "satisfied", "诉求满意", act="rated", population=not_returned, lapses=True, needs=needing("survey", RATING),
    moved_by=("dispatch", "survey", "return", "decide"),
)  # fmt: skip
REDONE = Strike("redone", "退回重办", act="redone", needs=needing("redo"), moved_by=("redo",))
EXTENDED_FIRST = Strike(
    "extended_first", "首次延期", act="extended_1", needs=needing("extend"), moved_by=("extend", "decide")
)
EXTENDED_SECOND = Strike(
    "extended_second", "二次延期", act="extended_2", needs=needing("extend"), moved_by=("extend", "decide")
)
SEALED = Deadline(
    "sealed", "盖章PDF报送", act="sealed", due="seal_due", population=online, needs=needing("seal", "close"),
    moved_by=("close", "seal"),
)  # fmt: skip
VOLUME = Occurrence("volume", "办件量", act="dispatched", population=counted, moved_by=("dispatch",))

CATALOGUE: tuple[Measure, ...] = (
    SIGNED, RESPONDED, RETURNED, RETURNED_AGAIN, CLOSED, SATISFIED, REDONE,
    EXTENDED_FIRST, EXTENDED_SECOND, SEALED, VOLUME,
)  # fmt: skip
LIMITED = (SIGNED, RESPONDED, RETURNED)
"""Those whose limit a rulebook gives."""
MEASURE: Mapping[str, Measure] = {measure.name: measure for measure in CATALOGUE}
