"""Random logs of sources that do not tell everything: kinds that a dispatch's source has no column for, acts without a time."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from tests.oracle import oracle
from tests.oracle.disputed import disputed
from tests.oracle.histories import DAY, History, Log

HISTORIES = 900  # the seeds beneath
KINDS = ("sign", "contact", "return", "extend", "close", "seal", "survey", "redo", "limit", "rating")


def covered(seed: int) -> History:
    """The log of a seed: a disputed one, some of whose dispatches tell what their source cannot, and with acts of unknown time."""
    under = disputed(HISTORIES + seed)
    rng = Random(f"covered {seed}")
    facts = [dict(fact) for fact in under.facts]
    for fact in facts:
        if fact["kind"] == "dispatch" and rng.random() < 0.4:
            fact["untold"] = untold(rng)
            if "limit" in fact["untold"] and rng.random() < 0.7:  # another source may tell it all the same
                fact.pop("limit_days", None)
                fact.pop("due_at", None)
    drawn = {name: rng.choice(oracle.OPTIONS[name]) for name in ("untimed_extensions", "untimed_redos")}
    rows = [*facts, *unsaid(rng, facts)]
    return replace(under, facts=rows, readings=replace(under.readings, **drawn))


def untold(rng: Random) -> str:
    """Some kinds, in their order."""
    return " ".join([kind for kind in KINDS if rng.random() < 0.4] or ["sign"])


def unsaid(rng: Random, facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Extensions and redos of some dispatches, at no time that anybody knows; told at that of the dispatch."""
    log = Log(rng, oracle.Readings())
    log.used = {(fact["kind"], fact.get("ticket"), oracle.ms_of(fact["at"])) for fact in facts}
    for fact in [one for one in facts if one["kind"] == "dispatch"]:
        at_ms = oracle.ms_of(fact["at"])
        named = {"ticket": fact["ticket"], "unit": fact["unit"], "assumed": True}
        for _ in range(rng.choice((0, 0, 0, 1, 2))):
            until = {"until": log.stamp(at_ms + rng.randint(1, 15) * DAY)}
            log.add("extend", at_ms, **named, **rng.choice(({"days": 1}, {"days": 2.5}, until, until)))
        for _ in range(rng.choice((0, 0, 0, 1, 2, 3))):
            log.add("redo", at_ms, **named)
    return log.facts
