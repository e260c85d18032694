"""Facts taken back: which do not stand, and how an import takes back what a re-export says otherwise."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import attrs

from ledger.batches import Event, Source
from ledger.exchange import content, identity, key_of
from ledger.facts import Fact, Void
from ledger.intake.changes import Settled, settle

REPLACED = "再次导出有改动：第 {batch} 批第 {row} 行"
BY_IMPORT = REPLACED.partition("{")[0]  # how the reason of a void begins that an import made


def voided_keys(voids: Iterable[Event]) -> set[str]:
    """Keys of the facts that are taken as not there. A void that is itself voided has no effect.

    A void's key is a digest over its target's key, so voids cannot form a circle.
    """
    by_key = {event.key: event.fact for event in voids}
    targets: dict[str, list[str]] = {}
    for key, fact in by_key.items():
        assert isinstance(fact, Void)
        targets.setdefault(fact.key, []).append(key)
    is_void: dict[str, bool] = {}
    for target in targets:
        waiting = [target]
        while waiting:  # a void of a void of a void, however many
            key = waiting[-1]
            unknown = [by for by in targets.get(key, ()) if by not in is_void]
            if not unknown:
                is_void[waiting.pop()] = any(not is_void[by] for by in targets.get(key, ()))
            waiting += unknown
    return {key for key in targets if is_void[key]}


def renewed(
    source: Source, found: Iterable[Event], voids: Sequence[Event], own: frozenset[int], batch: int, at: int,
    renamed: frozenset[str] = frozenset(),
) -> Settled:  # fmt: skip
    """What a re-export comes to against what was `found` on its tickets: its facts, with the voids of those that they replace,
    and, where it may replace, of the voids of those that it brings back. What a person voided stays so, and so does what an import
    took back, until a file that may replace tells it again."""
    assert source.telling is not None
    gone = voided_keys(voids)
    people = voided_by_people(voids, gone)
    own_voids, events = _voided_within(source.facts), list(found)
    settled = settle(
        source.facts, [one for one in events if one.key not in gone], source.telling, own, replace=source.replace, renamed=renamed,
        replaced=[one for one in events if one.key in gone and one.key not in people],
        unsaid=_places(source.facts, own_voids),
    )  # fmt: skip
    taken = [(row, _void(key, batch, row, at)) for row, key in settled.voids]
    for row, fact, key in keyed(settled.facts) if gone else ():
        if key in gone and key not in own_voids:
            on = {void.key: void.fact for void in voids if void.key not in gone and _speaks_of(void.fact, key)}
            if (row, fact) in settled.follows or (source.replace and all(_by_import(void) for void in on.values())):
                taken += [(row, _void(void, batch, row, at)) for void in on]
    return attrs.evolve(settled, facts=(*taken, *settled.facts))


def _voided_within(facts: Sequence[tuple[int, Fact]]) -> set[str]:
    """The keys that a source takes back itself, as a ledger's own export does."""
    if not any(isinstance(fact, Void) for _, fact in facts):
        return set()
    return voided_keys(Event(0, key, fact, 0, row) for row, fact, key in keyed(facts) if isinstance(fact, Void))


def _places(facts: Sequence[tuple[int, Fact]], keys: set[str]) -> frozenset[int]:
    """Where facts of these keys are among the facts."""
    return frozenset(place for place, (_, _, key) in enumerate(keyed(facts)) if key in keys) if keys else frozenset()


def voided_by_people(voids: Sequence[Event], gone: Iterable[str]) -> frozenset[str]:
    """Of the facts that do not stand, those that a person took back."""
    standing = [void.fact for void in voids if isinstance(void.fact, Void)]
    people = {fact.key for fact in standing if not _by_import(fact)}
    return frozenset(people & {*gone})


def _speaks_of(void: Fact, key: str) -> bool:
    return isinstance(void, Void) and void.key == key


def _by_import(void: Fact) -> bool:
    return isinstance(void, Void) and void.reason.startswith(BY_IMPORT)


def _void(key: str, batch: int, row: int, at: int) -> Void:
    return Void(at=at, key=key, reason=REPLACED.format(batch=batch, row=row))


def keyed(facts: Iterable[tuple[int, Fact]]) -> Iterator[tuple[int, Fact, str]]:
    """The facts with their keys, as they come in one source."""
    seen: Counter[str] = Counter()
    for row, fact in facts:
        text = content(fact)
        same = identity(text)
        seen[same] += fact.id is None
        yield row, fact, key_of(text, seen[same] if fact.id is None else 1)
