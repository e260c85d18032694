"""recompute(events, rulebook, calendar, as_of) -> Scoring: the one line that computes a score."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import cached_property

import attrs
import narwhals as nw

from calendars.clock_columns import Frame
from calendars.instants import show_iso
from calendars.periods import show_month
from calendars.workdays import Calendar
from ledger.columns.mirror import NoUse
from ledger.sentences import UserError, sentence
from ledger.snapshot import Snapshot
from metrics.derive import Derivation, Derived, clock_of, counted_of, derive
from metrics.tallies import Countable
from scoring.law.rulebook import Rulebook
from scoring.scores.evidence import Charge, Evidence, findings_of, months_of
from scoring.scores.sheets import Judging, SheetScore, sheet_of


class ProvisionalPeriod(UserError):
    """A month on days no official notice has fixed yet."""


@attrs.frozen(kw_only=True)
class Stamps:
    """What reproduces a report, byte for byte."""

    ledger: str
    rulebook: str
    calendar: str
    as_of: int


def stamps_json(stamps: Stamps) -> dict[str, str]:
    """The four stamps."""
    return {
        "ledger": stamps.ledger, "rulebook": stamps.rulebook, "calendar": stamps.calendar, "as_of": show_iso(stamps.as_of),
    }  # fmt: skip


@attrs.frozen(kw_only=True, eq=False)
class Scoring:
    """Scores of some months, with all they were computed from. It derives when it is first asked what it needs that for.

    `kept`: what its months are counted from, where that was derived before. `given`: what was derived already, or the scoring that
    shares what it derives, having the same facts, practice and calendar.
    `supposed`: one ticket's facts are taken otherwise than they are known. What is asked of it twice is computed once.
    """

    snapshot: Snapshot
    book: Rulebook
    calendar: Calendar
    as_of: int
    kept: Countable | None = None
    supposed: bool = False
    _given: "Derived | Scoring | None" = None
    _months: dict[int, Evidence] = attrs.field(factory=dict, init=False, repr=False)

    @cached_property
    def derived(self) -> Derived:
        """Rounds, verdicts and oddities of every ticket."""
        if isinstance(self._given, Scoring):
            return self._given.derived
        return self._given or derive(self.snapshot.events, self.book.practice(), self.calendar)

    def derived_of(self, ticket: str) -> Derived:
        """The same of one ticket at least: of that ticket alone where its months are counted from what was derived before."""
        if self.kept is None:
            return self.derived
        return derive(self.snapshot.events_of(ticket), self.book.practice(), self.calendar)

    def of_tickets(self, tickets: Collection[str]) -> Derived:
        """The same of some tickets at least."""
        if self.kept is None:
            return self.derived
        events = self.snapshot.events.filter(nw.col("ticket").is_in([*tickets]))
        return derive(events, self.book.practice(), self.calendar)

    @cached_property
    def counted(self) -> Countable:
        """What its months are counted from."""
        return counted_of(self.derived, self.snapshot.events, self.book.practice())

    def counting(self, months: Sequence[int]) -> Mapping[str, Frame]:
        """What some months are counted from (`metrics.tallies.COUNTED`): as it was derived before, or now."""
        if self.kept is not None:
            with suppress(NoUse):
                return self.kept.months(months)
        return self.counted.months(months)

    @property
    def stamps(self) -> Stamps:
        """The four stamps."""
        return Stamps(
            ledger=str(self.snapshot.head), rulebook=self.book.digest, calendar=self.calendar.digest(), as_of=self.as_of
        )

    @cached_property
    def findings(self) -> Mapping[int, Mapping[str, Sequence[Charge]]]:
        """Findings by month and unit."""
        return findings_of(self.snapshot)

    def evidence(self, months: Sequence[int], units: Collection[str] | None = None) -> Mapping[int, Evidence]:
        """The evidence of some months: of every unit, or at least of some. That of every unit is made once."""
        missing = [month for month in months if month not in self._months]
        if self.kept is not None and missing:
            with suppress(NoUse):
                found = self._evidence(self.kept, missing, units)
                if units is not None:
                    return {month: found.get(month) or self._months[month] for month in sorted(months)}
                self._months.update(found)
                missing = []
        if missing:
            self._months.update(self._evidence(self.counted, missing))
        return {month: self._months[month] for month in sorted(months)}

    def _evidence(
        self, counted: Countable, months: Sequence[int], units: Collection[str] | None = None
    ) -> dict[int, Evidence]:
        until = self.judging.clock.official_until_ms
        return months_of(
            self.snapshot, counted, self.as_of, months, official_until=until, exempts=self.book.exempts, units=units
        )

    @cached_property
    def judging(self) -> Judging:
        """The rulebook with its clock, ready to judge."""
        return Judging(self.book, clock_of(self.calendar, self.book.practice()), self.as_of)

    def sheets(self, evidence: Evidence, period: str = "month") -> tuple[SheetScore, ...]:
        """The sheets of a month, or those the rulebook has for another period."""
        return tuple(sheet_of(self.judging, sheet, evidence) for sheet in self.book.sheets if sheet.period == period)


def recompute(snapshot: Snapshot, book: Rulebook, calendar: Calendar, as_of: int) -> Scoring:
    """Everything derived from a snapshot; the report scores the months it is asked for."""
    derived = derive(snapshot.events, book.practice(), calendar)
    return Scoring(snapshot=snapshot, book=book, calendar=calendar, as_of=as_of, given=derived)


def when_asked(
    snapshot: Snapshot, book: Rulebook, calendar: Calendar, as_of: int, kept: Countable | None = None
) -> Scoring:
    """The same, derived only if it is asked for what was not derived before."""
    return Scoring(snapshot=snapshot, book=book, calendar=calendar, as_of=as_of, kept=kept)


def again(
    scoring: Scoring,
    *,
    snapshot: Snapshot | None = None,
    book: Rulebook | None = None,
    calendar: Calendar | None = None,
    as_of: int | None = None,
) -> Scoring:
    """The report with something else in its place, derived anew only where that touches a verdict."""
    snapshot, book, calendar = snapshot or scoring.snapshot, book or scoring.book, calendar or scoring.calendar
    moment = scoring.as_of if as_of is None else as_of
    if (snapshot is scoring.snapshot, calendar, book.practice()) == (True, scoring.calendar, scoring.book.practice()):
        return attrs.evolve(
            scoring,
            book=book,
            as_of=moment,
            given=scoring,
        )
    alike = snapshot is scoring.snapshot and calendar == scoring.calendar
    given = derive(snapshot.events, book.practice(), calendar, like=_derivation(scoring) if alike else None)
    return Scoring(snapshot=snapshot, book=book, calendar=calendar, as_of=moment, given=given)


def _derivation(scoring: Scoring) -> Derivation | None:
    """What the report derives from its facts as they are."""
    return scoring.derived if isinstance(scoring.derived, Derivation) else None


def refuse_provisional(calendar: Calendar, month: int) -> None:
    """Raises ProvisionalPeriod for a month past the last official notice."""
    until = calendar.official_until
    if month > until.year * 100 + until.month:
        raise ProvisionalPeriod(
            sentence(
                "{month} lies past the last official notice of working days ({until}).",
                month=show_month(month),
                until=until,
            ),
            "Wait for the notice, or score it on provisional days with --provisional.",
        )
