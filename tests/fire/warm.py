"""A warm process that forks a command line for each line it reads, and kills it when asked: `python -m tests.fire.warm`.

A line read is {"folder", "words", "kill": seconds or null, "disk": [place, how, on, error] or null}, a line answered
{"code", "told", "calls"}: code is that of the command, -9 of one that was killed, 99 of one that ended in an exception;
calls are the writes and syncs counted.
"""

import ctypes
import json
import os
import signal
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

NOW = 1_686_016_800_000  # 2023-06-06T10:00+08:00
EXCEPTION = 99


def main() -> None:
    """Fork until no line is left."""
    from kaoping import now
    from kaoping.files import folder

    for module in (
        "commands.history",
        "commands.kept",
        "commands.logs",
        "commands.proof",
        "language.moments",
        "papers.terminal",
    ):
        import_module(f"kaoping.{module}")
    for module in ("sqlite_utils", "ledger.migrations", "polars", "rich.table", "pendulum"):
        import_module(module)
    folder.profiles(), folder.rulebooks(), folder.working_days()
    now.now_ms = lambda: NOW
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


def run(asked: Any) -> dict[str, Any]:
    """Run a command in a child of this process, and tell how it ended."""
    told = Path(asked["folder"]).parent / f"told-{os.getpid()}.txt"
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        _command(asked, told, write)
    os.close(write)
    if asked["kill"] is not None:
        time.sleep(asked["kill"])
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    calls = os.read(read, 100)
    os.close(read)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "told": told.read_text("utf-8", errors="replace"),
        "calls": int(calls or 0),
    }


def _command(asked: Any, told: Path, write: int) -> None:
    out = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.chdir(asked["folder"])
    sys.argv = ["kaoping", *asked["words"]]
    code: Any = 0
    library = ctypes.CDLL(None) if asked["disk"] else None
    if library is not None:
        place, *manner = asked["disk"]
        library.fire_arm(os.fsencode(asked["folder"]), ctypes.c_long(place), *manner)
    try:
        from kaoping.cli import main

        main()
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        traceback.print_exc()
        code = EXCEPTION
    sys.stdout.flush()
    sys.stderr.flush()
    if library is not None:
        os.write(write, str(library.fire_seen()).encode())
    os._exit(int(code))


if __name__ == "__main__":
    main()
