"""A profile's TOML: the values a fact can hold, and what must fit together."""

from collections.abc import Iterator

from calendars.hours import Unfit
from kaoping.files.toml.strict import FileKind, Placed, shown
from ledger.facts import Scalar
from ledger.intake.profile import Profile, mistakes_in


def read_profile(text: str, name: str) -> Profile:
    """The profile in a TOML text. Raises UnusableFile with every mistake."""
    return PROFILE.read(text, name)


def _scalar(value: object, _: object) -> Scalar:
    if not isinstance(value, str | int):
        raise Unfit("{value} is not text, a number, true or false", "write what a fact can hold", value=shown(value))
    return value


def _judged(profile: Profile) -> Iterator[Placed]:
    return ((mistake.column, mistake) for mistake in mistakes_in(profile))


PROFILE = FileKind(shape=Profile, hooks={Scalar: _scalar}, judge=_judged)
