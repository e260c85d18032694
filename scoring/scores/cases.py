"""Worked cases: a unit's counts and findings in, its score out, as a clerk would write them down to check a rulebook."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs

from calendars.periods import month_of
from ledger.exchange import read_fact
from ledger.facts import Finding
from ledger.sentences import Problem, Sentence, UnreadableFact, UnusableFile, sentence
from metrics.measures import MEASURE
from metrics.tallies import Tally
from scoring.law.checks import NUMBER
from scoring.law.rulebook import Rulebook, Sheet
from scoring.scores.evidence import Charge, Evidence
from scoring.scores.sheets import Judging, UnitScore, unit_score

UNIT = "某单位"


@attrs.frozen(kw_only=True)
class Case:
    """One worked case of a sheet, from a `line` of a `file`.

    `counts`: by measure, [judged, of them not met], in `month`; those of `channel`, the sheet's first without one.
    `findings` are written as facts (item, and mode, role, count, document, at where they matter). `score` is what `item`
    must get, or with `item` empty the whole sheet; `lost` by cause is not written: it follows. `readings` are taken
    otherwise.
    """

    title: str
    sheet: str
    score: str
    item: str = ""
    group: str = "乡镇"
    month: str = "2023-05"
    channel: str = ""
    counts: Mapping[str, tuple[int, int]] = attrs.Factory(dict)
    findings: tuple[Mapping[str, Any], ...] = ()
    readings: Mapping[str, str] = attrs.Factory(dict)
    file: str = ""
    line: int = 0


@attrs.frozen
class Outcome:
    """A case and what came out."""

    case: Case
    got: Fraction

    @property
    def holds(self) -> bool:
        """Whether it is the score the case says."""
        return self.got == Fraction(self.case.score)


def mistakes_in(case: Case) -> Iterator[tuple[str, Sentence]]:
    """What no rulebook could make sense of, each with the key it stands under."""
    if not re.fullmatch(NUMBER, case.score):
        yield "score", _unreadable(case, "score", case.score)
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", case.month):
        yield "month", _unreadable(case, "month", case.month)
        return
    for name, (count, breaches) in case.counts.items():
        if name not in MEASURE:
            known = " ".join(MEASURE)
            yield (
                f"counts.{name}",
                sentence(
                    "item {item}: there is no measure {measure}; known: {known}",
                    item=case.title,
                    measure=name,
                    known=known,
                ),
            )
        elif not 0 <= breaches <= count:
            yield f"counts.{name}", _unreadable(case, "counts", f"{name} = [{count}, {breaches}]")
    for number, raw in enumerate(case.findings):
        try:
            _finding(case, number + 1, raw)
        except UnreadableFact as error:
            yield f"findings[{number}]", _unreadable(case, "findings", error)


def _unreadable(case: Case, key: str, value: object) -> Sentence:
    return sentence("case {title}: {key} {value} cannot be read", title=case.title, key=key, value=value)


def _unusable(case: Case, mistakes: Iterable[Sentence]) -> UnusableFile:
    remedy = sentence("Mend the case, or name the rulebook it is for with --rulebook.")
    return UnusableFile.of(
        (case.file, Problem(row=case.line, column="", value="", why=why, remedy=remedy)) for why in mistakes
    )


def _misplaced(book: Rulebook, case: Case) -> Iterator[Sentence]:
    """What this rulebook makes nothing of: a sheet, an item or a finding it does not know."""
    sheet = next((sheet for sheet in book.sheets if sheet.id == case.sheet), None)
    if sheet is None:
        known = " ".join(sheet.id for sheet in book.sheets)
        yield sentence("there is no sheet {sheet}; known: {known}", sheet=case.sheet, known=known)
        return
    items = {name for item in sheet.items for name in (item.id, *(item.name_of(part) for part in item.parts))}
    found = {name for item in sheet.items for part in item.parts for name in (part.finding, part.answered_by)}
    found |= {veto.finding for veto in sheet.vetoes}
    strange = [str(raw.get("item")) for raw in case.findings if raw.get("item") not in found]
    if case.item and case.item not in items:
        strange.append(case.item)
    yield from (_strange(case, name) for name in strange)


def _strange(case: Case, name: str) -> Sentence:
    return sentence("case {title}: sheet {sheet} has no item {item}", title=case.title, sheet=case.sheet, item=name)


def try_cases(court_under: Callable[[Mapping[str, str]], Judging], cases: Sequence[Case]) -> Iterator[Outcome]:
    """What comes out of each case; `court_under` gives the court with some readings taken otherwise.

    Raises UnusableFile for a case that means nothing under the rulebook.
    """
    courts: dict[tuple[tuple[str, str], ...], Judging] = {}
    for case in cases:
        taken = tuple(sorted(case.readings.items()))
        if taken not in courts:
            courts[taken] = court_under(case.readings)
        judging = courts[taken]
        if misplaced := list(_misplaced(judging.book, case)):
            raise _unusable(case, misplaced)
        one = unit_score(judging, judging.book.sheet(case.sheet), _evidence(judging.book, case), UNIT)
        yield Outcome(case, _got(one, case))


def _evidence(book: Rulebook, case: Case) -> Evidence:
    sheet = book.sheet(case.sheet)
    month = int(case.month.replace("-", ""))
    months = book.period(sheet, month)
    channel = case.channel or _first_channel(sheet)
    tallies = {(name, UNIT, channel, month): Tally(*counts) for name, counts in case.counts.items()}
    breaches = {
        (name, UNIT): [Charge(name, f"{name}-{n}", UNIT, 1, channel, True, n) for n in range(1, counts[1] + 1)]
        for name, counts in case.counts.items()
    }
    findings = [_finding(case, number, raw) for number, raw in enumerate(case.findings, 1)]
    return Evidence(
        months=months, tallies=tallies, breaches=breaches, exempted=(), exemptions=frozenset(),
        findings={UNIT: [one for one in findings if month_of(one.at) in months]}, every_finding={UNIT: findings},
        groups={UNIT: case.group},
    )  # fmt: skip


def _first_channel(sheet: Sheet) -> str:
    return sheet.channels[0] if sheet.channels else ""


def _finding(case: Case, number: int, raw: Mapping[str, Any]) -> Charge:
    at = f"{case.month}-15T10:00:00+08:00"
    fact = read_fact({"at": at, **raw, "kind": "finding", "unit": UNIT})
    assert isinstance(fact, Finding)
    return Charge(fact.item, fact.ticket, UNIT, 0, "", True, fact.at, fact, number)


def _got(one: UnitScore, case: Case) -> Fraction:
    """The sheet's total, the item's score, or that of a part with points of its own."""
    if not case.item:
        return one.score or Fraction(0)
    for item in one.items:
        if item.item.id == case.item:
            return item.score
        for part in item.parts:
            if part.name == case.item and part.part.points is not None:
                return part.score
    raise _unusable(case, [_strange(case, case.item)])
