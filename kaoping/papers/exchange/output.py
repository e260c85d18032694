"""Where papers and exports are written: to standard output, or into a file that comes to its name once it is whole."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


def write_out(pieces: Iterable[str]) -> None:
    """The text on standard output, in UTF-8 whatever the terminal's encoding. Raises OSError."""
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode())
    sys.stdout.buffer.flush()


def write_file(path: Path, pieces: Iterable[str]) -> None:
    """The text in a file, in UTF-8. Raises OSError."""
    with whole(path) as part, part.open("wb") as file:
        for piece in pieces:
            file.write(piece.encode())


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name beside the file's own to write to: at the end what stands there, safe on the disk, gets the file's name. Whoever is
    interrupted, or finds no room, leaves no file of that name. Raises OSError with the name."""
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:  # of its own name, whatever was being written
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    finally:
        part.unlink(missing_ok=True)
