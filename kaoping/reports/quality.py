"""What of the logs is hardly so, with its tickets, and which texts the ledger holds."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from calendars.instants import show_iso
from kaoping.language.language import Language
from kaoping.language.moments import moment
from kaoping.office.intake.quality import Doubt, Holdings, Quality
from kaoping.reports.page import Block, Column, Kind, PlainSheet, Table, page_of
from metrics.quality import CHECKS

SHOWN = 10  # findings of a check on the terminal
TITLES: Mapping[str, str] = {
    "facts": "facts", "aside": "rows kept aside", "reasons": "reasons of rows kept aside", "changes": "changes",
    "batches": "names of files",
}  # fmt: skip


def quality_json(told: Quality) -> dict[str, Any]:
    """The document of `kaoping quality --json`: every check, those without a finding too."""
    return {
        "period": told.period,
        "checks": [
            {
                "check": check, "title": CHECKS[check], "count": len(found), "tickets": sorted({one.ticket for one in found}),
                "findings": [{**attrs.asdict(one), "at": show_iso(one.at)} for one in found],
            }
            for check, found in told.checks.items()
        ],
    }  # fmt: skip


@page_of
def quality_page(language: Language, told: Quality) -> Iterator[Block]:
    """The checks with their counts, then the first findings of each."""
    codes = [*told.checks]
    keys = [Column(language.say("check"), [language.say(CHECKS[code]) for code in codes])]
    counts = [
        Column(language.say("times found"), [len(told.checks[code]) for code in codes], Kind.COUNT),
        Column(language.say("tickets"), [len({one.ticket for one in told.checks[code]}) for code in codes], Kind.COUNT),
    ]
    yield Table(f"{language.say('Data quality')}  {told.period or ''}".rstrip(), keys, counts)
    for code, found in told.checks.items():
        if found:
            title = language.say(CHECKS[code])
            more = language.say(" (the first {shown} of {count})", shown=SHOWN, count=len(found))
            yield _table(language, title + (more if len(found) > SHOWN else ""), found[:SHOWN])


def _table(language: Language, title: str, found: Sequence[Doubt]) -> Table:
    return Table(
        title,
        [Column(language.say("ticket"), [one.ticket for one in found], Kind.TICKET)],
        [
            Column(language.say("unit"), [one.unit for one in found], Kind.UNIT),
            Column(language.say("at"), [one.at for one in found], Kind.INSTANT),
            Column(language.say("position"), [one.position for one in found], Kind.FACT),
        ],
    )


def quality_sheets(language: Language, told: Quality) -> list[PlainSheet]:
    """A sheet of all checks, then one of each that found something, with every finding."""
    say = language.say
    summary = [
        (say(CHECKS[code]), len(found), len({one.ticket for one in found})) for code, found in told.checks.items()
    ]
    header = [say("ticket"), say("unit"), say("at"), say("position")]
    return [
        PlainSheet(say("Data quality"), [say("check"), say("times found"), say("tickets")], summary),
        *(
            PlainSheet(say(CHECKS[code]), header, [(one.ticket, one.unit, moment(one.at, language.code), one.position) for one in found])
            for code, found in told.checks.items()
            if found
        ),
    ]  # fmt: skip


def privacy_json(held: Holdings) -> dict[str, Any]:
    """The document of `kaoping quality --privacy --json`: counts, never a text."""
    return {"texts": [attrs.asdict(one) for one in held.places], "files_kept": list(held.files)}


@page_of
def privacy_page(language: Language, held: Holdings) -> Iterator[Block]:
    """A row for each place that holds texts, then the files that are kept whole."""
    say, places = language.say, held.places
    keys = [
        Column(say("where"), [say(TITLES[one.where]) for one in places]),
        Column(say("kind or profile"), [say(one.kind) for one in places]),
        Column(say("field or column"), [say(one.field) for one in places]),
    ]
    counts = [
        Column(say("texts"), [one.texts for one in places], Kind.COUNT),
        Column(say("different"), [one.different for one in places], Kind.COUNT),
        Column(say("left out"), [one.withheld for one in places], Kind.COUNT),
        Column(say("with a telephone number"), [one.phones for one in places], Kind.COUNT),
        Column(say("with an identity number"), [one.ids for one in places], Kind.COUNT),
        Column(say("longest"), [one.longest for one in places], Kind.COUNT),
    ]
    yield Table(say("Texts that the ledger holds"), keys, counts)
    if held.files:
        yield say(
            "Files kept whole, with all that stands in them: batches {batches}. They were kept because --keep-file asked for it.",
            batches=" ".join(map(str, held.files)),
        )  # fmt: skip
    else:
        yield say("No file is kept whole.")


def privacy_sheets(language: Language, held: Holdings) -> list[PlainSheet]:
    """The same as a sheet."""
    say = language.say
    header = [
        say("where"), say("kind or profile"), say("field or column"), say("texts"), say("different"), say("left out"),
        say("with a telephone number"), say("with an identity number"), say("longest"),
    ]  # fmt: skip
    rows = [(say(TITLES[one.where]), say(one.kind), say(one.field), *attrs.astuple(one)[3:]) for one in held.places]
    return [PlainSheet(say("Texts that the ledger holds"), header, rows)]
