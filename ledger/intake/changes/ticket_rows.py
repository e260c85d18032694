"""A ticket of a file with a row per ticket: the rounds that its rows tell, each against the one of the ledger that it speaks of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import attrs

from ledger.batches import Event
from ledger.exchange import LEAD
from ledger.facts import Dispatch, Scalar
from ledger.intake.changes.compare import kind_of, place_of, value_of
from ledger.intake.changes.life import Saying, TicketLife
from ledger.intake.changes.rounds import (
    Round,
    came_back,
    holder_of,
    role_of,
    rounds_of,
    same_dispatch,
    sent_at_another_time,
    sent_elsewhere,
    sent_less_finely,
)


@attrs.define(kw_only=True)
class RowLife(TicketLife):
    """A ticket of which a row tells all of a round. `lacking` is what of rounds the file tells no more."""

    lacking: list[Event] = attrs.field(factory=list)

    def settle(self) -> None:
        """All in turn, from what is surely the same to what is new."""
        said = self._rounds_said()
        held = rounds_of(self.rest)
        self._drop_same()
        self._pair(place_of)
        self._settle_rounds(said, held)
        self._keep_taken_back()

    def absent(self) -> Iterator[Event]:
        """What stands and was not spoken of: what is `lacking`."""
        yield from self.lacking

    def _rounds_said(self) -> "list[Round]":
        """The rounds that are said, row by row; by their instants, as those that stand, where a row tells acts of a dispatch that
        another tells in the same words."""
        rows: dict[int, list[Saying | Event]] = defaultdict(list)
        for one in self.left:
            rows[one.row].append(one)
        if not all(any(isinstance(one.fact, Dispatch) for one in row) for row in rows.values()):
            return rounds_of(self.left)
        return [one for row in rows.values() for one in rounds_of(row)]

    def _settle_rounds(self, said: Sequence[Round], held: Sequence[Round]) -> None:
        """The rounds of the file's rows, each with the one of the ledger that it speaks of."""
        free = list(held)
        for fits in (same_dispatch, sent_elsewhere, sent_less_finely, sent_at_another_time):
            for one in [one for one in said if isinstance(one.sent, Saying)]:
                found = next((other for other in free if fits(one, other)), None)
                if found is not None and (fits is same_dispatch or one.sent in self.left):
                    free.remove(found)
                    self._settle_round(one, found)
        for one, found in self._corrected(said, held, free):
            free.remove(found)
            self._settle_round(one, found)
        if self.whole:
            self._settle_gone(said, free)

    def _corrected(
        self, said: Sequence[Round], held: Sequence[Round], free: Sequence[Round]
    ) -> list[tuple[Round, Round]]:
        """The rounds of the file whose dispatch is new, each with the one of the ledger that it moved: of one unit and role both have
        one that the other lacks, and the ticket did not come back in between."""
        pairs = []
        new = [one for one in said if one.sent in self.left]
        stood = [one for one in free if one.sent in self.rest and self._is_own(one.sent)]
        for unit, whose in dict.fromkeys((one.sent.fact.unit, holder_of(one)) for one in new):
            ours = [one for one in new if holder_of(one) == whose]
            theirs = [one for one in stood if holder_of(one) == whose]
            if not theirs:  # its role may be said otherwise too
                theirs = [one for one in stood if one.sent.fact.unit == unit]
                ours = [one for one in new if one.sent.fact.unit == unit]
            if len(ours) == len(theirs) == 1 and not came_back(ours[0], theirs[0], said, held):
                pairs.append((ours[0], theirs[0]))
        return pairs

    def _is_own(self, one: Saying | Event) -> bool:
        return isinstance(one, Event) and one.batch in self.own

    def _settle_gone(self, said: Sequence[Round], free: Sequence[Round]) -> None:
        """The rounds that the file tells no more. A lead that a later one followed is history; a sub-order whose columns the file has is
        a change; one with a row of its own is named, as the row may stand in another file, and so is one that a row says was there."""
        sent = [event for _, event in self.spoken if isinstance(event.fact, Dispatch)]
        for one in free:
            stood = one.sent
            if not isinstance(stood, Event) or stood not in self.rest or not self._is_own(stood):
                continue
            followed = any(role_of(new) == role_of(one) and new.sent.fact.at > stood.fact.at for new in said)
            beside = any(event.batch == stood.batch and value_of(event.fact, "role") == role_of(one) for event in sent)
            if followed and not beside and role_of(one) == LEAD:
                continue
            gone = [
                act for act in (stood, *one.acts) if isinstance(act, Event) and act in self.rest and self._is_own(act)
            ]
            row = self._row_of(stood, said)
            if role_of(one) != LEAD:  # a sub-order gives way to one of its own row
                followed = any(
                    new.sent.fact.at > stood.fact.at for new in said if new.sent.row == row and role_of(new) != LEAD
                )
            surely = row is not None and (row, Dispatch.kind) not in self.telling.untimed and (beside or not followed)
            if row is not None and surely and role_of(one) != LEAD and self._is_sub_order(stood):
                self._settle_absent(row, gone)
            else:
                self.lacking += gone

    def _is_sub_order(self, stood: Event) -> bool:
        """Whether a dispatch is of a sub-order that the file would tell in the row of its lead: not if it came in a row of its own when the
        ticket was first told of, and not if the lead that came in its row stands and is told no more."""
        spoken = [event for _, event in self.spoken]
        untold = {event.fact.unit for event in self.rest if isinstance(event.fact, Dispatch)}
        others = [event for event in self.sent if event.batch == stood.batch and event != stood]
        told = [event for event in others if event in spoken or event.fact.unit not in untold]
        in_its_row = [event for event in others if event.row == stood.row]
        if any(event in told for event in in_its_row):
            return self.telling.sub_orders
        with_lead = any(value_of(event.fact, "role") == LEAD for event in in_its_row)
        lead_was_known = not told and any(event.batch < stood.batch for event in self.sent)
        alone = stood.batch == self.first and not lead_was_known
        return self.telling.sub_orders and not (with_lead or alone)

    def _row_of(self, stood: Event, said: Iterable[Round]) -> int | None:
        """The row that would tell a sub-order: the one that tells what came in its row, else that of the lead which it was under."""
        beside = [one.row for one, event in self.spoken if (event.batch, event.row) == (stood.batch, stood.row)]
        leads = sorted((one.sent for one in said if role_of(one) == LEAD), key=lambda sent: sent.fact.at)
        before = [sent for sent in leads if sent.fact.at <= stood.fact.at]
        return next(iter((*beside[:1], *(sent.row for sent in (*before[-1:], *leads[:1])))), None)

    def _settle_absent(self, row: int, gone: Sequence[Event]) -> None:
        """Acts that a row tells no more: changes, to nothing."""
        for act in gone:
            self.rest.remove(act)
            self.changes.append(self._told(row, act.fact, None, "at"))
            if self.replace:
                self.voids.append((row, act.key))

    def _settle_round(self, said: Round, held: Round) -> None:
        sent, stood = said.sent, held.sent
        assert isinstance(sent, Saying)
        assert isinstance(stood, Event)
        if sent in self.left and stood in self.rest:
            self._change(sent, stood)
        acts = [act for act in said.acts if isinstance(act, Saying) and act in self.left]
        for kind in dict.fromkeys(kind_of(act.fact) for act in (*said.acts, *held.acts)):
            if kind[0] in self.telling.fields:
                self._settle_acts(sent.row, [one for one in acts if kind_of(one.fact) == kind], held, kind)
                self._settle_others(sent.row, said, held, kind)
        if (
            not self.replace
        ):  # all of another unit is kept aside with its dispatch, and so is what came before the one that stands
            moved = [
                one for one in acts if sent.fact.unit != stood.fact.unit or sent.fact.at <= one.fact.at < stood.fact.at
            ]
            aside = [one for one in moved if one in self.left and not self._was_taken_back(one.fact)]
            self.becomes |= dict.fromkeys(aside)
            self.left = [one for one in self.left if one not in aside]

    def _settle_acts(self, row: int, said: Sequence[Saying], held: Round, kind: tuple[str, Scalar]) -> None:
        """The acts of one kind in a round: those said at another instant, and those that the file says no more."""
        every = [act for act in held.acts if isinstance(act, Event) and kind_of(act.fact) == kind]
        stood = [act for act in every if act in self.rest and act.batch in self.own]
        if not stood and len(every) == len(said) == 1:
            stood = [act for act in every if act in self.rest]
        pairs = list(zip(said, stood, strict=False))
        for one, act in pairs:
            self._change(one, act, frozenset(("unit",)))
        spared = self.telling.untimed.get((row, kind[0]), 0)  # the row does say that there were such, though not when
        self._settle_absent(row, stood[len(pairs) + spared :])

    def _settle_others(self, row: int, said: Round, held: Round, kind: tuple[str, Scalar]) -> None:
        """The acts of one kind in a round that files of another form told, where this one tells none, or one at another instant."""
        told = [act for act in said.acts if kind_of(act.fact) == kind]
        if not self.telling.untimed.get((row, kind[0])) and (not told or any(act in self.left for act in told)):
            every = [act for act in held.acts if isinstance(act, Event) and kind_of(act.fact) == kind]
            self.lacking += [act for act in every if act in self.rest and act.batch not in self.own | self.typed]
