"""What of files could not be taken, as tables: problems by kind, changes old -> new, and the rows themselves with their reasons."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import cast

from kaoping.language.language import Language
from kaoping.office.intake.imports import Arrival, AsideChange, Remainder
from kaoping.reports.intake.aside import BECAME, why_aside
from kaoping.reports.intake.changes import field_name, value_shown
from kaoping.reports.intake.imported import problems_json
from kaoping.reports.page import Block, Cell, Column, Heading, Kind, Table, page_of
from ledger.batches import Change

SHOWN_ROWS = 12  # numbers of rows in a cell
MOST_CHANGES = 500  # rows of a table that people look through


def problems_table(language: Language, arrival: Arrival) -> Table:
    """The problems of a file by kind, the most frequent first: column, value, why, how many rows and which, and the remedy."""
    say = language.say
    found = sorted(problems_json(arrival.read.problems, language), key=lambda one: -one["count"])
    words = {problem.value for problem in arrival.read.problems if problem.lists}
    keys = [
        Column(say("column"), [one["column"] for one in found]),
        Column(say("value"), [one["value"] for one in found]),
    ]
    below = say("say below what the word means")
    columns = [
        Column(say("why"), [one["why"] for one in found]),
        Column(say("times"), [one["count"] for one in found], Kind.COUNT),
        Column(say("rows in the file"), [_rows(one["rows"]) for one in found]),
        Column(say("what becomes of them"), [
            say("the row is kept aside") if one["fatal"] else say("taken without this value") for one in found
        ]),
        Column(say("remedy"), [below if one["value"] in words else one["remedy"] for one in found]),
    ]  # fmt: skip
    return Table(say("{file}: what cannot be read, by kind", file=arrival.name), keys, columns)


def _rows(rows: Sequence[int]) -> str:
    return " ".join(map(str, rows[:SHOWN_ROWS])) + (" …" if len(rows) > SHOWN_ROWS else "")


def changes_table(language: Language, changes: Sequence[AsideChange]) -> Table:
    """What files say otherwise than the ledger knows, old -> new, each; of very many the first."""
    say, first = language.say, changes[:MOST_CHANGES]
    shown = [each.change for each in first]

    def told(change: Change, value: str | None) -> str:
        text = value_shown(language, change, value)
        return say("(empty)") if text is None else text

    keys = [
        Column(say("ticket"), [one.ticket for one in shown], Kind.TICKET),
        Column(say("unit"), [one.unit or "" for one in shown]),
    ]
    columns = [
        Column(say("row in the file"), [one.row for one in shown], Kind.COUNT),
        Column(say("kind of fact"), [say(one.kind) for one in shown]),
        Column(say("field"), [field_name(language, one.field) for one in shown]),
        Column(say("before"), [told(one, one.was) for one in shown]),
        Column(say("in the file"), [told(one, one.now) for one in shown]),
        Column(say("what becomes of it"), [say(BECAME.get(each.became, "kept aside")) for each in first]),
    ]
    title = say("What is said otherwise than the ledger knows: {count}", count=len(changes))
    if len(changes) > len(shown):
        title += say(" (the first {count} are shown; all are in the workbook)", count=len(shown))
    return Table(title, keys, columns)


@page_of
def aside_tables(language: Language, found: Sequence[Remainder]) -> Iterator[Block]:
    """Of each batch its reasons with how many rows, then its changes, in one table each."""
    say = language.say
    told: dict[tuple[int, str, str, str, str, str], list[int]] = defaultdict(list)
    for one in found:
        for row in one.all_rows:
            for reason in row.reasons:
                became = say(BECAME[row.became]) if row.became else say("kept aside")
                why = language.tell(reason.why)
                told[one.number, one.name, reason.column, reason.value, why, became].append(row.row)
    if not found:
        yield language.say("Nothing is kept aside.")
        return
    keys = [
        Column(say("batch"), [key[0] for key in told], Kind.COUNT),
        Column(say("file"), [key[1] for key in told]),
        Column(say("column"), [key[2] for key in told]),
        Column(say("value"), [key[3] for key in told]),
    ]
    columns = [
        Column(say("why"), [key[4] for key in told]),
        Column(say("times"), [len(rows) for rows in told.values()], Kind.COUNT),
        Column(say("rows in the file"), [_rows(rows) for rows in told.values()]),
        Column(say("what becomes of it"), [key[5] for key in told]),
    ]
    if told:
        yield Table(say("Rows aside, by reason"), keys, columns)
    for one in found:
        if one.changes:
            yield Heading(say("Batch {number} ({name})", number=one.number, name=one.name))
            yield changes_table(language, one.changes)


@page_of
def rows_page(language: Language, found: Sequence[Remainder]) -> Iterator[Block]:
    """The rows kept aside, of each file under its own headings, the reasons beside them."""
    for one in found:
        if one.all_rows:
            yield _rows_table(language, one)
        if one.changes:
            yield changes_table(language, one.changes)
    if not found:
        yield language.say("Nothing is kept aside.")


def _rows_table(language: Language, one: Remainder) -> Table:
    say = language.say
    headings = [*dict.fromkeys(heading for each in one.all_rows for heading in each.cells)]
    keys = [Column(say("row in the file"), [each.row for each in one.all_rows], Kind.COUNT)]
    columns = [
        Column(say("why it is aside"), [why_aside(language, each.reasons) for each in one.all_rows]),
        *(Column(name, [_cell(each.cells.get(name)) for each in one.all_rows], absent="") for name in headings),
        Column(say("number aside"), [each.number for each in one.all_rows]),
        *(
            [
                Column(
                    say("what becomes of it"),
                    [say(BECAME[each.became]) if each.became else say("kept aside") for each in one.all_rows],
                )
            ]
            if any(each.became for each in one.all_rows)
            else []
        ),
    ]
    return Table(say("Rows aside: {file}", file=one.name), keys, columns)


def _cell(value: object) -> Cell:
    return None if value is None else str(cast(str, value))
