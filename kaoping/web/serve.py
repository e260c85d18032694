"""The desk put up at a port of this machine, until whoever started it ends it."""

import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn

from kaoping.office.accounts.file import Accounts
from kaoping.office.period.months import make_ready
from kaoping.office.session import Session, WrongArgument
from kaoping.web.accounts.entering import ENTER
from kaoping.web.app import desk_app, shared_app
from kaoping.web.desk import Desk
from kaoping.web.gate import Gate, Keys
from ledger.sentences import sentence

HOST = "127.0.0.1"
SWITCH_S = 0.001
"""Seconds after which whoever computes lets others go on: a fifth of what Python gives, as many wait for little."""


def serve(session: Session, port: int, opened: Callable[[str], None]) -> None:
    """Answer at a port, or one that is free (0), until interrupted; `opened` is told the address that lets one browser in. Raises
    WrongArgument for a port that is taken, LedgerError for a ledger that cannot be opened."""
    with _standing(session, HOST, port) as (listening, uploads):
        number = listening.getsockname()[1]
        keys = Keys()
        app = desk_app(Desk(session=session, uploads=uploads), keys, number)
        opened(f"http://{HOST}:{number}{ENTER}?token={keys.entry}")
        _run(app, listening)


def serve_shared(
    session: Session, accounts: Accounts, place: tuple[str, int], opened: Callable[[str], None], *,
    behind: Sequence[str] = (), opens_unpublished: bool = False,
) -> None:  # fmt: skip
    """The same with accounts, at a `place` (host, port): other than this machine's own only where a proxy stands before it, that is
    asked by the names `behind`. Raises NoAccounts, AccountsError too."""
    accounts.check()
    host, port = place
    if not behind and not _is_own(host):
        raise WrongArgument(
            sentence("{host} is not this machine alone, and what goes there is not encrypted.", host=host),
            "Leave out --host, and put a proxy with TLS before it: --behind-proxy NAME.",
        )
    with _standing(session, host, port) as (listening, uploads):
        number = listening.getsockname()[1]
        desk = Desk(session=session, uploads=uploads, accounts=accounts, opens_unpublished=opens_unpublished)
        opened(f"http://{host}:{number}/")
        _run(shared_app(desk, number, behind), listening)


def _is_own(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _standing(session: Session, host: str, port: int) -> Iterator[tuple[socket.socket, Path]]:
    """The socket, and a folder for uploads that goes when the desk does."""
    if session.path.exists() and session.path.stat().st_size:
        with session.ledger():
            pass  # of an earlier version it is brought forward now: reading it later does not
        make_ready(session)
    with _bound(host, port) as listening, TemporaryDirectory(prefix="kaoping-desk-") as uploads:
        yield listening, Path(uploads)


def _run(app: Gate, listening: socket.socket) -> None:
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, proxy_headers=False, lifespan="off", ws="none"
    )  # fmt: skip
    _end_cleanly()
    sys.setswitchinterval(SWITCH_S)
    uvicorn.Server(config).run(sockets=[listening])


def _end_cleanly() -> None:
    """Whoever ends the desk from outside ends it as Ctrl-C does: uploads do not stay behind."""
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda number, _: sys.exit(128 + number))


def _bound(host: str, port: int) -> socket.socket:
    """The socket at a port. Raises WrongArgument."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # else a desk that was just closed keeps its port; elsewhere this would take another's
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        if isinstance(error, OSError) and error.errno not in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
            raise
        why = sentence("port {port} cannot be had on this machine.", port=port)
        raise WrongArgument(why, "Name another with --port, or none: then one that is free is taken.") from error
    listening.listen()
    return listening
