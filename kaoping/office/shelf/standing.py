"""What every answer rests on, told so cheaply that it is asked before each: the ledger's end, and the files of rules and calendar."""

from collections.abc import Iterator
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
STAYS_MS = 60_000
"""How long `now` stays the instant that it was, while nothing else moves: pages of now say of which instant they are."""

Written = tuple[str, int, int, int, int]


@attrs.frozen
class Standing:
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
        self._last: Standing | None = None

    def standing(self) -> Standing | None:
        """How things stand, at the instant at which they were first seen so, for a minute; None where nothing may rest on it: there is no
        ledger, it cannot be read at once, or a file of rules was written only now."""
        ms, end = now.now_ms(), self._watch.end()
        files = None if end is None else self._files(ms)
        if end is None or files is None:
            return None
        with self._lock:
            last = self._last
            if last is None or (last.end, last.files) != (end, files) or not 0 <= ms - last.instant < STAYS_MS:
                last = self._last = Standing(end, files, ms)
            return last

    def close(self) -> None:
        """Let go of the ledger."""
        self._watch.close()

    def _files(self, ms: int) -> tuple[Written, ...] | None:
        try:
            found = tuple(map(_written, _files_of(self._session)))
        except OSError:
            return None
        if any(mtime // 1_000_000 > ms - AGES_MS for _, _, _, _, mtime in found):
            return None
        checkpoints = path_of(self._session.path)  # one line more with each batch, never changed
        return (*found, _written(checkpoints)) if checkpoints.exists() else found


def _files_of(session: Session) -> Iterator[Path]:
    data = data_folder()
    if session.rulebook.endswith(".toml"):
        yield Path(session.rulebook)
    yield from (data / "rulebooks").glob("*.toml")
    yield data / "warnings.toml"
    yield from sorted((session.calendar_folder or data / "calendars").glob("*.toml"))


def _written(path: Path) -> Written:
    stat = path.stat()
    return path.name, stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns
