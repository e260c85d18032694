"""The command that shows it all on a simulated month."""

from pathlib import Path
from typing import Annotated

import typer

from kaoping.demo import run_demo
from kaoping.options import LanguageOption, desk_of


def demo(
    folder: Annotated[Path, typer.Option("--folder", help="演示文件放在哪里")] = Path(".demo"),
    seed: Annotated[int, typer.Option("--seed", help="随机种子")] = 2023,
    lang: LanguageOption = None,
) -> None:
    """演示：模拟一个县一个月的工单，导入、排名、讲清扣分最多的一张。"""
    run_demo(desk_of(folder / "kaoping.db", lang, as_json=False), folder, seed)
