"""What the calendar files say: notices, closures and office hours."""

from collections.abc import Iterable
from datetime import date

import attrs

from calendars.hours import HoursRule, Unfit


@attrs.frozen
class CalendarMistake:
    """One wrong thing in a calendar file. `key` counts from 0: closure[1].to is in the second closure."""

    file: str
    key: str
    unfit: Unfit

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        return f"{place}: {self.unfit}. To fix: {self.unfit.remedy.format(**self.unfit.values)}"


class CalendarError(Exception):
    """The calendar cannot be used; `mistakes` are all that is wrong."""

    def __init__(self, mistakes: Iterable[CalendarMistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


@attrs.frozen(kw_only=True)
class NoticeDay:
    """One date that a notice names: whether it works, and why."""

    date: date
    working: bool
    name: str


@attrs.frozen(kw_only=True)
class Annual:
    """The State Council's yearly notice: from `published` on, the working days of `year` are known."""

    year: int
    document: str
    published: date
    source: str


@attrs.frozen(kw_only=True)
class Notice:
    """A later notice of the State Council: the days it names, and the year it makes official, if it does.

    `before`: what had been announced of those days until then, where the official days hold the notice already.
    """

    document: str
    title: str
    published: date
    source: str
    covers_year: int | None = None
    days: tuple[NoticeDay, ...]
    before: tuple[NoticeDay, ...] = ()


@attrs.frozen(kw_only=True)
class Closure:
    """A local closure, in whole days, both ends included."""

    from_: date
    to: date
    name: str
    document: str
    source: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.to < self.from_:
            raise Unfit("to {to} is before from {start}", "Swap them.", to=self.to, start=self.from_)


@attrs.frozen(kw_only=True)
class CalendarSource:
    """One calendar file, read."""

    name: str = ""
    annual: tuple[Annual, ...] = ()
    notice: tuple[Notice, ...] = ()
    closure: tuple[Closure, ...] = ()
    hours: tuple[HoursRule, ...] = ()
