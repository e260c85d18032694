"""The terminal: lines that wrap, tables as wide as their words, and never a cell cut off."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from rich import table
from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from kaoping.reports.page import Column, Page, Table
from ledger.texts import STEERING, visible

Item = TypeVar("Item")
STEP = 500  # items between two looks at the bar
FRAME = 3  # columns of the terminal that each column of a table takes beside its words


WIDE = 10_000  # columns; a table is as wide as it needs where nobody watches


def show(page: Page) -> None:
    """A page on the terminal."""
    draw(_console(), page)


def tell(line: str = "") -> None:
    """A line on the terminal, which wraps."""
    _console().print(visible(line), soft_wrap=True)


def complain(text: str) -> None:
    """What is wrong, beside the output."""
    sys.stderr.write(visible(text) + "\n")


def answer(document: Mapping[str, Any]) -> None:
    """The one JSON document of a command."""
    sys.stdout.write(json_text(document, indent=1) + "\n")


def json_text(document: Mapping[str, Any], indent: int | None = None) -> str:
    """A JSON document for a terminal: what would steer it stands there as its escape, which means the same in JSON."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    return STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@contextmanager
def spinner(doing: str) -> Iterator[None]:
    """A spinner while something long is done; nothing where nobody watches."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        progress.add_task(doing)
        yield


def counted(doing: str, items: Sequence[Item]) -> Iterator[Item]:
    """The items, with how many are done, how many a second, and the time left; nothing where nobody watches."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from items
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(doing, total=len(items))
        for number, item in enumerate(items):
            if number % STEP == 0:
                progress.update(task, completed=number)
            yield item


class _RateColumn(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """Such as 12,000/s."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


def _console() -> Console:
    """As wide as the terminal, or as what is written needs."""
    console = Console(highlight=False, emoji=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, emoji=False, markup=False, width=WIDE)


def draw(console: Console, page: Page) -> None:
    """Print a page. Columns that are wider than the console go into further tables, each with the keys."""
    for block in page.blocks:
        if isinstance(block, str):
            console.print(visible(block), soft_wrap=True)
        else:
            _draw_table(console, block)


def _draw_table(console: Console, block: Table) -> None:
    console.print(visible(block.title), soft_wrap=True)
    room = console.width - 1 - sum(map(_width, block.keys))
    for part in _parts(room, block.columns):
        console.print(_table([*block.keys, *part]), crop=False, overflow="ignore", no_wrap=True)


def _width(column: Column) -> int:
    """How wide it is, with its frame."""
    lines = [line for text in (column.heading, *column.cells) for line in text.split("\n")]
    return max(map(cell_len, lines)) + FRAME


def _parts(room: int, columns: Sequence[Column]) -> Iterator[list[Column]]:
    part: list[Column] = []
    for column in columns:
        if part and sum(map(_width, (*part, column))) > room:
            yield part
            part = []
        part.append(column)
    yield part


def _table(columns: Sequence[Column]) -> table.Table:
    drawn = table.Table(width=sum(map(_width, columns)) + 1)
    for column in columns:
        drawn.add_column(
            column.heading, justify="right" if column.number else "left", no_wrap=True, min_width=_width(column) - FRAME
        )
    for row in zip(*(column.cells for column in columns), strict=True):
        drawn.add_row(*row)
    return drawn
