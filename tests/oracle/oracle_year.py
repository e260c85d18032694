"""The oracle's year: the base sheet of 附件 2 and both years, told slowly from the law alone, one unit at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tests.oracle import oracle
from tests.oracle.oracle import UNREGISTERED, Fact, Readings, Result, clamp, decimal, half_up, month_at, ms_of

NOTICE, UPDATE = "knowledge_notice", "knowledge_updated"
DISGRACE = "negative_impact"
STRICT_CHANNELS = ("中国政府网", "国家政务服务平台")
WITH_STATIONS = ("乡镇", "城市社区管委会")
LEVELS = {"district": 1, "city": 3, "province": 5, "nation": 8}
UPLOADS = {"qa": 10, "other": 5}
EVIDENCE = (
    *("funding", "staff", "regulations", "summary_and_plan", "publicity_piece"),
    *("knowledge_uploaded", "knowledge_reviewed", NOTICE, UPDATE),
    *("training", "leader_meeting", "station_regulations", "station_registers"),
    *("commended", "special_plan", "criticized"),
)


@dataclass(frozen=True, kw_only=True)
class BaseSheet:
    """年度基础考核 of one unit: its items and their total."""

    items: dict[str, Decimal]
    score: Decimal


@dataclass(frozen=True, kw_only=True)
class YearResult:
    """A unit's year: its parts (by sheet, to 2 decimals), and the scores of the months behind them."""

    score: Decimal | None
    rank: int | None
    group: str
    parts: dict[str, Decimal | None]
    months: dict[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class Proofs:
    """A unit's findings of the year, those of all time (an answer may come in the next year), and its exemptions."""

    of_year: list[Fact]
    ever: list[Fact]
    exempt: set[tuple[str, str, str]]
    readings: Readings
    as_of_ms: int

    def of(self, name: str, item: str) -> list[Fact]:
        """The year's findings of one kind, less those on tickets exempted from the item."""
        return [
            fact
            for fact in self.of_year
            if fact["item"] == name and (fact.get("ticket"), fact["unit"], item) not in self.exempt
        ]

    def times(self, name: str, item: str) -> int:
        """How often something was proved."""
        return sum(times(fact) for fact in self.of(name, item))

    def earned(self, item: str, name: str, award: int, cap: int) -> int:
        """What a kind of proof earns, up to a cap."""
        return min(award * self.times(name, item), cap)

    def graded(self, item: str, name: str, prices: Mapping[str, int]) -> int:
        """What a kind of finding is worth by its mode; without a known mode nothing."""
        return sum(times(fact) * prices.get(str(fact.get("mode")), 0) for fact in self.of(name, item))


def times(fact: Fact) -> int:
    """How many occurrences a finding stands for."""
    return int(fact.get("count") or 1)


def months_to_date(year: int, as_of_ms: int) -> list[str]:
    """The months of a year that have begun by as_of."""
    return [month for month in (f"{year}-{number:02d}" for number in range(1, 13)) if month <= month_at(as_of_ms)]


def base_sheet(facts: Sequence[Fact], unit: str, year: int, readings: Readings, as_of_ms: int) -> BaseSheet:
    """年度基础考核 of one unit, item by item."""
    months = months_to_date(year, as_of_ms)
    there = oracle.standing(facts)
    own = [fact for fact in there if fact["kind"] == "finding" and fact["unit"] == unit]
    proofs = Proofs(
        of_year=[fact for fact in own if month_at(ms_of(fact["at"])) in months],
        ever=own,
        exempt=oracle.exemptions(facts, readings),
        readings=readings,
        as_of_ms=as_of_ms,
    )
    group = oracle.groups_at(there, oracle.month_end(months[-1])).get(unit, UNREGISTERED)
    items = {
        "operation": proofs.earned("operation", "funding", 6, 6) + proofs.earned("operation", "staff", 8, 8),
        "institutions": institutions(proofs),
        "publicity": proofs.earned("publicity", "publicity_piece", 2, 16),
        "knowledge": knowledge(proofs),
        "training": proofs.earned("training", "training", 5, 5),
        "leadership": proofs.earned("leadership", "leader_meeting", 5, 20),
        "stations": stations(proofs, group),
        "honours": honours(proofs),
    }
    total = clamp(Fraction(sum(items.values())), 0, 100)
    return BaseSheet(items={name: decimal(Fraction(points)) for name, points in items.items()}, score=decimal(total))


def institutions(proofs: Proofs) -> int:
    """制度建设: regulations 5, summary of the year and plan of the next 5."""
    item = "institutions"
    return proofs.earned(item, "regulations", 5, 5) + proofs.earned(item, "summary_and_plan", 5, 5)


def knowledge(proofs: Proofs) -> int:
    """知识库信息采集、更新: uploaded 10, reviewed 10, every notice not answered in time takes 2, not below 0."""
    uploaded = min(proofs.graded("knowledge", "knowledge_uploaded", UPLOADS), 10)
    reviewed = proofs.earned("knowledge", "knowledge_reviewed", 10, 10)
    # 此项不得分: an upload that does not tell its manner proves none; the year to date is read like the whole year.
    if proofs.readings.unreviewed_knowledge == "whole" and 0 in (uploaded, reviewed):
        return 0
    late = sum(times(notice) for notice in proofs.of(NOTICE, "knowledge") if is_late(notice, proofs))
    return max(uploaded + reviewed - 2 * late, 0)


def is_late(notice: Fact, proofs: Proofs) -> bool:
    """Whether no update with the notice's document came from it on within 2 working days, which are over."""
    start_ms = ms_of(notice["at"])
    limit_ms = oracle.deadline(start_ms, Fraction(2), proofs.readings)
    answered = any(
        fact["item"] == UPDATE
        and fact.get("document") == notice.get("document")
        and start_ms <= ms_of(fact["at"]) <= limit_ms
        for fact in proofs.ever
    )
    return not answered and limit_ms <= proofs.as_of_ms


def stations(proofs: Proofs, group: str) -> int:
    """便民服务站: 乡镇（或城市社区管委会） only, the others have no such work and get full marks."""
    if group not in WITH_STATIONS:
        return 15
    rules = proofs.earned("stations", "station_regulations", 5, 5)
    return rules + proofs.earned("stations", "station_registers", 10, 10)


def honours(proofs: Proofs) -> int:
    """奖惩情况: within 20 points either way; 制定热线特色工作方案 earns its 10 once, however often it is proved."""
    plan = proofs.earned("honours", "special_plan", 10, 10)
    won = Fraction(proofs.graded("honours", "commended", LEVELS) + plan)
    lost = Fraction(proofs.graded("honours", "criticized", LEVELS))
    return int(oracle.bounded(won, lost, 20, proofs.readings))


# -------------------------------------------------------------------------------- years


def year(facts: Sequence[Fact], readings: Readings, year: int, as_of_ms: int) -> dict[str, dict[str, YearResult]]:
    """Both years to date: {"hotline": {unit: YearResult}, "posts": {unit: YearResult}}."""
    everything = oracle.verdicts(facts, readings, as_of_ms)
    there = oracle.standing(facts)
    months = months_to_date(year, as_of_ms)
    books = {period: oracle.books_of(facts, readings, everything, period, as_of_ms) for period in months}
    hotline = {period: oracle.hotline_sheet(one) for period, one in books.items()}
    posts = {period: oracle.posts_sheet(one) for period, one in books.items()}
    groups = oracle.groups_at(there, oracle.month_end(months[-1]))
    void = disgraced(there, months) | late_posts(everything, months)
    bases = {unit: base_sheet(facts, unit, year, readings, as_of_ms).score for unit in groups}
    return {"hotline": hotline_year(worked(hotline, readings), bases, groups), "posts": posts_year(posts, void, groups)}


def worked(sheets: Mapping[str, Mapping[str, Result]], readings: Readings) -> dict[str, dict[str, Result]]:
    """The monthly sheets that enter the 80 %, less the lines filled by the mean where these leave."""
    # 年度考核按实际考核情况得分: a unit without any month of its own then has no month to weigh, and no year.
    return {
        period: {
            unit: line for unit, line in sheet.items() if readings.idle_months == "count" or line.basis == "tickets"
        }
        for period, sheet in sheets.items()
    }


def disgraced(there: Sequence[Fact], months: Sequence[str]) -> set[str]:
    """Units of which a post did harm in these months."""
    return {
        fact["unit"]
        for fact in there
        if fact["kind"] == "finding" and fact["item"] == DISGRACE and month_at(ms_of(fact["at"])) in months
    }


def late_posts(everything: Sequence[oracle.Verdict], months: Sequence[str]) -> set[str]:
    """Units with a late reply on one of the two national channels, counted in these months."""
    return {
        one.unit
        for one in everything
        if (one.measure, one.state) == ("closed", "breached") and one.channel in STRICT_CHANNELS and one.month in months
    }


def hotline_year(
    sheets: Mapping[str, Mapping[str, Result]], bases: Mapping[str, Decimal], groups: Mapping[str, str]
) -> dict[str, YearResult]:
    """80 % of the mean month and 20 % of the base sheet, for units that have both."""
    units = {unit for sheet in sheets.values() for unit in sheet} | set(groups)
    months = {unit: scores_of(sheets, unit) for unit in units}
    parts = {unit: {"hotline": oracle.mean_of([*months[unit].values()]), "base": bases.get(unit)} for unit in units}
    scores: dict[str, Decimal | None] = {}
    for unit in units:
        month, base = parts[unit]["hotline"], parts[unit]["base"]
        both = month is not None and base is not None
        scores[unit] = decimal(half_up((4 * Fraction(month or 0) + Fraction(base or 0)) / 5)) if both else None
    return in_order(scores, parts, months, groups)


def posts_year(
    sheets: Mapping[str, Mapping[str, Result]], void: set[str], groups: Mapping[str, str]
) -> dict[str, YearResult]:
    """The mean month; nothing for those whose year counts nothing."""
    units = {unit for sheet in sheets.values() for unit in sheet} | set(groups)
    months = {unit: scores_of(sheets, unit) for unit in units}
    means = {unit: oracle.mean_of([*months[unit].values()]) for unit in units}
    scores = {unit: Decimal("0.00") if unit in void else means[unit] for unit in units}
    return in_order(scores, {unit: {"posts": means[unit]} for unit in units}, months, groups)


def scores_of(sheets: Mapping[str, Mapping[str, Result]], unit: str) -> dict[str, Decimal]:
    """The months in which a unit has a score."""
    lines = {period: sheet[unit].score for period, sheet in sheets.items() if unit in sheet}
    return {period: score for period, score in lines.items() if score is not None}


def in_order(
    scores: Mapping[str, Decimal | None],
    parts: Mapping[str, dict[str, Decimal | None]],
    months: Mapping[str, dict[str, Decimal]],
    groups: Mapping[str, str],
) -> dict[str, YearResult]:
    """The results with their ranks."""
    return {
        unit: YearResult(
            score=score,
            rank=None if score is None else oracle.rank_of(score, scores.values()),
            group=groups.get(unit, UNREGISTERED),
            parts=parts[unit],
            months=months[unit],
        )
        for unit, score in scores.items()
    }
