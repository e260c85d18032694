"""Text from outside: what a fact may hold as a name or as a sentence, and how text that may hold anything is shown.

A character that cannot be seen can steer a terminal (ECMA-48 control functions, C0 and C1), turn the order in which a line is
read (the bidirectional controls of Unicode UAX 9), or forge a line of a report. So no fact takes one, and nothing is printed
with one: it is shown as its escape.

Nor does any text keep a citizen's telephone or identity number: they are masked before it is stored or shown.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

NAME_LENGTH, TEXT_LENGTH = 200, 2_000  # characters
SENTENCES = frozenset({"reason", "document", "category", "readings"})
"""Fields that hold what people wrote, not the name of something."""

STEERING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)
"""What no output may hold: control characters but the line's end, bidirectional controls, halves of characters."""
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
"""What no text may hold: these, line breaks, and what has no width."""
BLANKS = re.compile("[\u00ad\u034f\u115f\u1160\u180e\u3164\uffa0]")
"""What no name of an export may hold besides: hyphens that show at the end of a line alone, letters that are blank."""


def refuse_unseen(field: str, text: str) -> None:
    """Raises ValueError for a text that a field of a fact cannot hold: characters that cannot be seen, or too many."""
    if UNSEEN.search(text):
        raise ValueError("holds line breaks or characters that cannot be seen")
    if len(text) > (TEXT_LENGTH if field in SENTENCES else NAME_LENGTH):
        raise ValueError("is too long")


def visible(text: str) -> str:
    """The text with every character that steers an output shown as its escape; line breaks stay."""
    return STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


_RECKONED = re.compile(r"'*(?:[=+\-@\t\r＝＋－＠]|0\d+$|\d{16,}$|\d+[eE]\d+$)")
"""What Excel takes for a formula, or for a number that it shows otherwise: 0012 as 12, 16 digits and more with zeros at their end."""


def guarded(text: str) -> str:
    """The text as a csv for Excel holds it: with an apostrophe in front where Excel would reckon with it."""
    return f"'{text}" if _RECKONED.match(text) else text


def unguarded(text: str) -> str:
    """The text that was guarded; any other as it is."""
    return text[1:] if text.startswith("'") and _RECKONED.match(text) else text


FREE = frozenset({"reason"})
"""Fields that hold free text, which may say anything of anybody."""
WITHHELD = "…"
"""What stands in a fact for a text that was there and is not kept: a return with a reason that nobody stored is explained all the same."""
LONGEST_WORD = 32  # characters; what is longer in a column of words is a sentence
_DATE = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_GAP = "[-. \u2010-\u2015]?"  # between the groups of a number
_NUMBERS = {
    "phone": re.compile(
        rf"(?<!\d)(?:\+?(?:00)?86{_GAP})?(1[3-9]\d(?:{_GAP}\d{{4}}){{2}})(?!\d)|(?<!\d)(\(?0\d{{2,3}}\)?{_GAP}\d{{7,8}})(?!\d)"
    ),
    "id": re.compile(rf"(?<!\d)([1-9]\d{{5}}(?:(?:18|19|20)\d\d{_DATE}\d{{3}}[\dXx]|\d\d{_DATE}\d{{3}}))(?!\d)"),
}  # fmt: skip
"""A citizen's identity number (GB 11643, 18 or formerly 15 places) and telephone numbers (mobile; fixed line with its area code)."""
_MAYBE = re.compile(r"\d(?:[-. )\u2010-\u2015]{0,2}\d){9}")


@lru_cache(maxsize=50_000)
def masked(text: str) -> str:
    """The text with all but the first three and last four digits of every telephone and identity number as asterisks. What is
    masked already stays as it is."""
    found = [place for kind in _NUMBERS for place in _places(text, kind)]
    for start, end in sorted(found, reverse=True):
        text = f"{text[: start + 3]}{'*' * (end - start - 7)}{text[end - 4 :]}"
    return text


def numbers_in(text: str) -> dict[str, int]:
    """How many telephone numbers (`phone`) and identity numbers (`id`) a text shows in full."""
    return {kind: len(_places(text, kind)) for kind in _NUMBERS}


def _places(text: str, kind: str) -> list[tuple[int, int]]:
    """Where the numbers of a kind stand, full-width digits and signs read as plain ones, what cannot be seen passed over."""
    plain = text if text.isascii() else "".join(map(_plain, text))
    seen: Sequence[int] = range(len(text))
    if UNSEEN.search(plain):
        seen = [place for place, letter in enumerate(plain) if not UNSEEN.match(letter)]
        plain = "".join(plain[place] for place in seen)
    if not _MAYBE.search(plain):
        return []
    found = [match.span(match.lastindex or 0) for match in _NUMBERS[kind].finditer(plain)]
    return [(seen[start], seen[end - 1] + 1) for start, end in found]


def _plain(letter: str) -> str:
    """The letter in its plain form, where that is one letter too."""
    digit = unicodedata.decimal(letter, None)
    plain = unicodedata.normalize("NFKC", letter) if digit is None else str(digit)
    return plain if len(plain) == 1 else letter
