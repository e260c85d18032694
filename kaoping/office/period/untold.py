"""Whether a period may be scored: what no source tells of it, and what was said of that. Whoever scores a period asks here."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import narwhals as nw

from calendars.periods import month_of, show_months
from ledger.sentences import Sentence, UserError, listed, sentence
from ledger.store import Ledger
from scoring.law.rulebook import PERIODS, Sheet
from scoring.scores.evidence import Evidence, together
from scoring.scores.gaps import Gap, gaps_of
from scoring.scores.scoring import Scoring

SOURCES = 3  # named of one gap


class Untold(UserError):
    """A score of which no source tells what an item needs."""


@attrs.frozen
class SheetGaps:
    """What no source tells of a sheet in some months: a month's sheet, or one of those that a year is made of."""

    sheet: Sheet
    evidence: Evidence
    gaps: tuple[Gap, ...]


@attrs.frozen(kw_only=True)
class PeriodGaps:
    """What no source tells of a period, sheet by sheet; `answer`: what was said that is to come of it (full, breach), or nothing."""

    sheets: tuple[SheetGaps, ...]
    answer: str = ""

    @property
    def wanting(self) -> list[tuple[SheetGaps, Gap]]:
        """The gaps on which no score can rest, whatever was said of them."""
        return [(one, gap) for one in self.sheets for gap in one.gaps if gap.is_wanting]

    @property
    def may_be_scored(self) -> bool:
        """Whether the period may be scored: nothing is in want, or it was said what is to come of that."""
        return bool(self.answer) or not self.wanting

    @property
    def untold(self) -> Mapping[str, int]:
        """Rounds by the kind of fact that is missing, each once on a sheet."""
        return self._by_kind("lacking")

    @property
    def waived(self) -> Mapping[str, int]:
        """Of those the rounds of which the office says that they count in full."""
        return self._by_kind("excused")

    def _by_kind(self, what: str) -> Mapping[str, int]:
        totals: dict[str, int] = {}
        for one in self.sheets:
            counts = [getattr(gap, what) for gap in one.gaps]
            for kind in {kind for count in counts for kind in count}:
                totals[kind] = totals.get(kind, 0) + max(count.get(kind, 0) for count in counts)
        return {kind: count for kind, count in sorted(totals.items()) if count}


NO_GAPS = PeriodGaps(sheets=())


def period_gaps(
    scoring: Scoring, kind: str, months: Sequence[int], sheets: Collection[str] | None = None
) -> PeriodGaps:
    """What no source tells of a period of a kind (month, quarter, half, year): of its own sheets, and of a year also of the sheets
    that its rules take together; or of some of its own `sheets` alone."""
    judged = _judged(scoring, kind, months, sheets)
    found = tuple(SheetGaps(sheet, evidence, tuple(gaps_of(sheet, evidence))) for sheet, evidence in judged)
    return PeriodGaps(sheets=found, answer=scoring.book.untold)


def sheet_gaps(scoring: Scoring, places: Iterable[tuple[Sheet, int]]) -> PeriodGaps:
    """The same of some sheets, each in its period that a month like 202305 lies in."""
    found: dict[tuple[str, tuple[int, ...]], SheetGaps] = {}
    for sheet, month in places:
        months = scoring.book.period(sheet, month)
        if (sheet.id, months) not in found:
            evidence = _evidence(scoring, months)
            found[sheet.id, months] = SheetGaps(sheet, evidence, tuple(gaps_of(sheet, evidence)))
    return PeriodGaps(sheets=tuple(found.values()), answer=scoring.book.untold)


def gaps_json(gaps: PeriodGaps) -> dict[str, Any]:
    """What no source tells, as JSON: rounds by kind, what was said of them, and what no score can rest on."""
    return {
        "untold": dict(gaps.untold), "waived": dict(gaps.waived), "answer": gaps.answer or None,
        "wanting": [
            {
                "sheet": one.sheet.id, "period": show_months(one.evidence.months), "item": gap.item.id, "title": gap.item.title,
                "kinds": dict(gap.lacking), "untold": gap.untold, "rounds": gap.rounds,
            }
            for one, gap in gaps.wanting
        ],
    }  # fmt: skip


def refuse_untold(
    ledger: Ledger | None, scoring: Scoring, kind: str, months: Sequence[int], sheets: Collection[str] | None = None
) -> PeriodGaps:
    """The same. Raises Untold where an item of a sheet rests on rounds of which no source tells what it needs, unless it was said
    what is to come of those; without a ledger it does not say which files these are."""
    found = period_gaps(scoring, kind, months, sheets)
    if found.may_be_scored:
        return found
    why = sentence("{month} cannot be scored: no source tells what some items need.\n{items}",
        month=show_months(tuple(months)), items=listed([*_told(ledger, scoring, found)]))  # fmt: skip
    raise Untold(
        why,
        "Import the files again with these columns (or list the headings in your profile), or say what is to come of them: "
        "--untold full (the items in full, marked), --untold breach (as if not done; who was not asked has no rating, what has no limit"
        " is never late).",
    )


def _judged(
    scoring: Scoring, kind: str, months: Sequence[int], sheets: Collection[str] | None
) -> Iterator[tuple[Sheet, Evidence]]:
    """The sheets of a period, each with the evidence that it is judged on."""
    own = [one for one in scoring.book.sheets if one.period == kind and (sheets is None or one.id in sheets)]
    if own:
        evidence = _evidence(scoring, months)
        yield from ((sheet, evidence) for sheet in own)
    if kind != "year" or sheets is not None:
        return
    seen = set()
    for rule in scoring.book.years:
        begun = [month for month in rule.months(months[-1] // 100) if month <= month_of(scoring.as_of)]
        for component in rule.components:
            sheet = scoring.book.sheet(component.sheet)
            size = PERIODS[sheet.period]
            for chunk in (tuple(begun[start : start + size]) for start in range(0, len(begun), size)):
                if sheet not in own and (sheet.id, chunk) not in seen:
                    seen.add((sheet.id, chunk))
                    yield sheet, _evidence(scoring, chunk)


def _evidence(scoring: Scoring, months: Sequence[int]) -> Evidence:
    found = scoring.evidence(months)
    return found[months[0]] if len(months) == 1 else together([found[month] for month in months])


# how it is told


def _told(ledger: Ledger | None, scoring: Scoring, found: PeriodGaps) -> Iterator[Sentence]:
    """Where each gap comes from: the file, the column it lacks, and the heading that may be it."""
    seen = set()
    for one, gap in found.wanting:
        for kind in gap.lacking:
            if (place := (one.sheet.id, one.evidence.months, gap.item.id, kind)) not in seen:
                seen.add(place)
                named = [] if ledger is None else list(_sources(ledger, scoring, one.evidence, gap, kind))
                sources = listed(named, "; ") if named else sentence("its ledger says which files")
                yield sentence(
                    "  {sheet} · {item}: {untold} of {rounds} rounds without {kind}: {sources}", sheet=_named(found, one),
                    item=gap.item.title, untold=gap.lacking[kind], rounds=gap.rounds, kind=sentence(kind), sources=sources,
                )  # fmt: skip


def _named(found: PeriodGaps, one: SheetGaps) -> str:
    """A sheet, with its months where the period has several such sheets."""
    several = len({each.evidence.months for each in found.sheets}) > 1
    return f"{one.sheet.title} {show_months(one.evidence.months)}" if several else one.sheet.title


def _sources(ledger: Ledger, scoring: Scoring, month: Evidence, gap: Gap, kind: str) -> Iterator[Sentence]:
    own = (
        (nw.col("measure") == gap.measure)
        & nw.col("month").is_in(list(month.months))
        & nw.col("unit").is_in(list(gap.units))
        & nw.col("lacking").str.contains(kind, literal=True)
    )
    positions = scoring.derived.untold.filter(own).select("position").unique().collect()["position"].to_list()
    batches = ledger.batches()
    ends = [one.last_position for one in batches]
    numbers = sorted({bisect_left(ends, position) for position in positions})
    for batch in [batches[number] for number in numbers][-SOURCES:]:
        coverage = ledger.coverage(batch.number)
        column = None if coverage is None else coverage.missing.get(kind)
        if coverage is None or column is None:
            yield sentence("{file} tells none", file=batch.name)
        elif column in coverage.likely:
            yield sentence("{file} has no column {column}; most like it is {like}",
                file=batch.name, column=column, like=coverage.likely[column])  # fmt: skip
        else:
            yield sentence("{file} has no column {column}", file=batch.name, column=column)
