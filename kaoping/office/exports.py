"""What the ledger knew at a moment, one fact after another, as exports give it out: never more than one ticket is held."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby

import attrs

from kaoping.office.session import Session
from ledger.batches import Event, Head
from ledger.facts import LIFECYCLE, Dispatch, Void
from ledger.register import read_as
from ledger.snapshot import order_of
from ledger.store import Ledger
from ledger.voids import voided_keys


@attrs.frozen
class Act:
    """A fact of a ticket's life: the sign of 茅店镇 in its 2nd round. `unit` is whose it is, also where the log does not say so, by its
    name in the register; `round` the how-manieth dispatch to that unit it belongs to, None of what is no part of a round."""

    event: Event
    unit: str | None
    round: int | None


@attrs.frozen
class Export:
    """The ledger as known at a position: its facts in their order, which of them stand, and the lives of its tickets."""

    ledger: Ledger
    head: Head
    gone: frozenset[str]
    names: Mapping[str, str]

    def events(self) -> Iterator[Event]:
        """Every fact, in the order of the ledger."""
        return self.ledger.events(self.head.position)

    def stands(self, event: Event) -> bool:
        """Whether nobody took the fact back."""
        return event.key not in self.gone

    def unit_of(self, event: Event) -> str | None:
        """The unit of a fact by its name in the register."""
        return read_as(event.fact, self.names).unit

    def lives(self) -> Iterator[tuple[str, list[Act]]]:
        """Ticket -> what stands of it, in the order in which it is judged; the tickets by their number."""
        standing = (event for event in self.ledger.events_by_ticket(self.head.position) if self.stands(event))
        for ticket, events in groupby(standing, lambda event: str(event.fact.ticket)):
            yield ticket, list(self._acts(sorted(events, key=order_of)))

    def without_ticket(self) -> Counter[str]:
        """Kind -> how many facts stand that are of no ticket's life: enrolments, findings of a unit. A void has no place of its own: what
        it took back does not stand."""
        return Counter(
            event.fact.kind
            for event in self.events()
            if event.fact.ticket is None and not isinstance(event.fact, Void) and self.stands(event)
        )

    def _acts(self, events: list[Event]) -> Iterator[Act]:
        """The same rule as `metrics.custody.placed`: an act without a unit is that of the latest lead."""
        lead: str | None = None
        rounds: Counter[str] = Counter()
        for event in events:
            fact, unit = event.fact, self.unit_of(event)
            if isinstance(fact, Dispatch) and unit is not None:
                rounds[unit] += 1
                lead = lead if fact.role == "assist" else unit
            if fact.kind not in LIFECYCLE:
                yield Act(event, unit, None)
            else:
                unit = lead if unit is None else unit
                yield Act(event, unit, rounds[unit] or None if unit is not None else None)


@contextmanager
def exported(session: Session, as_of: str | None) -> Iterator[Export]:
    """What was known at a moment, while the ledger is open. Raises WrongArgument."""
    with session.ledger() as opened:
        position, _ = session.moment(opened, as_of)
        gone = frozenset(voided_keys(opened.events(position, kinds=("void",))))
        yield Export(opened, opened.head(position), gone, opened.names(position))
