"""A file of worked cases: the cases under [[cases]], and what in them no rulebook could make sense of."""

from collections.abc import Iterator

import attrs

from kaoping.files.lines import line_at, lines_of
from kaoping.files.strict import FileKind, Placed
from ledger.sentences import Mistake
from scoring.scores.cases import Case, mistakes_in


@attrs.frozen(kw_only=True)
class CaseFile:
    """A file of cases, such as the 23 of one rulebook's base sheet."""

    cases: tuple[Case, ...] = ()


def read_cases(text: str, name: str) -> tuple[Case, ...]:
    """The cases of a TOML text, each with its file and line. Raises UnusableFile with every mistake."""
    cases = CASES.read(text, name).cases
    lines = lines_of(text)
    return tuple(
        attrs.evolve(case, file=name, line=line_at(lines, f"cases[{number}]")) for number, case in enumerate(cases)
    )


def _judged(file: CaseFile) -> Iterator[Placed]:
    for number, case in enumerate(file.cases):
        for key, why in mistakes_in(case):
            yield f"cases[{number}].{key}", Mistake("", None, why, "Compare it with a case that travels with Kaoping.")


CASES = FileKind(shape=CaseFile, filled={Case: ("file", "line")}, judge=_judged)
