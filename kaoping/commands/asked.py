"""The options all commands share, and what they make: a session."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any

import attrs
import typer

from kaoping.language.language import Language
from kaoping.language.periods import UnclearPeriod, period_written
from kaoping.office.session import Session, WrongArgument, read_day, refuse_hidden
from kaoping.papers.terminal import counted, spinner
from ledger.sentences import sentence
from ledger.texts import masked, visible

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
UntoldOption = Annotated[
    str | None,
    typer.Option("--untold", help="what no source tells: full (the item in full, marked) or breach (as if not done)"),
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", envvar="KAOPING_BY", help="who writes this, kept with the batch: a name or an office"),
]
XlsxOption = Annotated[bool, typer.Option("--xlsx", help="the printed table as a workbook")]
DocxOption = Annotated[bool, typer.Option("--docx", help="the bulletin as a document")]
HtmlOption = Annotated[bool, typer.Option("--html", help="all of it as one web file")]
PdfOption = Annotated[bool, typer.Option("--pdf", help="workbook and bulletin as PDF, by LibreOffice")]
TextOption = Annotated[bool, typer.Option("--text", help="messages of at most 70 characters to paste, one a unit")]
BriefOption = Annotated[bool, typer.Option("--brief", help="without what other readings would make of it")]
GANXIAN = "ganxian-2023"
PERIODS = ("period", "month", "year")
"""The arguments of commands that are periods: each is read as people write them, before the command sees it."""


@attrs.frozen(kw_only=True)
class Asked:
    """What the shared options of one command said; those it does not have are as if they had not been given."""

    as_of: str | None = None
    provisional: bool = False
    rulebook: str = GANXIAN
    calendar: Path | None = None
    known_on: str | None = None
    reading: Sequence[str] | None = None
    ledger: Path | None = None
    untold: str | None = None
    by: str | None = None
    lang: str | None = None
    as_json: bool = False
    as_xlsx: bool = False
    as_docx: bool = False
    as_html: bool = False
    as_pdf: bool = False
    as_text: bool = False

    def session(self) -> Session:
        """The surroundings of the command. Raises WrongArgument."""
        code = self.lang or "zh"
        if code not in ("zh", "en"):
            raise WrongArgument(sentence("there is no language {code}.", code=code), "Use zh or en.")
        return Session(
            path=self.ledger or Path("kaoping.db"), rulebook=self.rulebook, calendar_folder=self.calendar,
            readings=read_readings(self.reading or ()), known_on=None if self.known_on is None else read_day(self.known_on),
            untold=self.untold or "", by=read_name(self.by), language=Language(code), progress=spinner, counter=counted,
        )  # fmt: skip


OPTIONS: Mapping[str, Any] = {
    "as_of": AsOfOption, "provisional": ProvisionalOption, "rulebook": RulebookOption, "calendar": CalendarOption,
    "known_on": KnownOnOption, "reading": ReadingOption, "ledger": LedgerOption, "lang": LanguageOption, "as_json": JsonOption,
    "untold": UntoldOption, "by": ByOption,
    "as_xlsx": XlsxOption, "as_docx": DocxOption, "as_html": HtmlOption, "as_pdf": PdfOption,
    "as_text": TextOption,
}  # fmt: skip


def asks(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command these shared options, after its own: it is called with an `Asked` first."""

    def give(function: Callable[..., None]) -> Callable[..., None]:
        own = [one for one in signature(function).parameters.values() if one.name != "asked"]
        fields = attrs.fields_dict(Asked)
        shared = [
            Parameter(name, Parameter.KEYWORD_ONLY, default=fields[name].default, annotation=OPTIONS[name])
            for name in names
        ]
        whole = [*(one.replace(kind=Parameter.KEYWORD_ONLY) for one in own), *shared]

        @wraps(function)
        def command(**given: Any) -> None:
            _refuse_odd_bytes(given)
            given |= {name: read_written(given[name]) for name in PERIODS if isinstance(given.get(name), str)}
            function(Asked(**{name: given.pop(name) for name in names}), **given)

        command.__signature__ = Signature(whole)  # type: ignore[attr-defined]
        command.__annotations__ = {one.name: one.annotation for one in whole}
        return command

    return give


def _refuse_odd_bytes(given: Mapping[str, Any]) -> None:
    """Raises WrongArgument for a word of the command line that is no text; the names of files may be anything."""
    for value in given.values():
        for word in value if isinstance(value, list | tuple) else [value]:
            if isinstance(word, str) and any("\ud800" <= letter <= "\udfff" for letter in word):
                raise WrongArgument(
                    sentence("{text} holds bytes that are no text.", text=visible(word)), "Write it in UTF-8."
                )


def read_written(text: str) -> str:
    """A period as people write it, as it is kept; what is none stays, to be refused by who asks. Raises WrongArgument."""
    try:
        return period_written(text)
    except UnclearPeriod as unclear:
        raise WrongArgument(unclear.why, unclear.remedy) from unclear


def read_name(text: str | None) -> str | None:
    """Who writes, with telephone and identity numbers masked; nobody is named by an empty name. Raises WrongArgument."""
    refuse_hidden("by", text or "")
    return masked(text.strip()) or None if text else None


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
