"""Tables for people: a title, columns as wide as their words, and never a cell cut off."""

from collections.abc import Iterator, Sequence

import attrs
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

FRAME = 3  # columns of the terminal that each column of a table takes beside its words


@attrs.frozen
class Column:
    """A column: its heading (it may have lines), its cells, and whether they are numbers."""

    heading: str
    cells: Sequence[str]
    number: bool = True

    @property
    def width(self) -> int:
        """How wide it is, with its frame."""
        lines = [line for text in (self.heading, *self.cells) for line in text.split("\n")]
        return max(map(cell_len, lines)) + FRAME


def print_table(console: Console, title: str, keys: Sequence[Column], columns: Sequence[Column]) -> None:
    """The columns behind the keys; where they are wider than the paper, in several tables, each with the keys."""
    console.print(title, soft_wrap=True)
    for part in _parts(console.width - 1 - sum(key.width for key in keys), columns):
        console.print(_table([*keys, *part]), crop=False, overflow="ignore", no_wrap=True)


def _parts(room: int, columns: Sequence[Column]) -> Iterator[list[Column]]:
    part: list[Column] = []
    for column in columns:
        if part and sum(one.width for one in (*part, column)) > room:
            yield part
            part = []
        part.append(column)
    yield part


def _table(columns: Sequence[Column]) -> Table:
    table = Table(width=sum(column.width for column in columns) + 1)
    for column in columns:
        table.add_column(
            column.heading, justify="right" if column.number else "left", no_wrap=True, min_width=column.width - FRAME
        )
    for row in zip(*(column.cells for column in columns), strict=True):
        table.add_row(*row)
    return table
