"""What of a log's texts is kept: words and names, masked; free text only where the profile says why.

A fact is known again by what the file says of it, also where an earlier version kept more of that than is kept now.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any

import attrs

from ledger.facts import RENEWED, Fact, Scalar
from ledger.intake.profile import Profile
from ledger.intake.tables.table import Cell
from ledger.texts import FREE, LONGEST_WORD, WITHHELD, masked
from ledger.voids import keyed

TEXTS = ("unit", "group", "channel", "category", "rating", "resolved", "mode", "reason", "document")
"""Fields that may hold what people wrote; numbers of tickets and rows, keys and digests are none of them."""
WORDS = frozenset(("category", "resolved", "rating", "mode"))
STEPS = re.compile(r"\s*(?:->|→|>|/|\\|｜|\|)\s*")  # of a classification: 城乡建设->市政->路灯
Facts = Sequence[tuple[int, Fact]]


def text_kept(field: str, value: Scalar, profile: Profile) -> Scalar:
    """What is kept of a field that a cell told."""
    if not isinstance(value, str) or field not in TEXTS or value == WITHHELD:
        return value
    if field not in profile.store and (field in FREE or (field in WORDS and is_sentence(value))):
        return WITHHELD
    return masked(value)


def is_sentence(text: str) -> bool:
    """Whether a text in a column of words is none."""
    return len(text) > LONGEST_WORD and any(len(part) > LONGEST_WORD for part in STEPS.split(text))


def masked_fact(fact: Fact) -> Fact:
    """A fact that a person entered: what they wrote stays, its telephone and identity numbers masked."""
    given = {name: getattr(fact, name, None) for name in TEXTS}
    changed: dict[str, Any] = {
        name: masked(text) for name, text in given.items() if isinstance(text, str) and masked(text) != text
    }
    return attrs.evolve(fact, **changed) if changed else fact


@attrs.frozen
class CellsKept:
    """What of a table's cells is shown in messages and kept aside: `plain` headings as they are (numbers of tickets and rows),
    of `free` ones that there is something, of `named` ones (units, classes) all, masked; of the others, masked, what is no sentence."""

    plain: frozenset[str]
    free: frozenset[str]
    named: frozenset[str]

    @classmethod
    def of(cls, profile: Profile, headings: Mapping[str, str]) -> "CellsKept":
        """For a profile, with the heading of each of its columns that the table has."""

        def at(*fields: str) -> frozenset[str]:
            told = {column for event in profile.events for name, column in event.fields.items() if name in fields}
            return frozenset(headings[column] for column in {*fields, *told} if column in headings)

        stored = {*profile.store}
        free = at(*(FREE - stored))
        return cls(plain=at("ticket", "id", "key", "digest"), free=free, named=at("unit", "document", *stored) - free)

    def shown(self, heading: str, text: str) -> str:
        """The text of a cell under a heading."""
        if heading in self.plain or not text:
            return text
        if heading in self.free or (heading not in self.named and is_sentence(text)):
            return WITHHELD
        return masked(text)


def cell_kept(kept: CellsKept, heading: str, cell: Cell, text: str) -> Cell:
    """The cell itself where nothing of its text is left out, else what is. A number of a ticket that may have lost digits stands
    there so that it is never taken for whole."""
    if cell is None or cell == "":
        return None
    if heading in kept.plain and not isinstance(cell, str):
        lost = isinstance(cell, float) or (isinstance(cell, int) and abs(cell) >= 10**14 and cell % 1000 == 0)
        return f"{cell:.14E}" if lost else text
    told = kept.shown(heading, text)
    return told if told != text else cell if isinstance(cell, str | bool | int) or _finite(cell) else text


def _finite(cell: Cell) -> bool:
    return isinstance(cell, float) and isfinite(cell)


@attrs.frozen
class Voided:
    """The keys of facts that do not stand, and those of them that people took back, not an import."""

    gone: frozenset[str] = frozenset()
    by_people: frozenset[str] = frozenset()


def as_held(
    facts: Facts, as_told: Mapping[int, Fact], held: Callable[[Sequence[str]], set[str]], voids: Voided
) -> Facts:
    """The facts of a source, each as the ledger holds it already where it does: `as_told` gives, by place in `facts`, those of
    which the file said more than is kept. What speaks of another fact of the source by its key speaks of it as it is kept."""
    if not as_told:
        return facts
    raw = [(row, as_told.get(place, fact)) for place, (row, fact) in enumerate(facts)]
    keys = [key for *_, key in keyed(raw)]
    speaking = {place for place, (_, fact) in enumerate(raw) if hasattr(fact, "key")}
    known = held([keys[place] for place in sorted({*as_told} | speaking)])
    kept: list[tuple[int, Fact]] = list(facts)
    dropped = set()
    for place, (row, fact) in enumerate(raw):
        if keys[place] not in known or (place not in as_told and place not in speaking):
            continue
        if fact.kind in RENEWED and keys[place] in voids.by_people:
            dropped.add(place)
        elif keys[place] not in voids.gone:
            kept[place] = (row, fact)
    spoken = _rekeyed(kept, keys, known) if speaking else kept
    return [pair for place, pair in enumerate(spoken) if place not in dropped]


def _rekeyed(facts: Facts, keys: Sequence[str], known: set[str]) -> list[tuple[int, Fact]]:
    """The facts with the keys by which they speak of each other as they come to be; `keys` are as the file had them."""
    turned = list(facts)
    while True:
        now = [key for *_, key in keyed(turned)]
        moved = {old: new for old, new in zip(keys, now, strict=True) if old != new}
        after = [
            (row, _speaking(fact, moved) if key not in known else fact)
            for (row, fact), key in zip(turned, keys, strict=True)
        ]
        if after == turned:
            return turned
        turned = after


def _speaking(fact: Any, moved: Mapping[str, str]) -> Fact:
    about = getattr(fact, "key", None)
    spoken: Fact = attrs.evolve(fact, key=moved[about]) if isinstance(about, str) and about in moved else fact
    return spoken
