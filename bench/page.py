"""docs/performance.md and its Chinese sister: what a full run writes into them, between marks, and the chart beside them."""

import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {"en": DOCS / "performance.md", "zh": DOCS / "performance.zh-CN.md"}
CHARTS = {"en": DOCS / "pictures" / "growth.svg", "zh": DOCS / "pictures" / "growth.zh-CN.svg"}
Points = Mapping[str, Sequence[tuple[int, float]]]


def write(part: str, texts: Mapping[str, str]) -> None:
    """Put a part (its text by language) into both pages, in place of what stood there."""
    for language, path in PAGES.items():
        page = path.read_text("utf-8")
        marks = re.compile(rf"(<!-- {part} -->\n).*?(<!-- /{part} -->)", re.DOTALL)
        assert marks.search(page), f"{path} has no part {part}"
        path.write_text(marks.sub(lambda found, text=texts[language]: f"{found[1]}\n{text}\n\n{found[2]}", page), "utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown: the first column to the left, figures to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def draw(language: str, title: str, axes: tuple[str, str], points: Points) -> None:
    """A chart of lines, both axes in powers of ten."""
    import matplotlib  # type: ignore[import-not-found,unused-ignore]
    from matplotlib.figure import Figure  # type: ignore[import-not-found,unused-ignore]

    # letters stay letters: no font is needed to draw them, and the file is the same each time
    matplotlib.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "growth", "font.family": "sans-serif"}
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axis = figure.subplots()
    for name, line in points.items():
        axis.plot(*zip(*line, strict=True), marker="o", markersize=4, label=name)
    axis.set(xscale="log", yscale="log", title=title, xlabel=axes[0], ylabel=axes[1])
    axis.grid(visible=True, which="major", alpha=0.3)
    axis.legend(frameon=False, fontsize="small")
    warnings.filterwarnings("ignore", "Glyph", UserWarning)  # widths are guessed for letters that are drawn by whoever shows them
    figure.savefig(CHARTS[language], format="svg", metadata={"Date": None})
