"""Names in a file that no unit has, as a note to whoever imports it."""

from collections.abc import Iterator, Sequence

from kaoping.language.language import Language
from ledger.register import Stranger

SHOWN = 10  # names


def stranger_lines(language: Language, strangers: Sequence[Stranger]) -> Iterator[str]:
    """Each name, with the units most like it, and what to do."""
    if not strangers:
        return
    yield language.say("Note: {count} units in the file are not enrolled:", count=len(strangers))
    for one in strangers[:SHOWN]:
        if one.likest:
            yield language.say("  {name} (perhaps {likest})", name=one.name, likest=one.likest)
        else:
            yield f"  {one.name}"
    if len(strangers) > SHOWN:
        yield language.say("  … and {count} more", count=len(strangers) - SHOWN)
    yield language.say("Is it another name of a unit: kaoping alias UNIT NAME; is it a new unit: kaoping record enrol.")
