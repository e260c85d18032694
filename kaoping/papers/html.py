"""One web file: every page of a booklet with links from unit to ticket to fact, no network, no script; it prints, and fits a phone."""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import groupby

import attrs
from markupsafe import Markup, escape

from kaoping.papers.cells import cell_text
from kaoping.papers.drawings import chart_svg, life_svg
from kaoping.reports.page import (
    RIGHT,
    Block,
    Booklet,
    Chart,
    Column,
    Heading,
    Imprint,
    Kind,
    Lifeline,
    Listing,
    Marked,
    Note,
    Page,
    Paragraph,
    Signatures,
    Table,
)  # fmt: skip
from ledger.texts import visible

STYLE = """
:root{--ink:#1a1a1a;--soft:#595959;--rule:#c8c8c8;--head:#eef1f4;--link:#0b4f8a;--paper:#fff}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1240px;padding:16px;color:var(--ink);background:var(--paper);line-height:1.5;
font:15px/1.5 "Microsoft YaHei","PingFang SC","Noto Sans CJK SC","Source Han Sans SC",sans-serif}
h1{font-size:1.5rem;margin:.2em 0}h2{font-size:1.25rem;margin:1.8em 0 .3em}h3{font-size:1.05rem;margin:1.2em 0 .3em}
a{color:var(--link)}.state{display:inline-block;border:1px solid currentColor;border-radius:3px;padding:0 .5em}
nav ul{columns:12em;padding-left:1.2em;margin:.4em 0}
.wide{overflow-x:auto;margin:.5em 0}table{border-collapse:collapse;font-size:.86rem;min-width:40%}
caption{text-align:left;font-weight:bold;padding:.3em 0}
th,td{border:1px solid var(--rule);padding:.22em .5em;vertical-align:top}th{background:var(--head);font-weight:600}
td.r{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td{white-space:nowrap}td.t{min-width:15em;max-width:30em;white-space:normal}
tbody th{background:none;font-weight:400;text-align:left;white-space:nowrap}th.r{text-align:right}
tfoot td{font-weight:bold;border-top:2px solid var(--ink)}
.s1{background:#fdf1ec}.s2{background:#fadfd4}.s3{background:#f5c6b4}.s4{background:#efa98f}
.note,.state,.foot{color:var(--soft);font-size:.86rem}.note{margin:.2em 0}pre{white-space:pre-wrap;margin:0;font:inherit}
svg{width:100%;height:auto;max-width:860px;font-size:12px;display:block}svg text{fill:var(--ink)}
svg.life{min-width:720px}.bar{fill:#2f5d8a}.grid{stroke:var(--rule);fill:none}.open{fill:#dfe7d4}.line{stroke:var(--ink);fill:none}
.due{fill:#a3271b}svg text.due{fill:#a3271b}.act{fill:#2f5d8a}svg text.day{fill:var(--soft);font-size:10px}
.sign{display:flex;flex-wrap:wrap;gap:1em 8em;margin:1.4em 0}dd{margin:0 0 .4em;overflow-wrap:anywhere}dt{font-weight:600}
summary{cursor:pointer;font-weight:600}li{overflow-wrap:anywhere}
@media(max-width:600px){body{padding:10px;font-size:14px}.sign{gap:.6em 4em}}
@media print{@page{size:A4 landscape;margin:12mm}body{max-width:none;font-size:11px}section{break-before:page}nav{display:none}
.wide{overflow:visible}thead{display:table-header-group}tr{break-inside:avoid}a{color:inherit;text-decoration:none}.tickets{display:none}}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
SHADES = 4


def draw(booklet: Booklet) -> bytes:
    """The file's bytes: the same for the same booklet."""
    links = Links.of(booklet)
    plain = [(number, page) for number, page in enumerate(booklet.pages) if not page.ticket]
    tickets = [(number, page) for number, page in enumerate(booklet.pages) if page.ticket]
    head = Markup(
        '<!doctype html>\n<html lang="{}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta http-equiv="Content-Security-Policy" content="{}"><title>{}</title><style>{}</style></head><body>'
    ).format("zh-CN" if booklet.language == "zh" else "en", POLICY, visible(booklet.title), Markup(STYLE))
    title = Markup('<header><h1>{}</h1><p class="state">{}</p></header>').format(
        visible(booklet.title), visible(booklet.state)
    )
    contents = Markup("").join(
        Markup('<li><a href="#p{}">{}</a></li>').format(number, visible(page.name)) for number, page in plain
    )
    nav = Markup('<nav aria-label="{0}"><details open><summary>{0}</summary><ul>{1}</ul></details></nav>').format(
        booklet.contents, contents
    )
    sections = Markup("\n").join(_section(number, page, links) for number, page in plain)
    lives = Markup("\n").join(_section(number, page, links) for number, page in tickets)
    foot = Markup('<footer class="foot">{}</footer></body></html>\n').format(booklet.subject)
    whole = Markup("\n").join((head, title, nav, Markup("<main>"), sections, Markup('<div class="tickets">'), lives,
        Markup("</div></main>"), foot))  # fmt: skip
    return str(whole).encode("utf-8")


@attrs.frozen
class Links:
    """Where the page of a unit or a ticket is, by its name."""

    units: Mapping[str, int]
    tickets: Mapping[str, int]

    @classmethod
    def of(cls, booklet: Booklet) -> "Links":
        """Those of a booklet."""
        pages = [*enumerate(booklet.pages)]
        return cls(
            {page.unit: number for number, page in pages if page.unit},
            {page.ticket: number for number, page in pages if page.ticket},
        )

    def to(self, kind: Kind, name: str) -> str | None:
        """Where the page is that a cell of this kind leads to."""
        page = self.units.get(name) if kind is Kind.UNIT else self.tickets.get(name) if kind is Kind.TICKET else None
        return None if page is None else f"#p{page:d}"


def _section(number: int, page: Page, links: Links) -> Markup:
    blocks = Markup("\n").join(block_html(block, page.language, links.to) for block in page.blocks)
    return Markup('<section id="p{}">{}</section>').format(number, blocks)


Leads = Callable[[Kind, str], str | None]
"""Where a cell of a kind, with this name, leads to; nowhere."""


def block_html(block: Block, language: str, leads: Leads) -> Markup:
    """A block of a page. Its classes are those of `STYLE`."""
    match block:
        case Heading(text, level):
            return Markup("<h{0}>{1}</h{0}>").format(level + 1, visible(text))
        case Note(text):
            return Markup('<p class="note">{}</p>').format(visible(text))
        case Paragraph(text):
            return Markup("<p>{}</p>").format(visible(text))
        case str(text):
            return Markup("<pre>{}</pre>").format(visible(text))
        case Listing(title, lines):
            items = Markup("").join(Markup("<li>{}</li>").format(visible(line)) for line in lines)
            return Markup("<h3>{}</h3><ul>{}</ul>").format(visible(title), items)
        case Imprint(title, stamps):
            told = Markup("").join(
                Markup("<dt>{}</dt><dd>{}</dd>").format(visible(name), visible(value)) for name, value in stamps
            )
            return Markup("<h3>{}</h3><dl>{}</dl>").format(visible(title), told)
        case Signatures(names):
            return Markup('<p class="sign">{}</p>').format(
                Markup("").join(Markup("<span>{}：</span>").format(name) for name in names)
            )
        case Chart():
            return Markup("<figure><figcaption>{}</figcaption>{}</figure>").format(
                visible(block.title), chart_svg(block)
            )
        case Lifeline():
            return Markup('<div class="wide" tabindex="0">{}</div>').format(life_svg(block, language))
        case Table():
            chart = Markup(' data-chart="{}"').format(block.chart) if block.chart else ""
            return Markup(
                '<div class="wide" tabindex="0" role="region" aria-label="{}"><table{}>{}</table></div>'
            ).format(visible(block.title) or "·", chart, Markup("").join(_table(block, language, leads)))


def _table(table: Table, language: str, leads: Leads) -> Iterator[Markup]:
    columns = [*table.keys, *table.columns]
    if table.title:
        yield Markup("<caption>{}</caption>").format(visible(table.title))
    yield Markup("<thead>{}</thead>").format(Markup("").join(_head(columns)))
    count = len(columns[0].cells)
    named = _row_head(table)
    rows = (
        "".join(_cell(column, row, language, leads, head=column is named) for column in columns) for row in range(count)
    )
    opened = [f'<tr class="{tone}">' if tone else "<tr>" for tone in table.tones or [""] * count]
    yield Markup("<tbody>" + "\n".join(f"{tag}{row}</tr>" for tag, row in zip(opened, rows, strict=True)) + "</tbody>")


def _row_head(table: Table) -> Column | None:
    """The column that names the rows: of units or tickets, else the first of the keys."""
    named = [column for column in table.keys if column.kind in (Kind.UNIT, Kind.TICKET)]
    return next(iter((*named, *table.keys)), None)


def _head(columns: "list[Column]") -> Iterator[Markup]:
    two = any(column.over for column in columns)
    if not two:
        yield Markup("<tr>{}</tr>").format(Markup("").join(_heading(column, "") for column in columns))
        return
    upper: list[Markup] = []
    for over, same in groupby(columns, key=lambda one: one.over):
        group = [*same]
        if over:
            upper.append(Markup('<th scope="colgroup" colspan="{}">{}</th>').format(len(group), visible(over)))
        else:
            upper += [_heading(column, Markup(' rowspan="2"')) for column in group]
    yield Markup("<tr>{}</tr>").format(Markup("").join(upper))
    yield Markup("<tr>{}</tr>").format(Markup("").join(_heading(column, "") for column in columns if column.over))


def _heading(column: Column, span: str) -> Markup:
    lines = Markup("<br>").join(visible(line) for line in column.heading.split("\n"))
    place = Markup(' class="r"') if column.kind in RIGHT else ""
    return Markup('<th scope="col"{}{}>{}</th>').format(place, span, lines)


def _cell(column: Column, row: int, language: str, leads: Leads, *, head: bool) -> str:
    cell = column.cells[row]
    text = visible(cell_text(column, cell, language))
    value = cell.value if isinstance(cell, Marked) else cell
    kinds = [
        _shade(column, value),
        "r" if column.kind in RIGHT else "t" if column.kind is Kind.TEXT and len(text) > 12 else "n",
    ]
    place = leads(column.kind, str(value)) if isinstance(value, str | int) else None
    shown = str(escape(text))  # of thousands of cells: escaped once, and put together as text
    if place is not None:
        shown = f'<a href="{escape(place)}">{shown}</a>'
    told = " ".join(filter(None, kinds))
    begun = '<th scope="row"' if head else "<td"
    return f'{begun} class="{told}">{shown}</{"th" if head else "td"}>'


def _shade(column: Column, value: object) -> str:
    """How much of what could be had is missing, in four steps; nothing where nothing is."""
    if column.full is None or not isinstance(value, Fraction) or value >= column.full:
        return ""
    part = (column.full - value) / column.full
    return f"s{min(SHADES, 1 + int(part * SHADES))}"
