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
        found = re.fullmatch(rf"(.*<!-- {part} -->\n).*(<!-- /{part} -->.*)", path.read_text("utf-8"), re.DOTALL)
        assert found, f"{path} has no part {part}"
        path.write_text(f"{found[1]}\n{texts[language]}\n\n{found[2]}", "utf-8")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown: figures to the right, all else and the first column to the left."""
    sides = ["---:" if any(cell[:1].isdigit() for cell in column) else "---" for column in zip(*rows, strict=True)]
    lines = [head, ["---", *sides[1:]], *rows]
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
    # the width of a letter that no font here has is guessed; whoever shows the chart draws it
    warnings.filterwarnings("ignore", "Glyph", UserWarning)
    figure.savefig(CHARTS[language], format="svg", metadata={"Date": None})
