"""csv and tsv: text with commas, tabs or semicolons between its cells."""

import csv
import io
from collections.abc import Iterator, Sequence

from ledger.intake.tables.layout import laid_out
from ledger.intake.tables.table import EXPORT_AGAIN, SAVE_AGAIN, LogTable, Row
from ledger.sentences import Mistake, UnreadableFile

MAX_LINES = 1_000  # of one csv record: further than that, a quotation mark was never closed
SAMPLE = 50  # lines that show the delimiter
CLOSE_QUOTES = 'close the quotation mark in that line, and write a quotation mark inside a value twice ("")'


def read_delimited(text: str, name: str) -> LogTable:
    """The table of a text. Rows are numbered as Excel shows them when it opens the file. Raises UnreadableFile."""
    lines = io.StringIO(text, newline="").readlines()
    table = laid_out(name, list(_rows(lines, _delimiter(lines))), exact=True)
    if table is None:
        raise UnreadableFile("has no header: no line with two names or more", SAVE_AGAIN)
    if not table.rows and not table.passed:
        raise UnreadableFile("has a header but no rows", EXPORT_AGAIN)
    return table


def _delimiter(lines: Sequence[str]) -> str:
    """That which stands in most of the first lines, then that of which there are more: titles and texts have others."""
    sample = [line for line in lines[: SAMPLE * 4] if line.strip()][:SAMPLE]
    return max(
        ",\t;", key=lambda mark: (sum(mark in line for line in sample), sum(line.count(mark) for line in sample))
    )


def _rows(lines: Sequence[str], delimiter: str) -> Iterator[Row]:
    """Records with the line they start on. After a wrong quotation mark, the very next line is tried."""
    start, number = 0, 0
    while start < len(lines):
        number += 1
        ahead = (lines[at] for at in range(start, min(start + MAX_LINES, len(lines))))
        reader = csv.reader(ahead, strict=True, delimiter=delimiter)
        try:
            cells = next(reader)
        except csv.Error:
            fault = Mistake("", None, "has a wrong quotation mark", CLOSE_QUOTES)
            yield Row(number, (), fault, line=start + 1)
            start += 1
        else:
            yield Row(number, tuple(cells), line=start + 1)
            start += reader.line_num
