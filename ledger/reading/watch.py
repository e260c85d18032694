"""A ledger's end, asked for again and again: whether anything was written since."""

from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

import attrs

from ledger.files import told, watching
from ledger.sentences import LedgerError


@attrs.frozen
class End:
    """Where a ledger ended: `batch` 7, its `checkpoint`, the `head`; in which `file` (device, number, size, when it was written), and
    the `version` that SQLite counts for whoever watches: it changes with whatever another program writes."""

    file: tuple[int, ...]
    version: tuple[int, int]
    batch: int
    head: str
    checkpoint: str


class Watch:
    """Whoever looks at a ledger's end from any thread, over one connection that stays open and cannot write. It waits for nobody."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._db: Any = None
        self._of: tuple[int, int] = (0, 0)
        self._times = 0

    def end(self) -> End | None:
        """The end of the ledger as it is now; None where it cannot be told at once, so that nothing may rest on it."""
        with self._lock:
            try:
                stat = self._path.stat()
                with told(self._path):
                    return self._read((stat.st_dev, stat.st_ino), (stat.st_size, stat.st_mtime_ns))
            except (OSError, LedgerError):
                self._close()
                return None

    def close(self) -> None:
        """Close the file; asked again, it is opened again."""
        with self._lock:
            self._close()

    def _read(self, place: tuple[int, int], state: tuple[int, int]) -> End | None:
        if self._db is None or self._of != place:
            self._close()
            self._db, self._of, self._times = watching(self._path), place, self._times + 1
        (version,) = self._db.execute("pragma data_version").fetchone()
        sql = "select number, head, checkpoint from batches order by number desc limit 1"
        last = self._db.execute(sql).fetchone()
        if last is None:
            return None
        return End((*place, *state), (self._times, version), last[0], last[1].hex(), last[2].hex())

    def _close(self) -> None:
        if self._db is not None:
            with suppress(Exception):
                self._db.close()
            self._db = None
