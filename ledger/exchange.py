"""Facts <-> the exchange format and the one canonical text of each; a reader for every field, with the remedy for what it refuses."""

import hashlib
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any

from calendars.instants import read_iso, show_iso
from ledger.facts import IN_FULL, KIND, KINDS, NAMED, STORED_AS, UNTOLD, Extend, Fact, Scalar, fields_of
from ledger.sentences import Mistake, UnreadableFact, sentence
from ledger.texts import refuse_unseen

LEAD = "lead"
ROLES = {"lead": "lead", "assist": "assist", "主办": "lead", "协办": "assist"}


def read_text(value: object) -> str:
    """Text that is not empty. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("is not text")
    if not value.strip():
        raise ValueError("is empty")
    return value.strip()


def _instant(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError("is not a time")
    try:
        return read_iso(value)
    except ValueError as refused:
        raise ValueError("is not a time with its offset") from refused


def read_halves(value: object) -> int:
    """Half working days of a number of working days given as number or text. Raises ValueError."""
    try:
        halves = 2 * (Decimal(str(value).strip()) if not isinstance(value, bool) else Decimal("NaN"))
    except ArithmeticError as refused:  # a signalling NaN, or 9e999999, fails only when doubled
        raise ValueError("is not a number of days") from refused
    if not halves.is_finite() or halves != halves.to_integral_value() or not 0 < halves < 10_000:
        raise ValueError("is not a positive number of half or whole days")
    return int(halves)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def _said(value: object) -> str | bool:
    return value if isinstance(value, bool) else read_text(value)


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1_000_000:
        raise ValueError("is not a count of 1 or more")
    return value


def _seq(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**62) < value < 2**62:
        raise ValueError("is not a whole number")
    return value


def _role(value: object) -> str:
    if value not in ROLES:
        raise ValueError("is neither lead (主办) nor assist (协办)")
    return ROLES[str(value)]


def _about(value: object) -> str:
    if value not in ("return", "extend", "exempt"):
        raise ValueError("is nothing that is decided on")
    return str(value)


def _assumed(value: object) -> bool | None:
    return _flag(value) or None


def _untold(value: object) -> str:
    kinds = [word.removesuffix(IN_FULL) for word in read_text(value).split()]
    if kinds != [kind for kind in UNTOLD if kind in kinds]:
        raise ValueError("is no list of kinds that a source cannot tell")
    return " ".join(read_text(value).split())


READERS: Mapping[str, Any] = {
    "at": _instant, "due_at": _instant, "until": _instant, "as_of": _instant,
    "limit_halves": read_halves, "halves": read_halves,
    "anonymous": _flag, "granted": _flag, "provisional": _flag, "contacted": _flag, "resolved": _said, "late": _flag,
    "mended": _flag, "count": _count, "seq": _seq, "role": _role, "about": _about,
    "untold": _untold, "assumed": _assumed,
}  # fmt: skip
REMEDIES: Mapping[str, str] = {
    "at": "write it like 2023-05-04T09:10:00+08:00", "due_at": "write it like 2023-05-04T17:30:00+08:00",
    "until": "write it like 2023-05-04T17:30:00+08:00", "as_of": "write it like 2023-06-05T09:00:00+08:00",
    "limit_halves": "write days like 5 or 0.5", "halves": "write days like 5 or 0.5",
    "anonymous": "write true or false", "granted": "write true or false", "provisional": "write true or false",
    "late": "write true or false", "mended": "write true or false",
    "contacted": "write true or false, or leave it out", "count": "write a whole number of 1 or more",
    "seq": "write a whole number", "role": "write lead or assist", "about": "write return, extend or exempt",
    "untold": "write them in this order: sign contact return extend close seal survey redo limit rating",
    "assumed": "write true or leave it out",
}  # fmt: skip


def read_fact(raw: Mapping[str, object]) -> Fact:
    """The fact in one object of the canonical format (JSON Lines). Raises UnreadableFact with every mistake in it."""
    kind = KIND.get(str(raw.get("kind")))
    if kind is None:
        raise UnreadableFact(
            (
                Mistake(
                    "kind",
                    raw.get("kind"),
                    "is no kind of fact",
                    sentence("use one of: {known}", known=" ".join(KIND)),
                ),
            )
        )
    fields = fields_of(kind)
    values: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for name, value in raw.items():
        inside = STORED_AS.get(name, name)
        if name == "kind" or value is None:
            continue
        if inside not in fields or name in NAMED:
            known = " ".join(NAMED.get(field, field) for field in fields)
            mistakes.append(
                Mistake(
                    name,
                    value,
                    sentence("is no field of {kind}", kind=sentence(kind.kind)),
                    sentence("use one of: {known}", known=known),
                )
            )
            continue
        try:
            values[inside] = READERS.get(inside, read_text)(value)
            if isinstance(values[inside], str):
                refuse_unseen(inside, values[inside])
        except ValueError as refused:
            mistakes.append(Mistake(name, value, str(refused), REMEDIES.get(inside, "write it as text, on one line")))
    mistakes += [m for m in _missing(kind, values, raw) if not any(m.column == other.column for other in mistakes)]
    if mistakes:
        raise UnreadableFact(tuple(mistakes))
    return kind(**values)


def _missing(kind: type[Fact], values: Mapping[str, object], raw: Mapping[str, object]) -> list[Mistake]:
    needed = ("at", *kind.needs)
    missing = [
        Mistake(name, raw.get(name), "is missing", sentence("every {kind} has it", kind=sentence(kind.kind)))
        for name in needed
        if values.get(name) is None
    ]
    if kind is Extend and ("halves" in values) == ("until" in values):
        missing.append(Mistake("days", raw.get("days"), "an extend has either days or until", "give exactly one"))
    return missing


def content(fact: Fact) -> str:
    """The canonical text of a fact: JSON, keys sorted, nothing absent written. Equal facts have equal texts."""
    values, names = _SPELLED[type(fact)]
    told = "".join(
        [
            name + (_quoted(value) if type(value) is str else str(value) if type(value) is int else _written(value))
            for name, value in zip(names, values(fact), strict=True)
            if value is not None
        ]
    )
    return f"{{{told[1:]}}}"


def _written(value: Scalar) -> str:
    if value is True or value is False:
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _spelling(kind: type[Fact]) -> tuple[Callable[[Fact], tuple[Scalar, ...]], tuple[str, ...]]:
    """How a kind is written: its values in the order of their names, and what stands before each."""
    names = sorted(("kind", *fields_of(kind)))
    return attrgetter(*names), tuple(f',"{name}":' for name in names)


_quoted = json.encoder.encode_basestring
_SPELLED = {kind: _spelling(kind) for kind in KINDS}


def from_content(text: str) -> Fact:
    """The fact whose canonical text this is."""
    values = json.loads(text)
    return KIND[values.pop("kind")](**values)


def key_of(text: str, occurrence: int) -> str:
    """A fact's identity: SHA-256 of its text (`identity`) and its occurrence number among equal facts of one source.

    A fact that carries the source's own `id` has that in its text, and occurrence 1; what says its role otherwise, the next.
    """
    return digest_of(identity(text), occurrence).hex()


def digest_of(same: str, occurrence: int) -> bytes:
    """The same of a text that was made its `identity` already, as bytes."""
    return hashlib.sha256(f"{same}\n{occurrence}".encode()).digest()


def identity(text: str) -> str:
    """The canonical text of what happened, whoever told how much of it: a dispatch that tells no role is that to the lead."""
    if '"kind":"dispatch"' not in text or '"role":' in text:  # within a value, quotation marks are escaped
        return text
    behind = text.find(',"seq":'), text.find(',"ticket":')
    place = behind[0] if behind[0] >= 0 else behind[1]
    if place >= 0:
        return f'{text[:place]},"role":"{LEAD}"{text[place:]}'
    values = json.loads(text)
    return json.dumps({**values, "role": LEAD}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(fact: Fact) -> dict[str, object]:
    """The fact as an object of the exchange format: instants as ISO text, day counts in days."""
    out: dict[str, object] = {"kind": fact.kind}
    for name in fields_of(type(fact)):
        value = getattr(fact, name)
        if value is None:
            continue
        if name in ("at", "due_at", "until", "as_of"):
            out[name] = show_iso(value)
        elif name in NAMED:
            out[NAMED[name]] = value // 2 if value % 2 == 0 else value / 2
        else:
            out[name] = value
    return out
