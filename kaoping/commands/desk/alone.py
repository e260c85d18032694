"""The command that opens the web desk."""

import webbrowser
from importlib.util import find_spec
from threading import Thread
from typing import Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.papers import terminal
from ledger.sentences import UserError, sentence

NEEDS = ("starlette", "uvicorn", "jinja2", "python_multipart", "argon2")


class NotInstalled(UserError):
    """What a command needs, and an installation without it lacks."""


def refuse_lacking() -> None:
    """Raises NotInstalled where what the web desk needs is not there."""
    lacking = [name for name in NEEDS if find_spec(name) is None]
    if lacking:
        raise NotInstalled(
            sentence("the web desk needs what is not installed: {names}", names=" ".join(lacking)),
            "Install it: pip install 'kaoping[desk]'",
        )


@asks("rulebook", "calendar", "ledger", "by", "lang")
def desk(
    asked: Asked,
    port: Annotated[int, typer.Option("--port", help="the port; one that is free unless named")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="print the address, and open no browser")] = False,
    addresses: Annotated[bool, typer.Option("--addresses", help="list the desk's addresses with the right each needs, and end")] = False,
) -> None:  # fmt: skip
    """Open the web desk of this ledger in the browser, on this machine alone."""
    session = asked.session()
    refuse_lacking()
    if addresses:
        from kaoping.web.routes import ADDRESSES

        for one in [each for each in ADDRESSES if not each.shared]:
            terminal.tell(f"{one.method:<5} {one.path:<28} {one.right}")
        return
    from kaoping.web.serve import serve  # what it needs is not needed else

    def opened(address: str) -> None:
        terminal.tell(session.language.say("The desk is open at {address}", address=address))
        terminal.tell(session.language.say("The address lets one browser in, once. Ctrl-C closes the desk."))
        if not no_browser:
            Thread(
                target=webbrowser.open, args=(address,), daemon=True
            ).start()  # one in the terminal would hold up the desk

    try:
        serve(session, port, opened)
    except KeyboardInterrupt:
        terminal.tell(session.language.say("The desk is closed."))
