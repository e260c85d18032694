"""Charts and ticket lives as SVG: lines and shapes with their texts, no script, and a title that is read aloud."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from markupsafe import Markup, escape
from rich.cells import cell_len

from calendars.instants import DAY_MS, ZONE_MS
from kaoping.language.moments import moment
from kaoping.language.numbers import rounded
from kaoping.reports.page import Chart, Lifeline
from ledger.texts import visible

WIDTH = 720
ROW = 20  # of a bar
COLOURS = ("#2f5d8a", "#b5542b", "#4f7a3a", "#7a4f8a", "#8a7a2f", "#3a7a78", "#8a2f4f", "#555555")
DASHES = ("", "6 3", "2 3", "8 3 2 3")


def chart_svg(chart: Chart) -> Markup:
    """The chart, as wide as there is room."""
    return _bars(chart) if chart.kind == "bars" else _trend(chart)


def _svg(height: float, title: str, parts: Iterator[Markup], kind: str = "chart", top: int = 0) -> Markup:
    head = Markup('<svg class="{}" viewBox="0 {} {} {}" role="img"><title>{}</title>').format(
        kind, top, WIDTH, _number(height - top), visible(title)
    )
    return head + Markup("").join(parts) + Markup("</svg>")


def _number(value: float) -> str:
    return f"{value:.0f}"


def _text(x: float, y: float, text: str, anchor: str = "start", kind: str = "") -> Markup:
    told = "" if anchor == "start" else f' text-anchor="{anchor}"'
    told += f' class="{kind}"' if kind else ""
    return Markup(f'<text x="{_number(x)}" y="{_number(y)}"{told}>{escape(visible(text))}</text>')  # thousands of them


def _bars(chart: Chart) -> Markup:
    values = chart.series[0].values
    known = [value for value in values if value is not None]
    full: Fraction = max([chart.full or Fraction(0), *known, Fraction(1)])
    left = min(max((cell_len(label) for label in chart.labels), default=0) * 7 + 12, 240)
    room = WIDTH - left - 60

    def parts() -> Iterator[Markup]:
        for number, (label, value) in enumerate(zip(chart.labels, values, strict=True)):
            top = number * ROW + 4
            yield _text(left - 6, top + 13, label, "end")
            if value is not None:
                wide = float(max(value, Fraction(0)) / full) * room
                yield Markup('<rect class="bar" x="{}" y="{}" width="{}" height="14"/>').format(
                    left, top, _number(wide)
                )
                yield _text(left + wide + 5, top + 13, rounded(value, 2))

    return _svg(len(values) * ROW + 8, chart.title, parts())


def _trend(chart: Chart) -> Markup:
    known = [value for series in chart.series for value in series.values if value is not None]
    high: Fraction = max([chart.full or Fraction(0), *known])
    low: Fraction = min([*(Fraction(value // 10 * 10) for value in known), high - 10])
    left, top, room, tall = 46, 14, WIDTH - 70, 220

    def place(number: int, value: Fraction) -> tuple[float, float]:
        step = room / max(len(chart.labels) - 1, 1)
        return left + number * step, top + tall - float((value - low) / (high - low)) * tall

    def parts() -> Iterator[Markup]:
        for mark in range(5):
            value = low + (high - low) * mark / 4
            _, y = place(0, value)
            yield Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
                left, left + room, _number(y), _number(y)
            )
            yield _text(left - 6, y + 4, rounded(value, 0), "end")
        for number, label in enumerate(chart.labels):
            if len(chart.labels) < 8 or number % 2 == 0:
                yield _text(place(number, low)[0], top + tall + 18, label, "middle")
        for number, series in enumerate(chart.series):
            yield from _curve(number, [place(at, value) for at, value in enumerate(series.values) if value is not None])
            y = top + tall + 40 + number * 18
            style = Markup('stroke="{}" stroke-dasharray="{}"').format(*_pen(number))
            yield Markup('<line {} stroke-width="2" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
                style, left, left + 30, y, y
            )
            yield _text(left + 36, y + 4, series.name)

    return _svg(top + tall + 40 + len(chart.series) * 18, chart.title, parts())


def _pen(number: int) -> tuple[str, str]:
    return COLOURS[number % len(COLOURS)], DASHES[number // 2 % len(DASHES)]


def _curve(number: int, points: Sequence[tuple[float, float]]) -> Iterator[Markup]:
    colour, dash = _pen(number)
    drawn = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
    yield Markup('<polyline fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}" points="{}"/>').format(
        colour, dash, drawn
    )
    for x, y in points:
        yield Markup('<circle fill="{}" r="2.5" cx="{}" cy="{}"/>').format(colour, _number(x), _number(y))


def life_svg(life: Lifeline, language: str) -> Markup:
    """The life: office hours shaded, acts under the line, deadlines over it; each day begins with a stroke and its date."""
    instants = [at for at, _ in (*life.acts, *life.dues)]
    first, last = min(instants), max(instants)
    pad = max((last - first) // 20, 3_600_000)
    start, end = first - pad, last + pad
    rows = 3

    def place(at: int) -> float:
        return (min(max(at, start), end) - start) / (end - start) * WIDTH

    def parts() -> Iterator[Markup]:
        shade = "".join(
            f"M{_number(place(begin))} 62h{_number(place(stop) - place(begin))}v22h{_number(place(begin) - place(stop))}z"
            for begin, stop in life.open_hours
            if stop > start and begin < end
        )
        yield Markup('<path class="open" d="{}"/><path class="line" d="M0 73H{}"/>').format(shade, WIDTH)
        yield from _days(start, end, place, language)
        for number, (at, what) in enumerate(life.dues):
            x, y = place(at), 44 - number % rows * 15
            yield Markup('<path class="due" d="M{0} 73l-4 -9h8z"/>').format(_number(x))
            yield _text(x, y, f"▼{what}", _anchor(x), "due")
        for number, (at, what) in enumerate(life.acts):
            x, y = place(at), 104 + number % rows * 15
            yield Markup('<circle class="act" r="4" cx="{}" cy="73"/>').format(_number(x))
            yield _text(x, y, what, _anchor(x))

    return _svg(104 + min(rows, len(life.acts)) * 15, life.title, parts(), "life", 0 if life.dues else 40)


def _days(start: int, end: int, place: Callable[[int], float], language: str) -> Iterator[Markup]:
    """A stroke where each day begins, and dates at some of them."""
    first, last = (start + ZONE_MS) // DAY_MS + 1, (end + ZONE_MS) // DAY_MS
    days = [(day, place(day * DAY_MS - ZONE_MS)) for day in range(first, last + 1)]
    every = len(days) // 9 + 1
    yield Markup('<path class="grid" d="{}"/>').format("".join(f"M{_number(x)} 56V90" for _, x in days))
    for day, x in days:
        if day % every == 0 and x < WIDTH - 30:
            shown = next(part for part in moment(day * DAY_MS - ZONE_MS, language).split() if part[0].isdigit())
            yield _text(x + 2, 58, shown[5:10], kind="day")


def _anchor(x: float) -> str:
    return "start" if x < 60 else "end" if x > WIDTH - 60 else "middle"
