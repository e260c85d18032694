"""How long events in columns take to become tallies, beside pandas doing the same sums in the ordinary way.

Every measurement is a process of its own, so that peak memory is that side's own; the two sides alternate.
"""

import argparse
import importlib.util
import json
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import narwhals as nw
import polars as pl

from calendars.clock import instant
from calendars.clock_columns import ClockColumns
from calendars.instants import EPOCH_DAY
from kaoping.files.folder import rulebook, working_days
from ledger.columns.events import EVENT
from ledger.facts import RANK
from metrics.custody import placed
from metrics.derive import clock_of, derive
from metrics.engines.engine import settled
from metrics.rounds import rounds_of
from metrics.tallies import tallies_of
from metrics.verdicts import decided, verdicts_of

UNITS = 45
AS_OF = instant(date(2024, 3, 1).toordinal() - EPOCH_DAY, 0)
FIRST = instant(date(2023, 1, 1).toordinal() - EPOCH_DAY, 0)
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
PRIME = 2_147_483_647
POSTS = ("中国政府网", "国家政务服务平台", "问政江西", "问政赣州")
RATINGS = ("满意",) * 60 + ("基本满意",) * 14 + ("非常满意",) * 9 + ("一般",) * 4 + ("未评价",) * 7 + ("不满意",) * 6
APART = ("signed",)  # the peer has no half-day clock: it gives a whole day to sign
GET = "pandas is not here: pip install -r bench/requirements.txt (in an environment of its own) for the comparison."


# a year of events, the same for a seed


def made(tickets: int, seed: int = 2023) -> pl.DataFrame:
    """About five times as many events (`ledger.snapshot.EVENT`), in the order they happened."""
    lives = _lives(tickets, seed)
    frame = pl.concat(_acts(lives), how="diagonal").sort("at", "ticket", "rank").with_row_index("position")
    number = pl.col("position").cast(pl.Int64)
    tie = _drawn(number, seed + 99) * PRIME + _drawn(number, seed + 98)
    frame = frame.with_columns(seq=pl.lit(0), tie=tie, position=number + 1)
    missing = [pl.lit(None).alias(name) for name in EVENT if name not in frame.columns]
    return frame.with_columns(*missing).select(pl.col(name).cast(getattr(pl, kind)) for name, kind in EVENT.items())


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


# ours


def ours(path: Path) -> dict[str, Any]:
    """Events to tallies by `metrics`, as `scoring` asks for them."""
    events = pl.read_parquet(path)
    calendar, practice = working_days(), rulebook("ganxian-2023").practice()
    begun, busy = perf_counter(), process_time()
    derived = derive(nw.from_native(events.lazy()), practice, calendar)
    tallies = tallies_of(decided(derived.verdicts, AS_OF))
    took = {"seconds": perf_counter() - begun, "cpu": process_time() - busy}
    return took | {"tallies": sorted([*place, t.count, t.breaches] for place, t in tallies.items())}


def phases(path: Path) -> dict[str, Any]:
    """The same, every step computed and timed by itself."""
    frame = nw.from_native(pl.read_parquet(path).lazy())
    calendar, practice = working_days(), rulebook("ganxian-2023").practice()
    clock = ClockColumns(clock_of(calendar, practice))
    times: dict[str, float] = {}

    def timed(name: str, step: Callable[[], Any]) -> Any:
        begun = perf_counter()
        result = step()
        times[name] = perf_counter() - begun
        return result

    steps = timed("placed", lambda: settled(placed(frame, practice)))
    rounds = timed("rounds", lambda: settled(rounds_of(steps, practice, clock)[0]))
    verdicts = timed("verdicts", lambda: settled(decided(verdicts_of(rounds, practice, clock), AS_OF)))
    timed("tallies", lambda: tallies_of(verdicts))
    return {"phases": times}


# the peer: pandas


def peer(path: Path) -> dict[str, Any]:
    """Events to tallies by sort, groupby, merge and numpy's business days."""
    import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]

    events = pd.read_parquet(path)
    begun, busy = perf_counter(), process_time()
    tallies = _tallied(_rounds(events), AS_OF)
    return {"seconds": perf_counter() - begun, "cpu": process_time() - busy, "tallies": tallies}


KEY = ["ticket", "unit", "round"]
TEXT = ("ticket", "unit", "channel", "rating")
SATISFIED, UNSATISFIED = ("满意", "基本满意", "比较满意", "非常满意"), ("不满意", "非常不满意")


def _rounds(events: Any) -> Any:
    """A frame with one row per round: its dispatch, and when each act was, merged to it one by one."""
    ev = events.sort_values(["ticket", "at", "rank", "seq", "tie"])
    ev["step"] = range(len(ev))
    ev["round"] = (ev["rank"] == RANK["dispatch"]).groupby([ev["ticket"], ev["unit"]]).cumsum()
    ev = ev[ev["round"] > 0]
    of = {kind: ev[ev["rank"] == rank] for kind, rank in RANK.items()}
    rounds = of["dispatch"][[*KEY, "channel", "anonymous", "limit_halves", "at"]].rename(columns={"at": "dispatched"})
    returns, extends = _requests(ev, of, "return"), _requests(ev, of, "extend")
    extends = extends[extends["granted"]].assign(n=lambda f: f.groupby(KEY).cumcount())
    redos = of["redo"].assign(n=lambda f: f.groupby(KEY).cumcount())
    rated = of["survey"][of["survey"]["rating"].isin([*SATISFIED, *UNSATISFIED])]
    acts = {kind: of[kind].groupby(KEY)["at"].min() for kind in ("sign", "contact", "close", "seal")}
    acts["returned"] = returns[returns["granted"]].groupby(KEY)["at"].min()
    acts["redone"] = redos[redos["n"] == 1].set_index(KEY)["at"]
    acts["denied"] = of["survey"][of["survey"]["contacted"] == False].groupby(KEY)["at"].min()  # noqa: E712
    acts["rated"], acts["rating"] = (rated.groupby(KEY)[name].last() for name in ("at", "rating"))
    for n in (0, 1):
        for name in ("at", "halves"):
            acts[f"extend_{n}_{name}"] = extends[extends["n"] == n].set_index(KEY)[name]
    acts["kept"] = _kept(of["dispatch"], returns)
    for name, column in acts.items():
        rounds = rounds.merge(column.rename(name), on=KEY, how="left")
    return rounds


def _requests(ev: Any, of: Any, about: str) -> Any:
    """Requests of one kind with what was decided on each, granted where nothing was."""
    both = ev[(ev["rank"] == RANK[about]) | ((ev["rank"] == RANK["decide"]) & (ev["about"] == about))].copy()
    both["n"] = (both["rank"] == RANK[about]).groupby([both[name] for name in KEY]).cumsum()
    answers = both[both["rank"] == RANK["decide"]].groupby([*KEY, "n"])[["granted", "at"]].last()
    answers = answers.rename(columns={"at": "answered"})
    asked = both[both["rank"] == RANK[about]].drop(columns="granted").merge(answers, on=[*KEY, "n"], how="left")
    asked["granted"] = asked["granted"].ne(False)
    return asked


def _kept(dispatches: Any, returns: Any) -> Any:
    """When it was settled that a ticket returned twice stays, by round: refused, or dispatched again."""
    import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]

    holder = KEY[:2]
    numbered = returns.sort_values("step").assign(n=lambda f: f.groupby(holder).cumcount())
    refused = numbered[(numbered["n"] >= 1) & ~numbered["granted"]]
    refused = refused.drop(columns="at").rename(columns={"answered": "at"})
    seconds = numbered[numbered["n"] == 1][[*holder, "at"]].rename(columns={"at": "second"})
    again = dispatches.merge(seconds, on=holder)
    proofs = pd.concat([refused, again[again["at"] > again["second"]]]).sort_values("at")
    return proofs.drop_duplicates(holder).set_index(KEY)["at"]


def _tallied(rounds: Any, as_of: int) -> list[list[Any]]:
    """[measure, unit, channel, month, count, breaches], judged by whole working days."""
    import numpy as np  # type: ignore[import-not-found,unused-ignore]
    import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]

    calendar = working_days()
    epoch, days = np.datetime64("1970-01-01", "D"), calendar.numbers
    off = [epoch + n for n in days if not calendar.works(n)]
    office = np.busdaycalendar(weekmask="1111111", holidays=off)

    def due(at: Any, working_days: Any) -> Any:
        """Close of business of the Nth working day after: whole days are all that numpy counts."""
        known = ~np.isnan(at)
        local = epoch + np.where(known, (at + 8 * HOUR) // DAY, 0).astype("int64")
        number = np.nan_to_num(working_days).astype("int64")
        day = np.busday_offset(local, number, roll="backward", busdaycal=office)
        return np.where(known, (day - epoch).astype("int64") * DAY + 17 * HOUR + 30 * MINUTE - 8 * HOUR, np.nan)

    r = {name: rounds[name].to_numpy(dtype="float64", na_value=np.nan) for name in rounds if name not in TEXT}
    posts = rounds["channel"].isin(POSTS).to_numpy()
    stays, never = np.isnan(r["returned"]), np.full(len(rounds), np.nan)
    closing = due(r["dispatched"], r["limit_halves"] / 2)
    for n in (0, 1):
        asked, halves = r[f"extend_{n}_at"], np.fmin(r[f"extend_{n}_halves"], r["limit_halves"])
        closing = np.where(asked <= closing, due(closing, halves / 2), closing)
    month = (epoch + np.nan_to_num((r["close"] + 8 * HOUR) // DAY).astype("int64")).astype("datetime64[M]")
    month_end = (month + 1).astype("datetime64[ms]").astype("int64") - 8 * HOUR - 1
    sealing = np.where(np.isnan(r["close"]), np.nan, month_end)
    content = rounds["rating"].isin(SATISFIED).to_numpy()
    giving = due(r["dispatched"], np.where(posts, 1, 2))
    deadlines = {  # measure: (population, act, due, denied)
        "signed": (stays | ~np.isnan(r["sign"]), r["sign"], due(r["dispatched"], np.ones(len(rounds))), False),
        "responded": (stays & (r["anonymous"] == 0), r["contact"], due(r["dispatched"], np.ones(len(rounds))), ~np.isnan(r["denied"])),
        "closed": (stays, r["close"], closing, False),
        "sealed": (posts, r["seal"], sealing, False),
    }  # fmt: skip
    verdicts = {  # measure: (decided at, breached); not a number: not judged
        "returned": (r["returned"], r["returned"] > giving), "returned_again": (r["kept"], True),
        "satisfied": (np.where(stays, r["rated"], never), ~content), "redone": (r["redone"], True),
        "extended_first": (r["extend_0_at"], True), "extended_second": (r["extend_1_at"], True),
        "volume": (r["dispatched"], False),
    }  # fmt: skip
    for measure, (population, act, by, denied) in deadlines.items():
        late = np.isnan(act) | (act > by) | denied
        verdicts[measure] = (np.where(population, np.where(late, by, act), np.nan), late)
    parts = [
        pd.DataFrame({"measure": measure, "unit": rounds["unit"], "channel": rounds["channel"], "at": at, "late": late})
        for measure, (at, late) in verdicts.items()
    ]
    told = pd.concat([part[part["at"] <= as_of] for part in parts])
    local = epoch + ((told["at"] + 8 * HOUR) // DAY).to_numpy().astype("int64")
    years = local.astype("datetime64[M]").astype("int64")
    told["month"] = (1970 + years // 12) * 100 + years % 12 + 1
    counted = told.groupby(["measure", "unit", "channel", "month"])["late"].agg(["size", "sum"]).reset_index()
    return sorted([m, u, c, int(at), int(n), int(late)] for m, u, c, at, n, late in counted.itertuples(index=False))


# the report


SIDES: dict[str, Callable[[Path], dict[str, Any]]] = {"ours": ours, "peer": peer, "phases": phases}


def run(side: str, path: Path) -> dict[str, Any]:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "bench.derive", "--side", side, "--events", str(path)]
    done: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return done


def child(side: str, path: Path) -> None:
    """What a process of its own prints: the figures as JSON, with its peak memory."""
    told = SIDES[side](path)
    unit = 2**20 if sys.platform == "darwin" else 1024
    told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
    print(json.dumps(told, ensure_ascii=False))


def main() -> None:
    """Make the events, measure both sides in turns, print medians and their ratio."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--tickets", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    asked.add_argument("--events", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.side:
        child(given.side, given.events)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.parquet"
        events = made(given.tickets)
        events.write_parquet(path)
        print(f"{given.tickets:,} tickets, {len(events):,} events, {UNITS} units, 2023 · polars {pl.__version__}, "
              f"{pl.thread_pool_size()} threads, Python {platform.python_version()}")  # fmt: skip
        del events
        measure(path, given.rounds)


def measure(path: Path, rounds: int) -> None:
    """Alternate the sides, several times, and say what came out."""
    with_peer = all(importlib.util.find_spec(name) for name in ("pandas", "pyarrow"))
    runs: dict[str, list[dict[str, Any]]] = {"ours": [], "peer": []}
    for _ in range(rounds):
        for side, told in runs.items():
            if side == "ours" or with_peer:
                told.append(run(side, path))
                print(f"  {side:5} {told[-1]['seconds']:7.2f} s, processor {told[-1]['cpu']:.2f} s", flush=True)
    seconds = {side: median(one["seconds"] for one in told) for side, told in runs.items() if told}
    for side, spent in seconds.items():
        cpu = median(one["cpu"] for one in runs[side])
        peak = max(one["peak_mb"] for one in runs[side])
        print(f"{side:7} median {spent:.2f} s ({cpu:.2f} s of processor time), peak {peak:,} MB")
    if with_peer:
        print(f"ratio   pandas / ours = {seconds['peer'] / seconds['ours']:.2f} (pandas counts whole days only)")
        print(compared(runs["ours"][0]["tallies"], runs["peer"][0]["tallies"]))
    else:
        print(GET)
    steps = run("phases", path)["phases"]
    print("phases  " + ", ".join(f"{name} {spent:.2f} s" for name, spent in steps.items()))


def compared(mine: list[list[Any]], theirs: list[list[Any]]) -> str:
    """Whether both counted the same, where both count the same thing."""
    one, other = ({tuple(row[:4]): tuple(row[4:]) for row in rows if row[0] not in APART} for rows in (mine, theirs))
    apart = [place for place in sorted({*one, *other}) if one.get(place) != other.get(place)]
    if not apart:
        return f"same    {len(one):,} tallies equal (all measures but {', '.join(APART)})"
    return f"DIFFER  {len(apart)} of {len(one)} tallies, such as {apart[0]}: {one.get(apart[0])}, {other.get(apart[0])}"


if __name__ == "__main__":
    main()
