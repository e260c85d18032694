"""PDF of a workbook or a document, by LibreOffice where it is found; fonts that are missing are stood in for, and named."""

import io
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from kaoping.files.places import data_folder
from kaoping.papers.packing import local_time
from ledger.sentences import UserError, sentence

PROGRAMS = ("soffice", "libreoffice")
PLACES = ("/Applications/LibreOffice.app/Contents/MacOS/soffice", "C:/Program Files/LibreOffice/program/soffice.exe")
PARTS = ("sclo", "swlo")
"""What Calc and Writer are called beside the program; packagers ship the one without the other."""
FONTS = ("方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体")
PATIENCE = 300  # seconds
KEEPER = '"$@" & read -r _; kill 0'
"""A shell that ends the command it is given, and all that this began, when what it reads is closed: also by our death."""


class NoPdf(UserError):
    """PDF cannot be made on this machine."""

    code = 2


@attrs.frozen
class Office:
    """LibreOffice: where its program is."""

    program: str

    @classmethod
    def found(cls) -> "Office | None":
        """The one on this machine, if there is one that has both Calc and Writer."""
        known = (*map(shutil.which, PROGRAMS), *(place for place in PLACES if Path(place).is_file()))
        return next((cls(program) for program in known if program and _has_both(Path(program))), None)

    @classmethod
    def needed(cls) -> "Office":
        """The same. Raises NoPdf without one."""
        one = cls.found()
        if one is None:
            raise NoPdf(
                sentence("PDF is made by LibreOffice, which is not found on this machine with its Writer and Calc."),
                "Install LibreOffice (Writer and Calc), or leave --pdf out and print the .xlsx and .docx from Excel, Word or WPS.",
            )
        return one

    @contextmanager
    def begun(self) -> Iterator[Path | None]:
        """The profile of a LibreOffice that begins now, while there is nothing to print yet, and makes the first PDF of whoever names
        its profile; ended afterwards, also where we are killed. None where there is no shell that would see to that."""
        shell = shutil.which("sh") if os.name == "posix" else None
        if shell is None:
            yield None
            return
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            idle = [*self._called(Path(folder)), "--norestore", "--nologo", "--nodefault"]
            keeper = subprocess.Popen(
                [shell, "-c", KEEPER, shell, *idle],
                env=_surroundings(),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            try:
                yield Path(folder)
            finally:
                keeper.communicate()

    def convert(self, name: str, data: bytes, at: int, profile: Path | None = None) -> bytes:
        """The PDF of a file of this name, dated by an instant, by the LibreOffice of a profile or else one of its own. Raises NoPdf
        where LibreOffice does not make one."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(data)
            out = Path(folder) / "out"
            command = [
                *self._called(profile or Path(folder) / "profile"),
                "--convert-to",
                "pdf",
                "--outdir",
                str(out),
                str(path),
            ]
            try:
                ran = subprocess.run(command, env=_surroundings(), capture_output=True, timeout=PATIENCE, check=False)
                why = ran.stderr.decode("utf-8", "replace").strip()[-200:]
            except (OSError, subprocess.TimeoutExpired) as error:
                why = str(error)
            made = out / f"{path.stem}.pdf"
            if not made.exists():
                raise NoPdf(
                    sentence("LibreOffice makes no PDF of {path}: {why}", path=name, why=why or "-"),
                    "Open the file there and export it by hand.",
                )
            return dated(made.read_bytes(), at)

    def _called(self, profile: Path) -> tuple[str, ...]:
        return self.program, f"-env:UserInstallation={profile.as_uri()}", "--headless"


def _has_both(program: Path) -> bool:
    """False where the one of Calc and Writer lies beside the program without the other; where neither does, it is a shell around it."""
    beside = {path.name for path in program.resolve().parent.glob("*lo.*")}
    return len({part for part in PARTS for name in beside if name.removeprefix("lib").startswith(f"{part}.")}) != 1


def dated(data: bytes, at: int) -> bytes:
    """A PDF dated by an instant, with an id made of what it holds: LibreOffice puts in the time of the day and a random one."""
    import pikepdf

    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as paper:
        for key in ("/ID", "/DocChecksum"):
            if key in paper.trailer:
                del paper.trailer[key]
        paper.docinfo["/CreationDate"] = f"D:{local_time(at):%Y%m%d%H%M%S}+08'00'"
        paper.save(made, deterministic_id=True)
    return made.getvalue()


def _surroundings() -> Mapping[str, str]:
    """Our list of fonts to stand in, for the conversion alone; where somebody has a list of their own, that."""
    return {"FONTCONFIG_FILE": str(data_folder() / "fonts" / "kaoping-fonts.conf"), **os.environ}


def stand_ins() -> Sequence[tuple[str, str]]:
    """The fonts of the papers that this machine does not have, each with what is drawn instead; none where that cannot be asked."""
    if shutil.which("fc-match") is None:
        return ()
    found: list[tuple[str, str]] = []
    for font in FONTS:
        ran = subprocess.run(
            ["fc-match", "--format=%{family[0]}", font], env=_surroundings(), capture_output=True, check=False
        )
        drawn = ran.stdout.decode("utf-8", "replace")
        if drawn and drawn != font:
            found.append((font, drawn))
    return tuple(found)
