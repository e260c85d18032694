"""One raw log format as data: which column holds what, which words mean what, and which facts a row tells.

A profile is a TOML file. It maps columns; what it does not map is never stored: citizens' names, telephone
numbers, addresses and the text of their complaints stay where they are. Of free text that it maps is kept that there was some,
unless it says which is kept, and why.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import attrs

from calendars.instants import SHANGHAI, local_instant
from ledger.exchange import READERS
from ledger.facts import ANSWERS, KIND, LIMIT, RATING, STORED_AS, UNTOLD, Dispatch, Scalar, fields_of
from ledger.sentences import Mistake, sentence

BY_WORD = "word"  # an event whose kind is said by the word in the column `kind`
IGNORE = "ignore"
UNLISTED = "*"  # in [kinds]: all words that are not listed
FIELDS = {field for kind in KIND.values() for field in fields_of(kind)}
KNOWN_FIELDS = sentence("use one of: {known}", known=" ".join(sorted(FIELDS - {*STORED_AS.values()} | {*STORED_AS})))
SAMPLE = (
    ("%Y", "2023"), ("%m", "11"), ("%d", "24"), ("%H", "21"), ("%I", "09"), ("%M", "32"), ("%S", "00"), ("%f", "000"), ("%p", "PM"),
)  # fmt: skip
GIVE_HEADINGS = "give it headings in [columns]"
STORED_TEXTS = ("reason", "category", "resolved", "rating", "mode")
KNOWN_TEXTS = sentence("use one of: {known}", known=" ".join(STORED_TEXTS))
KNOWN_KINDS = sentence("use one of: {known}", known=" ".join(KIND))
SAME_FACT, FURTHER_FACTS = "same_fact", "further_facts"
REFUSED, LEAD_AND_ASSIST, ONE_NAME = "refused", "lead_and_assist", "one_name"


@attrs.frozen(kw_only=True)
class When:
    """A condition on one column of a row; what is given must all hold.

    `changed`: since the row before of the same ticket, by time and `seq`; an absent value is no change. `was`: the column held
    one of these words in the ticket's rows before, when it was last known.
    """

    column: str
    words: tuple[str, ...] = ()
    other_than: tuple[str, ...] = ()
    filled: bool | None = None
    changed: bool = False
    was: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class EventRule:
    """A fact that a row may tell: it does if its time is there and every `when` holds.

    `fields` names the columns of fields that are not called like the field. A positive number in `count`, or
    a `told_by` that holds, says that it happened even without a time: then `at_else` gives the time if the
    profile names one, else the fact is left out, with a problem. `needed`: no row may be without the time. A field in
    `constants` always has that value in this fact.
    """

    kind: str
    at: str = "at"
    at_else: str | None = None
    needed: bool = False
    fields: Mapping[str, str] = attrs.field(factory=dict)
    constants: Mapping[str, Scalar] = attrs.field(factory=dict)
    count: str | None = None
    told_by: tuple[When, ...] = ()
    when: tuple[When, ...] = ()

    @property
    def moved_by(self) -> tuple[str, ...]:
        """Where rows are states: the columns whose change is this fact. A time of its own, or a counter, before conditions."""
        if self.kind == BY_WORD:
            return ("kind",)
        if self.count or self.at != "at":
            return tuple(column for column in (self.count, self.at) if column and column != "at")
        return tuple(dict.fromkeys(when.column for when in self.when))


@attrs.frozen(kw_only=True)
class Profile:
    """A format. `columns`: our name -> its headings, the best first; `needed` ones tell formats apart.

    `times` and `dates` are strptime formats on the clocks of `zone`; the time format "iso" is ISO 8601 with
    offset. A field in `constants` has that value where the table has no column for it. `words` are the values
    of a field's words; a field in `guards` is left out, with a problem, where the guard fails. A row of which one of `opens`
    holds tells a dispatch too, where the ticket is not with its unit. `several_units`: what two names in one cell are. Of a
    column `in_order` several headings may be there, and the first speaks. `state_rows`: each row is the state of a ticket at its
    time, and tells what changed since the row before. `known_units`: a unit that is not in the register is a problem. `whole_numbers`:
    ticket numbers may end in zeros all of them. `untold`: what the office says of kinds that its platform cannot tell: they count in
    `full`, or as not done (`breach`). `store`: fields of free text that are kept -> why; any other is left out, and telephone and
    identity numbers are masked in all.
    `unsure`: columns of which the headings were guessed and nobody confirmed them: every table that is read by them says so.
    `exchange`: rows are facts in our own exchange format.
    """

    name: str
    title: str
    source: str
    columns: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]
    zone: str = SHANGHAI
    times: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    absent: tuple[str, ...] = ("",)
    yes: tuple[str, ...] = ("true",)
    no: tuple[str, ...] = ("false",)
    day_words: tuple[str, ...] = ()
    ratings: tuple[str, ...] = ()
    kinds: Mapping[str, str] = attrs.field(factory=dict)
    words: Mapping[str, Mapping[str, Scalar]] = attrs.field(factory=dict)
    constants: Mapping[str, Scalar] = attrs.field(factory=dict)
    guards: Mapping[str, When] = attrs.field(factory=dict)
    events: tuple[EventRule, ...] = ()
    only_changes: tuple[str, ...] = ()
    opens: tuple[When, ...] = ()
    several_units: str = REFUSED
    store: Mapping[str, str] = attrs.field(factory=dict)
    identical_rows: str = FURTHER_FACTS
    whole_numbers: bool = False
    in_order: tuple[str, ...] = ()
    state_rows: bool = False
    known_units: bool = False
    untold: Mapping[str, str] = attrs.field(factory=dict)
    unsure: tuple[str, ...] = ()
    exchange: bool = False

    @property
    def watched(self) -> tuple[str, ...]:
        """The columns in which a change since the ticket's row before matters."""
        conditions = [*self.opens, *(when for event in self.events for when in (*event.when, *event.told_by))]
        changed = [when.column for when in conditions if when.changed or when.was]
        states = [column for event in self.events for column in event.moved_by] if self.state_rows else []
        return tuple(dict.fromkeys((*self.only_changes, *states, *changed)))

    @property
    def by_ticket(self) -> bool:
        """Whether a row tells all of a ticket's round, and not one event or a snapshot."""
        kinds = {event.kind for event in self.events}
        return Dispatch.kind in kinds and BY_WORD not in kinds and not (self.watched or self.opens)

    @property
    def is_silent(self) -> bool:
        """Whether it says of no row what that tells: a proposal that nobody finished."""
        return not self.events and not self.exchange

    @property
    def must_change(self) -> tuple[str, ...]:
        """The columns of which one must have changed, or the row is ignored; none: every row is read."""
        return self.watched if self.state_rows else self.only_changes


# what must fit together


def mistakes_in(profile: Profile) -> Iterator[Mistake]:
    """Every mistake of a profile of the right shape; `column` is the path of its key."""
    yield from _wrong_words(profile)
    yield from _wrong_store(profile)
    yield from _wrong_times(profile)
    yield from _wrong_columns(profile)
    yield from _wrong_events(profile)


def _wrong_words(profile: Profile) -> Iterator[Mistake]:
    """Values of the outside that no fact could hold."""
    for word, kind in profile.kinds.items():
        if word == UNLISTED and kind != IGNORE:
            yield Mistake(f"kinds.{word}", kind, "would make facts of words that nobody listed", 'write "*" = "ignore"')
        elif kind != IGNORE and kind not in KIND:
            yield Mistake(f"kinds.{word}", kind, "is no kind of fact", KNOWN_KINDS)
    given = [(f"constants.{field}", field, value) for field, value in profile.constants.items()]
    for field, values in profile.words.items():
        given += [(f"words.{field}.{word}", field, value) for word, value in values.items()]
    yield from _wrong_values(given)
    for number, event in enumerate(profile.events):
        given = [(f"events[{number}].constants.{field}", field, value) for field, value in event.constants.items()]
        yield from _wrong_values(given)
    for kind, answer in profile.untold.items():
        if kind not in UNTOLD or answer not in ANSWERS:
            kinds = sentence("write full or breach for one of: {known}", known=" ".join(UNTOLD))
            yield Mistake(f"untold.{kind}", answer, "says nothing of what the platform does not tell", kinds)
        elif kind in (LIMIT, RATING) and answer == "breach":
            why = "cannot count as not done: without it nobody knows what would be late or not content"
            yield Mistake(f"untold.{kind}", answer, why, "write full, or leave it out")
    if profile.identical_rows not in (SAME_FACT, FURTHER_FACTS):
        yield Mistake("identical_rows", profile.identical_rows, "is neither of two", "write same_fact or further_facts")
    if profile.several_units not in (REFUSED, LEAD_AND_ASSIST, ONE_NAME):
        several = "write refused, lead_and_assist or one_name"
        yield Mistake("several_units", profile.several_units, "is none of three", several)


def _wrong_store(profile: Profile) -> Iterator[Mistake]:
    """Texts that are to be kept without a reason why, or that are none."""
    for field, why in profile.store.items():
        if field not in STORED_TEXTS:
            yield Mistake(f"store.{field}", field, "is no field that holds text", KNOWN_TEXTS)
        elif not why.strip():
            yield Mistake(
                f"store.{field}", why, "does not say why it is kept", "write what the office needs the text for"
            )


def _wrong_values(given: Sequence[tuple[str, str, Scalar]]) -> Iterator[Mistake]:
    """Of (key, field, value): what no fact could hold."""
    for key, field, value in given:
        if STORED_AS.get(field, field) not in FIELDS:
            yield Mistake(key, value, "is no field of any fact", KNOWN_FIELDS)
            continue
        try:
            READERS.get(STORED_AS.get(field, field), _word)(value)
        except ValueError as refused:
            yield Mistake(key, value, str(refused), "write what a fact can hold")


def _word(value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("is not text")


def _wrong_times(profile: Profile) -> Iterator[Mistake]:
    """A format must give back the moment written in it: one without the year, or minutes, does not."""
    for key, formats, sample in (
        ("times", profile.times, datetime(2023, 11, 24, 21, 32)),
        ("dates", profile.dates, datetime(2023, 11, 24)),
    ):
        for pattern in formats:
            written = pattern
            for directive, part in SAMPLE:
                written = written.replace(directive, part)
            try:
                same = pattern == "iso" or datetime.strptime(written, pattern) == sample
            except (ValueError, re.error):  # a directive twice is an error of the pattern that strptime makes of it
                same = False
            if not same:
                why = "is no format of a whole moment" if key == "times" else "is no format of a date"
                yield Mistake(key, pattern, why, "write it like %Y-%m-%d %H:%M:%S")
    try:
        local_instant(datetime(2023, 11, 24), profile.zone)
    except (ValueError, KeyError, OSError):
        yield Mistake("zone", profile.zone, "is no time zone", "write it like Asia/Shanghai")
    if not profile.times and not profile.exchange:
        yield Mistake("times", None, "is missing", "write it like %Y-%m-%d %H:%M:%S")


def _wrong_columns(profile: Profile) -> Iterator[Mistake]:
    """Columns that are spoken of but not mapped, or mapped to nothing."""
    for column, headings in profile.columns.items():
        if not headings:
            yield Mistake(f"columns.{column}", None, "has no headings", GIVE_HEADINGS)
    spoken = [("needed", column) for column in profile.needed]
    spoken += [("in_order", column) for column in profile.in_order]
    spoken += [("unsure", column) for column in profile.unsure]
    spoken += [("only_changes", column) for column in profile.only_changes]
    spoken += [("opens", when.column) for when in profile.opens]
    key = "state_rows" if profile.state_rows else "only_changes"
    spoken += [(key, column) for column in ("ticket", "at") if profile.watched or profile.opens]
    spoken += [(f"guards.{field}", when.column) for field, when in profile.guards.items()]
    for number, event in enumerate(profile.events):
        told = [event.at, event.at_else, event.count, *event.fields.values()]
        told += [when.column for when in (*event.when, *event.told_by)]
        spoken += [(f"events[{number}]", column) for column in told if column is not None]
    for key, column in dict.fromkeys(spoken):
        if column not in profile.columns:
            yield Mistake(key, column, sentence("speaks of {column}", column=column), GIVE_HEADINGS)


def _wrong_events(profile: Profile) -> Iterator[Mistake]:
    """Events that could never become a fact. A profile without any is one still to be finished: nothing
    is imported by it."""
    if profile.state_rows and profile.only_changes:
        remedy = "leave only_changes out: of state rows only changes are read"
        yield Mistake("only_changes", " ".join(profile.only_changes), "is said by state_rows already", remedy)
    for number, event in enumerate(profile.events):
        key = f"events[{number}]"
        if profile.state_rows and not event.moved_by:
            yield Mistake(key, event.kind, "would be told by every state", "say under when which column changed")
        kinds = [event.kind] if event.kind != BY_WORD else sorted({*profile.kinds.values()} - {IGNORE})
        if event.kind == BY_WORD and not (profile.columns.get("kind") and kinds):
            yield Mistake(key, event.kind, "has no words to go by", "map the column kind, and give [kinds]")
        for kind in kinds:
            if kind not in KIND:
                if event.kind != BY_WORD:
                    yield Mistake(key, kind, "is no kind of fact", KNOWN_KINDS)
                continue
            has = {*profile.columns, *profile.constants, *event.fields, *event.constants}
            for field in KIND[kind].needs:
                if field not in has:
                    why = sentence("can give no {kind}: it has no {field}", kind=sentence(kind), field=field)
                    yield Mistake(key, field, why, GIVE_HEADINGS)
        if event.kind in KIND:
            for field in (*event.fields, *event.constants):
                if STORED_AS.get(field, field) not in fields_of(KIND[event.kind]):
                    why = sentence("is no field of {kind}", kind=sentence(event.kind))
                    yield Mistake(f"{key}.fields.{field}", field, why, KNOWN_FIELDS)
