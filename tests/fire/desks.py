"""A desk as a process of its own, with a browser that was let in."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

COMMAND = [sys.executable, "-c", "from kaoping.cli import main; main()"]


@attrs.frozen(kw_only=True)
class RunningDesk:
    """A desk that runs: its process, its address, the client that was let in, and the cookie it holds."""

    process: subprocess.Popen[str]
    address: str
    client: object
    cookie: str


@contextmanager
def running(folder: Path, *more: str) -> Iterator[RunningDesk]:
    """A desk of the ledger in a folder, until the test is done with it."""
    import httpx2

    command = [*COMMAND, "desk", "--no-browser", *more]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = next(
                one for one in (re.search(r"(http://127\.0\.0\.1:\d+)(\S+)", line) for line in process.stdout) if one
            )
            with httpx2.Client(base_url=found[1], timeout=120) as client:
                assert client.get(found[2]).status_code == 303
                cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
                yield RunningDesk(process=process, address=found[1], client=client, cookie=cookie)
        finally:
            process.kill()
