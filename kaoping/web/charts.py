"""A chart on a page: drawn as every paper draws it, its numbers in a table beside it, from which the browser draws one that answers."""

from markupsafe import Markup

from kaoping.language.language import Language
from kaoping.papers.drawings import chart_svg
from kaoping.papers.html import Leads, block_html
from kaoping.reports.page import Chart, Column, Kind, Table

BY_UNIT, BY_TIME = "bars", "lines"


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
