"""Which columns a file lacks, with the heading that may be one of them; what is taken in their stead; what it says without a time."""

from collections.abc import Iterator, Mapping
from typing import Any

from kaoping.language.language import Language
from ledger.batches import Coverage
from ledger.facts import UNTOLD

IN_ITS_STEAD: Mapping[str, str] = {
    "channel": "every ticket is taken for one of the hotline (12345)",
    "role": "every unit is taken to lead",
    "anonymous": "every ticket is taken as not anonymous",
    "assessed": "every ticket is taken as assessed, none is exempted",
    "appealed": "no appeal is taken as granted",
    "contacted": "no survey says that the citizen was not reached: only the time of the contact counts",
    "limit_unit": "every limit is taken in working days",
}
BLANK: Mapping[str, str] = {
    "channel": "  {count} rows leave {column} blank: their tickets are taken for ones of the hotline (12345)",
    "anonymous": "  {count} rows leave {column} blank: their tickets are taken as not anonymous",
}
LIKELY = (
    "  no column {column}: {kind} is untold, which is not the same as not done. Is it {like}?"
    " Then list that heading in the profile."
)


def coverage_lines(language: Language, coverage: Coverage) -> Iterator[str]:
    """A line for each kind that the file cannot tell, for each column whose heading seems to have drifted, and for unsaid times."""
    say, told = language.say, {*coverage.missing.values()}
    for kind, column in coverage.missing.items():
        if kind not in UNTOLD:
            continue
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
    for one in stood_in(language, coverage):
        line = say("  no column {column}: {what}.", column=one["heading"], what=one["what"])
        yield line + (
            ""
            if one["like"] is None
            else say(" Is it {like}? Then list that heading in the profile.", like=one["like"])
        )
    if coverage.assumed:
        said = "  {count} acts without a time: the import gives them none; they count as the rulebook reads them, or not at all"
        yield say(said, count=coverage.assumed)


def stood_in(language: Language, coverage: Coverage) -> list[dict[str, Any]]:
    """The columns that a file lacks and in whose stead something is taken: what, and the unread heading most like it."""
    return [
        {
            "column": column,
            "heading": heading,
            "what": language.say(IN_ITS_STEAD[column]),
            "like": coverage.likely.get(heading),
        }
        for column, heading in coverage.missing.items()
        if column in IN_ITS_STEAD
    ]


def blank_lines(language: Language, blank: Mapping[str, int], headings: Mapping[str, str]) -> Iterator[str]:
    """A line for each column in whose stead something is taken in the rows that leave it blank; `headings` as the profile has them."""
    for column, count in blank.items():
        yield language.say(BLANK[column], count=count, column=headings[column])
