"""A ledger copied while it is written to, and put back: verified each time, under its last name only when it is whole."""

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

import attrs

from calendars.instants import show_iso
from kaoping.office.session import Session, WrongArgument
from ledger.columns.mirror import Mirror
from ledger.columns.mirror import path_of as mirror_of
from ledger.files import copied, is_empty, is_in_use, told, watching
from ledger.proof import checkpoints
from ledger.proof.verify import Verified
from ledger.sentences import DamagedLedger, LedgerError, NoLedger, UserError, sentence
from ledger.store import Ledger

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file while it is open."""


class InUse(UserError):
    """What is to be replaced is open somewhere."""


@attrs.frozen(kw_only=True)
class Copy:
    """A file that was copied: where it is now, its SHA-256 and size."""

    path: Path
    sha256: str
    size: int


@attrs.frozen(kw_only=True)
class Backup:
    """A backup of a ledger: `report` of its verification, the `ledger` and, where they were asked for, the `accounts`."""

    report: Verified
    ledger: Copy
    accounts: Copy | None = None


@attrs.frozen(kw_only=True)
class Restored:
    """A backup put back: `aside` are the files that lay there before, by their new names; `lost`: up to which event the ledger that lay
    there went on, where not all of that is in the backup, else None."""

    report: Verified
    path: Path
    aside: tuple[Path, ...]
    lost: int | None


def back_up(session: Session, to: Path, accounts: Path | None = None, *, replace: bool = False) -> Backup:
    """Copy the ledger, and the file of accounts, as they are at one moment, whoever writes meanwhile; and verify the copy. The ledger goes
    to `to`, its checkpoints beside it, the accounts to `to` with .accounts behind it. Raises WrongArgument where something is there
    and may not be replaced, DamagedLedger, LedgerError, NoLedger."""
    other = None if accounts is None else to.with_name(f"{to.name}.accounts")
    _refuse_itself(session.path, to)
    if accounts is not None and other is not None:
        if not accounts.exists():
            raise WrongArgument(sentence("there is no file {path}.", path=accounts), "Name the file of accounts.")
        if other.exists() and other.samefile(accounts):
            raise WrongArgument(sentence("{path} is the file of accounts itself.", path=other), "Name another file.")
    if not replace:
        _refuse_there([to, *([other] if other else [])])
    with _unfinished(to) as made, session.busy("copying the ledger"):
        report = _copy_ledger(session.path, made)
        kept = None
        if accounts is not None and other is not None:
            with _unfinished(other) as half:
                _copy_database(accounts, half)
                kept = _finish(half, other)
        return Backup(report=report, ledger=_finish_ledger(made, to), accounts=kept)


def restore(session: Session, source: Path) -> Restored:
    """Put a backup in the place of the ledger: it is verified first, and copied; what lay there is kept under another name. Raises
    DamagedLedger where the backup does not verify, WrongArgument where another ledger lies there, InUse."""
    path = session.path
    _refuse_itself(path, source)
    with _unfinished(path) as made:
        with session.busy("copying the ledger"):
            report = _copy_backup(source, made, path)
        lost = _refuse_other(made, path, report.position)
        aside = _put_aside(path, show_iso(session.now)[:19].replace(":", "").replace("-", ""))
        _finish_ledger(made, path)
    Mirror(mirror_of(path)).discard()  # derived from what lay there; it is made anew
    return Restored(report=report, path=path, aside=aside, lost=lost)


def _copy_backup(source: Path, made: Path, path: Path) -> Verified:
    """Copy a backup that is to lie at a path, and verify the copy. Raises DamagedLedger, which says what to do without this backup."""
    try:
        return _copy_ledger(source, made, only_read=True)
    except DamagedLedger as error:
        remedy = sentence(
            "This backup cannot be put back: take an earlier one, which kaoping verify --ledger finds whole."
            " What lies at {path} was not touched.",
            path=path,
        )
        raise DamagedLedger(error.why, remedy) from error


def _copy_ledger(source: Path, made: Path, *, only_read: bool = False) -> Verified:
    """Copy a ledger and its checkpoints to a name that nobody knows, and verify the copy."""
    lines = checkpoints.path_of(source)
    text = lines.read_bytes() if lines.exists() else b""  # first: lines may lack the newest batch, a ledger may not
    _make_private(made)
    with Ledger(source, only_read=only_read) as ledger:
        ledger.copy_to(made)
    checkpoints.path_of(made).write_bytes(text)
    shutil.copymode(source, made)
    with Ledger(made) as copy:
        return copy.verify()


def _make_private(made: Path) -> None:
    """An empty file that nobody else may read, till it has the permissions of what is copied to it."""
    os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _copy_database(source: Path, made: Path) -> None:
    _make_private(made)
    with told(source):
        db = watching(source)
        try:
            copied(db, made)
        finally:
            db.close()
    shutil.copymode(source, made)


@contextmanager
def _unfinished(path: Path) -> Iterator[Path]:
    """A name beside a path for what is not whole yet; nothing of that name stays."""
    if not path.parent.is_dir():
        raise WrongArgument(sentence("there is no folder {path}.", path=path.parent), "Make it first, or name another.")
    made = path.with_name(f".{path.name}.{token_hex(6)}.part")
    try:
        yield made
    finally:
        for one in _all_of(made):
            with suppress(OSError):
                one.unlink(missing_ok=True)


def _all_of(path: Path) -> list[Path]:
    """A database's file, what SQLite may keep beside it, and a ledger's checkpoints."""
    return [path, *(path.with_name(f"{path.name}{ending}") for ending in BESIDE), checkpoints.path_of(path)]


def _finish_ledger(made: Path, path: Path) -> Copy:
    """Give a ledger its name, and then its checkpoints theirs: older lines beside it attest it too, newer ones speak against it."""
    lines = checkpoints.path_of(made)
    whole = _finish(made, path)
    _finish(lines, checkpoints.path_of(path))
    return whole


def _finish(made: Path, path: Path) -> Copy:
    """Give a whole file its name, once it is on the disk."""
    with made.open("r+b") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    made.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return Copy(path=path, sha256=digest, size=path.stat().st_size)


def _refuse_there(paths: Sequence[Path]) -> None:
    for path in paths:
        if path.exists():
            raise WrongArgument(sentence("{path} is there already.", path=path), "Name a new file, or add --replace.")


def _refuse_itself(ledger: Path, other: Path) -> None:
    if other.exists() and ledger.exists() and other.samefile(ledger):
        raise WrongArgument(sentence("{path} is the ledger itself.", path=other), "Name another file.")


def _refuse_other(made: Path, path: Path, position: int) -> int | None:
    """How far the ledger at a path goes, where not all of that is in the backup of it. Raises WrongArgument where what lies there is
    another ledger, or cannot be told to be this one; InUse."""
    if not path.exists() or is_empty(path):
        if not _are_of_one(made, path):
            raise _another(path)
        return None
    try:
        with Ledger(made) as backup, Ledger(path) as there:
            if there.head(1) != backup.head(1):
                raise _another(path)
            end = there.head().position
            both = min(end, position)
            is_apart = there.head(both) != backup.head(both)
        with told(path):
            if is_in_use(path):
                raise InUse(
                    sentence("{path} is in use.", path=path),
                    "End the desk and whatever else works with it, and do it again.",
                )
    except NoLedger:
        raise
    except LedgerError as error:  # it is damaged: its checkpoints say whose it was
        if not checkpoints.speaks(path) or not _are_of_one(made, path):
            raise _another(path) from error
        return None
    return end if end > position or is_apart else None


def _are_of_one(made: Path, path: Path) -> bool:
    """Whether the checkpoints beside two ledgers begin alike, or one of them has none."""
    begun = [next((line for _, line in checkpoints.lines_of(one)), None) for one in (made, path)]
    return None in begun or begun[0] == begun[1]


def _another(path: Path) -> WrongArgument:
    return WrongArgument(
        sentence("{path} is another ledger than the backup's.", path=path),
        "Name where the backup's own ledger is to lie with --ledger; or move away what lies there.",
    )


def _put_aside(path: Path, mark: str) -> tuple[Path, ...]:
    """Rename what lies at a path, with what belongs to it."""
    aside = []
    for one in _all_of(path):
        if one.exists():
            new = path.with_name(f"{path.name}.{mark}{one.name.removeprefix(path.name)}")
            if new.exists():
                raise WrongArgument(sentence("{path} is there already.", path=new), "Do it again a second later.")
            aside.append(one.replace(new))
    return tuple(aside)
