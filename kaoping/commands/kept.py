"""Commands that tell what became of every file and of every row that became no fact, and how good what is held is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.office.intake import imports, leftovers
from kaoping.office.intake import quality as checked
from kaoping.office.session import WrongArgument
from kaoping.papers import terminal
from kaoping.papers.sheets import refuse_there, write_sheets
from kaoping.reports.intake.aside import (
    aside_json,
    aside_page,
    aside_sheets,
    batches_json,
    batches_page,
    declined_json,
    declined_page,
)
from kaoping.reports.page import Page, PlainSheet
from kaoping.reports.quality import (
    privacy_json,
    privacy_page,
    privacy_sheets,
    quality_json,
    quality_page,
    quality_sheets,
)
from ledger.sentences import sentence

XlsxOption = Annotated[Path | None, typer.Option("--xlsx", help="write all of it to this workbook too: a new file")]


@asks("ledger", "lang", "as_json")
def batches(
    asked: Asked,
    file: Annotated[int | None, typer.Option("--file", help="give back the file of this batch, where it was kept")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="where to write it: a new file")] = None,
) -> None:  # fmt: skip
    """List every batch, and what became of its rows."""
    session = asked.session()
    if (file is None) != (out is None):
        raise WrongArgument(sentence("--file and --out go together."), "Write it like --file 3 --out 工单.csv.")
    if file is not None and out is not None:
        if out.exists():
            raise WrongArgument(sentence("{path} is there already.", path=out), "Name a new file.")
        out.write_bytes(imports.kept_file(session, file))
        return
    found = imports.batches(session)
    if asked.as_json:
        terminal.answer(batches_json(found))
    else:
        terminal.show(batches_page(session.language, found))


@asks("ledger", "by", "lang", "as_json")
def aside(
    asked: Asked,
    batch: Annotated[int | None, typer.Argument(help="the number of a batch; else all")] = None,
    settled: Annotated[bool, typer.Option("--all", help="also what was mended, taken or declined since")] = False,
    decline: Annotated[bool, typer.Option("--decline", help="record that this is not to be taken, for good")] = False,
    reason: Annotated[str, typer.Option("--reason", help="why it is declined")] = "",
    row: Annotated[list[int] | None, typer.Option("--row", help="decline this row of the file alone; may be given several times")] = None,
    xlsx: XlsxOption = None,
) -> None:  # fmt: skip
    """List what became no fact, with the reasons: rows kept aside, and changes; or decline it."""
    session = asked.session()
    if not decline and (reason or row):
        raise WrongArgument(
            sentence("--reason and --row belong to --decline."), "kaoping aside BATCH --decline --reason …"
        )
    if decline:
        declined = leftovers.decline(session, batch, reason, row or ())
        if asked.as_json:
            terminal.answer(declined_json(declined))
        else:
            terminal.show(declined_page(session.language, declined))
        return
    if xlsx is not None:
        refuse_there(xlsx)
    found = imports.aside(session, batch, settled=settled)
    _give(asked, xlsx, aside_json(found), aside_page(session.language, found), aside_sheets(session.language, found))


@asks("as_of", "rulebook", "calendar", "known_on", "reading", "ledger", "lang", "as_json")
def quality(
    asked: Asked,
    period: Annotated[str | None, typer.Argument(help="a month, such as 2023-05, a quarter or a year; else all")] = None,
    privacy: Annotated[bool, typer.Option("--privacy", help="which texts the ledger holds, never the texts themselves")] = False,
    xlsx: XlsxOption = None,
) -> None:  # fmt: skip
    """Check what is hardly so in the logs: acts missing or out of order, numbers cut, flags that differ."""
    session = asked.session()
    if xlsx is not None:
        refuse_there(xlsx)
    if privacy:
        if period is not None:
            raise WrongArgument(sentence("--privacy speaks of the whole ledger."), "Leave the period out.")
        held = checked.holdings(session)
        _give(
            asked,
            xlsx,
            privacy_json(held),
            privacy_page(session.language, held),
            privacy_sheets(session.language, held),
        )
        return
    told = checked.quality(session, period, asked.as_of)
    _give(asked, xlsx, quality_json(told), quality_page(session.language, told), quality_sheets(session.language, told))


def _give(
    asked: Asked, xlsx: Path | None, document: Mapping[str, Any], page: Page, sheets: Sequence[PlainSheet]
) -> None:  # fmt: skip
    """The answer as it is asked for: a workbook besides, one JSON document, or a page."""
    if xlsx is not None:
        write_sheets(xlsx, sheets)
    if asked.as_json:
        terminal.answer(document)
    else:
        terminal.show(page)
