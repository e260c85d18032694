"""A table seen through a profile: which row cell is which column, what it says there, and which conditions hold for it."""

from collections.abc import Mapping
from functools import cache
from typing import Self

import attrs

from ledger.facts import KIND, fields_of
from ledger.intake.cells import UnfitCell, folded, shown, without_value
from ledger.intake.coverage import unsure_of
from ledger.intake.headings import columns_of
from ledger.intake.kept import CellsKept
from ledger.intake.meanings import Meanings, are_cut
from ledger.intake.profile import EventRule, Profile, When
from ledger.intake.rows.row_facts import Before
from ledger.intake.tables.table import Cell, LogTable, Row
from ledger.sentences import Mistake

Cells = Mapping[str, Cell]
OWN_WORDS = ("reason", "rating", "contacted", "granted")
"""Fields that nothing but an act of their own fills; 是否解决 is judged by nothing, and units fill it too."""


@attrs.frozen
class TableView:
    """A header seen through a profile: which row cell is which column, and what it means. `unsure`: fields that are not read, as
    the unread heading given may say otherwise of them (`ledger.intake.coverage.unsure_of`)."""

    profile: Profile
    means: Meanings
    header: tuple[str, ...]
    places: Mapping[str, int]
    cells_kept: CellsKept
    unsure: Mapping[str, str] = attrs.field(factory=dict)
    own_words: dict[int, tuple[str, ...]] = attrs.field(factory=dict)

    @classmethod
    def of(cls, table: LogTable, profile: Profile) -> Self:
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

    def heading(self, column: str) -> str:
        """The heading as the table has it, else as the profile knows it."""
        return self.header[self.places[column]] if column in self.places else self.profile.columns[column][0]

    def mistake(self, cells: Cells, column: str, refused: UnfitCell) -> Mistake:
        """What is wrong with the cell of a column, and its remedy."""
        return Mistake(self.heading(column), cells.get(column), refused.why, refused.remedy, refused.lists)

    def valueless(self, cells: Cells) -> list[Mistake]:
        """Why cells have no value: a row with such a one tells nothing, as a condition would read it as a word."""
        if not self.means.valueless:
            return []
        return [self.mistake(cells, column, why) for column, cell in cells.items() if (why := without_value(cell))]

    def holds(self, cells: Cells, when: When, before: Before | None) -> bool:
        """Does the condition hold for the row, after what the ticket's rows before it said?"""
        if when.column not in cells:
            return False
        cell = cells[when.column]
        if when.filled is not None and when.filled != (cell is not None):
            return False
        if when.words and (cell is None or folded(shown(cell)) not in folded_words(when.words)):
            return False
        if when.other_than and (cell is None or folded(shown(cell)) in folded_words(when.other_than)):
            return False
        if when.was and (before is None or folded(before.was.get(when.column, "")) not in folded_words(when.was)):
            return False
        return not when.changed or before is None or when.column in before.changed

    def own_words_of(self, event: EventRule) -> tuple[str, ...]:
        """The columns of words that only such an act fills, where the profile says nothing of them."""
        if id(event) not in self.own_words:
            spoken = {when.column for when in (*event.told_by, *event.when)}
            own = [event.fields.get(field, field) for field in OWN_WORDS if field in fields_of(KIND[event.kind])]
            self.own_words[id(event)] = tuple(
                column for column in own if column not in spoken and column not in event.constants
            )
        return self.own_words[id(event)]


@cache
def folded_words(listed: tuple[str, ...]) -> frozenset[str]:
    """Words of a profile as they are looked up."""
    return frozenset(map(folded, listed))
