"""What the calendar files say: notices, closures and office hours, read strictly, every mistake at once."""

import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from typing import Any

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, override

from calendars.hours import Block, HoursRule, Unfit, month_day, read_time


@attrs.frozen
class CalendarMistake:
    """One wrong thing in a calendar file. `key` counts from 1: closure[2].to is in the second closure."""

    file: str
    key: str
    unfit: Unfit

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        return f"{place}: {self.unfit}. To fix: {self.unfit.remedy.format(**self.unfit.values)}"


class CalendarError(Exception):
    """The calendar cannot be used; `mistakes` are all that is wrong."""

    def __init__(self, mistakes: Iterable[CalendarMistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


@attrs.frozen(kw_only=True)
class NoticeDay:
    """One date that a notice names: whether it works, and why."""

    date: date
    working: bool
    name: str


@attrs.frozen(kw_only=True)
class Annual:
    """The State Council's yearly notice: from `published` on, the working days of `year` are known."""

    year: int
    document: str
    published: date
    source: str


@attrs.frozen(kw_only=True)
class Notice:
    """A later notice of the State Council: the days it names, and the year it makes official, if it does.

    `before`: what had been announced of those days until then, where the official days hold the notice already.
    """

    document: str
    title: str
    published: date
    source: str
    covers_year: int | None = None
    days: tuple[NoticeDay, ...]
    before: tuple[NoticeDay, ...] = ()


@attrs.frozen(kw_only=True)
class Closure:
    """A local closure, in whole days, both ends included."""

    from_: date
    to: date
    name: str
    document: str
    source: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.to < self.from_:
            raise Unfit("to {to} is before from {start}", "Swap them.", to=self.to, start=self.from_)


@attrs.frozen(kw_only=True)
class CalendarSource:
    """One calendar file, read."""

    name: str = ""
    annual: tuple[Annual, ...] = ()
    notice: tuple[Notice, ...] = ()
    closure: tuple[Closure, ...] = ()
    hours: tuple[HoursRule, ...] = ()


def read_source(text: str, name: str) -> CalendarSource:
    """The calendar file `name` with this TOML text. Raises CalendarError with all that is wrong in it."""
    try:
        return attrs.evolve(_strict().structure(tomllib.loads(text), CalendarSource), name=name)
    except tomllib.TOMLDecodeError as error:
        unfit = Unfit("this is not TOML: {error}", "Mend the line it names.", error=error)
        raise CalendarError([CalendarMistake(name, "", unfit)]) from None
    except cattrs.BaseValidationError as group:
        raise CalendarError(_mistakes(name, "", group)) from None


@cache
def _strict() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_structure_hook(str, _only(str, "{value} is not a text in quotes", "Write a text in quotes."))
    converter.register_structure_hook(int, _only(int, "{value} is not a whole number", "Write a whole number."))
    converter.register_structure_hook(bool, _only(bool, "{value} is not true or false", "Write true or false."))
    converter.register_structure_hook(date, _date)
    converter.register_structure_hook_func(lambda kind: kind in (date | str, date | str | None), _edge)
    converter.register_structure_hook_func(lambda kind: kind == Block, _block)
    converter.register_structure_hook(NoticeDay, _table(NoticeDay, converter))
    converter.register_structure_hook(Annual, _table(Annual, converter))
    converter.register_structure_hook(Notice, _table(Notice, converter))
    converter.register_structure_hook(Closure, _table(Closure, converter, from_=override(rename="from")))
    converter.register_structure_hook(HoursRule, _table(HoursRule, converter, from_=override(rename="from")))
    converter.register_structure_hook(CalendarSource, _table(CalendarSource, converter, name=override(omit=True)))
    return converter


def _table(kind: type[Any], converter: cattrs.Converter, **keys: Any) -> Callable[[Any, type[Any]], Any]:
    structure = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True, **keys)

    def table(value: Any, kind: type[Any]) -> Any:
        if not isinstance(value, dict):
            raise Unfit("{value} is not a table of keys", "Write it under [[double brackets]].", value=value)
        return structure(value, kind)

    return table


def _only(kind: type[Any], why: str, remedy: str) -> Callable[[Any, Any], Any]:
    def only(value: Any, _: Any) -> Any:
        if type(value) is not kind:
            raise Unfit(why, remedy, value=repr(value))
        return value

    return only


def _date(value: Any, _: Any) -> date:
    if type(value) is date:
        return value
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        day = None
    if day is None or day.isoformat() != value:
        raise Unfit("{value} is not a date", "Write it like 2023-10-08.", value=value)
    return day


def _edge(value: Any, _: Any) -> date | str:
    if not isinstance(value, str) or len(value) > len("06-01"):
        return _date(value, date)
    try:
        month_day(value, 2001)
    except ValueError:
        raise Unfit(
            "{value} is neither a date nor a day of every year", "Write 2023-06-01, or 06-01.", value=value
        ) from None
    return value


def _block(value: Any, _: Any) -> Block:
    try:
        start, end = map(read_time, value)
    except (TypeError, ValueError):
        raise Unfit("{value} is not a span of time", 'Write it like ["09:00", "12:00"].', value=value) from None
    return start, end


def _mistakes(file: str, key: str, error: Exception) -> Iterator[CalendarMistake]:
    """What an exception of cattrs says, flat, each with its key."""
    if isinstance(error, cattrs.IterableValidationError):
        noted, plain = error.group_exceptions()
        inner = [(f"{key}[{int(note.index) + 1}]", each) for each, note in noted] + [(key, each) for each in plain]
    elif isinstance(error, cattrs.ClassValidationError):
        named, plain = error.group_exceptions()
        inner = [(f"{key}.{note.name.strip('_')}", each) for each, note in named] + [(key, each) for each in plain]
    else:
        yield from (CalendarMistake(file, place.lstrip("."), unfit) for place, unfit in _single(key, error))
        return
    for place, each in inner:
        yield from _mistakes(file, place.lstrip("."), each)


def _single(key: str, error: Exception) -> list[tuple[str, Unfit]]:
    if isinstance(error, Unfit):
        return [(key, error)]
    if isinstance(error, KeyError):
        return [(key, Unfit("this key is missing", "Add it."))]
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        unknown = Unfit("this key means nothing here", "Remove it, or mend its spelling.")
        return [(f"{key}.{name}", unknown) for name in sorted(error.extra_fields)]
    return [(key, Unfit("this is not what belongs here", "Compare it with the commented example."))]
