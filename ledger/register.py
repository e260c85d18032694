"""What units are called: the names they are enrolled under, and other names (aliases) that mean one of them.

An alias holds for all facts, whenever they were recorded, while it stands: 茅店镇人民政府 is 茅店镇. What was recorded stays as it was
written; it is read as the unit.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import attrs

from ledger.batches import Event
from ledger.facts import Alias, Enrol, Fact
from ledger.intake.nearest import nearest
from ledger.sentences import Sentence, sentence


@attrs.frozen
class Register:
    """The units of an office: those enrolled, {茅店镇}, and what else they are called, {茅店镇人民政府: 茅店镇}."""

    units: frozenset[str] = frozenset()
    names: Mapping[str, str] = attrs.Factory(dict)

    def unit_of(self, name: str) -> str:
        """The unit that a name means; a name that is no alias means itself."""
        return self.names.get(name, name)

    def knows(self, name: str) -> bool:
        """Whether the name is an enrolled unit or the alias of a unit."""
        return name in self.units or name in self.names

    def likest(self, name: str) -> str:
        """The units whose name, or another name of theirs, is most like this one; empty where none is."""
        found = nearest(name, (*sorted(self.units), *sorted(self.names)))
        return " ".join(dict.fromkeys(self.unit_of(one) for one in found))

    def grown(self, facts: Iterable[Fact]) -> "Register":
        """The register with enrolments and aliases that come with other facts."""
        several = tuple(facts)
        units = self.units | {str(fact.unit) for fact in several if isinstance(fact, Enrol)}
        claims = [*self.names.items(), *((fact.name, str(fact.unit)) for fact in several if isinstance(fact, Alias))]
        return Register(units, _names(claims, units))

    def conflicts(self, fact: Fact) -> Iterator[Sentence]:
        """Why an enrolment or an alias cannot be beside what the register says."""
        if isinstance(fact, Enrol) and str(fact.unit) in self.names:
            unit = self.names[str(fact.unit)]
            yield sentence("{name} is an alias of {unit}; enrol that one.", name=fact.unit, unit=unit)
        if not isinstance(fact, Alias):
            return
        unit = str(fact.unit)
        if unit in self.names:
            yield sentence("{name} is an alias of {unit} itself; name that one.", name=unit, unit=self.names[unit])
        if fact.name == unit:
            yield sentence("{name} is the unit's own name.", name=fact.name)
        elif fact.name in self.units:
            yield sentence("{name} is itself an enrolled unit, and no alias.", name=fact.name)
        elif self.names.get(fact.name, unit) != unit:
            yield sentence("{name} is an alias of {unit} already.", name=fact.name, unit=self.names[fact.name])

    def objections(self, fact: Fact) -> Iterator[Sentence]:
        """The same, and that nobody enrolled the unit of an alias."""
        if isinstance(fact, Alias) and not self.knows(str(fact.unit)):
            why, likest = sentence("{unit} is not enrolled.", unit=fact.unit), self.likest(str(fact.unit))
            yield sentence("{why} Perhaps {likest}?", why=why, likest=likest) if likest else why
        yield from self.conflicts(fact)


@attrs.frozen
class Stranger:
    """A name that is neither an enrolled unit nor an alias, with the units most like it: 茅店政府, perhaps 茅店镇."""

    name: str
    likest: str


def strangers(register: Register, facts: Iterable[Fact]) -> tuple[Stranger, ...]:
    """The units of facts that a register does not know; none where nobody is enrolled."""
    several = tuple(facts)
    grown = register.grown(fact for fact in several if isinstance(fact, Enrol))
    names = dict.fromkeys(str(fact.unit) for fact in several if fact.unit is not None)
    return tuple(Stranger(name, grown.likest(name)) for name in names if grown.units and not grown.knows(name))


def register_of(standing: Iterable[Event]) -> Register:
    """The register that enrolments and aliases make, of those that stand."""
    return Register().grown(event.fact for event in standing)


def _names(claims: Iterable[tuple[str, str]], units: frozenset[str]) -> dict[str, str]:
    """Alias -> unit. What two units claim, or is a unit itself, is the alias of none: it is refused where it is entered."""
    claimed: dict[str, set[str]] = defaultdict(set)
    for name, unit in claims:
        claimed[name].add(unit)
    direct = {name: min(several) for name, several in claimed.items() if len(several) == 1 and name not in units}
    return {name: _end(unit, direct, {name}) for name, unit in direct.items()}


def _end(unit: str, direct: Mapping[str, str], passed: set[str]) -> str:
    """The unit at the end of aliases of aliases."""
    while unit in direct and unit not in passed:
        passed.add(unit)
        unit = direct[unit]
    return unit


def read_as(fact: Fact, names: Mapping[str, str]) -> Fact:
    """The fact of the unit that its name means; an alias and an enrolment speak of names, and stay."""
    if fact.unit is None or fact.unit not in names or isinstance(fact, Alias | Enrol):
        return fact
    return attrs.evolve(fact, unit=names[fact.unit])


def event_read_as(event: Event, names: Mapping[str, str]) -> Event:
    """The event, its fact of the unit that its name means."""
    return attrs.evolve(event, fact=read_as(event.fact, names)) if names else event
