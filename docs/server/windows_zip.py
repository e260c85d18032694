"""A zip for a Windows PC without rights: Python's embeddable package, Kaoping and all it needs, and a .cmd that opens the desk.

    python docs/server/windows_zip.py python-3.11.9-embed-amd64.zip kaoping-windows.zip [--wheel dist/kaoping-0.1.0-py3-none-any.whl]

The first file is the "Windows embeddable package (64-bit)" of python.org, which is not fetched here; without --wheel Kaoping is taken from
the package index, as are the wheels for Windows of what it needs. Nothing is run: wheels are unpacked, so that no pip is needed there.
"""

import argparse
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ON_WINDOWS = ("tzdata", "colorama")
"""What is needed there alone: pip asks the system it runs on, which is this one."""
DESK = """@echo off\r
chcp 65001 >nul\r
set PYTHONUTF8=1\r
if "%KAOPING_LEDGER%"=="" set KAOPING_LEDGER=%USERPROFILE%\\kaoping.db\r
"%~dp0python\\python.exe" -c "from kaoping.cli import main; main()" desk %*\r
pause\r
"""
COMMAND = """@echo off\r
set PYTHONUTF8=1\r
"%~dp0python\\python.exe" -c "from kaoping.cli import main; main()" %*\r
"""


def wheels(kaoping: str, version: str, folder: Path) -> list[Path]:
    """The wheels for Windows of Kaoping with the desk and of what that needs."""
    asked = ["--platform", "win_amd64", "--python-version", version, "--implementation", "cp", "--only-binary", ":all:"]
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder), *asked, kaoping, *ON_WINDOWS],
        check=True,
    )
    return sorted(folder.glob("*.whl"))


def packed(python: bytes, found: list[Path]) -> bytes:
    """The zip: python/ with Lib/site-packages in it, and the commands. Its dates are those of the wheels."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        with zipfile.ZipFile(io.BytesIO(python)) as embedded:
            for one in embedded.infolist():
                data = embedded.read(one)
                if re.fullmatch(r"python\d+\._pth", one.filename):
                    data += b"\r\nLib\\site-packages\r\n"
                out.writestr(f"python/{one.filename}", data)
        for wheel in found:
            with zipfile.ZipFile(wheel) as package:
                for one in package.infolist():
                    name = re.sub(r"^[^/]+\.data/(purelib|platlib)/", "", one.filename)
                    if not one.is_dir() and ".data/" not in name:
                        out.writestr(f"python/Lib/site-packages/{name}", package.read(one))
        out.writestr("kaoping-desk.cmd", DESK)
        out.writestr("kaoping.cmd", COMMAND)
    return made.getvalue()


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("python", type=Path)
    parser.add_argument("to", type=Path)
    parser.add_argument("--wheel", type=Path)
    asked = parser.parse_args()
    found = re.search(r"python-(\d+\.\d+)", asked.python.name)
    if found is None:
        sys.exit(f"{asked.python} is not named like python-3.11.9-embed-amd64.zip")
    with tempfile.TemporaryDirectory() as folder:
        kaoping = "kaoping[desk]" if asked.wheel is None else f"kaoping[desk] @ {asked.wheel.resolve().as_uri()}"
        asked.to.write_bytes(packed(asked.python.read_bytes(), wheels(kaoping, found[1], Path(folder))))
    print(asked.to, asked.to.stat().st_size // 2**20, "MB")


if __name__ == "__main__":
    main()
