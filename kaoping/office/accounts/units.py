"""The unit of an account: held against those that the ledger knows, and changed."""

from pathlib import Path

from kaoping import now
from kaoping.office.accounts.file import Accounts
from kaoping.office.accounts.people import Account, Role, account_of
from kaoping.office.accounts.views import Viewed, add_line
from kaoping.office.session import Session, WrongArgument
from kaoping.office.units import no_such_unit
from ledger.sentences import sentence
from ledger.store import Ledger
from ledger.texts import masked, visible

COMMAND = "kaoping"
"""What stands in the log of views for the method of a request, where a command was given on the desk's own machine."""


def check_unit(session: Session, unit: str) -> bool:
    """Whether the ledger could be asked for the unit of an account: there is one, and it knows units. Raises WrongArgument for a
    unit that is neither enrolled nor an alias, and that no act names."""
    known = _known(session.path)
    if known and unit not in known:
        raise no_such_unit(
            sentence("the ledger {path} knows no unit {unit}.", path=session.path, unit=unit), unit, known
        )
    return bool(known)


def _known(path: Path) -> set[str]:
    """Every name of a unit in the ledger; none where there is no ledger."""
    if not (path.exists() and path.stat().st_size):
        return set()
    with Ledger(path, only_read=True) as ledger:
        register = ledger.register()
        found = {str(one.fact.unit) for one in ledger.events(kinds=("finding",)) if one.fact.unit is not None}
        return found | {*register.units, *register.names} | ledger.units()


def set_unit(accounts: Accounts, name: str, unit: str) -> Account:
    """The account with another unit, and whoever was in with it out; the log of views says from which to which. Raises
    WrongArgument for an account of another role."""
    was, unit = account_of(accounts, name), unit.strip()
    if was.role != Role.UNIT or not unit:
        raise WrongArgument(
            sentence("an account of the role unit belongs to a unit, and no other does."),
            "Name an account of the role unit; kaoping account list tells the roles.",
        )
    line = Viewed(
        at=now.now_ms(), user="", role="", address="", method=COMMAND, route="account unit",
        path=masked(visible(f"account unit {was.name} {unit}")), about=masked(visible(f"{was.name}: {was.unit} → {unit}")), status=0,
    )  # fmt: skip
    with accounts.writing() as db:
        db.execute("update account set unit = ? where name = ?", (unit, was.name))
        db.execute("delete from sitting where account = ?", (was.name,))
        add_line(db, line)
    return account_of(accounts, was.name)
