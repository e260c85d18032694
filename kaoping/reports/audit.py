"""One ticket, told so that a clerk can check it with a wall calendar."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import attrs
from rich.console import Console

from calendars.clock import Step
from kaoping.desk import show_month
from kaoping.language import Tongue
from kaoping.numbers import moment, points, rounded, short, span
from kaoping.reports.score import stamps_json
from ledger.batches import Batch, Event
from ledger.events import RANK, canonical
from ledger.instants import read_iso, show_iso
from metrics.measures import MEASURE, Occurrence, Strike
from metrics.oddities import CODES
from scoring.audit import Audit, Counted, Explained, ExplainedRound
from scoring.evidence import Cause
from scoring.recompute import Report

OF_TIME = ("due_at", "until")
OF_OURS = ("role", "about", "mode")  # details whose values are words of ours
EXTENSION = Fraction(1, 4)  # working days: a due this much later than its limit was moved


@attrs.frozen(kw_only=True)
class TicketReport:
    """An audit with the events it rests on and the batches they came in. `voided`: keys of facts taken as not there."""

    report: Report
    audit: Audit
    events: Sequence[Event]
    batches: Sequence[Batch]
    voided: frozenset[str]

    def batch(self, event: Event) -> Batch:
        """The import that brought an event."""
        return self.batches[event.batch - 1]


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events of a ticket as they happened, whenever they were learned."""
    return tuple(sorted(events, key=lambda event: (event.fact.at, RANK[event.fact.kind], event.position)))


def audit_json(told: TicketReport) -> dict[str, Any]:
    """The document of `kaoping audit --json`."""
    return {
        "ticket": told.audit.ticket,
        "rulebook": told.report.book.id,
        "stamps": stamps_json(told.report.stamps),
        "lost": points(told.audit.lost),
        "events": [_event_json(told, event) for event in told.events],
        "rounds": [_round_json(one) for one in told.audit.rounds],
        "findings": [
            {"position": cause.position, "item": cause.name, "unit": cause.unit, "counts": [_counted_json(one) for one in counts]}
            for cause, counts in told.audit.findings
        ],
        "oddities": [{"position": position, "code": code} for position, code in told.audit.oddities],
    }  # fmt: skip


def _event_json(told: TicketReport, event: Event) -> dict[str, Any]:
    batch = told.batch(event)
    fact = canonical(event.fact)
    place = {"position": event.position, "key": event.key, "voided": event.key in told.voided}
    source = {"file": batch.name, "row": event.row, "sha256": batch.sha256, "recorded_at": show_iso(batch.recorded_at)}
    return {
        **place,
        "kind": fact.pop("kind"),
        "at": fact.pop("at"),
        "unit": fact.pop("unit", None),
        **fact,
        "source": source,
    }


def _round_json(one: ExplainedRound) -> dict[str, Any]:
    return {
        "unit": one.unit, "round": one.round, "channel": one.channel, "role": one.role,
        "verdicts": [_verdict_json(verdict) for verdict in one.verdicts],
    }  # fmt: skip


def _verdict_json(verdict: Explained) -> dict[str, Any]:
    return {
        "measure": verdict.measure, "state": verdict.state,
        "limit": None if verdict.limit is None else short(verdict.limit),
        "start": show_iso(verdict.start), "due_at": _iso(verdict.due), "done_at": _iso(verdict.done),
        "decided_at": show_iso(verdict.decided_at), "provisional": verdict.provisional,
        "margin_days": None if verdict.margin is None else rounded(verdict.margin, 4),
        "steps": [_step_json(step) for step in verdict.steps], "evidence": list(verdict.evidence),
        "counts": [_counted_json(one) for one in verdict.counts],
    }  # fmt: skip


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "from": show_iso(step.from_ms), "to": show_iso(step.to_ms), "what": step.what, "name": step.name,
        "days": rounded(step.days, 6),
    }  # fmt: skip


def _counted_json(one: Counted) -> dict[str, Any]:
    return {
        "sheet": one.sheet.id, "item": one.name, "period": show_month(one.month), "lost": points(one.lost),
        "marginal": points(one.marginal), "exempt": one.exempt, "clause": one.part.words or one.item.words,
        "place": one.item.place,
    }  # fmt: skip


def _iso(instant: int | None) -> str | None:
    return None if instant is None else show_iso(instant)


def print_audit(console: Console, tongue: Tongue, told: TicketReport) -> None:
    """The ticket's life, its verdicts, what they cost."""
    for line in _lines(tongue, told):
        console.print(line, soft_wrap=True)


def _lines(tongue: Tongue, told: TicketReport) -> Iterator[str]:
    say = tongue.say
    yield say("Ticket {ticket}: {points} points lost", ticket=told.audit.ticket, points=points(told.audit.lost))
    yield ""
    yield say("Its life")
    for event in told.events:
        yield from _event_lines(tongue, told, event)
    for one in told.audit.rounds:
        yield ""
        role = say(one.role)
        yield say(
            "{unit} · round {round} · {channel} · {role}",
            unit=one.unit,
            round=one.round,
            channel=one.channel,
            role=role,
        )
        for verdict in one.verdicts:
            if not isinstance(MEASURE[verdict.measure], Occurrence):
                yield from _verdict_lines(tongue, verdict)
    if told.audit.findings:
        yield ""
        yield say("Findings on it")
        for cause, counts in told.audit.findings:
            yield from _finding_lines(tongue, cause, counts)
    if told.audit.oddities:
        yield ""
        yield say("Oddities")
        for position, code in told.audit.oddities:
            yield f"  #{position} {say(CODES[code])}"


def _event_lines(tongue: Tongue, told: TicketReport, event: Event) -> Iterator[str]:
    batch = told.batch(event)
    fact = canonical(event.fact)
    details = {name: value for name, value in fact.items() if name not in ("kind", "at", "ticket", "unit", "id", "seq")}
    shown = " ".join(f"{tongue.say(name)}={_shown(tongue, name, value)}" for name, value in details.items())
    word = event.fact.word if tongue.code == "zh" else event.fact.kind
    gone = f" ({tongue.say('voided')})" if event.key in told.voided else ""
    source = tongue.say("from {file} row {row}", file=batch.name, row=event.row)
    told_of = (
        f"#{event.position:<7} {moment(event.fact.at, tongue.code)}",
        f"{word}{gone}",
        event.fact.unit or "-",
        shown,
    )
    yield "  " + "  ".join(filter(None, (*told_of, f"[{source}]")))


def _shown(tongue: Tongue, name: str, value: object) -> object:
    if isinstance(value, bool):
        return tongue.say("yes" if value else "no")
    if name in OF_TIME:
        return moment(read_iso(str(value)), tongue.code)
    return tongue.say(str(value)) if name in OF_OURS else value


def _verdict_lines(tongue: Tongue, verdict: Explained) -> Iterator[str]:
    say = tongue.say
    measure = MEASURE[verdict.measure]
    name = measure.word if tongue.code == "zh" else measure.name
    marks = {"met": "√", "breached": "×", "pending": "…", "exempt": "-"}
    state = "happened" if verdict.state == "breached" and isinstance(measure, Strike) else verdict.state
    yield f"  {marks[verdict.state]} {name}  {say(state)}"
    if verdict.due is not None:
        start, due = moment(verdict.start, tongue.code), moment(verdict.due, tongue.code)
        yield f"      {say('start')} {start}   {say('limit')} {_limit(tongue, verdict)}   {say('due')} {due}"
        if verdict.provisional:
            yield f"      {say('The due lies on provisional working days.')}"
        yield f"      {_done(tongue, verdict)}"
    elif verdict.done is not None:
        yield f"      {say('decided')} {moment(verdict.done, tongue.code)}"
    if verdict.state == "breached" and verdict.steps:
        yield from _step_lines(tongue, verdict.steps)
    for one in verdict.counts:
        yield from _counted_lines(tongue, verdict.state, one)
    if verdict.evidence:
        yield f"      {say('evidence')} " + " ".join(f"#{position}" for position in verdict.evidence)


def _limit(tongue: Tongue, verdict: Explained) -> str:
    if verdict.limit is None:
        return tongue.say("fixed")
    moved = sum((step.days for step in verdict.steps), Fraction(0)) - verdict.limit > EXTENSION
    template = "{days} working days, then extended" if moved else "{days} working days"
    return tongue.say(template, days=short(verdict.limit))


def _done(tongue: Tongue, verdict: Explained) -> str:
    say = tongue.say
    denied = "  " + say("the survey says the citizen was not reached in time") if verdict.denied else ""
    if verdict.done is None or verdict.due is None:
        return say("not done") + denied
    late = verdict.done - verdict.due
    days = "" if verdict.margin is None else say(" ({days} working days)", days=rounded(abs(verdict.margin), 2))
    by = "late by {span}" if late > 0 else "in time by {span}" if late else "to the millisecond"
    said = say(by, span=span(late, tongue.code))
    return f"{say('done')} {moment(verdict.done, tongue.code)}  {said}{days}{denied}"


def _step_lines(tongue: Tongue, steps: Sequence[Step]) -> Iterator[str]:
    counted = Fraction(0)
    for step in steps:
        counted += step.days
        days = (
            tongue.say("+{days} = {total} days", days=rounded(step.days, 4), total=rounded(counted, 4))
            if step.days
            else tongue.say("not counted")
        )
        mark = tongue.say(" (provisional)") if step.provisional else ""
        yield f"        {moment(step.from_ms, tongue.code)} → {moment(step.to_ms, tongue.code)}  {_reason(tongue, step)}{mark}  {days}"


def _reason(tongue: Tongue, step: Step) -> str:
    """Why a step counts or not; the calendar's own name of it is Chinese."""
    if tongue.code == "zh":
        return step.name
    plain = step.what.replace("_", " ")
    return f"{plain} {step.name}" if step.what in ("holiday", "closure") else plain


def _counted_lines(tongue: Tongue, state: str, one: Counted) -> Iterator[str]:
    say = tongue.say
    where = f"{one.sheet.title} · {one.item.title} · {show_month(one.month)}"
    if one.exempt:
        yield f"      {where}: {say('exempted')}"
    elif state == "breached":
        cost = say("share {lost} points, marginal {marginal}", lost=points(one.lost), marginal=points(one.marginal))
        yield f"      {where}: {cost}"
        yield f"        {one.item.place}: {one.part.words or one.item.words}"


def _finding_lines(tongue: Tongue, cause: Cause, counts: Sequence[Counted]) -> Iterator[str]:
    name = counts[0].part.title or counts[0].item.title if counts else cause.name
    yield f"  #{cause.position} {moment(cause.at, tongue.code)}  {cause.unit}  {name}"
    for one in counts:
        yield from _counted_lines(tongue, "breached", one)
