"""A year of hotline tickets as columns, drawn from a seed by whole numbers alone: the same log on every machine.

45 units in 2023; 5.3 events a ticket in the order they happened; 6 % returns, a fifth of them refused; 8 % extensions, one in
eight with a second; 5 % redos; surveys of 83 %; 12 % online posts.
"""

from datetime import date
from typing import Any

import polars as pl

from calendars.clock import instant
from calendars.instants import EPOCH_DAY
from ledger.columns.events import EVENT
from ledger.facts import RANK

UNITS = 45
FIRST = instant(date(2023, 1, 1).toordinal() - EPOCH_DAY, 0)
AS_OF = instant(date(2024, 3, 1).toordinal() - EPOCH_DAY, 0)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
PRIME = 2_147_483_647
POSTS = ("中国政府网", "国家政务服务平台", "问政江西", "问政赣州")
AGAIN = ("dispatch", "extend", "return", "decide", "close", "survey")
RATINGS = ("满意",) * 60 + ("基本满意",) * 14 + ("非常满意",) * 9 + ("一般",) * 4 + ("未评价",) * 7 + ("不满意",) * 6


def made(tickets: int, seed: int = 2023) -> pl.DataFrame:
    """About five times as many events (`ledger.snapshot.EVENT`), in the order they happened."""
    lives = _lives(tickets, seed)
    frame = pl.concat(_acts(lives), how="diagonal").sort("at", "ticket", "rank").with_row_index("position")
    number = pl.col("position").cast(pl.Int64)
    tie = _drawn(number, seed + 99) * PRIME + _drawn(number, seed + 98)
    frame = frame.with_columns(seq=pl.lit(0), tie=tie, position=number + 1)
    missing = [pl.lit(None).alias(name) for name in EVENT if name not in frame.columns]
    return frame.with_columns(*missing).select(pl.col(name).cast(getattr(pl, kind)) for name, kind in EVENT.items())


def hardened(events: pl.DataFrame, seed: int = 2023) -> pl.DataFrame:
    """The same log made hard: instants to a quarter of a day, so that many are one; events without a unit; units that assist, or of
    which nothing is said; dues that are named; rounds without a limit; acts, decisions and dispatches that come again."""
    col, when, number = pl.col, pl.when, pl.col("position")
    sent, extends = col("rank") == RANK["dispatch"], col("rank") == RANK["extend"]
    lot, other, some = (_drawn(number, seed + salt) % below for salt, below in ((1, 100), (2, 100), (3, 40)))
    later = col("at") + some * (6 * HOUR)
    hard = events.with_columns(
        unit=when(sent | (lot >= 15)).then("unit"),
        role=when(sent & (lot < 5)).then(pl.lit("assist")).when(~sent | (lot >= 15)).then("role"),
        due_at=when(sent & (other < 5)).then(later),
        until=when(extends & (other < 30)).then(later),
        halves=when(~extends | (other >= 30)).then("halves"),
        limit_halves=when(~sent | (other < 95)).then("limit_halves"),
    )
    again = hard.filter(col("rank").is_in([RANK[kind] for kind in AGAIN]) & other.is_between(60, 89)).with_columns(
        at=later, tie=col("tie") + 1
    )
    both = (
        pl.concat([hard, again]).with_columns(col("at") // (6 * HOUR) * (6 * HOUR)).sort("at", "ticket", "rank", "tie")
    )
    return both.with_columns(pl.int_range(1, pl.len() + 1).alias("position"))


def _drawn(number: pl.Expr, salt: int) -> pl.Expr:
    """Chance by whole numbers alone, 0 to PRIME: no engine's own generator, the same everywhere."""
    mixed = (number * 48_271 + salt * 69_621 + 1) % PRIME
    for step in (16_807, 39_373, 62_089):
        mixed = (mixed * mixed + number * step + salt) % PRIME
    return mixed


def _lives(tickets: int, seed: int) -> pl.DataFrame:
    """One row per ticket: who had it, and when what happened (null: it did not)."""
    number = pl.int_range(tickets, dtype=pl.Int64)
    salts = iter(range(seed * 1000, seed * 1000 + 1000))

    def draw(below: int) -> pl.Expr:
        return _drawn(number, next(salts)) % below

    def once(per_mille: int, value: pl.Expr) -> pl.Expr:
        return pl.when(draw(1000) < per_mille).then(value)

    def span(low: int, high: int) -> pl.Expr:
        return (low + draw(high - low)) * MINUTE

    def seldom(per_mille: int, rare: pl.Expr, usual: pl.Expr) -> pl.Expr:
        return pl.when(draw(1000) < per_mille).then(rare).otherwise(usual)

    col = pl.col
    post = draw(4).replace_strict(dict(enumerate(POSTS)), return_dtype=pl.String)
    first = pl.min_horizontal(draw(UNITS), draw(UNITS))
    begun = pl.select(
        ticket=pl.format("GX2023{}", number + 10_000_000), first=first, anonymous=draw(10) == 0,
        channel=seldom(120, post, pl.lit("12345")), began=FIRST + draw(365) * DAY + span(510, 1200),
        limit=seldom(100, pl.lit(6), seldom(60, pl.lit(20), pl.lit(10))), refused=draw(5) == 0,
    ).with_columns(back=once(60, col("began") + seldom(150, span(2900, 6000), span(60, 1600))))  # fmt: skip
    begun = begun.with_columns(back_answer=col("back") + span(5, 240), kept=col("refused") | col("back").is_null())
    begun = begun.with_columns(
        again=pl.when(col("refused")).then(once(200, col("back_answer") + span(10, 600))),
        unit=pl.when(col("kept")).then("first").otherwise((col("first") + 7) % UNITS),
        at=pl.when(col("kept")).then("began").otherwise(col("back_answer") + span(5, 60)),
    )
    lived = begun.with_columns(
        sign=col("at") + seldom(40, span(600, 3000), span(3, 180)),
        close=col("at") + seldom(30, span(13_000, 30_000), span(1440, 9000)),
    )
    lived = lived.with_columns(
        contact=pl.when(~col("anonymous")).then(col("sign") + seldom(40, span(1500, 6000), span(10, 900))),
        extend=once(80, col("at") + span(1440, 6000)), days=(1 + draw(3)) * 2, extend_granted=draw(20) > 0,
        redo=once(50, col("close") + span(60, 2000)),
    )  # fmt: skip
    lived = lived.with_columns(
        extend_2=pl.when(draw(8) == 0).then(col("extend") + span(700, 3000)),
        redo_2=pl.when(draw(4) == 0).then(col("redo") + span(3000, 6000)),
    )
    return lived.with_columns(
        survey=once(830, pl.max_horizontal("close", "redo_2", "redo") + span(900, 5000)), denied=draw(100) == 0,
        rating=draw(100).replace_strict(dict(enumerate(RATINGS)), return_dtype=pl.String),
        seal=pl.when(col("channel") != "12345").then(once(930, col("close") + span(30, 3000))),
    )  # fmt: skip


def _acts(lives: pl.DataFrame) -> list[pl.DataFrame]:
    """The events of these lives, a frame for each kind of act."""

    def act(kind: str, at: str | pl.Expr, unit: str = "unit", **details: Any) -> pl.DataFrame:
        when = pl.col(at) if isinstance(at, str) else at
        name = pl.format("单位{}", unit)
        frame = lives.select("ticket", unit=name, at=when, rank=pl.lit(RANK[kind]), **details)
        return frame.filter(pl.col("at").is_not_null())

    sent: dict[str, Any] = {
        "channel": "channel",
        "role": pl.lit("lead"),
        "anonymous": "anonymous",
        "limit_halves": "limit",
    }
    sent_on = pl.when(~pl.col("kept")).then("at")
    about_return: dict[str, Any] = {"about": pl.lit("return")}
    about_extend: dict[str, Any] = {"about": pl.lit("extend")}
    return [
        act("dispatch", "began", "first", **sent), act("dispatch", sent_on, **sent), act("sign", "sign"),
        act("contact", "contact"), act("return", "back", "first"),
        act("decide", "back_answer", "first", granted=~pl.col("refused"), **about_return),
        act("return", "again", "first"), act("decide", pl.col("again") + HOUR, "first", granted=pl.lit(False), **about_return),
        act("extend", "extend", halves="days"), act("extend", "extend_2", halves="days"),
        act("decide", pl.col("extend") + HOUR, granted="extend_granted", **about_extend),
        act("close", "close"), act("seal", "seal"), act("redo", "redo"), act("redo", "redo_2"),
        act("close", pl.col("redo") + DAY), act("close", pl.col("redo_2") + DAY),
        act("survey", "survey", rating="rating", contacted=~pl.col("denied")),
    ]  # fmt: skip
