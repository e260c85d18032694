"""One row of a table, seen through a profile: the facts it tells, what is wrong with it, what was left out.

A row with one cell that cannot be read gives no fact at all: half a ticket would make wrong verdicts.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import attrs

from ledger.exchange import READERS, REMEDIES, read_fact
from ledger.facts import KIND, STORED_AS, Dispatch, Extend, Fact, Flag, fields_of
from ledger.intake.cells import (
    EARLIEST,
    LATEST,
    SEPARATORS,
    TOO_FAR,
    Meanings,
    Remembered,
    UnfitCell,
    are_cut,
    exchanged,
    folded,
    shown,
    whole,
    without_value,
)
from ledger.intake.coverage import ASSUMED, OPEN_UNIT, tells, unsure_of, untold_of
from ledger.intake.headings import columns_of
from ledger.intake.kept import TEXTS, CellsKept, text_kept
from ledger.intake.profile import BY_WORD, IGNORE, ONE_NAME, REFUSED, EventRule, Profile, When
from ledger.intake.tables.table import NO_VALUES, Cell, LogTable, Row
from ledger.sentences import Mistake, UnreadableFact, UntimedAct, sentence
from ledger.texts import FREE, WITHHELD, masked

Cells = Mapping[str, Cell]
Plan = tuple[tuple[tuple[str, str, str, bool, Remembered[Any], Remembered[Any] | None], ...], Mapping[str, Any]]
"""(field, field as stored, column, whether a guard stands before it, what its cells were read as and what is kept of people's words) of
what the table has a column for, and the values of the rest."""
TOO_OFTEN = 10_000  # times of one act
MOST_ASSUMED = 50  # of one row: more is a mistake in its count
BETWEEN = re.compile(rf"\s*[{SEPARATORS}]\s*")
ROLE_OF = ("lead", "assist")
SAY_WHO = 'give each unit a row of its own, or say in the profile what they are: several_units = "lead_and_assist"'
BESIDE = ("activity", "transition", "resource", "round")
"""Columns of an XES export that say over again, for process miners, what others say."""
COMPLETE = "complete"  # the one step of a fact's life that an export writes
LEAVE_OUT = "write what the fact says, or leave it out: it is for process miners alone"
SAME_UNIT = (
    "write the unit of the fact, or leave it out; of a unit's other name, first record that: kaoping alias UNIT NAME"
)
OUTSIDE = {inside: outside for outside, inside in STORED_AS.items()}
OWN_WORDS = ("reason", "rating", "contacted", "granted")
"""Fields that nothing but an act of their own fills; 是否解决 is judged by nothing, and units fill it too."""


@attrs.define
class RowFacts:
    """What one row told: facts, what is wrong with it, and what was left out. `as_told`: the facts, by their place, of which it
    said more than is kept. `unheard`: acts that it says without a time, where the whole table has no column for that."""

    facts: list[Fact] = attrs.field(factory=list)
    as_told: dict[int, Fact] = attrs.field(factory=dict)
    wrong: list[Mistake] = attrs.field(factory=list)
    left_out: list[Mistake] = attrs.field(factory=list)
    unheard: list["Unheard"] = attrs.field(factory=list)

    @property
    def mends(self) -> bool:
        """Whether a row that was aside is mended by it: it gives facts, and leaves out no act for want of a time."""
        return bool(self.facts) and not self.unheard and not any(one.untimed for one in self.left_out)

    def take(self, fact: Fact, kept: Fact) -> None:
        """A fact, and as it is kept."""
        if kept is not fact:
            self.as_told[len(self.facts)] = fact
        self.facts.append(kept)


@attrs.frozen
class Unheard:
    """An act of a kind that a row says without a time, where its table has no column (`heading`) for that: the table tells none."""

    kind: str
    heading: str
    mistake: Mistake


class TableRule(NamedTuple):
    """A rule of the profile in a table: `timed`, a row that tells the time `at` tells that one act; `silent`, one that does not tells
    none."""

    event: EventRule
    at: str
    timed: bool
    silent: bool


@attrs.frozen(kw_only=True)
class Before:
    """What the ticket's rows before a row said of the columns watched: which `changed` since, and what each `was`. `first`: there
    are none. `opens`: the ticket is not with the row's unit, though the row says that it is at work."""

    changed: frozenset[str]
    was: Mapping[str, str]
    first: bool = False
    opens: bool = False


OPENING = EventRule(kind=Dispatch.kind)


@attrs.frozen
class RowReader:
    """A header seen through a profile: which row cell is which column, and what it means. `unsure`: fields that are not read, as
    the unread heading given may say otherwise of them (`ledger.intake.coverage.unsure_of`)."""

    profile: Profile
    means: Meanings
    header: tuple[str, ...]
    places: Mapping[str, int]
    cells_kept: CellsKept
    unsure: Mapping[str, str] = attrs.field(factory=dict)
    plans: dict[tuple[int, str], Plan] = attrs.field(factory=dict)
    assumed: dict[int, EventRule] = attrs.field(factory=dict)
    own_words: dict[int, tuple[str, ...]] = attrs.field(factory=dict)
    rules: tuple[TableRule, ...] = attrs.Factory(lambda self: tuple(self._rules()), takes_self=True)
    judged: Mapping[str, frozenset[str]] = attrs.Factory(lambda self: self._judged(), takes_self=True)
    alone: Remembered[bool] = attrs.Factory(lambda self: Remembered(self._is_alone), takes_self=True)

    @classmethod
    def of(cls, table: LogTable, profile: Profile) -> "RowReader":
        """The table seen through this profile."""
        places = columns_of(profile, table.header)
        kept = CellsKept.of(profile, {column: table.header[place] for column, place in places.items()})
        numbers = (
            []
            if profile.whole_numbers or "ticket" not in places
            else [row.cells[places["ticket"]] for row in table.rows if not row.fault]
        )
        means = Meanings.of(profile, cut=are_cut(numbers, by_ticket=profile.by_ticket))
        return cls(profile, means, table.header, places, kept, unsure_of(profile, table, places))

    def cells(self, row: Row) -> Cells:
        """Column -> cell, None where it stands for nothing; only columns that the table has."""
        stripped, cells = self.means.stripped, row.cells
        return {
            column: stripped[cell] if isinstance(cell := cells[place], str) else cell
            for column, place in self.places.items()
        }

    def _rules(self) -> Iterator[TableRule]:
        """The rules by which the table can tell anything at all, or must."""
        for event in self.profile.events:
            asked = (when.column for when in event.when)
            else_told = (event.at_else, event.count, *(when.column for when in event.told_by))
            must = event.needed or event.kind == BY_WORD
            spoken = must or any(column in self.places for column in else_told)
            if all(column in self.places for column in asked) and (spoken or event.at in self.places):
                plain = not (event.when or self.profile.state_rows or event.kind in (BY_WORD, IGNORE))
                silent = plain and not (spoken or any(column in self.places for column in self._own_words(event)))
                yield TableRule(event, event.at, plain and event.count not in self.places, silent)

    def _judged(self) -> Mapping[str, frozenset[str]]:
        """The columns of yes or no by which alone an act is known that has no time of its own -> every word that says something there."""
        whens = [
            when
            for event in self.profile.events
            if event.kind != Flag.kind
            for when in (*event.when, *(event.told_by if event.kind in ASSUMED else ()))
        ]
        answers = frozenset(self.means.flags)
        listed = {when.column: frozenset[str]() for when in whens if when.words and when.column in self.places}
        for when in whens:
            if when.column in listed:
                listed[when.column] |= _folded((*when.words, *when.other_than, *when.was))
        return {column: words | answers for column, words in listed.items() if words & answers}

    def _unjudged(self, cells: Cells) -> Iterator[Mistake]:
        """Words of such a column that say neither: whether there was an act is not known."""
        for column, words in self.judged.items():
            cell = cells.get(column)
            if cell is not None and folded(shown(cell)) not in words:
                remedy = sentence("list it under yes or no in the profile, or in the words of its event")
                yield Mistake(self.heading(column), cell, self.means.nothing(), remedy)

    def heading(self, column: str) -> str:
        """The heading as the table has it, else as the profile knows it."""
        return self.header[self.places[column]] if column in self.places else self.profile.columns[column][0]

    def _mistake(self, cells: Cells, column: str, refused: UnfitCell) -> Mistake:
        return Mistake(self.heading(column), cells.get(column), refused.why, refused.remedy, refused.lists)

    def tell(self, row: Row, before: Before | None) -> RowFacts:
        """What a row tells; no fact if anything in it is wrong."""
        told = RowFacts()
        if row.fault:
            told.wrong.extend((row.fault, *row.more))
        elif self.profile.exchange:
            self._tell_exchanged(row, told)
        elif wrong := self.valueless(cells := self.cells(row)):
            told.wrong.extend(wrong)
        elif self.profile.state_rows and before is None:
            told.wrong.extend(self._unplaced(cells))
        else:
            if self.judged:
                told.wrong.extend(self._unjudged(cells))
            if before and before.opens:
                self._tell_event(cells, OPENING, told)
            for event, at, timed, silent in self.rules:
                if timed and cells.get(at) is not None:
                    self._tell_fact(cells, event, event.kind, at, told)
                    continue
                if silent:
                    continue
                asked = event.when and not all(self.holds(cells, when, before) for when in event.when)
                if not asked and self._moved(event, before):
                    self._tell_event(cells, event, told, before)
        if told.wrong:
            told.facts.clear()
            told.as_told.clear()
        if not (told.facts or told.wrong):  # nothing else says that the row was there
            told.left_out.extend(one.mistake for one in told.unheard)
            told.unheard.clear()
        return told

    def valueless(self, cells: Cells) -> list[Mistake]:
        """Why cells have no value: a row with such a one tells nothing, as a condition would read it as a word."""
        if not self.means.valueless:
            return []
        return [self._mistake(cells, column, why) for column, cell in cells.items() if (why := without_value(cell))]

    def _moved(self, event: EventRule, before: Before | None) -> bool:
        """Of a state, whether what the event speaks of changed."""
        return not self.profile.state_rows or before is None or bool(before.changed & {*event.moved_by})

    def _unplaced(self, cells: Cells) -> Iterator[Mistake]:
        """Why a state has no place in the life of its ticket."""
        for column in ("ticket", "at"):
            if cells.get(column) is None:
                yield Mistake(self.heading(column), None, "is missing", "every state of a ticket has it")
        for column in ("ticket", "at", "seq"):
            cell = cells.get(column)
            try:
                if cell is not None:
                    whole(cell) if column == "seq" else self.means.read(column, cell)
            except UnfitCell as refused:
                yield self._mistake(cells, column, refused)

    def _tell_event(self, cells: Cells, event: EventRule, told: RowFacts, before: Before | None = None) -> None:
        try:
            kind = self._kind(cells, event)
            if kind == IGNORE:
                return
            if cells.get(event.at) is not None and self._tells_one(cells, event):
                self._tell_fact(cells, event, kind, event.at, told)
                return
            times, witness = self._times(cells, event, before)
            if times < 0:  # a counter of states that fell
                told.left_out.append(self._fallen(cells, event, before))
                return
        except UnfitCell as refused:
            column = "kind" if event.kind == BY_WORD else event.count or event.at
            told.wrong.append(self._mistake(cells, column, refused))
            return
        at = event.at
        if self.profile.state_rows and event.count and before:
            if before.first and times and event.at == "at":
                told.left_out.append(self._earlier(cells, event, kind, times))
                return
            if not times and event.at not in before.changed:
                return
        if cells.get(at) is None and event.at_else and (times or not (event.count or event.told_by)):
            at = event.at_else
        said = times
        if cells.get(at) is not None:
            self._tell_fact(cells, event, kind, at, told)
            times -= 1
        elif event.needed or event.kind == BY_WORD:
            told.wrong.append(
                Mistake(self.heading(at), None, "is missing", sentence("every {kind} has it", kind=sentence(kind)))
            )
            return
        if event.kind == Dispatch.kind and event.at not in self.places:
            return  # of a unit below, whose rounds the table does not tell
        if times > 0 and not self._tell_assumed(cells, event, kind, times, told):
            mistake = self._untimed(cells, event, kind, witness, (said, times))
            if event.at in self.places or tells(event, kind, self.places):
                told.left_out.append(mistake)
            else:
                told.unheard.append(Unheard(kind, self.heading(event.at), mistake))

    def _tells_one(self, cells: Cells, event: EventRule) -> bool:
        """Whether a row that tells the time of an act tells that one alone, whatever else it says."""
        return not event.count or (not self.profile.state_rows and cells.get(event.count) is None)

    def _kind(self, cells: Cells, event: EventRule) -> str:
        if event.kind != BY_WORD:
            return event.kind
        word = cells.get("kind")
        if word is None:
            raise UnfitCell("is missing", "every row of this format says what was done")
        return self.means.kind(word)

    def _times(self, cells: Cells, event: EventRule, before: Before | None) -> tuple[int, str]:
        """How often the row says that it happened, without saying when, and the column that says so."""
        cell = cells.get(event.count) if event.count else None
        times = 0 if cell is None else whole(cell)
        if not 0 <= times < TOO_OFTEN:  # what is written there may be a telephone number
            raise UnfitCell("is not a count", "write a whole number of 0 or more")
        if self.profile.state_rows and before is not None and cell is not None:
            times -= self._counted(event, before)
        if times:
            return times, event.count or ""
        for when in event.told_by:
            if self.holds(cells, when, before):
                return 1, when.column
        return self._by_own_word(cells, event)

    def _by_own_word(self, cells: Cells, event: EventRule) -> tuple[int, str]:
        """Whether a word that only such an act fills says that there was one, where the profile says nothing of that word."""
        if self.profile.state_rows or event.kind == BY_WORD or event.at not in self.places or event.needed:
            return 0, ""
        for column in self._own_words(event):
            if cells.get(column) is not None:
                return 1, column
        return 0, ""

    def _own_words(self, event: EventRule) -> tuple[str, ...]:
        """The columns of such words."""
        if id(event) not in self.own_words:
            spoken = {when.column for when in (*event.told_by, *event.when)}
            own = [event.fields.get(field, field) for field in OWN_WORDS if field in fields_of(KIND[event.kind])]
            self.own_words[id(event)] = tuple(
                column for column in own if column not in spoken and column not in event.constants
            )
        return self.own_words[id(event)]

    def _counted(self, event: EventRule, before: Before) -> int:
        """What the counter of an event was in the ticket's states before."""
        try:
            return whole(before.was.get(event.count or "", "0"))
        except UnfitCell:
            return 0

    def _earlier(self, cells: Cells, event: EventRule, kind: str, times: int) -> Mistake:
        why = sentence(
            "says {times} {kind} before the first state, nobody says when: left out", times=times, kind=sentence(kind)
        )
        return Mistake(
            self.heading(event.count or ""), cells.get(event.count or ""), why, "export the states before it too"
        )

    def _fallen(self, cells: Cells, event: EventRule, before: Before | None) -> Mistake:
        was = before.was.get(event.count or "") if before else ""
        why = sentence("fell from {was}: a counter only rises; left out", was=was or "-")
        return Mistake(
            self.heading(event.count or ""), cells.get(event.count or ""), why, "mend it where it comes from"
        )

    def _tell_assumed(self, cells: Cells, event: EventRule, kind: str, times: int, told: RowFacts) -> bool:
        """Tell what happened so often, the row does not say when: at the instant of its dispatch, and so `assumed`. Not of an act
        whose own time is judged, nor where the count of the row says that there was none, or an extension has no length."""
        sent = self._dispatch_of(event)
        lengths = [cells.get(event.fields.get(name, name)) for name in ("days", "until")]
        if (
            cells.get(event.at) is not None
        ):  # the length that the row tells is that of the extension whose time it tells
            lengths = [None, None]
        counted = cells.get(event.count) if event.count else None
        denied = (counted is not None and whole(counted) == 0) or any(
            when.words and cells.get(when.column) is not None and not self.holds(cells, when, None)
            for when in event.told_by
        )
        if self.profile.state_rows or kind not in ASSUMED or sent is None or cells.get(sent.at) is None or denied:
            return False
        if kind == Extend.kind and lengths == [None, None]:
            return False
        if id(event) not in self.assumed:
            self.assumed[id(event)] = attrs.evolve(event, constants={**event.constants, "assumed": True})
        for _ in range(min(times, MOST_ASSUMED)):
            self._tell_fact(cells, self.assumed[id(event)], kind, sent.at, told)
        return times <= MOST_ASSUMED

    def _untimed(self, cells: Cells, event: EventRule, kind: str, witness: str, said: tuple[int, int]) -> Mistake:
        """An act that the row says without a time: so often, and so often without. Kept aside where the table could tell it."""
        why = sentence(
            "says {kind}, but {times} of them without a time ({heading}): left out",
            kind=sentence(kind), times=said[1], heading=self.heading(event.at),
        )  # fmt: skip
        remedy = sentence(
            "export {heading} too (kaoping aside --xlsx gives the rows, to fill it in), or let your own profile name a"
            " stand-in for it with at_else",
            heading=self.heading(event.at),
        )
        act = None
        if event.at in self.places or tells(event, kind, self.places):  # else all of it is untold
            act = self._act(cells, event, kind, said)
        return Mistake(self.heading(witness), cells.get(witness), why, remedy, act=act, untimed=True)

    def _act(self, cells: Cells, event: EventRule, kind: str, times: tuple[int, int]) -> UntimedAct | None:
        try:
            ticket, unit = (self._text(cells, event, field) for field in ("ticket", "unit"))
            rule = self._dispatch_of(event)
            cell = None if rule is None or self.profile.state_rows else cells.get(rule.at)
            at = None if cell is None else self.means.read("at", cell)
        except UnfitCell:  # the row says so itself
            return None
        if ticket is None:
            return None
        return UntimedAct(
            kind=kind,
            ticket=ticket,
            unit=unit,
            times=times[0],
            untimed=times[1],
            sent=at if isinstance(at, int) else None,
        )

    def _dispatch_of(self, event: EventRule) -> EventRule | None:
        """The rule of the dispatch to the unit of an event."""
        unit = event.fields.get(OPEN_UNIT, OPEN_UNIT)
        sent = (one for one in self.profile.events if one.kind == Dispatch.kind)
        return next((one for one in sent if one.fields.get(OPEN_UNIT, OPEN_UNIT) == unit), None)

    def _text(self, cells: Cells, event: EventRule, field: str) -> str | None:
        cell = cells.get(event.fields.get(field, field))
        if cell is None:
            return None
        text = str(self.means.read(field, cell))
        return masked(text) if field == "unit" else text

    def _tell_fact(self, cells: Cells, event: EventRule, kind: str, at: str, told: RowFacts) -> None:
        before = len(told.wrong)
        columns, fixed = self._plan(event, kind)
        values, texts = dict(fixed), dict[str, Any]()
        for field, inside, column, guarded, known, words in columns:
            column = at if field == "at" else column
            cell = cells.get(column)
            if cell is None or (guarded and not self._guarded(cells, field, column, told)):
                continue
            try:
                values[inside] = value = known[cell] if isinstance(cell, str) else self.means.read(field, cell)
            except UnfitCell as refused:
                if field in FREE and field not in self.profile.store:  # nobody reads it
                    values[inside] = WITHHELD
                    continue
                told.wrong.append(self._mistake(cells, column, refused))
                continue
            if words is not None and isinstance(value, str) and (kept := words[value]) != value:
                texts[inside] = kept
        if "until" in values:  # the day an extension ends at says all that its length says
            values.pop("halves", None)
        if len(told.wrong) == before and not (kind != Extend.kind and all(name in values for name in KIND[kind].needs)):
            told.wrong.extend(self._missing(kind, event, values))
        if len(told.wrong) > before:
            return
        if self.alone[values.get("unit")]:
            fact = KIND[kind](**values)
            told.take(fact, _with_texts(fact, texts) if texts else fact)
        else:
            for fact in self._of_units(kind, event, values, told):
                told.take(fact, _with_texts(fact, texts))

    def _is_alone(self, unit: object) -> bool:
        """Whether a cell names one unit, or none."""
        return self.profile.several_units == ONE_NAME or len(_units(unit)) == 1

    def _of_units(self, kind: str, event: EventRule, values: Mapping[str, Any], told: RowFacts) -> Iterator[Fact]:
        """Of a cell with several units, a fact of each: the first leads."""
        units = _units(values["unit"])
        if self.profile.several_units == REFUSED:
            column = event.fields.get("unit", "unit")
            why = sentence("names {count} units in one cell", count=len(units))
            told.wrong.append(Mistake(self.heading(column), values["unit"], why, SAY_WHO))
            return
        for number, unit in enumerate(dict.fromkeys(units)):
            role = {"role": ROLE_OF[min(number, 1)]} if kind == Dispatch.kind else {}
            yield KIND[kind](**{**values, **role, "unit": unit})

    def _plan(self, event: EventRule, kind: str) -> Plan:
        """How a rule fills the fields of a kind, worked out once. (Rules live as long as the reader: their ids are their names.)"""
        if (id(event), kind) not in self.plans:
            named = [(OUTSIDE.get(inside, inside), inside) for inside in fields_of(KIND[kind])]
            columns = [
                (field, inside, event.fields.get(field, field))
                for field, inside in named
                if field not in event.constants and field not in self.unsure
            ]
            constants = self.profile.constants
            untold = untold_of(self.profile, self.places, event, self.unsure) if kind == Dispatch.kind else None
            own = {STORED_AS.get(field, field): value for field, value in event.constants.items()}
            guarded = {field for field, guard in self.profile.guards.items() if guard.column in self.places}
            self.plans[id(event), kind] = (
                tuple(
                    (
                        field,
                        inside,
                        column,
                        field in guarded,
                        self.means.known[field],
                        self.means.texts[inside] if inside in TEXTS else None,
                    )
                    for field, inside, column in columns
                    if field == "at" or column in self.places
                ),
                {
                    inside: READERS[inside](constants[field]) if inside in READERS else constants[field]
                    for field, inside, column in columns
                    if field in constants and column not in self.places
                }
                | {inside: READERS[inside](value) if inside in READERS else value for inside, value in own.items()}
                | ({} if untold is None else {"untold": untold}),
            )
        return self.plans[id(event), kind]

    def fields_told(self, event: EventRule, kind: str) -> frozenset[str]:
        """The fields of a kind, as stored, that the table has a column for; of a flag also what it says."""
        said = {"late"} if kind == Flag.kind else set()
        return frozenset(
            said.union(inside for _, inside, column, *_ in self._plan(event, kind)[0] if column in self.places)
        )

    def _guarded(self, cells: Cells, field: str, column: str, told: RowFacts) -> bool:
        guard = self.profile.guards[field]
        if self.holds(cells, guard, None):
            return True
        why = sentence(
            "was left out: {heading} is {value}",
            heading=self.heading(guard.column),
            value=self.cells_kept.shown(self.heading(guard.column), shown(cells.get(guard.column))) or "-",
        )  # fmt: skip
        remedy = sentence("list the word under [guards.{field}] in the profile if it fits", field=field)
        told.left_out.append(Mistake(self.heading(column), cells.get(column), why, remedy))
        return False

    def _missing(self, kind: str, event: EventRule, values: Mapping[str, object]) -> Iterator[Mistake]:
        for field in KIND[kind].needs:
            if field not in values:
                column = event.fields.get(field, field)
                heading = self.heading(column) if column in self.profile.columns else field
                yield Mistake(heading, None, "is missing", sentence("every {kind} has it", kind=sentence(kind)))
        if KIND[kind] is Extend and not {"until", "halves"} & {*values}:
            column = event.fields.get("days", "days")
            heading = self.heading(column) if column in self.profile.columns else column
            yield Mistake(heading, None, "an extend has either days or until", "give exactly one")

    def _tell_exchanged(self, row: Row, told: RowFacts) -> None:
        names, beside = self._exchanged_names(), {self.places[name] for name in BESIDE if name in self.places}
        cells = [
            (name, cell) for place, (name, cell) in enumerate(zip(names, row.cells, strict=True)) if place not in beside
        ]
        raw = {name: exchanged(name, cell) for name, cell in cells}
        if not NO_VALUES.isdisjoint(raw.values()):
            reasons = ((name, cell, without_value(cell)) for name, cell in raw.items() if name not in FREE)
            told.wrong.extend(Mistake(name, cell, one.why, one.remedy) for name, cell, one in reasons if one)
        if told.wrong:
            return
        try:
            fact = read_fact(raw)
        except UnreadableFact as refused:
            told.wrong.extend(m if m.column in self.places else attrs.evolve(m, value=None) for m in refused.mistakes)
            return
        for name in ("at", "due_at", "until"):
            instant = getattr(fact, name, None)
            if instant is not None and not EARLIEST <= instant < LATEST:
                told.wrong.append(Mistake(name, raw[name], TOO_FAR, REMEDIES["at"]))
        texts = {name: text_kept(name, getattr(fact, name, None), self.profile) for name in TEXTS}
        changed = {name: text for name, text in texts.items() if text is not None and text != getattr(fact, name)}
        told.take(fact, _with_texts(fact, changed))

    def beside(self, row: Row, fact: Fact, unit_of: Callable[[str], str]) -> Iterator[Mistake]:
        """What a row of the exchange format says beside its fact, and that contradicts it. A fact that names no unit is that of
        whoever leads, which the row alone does not know; and so is how many rounds there were."""
        said = {name: shown(row.cells[self.places[name]]).strip() for name in BESIDE if name in self.places}
        unit = fact.unit
        agrees: dict[str, Callable[[str], bool]] = {
            "activity": lambda told: told in (fact.kind, fact.word),
            "transition": lambda told: told == COMPLETE,
            "resource": lambda told: (
                unit is None or unit_of(masked(told)) == unit_of(unit) or masked(told) == shown(unit)
            ),
            "round": lambda told: told.isdecimal() and told.strip("0０") != "",
        }
        known = {"activity": fact.word, "transition": COMPLETE, "resource": unit, "round": "1, 2, 3 …"}
        for name, told in said.items():
            if told and not agrees[name](told):
                why = sentence("contradicts the fact beside it, which says {known}", known=known[name])
                yield Mistake(self.heading(name), told, why, LEAVE_OUT if name != "resource" else SAME_UNIT)

    def _exchanged_names(self) -> list[str]:
        """The fields that the headings name, by the profile or themselves."""
        named = {place: column for column, place in self.places.items()}
        return [named.get(place, heading) for place, heading in enumerate(self.header)]

    def holds(self, cells: Cells, when: When, before: Before | None) -> bool:
        """Does the condition hold for the row, after what the ticket's rows before it said?"""
        if when.column not in cells:
            return False
        cell = cells[when.column]
        if when.filled is not None and when.filled != (cell is not None):
            return False
        if when.words and (cell is None or folded(shown(cell)) not in _folded(when.words)):
            return False
        if when.other_than and (cell is None or folded(shown(cell)) in _folded(when.other_than)):
            return False
        if when.was and (before is None or folded(before.was.get(when.column, "")) not in _folded(when.was)):
            return False
        return not when.changed or before is None or when.column in before.changed


def _with_texts(fact: Fact, texts: Mapping[str, Any]) -> Fact:
    """The fact with its texts as they are kept; the unit of several is its own."""
    if not texts:
        return fact
    kept = {**texts, "unit": masked(str(fact.unit))} if "unit" in texts else texts
    return attrs.evolve(fact, **kept)


def _units(cell: object) -> list[str]:
    """The units that a cell names."""
    return BETWEEN.split(str("" if cell is None else cell).strip(f"{SEPARATORS} "))


@cache
def _folded(listed: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(folded, listed))
