"""The catalogue: every measure as a declaration, in the order of the law's list."""

from collections.abc import Callable, Mapping
from fractions import Fraction

import attrs
import narwhals as nw


@attrs.frozen(kw_only=True)
class Practice:
    """How a rulebook wants things measured: its readings that touch a verdict, its rating words, channels, limits.

    `limits` gives half working days by (measure, channel); a measure's own default serves every other channel.
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
    satisfied: tuple[str, ...] = ("满意", "基本满意", "比较满意", "非常满意")
    unsatisfied: tuple[str, ...] = ("不满意", "非常不满意")
    unrated: tuple[str, ...] = ()
    posts: tuple[str, ...] = ("中国政府网", "国家政务服务平台", "问政江西", "问政赣州")
    limits: Mapping[tuple[str, str], int] = attrs.Factory(dict)

    def halves(self, measure: "Deadline") -> int | nw.Expr:
        """The measure's limit in half working days: one for all, or by the channel of the round."""
        if not any(name == measure.name and halves != measure.halves for (name, _), halves in self.limits.items()):
            return measure.halves
        limit: nw.Expr = nw.lit(measure.halves, dtype=nw.Int64)
        for (name, channel), halves in sorted(self.limits.items()):
            if name == measure.name:
                limit = nw.when(nw.col("channel") == channel).then(nw.lit(halves, dtype=nw.Int64)).otherwise(limit)
        return limit


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


@attrs.frozen
class Measure:
    """What is judged once per round. `word` is the field's term. `lapses`: what is undecided when the ticket goes to somebody
    else, or anew to the same unit, is judged there no more."""

    name: str
    word: str
    population: Callable[[Practice], nw.Expr] = attrs.field(default=everyone, kw_only=True)
    lapses: bool = attrs.field(default=False, kw_only=True)


@attrs.frozen
class Deadline(Measure):
    """Met if `act` happened by `due`; a breach is decided at `due`. `halves`: the limit in half working days."""

    act: str = attrs.field(kw_only=True)
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

    act: str = attrs.field(kw_only=True)


@attrs.frozen
class Opinion(Measure):
    """Met or breached by a word that was said at `act`."""

    act: str = attrs.field(kw_only=True)


@attrs.frozen
class Occurrence(Measure):
    """Always met, at `act`: it only counts."""

    act: str = attrs.field(kw_only=True)


SIGNED = Deadline("signed", "按时签收", act="signed", due="sign_due", halves=1, population=signed_or_kept, lapses=True)
RESPONDED = Deadline(
    "responded",
    "按期响应",
    act="contacted",
    due="respond_due",
    halves=2,
    denied="denied_step",
    population=reachable,
    lapses=True,
)
RETURNED = Timely("returned", "按期退回", act="returned", due="return_due", halves=4)
RETURNED_AGAIN = Strike("returned_again", "退件两次以上仍承办", act="kept")
CLOSED = Deadline("closed", "按期办结", act="closed", due="close_due", population=not_returned, lapses=True)
SATISFIED = Opinion("satisfied", "诉求满意", act="rated", population=not_returned, lapses=True)
REDONE = Strike("redone", "退回重办", act="redone")
EXTENDED_FIRST = Strike("extended_first", "首次延期", act="extended_1")
EXTENDED_SECOND = Strike("extended_second", "二次延期", act="extended_2")
SEALED = Deadline("sealed", "盖章PDF报送", act="sealed", due="seal_due", population=online)
VOLUME = Occurrence("volume", "办件量", act="dispatched", population=counted)

CATALOGUE: tuple[Measure, ...] = (
    SIGNED, RESPONDED, RETURNED, RETURNED_AGAIN, CLOSED, SATISFIED, REDONE,
    EXTENDED_FIRST, EXTENDED_SECOND, SEALED, VOLUME,
)  # fmt: skip
MEASURE: Mapping[str, Measure] = {measure.name: measure for measure in CATALOGUE}
