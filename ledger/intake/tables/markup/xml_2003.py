"""The sheets of an XML 2003 workbook."""

import re
from datetime import date, datetime
from typing import Any

from ledger.intake.tables.grid import EXCEL_COLUMNS, EXCEL_ROWS, Grid, Merge
from ledger.intake.tables.markup.elements import events_of, forget, local, xml_parser
from ledger.intake.tables.table import SAVE_AGAIN, Cell
from ledger.sentences import UnreadableFile

SPREADSHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
OPTIONS = "{urn:schemas-microsoft-com:office:excel}"
BOOLEANS = {"1": True, "true": True, "0": False, "false": False}
WHOLE = re.compile(r"-?\d+")


def xml_grids(text: str) -> list[Grid]:
    """Every sheet of an XML 2003 workbook. Raises UnreadableFile."""
    parser = xml_parser(events=("start", "end"), tag=(f"{SPREADSHEET}Worksheet", f"{SPREADSHEET}Row"))
    grids: list[Grid] = []
    number = 0
    for event, element in events_of(parser, text):
        if local(element.tag) == "Worksheet":
            if event == "start":
                grids.append(Grid(element.get(f"{SPREADSHEET}Name") or f"Sheet{len(grids) + 1}"))
                number = 0
            else:
                grids[-1].hidden = _is_hidden(element)
                forget(element)
        elif event == "end" and grids:
            number = _index(element, number + 1, EXCEL_ROWS)
            grids[-1].add(number, _xml_cells(element, number, grids[-1]), element.sourceline)
            forget(element)
    return grids


def _is_hidden(sheet: Any) -> bool:
    """A sheet's options say SheetHidden or SheetVeryHidden."""
    said = (element.text or "" for element in sheet.iterfind(f"{OPTIONS}WorksheetOptions/{OPTIONS}Visible"))
    return any(one.strip() in ("SheetHidden", "SheetVeryHidden") for one in said)


def _xml_cells(row: Any, number: int, grid: Grid) -> list[Cell]:
    cells: list[Cell] = []
    for element in row.iterchildren(f"{SPREADSHEET}Cell"):
        at = _index(element, len(cells) + 1, EXCEL_COLUMNS) - 1
        cells += [None] * (at - len(cells))
        data = element.find(f"{SPREADSHEET}Data")
        cells.append(None if data is None else _typed(data))
        wide, tall = _count(element, "MergeAcross"), _count(element, "MergeDown")
        if wide or tall:
            grid.merges.append(Merge(number, number + tall, at, at + wide))
            cells += [None] * min(wide, EXCEL_COLUMNS)
    return cells


def _index(element: Any, following: int, most: int) -> int:
    """Where a row or cell stands: said, or after the one before. Raises UnreadableFile."""
    text = element.get(f"{SPREADSHEET}Index") or ""
    place = int(text) if text.isdecimal() and len(text) < 9 else following
    if not following <= place <= most:
        raise UnreadableFile("has cells outside of what a sheet can be", SAVE_AGAIN)
    return place


def _count(element: Any, name: str) -> int:
    text = element.get(SPREADSHEET + name) or ""
    return min(int(text), EXCEL_ROWS) if text.isdecimal() and len(text) < 9 else 0


def _typed(data: Any) -> Cell:
    """The value of a cell. A number with all its digits is whole; a moment at midnight is a date, as a sheet's is; one that names
    its zone stays as it is written."""
    kind, text = data.get(f"{SPREADSHEET}Type"), "".join(data.itertext())
    if kind == "Boolean":
        return BOOLEANS.get(text.strip().lower(), text or None)
    if kind == "DateTime":
        return _moment(text.strip())
    if kind == "Number" and WHOLE.fullmatch(text.strip()) and len(text) < 20:
        return int(text)
    return text or None


def _moment(text: str) -> Cell:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is not None:
        return text
    return (
        date(moment.year, moment.month, moment.day)
        if not (moment - datetime(moment.year, moment.month, moment.day))
        else moment
    )
