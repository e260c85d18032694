"""What the rows of a file told of each ticket: an act told again counts once, and one told otherwise is no act."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence

import attrs

from ledger.facts import NAMED, Close, Dispatch, Extend, Fact, Redo, Return, Sign, Survey, fields_of
from ledger.intake.changes.compare import MINUTE_MS, as_shown, is_assumed, is_same_less_finely, place_of, value_of
from ledger.intake.rows.row_facts import RowFacts
from ledger.sentences import Mistake, sentence
from ledger.texts import FREE

ONE_ROW = "take the row that is wrong out of the file; what was corrected later, export and import as a file of its own"
OUTSIDE = frozenset((*FREE, "untold", "role"))  # what may be told otherwise of one act
MOST = 100  # tellings of one act that are held side by side
Told = tuple[int, Fact]
"""The row, and the act as it says it."""


@attrs.define
class _Ticket:
    """Of a ticket: the row that told it first, with its acts, and from its second row on how often each act was told, and where; what
    rows left out."""

    row: int
    acts: Sequence[Fact]
    counted: Counter[Fact] = attrs.field(factory=Counter)
    slots: defaultdict[Hashable, list[Told]] = attrs.field(factory=lambda: defaultdict(list))
    near: defaultdict[Hashable, list[Fact]] = attrs.field(factory=lambda: defaultdict(list))
    left_out: set[Hashable] = attrs.field(factory=set)

    def add(self, row: int, acts: Sequence[Fact], every: Sequence[Fact]) -> None:
        """A row more, or the first once another came: the acts that are new in it, of `every` one that it tells."""
        self.counted.update(acts)
        for act in acts:
            if len(beside := self.near[_minute(act)]) < MOST:
                beside.append(act)
        new = {*acts}
        for slot, act in _slots(every):
            if act in new and len(self.slots[slot]) < MOST:
                self.slots[slot].append((row, act))

    def knows(self, act: Fact) -> bool:
        """Whether a row before told the act, to the minute where this one tells the second or the other way round, or with the reason where
        only one of the two has it."""
        return any(was != act and _is_same(was, act) for was in self.near.get(_minute(act), ()))


@attrs.frozen
class TicketActs:
    """The acts told so far, in the file's own words, each unit by its own name (`unit_of`); `heading` of the tickets. Of most one row
    tells all: acts are hashed from a second row on."""

    heading: str
    unit_of: Callable[[str], str]
    tickets: dict[str, _Ticket] = attrs.Factory(dict)

    def told_before(self, row: int, told: RowFacts) -> int:
        """Takes from what a row tells the acts that rows of its ticket told before, in the same words, and gives how many they were. A row
        that tells one otherwise, as no two rows of a ticket can both be right, tells nothing but that."""
        acts: Sequence[Fact] = [told.as_told.get(place, fact) for place, fact in enumerate(told.facts)]
        name = str(told.facts[0].ticket)
        ticket = self.tickets.get(name)
        if ticket is None:
            self.tickets[name] = _Ticket(row, acts, left_out={*_left_out(told)} if told.left_out else set())
            return 0
        if not ticket.counted:
            first = self._by_name(ticket.acts)
            ticket.add(ticket.row, first, first)
        acts = self._by_name(acts)
        if clash := next(self._clashes(ticket, acts), None):
            told.facts.clear()
            told.as_told.clear()
            told.left_out.clear()
            told.unheard.clear()
            told.wrong.append(clash)
            return 0
        kept = [place for place in _new(acts, ticket.counted) if not ticket.knows(acts[place])]
        wholes = [told.as_told.get(place) for place in kept]
        told.facts[:] = [told.facts[place] for place in kept]
        told.as_told = {place: whole for place, whole in enumerate(wholes) if whole is not None}
        ticket.add(row, [acts[place] for place in kept], acts)
        if not told.facts and {*_left_out(told)} <= ticket.left_out:
            told.left_out.clear()
        ticket.left_out.update(_left_out(told))
        return len(acts) - len(kept)

    def _by_name(self, acts: Sequence[Fact]) -> list[Fact]:
        units = {act.unit: self.unit_of(act.unit) for act in acts if act.unit is not None}
        return [
            act if act.unit is None or units[act.unit] == act.unit else attrs.evolve(act, unit=units[act.unit])
            for act in acts
        ]

    def _clashes(self, ticket: _Ticket, acts: Sequence[Fact]) -> Iterator[Mistake]:
        """That a row told the same act before, and otherwise."""
        for slot, act in _slots(acts):
            for row, was in ticket.slots.get(slot, ()):
                field = _otherwise(was, act)
                if field is not None:
                    shown = [as_shown(fact, field) or sentence("(empty)") for fact in (was, act)]
                    why = sentence(
                        "stands in row {row} too, which says otherwise: {kind} {field} {was}, here {now}",
                        row=row, kind=sentence(act.kind), field=sentence(field), was=shown[0], now=shown[1],
                    )  # fmt: skip
                    yield Mistake(self.heading, act.ticket, why, ONE_ROW)


def _left_out(told: RowFacts) -> Iterator[Hashable]:
    for one in told.left_out:
        yield one.column, str(one.value), str(one.why)


def _new(acts: Sequence[Fact], earlier: Counter[Fact]) -> Iterator[int]:
    """The places of the acts that are told more often than they were."""
    seen = Counter[Fact]()
    for place, act in enumerate(acts):
        seen[act] += 1
        if seen[act] > earlier[act]:
            yield place


def _slots(acts: Sequence[Fact]) -> Iterator[tuple[Hashable, Fact]]:
    """What two rows can only say alike: of a round that was neither begun again nor returned its dispatch, its one signing and its one
    closing; the extension and the survey of one instant, by their minute. What a row itself tells twice is none."""
    if any(isinstance(act, Redo | Return) for act in acts):
        return
    sent = {act.unit: act.at for act in acts if isinstance(act, Dispatch)}
    units = Counter(act.unit for act in acts if isinstance(act, Dispatch))
    found: defaultdict[Hashable, list[Fact]] = defaultdict(list)
    for act in acts:
        if isinstance(act, Dispatch):
            found[_minute(act), value_of(act, "role")].append(act)
        elif isinstance(act, Sign | Close) and units[act.unit] == 1:
            found[act.kind, act.unit, sent[act.unit]].append(act)
        elif isinstance(act, Extend | Survey) and not is_assumed(act):
            found[_minute(act)].append(act)
    for slot, same in found.items():
        if len(same) == 1:
            yield slot, same[0]


def _minute(act: Fact) -> Hashable:
    """An act of a kind by a unit, and the minute."""
    return (*place_of(act)[:2], *place_of(act)[3:], act.at // MINUTE_MS)


def _is_same(was: Fact, act: Fact) -> bool:
    """Whether two tellings are of one act, and neither contradicts the other."""
    fields = [
        (NAMED.get(name, name), value_of(was, name), value_of(act, name))
        for name in fields_of(type(act))
        if name != "at"
    ]
    alike = all(one == other or (name in FREE and None in (one, other)) for name, one, other in fields)
    return alike and (was.at == act.at or is_same_less_finely(was.at, act.at))


def _otherwise(was: Fact, act: Fact) -> str | None:
    """The first field, as it is called outside, that two tellings of one act contradict each other in. What only one of the two says is
    no contradiction, but of a dispatch: there would be two. Nor is an instant that one of them tells less finely."""
    is_once = isinstance(act, Sign | Close)
    is_same = was.at == act.at or is_same_less_finely(was.at, act.at)
    if was == act or not (is_once or is_same):
        return None
    for name in fields_of(type(act)):
        one, other = value_of(was, name), value_of(act, name)
        outside = NAMED.get(name, name)
        if (
            one != other
            and outside not in OUTSIDE
            and not (name == "at" and is_same)
            and (isinstance(act, Dispatch) or None not in (one, other))
        ):
            return outside
    return None
