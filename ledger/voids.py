"""Facts taken back: which do not stand, and how an import takes back what a re-export says otherwise."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import attrs

from ledger.batches import Event, Kin, Source
from ledger.exchange import content, identity, key_of
from ledger.facts import Dispatch, Fact, Void

if TYPE_CHECKING:
    from ledger.intake.changes.settle import Settled

REPLACED = "再次导出有改动：第 {batch} 批第 {row} 行"
BY_IMPORT = re.compile(re.escape(REPLACED).replace(r"\{batch\}", r"\d+").replace(r"\{row\}", r"\d+"))
"""The reason of a void that an import made, and that an export of its ledger carries into another."""


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
    source: Source, found: Iterable[Event], voids: Sequence[Event], kin: Kin, batch: int, at: int,
    renamed: frozenset[str] = frozenset(),
) -> "Settled":  # fmt: skip
    """What a re-export comes to against what was `found` on its tickets: its facts, with the voids of those that they replace,
    and, where it may replace, of the voids of those that it brings back. What a person voided stays so, and so does what an import
    took back, until a file that may replace tells it again."""
    from ledger.intake.changes.settle import KnownFacts, settle  # only an import settles

    assert source.telling is not None
    gone = voided_keys(voids)
    people = voided_by_people(voids, gone, kin.typed)
    own_voids, events = _voided_within(source.facts), list(found)
    known = KnownFacts(
        standing=[one for one in events if one.key not in gone], kin=kin, renamed=renamed,
        replaced=[one for one in events if one.key in gone and one.key not in people],
    )  # fmt: skip
    settled = settle(
        source.facts, known, source.telling, replace=source.replace, unsaid=_places(source.facts, own_voids), unread=_unread(source),
    )  # fmt: skip
    taken = [(row, _void(key, batch, row, at)) for row, key in settled.voids]
    replaced = {key for _, key in settled.voids}
    anew = set()
    dispatches = _dispatches(events) if gone or replaced else {}
    for row, fact, key in keyed(settled.facts) if gone or replaced else ():
        if not (key in gone or key in replaced) or key in own_voids:
            continue
        follows = (row, fact) in settled.follows
        held = _told_in_the_same_words(fact, key, dispatches.get(fact.ticket, ()), gone)
        if held is None:
            anew |= {(row, fact)} if follows or key not in people else set()
        elif held in gone:
            on = {void.key: void for void in voids if void.key not in gone and _speaks_of(void.fact, held)}
            by_imports = all(_by_import(void, kin.typed) for void in on.values())
            if follows or (source.replace and by_imports):
                taken += [(row, _void(void, batch, row, at)) for void in on]
    return attrs.evolve(settled, facts=(*taken, *settled.facts), anew=frozenset(anew))


def _dispatches(events: Iterable[Event]) -> dict[str | None, list[Event]]:
    found: dict[str | None, list[Event]] = {}
    for event in events:
        if isinstance(event.fact, Dispatch):
            found.setdefault(event.fact.ticket, []).append(event)
    return found


def _told_in_the_same_words(fact: Fact, key: str, sent: Sequence[Event], gone: set[str]) -> str | None:
    """The key under which one of its ticket's dispatches does not stand that says its role as this one does. Of anything else, its own."""
    if not isinstance(fact, Dispatch):
        return key
    same = identity(content(fact))
    twins = [one for one in sent if identity(content(one.fact)) == same]
    if not any(one.key == key and one.fact != fact for one in twins):
        return key
    return next((one.key for one in twins if one.fact == fact and one.key in gone), None)


def _voided_within(facts: Sequence[tuple[int, Fact]]) -> set[str]:
    """The keys that a source takes back itself, as a ledger's own export does."""
    if not any(isinstance(fact, Void) for _, fact in facts):
        return set()
    return voided_keys(Event(0, key, fact, 0, row) for row, fact, key in keyed(facts) if isinstance(fact, Void))


def _unread(source: Source) -> set[str]:
    """The cells of rows that became nothing, the numbers of their tickets among them."""
    return {str(cell) for _, cells, _ in source.quarantined for cell in json.loads(cells).values()}


def _places(facts: Sequence[tuple[int, Fact]], keys: set[str]) -> frozenset[int]:
    """Where facts of these keys are among the facts."""
    return frozenset(place for place, (_, _, key) in enumerate(keyed(facts)) if key in keys) if keys else frozenset()


def voided_by_people(voids: Sequence[Event], gone: Iterable[str], typed: frozenset[int]) -> frozenset[str]:
    """Of the facts that do not stand, those that a person took back; `typed` are the batches that people typed in."""
    people = {void.fact.key for void in voids if isinstance(void.fact, Void) and not _by_import(void, typed)}
    return frozenset(people & {*gone})


def _speaks_of(void: Fact, key: str) -> bool:
    return isinstance(void, Void) and void.key == key


def _by_import(void: Event, typed: frozenset[int]) -> bool:
    """Whether an import took it back: it came with a file, and not from a person, whose reason may be any."""
    told = isinstance(void.fact, Void) and BY_IMPORT.fullmatch(void.fact.reason) is not None
    return told and void.batch not in typed


def _void(key: str, batch: int, row: int, at: int) -> Void:
    return Void(at=at, key=key, reason=REPLACED.format(batch=batch, row=row))


def keyed(facts: Iterable[tuple[int, Fact]]) -> Iterator[tuple[int, Fact, str]]:
    """The facts with their keys, as they come in one source."""
    number = Occurrences()
    for row, fact in facts:
        text = content(fact)
        yield row, fact, key_of(text, number.of(fact, text, identity(text)))


class Occurrences:
    """The occurrence numbers of the facts of one source, as they come. Under one `id` only what says its role otherwise is another."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._under_id: dict[str, list[str]] = {}

    def of(self, fact: Fact, text: str, same: str) -> int:
        """That of the next fact, of its text and its `identity`."""
        if fact.id is None:
            number = self._seen[same] = self._seen.get(same, 0) + 1
            return number
        texts = self._under_id.setdefault(same, [])
        if text not in texts:
            texts.append(text)
        return texts.index(text) + 1
