"""What a machine has of all that Kaoping uses, and what is to be done about what it lacks. It looks here alone, and sends nothing."""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from calendars.instants import local_day, show_iso
from kaoping import __version__
from kaoping.files.places import data_folder
from kaoping.office.session import Session
from ledger.files import lets_readers_go_on, sqlite_version
from ledger.sentences import Sentence, UserError, sentence
from ledger.store import Ledger

EXTRAS = {
    "desk": ("starlette", "uvicorn", "jinja2", "python_multipart", "argon2"),
    "spark": ("pyspark", "pyarrow"),
}
"""What an extra brings, by the names under which it is loaded."""
OLDEST_SQLITE = (3, 37)
ROOM_MB = 1024
"""Free space below which a large import, or what is derived from it, may not find room."""
PATIENCE_S = 20
GOOD, LACKS, WRONG = "good", "lacks", "wrong"
"""Nothing to do; something that some commands need is not there; what every command needs is not there, or is not as it must be."""
OWN_DISK = sentence("Put the ledger on a disk of this machine: drives over a network do not lock as they should.")


@attrs.frozen(kw_only=True)
class Look:
    """One thing looked at: `state` good, lacks or wrong; what it is, and the remedy where there is something to do."""

    name: str
    state: str
    what: Sentence
    remedy: Sentence | None = None


@attrs.frozen(kw_only=True)
class Screen:
    """What only whoever called knows of the place where text is printed: the encoding."""

    encoding: str


def looked_at(
    session: Session, screen: Screen, program: Callable[[], str | None], fonts: tuple[str, ...]
) -> Iterator[Look]:
    """Everything there is to look at. `program`: where LibreOffice is; `fonts`: the families that the papers ask for."""
    yield _python()
    yield _sqlite()
    yield from (_extra(name) for name in EXTRAS)
    yield _libreoffice(program())
    yield from _fonts(fonts)
    yield _java()
    yield _zones()
    yield _encoding(screen)
    yield from _folder(session.path)
    yield from _calendar(session)
    yield from _ledger(session)


def is_well(findings: tuple[Look, ...]) -> bool:
    """Whether nothing is wrong; what only some commands need may be lacking."""
    return all(one.state != WRONG for one in findings)


def _good(name: str, what: Sentence) -> Look:
    return Look(name=name, state=GOOD, what=what)


def _python() -> Look:
    what = sentence(
        "Python {python}, Kaoping {kaoping}, {system}",
        python=platform.python_version(),
        kaoping=__version__,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
    )
    lacking = [name for name in _needed() if not _is_installed(name)]
    if not lacking:
        return _good("python", what)
    return Look(
        name="python",
        state=WRONG,
        what=sentence("not installed: {names}", names=" ".join(lacking)),
        remedy=sentence("Install Kaoping again: pip install --force-reinstall kaoping"),
    )


def _needed() -> list[str]:
    """The distributions that Kaoping itself says it needs, whatever the extra."""
    try:
        told = requires("kaoping") or []
    except PackageNotFoundError:  # run from a checkout
        return []
    return [one.split(";")[0].split(">")[0].split("=")[0].strip() for one in told if ";" not in one]


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _sqlite() -> Look:
    found = sqlite_version()
    if tuple(map(int, found.split(".")[:2])) >= OLDEST_SQLITE:
        return _good("sqlite", sentence("SQLite {version}", version=found))
    least = ".".join(map(str, OLDEST_SQLITE))
    return Look(
        name="sqlite",
        state=WRONG,
        what=sentence("SQLite {version} is too old: it must be {least} or later.", version=found, least=least),
        remedy=sentence("Take a later Python: it brings its own SQLite on Windows and macOS."),
    )


def _extra(name: str) -> Look:
    lacking = [module for module in EXTRAS[name] if find_spec(module) is None]
    if not lacking:
        return _good(name, sentence("the extra {name} is installed", name=name))
    return Look(
        name=name,
        state=LACKS,
        what=sentence("the extra {name} lacks {modules}", name=name, modules=" ".join(lacking)),
        remedy=sentence("Where it is needed: pip install 'kaoping[{name}]'", name=name),
    )


def _libreoffice(program: str | None) -> Look:
    if program is None:
        return Look(
            name="libreoffice",
            state=LACKS,
            what=sentence("LibreOffice is not found with its Writer and Calc: --pdf cannot be made here."),
            remedy=sentence(
                "Install LibreOffice (Writer and Calc), or print the .xlsx and .docx from Excel, Word or WPS."
            ),
        )
    return _good("libreoffice", sentence("LibreOffice: {path}", path=program))


def _fonts(families: tuple[str, ...]) -> Iterator[Look]:
    """What each family is drawn with here; where fontconfig cannot be asked, that is said once."""
    asking = shutil.which("fc-match")
    if asking is None:
        yield _good("fonts", sentence("which fonts are there cannot be asked on this system (no fc-match)"))
        return
    for family in families:
        drawn = _said(
            [asking, "-f", "%{family}", family], FONTCONFIG_FILE=str(data_folder() / "fonts" / "kaoping-fonts.conf")
        )
        if family in drawn.split(","):
            yield _good("fonts", sentence("font {family} is there", family=family))
        else:
            yield Look(
                name="fonts",
                state=LACKS,
                what=sentence(
                    "font {family} is not there: {other} stands in for it", family=family, other=drawn or "-"
                ),
                remedy=sentence(
                    "A PDF looks as the standard wants only with the office's own fonts; install them, or print from Word or WPS."
                ),
            )


def _java() -> Look:
    if shutil.which("java"):
        return _good("java", sentence("Java is there"))
    return Look(
        name="java",
        state=LACKS,
        what=sentence("Java is not found: a ledger of many millions cannot be computed with Spark here."),
        remedy=sentence("Only --engine spark needs it: Java 17."),
    )


def _said(command: list[str], **around: str) -> str:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE_S, env={**os.environ, **around}
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _zones() -> Look:
    try:
        ZoneInfo("Asia/Shanghai")
    except ZoneInfoNotFoundError:
        return Look(
            name="zones",
            state=WRONG,
            what=sentence("the time zone Asia/Shanghai is not known here."),
            remedy=sentence("Install its data: pip install tzdata"),
        )
    return _good("zones", sentence("the time zone Asia/Shanghai is known"))


def _encoding(screen: Screen) -> Look:
    try:
        "考评：茅店镇 ■▲●○ √×".encode(screen.encoding)
    except (LookupError, UnicodeEncodeError):
        return Look(
            name="terminal",
            state=LACKS,
            what=sentence(
                "the terminal's encoding {name} cannot show all characters; others stand in.", name=screen.encoding
            ),
            remedy=sentence("Set PYTHONUTF8=1; on Windows also: chcp 65001."),
        )
    return _good("terminal", sentence("the terminal shows all characters ({name})", name=screen.encoding))


def _folder(path: Path) -> Iterator[Look]:
    place = path.absolute().parent
    try:
        goes_on = lets_readers_go_on(place)
    except OSError as error:
        yield Look(
            name="folder",
            state=WRONG,
            what=sentence("{path} cannot be written to: {why}", path=place, why=error.strerror or error),
            remedy=sentence("Put the ledger (--ledger) into a folder where you may write."),
        )
        return
    except Exception as error:  # what SQLite says of a drive on which it cannot lock
        yield Look(
            name="folder",
            state=WRONG,
            what=sentence("{path} holds no database: {why}", path=place, why=error),
            remedy=OWN_DISK,
        )
        return
    yield _good("folder", sentence("{path} can be written to", path=place))
    if not goes_on or _is_remote(place):
        yield Look(
            name="drive",
            state=LACKS,
            what=sentence(
                "{path} is a drive over a network: whoever writes and whoever reads hold each other up.", path=place
            ),
            remedy=OWN_DISK,
        )
    yield _room(place)


def _room(place: Path) -> Look:
    """Whether a folder has room for a large import."""
    free = shutil.disk_usage(place).free // 1024**2
    what = sentence("{free} MB are free in {path}", free=free, path=place)
    if free >= ROOM_MB:
        return _good("room", what)
    remedy = "Make room: a ledger of 50,000 tickets needs about 80 MB, and as much again while it is written."
    return Look(name="room", state=LACKS, what=what, remedy=sentence(remedy))


REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "webdav", "davfs"})
"""Kinds of file systems on another machine, as Linux names them."""


def _is_remote(place: Path) -> bool:
    """Whether a folder lies on another machine, as far as the system says so."""
    if str(place).startswith(("\\\\", "//")):
        return True
    try:
        lines = [line.split() for line in Path("/proc/mounts").read_text("utf-8", "replace").splitlines()]
    except OSError:
        return False
    over = [(line[1], line[2]) for line in lines if place.is_relative_to(line[1])]
    return bool(over) and max(over, key=lambda one: len(one[0]))[1] in REMOTE


def _calendar(session: Session) -> Iterator[Look]:
    """Whether this year's and the next year's official days are known; the notice of the next comes out in October or November."""
    try:
        known = session.calendar()
        session.book()
    except UserError as error:
        yield Look(
            name="calendar",
            state=WRONG,
            what=error.why,
            remedy=sentence("Mend that file, or name others with --calendar and --rulebook."),
        )
        return
    year = local_day(session.now).year
    if known.official_until < date(year, 12, 31):
        yield Look(
            name="calendar",
            state=WRONG,
            what=sentence("the calendar knows no official days after {day}", day=known.official_until.isoformat()),
            remedy=sentence(
                "Add the notice of {year} to a calendar folder of your own (docs/calendars.md), or take a later Kaoping.",
                year=year,
            ),
        )
    elif known.official_until < date(year + 1, 12, 31):
        yield Look(
            name="calendar",
            state=LACKS,
            what=sentence("the official days of {year} are not known yet", year=year + 1),
            remedy=sentence(
                "Once the notice is out, add it to a calendar folder of your own (docs/calendars.md), or take a later Kaoping."
            ),
        )
    else:
        yield _good("calendar", sentence("official days are known up to {day}", day=known.official_until.isoformat()))


def _ledger(session: Session) -> Iterator[Look]:
    """Whether the ledger opens, and whether the clock stands behind its newest batch."""
    if not session.path.exists():
        yield _good("ledger", sentence("there is no ledger at {path} yet", path=session.path))
        return
    try:
        with Ledger(session.path, only_read=True) as ledger:
            batches, head = ledger.batches(), ledger.head()
    except UserError as error:
        yield Look(
            name="ledger",
            state=WRONG,
            what=error.why,
            remedy=sentence("kaoping verify says more; kaoping restore puts a backup back."),
        )
        return
    yield _good("ledger", sentence("{path} opens: {position} events", path=session.path, position=head.position))
    newest = max((one.recorded_at for one in batches), default=0)
    if newest > session.now:
        ahead = timedelta(milliseconds=newest - session.now)
        yield Look(
            name="clock",
            state=WRONG,
            what=sentence(
                "the clock says {now}, but the newest batch was recorded at {newest} ({hours} hours later)",
                now=show_iso(session.now),
                newest=show_iso(newest),
                hours=-(-int(ahead.total_seconds()) // 3600),
            ),
            remedy=sentence("Set this machine's clock; what is recorded until then is dated like the newest batch."),
        )
    else:
        yield _good("clock", sentence("the clock says {now}", now=show_iso(session.now)))
