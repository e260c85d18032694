"""What the field knows: its headings, its words, and under which headings who leads may stand."""

import re
from collections.abc import Mapping, Sequence

import attrs

from ledger.intake.cells import folded, shown
from ledger.intake.coverage import UNITS_OF_TIME
from ledger.intake.nearest import plain
from ledger.intake.profile import Profile
from ledger.intake.tables.table import LogTable
from ledger.intake.wizard.contents import ENOUGH, cells_under
from ledger.intake.wizard.worth import worth

UNIT = "unit"
NO_LEAD = re.compile("[二三四]级|时限|期限|计时|计量|时长")  # nobody who leads stands under these


@attrs.frozen(kw_only=True)
class Vocabulary:
    """What the profiles of the field know: `columns` of each heading, and the `words` that are no names."""

    columns: Mapping[str, frozenset[str]]
    words: frozenset[str]

    @classmethod
    def of(cls, bases: Sequence[Profile]) -> "Vocabulary":
        columns: dict[str, set[str]] = {}
        words: set[str] = set()
        for base in bases:
            for column, headings in base.columns.items():
                for heading in headings:
                    columns.setdefault(plain(heading), set()).add(column)
            lists = (base.yes, base.no, base.ratings, base.day_words, base.absent, base.kinds, *base.words.values())
            words |= {folded(word) for one in lists for word in one}
        return cls(
            columns={heading: frozenset(several) for heading, several in columns.items()}, words=frozenset(words)
        )

    def may_be(self, heading: str, column: str) -> bool:
        """Whether a heading is not known for something else."""
        known = self.columns.get(plain(heading))
        return known is None or column in known

    def names_units(self, table: LogTable, heading: str) -> bool:
        """Whether who leads may stand under a heading: it is known for nothing else, and holds neither words of the field, numbers nor
        times."""
        if not self.may_be(heading, UNIT) or NO_LEAD.search(heading):
            return False
        cells = [shown(cell).strip() for cell in cells_under(table, heading)]
        no_names = sum(map(self._is_no_name, cells))
        return bool(cells) and no_names * 2 < len(cells) and worth(table, "at", heading) < ENOUGH

    def _is_no_name(self, text: str) -> bool:
        return folded(text) in self.words or text.isdecimal() or UNITS_OF_TIME.fullmatch(text) is not None
