"""What fits nowhere: kept, listed, never a verdict."""

import narwhals as nw

from calendars.clock_columns import Frame
from ledger.facts import LIFECYCLE
from metrics.custody import HOLDER, LEADS, ROUND, kind
from metrics.measures import Practice
from metrics.requests import unasked

CODES = {
    "no_custody": "names no unit, and no lead unit had the ticket before it",
    "no_round": "happened before the ticket was dispatched to the unit",
    "no_request": "decides on something nobody had asked for in the round",
    "unknown_rating": "has a rating that is no word of the rulebook",
    "no_due": "has no due instant: its closing cannot be judged",
    "outside_calendar": "was dispatched outside the calendar: no deadline can be counted",
    "extend_after_due": "was made after the due instant: it moves nothing",
    "extend_not_later": "ends no later than the due instant: it moves nothing",
    "extend_cut": "is longer than the original limit: cut to it",
    "two_leads": "goes to another unit while the one before has it, and not both are said to lead: neither's part ends",
    "same_instant": "shares its instant with another fact of its kind that says something else: taken in the order of their keys",
}
_SAID = ("unit", "role", "channel", "rating", "granted", "about", "halves", "until")


def oddities_of(events: Frame, rounds: Frame, extensions: Frame, practice: Practice) -> Frame:
    """ticket, unit (may be null), position, code (see `CODES`) of placed events and their rounds."""
    exempting = kind("exempt") | (kind("decide") & (nw.col("about") == "exempt"))
    homeless = events.filter(nw.col("unit").is_null())
    early = events.filter(~nw.col("unit").is_null() & (nw.col("round") == 0) & ~exempting.fill_null(False))
    words = [*practice.satisfied, *practice.unsatisfied, *practice.unrated]
    unread = events.filter(kind("survey") & ~nw.col("rating").is_null() & ~nw.col("rating").is_in(words))
    parts = [
        _coded(homeless, "no_custody"),
        _coded(early, "no_round"),
        _coded(unasked(events, "return"), "no_request"),
        _coded(unasked(events, "extend"), "no_request"),
        _coded(unread, "unknown_rating"),
        _coded(rounds.filter(nw.col("close_due").is_null()), "no_due"),
        _coded(rounds.filter(nw.col("sign_due").is_null()), "outside_calendar"),
        _coded(_contradictions(events), "same_instant"),
        *([_coded(_two_leads(events, rounds), "two_leads")] if practice.moved_rounds == "leave" else []),
        extensions.filter(~nw.col("code").is_null()).select(*HOLDER, "position", "code"),
    ]
    return nw.concat(parts, how="vertical")


def _coded(frame: Frame, code: str) -> Frame:
    return frame.select(*HOLDER, "position", code=nw.lit(code))


def _two_leads(events: Frame, rounds: Frame) -> Frame:
    """Dispatches to another unit than the one before, which still has the ticket, where not both say that they are to the lead."""
    sent = events.filter(kind("dispatch") & LEADS).join(
        rounds.select(*ROUND, "first_closed_step", "returned_step"), on=list(ROUND), how="left"
    )
    said = ~nw.col("role").is_null()
    before = {
        f"{name}_before": column.shift(1).over("ticket", order_by="step")
        for name, column in (
            ("unit", nw.col("unit")), ("said", said.cast(nw.Int64)), ("closed", nw.col("first_closed_step")),
            ("returned", nw.col("returned_step")),
        )
    }  # fmt: skip
    held = nw.col("closed_before").is_null() | (nw.col("closed_before") > nw.col("step"))
    moved = (nw.col("unit") != nw.col("unit_before")) & held & nw.col("returned_before").is_null()
    return sent.with_columns(said=said, **before).filter(moved & ~(nw.col("said") & (nw.col("said_before") == 1)))


def _contradictions(events: Frame) -> Frame:
    """Facts of one kind at one instant of one ticket, without an order of their source, that do not say the same."""
    place = ("ticket", "at", "rank", "seq")
    said = nw.concat_str(*(nw.col(name).cast(nw.String).fill_null("") for name in _SAID), separator="|")
    lifecycle = events.filter(nw.col("rank") < len(LIFECYCLE))
    together = lifecycle.group_by(*place).agg(facts=nw.len()).filter(nw.col("facts") > 1)
    same = lifecycle.join(together.select(*place), on=list(place), how="inner").with_columns(said=said)
    several = (
        same.group_by(*place)
        .agg(first=nw.col("said").min(), last=nw.col("said").max())
        .filter(nw.col("first") != nw.col("last"))
    )
    return same.join(several.select(*place), on=list(place), how="inner")
