"""A file written whole or not at all, whoever else writes one of that name at the same time."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from secrets import token_hex

STALE = 86_400
"""Seconds after which a part that is not written to is what a stopped process left behind."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name beside the file's own to write to, no other writer's: at the end what stands there, safe on the disk, gets the file's
    name. Whoever is interrupted, or finds no room, leaves no file of that name. Raises OSError with the name."""
    short = path.name[:40]  # a name may be as long as a folder takes, and this one is longer
    part = path.with_name(f".{short}.{os.getpid()}-{token_hex(4)}.part")
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        _sweep(part, short)
        part.replace(path)
    except OSError as error:  # of its own name, whatever was being written
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    finally:
        part.unlink(missing_ok=True)


def _sweep(part: Path, short: str) -> None:
    """Take away parts of this file that have not been written to for a day: a process that is killed cannot do so itself."""
    now = part.stat().st_mtime
    for other in part.parent.glob(f".{escape(short)}.*-*.part"):
        with suppress(OSError):  # another sweeps too, or holds it open
            if now - other.stat().st_mtime > STALE:
                other.unlink()
