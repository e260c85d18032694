"""A file of worked cases: the cases under [[cases]], and what in them no rulebook could make sense of."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from kaoping.files.lines import line_at, lines_of
from kaoping.files.strict import FileKind, Placed
from kaoping.language import words
from ledger.facts import KIND
from ledger.sentences import Mistake, sentence
from scoring.scores.cases import Case, mistakes_in

ROLES = {"主办": "lead", "协办": "assist", "lead": "lead", "assist": "assist"}
WITHOUT_TICKET = ("finding", "enrol")
LIKE = "2023-05-08 09:00 派单 某镇 主办 时限=5"


@attrs.frozen(kw_only=True)
class CaseFile:
    """A file of cases, such as the 23 of one rulebook's base sheet."""

    cases: tuple[Case, ...] = ()


def read_cases(text: str, name: str) -> tuple[Case, ...]:
    """The cases of a TOML text, each with its file and line, its log read. Raises UnusableFile with every mistake."""
    cases = CASES.read(text, name).cases
    lines = lines_of(text)
    return tuple(
        attrs.evolve(
            case, file=name, line=line_at(lines, f"cases[{number}]"), facts=tuple(map(_fact, _log_lines(case)))
        )
        for number, case in enumerate(cases)
    )


def _log_lines(case: Case) -> list[str]:
    return [line for line in case.log.splitlines() if line.strip()]


def _fact(line: str) -> Mapping[str, Any]:
    """A line of a log, such as "2023-05-08 09:00 派单 某镇 主办 时限=5", as the exchange format has it: day, time, what, unit, then
    what is told besides. The ticket is 1 unless it says another. Raises ValueError."""
    day, time, word, unit, *details = line.split()
    kind = words.kind_of(word)
    if kind not in KIND:
        raise ValueError(word)
    fact: dict[str, Any] = {"kind": kind, "unit": unit, "at": words.value_of(None, kind, "at", f"{day} {time}")}
    if kind not in WITHOUT_TICKET:
        fact["ticket"] = "1"
    for detail in details:
        name, _, value = detail.rpartition("=")
        field = words.field_of(kind, name or "role")
        fact[field] = ROLES.get(value, value) if field == "role" else words.value_of(None, kind, field, value)
    return fact


def _judged(file: CaseFile) -> Iterator[Placed]:
    for number, case in enumerate(file.cases):
        facts = []
        for line in _log_lines(case):
            try:
                facts.append(_fact(line))
            except ValueError:
                why = sentence("case {title}: {key} {value} cannot be read", title=case.title, key="log", value=line)
                yield f"cases[{number}].log", Mistake("", None, why, sentence("Write it like: {forms}", forms=LIKE))
        for key, why in mistakes_in(attrs.evolve(case, facts=tuple(facts))):
            yield f"cases[{number}].{key}", Mistake("", None, why, "Compare it with a case that travels with Kaoping.")


CASES = FileKind(shape=CaseFile, filled={Case: ("file", "line", "facts")}, judge=_judged)
