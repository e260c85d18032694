"""What can be said of an import that waits: what unknown words mean, what should stand in single rows; and what may be taken along."""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from kaoping.language.language import Language
from kaoping.office.intake.imports import Arrival, AsideRow, Remainder, left_aside, look_at
from kaoping.office.intake.mending import KINDS, UnknownWord, as_typed, mended, text_of_profile, unknown_words
from kaoping.office.session import WrongArgument
from kaoping.papers.sheets import sheets_bytes
from kaoping.reports.intake.aside import aside_sheets, why_aside
from kaoping.reports.intake.problems import rows_page
from kaoping.web.desk import Download, Inquiry, View
from kaoping.web.filled import Filled
from kaoping.web.forms.blank import Blank, Field
from kaoping.web.forms.uploads import Waiting, Wish, waiting
from ledger.sentences import sentence

MOST_CELLS = 120
"""So many cells are shown to be mended at once; the others after these."""
CELL, WORD, BETWEEN = "cell", "word", " · "
Written = Mapping[str, Mapping[str, str]]
"""The number of a row -> its headings with what was written there."""


Amiss = Mapping[str, AsideRow]
"""Rows that cannot be read as they were mended either, by the number of the row in their stead."""


def mending_forms(inquiry: Inquiry, held: Waiting, arrivals: Sequence[Arrival], head: str, amiss: Amiss) -> list[Blank]:
    """A form for the words that nobody knows, and one for single rows; none where there are none."""
    action = inquiry.link(f"/import/waiting/{held.name}")
    words = unknown_words(arrivals)
    forms = [_words_form(inquiry, words, action, head)] if words else []
    waits = [
        amiss.get(row.number, row)
        for one in left_aside(arrivals)
        for row in one.all_rows
        if row.cells and row.number not in held.wish.mended
    ]
    if waits:
        forms.append(rows_form(inquiry, waits, action, head, held.wish.tried))
    return forms


def _words_form(inquiry: Inquiry, words: Sequence[UnknownWord], action: str, head: str) -> Blank:
    language, say = inquiry.language, inquiry.language.say
    fields = [
        Field(
            name=BETWEEN.join((WORD, one.profile, one.section, one.word)), kind="choice",
            label=say("{column} '{word}': {count} rows, the first is {row}; in this import it means", column=one.column, word=one.word,
                count=one.rows, row=one.first),
            options=[("", say("nobody has said")), *((name, _meaning(language, one.section, name)) for name in one.choices)],
        )
        for one in words
    ]  # fmt: skip
    return Blank(
        action=action, head=head, title=say("Words that no profile knows"), button=say("Show it with these meanings"),
        fields=[Field(name="does", kind="hidden", value="words"), *fields],
        about=say("What is chosen holds for all such rows of this import. The profile with these words can be kept for the next one."),
    )  # fmt: skip


def _meaning(language: Language, section: str, name: str) -> str:
    if section == KINDS and name == "ignore":
        return language.say("nothing to us: ignore all such rows")
    words = {"rating": "a word of satisfaction, as the log has it", "true": "yes", "false": "no"}
    return language.say(words.get(name, name)) if name in words or section == KINDS or section == "words.role" else name


def rows_form(inquiry: Inquiry, rows: Sequence[AsideRow], action: str, head: str, written: Written) -> Blank:
    """The cells of rows that could not be read, to be written as they should be; `written`: what somebody wrote there before."""
    say = inquiry.language.say
    fields: list[Field] = []
    shown = 0
    for row in rows:
        own = [*_cells(inquiry.language, row, written.get(row.number, {}))]
        if fields and len(fields) + len(own) > MOST_CELLS:
            break
        fields += own
        shown += 1
    about = say(
        "What is changed here is taken from a workbook of its own after the files, each row in the stead of the one aside."
    )
    if shown < len(rows):
        about += say(
            " The first {count} rows of {all} are shown; the others after these, or in the workbook.",
            count=shown,
            all=len(rows),
        )
    return Blank(
        action=action, head=head, title=say("Mend single rows"), button=say("Show it with these rows mended"), about=about,
        fields=[Field(name="does", kind="hidden", value="rows"), *fields],
    )  # fmt: skip


def _cells(language: Language, row: AsideRow, written: Mapping[str, str]) -> Iterator[Field]:
    """The cells of a row that are at fault, or all of them; above the first what is wrong and what stands in the others."""
    faulty = [reason.column for reason in row.reasons if reason.column in row.cells]
    headings = [*dict.fromkeys(faulty)] or [*row.cells]
    others = BETWEEN.join(
        f"{name} {value}" for name, value in row.cells.items() if value not in (None, "") and name not in headings
    )
    told = language.say("Row {row}: {why}", row=row.row, why=why_aside(language, row.reasons))
    for place, heading in enumerate(headings):
        was = row.cells[heading]
        label = (
            f"{told} ({others}) {heading}" if not place and others else f"{told} {heading}" if not place else heading
        )
        value = written.get(heading, as_typed(was))
        yield Field(name=BETWEEN.join((CELL, row.number, heading)), label=label, value=value)


def with_words(wish: Wish, filled: Filled) -> Wish:
    """What is asked for, with the meanings that a form gives to words."""
    meanings = {name: {section: {**words} for section, words in one.items()} for name, one in wish.meanings.items()}
    for name in filled.fields:
        begun, *told = name.split(BETWEEN, 3)
        if begun == WORD and len(told) == 3 and (meaning := filled.one(name)):
            profile, section, word = told
            meanings.setdefault(profile, {}).setdefault(section, {})[word] = meaning
    return attrs.evolve(wish, meanings=meanings)


def written_in(filled: Filled) -> dict[str, dict[str, str]]:
    """What a form writes into the cells of rows."""
    written: dict[str, dict[str, str]] = {}
    for name in filled.fields:
        begun, *told = name.split(BETWEEN, 2)
        if begun == CELL and len(told) == 2:
            written.setdefault(told[0], {})[told[1]] = filled.one(name)
    return written


def remend(inquiry: Inquiry, held: Waiting, written: Written) -> tuple[Waiting, Amiss]:
    """The rows mended so far, and those now written, in workbooks beside the files: as far as they can be read. Raises UserError where
    the files cannot be."""
    cells = {**held.wish.mended, **held.wish.tried}
    cells |= {number: {**cells.get(number, {}), **one} for number, one in written.items()}
    if not cells:
        return held, {}
    session, manner = inquiry.session(writes=True), held.manner(keep=False)
    rows = mended(left_aside(look_at(session, held.files, held.profile, manner)), cells)
    amiss: dict[str, AsideRow] = {}
    for one, path in zip(rows, held.mend(workbooks(inquiry.language, rows)), strict=True):
        amiss |= _amiss(one, left_aside(look_at(session, [path], held.profile, manner)))
    numbers = [row.number for one in rows for row in one.all_rows]
    good = {number: cells[number] for number in numbers if number not in amiss}
    held.mend(workbooks(inquiry.language, mended(rows, good)) if amiss else workbooks(inquiry.language, rows))
    return held.wishing(attrs.evolve(held.wish, mended=good, tried={number: cells[number] for number in amiss})), amiss


def workbooks(language: Language, rows: Sequence[Remainder]) -> dict[str, bytes]:
    """A workbook of each file's rows, as `kaoping aside --xlsx` writes it."""
    named = language.say("rows mended")
    return {
        f"{number} {named} {one.name.replace('/', '_')}.xlsx": sheets_bytes(aside_sheets(language, [one]))
        for number, one in enumerate(rows, 1)
    }


def _amiss(one: Remainder, left: Sequence[Remainder]) -> Iterator[tuple[str, AsideRow]]:
    """(number, row) of those that are aside again, told with the row of their file. The first row below the heading is 2."""
    for again in left:
        for row in again.all_rows:
            was = one.all_rows[row.row - 2]
            yield was.number, attrs.evolve(was, reasons=row.reasons)


def rows_aside(inquiry: Inquiry, upload: str) -> View:
    """The rows of an upload that could not be read, each with its reasons; as a workbook to be mended and imported."""
    held, language = waiting(inquiry.desk.uploads, upload), inquiry.language
    left = left_aside(look_at(inquiry.session(writes=True), held.files, held.profile, held.manner(keep=False)))
    return View(
        title=language.say("Rows aside, each with its reason"), body=rows_page(language, left), filtered=True,
        workbook=lambda: sheets_bytes(aside_sheets(language, left)),
        links=[(language.say("Back to the import"), inquiry.link(f"/import/waiting/{held.name}"))],
    )  # fmt: skip


def profile_file(inquiry: Inquiry, upload: str, name: str) -> Download:
    """A profile with the words that were explained, as TOML. Raises WrongArgument."""
    held = waiting(inquiry.desk.uploads, upload)
    found = [one for one in held.manner(keep=False).profiles if one.name == name]
    if not found:
        raise WrongArgument(sentence("there is no profile {name} here.", name=name), "Choose one of the list.")
    return Download(
        name=f"{name}.toml",
        data=text_of_profile(found[0], inquiry.language).encode(),
        type="application/toml; charset=utf-8",
    )
