"""Every batch with what became of its rows, and what became no fact, with the reasons."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from calendars.instants import show_iso
from kaoping.language.language import Language
from kaoping.office.intake.imports import AsideRow, Remainder, RowReason
from kaoping.office.intake.leftovers import Declined
from kaoping.reports.intake.changes import change_json, change_lines, field_name, value_shown
from kaoping.reports.page import Block, Column, Kind, PlainSheet, Table, page_of
from ledger.batches import Batch
from ledger.texts import masked

COUNTS = ("rows", "accepted", "known", "quarantined", "ignored", "events_added")
BECAME: Mapping[str, str] = {
    "mended": "mended", "taken": "taken", "declined": "declined", "told otherwise since": "told otherwise since",
}  # fmt: skip
SHOWN = 10  # rows named beside a reason


def batches_json(batches: Sequence[Batch]) -> dict[str, Any]:
    """The document of `kaoping batches --json`."""
    return {
        "batches": [
            {
                "batch": one.number, "file": one.name, "sha256": one.sha256, "profile": one.profile,
                "recorded_at": show_iso(one.recorded_at), "by": one.by, **{name: getattr(one, name) for name in COUNTS},
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
        *([Column(language.say("by"), [one.by or "" for one in batches])] if any(one.by for one in batches) else []),
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
                "batch": one.number, "file": one.name,
                "rows": [*map(_row_json, one.rows)], "parts": [*map(_row_json, one.parts)],
                "changes": [change_json(each.change) | {"became": each.became or None} for each in one.changes],
            }
            for one in found
        ]
    }  # fmt: skip


def _row_json(one: AsideRow) -> dict[str, Any]:
    return {
        "row": one.row, "number": one.number, "cells": dict(one.cells), "reasons": [*map(_reason_json, one.reasons)],
        "became": one.became or None,
    }  # fmt: skip


def _reason_json(reason: RowReason) -> dict[str, str]:
    return {"column": reason.column, "value": reason.value, "why": str(reason.why)}


@page_of
def aside_page(language: Language, found: Sequence[Remainder]) -> Iterator[Block]:
    """Of each batch how much, then by reason with its rows, then the changes."""
    if not found:
        yield language.say("Nothing is kept aside.")
    for one in found:
        yield language.say(
            "Batch {number} ({name}): {rows} rows kept aside, {parts} rows taken in part, {changes} changes",
            number=one.number, name=one.name, rows=len(one.rows), parts=len(one.parts), changes=len(one.changes),
        )  # fmt: skip
        reasons: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for each in one.all_rows:
            for reason in each.reasons:
                reasons[reason.column, reason.value, language.tell(reason.why)].append(each.row)
        for (column, value, why), rows in sorted(reasons.items(), key=lambda pair: -len(pair[1])):
            shown = " ".join(map(str, rows[:SHOWN])) + (" …" if len(rows) > SHOWN else "")
            yield language.say(
                "  {count} × {column} '{value}' {why}: rows {rows}",
                count=len(rows), column=column, value=value, why=why, rows=shown,
            )  # fmt: skip
        for became, count in Counter(each.became for each in one.all_rows if each.became).items():
            yield language.say(
                "  of these rows, {count} since: {became}", count=count, became=language.say(BECAME[became])
            )
        for became in ("", *BECAME):
            part = [each.change for each in one.changes if each.became == became]
            if part:
                yield language.say("  changes {became}:", became=language.say(BECAME.get(became, "kept aside")))
                yield from change_lines(language, part)


def declined_json(told: Declined) -> dict[str, Any]:
    """The document of `kaoping aside --decline --json`."""
    return {"declined": {"rows": told.rows, "changes": told.changes, "positions": list(told.positions)}}


@page_of
def declined_page(language: Language, told: Declined) -> Iterator[Block]:
    """How much was declined, and how to take that back."""
    yield language.say(
        "Declined: {rows} rows and {changes} changes, recorded as {positions}. kaoping void takes that back.",
        rows=told.rows, changes=told.changes, positions=" ".join(f"#{one}" for one in told.positions),
    )  # fmt: skip


def aside_sheets(language: Language, found: Sequence[Remainder]) -> list[PlainSheet]:
    """For each batch its rows under their own headings, the reasons behind them, so that the file can be mended and imported; then
    the rows that only the file itself can mend, and the changes."""
    say = language.say
    sheets = [_mendable(language, one) for one in found if any(each.cells for each in one.all_rows)]
    whole = [
        (one.number, one.name, each.row, why_aside(language, each.reasons))
        for one in found
        for each in one.all_rows
        if not each.cells
    ]
    if whole:
        header = [say("batch"), say("file"), say("row in the file"), say("why it is aside")]
        sheets.append(PlainSheet(say("to mend in the file"), header, whole))
    changes = [
        (
            one.number, each.change.row, each.change.ticket, each.change.unit, say(each.change.kind),
            field_name(language, each.change.field), value_shown(language, each.change, each.change.was),
            value_shown(language, each.change, each.change.now), say(BECAME.get(each.became, "kept aside")),
        )
        for one in found
        for each in one.changes
    ]  # fmt: skip
    if changes:
        header = [
            say("batch"), say("row in the file"), say("ticket"), say("unit"), say("kind of fact"), say("field"),
            say("before"), say("in the file"), say("what became of it"),
        ]  # fmt: skip
        sheets.append(PlainSheet(say("changes"), header, changes))
    return sheets or [PlainSheet(say("Nothing is kept aside."), [say("why it is aside")], [])]


def _mendable(language: Language, one: Remainder) -> PlainSheet:
    headings = [*dict.fromkeys(heading for each in one.all_rows for heading in each.cells)]
    header = [
        *headings, language.say("why it is aside"), language.say("row in the file"), language.say("number aside"),
    ]  # fmt: skip
    rows = (
        [
            *(_cell(each.cells.get(heading)) for heading in headings),
            why_aside(language, each.reasons),
            each.row,
            each.number,
        ]
        for each in one.all_rows
        if each.cells
    )
    return PlainSheet(masked(f"{one.number} {one.name}"), header, rows)


def _cell(value: str | int | float | None) -> str | int | float | None:
    """As the file had it; what a number in a sheet could not hold, as text."""
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) >= 10**15):
        return str(value).lower()
    return value


def why_aside(language: Language, reasons: Sequence[RowReason]) -> str:
    """The reasons of a row, each with its remedy."""
    return "；".join(
        " ".join(filter(None, (one.column, f"'{one.value}'" if one.value else "", language.tell(one.why))))
        + (f" → {language.tell(one.remedy)}" if one.remedy else "")
        for one in reasons
    )
