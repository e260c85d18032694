"""How early an office wants to be warned: working time left at which a due turns amber and red, in a TOML file."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Literal

import attrs

from kaoping.files.folder import text_of
from kaoping.files.places import data_folder
from kaoping.files.rulebooks import exact_number
from kaoping.files.toml.strict import FileKind, Placed
from ledger.sentences import Mistake, sentence

Light = Literal["overdue", "red", "amber", ""]
FORMAT = 1


@attrs.frozen(kw_only=True)
class Lead:
    """A lead time: no more than `days` working days, and no more than `share` percent of the whole time there was, are left."""

    days: Fraction
    share: Fraction

    def reached(self, left: Fraction, whole: Fraction) -> bool:
        """Whether so little is left, of so much (working days)."""
        return left <= self.before(whole)

    def before(self, whole: Fraction) -> Fraction:
        """How many working days before the due it is reached, of so many there were."""
        return min(self.days, whole * self.share / 100)


@attrs.frozen(kw_only=True)
class Warnings:
    """预警: when a due turns amber and when red; so of a signing within half a day, amber with a quarter of a day left. `sender`
    signs the messages; after `stale_days` working days without new data the list says first of all that it is old."""

    format: int
    sender: str
    stale_days: Fraction
    amber: Lead
    red: Lead

    def light(self, left: Fraction | None, whole: Fraction | None, *, overdue: bool) -> Light:
        """The light of a due with so many working days left, of so many."""
        if overdue:
            return "overdue"
        if left is None or whole is None:
            return ""
        return "red" if self.red.reached(left, whole) else "amber" if self.amber.reached(left, whole) else ""


def _judged(one: Warnings) -> Iterator[Placed]:
    if one.format != FORMAT:
        yield "format", Mistake("format", one.format, "is a format that is not known here", "Write format = 1.")
    if not one.sender or len(one.sender) > SENDER:
        why = sentence("is empty, or longer than {most} characters", most=SENDER)
        yield "sender", Mistake("sender", one.sender, why, "Shorten it: a message has room for 70.")
    for name, lead in (("amber", one.amber), ("red", one.red)):
        if lead.days < 0 or not 0 <= lead.share <= 100:
            remedy = "Give days of 0 or more, and a share from 0 to 100."
            yield name, Mistake(name, None, "has a lead that is none", remedy)
    if one.red.days > one.amber.days or one.red.share > one.amber.share:
        yield (
            "red",
            Mistake("red", None, "begins before amber does", "Give red less days and a smaller share than amber."),
        )
    if one.stale_days < 0:
        yield "stale_days", Mistake("stale_days", None, "is below 0", "Give 0 or more.")


SENDER = 12  # characters that leave room for the message
KIND = FileKind(shape=Warnings, hooks={Fraction: exact_number}, judge=_judged)


def read_warnings(path: Path | None = None) -> Warnings:
    """The lead times of a file, or ours. Raises NoSuchFile, UnusableFile."""
    told = path or data_folder() / "warnings.toml"
    return KIND.read(text_of(told), told.name)
