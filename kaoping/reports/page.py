"""A page: what a report says, before anything draws it. Every paper draws the same page."""

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import ParamSpec

import attrs

P = ParamSpec("P")


@attrs.frozen
class Column:
    """A column: its heading (it may have lines), its cells, and whether they are numbers."""

    heading: str
    cells: Sequence[str]
    number: bool = True


@attrs.frozen
class Table:
    """A table: its title, the columns that name a row, and the columns of what is said of it."""

    title: str
    keys: Sequence[Column]
    columns: Sequence[Column]


Block = str | Table
"""A line of text, or a table."""


@attrs.frozen
class Page:
    """What a report says, block by block."""

    blocks: tuple[Block, ...]


def page_of(function: Callable[P, Iterator[Block]]) -> Callable[P, Page]:
    """The blocks that a report yields, as a page."""

    @wraps(function)
    def page(*args: P.args, **kwargs: P.kwargs) -> Page:
        return Page(tuple(function(*args, **kwargs)))

    return page
