"""Rows + profile -> facts and problems. A row gives facts, or it is repeated, quarantined or ignored.

Columns that the profile does not map are never shown and never kept.
"""

import json
from collections.abc import Iterator
from typing import cast

import attrs

from ledger.batches import Telling
from ledger.facts import Fact
from ledger.intake.cells import shown
from ledger.intake.headings import refuse_doubles, refuse_lacking
from ledger.intake.order import befores_of
from ledger.intake.profile import BY_WORD, IGNORE, SAME_FACT, Profile
from ledger.intake.rows import RowFacts, RowReader
from ledger.intake.tables import Cell, LogTable, Row
from ledger.register import Register
from ledger.sentences import Mistake, Problem, sentence

CELL_WIDTH = 60  # of an excerpt
NAMING = ("enrol", "alias")  # kinds that make a register


@attrs.frozen(kw_only=True)
class Intake:
    """What became of the rows of a table.

    `facts` are (row, fact); `quarantined` are (row, its mapped cells as JSON); `repeated` counts rows equal
    in every cell to an earlier one, where the profile takes them for the same fact. A problem that is not
    fatal left something out of a row that still gave facts. `telling` is what the table can say otherwise than an earlier one.
    """

    rows: int
    facts: tuple[tuple[int, Fact], ...]
    ignored: int
    repeated: int
    quarantined: tuple[tuple[int, str], ...]
    problems: tuple[Problem, ...]
    telling: Telling

    @property
    def accepted(self) -> int:
        """How many rows gave a fact."""
        return len({row for row, _ in self.facts})


def intake(table: LogTable, profile: Profile, register: Register | None = None) -> Intake:
    """The facts in a table. Raises UnreadableFile if it lacks a column that the profile needs, or has one twice, otherwise.
    With a `register`, a row that names a unit that is not in it is a problem; enrolments in the table count."""
    refuse_lacking(profile, table.header)
    refuse_doubles(profile, table)
    sheet = RowReader.of(table, profile)
    befores = befores_of(sheet, table.rows)
    facts: list[tuple[int, Fact]] = []
    quarantined: list[tuple[int, str]] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    ignored = repeated = 0
    must_change = {*profile.must_change}
    for row in table.rows:
        before = befores.get(row.number)
        if profile.identical_rows == SAME_FACT and not row.fault:
            if (whole_row := repr(row.cells)) in seen:
                repeated += 1
                continue
            seen.add(whole_row)
        if must_change and before is not None and not before.changed & must_change:
            ignored += 1
            continue
        told = sheet.tell(row, before)
        if register is not None:
            told = _among(sheet, row, told, register)
        facts += [(row.number, fact) for fact in told.facts]
        problems += _problems(sheet, row, told)
        if not told.facts and (told.wrong or told.left_out):
            quarantined.append((row.number, _kept(sheet, row)))
        ignored += not (told.facts or told.wrong or told.left_out)
    return Intake(
        rows=len(table.rows),
        facts=tuple(facts),
        ignored=ignored,
        repeated=repeated,
        quarantined=tuple(quarantined),
        problems=tuple(problems),
        telling=_telling(sheet),
    )


def _among(sheet: RowReader, row: Row, told: RowFacts, register: Register) -> RowFacts:
    """What a row told, or that it names a unit that nobody enrolled."""
    names = dict.fromkeys(str(fact.unit) for fact in told.facts if fact.unit is not None and fact.kind not in NAMING)
    unknown = [name for name in names if not register.knows(name)]
    if not unknown:
        return told
    headings = {shown(cell): heading for heading, cell in reversed(_mapped(sheet, row).items())}
    return RowFacts(wrong=[_stranger(headings.get(name, sheet.heading("unit")), name, register) for name in unknown])


def _stranger(heading: str, name: str, register: Register) -> Mistake:
    likest = register.likest(name)
    why = (
        sentence("is no enrolled unit; perhaps {likest}", likest=likest) if likest else sentence("is no enrolled unit")
    )
    remedy = sentence(
        "enrol it, or say whose name it is: kaoping alias {unit} {name}", unit=likest.split(" ")[0] or "UNIT", name=name
    )
    return Mistake(heading, name, why, remedy)


def _telling(sheet: RowReader) -> Telling:
    """Of each kind the table has a time or a count for, the fields it has columns for."""
    profile, places = sheet.profile, sheet.places
    if profile.exchange:
        return Telling(by_ticket=False, fields={})
    fields: dict[str, frozenset[str]] = {}
    for event in profile.events:
        said = {event.at, event.at_else, event.count, *(when.column for when in event.told_by)}
        if said & {*places}:
            kinds = [event.kind] if event.kind != BY_WORD else [*{*profile.kinds.values()} - {IGNORE}]
            for kind in kinds:
                fields[kind] = fields.get(kind, frozenset()) | sheet.fields_told(event, kind)
    return Telling(by_ticket=profile.by_ticket, fields=fields)


def _problems(sheet: RowReader, row: Row, told: RowFacts) -> Iterator[Problem]:
    """The problems of a row, with its mapped cells as the excerpt."""
    if not told.wrong and not told.left_out:
        return
    fatal = not told.facts
    excerpt = " | ".join(_cut(shown(cell)) for cell in _mapped(sheet, row).values())
    for mistakes, wrong in ((told.wrong, True), (told.left_out, False)):
        for mistake in dict.fromkeys(mistakes):
            yield Problem(
                row=row.number, column=mistake.column, value=_cut(shown(cast(Cell, mistake.value))),
                why=mistake.why, remedy=mistake.remedy, excerpt=excerpt, fatal=wrong or fatal,
            )  # fmt: skip


def _kept(sheet: RowReader, row: Row) -> str:
    """The mapped cells of a quarantined row, by heading, as JSON."""
    kept = {
        heading: cell if isinstance(cell, str | bool | int) else shown(cell)
        for heading, cell in _mapped(sheet, row).items()
    }
    return json.dumps(kept, ensure_ascii=False)


def _mapped(sheet: RowReader, row: Row) -> dict[str, Cell]:
    places = [] if row.fault else sorted({*sheet.places.values()})
    return {sheet.header[at]: row.cells[at] for at in places if row.cells[at] not in (None, "")}


def _cut(text: str) -> str:
    return text if len(text) <= CELL_WIDTH else f"{text[: CELL_WIDTH - 1]}…"
