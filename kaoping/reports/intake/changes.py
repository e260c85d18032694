"""What files say otherwise than the ledger knows, old -> new, grouped by what changed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from kaoping.language.language import Language
from ledger.batches import Change

SHOWN = 5  # examples of what differs from ticket to ticket


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
            pairs[_told(language, change.was), _told(language, change.now)].append(change)
        for (was, now), same in list(pairs.items())[:SHOWN]:
            yield language.say(
                "  {kind} {field}: {was} → {now} ({count}: row {row}, {ticket}{more})",
                kind=language.say(kind), field=field, was=was, now=now, count=len(same), row=same[0].row,
                ticket=same[0].ticket, more=" …" if len(same) > 1 else "",
            )  # fmt: skip
        if len(pairs) > SHOWN:
            count = sum(len(same) for same in list(pairs.values())[SHOWN:])
            yield language.say(
                "  … and {count} more of {kind} {field}", count=count, kind=language.say(kind), field=field
            )


def last_line(language: Language, changes: Sequence[Change]) -> Iterator[str]:
    """How many there were, and what became of them."""
    taken = sum(change.taken for change in changes)
    if taken:
        yield language.say("{count} changes taken: each old fact is voided, and the new one follows.", count=taken)
    elif changes:
        yield language.say(
            "{count} changes kept aside: the ledger stays as it was. Import again with --replace to take them.",
            count=len(changes),
        )


def _told(language: Language, value: str | None) -> str:
    return language.say("(empty)") if value is None else value
