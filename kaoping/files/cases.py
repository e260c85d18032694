"""A file of worked cases: the cases under [[cases]], and what in them no rulebook could make sense of."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from calendars.hours import Unfit
from kaoping.files.toml.lines import line_at, lines_of
from kaoping.files.toml.strict import FileKind, Placed
from kaoping.language import words
from ledger.exchange import read_fact
from ledger.facts import KIND, LIFECYCLE, NAMED, STORED_AS, fields_of
from ledger.sentences import Mistake, Sentence, UnreadableFact, sentence
from scoring.scores.cases import Case, mistakes_in, named_value

ROLES = {"主办": "lead", "协办": "assist", "lead": "lead", "assist": "assist"}
WITHOUT_TICKET = ("finding", "enrol")
TOLD = tuple(dict.fromkeys((*LIFECYCLE, "finding", "exempt", "enrol")))
"""The events of a log."""
LIKE = "2023-05-08 09:00 派单 某镇 主办 时限=5"
LIKE_THIS = "Write it like: {forms}"


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
            case, file=name, line=line_at(lines, f"cases[{number}]"), facts=tuple(_fact(line) for _, line in _log(case))
        )
        for number, case in enumerate(cases)
    )


def _log(case: Case) -> list[tuple[int, str]]:
    """The lines of a log that say something, each with its number in it, from 0."""
    return [(number, line) for number, line in enumerate(case.log.splitlines()) if line.strip()]


def _fact(line: str) -> Mapping[str, Any]:
    """A line of a log, such as "2023-05-08 09:00 派单 某镇 主办 时限=5", as the exchange format has it: day, time, what, unit, then
    what is told besides. The ticket is 1 unless it says another. Raises Unfit, ValueError for a time that is none."""
    try:
        day, time, word, unit, *details = line.split()
    except ValueError as error:
        raise Unfit("a line tells day, time, event and unit, with blanks between", LIKE_THIS, forms=LIKE) from error
    kind = words.kind_of(word)
    if kind not in TOLD:
        known = " ".join(f"{KIND[name].word}({name})" for name in TOLD)
        raise Unfit("'{value}' is no event of a log", "use one of: {known}", value=word, known=known)
    try:
        at = words.value_of(None, kind, "at", f"{day} {time}")
    except ValueError as error:
        raise Unfit("'{value}' is no day and time", LIKE_THIS, value=f"{day} {time}", forms=LIKE) from error
    fact: dict[str, Any] = {"kind": kind, "unit": unit, "at": at}
    if kind not in WITHOUT_TICKET:
        fact["ticket"] = "1"
    return fact | dict(_detail(kind, word, detail) for detail in details)


def _detail(kind: str, word: str, detail: str) -> tuple[str, Any]:
    """One name=value of a line, or the bare role. Raises Unfit."""
    name, mark, value = detail.partition("=")
    if not mark and (value := ROLES.get(detail, "")) and "role" in fields_of(KIND[kind]):
        return "role", value
    field = words.field_of(kind, name)
    if not mark or STORED_AS.get(field, field) not in fields_of(KIND[kind]) or field in NAMED:
        known = " ".join(words.fields_shown(kind))
        raise Unfit("'{value}' tells nothing of {word}", "use one of: {known}", value=detail, word=word, known=known)
    try:
        return field, ROLES.get(value, value) if field == "role" else words.value_of(None, kind, field, value)
    except ValueError as error:
        raise Unfit("'{value}' is no day and time", LIKE_THIS, value=value, forms=f"{name}=2023-05-15") from error


def _misread(line: str) -> Iterator[tuple[Sentence, Sentence]]:
    """What is wrong with a line of a log, and how to mend it; nothing where it can be read."""
    try:
        read_fact(_fact(line))
    except Unfit as unfit:
        yield sentence(unfit.why, **unfit.values), sentence(unfit.remedy, **unfit.values)
    except UnreadableFact as error:
        for one in error.mistakes:
            yield sentence("{field} {why}", field=named_value(one), why=one.why), one.remedy


def _judged(file: CaseFile) -> Iterator[Placed]:
    for number, case in enumerate(file.cases):
        facts = []
        for place, line in _log(case):
            wrong = [*_misread(line)]
            facts += [] if wrong else [_fact(line)]
            for why, remedy in wrong:
                told = sentence("case {title}: log: {why}", title=case.title, why=why)
                yield f"cases[{number}].log[{place}]", Mistake("", None, told, remedy)
        for key, why in mistakes_in(attrs.evolve(case, facts=tuple(facts))):
            yield f"cases[{number}].{key}", Mistake("", None, why, "Compare it with a case that travels with Kaoping.")


CASES = FileKind(shape=CaseFile, filled={Case: ("file", "line", "facts")}, judge=_judged)
