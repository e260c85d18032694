"""A ledger's file: made whole, refused where it is cut short, and SQLite's errors in our words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger import anchor
from ledger.problems import DamagedLedger, LedgerError, LedgerFull, NoLedger, NotALedger, words

APPLICATION = 0x4B616F70  # "Kaop": how a file says that it is a ledger of ours (SQLite's application_id)
MIGRATIONS = ("m001_events_and_batches", "m002_checkpoints_and_texts")


def connect(path: Path) -> sqlite3.Connection:
    """A connection that begins and ends transactions only when told."""
    return sqlite3.connect(path, isolation_level=None)


def bring_forward(db: sqlite3.Connection) -> None:
    """Apply the migrations that a file lacks. The library that does it is loaded only then: it takes long."""
    try:
        applied = [name for (name,) in db.execute("select name from _sqlite_migrations order by id")]
    except sqlite3.OperationalError:
        applied = []
    if applied != list(MIGRATIONS):
        from sqlite_utils import Database

        from ledger import migrations

        migrations.bring_forward(Database(db))


def make(path: Path) -> None:
    """An empty ledger, made aside and then put there whole: nobody ever opens half of one."""
    with TemporaryDirectory(dir=path.parent, prefix=f"{path.name}-") as folder:
        aside = Path(folder) / path.name
        db = connect(aside)
        db.execute("pragma journal_mode = wal")
        db.execute(f"pragma application_id = {APPLICATION}")
        bring_forward(db)
        db.close()
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            if path.stat().st_size == 0:  # else another process was quicker
                aside.replace(path)
        except OSError:  # a file system without hard links
            aside.replace(path)


def refuse_emptied(path: Path) -> None:
    """Raises DamagedLedger where an empty or missing file once was a ledger."""
    if path.exists() and anchor.lines_of(path):
        why = words("{path} is empty, but {file} knows of a ledger.", path=path, file=anchor.path_of(path).name)
        raise DamagedLedger(why, "Take the last backup that verifies.")


def refuse_short(path: Path) -> None:
    """Raises DamagedLedger for a file shorter than its own header says, where no write-ahead log can hold the rest."""
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        return
    with path.open("rb") as file:
        header = file.read(100)
    size = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    expected = pages * (65536 if size == 1 else size)
    if path.stat().st_size < expected:
        why = words("{path} is {length} bytes long and should be {expected}: its end was cut off.",
            path=path, length=path.stat().st_size, expected=expected)  # fmt: skip
        raise DamagedLedger(why, "Take the last backup that verifies.")


@contextmanager
def told(path: Path, kind: type[LedgerError] | None = None) -> Iterator[None]:
    """SQLite's errors in our words; all of one `kind`, where that is known."""
    try:
        yield
    except sqlite3.Error as error:
        said = in_our_words(path, error)
        raise (said if kind is None or isinstance(said, kind) else kind(said.why, said.remedy)) from error
    except OSError as error:
        why = words("{path} cannot be used: {message}", path=path, message=error.strerror)
        raise NoLedger(why, "Check the path and its permissions.") from error


def in_our_words(path: Path, error: sqlite3.Error) -> LedgerError:
    """What SQLite says, as an error that speaks."""
    message = str(error)
    if "full" in message:
        return LedgerFull("the disk is full: nothing was written.", "Free some space and do it again.")
    if "locked" in message or "busy" in message:
        return LedgerError(
            words("another process is writing to {path}.", path=path), "Wait for it to end and do it again."
        )
    if "already exists" in message:  # its record of migrations was edited
        why = words("{name} of the ledger's tables and guards is not as it was made.", name="_sqlite_migrations")
        return DamagedLedger(why, "Take the last backup that verifies.")
    if "malformed" in message or "could not decode" in message.lower():
        why = words("SQLite finds the file damaged: {answer}", answer=message)
        return DamagedLedger(why, "Take the last backup that verifies.")
    if "not a database" in message:
        if anchor.lines_of(path):
            why = words(
                "{path} is no ledger any more, but {file} knows of one.", path=path, file=anchor.path_of(path).name
            )
            return DamagedLedger(why, "Take the last backup that verifies.")
        return NotALedger(words("{path} is no ledger of Kaoping.", path=path), "Name another file with --ledger.")
    why = words("{path} cannot be used: {message}", path=path, message=message)
    kind = NoLedger if "unable to open" in message else LedgerError
    return kind(why, "Check the path and its permissions.")
