"""How long readers of the desk wait: a real server on a large ledger, many readers at once, an import meanwhile.

    python -m bench.desk [--tickets 50000] [--readers 50] [--seconds 30] [--requests 10000] [--added 2000]

Everything comes from a seed. The ledger is made by `kaoping import`, the desk is a process of its own; a reader of the overview asks for it
again as soon as it is there, one of a mix of pages looks at each for a while (--pause); an import begins when the readers do. Printed are
the first overview, the waits, a page that the browser has already (304), processor seconds and memory of the server.
"""

import argparse
import asyncio
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

import attrs

from bench.append import UNITS, write
from bench.measured import machine

COMMAND = [sys.executable, "-c", "from kaoping.cli import main; main()"]
MONTHS = [f"2023-{month:02}" for month in range(1, 13)]
MIX = ("overview", "overview", "month", "unit", "unit", "json", "csv", "due", "rules", "calendar", "log")
"""What readers ask for, each as often as it stands here."""
START_S, LIMIT_S = 120, 600


@attrs.frozen
class Wait:
    """One answer: of which page, its status, and after how many seconds it was there."""

    page: str
    status: int
    seconds: float


@attrs.frozen
class Server:
    """A desk that runs: its process, port and the cookie that lets one in."""

    process: int
    port: int
    cookie: str

    def memory_mb(self, name: str = "VmRSS") -> int:
        """What it holds now, or held at most (VmHWM)."""
        return int(Path(f"/proc/{self.process}/status").read_text().split(f"{name}:")[1].split()[0]) // 1024

    def cpu_s(self) -> float:
        """Its processor seconds, all threads."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100


@contextmanager
def running(ledger: Path) -> Iterator[Server]:
    """A desk of a ledger, until the readers are done."""
    with subprocess.Popen(
        [*COMMAND, "desk", "--no-browser", "--ledger", str(ledger)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = next(
                one for one in (re.search(r"http://127\.0\.0\.1:(\d+)(\S+)", line) for line in process.stdout) if one
            )
            port = int(found[1])
            yield Server(process.pid, port, asyncio.run(_enter(port, found[2])))
        finally:
            process.terminate()


async def _enter(port: int, path: str) -> str:
    async with Reader.at(port, "") as reader:
        await reader.ask(path)
        return re.search(r"set-cookie: ([^;]+)", reader.head, re.IGNORECASE)[1]  # type: ignore[index]


class Reader:
    """A browser reduced to what it sends and reads, so that it takes no processor from the server."""

    def __init__(self, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter], port: int, cookie: str) -> None:
        self._in, self._out = streams
        self._asking = f"Host: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
        self.head, self.body = "", b""

    @staticmethod
    @contextmanager
    def _closing(writer: asyncio.StreamWriter) -> Iterator[None]:
        try:
            yield
        finally:
            writer.close()

    @staticmethod
    def at(port: int, cookie: str) -> "Connecting":
        """A reader at a port, connected."""
        return Connecting(port, cookie)

    async def ask(self, path: str, tag: str = "") -> int:
        """Ask for a page and read it whole; its status."""
        more = f"If-None-Match: {tag}\r\n" if tag else ""
        self._out.write(f"GET {path} HTTP/1.1\r\n{self._asking}{more}\r\n".encode())
        await self._out.drain()
        self.head = (await self._in.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"content-length: (\d+)", self.head, re.IGNORECASE)
        self.body = await self._in.readexactly(int(length[1])) if length else b""
        return int(self.head.split()[1])

    def close(self) -> None:
        """Hang up."""
        self._out.close()


@attrs.frozen
class Connecting:
    """A reader that hangs up when it is done."""

    port: int
    cookie: str
    made: list[Reader] = attrs.Factory(list)

    async def __aenter__(self) -> Reader:
        self.made.append(Reader(await asyncio.open_connection("127.0.0.1", self.port), self.port, self.cookie))
        return self.made[0]

    async def __aexit__(self, *_: object) -> None:
        self.made[0].close()


def path_of(page: str, draw: random.Random) -> str:
    """An address of a kind of page."""
    month, unit = draw.choice(MONTHS), quote(draw.choice(UNITS))
    return {
        "overview": "/2023-05",
        "month": f"/{month}",
        "unit": f"/2023-05/unit/{unit}",
        "json": "/2023-05.json",
        "csv": f"/{month}.csv",
        "due": "/due?at=2023-05-22T09:00",
        "rules": "/rules",
        "calendar": f"/calendar/{month}",
        "log": "/log",
    }[page]


async def read(server: Server, seed: int, pages: Sequence[str], until: float, most: int, pause: float) -> list[Wait]:
    """One reader's waits, until a moment or so many pages."""
    draw, waits = random.Random(seed), []
    async with Reader.at(server.port, server.cookie) as reader:
        await asyncio.sleep(draw.random() * pause)
        while perf_counter() < until and len(waits) < most:
            page = draw.choice(pages)
            begun = perf_counter()
            status = await reader.ask(path_of(page, draw))
            waits.append(Wait(page, status, perf_counter() - begun))
            if pause:
                await asyncio.sleep(pause * (0.5 + draw.random()))
    return waits


async def crowd(
    server: Server, readers: int, pages: Sequence[str], seconds: float, most: int, pause: float = 0
) -> list[Wait]:
    """The waits of many readers at once."""
    until = perf_counter() + seconds
    found = await asyncio.gather(*(read(server, seed, pages, until, most, pause) for seed in range(readers)))
    return [wait for each in found for wait in each]


async def single(server: Server, path: str, times: int, *, known: bool = False) -> list[float]:
    """The waits of one reader who asks for one page again and again; `known`: it has the page already."""
    waits = []
    async with Reader.at(server.port, server.cookie) as reader:
        tag = ""
        for _ in range(times):
            begun = perf_counter()
            await reader.ask(path, tag)
            waits.append(perf_counter() - begun)
            if known and not tag:
                tag = re.search(r"etag: (\S+)", reader.head, re.IGNORECASE)[1]  # type: ignore[index]
                waits.clear()
    return waits


def at_share(waits: Sequence[float], share: float) -> float:
    """The wait that so many percent do not exceed, in ms."""
    return 1000 * sorted(waits)[min(len(waits) - 1, int(len(waits) * share / 100))]


def told(name: str, waits: Sequence[Wait], seconds: float) -> None:
    """A line of waits, and one for each kind of page where they are several."""
    refused = Counter(f"{one.page} {one.status}" for one in waits if one.status != 200)
    for page in [None, *sorted({one.page for one in waits})] if len({one.page for one in waits}) > 1 else [None]:
        of = [one.seconds for one in waits if page in (None, one.page)]
        rate = f"{len(of) / seconds:7.0f}/s" if page is None else ""
        print(
            f"  {name if page is None else f'  {page}':34} {len(of):7} answers{rate:10}  "
            f"p50 {at_share(of, 50):7.1f} ms  p95 {at_share(of, 95):7.1f} ms  most {at_share(of, 100):7.1f} ms",
            flush=True,
        )
    if refused:
        sys.exit(f"answers were refused: {dict(refused)}")


def made(folder: Path, tickets: int, added: int) -> tuple[Path, Path]:
    """(ledger, a file of more tickets), from a seed."""
    ledger, more = folder / "kaoping.db", folder / "more.csv"
    write(folder / "year.csv", "wide", tickets)
    write(more, "wide", added, tickets + 1)
    register = folder / "units.jsonl"
    enrolled = [{"kind": "enrol", "unit": unit, "group": "乡镇", "at": "2022-12-01T09:00:00+08:00"} for unit in UNITS]
    register.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in enrolled), "utf-8")
    subprocess.run(
        [*COMMAND, "import", str(register), str(folder / "year.csv"), "--ledger", str(ledger)],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return ledger, more


def importing(ledger: Path, more: Path) -> "subprocess.Popen[bytes]":
    """The import of more tickets, by another process."""
    return subprocess.Popen([*COMMAND, "import", str(more), "--ledger", str(ledger)], stdout=subprocess.DEVNULL)


def measure(folder: Path, asked: argparse.Namespace) -> None:
    """Everything, once."""
    ledger, more = made(folder, asked.tickets, asked.added)
    begun = perf_counter()
    with running(ledger) as server:
        print(f"  ready after {perf_counter() - begun:.1f} s (nothing was derived before)")
        (first,) = asyncio.run(single(server, "/2023-05", 1))
        print(f"  first overview {first:.2f} s; memory {server.memory_mb()} MB")
        known = asyncio.run(single(server, "/2023-05", 51, known=True))
        print(f"  304 at the same head: p50 {at_share(known, 50):.1f} ms, p95 {at_share(known, 95):.1f} ms")
        for import_runs in (False, True):
            for page, pages, pause in (("the overview", ("overview",), 0.0), ("a mix", MIX, asked.pause)):
                process, busy = importing(ledger, more) if import_runs else None, server.cpu_s()
                begun = perf_counter()
                waits = asyncio.run(crowd(server, asked.readers, pages, asked.seconds, asked.requests, pause))
                told(
                    f"{asked.readers} readers of {page}{', importing' if import_runs else ''}",
                    waits,
                    perf_counter() - begun,
                )
                print(f"    server {server.cpu_s() - busy:.1f} s CPU, memory {server.memory_mb()} MB", flush=True)
                if process is not None:
                    assert process.wait(LIMIT_S) == 0
                    again = asyncio.run(single(server, "/2023-05", 1))[0]
                    print(f"    first overview at the new head {again:.2f} s", flush=True)
                    write(more, "wide", asked.added, asked.tickets + asked.added + 1)
        before = server.memory_mb()
        asyncio.run(crowd(server, asked.readers, MIX, LIMIT_S, -(-asked.requests // asked.readers)))
        print(
            f"  memory over {asked.requests} requests: {before} -> {server.memory_mb()} MB, most {server.memory_mb('VmHWM')} MB"
        )


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in (("tickets", 50_000), ("readers", 50), ("seconds", 30), ("requests", 10_000), ("added", 2_000)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--pause", type=float, default=1.0)
    asked = parser.parse_args()
    print(machine())
    print(f"{asked.tickets} tickets")
    with tempfile.TemporaryDirectory() as folder, suppress(KeyboardInterrupt):
        measure(Path(folder), asked)


if __name__ == "__main__":
    main()
