"""Files that wait to be taken, each upload in a folder of its own, with what was asked for and said of them so far."""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import attrs

from kaoping.files import folder
from kaoping.files.profiles import read_profile
from kaoping.office.intake.imports import Manner
from kaoping.office.intake.mending import Meanings, with_meanings
from kaoping.office.session import WrongArgument
from kaoping.web.filled import Filled, Upload
from ledger.intake.profile import Profile
from ledger.sentences import sentence

KEPT = 10
"""So many uploads wait to be taken; of more the oldest goes."""
LONGEST = 180
"""Bytes of a file's name: what every file system takes."""
NO_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
DIGEST = re.compile("[0-9a-f]{64}")
TICKS = ("replace", "keep_file", "known_units")
WISH, OWN, MENDED = "wish.json", "own.toml", "mended"


@attrs.frozen(kw_only=True)
class Wish:
    """What is asked for: the name of a profile (empty: the header tells), who writes, what was ticked; what words mean, by profile;
    and of rows that were mended, by number, what stands in their cells now.."""

    profile: str = ""
    by: str = ""
    replace: bool = False
    keep_file: bool = False
    known_units: bool = False
    meanings: Mapping[str, Meanings] = attrs.Factory(dict)
    mended: Mapping[str, Mapping[str, str]] = attrs.Factory(dict)
    tried: Mapping[str, Mapping[str, str]] = attrs.Factory(dict)

    def as_filled(self, filled: Filled) -> "Wish":
        """The same with what a form says otherwise. Raises WrongArgument for a profile that is not there."""
        replace, keep_file, known_units = (bool(filled.one(name)) for name in TICKS)
        return attrs.evolve(
            self, profile=filled.one("profile"), by=filled.one("by") or self.by, replace=replace, keep_file=keep_file,
            known_units=known_units,
        )  # fmt: skip


@attrs.frozen
class Waiting:
    """An upload that waits: the folder that holds it, and what is asked for."""

    place: Path
    wish: Wish

    @property
    def name(self) -> str:
        """By which it is asked for."""
        return self.place.name

    @property
    def files(self) -> list[Path]:
        """What was uploaded, in its order."""
        return [next(one.iterdir()) for one in sorted((self.place / "files").iterdir(), key=lambda one: int(one.name))]

    @property
    def every(self) -> list[Path]:
        """The same, and after them the workbooks of the rows that were mended."""
        return [*self.files, *sorted((self.place / MENDED).glob("*"))]

    @property
    def own(self) -> Profile | None:
        """The profile that came with it. Raises UnusableFile."""
        path = self.place / OWN
        return read_profile(folder.text_of(path), path.name) if path.exists() else None

    @property
    def profile(self) -> str | None:
        """The name of the profile asked for."""
        own = self.own
        return own.name if own is not None else self.wish.profile or None

    def manner(self, *, keep: bool) -> Manner:
        """How it is to be taken. Raises UnusableFile, WrongArgument."""
        known = {one.name: one for one in folder.profiles()}
        own = self.own
        if own is not None:
            known[own.name] = own
        if self.wish.profile and self.wish.profile not in known:
            why = sentence("there is no profile {name} here.", name=self.wish.profile)
            raise WrongArgument(why, "Choose one of the list.")
        changed = {name: with_meanings(known[name], one) for name, one in self.wish.meanings.items() if name in known}
        if own is not None:
            changed.setdefault(own.name, own)
        return Manner(
            replace=self.wish.replace, keep=keep, keep_file=self.wish.keep_file, known_units=self.wish.known_units,
            profiles=tuple(changed.values()),
        )  # fmt: skip

    def shown(self) -> str:
        """The digest (SHA-256) of what the page of it rests on beside the ledger: the files, what is asked for, and the profiles."""
        told = json.dumps([self.name, attrs.asdict(self.wish)], ensure_ascii=False, sort_keys=True)
        return sha256((told + repr(self.manner(keep=True).profiles) + repr(folder.profiles())).encode()).hexdigest()

    def wishing(self, wish: Wish) -> "Waiting":
        """The same, something else asked for from now on."""
        (self.place / WISH).write_text(json.dumps(attrs.asdict(wish), ensure_ascii=False), "utf-8")
        return Waiting(self.place, wish)

    def mend(self, workbooks: Mapping[str, bytes]) -> list[Path]:
        """The workbooks of the rows that were mended, by name, in the stead of earlier ones."""
        shutil.rmtree(self.place / MENDED, ignore_errors=True)
        (self.place / MENDED).mkdir()
        paths = [self.place / MENDED / harmless(name) for name in workbooks]
        for path, data in zip(paths, workbooks.values(), strict=True):
            path.write_bytes(data)
        return paths

    def give(self, upload: Upload) -> None:
        """A profile of its own. Raises UnusableFile for one that is not as it should be, and then keeps that of before."""
        path = self.place / f"new-{OWN}"
        path.write_bytes(upload.data)
        try:
            read_profile(folder.text_of(path), harmless(upload.name))
            path.replace(self.place / OWN)
        finally:
            path.unlink(missing_ok=True)

    def drop(self) -> None:
        """It waits no more."""
        shutil.rmtree(self.place, ignore_errors=True)


def store(uploads: Path, files: Sequence[Upload], wish: Wish, whose: str) -> Waiting:
    """Files in a folder named by their digest and by whose they are, each under its own name made harmless; the oldest beyond a few go."""
    digest = sha256(whose.encode())
    for one in files:
        digest.update(sha256(one.name.encode("utf-8", "replace") + b"\0" + one.data).digest())
    place = uploads / digest.hexdigest()
    shutil.rmtree(place, ignore_errors=True)
    waiting = sorted((one for one in uploads.iterdir() if one.is_dir()), key=lambda one: one.stat().st_mtime_ns)
    for old in waiting[: len(waiting) - KEPT + 1] if len(waiting) >= KEPT else ():
        shutil.rmtree(old, ignore_errors=True)
    for number, one in enumerate(files):
        path = place / "files" / str(number) / harmless(one.name)
        path.parent.mkdir(parents=True)
        path.write_bytes(one.data)
    return Waiting(place, wish).wishing(wish)


def waiting(uploads: Path, name: str) -> Waiting:
    """The upload of a name. Raises WrongArgument where it waits no more."""
    path = uploads / name / WISH
    if not DIGEST.fullmatch(name) or not path.exists():
        raise WrongArgument(sentence("that upload is not here any more."), "Upload the file again.")
    return Waiting(path.parent, Wish(**json.loads(path.read_text("utf-8"))))


def harmless(name: str) -> str:
    """A file's name without the folders before it and without what no file system takes: 五月.csv of C:\\导出\\五月.csv."""
    own = NO_NAME.sub("_", re.split(r"[/\\]", name)[-1]).strip(". ")
    stem, dot, ending = own.rpartition(".")
    room = LONGEST - len(f"{dot}{ending}".encode())
    cut = (stem or ending).encode()[: max(room, 1)].decode("utf-8", "ignore")
    whole = f"{cut}{dot}{ending}" if stem else cut
    return f"_{whole}" if re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)?(\..*)?", whole) else whole
