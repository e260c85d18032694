"""Plain tables as an xlsx workbook: cells are text or whole numbers, and nothing in them can be a formula or a link."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import IO

from xlsxwriter import Workbook

from kaoping.files.whole import whole
from kaoping.office.session import WrongArgument
from kaoping.reports.page import Cells, PlainSheet
from ledger.sentences import sentence
from ledger.texts import visible

ROWS = 1_048_575  # below the header, as many as a sheet can hold
LONGEST = 32_000  # characters of a cell; Excel holds 32,767
NO_NAME = str.maketrans("[]:*?/\\'", "________")
PLAIN = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def refuse_there(path: Path) -> None:
    """Raises WrongArgument for the name of a file that is there already."""
    if path.exists():
        raise WrongArgument(sentence("{path} is there already.", path=path), "Name a new file.")


def write_sheets(path: Path, sheets: Sequence[PlainSheet]) -> None:
    """Write the tables, one to a sheet; of one too long for a sheet the rest stands on further ones. The file comes to its name
    once it is whole. Raises OSError."""
    with whole(path) as part, part.open("wb") as out:
        _draw(out, sheets)


def sheets_bytes(sheets: Sequence[PlainSheet]) -> bytes:
    """The same workbook, its bytes."""
    out = BytesIO()
    _draw(out, sheets)
    return out.getvalue()


def _draw(out: IO[bytes], sheets: Sequence[PlainSheet]) -> None:
    with Workbook(out, PLAIN) as book:
        taken: set[str] = set()
        for sheet in sheets:
            _write(book, sheet, taken)


def _write(book: Workbook, sheet: PlainSheet, taken: set[str]) -> None:
    rows = iter(sheet.rows)
    bold = book.add_format({"bold": True})
    for number, part in enumerate(_parts(rows)):
        drawn = book.add_worksheet(_name(sheet.name if not number else f"{sheet.name} {number + 1}", taken))
        drawn.freeze_panes(1, 0)
        for place, heading in enumerate(sheet.header):
            drawn.set_column(place, place, 18)
            drawn.write_string(0, place, _text(heading), bold)
        for line, row in enumerate(part, 1):
            for place, cell in enumerate(row):
                if isinstance(cell, int | float):
                    drawn.write_number(line, place, cell)
                elif cell is not None:
                    drawn.write_string(line, place, _text(cell))


def _parts(rows: Iterator[Cells]) -> Iterator[Iterator[Cells]]:
    """The rows by sheets; one sheet at least."""
    yield islice(rows, ROWS)
    for row in rows:
        yield _with(row, islice(rows, ROWS - 1))


def _with(first: Cells, rest: Iterator[Cells]) -> Iterator[Cells]:
    yield first
    yield from rest


def _text(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _name(wanted: str, taken: set[str]) -> str:
    """A name that a sheet can have and no other sheet has: 31 characters, none that Excel keeps for itself."""
    plain = visible(wanted).translate(NO_NAME)[:31] or "_"
    name, number = plain, 1
    while name.casefold() in taken or name.casefold() == "history":
        number += 1
        name = f"{plain[: 30 - len(str(number))]} {number}"
    taken.add(name.casefold())
    return name
