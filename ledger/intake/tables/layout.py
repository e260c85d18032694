"""A sheet as people lay it out -> header and rows: titles and notes above, a header of one or two rows, merged cells, totals below."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

import attrs

from ledger.intake.tables.grid import Merge
from ledger.intake.tables.table import MAX_CELLS, Cell, LogTable, Row, distinct, has_value, refuse_too_wide
from ledger.sentences import Mistake, Sentence, UnreadableFile, sentence
from ledger.texts import masked

LOOK = 40  # rows in which the header must stand
ROW_NUMBERS_SHOWN = 5  # row numbers named of those that were passed over
SHARED_HEADINGS = 3  # of the header, which make a row further down another header
MARK = "\ufeff"  # at the head of a text; in the midst of one, where files were put together
QUOTE_VALUES = "put values with delimiters or line breaks in them into quotation marks"
LABELLED = re.compile(r"[^:：]{1,20}[:：]\s*\S.*", re.DOTALL)  # 导出时间：2023-06-01
LEVEL = re.compile(
    r"[一二三四五]级|首次|末次|最终|第[一二三四五六七八九十\d]+次"
)  # of a group: its columns are other things
TOTALS = {
    "合计",
    "总计",
    "小计",
    "共计",
    "总合计",
    "本页合计",
    "本页小计",
    "累计",
    "平均",
    "平均值",
    "总数",
    "汇总",
    "总计数",
    "total",
    "subtotal",
}
COUNTED = re.compile(r"(本页)?(合计|总计|小计|共计|共)[:：]?\d+(条|件|个|单|行|张)?(数据|记录|工单)?")  # 共 128 条记录
GROUPED = re.compile(r".{1,30}\s(汇总|小计|合计|计数)")  # 茅店镇 汇总, as Excel writes below a group
PAGE = re.compile(r"第\d+页([,，/]?共?\d+页)?|\d+/\d+")
FILTERS = frozenset(["全部", "所有", "不限", "请选择", "筛选", "(全部)", "（全部）", "▼", "▾", "all", "(all)"])
FOOTNOTE = re.compile(r"(注|说明|备注|制表|填表|审核|复核|导出|打印|统计|数据来源|共)")
DAY = re.compile(
    r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}日?[T\s]*[\d:：.时分秒]*"
)  # of a row of values, or of what was asked for
TIME = re.compile(r"\d{4}\s*[-/.年]\s*\d")


@attrs.frozen
class Header:
    """The names of a header, and which of the rows, by their place, it ends in. `numbers`: where it stands."""

    names: tuple[str, ...]
    end: int
    numbers: tuple[int, ...]
    plain: tuple[tuple[str, ...], ...]
    headings: frozenset[Cell] = attrs.Factory(lambda self: frozenset(filter(None, self.plain[-1])), takes_self=True)


def laid_out(name: str, rows: Sequence[Row], merges: Sequence[Merge] = (), *, exact: bool = False) -> LogTable | None:
    """The table in rows that may be ragged; None where there is no header. `exact`: a row of another width than the header is a
    fault, as in a text. Raises UnreadableFile for a fault above the header."""
    header = _header(rows, merges)
    if header is None:
        return None
    refuse_too_wide(len(header.names))
    passed: list[int] = []
    width = len(header.names)
    kept: list[Row] = []
    below = [row for row in rows[header.end :] if row.fault or any(map(has_value, row.cells))]
    most = _most_cells(rows[header.end - 1], below, width)
    tail, order, turned, orders = _tail(below, width), None, list[int](), dict[int, Sequence[int]]()
    for place, row in enumerate(below):
        if not row.fault and (place >= tail or _is_passed(row, header, first=place == 0)):
            passed.append(row.number)
            order = None if _is_repeated_header(row, header, _label(row)) else order
        elif not row.fault and _is_other_header(row, header):
            order = _order(row, header)
            passed.append(row.number)
            turned.append(row.number)
        else:
            if order is not None:
                orders[len(kept)] = order
            kept.append(row if row.fault else _fitted(row, width, most) if exact else _cut(row, width))
    kept, filled = _filled_down(kept, merges)
    for place, turn in orders.items():
        kept[place] = _in_order(kept[place], turn)
    notes = tuple(_notes(header, passed, turned, filled))
    return LogTable(name, distinct(header.names), kept, passed=tuple(passed), notes=notes)


# the header


def _header(rows: Sequence[Row], merges: Sequence[Merge]) -> Header | None:
    """The first row that is filled as widely as a header is, with the row of groups above or the row of names below it."""
    window = [(place, _names(row)) for place, row in _first(rows)]
    width = max((_name_count(names) for _, names in window), default=0)
    likely = [at for at, (_, names) in enumerate(window) if _may_be_header(names, width)]
    likely = [at for at in likely if not any(map(DAY.fullmatch, window[at][1]))] or likely
    wide = [at for at in likely if 2 * _name_count(window[at][1]) > width]
    for at in (wide or likely)[:1]:
        place, names = window[at]
        _refuse_fault(rows[: place + 1])
        if at + 1 < len(window):
            below, lower = window[at + 1]
            if (both := _under(names, lower, rows[place].number, merges)) is not None:
                return Header(both, below + 1, (rows[place].number, rows[below].number), (names, lower))
        if at and (both := _above(window[at - 1][1], names, rows[window[at - 1][0]].number, merges)) is not None:
            above = window[at - 1][0]
            return Header(both, place + 1, (rows[above].number, rows[place].number), (window[at - 1][1], names))
        return Header(_trimmed(names), place + 1, (rows[place].number,), (names,))
    _refuse_fault(rows)
    return None


def _first(rows: Sequence[Row]) -> Iterator[tuple[int, Row]]:
    """The first rows with anything in them, with their places."""
    count = 0
    for place, row in enumerate(rows):
        if not row.fault and any(map(has_value, row.cells)):
            yield place, row
            count += 1
        if count == LOOK:
            return


def _refuse_fault(rows: Iterable[Row]) -> None:
    for row in rows:
        if row.fault:
            why = sentence(
                "has a wrong quotation mark in line {line}, in or above the header", line=row.line or row.number
            )
            raise UnreadableFile(why, row.fault.remedy)


def _names(row: Row) -> tuple[str, ...]:
    return tuple("" if cell is None else str(cell).strip().strip(MARK) for cell in row.cells)


def _name_count(names: Sequence[str]) -> int:
    return sum(map(bool, names))


def _trimmed(names: Sequence[str]) -> tuple[str, ...]:
    """Without the columns beyond the last name."""
    end = max((at for at, name in enumerate(names) if name), default=-1) + 1
    return tuple(names[:end])


def _may_be_header(names: Sequence[str], width: int) -> bool:
    """Not a title (one cell, or the same in all), nor notes such as 导出人：… beside each other."""
    there = [name for name in names if name]
    if len(there) < 2 or (len(there) > 2 and len({*there}) == 1):
        return False
    return not (len(there) < width and all(map(LABELLED.fullmatch, there)))


def _is_heading(name: str) -> bool:
    return len(name) <= 40 and not name[:1].isdigit() and not TIME.search(name)


def _under(upper: Sequence[str], lower: Sequence[str], number: int, merges: Sequence[Merge]) -> tuple[str, ...] | None:
    """The names of two rows, if the row below names the columns of groups in this one, and says nothing else."""
    upper, lower = _as_wide(upper, lower)
    groups = _groups(upper, lower, number, merges)
    if _name_count(lower) < 2 or not all(map(_is_heading, filter(None, lower))):
        return None
    sizes = Counter(at for at in groups if at is not None)
    for at, (above, below) in enumerate(zip(upper, lower, strict=True)):
        alone = bool(above) and sizes[at] < 2
        if below and (groups[at] is None or (alone and below != above)):
            return None
        if not below and not above and groups[at] is not None:
            return None
    return _named(upper, lower, groups) if any(size > 1 for size in sizes.values()) else None


def _above(upper: Sequence[str], lower: Sequence[str], number: int, merges: Sequence[Merge]) -> tuple[str, ...] | None:
    """The names of two rows, if the row above this one names groups of its columns."""
    upper, lower = _as_wide(upper, lower)
    there = [name for name in upper if name]
    if (len(there) == 1 and upper[0]) or not all(len(name) <= 20 and _is_heading(name) for name in there):
        return None
    if any(LABELLED.fullmatch(name) or re.search(r"\d{4}", name) for name in there):
        return None
    return _named(upper, lower, _groups(upper, lower, number, merges))


def _as_wide(upper: Sequence[str], lower: Sequence[str]) -> tuple[list[str], list[str]]:
    width = max(len(_trimmed(upper)), len(_trimmed(lower)))
    return [*upper, *[""] * width][:width], [*lower, *[""] * width][:width]


def _groups(upper: Sequence[str], lower: Sequence[str], number: int, merges: Sequence[Merge]) -> list[int | None]:
    """Column -> the column whose name in the upper row is its group's: as cells are merged, else the last name to its left."""
    across = {merge.left: merge.right for merge in merges if merge.top == number and merge.right > merge.left}
    found: list[int | None] = []
    group, end = None, -1
    for at, (above, below) in enumerate(zip(upper, lower, strict=True)):
        if above:
            group, end = at, across.get(at, at) if across else len(upper)
        elif not below or at > end:
            group = None
        found.append(group)
    return found


def _named(upper: Sequence[str], lower: Sequence[str], groups: Sequence[int | None]) -> tuple[str, ...]:
    """The name of the column; with its group's before it where the group makes it another thing (二级, 首次), or names repeat."""
    names = [
        _levelled(name or above, _group(upper, groups[at]))
        for at, (above, name) in enumerate(zip(upper, lower, strict=True))
    ]
    counts = Counter(names)
    return tuple(
        _group(upper, groups[at]) + name if lower[at] and name == lower[at] and counts[name] > 1 else name
        for at, name in enumerate(names)
    )


def _group(upper: Sequence[str], at: int | None) -> str:
    return "" if at is None else upper[at]


def _levelled(name: str, group: str) -> str:
    """The name with 二级 or 首次 before it where its group says so: 二级 and 派单时间 are 二级派单时间."""
    level = LEVEL.match(group)
    return level[0] + name if level and not name.startswith(level[0]) else name


# the rows


def _is_passed(row: Row, header: Header, *, first: bool) -> bool:
    """A row that is no ticket: filters right below the header, the header once more on a new page, totals."""
    if first and all(str(cell).strip().casefold() in FILTERS for cell in row.cells if has_value(cell)):
        return True
    label = _label(row)
    return _is_repeated_header(row, header, label) or _is_total(row, label)


def _is_repeated_header(row: Row, header: Header, label: str) -> bool:
    """The header once more."""
    return label.strip(MARK) in header.headings and _trimmed(_names(row)) in map(_trimmed, header.plain)


def _is_other_header(row: Row, header: Header) -> bool:
    """A header of other names, or in another order: most of what stands in it are headings."""
    if header.headings.isdisjoint(row.cells) or not all(map(_is_heading, filter(None, header.plain[-1]))):
        return False
    there = {name for name in _names(row) if name}
    same = len(there & header.headings)
    return same >= SHARED_HEADINGS and 2 * same > len(there)


def _order(row: Row, header: Header) -> tuple[int, ...]:
    """Of each column of the header, its place in the rows below this header. Raises UnreadableFile where that has other names."""
    names, plain = _trimmed(_names(row)), _trimmed(header.plain[-1])
    if len(header.plain) > 1 or Counter(names) != Counter(plain):
        apart = dict.fromkeys((*(Counter(names) - Counter(plain)), *(Counter(plain) - Counter(names))))
        more = masked(" ".join(filter(_is_heading, apart)))
        why = sentence("has another header in row {row}, which differs in {headings}", row=row.number, headings=more)
        raise UnreadableFile(why, "put each table into a file or a sheet of its own, and import them together")
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    return tuple(places[name].pop(0) for name in plain)


def _in_order(row: Row, order: Sequence[int]) -> Row:
    """The row as the header has its columns."""
    return row if row.fault else attrs.evolve(row, cells=tuple(row.cells[place] for place in order))


def _label(row: Row) -> str:
    """What stands in the first cell that holds anything."""
    return next(str(cell).strip() for cell in row.cells if has_value(cell))


def _is_total(row: Row, label: str) -> bool:
    if len(label) > 30 or (
        label.isascii() and label[-1:].isdigit()
    ):  # no total is a number, or ends in one: so most tickets do
        return False
    plain = "".join(label.split()).rstrip(":：").casefold()
    grouped = GROUPED.fullmatch(label) is not None
    if plain not in TOTALS and not COUNTED.fullmatch(plain) and not grouped and not _is_page(row, plain):
        return False
    return not any(isinstance(cell, datetime | date) or TIME.search(str(cell)) for cell in row.cells if has_value(cell))


def _is_page(row: Row, plain: str) -> bool:
    """The number of a page, alone in its row."""
    return PAGE.fullmatch(plain) is not None and sum(map(has_value, row.cells)) == 1


def _tail(rows: Sequence[Row], width: int) -> int:
    """The place from which there are only totals and notes: 制表人：…, 注：…"""
    end = len(rows)
    while end and not rows[end - 1].fault and _is_tail(rows[end - 1], width):
        end -= 1
    return end


def _is_tail(row: Row, width: int) -> bool:
    label = _label(row)
    if _is_total(row, label):
        return True
    if width < 3 or not FOOTNOTE.match(label):
        return False
    there = [str(cell).strip() for cell in row.cells if has_value(cell)]
    return len(there) == 1 or (len(there) < width and all(map(LABELLED.fullmatch, there)))


def _most_cells(header: Row, rows: Sequence[Row], width: int) -> int:
    """How many cells a row may have: as many as the header has, with those behind its last name, if every row has them and most leave
    them empty: notes stand there. Else it may be a row that is shifted."""
    most = len(header.cells)
    there = [row.cells for row in rows if not row.fault and len(row.cells) >= width]
    empty = sum(not any(map(has_value, cells[width:])) for cells in there)
    return most if all(len(cells) >= most for cells in there) and 2 * empty > len(there) else width


def _fitted(row: Row, width: int, most: int) -> Row:
    """The row, if as wide as the header; a shifted row would put citizens' names under other headings."""
    end = len(row.cells) if len(row.cells) != most else width
    while end > width and not has_value(row.cells[end - 1]):
        end -= 1
    if end == width:
        return row if end == len(row.cells) else attrs.evolve(row, cells=row.cells[:end])
    why = sentence("has {found} cells, the header has {width}", found=end, width=width)
    return attrs.evolve(row, cells=(), fault=Mistake("", None, why, QUOTE_VALUES))


def _cut(row: Row, width: int) -> Row:
    if len(row.cells) == width:
        return row
    return attrs.evolve(row, cells=(*row.cells[:width], *[None] * (width - len(row.cells))))


def _filled_down(rows: list[Row], merges: Sequence[Merge]) -> tuple[list[Row], int]:
    """The rows with every cell that was merged with those below it filled down, and how many were filled."""
    tall = [merge for merge in merges if merge.bottom > merge.top]
    if not tall:
        return rows, 0
    places = {row.number: place for place, row in enumerate(rows)}
    fill: dict[int, dict[int, Cell]] = {}
    count = 0
    for merge in tall:
        top = places.get(merge.top)
        if top is None or rows[top].fault or merge.left >= len(rows[top].cells):
            continue
        place, value = top + 1, rows[top].cells[merge.left]
        while place < len(rows) and rows[place].number <= merge.bottom and value is not None:
            fill.setdefault(place, {}).setdefault(merge.left, value)
            place, count = place + 1, count + 1
            if count > MAX_CELLS:
                raise UnreadableFile("has more merged cells than can be filled", "undo the merging, and save it again")
    return [_with(row, fill.get(place, {})) for place, row in enumerate(rows)], count


def _with(row: Row, values: Mapping[int, Cell]) -> Row:
    if not values or row.fault:
        return row
    cells = tuple(values.get(at) if not has_value(cell) and at in values else cell for at, cell in enumerate(row.cells))
    return attrs.evolve(row, cells=cells)


# what was done


def _notes(header: Header, passed: Sequence[int], turned: Sequence[int], filled: int) -> Iterator[Sentence]:
    if len(header.numbers) > 1:
        yield sentence(
            "the header stands in rows {first} and {second}", first=header.numbers[0], second=header.numbers[1]
        )
    if passed:
        numbers = ", ".join(map(str, passed[:ROW_NUMBERS_SHOWN])) + (", …" if len(passed) > ROW_NUMBERS_SHOWN else "")
        yield sentence(
            "{count} rows are no tickets (totals, notes, filters): row {rows}", count=len(passed), rows=numbers
        )
    for row in turned[:ROW_NUMBERS_SHOWN]:
        yield sentence("row {row} is the header in another order: what follows it is read by that", row=row)
    if filled:
        yield sentence("{count} cells merged with the one above were filled with its value", count=filled)
