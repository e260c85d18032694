"""A rulebook's TOML: exact numbers, and what must fit together."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import attrs

from calendars.hours import Unfit
from kaoping.files.toml.strict import FileKind, Placed, shown
from ledger.sentences import Mistake
from scoring.law.checks import EXACT, mistakes_of
from scoring.law.clauses import NUMBER
from scoring.law.rulebook import KEYS, Edge, Part, Rulebook

UNBOUNDED = "none"
"""What the floor or cap of an item or a sheet says that has no bound."""


def read_rulebook(text: str, name: str, taken: Mapping[str, str] | None = None) -> Rulebook:
    """The rulebook in a TOML text, some readings `taken` otherwise. Raises UnusableFile with every mistake."""
    return RULEBOOK.read(text, name, text=text, taken=dict(taken or {}))


def read_kept(text: str, name: str, taken: Mapping[str, str]) -> Rulebook:
    """The same of a text that scores were published by: what is asked more of a rulebook since then is not asked of it."""
    return KEPT.read(text, name, text=text, taken=dict(taken))


def exact_number(value: object, _: object) -> Fraction:
    """A number of points or days, exactly: whole, or written as text. Raises Unfit."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, str) and re.fullmatch(NUMBER, value):
        return Fraction(value)
    raise Unfit(EXACT, 'Write a whole number, or text such as "0.5".', value=shown(value))


def _edge(value: object, kind: object) -> Fraction | None:
    return None if value == UNBOUNDED else exact_number(value, kind)


def _judged(book: Rulebook) -> Iterator[Placed]:
    for path, why in mistakes_of(book):
        yield path, Mistake("", None, why, "Mend it there; docs/rulebooks.md says what each key means.")


def _keys(kind: type, table: Mapping[str, object]) -> Sequence[str] | None:
    return KEYS.get(str(table.get("kind"))) if kind is Part else None


RULEBOOK = FileKind(
    shape=Rulebook, keys=_keys, hooks={Fraction: exact_number, Edge: _edge}, filled={Rulebook: ("text", "taken", "untold")}, judge=_judged
)  # fmt: skip
KEPT = attrs.evolve(RULEBOOK, judge=lambda _: ())
