"""What people write -> what the program calls it: fields, kinds, items, sheets, manners, and days."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

from calendars.instants import SHANGHAI, day_end, day_start, show_iso
from kaoping.files.places import data_folder
from kaoping.language.moments import read_day, read_moment
from ledger.facts import ALL_ITEMS, KIND
from ledger.intake.nearest import nearest, plain
from scoring.law.rulebook import Rulebook, Sheet

TIMES = ("at", "due_at", "until")
FLAGS = {
    "true": True, "false": False, "是": True, "否": False, "同意": True, "通过": True, "不同意": False, "不通过": False, "驳回": False,
}  # fmt: skip
FLAGGED = ("anonymous", "granted", "contacted", "assumed")
WHOLE = ("count", "seq")
DAY_BEGINS = ("finding", "enrol", "alias")
DAY_ENDS = ("exempt", "decide", "appeal", "ruling", "void")
"""Kinds for which a day suffices: what is found or enrolled is so from its beginning, and what is decided on something
comes after all that was done that day."""


@cache
def _named() -> Mapping[str, Mapping[str, str]]:
    """Section -> what people write, plainly -> what the program calls it."""
    text = (data_folder() / "language" / "words.toml").read_text("utf-8")
    return {
        section: {plain(one): name for name, several in names.items() for one in several}
        for section, names in tomllib.loads(text).items()
    }


def kind_of(word: str) -> str:
    """The kind of fact a word names; the word itself where it names none."""
    told = {plain(kind.word): name for name, kind in KIND.items()} | {**_named()["kinds"]}
    return word if word in KIND else told.get(plain(word), word)


def field_of(kind: str, word: str) -> str:
    """The field of a kind that a word names; the word itself where it names none. 别名 is the kind's own word too."""
    return word if word.isascii() else _named()["fields"].get(plain(word), word)


def is_unread(heading: str) -> bool:
    """Whether a heading of a table that people keep is for people alone, such as 序号."""
    return plain(heading) in _named()["unread"]


def act_of(word: str) -> str:
    """The act supposed, such as signed for 签收; the word itself where it names none."""
    return _named()["acts"].get(plain(word), word)


def value_of(book: Rulebook | None, kind: str, field: str, value: str) -> object:
    """A field's value as the exchange format has it; what cannot be understood stays as it is, to be refused with its place.
    Raises ValueError for a time that is none."""
    value = value.strip()
    if field in TIMES:
        return show_iso(_instant(kind, field, value))
    if field in WHOLE and value.removeprefix("-").isdecimal():
        return int(value)
    if field in FLAGGED:
        return FLAGS.get(value.casefold(), value)
    if field == "mode":
        return _named()["modes"].get(plain(value), value)
    if field == "about":
        return _named()["abouts"].get(plain(value), value)
    if field == "item" and book is not None:
        return finding_of(book, value) if kind == "finding" else item_of(book, value)
    return value


class NoTimeOfDay(ValueError):
    """A day stands where the time of day is judged."""


def _instant(kind: str, field: str, text: str) -> int:
    """The instant. Raises NoTimeOfDay, ValueError."""
    try:
        day = read_day(text)
    except ValueError:
        return read_moment(text)
    return instant_of_day(kind, field, day)


def instant_of_day(kind: str, field: str, day: date) -> int:
    """The instant that a bare day stands for. Raises NoTimeOfDay."""
    if field != "at" or kind in DAY_ENDS:
        return day_end(day, SHANGHAI)
    if kind in DAY_BEGINS:
        return day_start(day, SHANGHAI)
    raise NoTimeOfDay("is a date without a time of day")


# what a rulebook knows


def findings_named(book: Rulebook) -> Mapping[str, str]:
    """What a finding may be called -> the finding."""
    titled = [(part.title, part.finding) for _, _, part in book.parts() if part.finding and part.title]
    known = {name for _, _, part in book.parts() for name in (part.finding, part.answered_by) if name}
    known |= {veto.finding for veto in book.vetoes() if veto.finding}
    return _known(known, titled, "findings")


def items_named(book: Rulebook) -> Mapping[str, str]:
    """What an item that tickets can be taken out of may be called -> the item."""
    titled = [(item.title, item.id) for _, item, _ in book.parts()]
    titled += [(part.title, item.name_of(part)) for _, item, part in book.parts() if part.id and part.title]
    known = {name for _, item, part in book.parts() for name in item.names_of(part)} | {ALL_ITEMS}
    return _known(known, titled, "items")


def sheets_named(sheets: Iterable[Sheet]) -> Mapping[str, str]:
    """What a sheet may be called -> the sheet."""
    several = tuple(sheets)
    return _known({one.id for one in several}, [(one.title, one.id) for one in several], "sheets")


def _known(known: set[str], titled: Iterable[tuple[str, str]], section: str) -> dict[str, str]:
    """Names told by the rulebook before those of everyday; one that means two things in it means none."""
    told: dict[str, set[str]] = {}
    for title, name in titled:
        told.setdefault(plain(title), set()).add(name)
    everyday = {word: name for word, name in _named()[section].items() if name in known}
    return everyday | {title: next(iter(names)) for title, names in told.items() if len(names) == 1} | {
        plain(name): name for name in known
    }  # fmt: skip


def finding_of(book: Rulebook, word: str) -> str:
    """The finding a word names: its id, its title, an everyday name; the word itself where it names none."""
    return findings_named(book).get(plain(word), word)


def item_of(book: Rulebook, word: str) -> str:
    """The item a word names, likewise."""
    return items_named(book).get(plain(word), word)


def sheet_of(sheets: Iterable[Sheet], word: str) -> str:
    """The sheet a word names, likewise."""
    return sheets_named(sheets).get(plain(word), word)


def likest(named: Mapping[str, str], word: str) -> str:
    """The names most like a word that is not known, with what they stand for; empty where none is like it."""
    return " ".join(one if plain(named[one]) == one else f"{one}({named[one]})" for one in nearest(word, named))
