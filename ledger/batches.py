"""What a ledger takes and gives back: sources, batches, events at their places, heads."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import attrs

from ledger.facts import Fact


@attrs.frozen(kw_only=True)
class Telling:
    """What a file can say otherwise than an earlier one: whether a row tells all of a ticket's round (`by_ticket`), or one event;
    and of each kind it has columns for, the fields that it tells (None: all). `untimed`: by (row, kind), how many acts a row tells
    without their time: such are not gone from it. `steps`: whether its rows number the steps of a ticket (`seq`), the same each time.
    `sub_orders`: whether a row can tell rounds of units below its own."""

    by_ticket: bool
    fields: Mapping[str, frozenset[str] | None]
    untimed: Mapping[tuple[int, str], int] = attrs.Factory(dict)
    steps: bool = False
    sub_orders: bool = False


@attrs.frozen(kw_only=True)
class Coverage:
    """What a file can tell: the kinds of fact it has columns for, and of how many facts it said no time (`assumed`). `missing` names
    the absent heading of each kind it cannot tell, `likely` the unread heading most like an absent one: 签收时间 -> 单位签收时间.
    `form`: what a row of it tells, whatever its profile is called (`ledger.intake.coverage.form_of`); None where nobody recorded it."""

    tells: tuple[str, ...]
    columns_absent: tuple[str, ...] = ()
    columns_unread: tuple[str, ...] = ()
    assumed: int = 0
    missing: Mapping[str, str] = attrs.Factory(dict)
    likely: Mapping[str, str] = attrs.Factory(dict)
    form: str | None = None


@attrs.frozen(kw_only=True)
class Change:
    """What a row says otherwise than the ledger knows: of a ticket's fact of one kind, a `field` that was and is now another (None:
    empty; `now` None of the field at: the whole act is gone). Of a survey of 茅店镇: rating, 不满意 -> 满意. Not `taken`, it is kept
    aside. `act`: which of such acts, by its instant and what else tells it from others then; None where nobody recorded it."""

    row: int
    ticket: str
    unit: str | None
    kind: str
    field: str
    was: str | None
    now: str | None
    taken: bool
    act: str | None = None


@attrs.frozen(kw_only=True)
class Source:
    """Where a batch of facts comes from: a file by name and SHA-256, read through a profile, and what became of its rows.

    `facts` are (row, fact); `quarantined` are (row, cells as JSON, reasons as JSON) of rows that became nothing. `texts` are
    kept by their digest: what a publication rests on. With `telling`, its facts are held against what stands on their tickets, and
    with `replace` they take its place where they say otherwise. `as_told` are, by their place in `facts`, the facts of which the
    file said more than is kept: by that they are known again. `parts` are what `quarantined` is, of rows that gave facts and of which
    an act is kept aside; `mends` are (row, number) of rows that mend what was kept aside under that number. `data` is
    the file itself, to be kept. `coverage` is what it can tell; `forms` are those of known profiles, by their names, for batches of
    which nobody recorded it.
    """

    name: str
    sha256: str
    profile: str
    rows: int
    facts: Sequence[tuple[int, Fact]]
    ignored: int = 0
    repeated: int = 0
    quarantined: Sequence[tuple[int, str, str]] = ()
    texts: Sequence[str] = ()
    telling: Telling | None = None
    replace: bool = False
    as_told: Mapping[int, Fact] = attrs.field(factory=dict)
    parts: Sequence[tuple[int, str, str]] = ()
    mends: Sequence[tuple[int, str]] = ()
    data: bytes | None = None
    coverage: Coverage | None = None
    forms: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Batch:
    """One import, as the ledger keeps it. rows = accepted + known + quarantined + ignored. `by`: who wrote it, if that was said."""

    number: int
    name: str
    sha256: str
    profile: str
    recorded_at: int
    rows: int
    accepted: int
    known: int
    quarantined: int
    ignored: int
    events_added: int
    last_position: int
    by: str | None = None


@attrs.frozen
class Event:
    """A fact at its place in the ledger, with the batch and row it came from."""

    position: int
    key: str
    fact: Fact
    batch: int
    row: int


class Taken(NamedTuple):
    """What a source came to: its batch, what it said otherwise than the ledger knew, what stands of its tickets and is neither told nor
    changed by it (`absent`), and profiles of earlier batches of which nobody knows the form (`unsure`)."""

    batch: Batch
    changes: tuple[Change, ...]
    absent: tuple[Event, ...] = ()
    unsure: tuple[str, ...] = ()


class Kin(NamedTuple):
    """Batches beside a source: those of its form (`own`), those that people typed in, and, of files of which nobody knows the form,
    the profile (`unsure`)."""

    own: frozenset[int]
    typed: frozenset[int]
    unsure: Mapping[int, str]


@attrs.frozen
class Head:
    """How far the ledger goes: the last position and the hash that stands for everything up to it."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"
