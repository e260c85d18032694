"""The command that shows it all on a simulated month."""

from pathlib import Path
from typing import Annotated

import typer

from kaoping.commands.asked import LanguageOption, desk_of
from kaoping.demo.story import run_demo


def demo(
    folder: Annotated[Path, typer.Option("--folder", help="where the files go")] = Path(".demo"),
    seed: Annotated[int, typer.Option("--seed", help="the random seed")] = 2023,
    lang: LanguageOption = None,
) -> None:
    """Demonstrate: simulate a county's month, import it, rank it, explain its costliest ticket."""
    run_demo(desk_of(folder / "kaoping.db", lang, as_json=False), folder, seed)
