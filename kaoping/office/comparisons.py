"""What the command line calls a version of a period's scores: a publication, or the ledger under some setting."""

import re
from collections.abc import Mapping
from pathlib import Path

import attrs

from kaoping.office.publications import Publication, publications, report_of
from kaoping.office.session import Session, WrongArgument, read_day
from ledger.facts import Void
from ledger.sentences import sentence
from ledger.store import Ledger
from scoring.scores.scoring import Scoring

SETTINGS = ("as_of", "rulebook", "calendar", "known_on")
FORMS = "2023-05, #120, now, as_of=600, as_of=2023-06-05, rulebook=draft.toml, calendar=FOLDER, known_on=2020-01-25, half_day=half_blocks"


@attrs.frozen(kw_only=True)
class Version:
    """A report under the name it was asked for; `period` where it is a publication's."""

    name: str
    scoring: Scoring
    period: str | None = None


def version(session: Session, ledger: Ledger, name: str) -> Version:
    """The version of a name: a published period (its last publication) or `#POSITION` of one, `now`, or settings like
    as_of=600,half_day=half_blocks upon what the command line says besides. Raises WrongArgument, NotHere."""
    if "=" in name:
        return Version(name=name, scoring=_under(session, ledger, _settings(name)))
    if name == "now":
        return Version(name=name, scoring=session.scoring(ledger))
    one = publication(ledger, name)
    return Version(name=name, scoring=report_of(session, ledger, one), period=one.fact.period)


def publication(ledger: Ledger, name: str) -> Publication:
    """The publication at `#POSITION`, or the last one of a period. Raises WrongArgument."""
    found = publications(ledger, ledger.head().position)
    if name.startswith("#"):
        found = [one for one in found if str(one.position) == name[1:]]
    elif re.fullmatch(r"\d{4}(-\d\d|-[QH]\d)?", name):
        found = [one for one in found if one.fact.period == name]
    else:
        raise WrongArgument(
            sentence("{name} names no version.", name=name), sentence("Write one like: {forms}", forms=FORMS)
        )
    if not found:
        raise WrongArgument(
            sentence("nothing was published as {name}.", name=name),
            "kaoping publish PERIOD publishes; kaoping recompute lists.",
        )
    return found[-1]


def _settings(name: str) -> dict[str, str]:
    settings: dict[str, str] = {}
    for pair in name.split(","):
        key, mark, value = pair.partition("=")
        if not mark or not key or not value or key in settings:
            raise WrongArgument(
                sentence("{name} names no version.", name=name), sentence("Write one like: {forms}", forms=FORMS)
            )
        settings[key] = value
    return settings


def _under(session: Session, ledger: Ledger, settings: Mapping[str, str]) -> Scoring:
    """The ledger under settings: as_of, rulebook, calendar, known_on; everything else is a reading."""
    other = attrs.evolve(
        session,
        rulebook=settings.get("rulebook", session.rulebook),
        calendar_folder=Path(settings["calendar"]) if "calendar" in settings else session.calendar_folder,
        known_on=read_day(settings["known_on"]) if "known_on" in settings else session.known_on,
        readings={**session.readings, **{name: value for name, value in settings.items() if name not in SETTINGS}},
    )
    return other.scoring(ledger, settings.get("as_of"))


def voids_of(ledger: Ledger) -> dict[int, int]:
    """Position of each voided fact -> position of its void."""
    by_key = {
        event.fact.key: event.position for event in ledger.events(kinds=("void",)) if isinstance(event.fact, Void)
    }
    return {place: by_key[key] for key, place in ledger.places(list(by_key)).items()}
