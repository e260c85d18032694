"""What files say otherwise than the ledger knows, old -> new, grouped by what changed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from calendars.instants import read_iso
from kaoping.language.language import Language
from kaoping.language.moments import moment
from ledger.batches import Change

YES_NO = {"true": "yes", "false": "no"}
SHOWN = 5  # examples of what differs from ticket to ticket


INSTANTS = ("at", "due_at", "until")


def field_name(language: Language, field: str) -> str:
    """What a field is called: 时间 of `at`."""
    return language.say(field)


def value_shown(language: Language, change: Change, value: str | None) -> str | None:
    """A value as people read it: an instant in their clock, yes and no in their words."""
    if value is None:
        return None
    if change.field in INSTANTS:
        return moment(read_iso(value), language.code)
    return language.say(YES_NO[value]) if value in YES_NO else language.say(value) if change.field == "role" else value


def change_json(change: Change) -> dict[str, Any]:
    """What a row says otherwise than the ledger knew."""
    return attrs.asdict(change)


def change_lines(language: Language, changes: Sequence[Change]) -> Iterator[str]:
    """The same change of many tickets on one line; else each, up to some."""
    fields: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in changes:
        fields[change.kind, change.field].append(change)
    for (kind, field), found in fields.items():
        pairs: dict[tuple[str, str], list[Change]] = defaultdict(list)
        for change in found:
            pairs[_told(language, change, change.was), _told(language, change, change.now)].append(change)
        for (was, now), same in list(pairs.items())[:SHOWN]:
            yield language.say(
                "  {kind} {field}: {was} → {now} ({count}: row {row}, {ticket}{more})",
                kind=language.say(kind), field=field_name(language, field), was=was, now=now, count=len(same), row=same[0].row,
                ticket=same[0].ticket, more=" …" if len(same) > 1 else "",
            )  # fmt: skip
        if len(pairs) > SHOWN:
            count = sum(len(same) for same in list(pairs.values())[SHOWN:])
            yield language.say(
                "  … and {count} more of {kind} {field}",
                count=count,
                kind=language.say(kind),
                field=field_name(language, field),
            )


def last_line(language: Language, changes: Sequence[Change], declined: int = 0) -> Iterator[str]:
    """How many there were, and what became of them; so many were declined before."""
    taken = sum(change.taken for change in changes)
    if taken:
        yield language.say("{count} changes taken: each old fact is voided, and the new one follows.", count=taken)
    elif len(changes) > declined:
        yield language.say(
            "{count} changes kept aside: the ledger stays as it was. Import again with --replace to take them.",
            count=len(changes) - declined,
        )
    if declined:
        yield language.say("{count} changes were declined before: they stay so.", count=declined)


def _told(language: Language, change: Change, value: str | None) -> str:
    shown = value_shown(language, change, value)
    return language.say("(empty)") if shown is None else shown
