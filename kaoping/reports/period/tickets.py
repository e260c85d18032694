"""A ticket that cost points: its life on a line, and the facts that the ledger has of it, each with its position."""

from collections.abc import Iterator, Sequence

import attrs

from calendars.instants import DAY_MS, EPOCH_DAY, ZONE_MS, local_day
from calendars.workdays import OutsideCalendar
from kaoping.language.language import Language
from kaoping.office.period.bulletins import PeriodReport
from kaoping.reports.page import Block, Booklet, Column, Heading, Kind, Lifeline, Page, Table, page_of
from kaoping.reports.period.booklet import to_be_read
from ledger.batches import Event
from metrics.measures import MEASURE

LONGEST = 60  # days of a life that are shaded


def whole_booklet(language: Language, told: PeriodReport, pages: Booklet) -> Booklet:
    """The booklet that is read, with a page for each ticket that cost points, for a paper that is read by following links."""
    read = to_be_read(pages)
    return attrs.evolve(read, pages=(*read.pages, *(ticket_page_of(language, told, one) for one in told.lives)))


def ticket_page_of(language: Language, told: PeriodReport, ticket: str) -> Page:
    """The ticket's page under its number."""
    return attrs.evolve(_page(language, told, ticket), name=ticket, ticket=ticket)


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
        hours = _open_hours(told, min(instants), max(instants))
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


def _open_hours(told: PeriodReport, first: int, last: int) -> Sequence[tuple[int, int]]:
    """The office hours of the working days from one instant to another, if they are not too many to draw."""
    calendar = told.scoring.calendar
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
