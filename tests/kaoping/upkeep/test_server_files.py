"""The files of docs/server: what can be parsed here is."""

import configparser
import io
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SERVER = ROOT / "docs" / "server"
sys.path.insert(0, str(SERVER))


def unit(name: str) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#",), delimiters=("=",))
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string((SERVER / name).read_text("utf-8"))
    return parsed


def test_the_service_calls_commands_that_there_are_and_nginx_asks_the_same_port() -> None:
    from kaoping.cli import COMMANDS

    serves, backs_up = (
        unit("kaoping.service")["Service"]["ExecStart"],
        unit("kaoping-backup.service")["Service"]["ExecStart"],
    )
    assert (
        {found[1] for found in re.finditer(r"bin/kaoping (\w+)", serves + backs_up)}
        == {"serve", "backup"}
        <= {*COMMANDS}
    )
    nginx = (SERVER / "nginx.conf").read_text("utf-8")
    port, name = re.search(r"--port (\d+) --behind-proxy (\S+)", serves).groups()  # type: ignore[union-attr]
    assert f"http://127.0.0.1:{port};" in nginx
    assert nginx.count(f"server_name {name};") == 2
    assert nginx.count("{") == nginx.count("}")
    assert unit("kaoping-backup.timer")["Timer"]["OnCalendar"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
@pytest.mark.parametrize("name", ["kaoping.service", "kaoping-backup.service", "kaoping-backup.timer"])
def test_systemd_understands_the_units(name: str, tmp_path: Path) -> None:
    for one in SERVER.glob("kaoping*"):
        text = (
            one.read_text("utf-8").replace("/opt/kaoping/bin/kaoping", "/bin/true").replace("User=kaoping", "User=root")
        )
        (tmp_path / one.name).write_text(text.replace("Group=kaoping", "Group=root"), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(tmp_path / name)], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "kaoping" in line and ("Unknown" in line or "rror" in line)]
    assert ours == [], done.stderr


@pytest.mark.skipif(
    shutil.which("nginx") is None or shutil.which("openssl") is None, reason="nginx is not on this machine"
)
def test_nginx_understands_its_part(tmp_path: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=kaoping.example.gov.cn", "-days", "1",
         "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "fullchain.pem")], check=True, capture_output=True,
    )  # fmt: skip
    text = (SERVER / "nginx.conf").read_text("utf-8").replace("/etc/ssl/kaoping", str(tmp_path))
    whole = f"pid {tmp_path}/pid;\nerror_log {tmp_path}/log;\nevents {{}}\nhttp {{\naccess_log off;\n{text}\n}}\n"
    (tmp_path / "nginx.conf").write_text(whole, "utf-8")
    done = subprocess.run(
        ["nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_zip_for_windows_holds_python_the_packages_and_the_commands(tmp_path: Path) -> None:
    import windows_zip  # type: ignore[import-not-found,unused-ignore]

    python = io.BytesIO()
    with zipfile.ZipFile(python, "w") as out:
        out.writestr("python.exe", b"MZ")
        out.writestr("python311._pth", b"python311.zip\r\n.\r\n")
    with zipfile.ZipFile(tmp_path / "one-1.whl", "w") as out:
        out.writestr("one/__init__.py", b"")
        out.writestr("one-1.data/purelib/two/__init__.py", b"")
        out.writestr("one-1.data/scripts/one", b"")
    made = windows_zip.packed(python.getvalue(), [tmp_path / "one-1.whl"])
    with zipfile.ZipFile(io.BytesIO(made)) as found:
        assert {*found.namelist()} == {
            "python/python.exe", "python/python311._pth", "python/Lib/site-packages/one/__init__.py",
            "python/Lib/site-packages/two/__init__.py", "kaoping-desk.cmd", "kaoping.cmd",
        }  # fmt: skip
        assert b"Lib\\site-packages" in found.read("python/python311._pth")
        assert b'"%~dp0python\\python.exe"' in found.read("kaoping-desk.cmd")
