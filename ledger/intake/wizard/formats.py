"""The formats of the times that stand in a table."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from ledger.intake.cells import shown
from ledger.intake.meanings import Meanings
from ledger.intake.tables.table import LogTable
from ledger.intake.wizard.contents import cells_under, unread_among

FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f",
    "%Y/%m/%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S.%f", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y%m%d%H%M%S", "%Y%m%d %H:%M:%S",
    "%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M", "iso", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M",
)  # fmt: skip


def needed_formats(table: LogTable, headings: Sequence[str], known: Meanings | None) -> tuple[str, ...]:
    """The formats that the cells need beyond those that are known, each for cells that none before it reads."""
    texts = [cell for heading in headings for cell in cells_under(table, heading) if isinstance(cell, str)]
    open_ = {text for text in dict.fromkeys(texts) if known is None or unread_among(known, "due_at", [text])[0]}
    open_ = {text for text in open_ if known is None or known.present(text) is not None}
    taken: list[str] = []
    for form in FORMATS:
        reads = {text for text in open_ if _reads(form, text)}
        rival = form.replace("%d/%m", "%m/%d")
        if reads and len(reads) >= len({text for text in open_ if _reads(rival, text)}):
            taken.append(form)
            open_ -= reads
    return tuple(taken)


def time_format(text: str) -> str | None:
    """The first format that reads a text; None: none does."""
    return next((form for form in FORMATS if _reads(form, text)), None)


def _reads(form: str, text: str) -> bool:
    try:
        datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)
    except ValueError:
        return False
    return form != "iso" or bool(re.search(r"([+-]\d\d:?\d\d|Z)$", text))


def undecided(table: LogTable, found: Mapping[str, tuple[str, str]]) -> bool:
    """Whether every date could be read month first as well."""
    texts = [shown(cell) for cell in cells_under(table, found["at"][0])] if "at" in found else []
    return all(int(text[:2].rstrip("/")) <= 12 for text in texts if re.match(r"\d{1,2}/", text))
