"""pandas, the ordinary way: sort, groupby, merge, and numpy's business days with the days off of the calendar.

It counts whole working days only: it has no half-day clock, and gives a whole day to sign.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.log import AS_OF, DAY, HOUR, MINUTE, POSTS
from kaoping.files.folder import working_days
from ledger.facts import RANK

KEY = ["ticket", "unit", "round"]
TEXT = ("ticket", "unit", "channel", "rating")
SATISFIED, UNSATISFIED = ("满意", "基本满意", "比较满意", "非常满意"), ("不满意", "非常不满意")


def loaded(path: Path) -> Callable[[], list[list[Any]]]:
    """The events loaded, as what then gives [measure, unit, channel, month, count, breaches]."""
    import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]

    events = pd.read_parquet(path)
    return lambda: _tallied(_rounds(events), AS_OF)


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
