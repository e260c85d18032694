"""What a table can tell, which headings it lacks for the rest, which of its headings may be those, and what is taken in their stead."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ledger.batches import Coverage
from ledger.facts import IN_FULL, LIMIT, RATING, UNTOLD, UNTOLD_KINDS, Dispatch, Extend, Fact, Redo, Survey
from ledger.intake.cells import shown
from ledger.intake.nearest import CONTAINED, LIKE, likeness, nearest, plain
from ledger.intake.profile import BY_WORD, IGNORE, EventRule, Profile
from ledger.intake.tables.table import LogTable
from ledger.texts import masked

ASSUMED = (Extend.kind, Redo.kind)
"""The kinds that are taken where a row says that they happened, but not when."""
OWN_COLUMNS = ("sign", "contact", "close")
"""The kinds for which a sub-order has columns of its own, where it has any."""
OPEN_UNIT = "unit"
LIMITS = ("limit_days", "due_at")
"""The fields of a dispatch of which one says when its closing is due."""
LIMIT_UNIT = "limit_unit"
STOOD_IN = ("channel", "role", "anonymous", "assessed", "appealed", "contacted", LIMIT_UNIT)
"""The columns that say who is judged, and by what: without them something is taken in their stead (`reports.intake.coverage`)."""
BLANKS = ("channel", "anonymous")
"""Those of which a blank cell does the same."""
ONLY_LIKE = ("appealed",)
"""Those that few platforms have: they are spoken of where a heading is like them."""
MOST_HEADINGS = 300  # of a table, kept and told
HEADING_WIDTH = 60
CELLS_TRIED = 2_000
UNITS_OF_TIME = re.compile(
    r"个?(工作日|自然日|日历日|工作天|自然天|工作小时|自然小时|小时|时|天|日|周|月|分钟|分)"
    r"|((working|business|calendar) )?(day|hour|minute|week)s?",
    re.I,
)

Places = Mapping[str, int]


def coverage_of(
    profile: Profile, header: Sequence[str], places: Places, facts: Sequence[Fact], unsure: Mapping[str, str]
) -> Coverage:
    """What a table covers; `places` are those of the columns it has, `facts` those it told, `unsure` what `unsure_of` says."""
    unread = tuple(_short(one) for one in _unread(header, places))[:MOST_HEADINGS]
    assumed = sum(bool(getattr(fact, "assumed", None)) for fact in facts)
    if profile.exchange:
        return Coverage(tells=(Dispatch.kind, *UNTOLD), columns_unread=unread, assumed=assumed, form=form_of(profile))
    absent = [column for column in profile.columns if column not in places and column not in _closed(profile, places)]
    missing = dict(_missing(profile, places, unsure))
    told = {kind for event in profile.events for kind in kinds_of(profile, event) if tells(event, kind, places)}
    told |= {LIMIT} if any(_limited(profile, one, places, unsure) for one in _dispatches(profile)) else set()
    told |= {RATING} if _rated(profile, places) else set()
    likely = dict(_likely(profile, absent, {*missing.values()}, unread))
    likely |= {profile.columns[profile.guards[field].column][0]: _short(heading) for field, heading in unsure.items()}
    spoken = {
        column for column in STOOD_IN if column not in ONLY_LIKE or profile.columns.get(column, ("",))[0] in likely
    }
    stood = [column for column in _stood_in(profile, header, places, unsure) if column in spoken]
    return Coverage(
        tells=tuple(kind for kind in (Dispatch.kind, *UNTOLD) if kind in told),
        columns_absent=tuple(profile.columns[column][0] for column in absent),
        columns_unread=unread, assumed=assumed,
        missing={kind: profile.columns[column][0] for kind, column in (*missing.items(), *zip(stood, stood, strict=True))},
        likely=likely, form=form_of(profile),
    )  # fmt: skip


def form_of(profile: Profile) -> str:
    """What a row of a format tells, and the columns that tell it from other formats: the same of a profile that was copied, renamed and
    given further headings. An earlier file of the same form told, under another name, of the same things."""
    told = "ticket" if profile.by_ticket else "state" if profile.watched or profile.opens else "event"
    return " ".join(("exchange" if profile.exchange else told, *sorted(profile.needed)))


def untold_of(profile: Profile, places: Places, event: EventRule, unsure: Mapping[str, str]) -> str | None:
    """What a table cannot tell of the rounds that one of its dispatch rules opens, as the dispatch carries it."""
    unit = event.fields.get(OPEN_UNIT, OPEN_UNIT)
    untold = {kind for kind in UNTOLD_KINDS if not _told(profile, places, kind, OPEN_UNIT)}
    if unit != OPEN_UNIT:
        for kind in OWN_COLUMNS:
            if any(kind in kinds_of(profile, one) for one in _rules(profile, unit)):
                untold -= {kind}
                untold |= set() if _told(profile, places, kind, unit) else {kind}
    if not _limited(profile, event, places, unsure):
        untold.add(LIMIT)
    if Survey.kind not in untold and not _rated(profile, places):
        untold.add(RATING)
    answers = profile.untold
    kinds = [kind for kind in UNTOLD if kind in untold and answers.get(kind) != "breach"]
    return " ".join(kind + (IN_FULL if answers.get(kind) == "full" else "") for kind in kinds) or None


def unsure_of(profile: Profile, table: LogTable, places: Places) -> Mapping[str, str]:
    """Of each guarded field of which the table lacks the guard's column: the unread heading that may be it. Limits whose unit may
    stand under 时限类型 are not read at all, as nobody knows that they are working days. A heading that names it itself
    (处理时限(工作日)) is sure."""
    found: dict[str, str] = {}
    for field, guard in profile.guards.items():
        if guard.column in places or field not in places or _names(guard.words, table.header[places[field]]):
            continue
        headings = profile.columns[guard.column]
        for heading in _unread(table.header, places):
            close = max(likeness(one, heading) for one in headings)
            if close >= CONTAINED or _holds_units(table, heading):
                found.setdefault(field, heading)
    return found


def _names(words: Sequence[str], heading: str) -> bool:
    return any(word in heading for word in words)


def _holds_units(table: LogTable, heading: str) -> bool:
    """Whether nothing but units of time stands under a heading."""
    place = table.header.index(heading)
    cells = {shown(row.cells[place]).strip() for row in table.rows[:CELLS_TRIED] if not row.fault} - {""}
    return bool(cells) and all(UNITS_OF_TIME.fullmatch(cell) for cell in cells)


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


def has_sub_orders(profile: Profile, places: Places) -> bool:
    """Whether a row of a ticket tells dispatches to units below its own, in columns of theirs that the table has."""
    below = [one for one in _dispatches(profile) if OPEN_UNIT in one.fields]
    return any(one.fields[OPEN_UNIT] in places and tells(one, Dispatch.kind, places) for one in below)


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


def _dispatches(profile: Profile) -> Iterator[EventRule]:
    yield from (event for event in profile.events if Dispatch.kind in kinds_of(profile, event))


def _gives(profile: Profile, event: EventRule, field: str, places: Places) -> bool:
    """Whether a rule gives its facts a field, by a column or as a constant."""
    return event.fields.get(field, field) in places or field in event.constants or field in profile.constants


def _limited(profile: Profile, event: EventRule, places: Places, unsure: Mapping[str, str]) -> bool:
    """Whether a dispatch rule can tell when the closing is due."""
    return any(field not in unsure and _gives(profile, event, field, places) for field in LIMITS)


def _rated(profile: Profile, places: Places) -> bool:
    """Whether a table can tell the word of a survey."""
    surveys = [one for one in profile.events if Survey.kind in kinds_of(profile, one)]
    return any(tells(one, Survey.kind, places) and _gives(profile, one, RATING, places) for one in surveys)


def _missing(profile: Profile, places: Places, unsure: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What the table cannot tell -> the column that would tell it: of a kind that of its time, of its lead or else of a sub-order
    that it has."""
    sub_orders = [
        one.fields[OPEN_UNIT] for one in profile.events if one.kind == Dispatch.kind and OPEN_UNIT in one.fields
    ]
    for kind in UNTOLD_KINDS:
        for unit in dict.fromkeys((OPEN_UNIT, *sub_orders)):
            own = [one for one in _rules(profile, unit) if kind in kinds_of(profile, one)]
            asked = unit == OPEN_UNIT or (unit in places and kind in OWN_COLUMNS)
            if asked and own and not _told(profile, places, kind, unit):
                yield kind, own[0].at
                break
    for event in _dispatches(profile):
        if event.at in places and not _limited(profile, event, places, unsure):
            columns = [event.fields.get(field, field) for field in LIMITS]
            unsaid = [profile.guards[field].column for field in LIMITS if field in unsure]
            yield from ((LIMIT, column) for column in (*unsaid, *columns)[:1] if column in profile.columns)
            break
    if _told(profile, places, Survey.kind, OPEN_UNIT) and not _rated(profile, places) and RATING in profile.columns:
        yield RATING, RATING


def _stood_in(profile: Profile, header: Sequence[str], places: Places, unsure: Mapping[str, str]) -> Iterator[str]:
    """The columns that the table lacks, and in the stead of which something is taken."""
    fixed = {*profile.constants, *(field for one in _dispatches(profile) for field in one.constants if not one.fields)}
    for column in STOOD_IN:
        if column not in profile.columns or column in places or column in fixed:
            continue
        if column == "contacted" and not _told(profile, places, Survey.kind, OPEN_UNIT):
            continue
        if column == LIMIT_UNIT:
            guarded = [field for field, guard in profile.guards.items() if guard.column == column and field in places]
            guarded = [one for one in guarded if not _names(profile.guards[one].words, header[places[one]])]
            if not [field for field in guarded if field not in unsure]:
                continue
        yield column


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
    """The heading that is most like each absent column, the first heading of which names it: of those that nothing else tells, or in
    whose stead something is taken, any that is like it; of the others, one that is nearly it."""
    for column in absent:
        headings = profile.columns[column]
        found = [(likeness(heading, near[0]), near[0]) for heading in headings if (near := nearest(heading, unread, 1))]
        best = max(found, default=(0.0, ""))
        least = LIKE if column in missing or column in STOOD_IN or column in LIMITS else CONTAINED
        if best[1] and best[0] >= least:
            yield headings[0], best[1]


def _short(heading: str) -> str:
    text = masked(" ".join(heading.split()))
    return text if len(text) <= HEADING_WIDTH else f"{text[: HEADING_WIDTH - 1]}…"
