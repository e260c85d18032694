"""A fact that a person enters: itself, and what recording it would move."""

from collections.abc import Iterator

from calendars.periods import show_month
from kaoping.language.facts import at_told, details_told
from kaoping.language.language import Language
from kaoping.language.words import heading_of
from kaoping.office.intake.foreseen import Foreseen
from kaoping.reports.compare.diff import diff_page
from kaoping.reports.page import Block, Column, Note, Table, page_of
from ledger.facts import Fact
from scoring.law.rulebook import Rulebook


def entered_table(language: Language, book: Rulebook, fact: Fact, title: str) -> Table:
    """What a fact says, a line for each of its fields."""
    details = details_told(language, book, fact, ("kind", "at", "key"))
    word = fact.word if language.code == "zh" else fact.kind
    rows = [(language.say("kind of fact"), word), (language.say("time"), at_told(language, fact))]
    rows += [
        (heading_of(fact.kind, name, language.code), str(value)) for name, value in details.items() if value is not None
    ]
    keys = [Column(language.say("what"), [name for name, _ in rows])]
    return Table(title, keys, [Column(language.say("value"), [value for _, value in rows])])


@page_of
def foreseen_page(language: Language, book: Rulebook, told: Foreseen) -> Iterator[Block]:
    """The fact, what it takes back, and of each month what would move."""
    say = language.say
    yield entered_table(language, book, told.fact, say("What is to be recorded"))
    if told.voided is not None:
        yield entered_table(language, book, told.voided, say("What is taken back by it"))
    names = (say("as it is"), say("with this recorded"))
    for one in told.moved:
        yield from diff_page(language, one, show_month(one.months[0]), names, None, None).blocks
    shown = say(", ").join(map(show_month, told.months))
    if not told.moved:
        yield Note(say("No score and no rank would move in {months}.", months=shown))
    else:
        yield Note(say("Looked at: {months}. What other months have is not told here.", months=shown))
