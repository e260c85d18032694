"""The options all commands share, and what they make: a desk."""

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from kaoping.desk import Desk, WrongArgument
from kaoping.language import Tongue
from ledger.problems import words

LedgerOption = Annotated[
    Path | None, typer.Option("--ledger", envvar="KAOPING_LEDGER", help="台账文件，默认 kaoping.db")
]
RulebookOption = Annotated[str, typer.Option("--rulebook", help="考评细则：名称或 .toml 文件")]
LanguageOption = Annotated[str | None, typer.Option("--lang", envvar="KAOPING_LANG", help="语言 zh 或 en")]
JsonOption = Annotated[bool, typer.Option("--json", help="只输出一个 JSON 文档")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="按当时所知：时间，或台账位置")]
CalendarOption = Annotated[
    Path | None,
    typer.Option("--calendar", envvar="KAOPING_CALENDAR", help="本单位的日历文件夹：办公时间、通知、停工"),
]
KnownOnOption = Annotated[
    str | None, typer.Option("--known-on", help="日历按这一天所知（后来的通知不算），如 2020-01-20")
]
ProvisionalOption = Annotated[bool, typer.Option("--provisional", help="节假日通知尚未公布的日子也照算")]
ReadingOption = Annotated[list[str] | None, typer.Option("--reading", help="换一种读法：读法=取法，可写几次")]
GANXIAN = "ganxian-2023"


def desk_of(
    ledger: Path | None,
    lang: str | None,
    as_json: bool,
    rulebook: str = GANXIAN,
    calendar: Path | None = None,
    readings: Sequence[str] | None = None,
    known_on: str | None = None,
) -> Desk:
    """The surroundings of one command."""
    code = lang or os.environ.get("KAOPING_LANG") or "zh"
    if code not in ("zh", "en"):
        raise WrongArgument(words("there is no language {code}.", code=code), "Use zh or en.")
    path = ledger or Path("kaoping.db")
    return Desk(
        path=path, rulebook=rulebook, calendar_folder=calendar, readings=read_readings(readings or ()),
        known_on=None if known_on is None else read_day(known_on), tongue=Tongue(code), json=as_json,
    )  # fmt: skip


def read_readings(pairs: Sequence[str]) -> dict[str, str]:
    """Readings written NAME=OPTION. Raises WrongArgument."""
    taken: dict[str, str] = {}
    for pair in pairs:
        name, mark, option = pair.partition("=")
        if not mark or not name or not option or name in taken:
            raise WrongArgument(
                words("{pair} is no reading.", pair=pair), "Write it like half_day=half_blocks, each once."
            )
        taken[name] = option
    return taken


def read_day(text: str) -> date:
    """A date like 2020-01-20. Raises WrongArgument."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongArgument(words("{text} is no date.", text=text), "Write it like 2020-01-20.") from error
