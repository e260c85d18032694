"""The command line: finds a command in its file, runs it, and ends with its exit code."""

import ast
import codecs
import errno
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from kaoping import __version__
from kaoping.language.language import Language
from kaoping.usage import Command, Group, UsageError, spoken, usage_text
from ledger.sentences import Sentence, UserError, sentence
from ledger.texts import visible

COMMANDS: Mapping[str, str] = {
    "import": "logs", "batches": "kept", "aside": "kept", "quality": "kept",
    "profile new": "intake.profiles", "profile check": "intake.profiles", "template": "intake.templates",
    "metrics": "scores", "score": "scores", "why": "rules", "audit": "tickets", "annual": "rules",
    "mirror": "scores", "rules": "rules", "publish": "history", "recompute": "history", "diff": "history", "readings": "trials",
    "whatif": "trials", "record": "entries", "exempt": "entries", "void": "entries", "alias": "entries",
    "appeal": "appeals", "ruling": "appeals",
    "appeals": "appeals", "export": "logs", "verify": "proof", "prove": "proof", "check-proof": "proof", "demo": "demo",
    "report": "period.report", "due": "period.due", "desk": "desk.alone", "serve": "desk.shared",
    "account add": "desk.accounts", "account list": "desk.accounts", "account disable": "desk.accounts", "account enable": "desk.accounts",
    "account password": "desk.accounts", "account unit": "desk.accounts", "account log": "desk.accounts",
    "backup": "upkeep.files", "restore": "upkeep.files", "doctor": "upkeep.doctor",
}  # fmt: skip
"""Each command, and the file kaoping/commands/*.py it stands in: only that one is loaded."""
GROUPS: Mapping[str, str] = {
    "profile": "Describe how an export is read, in a profile.", "account": "Say who may work at a desk that several share.",
}  # fmt: skip
"""The first word of commands of two words, with its help."""


MAY_NOT = (
    sentence("you may not read or write there"),
    sentence("Name another place, or ask whoever may change its permissions."),
)
SYSTEM: Mapping[int, tuple[Sentence, Sentence]] = {
    errno.EACCES: MAY_NOT, errno.EPERM: MAY_NOT,
    errno.EROFS: (sentence("it may only be read"), sentence("Name another place.")),
    errno.ENOSPC: (sentence("the disk is full"), sentence("Free some space and do it again.")),
    errno.ENOENT: (sentence("it is not there"), sentence("Check the name and the folder.")),
    errno.EISDIR: (sentence("it is a folder"), sentence("Name a file.")),
    errno.ENOTDIR: (sentence("a part of the path is a file"), sentence("Check the path.")),
}  # fmt: skip
"""What the system says of a file, in our words, with the remedy; what else it says is told as it is."""
INTERRUPTED = 130  # as shells have it: 128 and the signal's number
GOODBYE = "Interrupted. What was being written was undone; the ledger is as it was before."


def command_of(names: Iterable[str], language: Language, listed: Iterable[str] = ()) -> Any:
    """The command line with these commands, its help in the reader's language; `listed`: commands that are only named in it."""
    app = typer.Typer(
        cls=Group, pretty_exceptions_enable=False, rich_markup_mode=None,
        help="Kaoping: a ledger of government-hotline tickets, which scores units by the assessment rules and explains every point.",
    )  # fmt: skip
    app.callback(invoke_without_command=True)(top)
    running, shown = {*names}, {*listed}
    groups: dict[str, typer.Typer] = {}
    for name in COMMANDS:
        first, _, second = name.rpartition(" ")
        if first and first not in groups and {name} & (running | shown):
            groups[first] = typer.Typer(cls=Group, rich_markup_mode=None, help=GROUPS[first])
            groups[first].callback(invoke_without_command=True)(within)
            app.add_typer(groups[first], name=first)
        home = groups.get(first, app)
        if name in running:
            module = import_module(f"kaoping.commands.{COMMANDS[name]}")
            home.command(second, cls=Command)(getattr(module, _function(name)))
        elif name in shown:
            home.command(second, cls=Command, help=_told(name))(lambda: None)
    built = typer.main.get_command(app)
    order = dict.fromkeys(name.split()[0] for name in COMMANDS)
    built.commands = {name: built.commands[name] for name in order if name in built.commands}  # type: ignore[attr-defined]
    return spoken(built, language)


def _function(name: str) -> str:
    return "import_" if name == "import" else name.replace("-", "_").replace(" ", "_")


def _told(name: str) -> str:
    """What a command says of itself, read without loading all that it needs."""
    source = Path(__file__).with_name("commands") / f"{COMMANDS[name].replace('.', '/')}.py"
    for part in ast.parse(source.read_text("utf-8")).body:
        if isinstance(part, ast.FunctionDef) and part.name == _function(name):
            return ast.get_docstring(part) or ""
    raise AssertionError(f"kaoping/commands/{COMMANDS[name]}.py has no {name}")


def top(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="show the version")] = False
) -> None:
    """The version; or, where no command is named, the help."""
    if version:
        sys.stdout.write(f"kaoping {__version__}\n")
    elif context.invoked_subcommand is None:
        sys.stderr.write(context.get_help() + "\n")
        raise typer.Exit(2)


def within(context: typer.Context) -> None:
    """Where no command of a group is named, its help."""
    if context.invoked_subcommand is None:
        sys.stderr.write(context.get_help() + "\n")
        raise typer.Exit(2)


def main() -> None:
    """Run the command line: exit 0 done, 1 the data is at fault, 2 the command line is, 3 the ledger is damaged."""
    codecs.register_error("kaoping", escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="kaoping")
    code = 0
    try:
        code = _outcome(Language(_asked_language()))
        sys.stderr.flush()
    except BrokenPipeError:  # whoever read us has read enough: the data is not at fault
        _drop_output()
    sys.exit(code)


def escaped(error: UnicodeError) -> tuple[str, int]:
    """For characters that an output's encoding does not have: their escapes as JSON writes them."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    halves = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{halves[place : place + 4]}" for place in range(0, len(halves), 4)), error.end


def _outcome(language: Language) -> int:
    """The exit code of the command, once what is wrong is told. Raises BrokenPipeError."""
    try:
        code = _run(language)
        if code == INTERRUPTED:  # the library makes this of Ctrl-C, and says nothing
            sys.stderr.write("\n" + language.say(GOODBYE) + "\n")
        return code
    except UsageError as error:
        sys.stderr.write(visible(usage_text(language, error)))
        return 2
    except UserError as error:
        sys.stderr.write(visible(_sentence(language, error)) + "\n")
        return error.code
    except BrokenPipeError:
        raise
    except OSError as error:
        message, remedy = SYSTEM.get(error.errno or 0, (error.strerror, ""))
        why = sentence("the output cannot be written: {why}", why=message)
        if error.filename is not None:
            why = sentence("{path} cannot be used: {message}", path=error.filename, message=message)
        else:
            _drop_output()
        sys.stderr.write(visible(_sentence(language, UserError(why, remedy))) + "\n")
        return 1


def _run(language: Language) -> int:
    try:
        called = _names()
        return command_of(called, language, () if called else COMMANDS)(prog_name="kaoping", standalone_mode=False) or 0
    except KeyboardInterrupt:  # before the library saw to it
        return INTERRUPTED
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # the libraries end by themselves, with code 1
            raise ended.__context__ from None
        raise
    finally:
        sys.stdout.flush()


def _names() -> Sequence[str]:
    """The commands called; for completion, those that begin with what was typed."""
    if "_KAOPING_COMPLETE" not in os.environ:
        return [name for name in COMMANDS if name.split()[0] in sys.argv[1:]]
    line = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS", "")
    typed = [*line.split()[1:2], ""][0]
    return [name for name in COMMANDS if name.startswith(typed)]


def _drop_output() -> None:
    """What is still to be written cannot be: let Python not try again as it ends."""
    for stream in (sys.stdout, sys.stderr):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _asked_language() -> str:
    """The language the command line or the environment asks for, even where the command line could not be read."""
    asked = "zh" if os.environ.get("KAOPING_LANG") != "en" else "en"
    for one, two in zip(sys.argv, [*sys.argv[1:], ""], strict=True):
        for code in ("zh", "en"):
            if one == f"--lang={code}" or (one, two) == ("--lang", code):
                asked = code
    return asked


def _sentence(language: Language, error: UserError) -> str:
    remedy = language.tell(error.remedy)
    return language.tell(error.why) + (f"\n{language.say('To fix: {remedy}', remedy=remedy)}" if remedy else "")
