"""Tables written as HTML, and XML 2003 workbooks: read as a stream, without entities, DTDs or the network."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import attrs
from lxml import etree

from ledger.intake.tables.grid import EXCEL_COLUMNS, EXCEL_ROWS, Grid, Merge
from ledger.intake.tables.layout import TIME
from ledger.intake.tables.table import SAVE_AGAIN, Cell, Row
from ledger.sentences import UnreadableFile, sentence

PIECE = 2**16  # signs
SHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
OPTIONS = "{urn:schemas-microsoft-com:office:excel}"
END = 40  # signs shown of where a page breaks off
DOWNLOAD_AGAIN = "export or download it again; if it always ends so, see in Excel or WPS that its last rows are there, and save it as .xlsx"
BREAKS = ("br", "p", "div", "li")
UNREAD = ("table", "script", "style", "button", "template")  # no text of the cell that they stand in
ROWS = ("tr", "tbody", "thead", "tfoot", "table")
WORDLESS = ("hidden", "checkbox", "radio", "button", "submit", "reset", "image", "file", "password", "color", "range")
UNSHOWN = re.compile(r"(?:^|;)\s*display\s*:\s*none\b", re.IGNORECASE)


def refuse_entities(head: str) -> None:
    """Raises UnreadableFile for XML that declares entities: no export needs them, bombs are made of them."""
    if "<!ENTITY" in head:
        raise UnreadableFile("is XML that declares entities", SAVE_AGAIN)


def local(tag: object) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def forget(element: Any) -> None:
    """Free what was read."""
    element.clear(keep_tail=False)
    while element.getprevious() is not None:
        del element.getparent()[0]


# HTML


def html_grids(text: str) -> list[Grid]:
    """Every table of a page, a table inside another by itself. A row is numbered within its table. Raises UnreadableFile, also where
    the page ends before a table does: HTML lets `</td>` and `</tr>` be left out, never `</table>`."""
    parser = etree.HTMLPullParser(events=("start", "end"), encoding="utf-8", no_network=True, remove_comments=True)
    done: list[_HtmlTable] = []
    open_tables: list[_HtmlTable] = []
    for event, element in _fed(parser, text):
        tag = local(element.tag)
        if tag == "table":
            if event == "start":
                open_tables.append(_HtmlTable(Grid(f"table {len(done) + len(open_tables) + 1}")))
            elif open_tables:
                done.append(open_tables.pop())
                forget(element)
        elif open_tables and event == "end" and tag in ("td", "th"):
            open_tables[-1].pending.append(_HtmlCell.of(element))
            open_tables[-1].kinds.add(tag)
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
    text: str
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

    def end_row(self, line: int | None, *, unseen: bool) -> None:
        """Place the cells of the row, past those that reach down from the rows above: a hidden cell may stand in the place of one."""
        self.number += 1
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
    heads, rows = _filled(upper.grid), _filled(lower.grid)
    if upper.kinds != {"th"} or len(heads) != 1 or upper.grid.merges or lower.kinds != {"td"} or not rows:
        return None
    width, names = len(rows[0].cells), heads[0].cells
    there = [name for name in names[:width] if name]
    if any(len(row.cells) != width for row in rows) or len(names) < width or any(names[width:]) or len(there) < 2:
        return None
    first = [str(cell) for cell in rows[0].cells if cell]
    is_ticket = len(first) > 1 and any(map(TIME.search, first))
    return attrs.evolve(heads[0], number=0, cells=names[:width]) if is_ticket else None


def _filled(grid: Grid) -> list[Row]:
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


def _is_unseen_row(element: Any) -> bool:
    """A browser shows neither the row nor, perhaps, its table."""
    while element is not None and local(element.tag) in ROWS:
        if _is_unseen(element):
            return True
        element = element.getparent()
    return False


# XML 2003


def xml_grids(text: str) -> list[Grid]:
    """Every sheet of an XML 2003 workbook. Raises UnreadableFile."""
    parser = xml_parser(events=("start", "end"), tag=(f"{SHEET}Worksheet", f"{SHEET}Row"))
    grids: list[Grid] = []
    number = 0
    for event, element in _events(parser, text):
        if local(element.tag) == "Worksheet":
            if event == "start":
                grids.append(Grid(element.get(f"{SHEET}Name") or f"Sheet{len(grids) + 1}"))
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


def xml_parser(**options: Any) -> Any:
    """A parser of XML that resolves nothing."""
    return etree.XMLPullParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, **options,
    )  # fmt: skip


def _xml_cells(row: Any, number: int, grid: Grid) -> list[Cell]:
    cells: list[Cell] = []
    for element in row.iterchildren(f"{SHEET}Cell"):
        at = _index(element, len(cells) + 1, EXCEL_COLUMNS) - 1
        cells += [None] * (at - len(cells))
        data = element.find(f"{SHEET}Data")
        cells.append(None if data is None else _typed(data))
        wide, tall = _count(element, "MergeAcross"), _count(element, "MergeDown")
        if wide or tall:
            grid.merges.append(Merge(number, number + tall, at, at + wide))
            cells += [None] * min(wide, EXCEL_COLUMNS)
    return cells


def _index(element: Any, following: int, most: int) -> int:
    """Where a row or cell stands: said, or after the one before. Raises UnreadableFile."""
    text = element.get(f"{SHEET}Index") or ""
    place = int(text) if text.isdecimal() and len(text) < 9 else following
    if not following <= place <= most:
        raise UnreadableFile("has cells outside of what a sheet can be", SAVE_AGAIN)
    return place


def _count(element: Any, name: str) -> int:
    text = element.get(SHEET + name) or ""
    return min(int(text), EXCEL_ROWS) if text.isdecimal() and len(text) < 9 else 0


def _typed(data: Any) -> Cell:
    """The value of a cell. A number with all its digits is whole; a moment at midnight is a date, as a sheet's is."""
    kind, text = data.get(f"{SHEET}Type"), "".join(data.itertext())
    if kind == "Boolean":
        return text.strip() == "1"
    if kind == "DateTime":
        return _moment(text.strip())
    if kind == "Number" and text.strip().lstrip("-").isdecimal() and len(text) < 20:
        return int(text)
    return text or None


def _moment(text: str) -> Cell:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (
        date(moment.year, moment.month, moment.day)
        if not (moment - datetime(moment.year, moment.month, moment.day))
        else moment
    )


def _events(parser: Any, text: str) -> Iterable[tuple[str, Any]]:
    """The events of a text. Raises UnreadableFile where it is broken."""
    try:
        yield from _fed(parser, text)
        parser.close()
        yield from parser.read_events()
    except etree.XMLSyntaxError as refused:
        raise broken_xml(refused) from refused


def _fed(parser: Any, text: str) -> Iterator[tuple[str, Any]]:
    """The events of what stands in a text, without those that its end brings."""
    for start in range(0, len(text), PIECE):
        parser.feed(text[start : start + PIECE].encode("utf-8", "replace"))
        yield from parser.read_events()


def broken_xml(refused: Any) -> UnreadableFile:
    """Why a text is no XML, with its line."""
    return UnreadableFile(sentence("is broken XML in line {line}", line=refused.lineno or 1), SAVE_AGAIN)
