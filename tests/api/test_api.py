"""Schemathesis, all checks, against a desk that runs: what its description allows and what it does not."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.fire.desks import COMMAND, running
from tests.kaoping.test_cli import LOG, PRAISE, UNITS

PROGRAM = os.environ.get("KAOPING_SCHEMATHESIS", "")
HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.skipif(not PROGRAM, reason="KAOPING_SCHEMATHESIS names the program (make api)")
def test_no_check_of_schemathesis_fails(tmp_path: Path) -> None:
    for name, text in (("五月.csv", LOG), ("单位.jsonl", UNITS), ("表扬.jsonl", PRAISE)):
        (tmp_path / name).write_text(text, "utf-8")
    for command in (("import", "五月.csv", "单位.jsonl", "表扬.jsonl"), ("publish", "2023-05", "--document", "1号")):
        subprocess.run([*COMMAND, *command], cwd=tmp_path, check=True, capture_output=True)
    with running(tmp_path) as desk:
        asked = [
            str(Path(PROGRAM).absolute()),
            "--config-file",
            str(HERE / "schemathesis.toml"),
            "run",
            f"{desk.address}/openapi.json",
            "--checks",
            "all",
            "--header",
            f"Cookie: {desk.cookie}",
            "--header",
            f"Origin: {desk.address}",
            "--seed",
            "2023",
            "--no-color",
        ]
        done = subprocess.run(asked, capture_output=True, text=True, cwd=tmp_path, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
