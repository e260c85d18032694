"""What another option of a reading would have made of a ticket's verdicts, or of a unit's items: the lines it would have changed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs
import narwhals as nw

from ledger.facts import RANK
from metrics.derive import derive
from metrics.measures import CATALOGUE
from scoring.law.rulebook import Reading, Rulebook, Sheet
from scoring.scores.evidence import Evidence, together
from scoring.scores.scoring import Scoring, again
from scoring.scores.sheets import UnitScore, active_units, sheet_of, unit_score

ABSENT = "absent"
Known = tuple[str, str, int]
"""A verdict of a ticket: measure, unit, round."""


@attrs.frozen(kw_only=True)
class Choice:
    """An option that was not taken, of a reading; `taken` is the one that was."""

    reading: Reading
    taken: str
    option: str
    book: Rulebook


@attrs.frozen(kw_only=True)
class OtherVerdict:
    """What a verdict would be under another option: its state (`absent`: not judged), and the month it would count in."""

    choice: Choice
    state: str
    month: int | None


@attrs.frozen(kw_only=True)
class OtherLine:
    """What a unit's line on a sheet would be under another option; None where it would have none."""

    choice: Choice
    line: UnitScore | None

    def score_of(self, item: str) -> Fraction | None:
        """What an item would score; None where it is not judged by itself."""
        found = None if self.line is None else self.line.item(item)
        return None if found is None else found.score


def choices(book: Rulebook) -> Iterator[Choice]:
    """Every option that is not taken, in the rulebook's order."""
    for reading in book.readings:
        taken = book.reading(reading.id)
        for option in reading.options:
            if option != taken:
                other = attrs.evolve(book, taken={**book.taken, reading.id: option})
                yield Choice(reading=reading, taken=taken, option=option, book=other)


ASKS: Mapping[str, Mapping[str, int]] = {
    "moved_rounds": {"dispatch": 2}, "repeated_dispatch": {"dispatch": 2}, "redo_scope": {"dispatch": 2, "redo": 2},
    "volume_of": {"dispatch": 2}, "redone_closing": {"redo": 1, "close": 1}, "seal_by": {"close": 1},
    "unexplained_returns": {"return": 1}, "returned_rounds": {"return": 1}, "basic_rating": {"basic": 1},
    "neutral_rating": {"neutral": 1}, "assist_rounds": {"assist": 1},
}  # fmt: skip
"""How many facts of a kind (or surveys with such a word, or dispatches to assist) it takes for a reading to be asked about at all."""
TIMED = frozenset({"signed", "responded", "returned", "closed", "sealed"})
TOUCHES: Mapping[str, frozenset[str]] = {
    "half_day": TIMED, "whole_days": TIMED, "day_ends": TIMED, "redo_scope": frozenset({"redone"}), "volume_of": frozenset({"volume"}),
    "response_population": frozenset({"responded"}), "redone_closing": frozenset({"closed", "sealed"}), "seal_by": frozenset({"sealed"}),
    "unexplained_returns": frozenset({"returned"}), "basic_rating": frozenset({"satisfied"}), "neutral_rating": frozenset({"satisfied"}),
}  # fmt: skip
"""The measures that a reading can touch; those that are not named here, any. What would be found without this table is found with it:
it only saves deriving for nothing."""


def _measured(scoring: Scoring, events: Any, measures: frozenset[str] | None = None) -> list[Choice]:
    """The options that may touch a verdict, of some measures or any, that rests on these facts."""
    facts = _facts(scoring.book, events)
    return [
        one
        for one in choices(scoring.book)
        if one.book.practice() != scoring.book.practice()
        and (measures is None or measures & TOUCHES.get(one.reading.id, measures))
        and all(facts[kind] >= count for kind, count in ASKS.get(one.reading.id, {}).items())
    ]


def _facts(book: Rulebook, events: Any) -> Counter[str]:
    """How many facts there are of each kind, and of what else readings ask about."""
    kinds = {rank: kind for kind, rank in RANK.items()}
    told: Counter[str] = Counter()
    rows = events.group_by("rank", "role", "rating").agg(nw.len().alias("n")).collect().rows()
    for rank, role, rating, count in rows:
        told[kinds[rank]] += count
        told["assist"] += count if role == "assist" else 0
        told["basic"] += count if rating in book.ratings.basic else 0
        told["neutral"] += count if rating in book.ratings.neutral else 0
    return told


def verdicts_otherwise(scoring: Scoring, ticket: str) -> Mapping[Known, tuple[OtherVerdict, ...]]:
    """What other options would make of the breaches of a ticket, by verdict."""
    events = scoring.snapshot.events_of(ticket).collect().lazy()
    own = derive(events, scoring.book.practice(), scoring.calendar)
    now = _states(own.verdicts, scoring, ticket)
    wanted = [known for known, (state, _) in now.items() if state == "breached"]
    found: dict[Known, list[OtherVerdict]] = {}
    measures = frozenset(measure for measure, _, _ in wanted)
    judged = [measure for measure in CATALOGUE if measure.name in measures]
    for choice in _measured(scoring, events, measures) if wanted else ():
        other = derive(events, choice.book.practice(), scoring.calendar, like=own)
        then = _states(other.verdicts_by(judged), scoring, ticket)
        for known in wanted:
            state, month = then.get(known, (ABSENT, None))
            if (state, month) != now[known]:
                found.setdefault(known, []).append(OtherVerdict(choice=choice, state=state, month=month))
    return {known: tuple(others) for known, others in found.items()}


def _states(verdicts: Any, scoring: Scoring, ticket: str) -> dict[Known, tuple[str, int | None]]:
    """State and month of each verdict; one that is not decided by now is pending."""
    columns = ("measure", "unit", "round", "breached", "decided_at", "month")
    rows = verdicts.filter(nw.col("ticket") == ticket).select(*columns).collect().rows()
    told: dict[Known, tuple[str, int | None]] = {}
    for measure, unit, number, breached, decided_at, month in rows:
        pending = decided_at is None or decided_at > scoring.as_of
        told[measure, unit, number] = (
            "pending" if pending else "breached" if breached else "met",
            None if pending else month,
        )
    return told


def lines_otherwise(
    scoring: Scoring, unit: str, months: Sequence[int], lines: Sequence[tuple[Sheet, UnitScore]]
) -> Mapping[str, tuple[OtherLine, ...]]:
    """What other options would make of a unit's lines of a month, by sheet: those that would score another item, or another total."""
    own = _own(scoring, unit)
    alone = {sheet.id for sheet, line in lines if line.basis == "tickets" and not _has_means(sheet)}
    enough = len(alone) == len(lines)
    measured = {
        (one.reading.id, one.option) for one in _measured(scoring, (own if enough else scoring).snapshot.events)
    }
    found: dict[str, list[OtherLine]] = {}
    for choice in choices(scoring.book):
        touches = choice.book.practice() != scoring.book.practice()
        if touches and (choice.reading.id, choice.option) not in measured:
            continue
        other = (
            _under(own, choice)
            if touches or choice.book.exempts != scoring.book.exempts
            else again(scoring, book=choice.book)
        )
        then = _together(other, months)
        for sheet, line in lines:
            new = _line(other, sheet, then, unit) if sheet.id in alone else None
            if new is None:
                new = _among_all(scoring, choice, sheet, months, unit)
            if _told(new) != _told(line):
                found.setdefault(sheet.id, []).append(OtherLine(choice=choice, line=new))
    return {sheet: tuple(others) for sheet, others in found.items()}


def _own(scoring: Scoring, unit: str) -> Scoring:
    """The scoring of the tickets alone that were ever dispatched to a unit: all that its own verdicts can rest on."""
    events = scoring.snapshot.events
    mine = (nw.col("rank") == RANK["dispatch"]) & (nw.col("unit") == unit)
    tickets = events.filter(mine).select("ticket").unique()
    own = events.join(tickets, on="ticket", how="inner").collect().lazy()
    return attrs.evolve(scoring, snapshot=attrs.evolve(scoring.snapshot, whole=own), given=None, kept=None)


def _under(own: Scoring, choice: Choice) -> Scoring:
    return attrs.evolve(again(own, book=choice.book), kept=None)


def _together(scoring: Scoring, months: Sequence[int]) -> Evidence:
    found = scoring.evidence(months)
    return together([found[month] for month in sorted(months)])


def _has_means(sheet: Sheet) -> bool:
    """Whether an item can get the mean of other units."""
    return any(item.when_empty == "group_mean" for item in sheet.items)


def _line(other: Scoring, sheet: Sheet, evidence: Evidence, unit: str) -> UnitScore | None:
    """The unit's line by its own tickets; None where it is not scored by those."""
    active = unit in active_units(other.book, sheet, evidence)
    return unit_score(other.judging, sheet, evidence, unit) if active else None


def _among_all(scoring: Scoring, choice: Choice, sheet: Sheet, months: Sequence[int], unit: str) -> UnitScore | None:
    """The unit's line where all the others are scored too."""
    other = again(scoring, book=choice.book)
    units = sheet_of(other.judging, sheet, _together(other, months)).units
    return next((one for one in units if one.unit == unit), None)


def _told(line: UnitScore | None) -> tuple[Fraction | None, ...]:
    return (None,) if line is None else (line.score, *(one.score for one in line.items))
