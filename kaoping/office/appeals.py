"""Appeals: a unit contests, the office rules, and each is listed with what it is worth."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from calendars.periods import show_month
from kaoping import now
from kaoping.language.facts import at_written
from kaoping.office.intake.entries import Recorded, Refused, checked, fact_of, key_at, record
from kaoping.office.period.untold import PeriodGaps, sheet_gaps
from kaoping.office.publications import last_document
from kaoping.office.session import Session, WrongArgument, read_month
from kaoping.office.units import refuse_foreign, unit_asked
from ledger.batches import Source
from ledger.exchange import content, key_of
from ledger.facts import Appeal, Exempt, Fact, Ruling, Void
from ledger.sentences import Sentence, sentence
from ledger.snapshot import standing
from ledger.store import Ledger
from scoring.compare.appeals import AppealCase, Effect, cases_of, effects_of
from scoring.scores.scoring import Scoring
from scoring.scores.sheets import UnitScore

Lines = Mapping[int, Mapping[tuple[str, str], UnitScore]]
LastPublished = Mapping[int, Mapping[str, Any] | None]


@attrs.frozen
class Listed:
    """An appeal and what it is worth."""

    case: AppealCase
    effects: Sequence[Effect]


@attrs.frozen(kw_only=True)
class AppealList:
    """Appeals listed; `lines`: what units with an appeal score now, by month, then sheet and unit; `published`: the document
    last published for each of these months; `gaps`: what no source tells of the sheets they touch."""

    scoring: Scoring
    appeals: Sequence[Listed]
    lines: Lines
    published: LastPublished
    gaps: PeriodGaps


def appeal(
    session: Session, fields: Mapping[str, str | None], *, own_unit: str | None = None
) -> tuple[Recorded, Sequence[Effect], PeriodGaps]:
    """An appeal recorded, what it would be worth, and what no source tells of the sheets it touches; of a unit that appeals itself
    (`own_unit`) about its own tickets. Raises WrongArgument, Refused."""
    if own_unit is not None:
        _refuse_of_others(session, fields, own_unit)
    fact = fact_of("appeal", fields, session.book())
    assert isinstance(fact, Appeal)
    with session.ledger() as opened:
        kept = record(opened, session.book(), fact)
        scoring = session.scoring(opened)
        effects = list(effects_of(scoring, fact))
        return kept, effects, _gaps(scoring, effects)


def _refuse_of_others(session: Session, fields: Mapping[str, str | None], unit: str) -> None:
    """Raises WrongArgument for an appeal in another's name, or about a ticket that is none of the unit's."""
    if fields.get("unit") != unit:
        raise WrongArgument(sentence("a unit appeals for itself alone."), sentence("Write {unit}.", unit=unit))
    with session.ledger() as opened:
        refuse_foreign(opened, fields.get("ticket") or "", unit, opened.head().position)


def foreseen(
    session: Session, fields: Mapping[str, str | None], *, own_unit: str | None = None
) -> tuple[Appeal, Sequence[Effect], PeriodGaps]:
    """An appeal as it would be recorded, what it would be worth, and what no source tells of the sheets it touches; nothing is
    written. Raises WrongArgument, Refused."""
    if own_unit is not None:
        _refuse_of_others(session, fields, own_unit)
    with session.ledger() as opened:
        fact = checked(opened, session.book(), fact_of("appeal", fields, session.book()))
        assert isinstance(fact, Appeal)
        scoring = session.scoring(opened)
        effects = list(effects_of(scoring, fact))
        return fact, effects, _gaps(scoring, effects)


def contested(session: Session, position: str, *, own_unit: str | None = None) -> tuple[Scoring, Listed]:
    """The appeal at a position as it stands, and what it is worth; to a unit (`own_unit`) those of others are not there. Raises
    WrongArgument."""
    with session.ledger() as opened:
        names = opened.names(opened.head().position)
        mine = None if own_unit is None else names.get(own_unit, own_unit)
        cases = [one for one in _cases(opened) if mine is None or _named(names, one.appeal.unit) == mine]
        case = next((one for one in cases if str(one.position) == position), None)
        if case is None:
            raise WrongArgument(
                sentence("the ledger holds no appeal at position {position}.", position=position),
                "kaoping appeals lists them.",
            )
        scoring = session.scoring(opened)
        return scoring, Listed(case, list(effects_of(scoring, case.appeal)))


def rule(session: Session, appealed: str, fields: Mapping[str, str | None]) -> tuple[AppealCase, Sequence[Fact]]:
    """A ruling on the appeal at a position or of a key, recorded: the appeal as it stands now, and the facts the ruling made.
    Raises WrongArgument, Refused."""
    with session.ledger() as opened:
        case, fact = _may_be_ruled(opened, appealed, fields)
        facts = _ruled(case, fact)
        source = Source(
            name="kaoping ruling", sha256="", profile="ruling", rows=len(facts), facts=list(enumerate(facts, 1))
        )
        opened.append(source, now.now_ms())
        return next(one for one in _cases(opened) if one.key == fact.key), facts


def check_ruling(session: Session, appealed: str, fields: Mapping[str, str | None]) -> None:
    """Raises WrongArgument, Refused where that ruling could not be recorded now; nothing is written."""
    with session.ledger() as opened:
        _may_be_ruled(opened, appealed, fields)


def _may_be_ruled(opened: Ledger, appealed: str, fields: Mapping[str, str | None]) -> tuple[AppealCase, Ruling]:
    fact = fact_of("ruling", {"key": key_at(opened, appealed), **fields})
    assert isinstance(fact, Ruling)
    case = next((one for one in _cases(opened) if one.key == fact.key), None)
    reasons = list(objections_to_ruling(case, fact))
    if case is None or reasons:
        raise Refused(reasons)
    return case, fact


def _named(names: Mapping[str, str], unit: str | None) -> str | None:
    """A unit by its name now."""
    return None if unit is None else names.get(unit, unit)


def objections_to_ruling(case: AppealCase | None, fact: Ruling) -> Iterator[Sentence]:
    """What speaks against a ruling: no such appeal, made before it, or the ruling that holds already."""
    if case is None:
        yield sentence("the ledger holds no appeal with key {key}.", key=fact.key)
        return
    if fact.at < case.appeal.at:
        yield sentence("the ruling is dated before its appeal ({at}).", at=at_written(case.appeal))
    if case.ruling is not None and fact.at <= case.ruling.at:
        yield sentence("the ruling is not dated after the one that holds ({at}).", at=at_written(case.ruling))
    if case.ruling is not None and case.ruling.granted == fact.granted:
        yield sentence("the appeal is {state} already.", state=sentence("upheld" if fact.granted else "dismissed"))


def _ruled(case: AppealCase, fact: Ruling) -> list[Fact]:
    """The facts of a ruling: itself, the exemption it gives, and the end of one that an earlier ruling gave."""
    facts: list[Fact] = [fact]
    if case.ruling is not None and case.ruling.granted:
        key = key_of(content(_exemption(case, case.ruling)), 1)
        facts.append(Void(at=fact.at, key=key, reason=fact.reason))
    if fact.granted:
        facts.append(_exemption(case, fact))
    return facts


def _exemption(case: AppealCase, fact: Ruling) -> Exempt:
    told = case.appeal
    return Exempt(
        at=fact.at, ticket=told.ticket, unit=told.unit, item=told.item, reason=fact.reason, document=fact.document
    )


def _cases(ledger: Ledger, upto: int | None = None) -> tuple[AppealCase, ...]:
    position = ledger.head().position if upto is None else upto
    return cases_of(standing(ledger, position, ("appeal", "ruling")))


def appeals_waiting(ledger: Ledger, scoring: Scoring, months: Sequence[int]) -> list[int]:
    """The positions of the appeals without a ruling that touch one of the months."""
    return [
        case.position
        for case in _cases(ledger, scoring.snapshot.head.position)
        if case.ruling is None and any(one.month in months for one in effects_of(scoring, case.appeal))
    ]


def appeal_list(
    session: Session, month: str | None = None, unit: str | None = None, *, as_of: str | None = None
) -> AppealList:
    """The appeals that touch a month, of a unit; or all. Raises WrongArgument."""
    number = None if month is None else read_month(month)
    with session.ledger() as opened:
        scoring = session.scoring(opened, as_of)
        unit = None if unit is None else unit_asked(opened, scoring, unit)
        found = [
            Listed(case, list(effects_of(scoring, case.appeal)))
            for case in _cases(opened, scoring.snapshot.head.position)
            if unit in (None, case.appeal.unit)
        ]
        if number is not None:
            found = [one for one in found if any(effect.month == number for effect in one.effects)]
        months = sorted({effect.month for one in found for effect in one.effects if number in (None, effect.month)})
        published = {one: last_document(opened, show_month(one)) for one in months}
        gaps = _gaps(scoring, [effect for one in found for effect in one.effects if effect.month in months])
        lines = _restated(scoring, found, months)
    return AppealList(scoring=scoring, appeals=found, lines=lines, published=published, gaps=gaps)


def _gaps(scoring: Scoring, effects: Sequence[Effect]) -> PeriodGaps:
    return sheet_gaps(scoring, [(effect.sheet, effect.month) for effect in effects])


def _restated(scoring: Scoring, found: Sequence[Listed], months: Sequence[int]) -> Lines:
    """The lines, as of now, of units with an appeal, by month, sheet and unit."""
    units = {one.case.appeal.unit for one in found}
    lines: dict[int, dict[tuple[str, str], UnitScore]] = {}
    for month in months:
        sheets = scoring.sheets(scoring.evidence([month])[month])
        lines[month] = {(one.sheet.id, line.unit): line for one in sheets for line in one.units if line.unit in units}
    return lines
