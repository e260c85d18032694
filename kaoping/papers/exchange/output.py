"""Where exports are written: to standard output, or into a file that comes to its name once it is whole."""

import sys
from collections.abc import Iterable
from pathlib import Path

from kaoping.files.whole import whole


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
