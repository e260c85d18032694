"""Accounts: who may come in, as what, and of which unit."""

import re
import unicodedata
from enum import StrEnum
from functools import cache

import attrs
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kaoping import now
from kaoping.office.accounts.file import Accounts, HashCost
from kaoping.office.session import WrongArgument
from ledger.sentences import UserError, sentence
from ledger.texts import masked, refuse_unseen

SHORTEST, LONGEST = 10, 200
"""Characters of a password."""
NAME = 40
"""The most characters of an account's name."""


class Role(StrEnum):
    """What somebody is at the desk: 热线办 enters and prepares, 签发 decides and signs, 承办单位 sees its own, 纪委 sees all
    and the log."""

    EDITOR = "editor"
    APPROVER = "approver"
    UNIT = "unit"
    AUDITOR = "auditor"


class Unfitting(UserError):
    """A password that may not be set."""

    code = 2


@attrs.frozen(kw_only=True)
class Account:
    """An account: 茅店镇值班, role unit, of the unit 茅店镇. `must_change`: its password was set by somebody else."""

    name: str
    role: Role
    unit: str | None = None
    must_change: bool = True
    disabled: bool = False
    made_at: int


def add(accounts: Accounts, name: str, role: str, unit: str | None, password: str) -> Account:
    """A new account, whose password is to be changed when it first comes in; the file is made if there is none. Raises
    WrongArgument, Unfitting, AccountsError."""
    name, unit = _fitting(name), None if unit is None else unit.strip()
    if role not in [*Role]:
        known = " ".join(Role)
        raise WrongArgument(sentence("there is no role {role}.", role=role), sentence("Known: {known}", known=known))
    if (role == Role.UNIT) != bool(unit):
        raise WrongArgument(
            sentence("an account of the role unit belongs to a unit, and no other does."),
            "Name it with --unit, as the ledger calls it; or take another --role.",
        )
    refuse_weak(password, name)
    made = Account(name=name, role=Role(role), unit=unit, made_at=now.now_ms())
    accounts.make()
    hashed = accounts.cost.hasher().hash(prepared(password))
    with accounts.writing() as db:
        if db.execute("select 1 from account where name = ?", (name,)).fetchone():
            raise WrongArgument(
                sentence("there is an account {name} already.", name=name), "Take another name, or change that one."
            )
        db.execute(
            "insert into account (name, role, unit, password, must_change, made_at) values (?, ?, ?, ?, 1, ?)",
            (made.name, str(made.role), made.unit, hashed, made.made_at),
        )
    return made


def _fitting(name: str) -> str:
    """A name as it is kept with every batch. Raises WrongArgument."""
    name = unicodedata.normalize("NFC", name.strip())
    try:
        refuse_unseen("by", name)
        fits = bool(name) and len(name) <= NAME and masked(name) == name and not re.search(r"\s\s", name)
    except ValueError:
        fits = False
    if not fits:
        raise WrongArgument(
            sentence("that is no name for an account."),
            sentence(
                "Take up to {count} characters that can be seen, without a telephone or identity number.", count=NAME
            ),
        )
    return name


def refuse_weak(password: str, name: str) -> None:
    """Raises Unfitting for a password that is too short or too long, or the name itself."""
    said = prepared(password)
    if not SHORTEST <= len(said) <= LONGEST or len({*said}) < SHORTEST // 2:
        raise Unfitting(
            sentence("a password has {least} to {most} characters, not the same ones over and over.", least=SHORTEST, most=LONGEST),
            "Take a longer one: four words that do not belong together do.",
        )  # fmt: skip
    if said.casefold() in (name.casefold(), name.casefold() * 2):
        raise Unfitting(sentence("a password is not the account's name."), "Take another.")


def prepared(password: str) -> str:
    """A password as it is hashed: the same whichever keyboard composed its characters."""
    return unicodedata.normalize("NFC", password)


def listed_accounts(accounts: Accounts) -> list[Account]:
    """All accounts by name. Raises NoAccounts."""
    accounts.check()
    with accounts.reading() as db:
        return [_account(row) for row in db.execute(f"{_SELECT} order by name")]


_SELECT = "select name, role, unit, must_change, disabled, made_at from account"


def _account(row: tuple[str, str, str | None, int, int, int]) -> Account:
    name, role, unit, must_change, disabled, made_at = row
    return Account(
        name=name, role=Role(role), unit=unit, must_change=bool(must_change), disabled=bool(disabled), made_at=made_at
    )


def account_of(accounts: Accounts, name: str) -> Account:
    """The account of a name. Raises NoAccounts, WrongArgument."""
    accounts.check()
    with accounts.reading() as db:
        row = db.execute(f"{_SELECT} where name = ?", (unicodedata.normalize("NFC", name.strip()),)).fetchone()
    if row is None:
        raise WrongArgument(
            sentence("there is no account {name}.", name=name), "kaoping account list tells those there are."
        )
    return _account(row)


def disable(accounts: Accounts, name: str) -> Account:
    """The account closed: nobody comes in with it, and whoever is in is out. Raises WrongArgument."""
    return _changed(accounts, name, "update account set disabled = 1 where name = ?")


def enable(accounts: Accounts, name: str) -> Account:
    """The account open again. Raises WrongArgument."""
    return _changed(accounts, name, "update account set disabled = 0 where name = ?")


def _changed(accounts: Accounts, name: str, how: str) -> Account:
    found = account_of(accounts, name)
    with accounts.writing() as db:
        db.execute(how, (found.name,))
        db.execute("delete from sitting where account = ?", (found.name,))
    return account_of(accounts, found.name)


def set_password(accounts: Accounts, name: str, password: str, *, own: bool = False) -> Account:
    """The account with another password, and whoever was in with it out; one that somebody else set (not its `own` holder) is to be
    changed when it next comes in. Raises WrongArgument, Unfitting."""
    found = account_of(accounts, name)
    refuse_weak(password, found.name)
    hashed = accounts.cost.hasher().hash(prepared(password))
    with accounts.writing() as db:
        db.execute(
            "update account set password = ?, must_change = ? where name = ?", (hashed, int(not own), found.name)
        )
        db.execute("delete from sitting where account = ?", (found.name,))
        if not own:
            db.execute("delete from failure where kind = 'name' and whose = ?", (found.name,))
    return account_of(accounts, found.name)


def matches(hashed: str | None, password: str, cost: HashCost) -> bool:
    """Whether a password is the one that was hashed. Where there is no account, as much is reckoned for nothing."""
    known = _hash_of_nobody(cost) if hashed is None else hashed
    try:
        PasswordHasher().verify(known, prepared(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


@cache
def _hash_of_nobody(cost: HashCost) -> str:
    """A hash of the same cost that no account has."""
    return cost.hasher().hash("nobody's")
