"""What a form was filled in with, and whether it may be believed: that it is ours, and of the ledger as it stands."""

import hmac
from collections.abc import Mapping, Sequence

import attrs

from kaoping.office.session import WrongArgument
from kaoping.web.desk import Desk
from ledger.sentences import UserError, sentence
from ledger.store import Ledger

NOTHING = "0:"
"""The head of a ledger that is not there yet."""
DIGITS = 18


class Forged(UserError):
    """A form that this desk did not give out in this session."""

    code = 2


@attrs.frozen
class Upload:
    """A file that was uploaded: its name is what the sender calls it, never a path; `field`: of the form."""

    name: str
    data: bytes
    field: str = "file"


@attrs.frozen(kw_only=True)
class Filled:
    """The fields of a form as they were filled in, and its files."""

    fields: Mapping[str, Sequence[str]]
    uploads: Sequence[Upload] = ()

    def one(self, name: str) -> str:
        """What stands in a field, on one line, without spaces around it; empty where nothing does. Raises WrongArgument where it
        stands twice."""
        values = self.fields.get(name, ())
        if len(values) > 1:
            raise WrongArgument(sentence("{name} is given twice.", name=name), "Give each field once.")
        return " ".join(values[0].splitlines()).strip() if values else ""

    def whole(self, name: str) -> str:
        """What stands in a field as it was typed, spaces too; empty where nothing does. Raises WrongArgument where it stands twice."""
        self.one(name)
        return next(iter(self.fields.get(name, ())), "")

    @property
    def since(self) -> int:
        """The position up to which whoever filled it in has seen the ledger. Raises WrongArgument."""
        position = self.one("head").partition(":")[0]
        if not position.isdecimal() or len(position) > DIGITS:
            raise WrongArgument(sentence("the form does not say of which ledger it is."), "Open the page again.")
        return int(position)

    def every(self, name: str) -> list[str]:
        """All that was ticked under a name."""
        return [*self.fields.get(name, ())]


def refuse_forged(filled: Filled, token: str) -> None:
    """Raises Forged for a form without the token of this session."""
    if not hmac.compare_digest(filled.one("token").encode(), token.encode()):
        raise Forged(
            sentence("the form does not come from this desk."), "Open the page again and fill in the form there."
        )


def head_now(desk: Desk) -> str:
    """The head of the ledger as a form carries it, POSITION:HASH."""
    if not desk.has_ledger:
        return NOTHING
    with Ledger(desk.session.path, only_read=True) as ledger:
        head = ledger.head()
        return f"{head.position}:{head.hash}"


def is_stale(desk: Desk, filled: Filled) -> bool:
    """Whether the ledger has moved since the form was made."""
    return filled.one("head") != head_now(desk)
