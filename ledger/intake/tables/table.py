"""What every format becomes: a table of rows with their places; and the bounds that no file may pass."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

import attrs

from ledger.sentences import Mistake, Sentence, UnreadableFile, sentence

MAX_BYTES = 2**30  # of everything that one file unpacks to
MAX_COLUMNS = 2_000  # of a table; the widest export seen has 90
MAX_CELLS = (
    2**24
)  # of all sheets, empty ones between the first and the last too: a full xls, or 130,000 rows of 120 columns
SPLIT = "split it, for example by month"
EXPORT_AGAIN = "export it again with the tickets in it"
DAMAGED = "is a damaged workbook, or one with a password, or no workbook"
SAVE_AGAIN = "open it in Excel or WPS and save it as a real .xlsx workbook, then import that"
AS_VALUE = "write the value there, or clear the cell if there is none"
UNCALCULATED = "=?"  # what stands in a cell whose formula no program has calculated
ERROR = "#ERROR!"  # one that is none of the known
ERRORS = frozenset(
    f"#{name}" for name in (
        "N/A", "REF!", "DIV/0!", "VALUE!", "NAME?", "NUM!", "NULL!", "GETTING_DATA", "SPILL!", "CALC!", "FIELD!", "BLOCKED!",
        "CONNECT!", "BUSY!", "UNKNOWN!", "EXTERNAL!", "PYTHON!", "TIMEOUT!", "ERROR!",
    )
) | {f"{said}{number}" for said in ("Err:", "错误:", "错误：") for number in range(501, 541)}  # fmt: skip
NO_VALUES = ERRORS | {UNCALCULATED}
CUT_EMPTY = "delete the empty rows and columns beyond the data, and save it again"


@attrs.frozen
class Nested:
    """A list or an object where one value should stand: {"lat": 1} of a JSON log. No field of a fact can hold it."""

    text: str

    def __str__(self) -> str:
        return self.text


class Midnight(date):
    """A day in a cell whose format shows the time of day, 2023-05-04 00:00: as a time it is that, as a deadline the day."""

    def __eq__(self, other: object) -> bool:
        return type(other) is Midnight and self.toordinal() == other.toordinal()

    def __hash__(self) -> int:
        return hash((Midnight, self.toordinal()))


# What a cell can hold. A `date` or an integral number in a sheet is a day without a time of day.
Cell = str | int | float | bool | datetime | date | time | timedelta | Nested | None


@attrs.frozen
class Row:
    """One row. `number`: the row that Excel shows; of JSON and XES, which object or event it is. `line`: of a text, the line it starts on.

    A row that could not be taken apart has a `fault` and no cells; one of a form, a fault of each cell that could not be read (`more`:
    those after the first), and the others.
    """

    number: int
    cells: tuple[Cell, ...]
    fault: Mistake | None = None
    line: int | None = None
    more: tuple[Mistake, ...] = ()


@attrs.frozen
class LogTable:
    """A header of distinct names, and rows as wide as the header. Rows without any value are no rows.

    `sheet`: the sheet of a workbook, the file of a zip. `passed`: rows that are no tickets, such as 合计. `notes`: what was done to
    read it that the eye does not see.
    """

    name: str
    header: tuple[str, ...]
    rows: Sequence[Row]
    sheet: str = ""
    passed: tuple[int, ...] = ()
    notes: tuple[Sentence, ...] = ()


def refuse_too_wide(width: int) -> None:
    """Raises UnreadableFile for a table with more columns than any log has."""
    if width > MAX_COLUMNS:
        why = sentence("has more than {most} different columns", most=f"{MAX_COLUMNS:,}")
        raise UnreadableFile(why, "export only the columns that the profile names")


def refuse_too_large(rows: int, width: int) -> None:
    """Raises UnreadableFile for a sheet whose first and last cell are too far apart to be held in memory."""
    if rows * width > MAX_CELLS:
        why = sentence("spans {rows} rows and {columns} columns, more than can be held", rows=rows, columns=width)
        raise UnreadableFile(why, CUT_EMPTY)


def refuse_sparse(rows: int, width: int, values: int) -> None:
    """Raises UnreadableFile for objects that share almost no key: as a table they would be mostly holes."""
    refuse_too_wide(width)
    if rows * width > max(MAX_CELLS, 8 * values):
        why = sentence("has {rows} rows that share almost none of {columns} columns", rows=rows, columns=width)
        raise UnreadableFile(why, "give every row the same keys")


def distinct(header: Iterable[str]) -> tuple[str, ...]:
    """Names made distinct the way people say them: Variant, Variant (2)."""
    names: dict[str, None] = {}
    counts: Counter[str] = Counter()
    for plain in header:
        counts[plain] += 1
        name = plain
        while name in names:
            name = f"{plain} ({counts[plain]})".strip()
            counts[plain] += name in names
        names[name] = None
    return tuple(names)


def has_value(cell: Cell) -> bool:
    """Whether anything stands in the cell."""
    return cell is not None and bool(cell.strip() if isinstance(cell, str) else str(cell).strip())
