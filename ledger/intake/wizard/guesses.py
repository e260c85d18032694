"""What a heading is taken for: how sure that is, and samples that show no person."""

import re

import attrs

SURE, LIKE, BY_CONTENT = "sure", "like", "content"
SAMPLE_WIDTH = 24  # characters


@attrs.frozen(kw_only=True)
class ColumnGuess:
    """A heading and the column it is taken for; `how`: sure (a heading of the field), like one, or by what stands in it.
    `unread`: how many of its cells cannot be read as that; `samples`: masked."""

    heading: str
    column: str
    how: str
    unread: int = 0
    cells: int = 0
    samples: tuple[str, ...] = ()


def masked(text: str) -> str:
    """A sample in which long numbers, which may be a telephone or a person, keep their ends alone."""
    short = re.sub(r"\d{7,}[xX]?", lambda found: f"{found[0][:3]}***{found[0][-2:]}", text)
    return short if len(short) <= SAMPLE_WIDTH else f"{short[: SAMPLE_WIDTH - 1]}…"
