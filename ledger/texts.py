"""Text from outside: what a fact may hold as a name or as a sentence, and how text that may hold anything is shown.

A character that cannot be seen can steer a terminal (ECMA-48 control functions, C0 and C1), turn the order in which a line is
read (the bidirectional controls of Unicode UAX 9), or forge a line of a report. So no fact takes one, and nothing is printed
with one: it is shown as its escape.
"""

import re

NAME_LENGTH, TEXT_LENGTH = 200, 2_000  # characters
SENTENCES = frozenset({"reason", "document", "category", "readings"})
"""Fields that hold what people wrote, not the name of something."""

STEERING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]"
)
"""What no output may hold: control characters but the line's end, bidirectional controls, halves of characters."""
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")
"""What no name may hold: these, line breaks, and what has no width."""


def refuse_unseen(field: str, text: str) -> None:
    """Raises ValueError for a text that a field of a fact cannot hold: characters that cannot be seen, or too many."""
    if UNSEEN.search(text):
        raise ValueError("holds line breaks or characters that cannot be seen")
    if len(text) > (TEXT_LENGTH if field in SENTENCES else NAME_LENGTH):
        raise ValueError("is too long")


def visible(text: str) -> str:
    """The text with every character that steers an output shown as its escape; line breaks stay."""
    return STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
