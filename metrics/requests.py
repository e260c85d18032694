"""What units asked for and what was decided: returns, extensions, exemptions; and the due instant that extensions move."""

import attrs
import narwhals as nw

from calendars.clock_columns import ClockColumns, Frame
from metrics.custody import HOLDER, OPENED, ROUND, assumed, kind
from metrics.engines.engine import collected, settled
from metrics.measures import Practice


@attrs.frozen(kw_only=True)
class Extension:
    """延期: the `n`th granted extension of a round, asked for at `at` (`assumed`: at the due it moves; None where there is none): by
    half days (`given`: as many as the original limit allows) or `until` an instant. It moved the due from `start`
    to `due` (ms; the same: not at all); `code` is its oddity."""

    ticket: str
    unit: str
    round: int
    n: int
    position: int
    at: int | None
    assumed: bool
    halves: int | None
    given: int | None
    until: int | None
    start: int | None
    due: int | None
    code: str | None


EXTENSION = tuple(field.name for field in attrs.fields(Extension))


def requests(events: Frame, about: str, practice: Practice) -> Frame:
    """Requests of one kind (`return`, `extend`) of placed events, one row each.

    Adds granted (Boolean: the last decision on it, else the reading), decided_step (of that decision), refused_at and
    refused_step (its first refusal, where the last decision refuses).
    """
    asked = _answered(events, about)
    decisions = (
        asked.filter(kind("decide") & (nw.col("n") > 0))
        .with_columns(
            last=nw.col("step") * 2 + nw.col("granted").cast(nw.Int64),
            refused_at=nw.when(~nw.col("granted")).then(nw.col("at")),
            refused_step=nw.when(~nw.col("granted")).then(nw.col("step")),
        )
        .group_by(*ROUND, "n")
        .agg(nw.col("last").max(), nw.col("refused_at").min(), nw.col("refused_step").min())
    )
    refused = ~nw.col("last").is_null() & (nw.col("last") % 2 == 0)
    return (
        asked.filter(kind(about))
        .join(decisions, on=[*ROUND, "n"], how="left")
        .with_columns(
            granted=nw.when(nw.col("last").is_null())
            .then(nw.lit(practice.undecided_requests == "granted"))
            .otherwise(nw.col("last") % 2 == 1),
            decided_step=nw.col("last") // 2,
            refused_at=nw.when(refused).then(nw.col("refused_at")),
            refused_step=nw.when(refused).then(nw.col("refused_step")),
        )
    )


def exemptions_of(events: Frame, practice: Practice) -> Frame:
    """ticket, unit, item of the exemptions that hold, of placed events: the last decision on each request holds, else the reading of
    undecided requests. A decision is on the unit's latest request on the ticket, whatever the round."""
    about = kind("exempt") | (kind("decide") & (nw.col("about") == "exempt").fill_null(False))
    own = events.filter(about & ~nw.col("unit").is_null()).with_columns(
        asked=kind("exempt").cast(nw.Int64),
        last=nw.when(kind("decide")).then(nw.col("step") * 2 + nw.col("granted").cast(nw.Int64)),
    )
    numbered = own.with_columns(n=nw.col("asked").cum_sum().over(*HOLDER, order_by="step")).filter(nw.col("n") > 0)
    decided = numbered.group_by(*HOLDER, "n").agg(nw.col("item").max(), nw.col("last").max())
    undecided = nw.lit(practice.undecided_requests == "granted")
    holds = nw.when(nw.col("last").is_null()).then(undecided).otherwise(nw.col("last") % 2 == 1)
    return decided.filter(holds).select(*HOLDER, "item").unique()


def unasked(events: Frame, about: str) -> Frame:
    """Decisions in a round in which nothing of the kind was asked before them."""
    return _answered(events, about).filter(kind("decide") & (nw.col("n") == 0))


def _answered(events: Frame, about: str) -> Frame:
    """Requests of the kind and the decisions about it; `n` numbers the requests of a round. Of one whose instant is assumed nobody
    can say whether a decision came after it: nothing decides on it."""
    own = kind(about) & ~assumed(about)
    return (
        events.filter(nw.col("round") > 0)
        .filter(kind(about) | (kind("decide") & (nw.col("about") == about)))
        .with_columns(n=own.cast(nw.Int64))
        .with_columns(n=nw.col("n").cum_sum().over(*ROUND, order_by="step"))
        .with_columns(n=nw.when(assumed(about)).then(nw.lit(-1, nw.Int64)).otherwise(nw.col("n")))
    )


def kept(events: Frame, returns: Frame) -> Frame:
    """Tickets that stay with a unit after two or more returns: ticket, unit, kept_at, kept_step of the first proof.

    The proof is a refusal of the second or a later return, or a dispatch to the unit after its second return.
    """
    counted = returns.with_columns(n=nw.lit(1, nw.Int64)).with_columns(
        n=nw.col("n").cum_sum().over(*HOLDER, order_by="step")
    )
    refusals = counted.filter((nw.col("n") >= 2) & ~nw.col("refused_at").is_null()).select(
        *HOLDER, at=nw.col("refused_at"), step=nw.col("refused_step")
    )
    seconds = counted.filter(nw.col("n") == 2).select(*HOLDER, second_step=nw.col("step"))
    dispatches = (
        events.filter(kind("dispatch"))
        .join(seconds, on=list(HOLDER), how="inner")
        .filter(nw.col("step") > nw.col("second_step"))
        .select(*HOLDER, "at", "step")
    )
    proofs = nw.concat([refusals, dispatches], how="vertical")
    return proofs.group_by(*HOLDER).agg(kept_at=nw.col("at").min(), kept_step=nw.col("step").min())


def granted_extends(extends: Frame) -> Frame:
    """Granted extensions, numbered `n` within their round; those whose instant is assumed come after the others."""
    granted = extends.filter(nw.col("granted"))
    return granted.with_columns(n=nw.lit(1, nw.Int64), assumed=nw.col("assumed").fill_null(False)).with_columns(
        n=nw.col("n").cum_sum().over(*ROUND, order_by=["assumed", "step"])
    )


def with_first_due(rounds: Frame, clock: ClockColumns) -> Frame:
    """Rounds with `first_due`, of the closing before any extension: named by the dispatch, else counted from its limit."""
    counted = clock.with_deadline(rounds, "dispatched_at", "limit_halves", "limit_due")
    return counted.with_columns(first_due=nw.coalesce("due_at", "limit_due"))


def moved_dues(rounds: Frame, extends: Frame, clock: ClockColumns) -> tuple[Frame, Frame]:
    """Rounds with their due instant moved by their granted extensions, in order.

    rounds: ROUND, opened, dispatched_at, due_at, limit_halves. extends: `granted_extends`.
    Returns (opened, close_due; every round with an extension) and what each extension did (`Extension`, opened, step, decided_step).
    """
    numbers = collected(extends.select(n=nw.col("n").max())).item()
    if numbers is None:
        return _unmoved(rounds), _nothing_extended(extends)
    extended = rounds.join(extends.filter(nw.col("n") == 1).select(OPENED), on=OPENED, how="inner")
    current = with_first_due(extended, clock).select(*ROUND, OPENED, "limit_halves", close_due=nw.col("first_due"))
    told = []
    for number in range(1, numbers + 1):
        step = extends.filter(nw.col("n") == number).select(
            OPENED, "n", "position", "step", "decided_step", "at", "halves", "until", "assumed"
        )
        moved = settled(_moved(current.join(step, on=OPENED, how="left"), clock))
        told.append(
            moved.filter(~nw.col("position").is_null())
            .with_columns(start=nw.col("close_due"), due=nw.col("moved_due"), given=nw.col("by_halves"))
            .with_columns(at=nw.when(nw.col("assumed")).then(nw.col("start")).otherwise(nw.col("at")))
            .select(*EXTENSION, OPENED, "step", "decided_step")
        )
        current = moved.select(*ROUND, OPENED, "limit_halves", close_due=nw.col("moved_due"))
    return current.select(OPENED, "close_due"), nw.concat(told, how="vertical")


def _unmoved(rounds: Frame) -> Frame:
    return rounds.select(OPENED, close_due=nw.lit(None, nw.Int64)).head(0)


def _nothing_extended(extends: Frame) -> Frame:
    none = {name: nw.lit(None, nw.Int64) for name in ("given", "start", "due")}
    asked = ("n", "position", "at", "assumed", "halves", "until", "step", "decided_step")
    return extends.select(*ROUND, OPENED, *asked, code=nw.lit(None, nw.String), **none).select(
        *EXTENSION, OPENED, "step", "decided_step"
    )


def _moved(current: Frame, clock: ClockColumns) -> Frame:
    due, until, limit = nw.col("close_due"), nw.col("until"), nw.col("limit_halves")
    capped = nw.min_horizontal("halves", "limit_halves")
    frame = current.with_columns(by_halves=capped)
    frame = clock.with_deadline(frame, "close_due", "by_halves", "by_days", reading="next_day")
    frame = clock.with_deadline(frame, "close_due", "limit_halves", "furthest", reading="next_day")
    by_until = nw.when(~limit.is_null()).then(nw.min_horizontal("until", "furthest")).otherwise(until)
    asked = ~nw.col("position").is_null() & ~due.is_null()
    late = asked & ~nw.col("assumed") & (nw.col("at") > due)
    backward = asked & ~until.is_null() & (until <= due)
    cut = asked & ((nw.col("halves") > limit) | (until > nw.col("furthest")))
    return frame.with_columns(
        moved_due=nw.when(asked & ~late & ~backward.fill_null(False))
        .then(nw.when(~until.is_null()).then(by_until).otherwise(nw.col("by_days")))
        .otherwise(due),
        code=nw.when(late)
        .then(nw.lit("extend_after_due"))
        .otherwise(
            nw.when(backward)
            .then(nw.lit("extend_not_later"))
            .otherwise(nw.when(cut).then(nw.lit("extend_cut")).otherwise(None))
        ),
    )
