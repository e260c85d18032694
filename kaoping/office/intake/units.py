"""Other names of units, entered."""

from collections.abc import Sequence

import attrs

from kaoping import now
from kaoping.office.intake.entries import Refused
from kaoping.office.session import Session
from ledger.batches import Source
from ledger.facts import Alias


@attrs.frozen
class NamedUnit:
    """A unit, the names that are its own from now on, and those that were already."""

    unit: str
    added: tuple[str, ...]
    known: tuple[str, ...]


def alias(session: Session, unit: str, names: Sequence[str]) -> NamedUnit:
    """Names recorded as those of an enrolled unit, all or none. Raises Refused with every reason."""
    with session.ledger() as opened:
        register = opened.register()
        several = list(dict.fromkeys(names))
        known = tuple(name for name in several if register.names.get(name) == unit)
        facts = [Alias(at=session.now, unit=unit, name=name) for name in several if name not in known]
        reasons = list(dict.fromkeys(reason for fact in facts for reason in register.objections(fact)))
        if reasons:
            raise Refused(reasons)
        if facts:
            rows = list(enumerate(facts, 1))
            opened.append(
                Source(name="kaoping alias", sha256="", profile="record", rows=len(rows), facts=rows), now.now_ms()
            )
    return NamedUnit(unit, tuple(fact.name for fact in facts), known)
