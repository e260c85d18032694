"""Help, and what is wrong with a command line, in the reader's language: the library for command lines says both in English."""

import re
from functools import cache
from string import Formatter
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from kaoping.language.language import Language
from ledger.sentences import sentence

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""What the library raises for every command line that it refuses; it has no public name for it."""

LIBRARY = (
    sentence("Show this message and exit."),
    sentence("Install completion for the current shell."),
    sentence("Show completion for the current shell, to copy it or customize the installation."),
    sentence("Install completion for the specified shell."),
    sentence("Show completion for the specified shell, to copy it or customize the installation."),
    sentence("env var: {name}"),
    sentence("default: {value}"),
    sentence("required"),
    sentence("No such command {name}. Did you mean {known}?"),
    sentence("No such command {name}."),
    sentence("No such option: {name} (Possible options: {known})"),
    sentence("No such option: {name} Did you mean {known}?"),
    sentence("No such option: {name}"),
    sentence("Missing argument {name}."),
    sentence("Missing option {name}."),
    sentence("Option {name} requires an argument."),
    sentence("Option {name} does not take a value."),
    sentence("Got unexpected extra argument(s) ({extra})"),
    sentence("Got unexpected extra argument ({extra})"),
    sentence("Got unexpected extra arguments ({extra})"),
    sentence("Invalid value for {name}: {why}"),
    sentence("Input should be a valid integer, unable to parse string as an integer"),
    sentence("{value} is not a valid integer."),
    sentence("{value} is not a valid int."),
    sentence("{value} is not in the range {range}."),
)
"""Every sentence of the library that a reader of ours can meet; the more particular stand first."""


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = Formatter().parse(template)
    return re.compile(
        "".join(re.escape(text) + (f"(?P<{name}>.+?)" if name else "") for text, name, _, _ in parts), re.S
    )


def retold(language: Language, text: str) -> str:
    """A sentence of the library in the reader's language; one that is not known stays as it is."""
    for one in LIBRARY if language.code != "en" else ():
        if found := _pattern(one.template).fullmatch(text):
            values = found.groupdict()
            return language.say(one.template, **values | {"why": retold(language, values.get("why", ""))})
    return text


def usage_text(language: Language, error: Any) -> str:
    """What is wrong with a command line, how it is used, and where help is."""
    lines = [language.say("Error: {why}", why=retold(language, error.format_message()))]
    if error.ctx is not None:
        name = error.ctx.command_path
        lines = [error.ctx.get_usage(), language.say("Try '{name} --help' for help.", name=name), "", *lines]
    return "\n".join(lines) + "\n"


def spoken(command: Any, language: Language) -> Any:
    """The command, all inside it and their options, with help in the reader's language."""
    command.language = language
    command.help = command.short_help = language.say(command.help)
    for one in command.params:
        one.help = retold(language, language.say(one.help))
    for inner in getattr(command, "commands", {}).values():
        spoken(inner, language)
    return command


def _usage(command: Any, ctx: Any, formatter: Any) -> None:
    pieces = map(command.language.say, command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=command.language.say("Usage: "))


def _options(command: Any, ctx: Any, formatter: Any) -> None:
    records = [(one.param_type_name, one.get_help_record(ctx)) for one in command.get_params(ctx)]
    for kind, title in (("argument", "Arguments"), ("option", "Options")):
        lines = [_record(command.language, *record) for one, record in records if one == kind and record]
        if lines:
            with formatter.section(command.language.say(title)):
                formatter.write_dl(lines)


def _record(language: Language, names: str, text: str) -> tuple[str, str]:
    """One line of help; what the library adds to it in [brackets] is retold piece by piece."""
    told, _, extra = text.removesuffix("]").rpartition("  [") if text.endswith("]") else (text, "", "")
    pieces = "; ".join(retold(language, one) for one in extra.split("; "))
    return names, retold(language, told) + (f"  [{pieces}]" if extra else "")


class Command(TyperCommand):
    """A command that speaks the reader's language in its help."""

    language = Language()

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Its usage line."""
        _usage(self, ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Its arguments and options."""
        _options(self, ctx, formatter)


class Group(TyperGroup):
    """All commands, likewise."""

    language = Language()

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Its usage line."""
        _usage(self, ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Its options, and the commands in it."""
        _options(self, ctx, formatter)
        with formatter.section(self.language.say("Commands")):
            formatter.write_dl([(name, one.short_help) for name, one in self.commands.items()])
