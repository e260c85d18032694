"""Events -> rounds: one unit's custody of one ticket, one row each, with the facts its verdicts need.

A round has ticket, unit, round, channel, role, anonymous, limit_halves, and for each act below its instant `_at` and its
place in the ticket's order `_step` (the evidence), null where it did not happen:

    dispatched signed contacted sealed          the first of the round
    first_closed                                the first close
    closed                                      the close that speaks: the first, or after a redo the last (`redone_closing`)
    returned                                    the first granted return
    ended                                       when the ticket went to another lead, or anew to the same unit, before it was closed
    kept                                        the proof that a ticket returned twice stays theirs (one round only)
    redone                                      the second redo
    extended_1 extended_2                       the first and second granted extension
    rated                                       the last rated survey; `content` says whether its word is a satisfied one

and `denied_step`, a survey that says the citizen was not reached, `surveyed_step`, any survey, `worded_step`, any with a rating, be it
one that no rulebook rates, `again_step`, any redo; `untold`, what its source could not tell; `first_of_month`, whether it is the first
of its ticket to the unit in the month; `unexplained`, whether its return gives no reason; and the dues of the deadlines,
`close_basis` saying what that of the closing rests on: the `limit` of the dispatch, an instant `named` in it, or either `extended`.
"""

from collections.abc import Sequence

import attrs
import narwhals as nw

from calendars.clock_columns import ClockColumns, Frame
from metrics.custody import HOLDER, OPENED, ROUND, kind
from metrics.engines.engine import settled
from metrics.measures import LIMITED, Practice
from metrics.requests import granted_extends, kept, moved_dues, requests, with_first_due

FIRSTS = {"sign": "signed", "contact": "contacted", "close": "first_closed", "seal": "sealed"}


@attrs.frozen(kw_only=True)
class Custody:
    """Rounds without their dues; the returns asked for (`metrics.requests.requests`), and the extensions granted (`granted_extends`)."""

    rounds: Frame
    returns: Frame
    extends: Frame


def held_of(events: Frame, ends: Frame, practice: Practice, clock: ClockColumns) -> Custody:
    """Rounds of placed events, but for their dues and the extensions that move them; `ends`: when a ticket went on (`ends_of`)."""
    fitting = events.filter(nw.col("round") > 0)
    returns = settled(requests(events, "return", practice))
    extends = settled(granted_extends(requests(events, "extend", practice)))
    rounds = fitting.filter(kind("dispatch")).select(
        *ROUND, OPENED, "channel", "anonymous", "limit_halves", "due_at", "position", "untold",
        dispatched_at=nw.col("at"), dispatched_step=nw.col("step"),
        role=nw.col("role").fill_null("lead"),
    )  # fmt: skip
    rounds = rounds.join(_acts(fitting, practice), on=OPENED, how="left")
    rounds = _with(rounds, returns.filter(nw.col("granted")), "returned")
    unexplained = returns.filter(nw.col("granted") & ~nw.col("explained")).select(
        OPENED, returned_step=nw.col("step"), unexplained=nw.lit(True)
    )
    rounds = rounds.join(unexplained, on=[OPENED, "returned_step"], how="left")
    redos = numbered(fitting.filter(kind("redo")), ROUND if practice.redo_scope == "round" else HOLDER)
    rounds = _with(rounds, redos.filter(nw.col("n") == 2), "redone")
    rounds = _with_kept(rounds, fitting, returns)
    rounds = _ended(rounds.join(ends, on=OPENED, how="left"))
    rounds = clock.with_month(rounds, "dispatched_at", "month").with_columns(
        first_of_month=nw.col("round") == nw.col("round").min().over(*HOLDER, "month")
    )
    return Custody(rounds=settled(rounds), returns=returns, extends=extends)


def with_dues(held: Custody, practice: Practice, clock: ClockColumns) -> tuple[Frame, Frame]:
    """Rounds with their dues, and what extensions did (`moved_dues`)."""
    rounds, extensions = _with_dues(held.rounds, held.extends, practice, clock)
    extensions = settled(extensions)
    for number in (1, 2):
        rounds = _with(rounds, extensions.filter(nw.col("n") == number), f"extended_{number}")
    return settled(rounds), extensions


def _acts(fitting: Frame, practice: Practice) -> Frame:
    """First sign, contact, close and seal, the close that speaks, the last rated survey, a denial, a redo, per round."""
    columns: dict[str, nw.Expr] = {}
    for name, act in FIRSTS.items():
        columns[f"{act}_at"] = nw.when(kind(name)).then(nw.col("at"))
        columns[f"{act}_step"] = nw.when(kind(name)).then(nw.col("step"))
    survey = kind("survey")
    columns["surveyed_step"] = nw.when(survey).then(nw.col("step"))
    columns["worded_step"] = nw.when(survey & ~nw.col("rating").is_null()).then(nw.col("step"))
    columns["denied_step"] = nw.when(survey & (nw.col("contacted") == nw.lit(False))).then(nw.col("step"))
    content = nw.col("rating").is_in(practice.satisfied)
    rated = survey & (content | nw.col("rating").is_in(practice.unsatisfied))
    columns["rated"] = nw.when(rated).then(nw.col("step") * 2 + content.cast(nw.Int64))
    columns["rated_at"] = nw.when(rated).then(nw.col("at"))
    columns["closed_at"], columns["closed_step"] = columns["first_closed_at"], columns["first_closed_step"]
    columns["again_step"] = nw.when(kind("redo")).then(nw.col("step"))
    lasts = ("rated", "rated_at", "closed_at", "closed_step")
    masked = fitting.filter(kind(*FIRSTS, "survey", "redo")).select(OPENED, **columns)
    grouped = masked.group_by(OPENED).agg(
        *(nw.col(name).max() if name in lasts else nw.col(name).min() for name in columns)
    )
    last = nw.lit(practice.redone_closing == "last") & ~nw.col("again_step").is_null()
    speaks = {
        name: nw.when(last).then(nw.col(name)).otherwise(nw.col(f"first_{name}"))
        for name in ("closed_at", "closed_step")
    }
    return grouped.with_columns(rated_step=nw.col("rated") // 2, content=nw.col("rated") % 2 == 1, **speaks).drop(
        "rated"
    )


def _with(rounds: Frame, acts: Frame, name: str) -> Frame:
    """Rounds with the first of these acts as `name`_at and `name`_step."""
    firsts = acts.group_by(OPENED).agg(
        **{f"{name}_at": nw.col("at").min(), f"{name}_step": nw.col("step").min()},
    )
    return rounds.join(firsts, on=OPENED, how="left")


def numbered(acts: Frame, within: Sequence[str]) -> Frame:
    """The acts with `n`, their number in their order within the same round, or holder."""
    return acts.with_columns(n=nw.lit(1, nw.Int64)).with_columns(n=nw.col("n").cum_sum().over(*within, order_by="step"))


def _ended(rounds: Frame) -> Frame:
    """`ended_at` instead of `end_at`: of those that were not closed by then, and never returned."""
    open_then = nw.col("first_closed_at").is_null() | (nw.col("first_closed_at") > nw.col("end_at"))
    ended = nw.when(open_then & nw.col("returned_at").is_null()).then(nw.col("end_at"))
    return rounds.with_columns(ended_at=ended).drop("end_at")


def _with_kept(rounds: Frame, fitting: Frame, returns: Frame) -> Frame:
    """`kept` stands on the round in which it is proved: the last one dispatched by then."""
    proofs = kept(fitting, returns)
    holding = (
        rounds.select(*ROUND, "dispatched_step")
        .join(proofs, on=list(HOLDER), how="inner")
        .filter(nw.col("dispatched_step") <= nw.col("kept_step"))
        .group_by(*HOLDER, "kept_at", "kept_step")
        .agg(nw.col("round").max())
    )
    return rounds.join(holding, on=list(ROUND), how="left")


def _with_dues(rounds: Frame, extends: Frame, practice: Practice, clock: ClockColumns) -> tuple[Frame, Frame]:
    dues, extensions = moved_dues(rounds, extends, clock)
    for measure in LIMITED:
        rounds = _with_limit(rounds, measure.due, practice.halves(measure), clock)
    rounds = with_first_due(rounds, clock).join(dues, on=OPENED, how="left")
    rounds = rounds.with_columns(close_due=nw.coalesce("close_due", "first_due"))
    basis = nw.when(nw.col("due_at").is_null()).then(nw.lit("limit")).otherwise(nw.lit("named"))
    moved = nw.col("close_due") != nw.col("first_due")
    rounds = rounds.with_columns(close_basis=nw.when(moved).then(nw.lit("extended")).otherwise(basis))
    return clock.with_month_end(rounds, "first_closed_at", "seal_due"), extensions


def _with_limit(rounds: Frame, due: str, halves: int | nw.Expr, clock: ClockColumns) -> Frame:
    if isinstance(halves, int):
        return clock.with_deadline(rounds, "dispatched_at", halves, due)
    limited = rounds.with_columns(limit_of_channel=halves)
    return clock.with_deadline(limited, "dispatched_at", "limit_of_channel", due).drop("limit_of_channel")
