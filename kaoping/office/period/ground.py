"""What a score rests on, and what it lacks: what no source tells, rows and changes kept aside, unsaid instants, small numbers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from calendars.instants import SHANGHAI, day_end, day_start
from calendars.periods import last_day, month_of
from kaoping.office.intake.leftovers import Leftovers, LeftRow, leftovers, months_named
from kaoping.office.period.untold import PeriodGaps
from ledger.batches import Batch
from ledger.facts import LIFECYCLE, Dispatch
from ledger.intake.coverage import STOOD_IN
from ledger.sentences import Sentence, sentence
from ledger.store import Ledger
from metrics.measures import MEASURE
from scoring.law.rulebook import EACH, RATED
from scoring.scores.evidence import UNENROLLED, Evidence
from scoring.scores.parts import FEW, PartScore
from scoring.scores.scoring import Scoring
from scoring.scores.sheets import SheetScore
from scoring.scores.workings import Ratio

RUNNING, EMPTY, INVALID, ASIDE = "running", "empty", "invalid", "aside"
ACCEPTABLE = (RUNNING, EMPTY, INVALID, ASIDE)


@attrs.frozen(kw_only=True)
class Few:
    """A rate that rests on few: 2 of 3 for 工单签收率 of 茅店镇: fewer than five, or fewer than the rulebook asks for (`least`);
    `judged` all the same, or not."""

    sheet: str
    unit: str
    item: str
    title: str
    count: int
    measure: str = ""
    least: int = FEW
    judged: bool = True


@attrs.frozen(kw_only=True)
class Ground:
    """What a period's sheets rest on: rounds `untold` by kind, of them those an office says count in full (`waived`); rows kept `aside`
    that are of the period, or of which nobody knows the month (`undated`); rows taken only in `part`, as they tell acts without a
    time; `changes` kept aside; `assumed` instants; `provisional` verdicts; units that were never enrolled; rates of `few`.
    `lacked`: headings that sources of the period lacked, and in whose stead something was taken that says who is judged.
    `accepted`: what it is published in spite of, `answer` what was said of what is untold."""

    untold: Mapping[str, int]
    waived: Mapping[str, int]
    aside: int
    undated: int
    part: int = 0
    changes: int
    assumed: int
    provisional: int
    unenrolled: tuple[str, ...]
    few: tuple[Few, ...]
    lacked: tuple[str, ...] = ()
    answer: str = ""
    accepted: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Aside:
    """What became no fact, or not wholly: of each row the months that it names and whether it was taken in part, of each change the months
    in which its ticket has a fact, and of files that lack headings these and the months of the dispatches they brought."""

    rows: tuple[tuple[tuple[int, ...], bool], ...]
    changes: tuple[tuple[int, ...], ...]
    lacked: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]


def ground_of(
    ledger: Ledger, scoring: Scoring, month: Evidence, sheets: Sequence[SheetScore], gaps: PeriodGaps
) -> Ground:
    """The ground of some sheets of a period, of which this (`period.untold`) is what no source tells."""
    return ground_on(aside_of(ledger, scoring, month.months), scoring, month, sheets, gaps)


def ground_on(kept: Aside, scoring: Scoring, month: Evidence, sheets: Sequence[SheetScore], gaps: PeriodGaps) -> Ground:
    """The same, what is kept aside being known."""
    own = {*month.months}
    found = [(named, part) for named, part in kept.rows if not named or {*named} & own]
    rows = [named for named, part in found if not part]
    channels = {channel for sheet in sheets for channel in sheet.sheet.channels}
    channels |= {channel for one in gaps.sheets for channel in one.sheet.channels}
    strangers = {unit.unit for sheet in sheets for unit in sheet.units if unit.group == UNENROLLED}
    return Ground(
        untold=gaps.untold, waived=gaps.waived,
        aside=len(rows), undated=sum(not named for named in rows), part=sum(part for _, part in found),
        changes=sum(bool({*named} & own) for named in kept.changes),
        assumed=sum(n for (_, channel), n in month.missing.assumed.items() if channel in channels),
        provisional=month.provisional, unenrolled=tuple(sorted(strangers)), few=tuple(_few(sheets)),
        lacked=tuple(dict.fromkeys(one for headings, named in kept.lacked if {*named} & own for one in headings)),
        answer=gaps.answer,
    )  # fmt: skip


def ground_json(ground: Ground) -> dict[str, Any]:
    """The ground as JSON, as `score` tells it and a publication keeps it."""
    return {
        "untold": dict(ground.untold), "waived": dict(ground.waived), "answer": ground.answer or None,
        "aside": ground.aside, "aside_undated": ground.undated, "part": ground.part, "changes": ground.changes, "assumed": ground.assumed,
        "provisional": ground.provisional, "unenrolled": list(ground.unenrolled),
        "few": [attrs.asdict(one) for one in ground.few], "accepted": list(ground.accepted),
        **({"lacked": list(ground.lacked)} if ground.lacked else {}),
    }  # fmt: skip


def ground_text(ground: Ground) -> str:
    """The one text of a ground, as a publication keeps it."""
    return json.dumps(ground_json(ground), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _few(sheets: Sequence[SheetScore]) -> Iterator[Few]:
    for sheet in sheets:
        for unit in sheet.units:
            for part in (part for item in unit.items for part in item.parts):
                for one in _few_ratios(part):
                    title = f"{part.title}（{MEASURE[one.measure].word}）" if part.part.weights else part.title
                    least = (part.part.few or FEW) if _called_few(part, one) else FEW
                    yield Few(
                        sheet=sheet.sheet.id, unit=unit.unit, item=part.name, title=title, count=one.count,
                        measure=one.measure, least=least, judged=one.rate is not None,
                    )  # fmt: skip


def _few_ratios(part: PartScore) -> Iterator[Ratio]:
    """The rates of a part that rest on few; where one measure decides for all that there are too few, only that one."""
    for one in part.arithmetic.ratios if part.part.kind in RATED else ():
        if _called_few(part, one) or (one.rate is not None and one.count < FEW):
            yield one


def _called_few(part: PartScore, one: Ratio) -> bool:
    """Whether the rulebook calls it few."""
    if part.part.few_of in (EACH, one.measure):
        return one.few or (part.part.few_of == one.measure and any(other.few for other in part.arithmetic.ratios))
    return False


# what is kept aside


def aside_of(ledger: Ledger, scoring: Scoring, months: Sequence[int] | None = None) -> Aside:
    """What is kept aside at the scoring's moment: all of it, or what is of some months. Rows told in the same words by several files are
    one; what was mended or declined since is no more."""

    def asked(row: LeftRow) -> bool:
        named = months_named(row)
        return months is None or not named or bool(named & {*months})

    left = leftovers(ledger, _batches(ledger, scoring), scoring.snapshot.head.position, asked)
    rows = {one.digest: one for one in left.rows if not one.became}
    changes = [lived for lived in _lived(ledger, left) if months is None or lived & {*months}]
    return Aside(
        rows=tuple((tuple(sorted(months_named(one))), one.part) for one in rows.values()),
        changes=tuple(tuple(sorted(lived)) for lived in changes), lacked=tuple(_lacked(ledger, scoring, months)),
    )  # fmt: skip


def rows_aside(ledger: Ledger, scoring: Scoring, months: Sequence[int]) -> tuple[list[bool], int]:
    """Of each row kept aside that is of the months, or of which nobody knows the month: whether it is dated; and how many rows of
    these were taken in part."""
    rows = aside_of(ledger, scoring, months).rows
    return [bool(named) for named, part in rows if not part], sum(part for _, part in rows)


def changes_aside(ledger: Ledger, scoring: Scoring, months: Sequence[int]) -> int:
    """How many changes are kept aside, and not taken since, of tickets with a fact in the months."""
    return len(aside_of(ledger, scoring, months).changes)


def _lived(ledger: Ledger, left: Leftovers) -> list[set[int]]:
    """Of each change kept aside, and not taken since, the months in which its ticket has a fact."""
    found = [one.change for one in left.changes if not one.became]
    lived = {
        ticket: {month_of(event.fact.at) for event in ledger.events(ticket=ticket, kinds=LIFECYCLE)}
        for ticket in {change.ticket for change in found}
    }
    return [lived[change.ticket] for change in found]


def _lacked(
    ledger: Ledger, scoring: Scoring, months: Sequence[int] | None
) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    """(headings, months) of files: the headings of columns in whose stead something was taken, where they brought dispatches."""
    lacks = {
        one.number: tuple(coverage.missing[column] for column in STOOD_IN if column in coverage.missing)
        for one in _batches(ledger, scoring)
        if (coverage := ledger.coverage(one.number)) is not None
    }
    brought: dict[int, set[int]] = {number: set() for number, headings in lacks.items() if headings}
    if months is not None:
        for month in months if brought else ():
            since, until = day_start(last_day(month).replace(day=1), SHANGHAI), day_end(last_day(month), SHANGHAI) + 1
            for number in ledger.batches_with(Dispatch.kind, since, until):
                brought.get(number, set()).add(month)
    elif brought:
        for event in ledger.events(kinds=(Dispatch.kind,)):
            brought.get(event.batch, set()).add(month_of(event.fact.at))
    yield from ((lacks[number], tuple(sorted(found))) for number, found in brought.items() if found)


def _batches(ledger: Ledger, scoring: Scoring) -> list[Batch]:
    """The batches known at the scoring's moment."""
    position = scoring.snapshot.head.position
    return [one for one in ledger.batches() if one.last_position <= position and one.recorded_at <= scoring.as_of]


# what is refused


@attrs.frozen(kw_only=True)
class Objection:
    """Why a period should not be published as it is, and the name by which it can be accepted."""

    name: str
    why: Sentence


def objections(scoring: Scoring, month: Evidence, ground: Ground, period: str) -> Iterator[Objection]:
    """What speaks against publishing a period: it has not ended, has no ticket, lies outside the rules, or something is aside."""
    book, end = scoring.book, last_day(month.month)
    if day_end(end, SHANGHAI) > scoring.as_of:
        yield Objection(name=RUNNING, why=sentence("{period} has not ended.", period=period))
    if not month.tallies:
        yield Objection(name=EMPTY, why=sentence("{period} has not a single ticket.", period=period))
    if not all(map(book.covers, month.months)):
        yield Objection(name=INVALID, why=sentence("{period} lies outside the validity of {book} ({start} to {until}).",
            period=period, book=book.id, start=book.valid_from, until=book.valid_until))  # fmt: skip
    if ground.aside or ground.part or ground.changes:
        why = sentence(
            "{rows} rows, {part} parts of rows and {changes} changes are kept aside (kaoping aside lists them).",
            rows=ground.aside, part=ground.part, changes=ground.changes,
        )  # fmt: skip
        yield Objection(name=ASIDE, why=why)
