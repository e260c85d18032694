"""What the rows of a file told of each ticket: an act told again counts once, and one told otherwise is no act."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

import attrs

from ledger.facts import NAMED, Close, Dispatch, Fact, Redo, Return, Sign, fields_of
from ledger.intake.changes.compare import as_shown, is_assumed, place_of, value_of
from ledger.intake.rows.row_facts import RowFacts
from ledger.sentences import Mistake, sentence
from ledger.texts import FREE

ONE_ROW = "take the row that is wrong out of the file; what was corrected later, export and import as a file of its own"
OUTSIDE = frozenset((*FREE, "untold"))  # what may be told otherwise of one act


@attrs.define
class _Ticket:
    """Of a ticket: the row that told it first, with its acts, and from its second row on how often each act was told, and where."""

    row: int
    acts: Sequence[Fact]
    counted: Counter[Fact] = attrs.field(factory=Counter)
    slots: dict[Hashable, tuple[int, Fact]] = attrs.field(factory=dict)

    def add(self, row: int, acts: Sequence[Fact]) -> None:
        """A row more, or the first once another came."""
        self.counted.update(acts)
        for slot, act in _slots(acts):
            self.slots.setdefault(slot, (row, act))


@attrs.frozen
class TicketActs:
    """The acts told so far, in the file's own words; `heading` of the tickets. Of most one row tells all: acts are hashed from a second
    row on."""

    heading: str
    tickets: dict[str, _Ticket] = attrs.Factory(dict)

    def told_before(self, row: int, told: RowFacts) -> int:
        """Takes from what a row tells the acts that rows of its ticket told before, in the same words, and gives how many they were. A row
        that tells one otherwise, as no two rows of a ticket can both be right, tells nothing but that."""
        acts = [told.as_told.get(place, fact) for place, fact in enumerate(told.facts)]
        name = str(told.facts[0].ticket)
        ticket = self.tickets.get(name)
        if ticket is None:
            self.tickets[name] = _Ticket(row, acts)
            return 0
        if not ticket.counted:
            ticket.add(ticket.row, ticket.acts)
        clash = next((clash for slot, act in _slots(acts) if (clash := self._clash(ticket.slots.get(slot), act))), None)
        if clash is not None:
            told.facts.clear()
            told.as_told.clear()
            told.left_out.clear()
            told.unheard.clear()
            told.wrong.append(clash)
            return 0
        kept = [*_new(acts, ticket.counted)]
        wholes = [told.as_told.get(place) for place in kept]
        told.facts[:] = [told.facts[place] for place in kept]
        told.as_told = {place: whole for place, whole in enumerate(wholes) if whole is not None}
        ticket.add(row, [acts[place] for place in kept])
        return len(acts) - len(kept)

    def _clash(self, earlier: tuple[int, Fact] | None, act: Fact) -> Mistake | None:
        """That a row told the same act before, and otherwise. What only one of two says of it is no clash, but of a dispatch."""
        if earlier is None or earlier[1] == act:
            return None
        row, was = earlier
        for name in fields_of(type(act)):
            one, other = value_of(was, name), value_of(act, name)
            outside = NAMED.get(name, name)
            if one != other and outside not in OUTSIDE and (isinstance(act, Dispatch) or None not in (one, other)):
                shown = [as_shown(fact, outside) or sentence("(empty)") for fact in (was, act)]
                why = sentence(
                    "stands in row {row} too, which says otherwise: {kind} {field} {was}, here {now}",
                    row=row, kind=sentence(act.kind), field=sentence(outside), was=shown[0], now=shown[1],
                )  # fmt: skip
                return Mistake(self.heading, act.ticket, why, ONE_ROW)
        return None


def _new(acts: Sequence[Fact], earlier: Counter[Fact]) -> Iterator[int]:
    """The places of the acts that are told more often than they were."""
    seen = Counter[Fact]()
    for place, act in enumerate(acts):
        seen[act] += 1
        if seen[act] > earlier[act]:
            yield place


def _slots(acts: Sequence[Fact]) -> Iterator[tuple[Hashable, Fact]]:
    """What can be told of a ticket once: one act of a kind by a unit at an instant; in a round that was not begun again, one signing and
    one closing."""
    sent = {act.unit: act.at for act in acts if isinstance(act, Dispatch)}
    again = any(isinstance(act, Redo | Return) for act in acts)
    for act in acts:
        if is_assumed(act):
            continue
        yield place_of(act), act
        if act.unit in sent and (isinstance(act, Sign) or (isinstance(act, Close) and not again)):
            yield (act.kind, act.unit, sent[act.unit], "of the round"), act
