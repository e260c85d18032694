"""Which columns a file lacks that it might have had, with the heading that may be one of them; and what it says without a time."""

from collections.abc import Iterator

from kaoping.language.language import Language
from ledger.batches import Coverage

LIKELY = (
    "  no column {column}: {kind} is untold, which is not the same as not done. Is it {like}?"
    " Then list that heading in the profile."
)


def coverage_lines(language: Language, coverage: Coverage) -> Iterator[str]:
    """A line for each kind that the file cannot tell, for each column whose heading seems to have drifted, and for unsaid times."""
    say, told = language.say, {*coverage.missing.values()}
    for kind, column in coverage.missing.items():
        if column in coverage.likely:
            yield say(LIKELY, column=column, kind=say(kind), like=coverage.likely[column])
        else:
            yield say(
                "  no column {column}: {kind} is untold, which is not the same as not done",
                column=column,
                kind=say(kind),
            )
    for column, like in coverage.likely.items():
        if column not in told:
            yield say(
                "  no column {column}. Is it {like}? Then list that heading in the profile.", column=column, like=like
            )
    if coverage.assumed:
        yield say("  {count} acts without a time: a reading of the rulebook gives it", count=coverage.assumed)
