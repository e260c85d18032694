"""What a command works with: the ledger, rulebook, calendar and moment it was asked about."""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import attrs

from calendars.periods import Period, PeriodKind
from calendars.periods import read_period as read
from calendars.workdays import FIRST, Calendar
from kaoping import __version__, now
from kaoping.files import folder
from kaoping.language import moments
from kaoping.language.language import Language
from kaoping.office.shelf.shelf import Drawer
from ledger.columns.mirror import NoUse
from ledger.columns.segments import is_large
from ledger.facts import ANSWERS
from ledger.sentences import UserError, sentence
from ledger.snapshot import outline_of, snapshot_of
from ledger.store import Ledger
from ledger.texts import refuse_unseen
from scoring.law.rulebook import Rulebook
from scoring.scores.evidence import Evidence, together
from scoring.scores.mirrored import counted_alone, counted_now
from scoring.scores.scoring import Scoring, recompute, refuse_provisional, when_asked

LAST_YEAR = 2100
DIGITS = 19  # that no position has
Item = TypeVar("Item")


class WrongArgument(UserError):
    """The command line says something that cannot be."""

    code = 2


class Differs(UserError):
    """A result is not the one that was expected."""


class LedgerEmpty(UserError):
    """The ledger knew nothing at the moment asked about."""


FIRST_MONTH = 101
"""January of the year 1; there is none before it."""


@attrs.frozen(kw_only=True)
class Session:
    """One command's surroundings. `now` is one instant for all of it. `untold`: what is to come of what no source tells. `by`: who
    writes, as each batch then says, `since`: up to what position the ledger was seen by then; `only_read`: nothing can be written to
    the ledger. `drawer`: what was computed of the ledger, files and instant as they are now, where somebody keeps that."""

    path: Path
    rulebook: str
    calendar_folder: Path | None = None
    known_on: date | None = None
    readings: Mapping[str, str] = attrs.Factory(dict)
    untold: str = ""
    by: str | None = None
    since: int | None = None
    only_read: bool = False
    drawer: Drawer | None = attrs.field(default=None, eq=False)
    language: Language
    now: int = attrs.field(factory=lambda: now.now_ms())
    progress: Callable[[str], AbstractContextManager[None]] = attrs.field(default=lambda _: nullcontext())
    counter: Callable[[str, Sequence[Any]], Iterator[Any]] = attrs.field(default=lambda _, items: iter(items))

    def ledger(self, *, create: bool = False) -> Ledger:
        """The ledger, opened."""
        return Ledger(self.path, create=create, by=self.by, since=self.since, only_read=self.only_read)

    @contextmanager
    def ledger_to_write(self, *, rehearsal: bool) -> Iterator[Ledger]:
        """The ledger, made if there is none; what is made for a rehearsal is not left behind."""
        if rehearsal and not (self.path.exists() and self.path.stat().st_size):
            with TemporaryDirectory() as folder, Ledger(Path(folder) / "kaoping.db", create=True) as ledger:
                yield ledger
        else:
            with self.ledger(create=True) as ledger:
                yield ledger

    def book(self) -> Rulebook:
        """The rulebook asked for, with the readings taken otherwise. Raises WrongArgument."""
        if self.readings:
            refuse_unknown(self.readings, folder.rulebook(self.rulebook))
        if self.untold not in ("", *ANSWERS):
            raise WrongArgument(
                sentence("{text} says nothing of what is untold.", text=self.untold),
                "Write --untold full or --untold breach.",
            )
        book = folder.rulebook(self.rulebook, self.readings)
        return attrs.evolve(book, untold=self.untold) if self.untold else book

    def calendar(self) -> Calendar:
        """The office's own calendar, or the one that travels with Kaoping; of all that is known, or as known on a date."""
        return folder.working_days(self.calendar_folder, self.known_on)

    def scoring(
        self, ledger: Ledger, as_of: str | None = None, *, mirrored: bool = True, period: str | None = None
    ) -> Scoring:
        """Everything derived from what the ledger knew at a moment: a time, a position, or now; of a large ledger also from its mirror,
        unless it is to rest on the events alone. `period`: that which will be asked for, which spares other months where nobody else asks
        for them. Raises LedgerEmpty."""
        asked = None if self.drawer else period
        return self.once(("scoring", as_of, mirrored), lambda: self._scoring(ledger, as_of, asked, mirrored=mirrored))

    def once(self, key: Hashable, make: Callable[[], Item]) -> Item:
        """What is made of these surroundings: made once, where somebody keeps what was."""
        if self.drawer is None:
            return make()
        said = (self.rulebook, self.calendar_folder, self.known_on, tuple(sorted(self.readings.items())), self.untold)
        return self.drawer.take((said, key), make)

    def _scoring(self, ledger: Ledger, as_of: str | None, period: str | None, *, mirrored: bool) -> Scoring:
        position, instant = self.known(ledger, as_of)
        book, calendar = self.book(), self.calendar()
        with self.busy("deriving rounds and verdicts"):
            counted = None
            if mirrored and as_of is None:
                plain = not (self.readings or self.untold) and self.known_on is None
                counted = counted_now(ledger, ledger.head(position), book, calendar, __version__, make=plain)
            if counted is None:
                return scoring_alone(ledger, position, book, calendar, instant, period, mirrored=mirrored)
            return when_asked(outline_of(ledger, position, mirrored=mirrored), book, calendar, instant, counted)

    def known(self, ledger: Ledger, as_of: str | None) -> tuple[int, int]:
        """The same as `moment`, where anything was known by then. Raises LedgerEmpty, WrongArgument."""
        position, instant = self.moment(ledger, as_of)
        if position == 0:
            raise LedgerEmpty(
                sentence("the ledger knew nothing at that moment."),
                "Import a log first; --as-of speaks of when it was recorded.",
            )
        return position, instant

    def moment(self, ledger: Ledger, as_of: str | None) -> tuple[int, int]:
        """(position, instant) of `as_of`: a position, a time with or without offset, or now. Raises WrongArgument."""
        if as_of is None:
            return ledger.head().position, self.now
        if as_of.isdecimal():
            position = int(as_of) if len(as_of) < DIGITS else 0
            if not 0 < position <= ledger.head().position:
                raise WrongArgument(
                    sentence("there is no position {position} in the ledger.", position=as_of[:DIGITS]),
                    "Its last is given by kaoping verify.",
                )
            return position, ledger.recorded_at(position)
        instant = read_moment(as_of)
        return ledger.position_at(instant), instant

    def busy(self, doing: str) -> AbstractContextManager[None]:
        """Around something long: whoever watches is told what is being done."""
        return self.progress(self.language.say(doing))

    def watched(self, doing: str, items: Sequence[Item]) -> Iterator[Item]:
        """Many things one after the other: whoever watches sees how many a second, and how long it will take."""
        return self.counter(self.language.say(doing), items)


def scoring_alone(
    ledger: Ledger,
    position: int,
    book: Rulebook,
    calendar: Calendar,
    as_of: int,
    period: str | None,
    *,
    mirrored: bool,
) -> Scoring:
    """Everything derived from the ledger up to a position, of a large one some tickets at a time and only what counts in a period's months,
    where one is named; from its events alone unless they may be `mirrored`."""
    if not is_large(ledger):
        return recompute(snapshot_of(ledger, position), book, calendar, as_of)
    counted, months = None, _months_in(period, book)
    with suppress(NoUse):
        counted = counted_alone(ledger, position, book, calendar, mirrored=mirrored, months=months)
    return when_asked(outline_of(ledger, position, mirrored=mirrored), book, calendar, as_of, counted)


def _months_in(period: str | None, book: Rulebook) -> Sequence[int]:
    """The months that a rulebook scores in a period, of a year those of each of its rules; none where none is named, or it is none."""
    try:
        span = None if period is None else read_period(period, book)
    except WrongArgument:
        return ()
    if span is None or span.kind != "year":
        return () if span is None else span.months
    return sorted({*span.months, *(month for rule in book.years for month in rule.months(int(str(period))))})


def groups_of(book: Rulebook) -> Sequence[str]:
    """The groups of units that a rulebook names; none: it treats all units alike, whatever their group."""
    named = [one.groups for one in book.sheets] + [one.groups for one in book.years]
    named += [(*item.concerns, *part.per) for _, item, part in book.parts()]
    return sorted({group for groups in named for group in groups})


def refuse_unknown(readings: Mapping[str, str], book: Rulebook) -> None:
    """Raises WrongArgument for a reading or an option that the rulebook does not have."""
    known = {one.id: one for one in book.readings}
    for name, option in readings.items():
        if name not in known:
            raise WrongArgument(
                sentence("{book} has no reading {name}.", book=book.id, name=name),
                sentence("Known: {known}", known=" ".join(known)),
            )
        if option not in known[name].options:
            options = " ".join(known[name].options)
            raise WrongArgument(
                sentence("reading {name} has no option {option}.", name=name, option=option),
                sentence("Known: {known}", known=options),
            )


def read_month(text: str) -> int:
    """A month like 2023-05 as 202305. Raises WrongArgument."""
    with suppress(ValueError):
        period = read(text)
        if period.kind == PeriodKind.MONTH and period.months[0] >= FIRST_MONTH:
            return period.months[0]
    raise WrongArgument(sentence("{text} is no month.", text=text), "Write it like 2023-05.")


def read_period(text: str, book: Rulebook) -> Period:
    """2023-05, 2023-Q2, 2023-H1 or 2023; a year is the rulebook's assessment year. Raises WrongArgument."""
    try:
        return read(text, book.years[0].starts if book.years else 1)
    except ValueError as error:
        if re.fullmatch(r"\d{4}-[QH]\d", text):
            remedy = "Write it like 2023-Q2 or 2023-H1."
            raise WrongArgument(sentence("{text} is no period.", text=text), remedy) from error
        raise WrongArgument(sentence("{text} is no month.", text=text), "Write it like 2023-05.") from error


def read_scored(text: str, *books: Rulebook) -> Period:
    """The same, where one of these rulebooks at least scores something in such a period. Raises WrongArgument."""
    period = read_period(text, books[0])
    sheets = [sheet for book in books for sheet in book.sheets]
    ranked = period.kind == "year" and any(book.years for book in books)
    if not ranked and period.kind not in (sheet.period for sheet in sheets):
        known = " ".join(dict.fromkeys(f"{sheet.id} ({sheet.period})" for sheet in sheets))
        raise WrongArgument(
            sentence("the rulebook has nothing to score in {period}; known: {known}", period=text, known=known),
            "Name a period that one of these is for.",
        )
    return period


def read_year(text: str) -> int:
    """A year like 2023. Raises WrongArgument."""
    if not re.fullmatch(r"\d{4}", text):
        raise WrongArgument(sentence("{text} is no year.", text=text), "Write it like 2023.")
    if not FIRST.year <= int(text) <= LAST_YEAR:
        why = sentence(
            "{year} lies outside {first} to {last}, the years that are scored.",
            year=text,
            first=FIRST.year,
            last=LAST_YEAR,
        )
        raise WrongArgument(why, "Write it like 2023.")
    return int(text)


def read_moment(text: str) -> int:
    """An instant of the command line: ISO 8601; without offset it is Asia/Shanghai; a date is its last ms. Raises WrongArgument."""
    try:
        return moments.read_moment(text)
    except ValueError as error:
        raise WrongArgument(sentence("{text} is no time.", text=text), "Write it like 2023-06-05T09:00.") from error


def period_evidence(scoring: Scoring, months: Sequence[int], *, provisional: bool) -> Evidence:
    """The evidence of a period, unless it rests on provisional days and nobody allowed that."""
    if not provisional:
        for month in months:
            refuse_provisional(scoring.calendar, month)
    evidence = scoring.evidence(months)
    return together([evidence[month] for month in months])


def refuse_hidden(option: str, text: str) -> None:
    """Raises WrongArgument for what an option was given that holds characters nobody sees."""
    try:
        refuse_unseen(option, text)
    except ValueError as refused:
        said = {"why": sentence(str(refused)), "remedy": sentence("type it again, on one line")}
        raise WrongArgument(sentence("{column} {why}: {remedy}", column=f"--{option}", **said)) from refused


def read_day(text: str) -> date:
    """A date like 2020-01-20. Raises WrongArgument."""
    try:
        return moments.read_day(text)
    except ValueError as error:
        raise WrongArgument(sentence("{text} is no date.", text=text), "Write it like 2020-01-20.") from error
