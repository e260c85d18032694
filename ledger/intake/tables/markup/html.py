"""The tables of a page in HTML, as a browser shows them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import attrs
from lxml import etree

from ledger.intake.tables.grid import EXCEL_COLUMNS, EXCEL_ROWS, Grid, Merge
from ledger.intake.tables.layout import TIME
from ledger.intake.tables.markup.elements import PIECE, events_before_end, forget, local
from ledger.intake.tables.table import SAVE_AGAIN, Cell, Nested, Row
from ledger.sentences import UnreadableFile, sentence

END = 40  # signs shown of where a page breaks off
SHOWN_TEXTS = 9  # of tables that stand where one value should
DOWNLOAD_AGAIN = "export or download it again; if it always ends so, see in Excel or WPS that its last rows are there, and save it as .xlsx"
BREAKS = ("br", "p", "div", "li")
UNREAD = ("table", "script", "style", "button", "template")  # no text of the cell that they stand in
ROWS = ("tr", "tbody", "thead", "tfoot", "table")
WORDLESS = ("hidden", "checkbox", "radio", "button", "submit", "reset", "image", "file", "password", "color", "range")
UNSHOWN = re.compile(r"(?:^|;)\s*display\s*:\s*none\b", re.IGNORECASE)


def html_grids(text: str) -> list[Grid]:
    """Every table of a page, a table inside another by itself too. A row is numbered within its table. Raises UnreadableFile, also where
    the page ends before a table does: HTML lets `</td>` and `</tr>` be left out, never `</table>`."""
    parser = etree.HTMLPullParser(events=("start", "end"), encoding="utf-8", no_network=True, remove_comments=True)
    done: list[_HtmlTable] = []
    open_tables: list[_HtmlTable] = []
    for event, element in events_before_end(parser, text):
        tag = local(element.tag)
        if tag == "table":
            if event == "start":
                open_tables.append(_HtmlTable(Grid(f"table {len(done) + len(open_tables) + 1}")))
            elif open_tables:
                done.append(open_tables.pop())
                if open_tables:
                    if not _is_unseen_in_cell(element):
                        open_tables[-1].within.append(done[-1].grid)
                    element.clear(keep_tail=True)  # what stands beside it in its cell is still to be read
                else:
                    forget(element)
        elif open_tables and event == "end" and tag in ("td", "th"):
            open_tables[-1].end_cell(_HtmlCell.of(element), tag)
        elif open_tables and event == "end" and tag == "tr":
            open_tables[-1].end_row(element.sourceline, unseen=_is_unseen_row(element))
            forget(element)
    if open_tables:
        raise _broken_off(text)
    return _joined(done)


def _broken_off(text: str) -> UnreadableFile:
    last = " ".join(text[-PIECE:].split())[-END:]
    why = sentence("is HTML that breaks off in line {line}, at: {last}", line=text.rstrip().count("\n") + 1, last=last)
    return UnreadableFile(why, DOWNLOAD_AGAIN)


@attrs.frozen
class _HtmlCell:
    text: str | Nested
    wide: int
    tall: int
    unseen: bool

    @classmethod
    def of(cls, element: Any) -> "_HtmlCell":
        return cls(_inner(element), _span(element, "colspan"), _span(element, "rowspan"), _is_unseen(element))


@attrs.define
class _HtmlTable:
    grid: Grid
    pending: list[_HtmlCell] = attrs.field(factory=list)
    below: dict[int, int] = attrs.field(factory=dict)
    number: int = 0
    kinds: set[str] = attrs.field(factory=set)
    within: list[Grid] = attrs.field(factory=list)

    def end_cell(self, cell: _HtmlCell, tag: str) -> None:
        """A cell more. One with tables in it and no text beside them shows what they hold, if that is one text; more are no value."""
        texts = (
            [
                str(text)
                for grid in self.within
                for row in grid.rows
                if row.number not in grid.unseen
                for text in row.cells
                if text
            ]
            if not cell.text
            else []
        )
        if len(texts) == 1:
            cell = attrs.evolve(cell, text=texts[0])
        elif texts:
            cell = attrs.evolve(cell, text=Nested(" ".join(texts[:SHOWN_TEXTS])))
        self.within.clear()
        self.pending.append(cell)
        self.kinds.add(tag)

    def end_row(self, line: int | None, *, unseen: bool) -> None:
        """Place the cells of the row, past those that reach down from the rows above: a hidden cell may stand in the place of one."""
        self.number += 1
        if not any(
            isinstance(cell.text, str) and cell.text for cell in self.pending
        ):  # tables side by side: it has none of its own
            self.pending = [attrs.evolve(cell, text="") for cell in self.pending]
        cells: list[Cell] = []
        taken = {at for at, last in self.below.items() if last >= self.number}
        for cell in self.pending:
            wide, tall = cell.wide, cell.tall
            if cell.unseen and len(cells) in taken:
                cells.append(None)
                continue
            while len(cells) in taken:
                cells.append(None)
            at = len(cells)
            last = min(self.number + tall - 1, EXCEL_ROWS)
            if tall > 1:
                self.below |= dict.fromkeys(range(at, at + wide), last)
            if tall > 1 or wide > 1:
                self.grid.merges.append(Merge(self.number, last, at, at + wide - 1))
            cells += [cell.text or None, *[None] * (wide - 1)]
            if len(cells) > EXCEL_COLUMNS:
                raise UnreadableFile("has more columns than a sheet can have", SAVE_AGAIN)
        self.pending.clear()
        self.below = {at: last for at, last in self.below.items() if last > self.number}
        self.grid.unseen |= {self.number} if unseen else set()
        self.grid.add(self.number, cells, line)


def _joined(tables: Sequence[_HtmlTable]) -> list[Grid]:
    """The tables; a header in a table of its own is row 0 of that which follows, as pages write it whose header stays while rows move."""
    done: list[Grid] = []
    for place, table in enumerate(tables):
        names = _names_above(tables[place - 1], table) if place else None
        if names:
            table.grid.rows.insert(0, names)
            done.pop()
        done.append(table.grid)
    return done


def _names_above(upper: _HtmlTable, lower: _HtmlTable) -> Row | None:
    """The header in a table that is nothing else, if all rows of the next are as wide, without a header, and the first has a date."""
    heads, rows = _nonempty_rows(upper.grid), _nonempty_rows(lower.grid)
    if upper.kinds != {"th"} or len(heads) != 1 or upper.grid.merges or lower.kinds != {"td"} or not rows:
        return None
    width, names = len(rows[0].cells), heads[0].cells
    there = [name for name in names[:width] if name]
    if any(len(row.cells) != width for row in rows) or len(names) < width or any(names[width:]) or len(there) < 2:
        return None
    first = [str(cell) for cell in rows[0].cells if cell]
    is_ticket = len(first) > 1 and any(map(TIME.search, first))
    return attrs.evolve(heads[0], number=0, cells=names[:width]) if is_ticket else None


def _nonempty_rows(grid: Grid) -> list[Row]:
    return [row for row in grid.rows if any(row.cells)]


def _span(element: Any, name: str) -> int:
    text = (element.get(name) or "").strip()
    return min(max(int(text), 1), 65_534 if name == "rowspan" else 1_000) if text.isdecimal() and len(text) < 9 else 1


def _inner(element: Any) -> str:
    """The text of a cell as a browser shows it, without the tables in it; that of a button where there is no other."""
    shown = _on_lines("".join(_texts(element)))
    buttons = element.iter("button") if not shown else ()
    return shown or _on_lines(" ".join("".join(_texts(one)) for one in buttons if not _is_unseen(one)))


def _on_lines(text: str) -> str:
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.split("\v"))))


def _texts(element: Any) -> Iterator[str]:
    """The texts in an element; a line break is a vertical tab."""
    yield element.text or ""
    for inner in element:
        tag = local(inner.tag)
        if tag in BREAKS:
            yield "\v"
        if tag == "input":
            yield _entered(inner)
        elif tag == "select":
            yield "" if _is_unseen(inner) else _chosen(inner)
        elif tag not in UNREAD and not _is_unseen(inner):
            yield from _texts(inner)
        yield inner.tail or ""


def _entered(field: Any) -> str:
    """What stands in a field of a form."""
    kind = (field.get("type") or "text").strip().casefold()
    return "" if kind in WORDLESS or _is_unseen(field) else field.get("value") or ""


def _chosen(field: Any) -> str:
    """What is selected in a list; every option where none says that it is, as a script may have chosen any: no one name or word."""
    options = [*field.iter("option")]
    selected = [one for one in options if one.get("selected") is not None]
    shown = selected[-1:] if selected and field.get("multiple") is None else selected or options
    return "、".join("".join(_texts(one)).strip() for one in shown)


def _is_unseen(element: Any) -> bool:
    """A browser does not show it."""
    style = element.get("style")
    return element.get("hidden") is not None or (style is not None and UNSHOWN.search(style) is not None)


def _is_unseen_in_cell(element: Any) -> bool:
    """A browser does not show what stands in the cell, or what it stands in there."""
    while element is not None and local(element.tag) not in ("td", "th"):
        if _is_unseen(element):
            return True
        element = element.getparent()
    return False


def _is_unseen_row(element: Any) -> bool:
    """A browser shows neither the row nor, perhaps, its table."""
    while element is not None and local(element.tag) in ROWS:
        if _is_unseen(element):
            return True
        element = element.getparent()
    return False
