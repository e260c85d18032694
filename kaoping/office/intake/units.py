"""Other names of units, entered."""

from collections.abc import Iterator, Sequence

import attrs

from kaoping import now
from kaoping.office.intake.entries import Refused
from kaoping.office.session import Session
from ledger.batches import Source
from ledger.facts import Alias
from ledger.sentences import Sentence, sentence
from ledger.texts import refuse_unseen, visible


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
        several = list(dict.fromkeys(name.strip() for name in names))
        known = tuple(name for name in several if register.names.get(name) == unit)
        facts = [Alias(at=session.now, unit=unit, name=name) for name in several if name not in known]
        unfit = [reason for name in several for reason in _unfit(name)]
        reasons = unfit or list(dict.fromkeys(reason for fact in facts for reason in register.objections(fact)))
        if reasons:
            raise Refused(reasons)
        if facts:
            rows = list(enumerate(facts, 1))
            opened.append(
                Source(name="kaoping alias", sha256="", profile="record", rows=len(rows), facts=rows), now.now_ms()
            )
    return NamedUnit(unit, tuple(fact.name for fact in facts), known)


def _unfit(name: str) -> Iterator[Sentence]:
    """Why a text is no name that a fact can hold."""
    if not name:
        yield sentence("a name is empty: type one.")
        return
    try:
        refuse_unseen("name", name)
    except ValueError as refused:
        yield sentence("{name} {why}: type it again, on one line.", name=visible(name), why=sentence(str(refused)))
