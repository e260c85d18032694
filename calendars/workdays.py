"""Which dates are working days: chinese-calendar, with later notices, local closures and hours as data."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import groupby
from math import lcm
from typing import Any

import attrs
from chinese_calendar import constants

from calendars.hours import Hours, Season, Unfit, seasons
from calendars.instants import EPOCH_DAY
from calendars.notices import CalendarError, CalendarMistake, CalendarSource, Notice, NoticeDay

__all__ = ["Calendar", "CalendarError", "CalendarSource", "Day", "OutsideCalendar", "calendar"]

FIRST = date(2004, 1, 1)
YEARS_AHEAD = 5
FORMAT = "kaoping-calendar-1"
OFFICIAL = "国务院办公厅节假日安排（chinese-calendar）"
MAKE_UP = "调休上班"
WEEKEND = "周末"
HOLIDAYS = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日",
}


class OutsideCalendar(LookupError):
    """A date before the first known year or past the horizon."""

    def __init__(self, shown: str, first: date, until: date) -> None:
        super().__init__(f"{shown} is outside the calendar, which knows {first} to {until}")


@attrs.frozen
class Day:
    """One date: does it work, and why. `kind` is working, make_up, weekend, holiday or closure."""

    date: date
    kind: str
    reason: str
    provisional: bool = False
    source: str | None = None

    @property
    def number(self) -> int:
        """Whole days since 1970-01-01, local."""
        return self.date.toordinal() - EPOCH_DAY

    @property
    def working(self) -> bool:
        """Does it work."""
        return self.kind in ("working", "make_up")


@attrs.frozen
class Calendar:
    """The days from FIRST through `until`; after `official_until` they are provisional.

    `exceptions` are the days that differ from plain Monday to Friday, in order; `seasons` cover every day.
    """

    exceptions: tuple[Day, ...]
    seasons: tuple[Season, ...]
    official_until: date
    until: date

    def __attrs_post_init__(self) -> None:
        if not self.seasons or self.seasons[0].since != FIRST:
            raise Unfit("office hours do not begin on {first}", "Add an [[hours]] rule for that time.", first=FIRST)
        if self.ticks_per_day * len(self.numbers) >= 2**62:
            raise Unfit(
                "the day lengths have no small common multiple: exact counting would not fit 64 bits",
                "Give office hours whose lengths are multiples of five minutes or more.",
            )

    def day(self, day: date) -> Day:
        """That date. Raises OutsideCalendar."""
        return self.numbered(day.toordinal() - EPOCH_DAY)

    def numbered(self, number: int) -> Day:
        """The date with this local day number. Raises OutsideCalendar."""
        self._check(number)
        if number in self._exceptions:
            return self._exceptions[number]
        return _plain(date.fromordinal(number + EPOCH_DAY), self.official_until)

    def hours(self, number: int) -> Hours:
        """The office hours of the season of this local day number, working or not. Raises OutsideCalendar."""
        self._check(number)
        return self.seasons[bisect_right(self._turns, number) - 1].hours

    def by_season(self) -> Iterator[tuple[Hours, range]]:
        """The office hours of each season and the local day numbers it has, in order."""
        for season, turn, end in zip(self.seasons, self._turns, [*self._turns[1:], self.numbers.stop], strict=True):
            yield season.hours, range(turn, end)

    def worked_before(self, number: int) -> int:
        """How many working days lie before this local day number. Raises OutsideCalendar."""
        self._check(number)
        return self._before[number - self.numbers.start]

    def nth_working(self, index: int) -> int:
        """The local day number of working day `index`, counted from 0 at FIRST. Raises OutsideCalendar."""
        if not 0 <= index < len(self.working_numbers):
            raise OutsideCalendar(f"working day {index}", FIRST, self.until)
        return self.working_numbers[index]

    def works(self, number: int) -> bool:
        """Whether this local day number is a working day. Raises OutsideCalendar."""
        self._check(number)
        index = number - self.numbers.start
        return self._before[index + 1] > self._before[index]

    @cached_property
    def numbers(self) -> range:
        """The local day numbers of the calendar."""
        return range(FIRST.toordinal() - EPOCH_DAY, self.until.toordinal() - EPOCH_DAY + 1)

    @cached_property
    def working_numbers(self) -> tuple[int, ...]:
        """The local day numbers of all working days."""
        return tuple(filter(self.works, self.numbers))

    @cached_property
    def ticks_per_day(self) -> int:
        """An even number that every day length (ms) of the calendar divides: working time in whole ticks."""
        return lcm(2, *(season.hours.length_ms for season in self.seasons))

    def text(self) -> str:
        """The whole calendar as canonical JSON."""
        runs = groupby(sorted(self.exceptions, key=_grounds), key=_grounds)
        record = {
            "format": FORMAT,
            "official_until": self.official_until.isoformat(),
            "until": self.until.isoformat(),
            "hours": [
                [s.since.isoformat(), list(s.hours.morning), list(s.hours.afternoon), s.source] for s in self.seasons
            ],
            "days": [[*grounds, [day.date.isoformat() for day in days]] for grounds, days in runs],
        }
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "Calendar":
        """The calendar of this `text()`. Raises CalendarError."""
        try:
            return _calendar_of(json.loads(text))
        except (ValueError, TypeError, KeyError, IndexError) as error:
            unfit = Unfit("this is not the text of a calendar ({error})", "Take it from a publication.", error=error)
            raise CalendarError([CalendarMistake("calendar", "", unfit)]) from None

    def digest(self) -> str:
        """SHA-256 of `text()`, in hex."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        return hashlib.sha256(self.text().encode()).hexdigest()

    @cached_property
    def _exceptions(self) -> dict[int, Day]:
        return {day.number: day for day in self.exceptions}

    @cached_property
    def _turns(self) -> list[int]:
        return [season.since.toordinal() - EPOCH_DAY for season in self.seasons]

    @cached_property
    def _before(self) -> list[int]:
        before = [0]
        for number in self.numbers:
            day = self._exceptions.get(number)
            works = (number + 3) % 7 < 5 if day is None else day.working  # day 0 was a Thursday
            before.append(before[-1] + works)
        return before

    def _check(self, number: int) -> None:
        if number not in self.numbers:
            known = 0 < number + EPOCH_DAY <= date.max.toordinal()
            shown = date.fromordinal(number + EPOCH_DAY).isoformat() if known else f"day {number}"
            raise OutsideCalendar(shown, FIRST, self.until)


def calendar(sources: Iterable[CalendarSource], known_on: date | None = None) -> Calendar:
    """The calendar of the official days with these files: of all that is known, or as it was known on a date.

    Raises CalendarError with all that forbids it.
    """
    sources = tuple(sources) if known_on is None else _known_on(sources, known_on)
    announced = _announced(sources, known_on)
    official, mistakes = _official_until(sources, max(day.year for day in announced))
    until = date(official.year + YEARS_AHEAD, 12, 31)
    noticed, clashes = _noticed(sources, official, until)
    days = {**announced, **noticed}
    closed, beyond = _closed(sources, days, official, until)
    turns, unset = seasons((rule for source in sources for rule in source.hours), FIRST, until)
    files = ", ".join(source.name for source in sources if source.hours) or "calendar"
    mistakes += clashes + beyond + [CalendarMistake(files, "hours", unfit) for unfit in unset]
    if not mistakes:
        try:
            return Calendar(_in_order({**days, **closed}.values()), turns, official, until)
        except Unfit as unfit:
            mistakes.append(CalendarMistake(files, "hours", unfit))
    raise CalendarError(mistakes)


def _known_on(sources: Iterable[CalendarSource], day: date) -> tuple[CalendarSource, ...]:
    """The files without the notices that came later; what those changed is put as it had been announced.

    Raises CalendarError for a day of which no notice says what was known.
    """
    sources = tuple(sources)
    documented = [one.published for source in sources for one in source.annual]
    told = {one.year for source in sources for one in source.annual if one.published <= day}
    if not documented or day < min(documented):
        first = min(documented, default="-")
        unfit = Unfit(
            "what was known on {day} is not documented: the first notice that is, is of {first}",
            "Give a later date, or add the notices under [[annual]].", day=day, first=first,
        )  # fmt: skip
        raise CalendarError([CalendarMistake("calendar", "known_on", unfit)])
    return tuple(
        attrs.evolve(source, notice=tuple(one if one.published <= day else _undone(one, told) for one in source.notice))
        for source in sources
    )


def _undone(notice: Notice, told: Container[int]) -> Notice:
    """A notice not yet known: what had been announced of its days, of the years told by then, stands instead."""
    announced = tuple(day for day in notice.before if day.date.year in told)
    return attrs.evolve(notice, days=announced, before=(), covers_year=None)


def _announced(sources: tuple[CalendarSource, ...], known_on: date | None) -> dict[date, Day]:
    """The official days of the years whose notice is known, each with its notice where that is documented."""
    annual = {one.year: one for source in sources for one in source.annual}
    unknown = {year for year, one in annual.items() if known_on is not None and one.published > known_on}
    first = min(unknown, default=date.max.year)  # a year is known only with all before it
    days: dict[date, Day] = {}
    for day, (year, told) in _official_days().items():
        if year < first:
            notice = annual.get(year)
            days[day] = told if notice is None else attrs.evolve(told, source=f"{notice.document} {notice.source}")
    return days


@cache
def _official_days() -> dict[date, tuple[int, Day]]:
    """The days that differ from plain weeks, each with the year whose notice names it: New Year's begins in December."""
    named = [(day, name, "holiday", HOLIDAYS[name]) for day, name in constants.holidays.items()]
    named += [(day, name, "make_up", MAKE_UP) for day, name in constants.workdays.items()]
    return {
        day: (day.year + (day.month == 12 and name == "New Year's Day"), Day(day, kind, reason, False, OFFICIAL))
        for day, name, kind, reason in named
    }


def _official_until(sources: tuple[CalendarSource, ...], last: int) -> tuple[date, list[CalendarMistake]]:
    """The last date that a notice speaks for, `last` being the last official year. Years must be covered without gap."""
    covers = [
        (notice.covers_year, CalendarMistake(source.name, f"notice[{place}].covers_year", _gap(notice.covers_year)))
        for source in sources
        for place, notice in enumerate(source.notice)
        if notice.covers_year is not None
    ]
    while any(year == last + 1 for year, _ in covers):
        last += 1
    return date(last, 12, 31), [mistake for year, mistake in covers if year > last]


def _gap(year: int) -> Unfit:
    return Unfit("it covers {year}, but nothing covers the year before", "Add the notice that does.", year=year)


def _noticed(
    sources: tuple[CalendarSource, ...], official: date, until: date
) -> tuple[dict[date, Day], list[CalendarMistake]]:
    """The days that notices name; the later published speaks, and two of one date must not contradict."""
    days: dict[date, Day] = {}
    said: dict[tuple[date, date], str] = {}
    mistakes = []
    notices = [(source.name, place, n) for source in sources for place, n in enumerate(source.notice)]
    for name, place, notice in sorted(notices, key=lambda found: (found[2].published, found[2].document)):
        for index, named in enumerate(notice.days):
            day, key = named.date, f"notice[{place}].days[{index}].date"
            kind = _kind(named)
            if not FIRST <= day <= until:
                mistakes.append(CalendarMistake(name, key, _beyond(day, until)))
            elif said.setdefault((day, notice.published), kind) != kind:
                why = "two notices of {published} contradict each other about {day}"
                unfit = Unfit(why, "Keep what the notice says.", published=notice.published, day=day)
                mistakes.append(CalendarMistake(name, key, unfit))
            else:
                source = f"{notice.document} {notice.source}"
                days[day] = Day(day, kind, named.name, day > official, source)
    return days, mistakes


def _kind(named: NoticeDay) -> str:
    """What kind of day a notice makes of a date; one that it leaves as its weekday has it stays that."""
    if named.date.weekday() >= 5:
        return "make_up" if named.working else "weekend" if named.name == WEEKEND else "holiday"
    return "working" if named.working else "holiday"


def _closed(
    sources: tuple[CalendarSource, ...], days: dict[date, Day], official: date, until: date
) -> tuple[dict[date, Day], list[CalendarMistake]]:
    """The working days that local closures take away."""
    closed: dict[date, Day] = {}
    mistakes = []
    closures = [(source.name, place, c) for source in sources for place, c in enumerate(source.closure)]
    for name, place, closure in sorted(closures, key=lambda found: (found[2].from_, found[2].name)):
        if not FIRST <= closure.from_ <= closure.to <= until:
            mistakes.append(
                CalendarMistake(
                    name,
                    f"closure[{place}]",
                    _beyond(closure.from_ if closure.from_ < FIRST else closure.to, until),
                )
            )
            continue
        source = f"{closure.document} {closure.source or ''}".rstrip()
        for step in range((closure.to - closure.from_).days + 1):
            day = closure.from_ + timedelta(days=step)
            if (days.get(day) or _plain(day, official)).working:
                closed.setdefault(day, Day(day, "closure", closure.name, day > official, source))
    return closed, mistakes


def _beyond(day: date, until: date) -> Unfit:
    return Unfit(
        "{day} is outside the calendar, {first} to {until}",
        "Mend the date.",
        day=day,
        first=FIRST,
        until=until,
    )


def _plain(day: date, official: date) -> Day:
    kind, reason = ("weekend", WEEKEND) if day.weekday() >= 5 else ("working", "工作日")
    return Day(day, kind, reason, day > official)


def _in_order(days: Iterable[Day]) -> tuple[Day, ...]:
    return tuple(sorted(days, key=lambda day: day.date))


def _grounds(day: Day) -> tuple[str, str, str]:
    return day.kind, day.reason, day.source or ""


def _calendar_of(record: dict[str, Any]) -> Calendar:
    if record["format"] != FORMAT:
        raise ValueError(f"format {record['format']}")
    official = date.fromisoformat(record["official_until"])
    days = [
        Day(day, kind, reason, day > official, source or None)
        for kind, reason, source, dates in record["days"]
        for day in map(date.fromisoformat, dates)
    ]
    turns = tuple(
        Season(date.fromisoformat(since), Hours(tuple(morning), tuple(afternoon)), source)
        for since, morning, afternoon, source in record["hours"]
    )
    return Calendar(_in_order(days), turns, official, date.fromisoformat(record["until"]))
