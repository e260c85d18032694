"""The fields of facts as the exchange format names them, with what each holds."""

from collections.abc import Mapping

from ledger.exchange import canonical
from ledger.facts import KINDS, NAMED, Fact, fields_of
from ledger.intake.cells import FLAGS

__all__ = ["COUNTS", "DAYS", "FIELDS", "FLAGS", "INSTANTS", "SUBJECT", "given", "holds", "outside", "written"]

INSTANTS = frozenset(("at", "due_at", "until", "as_of"))
COUNTS = frozenset(("seq", "count"))
DAYS = frozenset(NAMED.values())
SUBJECT = ("kind", "at", "ticket", "unit")


def holds(field: str) -> str:
    """What a field holds: flag, days, count, instant or text."""
    if field in FLAGS:
        return "flag"
    if field in DAYS:
        return "days"
    return "count" if field in COUNTS else "instant" if field in INSTANTS else "text"


def outside(kind: type[Fact]) -> tuple[str, ...]:
    """The fields of a kind, as the exchange format names them."""
    return tuple(NAMED.get(name, name) for name in fields_of(kind))


FIELDS = tuple(dict.fromkeys((*SUBJECT, *(name for kind in KINDS for name in outside(kind)))))
"""Every field there is: what happened when to which ticket by whom, then the fields of the kinds in their order."""


def written(name: str, value: object) -> str:
    """A value of a field as a text that imports again."""
    if isinstance(value, bool):
        return f"{value}".lower() if name in FLAGS else f"({value})".lower()
    return "" if value is None else str(value)


def given(fact: Fact, but: tuple[str, ...] = ()) -> Mapping[str, object]:
    """The fields that a fact has, instants as ISO text, day counts in days."""
    return {name: value for name, value in canonical(fact).items() if name not in but}
