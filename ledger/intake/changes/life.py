"""One ticket of a re-export against what the ledger knows of it: what is the same, and what becomes of a fact that is said otherwise."""

from collections import defaultdict
from collections.abc import Callable, Hashable

import attrs

from ledger.batches import Change, Event, Telling
from ledger.exchange import content
from ledger.facts import NAMED, Dispatch, Extend, Fact, Scalar, fields_of
from ledger.intake.changes.compare import (
    agree,
    as_shown,
    field_of,
    identity_of,
    is_assumed,
    place_of,
    untold_together,
    value_of,
    which_of,
    with_values,
)
from ledger.texts import WITHHELD

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


@attrs.define(kw_only=True)
class TicketLife:
    """One ticket: `left` is said and not settled yet, `rest` stands and was not spoken of yet, `past` is what imports took back; `kinds`
    the file tells of any ticket, and this one as a `whole`; `first` is the batch in which its form first told of it, `sent` all of its
    dispatches that stand or were taken back. What a saying becomes is in `becomes`: another fact, or None where nothing of it is taken.
    `spoken` is who spoke of what."""

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
    sent: list[Event]
    becomes: dict[Saying, Fact | None] = attrs.field(factory=dict)
    voids: list[tuple[int, str]] = attrs.field(factory=list)
    changes: list[Change] = attrs.field(factory=list)
    spoken: list[tuple[Saying, Event]] = attrs.field(factory=list)

    def _drop_same(self) -> None:
        """What stands as it is said, as far as the file's columns go."""
        places: dict[Hashable, list[Event]] = defaultdict(list)
        for event in self.rest:
            places[place_of(event.fact)].append(event)
        for wholly in (True, False):
            left = []
            for one in self.left:
                among = places[place_of(one.fact)]
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
        if wholly and identity_of(was) != identity_of(now):
            return False
        return (wholly and was == now) or not self._differing(was, now)

    def _has_twin(self, fact: Fact) -> bool:
        """Whether what imports took back happened in the same way and said its role otherwise: its key is the one that a saying has."""
        twins = (was for was in self.past if isinstance(was, Dispatch) and was.at == fact.at)
        return any(identity_of(was) == identity_of(fact) and content(was) != content(fact) for was in twins)

    def _differing(self, was: Fact, now: Fact, value: "_Value | None" = None) -> list[str]:
        """The fields that the file has a column for, and that are said otherwise; `value`: what each says of them."""
        told, value = self.telling.fields.get(now.kind), value or field_of
        spared = (
            {"role"} if told is None and field_of(now, "role") is None else set()
        )  # the exchange format has no empty cells
        return [
            name
            for name in fields_of(type(now))
            if name not in PLACE | COVERED | spared
            and (told is None or name in told)
            and not agree(value(was, name), value(now, name))
        ]

    def _was_taken_back(self, now: Fact) -> bool:
        """Whether it was said before as far as the file's columns go, and a replacement took it back."""
        return any(place_of(was) == place_of(now) and not self._differing(was, now, value_of) for was in self.past)

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

    def _change(self, one: Saying, event: Event, untold: frozenset[str] = UNMOVED) -> None:
        """A saying that speaks of a standing fact otherwise: what it fills is taken; what it contradicts, if it may replace."""
        self.left.remove(one)
        self.rest.remove(event)
        self.spoken.append((one, event))
        was, now = event.fact, one.fact
        guessed, timed = is_assumed(now), is_assumed(was) and not is_assumed(now)
        if guessed and not is_assumed(was):  # when it was is known already
            now = with_values(now, at=was.at, assumed=None)
        if (
            self.telling.steps and event.batch in self.own
        ):  # a step keeps the number it first had, as those do that say the same
            now = with_values(now, seq=was.seq)
        differing = self._differing(was, now)
        moved = [name for name in ("unit", "at") if getattr(was, name) != getattr(now, name)]
        if not (moved or differing):
            self._follow_told(one, event)
            return
        back = self._was_taken_back(one.fact)
        free = untold | ({"at"} if guessed or (timed and not back) else set())
        emptied = [name for name in differing if field_of(now, name) is None]
        filled = [name for name in differing if field_of(was, name) in (None, WITHHELD) and name not in emptied]
        if back or isinstance(was, Extend):
            filled = []
        contradicted = [name for name in (*moved, *differing) if name not in filled and name not in free]
        self.changes += [self._told(one.row, was, now, name) for name in contradicted]
        if self.replace:
            untouched = {name for name in fields_of(type(was)) if name not in PLACE | COVERED | {*differing}}
            untouched = {name for name in untouched if not agree(field_of(was, name), field_of(now, name))}
            self._follow(one, event, attrs.evolve(now, **{name: getattr(was, name) for name in untouched}))
        elif timed and not contradicted:
            self._follow(one, event, now)
        elif filled and not moved:
            self._follow(one, event, attrs.evolve(was, **{name: getattr(now, name) for name in filled}))
        else:
            self._follow_told(one, event)

    def _follow_told(self, one: Saying, event: Event) -> None:
        """Nothing else of a saying is taken but that its file can tell more kinds of the round than were told of it so far."""
        untold = untold_together(event.fact, one.fact)
        if untold == getattr(event.fact, "untold", None):
            self.becomes[one] = None
        else:
            self._follow(one, event, with_values(event.fact, untold=untold))

    def _follow(self, one: Saying, event: Event, fact: Fact) -> None:
        """A fact in the place of one that stood; what either could tell of the round is told."""
        if isinstance(fact, Dispatch):
            fact = attrs.evolve(fact, untold=untold_together(event.fact, one.fact))
        self.becomes[one] = fact
        self.voids.append((one.row, event.key))

    def _told(self, row: int, was: Fact | None, now: Fact | None, name: str) -> Change:
        """A field of what stands, and of what is said; one of the two may be nothing at all."""
        outside, of = NAMED.get(name, name), was or now
        assert of is not None
        shown = (None if fact is None else as_shown(fact, outside) for fact in (was, now))
        return Change(
            row=row, ticket=str(of.ticket), unit=of.unit, kind=of.kind, field=outside, taken=self.replace,
            was=next(shown), now=next(shown), act=which_of(of),
        )  # fmt: skip

    def _keep_taken_back(self) -> None:
        """What is said again that a replacement left without a successor: a change, from nothing, and no news."""
        for one in [one for one in self.left if self._was_taken_back(one.fact)]:
            self.left.remove(one)
            self.changes.append(self._told(one.row, None, one.fact, "at"))
            if not self.replace:
                self.becomes[one] = None
