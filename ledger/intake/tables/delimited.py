"""csv and tsv: text with commas, tabs, semicolons or upright strokes between its cells."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

import attrs

from ledger.intake.tables.layout import laid_out
from ledger.intake.tables.letters import lines_of
from ledger.intake.tables.packed import Budget
from ledger.intake.tables.table import EXPORT_AGAIN, SAVE_AGAIN, LogTable, Row
from ledger.sentences import Mistake, UnreadableFile
from ledger.texts import unguarded

MAX_LINES = 1_000  # of one csv record: further than that, a quotation mark was never closed
NARROW = 6  # columns; a text of several lines may have the delimiters of fewer in each
QUOTED = re.compile(r'"[^"]*"')
SAMPLE = 200  # lines that show the delimiter
CLOSE_QUOTES = 'close the quotation mark in that line, and write a quotation mark inside a value twice ("")'


def read_delimited(text: str, name: str, budget: Budget) -> LogTable:
    """The table of a text. Rows are numbered as Excel shows them when it opens the file. Raises UnreadableFile."""
    table = laid_out(name, list(_rows(text, budget)), exact=True)
    if table is None:
        raise UnreadableFile("has no header: no line with two names or more", SAVE_AGAIN)
    if not table.rows and not table.passed:
        raise UnreadableFile("has a header but no rows", EXPORT_AGAIN)
    return table


def _delimiter(text: str) -> str:
    """That which stands in most of the first lines, then that of which there are more: titles and texts have others. An upright
    stroke is between words of a cell where another stands in as many lines."""
    start = QUOTED.sub('""', "".join(islice(lines_of(text), SAMPLE)))
    sample = start.splitlines()
    return max(
        ",\t;|",
        key=lambda mark: (
            sum(mark in line for line in sample), mark != "|", sum(line.count(mark) for line in sample)
        ),
    )  # fmt: skip


def _is_spaced(text: str, delimiter: str) -> bool:
    """Whether a space stands before quotation marks, as some write it for the eye, in most of the first lines."""
    spaced = re.compile(f'{re.escape(delimiter)} +"[^"]*" *(?={re.escape(delimiter)}|$)')
    first = [line for line in islice(lines_of(text), SAMPLE) if line.strip()]
    return 2 * sum(spaced.search(line.rstrip()) is not None for line in first) > len(first)


def _rows(text: str, budget: Budget) -> Iterator[Row]:
    """Records with the line they start on. After a wrong quotation mark, the very next line is tried."""
    lines, delimiter = _Lines(lines_of(text)), _delimiter(text)
    spaced = _is_spaced(text, delimiter)
    reader = csv.reader(lines.record(), strict=True, delimiter=delimiter, skipinitialspace=spaced)
    number = width = 0
    while lines.has_more():
        number += 1
        line = lines.done + 1
        try:
            found = next(reader)
            if len(lines.used) > 1 and _swallowed(lines.used, delimiter, width):
                raise csv.Error
            width = max(width, len(found))
            cells = tuple(map(unguarded, found) if any("'" in one for one in lines.used) else found)
        except csv.Error:
            lines.try_again()
            reader = csv.reader(lines.record(), strict=True, delimiter=delimiter, skipinitialspace=spaced)
            yield Row(number, (), Mistake("", None, "has a wrong quotation mark", CLOSE_QUOTES), line=line)
        else:
            lines.keep()
            budget.hold(len(cells) + 1)
            yield Row(number, cells, line=line)


def _swallowed(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a record of several lines is as many rows: each line has the cells of a whole one, so a quotation mark that nobody closed
    took those that followed."""
    return width >= NARROW and all(line.count(delimiter) == width - 1 for line in lines)


@attrs.define
class _Lines:
    """The lines of a text, those of the record being read still at hand."""

    source: Iterator[str]
    ahead: deque[str] = attrs.field(factory=deque)
    used: list[str] = attrs.field(factory=list)
    done: int = 0

    def has_more(self) -> bool:
        """Whether there is a line left."""
        if not self.ahead:
            self.ahead.extend(islice(self.source, 1))
        return bool(self.ahead)

    def record(self) -> Iterator[str]:
        """Lines for the reader, as many as one record may have."""
        while len(self.used) < MAX_LINES and self.has_more():
            self.used.append(self.ahead.popleft())
            yield self.used[-1]

    def keep(self) -> None:
        """The record was read."""
        self.done += len(self.used)
        self.used.clear()

    def try_again(self) -> None:
        """The record could not be read: begin with the line after its first."""
        self.ahead.extendleft(reversed(self.used[1:]))
        self.done += 1
        self.used.clear()
