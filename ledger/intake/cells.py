"""A cell as it stands in a table, whatever profile reads it: as text, as a word, as a whole number, or why it is no value."""

import re
from collections.abc import Callable
from datetime import datetime
from math import isfinite
from typing import Any, TypeVar

from ledger.intake.tables.table import AS_VALUE, NO_VALUES, SAVE_AGAIN, UNCALCULATED, Cell
from ledger.sentences import Sentence, as_sentence

BLANK = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\ufeff"
SEPARATORS = "、，,；;"  # between the names of units in one cell
REMEMBERED = 50_000  # cells already read; a column of times repeats itself, or is long
WIDE_DIGITS = (0xFF0D, *range(0xFF10, 0xFF1A))  # with the hyphen
WHOLE = re.compile(r"[+-]?[0-9]{1,18}(\.0+)?")


class UnfitCell(ValueError):
    """A cell that is no value of its field: why, the remedy, and where in a profile it `lists` its words."""

    def __init__(self, why: str | Sentence, remedy: str | Sentence, lists: str = "") -> None:
        super().__init__(str(why))
        self.lists = lists
        self.why, self.remedy = as_sentence(why), as_sentence(remedy)


def shown(cell: Cell) -> str:
    """The cell as text on one line: whole numbers without .0, times as ISO."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if isfinite(cell) and cell == int(cell) else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return " ".join(str(cell).split())


def without_value(cell: Cell) -> UnfitCell | None:
    """Why a cell has no value, whatever its field: it shows an error, or stands for a formula that no program has calculated."""
    if not isinstance(cell, str) or cell not in NO_VALUES:
        return None
    if cell == UNCALCULATED:
        return UnfitCell("is a formula that was never calculated", SAVE_AGAIN)
    return UnfitCell("is an error of the sheet, no value", AS_VALUE)


def folded(word: object) -> str:
    """A word as it is looked up: case does not count."""
    return str(word).strip().casefold()


Worked = TypeVar("Worked")


class Remembered(dict[Any, Worked]):
    """What texts came to, each worked out once; all is forgotten when there are too many. `at_once`: what need not be remembered,
    as it is told faster than it is looked up (None: it must be worked out)."""

    def __init__(
        self, work_out: Callable[[Any], Worked], at_once: Callable[[str], Worked | None] | None = None
    ) -> None:
        super().__init__()
        self.work_out, self.at_once = work_out, at_once

    def __missing__(self, text: Any) -> Worked:
        if self.at_once is not None and (told := self.at_once(text)) is not None:
            return told
        if len(self) > REMEMBERED:
            self.clear()
        self[text] = worked = self.work_out(text)
        return worked


def whole(cell: Cell) -> int:
    """A whole number. Raises UnfitCell: a count that cannot be read is no zero."""
    text = shown(cell)
    if isinstance(cell, bool) or not WHOLE.fullmatch(text):
        raise UnfitCell("is not a whole number", "write a whole number")
    return int(text.partition(".")[0])


FLAGS = frozenset(("anonymous", "granted", "contacted", "assumed", "late", "provisional", "mended"))
"""Fields of the exchange format that are true or false."""
SAID = {"(true)": True, "(false)": False}
"""How a text says true and false in a field that may hold any word besides."""


def exchanged(field: str, cell: Cell) -> Cell:
    """A cell of the exchange format as JSON would have it: csv has no other types than text."""
    text = shown(cell).casefold()
    if text == "":
        return None
    if field in FLAGS and text in ("true", "false"):
        return text == "true"
    if field == "resolved" and text in SAID:  # which may be a word as well, and the word may be true
        return SAID[text]
    if field in ("seq", "count") and not isinstance(cell, bool) and WHOLE.fullmatch(text):
        return int(text.partition(".")[0])
    return cell
