"""A ledger's file: made whole, refused where it is cut short, and SQLite's errors in our words."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from ledger.proof import checkpoints
from ledger.sentences import DamagedLedger, LedgerError, LedgerFull, NoLedger, NotALedger, sentence

APPLICATION = 0x4B616F70  # "Kaop": how a file says that it is a ledger of ours (SQLite's application_id)
MEMORY = Path(":memory:")  # a ledger in memory has no file, and none beside it
MIGRATIONS = (
    "m001_events_and_batches", "m002_checkpoints_and_texts", "m004_changes_and_files", "m005_coverage", "m006_writers_and_parts",
    "m007_views", "m008_acts_of_changes", "m009_forms",
)  # fmt: skip


PATIENCE = 600
"""How often a writer tries while others are writing: a large import may take minutes, and is worth waiting for."""
LOOK_AGAIN = 1.0
"""Seconds that a try takes; after each the waiting writer can be interrupted."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection that begins and ends transactions only when told."""
    return sqlite3.connect(path, isolation_level=None, timeout=LOOK_AGAIN)


def opened(path: Path) -> sqlite3.Connection:
    """A ledger of this version, made if the file is empty; to be read alone where the file, or its folder, may not be
    written. Raises NotALedger, DamagedLedger, LedgerError."""
    db = connect(path)
    try:
        prepare(db, path)
    except sqlite3.OperationalError as error:
        db.close()
        if path == MEMORY or not _may_only_be_read(error) or not path.exists() or is_empty(path):
            raise
        return opened_to_read(path)
    except BaseException:
        db.close()
        raise
    return db


def _may_only_be_read(error: sqlite3.OperationalError) -> bool:
    """Whether SQLite failed because it could not write: the file itself, or what it keeps beside it."""
    code = getattr(error, "sqlite_errorname", "")
    return code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")) or "readonly" in str(error)


def opened_to_read(path: Path) -> sqlite3.Connection:
    """A ledger that may only be read. One of an earlier version is brought forward in memory. Raises LedgerError where its
    last writes stand in a log beside it that cannot be read without writing."""
    db = _connected_to_read(path)
    try:
        refuse_foreign(db, path)
        if _applied(db) != list(MIGRATIONS):
            memory = connect(MEMORY)
            with closing(db):
                db.backup(memory)
            db = memory
            with migrating(db) as migrate:
                migrate()
        db.execute("pragma query_only = on")
    except BaseException:
        db.close()
        raise
    return db


def _connected_to_read(path: Path) -> sqlite3.Connection:
    name = quote(str(path.absolute()).encode(errors="surrogateescape"))
    log = path.with_name(f"{path.name}-wal")
    for how in ("mode=ro", "mode=ro&immutable=1"):
        db = sqlite3.connect(f"file:{name}?{how}", uri=True, isolation_level=None)
        try:
            db.execute("select count(*) from sqlite_master").fetchone()
        except sqlite3.OperationalError:
            db.close()
            if log.exists() and log.stat().st_size:  # what stands in it would be left out without a word
                break
        else:
            return db
    why = sentence("{path} may only be read, and its last writes stand in {log}.", path=path, log=log.name)
    raise LedgerError(why, "Copy both, and the file of checkpoints, into a folder where you may write.")


def watching(path: Path) -> sqlite3.Connection:
    """A connection of any thread that reads, and waits for nobody."""
    name = quote(str(path.absolute()).encode(errors="surrogateescape"))
    return sqlite3.connect(f"file:{name}?mode=ro", uri=True, isolation_level=None, timeout=0, check_same_thread=False)


def copied(db: sqlite3.Connection, to: Path) -> None:
    """Copy all of a database to a file that is not there, as it is at one moment, while others go on writing."""
    with closing(connect(to)) as copy:
        db.backup(copy)


def is_in_use(path: Path) -> bool:
    """Whether another connection has a database open; what stands in its log is brought into its file meanwhile. Raises sqlite3.Error."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as db:
        try:
            (mode,) = db.execute("pragma journal_mode = delete").fetchone()
            if mode != "delete":
                return True
            db.execute("begin exclusive")
            db.execute("rollback")
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                return True
            raise
        return False


def sqlite_version() -> str:
    """The version of the SQLite that Python brings."""
    return sqlite3.sqlite_version


def lets_readers_go_on(folder: Path) -> bool:
    """Whether a ledger in a folder could be read while somebody writes to it (write-ahead log), tried with a file that goes again. Raises
    OSError, sqlite3.Error."""
    with TemporaryDirectory(dir=folder) as place, closing(connect(Path(place) / "tried.db")) as db:
        (mode,) = db.execute("pragma journal_mode = wal").fetchone()
        db.execute("create table tried (one)")
        return bool(mode == "wal")


def begin(db: sqlite3.Connection, how: str) -> None:
    """Begin a transaction; whoever is writing is waited for, up to `PATIENCE` times, so that Ctrl-C is heard meanwhile."""
    for tries in range(1, PATIENCE + 1):
        try:
            db.execute(how)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or tries == PATIENCE:
                raise
        else:
            return


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
    if _applied(db) != list(MIGRATIONS):
        with migrating(db) as migrate:
            migrate()


def _applied(db: sqlite3.Connection) -> list[str]:
    """The migrations of a file, in their order."""
    try:
        return [name for (name,) in db.execute("select name from _sqlite_migrations order by id")]
    except sqlite3.OperationalError:
        return []


@contextmanager
def migrating(db: sqlite3.Connection) -> Iterator[Callable[[], None]]:
    """The file for us alone, in one transaction, and what applies the migrations it lacks. The library that does it is
    loaded only then: it takes long, so before anybody has to wait."""
    from sqlite_utils import Database

    from ledger import migrations

    begin(db, "begin exclusive")
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
    if "already exists" in message or "duplicate column" in message:  # its record of migrations was edited
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
    if "readonly" in message:
        return LedgerError(
            sentence("{path} may only be read: nothing was written.", path=path),
            "Work on a copy in a folder where you may write, or ask for the permission.",
        )
    why = sentence("{path} cannot be used: {message}", path=path, message=message)
    kind = NoLedger if "unable to open" in message else LedgerError
    return kind(why, "Check the path and its permissions.")
