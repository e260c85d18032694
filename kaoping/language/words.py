"""What people write -> what the program calls it: fields, kinds, items, sheets, manners, and days."""

import tomllib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache

from calendars.instants import SHANGHAI, day_end, day_start, show_iso
from kaoping.files.places import data_folder
from kaoping.language.moments import read_day, read_moment
from ledger.exchange import ROLES
from ledger.facts import ALL_ITEMS, KIND, NAMED, fields_of
from ledger.intake.nearest import nearest, plain
from scoring.law.rulebook import Rulebook, Sheet

TIMES = ("at", "due_at", "until")
FLAGS = {
    "true": True, "false": False, "是": True, "否": False, "同意": True, "通过": True, "不同意": False, "不通过": False, "驳回": False,
}  # fmt: skip
FLAGGED = ("anonymous", "granted", "contacted", "assumed")
WHOLE = ("count", "seq")
FORM_KINDS = {"findings": "finding", "evidence": "finding", "units": "enrol", "appeals": "appeal"}
ELSEWHERE = ("at", "unit", "id", "seq", "untold", "assumed")
"""Fields that stand elsewhere on a line, or only a file can tell."""
DAY_BEGINS = ("finding", "enrol", "alias")
DAY_ENDS = ("exempt", "decide", "appeal", "ruling", "void")
"""Kinds for which a day suffices: what is found or enrolled is so from its beginning, and what is decided on something
comes after all that was done that day."""


@cache
def _told() -> Mapping[str, Mapping[str, list[str]]]:
    """Section -> what the program calls it -> what people write, the usual word first."""
    return tomllib.loads((data_folder() / "language" / "words.toml").read_text("utf-8"))


@cache
def _named() -> Mapping[str, Mapping[str, str]]:
    """Section -> what people write, plainly -> what the program calls it."""
    return {
        section: {plain(one): name for name, several in names.items() for one in several}
        for section, names in _told().items()
    }


def kind_of(word: str) -> str:
    """The kind of fact a word names; the word itself where it names none."""
    told = {plain(kind.word): name for name, kind in KIND.items()} | {**_named()["kinds"]}
    return word if word in KIND else told.get(plain(word), word)


def kinds_like(book: Rulebook, word: str, leave: Container[str]) -> tuple[str, ...]:
    """The word for a kind, but for those to `leave`, or for a finding of the rulebook, that is most like one that names none; or none."""
    told = (
        {plain(kind.word): name for name, kind in KIND.items()} | {**_named()["kinds"]} | {name: name for name in KIND}
    )
    return nearest(word, [one for one in (*told, *findings_named(book)) if told.get(one) not in leave], 1)


def field_of(kind: str, word: str) -> str:
    """The field of a kind that a word names; the word itself where it names none. 别名 is the kind's own word too."""
    return word if word.isascii() else _named()["fields"].get(plain(word), word)


def fields_shown(kind: str) -> list[str]:
    """The fields that a person can tell of a kind, as 时限(limit_days): the word first, then the name in the exchange format."""
    own = [NAMED.get(name, name) for name in fields_of(KIND[kind]) if name not in ELSEWHERE]
    said: dict[str, str] = {}
    for word, name in _named()["fields"].items():
        said.setdefault(name, word)
    return [f"{said[name]}({name})" if name in said else name for name in own]


def is_unread(heading: str) -> bool:
    """Whether a heading of a table that people keep is for people alone, such as 序号."""
    return plain(heading) in _named()["unread"]


def kind_of_form(sheet: str) -> str:
    """The kind of fact that the rows of a sheet are, where it is called as that of a form is; else nothing."""
    return FORM_KINDS.get(_named()["form_sheets"].get(plain(sheet), ""), "")


def is_explanation(sheet: str) -> bool:
    """Whether a sheet is called as those of a form that explain it and hold no facts."""
    return _named()["form_sheets"].get(plain(sheet), "") in ("instructions", "lists")


def sheet_name(form: str, language: str) -> str:
    """What a sheet of a form is called, such as 考评记录."""
    return _told()["form_sheets"][form][language == "en"]


def heading_of(kind: str, field: str, language: str) -> str:
    """The heading under which a form asks for a field of a kind; read back it is the field."""
    headings = _told()["headings"]
    return headings.get(f"{kind}.{field}", headings.get(field, [field, field]))[language == "en"]


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
    titled = [(title, finding) for finding, titles in _finding_titles(book) for title in titles]
    known = {name for _, _, part in book.parts() for name in (part.finding, part.answered_by) if name}
    known |= {veto.finding for veto in book.vetoes() if veto.finding}
    return _known(known, titled, "findings")


def _finding_titles(book: Rulebook) -> Iterator[tuple[str, Sequence[str]]]:
    """Each finding and its titles, as they come. The two of a pair are what was asked (下达) and what was done about it (完成)."""
    for _, _, part in book.parts():
        if part.finding:
            asked = [f"{part.title}（下达）"] if part.answered_by else []
            yield part.finding, [*asked, part.title] if part.title else []
        if part.answered_by:
            yield part.answered_by, [f"{part.title}（完成）"] if part.title else []
    for veto in book.vetoes():
        if veto.finding:
            yield veto.finding, [veto.title] if veto.title else []


def word_of_finding(book: Rulebook, finding: str) -> str:
    """What people call a finding, such that it is read back as the finding: its title (of one of a pair the everyday name before
    it), an everyday name, its id."""
    titles = [title for name, several in _finding_titles(book) if name == finding for title in several]
    everyday = _told()["findings"].get(finding, [])
    is_pair = any(finding in (part.finding, part.answered_by) for _, _, part in book.parts() if part.answered_by)
    named = findings_named(book)
    words = [*everyday, *titles] if is_pair else [*titles, *everyday]
    return next((word for word in words if named.get(plain(word)) == finding), finding)


def words_of_items(book: Rulebook, items: Container[str]) -> list[str]:
    """What people call these items: every title, in the order of the rulebook, that is read back as one of them; the id of an item
    whose title is another's too."""
    named, words = items_named(book), dict[str, None]()
    for _, item, part in book.parts():
        titled = [(item.title, item.id), *([(part.title, item.name_of(part))] if part.id else [])]
        for title, name in titled:
            if name in items:
                words[title if named.get(plain(title)) == name else name] = None
    return [*words]


def manners_of(book: Rulebook) -> Mapping[str, None]:
    """The manners (`mode`) that a rulebook prices by, and those of everyday, in their order."""
    priced = [name for _, _, part in book.parts() if part.by == "mode" for name in part.prices]
    return dict.fromkeys((*priced, *_told()["modes"]))


def words_of_manner(field: str, manners: Iterable[str]) -> list[str]:
    """What people call manners (`mode`) or roles, in their order."""
    if field == "role":
        return [
            next((word for word, role in ROLES.items() if role == name and not word.isascii()), name)
            for name in manners
        ]
    return [_told()["modes"].get(name, [name])[0] for name in manners]


def manners_named(field: str, manners: Sequence[str]) -> Mapping[str, str]:
    """What manners or roles may be called -> what people call them."""
    spoken = dict(zip(manners, words_of_manner(field, manners), strict=True))
    everyday = {word: spoken[name] for word, name in _named()["modes"].items() if field == "mode" and name in spoken}
    return {word: word for word in spoken.values()} | everyday


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
