"""csv as Excel opens it: UTF-8 with its mark, lines ended as on Windows, nothing in a cell that Excel would reckon with."""

import csv
from collections.abc import Iterator

from kaoping.office.exports import Export
from kaoping.papers.exchange.fields import FIELDS, given, written
from ledger.texts import guarded

BYTE_ORDER_MARK = "\ufeff"


class LineBack:
    """A file of one line, which csv's writer gives back: "GX-1,2023-05-04\\r\\n"."""

    def write(self, text: str) -> str:
        """The line itself."""
        return text


def csv_pieces(export: Export) -> Iterator[str]:
    """Every fact, a row each, the columns those of the exchange format."""
    row = csv.writer(LineBack()).writerow
    yield BYTE_ORDER_MARK + str(row(FIELDS))
    for event in export.events():
        values = given(event.fact)
        yield str(row([_cell(name, values.get(name)) for name in FIELDS]))


def _cell(name: str, value: object) -> str:
    """Numbers and times are what they are; only texts can be taken for something else."""
    text = written(name, value)
    return guarded(text) if isinstance(value, str) else text
