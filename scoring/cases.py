"""Worked cases: a unit's counts and findings in, its score out, as a clerk would write them down to check a rulebook."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import cattrs

from ledger.events import Finding, read_fact
from ledger.problems import Told, words
from metrics.tallies import Tally
from scoring.evidence import Cause, Month, month_of
from scoring.sheets import Court, UnitScore, unit_score

UNIT = "某单位"


class UnreadableCase(Told):
    """A file of cases that cannot be read."""


@attrs.frozen(kw_only=True)
class Case:
    """One worked case of a sheet.

    `counts`: by measure, [judged, of them not met]; those of `channel`, the sheet's first without one. `findings` are
    written as facts (item, and mode, role, count, document, at where they matter). `score` is what `item` must get, or
    with `item` empty the whole sheet; `lost` by cause is not written: it follows. `readings` are taken otherwise.
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


@attrs.frozen
class Outcome:
    """A case and what came out."""

    case: Case
    got: Fraction

    @property
    def holds(self) -> bool:
        """Whether it is the score the case says."""
        return self.got == Fraction(Decimal(self.case.score))


def read_cases(text: str, name: str) -> tuple[Case, ...]:
    """The cases of a TOML file. Raises UnreadableCase."""
    converter = cattrs.Converter(forbid_extra_keys=True)
    try:
        raw = tomllib.loads(text)
        return tuple(converter.structure(raw.get("cases", []), list[Case]))
    except tomllib.TOMLDecodeError as error:
        raise UnreadableCase(words("{file} is no TOML: {error}", file=name, error=error)) from error
    except Exception as error:
        mistakes = "; ".join(cattrs.transform_error(error))
        raise UnreadableCase(words("{file}: {mistakes}", file=name, mistakes=mistakes)) from error


def try_cases(court_under: Callable[[Mapping[str, str]], Court], cases: Sequence[Case]) -> Iterator[Outcome]:
    """What comes out of each case; `court_under` gives the court with some readings taken otherwise."""
    for case in cases:
        court = court_under(case.readings)
        one = unit_score(court, court.book.sheet(case.sheet), _evidence(court, case), UNIT)
        yield Outcome(case, _got(one, case))


def _evidence(court: Court, case: Case) -> Month:
    month = int(case.month.replace("-", ""))
    sheet = court.book.sheet(case.sheet)
    channel = case.channel or (sheet.channels[0] if sheet.channels else "")
    tallies = {(name, UNIT, channel, month): Tally(*counts) for name, counts in case.counts.items()}
    breaches = {
        (name, UNIT): [Cause(name, f"{name}-{n}", UNIT, 1, channel, True, n) for n in range(1, counts[1] + 1)]
        for name, counts in case.counts.items()
    }
    findings = [_finding(case, number, raw) for number, raw in enumerate(case.findings, 1)]
    counted = [
        one
        for one in findings
        if month_of(one.at) // (100 if sheet.period == "year" else 1) == _span(sheet.period, month)
    ]
    return Month(
        months=(month,), tallies=tallies, breaches=breaches, exempted=(), exemptions=frozenset(),
        findings={UNIT: counted}, every_finding={UNIT: findings}, groups={UNIT: case.group},
    )  # fmt: skip


def _span(period: str, month: int) -> int:
    return month // 100 if period == "year" else month


def _finding(case: Case, number: int, raw: Mapping[str, Any]) -> Cause:
    at = f"{case.month}-15T10:00:00+08:00"
    fact = read_fact({"kind": "finding", "unit": UNIT, "at": at, **raw})
    assert isinstance(fact, Finding)
    return Cause(fact.item, fact.ticket, UNIT, 0, "", True, fact.at, fact, number)


def _got(one: UnitScore, case: Case) -> Fraction:
    if not case.item:
        return one.score or Fraction(0)
    for item in one.items:
        if item.item.id == case.item:
            return item.score
        for part in item.parts:
            if part.name == case.item and part.part.points is not None:
                return part.part.points - part.lost
    raise UnreadableCase(
        words("case {title}: sheet {sheet} has no item {item}", title=case.title, sheet=case.sheet, item=case.item)
    )
