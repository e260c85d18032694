"""A rulebook's TOML, read strictly: every mistake with its line and its remedy, all at once."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn

from ledger.sentences import Sentence, UserError, listed, sentence
from scoring.law.checks import EXACT, NUMBER, mistakes_of
from scoring.law.rulebook import Rulebook

TABLE = re.compile(r"\s*\[(\[)?([A-Za-z0-9_.]+)\]")
KEY = re.compile(r'\s*("?)([^"=\s]+)\1\s*=')
HIDDEN = ("text", "taken")  # of a Rulebook, but not in its TOML
NOT_OF_KIND: Mapping[type, str] = {
    str: "{value} is not text", int: "{value} is not a whole number", bool: "{value} is not true or false",
}  # fmt: skip


class UnreadableRulebook(UserError):
    """A rulebook that says something we cannot follow; `mistakes` are (line, sentence), line 0 for the whole file."""

    def __init__(self, name: str, mistakes: Iterable[tuple[int, Sentence]]) -> None:
        self.name, self.mistakes = name, tuple(mistakes)
        lines = [
            sentence("  {place}: {mistake}", place=f"{name}:{line}" if line else name, mistake=mistake)
            for line, mistake in self.mistakes
        ]
        super().__init__(sentence("the rulebook cannot be used:\n{mistakes}", mistakes=listed(lines)))


def read_rulebook(text: str, name: str, taken: Mapping[str, str] | None = None) -> Rulebook:
    """The rulebook in a TOML text, some readings `taken` otherwise. Raises UnreadableRulebook with every mistake."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableRulebook(name, [(0, sentence("is no TOML: {error}", error=error))]) from error
    lines = lines_of(text)
    try:
        book = attrs.evolve(_converter().structure(raw, Rulebook), text=text, taken=dict(taken or {}))
    except Exception as error:
        raise UnreadableRulebook(name, _told(error, lines)) from error
    found = [(line_at(lines, path), mistake) for path, mistake in mistakes_of(book)]
    if found:
        raise UnreadableRulebook(name, found)
    return book


def lines_of(text: str) -> dict[str, int]:
    """Line of each table and key, by its path, such as sheets[0].items[2].words."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := TABLE.match(line):
            table = _indexed(header.group(2).split("."), bool(header.group(1)), counts)
            lines[table] = number
        elif key := KEY.match(line):
            lines.setdefault(f"{table}.{key.group(2)}" if table else key.group(2), number)
    return lines


def _indexed(names: list[str], repeated: bool, counts: dict[str, int]) -> str:
    """The path of a table, each array of tables at its latest element."""
    path = ""
    for place, name in enumerate(names):
        path = f"{path}.{name}" if path else name
        if repeated and place == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = f"{path}[{counts[path]}]"
    return path


def line_at(lines: Mapping[str, int], path: str) -> int:
    """The line of a path, or of the nearest table around it; 0 when nothing fits."""
    path = re.sub(r"\['([^']*)'\]", r".\1", path)
    while path and path not in lines:
        cut = max(path.rfind("."), path.rfind("["))
        path = path[:cut] if cut > 0 else ""
    return lines.get(path, 0)


def _told(error: Exception, lines: Mapping[str, int]) -> Iterator[tuple[int, Sentence]]:
    said: list[Sentence] = []

    def noted(error: BaseException, _: type[Any] | None) -> str:
        said.append(_plain(error))
        return str(len(said) - 1)

    for line in cattrs.transform_error(error, format_exception=noted):
        number, _, path = line.partition(" @ ")
        path = path.removeprefix("$").removeprefix(".")
        yield line_at(lines, path), sentence("{path}: {mistake}", path=path or "-", mistake=said[int(number)])


def _plain(error: BaseException) -> Sentence:
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        known = " ".join(field.name for field in attrs.fields(error.cl) if field.name not in HIDDEN)
        return sentence("unknown keys: {keys}; known: {known}", keys=" ".join(sorted(error.extra_fields)), known=known)
    if isinstance(error, KeyError):
        return sentence("is missing")
    return error.why if isinstance(error, _Misshapen) else sentence("has the wrong shape")


class _Misshapen(ValueError):
    """A value of the wrong shape, and why."""

    def __init__(self, why: str, value: object) -> None:
        self.why = sentence(why, value=repr(value))
        super().__init__(str(self.why))


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_structure_hook(Fraction, _fraction)
    converter.register_structure_hook(date, _date)
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, partial(_typed, kind))
    hidden = cattrs.override(omit=True)
    hook = make_dict_structure_fn(Rulebook, converter, text=hidden, taken=hidden, _cattrs_forbid_extra_keys=True)
    converter.register_structure_hook(Rulebook, hook)
    return converter


def _fraction(value: object, _: object) -> Fraction:
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if isinstance(value, str) and re.fullmatch(NUMBER, value):
        return Fraction(value)
    raise _Misshapen(EXACT, value)


def _date(value: object, _: object) -> date:
    if type(value) is not date:
        raise _Misshapen("{value} is no date: write it like 2023-01-01", value)
    return value


def _typed(kind: type, value: object, _: object) -> Any:
    if type(value) is not kind:
        raise _Misshapen(NOT_OF_KIND[kind], value)
    return value
