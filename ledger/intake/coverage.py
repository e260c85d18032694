"""Which kinds of fact a table can tell, which headings it lacks for the others, and which of its headings may be those."""

from collections.abc import Iterator, Mapping, Sequence

from ledger.batches import Coverage
from ledger.facts import IN_FULL, UNTOLD, Dispatch, Extend, Fact, Redo
from ledger.intake.nearest import CONTAINED, likeness, nearest, plain
from ledger.intake.profile import BY_WORD, IGNORE, EventRule, Profile
from ledger.texts import masked

ASSUMED = (Extend.kind, Redo.kind)
"""The kinds that are taken where a row says that they happened, but not when."""
OWN_COLUMNS = ("sign", "contact", "close")
"""The kinds for which a sub-order has columns of its own, where it has any."""
OPEN_UNIT = "unit"
MOST_HEADINGS = 300  # of a table, kept and told
HEADING_WIDTH = 60

Places = Mapping[str, int]


def coverage_of(profile: Profile, header: Sequence[str], places: Places, facts: Sequence[Fact]) -> Coverage:
    """What a table covers; `places` are those of the columns it has, `facts` those it told."""
    unread = tuple(_short(one) for one in _unread(header, places))[:MOST_HEADINGS]
    assumed = sum(bool(getattr(fact, "assumed", None)) for fact in facts)
    if profile.exchange:
        return Coverage(tells=(Dispatch.kind, *UNTOLD), columns_unread=unread, assumed=assumed)
    absent = [column for column in profile.columns if column not in places and column not in _closed(profile, places)]
    missing = {kind: column for kind in UNTOLD for column in _missing(profile, places, kind)}
    told = {kind for event in profile.events for kind in kinds_of(profile, event) if tells(event, kind, places)}
    return Coverage(
        tells=tuple(kind for kind in (Dispatch.kind, *UNTOLD) if kind in told),
        columns_absent=tuple(profile.columns[column][0] for column in absent),
        columns_unread=unread, assumed=assumed,
        missing={kind: profile.columns[column][0] for kind, column in missing.items()},
        likely=dict(_likely(profile, absent, {*missing.values()}, unread)),
    )  # fmt: skip


def untold_of(profile: Profile, places: Places, event: EventRule) -> str | None:
    """The kinds that a table cannot tell of the rounds that one of its dispatch rules opens, as the dispatch carries them."""
    unit = event.fields.get(OPEN_UNIT, OPEN_UNIT)
    untold = {kind for kind in UNTOLD if not _told(profile, places, kind, OPEN_UNIT)}
    if unit != OPEN_UNIT:
        for kind in OWN_COLUMNS:
            if any(kind in kinds_of(profile, one) for one in _rules(profile, unit)):
                untold -= {kind}
                untold |= set() if _told(profile, places, kind, unit) else {kind}
    answers = profile.untold
    kinds = [kind for kind in UNTOLD if kind in untold and answers.get(kind) != "breach"]
    return " ".join(kind + (IN_FULL if answers.get(kind) == "full" else "") for kind in kinds) or None


def tells(event: EventRule, kind: str, places: Places) -> bool:
    """Whether a table with these columns can tell facts of a kind by a rule."""
    if any(when.column not in places for when in event.when):
        return False
    if event.at in places or event.at_else in places:
        return True
    said = event.count in places or any(when.column in places for when in event.told_by)
    if kind == Extend.kind:
        said = said and any(event.fields.get(name, name) in places for name in ("days", "until"))
    return kind in ASSUMED and said


def kinds_of(profile: Profile, event: EventRule) -> tuple[str, ...]:
    """The kinds that a rule can tell: its own, or those of the profile's words."""
    if event.kind != BY_WORD:
        return (event.kind,)
    return tuple(dict.fromkeys(kind for kind in profile.kinds.values() if kind != IGNORE))


def _rules(profile: Profile, unit: str) -> Iterator[EventRule]:
    """The rules of what units named in one column do."""
    yield from (event for event in profile.events if event.fields.get(OPEN_UNIT, OPEN_UNIT) == unit)


def _told(profile: Profile, places: Places, kind: str, unit: str) -> bool:
    return any(kind in kinds_of(profile, one) and tells(one, kind, places) for one in _rules(profile, unit))


def _missing(profile: Profile, places: Places, kind: str) -> Iterator[str]:
    """The column of the time of a kind that the table cannot tell, of its lead or else of a sub-order that it has."""
    units = [
        OPEN_UNIT,
        *(one.fields[OPEN_UNIT] for one in profile.events if one.kind == Dispatch.kind and OPEN_UNIT in one.fields),
    ]
    for unit in dict.fromkeys(units):
        own = [one for one in _rules(profile, unit) if kind in kinds_of(profile, one)]
        asked = unit == OPEN_UNIT or (unit in places and kind in OWN_COLUMNS)
        if asked and own and not _told(profile, places, kind, unit):
            yield own[0].at
            return


def _closed(profile: Profile, places: Places) -> set[str]:
    """The columns of sub-orders that the table has none of."""
    spoken: dict[str, set[str]] = {}
    for event in profile.events:
        columns = {event.at, *event.fields.values(), *(when.column for when in event.told_by)}
        spoken.setdefault(event.fields.get(OPEN_UNIT, OPEN_UNIT), set()).update(columns)
    closed = [columns for unit, columns in spoken.items() if unit != OPEN_UNIT and unit not in places]
    return set().union(*closed) if closed else set()


def _unread(header: Sequence[str], places: Places) -> list[str]:
    read = {*places.values()}
    return [heading for place, heading in enumerate(header) if place not in read and plain(heading)]


def _likely(
    profile: Profile, absent: Sequence[str], missing: set[str], unread: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """The heading that is most like each absent column, the first heading of which names it: of those that nothing else tells,
    any that is like it; of the others, one that is nearly it."""
    for column in absent:
        headings = profile.columns[column]
        found = [(likeness(heading, near[0]), near[0]) for heading in headings if (near := nearest(heading, unread, 1))]
        best = max(found, default=(0.0, ""))
        if best[1] and (column in missing or best[0] >= CONTAINED):
            yield headings[0], best[1]


def _short(heading: str) -> str:
    text = masked(" ".join(heading.split()))
    return text if len(text) <= HEADING_WIDTH else f"{text[: HEADING_WIDTH - 1]}…"
