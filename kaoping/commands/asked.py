"""The options all commands share, and what they make: a desk."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from kaoping.language.language import Language
from kaoping.office.session import Session, WrongArgument
from ledger.sentences import sentence

LedgerOption = Annotated[
    Path | None, typer.Option("--ledger", envvar="KAOPING_LEDGER", help="the ledger file, kaoping.db unless named")
]
RulebookOption = Annotated[str, typer.Option("--rulebook", help="the rulebook: its name, or a .toml file")]
LanguageOption = Annotated[str | None, typer.Option("--lang", envvar="KAOPING_LANG", help="the language, zh or en")]
JsonOption = Annotated[bool, typer.Option("--json", help="give one JSON document and nothing else")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="as known then: a time, or a position in the ledger")]
CalendarOption = Annotated[
    Path | None,
    typer.Option(
        "--calendar", envvar="KAOPING_CALENDAR", help="folder of the office's own calendar: hours, notices, closures"
    ),
]
KnownOnOption = Annotated[
    str | None,
    typer.Option("--known-on", help="the calendar as known that day, later notices left out, such as 2020-01-20"),
]
ProvisionalOption = Annotated[bool, typer.Option("--provisional", help="score days past the last official notice too")]
ReadingOption = Annotated[
    list[str] | None, typer.Option("--reading", help="another reading: READING=OPTION, may be given several times")
]
GANXIAN = "ganxian-2023"


def desk_of(
    ledger: Path | None,
    lang: str | None,
    as_json: bool,
    rulebook: str = GANXIAN,
    calendar: Path | None = None,
    readings: Sequence[str] | None = None,
    known_on: str | None = None,
) -> Session:
    """The surroundings of one command."""
    code = lang or "zh"
    if code not in ("zh", "en"):
        raise WrongArgument(sentence("there is no language {code}.", code=code), "Use zh or en.")
    path = ledger or Path("kaoping.db")
    return Session(
        path=path, rulebook=rulebook, calendar_folder=calendar, readings=read_readings(readings or ()),
        known_on=None if known_on is None else read_day(known_on), language=Language(code), json=as_json,
    )  # fmt: skip


def read_readings(pairs: Sequence[str]) -> dict[str, str]:
    """Readings written NAME=OPTION. Raises WrongArgument."""
    taken: dict[str, str] = {}
    for pair in pairs:
        name, mark, option = pair.partition("=")
        if not mark or not name or not option or name in taken:
            raise WrongArgument(
                sentence("{pair} is no reading.", pair=pair), "Write it like half_day=half_blocks, each once."
            )
        taken[name] = option
    return taken


def read_day(text: str) -> date:
    """A date like 2020-01-20. Raises WrongArgument."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongArgument(sentence("{text} is no date.", text=text), "Write it like 2020-01-20.") from error
