"""Two facts held side by side: which are the same one, what each says of a field, and whether the two agree."""

from collections.abc import Hashable
from typing import Any

import attrs

from calendars.instants import DAY_MS, ZONE_MS, show_iso
from ledger.exchange import LEAD, canonical, content, identity
from ledger.facts import IN_FULL, RATING, UNTOLD, Dispatch, Fact, Scalar, Survey
from ledger.texts import FREE, WITHHELD, masked

MINUTE_MS = 60_000


def place_of(fact: Fact) -> tuple[Scalar, ...]:
    """One kind of act of one unit at one instant; an exemption of one item, a decision about one request."""
    return fact.kind, fact.unit, fact.at, *(value_of(fact, name) for name in ("measure", "item", "about"))


def kind_of(fact: Fact) -> tuple[str, Scalar]:
    """What kind of act it is; a flag, of which measure."""
    return fact.kind, value_of(fact, "measure")


def which_of(fact: Fact) -> str:
    """Which of the acts of its kind, unit and ticket: its instant, and what else tells it from others then."""
    more = (value_of(fact, name) for name in ("measure", "item", "about", "id"))
    return " ".join([show_iso(fact.at), *(str(one) for one in more if one is not None)])


def by_id(fact: Fact) -> Hashable | None:
    """One kind of act under one `id`; None where it has none."""
    return None if fact.id is None else (fact.kind, fact.id)


def by_instant(fact: Fact) -> Hashable | None:
    """One kind of act at one instant. A dispatch to another unit then is a change, in the same role; an act of another unit
    is another act."""
    if fact.id is not None:
        return None
    whose = value_of(fact, "role") if isinstance(fact, Dispatch) else fact.unit
    return fact.kind, fact.at, whose, *(value_of(fact, name) for name in ("measure", "item", "about"))


def is_same_act_less_finely(one: Fact, other: Fact) -> bool:
    """Whether two facts are one act at one instant, told to the minute or to the day by one of the two."""
    alike = all(value_of(one, name) == value_of(other, name) for name in ("unit", "role", "measure", "item", "about"))
    return one.kind == other.kind and alike and is_same_less_finely(one.at, other.at)


def is_same_less_finely(one: int, other: int) -> bool:
    """Whether two instants (ms) are the same, told to the minute or to the day by one of them: a spreadsheet drops seconds."""
    shorter = min(one, other)
    return any(
        (shorter + ZONE_MS) % unit == 0 and (one + ZONE_MS) // unit == (other + ZONE_MS) // unit
        for unit in (MINUTE_MS, DAY_MS)
    )


def agree(was: Scalar, now: Scalar) -> bool:
    """Whether two values say the same: of a text that is not kept, or kept masked, what was kept of it before agrees."""
    if was == now or not (isinstance(was, str) and isinstance(now, str)):
        return was == now
    return now == WITHHELD or masked(was) == now


def field_of(fact: Fact, name: str) -> Scalar:
    """A field as it was told."""
    value: Scalar = getattr(fact, name, None)
    return value


def value_of(fact: Fact, name: str) -> Scalar:
    """A field; a dispatch that tells no role is to the lead."""
    value = field_of(fact, name)
    return LEAD if name == "role" and value is None and isinstance(fact, Dispatch) else value


def with_values(fact: Fact, **values: Any) -> Fact:
    """The fact with other values in fields that its kind has."""
    return attrs.evolve(fact, **values)


def is_assumed(fact: Fact) -> bool:
    """Whether nobody said when it was, and it stands at another instant instead."""
    return bool(getattr(fact, "assumed", None))


def untold_together(was: Fact, now: Fact) -> str | None:
    """What neither of two dispatches could tell, with the answer of either's office. What has no survey has no word of one."""
    words = [_with_rating((getattr(fact, "untold", None) or "").split()) for fact in (was, now)]
    kinds = [{word.removesuffix(IN_FULL) for word in each} for each in words]
    answered = {word.removesuffix(IN_FULL) for each in words for word in each if word.endswith(IN_FULL)}
    both = [kind for kind in UNTOLD if all(kind in each for each in kinds)]
    if Survey.kind in both:
        both.remove(RATING)
    return " ".join(kind + (IN_FULL if kind in answered else "") for kind in both) or None


def _with_rating(words: list[str]) -> list[str]:
    """What a dispatch could not tell, the word of its survey too where it could not tell that."""
    return [
        *words,
        *(RATING + word.removeprefix(Survey.kind) for word in words if word.removesuffix(IN_FULL) == Survey.kind),
    ]


def identity_of(fact: Fact) -> str:
    """What tells which fact it is, but for the role that it says."""
    return identity(content(fact))


def as_shown(fact: Fact, outside: str) -> str | None:
    """The value as the exchange format has it; of free text, which may name citizens, only that there is some."""
    value = canonical(fact).get(outside)
    if value is None:
        return None
    if outside in FREE:
        return WITHHELD
    return str(value).lower() if isinstance(value, bool) else masked(str(value))
