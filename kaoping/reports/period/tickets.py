"""A ticket that cost points: its life on a line, and the facts that the ledger has of it, each with its position."""

from collections.abc import Iterator, Sequence

import attrs

from calendars.instants import DAY_MS, EPOCH_DAY, ZONE_MS, local_day
from calendars.workdays import Calendar, OutsideCalendar
from kaoping.language.facts import day_alone, details_told
from kaoping.language.language import Language
from kaoping.language.numbers import points, short
from kaoping.office.period.bulletins import PeriodReport
from kaoping.office.tickets import TicketReport
from kaoping.reports.audit import NOT_DETAILS
from kaoping.reports.page import Block, Booklet, Column, Heading, Kind, Lifeline, Note, Page, Table, page_of
from kaoping.reports.period.booklet import to_be_read
from ledger.batches import Event
from metrics.measures import MEASURE, Strike
from scoring.explain.ticket import Explained, ExplainedRound

STATE_MARKS = {"met": "√", "breached": "×", "pending": "…", "exempt": "-"}
LONGEST = 60  # days of a life that are shaded


def whole_booklet(language: Language, told: PeriodReport, pages: Booklet) -> Booklet:
    """The booklet that is read, with a page for each ticket that cost points, for a paper that is read by following links."""
    read = to_be_read(pages)
    return attrs.evolve(read, pages=(*read.pages, *(ticket_page_of(language, told, one) for one in told.lives)))


def ticket_page_of(language: Language, told: PeriodReport, ticket: str) -> Page:
    """The ticket's page under its number."""
    return attrs.evolve(_page(language, told, ticket), name=ticket, ticket=ticket)


@page_of
def life_page(language: Language, told: TicketReport) -> Iterator[Block]:
    """An audited ticket as tables: its life on a line, its facts, and every verdict with what it cost; what it cost adds up."""
    say, events = language.say, told.events
    verdicts = [(one, verdict) for one in told.audit.rounds for verdict in one.verdicts]
    acts = [(event.fact.at, _word(language, event)) for event in events if event.key not in told.voided]
    dues = sorted(
        (each.verdict.due, _measure(language, each.verdict.measure)) for _, each in verdicts if each.verdict.due
    )
    instants = [at for at, _ in (*acts, *dues)]
    if instants:
        hours = _open_hours(told.scoring.calendar, min(instants), max(instants))
        yield Lifeline(title=say("life of {ticket}", ticket=told.audit.ticket), open_hours=hours, acts=acts, dues=dues)
    yield _facts_table(language, told)
    if verdicts:
        yield _verdicts_table(language, verdicts)
        if told.audit.findings:
            yield Note(say("What findings on it cost is told below."))


def _facts_table(language: Language, told: TicketReport) -> Table:
    say, events = language.say, told.events
    details = [details_told(language, told.scoring.book, event.fact, NOT_DETAILS) for event in events]
    shown = [" ".join(f"{say(name)}={value}" for name, value in one.items()) for one in details]
    gone = [say("voided") if event.key in told.voided else "" for event in events]
    keys = [
        Column(say("position"), [event.position for event in events], Kind.FACT),
        Column(say("time"), [day_alone(event.fact) or event.fact.at for event in events], Kind.INSTANT),
    ]
    columns = [
        Column(say("what"), [" ".join(filter(None, (_word(language, event), one))) for event, one in zip(events, gone, strict=True)]),
        Column(say("unit"), [event.fact.unit for event in events], Kind.UNIT),
        Column(say("details"), shown),
        Column(say("file"), [told.batch(event).name for event in events]),
        Column(say("row of its file"), [event.row for event in events], Kind.COUNT),
    ]  # fmt: skip
    return Table(say("Its life"), keys, columns)


def _verdicts_table(language: Language, verdicts: Sequence[tuple[ExplainedRound, Explained]]) -> Table:
    say, each = language.say, [one for _, one in verdicts]
    keys = [
        Column(say("what"), [_measure(language, one.verdict.measure) for one in each]),
        Column(say("unit"), [one.unit for one, _ in verdicts], Kind.UNIT),
        Column(say("round"), [one.round for one, _ in verdicts], Kind.COUNT),
    ]
    columns = [
        Column(say("state"), [_state(language, one) for one in each]),
        Column(say("limit"), [None if one.limit is None else short(one.limit) for one in each]),
        Column(say("due"), [one.verdict.due for one in each], Kind.INSTANT),
        Column(say("done or found"), [one.done for one in each], Kind.INSTANT),
        Column(say("margin, working days"), [one.margin for one in each], Kind.RATE, signed=True),
        Column(say("lost"), [_cost(one) for one in each], absent=""),
        Column(say("item"), ["、".join(dict.fromkeys(count.item.title for count in one.counts)) for one in each]),
        Column(say("clause"), [" ".join(dict.fromkeys(count.item.place for count in one.counts)) for one in each]),
    ]
    return Table(say("Verdicts"), keys, columns)


def _state(language: Language, one: Explained) -> str:
    happened = one.state == "breached" and isinstance(MEASURE[one.verdict.measure], Strike)
    return f"{STATE_MARKS[one.state]} {language.say('happened' if happened else one.state)}"


def _cost(one: Explained) -> str | None:
    lost = [count.lost for count in one.counts if count.lost]
    return " + ".join(map(points, lost)) or None


@page_of
def _page(language: Language, told: PeriodReport, ticket: str) -> Iterator[Block]:
    say, events = language.say, told.lives[ticket]
    yield Heading(ticket, 1)
    dues = sorted(
        (act.due, _measure(language, key[0])) for key, act in told.times.items() if key[1] == ticket and act.due
    )
    acts = [(event.fact.at, _word(language, event)) for event in events]
    instants = [at for at, _ in (*acts, *dues)]
    if instants:
        hours = _open_hours(told.scoring.calendar, min(instants), max(instants))
        yield Lifeline(title=say("life of {ticket}", ticket=ticket), open_hours=hours, acts=acts, dues=dues)
    keys = [
        Column(say("position"), [event.position for event in events], Kind.FACT),
        Column(say("time"), [event.fact.at for event in events], Kind.INSTANT),
    ]
    columns = [
        Column(say("what"), [_word(language, event) for event in events]),
        Column(say("unit"), [event.fact.unit for event in events], Kind.UNIT),
        Column(say("row of its file"), [event.row for event in events], Kind.COUNT),
    ]
    yield Table("", keys, columns)


def _measure(language: Language, name: str) -> str:
    return MEASURE[name].word if language.code == "zh" else name


def _word(language: Language, event: Event) -> str:
    return event.fact.word if language.code == "zh" else event.fact.kind


def _open_hours(calendar: Calendar, first: int, last: int) -> Sequence[tuple[int, int]]:
    """The office hours of the working days from one instant to another, if they are not too many to draw."""
    days = range(local_day(first).toordinal() - EPOCH_DAY, local_day(last).toordinal() - EPOCH_DAY + 1)
    if len(days) > LONGEST:
        return ()
    found: list[tuple[int, int]] = []
    try:
        for number in (day for day in days if calendar.works(day)):
            start = number * DAY_MS - ZONE_MS
            hours = calendar.hours(number)
            found += [(start + begin, start + stop) for begin, stop in (hours.morning, hours.afternoon)]
    except OutsideCalendar:
        return ()
    return found
