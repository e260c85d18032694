"""The terminal: lines that wrap, tables as wide as their words, and never a cell cut off."""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import attrs
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

from kaoping.papers.cells import texts_of
from kaoping.reports.page import (
    RIGHT,
    Block,
    Chart,
    Column,
    Heading,
    Imprint,
    Lifeline,
    Listing,
    Note,
    Page,
    Paragraph,
    Signatures,
    Table,
    Tone,
)
from ledger.texts import STEERING, visible

Item = TypeVar("Item")
STEP = 500  # items between two looks at the bar
FRAME = 3  # columns of the terminal that each column of a table takes beside its words
TIGHT = 1  # and in a table that is too wide for that
FITS = 100  # what a paper or a window holds: a wider table is drawn tight, the words of its headings folded
WORD = re.compile(r"[!-^`-~]+_?")
WORD_OR_SIGN = re.compile(r"[!-^`-~]+_?|.")
ROOMS = (24, 16, 12, 10, 8, 6, 4)  # a heading is folded to the first of these with which the table fits

STYLES: Mapping[Tone, str] = {"": "none", "amber": "yellow", "red": "red", "dark": "bold"}
"""The colours of rows, where the terminal has any."""
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


def write_file(text: str) -> None:
    """A file's text: as it is where it goes to a file or a program, without what would steer a terminal where one shows it."""
    sys.stdout.write(visible(text) if sys.stdout.isatty() else text)


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
        if isinstance(block, Table):
            _draw_table(console, block, page.language)
        else:
            for line in _lines(block):
                console.print(visible(line), soft_wrap=True)


def _lines(block: Block) -> Iterator[str]:
    """A block's lines; a chart has none, as its table says the same."""
    match block:
        case str():
            yield block
        case Heading(text) | Paragraph(text) | Note(text):
            yield text
        case Listing(title, lines):
            yield from (title, *(f"  {line}" for line in lines))
        case Imprint(title, stamps):
            yield from (title, *(f"  {name} {value}" for name, value in stamps))
        case Signatures(names):
            yield "    ".join(f"{name}：" for name in names)
        case Chart() | Lifeline() | Table():
            return


@attrs.frozen
class Drawn:
    """A column as texts: its heading, its cells, and whether it stands at the right."""

    heading: str
    cells: Sequence[str]
    right: bool
    frame: int = FRAME

    @property
    def width(self) -> int:
        """How wide it is, with its frame."""
        lines = [line for text in (self.heading, *self.cells) for line in text.split("\n")]
        return max(map(cell_len, lines)) + self.frame

    def tight(self) -> "Drawn":
        """The same with no space beside its cells."""
        return attrs.evolve(self, frame=TIGHT)

    def folded(self, room: int) -> "Drawn":
        """The same with its heading in lines of so much room, or what a cell or a word of Latin letters takes."""
        texts = [line for text in self.cells for line in text.split("\n")] + WORD.findall(self.heading)
        room = max([room, *map(cell_len, texts)])
        lines = [part for line in self.heading.split("\n") for part in _fold(line, room)]
        return attrs.evolve(self, heading="\n".join(lines), frame=TIGHT)


def _fold(line: str, room: int) -> Iterator[str]:
    """A line in parts that fit, Latin words whole."""
    part = ""
    for piece in WORD_OR_SIGN.findall(line):
        if part and cell_len(part + piece) > room:
            yield part.strip()
            part = ""
        part += piece
    yield part.strip()


def _drawn(column: Column, language: str) -> Drawn:
    heading = f"{column.over}\n{column.heading}" if column.over else column.heading
    return Drawn(heading, [visible(text) for text in texts_of(column, language)], column.kind in RIGHT)


def _draw_table(console: Console, block: Table, language: str) -> None:
    console.print(visible(block.title), soft_wrap=True)
    keys, columns = ([_drawn(column, language) for column in some] for some in (block.keys, block.columns))
    fits = min(console.width, FITS)
    if any(column.right for column in columns) and _whole(keys, columns) > fits:
        keys = [column.tight() for column in keys]
        tried = ([column.folded(room) for column in columns] for room in ROOMS)
        columns = next(
            (some for some in tried if _whole(keys, some) <= fits), [column.folded(ROOMS[-1]) for column in columns]
        )
    room = console.width - 1 - sum(column.width for column in keys)
    for part in _parts(room, columns):
        console.print(_table([*keys, *part], block.tones), crop=False, overflow="ignore", no_wrap=True)


def _whole(keys: Sequence[Drawn], columns: Sequence[Drawn]) -> int:
    """How wide a table of these is."""
    return sum(column.width for column in (*keys, *columns)) + 1


def _parts(room: int, columns: Sequence[Drawn]) -> Iterator[list[Drawn]]:
    part: list[Drawn] = []
    for column in columns:
        if part and sum(one.width for one in (*part, column)) > room:
            yield part
            part = []
        part.append(column)
    yield part


def _table(columns: Sequence[Drawn], tones: Sequence[Tone]) -> table.Table:
    frame = columns[0].frame
    drawn = table.Table(width=sum(column.width for column in columns) + 1, padding=(0, frame // 2))
    for column in columns:
        drawn.add_column(
            column.heading, justify="right" if column.right else "left", no_wrap=True, min_width=column.width - frame
        )
    for number, row in enumerate(zip(*(column.cells for column in columns), strict=True)):
        drawn.add_row(*row, style=STYLES[tones[number]] if tones else None)
    return drawn
