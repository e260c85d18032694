"""A ledger's file: made whole, refused where it is cut short, and SQLite's errors in our words."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ledger.proof import checkpoints
from ledger.sentences import DamagedLedger, LedgerError, LedgerFull, NoLedger, NotALedger, sentence

APPLICATION = 0x4B616F70  # "Kaop": how a file says that it is a ledger of ours (SQLite's application_id)
MEMORY = Path(":memory:")  # a ledger in memory has no file, and none beside it
MIGRATIONS = ("m001_events_and_batches", "m002_checkpoints_and_texts")


def connect(path: Path) -> sqlite3.Connection:
    """A connection that begins and ends transactions only when told."""
    return sqlite3.connect(path, isolation_level=None)


def prepare(db: sqlite3.Connection, path: Path) -> None:
    """Make what was opened a ledger of this version, if it is one or empty. Raises NotALedger, DamagedLedger."""
    db.execute("pragma synchronous = full")
    make_if_empty(db, path)
    refuse_foreign(db, path)
    db.execute("pragma foreign_keys = on")
    bring_forward(db)
    log_ahead(db)


def bring_forward(db: sqlite3.Connection) -> None:
    """Apply the migrations that a file lacks, all or none."""
    try:
        applied = [name for (name,) in db.execute("select name from _sqlite_migrations order by id")]
    except sqlite3.OperationalError:
        applied = []
    if applied != list(MIGRATIONS):
        with migrating(db) as migrate:
            migrate()


@contextmanager
def migrating(db: sqlite3.Connection) -> Iterator[Callable[[], None]]:
    """The file for us alone, in one transaction, and what applies the migrations it lacks. The library that does it is
    loaded only then: it takes long, so before anybody has to wait."""
    from sqlite_utils import Database

    from ledger import migrations

    db.execute("begin exclusive")
    try:
        yield lambda: migrations.bring_forward(Database(db))
        db.execute("commit")
    finally:
        if db.in_transaction:
            db.execute("rollback")


def make_if_empty(db: sqlite3.Connection, path: Path) -> None:
    """Make an empty file a ledger, in place and in one transaction: whoever comes at the same time waits, and whoever is
    killed leaves an empty file to the next. Raises DamagedLedger where it once was a ledger."""
    db.execute("pragma schema_version").fetchone()  # undoes what somebody left half done
    if not is_empty(path):
        return
    with migrating(db) as migrate:
        if is_empty(path):  # else another process was quicker
            refuse_emptied(path)
            db.execute(f"pragma application_id = {APPLICATION}")
            migrate()


def is_empty(path: Path) -> bool:
    """Whether nothing was ever written to a ledger's file; in memory, nothing ever was."""
    return path == MEMORY or path.stat().st_size == 0


def log_ahead(db: sqlite3.Connection) -> None:
    """Let readers go on while somebody writes. Where that cannot be had, or not now, the ledger is as sound without."""
    with suppress(sqlite3.OperationalError):
        db.execute("pragma journal_mode = wal")


def refuse_missing(path: Path) -> None:
    """Raises DamagedLedger where there is no file any more, but checkpoints of one: a new one would not be theirs."""
    if checkpoints.speaks(path) and not path.exists():  # in this order: another process may be making both
        file = checkpoints.path_of(path).name
        why = sentence("there is no ledger at {path}, but {file} knows of one.", path=path, file=file)
        raise DamagedLedger(why, sentence("Put the ledger back; to begin a new one, take {file} away too.", file=file))


def refuse_emptied(path: Path) -> None:
    """Raises DamagedLedger where an empty file once was a ledger."""
    if checkpoints.speaks(path):
        why = sentence("{path} is empty, but {file} knows of a ledger.", path=path, file=checkpoints.path_of(path).name)
        raise DamagedLedger(why, "Take the last backup that verifies.")


def refuse_foreign(db: sqlite3.Connection, path: Path) -> None:
    """Raises NotALedger for a database of somebody else's, DamagedLedger where a ledger was before."""
    (found,) = db.execute("pragma application_id").fetchone()
    if found == APPLICATION:
        return
    if checkpoints.speaks(path):
        file = checkpoints.path_of(path).name
        why = sentence("{path} is no ledger any more, but {file} knows of one.", path=path, file=file)
        raise DamagedLedger(why, "Take the last backup that verifies.")
    why = sentence("{path} is a database, but no ledger of Kaoping.", path=path)
    raise NotALedger(why, "Name another file with --ledger.")


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
        why = sentence("{path} is {length} bytes long and should be {expected}: its end was cut off.",
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
        why = sentence("{path} cannot be used: {message}", path=path, message=error.strerror)
        raise NoLedger(why, "Check the path and its permissions.") from error


def in_our_words(path: Path, error: sqlite3.Error) -> LedgerError:
    """What SQLite says, as an error that speaks."""
    message = str(error)
    beside = getattr(error, "sqlite_errorname", "") == "SQLITE_IOERR_SHMSIZE"  # no room for what lies beside the file
    if beside or "full" in message:
        return LedgerFull("the disk is full: nothing was written.", "Free some space and do it again.")
    if "locked" in message or "busy" in message:
        return LedgerError(
            sentence("another process is writing to {path}.", path=path), "Wait for it to end and do it again."
        )
    if "already exists" in message:  # its record of migrations was edited
        why = sentence("{name} of the ledger's tables and guards is not as it was made.", name="_sqlite_migrations")
        return DamagedLedger(why, "Take the last backup that verifies.")
    if "malformed" in message or "could not decode" in message.lower():
        why = sentence("SQLite finds the file damaged: {answer}", answer=message)
        return DamagedLedger(why, "Take the last backup that verifies.")
    if "not a database" in message:
        if checkpoints.speaks(path):
            why = sentence(
                "{path} is no ledger any more, but {file} knows of one.", path=path, file=checkpoints.path_of(path).name
            )
            return DamagedLedger(why, "Take the last backup that verifies.")
        return NotALedger(sentence("{path} is no ledger of Kaoping.", path=path), "Name another file with --ledger.")
    why = sentence("{path} cannot be used: {message}", path=path, message=message)
    kind = NoLedger if "unable to open" in message else LedgerError
    return kind(why, "Check the path and its permissions.")
