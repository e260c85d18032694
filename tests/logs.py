"""Random logs given to the product: facts -> a ledger -> a report, through the real store."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from calendars.workdays import Calendar
from kaoping.files.folder import working_days
from kaoping.files.places import data_folder
from kaoping.files.rulebooks import read_rulebook
from ledger.batches import Source
from ledger.exchange import content, key_of, read_fact
from ledger.facts import Fact
from ledger.snapshot import snapshot_of
from ledger.store import Ledger
from scoring.law.rulebook import Rulebook
from scoring.scores.scoring import Scoring, recompute
from tests.oracle.oracle import OPTIONS, Readings

Raw = Mapping[str, Any]


def translated(facts: Sequence[Raw]) -> list[Fact]:
    """The facts as the product reads them; a void's integer key, an index into the list, becomes the real key."""
    seen: Counter[str] = Counter()
    read: list[Fact] = []
    keys: list[str] = []
    for raw in facts:
        fact = read_fact({**raw, "key": keys[raw["key"]]} if raw["kind"] == "void" else raw)
        text = content(fact)
        seen[text] += 1
        read.append(fact)
        keys.append(key_of(text, seen[text]))
    return read


def source(facts: Sequence[Fact], name: str = "log.jsonl") -> Source:
    """Facts as one file, a row each."""
    return Source(name=name, sha256="0" * 64, profile="events", rows=len(facts), facts=list(enumerate(facts, 1)))


def ledger_of(path: Path, *files: Sequence[Fact], recorded_at: int = 0) -> Ledger:
    """A ledger with these files imported in order."""
    ledger = Ledger(path, create=True)
    for number, facts in enumerate(files):
        ledger.append(source(facts, f"{number}.jsonl"), recorded_at)
    return ledger


@cache
def rulebook_text() -> str:
    """The text of the 2023 rules."""
    return (data_folder() / "rulebooks" / "ganxian-2023.toml").read_text("utf-8")


def rulebook(readings: Readings | None = None) -> Rulebook:
    """The 2023 rules under some readings: without any, as rules are read that name no younger ones."""
    taken = {name: getattr(readings or Readings(), name) for name in OPTIONS}
    return read_rulebook(rulebook_text(), "ganxian-2023.toml", taken)


def calendar() -> Calendar:
    """The calendar that travels with the product."""
    return working_days()


def report_of(ledger: Ledger, readings: Readings | None, as_of: int) -> Scoring:
    """What the product makes of a ledger."""
    return recompute(snapshot_of(ledger, ledger.head().position), rulebook(readings), calendar(), as_of)
