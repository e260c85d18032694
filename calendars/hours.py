"""The office hours of a date, by season: always two half-day blocks, a morning and an afternoon."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import attrs

from calendars.instants import DAY_MS

MINUTE_MS = 60_000
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

Block = tuple[int, int]


class Unfit(ValueError):
    """Calendar data that cannot be used: `why` and `remedy` are sentences with {names} for the `values`."""

    def __init__(self, why: str, remedy: str, **values: object) -> None:
        self.why, self.remedy = why, remedy
        self.values = {name: str(value) for name, value in values.items()}
        super().__init__(why.format(**self.values))


@attrs.frozen
class Hours:
    """The office hours of one day, in ms from midnight; they end before it: a due lies in its own day."""

    morning: Block
    afternoon: Block

    def __attrs_post_init__(self) -> None:
        ends = (*self.morning, *self.afternoon)
        if not (0 <= ends[0] < ends[1] <= ends[2] < ends[3] < DAY_MS):
            raise Unfit(
                "office hours {hours} are not two blocks in order",
                "Give a morning, then an afternoon that does not begin before it ends, before midnight.",
                hours=self.show(),
            )

    @property
    def morning_ms(self) -> int:
        """Length of the morning."""
        return self.morning[1] - self.morning[0]

    @property
    def length_ms(self) -> int:
        """Length of the working day."""
        return self.morning_ms + self.afternoon[1] - self.afternoon[0]

    def show(self) -> str:
        """As in 09:00-12:00 13:30-17:30."""
        return " ".join("-".join(show_time(ms) for ms in block) for block in (self.morning, self.afternoon))


@attrs.frozen(kw_only=True)
class HoursRule:
    """A row of [[hours]]: from one date on (`until` may be open), or a season of every year (or of `years`).

    `from_` and `until` (both included) are dates, or month-days such as 06-01. A season may run over New
    Year; `years` are the years it begins in.
    """

    from_: date | str
    until: date | str | None = None
    years: tuple[int, ...] | None = None
    morning: Block
    afternoon: Block
    source: str

    def __attrs_post_init__(self) -> None:
        _ = self.hours
        if isinstance(self.from_, date):
            if self.years is not None:
                raise Unfit("years go with a yearly season only", "Write from and until as month-days, or drop years.")
            if self.until is not None and not isinstance(self.until, date):
                raise Unfit("from is a date and until is a month-day", "Write both the same way.")
            if self.until is not None and self.until < self.from_:
                raise Unfit("until {until} is before from {start}", "Swap them.", until=self.until, start=self.from_)
        elif not isinstance(self.until, str):
            raise Unfit("a yearly season needs its until as a month-day", 'Add until, such as until = "09-30".')

    @property
    def hours(self) -> Hours:
        """The hours it sets."""
        return Hours(self.morning, self.afternoon)

    def spans(self, first: date, last: date) -> Iterator[tuple[date, date]]:
        """The spans of dates it speaks of, both ends included, as far as they can touch first..last."""
        if isinstance(self.from_, date):
            yield self.from_, self.until if isinstance(self.until, date) else date.max
            return
        assert isinstance(self.until, str)
        for year in self.years or range(first.year - 1, last.year + 1):
            yield month_day(self.from_, year), month_day(self.until, year + (self.until < self.from_))


@attrs.frozen
class Season:
    """From `since` until the next season these are the hours."""

    since: date
    hours: Hours
    source: str


def seasons(rules: Iterable[HoursRule], first: date, last: date) -> tuple[tuple[Season, ...], tuple[Unfit, ...]]:
    """The seasons of first..last without gap, and what forbids it. Of two rules the later `from` wins."""
    spans = [(*span, rule) for rule in rules for span in rule.spans(first, last)]
    edges = {first, *(start for start, _, _ in spans), *(_after(end) for _, end, _ in spans)}
    found: list[Season] = []
    complaints: dict[str, Unfit] = {}
    for edge in sorted(edge for edge in edges if first <= edge <= last):
        covering = [(start, rule) for start, end, rule in spans if start <= edge <= end]
        latest = max((start for start, _ in covering), default=None)
        winners = {(rule.hours, rule.source) for start, rule in covering if start == latest}
        if len(winners) == 1:
            hours, source = winners.pop()
            if not found or (found[-1].hours, found[-1].source) != (hours, source):
                found.append(Season(edge, hours, source))
        elif winners:
            why = "two rules set the hours from {start} on"
            complaints[f"two {latest}"] = Unfit(why, "Keep one, or let one begin later.", start=latest)
        else:
            why = "no rule sets the hours from {start} on"
            complaints[f"none {edge}"] = Unfit(why, "Add an [[hours]] rule for the office's own hours.", start=edge)
    return tuple(found), tuple(complaints.values())


def month_day(text: str, year: int) -> date:
    """The date of a month-day such as 06-01 in a year. Raises ValueError."""
    return date.fromisoformat(f"{year:04}-{text}")


def read_time(text: str) -> int:
    """09:30 as ms from midnight. Raises ValueError."""
    if not TIME.fullmatch(text):
        raise ValueError(text)
    return (int(text[:2]) * 60 + int(text[3:])) * MINUTE_MS


def show_time(ms: int) -> str:
    """Ms from midnight as 09:30 (with seconds where there are any)."""
    minutes, rest = divmod(ms, MINUTE_MS)
    return f"{minutes // 60:02}:{minutes % 60:02}" + (f":{rest / 1000:06.3f}" if rest else "")


def _after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)
