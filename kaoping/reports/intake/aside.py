"""Every batch with what became of its rows, and what became no fact, with the reasons."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from calendars.instants import show_iso
from kaoping.language.language import Language
from kaoping.office.imports import Remainder, change_json
from kaoping.reports.intake.changes import change_lines
from kaoping.reports.page import Block, Column, Kind, Table, page_of
from ledger.batches import Batch

COUNTS = ("rows", "accepted", "known", "quarantined", "ignored", "events_added")
REASON = ("column", "value", "why")
SHOWN = 10  # rows named beside a reason


def batches_json(batches: Sequence[Batch]) -> dict[str, Any]:
    """The document of `kaoping batches --json`."""
    return {
        "batches": [
            {
                "batch": one.number, "file": one.name, "sha256": one.sha256, "profile": one.profile,
                "recorded_at": show_iso(one.recorded_at), **{name: getattr(one, name) for name in COUNTS},
            }
            for one in batches
        ]
    }  # fmt: skip


@page_of
def batches_page(language: Language, batches: Sequence[Batch]) -> Iterator[Block]:
    """A table: rows = accepted + known + quarantined + ignored."""
    keys = [
        Column(language.say("batch"), [one.number for one in batches], Kind.COUNT),
        Column(language.say("file"), [one.name for one in batches]),
    ]
    told = [
        Column(language.say("recorded at"), [one.recorded_at for one in batches], Kind.INSTANT),
        Column(language.say("profile"), [one.profile for one in batches]),
        Column(language.say("rows"), [one.rows for one in batches], Kind.COUNT),
        Column(language.say("accepted"), [one.accepted for one in batches], Kind.COUNT),
        Column(language.say("known"), [one.known for one in batches], Kind.COUNT),
        Column(language.say("quarantined"), [one.quarantined for one in batches], Kind.COUNT),
        Column(language.say("ignored"), [one.ignored for one in batches], Kind.COUNT),
        Column(language.say("events added"), [one.events_added for one in batches], Kind.COUNT),
    ]
    yield Table(language.say("Batches of the ledger"), keys, told)


def aside_json(found: Sequence[Remainder]) -> dict[str, Any]:
    """The document of `kaoping aside --json`."""
    return {
        "batches": [
            {
                "batch": one.batch.number, "file": one.batch.name,
                "rows": [
                    {"row": row, "cells": dict(cells), "reasons": [dict(zip(REASON, why, strict=True)) for why in reasons]}
                    for row, cells, reasons in one.rows
                ],
                "changes": [change_json(change) for change in one.changes],
            }
            for one in found
        ]
    }  # fmt: skip


@page_of
def aside_page(language: Language, found: Sequence[Remainder]) -> Iterator[Block]:
    """Of each batch how much, then by reason with its rows, then the changes."""
    if not found:
        yield language.say("Nothing is kept aside.")
    for one in found:
        yield language.say(
            "Batch {number} ({name}): {rows} rows kept aside, {changes} changes",
            number=one.batch.number, name=one.batch.name, rows=len(one.rows), changes=len(one.changes),
        )  # fmt: skip
        reasons: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for row, _, told in one.rows:
            for reason in told:
                reasons[tuple(reason)].append(row)
        for (column, value, why), rows in sorted(reasons.items(), key=lambda pair: -len(pair[1])):
            shown = " ".join(map(str, rows[:SHOWN])) + (" …" if len(rows) > SHOWN else "")
            yield language.say(
                "  {count} × {column} '{value}' {why}: rows {rows}",
                count=len(rows), column=column, value=value, why=language.say(why), rows=shown,
            )  # fmt: skip
        for taken in (False, True):
            part = [change for change in one.changes if change.taken == taken]
            if part:
                yield language.say("  changes taken:" if taken else "  changes kept aside:")
                yield from change_lines(language, part)
