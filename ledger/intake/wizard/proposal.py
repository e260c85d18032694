"""A table that nobody described yet -> the profile it may be read by, with what that is sure of and what not.

What the headings of the field say is taken from the profile that is nearest, also where it lacks a heading or two: what could be
these is proposed and marked, and where nothing could, they stay open. A table that is near to none is guessed by what stands in it. A
heading that the field knows is never taken for another, and a word whose kind nobody knows is never guessed: its rows stay a problem.
"""

import re
from collections.abc import Mapping, Sequence

import attrs

from ledger.intake.cells import shown
from ledger.intake.headings import CITIZENS, FREE_TEXT, doubled
from ledger.intake.meanings import Meanings
from ledger.intake.profile import BY_WORD, EventRule, Profile, mistakes_in
from ledger.intake.tables.table import LogTable
from ledger.intake.wizard.bases import BASES, fit, is_near, profile_like
from ledger.intake.wizard.columns import REASONS, filled_columns, matched_columns
from ledger.intake.wizard.contents import cells_under, field_of, unread_among
from ledger.intake.wizard.formats import undecided
from ledger.intake.wizard.guesses import SURE, ColumnGuess, masked
from ledger.intake.wizard.hints import by_content, new_profile
from ledger.intake.wizard.vocabulary import UNIT, Vocabulary
from ledger.intake.wizard.words import WordGuess, half_words, unlisted_words

SAMPLES = 3


@attrs.frozen(kw_only=True)
class Proposal:
    """A profile for a table. `base`: the profile whose headings it follows (empty: none fitted); `by_event`: a row is an act, not
    a ticket; `words` are not in the profile yet; `citizens` and `texts` are headings not taken for privacy, `others` not
    understood; `missing` columns without which nothing is read; `day_first`: whether 3/4 was taken for 3 April, undecided;
    `repeated`: how many rows are equal in every cell to one before; `aside`: rules that the table has no columns for, not in the
    profile; `halves`: words of the table not in the profile, since their kind needs columns that it lacks: word -> (kind, columns)."""

    profile: Profile
    base: str
    by_event: bool
    columns: tuple[ColumnGuess, ...]
    words: tuple[WordGuess, ...]
    citizens: tuple[str, ...]
    texts: tuple[str, ...]
    others: tuple[str, ...]
    missing: tuple[str, ...]
    day_first: bool
    repeated: int = 0
    aside: tuple[EventRule, ...] = ()
    halves: Mapping[str, tuple[str, tuple[str, ...]]] = attrs.field(factory=dict)


def propose(table: LogTable, known: Sequence[Profile], name: str) -> Proposal:
    """The profile, called `name`, that the table may be read by."""
    bases = [profile for profile in known if profile.name in BASES]
    field = Vocabulary.of(bases)
    matched = {base.name: matched_columns(base, table, field) for base in bases}
    near = [base for base in bases if is_near(base, matched[base.name], table, field)]
    if near:
        best = max(near, key=lambda base: fit(base, matched[base.name]))
        guesses = matched[best.name] | filled_columns(best, matched[best.name], table, field)
        profile, base = profile_like(best, guesses, table, name), best.name
    else:
        guesses = by_content(table, field)
        profile, base = new_profile(guesses, table, name), ""
    unsure = tuple(column for column, (_, how) in guesses.items() if how != SURE)
    profile = attrs.evolve(profile, unsure=unsure)
    profile = attrs.evolve(profile, in_order=(*profile.in_order, *_doubled(profile, table)))
    halves = dict(half_words(profile, guesses, table))
    kept = attrs.evolve(profile, kinds={word: kind for word, kind in profile.kinds.items() if word not in halves})
    sound, aside = _sound(kept)
    return attrs.evolve(_told(table, sound, base, guesses), aside=aside, halves=halves)


def _doubled(profile: Profile, table: LogTable) -> tuple[str, ...]:
    """The columns of which several headings stand in the table and differ: the first is to speak, as the profile then says."""
    found: list[str] = []
    while (column := doubled(attrs.evolve(profile, in_order=(*profile.in_order, *found)), table)) is not None:
        found.append(column)
    return tuple(found)


def _sound(profile: Profile) -> tuple[Profile, tuple[EventRule, ...]]:
    """The profile without the rules that it has no columns or words for, and these."""
    aside: list[EventRule] = []
    while wrong := {
        int(found[1]) for one in mistakes_in(profile) if (found := re.match(r"events\[(\d+)\]", one.column))
    }:
        aside += [event for number, event in enumerate(profile.events) if number in wrong]
        events = tuple(event for number, event in enumerate(profile.events) if number not in wrong)
        profile = attrs.evolve(profile, events=events)
    return profile, tuple(aside)


def _told(table: LogTable, profile: Profile, base: str, found: Mapping[str, tuple[str, str]]) -> Proposal:
    means = Meanings.of(profile)
    columns = []
    for column, (heading, how) in found.items():
        cells = cells_under(table, heading)
        bad, said = unread_among(means, field_of(profile, column), cells)
        told = () if re.sub(r"_\d$", "", column) in REASONS else cells  # of free text nothing is shown
        samples = tuple(dict.fromkeys(masked(shown(cell)) for cell in told))[:SAMPLES]
        columns.append(ColumnGuess(heading=heading, column=column, how=how, unread=bad, cells=said, samples=samples))
    taken = {one.heading for one in columns}
    rest = [heading for heading in table.header if heading and heading not in taken]
    citizens = tuple(one for one in rest if CITIZENS.search(one))
    texts = tuple(one for one in rest if FREE_TEXT.search(one) and one not in citizens)
    return Proposal(
        profile=profile, base=base, by_event=any(event.kind == BY_WORD for event in profile.events),
        columns=tuple(columns), words=tuple(unlisted_words(table, profile, means, found, base)), citizens=citizens, texts=texts,
        others=tuple(one for one in rest if one not in (*citizens, *texts)),
        missing=tuple(one for one in _asked(profile, base) if one not in found),
        day_first=any(form.startswith("%d/%m") for form in profile.times) and undecided(table, found),
        repeated=len(table.rows) - len({repr(row.cells) for row in table.rows}),
    )  # fmt: skip


def _asked(profile: Profile, base: str) -> tuple[str, ...]:
    """The columns that it cannot do without. A table of another field may have no units."""
    unit = (UNIT,) if base and UNIT not in profile.constants else ()
    return tuple(dict.fromkeys(("ticket", *unit, *profile.needed)))
