"""The rows of a ticket in the order of its life: what changed since the rows before, and where a row opens a round.

Nothing looks ahead: what a row is told by stands in it and in the rows before it.
"""

from collections.abc import Mapping, Sequence

import attrs

from ledger.facts import Dispatch
from ledger.intake.cells import UnfitCell, shown, whole
from ledger.intake.rows.reader import RowReader
from ledger.intake.rows.row_facts import Before
from ledger.intake.tables.table import Cell, Row

Placed = tuple[str, int, int, int, Row]
"""A row by ticket, instant, the source's own order (-1: none) and its number."""


def befores_of(sheet: RowReader, rows: Sequence[Row]) -> Mapping[int, Before]:
    """Row number -> what the rows before it said, by (time, seq, number), where the profile asks for it.

    An absent value is not known to differ. Rows whose ticket, time or seq cannot be read, or with a cell without a value, are not in it.
    """
    if not (sheet.profile.watched or sheet.profile.opens):
        return {}
    order = [placed for row in rows if not row.fault and (placed := _placed(sheet, row))]
    order.sort(key=lambda placed: placed[:4])
    befores = _watched(sheet, order)
    return _opened(sheet, order, befores) if sheet.profile.opens else befores


def _watched(sheet: RowReader, order: Sequence[Placed]) -> dict[int, Before]:
    befores: dict[int, Before] = {}
    watched = [column for column in sheet.profile.watched if column in sheet.places]
    times = {event.at for event in sheet.profile.events if sheet.profile.state_rows} - {"at"}
    known: dict[str, str] = {}
    ticket = ""
    for name, at, _, number, row in order:
        first = name != ticket
        if first:
            ticket, known = name, {}
        cells = sheet.cells(row)
        now = {column: shown(cells[column]) for column in watched if cells[column] is not None}
        if times:
            now = {column: text for column, text in now.items() if column not in times or _by(sheet, cells[column], at)}
        changed = frozenset(column for column, value in now.items() if known.get(column) != value)
        befores[number] = Before(changed=changed, was=known, first=first)
        known = known | now
    return befores


def _by(sheet: RowReader, cell: Cell, at: int) -> bool:
    """Whether a time lies not after a state that tells it: later ones were not known then. What is no time stays, to be refused."""
    try:
        return int(str(sheet.means.read("at", cell))) <= at
    except UnfitCell:
        return True


def _opened(sheet: RowReader, order: Sequence[Placed], befores: Mapping[int, Before]) -> dict[int, Before]:
    """The same, with the rows that open a round. A dispatch of the same instant comes first, wherever it stands."""
    told = {number: _units(sheet, row, befores[number]) for *_, number, row in order}
    lives = sorted(order, key=lambda one: (one[0], one[1], not told[one[3]], one[2], one[3]))
    done: dict[int, Before] = {}
    ticket = ""
    holders: tuple[str, ...] = ()
    for name, _, _, number, row in lives:
        if name != ticket:
            ticket, holders = name, ()
        holders = told[number] or holders
        cells, before = sheet.cells(row), befores[number]
        opens = any(sheet.holds(cells, when, before) for when in sheet.profile.opens)
        units = _units(sheet, row, attrs.evolve(before, opens=True)) if opens else ()
        fresh = bool(units) and not {*units} & {*holders}
        done[number] = attrs.evolve(before, opens=fresh)
        holders = units if fresh else holders
    return done


def _units(sheet: RowReader, row: Row, before: Before) -> tuple[str, ...]:
    """The units that a row tells a dispatch to."""
    facts = sheet.tell(row, before).facts
    return tuple(str(fact.unit) for fact in facts if isinstance(fact, Dispatch))


def _placed(sheet: RowReader, row: Row) -> Placed | None:
    cells = sheet.cells(row)
    ticket, at, seq = cells["ticket"], cells["at"], cells.get("seq")
    if ticket is None or at is None or sheet.valueless(cells):
        return None
    try:
        instant = sheet.means.read("at", at)
        place = -1 if seq is None else whole(seq)
        return str(sheet.means.read("ticket", ticket)), int(str(instant)), place, row.number, row
    except UnfitCell:
        return None
