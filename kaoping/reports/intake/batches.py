"""Batches as people read them."""

from typing import Any

from calendars.instants import show_iso
from kaoping.language.language import Language
from kaoping.language.moments import moment
from ledger.batches import Batch


def dated_ahead(language: Language, batch: Batch) -> str:
    """That a batch is dated later than now. Its clock was wrong, or that of the batch before it: none is dated before the
    one that it follows."""
    said = "Note: batch {number} ({name}) is dated {at}, yet to come: a clock was wrong. Give --as-of a position, not a time."
    return language.say(said, number=batch.number, name=batch.name, at=moment(batch.recorded_at, language.code))


def dated_json(batch: Batch) -> dict[str, Any]:
    """A batch and when it was recorded, as JSON."""
    return {"batch": batch.number, "file": batch.name, "recorded_at": show_iso(batch.recorded_at)}
