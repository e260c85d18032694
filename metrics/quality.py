"""What of a log is hardly so: acts missing or out of order, numbers cut, the platform's own word against what is derived.

Each check gives the columns of `FINDING`: its code, ticket, unit (may be null), the instant `at` (ms) and the ledger position it
is about. Nothing here moves a score. The expressions are narwhals and name no engine.
"""

from collections.abc import Mapping

import narwhals as nw

from calendars.clock_columns import ClockColumns, Frame
from calendars.instants import DAY_MS
from metrics.custody import HOLDER, ROUND, kind
from metrics.derive import Derived
from metrics.engines.engine import collected

CHECKS: Mapping[str, str] = {
    "unsigned": "contacted or closed, but never signed",
    "sign_after_close": "signed after it was closed",
    "close_before_dispatch": "closed before it was dispatched",
    "never_dispatched": "acts by a unit it was never dispatched to",
    "duplicate": "the same act at the same instant more than once",
    "one_second": "ten tickets or more acted on by a unit within one second",
    "after_hours": "acts outside office hours",
    "cut_number": "ticket numbers that lost their last digits",
    "flag_differs": "the platform's own flag says otherwise than is derived",
    "far_date": "dates more than ten years away from the rest",
    "ahead": "dated later than it became known",
}
FINDING = ("check", "ticket", "unit", "at", "position")
MANY = 10  # tickets
FAR_MS = 3653 * DAY_MS
SECOND_MS = 1000
CUT = r"^[0-9]{13,}000$|^[0-9](\.[0-9]+)?[eE]\+?[0-9]+$"
"""Numbers of 16 digits or more that end as Excel ends what it cuts to 15, and 2.50912E+17."""
OURS = ("sign", "contact", "extend", "return", "close", "seal")
"""What units do themselves; the hotline's office sends and asks at any hour, and many at once."""


def quality_of(derived: Derived, flags: Frame, as_of: int) -> Frame:
    """All findings. `flags`: the platform's last word on each round and measure (ticket, unit, at, measure, late, position, and the
    instant `known_at` at which it was told)."""
    events, rounds = derived.events, derived.rounds
    parts = [
        _coded(_unsigned(rounds), "unsigned"),
        _coded(_signed_after(rounds), "sign_after_close"),
        *_misplaced(events),
        _coded(_repeated(events), "duplicate"),
        _coded(_at_once(events), "one_second"),
        _coded(_after_hours(events, derived.clock), "after_hours"),
        _coded(events.filter((nw.col("step") == 1) & nw.col("ticket").str.contains(CUT)), "cut_number"),
        _coded(_contradicted(flags, derived, as_of), "flag_differs"),
        _coded(_far(events, rounds), "far_date"),
        _coded(events.filter(nw.col("at") > as_of), "ahead"),
    ]
    return nw.concat(parts, how="vertical")


def _coded(frame: Frame, check: str) -> Frame:
    return frame.select(check=nw.lit(check), ticket="ticket", unit="unit", at="at", position="position")


def _unsigned(rounds: Frame) -> Frame:
    done = nw.coalesce("first_closed_at", "contacted_at")
    return rounds.filter(nw.col("signed_at").is_null() & ~done.is_null()).with_columns(at=done)


def _signed_after(rounds: Frame) -> Frame:
    return rounds.filter(nw.col("signed_at") > nw.col("first_closed_at")).with_columns(at=nw.col("signed_at"))


def _misplaced(events: Frame) -> list[Frame]:
    """Closes before their dispatch, and acts of units that never had the ticket."""
    sent = events.filter(kind("dispatch")).select(*HOLDER, sent=nw.lit(True)).unique()
    tickets = sent.select("ticket", ever=nw.lit(True)).unique()
    deciding = kind("exempt") | (kind("decide") & (nw.col("about") == "exempt").fill_null(False))
    early = events.filter((nw.col("round") == 0) & ~deciding).join(sent, on=list(HOLDER), how="left")
    early = early.join(tickets, on="ticket", how="left")
    nobody = nw.when(nw.col("unit").is_null()).then(nw.col("ever").is_null()).otherwise(nw.col("sent").is_null())
    return [
        _coded(early.filter(~nobody & kind("close")), "close_before_dispatch"),
        _coded(early.filter(nobody), "never_dispatched"),
    ]


def _repeated(events: Frame) -> Frame:
    """All but the first of acts of one kind of a unit on a ticket at one instant."""
    place = (*HOLDER, "rank", "at")
    groups = events.group_by(*place).agg(acts=nw.len(), first=nw.col("position").min()).filter(nw.col("acts") > 1)
    there = events.filter(~nw.col("unit").is_null())
    return there.join(groups, on=list(place), how="inner").filter(nw.col("position") > nw.col("first"))


def _at_once(events: Frame) -> Frame:
    acts = events.filter(kind(*OURS) & ~nw.col("unit").is_null()).with_columns(second=nw.col("at") // SECOND_MS)
    place = ("unit", "rank", "second")
    many = acts.group_by(*place).agg(tickets=nw.col("ticket").n_unique()).filter(nw.col("tickets") >= MANY)
    return acts.join(many, on=list(place), how="inner")


def _after_hours(events: Frame, clock: ClockColumns) -> Frame:
    return clock.with_open(events.filter(kind(*OURS)), "at", "open").filter(~nw.col("open"))


def _contradicted(flags: Frame, derived: Derived, as_of: int) -> Frame:
    """Flags that say late where the verdict is met or not yet due, or in time where it was breached by then."""
    placed = flags.join(
        derived.rounds.select(*ROUND, at=nw.col("dispatched_at")), on=[*HOLDER, "at"], how="inner"
    ).join(
        derived.verdicts.select(*ROUND, "measure", "breached", "decided_at"), on=[*ROUND, "measure"], how="inner"
    )  # fmt: skip
    by_then = (nw.col("decided_at") <= nw.col("known_at")) & (nw.col("decided_at") <= as_of)
    return placed.filter(nw.col("late") != (nw.col("breached") & by_then))


def _far(events: Frame, rounds: Frame) -> Frame:
    """Facts far from the first dispatch of their ticket, and tickets far from the median of all."""
    first = rounds.group_by("ticket").agg(first_at=nw.col("dispatched_at").min())
    many = collected(first.select(n=nw.len())).item()
    lower = first.sort("first_at").head((many - 1) // 2 + 1) if many else first
    middle = collected(lower.select(nw.col("first_at").max())).item()
    near = events.join(first, on="ticket", how="left")
    starts = nw.col("first_at")
    dates = [nw.col(name) for name in ("at", "due_at", "until")]
    away = [((date - starts) > FAR_MS) | ((starts - date) > FAR_MS) for date in dates]
    if middle is not None:
        lone = kind("dispatch") & (nw.col("at") == starts)
        away.append(lone & (((starts - int(middle)) > FAR_MS) | ((int(middle) - starts) > FAR_MS)))
    return near.filter(nw.any_horizontal(*away, ignore_nulls=True))
