"""Rows + profile -> facts and problems. A row gives facts, or it is repeated, quarantined or ignored.

Columns that the profile does not map are never shown and never kept.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import cast

import attrs

from ledger.batches import Coverage, Telling
from ledger.facts import Alias, Dispatch, Enrol, Fact
from ledger.intake.cells import shown
from ledger.intake.coverage import BLANKS, coverage_of, has_sub_orders, kinds_of, tells
from ledger.intake.headings import place_of_number, refuse_doubles, refuse_lacking
from ledger.intake.kept import cell_kept
from ledger.intake.nearest import plain
from ledger.intake.order import befores_of
from ledger.intake.profile import SAME_FACT, Profile
from ledger.intake.rows.exchange import beside
from ledger.intake.rows.reader import RowReader
from ledger.intake.rows.row_facts import Before, RowFacts, Unheard
from ledger.intake.rows.ticket_acts import TicketActs
from ledger.intake.tables.table import Cell, LogTable, Midnight, Row
from ledger.register import Register
from ledger.sentences import Mistake, Problem, Sentence, sentence

DEADLINES = ("due_at", "until")  # fields that a day is enough for
CELL_WIDTH = 60  # of an excerpt
Watch = Callable[[Sequence[Row]], Iterator[Row]]


@attrs.frozen(kw_only=True)
class Intake:
    """What became of the rows of a table.

    `facts` are (row, fact), `as_told` by place those of which the file said more than is kept; `quarantined` are (row, its mapped
    cells as JSON), `parts` the same of rows that gave facts, and of which an act without a time is kept aside; `mends` are (row, number
    of what it mends) of rows that were kept aside before. `repeated` counts rows equal in every cell to an earlier one, where the
    profile takes them for the same fact. A problem that is not fatal left something out of a row that still gave facts. `notes`: what
    else was done to read it.
    `telling` is what the table can say otherwise than an earlier one, `coverage` which kinds it can tell at all. `blank`: of columns
    in whose stead something is taken, how many rows that dispatch a ticket leave them blank.
    """

    rows: int
    facts: tuple[tuple[int, Fact], ...]
    as_told: Mapping[int, Fact]
    ignored: int
    repeated: int
    quarantined: tuple[tuple[int, str], ...]
    problems: tuple[Problem, ...]
    telling: Telling
    coverage: Coverage
    notes: tuple[Sentence, ...] = ()
    parts: tuple[tuple[int, str], ...] = ()
    mends: tuple[tuple[int, str], ...] = ()
    blank: Mapping[str, int] = attrs.Factory(dict)

    @property
    def accepted(self) -> int:
        """How many rows gave a fact."""
        return len({row for row, _ in self.facts})


@attrs.frozen(kw_only=True)
class Surroundings:
    """What a table is read in: the `register` of units, whether its facts must keep to that (`strict`), the `groups` of units there
    are (empty: any), and the tickets that the profile told of before, each with the earliest instant (`begun`)."""

    register: Register = attrs.Factory(Register)
    strict: bool = False
    groups: Callable[[], frozenset[str]] = frozenset
    begun: Mapping[str, int] = attrs.Factory(dict)


ALONE = Surroundings()


def intake(table: LogTable, profile: Profile, watch: Watch = iter, within: Surroundings = ALONE) -> Intake:
    """The facts in a table; `watch` sees each row go by. Raises UnreadableFile if it lacks a column that the
    profile needs, or has one twice, otherwise."""
    refuse_lacking(profile, table)
    refuse_doubles(profile, table)
    sheet = RowReader.of(table, profile)
    befores = befores_of(sheet, table.rows)
    facts: list[tuple[int, Fact]] = []
    as_told: dict[int, Fact] = {}
    quarantined: list[tuple[int, str]] = []
    parts: list[tuple[int, str]] = []
    mends: list[tuple[int, str]] = []
    mending = place_of_number(table.header)
    problems: list[Problem] = []
    seen: set[object] = set()
    blank, unheard = Counter[str](), list[Unheard]()
    by_ticket = profile.by_ticket
    acts, again = TicketActs(sheet.heading("ticket") if by_ticket else "", within.register.unit_of), 0
    ignored = repeated = 0
    must_change = {*profile.must_change}
    judged = profile.exchange or within.strict
    enrolling = profile.exchange or any({*kinds_of(profile, one)} & {Enrol.kind, Alias.kind} for one in profile.events)
    blanks = [(column, sheet.places[column]) for column in BLANKS if column in sheet.places]
    for row in watch(table.rows):
        before = befores.get(row.number) if befores else None
        if profile.identical_rows == SAME_FACT and not row.fault:
            if (whole_row := _whole(row)) in seen:
                repeated += 1
                continue
            seen.add(whole_row)
        if must_change and before is not None and not before.changed & must_change:
            ignored += 1
            continue
        told = sheet.tell(row, before)
        names = enrolling and any(isinstance(fact, Enrol | Alias) for fact in told.facts)
        wrong = [*_amiss(sheet, row, told, within)] if judged or names else []
        if profile.state_rows:
            wrong += _half_told(sheet, told, before, within)
        if wrong:
            told = RowFacts(wrong=wrong)
        elif names:
            within = attrs.evolve(within, register=within.register.grown(told.facts))
        number, does_mend = row.number, mending is not None and told.mends
        if by_ticket and told.facts:
            known = acts.told_before(number, told)
            again += known
            if known and not (told.facts or told.left_out):
                repeated += 1
                mends += _mended(row, mending) if does_mend else ()
                continue
        if told.as_told:
            as_told |= {len(facts) + place: fact for place, fact in told.as_told.items()}
        facts += [(number, fact) for fact in told.facts]
        if blanks and told.facts and (blank_here := _blank(sheet, row, told, blanks)):
            blank.update(blank_here)
        if told.unheard:
            unheard += {one.kind: one for one in told.unheard}.values()
        if told.wrong or told.left_out:
            problems += _problems(sheet, row, told)
            if not told.facts:
                quarantined.append((number, _kept(sheet, row)))
            elif any(one.act for one in told.left_out):
                parts.append((number, _kept(sheet, row)))
        elif not told.facts:
            ignored += 1
        if does_mend and told.facts:
            mends += _mended(row, mending)
    return Intake(
        rows=len(table.rows) + len(table.passed),
        facts=tuple(facts),
        as_told=as_told,
        ignored=ignored + len(table.passed),
        repeated=repeated,
        quarantined=tuple(quarantined),
        problems=tuple(problems),
        telling=_telling(sheet, problems),
        coverage=coverage_of(profile, table.header, sheet.places, [fact for _, fact in facts], sheet.unsure),
        notes=(*table.notes, *_unsure(sheet), *sheet.means.times.notes, *_again(again), *_unheard(unheard)),
        parts=tuple(parts),
        mends=tuple(mends),
        blank=dict(blank),
    )


def _unsure(sheet: RowReader) -> Iterator[Sentence]:
    """That columns are read by headings that the profile only guesses."""
    columns, places = sheet.profile.columns, sheet.places
    there = {column: sheet.header[places[column]] for column in sheet.profile.unsure if column in places}
    told = [f"{heading} → {column}" for column, heading in there.items() if plain(heading) == plain(columns[column][0])]
    if told:
        yield sentence(
            "guessed, and confirmed by nobody yet: {columns} (what is right, take out of unsure in the profile)",
            columns=" · ".join(told),
        )


def _whole(row: Row) -> object:
    """What two rows that are equal in every cell have in common: 1, 1.0 and true are not equal."""
    return row.cells if {*map(type, row.cells)} == {str} else repr(row.cells)


def _mended(row: Row, place: int | None) -> Iterator[tuple[int, str]]:
    """The row, with the number of what it mends."""
    if place is not None and (number := shown(row.cells[place]).strip()):
        yield row.number, number


def _again(count: int) -> Iterator[Sentence]:
    """That rows of one ticket told the same acts."""
    if count:
        yield sentence("{count} acts stand in more than one row of their ticket: each counts once", count=count)


def _blank(sheet: RowReader, row: Row, told: RowFacts, places: Sequence[tuple[str, int]]) -> list[str]:
    """The columns in whose stead something is taken, and that a row which dispatches a ticket leaves blank."""
    found = [column for column, place in places if sheet.means.present(row.cells[place]) is None]
    return found if found and any(isinstance(fact, Dispatch) for fact in told.facts) else []


def _unheard(acts: Sequence[Unheard]) -> Iterator[Sentence]:
    """What rows say without a time, once for each column that their table lacks."""
    for kind, heading in dict.fromkeys((one.kind, one.heading) for one in acts):
        same = [one for one in acts if (one.kind, one.heading) == (kind, heading)]
        witnesses = dict.fromkeys(one.mistake.column for one in same)
        yield sentence(
            "{count} rows say {kind} ({witnesses}), but the table has no column {heading} for when: left out, and so untold."
            " Export it too, or let your own profile name a stand-in with at_else",
            count=len(same), kind=sentence(kind), witnesses="、".join(witnesses), heading=heading,
        )  # fmt: skip


def _amiss(sheet: RowReader, row: Row, told: RowFacts, within: Surroundings) -> Iterator[Mistake]:
    """What of a row's facts cannot be beside what is known, or said in the same row: a unit that nobody enrolled, a group that no
    rulebook knows, an alias that is another unit's."""
    for fact in told.facts:
        if sheet.profile.exchange:
            yield from beside(sheet, row, fact, within.register.unit_of)
        if isinstance(fact, Enrol | Alias):
            column, value = ("unit", fact.unit) if isinstance(fact, Enrol) else ("name", fact.name)
            for why in within.register.conflicts(fact):
                yield Mistake(column, value, why, "give each unit names of its own")
        elif within.strict and fact.unit is not None and not within.register.knows(fact.unit):
            yield _stranger(_heading_of(sheet, row, fact.unit), fact.unit, within.register)
        if isinstance(fact, Enrol) and (known := within.groups()) and fact.group not in known:
            why = sentence("is a group that no rulebook knows; known: {known}", known=" ".join(sorted(known)))
            yield Mistake("group", fact.group, why, "name one of them, or the rulebook that has it with --rulebook")


def _half_told(
    sheet: RowReader, told: RowFacts, before: Before | None, within: Surroundings
) -> Iterator[Mistake]:  # fmt: skip
    """That a state is the file's first of a ticket whose earlier ones are known: what it says is no change."""
    if sheet.profile.state_rows and before is not None and before.first:
        for fact in told.facts[:1]:
            if within.begun.get(str(fact.ticket), fact.at) < fact.at:
                why = "is in the middle of its life: its earlier states were imported before, and this file lacks them"
                yield Mistake(
                    sheet.heading("ticket"), fact.ticket, why, "export the ticket again from its first state on"
                )


def _heading_of(sheet: RowReader, row: Row, name: str) -> str:
    """The heading under which a row names a unit."""
    found = [heading for heading, cell in _mapped(sheet, row).items() if name in shown(cell)]
    return found[0] if found else sheet.heading("unit") if "unit" in sheet.profile.columns else "unit"


def _stranger(heading: str, name: str, register: Register) -> Mistake:
    likest = register.likest(name)
    why = (
        sentence("is no enrolled unit; perhaps {likest}", likest=likest) if likest else sentence("is no enrolled unit")
    )
    remedy = sentence(
        "enrol it, or say whose name it is: kaoping alias {unit} {name}", unit=likest.split(" ")[0] or "UNIT", name=name
    )
    return Mistake(heading, name, why, remedy)


def _telling(sheet: RowReader, problems: Sequence[Problem]) -> Telling:
    """Of each kind that the table can tell, the fields it has columns for; and the acts that rows tell without their time."""
    profile, places = sheet.profile, sheet.places
    if profile.exchange:
        return Telling(by_ticket=False, fields={})
    fields: dict[str, frozenset[str]] = {}
    for event in profile.events:
        for kind in kinds_of(profile, event):
            if tells(event, kind, places):
                fields[kind] = fields.get(kind, frozenset()) | sheet.fields_told(event, kind)
    untimed = Counter[tuple[int, str]]()
    for one in problems:
        if one.act is not None:
            untimed[one.row, one.act.kind] += one.act.untimed
    steps = "seq" in places and not profile.by_ticket
    return Telling(
        by_ticket=profile.by_ticket,
        fields=fields,
        untimed=untimed,
        steps=steps,
        sub_orders=has_sub_orders(profile, places),
    )


def _problems(sheet: RowReader, row: Row, told: RowFacts) -> Iterator[Problem]:
    """The problems of a row, with its mapped cells as the excerpt."""
    if not told.wrong and not told.left_out:
        return
    fatal = not told.facts
    kept = sheet.cells_kept
    excerpt = " | ".join(_cut(kept.shown(heading, shown(cell))) for heading, cell in _mapped(sheet, row).items())
    for mistakes, wrong in ((told.wrong, True), (told.left_out, False)):
        for mistake in dict.fromkeys(mistakes):
            yield Problem(
                row=row.number, column=mistake.column,
                value=_cut(kept.shown(mistake.column, shown(cast(Cell, mistake.value)))),
                why=mistake.why, remedy=mistake.remedy, excerpt=excerpt, fatal=wrong or fatal, line=row.line,
                lists=mistake.lists, act=mistake.act,
            )  # fmt: skip


def _kept(sheet: RowReader, row: Row) -> str:
    """The mapped cells of a quarantined row, by heading, as JSON: what is kept of them, an empty one too."""
    places = [] if row.fault else sorted({*sheet.places.values()})
    cells = {sheet.header[at]: _timed(sheet, at, row.cells[at]) for at in places}
    kept = {heading: cell_kept(sheet.cells_kept, heading, cell, shown(cell)) for heading, cell in cells.items()}
    return json.dumps(kept, ensure_ascii=False)


def _timed(sheet: RowReader, at: int, cell: Cell) -> Cell:
    """The cell; of a midnight that is no deadline its time too, so that it is read so again."""
    if not isinstance(cell, Midnight):
        return cell
    rules, places = sheet.profile.events, sheet.places
    deadlines = {places.get(rule.fields.get(field, field)) for rule in rules for field in DEADLINES}
    return cell if at in deadlines else f"{cell} 00:00:00"


def _mapped(sheet: RowReader, row: Row) -> dict[str, Cell]:
    places = [] if row.fault else sorted({*sheet.places.values()})
    return {sheet.header[at]: row.cells[at] for at in places if row.cells[at] not in (None, "")}


def _cut(text: str) -> str:
    return text if len(text) <= CELL_WIDTH else f"{text[: CELL_WIDTH - 1]}…"
