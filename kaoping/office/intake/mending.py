"""What an office says of an import before it is taken: what a word means that no profile knows, and what should stand in a row."""

from collections.abc import Mapping, Sequence

import attrs

from kaoping.files.drafts import profile_text
from kaoping.language.language import Language
from kaoping.office.intake.imports import Arrival, AsideRow, Remainder
from kaoping.office.session import WrongArgument
from ledger.facts import LIFECYCLE, Scalar
from ledger.intake.profile import IGNORE, Profile
from ledger.sentences import sentence
from ledger.texts import WITHHELD

KINDS, RATINGS, WORDS = "kinds", "ratings", "words."
"""Where a profile lists words: kinds of fact, ratings, and the words of a field (words.channel)."""
RATING = "rating"
YES, NO = "true", "false"
Meanings = Mapping[str, Mapping[str, str]]
"""Section of a profile -> word -> what it means."""


@attrs.frozen(kw_only=True)
class UnknownWord:
    """A word that a profile does not know: 操作 '转督办' of hotline-log, 12 rows, the first is 4. `section`: where it would be
    listed; `choices`: what it may mean there."""

    profile: str
    section: str
    column: str
    word: str
    rows: int
    first: int
    choices: tuple[str, ...]


def unknown_words(arrivals: Sequence[Arrival]) -> list[UnknownWord]:
    """The words that the profiles of these files do not know, the most frequent first. One that is not shown whole is none: nobody can
    say what it means."""
    found: dict[tuple[str, str, str], UnknownWord] = {}
    for arrival in arrivals:
        for one in arrival.read.problems:
            if not one.lists or not one.value or one.value == WITHHELD or one.value.endswith("…"):
                continue
            key = (arrival.profile.name, one.lists, one.value)
            known = found.get(key)
            found[key] = (
                UnknownWord(
                    profile=key[0], section=one.lists, column=one.column, word=one.value, rows=1, first=one.row,
                    choices=_choices(arrival.profile, one.lists),
                )
                if known is None
                else attrs.evolve(known, rows=known.rows + 1)
            )  # fmt: skip
    return sorted(found.values(), key=lambda one: -one.rows)


def _choices(profile: Profile, section: str) -> tuple[str, ...]:
    """What a word may mean: a kind or nothing to us, a rating, or one of the values that words of its field have."""
    if section == KINDS:
        return (IGNORE, *LIFECYCLE)
    if section == RATINGS:
        return (RATING,)
    values = profile.words.get(section.removeprefix(WORDS), {}).values()
    return tuple(dict.fromkeys(map(_written, values)))


def _written(value: Scalar) -> str:
    return {True: YES, False: NO}[value] if isinstance(value, bool) else str(value)


def with_meanings(profile: Profile, meanings: Meanings) -> Profile:
    """The profile that also knows these words. It keeps its name, by which the ledger knows an export again. Raises WrongArgument
    for what no word may mean."""
    kinds, ratings, words = (
        {**profile.kinds},
        [*profile.ratings],
        {name: {**one} for name, one in profile.words.items()},
    )
    for section, given in meanings.items():
        for word, meaning in given.items():
            if meaning not in _choices(profile, section):
                raise WrongArgument(
                    sentence("{word} cannot mean {meaning} here.", word=word, meaning=meaning),
                    "Choose one of the list.",
                )
            if section == KINDS:
                kinds[word] = meaning
            elif section == RATINGS:
                ratings.append(word)
            else:
                own = words[section.removeprefix(WORDS)]
                own[word] = next(value for value in own.values() if _written(value) == meaning)
    return attrs.evolve(profile, kinds=kinds, ratings=tuple(ratings), words=words)


def text_of_profile(profile: Profile, language: Language) -> str:
    """The profile as TOML, to be kept and used with --profile."""
    return profile_text(profile, language)


def as_typed(cell: object) -> str:
    """A cell as it stands in a field of one line."""
    return "" if cell is None else " ".join(str(cell).splitlines()).strip()


def changed(row: AsideRow, written: Mapping[str, str]) -> bool:
    """Whether what was written into a row's cells is something else than stood there."""
    return any(text != as_typed(row.cells[name]) for name, text in written.items() if name in row.cells)


def mended(remainders: Sequence[Remainder], cells: Mapping[str, Mapping[str, str]]) -> list[Remainder]:
    """Of rows kept aside those that were mended, as they would stand: `cells` are, by the number of a row, its headings with what
    stands there now. An emptied cell is empty."""
    found = [
        attrs.evolve(one, rows=_mended(one.rows, cells), parts=_mended(one.parts, cells), changes=())
        for one in remainders
    ]
    return [one for one in found if one.all_rows]


def _mended(rows: Sequence[AsideRow], cells: Mapping[str, Mapping[str, str]]) -> tuple[AsideRow, ...]:
    return tuple(
        attrs.evolve(row, cells={heading: _cell(row, heading, cells[row.number]) for heading in row.cells})
        for row in rows
        if row.number in cells and changed(row, cells[row.number])
    )


def _cell(row: AsideRow, heading: str, written: Mapping[str, str]) -> object:
    """What stands under a heading: what the file had, as it had it, where nobody wrote something else."""
    was = row.cells[heading]
    now = written.get(heading)
    return was if now is None or now == as_typed(was) else now or None
