"""Files that were read, as a page: what became of their rows, and everything that the reader must know of it."""

from collections.abc import Iterator, Sequence

from kaoping.language.language import Language
from kaoping.office.intake.imports import Arrival, AsideChange, reading_lines
from kaoping.reports.intake.batches import dated_ahead
from kaoping.reports.intake.coverage import blank_lines, coverage_lines
from kaoping.reports.intake.imported import absent_lines
from kaoping.reports.intake.problems import changes_table, problems_table
from kaoping.reports.intake.units import stranger_lines
from kaoping.reports.page import Block, Column, Kind, Table, page_of


@page_of
def arrivals_page(language: Language, arrivals: Sequence[Arrival]) -> Iterator[Block]:
    """The counts of each table, rows = accepted + known + quarantined + ignored; then, of each, its problems by kind and what
    `kaoping import` tells besides; last all changes, old -> new."""
    say = language.say
    batches = [one.batch for one in arrivals if one.batch is not None]
    if len(batches) == len(arrivals):
        counts = ("rows", "accepted", "known", "quarantined", "ignored", "events_added")
        words = (say("rows"), say("accepted"), say("known"), say("quarantined"), say("ignored"), say("events added"))
        keys = [Column(say("file"), [one.name for one in arrivals])]
        columns = [
            Column(say("profile"), [one.profile.name for one in arrivals]),
            *(
                Column(word, [getattr(batch, name) for batch in batches], Kind.COUNT)
                for name, word in zip(counts, words, strict=True)
            ),
        ]
        yield Table(say("What became of the rows"), keys, columns)
    for arrival in arrivals:
        yield from _told(language, arrival)
        yield ""
    changes = [AsideChange.of(change) for arrival in arrivals for change in arrival.changes]
    if changes:
        yield changes_table(language, changes)


def _told(language: Language, arrival: Arrival) -> Iterator[Block]:
    if arrival.read.parts:
        said = "  {count} rows taken in part: they tell acts without a time, which are kept aside"
        yield language.say(said, count=len(arrival.read.parts))
    yield from coverage_lines(language, arrival.read.coverage)
    yield from blank_lines(
        language, arrival.read.blank, {name: known[0] for name, known in arrival.profile.columns.items()}
    )
    if arrival.read.problems:
        yield problems_table(language, arrival)
    yield from reading_lines(language, arrival)
    if arrival.batch is not None and arrival.ahead:
        yield dated_ahead(language, arrival.batch)
    yield from absent_lines(language, arrival)
    yield from stranger_lines(language, arrival.strangers)
