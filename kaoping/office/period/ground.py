"""What a score rests on, and what it lacks: what no source tells, rows and changes kept aside, unsaid instants, small numbers."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from calendars.instants import SHANGHAI, day_end, local_instant
from calendars.periods import last_day, month_of
from kaoping.office.period.untold import PeriodGaps
from ledger.batches import Batch, Change
from ledger.facts import LIFECYCLE
from ledger.sentences import Sentence, sentence
from ledger.store import Ledger
from scoring.scores.evidence import UNENROLLED, Evidence
from scoring.scores.scoring import Scoring
from scoring.scores.sheets import SheetScore

FEW = 5
"""A rate of fewer is marked as resting on few."""
MOMENT = re.compile(
    r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?(?:[T\s]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2}))?)?"
)
RUNNING, EMPTY, INVALID, ASIDE = "running", "empty", "invalid", "aside"
ACCEPTABLE = (RUNNING, EMPTY, INVALID, ASIDE)


@attrs.frozen(kw_only=True)
class Few:
    """A rate that rests on fewer than five: 2 of 3 for 工单签收率 of 茅店镇."""

    sheet: str
    unit: str
    item: str
    title: str
    count: int


@attrs.frozen(kw_only=True)
class Ground:
    """What a period's sheets rest on: rounds `untold` by kind, of them those an office says count in full (`waived`); rows kept
    `aside` that are of the period, or of which nobody knows the month (`undated`); `changes` kept aside; `assumed` instants;
    `provisional` verdicts; units that were never enrolled; rates of `few`. `accepted`: what it is published in spite of, `answer`
    what was said of what is untold."""

    untold: Mapping[str, int]
    waived: Mapping[str, int]
    aside: int
    undated: int
    changes: int
    assumed: int
    provisional: int
    unenrolled: tuple[str, ...]
    few: tuple[Few, ...]
    answer: str = ""
    accepted: tuple[str, ...] = ()


def ground_of(
    ledger: Ledger, scoring: Scoring, month: Evidence, sheets: Sequence[SheetScore], gaps: PeriodGaps
) -> Ground:
    """The ground of some sheets of a period, of which this (`period.untold`) is what no source tells."""
    rows = rows_aside(ledger, scoring, month.months)
    channels = {channel for sheet in sheets for channel in sheet.sheet.channels}
    channels |= {channel for one in gaps.sheets for channel in one.sheet.channels}
    strangers = {unit.unit for sheet in sheets for unit in sheet.units if unit.group == UNENROLLED}
    return Ground(
        untold=gaps.untold, waived=gaps.waived,
        aside=len(rows), undated=sum(not dated for dated in rows), changes=len(changes_aside(ledger, scoring, month.months)),
        assumed=sum(n for (_, channel), n in month.missing.assumed.items() if channel in channels),
        provisional=month.provisional, unenrolled=tuple(sorted(strangers)), few=tuple(_few(sheets)),
        answer=gaps.answer,
    )  # fmt: skip


def ground_json(ground: Ground) -> dict[str, Any]:
    """The ground as JSON, as `score` tells it and a publication keeps it."""
    return {
        "untold": dict(ground.untold), "waived": dict(ground.waived), "answer": ground.answer or None,
        "aside": ground.aside, "aside_undated": ground.undated, "changes": ground.changes, "assumed": ground.assumed,
        "provisional": ground.provisional, "unenrolled": list(ground.unenrolled),
        "few": [attrs.asdict(one) for one in ground.few], "accepted": list(ground.accepted),
    }  # fmt: skip


def ground_text(ground: Ground) -> str:
    """The one text of a ground, as a publication keeps it."""
    return json.dumps(ground_json(ground), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _few(sheets: Sequence[SheetScore]) -> Iterator[Few]:
    for sheet in sheets:
        for unit in sheet.units:
            for part in (part for item in unit.items for part in item.parts):
                counts = [one.count for one in part.arithmetic.ratios if one.rate is not None and part.rate is not None]
                if counts and min(counts) < FEW:
                    yield Few(sheet=sheet.sheet.id, unit=unit.unit, item=part.name, title=part.title, count=min(counts))


# what is kept aside


def rows_aside(ledger: Ledger, scoring: Scoring, months: Sequence[int]) -> list[bool]:
    """Of each row kept aside that is of the months, or of which nobody knows the month: whether it is dated. Rows told in the
    same words by several files are one; a row is settled where a later import told a fact of its ticket at an instant it names."""
    found: dict[str, tuple[int, Mapping[str, Any]]] = {}
    for batch in _batches(ledger, scoring):
        for number, cells, _ in ledger.quarantine(batch.number) if batch.quarantined else ():
            name = cells if cells != "{}" else f"{batch.sha256} {number}"
            found[name] = batch.number, json.loads(cells)
    dated = []
    for place, row in found.values():
        moments = [moment for cell in row.values() for moment in _moments(cell)]
        own = {moment.year * 100 + moment.month for moment, _ in moments}
        if (not own or own & {*months}) and not _settled(ledger, place, row, moments):
            dated.append(bool(own))
    return dated


def changes_aside(ledger: Ledger, scoring: Scoring, months: Sequence[int]) -> list[Change]:
    """The changes kept aside, and not taken since, of tickets with a fact in the months."""
    found: dict[tuple[object, ...], Change] = {}
    for batch in _batches(ledger, scoring):
        for change in ledger.changes(batch.number):
            place = change.ticket, change.unit, change.kind, change.field
            found.pop(place, None)
            if not change.taken:
                found[place] = change
    lived = {
        ticket: {month_of(event.fact.at) for event in ledger.events(ticket=ticket, kinds=LIFECYCLE)}
        for ticket in {change.ticket for change in found.values()}
    }
    return [change for change in found.values() if lived[change.ticket] & {*months}]


def _batches(ledger: Ledger, scoring: Scoring) -> list[Batch]:
    """The batches known at the scoring's moment."""
    position = scoring.snapshot.head.position
    return [one for one in ledger.batches() if one.last_position <= position and one.recorded_at <= scoring.as_of]


def _moments(cell: object) -> Iterator[tuple[datetime, bool]]:
    """The moments named in a cell, each with whether it has a time of day."""
    for year, month, day, hour, minute, second in MOMENT.findall(cell) if isinstance(cell, str) else ():
        try:
            at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
            yield at, bool(hour)
        except ValueError:
            continue


def _settled(ledger: Ledger, batch: int, cells: Mapping[str, Any], moments: Iterable[tuple[datetime, bool]]) -> bool:
    instants = set()
    for moment, timed in moments:
        if timed and 1980 < moment.year < 2200:
            instants.add(local_instant(moment, SHANGHAI))
    return bool(instants) and any(
        event.batch > batch and event.fact.at in instants
        for cell in cells.values()
        for event in ledger.events(ticket=str(cell))
    )


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
    if ground.aside or ground.changes:
        yield Objection(name=ASIDE, why=sentence("{rows} rows and {changes} changes are kept aside (kaoping aside lists them).",
            rows=ground.aside, changes=ground.changes))  # fmt: skip
