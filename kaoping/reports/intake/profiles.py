"""What a new profile is sure of, and what would come of a file that is read by a profile."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from kaoping.files.drafts import missing_told
from kaoping.language.language import Language
from kaoping.office.intake.profiles import CheckedTable, Draft, ProblemGroup
from kaoping.reports.intake.coverage import blank_lines, stood_in
from kaoping.reports.page import Block, Column, Kind, Table, page_of
from ledger.intake.wizard.guesses import SURE

SHOWN = 10  # rows named beside a reason
COUNTED = ("rows", "accepted", "repeated", "ignored")


@page_of
def draft_page(language: Language, draft: Draft, output: str) -> Iterator[Block]:
    """What the profile takes for what, in a few lines; the file says the rest."""
    proposal = draft.proposal
    sure = [one for one in proposal.columns if one.how == SURE and not one.unread]
    yield language.say(
        "{output}: {count} columns, {sure} of them sure; {words} words to be looked at.",
        output=output, count=len(proposal.columns), sure=len(sure), words=len(proposal.words),
    )  # fmt: skip
    if len(sure) < len(proposal.columns):
        unsure = " · ".join(f"{one.heading} → {one.column}" for one in proposal.columns if one not in sure)
        yield language.say("Not sure, please check: {columns}", columns=unsure)
    if proposal.missing:
        yield language.tell(missing_told(proposal))
    yield language.say("Look through it, then: kaoping profile check FILE --profile {output}", output=output)


def draft_json(draft: Draft) -> dict[str, Any]:
    """The document of `kaoping profile new --json`."""
    proposal = draft.proposal
    return {
        "rows": draft.rows, "base": proposal.base, "by_event": proposal.by_event,
        "columns": [
            {"heading": one.heading, "column": one.column, "how": one.how, "cells": one.cells, "cells_unread": one.unread}
            for one in proposal.columns
        ],
        "words": [attrs.asdict(one) for one in proposal.words], "citizens": list(proposal.citizens),
        "texts": list(proposal.texts), "others": list(proposal.others), "missing": list(proposal.missing), "toml": draft.text,
    }  # fmt: skip


@page_of
def check_page(language: Language, checked: Sequence[CheckedTable]) -> Iterator[Block]:
    """Of each table: its rows, facts by kind, columns, and problems by reason with the words to paste."""
    for one in checked:
        yield from _told(language, one)
    yield language.say("A rehearsal: nothing was written.")


def _told(language: Language, one: CheckedTable) -> Iterator[Block]:
    result = one.result
    yield language.say(
        "{file} [{profile}]: {rows} rows = {accepted} tell something + {repeated} repeated + {ignored} ignored + {aside} kept aside",
        file=one.name, profile=one.profile.name, aside=len(result.quarantined),
        **{name: getattr(result, name) for name in COUNTED},
    )  # fmt: skip
    if one.kinds:
        kinds = list(one.kinds)
        yield Table(
            language.say("What the rows tell"),
            [Column(language.say("kind of fact"), [language.say(kind) for kind in kinds])],
            [
                Column(language.say("facts"), [one.kinds[kind][0] for kind in kinds], Kind.COUNT),
                Column(language.say("rows"), [one.kinds[kind][1] for kind in kinds], Kind.COUNT),
            ],
        )
    if one.profile.is_silent:
        yield language.say("The profile does not say what a row tells: write [[events]] in it (docs/profiles.md).")
    yield language.say("Read: {columns}", columns=" · ".join(f"{heading} → {column}" for heading, column in one.read))
    if one.unread:
        yield language.say("Not read: {columns}", columns=" · ".join(one.unread))
    if one.missing:
        yield language.say("Not in the file: {columns}", columns=" · ".join(each.heading for each in one.missing))
    for each in one.missing:
        if each.likest:
            yield language.say(
                "  {heading} ({column}): perhaps {likest}? Then add it under [columns]: {column} = [{quoted}]",
                heading=each.heading, column=each.column, likest=" ".join(each.likest),
                quoted=", ".join(_quoted(likest) for likest in each.likest),
            )  # fmt: skip
    for column in stood_in(language, result.coverage):
        yield language.say("  no column {column}: {what}.", column=column["heading"], what=column["what"])
    yield from blank_lines(language, result.blank, {column: known[0] for column, known in one.profile.columns.items()})
    for note in result.notes:
        yield language.say("{file}: {note}.", file=one.name, note=language.tell(note))
    if one.groups or not result.notes:
        yield from _problems(language, one.groups)


def _problems(language: Language, groups: Sequence[ProblemGroup]) -> Iterator[Block]:
    if not groups:
        yield language.say("No problems.")
        return
    yield language.say("Problems, by reason:")
    for group in groups:
        shown = " ".join(map(str, group.rows[:SHOWN])) + (" …" if len(group.rows) > SHOWN else "")
        yield language.say(
            "  {count} × {column} '{value}' {why}: rows {rows}",
            count=len(group.rows), column=group.column, value=group.value, why=language.tell(group.why), rows=shown,
        )  # fmt: skip
        if not group.section:
            yield "    " + language.say("To fix: {remedy}", remedy=language.tell(group.remedy))
    for section in dict.fromkeys(group.section for group in groups if group.section):
        words = [group for group in groups if group.section == section]
        yield language.say("Words to be listed in the profile, each with its meaning:")
        yield "\n".join(_pasted(section, words))


def _pasted(section: str, words: Sequence[ProblemGroup]) -> Iterator[str]:
    if section == "ratings":
        yield "  ratings = [" + ", ".join(_quoted(group.value) for group in words) + "]"
        return
    yield f"  [{section}]"
    for group in words:
        meaning = "ignore" if section == "kinds" else "?"
        yield f"  {_quoted(group.value)} = {_quoted(meaning)}  # {len(group.rows)}"


def _quoted(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)


def check_json(language: Language, checked: Sequence[CheckedTable]) -> dict[str, Any]:
    """The document of `kaoping profile check --json`."""
    return {"tables": [_table_json(language, one) for one in checked]}


def _table_json(language: Language, one: CheckedTable) -> dict[str, Any]:
    return {
        "table": one.name, "profile": one.profile.name, **{name: getattr(one.result, name) for name in COUNTED},
        "quarantined": len(one.result.quarantined),
        "kinds": {kind: {"facts": facts, "rows": rows} for kind, (facts, rows) in one.kinds.items()},
        "columns_read": [{"heading": heading, "column": column} for heading, column in one.read],
        "columns_unread": list(one.unread),
        "columns_absent": [{"heading": each.heading, "column": each.column, "likest": list(each.likest)} for each in one.missing],
        "columns_stood_in": stood_in(language, one.result.coverage), "blank": dict(one.result.blank),
        "notes": [language.tell(note) for note in one.result.notes],
        "problems": [
            {
                "column": group.column, "value": group.value, "why": language.tell(group.why),
                "remedy": language.tell(group.remedy), "count": len(group.rows), "rows": list(group.rows),
                "fatal": group.fatal,
            }
            for group in one.groups
        ],
    }  # fmt: skip
