"""The arithmetic of rules: each kind just before, on and after its thresholds, and what holds for all evidence."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.instants import read_iso
from kaoping.files import folder
from ledger.facts import Finding
from ledger.snapshot import snapshot_of
from metrics.derive import clock_of
from metrics.measures import CATALOGUE, SIGNED, Strike
from metrics.tallies import Tally
from scoring.explain.unit import Line, why
from scoring.law.arithmetic import added, half_up, held
from scoring.law.rulebook import Cap, Digits, Item, Part, Rulebook, Sheet, Tier, Veto
from scoring.law.terms import Board, Grade, Limit
from scoring.scores.evidence import UNENROLLED, Charge, Evidence, Missing, together
from scoring.scores.honours import Standing, boards_of, grades_of
from scoring.scores.scoring import Scoring, recompute
from scoring.scores.shares import shares_of
from scoring.scores.sheets import (
    ItemScore,
    Judging,
    SheetScore,
    UnitScore,
    group_means,
    marginal,
    ranked,
    sheet_of,
    unit_score,
    without,
)
from scoring.scores.years import year_of
from tests.logs import calendar, ledger_of, translated

UNIT, CHANNEL, MAY = "茅店镇", "12345", 202305
Counts = Mapping[str, tuple[int, int]]
relaxed = settings(deadline=None, max_examples=60)


def fraction(text: str | int) -> Fraction:
    return Fraction(str(text))


def item(*parts: Part, points: int = 10, **more: Any) -> Item:
    return Item(id="one", title="一项", points=Fraction(points), place="第一条", words="原文", parts=parts, **more)


def sheet(*items: Item, points: int | None = None, **more: Any) -> Sheet:
    full = sum((one.points for one in items if not one.extra), Fraction(0)) if points is None else Fraction(points)
    return Sheet(id="s", title="表", place="附件", points=full, items=items, **{"channels": (CHANNEL,), **more})


@cache
def shipped(name: str) -> Rulebook:
    return folder.rulebook(name)


def court_of(book: Rulebook) -> Judging:
    return Judging(book, clock_of(calendar(), book.practice()), as_of=10**14)


def judging(*sheets: Sheet, **readings: str) -> Judging:
    """The 2023 rules with other sheets."""
    return court_of(attrs.evolve(shipped("ganxian-2023"), sheets=sheets, years=(), taken=readings))


def case(measure: str, number: int, unit: str = UNIT, channel: str = CHANNEL) -> Charge:
    return Charge(measure, f"{channel}-{measure}-{number}", unit, 1, channel, True, number)


def found(name: str, position: int, unit: str = UNIT, at: int = 1_683_600_000_000, **more: Any) -> Charge:
    fact = Finding(at=at, unit=unit, item=name, **more)
    return Charge(name, fact.ticket, unit, 0, "", True, at, fact, position)


def month_of(counts: Counts, findings: Sequence[Charge] = (), groups: Mapping[str, str] | None = None) -> Evidence:
    return Evidence(
        months=(MAY,),
        tallies={(name, UNIT, CHANNEL, MAY): Tally(*pair) for name, pair in counts.items()},
        breaches={(name, UNIT): [case(name, n) for n in range(pair[1])] for name, pair in counts.items()},
        exempted=(), exemptions=frozenset(), findings={UNIT: findings}, every_finding={UNIT: findings},
        groups=groups if groups is not None else {UNIT: "乡镇"},
    )  # fmt: skip


def judged(one: Item, counts: Counts, findings: Sequence[Charge] = (), **readings: str) -> ItemScore:
    on = sheet(one)
    return unit_score(judging(on, **readings), on, month_of(counts, findings), UNIT).items[0]


# each kind of part


RATE = Part(kind="rate", measure="closed", at_least=Fraction(90))
OVER = Part(kind="rate", measure="redone", over="volume", at_most=Fraction(3))
STEEP = Part(kind="rate", measure="closed", at_least=Fraction(90), slope=Fraction(2))
GAIN = Part(kind="rate", measure="closed", at_least=Fraction(90), gain=Fraction(1, 2), gain_cap=Fraction(2))
SCALED = Part(kind="scaled", measure="closed", pass_line=Fraction(60))
TIERS = Part(
    kind="tiers", measure="closed", tiers=tuple(Tier(at_least=Fraction(a), points=Fraction(p)) for a, p in ((95, 10), (90, 6)))
)  # fmt: skip
WEIGHED = Part(kind="scaled", weights={"closed": Fraction(60), "satisfied": Fraction(40)})
CASES = Part(kind="cases", measure="sealed", price=Fraction(3))
TOLERANT = attrs.evolve(STEEP, tolerated=2)
TOLERANT_OVER = attrs.evolve(OVER, tolerated_percent=Fraction(1))
TOLERANT_HALF = attrs.evolve(RATE, at_least=Fraction(100), tolerated_percent=Fraction(1, 2))
TOLERANT_CASES = attrs.evolve(CASES, tolerated=1)
TOLERANT_WEIGHED = attrs.evolve(WEIGHED, tolerated=1)
TOLERANT_TIERS = attrs.evolve(TIERS, tolerated=1)
FEW = attrs.evolve(RATE, few=5)
FEW_MARKED = attrs.evolve(RATE, few=5, when_few="mark")
FEW_WEIGHED = attrs.evolve(WEIGHED, few=5)
FEW_OF_CLOSED = attrs.evolve(FEW_WEIGHED, few_of="closed")
FEW_OF_CLOSED_MARKED = attrs.evolve(FEW_OF_CLOSED, when_few="mark")
TOLERANT_VOLUME = Part(
    kind="cases", measure="extended_second", over="volume", price=Fraction(1), tolerated_percent=Fraction(2)
)

TABLE: list[tuple[Part, Counts, str]] = [
    (RATE, {}, "10"),
    (RATE, {"closed": (10000, 999)}, "10"),
    (RATE, {"closed": (100, 10)}, "10"),
    (RATE, {"closed": (10000, 1001)}, "9.99"),
    (RATE, {"closed": (100, 20)}, "0"),
    (RATE, {"closed": (100, 21)}, "0"),
    (OVER, {"redone": (5, 5)}, "10"),
    (OVER, {"volume": (100, 0)}, "10"),
    (OVER, {"volume": (100, 0), "redone": (3, 3)}, "10"),
    (OVER, {"volume": (10000, 0), "redone": (301, 301)}, "9.99"),
    (OVER, {"volume": (100, 0), "redone": (13, 13)}, "0"),
    (OVER, {"volume": (1, 0), "redone": (3, 3)}, "0"),
    (STEEP, {"closed": (100, 11)}, "8"),
    (STEEP, {"closed": (100, 14)}, "2"),
    (STEEP, {"closed": (100, 15)}, "0"),
    (GAIN, {"closed": (100, 10)}, "10"),
    (GAIN, {"closed": (100, 8)}, "11"),
    (GAIN, {"closed": (100, 6)}, "12"),
    (GAIN, {"closed": (100, 0)}, "12"),
    (GAIN, {"closed": (100, 11)}, "9"),
    (SCALED, {}, "10"),
    (SCALED, {"closed": (100, 0)}, "10"),
    (SCALED, {"closed": (100, 39)}, "6.1"),
    (SCALED, {"closed": (100, 40)}, "6"),
    (SCALED, {"closed": (10000, 4001)}, "0"),
    (SCALED, {"closed": (3, 1)}, "6.67"),
    (TIERS, {}, "10"),
    (TIERS, {"closed": (10000, 499)}, "10"),
    (TIERS, {"closed": (100, 5)}, "10"),
    (TIERS, {"closed": (10000, 501)}, "6"),
    (TIERS, {"closed": (10, 1)}, "6"),
    (TIERS, {"closed": (10000, 1001)}, "0"),
    (WEIGHED, {"closed": (100, 10), "satisfied": (50, 10)}, "8.6"),
    (WEIGHED, {"closed": (100, 10)}, "9"),
    (WEIGHED, {"satisfied": (10, 2)}, "8"),
    (WEIGHED, {}, "10"),
    (CASES, {}, "10"),
    (CASES, {"sealed": (9, 3)}, "1"),
    (CASES, {"sealed": (9, 4)}, "0"),
    (TOLERANT, {"closed": (100, 12)}, "10"),
    (TOLERANT, {"closed": (100, 13)}, "8"),
    (TOLERANT, {"closed": (1, 1)}, "10"),
    (TOLERANT_OVER, {"volume": (100, 0), "redone": (4, 4)}, "10"),
    (TOLERANT_OVER, {"volume": (99, 0), "redone": (4, 4)}, "8.96"),  # 1 % of 99 is none: 4.04 %
    (TOLERANT_OVER, {"volume": (100, 0), "redone": (5, 5)}, "9"),
    (TOLERANT_HALF, {"closed": (399, 2)}, "9.75"),  # one of two: 99.75 %
    (TOLERANT_HALF, {"closed": (400, 2)}, "10"),
    (TOLERANT_HALF, {"closed": (400, 3)}, "9.75"),
    (TOLERANT_CASES, {"sealed": (9, 1)}, "10"),
    (TOLERANT_CASES, {"sealed": (9, 2)}, "7"),
    (TOLERANT_CASES, {"sealed": (9, 4)}, "1"),
    (TOLERANT_WEIGHED, {"closed": (10, 1), "satisfied": (10, 1)}, "10"),
    (TOLERANT_WEIGHED, {"closed": (10, 2), "satisfied": (10, 1)}, "9.4"),
    (TOLERANT_TIERS, {"closed": (10, 1)}, "10"),
    (TOLERANT_TIERS, {"closed": (10, 2)}, "6"),
    (FEW, {"closed": (4, 4)}, "10"),
    (FEW, {"closed": (5, 5)}, "0"),
    (FEW_MARKED, {"closed": (4, 1)}, "0"),
    (FEW_WEIGHED, {"closed": (5, 1), "satisfied": (4, 4)}, "8"),
    (FEW_WEIGHED, {"closed": (5, 1), "satisfied": (5, 5)}, "4.8"),
    (FEW_WEIGHED, {"closed": (4, 1), "satisfied": (4, 4)}, "10"),
    (FEW_WEIGHED, {"closed": (4, 4), "satisfied": (10, 5)}, "5"),
    (FEW_OF_CLOSED, {"closed": (4, 4), "satisfied": (10, 5)}, "10"),
    (FEW_OF_CLOSED, {"satisfied": (10, 5)}, "10"),
    (FEW_OF_CLOSED, {"closed": (5, 1), "satisfied": (4, 4)}, "4.8"),  # 60 % of 80, and 40 % of 0
    (FEW_OF_CLOSED, {"closed": (5, 1)}, "8"),
    (FEW_OF_CLOSED_MARKED, {"closed": (4, 4), "satisfied": (10, 5)}, "2"),
    (FEW_OF_CLOSED_MARKED, {"closed": (5, 1), "satisfied": (4, 4)}, "4.8"),
    (TOLERANT_VOLUME, {"volume": (100, 0), "extended_second": (4, 4)}, "8"),
    (TOLERANT_VOLUME, {"volume": (100, 0), "extended_second": (2, 2)}, "10"),
    (TOLERANT_VOLUME, {"volume": (99, 0), "extended_second": (2, 2)}, "9"),
    (TOLERANT_VOLUME, {"volume": (49, 0), "extended_second": (1, 1)}, "9"),
    (TOLERANT_VOLUME, {"extended_second": (3, 3)}, "7"),
]


@pytest.mark.parametrize(("part", "counts", "score"), TABLE, ids=[f"{p.kind}-{dict(c)}" for p, c, _ in TABLE])
def test_each_kind_of_part(part: Part, counts: Counts, score: str) -> None:
    cap = Fraction(12) if part.gain else Fraction(10)
    assert judged(item(part, cap=cap), counts).score == fraction(score)


@pytest.mark.parametrize(
    ("breaches", "proportional", "whole"),
    [(1000, "10", "10"), (1001, "9.99", "10"), (1099, "9.01", "10"), (1100, "9", "9"), (1199, "8.01", "9"), (1200, "8", "8")],
)  # fmt: skip
def test_steps_are_proportional_or_whole(breaches: int, proportional: str, whole: str) -> None:
    counts = {"closed": (10000, breaches)}
    assert judged(item(RATE), counts, steps="proportional").score == fraction(proportional)
    assert judged(item(RATE), counts, steps="whole").score == fraction(whole)


def test_a_rate_is_rounded_before_it_is_judged_unless_only_the_item_is() -> None:
    counts = {"volume": (800, 0), "redone": (25, 25)}  # 3.125 %
    assert judged(item(OVER), counts, rounding="staged").score == fraction("9.87")
    assert judged(item(OVER), counts, rounding="final").score == fraction("9.88")


def test_rates_are_rounded_before_they_are_weighed_where_the_rulebook_says_so() -> None:
    part = Part(kind="scaled", weights={"closed": Fraction(50), "satisfied": Fraction(50)})
    counts = {"closed": (3, 1), "satisfied": (9, 7)}  # 66.666 % and 22.222 %
    tenths = attrs.evolve(shipped("ganxian-2023"), digits=Digits(rate=1))
    for one, rounding, rate in (
        (part, "staged", "44.4"), (attrs.evolve(part, round_rates=True), "staged", "44.5"),
        (attrs.evolve(part, round_rates=True), "final", Fraction(400, 9)),
    ):  # fmt: skip
        on = sheet(item(one, points=100))
        at = court_of(attrs.evolve(tenths, sheets=(on,), years=(), taken={"rounding": rounding}))
        assert unit_score(at, on, month_of(counts), UNIT).items[0].parts[0].rate == Fraction(rate)


def test_the_earliest_breaches_are_the_tolerated_ones_and_cost_nothing() -> None:
    scored = judged(item(TOLERANT), {"closed": (100, 14)})
    assert (scored.score, scored.parts[0].tolerated, scored.parts[0].breaches) == (Fraction(6), 2, 14)
    assert [share.charge.at for share in scored.shares if share.charge] == [*range(2, 14)], "12 of 14 share 4 points"
    assert sum(share.points for share in scored.shares) == 4
    pair = Part(kind="pairs", finding="x", answered_by="y", limit=Fraction(1), price=Fraction(3), tolerated=1)
    late = [found("x", position, document=str(position), count=count) for position, count in enumerate((1, 2))]
    assert judged(item(pair), {}, late[:1]).score == 10
    assert judged(item(pair), {}, late).score == 4, "the first of three; the second notice says two"


def test_too_few_are_told_and_as_nothing_to_divide_by() -> None:
    notes = [
        judged(item(one), {"closed": (count, count)}).parts[0].note for one in (FEW, FEW_MARKED) for count in (0, 4, 5)
    ]
    assert notes == ["no_denominator", "few", "", "no_denominator", "few_marked", ""]
    spread = sheet(item(FEW, when_empty="respread"), attrs.evolve(item(CASES), id="two"))
    assert scored_on(spread, {"closed": (4, 4), "sealed": (9, 1)}).score == 14, "3 of 10 lost, so 6 of 20"
    assert scored_on(spread, {"closed": (5, 5), "sealed": (9, 1)}).score == 7


def test_what_is_few_is_noted_by_what_decides_it() -> None:
    notes = {
        (name, closed, rated): judged(item(one), {"closed": (closed, closed), "satisfied": (rated, rated)})
        .parts[0]
        .note
        for name, one in (("each", FEW_WEIGHED), ("closed", FEW_OF_CLOSED), ("marked", FEW_OF_CLOSED_MARKED))
        for closed, rated in ((4, 10), (10, 4), (5, 5), (0, 0), (0, 10))
    }
    assert {place: note for place, note in notes.items() if note} == {
        ("each", 4, 10): "few", ("each", 10, 4): "few", ("closed", 4, 10): "few", ("closed", 0, 10): "few",
        ("marked", 4, 10): "few_marked", ("marked", 0, 10): "few_marked",
        **{(name, 0, 0): "no_denominator" for name in ("each", "closed", "marked")},
    }  # fmt: skip


def test_a_penalty_without_a_bound_takes_all_and_the_sheet_holds_the_total() -> None:
    penalty = attrs.evolve(
        item(attrs.evolve(PRICED, price=Fraction(3)), points=0, extra=True, floor=None), id="criticism"
    )
    counts, criticised = {"closed": (10, 0)}, [found("x", 1, count=40)]
    for floor, total, told in ((Fraction(0), 0, "bounds"), (None, -110, ""), (Fraction(-50), -50, "bounds")):
        on = sheet(item(RATE), penalty, floor=floor)
        unit = scored_on(on, counts, criticised)
        assert unit.score == total, "10 - 120"
        assert [one.score for one in unit.items] == [10, -120]
        assert [one.code for one in unit.adjustments] == ([told] if told else [])
    reward = attrs.evolve(item(PRAISED, points=0, extra=True, cap=None), id="praise")
    on = sheet(item(RATE), reward, cap=None)
    assert scored_on(on, counts, criticised).score == 50
    each = unit_score(judging(on, reward_bounds="each_side"), on, month_of(counts, criticised), UNIT)
    assert each.score == 50, "and no side is bounded either"


def test_findings_on_a_unit_that_is_not_on_the_sheet_are_told() -> None:
    penalty = attrs.evolve(item(PRICED, points=0, extra=True, floor=None), id="criticism")
    on = sheet(item(RATE), penalty, groups=("乡镇",))
    other = attrs.evolve(sheet(item(PRICED), groups=("街道",)), id="streets")
    units = {"甲": "乡镇", "乙": "街道", "丙": "部门", UNIT: "乡镇"}
    month = attrs.evolve(
        month_of({"closed": (10, 0)}, [found("x", 1)], units),
        findings={unit: [found("x", 9, unit), found("y", 10, unit)] for unit in (*units, "误写镇")},
    )
    scored = sheet_of(judging(on, other), on, month)
    assert [one.unit for one in scored.units] == [UNIT]
    assert [(one.unit, one.name) for one in scored.idle] == [("丙", "x"), ("甲", "x"), ("误写镇", "x")], (
        "乙 is on the other sheet"
    )
    everyone = sheet_of(
        judging(attrs.evolve(on, without_tickets="everyone")), attrs.evolve(on, without_tickets="everyone"), month
    )
    assert "甲" not in {one.unit for one in everyone.idle}


BY_MODE = Part(kind="findings", finding="x", by="mode", prices={"sms": Fraction(1), "written": Fraction(2)})
BY_ROLE = Part(kind="findings", finding="x", by="role", prices={"lead": Fraction(2), "assist": Fraction(1)})
BY_READING = Part(kind="findings", finding="x", price_reading="media_exposure")
PRICED = Part(kind="findings", finding="x", price=Fraction(1, 2))
PRAISED = Part(kind="findings", finding="x", price=Fraction(-1))
AWARDED = Part(kind="awards", finding="x", award=Fraction(3))
AWARDED_BY_MODE = Part(kind="awards", finding="x", by="mode", prices={"qa": Fraction(10), "other": Fraction(5)})

FINDINGS: list[tuple[Part, list[dict[str, Any]], str]] = [
    (BY_MODE, [], "0"),
    (BY_MODE, [{"mode": "sms"}], "-1"),
    (BY_MODE, [{"mode": "written", "count": 3}], "-6"),
    (BY_MODE, [{"mode": "written"}, {"mode": "sms"}], "-3"),
    (BY_MODE, [{"mode": "smoke"}], "0"),
    (BY_ROLE, [{"role": "lead"}, {"role": "assist"}], "-3"),
    (BY_ROLE, [{}], "0"),
    (BY_READING, [{}, {}], "-4"),
    (PRICED, [{"count": 3}], "-1.5"),
    (PRICED, [{"count": 20}], "-10"),
    (PRICED, [{"count": 21}], "-10"),
    (PRAISED, [{"count": 2}], "2"),
    (PRAISED, [{"count": 99}], "10"),
    (attrs.evolve(PRICED, tolerated=2), [{"count": 2}], "0"),
    (attrs.evolve(PRICED, tolerated=2), [{"count": 3}], "-0.5"),
    (attrs.evolve(BY_MODE, tolerated=1), [{"mode": "smoke"}, {"mode": "written"}, {"mode": "sms"}], "-1"),
    (attrs.evolve(BY_MODE, tolerated=3), [{"mode": "sms", "count": 2}, {"mode": "written", "count": 2}], "-2"),
    (AWARDED, [{}], "3"),
    (AWARDED, [{"count": 3}], "9"),
    (AWARDED, [{"count": 4}], "10"),
    (AWARDED_BY_MODE, [{"mode": "other"}], "5"),
    (AWARDED_BY_MODE, [{"mode": "qa"}, {"mode": "other"}], "10"),
    (AWARDED_BY_MODE, [{"mode": "fax"}], "0"),
]


@pytest.mark.parametrize(("part", "facts", "score"), FINDINGS, ids=[f"{p.kind}-{f}" for p, f, _ in FINDINGS])
def test_findings_and_awards(part: Part, facts: list[dict[str, Any]], score: str) -> None:
    findings = [found("x", position, **fact) for position, fact in enumerate(facts)]
    assert judged(item(part, extra=True, floor=Fraction(-10)), {}, findings).score == fraction(score)


@pytest.mark.parametrize(
    ("group", "volume", "won"),
    [("职能单位", 49, 0), ("职能单位", 50, 1), ("职能单位", 52, 1), ("乡镇", 21, 2), ("乡镇", 19, 1), ("乡镇", 999, 10),
     (UNENROLLED, 99, 0)],
)  # fmt: skip
def test_a_bonus_for_each_full_so_many(group: str, volume: int, won: int) -> None:
    one = item(Part(kind="bonus", measure="volume", per={"职能单位": 50, "乡镇": 10}), extra=True)
    on = sheet(one)
    scored = unit_score(judging(on), on, month_of({"volume": (volume, 0)}, groups={UNIT: group}), UNIT)
    assert scored.items[0].score == won


def test_a_part_with_points_of_its_own_loses_and_wins_no_more_than_those() -> None:
    two = (attrs.evolve(RATE, id="a", points=Fraction(4)), attrs.evolve(CASES, id="b", points=Fraction(6)))
    assert judged(item(*two), {"closed": (100, 90)}).score == 6
    assert judged(item(*two), {"sealed": (9, 9)}).score == 4
    won = attrs.evolve(GAIN, id="a", points=Fraction(4))
    scored = judged(item(won, points=4, cap=Fraction(6)), {"closed": (100, 6)})
    assert (scored.score, scored.parts[0].score) == (Fraction(6), Fraction(6))
    earned = judged(
        item(attrs.evolve(AWARDED, id="c", points=Fraction(5)), full=Fraction(0)), {}, [found("x", 0, count=2)]
    )
    assert (earned.score, earned.parts[0].score) == (Fraction(5), Fraction(5))


def test_an_item_keeps_to_its_floor_and_its_cap() -> None:
    low = judged(item(RATE, floor=Fraction(3)), {"closed": (100, 99)})
    assert (low.score, low.lost) == (Fraction(3), Fraction(7))
    high = judged(item(GAIN, cap=Fraction(11)), {"closed": (100, 0)})
    assert (high.score, high.lost) == (Fraction(11), Fraction(-1))
    assert high.shares[0].charge is None, "no breach won these points"


def test_units_an_item_does_not_concern_get_its_points_and_of_an_extra_nothing() -> None:
    plain = item(RATE, concerns=("职能单位",))
    extra = attrs.evolve(plain, id="two", extra=True, full=Fraction(0))
    on = sheet(plain, extra)
    scored = unit_score(judging(on), on, month_of({"closed": (2, 2)}), UNIT)
    assert [one.score for one in scored.items] == [10, 0]
    assert why(on, scored) == ()


# sums, bounds and vetoes


def scored_on(on: Sheet, counts: Counts, findings: Sequence[Charge] = ()) -> UnitScore:
    return unit_score(judging(on), on, month_of(counts, findings), UNIT)


def awarded(name: str, award: int, **more: Any) -> Item:
    part = Part(kind="awards", finding=name, award=Fraction(award))
    return attrs.evolve(item(part, points=20, extra=True), id=name, **more)


def test_items_and_extras_are_summed_then_clamped_or_clamped_then_added() -> None:
    rich = item(GAIN, cap=Fraction(12))
    loss = attrs.evolve(item(attrs.evolve(PRICED, price=Fraction(1)), extra=True, floor=Fraction(-10)), id="loss")
    counts, findings = {"closed": (100, 0)}, [found("x", 0)]
    assert scored_on(sheet(rich, loss), counts, findings).score == 10, "12 - 1, at most 10"
    assert scored_on(sheet(rich, loss, order="clamp_then_add"), counts, findings).score == 9, "12, at most 10, - 1"
    reward = awarded("x", 5)
    assert scored_on(sheet(rich, reward, order="clamp_then_add", cap=Fraction(13)), counts, findings).score == 13
    assert scored_on(sheet(rich, reward, cap=Fraction(20)), counts, findings).score == 17


def test_a_group_of_items_is_bounded_together() -> None:
    items = (item(GAIN, cap=Fraction(12)), attrs.evolve(item(RATE), id="two"))
    group = Cap(items=("one", "two"), cap=Fraction(15), floor=Fraction(4), words="两项合计不超过 15 分")
    on = sheet(*items, caps=(group,))
    top = scored_on(on, {"closed": (100, 0)})
    assert top.score == 15
    assert Line(code="group_cap", points=Fraction(7), words=group.words, place="附件") in why(on, top)
    assert scored_on(on, {"closed": (100, 95)}).score == 4


def test_a_group_of_extras_is_bounded_after_they_are_added() -> None:
    group = Cap(items=("x", "y"), cap=Fraction(6))
    on = sheet(item(RATE), awarded("x", 5), awarded("y", 5), caps=(group,), order="clamp_then_add", cap=Fraction(20))
    assert scored_on(on, {}, [found("x", 0), found("y", 1)]).score == 16


def test_points_of_an_empty_item_go_to_the_others() -> None:
    empty = attrs.evolve(item(attrs.evolve(RATE, measure="responded"), points=5, when_empty="respread"), id="two")
    on = sheet(item(RATE), empty)
    scored = scored_on(on, {"closed": (100, 12)})  # 2 of 10 lost, so 3 of 15
    assert scored.score == 12
    assert Line(code="respread", points=Fraction(1), words="原文", place="第一条") in why(on, scored)
    three = scored_on(sheet(item(RATE, points=7), empty), {"closed": (100, 11)})  # 1 of 7, so 12/7 of 12
    assert three.score == fraction("10.29")
    both = scored_on(sheet(attrs.evolve(empty, id="one"), empty), {})
    assert both.score == 10, "nothing to spread on"


def test_a_veto_counts_the_period_nothing() -> None:
    breach = Veto(title="逾期", words="当月计 0 分", place="第九条", measure="closed")
    on = sheet(item(RATE), vetoes=(breach,))
    assert scored_on(on, {"closed": (100, 0)}).score == 10
    gone = scored_on(on, {"closed": (100, 11)})
    assert gone.score == 0
    assert Line(code="veto", points=Fraction(9), words="当月计 0 分", place="第九条") in why(on, gone)
    elsewhere = sheet(item(RATE), vetoes=(attrs.evolve(breach, channels=("市长信箱",)),))
    assert scored_on(elsewhere, {"closed": (100, 1)}).score == 10
    finding = sheet(item(RATE), vetoes=(Veto(title="弄虚作假", words="当月计 0 分", place="第九条", finding="fake"),))
    assert scored_on(finding, {}, [found("fake", 0)]).score == 0
    assert scored_on(finding, {}, [found("fair", 0)]).score == 10


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "holds"),
    [(None, None, True), (date(2023, 5, 31), None, True), (date(2023, 6, 1), None, False), (date(2023, 5, 15), None, True),
     (None, date(2023, 5, 31), True), (None, date(2023, 5, 30), False), (None, date(2023, 4, 30), False)],
)  # fmt: skip
def test_what_holds_on_the_last_day_of_a_month_holds_for_the_month(
    valid_from: date | None, valid_until: date | None, holds: bool
) -> None:
    assert item(RATE, valid_from=valid_from, valid_until=valid_until).holds(MAY) is holds


# several units


def of_units(counts: Mapping[str, Counts], groups: Mapping[str, str]) -> Evidence:
    """Evidence of several units."""
    return Evidence(
        months=(MAY,),
        tallies={(name, unit, CHANNEL, MAY): Tally(*p) for unit, one in counts.items() for name, p in one.items()},
        breaches={
            (name, unit): [case(name, n, unit) for n in range(p[1])] for unit, one in counts.items() for name, p in one.items()
        },
        exempted=(), exemptions=frozenset(), findings={}, groups=groups,
    )  # fmt: skip


GROUPS = {"甲": "乡镇", "乙": "乡镇", "丙": "乡镇", "丁": "职能单位", "戊": "职能单位"}


def lines(score: SheetScore) -> dict[str, tuple[Fraction | None, int | None]]:
    return {one.unit: (one.score, one.rank) for one in score.units}


def test_an_empty_item_takes_the_mean_of_its_group() -> None:
    one = item(RATE, when_empty="group_mean")
    on = sheet(one, attrs.evolve(item(CASES), id="two"))
    month = of_units(
        {"甲": {"closed": (100, 10)}, "乙": {"closed": (100, 15)}, "丙": {"volume": (3, 0)}, "丁": {"volume": (1, 0)}}, GROUPS
    )  # fmt: skip
    score = sheet_of(judging(on), on, month)
    assert {unit: score for unit, (score, _) in lines(score).items()} == {
        "甲": 20, "乙": 15, "丙": fraction("17.5"), "丁": 20
    }  # fmt: skip
    for unit in score.units:
        assert sum(line.points for line in why(on, unit)) == 20 - (unit.score or 0)


def test_a_group_s_mean_is_of_those_judged() -> None:
    """Who has the item in full, as nothing tells it or it does not concern the unit, makes no mean."""
    one = item(RATE, when_empty="group_mean")
    on = sheet(one, attrs.evolve(item(CASES), id="two"))
    month = of_units({"甲": {"closed": (100, 15)}, "乙": {"volume": (100, 0)}, "丙": {"volume": (3, 0)}}, GROUPS)
    month = attrs.evolve(month, missing=Missing(untold={("closed", "乙", CHANNEL, "close"): 100}))
    court = judging(on)
    court = attrs.evolve(court, book=attrs.evolve(court.book, untold="full"))
    assert group_means(court, on, month, "甲乙丙") == {("乡镇", "one"): 5}
    assert {unit: score for unit, (score, _) in lines(sheet_of(court, on, month)).items()} == {
        "甲": 15,
        "乙": 20,
        "丙": 15,
    }
    other = sheet(attrs.evolve(one, concerns=("职能单位",)))
    assert group_means(court, other, month, "甲乙丙") == {}


@pytest.mark.parametrize(("reading", "mean"), [("all", "6.67"), ("group", "7.5")])
def test_a_unit_without_tickets_gets_the_mean_of_all_or_of_its_group(reading: str, mean: str) -> None:
    on = sheet(item(RATE), without_tickets="mean")
    month = of_units({"甲": {"closed": (100, 10)}, "乙": {"closed": (100, 15)}, "丁": {"closed": (100, 15)}}, GROUPS)
    score = sheet_of(judging(on, idle_mean=reading), on, month)
    assert lines(score)["丙"][0] == fraction(mean)
    assert lines(score)["戊"][0] == (fraction(mean) if reading == "all" else 5)


def test_a_sheet_of_some_groups_ranks_only_those() -> None:
    month = of_units({unit: {"closed": (100, 10 + n)} for n, unit in enumerate(GROUPS)}, GROUPS)
    towns = sheet(item(RATE), groups=("乡镇",))
    assert lines(sheet_of(judging(towns), towns, month)) == {
        "甲": (Fraction(10), 1), "乙": (Fraction(9), 2), "丙": (Fraction(8), 3)
    }  # fmt: skip
    apart = sheet(item(RATE), ranking="group")
    assert {unit: rank for unit, (_, rank) in lines(sheet_of(judging(apart), apart, month)).items()} == {
        "甲": 1, "乙": 2, "丙": 3, "丁": 1, "戊": 2
    }  # fmt: skip


def line(unit: str, score: str | None, second: str = "0", group: str = "") -> UnitScore:
    one = ItemScore(item=item(RATE), score=fraction(second))
    return UnitScore(
        unit=unit, group=group, score=None if score is None else fraction(score), basis="tickets", items=(one,)
    )  # fmt: skip


def test_equal_scores_share_a_rank() -> None:
    units = [line("甲", "90"), line("乙", "95"), line("丙", "95"), line("丁", "80"), line("戊", None), line("己", "80")]
    assert [(one.unit, one.rank) for one in ranked(units)] == [
        ("丙", 1), ("乙", 1), ("甲", 3), ("丁", 4), ("己", 4), ("戊", None)
    ]  # fmt: skip
    assert [one.rank for one in ranked([line("甲", "1"), line("乙", "3"), line("丙", "2"), line("丁", "2")])] == [
        1,
        2,
        2,
        4,
    ]


def test_a_second_key_orders_equal_scores() -> None:
    units = [line("甲", "95", "5"), line("乙", "95", "9"), line("丙", "90", "10"), line("丁", "95", "9")]
    assert [(one.unit, one.rank) for one in ranked(units, ties="one")] == [("丁", 1), ("乙", 1), ("甲", 3), ("丙", 4)]
    assert [one.rank for one in ranked(units)] == [1, 1, 1, 4]


def test_ranks_within_groups() -> None:
    units = [
        line("甲", "9", group="东"),
        line("乙", "8", group="西"),
        line("丙", "8", group="东"),
        line("丁", "8", group="西"),
    ]
    told = {one.unit: one.rank for one in ranked(units, ranking="group")}
    assert told == {"甲": 1, "丙": 2, "乙": 1, "丁": 1}


# listed apart, grades, the red and the black list


def test_units_without_tickets_and_with_none_due_are_listed_apart() -> None:
    month = of_units(
        {"甲": {"closed": (100, 12), "volume": (9, 0)}, "乙": {"volume": (3, 0)}, "丁": {"closed": (100, 11)}}, GROUPS
    )  # fmt: skip
    plain = sheet(item(RATE), without_tickets="mean")
    assert [one.rank for one in sheet_of(judging(plain), plain, month).units] == [1, 2, 2, 2, 5]
    both = attrs.evolve(plain, apart=("no_tickets", "none_due"))
    score = sheet_of(judging(both), both, month)
    assert score.apart == {"no_tickets": ("丙", "戊"), "none_due": ("乙",)}
    assert [(one.unit, one.score, one.rank) for one in score.units] == [
        ("丁", Fraction(9), 1), ("甲", Fraction(8), 2), ("乙", Fraction(10), None), ("丙", Fraction(9), None), ("戊", Fraction(9), None)
    ]  # fmt: skip
    named = attrs.evolve(both, without_tickets="unranked", apart=("no_tickets",))
    score = sheet_of(judging(named), named, month)
    assert score.apart == {"no_tickets": ("丙", "戊")}
    assert [(one.unit, one.rank) for one in score.units] == [("乙", 1), ("丁", 2), ("甲", 3)]


def standing(unit: str, score: str, rank: int | None, group: str = "") -> Standing:
    return Standing(unit=unit, group=group, score=fraction(score), rank=rank)


def test_grades_by_score_on_both_sides_of_the_line() -> None:
    grades = (Grade(grade="优", at_least=Fraction(90)), Grade(grade="良", at_least=Fraction(80)), Grade(grade="差"))
    units = [standing("甲", "90", 1), standing("乙", "89.99", 2), standing("丙", "80", 3), standing("丁", "79.99", 4)]
    assert grades_of([*units, standing("戊", "99", None)], grades, "sheet") == {
        "甲": "优",
        "乙": "良",
        "丙": "良",
        "丁": "差",
    }


@pytest.mark.parametrize(("ranked", "best"), [(4, 0), (5, 1), (9, 1), (10, 2), (14, 2), (15, 3)])
def test_grades_by_quota_are_rounded_down(ranked: int, best: int) -> None:
    grades = (Grade(grade="A", first_percent=Fraction(20)), Grade(grade="B"))
    units = [standing(str(n), str(100 - n), n) for n in range(1, ranked + 1)]
    assert [*grades_of(units, grades, "sheet").values()].count("A") == best


def test_grades_by_rank_of_equals_within_groups_and_of_both() -> None:
    grades = (Grade(grade="A", first=2, at_least=Fraction(90)), Grade(grade="B"))
    equal = [standing("甲", "95", 1), standing("乙", "92", 2), standing("丙", "92", 2), standing("丁", "91", 4)]
    assert grades_of(equal, grades, "sheet") == {"甲": "A", "乙": "A", "丙": "A", "丁": "B"}
    low = [standing("甲", "95", 1, "东"), standing("乙", "89", 1, "西"), standing("丙", "94", 2, "东")]
    assert grades_of(low, grades, "group") == {"甲": "A", "乙": "B", "丙": "A"}
    half = (Grade(grade="A", first_percent=Fraction(50)), Grade(grade="B"))
    assert grades_of(low, half, "group") == {"甲": "A", "乙": "B", "丙": "B"}, "half of 东 is one, half of 西 none"


def board(**more: Any) -> Board:
    return Board(words="红黑榜", place="第九条", **more)


def test_the_red_and_the_black_list_are_of_each_group() -> None:
    units = [
        standing("甲", "95", 1, "东"), standing("乙", "90", 2, "东"), standing("丙", "80", 3, "东"), standing("丁", "80", 3, "东"),
        standing("戊", "70", 5, "西"), standing("己", "60", None, "西"),
    ]  # fmt: skip
    assert boards_of(units, board(red=1, black=1)) == {"甲": "red", "丙": "black", "丁": "black", "戊": "red"}
    assert boards_of(units, board(red=1, red_at_least=Fraction(95))) == {"甲": "red"}
    assert boards_of(units, board(red=1, red_at_least=Fraction("95.01"))) == {}
    assert boards_of(units, board(black=2, black_below=Fraction(80))) == {"戊": "black"}
    assert boards_of(units, board(black=1, black_below=Fraction("80.01"))) == {
        "丙": "black",
        "丁": "black",
        "戊": "black",
    }
    assert boards_of(units, board(red=4, black=4)) == dict.fromkeys("甲乙丙丁戊", "red"), "nobody is on both"
    assert boards_of(units, None) == {}


# shares


@given(
    st.lists(st.fractions(-20, 20, max_denominator=60), min_size=1, max_size=12),
    st.fractions(-20, 20, max_denominator=100),
)
def test_shares_add_up_exactly(weights: list[Fraction], lost: Fraction) -> None:
    charges = [(case("closed", n), "one", weight) for n, weight in enumerate(weights)]
    if not sum(weights) and lost:
        with pytest.raises(ValueError, match="no cause"):
            shares_of(lost, charges)
        return
    shares = shares_of(lost, charges)
    assert sum(share.points for share in shares) == lost
    if len(set(weights)) == 1:
        assert len({share.points for share in shares[1:]}) <= 1, "equal causes have equal shares but for the remainder"


def test_a_reward_and_a_loss_that_balance_are_both_told() -> None:
    parts = (PRAISED, Part(kind="findings", finding="y", price=Fraction(1)))
    scored = judged(item(*parts, extra=True, floor=Fraction(-10)), {}, [found("x", 0), found("y", 1)])
    assert scored.score == 0
    assert [share.points for share in scored.shares] == [-1, 1]


@given(st.lists(st.fractions(max_denominator=10**6)))
def test_added_is_the_sum(numbers: list[Fraction]) -> None:
    assert added(numbers) == sum(numbers)


@given(st.fractions(max_denominator=10**6), st.integers(0, 6))
def test_half_up_is_the_nearest_and_halves_go_up(number: Fraction, digits: int) -> None:
    rounded, step = half_up(number, digits), Fraction(1, 10**digits)
    assert (rounded / step).denominator == 1
    assert -step / 2 < rounded - number <= step / 2


# what holds for all evidence


UNITS = ("甲", "乙", "丙", "丁", "戊")
MEASURES = tuple(measure for measure in CATALOGUE if measure.name != "volume")


def evidence(book: Rulebook, draw: random.Random) -> Evidence:
    """A month of anything: counts, breaches, exemptions and findings the rulebook knows, and one it does not."""
    month = book.valid_from.year * 100 + book.valid_from.month
    groups = sorted(
        {group for on in book.sheets for group in on.groups} | {g for _, _, p in book.parts() for g in p.per}
    )
    enrolled = {unit: draw.choice(groups) for unit in UNITS[:4]}
    tallies: dict[tuple[str, str, str, int], Tally] = {}
    breaches: dict[tuple[str, str], list[Charge]] = {}
    exempted: list[Charge] = []
    exemptions: set[tuple[str, str, str]] = set()
    names = [one.name_of(part) for _, one, part in book.parts()]
    for unit in UNITS:
        for channel in sorted({channel for on in book.sheets for channel in on.channels}):
            if draw.random() < 0.4:
                continue
            size = draw.choice((1, 3, 20, 100))
            tallies["volume", unit, channel, month] = Tally(draw.randint(0, size), 0)
            for measure in MEASURES:
                breached = draw.randint(0, draw.choice((0, 1, size)))
                count = breached if isinstance(measure, Strike) else breached + draw.randint(0, size)
                tallies[measure.name, unit, channel, month] = Tally(count, breached)
                charges = [case(measure.name, n, unit, channel) for n in range(breached)]
                breaches.setdefault((measure.name, unit), []).extend(charges)
                if charges and draw.random() < 0.1:
                    exempted.append(charges[0])
                    exemptions.add((charges[0].ticket or "", unit, draw.choice(names)))
    at = 86_400_000 * (book.valid_from.toordinal() - date(1970, 1, 1).toordinal())
    findings = {unit: list(some_findings(book, unit, at, draw)) for unit in UNITS}
    return Evidence(
        months=(month,), tallies=tallies, breaches=breaches, exempted=exempted, exemptions=frozenset(exemptions),
        findings=findings, every_finding=findings, groups=enrolled,
    )  # fmt: skip


def some_findings(book: Rulebook, unit: str, at: int, draw: random.Random) -> Iterator[Charge]:
    parts = [part for _, _, part in book.parts() if part.finding]
    vetoes = [veto.finding for veto in book.vetoes() if veto.finding]
    for position in range(draw.randint(0, 12)):
        part = draw.choice(parts)
        mode = draw.choice([*part.prices, "odd"]) if part.by == "mode" else None
        yield found(
            part.finding, position, unit, at + 86_400_000 * draw.randint(0, 27), mode=mode, count=draw.choice((1, 1, 2, 9)),
            role=draw.choice(("lead", "assist", None)), document=draw.choice("甲乙"),
        )  # fmt: skip
    if draw.random() < 0.1:
        yield found(draw.choice([*vetoes, "unknown"]), 99, unit, at)


books = st.sampled_from(["ganxian-2023", "yunshan-2025"])
draws = st.randoms(use_true_random=False)


def under(name: str, draw: random.Random) -> Judging:
    """A rulebook with some readings taken at random."""
    book = shipped(name)
    taken = {
        one.id: draw.choice(list(one.options)) for one in book.readings if one.id in ("steps", "rounding", "idle_mean")
    }
    return court_of(attrs.evolve(book, taken=taken))


@relaxed
@given(name=books, draw=draws)
def test_scores_keep_to_their_bounds_and_why_adds_up(name: str, draw: random.Random) -> None:
    at = under(name, draw)
    month = evidence(at.book, draw)
    for on in at.book.sheets:
        for unit in sheet_of(at, on, month).units:
            if unit.score is None:
                continue
            assert held(unit.score, on.floor, on.cap) == unit.score
            assert unit.score == half_up(unit.score, at.book.digits.total)
            assert sum(one.points for one in why(on, unit)) == on.points - unit.score
            for one in unit.items:
                assert (
                    held(
                        one.score,
                        None if one.item.floor is None else min(one.item.floor, one.item.points),
                        one.item.cap,
                    )
                    == one.score
                )
                assert one.score == half_up(one.score, at.book.digits.item)
                assert sum(share.points for share in one.shares) == one.item.full - one.score
                assert all(part.score <= part.part.points for part in one.parts if part.part.points is not None)


@relaxed
@given(name=books, draw=draws)
def test_one_more_breach_never_raises_a_score(name: str, draw: random.Random) -> None:
    at = under(name, draw)
    month = evidence(at.book, draw)
    met = {
        place: tally for place, tally in month.tallies.items() if place[0] != "volume" and tally.breaches < tally.count
    }  # fmt: skip
    if not met:
        return
    place = draw.choice(sorted(met))
    measure, unit, channel, _ = place
    more = attrs.evolve(
        month,
        tallies={**month.tallies, place: Tally(met[place].count, met[place].breaches + 1)},
        breaches={**month.breaches, (measure, unit): [*month.breaches.get((measure, unit), ()), case(measure, 999, unit, channel)]},
    )  # fmt: skip
    for on in at.book.sheets:
        before, after = unit_score(at, on, month, unit), unit_score(at, on, more, unit)
        assert (after.score or 0) <= (before.score or 0)
        assert all(then.score <= now.score for now, then in zip(before.items, after.items, strict=True))


@relaxed
@given(name=books, draw=draws)
def test_one_more_finding_never_moves_a_score_the_other_way(name: str, draw: random.Random) -> None:
    at = under(name, draw)
    month = evidence(at.book, draw)
    on, _, part = draw.choice(
        [(on, one, part) for on, one, part in at.book.parts() if part.kind in ("findings", "awards")]
    )
    mode, role = next(iter(part.prices), None), "lead"
    more = found(part.finding, 500, UNITS[0], 1_700_000_000_000, mode=mode, role=role)
    then = attrs.evolve(month, findings={**month.findings, UNITS[0]: [*month.findings[UNITS[0]], more]})
    before, after = (unit_score(at, on, one, UNITS[0]).score or Fraction(0) for one in (month, then))
    rises = part.kind == "awards" or (part.price or Fraction(0)) < 0
    assert after >= before if rises else after <= before


@relaxed
@given(name=books, draw=draws)
def test_a_breach_that_had_been_met_would_cost_nothing_less(name: str, draw: random.Random) -> None:
    at = under(name, draw)
    month = evidence(at.book, draw)
    charges = [charge for cases in month.breaches.values() for charge in cases if charge not in month.exempted]
    notices = {
        part.finding for _, _, part in at.book.parts() if part.kind in ("findings", "pairs") and (part.price or 1) > 0
    }
    charges += [charge for found_ in month.findings.values() for charge in found_ if charge.name in notices]
    for charge in draw.sample(charges, min(len(charges), 6)):
        for on in at.book.sheets:
            assert marginal(at, on, month, charge) >= 0
        assert charge not in without(month, charge).breaches.get((charge.name, charge.unit), ())
        assert charge not in without(month, charge).findings[charge.unit]


@relaxed
@given(name=books, draw=draws)
def test_ranks_follow_scores(name: str, draw: random.Random) -> None:
    at = under(name, draw)
    month = evidence(at.book, draw)
    for on in at.book.sheets:
        units = sheet_of(at, on, month).units
        for one in units:
            rivals = [other for other in units if on.ranking == "sheet" or other.group == one.group]
            better = [
                other
                for other in rivals
                if other.score is not None and one.score is not None and other.score > one.score
            ]
            assert one.rank is None if one.score is None else (one.rank or 0) > len(better)
            if on.ties == "share" and one.score is not None:
                assert one.rank == len(better) + 1


@relaxed
@given(draw=draws)
def test_months_together_are_judged_as_one_period(draw: random.Random) -> None:
    at = court_of(shipped("yunshan-2025"))
    month = evidence(at.book, draw)
    later = attrs.evolve(
        month, months=(202412,), tallies={(*place[:3], 202412): tally for place, tally in month.tallies.items()}
    )
    both, on = together([month, later]), at.book.sheet("inspection")
    for unit in UNITS:
        one, two = unit_score(at, on, month, unit).items[0], unit_score(at, on, both, unit).items[0]
        assert one.parts[0].rate == two.parts[0].rate, "twice the same makes the same rate"


# a year that starts in November, with quarters, half-years and groups of their own


def life(ticket: str, unit: str, day: str, signed: str) -> list[dict[str, Any]]:
    """A ticket of the 12345热线 of one day: dispatched at 9:00, signed, and all the rest in time."""
    at = f"{day}T{{}}:00+08:00"
    return [
        {"kind": "dispatch", "ticket": ticket, "unit": unit, "channel": "12345热线", "limit_days": 5, "at": at.format("09:00")},
        {"kind": "sign", "ticket": ticket, "at": at.format(signed)},
        {"kind": "contact", "ticket": ticket, "at": at.format("17:10")},
        {"kind": "close", "ticket": ticket, "at": at.format("17:20")},
    ]  # fmt: skip


@pytest.fixture(scope="module")
def scoring(tmp_path_factory: pytest.TempPathFactory) -> Scoring:
    start = "2024-10-01T00:00:00+08:00"
    groups = {"东街": "街道", "西街": "街道", "城建局": "部门", "档案局": "部门"}
    facts = [{"kind": "enrol", "unit": unit, "group": group, "at": start} for unit, group in groups.items()]
    facts += (
        life("1", "东街", "2024-11-05", "10:00")
        + life("2", "西街", "2024-11-05", "17:31")
        + life("3", "城建局", "2025-10-15", "10:00")
    )
    facts += [
        {"kind": "finding", "unit": "西街", "item": "ys_training", "mode": "host", "at": "2025-05-06T10:00:00+08:00"}
    ]
    with ledger_of(tmp_path_factory.mktemp("year") / "year.db", translated(facts)) as ledger:
        seen = snapshot_of(ledger, ledger.head().position)
        return recompute(seen, shipped("yunshan-2025"), calendar(), as_of=1_763_000_000_000)


def test_a_year_from_november_of_its_own_groups(scoring: Scoring) -> None:
    streets, departments = (year_of(scoring, rule, 2025, 202511) for rule in scoring.book.years)
    assert (streets.months[0], streets.months[-1], streets.whole) == (202411, 202510, True)
    # 东街: 120 at most; 50; 60. 西街: signing 5 instead of 22 (and 36 of 37 together), so 105; 50; (60 + 80) / 2.
    assert [(one.unit, one.score, one.rank) for one in streets.units] == [
        ("东街", 100, 1), ("西街", fraction("90.5"), 2)
    ]  # fmt: skip
    periods = {one.component.sheet: one.periods for one in streets.units[1].components}
    assert periods["streets"] == ((202411, Fraction(105)),)
    assert [month for month, _ in periods["inspection"]] == [202501, 202504, 202507, 202510]
    assert periods["foundation"] == ((202504, Fraction(60)), (202510, Fraction(80)))
    # 档案局 had no ticket: the mean of the departments that had one.
    told = [(one.unit, one.score, one.rank) for one in departments.units]
    assert told == [("城建局", Fraction(92), 1), ("档案局", Fraction(92), 1)]


def test_a_year_to_date_counts_the_periods_begun(scoring: Scoring) -> None:
    streets = year_of(scoring, scoring.book.years[0], 2025, 202412)
    assert (streets.months, streets.whole) == ((202411, 202412), False)
    periods = {one.component.sheet: one.periods for one in streets.units[0].components}
    assert [month for month, _ in periods["inspection"]] == [202412]


@pytest.mark.parametrize(
    ("name", "month", "months"),
    [("streets", 202503, (202503,)), ("inspection", 202411, (202411, 202412, 202501)), ("inspection", 202501, (202411, 202412, 202501)),
     ("inspection", 202502, (202502, 202503, 202504)), ("foundation", 202510, (202505, 202506, 202507, 202508, 202509, 202510))],
)  # fmt: skip
def test_the_period_a_month_lies_in(name: str, month: int, months: tuple[int, ...]) -> None:
    book = shipped("yunshan-2025")
    assert book.period(book.sheet(name), month) == months


def test_the_second_year_of_a_sheet_without_one_is_the_calendar_year() -> None:
    book = attrs.evolve(shipped("ganxian-2023"), years=())
    assert book.period(book.sheet("base"), 202305) == tuple(range(202301, 202313))


def test_a_part_with_channels_of_its_own_has_its_limit_on_those() -> None:
    part = Part(kind="cases", measure="signed", price=Fraction(1), limit=Fraction(1), channels=("市长信箱",))
    book = attrs.evolve(shipped("ganxian-2023"), sheets=(sheet(item(part)),))
    assert book.practice().limits == {("signed", "市长信箱"): 2}


def changed_limit(*limits: Limit, **more: Any) -> Rulebook:
    part = Part(kind="scaled", weights={"signed": Fraction(50), "responded": Fraction(50)}, limits=limits, **more)
    return attrs.evolve(shipped("ganxian-2023"), sheets=(sheet(item(part)),))


def test_a_weighted_mean_has_the_limits_of_its_measures() -> None:
    limits = (Limit(measure="signed", days=Fraction(1)), Limit(measure="responded", days=Fraction(2)))
    practice = changed_limit(*limits).practice()
    assert practice.limits == {("signed", CHANNEL): 2, ("responded", CHANNEL): 4}
    assert practice.later_limits == {}


def test_a_limit_changes_with_the_day_of_the_dispatch() -> None:
    july = read_iso("2023-07-01T00:00:00+08:00")
    limits = (
        Limit(measure="signed", days=Fraction(1), valid_until=date(2023, 6, 30)),
        Limit(measure="signed", days=Fraction(1, 2), valid_from=date(2023, 7, 1)),
    )
    practice = changed_limit(*limits).practice()
    assert practice.limits == {("signed", CHANNEL): 2}
    assert practice.later_limits == {("signed", CHANNEL): ((july, 1),)}
    assert [practice.halves_at(SIGNED, CHANNEL, at) for at in (july - 1, july)] == [2, 1]
    assert practice.halves_at(SIGNED, "another", july) == 1, "that of the measure itself"


def test_an_item_written_twice_has_each_its_own_limit() -> None:
    part = Part(kind="cases", measure="signed", price=Fraction(1), limit=Fraction(1))
    twice = (
        item(part, valid_until=date(2023, 6, 30)),
        item(attrs.evolve(part, limit=Fraction(2)), valid_from=date(2023, 7, 1)),
    )
    book = attrs.evolve(shipped("ganxian-2023"), sheets=(sheet(*twice),))
    assert book.practice().later_limits == {("signed", CHANNEL): ((read_iso("2023-07-01T00:00:00+08:00"), 4),)}
    alike = attrs.evolve(book, sheets=(sheet(twice[0], attrs.evolve(twice[1], parts=(part,))),))
    assert (alike.practice().limits, alike.practice().later_limits) == ({("signed", CHANNEL): 2}, {})
