"""The facts of a file held against what is known of its tickets: each ticket in turn, and what becomes of all of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import attrs

from ledger.batches import Change, Event, Kin, Telling
from ledger.facts import RENEWED, Dispatch, Fact
from ledger.intake.changes.life import Saying
from ledger.intake.changes.logs import LogLife
from ledger.intake.changes.ticket_rows import RowLife


@attrs.frozen(kw_only=True)
class Settled:
    """What becomes of a file's facts: `facts` are taken unless they are known; `voids` are (row, key) of standing facts that give
    way, `follows` the facts that take their place; `changes` is what is said otherwise; `absent` stands, and the file neither tells
    nor changes it. `anew` are dispatches that say their role otherwise than one that does not stand and happened in the same way."""

    facts: tuple[tuple[int, Fact], ...]
    follows: frozenset[tuple[int, Fact]]
    voids: tuple[tuple[int, str], ...]
    changes: tuple[Change, ...]
    absent: tuple[Event, ...] = ()
    anew: frozenset[tuple[int, Fact]] = frozenset()


@attrs.frozen(kw_only=True)
class KnownFacts:
    """What a ledger knows of a file's tickets: facts that stand, those that imports took back (`replaced`), keys of standing ones
    recorded under an alias (`renamed`), and the batches beside the file (`kin`)."""

    standing: Sequence[Event]
    kin: Kin
    replaced: Sequence[Event] = ()
    renamed: frozenset[str] = frozenset()


def settle(
    facts: Sequence[tuple[int, Fact]], known: KnownFacts, telling: Telling, *, replace: bool,
    unsaid: frozenset[int] = frozenset(), unread: Collection[str] = (),
) -> Settled:  # fmt: skip
    """The facts of a file held against what is known of its tickets; with `replace` what is said otherwise takes the place of what
    stands. `unsaid` are the places of facts that the file takes back itself; `unread` the tickets of its rows that became nothing."""
    sayings = [Saying(row, fact) for row, fact in facts]
    said: dict[str, list[Saying]] = defaultdict(list)
    for place, one in enumerate(sayings):
        if one.fact.kind in RENEWED and one.fact.ticket is not None and place not in unsaid:
            said[one.fact.ticket].append(one)
    held, past, first = _by_ticket(known.standing), _by_ticket(known.replaced), _first_told(known)
    kinds = frozenset(one.fact.kind for one in sayings)
    becomes: dict[Saying, Fact | None] = {}
    voids: list[tuple[int, str]] = []
    changes: list[Change] = []
    absent: list[Event] = []
    form = RowLife if telling.by_ticket else LogLife
    for ticket in [ticket for ticket in said if held[ticket] or past[ticket]]:
        life = form(
            telling=telling, own=known.kin.own, typed=known.kin.typed, replace=replace, renamed=known.renamed,
            left=said[ticket], rest=held[ticket], past=[event.fact for event in past[ticket]],
            kinds=kinds, whole=ticket not in unread, first=first.get(ticket),
            sent=[event for event in (*held[ticket], *past[ticket]) if isinstance(event.fact, Dispatch)],
        )  # fmt: skip
        life.settle()
        becomes |= life.becomes
        voids += life.voids
        changes += life.changes
        absent += life.absent()
    taken = [(one.row, becomes.get(one, one.fact)) for one in sayings]
    return Settled(
        facts=tuple((row, fact) for row, fact in taken if fact is not None),
        follows=frozenset((one.row, fact) for one, fact in becomes.items() if fact is not None),
        voids=tuple(voids),
        changes=tuple(sorted(changes, key=lambda change: change.row)),
        absent=tuple(sorted(absent, key=lambda event: event.position)),
    )


def _by_ticket(events: Iterable[Event]) -> defaultdict[str, list[Event]]:
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        found[str(event.fact.ticket)].append(event)
    return found


def _first_told(known: KnownFacts) -> dict[str, int]:
    """The batch in which files of this form first told of each ticket."""
    first: dict[str, int] = {}
    for event in (one for events in (known.standing, known.replaced) for one in events if one.batch in known.kin.own):
        ticket = str(event.fact.ticket)
        first[ticket] = min(first.get(ticket, event.batch), event.batch)
    return first
