"""What one row told: its facts, what is wrong with it, what was left out, and what the rows of its ticket before it said."""

from collections.abc import Mapping
from typing import Any

import attrs

from ledger.facts import Fact
from ledger.sentences import Mistake
from ledger.texts import masked


@attrs.define
class RowFacts:
    """What one row told: facts, what is wrong with it, and what was left out. `as_told`: the facts, by their place, of which it
    said more than is kept. `unheard`: acts that it says without a time, where the whole table has no column for that."""

    facts: list[Fact] = attrs.field(factory=list)
    as_told: dict[int, Fact] = attrs.field(factory=dict)
    wrong: list[Mistake] = attrs.field(factory=list)
    left_out: list[Mistake] = attrs.field(factory=list)
    unheard: list["Unheard"] = attrs.field(factory=list)

    @property
    def mends(self) -> bool:
        """Whether a row that was aside is mended by it: it gives facts, and leaves out no act for want of a time."""
        return bool(self.facts) and not self.unheard and not any(one.untimed for one in self.left_out)

    def take(self, fact: Fact, kept: Fact) -> None:
        """A fact, and as it is kept."""
        if kept is not fact:
            self.as_told[len(self.facts)] = fact
        self.facts.append(kept)


@attrs.frozen
class Unheard:
    """An act of a kind that a row says without a time, where its table has no column (`heading`) for that: the table tells none."""

    kind: str
    heading: str
    mistake: Mistake


@attrs.frozen(kw_only=True)
class Before:
    """What the ticket's rows before a row said of the columns watched: which `changed` since, and what each `was`. `first`: there
    are none. `opens`: the ticket is not with the row's unit, though the row says that it is at work."""

    changed: frozenset[str]
    was: Mapping[str, str]
    first: bool = False
    opens: bool = False


def with_texts(fact: Fact, texts: Mapping[str, Any]) -> Fact:
    """The fact with its texts as they are kept; the unit of several is its own."""
    if not texts:
        return fact
    kept = {**texts, "unit": masked(str(fact.unit))} if "unit" in texts else texts
    return attrs.evolve(fact, **kept)
