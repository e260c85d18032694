"""The table of rights: what each role may, and who asks."""

from collections.abc import Mapping
from enum import StrEnum

import attrs

from kaoping.office.accounts.people import Role
from kaoping.reports.accounts.people import ROLE
from ledger.sentences import UserError, listed, sentence


class Right(StrEnum):
    """What somebody must be allowed for an address. At the desk of one machine its clerk has them all but `OPEN`, which nobody needs."""

    OPEN = "open"  # whoever is in
    RANKING = "ranking"  # what a month's publication tells of all units
    UNIT = "unit"  # a unit's own points, tickets and acts due
    RULES = "rules"  # rulebook and calendar
    OFFICE = "office"  # batches
    IMPORT = "import"  # whatever is entered into the ledger that is none of the rest
    CASES = "cases"  # appeals, as they stand
    APPEAL = "appeal"
    DRAFT = "draft"  # a ruling, to be signed
    RULE = "rule"
    CHECKS = "checks"  # what speaks against a publication
    PREPARE = "prepare"  # a publication, to be signed
    PUBLISH = "publish"
    VIEWS = "views"  # who looked at what


_READS = frozenset({Right.OPEN, Right.RANKING, Right.UNIT, Right.RULES, Right.CASES})
_OFFICE = _READS | {Right.OFFICE, Right.CHECKS}
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.EDITOR: _OFFICE | {Right.IMPORT, Right.APPEAL, Right.DRAFT, Right.PREPARE},
    Role.APPROVER: _OFFICE | {Right.RULE, Right.PUBLISH},
    Role.UNIT: _READS | {Right.APPEAL},
    Role.AUDITOR: _OFFICE | {Right.VIEWS},
}
"""What is not listed is refused. A unit has its rights over what is its own alone (`Address.own`)."""
CLERK = frozenset(Right) - {Right.VIEWS, Right.DRAFT, Right.PREPARE}
"""Whoever sits at a desk without accounts: there are no drafts, and nobody else to look at what."""


class NotAllowed(UserError):
    """What this role may not do."""

    code = 2


@attrs.frozen(kw_only=True)
class Caller:
    """Who asks: the account's `name` and `role`, none at a desk without accounts; the `unit` whose matters alone it sees; `token`:
    what each form of this sign-in carries; `must_change`: the password is to be changed before anything else."""

    name: str = ""
    role: Role | None = None
    unit: str | None = None
    token: str = ""
    must_change: bool = False

    def may(self, right: Right) -> bool:
        """Whether the caller has a right."""
        return right in (CLERK if self.role is None else RIGHTS[self.role])


THE_CLERK = Caller()
"""Whoever sits at a desk of this machine."""


def refuse_unless(caller: Caller, right: Right, *, own: bool) -> None:
    """Raises NotAllowed without the right; to a unit also where an address does not keep to what is the unit's own."""
    if caller.may(right) and (own or caller.unit is None):
        return
    roles = [role for role in Role if right in RIGHTS[role] and (own or role is not Role.UNIT)]
    may = listed([ROLE[role] for role in roles], ", ")
    mine = ROLE[caller.role] if caller.role is not None else sentence("no account")
    raise NotAllowed(
        sentence("this is not for your role ({role}).", role=mine),
        sentence("Those may whose role is: {roles}.", roles=may) if roles else sentence("Nobody may at this desk."),
    )  # fmt: skip
