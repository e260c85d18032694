"""The command that puts up a desk with accounts."""

from pathlib import Path
from typing import Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.commands.desk.alone import refuse_lacking
from kaoping.office.session import WrongArgument
from kaoping.papers import terminal
from ledger.sentences import sentence

AccountsOption = Annotated[Path, typer.Option("--accounts", help="the file of accounts, which is never the ledger")]
PORT = 8345
HostOption = Annotated[
    str, typer.Option("--host", help="the address it answers at; this machine's own unless a proxy stands before it")
]
ProxyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--behind-proxy",
        help="the name by which a proxy with TLS on this machine is asked for the desk; may be given several times",
    ),
]
OpenOption = Annotated[
    bool, typer.Option("--open-unpublished", help="units see their own scores before they are published")
]

AddressesOption = Annotated[
    bool,
    typer.Option(
        "--addresses", help="list the desk's addresses with the right each needs and the roles that have it, and end"
    ),
]


@asks("rulebook", "calendar", "ledger", "lang")
def serve(
    asked: Asked,
    accounts: AccountsOption,
    host: HostOption = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="the port")] = PORT,
    behind_proxy: ProxyOption = None,
    open_unpublished: OpenOption = False,
    addresses: AddressesOption = False,
) -> None:
    """Put up the web desk for several people, with accounts and roles."""
    refuse_lacking()
    if addresses:
        _tell_addresses()
        return
    from kaoping.office.accounts.file import Accounts
    from kaoping.web.serve import serve_shared

    session, names = asked.session(), [one.strip().lower() for one in behind_proxy or ()]
    for name in names:
        if not name or "/" in name or any(letter.isspace() for letter in name):
            raise WrongArgument(
                sentence("{name} is no name of a host.", name=name or "-"),
                "Write it as it stands in the browser's address, such as --behind-proxy kaoping.example.",
            )

    def opened(address: str) -> None:
        terminal.tell(session.language.say("The desk is open at {address}", address=address))
        if names:
            terminal.tell(session.language.say("Through the proxy it is asked for as {names}.", names=" ".join(names)))
        terminal.tell(session.language.say("Whoever has an account signs in there. Ctrl-C closes the desk."))

    try:
        serve_shared(
            session, Accounts(accounts), (host, port), opened, behind=names, opens_unpublished=open_unpublished
        )
    except KeyboardInterrupt:
        terminal.tell(session.language.say("The desk is closed."))


def _tell_addresses() -> None:
    """Every address with the right it needs, and the roles that have it; a unit over what is its own alone."""
    from kaoping.office.accounts.people import Role
    from kaoping.web.accounts.rights import RIGHTS
    from kaoping.web.routes import ADDRESSES

    for one in ADDRESSES:
        roles = [role for role in Role if one.right in RIGHTS[role] and (one.own or role is not Role.UNIT)]
        terminal.tell(f"{one.method:<5} {one.path:<30} {one.right:<8} {' '.join(roles)}")
