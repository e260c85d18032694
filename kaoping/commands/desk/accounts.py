"""Commands that keep the accounts of a desk."""

import sys
from getpass import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from kaoping.commands.asked import Asked, asks
from kaoping.commands.desk.alone import refuse_lacking
from kaoping.commands.desk.shared import AccountsOption
from kaoping.language.language import Language
from kaoping.office.session import WrongArgument
from kaoping.papers import terminal
from ledger.sentences import sentence

if TYPE_CHECKING:
    from kaoping.office.accounts.people import Account

NameArgument = Annotated[str, typer.Argument(help="the account's name, kept with every batch that it writes")]
PasswordOption = Annotated[bool, typer.Option("--password-stdin", help="read the password from stdin, a line")]


@asks("ledger", "lang", "as_json")
def account_add(
    asked: Asked,
    name: NameArgument,
    accounts: AccountsOption,
    role: Annotated[str, typer.Option("--role", help="editor, approver, unit or auditor")],
    unit: Annotated[str | None, typer.Option("--unit", help="of the role unit: which, as the ledger calls it")] = None,
    password_stdin: PasswordOption = False,
) -> None:
    """Add an account; its first password is to be changed when it first comes in."""
    refuse_lacking()
    from kaoping.office.accounts.file import Accounts
    from kaoping.office.accounts.people import add
    from kaoping.office.accounts.units import check_unit

    session = asked.session()
    language, known = session.language, unit is None or check_unit(session, unit.strip())
    made = add(Accounts(accounts), name, role, unit, _password(language, stdin=password_stdin))
    _answer(asked, language, [made], "" if known else str(session.path))


@asks("lang", "as_json")
def account_list(asked: Asked, accounts: AccountsOption) -> None:
    """List the accounts with their roles."""
    refuse_lacking()
    from kaoping.office.accounts.file import Accounts
    from kaoping.office.accounts.people import listed_accounts

    _answer(asked, asked.session().language, listed_accounts(Accounts(accounts)))


@asks("lang", "as_json")
def account_disable(asked: Asked, name: NameArgument, accounts: AccountsOption) -> None:
    """Close an account: nobody comes in with it any more, and whoever is in is out."""
    refuse_lacking()
    from kaoping.office.accounts.file import Accounts
    from kaoping.office.accounts.people import disable

    _answer(asked, asked.session().language, [disable(Accounts(accounts), name)])


@asks("lang", "as_json")
def account_enable(asked: Asked, name: NameArgument, accounts: AccountsOption) -> None:
    """Open an account again."""
    refuse_lacking()
    from kaoping.office.accounts.file import Accounts
    from kaoping.office.accounts.people import enable

    _answer(asked, asked.session().language, [enable(Accounts(accounts), name)])


@asks("lang", "as_json")
def account_password(
    asked: Asked, name: NameArgument, accounts: AccountsOption, password_stdin: PasswordOption = False
) -> None:
    """Set another password for an account, to be changed when it next comes in; whoever is in with it is out."""
    refuse_lacking()
    from kaoping.office.accounts.file import Accounts
    from kaoping.office.accounts.people import account_of, set_password

    language, file = asked.session().language, Accounts(accounts)
    account_of(file, name)  # before anybody types anything
    _answer(asked, language, [set_password(file, name, _password(language, stdin=password_stdin))])


@asks("ledger", "lang", "as_json")
def account_unit(
    asked: Asked,
    name: NameArgument,
    unit: Annotated[str, typer.Argument(help="the unit that it belongs to from now on, as the ledger calls it")],
    accounts: AccountsOption,
) -> None:
    """Give an account of the role unit another unit; whoever is in with it is out."""
    refuse_lacking()
    from kaoping.office.accounts.file import Accounts
    from kaoping.office.accounts.people import account_of
    from kaoping.office.accounts.units import check_unit, set_unit

    session, file = asked.session(), Accounts(accounts)
    account_of(file, name)  # before the ledger is asked
    known = check_unit(session, unit.strip())
    _answer(asked, session.language, [set_unit(file, name, unit)], "" if known else str(session.path))


@asks("lang", "as_json")
def account_log(
    asked: Asked,
    accounts: AccountsOption,
    last: Annotated[int | None, typer.Option("--last", help="only so many of the newest lines", min=1)] = None,
    verify: Annotated[bool, typer.Option("--verify", help="hold every line against its hash")] = False,
) -> None:
    """Tell who looked at what and wrote what at the desk; each line is sealed with all before it."""
    refuse_lacking()
    from kaoping.office.accounts.file import Accounts
    from kaoping.office.accounts.views import log_lines, verify_log
    from kaoping.reports.accounts.people import views_json, views_page

    file = Accounts(accounts)
    sealed = verify_log(file) if verify else None
    lines = log_lines(file, last=last)
    if asked.as_json:
        terminal.answer(views_json(lines, sealed))
    else:
        terminal.show(views_page(asked.session().language, lines, sealed))


def _answer(asked: Asked, language: Language, found: "list[Account]", unheld: str = "") -> None:
    from kaoping.reports.accounts.people import accounts_json, accounts_page

    if asked.as_json:
        terminal.answer(accounts_json(found, unheld))
    else:
        terminal.show(accounts_page(language, found, unheld))


def _password(language: Language, *, stdin: bool) -> str:
    """The password: the first line of stdin, or typed twice without being shown. Raises WrongArgument."""
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise WrongArgument(
            sentence("there is nobody who could type a password."), "Give it as a line of stdin: --password-stdin."
        )
    first, again = getpass(language.say("Password:") + " "), getpass(language.say("Once more:") + " ")
    if first != again:
        raise WrongArgument(sentence("the password was not typed the same twice."), "Do it again.")
    return first
