"""What stands under a heading: its cells, and how many of them a profile can read."""

from collections.abc import Sequence

from ledger.intake.cells import UnfitCell, shown, without_value
from ledger.intake.meanings import Meanings
from ledger.intake.profile import Profile
from ledger.intake.tables.table import Cell, LogTable

ENOUGH = 0.7  # of likeness, and of cells that can be read
ROWS = 2_000  # looked at


def cells_under(table: LogTable, heading: str, most: int | None = ROWS) -> list[Cell]:
    """The cells under a heading that say something, of so many rows at most (None: of all)."""
    place = table.header.index(heading)
    cells = [row.cells[place] for row in table.rows[:most] if not row.fault]
    return [cell for cell in cells if cell is not None and shown(cell).strip() and not without_value(cell)]


def is_full(table: LogTable, heading: str) -> bool:
    """Whether most rows say something under a heading."""
    rows = sum(not row.fault for row in table.rows[:ROWS])
    return len(cells_under(table, heading)) >= ENOUGH * rows


def unread_among(means: Meanings, field: str, cells: Sequence[Cell]) -> tuple[int, int]:
    """(how many cells of those that say something cannot be read as the field, how many say something)."""
    bad = said = 0
    for cell in cells:
        present = means.present(cell)
        if present is None:
            continue
        said += 1
        try:
            means.kind(present) if field == "kind" else means.read(field, present)
        except UnfitCell:
            bad += 1
    return bad, said


def field_of(profile: Profile, column: str) -> str:
    """The field of a fact that a column gives; a column that only an event speaks of is a time or else itself."""
    if any(column in (event.at, event.at_else) for event in profile.events):
        return "at"
    named = [field for event in profile.events for field, one in event.fields.items() if one == column]
    return named[0] if named else column
