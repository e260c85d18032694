"""The command that shows it all on a simulated month."""

from pathlib import Path
from typing import Annotated

import attrs
import typer

from kaoping.commands.asked import Asked, asks
from kaoping.demo.story import run_demo


@asks("lang")
def demo(
    asked: Asked,
    folder: Annotated[Path, typer.Option("--folder", help="where the files go")] = Path(".demo"),
    seed: Annotated[int, typer.Option("--seed", help="the random seed")] = 2023,
) -> None:
    """Demonstrate: simulate a county's month, import it, rank it, explain its costliest ticket."""
    run_demo(attrs.evolve(asked, ledger=folder / "kaoping.db").session(), folder, seed)
