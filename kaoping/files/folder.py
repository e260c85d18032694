"""Files of the outside: logs, and the data that travels with Kaoping (profiles, calendars, rulebooks)."""

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from calendars.workdays import Calendar
from kaoping.files.calendars import read_calendar
from kaoping.files.places import ROOT, data_folder
from kaoping.files.rulebooks import read_rulebook
from ledger.sentences import UnusableFile, UserError, sentence
from scoring.law.rulebook import Rulebook

if TYPE_CHECKING:
    from ledger.intake.profile import Profile


class NoSuchFile(UserError):
    """The command line names a file, a profile or a rulebook that is not there."""

    code = 2


@attrs.frozen
class Loaded:
    """A file's bytes and their SHA-256."""

    path: Path
    data: bytes
    sha256: str


def load(path: Path) -> Loaded:
    """A file. Raises NoSuchFile, UnusableFile."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise NoSuchFile(
            sentence("there is no file {path}.", path=path), "Check its name and the folder you are in."
        ) from error
    except OSError as error:
        raise UnusableFile(
            sentence("{path} cannot be read: {why}", path=path, why=error.strerror),
            "Check the path and its permissions.",
        ) from error
    return Loaded(path, data, hashlib.sha256(data).hexdigest())


@cache
def profiles() -> "tuple[Profile, ...]":
    """The profiles that travel with Kaoping."""
    from kaoping.files.profiles import read_profile  # only imports need it

    return tuple(read_profile(path.read_text("utf-8"), path.name) for path in _files("profiles"))


def profile(name: str) -> "Profile":
    """A profile by its name, or from a TOML file. Raises NoSuchFile."""
    from kaoping.files.profiles import read_profile

    for one in profiles():
        if one.name == name:
            return one
    if name.endswith(".toml"):
        return read_profile(text_of(Path(name)), Path(name).name)
    known = " ".join(one.name for one in profiles())
    raise NoSuchFile(
        sentence("there is no profile {name}; known: {known}", name=name, known=known),
        "Name one of them, or a .toml file.",
    )


def rulebook(name: str, taken: Mapping[str, str] | None = None) -> Rulebook:
    """A rulebook by its name, or from a TOML file. Raises NoSuchFile, UnusableFile."""
    paths = {path.stem: path for path in _files("rulebooks")}
    if name in paths:
        return _rulebook(paths[name].read_text("utf-8"), paths[name].name, tuple(sorted((taken or {}).items())))
    if name.endswith(".toml"):
        return _rulebook(text_of(Path(name)), Path(name).name, tuple(sorted((taken or {}).items())))
    known = " ".join(paths)
    raise NoSuchFile(
        sentence("there is no rulebook {name}; known: {known}", name=name, known=known),
        "Name one of them, or a .toml file.",
    )


@lru_cache(maxsize=32)
def _rulebook(text: str, name: str, taken: tuple[tuple[str, str], ...]) -> Rulebook:
    """Of the same text it is the same: read once, however often it is asked for."""
    return read_rulebook(text, name, dict(taken))


@cache
def rulebooks() -> tuple[Rulebook, ...]:
    """The rulebooks that travel with Kaoping."""
    return tuple(read_rulebook(path.read_text("utf-8"), path.name) for path in _files("rulebooks"))


def working_days(folder: Path | None = None, known_on: date | None = None) -> Calendar:
    """The calendar from the official days and the notices, closures and hours in a folder (ours, without one); of all that
    is known, or as it was known on a date. A file changed since it was last asked for is read anew."""
    paths = () if folder is None else sorted(folder.glob("*.toml"))
    return _working_days(folder, known_on, tuple((path.name, *_written(path)) for path in paths))


def _written(path: Path) -> tuple[int, int]:
    """When a file was last written, and its size."""
    told = path.stat()
    return told.st_mtime_ns, told.st_size


@cache
def _working_days(folder: Path | None, known_on: date | None, _written: tuple[tuple[str, int, int], ...]) -> Calendar:
    paths = _files("calendars") if folder is None else sorted(folder.glob("*.toml"))
    if not paths:
        raise NoSuchFile(
            sentence("there is no calendar in {path}.", path=folder),
            "Copy the calendars folder and change what is yours.",
        )
    return read_calendar({path.name: text_of(path) for path in paths}, known_on)


def cases_of(book: str) -> list[Path]:
    """The worked cases that travel with a rulebook."""
    installed = data_folder() / "cases" / book
    return sorted((installed if installed.is_dir() else ROOT.parent / "tests" / "cases" / book).glob("*.toml"))


def _files(folder: str) -> list[Path]:
    return sorted((data_folder() / folder).glob("*.toml"))


def text_of(path: Path) -> str:
    """The text of a file of ours. Raises NoSuchFile, UnusableFile."""
    try:
        return load(path).data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnusableFile(sentence("{path} is not UTF-8 text.", path=path), "Save it as UTF-8.") from error
