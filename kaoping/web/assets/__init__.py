"""The files that pages load: own styles and scripts, and those of others that were taken over unchanged (vendor/vendored.toml)."""

from functools import cache
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
ASSETS = {
    path.relative_to(FOLDER).as_posix(): TYPES[path.suffix]
    for path in sorted(FOLDER.rglob("*"))
    if path.suffix in TYPES
}
"""Each by its name, with what it is."""


@cache
def mark(name: str) -> str:
    """What tells a file from another version of it."""
    return sha256((FOLDER / name).read_bytes()).hexdigest()[:16]


def asset_path(name: str) -> str:
    """The address of a file, another for each version of it: so a browser may keep it."""
    return f"/assets/{name}?v={mark(name)}"
