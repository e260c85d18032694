"""A fact of the ledger as people read it: when, and each of its details in the reader's words, items by their titles in the rulebook."""

from collections.abc import Container, Mapping
from datetime import date

from calendars.instants import SHANGHAI, day_end, day_start, local_day, read_iso, show_iso
from kaoping.language.language import Language
from kaoping.language.moments import day_shown, moment
from kaoping.language.words import DAY_BEGINS, DAY_ENDS, word_of_finding, words_of_items, words_of_manner
from ledger.exchange import canonical
from ledger.facts import ALL_ITEMS, Appeal, Exempt, Fact, Finding
from scoring.law.rulebook import Rulebook

OF_TIME = ("due_at", "until")
OF_OURS = ("role", "about", "mode")  # details whose values are words of ours


def at_told(language: Language, fact: Fact) -> str:
    """When a fact was, with its weekday; the day alone where its kind needs no more and nothing more was said: a finding from the
    first millisecond of the day, an appeal at its last."""
    return moment(fact.at, language.code) if day_alone(fact) is None else day_shown(fact.at, language.code)


def at_written(fact: Fact) -> str:
    """When a fact was, as somebody would write it again: 2023-06-05 where the day was all that was said, else ISO 8601."""
    day = day_alone(fact)
    return show_iso(fact.at) if day is None else day.isoformat()


def day_alone(fact: Fact) -> date | None:
    """The day of a fact of which nothing more was said, and whose kind needs no more; None where there is a time."""
    day = local_day(fact.at)
    begins = fact.kind in DAY_BEGINS and fact.at == day_start(day, SHANGHAI)
    return day if begins or (fact.kind in DAY_ENDS and fact.at == day_end(day, SHANGHAI)) else None


def details_told(language: Language, book: Rulebook, fact: Fact, leave: Container[str]) -> Mapping[str, object]:
    """Field -> its value as people read it, of all but `leave`, in the order of the exchange format."""
    fields = canonical(fact)
    return {name: _value(language, book, fact, name, value) for name, value in fields.items() if name not in leave}


def _value(language: Language, book: Rulebook, fact: Fact, name: str, value: object) -> object:
    if isinstance(value, bool):
        return language.say("yes" if value else "no")
    if name in OF_TIME:
        return moment(read_iso(str(value)), language.code)
    if isinstance(fact, Finding | Exempt | Appeal) and name == "item":
        return item_told(language, book, fact)
    if language.code != "zh":
        return value
    if name == "mode":
        return words_of_manner("mode", [str(value)])[0]
    return language.say(str(value)) if name in OF_OURS else value


def item_told(language: Language, book: Rulebook, fact: Finding | Exempt | Appeal) -> str:
    """What a fact speaks of, in the rulebook's words; in English its id."""
    if language.code != "zh":
        return fact.item
    if isinstance(fact, Finding):
        return word_of_finding(book, fact.item)
    if fact.item == ALL_ITEMS:
        return language.say("all items")
    return next(iter(words_of_items(book, {fact.item})), fact.item)
