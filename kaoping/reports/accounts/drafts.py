"""A draft that waits for its signature, as a table."""

from collections.abc import Sequence

from kaoping.language.language import Language
from kaoping.office.accounts.drafts import UnsignedDraft
from kaoping.reports.page import Column, Kind, Table

HEADINGS = {
    "granted": "the ruling", "at": "time", "reason": "reason", "document": "document", "accept": "accepted", "shown": "result",
    "provisional": "provisional days too",
}  # fmt: skip
WORDS = {("granted", "true"): "upheld", ("granted", "false"): "dismissed", ("provisional", "1"): "yes"}


def draft_table(language: Language, draft: UnsignedDraft, names: Sequence[str]) -> Table:
    """What was prepared, by whom and when, in one row: its fields of these names."""
    say = language.say
    keys = [Column(say("prepared by"), [draft.by]), Column(say("prepared"), [draft.at], Kind.INSTANT)]
    columns = [Column(say(HEADINGS[name]), [_told(language, draft, name)]) for name in names]
    return Table(say("What was prepared and waits for a signature"), keys, columns)


def _told(language: Language, draft: UnsignedDraft, name: str) -> str | None:
    value = " ".join(draft.fields.get(name, ()))
    return language.say(WORDS[name, value]) if (name, value) in WORDS else value or None
