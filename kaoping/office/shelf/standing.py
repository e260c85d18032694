"""What every answer rests on, told so cheaply that it is asked before each: the ledger's end, and the files of rules and calendar."""

from pathlib import Path
from threading import Lock

import attrs

from kaoping import now
from kaoping.files.places import data_folder
from kaoping.office.session import Session
from ledger.proof.checkpoints import path_of
from ledger.reading.watch import End, Watch

AGES_MS = 2_000
"""A file written so lately may be written again within the same tick of the file system's clock: nothing rests on it yet."""
NS_A_MS = 1_000_000
STAYS_MS = 60_000
"""How long `now` stays the instant that it was, while nothing else moves: pages of now say of which instant they are."""

Written = tuple[str, int, int, int, int]


@attrs.frozen
class Footing:
    """The state of all that answers rest on, at an instant: two that are equal give the same answers."""

    end: End
    files: tuple[Written, ...]
    instant: int = 0


class Sentry:
    """Whoever stands by a session's ledger and files, and says whether anything moved."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._watch = Watch(session.path)
        self._lock = Lock()
        self._last: Footing | None = None
        data, book = data_folder(), session.rulebook
        self._folders = (data / "rulebooks", session.calendar_folder or data / "calendars")
        self._others = (data / "warnings.toml", *([Path(book)] if book.endswith(".toml") else ()))
        self._listed: tuple[tuple[Written, ...], tuple[Path, ...]] | None = None

    def standing(self) -> Footing | None:
        """How things stand, at the instant at which they were first seen so, for a minute; None where nothing may rest on it: there is no
        ledger, it cannot be read at once, or a file of rules was written only now."""
        ms, end = now.now_ms(), self._watch.end()
        files = None if end is None else self._files(ms)
        if end is None or files is None:
            return None
        with self._lock:
            last = self._last
            if last is None or (last.end, last.files) != (end, files) or not 0 <= ms - last.instant < STAYS_MS:
                last = self._last = Footing(end, files, ms)
            return last

    def close(self) -> None:
        """Let go of the ledger."""
        self._watch.close()

    def _files(self, ms: int) -> tuple[Written, ...] | None:
        try:
            folders = tuple(_written(folder) for folder in self._folders)
            if self._listed is None or self._listed[0] != folders:  # a file came or went
                self._listed = (
                    folders,
                    tuple(path for folder in self._folders for path in sorted(folder.glob("*.toml"))),
                )
            found = tuple(map(_written, (*self._listed[1], *self._others)))
        except OSError:
            return None
        if any(mtime // NS_A_MS > ms - AGES_MS for _, _, _, _, mtime in (*folders, *found)):
            return None
        checkpoints = path_of(self._session.path)  # one line more with each batch, never changed
        return (*folders, *found, _written(checkpoints)) if checkpoints.exists() else (*folders, *found)


def _written(path: Path) -> Written:
    stat = path.stat()
    return str(path), stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns
