"""Whose hands a ticket was in: events in their order, each with its unit and its round.

The frame in is the ledger's columns (`ledger.snapshot.EVENT`). Every expression is narwhals; none names an engine.
"""

import narwhals as nw

from calendars.clock_columns import Frame
from ledger.facts import LIFECYCLE, RANK
from metrics.engines.engine import is_empty
from metrics.measures import Practice

ORDER = ("at", "rank", "seq", "tie")
HOLDER = ("ticket", "unit")
ROUND = ("ticket", "unit", "round")
OPENED = "opened"
"""What names a round in one number (`followed`)."""


ONCE = ("turns", "sent_at", "sent_to", "leads", "sent_by")
"""What a ticket's dispatch tells, while it is the only one."""
LEADS = nw.col("role").fill_null("lead") == "lead"
"""A dispatch to a unit that leads, or of which the log does not say whether it does."""


def kind(*names: str) -> nw.Expr:
    """Events of these kinds."""
    return nw.col("rank").is_in([RANK[name] for name in names])


def followed(events: Frame, practice: Practice) -> Frame:
    """Lifecycle events with four columns more.

    step   the event's place in its ticket's order, from 1; `at` never falls as it rises
    unit   filled where the event names none: the unit of the latest lead dispatch before it (null: there was none)
    round  number of the unit's dispatches on the ticket so far; 0 fits nowhere
    opened position of the dispatch that opened its round, which no other round has; null where it fits nowhere

    An extension or a redo whose instant is `assumed` is not there where the rulebook passes over it; such a redo is at the last close
    of its round (`untimed_redos`), or nowhere while there is none.
    """
    lived = _timed(events.filter(nw.col("rank") < len(LIFECYCLE)), practice)
    return _handed(_stepped(lived))


def judged(events: Frame, practice: Practice) -> Frame:
    """Of followed events those that are judged: without the rounds of assisting units, where the rulebook does not judge them."""
    if practice.assist_rounds == "count":
        return events
    assisting = events.filter(kind("dispatch") & ~LEADS).select(*ROUND)
    return events.join(assisting, on=list(ROUND), how="anti")


def placed(events: Frame, practice: Practice) -> Frame:
    """Events followed, and of these the judged."""
    return judged(followed(events, practice), practice)


def assumed(*names: str) -> nw.Expr:
    """Events of these kinds of which no source says when."""
    return kind(*names) & nw.col("assumed").fill_null(False)


def _stepped(events: Frame) -> Frame:
    return (
        events.with_columns(one=nw.lit(1, nw.Int64))
        .with_columns(step=nw.col("one").cum_sum().over("ticket", order_by=ORDER))
        .drop("one")
    )


def _timed(events: Frame, practice: Practice) -> Frame:
    """Without the facts of unsaid instants that are passed over, the redos among them at the last close of their round."""
    if practice.untimed_extensions == "ignore":
        events = events.filter(~assumed("extend"))
    if practice.untimed_redos == "ignore":
        return events.filter(~assumed("redo"))
    if is_empty(events.filter(assumed("redo")).select("position")):
        return events
    numbered = _handed(_stepped(events))
    closes = numbered.filter(kind("close")).group_by(*ROUND).agg(close_at=nw.col("at").max())
    redos = (
        numbered.filter(assumed("redo")).join(closes, on=list(ROUND), how="inner").with_columns(at=nw.col("close_at"))
    )
    columns = events.collect_schema().names()
    return nw.concat([events.filter(~assumed("redo")), redos.select(columns)], how="vertical")


def _handed(steps: Frame) -> Frame:
    """With the unit filled, and the round. Nearly all tickets are dispatched once, and need no look at what came before: a dispatch
    is the first of what happens at an instant (`RANK`)."""
    firsts = (
        steps.filter(kind("dispatch"))
        .group_by("ticket")
        .agg(
            turns=nw.len(),
            sent_at=nw.col("at").min(),
            sent_to=nw.col("unit").min(),
            leads=LEADS.max(),
            sent_by=nw.col("position").min(),
        )
    )
    told = steps.join(firsts, on="ticket", how="left")
    often = nw.col("turns").fill_null(0) > 1
    several = _numbered(_held(told.filter(often).drop(*ONCE)))
    return nw.concat([_handed_once(told.filter(~often)), several], how="vertical")


def _handed_once(told: Frame) -> Frame:
    since = nw.col("at") >= nw.col("sent_at")
    unit = nw.coalesce("unit", nw.when(since & nw.col("leads")).then(nw.col("sent_to")))
    theirs = (since & (nw.col("unit") == nw.col("sent_to"))).fill_null(False)
    return (
        told.with_columns(unit=unit)
        .with_columns(round=theirs.cast(nw.Int64), opened=nw.when(theirs).then(nw.col("sent_by")))
        .drop(*ONCE)
    )


def _held(steps: Frame) -> Frame:
    leads = nw.when(kind("dispatch") & LEADS).then(nw.col("unit"))
    return (
        steps.with_columns(leader=leads)
        .with_columns(leader=nw.col("leader").fill_null(strategy="forward").over("ticket", order_by="step"))
        .with_columns(unit=nw.coalesce("unit", "leader"))
        .drop("leader")
    )


def _numbered(held: Frame) -> Frame:
    known = ~nw.col("unit").is_null()
    opens = nw.when(kind("dispatch") & known).then(nw.col("position"))
    opened = nw.col("opened").fill_null(strategy="forward").over(*HOLDER, order_by="step")
    return held.with_columns(round=kind("dispatch").cast(nw.Int64), opened=opens).with_columns(
        round=nw.when(known).then(nw.col("round").cum_sum().over(*HOLDER, order_by="step")).otherwise(0),
        opened=nw.when(known).then(opened),
    )


def ends_of(events: Frame, practice: Practice) -> Frame:
    """opened, end_at of followed events: when the ticket next went to another lead (`moved_rounds`), or to the same unit
    (`repeated_dispatch`)."""
    sent = events.filter(kind("dispatch") & (nw.col("round") > 0)).select(*ROUND, OPENED, "at", "step", "role")
    often = sent.group_by("ticket").agg(turns=nw.len()).filter(nw.col("turns") > 1)
    sent = sent.join(often, on="ticket", how="semi")  # nearly all tickets are dispatched once, and end nowhere else
    ends = [sent.filter(nw.col("round") < 0).select(*ROUND, end_at=nw.col("at"))]
    if practice.moved_rounds == "leave":
        ends.append(_moved_on(sent.filter(nw.col("role") == "lead")))
    if practice.repeated_dispatch == "anew":
        ends.append(_sent_again(sent))
    ended = sent.select(*ROUND, OPENED).join(nw.concat(ends, how="vertical"), on=list(ROUND), how="inner")
    return ended.group_by(OPENED).agg(nw.col("end_at").min())


def _moved_on(leads: Frame) -> Frame:
    """ROUND, end_at: the first dispatch after it that goes to another lead, where both say that they are."""
    before = nw.col("unit").shift(1).over("ticket", order_by="step")
    turns = leads.with_columns(end_at=nw.when(nw.col("unit") != before).then(nw.col("at")))
    turns = turns.with_columns(end_at=nw.col("end_at").shift(-1).over("ticket", order_by="step"))
    turns = turns.with_columns(end_at=nw.col("end_at").fill_null(strategy="backward").over("ticket", order_by="step"))
    return turns.filter(~nw.col("end_at").is_null()).select(*ROUND, "end_at")


def _sent_again(sent: Frame) -> Frame:
    """ROUND, end_at: the next dispatch of the ticket to the same unit."""
    again = sent.filter(nw.col("round") > 1)
    return again.select(*HOLDER, round=nw.col("round") - 1, end_at=nw.col("at"))
