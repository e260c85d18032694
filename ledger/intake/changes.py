"""A re-export against what the ledger knows: what is the same, what was newly filled, and what is said otherwise (a change).

The same thing is, of a row per ticket, an act of one round: one (ticket, unit, dispatch). Its row tells all of the round, so
an act at another instant, one that is gone from a column the file has, and a sub-order that is gone from its columns are changes; its
dispatch is the same also where one of the two tells it to the minute or to the day alone, and where each has one of a unit that the
other lacks. Of a row per event it is what carries the
same `id` on its ticket, else one kind of act at one instant of its ticket, else, in a log that numbers the steps of a ticket (`seq`),
one kind of act at one step, wherever rows that were put in or left out have moved the number. A log without ids and steps cannot say
that an act moved: it grows. Of any such log, what stands and is not told any more is named (`absent`), and nothing becomes of it; of a row
per ticket, so is a round of which a row is gone. Of any file, what files of another form told otherwise is named.

What a `--replace` took back is no news when an older file tells it again: it is a change too, until that file may replace.
"""

from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from functools import partial
from math import inf
from typing import Any

import attrs

from calendars.instants import DAY_MS, ZONE_MS, show_iso
from ledger.batches import Change, Event, Kin, Telling
from ledger.exchange import LEAD, canonical, content, identity
from ledger.facts import (
    IN_FULL,
    LIFECYCLE,
    NAMED,
    RATING,
    RENEWED,
    UNTOLD,
    Dispatch,
    Extend,
    Fact,
    Return,
    Scalar,
    Survey,
    fields_of,
)
from ledger.texts import FREE, WITHHELD, masked

MINUTE_MS = 60_000
PLACE = frozenset(
    ("at", "ticket", "unit", "id", "seq", "measure")
)  # which fact it is; the other fields are what it says
_Key = Callable[[Fact], Hashable | None]
_Value = Callable[[Fact, str], Scalar]
UNMOVED: frozenset[str] = frozenset()
COVERED = frozenset(("untold", "assumed"))  # what the file could not tell is nothing that it says


@attrs.frozen(eq=False)
class Saying:
    """A fact that a row of the file tells."""

    row: int
    fact: Fact


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
    held: dict[str, list[Event]] = defaultdict(list)
    for event in known.standing:
        held[str(event.fact.ticket)].append(event)
    past: dict[str, list[Fact]] = defaultdict(list)
    first: dict[str, int] = {}
    for event in known.replaced:
        past[str(event.fact.ticket)].append(event.fact)
    for event in (one for events in (known.standing, known.replaced) for one in events if one.batch in known.kin.own):
        ticket = str(event.fact.ticket)
        first[ticket] = min(first.get(ticket, event.batch), event.batch)
    kinds = frozenset(one.fact.kind for one in sayings)
    becomes: dict[Saying, Fact | None] = {}
    voids: list[tuple[int, str]] = []
    changes: list[Change] = []
    absent: list[Event] = []
    for ticket in [ticket for ticket in said if held[ticket] or past[ticket]]:
        life = _Life(
            telling=telling, own=known.kin.own, typed=known.kin.typed, replace=replace, renamed=known.renamed,
            left=said[ticket], rest=held[ticket], past=past[ticket], kinds=kinds, whole=ticket not in unread, first=first.get(ticket),
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


@attrs.frozen
class _Round:
    """A dispatch and the acts that belong to it, in a row of the file (`Saying`) or in the ledger (`Event`)."""

    sent: "Saying | Event"
    acts: list["Saying | Event"] = attrs.field(factory=list)


def _rounds(acts: Iterable["Saying | Event"]) -> list[_Round]:
    """The rounds of one ticket. An act belongs to the latest dispatch to its unit by then, else to the first one."""
    ordered = sorted(acts, key=lambda one: one.fact.at)
    rounds = [_Round(one) for one in ordered if isinstance(one.fact, Dispatch)]
    for act in ordered:
        if not isinstance(act.fact, Dispatch):
            fits = [one for one in rounds if _may_be(one.sent.fact, act.fact)]
            before = [one for one in fits if one.sent.fact.at <= act.fact.at]
            for one in before[-1:] or fits[:1]:
                one.acts.append(act)
    return rounds


def _may_be(sent: Fact, act: Fact) -> bool:
    return sent.unit == act.unit if act.unit is not None else _value(sent, "role") == LEAD


@attrs.define(kw_only=True)
class _Life:
    """One ticket: `left` is said and not settled yet, `rest` stands and was not spoken of yet, `past` is what imports took back; `kinds`
    the file tells of any ticket, and this one as a `whole`; `first` is the batch in which its form first told of it. What a saying
    becomes is in `becomes`: another fact, or None where nothing of it is taken. `spoken` is who spoke of what, `lacking` what of rounds
    the file tells no more."""

    telling: Telling
    own: frozenset[int]
    typed: frozenset[int]
    replace: bool
    renamed: frozenset[str]
    left: list[Saying]
    rest: list[Event]
    past: list[Fact]
    kinds: frozenset[str]
    whole: bool
    first: int | None
    units: frozenset[str | None] = attrs.Factory(
        lambda self: frozenset(one.fact.unit for one in self.left), takes_self=True
    )
    becomes: dict[Saying, Fact | None] = attrs.field(factory=dict)
    voids: list[tuple[int, str]] = attrs.field(factory=list)
    changes: list[Change] = attrs.field(factory=list)
    spoken: list[tuple[Saying, Event]] = attrs.field(factory=list)
    lacking: list[Event] = attrs.field(factory=list)

    def settle(self) -> None:
        """All in turn, from what is surely the same to what is new."""
        said = self._said()
        held = _rounds(self.rest)
        self._drop_same()
        if not self.telling.by_ticket:
            self._pair(_by_id)
        self._pair(_place)
        if self.telling.by_ticket:
            self._settle_rounds(said, held)
        else:
            self._pair_steps()
            self._pair(_by_instant)
            self._pair_moved()
            self._pair_less_finely()
        self._keep_taken_back()

    def _said(self) -> "list[_Round]":
        """The rounds that are said, row by row; by their instants, as those that stand, where a row tells acts of a dispatch that
        another tells in the same words."""
        rows: dict[int, list[Saying | Event]] = defaultdict(list)
        for one in self.left:
            rows[one.row].append(one)
        if self.telling.by_ticket and not all(
            any(isinstance(one.fact, Dispatch) for one in row) for row in rows.values()
        ):
            return _rounds(self.left)
        return [one for row in rows.values() for one in _rounds(row)]

    def absent(self) -> Iterator[Event]:
        """What stands and was not spoken of. Of a row per ticket that is `lacking`; of a row per event what files of its form told, and
        what others did of a kind and of a unit that the file tells too, from the earliest dispatch on that was spoken of: all there is of
        the ticket, where that is its first."""
        if self.telling.by_ticket:
            yield from self.lacking
            return
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

    def _was_taken_back(self, now: Fact) -> bool:
        """Whether it was said before as far as the file's columns go, and a replacement took it back."""
        return any(_place(was) == _place(now) and not self._differing(was, now, _value) for was in self.past)

    def _keep_taken_back(self) -> None:
        """What is said again that a replacement left without a successor: a change, from nothing, and no news."""
        for one in [one for one in self.left if self._was_taken_back(one.fact)]:
            self.left.remove(one)
            self.changes.append(self._told(one.row, None, one.fact, "at"))
            if not self.replace:
                self.becomes[one] = None

    def _drop_same(self) -> None:
        """What stands as it is said, as far as the file's columns go."""
        places: dict[Hashable, list[Event]] = defaultdict(list)
        for event in self.rest:
            places[_place(event.fact)].append(event)
        for wholly in (True, False):
            left = []
            for one in self.left:
                among = places[_place(one.fact)]
                same = next((event for event in among if self._is_same(event.fact, one.fact, wholly=wholly)), None)
                if same is None:
                    left.append(one)
                    continue
                among.remove(same)
                self.spoken.append((one, same))
                if not wholly or same.key in self.renamed:  # else its key says that it is known
                    self._follow_told(one, same)
                elif self._has_twin(same.fact):
                    self.becomes[one] = None
            self.left = left
        self.rest = [event for among in places.values() for event in among]

    def _is_same(self, was: Fact, now: Fact, *, wholly: bool) -> bool:
        """Whether a standing fact says what a row says: in every field, or as far as the file's columns go."""
        if wholly and _identity(was) != _identity(now):
            return False
        return (wholly and was == now) or not self._differing(was, now)

    def _has_twin(self, fact: Fact) -> bool:
        """Whether what imports took back happened in the same way and said its role otherwise: its key is the one that a saying has."""
        twins = (was for was in self.past if isinstance(was, Dispatch) and was.at == fact.at)
        return any(_identity(was) == _identity(fact) and content(was) != content(fact) for was in twins)

    def _differing(self, was: Fact, now: Fact, value: "_Value | None" = None) -> list[str]:
        """The fields that the file has a column for, and that are said otherwise; `value`: what each says of them."""
        told, value = self.telling.fields.get(now.kind), value or _said
        spared = (
            {"role"} if told is None and _said(now, "role") is None else set()
        )  # the exchange format has no empty cells
        return [
            name
            for name in fields_of(type(now))
            if name not in PLACE | COVERED | spared
            and (told is None or name in told)
            and not _agree(value(was, name), value(now, name))
        ]

    def _pair(self, key: _Key, stood: _Key | None = None, own: bool = False) -> None:
        """Each saying with a standing fact of the same kind and key; `stood`: the key of what stands, if that has another; `own`:
        with those of the same profile alone."""
        there: dict[Hashable, list[Event]] = defaultdict(list)
        for event in self.rest:
            if event.batch in self.own or not own:
                there[(stood or key)(event.fact)].append(event)
        for one in tuple(self.left):
            place = key(one.fact)
            if place is not None and there.get(place):
                self._change(one, there[place].pop(0))

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
            return *_kind(fact), fact.seq + by, fact.unit if unit else None

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
            self._pair(lambda fact: _by_instant(was[fact]) if fact in was else None, _by_instant, own=True)

    def _pair_less_finely(self) -> None:
        """The acts of a unit that the file or the ledger tells to the minute or to the day alone."""
        for one in tuple(self.left):
            if one.fact.id is None:
                same = (event for event in self.rest if _is_same_act_less_finely(one.fact, event.fact))
                if (event := next(same, None)) is not None:
                    self._change(one, event)

    def _change(self, one: Saying, event: Event, untold: frozenset[str] = UNMOVED) -> None:
        """A saying that speaks of a standing fact otherwise: what it fills is taken; what it contradicts, if it may replace."""
        self.left.remove(one)
        self.rest.remove(event)
        self.spoken.append((one, event))
        was, now = event.fact, one.fact
        guessed, timed = _assumed(now), _assumed(was) and not _assumed(now)
        if guessed and not _assumed(was):  # when it was is known already
            now = _with(now, at=was.at, assumed=None)
        if (
            self.telling.steps and event.batch in self.own
        ):  # a step keeps the number it first had, as those do that say the same
            now = _with(now, seq=was.seq)
        differing = self._differing(was, now)
        moved = [name for name in ("unit", "at") if getattr(was, name) != getattr(now, name)]
        if not (moved or differing):
            self._follow_told(one, event)
            return
        back = self._was_taken_back(one.fact)
        free = untold | ({"at"} if guessed or (timed and not back) else set())
        emptied = [name for name in differing if _said(now, name) is None]
        filled = [name for name in differing if _said(was, name) in (None, WITHHELD) and name not in emptied]
        if back or isinstance(was, Extend):
            filled = []
        contradicted = [name for name in (*moved, *differing) if name not in filled and name not in free]
        self.changes += [self._told(one.row, was, now, name) for name in contradicted]
        if self.replace:
            untouched = {name for name in fields_of(type(was)) if name not in PLACE | COVERED | {*differing}}
            untouched = {name for name in untouched if not _agree(_said(was, name), _said(now, name))}
            self._follow(one, event, attrs.evolve(now, **{name: getattr(was, name) for name in untouched}))
        elif timed and not contradicted:
            self._follow(one, event, now)
        elif filled and not moved:
            self._follow(one, event, attrs.evolve(was, **{name: getattr(now, name) for name in filled}))
        else:
            self._follow_told(one, event)

    def _follow_told(self, one: Saying, event: Event) -> None:
        """Nothing else of a saying is taken but that its file can tell more kinds of the round than were told of it so far."""
        untold = _untold_together(event.fact, one.fact)
        if untold == getattr(event.fact, "untold", None):
            self.becomes[one] = None
        else:
            self._follow(one, event, _with(event.fact, untold=untold))

    def _follow(self, one: Saying, event: Event, fact: Fact) -> None:
        """A fact in the place of one that stood; what either could tell of the round is told."""
        if isinstance(fact, Dispatch):
            fact = attrs.evolve(fact, untold=_untold_together(event.fact, one.fact))
        self.becomes[one] = fact
        self.voids.append((one.row, event.key))

    def _told(self, row: int, was: Fact | None, now: Fact | None, name: str) -> Change:
        """A field of what stands, and of what is said; one of the two may be nothing at all."""
        outside, of = NAMED.get(name, name), was or now
        assert of is not None
        shown = (None if fact is None else _shown(fact, outside) for fact in (was, now))
        return Change(
            row=row, ticket=str(of.ticket), unit=of.unit, kind=of.kind, field=outside, taken=self.replace,
            was=next(shown), now=next(shown), act=_which(of),
        )  # fmt: skip

    # a row per ticket

    def _settle_rounds(self, said: Sequence[_Round], held: Sequence[_Round]) -> None:
        """The rounds of the file's rows, each with the one of the ledger that it speaks of."""
        free = list(held)
        for fits in (_same_dispatch, _sent_elsewhere, _sent_less_finely, _sent_at_another_time):
            for one in [one for one in said if isinstance(one.sent, Saying)]:
                found = next((other for other in free if fits(one, other)), None)
                if found is not None and (fits is _same_dispatch or one.sent in self.left):
                    free.remove(found)
                    self._settle_round(one, found)
        for one, found in self._corrected(said, held, free):
            free.remove(found)
            self._settle_round(one, found)
        if self.whole:
            self._settle_gone(said, free)

    def _corrected(
        self, said: Sequence[_Round], held: Sequence[_Round], free: Sequence[_Round]
    ) -> list[tuple[_Round, _Round]]:
        """The rounds of the file whose dispatch is new, each with the one of the ledger that it moved: of one unit and role both have
        one that the other lacks, and the ticket did not come back in between."""
        pairs = []
        new = [one for one in said if one.sent in self.left]
        stood = [one for one in free if one.sent in self.rest and self._is_own(one.sent)]
        for unit, whose in dict.fromkeys((one.sent.fact.unit, _whose(one)) for one in new):
            ours = [one for one in new if _whose(one) == whose]
            theirs = [one for one in stood if _whose(one) == whose]
            if not theirs:  # its role may be said otherwise too
                theirs = [one for one in stood if one.sent.fact.unit == unit]
                ours = [one for one in new if one.sent.fact.unit == unit]
            if len(ours) == len(theirs) == 1 and not _came_back(ours[0], theirs[0], held):
                pairs.append((ours[0], theirs[0]))
        return pairs

    def _is_own(self, one: Saying | Event) -> bool:
        return isinstance(one, Event) and one.batch in self.own

    def _settle_gone(self, said: Sequence[_Round], free: Sequence[_Round]) -> None:
        """The rounds that the file tells no more. A lead that a later one followed is history; a sub-order whose columns the file has is
        a change; one with a row of its own is named, as the row may stand in another file, and so is one that a row says was there."""
        sent = [event for _, event in self.spoken if isinstance(event.fact, Dispatch)]
        for one in free:
            stood = one.sent
            if not isinstance(stood, Event) or stood not in self.rest or not self._is_own(stood):
                continue
            followed = any(_role(new) == _role(one) and new.sent.fact.at > stood.fact.at for new in said)
            beside = any(event.batch == stood.batch and _value(event.fact, "role") == _role(one) for event in sent)
            if followed and not beside and _role(one) == LEAD:
                continue
            gone = [
                act for act in (stood, *one.acts) if isinstance(act, Event) and act in self.rest and self._is_own(act)
            ]
            row = self._row_of(stood, said)
            if _role(one) != LEAD:  # a sub-order gives way to one of its own row
                followed = any(
                    new.sent.fact.at > stood.fact.at for new in said if new.sent.row == row and _role(new) != LEAD
                )
            surely = row is not None and (row, Dispatch.kind) not in self.telling.untimed and (beside or not followed)
            if row is not None and surely and _role(one) != LEAD and self._is_sub_order(stood):
                self._settle_absent(row, gone)
            else:
                self.lacking += gone

    def _is_sub_order(self, stood: Event) -> bool:
        """Whether a dispatch is of a sub-order that the file would tell in the row of its lead: when the ticket was first told of, it did
        not come in a row of its own beside others."""
        beside = [event for _, event in self.spoken if event.batch == stood.batch and isinstance(event.fact, Dispatch)]
        alone = bool(beside) and all(event.row != stood.row for event in beside)
        return self.telling.sub_orders and not (alone and stood.batch == self.first)

    def _row_of(self, stood: Event, said: Iterable[_Round]) -> int | None:
        """The row that would tell a sub-order: the one that tells what came in its row, else that of the lead which it was under."""
        beside = [one.row for one, event in self.spoken if (event.batch, event.row) == (stood.batch, stood.row)]
        leads = sorted((one.sent for one in said if _role(one) == LEAD), key=lambda sent: sent.fact.at)
        before = [sent for sent in leads if sent.fact.at <= stood.fact.at]
        return next(iter((*beside[:1], *(sent.row for sent in (*before[-1:], *leads[:1])))), None)

    def _settle_absent(self, row: int, gone: Sequence[Event]) -> None:
        """Acts that a row tells no more: changes, to nothing."""
        for act in gone:
            self.rest.remove(act)
            self.changes.append(self._told(row, act.fact, None, "at"))
            if self.replace:
                self.voids.append((row, act.key))

    def _settle_round(self, said: _Round, held: _Round) -> None:
        sent, stood = said.sent, held.sent
        assert isinstance(sent, Saying)
        assert isinstance(stood, Event)
        if sent in self.left and stood in self.rest:
            self._change(sent, stood)
        acts = [act for act in said.acts if isinstance(act, Saying) and act in self.left]
        for kind in dict.fromkeys(_kind(act.fact) for act in (*said.acts, *held.acts)):
            if kind[0] in self.telling.fields:
                self._settle_acts(sent.row, [one for one in acts if _kind(one.fact) == kind], held, kind)
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

    def _settle_acts(self, row: int, said: Sequence[Saying], held: _Round, kind: tuple[str, Scalar]) -> None:
        """The acts of one kind in a round: those said at another instant, and those that the file says no more."""
        every = [act for act in held.acts if isinstance(act, Event) and _kind(act.fact) == kind]
        stood = [act for act in every if act in self.rest and act.batch in self.own]
        if not stood and len(every) == len(said) == 1:
            stood = [act for act in every if act in self.rest]
        pairs = list(zip(said, stood, strict=False))
        for one, act in pairs:
            self._change(one, act, frozenset(("unit",)))
        spared = self.telling.untimed.get((row, kind[0]), 0)  # the row does say that there were such, though not when
        self._settle_absent(row, stood[len(pairs) + spared :])

    def _settle_others(self, row: int, said: _Round, held: _Round, kind: tuple[str, Scalar]) -> None:
        """The acts of one kind in a round that files of another form told, where this one tells none, or one at another instant."""
        told = [act for act in said.acts if _kind(act.fact) == kind]
        if not self.telling.untimed.get((row, kind[0])) and (not told or any(act in self.left for act in told)):
            every = [act for act in held.acts if isinstance(act, Event) and _kind(act.fact) == kind]
            self.lacking += [act for act in every if act in self.rest and act.batch not in self.own | self.typed]


def _same_dispatch(said: _Round, held: _Round) -> bool:
    return (said.sent.fact.unit, said.sent.fact.at) == (held.sent.fact.unit, held.sent.fact.at)


def _sent_elsewhere(said: _Round, held: _Round) -> bool:
    """Another unit at the same instant, in the same role."""
    one, other = said.sent.fact, held.sent.fact
    return one.at == other.at and _value(one, "role") == _value(other, "role")


def _is_same_act_less_finely(one: Fact, other: Fact) -> bool:
    alike = all(_value(one, name) == _value(other, name) for name in ("unit", "role", "measure", "item", "about"))
    return one.kind == other.kind and alike and _is_same_less_finely(one.at, other.at)


def _sent_less_finely(said: _Round, held: _Round) -> bool:
    """The same unit at the same instant, told to the minute or to the day by one of the two."""
    one, other = said.sent.fact, held.sent.fact
    return one.unit == other.unit and _is_same_less_finely(one.at, other.at)


def _is_same_less_finely(one: int, other: int) -> bool:
    """Whether two instants (ms) are the same, told to the minute or to the day by one of them: a spreadsheet drops seconds."""
    shorter = min(one, other)
    return any(
        (shorter + ZONE_MS) % unit == 0 and (one + ZONE_MS) // unit == (other + ZONE_MS) // unit
        for unit in (MINUTE_MS, DAY_MS)
    )


def _sent_at_another_time(said: _Round, held: _Round) -> bool:
    """The same unit at another instant, with an act after both that both know: the time of the dispatch was corrected."""
    one, other = said.sent.fact, held.sent.fact
    since = max(one.at, other.at)
    acts = {(act.fact.kind, act.fact.at) for act in said.acts if act.fact.at >= since}
    return one.unit == other.unit and any((act.fact.kind, act.fact.at) in acts for act in held.acts)


def _role(one: _Round) -> Scalar:
    return _value(one.sent.fact, "role")


def _whose(one: _Round) -> Hashable:
    return one.sent.fact.unit, _role(one)


def _came_back(said: _Round, stood: _Round, held: Iterable[_Round]) -> bool:
    """Whether a dispatch is not one that stands, moved to another time, but a later one: the unit had returned the ticket, or another
    led it in between."""
    first, last = sorted((said.sent.fact.at, stood.sent.fact.at))
    led = any(_role(one) == LEAD and _whose(one) != _whose(said) and first < one.sent.fact.at < last for one in held)
    told = {act.fact.at for act in said.acts if isinstance(act.fact, Return)}
    returned = [act.fact.at for act in stood.acts if isinstance(act.fact, Return)]
    return (led and _role(said) == LEAD) or any(first < at <= said.sent.fact.at and at not in told for at in returned)


def _place(fact: Fact) -> Hashable:
    """One kind of act of one unit at one instant; an exemption of one item, a decision about one request."""
    return fact.kind, fact.unit, fact.at, *(_value(fact, name) for name in ("measure", "item", "about"))


def _kind(fact: Fact) -> tuple[str, Scalar]:
    """What kind of act it is; a flag, of which measure."""
    return fact.kind, _value(fact, "measure")


def _which(fact: Fact) -> str:
    """Which of the acts of its kind, unit and ticket: its instant, and what else tells it from others then."""
    more = (_value(fact, name) for name in ("measure", "item", "about", "id"))
    return " ".join([show_iso(fact.at), *(str(one) for one in more if one is not None)])


def _agree(was: Scalar, now: Scalar) -> bool:
    """Whether two values say the same: of a text that is not kept, or kept masked, what was kept of it before agrees."""
    if was == now or not (isinstance(was, str) and isinstance(now, str)):
        return was == now
    return now == WITHHELD or masked(was) == now


def _by_id(fact: Fact) -> Hashable | None:
    return None if fact.id is None else (fact.kind, fact.id)


def _by_instant(fact: Fact) -> Hashable | None:
    """One kind of act at one instant. A dispatch to another unit then is a change, in the same role; an act of another unit
    is another act."""
    if fact.id is not None:
        return None
    whose = _value(fact, "role") if isinstance(fact, Dispatch) else fact.unit
    return fact.kind, fact.at, whose, *(_value(fact, name) for name in ("measure", "item", "about"))


def _said(fact: Fact, name: str) -> Scalar:
    """A field as it was told."""
    value: Scalar = getattr(fact, name, None)
    return value


def _value(fact: Fact, name: str) -> Scalar:
    """A field; a dispatch that tells no role is to the lead."""
    value = _said(fact, name)
    return LEAD if name == "role" and value is None and isinstance(fact, Dispatch) else value


def _with(fact: Fact, **values: Any) -> Fact:
    """The fact with other values in fields that its kind has."""
    return attrs.evolve(fact, **values)


def _assumed(fact: Fact) -> bool:
    return bool(getattr(fact, "assumed", None))


def _untold_together(was: Fact, now: Fact) -> str | None:
    """What neither of two dispatches could tell, with the answer of either's office. What has no survey has no word of one."""
    words = [_with_rating((getattr(fact, "untold", None) or "").split()) for fact in (was, now)]
    kinds = [{word.removesuffix(IN_FULL) for word in each} for each in words]
    answered = {word.removesuffix(IN_FULL) for each in words for word in each if word.endswith(IN_FULL)}
    both = [kind for kind in UNTOLD if all(kind in each for each in kinds)]
    if Survey.kind in both:
        both.remove(RATING)
    return " ".join(kind + (IN_FULL if kind in answered else "") for kind in both) or None


def _with_rating(words: list[str]) -> list[str]:
    """What a dispatch could not tell, the word of its survey too where it could not tell that."""
    return [
        *words,
        *(RATING + word.removeprefix(Survey.kind) for word in words if word.removesuffix(IN_FULL) == Survey.kind),
    ]


def _identity(fact: Fact) -> str:
    return identity(content(fact))


def _shown(fact: Fact, outside: str) -> str | None:
    """The value as the exchange format has it; of free text, which may name citizens, only that there is some."""
    value = canonical(fact).get(outside)
    if value is None:
        return None
    if outside in FREE:
        return WITHHELD
    return str(value).lower() if isinstance(value, bool) else masked(str(value))
