"""A chart on a page: drawn as every paper draws it, its numbers in a table beside it, from which the browser draws one that answers."""

from fractions import Fraction

from markupsafe import Markup

from kaoping.language.language import Language
from kaoping.papers.drawings import chart_svg
from kaoping.papers.html import Leads, block_html
from kaoping.reports.page import Cell, Chart, Column, Kind, Marked, Series, Table

BY_UNIT = "bars"
MONTHS = 2


def chart_html(chart: Chart, language: str, leads: Leads) -> Markup:
    """The figure: without scripts and on paper the drawing, with scripts one from the table (assets/charts.js)."""
    say = Language(language).say
    names = Column(
        say("unit") if chart.kind == BY_UNIT else say("month"),
        chart.labels,
        Kind.UNIT if chart.kind == BY_UNIT else Kind.TEXT,
    )
    table = Table(chart.title, [names], [Column(one.name, one.values, Kind.NUMBER) for one in chart.series])
    return Markup(
        '<figure class="chart" data-chart="{}" data-full="{}"><figcaption>{}</figcaption>{}<div class="live" hidden></div>'
        "<details><summary>{}</summary>{}</details></figure>"
    ).format(
        chart.kind, "" if chart.full is None else int(chart.full), chart.title, chart_svg(chart), say("the numbers"),
        block_html(table, language, leads),
    )  # fmt: skip


def months_html(table: Table, language: str, leads: Leads) -> Markup:
    """A table of months with its numbers drawn above it as lines, where there are two months to draw between; `data-columns` says which
    of its columns they are."""
    shown = [
        (at, one)
        for at, one in enumerate(table.columns, len(table.keys))
        if one.kind is Kind.NUMBER and any(cell is not None for cell in one.cells)
    ]
    drawn = block_html(table, language, leads)
    if not shown or len(table.keys[0].cells) < MONTHS:
        return drawn
    series = [Series(one.heading, [_value(cell) for cell in one.cells]) for _, one in shown]
    chart = Chart(title=table.title, kind="lines", labels=[str(cell) for cell in table.keys[0].cells], series=series)
    return Markup(
        '<figure class="chart" data-chart="lines" data-full="" data-columns="{}"><figcaption>{}</figcaption>{}'
        '<div class="live" hidden></div>{}</figure>'
    ).format(" ".join(str(at) for at, _ in shown), chart.title, chart_svg(chart), drawn)


def _value(cell: Cell) -> Fraction | None:
    value = cell.value if isinstance(cell, Marked) else cell
    return value if isinstance(value, Fraction) else None
