"""One ticket, ready to be told: its audit with the events and batches it rests on."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from calendars.clock import Step
from calendars.instants import local_day, show_iso
from calendars.periods import show_month
from kaoping.language.numbers import points, rounded, short
from kaoping.office.period.untold import NO_GAPS, PeriodGaps, sheet_gaps
from kaoping.office.session import Session
from kaoping.office.units import no_such_ticket, refuse_foreign
from ledger.batches import Batch, Event
from ledger.exchange import canonical
from ledger.snapshot import order_of
from ledger.store import Ledger
from ledger.voids import voided_keys
from scoring.compare.options import Choice, Known, OtherVerdict, verdicts_otherwise
from scoring.explain.ticket import Audit, Counted, Explained, ExplainedRound, Moved, UntoldMeasure
from scoring.explain.ticket import audit as audit_ticket
from scoring.scores.scoring import Scoring, stamps_json


@attrs.frozen(kw_only=True)
class TicketReport:
    """An audit with the events it rests on and the batches they came in. `voided`: keys of facts taken as not there;
    `others`: what other readings would make of its breaches; `gaps`: what no source tells of the sheets that count it."""

    scoring: Scoring
    audit: Audit
    events: Sequence[Event]
    batches: Sequence[Batch]
    voided: frozenset[str]
    others: Mapping[Known, tuple[OtherVerdict, ...]] = attrs.Factory(dict)
    gaps: PeriodGaps = NO_GAPS

    def batch(self, event: Event) -> Batch:
        """The import that brought an event."""
        return self.batches[event.batch - 1]

    def others_of(self, told: Explained) -> tuple[OtherVerdict, ...]:
        """What other readings would make of a verdict."""
        return self.others.get((told.verdict.measure, told.verdict.unit, told.verdict.round), ())

    def notice(self, step: Step) -> str:
        """The number of the notice that made the step's day a holiday or a make-up day; empty for any other."""
        if step.what not in ("holiday", "make_up"):
            return ""
        return (self.scoring.calendar.day(local_day(step.from_ms)).source or "").partition(" ")[0]


def ticket_report(
    session: Session, ticket: str, as_of: str | None = None, *, brief: bool = False, own_unit: str | None = None
) -> TicketReport:
    """A ticket's audit with its events and, unless it is to be brief, what other readings would make of its breaches. Raises
    WrongArgument when the ledger does not know it, or it was never sent to the unit that asks."""
    with session.ledger() as opened:
        scoring = session.scoring(opened, as_of)
        if own_unit is not None:
            refuse_foreign(opened, ticket, own_unit, scoring.snapshot.head.position)
        told = report_on(opened, scoring, ticket)
        told = attrs.evolve(told, gaps=_gaps(told))
        return told if brief else attrs.evolve(told, others=verdicts_otherwise(told.scoring, ticket))


def _gaps(told: TicketReport) -> PeriodGaps:
    """What no source tells of the sheets that count the ticket. Whole months are read only where something of them is untold."""
    counts = [one for round_ in told.audit.rounds for verdict in round_.verdicts for one in verdict.counts]
    counts += [one for _, each in told.audit.findings for one in each]
    evidence = told.scoring.evidence(
        sorted({one.month for one in counts}), sorted({one.unit for one in told.audit.rounds})
    )
    if not any(month.missing.untold for month in evidence.values()):
        return PeriodGaps(sheets=(), answer=told.scoring.book.untold)
    return sheet_gaps(told.scoring, [(one.sheet, one.month) for one in counts])


def report_on(ledger: Ledger, scoring: Scoring, ticket: str) -> TicketReport:
    """The same, of a ledger that is open and scored. Raises WrongArgument."""
    upto = scoring.snapshot.head.position
    events = in_order(ledger.events(upto, ticket=ticket))
    if not events:
        raise no_such_ticket(ticket)
    voided = frozenset(voided_keys(ledger.events(upto, kinds=("void",))))
    return TicketReport(
        scoring=scoring, audit=audit_ticket(scoring, ticket), events=events, batches=ledger.batches(), voided=voided
    )


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
        "rounds": [_round_json(told, one) for one in told.audit.rounds],
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


def _round_json(told: TicketReport, one: ExplainedRound) -> dict[str, Any]:
    judged = [{**_verdict_json(each), "readings": [*map(other_json, told.others_of(each))]} for each in one.verdicts]
    return {
        "unit": one.unit, "round": one.round, "channel": one.channel, "role": one.role,
        "verdicts": [*judged, *map(_untold_json, one.untold)],
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


def _untold_json(one: UntoldMeasure) -> dict[str, Any]:
    """A verdict that there is not: no source tells the `kinds`."""
    return {
        "measure": one.measure, "state": "untold", "kinds": list(one.kinds), "limit": None, "start": show_iso(one.start),
        "due_at": _iso(one.due), "done_at": None, "decided_at": None, "steps": [], "extensions": [], "evidence": [], "counts": [],
    }  # fmt: skip


def other_json(other: OtherVerdict) -> dict[str, Any]:
    """What another option would make of a verdict."""
    month = None if other.month is None else show_month(other.month)
    return {**choice_json(other.choice), "state": other.state, "month": month}


def choice_json(choice: Choice) -> dict[str, Any]:
    """A reading, the option taken, and another one."""
    return {"reading": choice.reading.id, "taken": choice.taken, "option": choice.option}


def _moved_json(moved: Moved) -> dict[str, Any]:
    one = moved.extension
    return {
        "position": one.position, "at": _iso(one.at), "assumed": one.assumed, "days": _days(one.halves), "given_days": _days(one.given),
        "until": _iso(one.until), "from": _iso(one.start), "due_at": _iso(one.due), "code": one.code,
        "steps": [_step_json(step) for step in moved.steps],
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


def _days(halves: int | None) -> str | None:
    return None if halves is None else short(Fraction(halves, 2))
