"""A Parquet file: every fact as a row of typed columns, written in groups of rows."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from calendars.instants import SHANGHAI
from kaoping.office.exports import Export
from kaoping.papers.exchange.fields import COUNTS, DAYS, FIELDS, FLAGS, INSTANTS
from ledger.batches import Event
from ledger.facts import STORED_AS

if TYPE_CHECKING:
    import polars as pl

ROWS = 50_000
"""Facts held at a time, and in a group of rows."""


def write_parquet(path: Path, export: Export) -> None:
    """The facts in the order of the ledger: `position`, `fact_key`, `batch` and `batch_row` say where each is from, `stands` whether
    nobody took it back, `as_unit` its unit by its name in the register; the rest are the fields of the exchange format. An instant is
    there as such, in Beijing time, and as the exact millisecond (`at_ms`). Raises OSError."""
    with TemporaryDirectory(prefix=".", dir=path.parent) as folder:
        parts: list[Path] = []
        for number, frame in enumerate(_frames(export)):
            parts.append(Path(folder) / f"{number:06}.parquet")
            with _writing():
                frame.write_parquet(parts[-1])
        with _writing():
            _join(parts, path)


@contextmanager
def _writing() -> Iterator[None]:
    """The library's errors of a disk that is full as what they are."""
    from polars.exceptions import PolarsError

    try:
        yield
    except PolarsError as error:
        raise OSError(errno.EIO, f"the disk may be full ({error})") from error


def _frames(export: Export) -> Iterator["pl.DataFrame"]:
    """The facts, so many at a time; of none an empty frame."""
    import polars as pl

    schema = _schema()
    rows = (_row(export, event) for event in export.events())
    part = list(islice(rows, ROWS))
    yield pl.DataFrame(part, schema=schema, orient="row")
    while part := list(islice(rows, ROWS)):
        yield pl.DataFrame(part, schema=schema, orient="row")


def _join(parts: list[Path], path: Path) -> None:
    """The parts as one file, read and written again a group of rows at a time."""
    import polars as pl

    pl.scan_parquet(parts).sink_parquet(path, row_group_size=ROWS)


def _schema() -> dict[str, Any]:
    """Column -> its type."""
    import polars as pl

    types: dict[str, Any] = {
        "position": pl.Int64, "fact_key": pl.String, "batch": pl.Int64, "batch_row": pl.Int64, "stands": pl.Boolean, "as_unit": pl.String,
    }  # fmt: skip
    for name in FIELDS:
        if name in INSTANTS:
            types |= {name: pl.Datetime("ms", SHANGHAI), f"{name}_ms": pl.Int64}
        else:
            plain = pl.Int64 if name in COUNTS else pl.Boolean if name in FLAGS else pl.String
            types[name] = pl.Decimal(6, 1) if name in DAYS else plain
    return types


def _row(export: Export, event: Event) -> list[object]:
    fact = event.fact
    row: list[object] = [event.position, event.key, event.batch, event.row, export.stands(event), export.unit_of(event)]
    for name in FIELDS:
        value = getattr(fact, STORED_AS.get(name, name), None)
        if name in INSTANTS:
            row += [value, value]
        elif name in DAYS:
            row.append(_days(value))
        else:
            row.append(str(value).lower() if isinstance(value, bool) and name not in FLAGS else value)
    return row


def _days(halves: int | None) -> Decimal | None:
    """Half working days as a decimal number of days."""
    return None if halves is None else Decimal(halves) / 2
