"""One ticket, told so that a clerk can check it with a wall calendar."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import attrs

from calendars.clock import Step
from calendars.instants import read_iso, show_iso
from kaoping.language.language import Language
from kaoping.language.numbers import moment, points, rounded, short, span
from kaoping.office.session import show_month
from kaoping.reports.page import Block, page_of
from kaoping.reports.score import stamps_json
from ledger.batches import Batch, Event
from ledger.exchange import canonical
from ledger.snapshot import order_of
from metrics.measures import MEASURE, Occurrence, Strike
from metrics.oddities import CODES
from scoring.explain.ticket import Audit, Counted, Explained, ExplainedRound, Moved
from scoring.scores.evidence import Charge
from scoring.scores.scoring import Scoring

OF_TIME = ("due_at", "until")
OF_OURS = ("role", "about", "mode")  # details whose values are words of ours


@attrs.frozen(kw_only=True)
class TicketReport:
    """An audit with the events it rests on and the batches they came in. `voided`: keys of facts taken as not there."""

    scoring: Scoring
    audit: Audit
    events: Sequence[Event]
    batches: Sequence[Batch]
    voided: frozenset[str]

    def batch(self, event: Event) -> Batch:
        """The import that brought an event."""
        return self.batches[event.batch - 1]


def in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events of a ticket in the order in which they are judged, those that no measure judges at their place among them."""
    return tuple(sorted(events, key=order_of))


def audit_json(told: TicketReport) -> dict[str, Any]:
    """The document of `kaoping audit --json`."""
    return {
        "ticket": told.audit.ticket,
        "rulebook": told.scoring.book.id,
        "stamps": stamps_json(told.scoring.stamps),
        "lost": points(told.audit.lost),
        "events": [_event_json(told, event) for event in told.events],
        "rounds": [_round_json(one) for one in told.audit.rounds],
        "findings": [
            {"position": charge.position, "item": charge.name, "unit": charge.unit, "counts": [_counted_json(one) for one in counts]}
            for charge, counts in told.audit.findings
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


def _verdict_json(told: Explained) -> dict[str, Any]:
    verdict = told.verdict
    return {
        "measure": verdict.measure, "state": told.state,
        "limit": None if told.limit is None else short(told.limit),
        "start": show_iso(verdict.start), "due_at": _iso(verdict.due), "due_basis": verdict.due_basis,
        "done_at": _iso(told.done), "decided_at": show_iso(verdict.decided_at), "provisional": told.provisional,
        "margin_days": None if told.margin is None else rounded(told.margin, 4),
        "steps": [_step_json(step) for step in told.steps],
        "extensions": [_moved_json(one) for one in told.extensions], "evidence": list(told.evidence),
        "counts": [_counted_json(one) for one in told.counts],
    }  # fmt: skip


def _moved_json(moved: Moved) -> dict[str, Any]:
    one = moved.extension
    return {
        "position": one.position, "at": show_iso(one.at), "days": _days(one.halves), "given_days": _days(one.given),
        "until": _iso(one.until), "from": _iso(one.start), "due_at": _iso(one.due), "code": one.code,
        "steps": [_step_json(step) for step in moved.steps],
    }  # fmt: skip


def _days(halves: int | None) -> str | None:
    return None if halves is None else short(Fraction(halves, 2))


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


@page_of
def audit_page(language: Language, told: TicketReport) -> Iterator[Block]:
    """The ticket's life, its verdicts, what they cost."""
    yield from _lines(language, told)


def _lines(language: Language, told: TicketReport) -> Iterator[str]:
    say = language.say
    yield say("Ticket {ticket}: {points} points lost", ticket=told.audit.ticket, points=points(told.audit.lost))
    yield ""
    yield say("Its life")
    for event in told.events:
        yield from _event_lines(language, told, event)
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
            if not isinstance(MEASURE[verdict.verdict.measure], Occurrence):
                yield from _verdict_lines(language, verdict)
    if told.audit.findings:
        yield ""
        yield say("Findings on it")
        for charge, counts in told.audit.findings:
            yield from _finding_lines(language, charge, counts)
    if told.audit.oddities:
        yield ""
        yield say("Oddities")
        for position, code in told.audit.oddities:
            yield f"  #{position} {say(CODES[code])}"


def _event_lines(language: Language, told: TicketReport, event: Event) -> Iterator[str]:
    batch = told.batch(event)
    fact = canonical(event.fact)
    details = {name: value for name, value in fact.items() if name not in ("kind", "at", "ticket", "unit", "id", "seq")}
    shown = " ".join(f"{language.say(name)}={_shown(language, name, value)}" for name, value in details.items())
    word = event.fact.word if language.code == "zh" else event.fact.kind
    gone = f" ({language.say('voided')})" if event.key in told.voided else ""
    source = language.say("from {file} row {row}", file=batch.name, row=event.row)
    told_of = (
        f"#{event.position:<7} {moment(event.fact.at, language.code)}",
        f"{word}{gone}",
        event.fact.unit or "-",
        shown,
    )
    yield "  " + "  ".join(filter(None, (*told_of, f"[{source}]")))


def _shown(language: Language, name: str, value: object) -> object:
    if isinstance(value, bool):
        return language.say("yes" if value else "no")
    if name in OF_TIME:
        return moment(read_iso(str(value)), language.code)
    return language.say(str(value)) if name in OF_OURS else value


def _verdict_lines(language: Language, told: Explained) -> Iterator[str]:
    say, verdict = language.say, told.verdict
    measure = MEASURE[verdict.measure]
    name = measure.word if language.code == "zh" else measure.name
    marks = {"met": "√", "breached": "×", "pending": "…", "exempt": "-"}
    state = "happened" if told.state == "breached" and isinstance(measure, Strike) else told.state
    yield f"  {marks[told.state]} {name}  {say(state)}"
    if verdict.due is not None:
        start, due = moment(verdict.start, language.code), moment(verdict.due, language.code)
        yield f"      {say('start')} {start}   {say('limit')} {_limit(language, told)}   {say('due')} {due}"
        if told.provisional:
            yield f"      {say('The due lies on provisional working days.')}"
        yield f"      {_done(language, told)}"
    elif told.done is not None:
        yield f"      {say('decided')} {moment(told.done, language.code)}"
    if told.state == "breached":
        yield from _step_lines(language, told.steps)
    for moved in told.extensions:
        yield f"      {_moved(language, moved)}"
        if told.state == "breached":
            yield from _step_lines(language, moved.steps)
    for one in told.counts:
        yield from _counted_lines(language, told.state, one)
    if told.evidence:
        yield f"      {say('evidence')} " + " ".join(f"#{position}" for position in told.evidence)


def _limit(language: Language, told: Explained) -> str:
    extended = told.verdict.due_basis == "extended"
    if told.limit is None:
        return language.say("fixed, then extended" if extended else "fixed")
    template = "{days} working days, then extended" if extended else "{days} working days"
    return language.say(template, days=short(told.limit))


def _moved(language: Language, moved: Moved) -> str:
    """What an extension did to the due, and why no more."""
    one = moved.extension
    odd = f"  {language.say(CODES[one.code])}" if one.code else ""
    due = "-" if one.due is None else moment(one.due, language.code)
    return language.say("extension #{position}: due {due}", position=one.position, due=due) + odd


def _done(language: Language, told: Explained) -> str:
    say, due = language.say, told.verdict.due
    denied = "  " + say("the survey says the citizen was not reached in time") if told.denied else ""
    if told.done is None or due is None:
        return say("not done") + denied
    late = told.done - due
    days = "" if told.margin is None else say(" ({days} working days)", days=rounded(abs(told.margin), 2))
    by = "late by {span}" if late > 0 else "in time by {span}" if late else "to the millisecond"
    said = say(by, span=span(late, language.code))
    return f"{say('done')} {moment(told.done, language.code)}  {said}{days}{denied}"


def _step_lines(language: Language, steps: Sequence[Step]) -> Iterator[str]:
    counted = Fraction(0)
    for step in steps:
        counted += step.days
        days = (
            language.say("+{days} = {total} days", days=rounded(step.days, 4), total=rounded(counted, 4))
            if step.days
            else language.say("not counted")
        )
        mark = language.say(" (provisional)") if step.provisional else ""
        ends = f"{moment(step.from_ms, language.code)} → {moment(step.to_ms, language.code)}"
        yield f"        {ends}  {_reason(language, step)}{mark}  {days}"


def _reason(language: Language, step: Step) -> str:
    """Why a step counts or not; the calendar's own name of it is Chinese."""
    if language.code == "zh":
        return step.name
    plain = step.what.replace("_", " ")
    return f"{plain} {step.name}" if step.what in ("holiday", "closure") else plain


def _counted_lines(language: Language, state: str, one: Counted) -> Iterator[str]:
    say = language.say
    where = f"{one.sheet.title} · {one.item.title} · {show_month(one.month)}"
    if one.exempt:
        yield f"      {where}: {say('exempted')}"
    elif state == "breached":
        cost = say("share {lost} points, marginal {marginal}", lost=points(one.lost), marginal=points(one.marginal))
        yield f"      {where}: {cost}"
        yield f"        {one.item.place}: {one.part.words or one.item.words}"


def _finding_lines(language: Language, charge: Charge, counts: Sequence[Counted]) -> Iterator[str]:
    name = counts[0].part.title or counts[0].item.title if counts else charge.name
    yield f"  #{charge.position} {moment(charge.at, language.code)}  {charge.unit}  {name}"
    for one in counts:
        yield from _counted_lines(language, "breached", one)
