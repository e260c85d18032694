"""The same eleven measures as one lazy plan of polars, as lean as this log allows.

It takes for granted what the log happens to be: every event names its unit, limits and extensions are of whole days, no round is
extended more than twice, all office days are of one length, whoever holds a ticket leads. It keeps no evidence.
"""

from typing import Any

import polars as pl

from bench.log import AS_OF, DAY, HOUR, POSTS
from bench.peers.dates import days, working

ZONE = 8 * HOUR
NEVER = 2**63 - 1
HALF_DAY, WHOLE_DAY = 12_600_000, 25_200_000  # of office time, ms
SATISFIED, UNSATISFIED = ("满意", "基本满意", "比较满意", "非常满意"), ("不满意", "非常不满意")
ORDER = ("at", "seq", "tie")
col, when = pl.col, pl.when
Plan = pl.LazyFrame


def tallies(events: pl.DataFrame) -> list[list[Any]]:
    """[measure, unit, channel, month, count, breaches]."""
    judged = _computed(_judged(events.lazy()))
    counted = pl.concat([_counted(name, *verdict) for name, verdict in _verdicts(judged).items()])
    return sorted([*row] for row in counted.collect().rows())


def _computed(plan: Plan) -> Plan:
    """The same, computed now: what several steps share."""
    return plan.collect(engine="streaming").lazy()


def _sent(events: Plan) -> Plan:
    """Rounds: each dispatch until the unit's next one (`until`), and until the ticket's next one to another unit (`moved`)."""
    sent = events.filter(col("rank") == 0).select(
        "ticket", "unit", "channel", "anonymous", "limit_halves", *ORDER, id="position"
    )
    few = sent.group_by("ticket").len().filter(col("len") > 1)
    several = sent.join(few, on="ticket", how="semi").sort("ticket", *ORDER)
    turn = when(col("unit") != col("unit").shift(1).over("ticket")).then("at").shift(-1)
    several = several.with_columns(
        prior=col("at").shift(1).over("ticket", "unit"),
        again=col("at").shift(-1).over("ticket", "unit"),
        moved=turn.backward_fill().over("ticket"),
    )
    none = pl.lit(None, pl.Int64)
    once = sent.join(few, on="ticket", how="anti").with_columns(prior=none, again=none, moved=none)
    return pl.concat([once, several])


def _requests(acts: Plan, kind: int, about: str) -> Plan:
    """Requests of a kind, each with what was decided last on it: granted where nothing was."""
    asked = acts.filter((col("rank") == kind) | (col("about") == about)).sort("id", "at", "rank", "seq", "tie")
    asked = asked.with_columns(n=(col("rank") == kind).cum_sum().over("id"))
    decisions = asked.filter((col("rank") == 10) & (col("n") > 0)).group_by("id", "n", maintain_order=True)
    answers = decisions.agg(granted=col("granted").last(), refused=col("at").filter(~col("granted")).min())
    found = asked.filter(col("rank") == kind).drop("granted").join(answers, on=["id", "n"], how="left")
    return found.with_columns(col("granted").fill_null(True))


def _judged(events: Plan) -> Plan:
    """Rounds with what judges them, and by when."""
    sent = _computed(_sent(events))
    named = sent.select("ticket", "unit", "id", "again", sent="at")
    acts = events.filter(col("rank").is_between(1, 8) | (col("rank") == 10)).select(
        "ticket", "unit", "rank", *ORDER, "about", "granted", "halves", "rating", "contacted"
    )
    acts = acts.join(named, on=["ticket", "unit"]).filter(
        (col("at") >= col("sent")) & (col("at") < col("again").fill_null(NEVER))
    )
    asked = _computed(acts.filter(col("rank").is_in([3, 4, 8, 10])))
    returns, extends = _requests(asked, 4, "return"), _requests(asked, 3, "extend")
    judged = _with_dues(sent.join(_done(acts), on="id", how="left"), extends)
    returned = returns.filter("granted").group_by("id").agg(returned=col("at").min())
    redos = asked.filter(col("rank") == 8).sort(*ORDER).group_by("ticket", "unit", maintain_order=True)
    redone = redos.agg(col("id").get(1, null_on_oob=True), redone=col("at").get(1, null_on_oob=True))
    for found in (returned, _kept(sent, returns), redone.filter(col("id").is_not_null()).select("id", "redone")):
        judged = judged.join(found, on="id", how="left")
    end = pl.min_horizontal("again", "moved")
    open_then = col("closed").is_null() | (col("closed") > end)
    return judged.with_columns(
        ended=when(open_then & col("returned").is_null()).then(end), theirs=col("returned").is_null(),
        online=col("channel").is_in(POSTS),
    )  # fmt: skip


def _done(acts: Plan) -> Plan:
    """The first of each act, and the last rated survey."""
    firsts = {"signed": 1, "contacted": 2, "closed": 5, "sealed": 6}
    rated = (col("rank") == 7) & col("rating").is_in([*SATISFIED, *UNSATISFIED])
    marked = acts.filter(~col("rank").is_in([3, 4, 8, 10])).select(
        "id", **{name: when(col("rank") == rank).then("at") for name, rank in firsts.items()},
        denied=(col("rank") == 7) & ~col("contacted"), rated=when(rated).then("at"),
        best=when(rated).then(col("at") * 2 + col("rating").is_in(SATISFIED)),
    )  # fmt: skip
    return marked.group_by("id").agg(
        *(col(name).min() for name in firsts),
        col("denied").any(),
        col("rated").max(),
        content=col("best").max() % 2 == 1,
    )


def _kept(sent: Plan, returns: Plan) -> Plan:
    """Rounds that show that a ticket returned twice stays: a later return refused, or a dispatch after the second."""
    held = returns.sort("ticket", "unit", *ORDER).with_columns(n=pl.int_range(1, pl.len() + 1).over("ticket", "unit"))
    refused = held.filter((col("n") >= 2) & ~col("granted")).select("ticket", "unit", "id", kept="refused")
    second = held.filter(col("n") == 2).select("ticket", "unit", second="at")
    again = sent.join(second, on=["ticket", "unit"]).filter(col("at") > col("second"))
    proofs = pl.concat([refused, again.select("ticket", "unit", "id", kept="at")]).sort("kept")
    return proofs.unique(["ticket", "unit"], keep="first", maintain_order=True).select("id", "kept")


def _with_dues(rounds: Plan, extends: Plan) -> Plan:
    """With the due of every deadline, and the first two granted extensions."""
    offices, closing = days().lazy(), working().lazy()

    def by_days(frame: Plan, into: str, nth: pl.Expr) -> Plan:
        return (
            frame.with_columns(nth=nth)
            .join(closing.select("nth", **{into: "closes"}), on="nth", how="left")
            .drop("nth")
        )

    local = (col("at") + ZONE) % DAY
    worked = sum(
        pl.min_horizontal(pl.max_horizontal(local - col(start), 0), col(end) - col(start))
        for start, end in (("opens", "noon"), ("reopens", "closes"))
    )
    dated = rounds.with_columns(number=(col("at") + ZONE) // DAY).join(offices, on="number", how="left")
    dated = dated.with_columns(spent=worked + HALF_DAY, last="nth", before=col("nth") + 1 - col("works").cast(pl.Int64))
    dated = dated.drop("number", "works", "opens", "noon", "reopens", "closes")
    dated = dated.with_columns(nth=col("before") + (col("spent") > WHOLE_DAY)).join(closing, on="nth", how="left")
    rest = (col("spent") - 1) % WHOLE_DAY + 1 - col("morning")
    dated = dated.with_columns(sign_due=when(rest > 0).then("reopens").otherwise("noon") + rest)
    dated = dated.drop("nth", "noon", "reopens", "closes", "morning", "before", "spent")
    dated = by_days(dated, "respond_due", col("last") + 1)
    dated = by_days(dated, "return_due", col("last") + when(col("channel").is_in(POSTS)).then(1).otherwise(2))
    dated = by_days(dated, "close_due", col("last") + col("limit_halves") // 2).drop("last")
    first_two = extends.filter("granted").sort(*ORDER).group_by("id", maintain_order=True)
    granted = first_two.agg(
        **{f"{name}_{n}": col(name).get(n, null_on_oob=True) for n in (0, 1) for name in ("at", "halves")}
    )
    extended = dated.select("id", "limit_halves", "close_due").join(granted, on="id")
    for n in (0, 1):
        extended = extended.with_columns(number=(col("close_due") + ZONE) // DAY)
        extended = extended.join(offices.select("number", last="nth"), on="number", how="left")
        extended = by_days(extended, "later", col("last") + pl.min_horizontal(f"halves_{n}", "limit_halves") // 2)
        extended = extended.with_columns(
            close_due=when(col(f"at_{n}") <= col("close_due")).then("later").otherwise("close_due")
        ).drop("number", "last", "later")
    moved = extended.select("id", extended_due="close_due", first="at_0", second="at_1")
    dated = dated.join(moved, on="id", how="left")
    closed = pl.from_epoch(col("closed") + ZONE, "ms")
    month_end = closed.dt.truncate("1mo").dt.offset_by("1mo").dt.epoch("ms") - ZONE - 1
    return dated.with_columns(close_due=pl.coalesce("extended_due", "close_due"), seal_due=month_end)


def _verdicts(rounds: Plan) -> dict[str, tuple[Plan, pl.Expr, pl.Expr]]:
    """Measure: (rounds judged, whether it was breached, when that was decided)."""

    def deadline(
        act: str, due: str, judged: pl.Expr, late: pl.Expr, *, lapses: bool = True
    ) -> tuple[Plan, pl.Expr, pl.Expr]:
        breached = col(act).is_null() | (col(act) > col(due)) | late
        decided = when(breached).then(due).otherwise(act)
        kept = rounds.filter(judged & col(due).is_not_null())
        return kept.filter(col("ended").is_null() | (decided <= col("ended"))) if lapses else kept, breached, decided

    never, always = pl.lit(False), pl.lit(True)
    month = _month(col("at"))
    open_rated = col("theirs") & (col("ended").is_null() | (col("rated") <= col("ended")))
    return {
        "signed": deadline("signed", "sign_due", col("theirs") | col("signed").is_not_null(), never),
        "responded": deadline(
            "contacted", "respond_due", col("theirs") & ~col("anonymous"), col("denied").fill_null(False)
        ),
        "returned": (rounds, col("returned") > col("return_due"), col("returned")),
        "returned_again": (rounds, always, col("kept")),
        "closed": deadline("closed", "close_due", col("theirs"), never),
        "satisfied": (rounds.filter(open_rated), ~col("content"), col("rated")),
        "redone": (rounds, always, col("redone")),
        "extended_first": (rounds, always, col("first")),
        "extended_second": (rounds, always, col("second")),
        "sealed": deadline("sealed", "seal_due", col("online"), never, lapses=False),
        "volume": (rounds.filter(col("prior").is_null() | (_month(col("prior")) != month)), never, col("at")),
    }


def _month(at: pl.Expr) -> pl.Expr:
    local = pl.from_epoch(at + ZONE, "ms")
    return local.dt.year().cast(pl.Int64) * 100 + local.dt.month()


def _counted(name: str, rounds: Plan, breached: pl.Expr, decided: pl.Expr) -> Plan:
    judged = rounds.select("unit", "channel", decided=decided, breached=breached).filter(col("decided") <= AS_OF)
    counted = judged.group_by("unit", "channel", month=_month(col("decided"))).agg(
        count=pl.len().cast(pl.Int64), breaches=col("breached").cast(pl.Int64).sum()
    )
    return counted.select(pl.lit(name).alias("measure"), "unit", "channel", "month", "count", "breaches")
