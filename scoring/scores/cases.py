"""Worked cases: a unit's counts and findings in, its score out, as a clerk would write them down to check a rulebook."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn

from calendars.periods import month_of
from ledger.exchange import read_fact
from ledger.facts import Finding
from ledger.sentences import Sentence, UnreadableFact, UserError, listed, sentence
from metrics.measures import MEASURE
from metrics.tallies import Tally
from scoring.law.checks import NUMBER
from scoring.law.rulebook import Rulebook, Sheet
from scoring.scores.evidence import Charge, Evidence
from scoring.scores.sheets import Judging, UnitScore, unit_score

UNIT = "某单位"


class UnreadableCase(UserError):
    """A file of cases that cannot be read."""


@attrs.frozen(kw_only=True)
class Case:
    """One worked case of a sheet, from `file`.

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


@attrs.frozen
class Outcome:
    """A case and what came out."""

    case: Case
    got: Fraction

    @property
    def holds(self) -> bool:
        """Whether it is the score the case says."""
        return self.got == Fraction(self.case.score)


def read_cases(text: str, name: str) -> tuple[Case, ...]:
    """The cases of a TOML file. Raises UnreadableCase with every mistake."""
    try:
        raw = tomllib.loads(text)
        cases = tuple(attrs.evolve(one, file=name) for one in _converter().structure(raw.get("cases", []), list[Case]))
    except tomllib.TOMLDecodeError as error:
        raise UnreadableCase(sentence("{file} is not TOML: {error}", file=name, error=error)) from error
    except Exception as error:
        mistakes = "; ".join(cattrs.transform_error(error))
        raise UnreadableCase(sentence("{file}: {mistakes}", file=name, mistakes=mistakes)) from error
    _refuse(name, [mistake for case in cases for mistake in _misshapen(case)])
    return cases


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    hook = make_dict_structure_fn(Case, converter, file=cattrs.override(omit=True), _cattrs_forbid_extra_keys=True)
    converter.register_structure_hook(Case, hook)
    return converter


def _refuse(file: str, mistakes: Sequence[Sentence]) -> None:
    if mistakes:
        raise UnreadableCase(sentence("{file}: {mistakes}", file=file, mistakes=listed(mistakes, "; ")))


def _misshapen(case: Case) -> Iterator[Sentence]:
    """What no rulebook could make sense of."""
    if not re.fullmatch(NUMBER, case.score):
        yield sentence("case {title}: {key} {value} cannot be read", title=case.title, key="score", value=case.score)
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", case.month):
        yield sentence("case {title}: {key} {value} cannot be read", title=case.title, key="month", value=case.month)
        return
    for name, (count, breaches) in case.counts.items():
        if name not in MEASURE:
            known = " ".join(MEASURE)
            yield sentence(
                "item {item}: there is no measure {measure}; known: {known}", item=case.title, measure=name, known=known
            )
        elif not 0 <= breaches <= count:
            value = f"{name} = [{count}, {breaches}]"
            yield sentence("case {title}: {key} {value} cannot be read", title=case.title, key="counts", value=value)
    for number, raw in enumerate(case.findings, 1):
        try:
            _finding(case, number, raw)
        except UnreadableFact as error:
            yield sentence("case {title}: {key} {value} cannot be read", title=case.title, key="findings", value=error)


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
    for name in strange:
        yield sentence("case {title}: sheet {sheet} has no item {item}", title=case.title, sheet=case.sheet, item=name)


def try_cases(court_under: Callable[[Mapping[str, str]], Judging], cases: Sequence[Case]) -> Iterator[Outcome]:
    """What comes out of each case; `court_under` gives the court with some readings taken otherwise.

    Raises UnreadableCase for a case that means nothing under the rulebook.
    """
    courts: dict[tuple[tuple[str, str], ...], Judging] = {}
    for case in cases:
        taken = tuple(sorted(case.readings.items()))
        if taken not in courts:
            courts[taken] = court_under(case.readings)
        judging = courts[taken]
        _refuse(case.file, list(_misplaced(judging.book, case)))
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
    raise UnreadableCase(
        sentence("case {title}: sheet {sheet} has no item {item}", title=case.title, sheet=case.sheet, item=case.item)
    )
