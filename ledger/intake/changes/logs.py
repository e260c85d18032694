"""A ticket of a log, a row an act: by its `id`, its instant or its step, and what the log tells of it no more."""

from bisect import bisect
from collections.abc import Hashable, Iterator, Sequence
from functools import partial
from math import inf

import attrs

from ledger.batches import Event
from ledger.facts import LIFECYCLE, Dispatch, Fact
from ledger.intake.changes.compare import by_id, by_instant, is_same_act_less_finely, kind_of, place_of
from ledger.intake.changes.life import Saying, TicketLife


@attrs.define(kw_only=True)
class LogLife(TicketLife):
    """A ticket of which a row tells one act. `units` are those that the file tells of."""

    units: frozenset[str | None] = attrs.Factory(
        lambda self: frozenset(one.fact.unit for one in self.left), takes_self=True
    )

    def settle(self) -> None:
        """All in turn, from what is surely the same to what is new."""
        self._drop_same()
        self._pair(by_id)
        self._pair(place_of)
        self._pair_steps()
        self._pair(by_instant)
        self._pair_moved()
        self._pair_less_finely()
        self._keep_taken_back()

    def absent(self) -> Iterator[Event]:
        """What stands and was not spoken of: what files of its form told, and what others did of a kind and of a unit that the file tells
        too, from the earliest dispatch on that was spoken of: all there is of the ticket, where that is its first."""
        own = self._since([(one, event) for one, event in self.spoken if event.batch in self.own], self.own)
        other = self._since(self.spoken)
        for event in self.rest:
            kinds = self.telling.fields or LIFECYCLE
            since = own if event.batch in self.own else other if self._is_others(event) else None
            if since is not None and event.fact.kind in kinds and event.fact.at >= since:
                yield event

    def _since(self, spoken: Sequence[tuple[Saying, Event]], within: frozenset[int] | None = None) -> float | None:
        """From when on the file tells the ticket, of what these batches told: from its first dispatch that was spoken of on, and all
        there is where no other was before. None: the file has none of its dispatches."""
        told = [event.fact.at for _, event in spoken if isinstance(event.fact, Dispatch)]
        if not told:
            return None
        rest = [event for event in self.rest if isinstance(event.fact, Dispatch)]
        sent = [event.fact.at for event in rest if within is None or event.batch in within]
        return -inf if all(min(told) <= at for at in sent) else min(told)

    def _is_others(self, event: Event) -> bool:
        """Whether a file of another form told it, and this one tells such of its unit: what people typed in is theirs."""
        known = event.batch in self.own or event.batch in self.typed
        return not known and event.fact.kind in self.kinds and event.fact.unit in self.units

    def _pair_steps(self) -> None:
        """One kind of act at one step of the ticket. The number that a step had before is told by the step before it that is the same
        still, else by the one behind it: rows put in and left out moved all that follow."""
        if not self.telling.steps:
            return
        same = sorted(
            (one.fact.seq, event.fact.seq)
            for one, event in self.spoken
            if event.batch in self.own and one.fact.seq is not None and event.fact.seq is not None
        )
        steps, moved = [now for now, _ in same], [was - now for now, was in same]

        def by_step(fact: Fact, behind: int | None = None, *, unit: bool) -> Hashable | None:
            if fact.seq is None or fact.id is not None:
                return None
            place = None if behind is None else bisect(steps, fact.seq) + behind
            by = moved[place] if place is not None and 0 <= place < len(moved) else 0
            return *kind_of(fact), fact.seq + by, fact.unit if unit else None

        for behind in (-1, 0, None):
            for unit in (True, False):
                self._pair(partial(by_step, behind=behind, unit=unit), partial(by_step, unit=unit), own=True)

    def _pair_moved(self) -> None:
        """The acts of a unit whose dispatch the file gives to another: those of the other at the same instants are the same."""
        units = {
            one.fact.unit: event.fact.unit
            for one, event in self.spoken
            if isinstance(one.fact, Dispatch) and one.fact.unit != event.fact.unit
        }
        if units:
            moved = [one for one in self.left if one.fact.unit in units and not isinstance(one.fact, Dispatch)]
            was = {one.fact: attrs.evolve(one.fact, unit=units[one.fact.unit]) for one in moved}
            self._pair(lambda fact: by_instant(was[fact]) if fact in was else None, by_instant, own=True)

    def _pair_less_finely(self) -> None:
        """The acts of a unit that the file or the ledger tells to the minute or to the day alone."""
        for one in tuple(self.left):
            if one.fact.id is None:
                same = (event for event in self.rest if is_same_act_less_finely(one.fact, event.fact))
                if (event := next(same, None)) is not None:
                    self._change(one, event)
