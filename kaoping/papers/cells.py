"""A cell as a text, by the kind of its column: the same on every paper that is read by eye."""

from datetime import date
from fractions import Fraction

from kaoping.language.moments import moment
from kaoping.language.numbers import points, rounded
from kaoping.reports.page import Cell, Column, Kind, Marked, Value


def texts_of(column: Column, language: str) -> list[str]:
    """The column's cells as they are shown."""
    return [cell_text(column, cell, language) for cell in column.cells]


def cell_text(column: Column, cell: Cell, language: str) -> str:
    """A cell of a column as it is shown; what is absent as the column says."""
    if cell is None:
        return column.absent
    if isinstance(cell, Marked):
        return _shown(column, cell.value, language) + cell.mark
    return _shown(column, cell, language)


def _shown(column: Column, value: Value, language: str) -> str:
    match value:
        case str():
            return value
        case tuple():
            return " / ".join(rounded(one, column.digits) for one in value)
        case Fraction():
            return _number(column, value)
        case date():
            return value.isoformat()
        case int() if column.kind is Kind.INSTANT:
            return moment(value, language)
        case int() if column.kind is Kind.FACT:
            return f"#{value}"
    return str(value)


def _number(column: Column, value: Fraction) -> str:
    text = rounded(value, column.digits) if column.kind is Kind.RATE else points(value, column.digits)
    return f"+{text}" if column.signed and value > 0 else text
