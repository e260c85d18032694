"""What a reader may not do with an input: end in anything but a UserError, take long, or grow; each kept with the input that did it."""

import hashlib
import os
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import attrs

from ledger.sentences import UserError
from tests.fire.readers import FuzzedReader

SECONDS = 20
"""How long an input may be read, by the clock, before it is called hanging."""
BUSY = 10
"""Seconds of the processor that an input may take: it is small."""
GROWTH = 2**30
"""Bytes that one input may add to the most that was held before."""


@attrs.define
class Faults:
    """The faults found in one reader, by where they arose; `counts` tells how many inputs were read, and how many refused."""

    reader: FuzzedReader
    folder: Path | None = None
    counts: Counter[str] = attrs.field(factory=Counter)
    found: dict[str, bytes] = attrs.field(factory=dict)

    def feed(self, data: bytes) -> None:
        """Let the reader read an input, and keep what is wrong with how it did."""
        before, start = most_held(), time.process_time()
        if self.folder is not None:
            self._last.write_bytes(data)
        outcome = "read"
        try:
            with no_longer_than(SECONDS):
                self.reader.read(data)
        except UserError:
            outcome = "refused"
        except Exception as error:
            outcome = "fault"
            self._keep(_where(error), data, traceback.format_exc())
        if most_held() - before > GROWTH:
            self._keep("growth", data, f"{(most_held() - before) / 2**20:.0f} MiB more")
        busy = time.process_time() - start
        if busy > BUSY:
            self._keep("slow", data, f"{busy:.1f} s")
        self.counts[outcome] += 1
        self.counts["seconds"] = max(self.counts["seconds"], int(busy))

    @property
    def _last(self) -> Path:
        """Where the input stands that is being read: what ends the whole process is found there."""
        assert self.folder is not None
        return self.folder / f"{self.reader.name}-{os.getpid()}-last"

    def _keep(self, name: str, data: bytes, told: str) -> None:
        if name not in self.found or len(data) < len(self.found[name]):
            self.found[name] = data
            if self.folder is not None:
                place = self.folder / f"{self.reader.name}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
                place.write_bytes(data)
                place.with_suffix(".txt").write_text(f"{name}\n{told}", "utf-8", errors="backslashreplace")

    def told(self) -> str:
        """A line of what was seen, and one for each fault."""
        if self.folder is not None:
            self._last.unlink(missing_ok=True)
        read = self.counts["read"] + self.counts["refused"] + self.counts["fault"]
        head = (
            f"{self.reader.name:<12} {read:>7} inputs: {self.counts['read']} read, {self.counts['refused']} refused, "
            f"at most {self.counts['seconds']} s and {most_held() // 2**20} MiB, {len(self.found)} faults"
        )
        return "\n".join([head, *(f"  {name} ({len(data)} bytes)" for name, data in self.found.items())])


def most_held() -> int:
    """The most bytes that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


class TookLong(Exception):
    """An input is read for longer than any may take."""


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    """Raises TookLong where what stands in it does not end in time."""

    def ring(_: int, __: FrameType | None) -> None:
        raise TookLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _where(error: BaseException) -> str:
    """The kind of an error, and the last place of ours that it came through."""
    ours = [one for one in traceback.extract_tb(error.__traceback__) if "site-packages" not in one.filename]
    last = ours[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno} {last.name}"
