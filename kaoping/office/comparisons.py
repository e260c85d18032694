"""What the command line calls a version of a period's scores: a publication, or the ledger under some setting."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from kaoping.language.periods import UnclearPeriod, period_written
from kaoping.language.words import sheet_of
from kaoping.office.period.untold import refuse_untold
from kaoping.office.publications import Publication, publications, report_of
from kaoping.office.session import Session, WrongArgument, read_day, read_scored
from kaoping.office.units import no_such_unit
from ledger.facts import Void
from ledger.sentences import sentence
from ledger.store import Ledger
from scoring.compare.reports import Difference, difference, legs_of
from scoring.compare.years import YearChange, year_changes
from scoring.scores.scoring import Scoring

SETTINGS = ("as_of", "rulebook", "calendar", "known_on", "untold")
FORMS = (
    "2023-05, #120, now, as_of=600, as_of=2023-06-05, rulebook=draft.toml, calendar=FOLDER, known_on=2020-01-25, "
    "half_day=half_blocks, untold=full"
)


@attrs.frozen(kw_only=True)
class Version:
    """A report under the name it was asked for; `period` where it is a publication's."""

    name: str
    scoring: Scoring
    period: str | None = None


def version(session: Session, ledger: Ledger, name: str, period: str | None = None) -> Version:
    """The version of a name: a published period (its last publication) or `#POSITION` of one, `now`, or settings like
    as_of=600,half_day=half_blocks,untold=full upon what the command line says besides. `period`: that in which it will be compared.
    Raises WrongArgument, NotHere."""
    if "=" in name:
        return Version(name=name, scoring=_under(session, ledger, _settings(name), period))
    one = _published(ledger, name)
    if one is None:
        return Version(name=name, scoring=session.scoring(ledger, period=period))
    return Version(name=name, scoring=report_of(session, ledger, one), period=one.fact.period)


def _published(ledger: Ledger, name: str) -> Publication | None:
    """The publication that a version is of; None of one that is no publication's."""
    return None if "=" in name or name == "now" else publication(ledger, name)


def publication(ledger: Ledger, name: str) -> Publication:
    """The publication at `#POSITION`, or the last one of a period. Raises WrongArgument."""
    found = publications(ledger, ledger.head().position)
    if name.startswith("#"):
        found = [one for one in found if str(one.position) == name[1:]]
    elif re.fullmatch(r"\d{4}(-\d\d|-[QH]\d)?", period := _period_written(name)):
        found = [one for one in found if one.fact.period == period]
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


def _period_written(name: str) -> str:
    try:
        return period_written(name)
    except UnclearPeriod:
        return name


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


def _under(session: Session, ledger: Ledger, settings: Mapping[str, str], period: str | None) -> Scoring:
    """The ledger under settings: as_of, rulebook, calendar, known_on, untold; everything else is a reading."""
    other = attrs.evolve(
        session,
        rulebook=settings.get("rulebook", session.rulebook),
        calendar_folder=Path(settings["calendar"]) if "calendar" in settings else session.calendar_folder,
        known_on=read_day(settings["known_on"]) if "known_on" in settings else session.known_on,
        untold=settings.get("untold", session.untold),
        readings={**session.readings, **{name: value for name, value in settings.items() if name not in SETTINGS}},
    )
    return other.scoring(ledger, settings.get("as_of"), period=period)


@attrs.frozen(kw_only=True)
class Comparison:
    """What moved in a period between two versions, on its sheets and, of a year, in its rankings."""

    period: str
    difference: Difference
    years: Sequence[YearChange]
    sheet: str | None = None


def compare(
    session: Session,
    names: tuple[str, str],
    period: str | None = None,
    unit: str | None = None,
    sheet: str | None = None,
) -> Comparison:
    """Two versions compared by name in a period: that asked for, or the one published. `unit`, `sheet`: that a reader will
    look at. Raises WrongArgument, NotHere, Untold of a version that was not published."""
    with session.ledger() as opened:
        found = [_published(opened, name) for name in names]
        told = period or next((one.fact.period for one in found if one is not None), None)
        sides = (version(session, opened, names[0], told), version(session, opened, names[1], told))
        before, after = (side.scoring for side in sides)
        name = _period(sides, period)
        span = read_scored(name, after.book, before.book)
        for side in sides:
            if side.period is None:
                refuse_untold(opened, side.scoring, span.kind, span.months)
        with session.busy("comparing"):
            legs = legs_of(before, after, voids_of(opened))
            moved = difference(before, after, span.months, span.kind, legs)
            years = year_changes(before, after, int(name)) if span.kind == "year" else ()
        asked = None if sheet is None else sheet_of((*before.book.sheets, *after.book.sheets), sheet)
        _refuse_unknown(moved, unit, asked)
    return Comparison(period=name, difference=moved, years=years, sheet=asked)


def _refuse_unknown(moved: Difference, unit: str | None, sheet: str | None) -> None:
    """Raises WrongArgument for a sheet of neither version, and for a unit that neither scored or enrolled."""
    sheets = [one.sheet for one in moved.sheets]
    if sheet is not None and sheet not in sheets:
        raise WrongArgument(sentence("there is no sheet {sheet}; known: {known}", sheet=sheet, known=" ".join(sheets)))
    scored = {line.unit for one in moved.sheets for line in one.units}
    enrolled = {str(event.fact.unit) for side in (moved.before, moved.after) for event in side.snapshot.enrolments}
    units = scored | enrolled
    if unit is not None and unit not in units:
        raise no_such_unit(sentence("neither version knows a unit {unit}.", unit=unit), unit, units)


def _period(sides: tuple[Version, Version], asked: str | None) -> str:
    """The period asked for, or that of the publications. Raises WrongArgument."""
    published = {one.period for one in sides if one.period is not None}
    if asked is None and len(published) == 1:
        return published.pop()
    if asked is None:
        raise WrongArgument("the two versions do not say which period is meant.", "Name it with --period 2023-05.")
    if published - {asked}:
        raise WrongArgument(
            sentence("{name} was not published for {period}.", name=" ".join(sorted(published)), period=asked),
            "Leave --period out, or name another version.",
        )
    return asked


def voids_of(ledger: Ledger) -> dict[int, int]:
    """Position of each voided fact -> position of its void."""
    by_key = {
        event.fact.key: event.position for event in ledger.events(kinds=("void",)) if isinstance(event.fact, Void)
    }
    return {place: by_key[key] for key, place in ledger.places(list(by_key)).items()}
