"""What an import came to: the counts of every batch, its problems by reason, and words that the profile does not know."""

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

import attrs

from calendars.instants import show_iso
from kaoping.language.language import Language
from kaoping.language.moments import moment
from kaoping.office.intake.imports import Arrival
from kaoping.reports.intake.changes import change_json
from kaoping.reports.intake.coverage import stood_in
from ledger.batches import Coverage, Event
from ledger.sentences import Problem
from ledger.texts import WITHHELD, visible

SHOWN_GROUPS, SHOWN_ROWS, SHOWN_VALUES, SHOWN_WORDS, SHOWN_FACTS = 20, 10, 5, 50, 5


def batch_json(arrival: Arrival, language: Language) -> dict[str, Any]:
    """One batch of the JSON document of `import`."""
    batch = arrival.batch
    assert batch is not None
    return {
        "file": str(arrival.file.path), "sheet": arrival.sheet or None, "sha256": batch.sha256,
        "profile": batch.profile, "rows": batch.rows,
        "accepted": batch.accepted, "known": batch.known, "quarantined": batch.quarantined, "ignored": batch.ignored,
        "events_added": batch.events_added, "problems": problems_json(arrival.read.problems, language),
        "parts": len(arrival.read.parts),
        "changes": [change_json(one) for one in arrival.changes], "tickets_absent": list(arrival.absent),
        "facts_absent": [
            {
                "position": one.position, "batch": one.batch, "row": one.row, "ticket": one.fact.ticket, "unit": one.fact.unit,
                "kind": one.fact.kind, "at": show_iso(one.fact.at),
            }
            for one in arrival.absent_facts
        ],
        "profiles_unsure": list(arrival.unsure),
        "units_unknown": [attrs.asdict(one) for one in arrival.strangers], **coverage_json(language, arrival.read.coverage),
        "blank": dict(arrival.read.blank),
        "notes": [language.tell(one) for one in arrival.read.notes],
        "unread": [
            {"name": one.name, "why": language.tell(one.why), "remedy": language.tell(one.remedy)} for one in arrival.unread
        ],
    }  # fmt: skip


def absent_lines(language: Language, arrival: Arrival) -> Iterator[str]:
    """What the ledger has and a file lacks, and nothing becomes of: facts of its tickets, and where it replaces, tickets of its months."""
    if arrival.absent_facts:
        facts = [_absent_fact(language, one) for one in arrival.absent_facts[:SHOWN_FACTS]]
        yield language.say(
            "{file}: {count} facts of its tickets are in the ledger and no longer told by this file: {facts}."
            " They stay as they are; one that should not be there is voided with kaoping void POSITION.",
            file=arrival.name, count=len(arrival.absent_facts),
            facts=language.say("; ").join(facts) + (" …" if len(arrival.absent_facts) > SHOWN_FACTS else ""),
        )  # fmt: skip
    if arrival.unsure:
        yield language.say(
            "{file}: nobody recorded what form the files of the profile {profiles} had: what this file tells no more than they did is no"
            " change. Where it comes from the same platform, give its profile that name (name = …), and import it again.",
            file=arrival.name, profiles=" ".join(arrival.unsure),
        )  # fmt: skip
    if arrival.absent:
        shown = " ".join(arrival.absent[:SHOWN_ROWS]) + (" …" if len(arrival.absent) > SHOWN_ROWS else "")
        yield language.say(
            "{file}: {count} tickets sent in the months of this file are in the ledger and not in the file: {tickets}."
            " They stay as they are; one that should not be there is voided with kaoping void.",
            file=arrival.name, count=len(arrival.absent), tickets=shown,
        )  # fmt: skip


def _absent_fact(language: Language, event: Event) -> str:
    fact = event.fact
    return language.say(
        "{ticket} {kind} {at} {unit} (position {position}: batch {batch}, row {row})",
        ticket=fact.ticket, kind=language.say(fact.kind), at=moment(fact.at, language.code), unit=fact.unit or "-",
        position=event.position, batch=event.batch, row=event.row,
    )  # fmt: skip


def coverage_json(language: Language, coverage: Coverage) -> dict[str, Any]:
    """What a batch can tell: `columns_like` names the unread heading that is most like an absent one, `columns_stood_in` what is taken
    in the stead of columns that say who is judged."""
    return {
        "tells": list(coverage.tells), "columns_absent": list(coverage.columns_absent),
        "columns_unread": list(coverage.columns_unread), "columns_like": dict(coverage.likely), "assumed": coverage.assumed,
        "columns_stood_in": stood_in(language, coverage),
    }  # fmt: skip


def problems_json(problems: Sequence[Problem], language: Language) -> list[dict[str, Any]]:
    """Problems that say the same of the same value, once, with their rows; `fatal`: the rows became nothing."""
    return [
        {
            "row": same[0].row, "line": same[0].line, "column": same[0].column, "value": same[0].value,
            "why": language.tell(same[0].why),
            "remedy": language.tell(same[0].remedy), "fatal": same[0].fatal, "count": len(same), "rows": [one.row for one in same],
        }
        for same in _grouped(problems, lambda one: (one.why, one.remedy, one.column, _value(one), one.fatal))
    ]  # fmt: skip


def _value(problem: Problem) -> Hashable:
    """The value; one that is shown cut may be another in each row."""
    return (problem.value, problem.row) if problem.value != WITHHELD and problem.value.endswith("…") else problem.value


def problem_lines(language: Language, arrival: Arrival) -> Iterator[str]:
    """How many there are, then each reason once: the first row as it stands, the rows, the remedy; last what could be pasted."""
    problems = arrival.read.problems
    groups = _grouped(problems, lambda one: (one.why, one.remedy, one.column, one.fatal))
    if len(problems) > len(groups):
        yield language.say(
            "{file}: {count} problems for {reasons} reasons",
            file=arrival.name,
            count=len(problems),
            reasons=len(groups),
        )
    for same in groups[:SHOWN_GROUPS]:
        first, mark, rest = language.tell(same[0].told(arrival.name)).partition("\n")
        yield first + _others(language, same) + mark + rest
    if len(groups) > SHOWN_GROUPS:
        left = sum(map(len, groups[SHOWN_GROUPS:]))
        yield language.say("… and {count} problems more; --json lists them all.", count=left)
    yield from _words(language, arrival)


def _grouped(problems: Sequence[Problem], key: Callable[[Problem], Hashable]) -> list[list[Problem]]:
    """Those of one key together, in the order of their first rows."""
    groups: dict[Hashable, list[Problem]] = defaultdict(list)
    for problem in problems:
        groups[key(problem)].append(problem)
    return [*groups.values()]


def _others(language: Language, same: Sequence[Problem]) -> str:
    if len(same) == 1:
        return ""
    rows = " ".join(str(one.row) for one in same[:SHOWN_ROWS]) + (" …" if len(same) > SHOWN_ROWS else "")
    told = language.say(" ({count} times, in rows {rows})", count=len(same), rows=rows)
    values = [*dict.fromkeys(one.value for one in same if one.value)]
    if len(values) > 1:
        shown = "、".join(values[:SHOWN_VALUES]) + (" …" if len(values) > SHOWN_VALUES else "")
        told += language.say(" among them {values}", values=shown)
    return told


def _words(language: Language, arrival: Arrival) -> Iterator[str]:
    """The words that the profile does not know, under the tables of a profile that they belong to, each with its rows."""
    words: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for problem in arrival.read.problems:
        if problem.lists and problem.value:
            words[problem.lists][problem.value] += 1
    if words:
        yield language.say(
            "Words that profile {profile} does not know, to paste into your own profile; write what each one means:",
            profile=arrival.profile.name,
        )  # fmt: skip
    for table, counts in words.items():
        shown = sorted(counts.items(), key=lambda pair: -pair[1])[:SHOWN_WORDS]
        several = "." in table or table == "kinds"
        yield f"[{table}]" if several else f"# {table} = [ … ]"
        for word, count in shown:
            rows = language.say("rows: {count}", count=count)
            quoted = visible(json.dumps(word, ensure_ascii=False)).replace("\x7f", "\\u007f")
            yield f'{quoted} = ""  # {rows}' if several else f"    {quoted},  # {rows}"
