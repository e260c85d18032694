"""The command line: finds a command in its file, runs it, and ends with its exit code."""

import os
import sys
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Annotated

import typer

from kaoping import __version__
from kaoping.language import Tongue
from ledger.problems import Told, words

COMMANDS: Mapping[str, str] = {
    "import": "logs", "metrics": "scores", "score": "scores", "why": "rules", "audit": "tickets", "annual": "rules",
    "rules": "rules", "publish": "history", "recompute": "history", "diff": "history", "readings": "trials",
    "whatif": "trials", "record": "clerk", "exempt": "clerk", "void": "clerk", "appeal": "appeals", "ruling": "appeals",
    "appeals": "appeals", "export": "logs", "verify": "proof", "prove": "proof", "check-proof": "proof", "demo": "demo",
}  # fmt: skip
"""Each command, and the file kaoping/commands_of_*.py it stands in: only that one is loaded."""


def app_of(names: Iterable[str]) -> typer.Typer:
    """The command line with these commands."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
        help="考评：政务热线工单台账。导入工单日志，按考评细则给承办单位打分，并说清每一分为什么扣。",
    )  # fmt: skip
    app.callback(invoke_without_command=True)(top)
    for name in names:
        module = import_module(f"kaoping.commands_of_{COMMANDS[name]}")
        function = name.replace("-", "_")
        app.command(name)(getattr(module, "import_" if name == "import" else function))
    return app


def top(version: Annotated[bool, typer.Option("--version", help="版本")] = False) -> None:
    """考评：政务热线工单台账。"""
    if version:
        sys.stdout.write(f"kaoping {__version__}\n")
        raise typer.Exit


def main() -> None:
    """Run the command line: exit 0 done, 1 the data is at fault, 2 the command line is, 3 the ledger is damaged."""
    try:
        _run()
    except Told as error:
        sys.stderr.write(_sentence(Tongue(_asked_language()), error) + "\n")
        sys.exit(error.code)
    except BrokenPipeError:  # whoever read us has read enough
        _drop_output()
        sys.exit(1)
    except OSError as error:
        why = words("the output cannot be written: {why}", why=error.strerror)
        if error.filename is not None:
            why = words("{path} cannot be used: {message}", path=error.filename, message=error.strerror)
        else:
            _drop_output()
        sys.stderr.write(Tongue(_asked_language()).tell(why) + "\n")
        sys.exit(1)


def _run() -> None:
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        app_of([asked] if asked in COMMANDS else COMMANDS)()
    finally:
        sys.stdout.flush()


def _drop_output() -> None:
    """What is still to be written cannot be: let Python not try again as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _asked_language() -> str:
    """The language the command line or the environment asks for, even where the command line could not be read."""
    asked = "zh" if os.environ.get("KAOPING_LANG") != "en" else "en"
    for one, two in zip(sys.argv, [*sys.argv[1:], ""], strict=True):
        for code in ("zh", "en"):
            if one == f"--lang={code}" or (one, two) == ("--lang", code):
                asked = code
    return asked


def _sentence(tongue: Tongue, error: Told) -> str:
    remedy = tongue.tell(error.remedy)
    return tongue.tell(error.why) + (f"\n{tongue.say('To fix: {remedy}', remedy=remedy)}" if remedy else "")
