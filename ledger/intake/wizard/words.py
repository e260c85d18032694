"""The words of a table that its profile does not list, or cannot hold."""

from collections.abc import Iterator, Mapping

import attrs

from ledger.facts import KIND
from ledger.intake.cells import folded, shown
from ledger.intake.meanings import Meanings
from ledger.intake.profile import BY_WORD, UNLISTED, Profile
from ledger.intake.tables.table import LogTable
from ledger.intake.wizard.contents import cells_under, unread_among
from ledger.intake.wizard.guesses import BY_CONTENT


@attrs.frozen(kw_only=True)
class WordGuess:
    """A word of the table that the profile does not list: where it would stand, and the kind it may be (empty: unknown)."""

    section: str
    word: str
    value: str
    count: int


def unlisted_words(
    table: LogTable, profile: Profile, means: Meanings, found: Mapping[str, tuple[str, str]], base: str
) -> Iterator[WordGuess]:
    """Words that the profile does not know, or knows by a hint alone, the most frequent first."""
    for column, section in (
        ("kind", "kinds"),
        ("rating", "ratings"),
        ("channel", "words.channel"),
        ("role", "words.role"),
    ):
        if column not in found:
            continue
        counts: dict[str, int] = {}
        for cell in cells_under(table, found[column][0], None):
            word = shown(means.present(cell))
            if word:
                counts[word] = counts.get(word, 0) + 1
        for word, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
            guessed = section == "kinds" and found[column][1] == BY_CONTENT and not base
            if guessed or unread_among(means, column, [word])[0]:
                value = means.kinds.get(folded(word), "") if section == "kinds" and UNLISTED not in means.kinds else ""
                yield WordGuess(section=section, word=word, value=value, count=count)


def half_words(
    profile: Profile, found: Mapping[str, tuple[str, str]], table: LogTable
) -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    """The words of the table whose kind needs columns that it lacks, such as 审批, which is to say about what, and whether granted."""
    if "kind" not in found:
        return
    there = {folded(shown(cell)) for cell in cells_under(table, found["kind"][0], None)}
    means = [event for event in profile.events if event.kind == BY_WORD]
    has = {
        *found,
        *profile.needed,
        *profile.constants,
        *(field for event in means for field in (*event.fields, *event.constants)),
    }
    for word, kind in profile.kinds.items():
        lacks = tuple(field for field in (KIND[kind].needs if kind in KIND else ()) if field not in has)
        if lacks and (not profile.columns.keys() >= {*lacks} or folded(word) in there):
            yield word, (kind, lacks)
