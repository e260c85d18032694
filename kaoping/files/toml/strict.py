"""A TOML file, read strictly: every mistake with its line and its remedy, all at once."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, partial
from types import GenericAlias
from typing import Any, Generic, TypeVar, get_args

import attrs
import cattrs
from cattrs.cols import list_structure_factory
from cattrs.gen import make_dict_structure_fn, override

from calendars.hours import Unfit
from kaoping.files.toml.lines import line_at, lines_of
from ledger.intake.nearest import likeness
from ledger.sentences import Mistake, Problem, UnusableFile, sentence

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]
Placed = tuple[str, Mistake]
"""A mistake and the path of where it stands, such as sheets[0].items[2].words."""
EXCERPT_WIDTH = 80  # characters
TOO_LONG = re.compile(r"[0-9_]{640,}")  # digits; Python reads some thousand at the most
SYNTAX_AT = re.compile(r"at line (\d+)")


@attrs.frozen(kw_only=True)
class FileKind(Generic[T]):
    """One kind of file, such as a rulebook: the frozen class its keys make.

    A key is called like its field, `from` for `from_`; the fields in `filled` do not stand in the file. `hooks` read what
    is neither text, whole number, true or false, date, list nor table. `keys` says which keys a table can have that has these already;
    None: those of its class. `judge` says what does not fit together.
    """

    shape: type[T]
    hooks: Mapping[Any, Hook] = attrs.Factory(dict)
    keys: Callable[[type, Mapping[str, Any]], Sequence[str] | None] = lambda kind, table: None
    filled: Mapping[type, tuple[str, ...]] = attrs.Factory(dict)
    judge: Callable[[T], Iterable[Placed]]

    def read(self, text: str, name: str, /, **filled: object) -> T:
        """What the file `name` with this text says. Raises UnusableFile with every mistake in it."""
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise UnusableFile.of([(name, _syntax(text, error))]) from error
        except ValueError as error:  # of a number whose digits Python will not read
            raise UnusableFile.of([(name, _too_long(text))]) from error
        except RecursionError as error:
            raise UnusableFile(
                sentence("{file} is nested too deeply.", file=name), "Take a file as the docs show it."
            ) from error
        try:
            plain: Any = self._converter.structure(raw, self.shape)
            value: T = attrs.evolve(plain, **filled)
        except cattrs.BaseValidationError as error:
            mistakes = [(path, self._mistake(path, one, within)) for path, within, one in _flat(error, "", raw)]
            raise UnusableFile.of(_problems(text, name, mistakes)) from error
        if misfits := tuple(self.judge(value)):
            raise UnusableFile.of(_problems(text, name, misfits))
        return value

    def _mistake(self, path: str, error: BaseException, within: object) -> Mistake:
        known: Sequence[str] | None = None
        if isinstance(error, cattrs.ForbiddenExtraKeysError):
            known = self.keys(error.cl, within if isinstance(within, dict) else {})
        return _mistake(path, error, self.filled, known)

    @cached_property
    def _converter(self) -> cattrs.Converter:
        converter = cattrs.Converter(forbid_extra_keys=True)
        converter.register_structure_hook_factory(lambda kind: get_args(kind)[1:] == (...,), _list)
        converter.register_structure_hook_factory(attrs.has, partial(_table, self.filled))
        for kind, hook in {**PLAIN, **self.hooks}.items():
            if isinstance(kind, type):
                converter.register_structure_hook(kind, hook)
            else:
                converter.register_structure_hook_func(partial(_same, kind), hook)
        return converter


def place(text: str, path: str, mistake: Mistake) -> Problem:
    """A mistake with the line that `path` has in the text, and that line."""
    return _problem(text, line_at(lines_of(text), path), mistake)


def _problems(text: str, name: str, mistakes: Iterable[Placed]) -> Iterator[tuple[str, Problem]]:
    lines = lines_of(text)
    for path, mistake in mistakes:
        yield name, _problem(text, line_at(lines, path), mistake)


def _problem(text: str, line: int, mistake: Mistake) -> Problem:
    excerpt = text.split("\n")[line - 1].strip()[:EXCERPT_WIDTH] if line else ""
    value = "" if mistake.value is None else str(mistake.value)
    return Problem(
        row=line, column=mistake.column, value=value, why=mistake.why, remedy=mistake.remedy, excerpt=excerpt
    )


def _syntax(text: str, error: tomllib.TOMLDecodeError) -> Problem:
    told = SYNTAX_AT.search(str(error))
    line = int(told.group(1)) if told else text.rstrip().count("\n") + 1
    return _problem(text, line, Mistake("", None, sentence("is no TOML: {error}", error=error), "Mend that line."))


def _too_long(text: str) -> Problem:
    """The first number in a file that has too many digits to be one, at its line."""
    found = TOO_LONG.search(text)
    line = text.count("\n", 0, found.start()) + 1 if found else 0
    return _problem(text, line, Mistake("", None, "has a number of too many digits", "Write the number that is meant."))


def _flat(error: BaseException, path: str, read: object) -> Iterator[tuple[str, object, BaseException]]:
    """What an exception of cattrs about what was `read` at a path holds: each with its path, and what was read there; of a key that
    means nothing, the table that it stands in."""
    if isinstance(error, cattrs.ClassValidationError):
        fields, alone = error.group_exceptions()
        inner: list[tuple[str, Any, Exception]] = [
            (f"{path}.{name}", name, each) for each, note in fields for name in [note.name.removesuffix("_")]
        ]
    elif isinstance(error, cattrs.IterableValidationError):
        items, alone = error.group_exceptions()
        inner = [
            (f"{path}[{note.index}]" if isinstance(note.index, int) else f"{path}.{note.index}", note.index, each)
            for each, note in items
        ]
    elif isinstance(error, cattrs.ForbiddenExtraKeysError):
        yield from ((f"{path}.{key}".removeprefix("."), read, error) for key in sorted(error.extra_fields))
        return
    else:
        yield path, read, error
        return
    for place, name, each in inner:
        yield from _flat(each, place.removeprefix("."), _inside(read, name))
    for each in alone:
        yield from _flat(each, path, read)


def _inside(read: object, name: Any) -> object:
    """What stands in a table or a list at a key or a place; None where nothing does."""
    try:
        return read[name]  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        return None


def _mistake(
    path: str, error: BaseException, filled: Mapping[type, tuple[str, ...]], known: Sequence[str] | None = None
) -> Mistake:
    if isinstance(error, Unfit):
        return misfit(path, error)
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        names = [field.name for field in attrs.fields(error.cl) if field.name not in filled.get(error.cl, ())]
        key = path.rpartition(".")[2]
        plain = [name.removesuffix("_") for name in (names if known is None else known)]
        shown = " ".join(sorted(plain, key=lambda name: -likeness(key, name)))
        return Mistake(path, None, "means nothing here", sentence("Remove it, or write one of: {known}", known=shown))
    if isinstance(error, KeyError):
        return Mistake(path, None, "is missing", "Add it.")
    return Mistake(path, None, "is not what belongs here", "Compare it with a file that travels with Kaoping.")


def misfit(path: str, unfit: Unfit) -> Mistake:
    """The mistake that an unfit value at this path is."""
    return Mistake(path, None, sentence(unfit.why, **unfit.values), sentence(unfit.remedy, **unfit.values))


def _same(kind: object, other: object) -> bool:
    return kind == other


def _table(filled: Mapping[type, tuple[str, ...]], kind: type[Any], converter: cattrs.Converter) -> Hook:
    hidden = filled.get(kind, ())
    keys = {field.name: override(omit=True) for field in attrs.fields(kind) if field.name in hidden}
    for field in attrs.fields(kind):
        if field.name.endswith("_"):
            keys[field.name] = override(rename=field.name.removesuffix("_"))
    structure = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True, **keys)  # type: ignore[arg-type]

    def table(value: Any, kind: Any) -> Any:
        if not isinstance(value, dict):
            raise Unfit("{value} is not a table of keys", "Write it under [[double brackets]].", value=shown(value))
        return structure(value, kind)

    return table


def _list(kind: Any, converter: cattrs.Converter) -> Hook:
    several: Any = GenericAlias(list, get_args(kind)[0])
    structure = list_structure_factory(several, converter)

    def items(value: Any, _: Any) -> Any:
        if not isinstance(value, list):
            raise Unfit("{value} is not a list", "Write it in [brackets].", value=shown(value))
        return tuple(structure(value, several))

    return items


def _only(kind: type, why: str, remedy: str) -> Hook:
    def only(value: Any, _: Any) -> Any:
        if type(value) is not kind:
            raise Unfit(why, remedy, value=shown(value))
        return value

    return only


def shown(value: object) -> str:
    """A value of a file as a sentence names it; the excerpt shows it whole."""
    text = value.isoformat() if isinstance(value, date) else repr(value)
    return text if len(text) <= EXCERPT_WIDTH else f"{text[:EXCERPT_WIDTH]}…"


PLAIN: Mapping[type, Hook] = {
    str: _only(str, "{value} is not a text in quotes", "Write a text in quotes."),
    int: _only(int, "{value} is not a whole number", "Write a whole number."),
    bool: _only(bool, "{value} is not true or false", "Write true or false."),
    date: _only(date, "{value} is not a date", "Write it like 2023-10-08."),
}
