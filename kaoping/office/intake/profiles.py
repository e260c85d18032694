"""A profile made for a file that nobody described, and what would come of a file that is read by one."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import attrs

from kaoping.files import folder
from kaoping.files.drafts import draft_text
from kaoping.language.language import Language
from kaoping.office.session import WrongArgument
from ledger.intake.headings import AbsentColumn, absent, choose, columns_of, lacking, unread
from ledger.intake.profile import Profile
from ledger.intake.tables.files import read_tables
from ledger.intake.tables.table import LogTable
from ledger.intake.take import Intake, intake
from ledger.intake.wizard.proposal import Proposal, propose
from ledger.sentences import Problem, Sentence, UnreadableFile, sentence

NAME = "our-office"
NAME_ONE = "name a profile with --profile, or have one proposed for this file: kaoping profile new FILE"


@attrs.frozen(kw_only=True)
class Draft:
    """A profile proposed for a table, and its TOML."""

    proposal: Proposal
    text: str
    rows: int


@attrs.frozen(kw_only=True)
class ProblemGroup:
    """Problems of one reason: 12 × 操作 '转督办' means nothing, rows 4 9 31. `section`: where the word is
    to be listed in the profile; empty: it is none."""

    column: str
    value: str
    why: Sentence
    remedy: Sentence
    rows: tuple[int, ...]
    fatal: bool
    section: str = ""


@attrs.frozen(kw_only=True)
class CheckedTable:
    """What would come of a table. `kinds`: kind -> (facts, rows that tell them); `read` are (heading, column); `missing` are
    columns of the profile that it lacks."""

    name: str
    profile: Profile
    result: Intake
    kinds: dict[str, tuple[int, int]]
    read: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]
    missing: tuple[AbsentColumn, ...]
    groups: tuple[ProblemGroup, ...]


def new_profile(file: Path, output: Path | None, language: Language) -> Draft:
    """The profile proposed for the first table of a file, written where `output` says. Raises NoSuchFile, UnreadableFile,
    WrongArgument for an output that is there."""
    if output is not None and output.exists():
        raise WrongArgument(sentence("{path} is there already.", path=output), "Name a new file.")
    table = max(_tables(file), key=lambda one: len(one.rows))
    proposal = propose(table, folder.profiles(), output.stem if output is not None else NAME)
    text = draft_text(proposal, len(table.rows), language)
    if output is not None:
        output.write_text(text, "utf-8")
    return Draft(proposal=proposal, text=text, rows=len(table.rows))


def check_profile(file: Path, name: str | None = None) -> list[CheckedTable]:
    """What would come of each table of a file that the profile fits, or of its first; of no name, by the profile that fits each, as
    an import would read it. Nothing is written. Raises NoSuchFile, UnusableFile for a profile that is wrong, UnreadableFile."""
    profile = None if name is None else folder.profile(name)
    tables = _tables(file)
    try:
        fitting = _recognised(tables) if profile is None else _fitting(tables, profile)
        return [_checked(table, fits) for table, fits in fitting]
    except UnreadableFile as error:
        raise UnreadableFile(sentence("{file}: {why}", file=file, why=error.why), error.remedy) from error


def _fitting(tables: Sequence[LogTable], profile: Profile) -> list[tuple[LogTable, Profile]]:
    fitting = [table for table in tables if not lacking(profile, table.header)] or tables[:1]
    return [(table, profile) for table in fitting]


def _recognised(tables: Sequence[LogTable]) -> list[tuple[LogTable, Profile]]:
    """The tables that a profile of the folder fits. Raises UnreadableFile where none fits any of them."""
    known, found, refused = folder.profiles(), list[tuple[LogTable, Profile]](), list[UnreadableFile]()
    for table in tables:
        try:
            found.append((table, choose(known, table)))
        except UnreadableFile as error:
            refused.append(error)
    if not found:
        raise UnreadableFile(refused[0].why, NAME_ONE)
    return found


def _tables(file: Path) -> Sequence[LogTable]:
    loaded = folder.load(file)
    try:
        return read_tables(loaded.data, file.name).tables
    except UnreadableFile as error:
        raise UnreadableFile(sentence("{file}: {why}", file=file, why=error.why), error.remedy) from error


def _checked(table: LogTable, profile: Profile) -> CheckedTable:
    result = intake(table, profile)
    facts: dict[str, list[int]] = defaultdict(list)
    for row, fact in result.facts:
        facts[fact.kind].append(row)
    there = columns_of(profile, table.header)
    return CheckedTable(
        name=table.name, profile=profile, result=result,
        kinds={kind: (len(rows), len({*rows})) for kind, rows in sorted(facts.items(), key=lambda one: -len(one[1]))},
        read=tuple((table.header[place], column) for column, place in there.items()),
        unread=unread(profile, table.header), missing=_missing(table, profile, result), groups=_grouped(result.problems, table, profile),
    )  # fmt: skip


def _missing(table: LogTable, profile: Profile, result: Intake) -> tuple[AbsentColumn, ...]:
    """The columns it lacks, but those of sub-orders where it has none."""
    asked = {*result.coverage.columns_absent}
    return tuple(one for one in absent(profile, table.header) if one.heading in asked)


def _grouped(problems: Sequence[Problem], table: LogTable, profile: Profile) -> tuple[ProblemGroup, ...]:
    """The problems by reason, the most frequent first; values that only differ are one reason, words are each their own."""
    sections = _sections(profile, table)
    found: dict[tuple[str, str, Sentence, Sentence, bool], list[Problem]] = defaultdict(list)
    for one in problems:
        word = one.value if one.column in sections and "means nothing" in one.why.template else ""
        found[one.column, word, one.why, one.remedy, one.fatal].append(one)
    groups = [
        ProblemGroup(
            column=column, value=word or several[0].value, why=why, remedy=remedy, fatal=fatal,
            rows=tuple(one.row for one in several), section=sections[column] if word else "",
        )
        for (column, word, why, remedy, fatal), several in found.items()
    ]  # fmt: skip
    return tuple(sorted(groups, key=lambda group: -len(group.rows)))


def _sections(profile: Profile, table: LogTable) -> dict[str, str]:
    """Heading -> where its words stand in the profile."""
    there = columns_of(profile, table.header)
    named = {"kind": "kinds", "rating": "ratings", **{field: f"words.{field}" for field in profile.words}}
    return {table.header[there[column]]: section for column, section in named.items() if column in there}
