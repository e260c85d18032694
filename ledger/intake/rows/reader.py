"""One row of a table, seen through a profile: the facts it tells, what is wrong with it, what was left out.

A row with one cell that cannot be read gives no fact at all: half a ticket would make wrong verdicts.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from ledger.facts import KIND, Dispatch, Extend, Fact, Flag
from ledger.intake.cells import SEPARATORS, Remembered, UnfitCell, folded, shown, whole
from ledger.intake.coverage import ASSUMED, tells
from ledger.intake.profile import BY_WORD, IGNORE, ONE_NAME, REFUSED, EventRule
from ledger.intake.rows import untimed
from ledger.intake.rows.exchange import tell_exchanged
from ledger.intake.rows.plans import Plan, plan_of
from ledger.intake.rows.row_facts import Before, RowFacts, Unheard, with_texts
from ledger.intake.rows.rules import TableRule, dispatch_of, judged_in, rules_in
from ledger.intake.rows.view import Cells, TableView
from ledger.intake.tables.table import Row
from ledger.sentences import Mistake, sentence
from ledger.texts import FREE, WITHHELD

MOST_ASSUMED = 50  # of one row: more is a mistake in its count
BETWEEN = re.compile(rf"\s*[{SEPARATORS}]\s*")
ROLE_OF = ("lead", "assist")
SAY_WHO = 'give each unit a row of its own, or say in the profile what they are: several_units = "lead_and_assist"'
OPENING = EventRule(kind=Dispatch.kind)


@attrs.frozen
class RowReader(TableView):
    """A table read row by row: `rules` tell the facts by `plans`, and `judged` are the columns of which each word must be known."""

    plans: dict[tuple[int, str], Plan] = attrs.field(factory=dict)
    assumed: dict[int, EventRule] = attrs.field(factory=dict)
    rules: tuple[TableRule, ...] = attrs.Factory(lambda self: tuple(rules_in(self)), takes_self=True)
    judged: Mapping[str, frozenset[str]] = attrs.Factory(judged_in, takes_self=True)
    alone: Remembered[bool] = attrs.Factory(lambda self: Remembered(self._is_alone), takes_self=True)

    def tell(self, row: Row, before: Before | None) -> RowFacts:
        """What a row tells; no fact if anything in it is wrong."""
        told = RowFacts()
        if row.fault:
            told.wrong.extend((row.fault, *row.more))
        elif self.profile.exchange:
            tell_exchanged(self, row, told)
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

    def _unjudged(self, cells: Cells) -> Iterator[Mistake]:
        """Words of such a column that say neither: whether there was an act is not known."""
        for column, words in self.judged.items():
            cell = cells.get(column)
            if cell is not None and folded(shown(cell)) not in words:
                remedy = sentence("list it under yes or no in the profile, or in the words of its event")
                yield Mistake(self.heading(column), cell, self.means.nothing(), remedy)

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
                yield self.mistake(cells, column, refused)

    def _tell_event(self, cells: Cells, event: EventRule, told: RowFacts, before: Before | None = None) -> None:
        try:
            kind = self._kind(cells, event)
            if kind == IGNORE:
                return
            if cells.get(event.at) is not None and self._tells_one(cells, event):
                self._tell_fact(cells, event, kind, event.at, told)
                return
            times, witness = untimed.times_of(self, cells, event, before)
            if times < 0:  # a counter of states that fell
                told.left_out.append(untimed.fallen(self, cells, event, before))
                return
        except UnfitCell as refused:
            column = "kind" if event.kind == BY_WORD else event.count or event.at
            told.wrong.append(self.mistake(cells, column, refused))
            return
        at = event.at
        if self.profile.state_rows and event.count and before:
            if before.first and times and event.at == "at":
                told.left_out.append(untimed.earlier(self, cells, event, kind, times))
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
            mistake = untimed.without_time(self, cells, event, kind, witness, (said, times))
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

    def _tell_assumed(self, cells: Cells, event: EventRule, kind: str, times: int, told: RowFacts) -> bool:
        """Tell what happened so often, the row does not say when: at the instant of its dispatch, and so `assumed`. Not of an act
        whose own time is judged, nor where the count of the row says that there was none, or an extension has no length."""
        sent = dispatch_of(self.profile, event)
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
                told.wrong.append(self.mistake(cells, column, refused))
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
            told.take(fact, with_texts(fact, texts) if texts else fact)
        else:
            for fact in self._of_units(kind, event, values, told):
                told.take(fact, with_texts(fact, texts))

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
            self.plans[id(event), kind] = plan_of(self, event, kind)
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


def _units(cell: object) -> list[str]:
    """The units that a cell names."""
    return BETWEEN.split(str("" if cell is None else cell).strip(f"{SEPARATORS} "))
