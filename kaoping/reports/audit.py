"""One ticket, told so that a clerk can check it with a wall calendar."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from calendars.clock import Step
from calendars.periods import show_month
from kaoping.language.facts import at_told, details_told
from kaoping.language.language import Language
from kaoping.language.moments import moment, span
from kaoping.language.numbers import points, rounded, short
from kaoping.office.tickets import TicketReport
from kaoping.reports.page import Block, Heading, page_of
from kaoping.reports.workings import Teller, choice_text
from ledger.batches import Event
from ledger.facts import IN_FULL, Fact
from metrics.measures import MEASURE, Occurrence, Strike
from metrics.oddities import CODES
from scoring.compare.options import ABSENT, OtherVerdict
from scoring.explain.ticket import Counted, Explained, Moved, UntoldMeasure
from scoring.scores.evidence import Charge

NOT_DETAILS = ("kind", "at", "ticket", "unit", "id", "seq", "untold", "assumed")


@page_of
def audit_page(language: Language, told: TicketReport) -> Iterator[Block]:
    """The ticket's life, its verdicts, what they cost."""
    yield from _lines(language, told)


def _lines(language: Language, told: TicketReport) -> Iterator[Block]:
    say = language.say
    yield Heading(
        say("Ticket {ticket}: {points} points lost", ticket=told.audit.ticket, points=points(told.audit.lost)), 1
    )
    yield ""
    yield Heading(say("Its life"))
    for event in told.events:
        yield from _event_lines(language, told, event)
    for one in told.audit.rounds:
        yield ""
        role = say(one.role)
        yield Heading(
            say(
                "{unit} · round {round} · {channel} · {role}",
                unit=one.unit,
                round=one.round,
                channel=one.channel,
                role=role,
            )
        )
        for verdict in one.verdicts:
            if not isinstance(MEASURE[verdict.verdict.measure], Occurrence):
                yield from _verdict_lines(told, Teller(language, told.scoring.book.digits), verdict)
        for untold in one.untold:
            yield _untold_line(language, untold)
    if told.audit.findings:
        yield ""
        yield Heading(say("Findings on it"))
        for charge, counts in told.audit.findings:
            yield from _finding_lines(Teller(language, told.scoring.book.digits), charge, counts)
    if told.audit.oddities:
        yield ""
        yield Heading(say("Oddities"))
        for position, code in told.audit.oddities:
            yield f"  #{position} {say(CODES[code])}"


def _untold_line(language: Language, one: UntoldMeasure) -> str:
    measure = MEASURE[one.measure]
    name = measure.word if language.code == "zh" else measure.name
    kinds = "、".join(language.say(kind) for kind in one.kinds)
    said = "untold: its source has no column for {kinds}, so it is judged neither met nor breached"
    return f"  ? {name}  " + language.say(said, kinds=kinds)


def _covered(language: Language, fact: Fact) -> str:
    """What its source could not tell: of a dispatch the kinds, of an act when it was."""
    if getattr(fact, "assumed", None):
        return language.say("(its source says that it happened, not when: a reading gives the instant)")
    if untold := getattr(fact, "untold", None):
        kinds = "、".join(language.say(kind.removesuffix(IN_FULL)) for kind in untold.split())
        return language.say("(its source cannot tell: {kinds})", kinds=kinds)
    return ""


def _event_lines(language: Language, told: TicketReport, event: Event) -> Iterator[str]:
    batch = told.batch(event)
    details = details_told(language, told.scoring.book, event.fact, NOT_DETAILS)
    shown = " ".join(f"{language.say(name)}={value}" for name, value in details.items())
    word = event.fact.word if language.code == "zh" else event.fact.kind
    gone = f" ({language.say('voided')})" if event.key in told.voided else ""
    source = language.say("from {file} row {row}", file=batch.name, row=event.row)
    told_of = (
        f"#{event.position:<7} {at_told(language, event.fact)}",
        f"{word}{gone}",
        event.fact.unit or "-",
        shown,
        _covered(language, event.fact),
    )
    yield "  " + "  ".join(filter(None, (*told_of, f"[{source}]")))


def _verdict_lines(report: TicketReport, teller: Teller, told: Explained) -> Iterator[str]:
    language, say, verdict = teller.language, teller.language.say, told.verdict
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
        yield from _step_lines(report, language, told.steps)
    for moved in told.extensions:
        yield f"      {_moved(language, moved)}"
        if told.state == "breached":
            yield from _step_lines(report, language, moved.steps)
    charge = Charge.of(verdict)
    for one in told.counts:
        yield from _counted_lines(teller, told.state, charge, one)
    if not told.counts and told.state in ("met", "breached"):
        yield f"      {say('no item counts it')}"
    for other in report.others_of(told):
        yield f"      {_otherwise(language, other)}"
    if told.evidence:
        yield f"      {say('evidence')} " + " ".join(f"#{position}" for position in told.evidence)


def _otherwise(language: Language, other: OtherVerdict) -> str:
    """What another reading would make of the verdict."""
    say = language.say
    state = say("not judged" if other.state == ABSENT else other.state)
    named = state if other.month is None else f"{state} {show_month(other.month)}"
    return f"{choice_text(language, other.choice)}{say(': ')}{named}"


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
    said = (
        "extension #{position}, at the due that it moves: due {due}"
        if one.assumed
        else "extension #{position}: due {due}"
    )
    return language.say(said, position=one.position, due=due) + odd


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


def _step_lines(report: TicketReport, language: Language, steps: Sequence[Step]) -> Iterator[str]:
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
        notice = report.notice(step)
        yield "        " + "  ".join(filter(None, (f"{ends}  {_reason(language, step)}{mark}", days, notice)))


def _reason(language: Language, step: Step) -> str:
    """Why a step counts or not; the calendar's own name of it is Chinese."""
    if language.code == "zh":
        return step.name
    plain = step.what.replace("_", " ")
    return f"{plain} {step.name}" if step.what in ("holiday", "closure") else plain


def _counted_lines(teller: Teller, state: str, charge: Charge, one: Counted) -> Iterator[str]:
    say = teller.language.say
    where = f"{one.sheet.title} · {one.item.title} · {show_month(one.month)}"
    if one.exempt:
        yield f"      {where}: {say('exempted')}"
    elif state == "breached":
        cost = say("share {lost} points, marginal {marginal}", lost=points(one.lost), marginal=points(one.marginal))
        shared = teller.sharing(one.judged, charge) if one.lost else ""
        yield f"      {where}: " + "  ".join(filter(None, (cost, shared)))
        yield f"        {one.item.place}: {one.part.words or one.item.words}"
        if one.scored is not None:
            yield from (f"        {told}" for told in _arithmetic(teller, one))


def _arithmetic(teller: Teller, one: Counted) -> Iterator[str]:
    """How the part came to what it lost, then what became of it in its item."""
    assert one.scored is not None
    if one.judged is None or one.judged not in teller.moved(one.scored):
        yield from filter(None, (teller.part(one.judged) if one.judged else "", teller.closing(one.scored)))
    elif len(teller.moved(one.scored)) == 1:
        yield from teller.item(one.scored)
    else:
        yield from filter(None, (teller.part(one.judged), teller.closing(one.scored)))


def _finding_lines(teller: Teller, charge: Charge, counts: Sequence[Counted]) -> Iterator[str]:
    name = counts[0].part.title or counts[0].item.title if counts else charge.name
    yield f"  #{charge.position} {moment(charge.at, teller.language.code)}  {charge.unit}  {name}"
    for one in counts:
        yield from _counted_lines(teller, "breached", charge, one)
    if not counts:
        yield f"      {teller.language.say('no item counts it')}"
