"""What `why` prints is enough to do every point again: a reader who knows nothing but the page, and no more than arithmetic."""

import random
import re
from collections.abc import Iterator
from fractions import Fraction

import attrs
import pytest

from kaoping.language.language import Language
from kaoping.office.period.losses import UnitLosses
from kaoping.reports.page import Heading
from kaoping.reports.why import why_page
from ledger.batches import Head
from ledger.snapshot import Snapshot
from scoring.explain.unit import why
from scoring.law.rulebook import Digits, Rulebook
from scoring.scores.scoring import Scoring
from scoring.scores.sheets import Adjustment, sheet_of
from tests.logs import calendar
from tests.scoring.test_arithmetic import court_of, evidence, shipped

MONTHS, FAST = 300, 6
LONG = 90
BOOKS = ("ganxian-2023", "yunshan-2025")
READINGS = ("steps", "rounding", "idle_mean", "reward_bounds", "unreviewed_knowledge", "idle_findings")
SHARE = Fraction(1, 10**6)  # shares are told to 6 decimals; what is left over is with the largest

HEAD = re.compile(r"满分 (\S+)，得 (\S+) 分，失 (\S+) 分")
TITLE = re.compile(r"  (?=[ \d.-]{9}  \S) *(-?[\d.]+)  (\S.*)")
TICKET = re.compile(r"    (?=[ \d.-]{11}  \S) *(-?[\d.]+)  (\S.*)")
RATE = re.compile(r"(?:\S*率|占) ([\d.]+)(…?)%")
COUNTED = re.compile(r"(\S+?) (\d+) 件")
TIMES = re.compile(r"(?:(\S+) )?(\d+) 次 × (-?[\d.]+) 分")


def number(text: str) -> Fraction:
    return Fraction(text.removesuffix("…"))


def half_up(value: Fraction, digits: int) -> Fraction:
    return Fraction((value * 10**digits + Fraction(1, 2)).__floor__(), 10**digits)


def agrees(told: str, value: Fraction) -> bool:
    """Whether a printed number is this one; where it does not end, as far as it is printed."""
    if not told.endswith("…"):
        return number(told) == value
    return half_up(value, len(told.removesuffix("…").partition(".")[2])) == number(told)


@attrs.define
class Redone:
    """A sentence done again: what it makes of its own numbers, below 0 a gain."""

    due: Fraction = Fraction(0)
    rate: Fraction = Fraction(0)
    past: Fraction = Fraction(0)
    shared: Fraction = Fraction(0)


def redone(sentence: str) -> Redone:
    """Clause by clause, each from what stands before it."""
    told = Redone()
    ratios: list[tuple[Fraction | None, Fraction]] = []
    counts: list[Fraction] = []
    whole = Fraction(0)
    for clause in re.split(r"，|：", sentence):
        if found := re.fullmatch(r"其中容错 (\d+) 件(?:（\d+ 件的 [\d.]+% 以内）)?", clause):
            counts[-1] -= int(found[1])
        elif found := re.fullmatch(r"另剔除 (\d+) 件", clause):
            pass
        elif found := COUNTED.fullmatch(clause):
            if len(counts) >= 2:
                ratios, counts = (
                    [*ratios, (None, Fraction(100))] if len(ratios) * 2 < len(counts) - 2 else ratios,
                    counts,
                )
                counts = []
            counts.append(Fraction(found[2]))
        elif found := re.fullmatch(r"合成 ([\d.]+)(…?)%", clause):
            exact = sum(((rate or 0) * weight for rate, weight in ratios), Fraction(0)) / sum(w for _, w in ratios)
            told.rate = exact if found[2] else number(found[1])
            assert agrees(found[1] + found[2], half_up(exact, len(found[1].partition(".")[2])))
        elif found := RATE.fullmatch(clause):
            good = counts[1] if clause.startswith("占") else counts[0] - counts[1]
            exact, digits = 100 * good / counts[0], len(found[1].partition(".")[2])
            assert half_up(exact, digits) == number(found[1]), clause
            told.rate = exact if found[2] else number(found[1])
            ratios.append((told.rate, Fraction(100)))
        elif found := re.fullmatch(r"权重 ([\d.]+)", clause):
            if counts[0]:
                ratios[-1] = (ratios[-1][0], number(found[1]))
            counts = []
        elif found := re.fullmatch(r"比 ([\d.]+)% [低高] ([\d.]+…?) 个百分点", clause):
            told.past = whole = abs(told.rate - number(found[1]))
            assert agrees(found[2], told.past), clause
        elif found := re.fullmatch(r"满 (\d+) 个百分点", clause):
            whole = Fraction(found[1])
            assert whole == told.past.__floor__()
        elif found := re.fullmatch(r"每个([扣加]) ([\d.]+) 分", clause):
            told.due = whole * number(found[2]) * (1 if found[1] == "扣" else -1)
        elif found := re.fullmatch(r"([\d.]+) 分 × ([\d.]+)…?% = ([\d.]+…?) 分", clause):
            reached = number(found[1]) * told.rate / 100
            assert agrees(found[3], reached), clause
            told.due = number(found[1]) - reached
        elif found := re.fullmatch(r"(不足 )?([\d.]+)%( 以上)?", clause):
            assert (told.rate < number(found[2])) == bool(found[1]), clause
        elif found := re.fullmatch(r"([\d.]+) 分得 ([\d.]+) 分", clause):
            told.due = number(found[1]) - number(found[2])
        elif TIMES.search(clause):
            told.due = sum((int(n) * number(price) for _, n, price in TIMES.findall(clause)), Fraction(0))
        elif found := re.fullmatch(r"每满 (\d+) 件加 ([\d.]+) 分", clause):
            told.due = -(counts[0] // int(found[1])) * number(found[2])
        elif found := re.fullmatch(r"应([扣加]) ([\d.]+…?) 分", clause):
            if found[1] == "加" and told.due > 0:
                told.due = -told.due  # its prices are told as what each earns
            assert agrees(found[2], abs(told.due)), (clause, told.due)
        else:
            bound(clause, told)
    return told


def bound(clause: str, told: Redone) -> None:
    """What a bound makes of what was due so far."""
    sign = -1 if told.due < 0 else 1
    if found := re.fullmatch(r"(?:最多[扣加]|扣完为止|扣) ([\d.]+) 分", clause):
        assert number(found[1]) <= abs(told.due), clause
        told.due = sign * number(found[1])
    elif found := re.fullmatch(r"取 (\d+) 位小数 ([\d.]+) 分", clause):
        assert abs(number(found[2]) - abs(told.due)) * 2 <= Fraction(1, 10 ** int(found[1])), clause
        told.due = sign * number(found[2])
    elif found := re.fullmatch(r"同向合计 ([\d.]+) 分", clause):
        told.shared = number(found[1])
    elif found := re.fullmatch(r"以 ([\d.]+) 分为限", clause):
        told.due = told.due * number(found[1]) / told.shared
    elif found := re.fullmatch(r"其中 ([\d.]+…?) 分", clause):
        assert agrees(found[1], abs(told.due)), clause
    else:
        assert re.fullmatch(
            r"保底 .* 分|正好 .*%|通知 \d+ 次|其中容错 .*|满分 .* 分得 .* 分|合计应.*|取本组平均 .*"
            r"|不足 \d+ 件的.*|满.*才考|不满.*的照考并注明",
            clause,
        ), clause


@attrs.define
class ItemTold:
    """An item of the page: what it lost, its sentences each with the lines under it."""

    lost: Fraction
    title: str
    sentences: list[tuple[str, list[tuple[Fraction, str]]]] = attrs.Factory(list)


def items_on(lines: list[str]) -> Iterator[ItemTold]:
    """The items of a sheet; the law's words have no numbers of ours in them."""
    item: ItemTold | None = None
    for line in lines:
        if found := TITLE.fullmatch(line):
            if item is not None:
                yield item
            item = ItemTold(number(found[1]), found[2])
        elif item is not None and (found := TICKET.fullmatch(line)):
            if not item.sentences:
                item.sentences.append(("", []))
            item.sentences[-1][1].append((number(found[1]), found[2]))
        elif (
            item is not None
            and line.startswith(" " * 13)
            and re.search("应[扣加] |满分 .* 分得|扣完为止 |合计应|取本组|分不得", line)
        ):
            item.sentences.append((line.strip(), []))
    if item is not None:
        yield item


def check_item(item: ItemTold) -> int:
    """The item's points from its sentences, and its lines from those; how many lines."""
    text = item.sentences[-1][0] if item.sentences else ""
    if item.title.startswith("整张表"):
        return check_whole(item)
    if found := re.search(r"整项 (\d+) 分不得", text):
        assert item.lost == number(found[1])
        return 1
    if "取本组" in text:
        return 0
    told = [(text, under) for text, under in item.sentences if re.search("应[扣加] ", text) and "合计应" not in text]
    parts = [(redone(text), under) for text, under in told]
    lost = sum((part.due for part, _ in parts), Fraction(0))
    closing = next((text for text, _ in item.sentences if "合计应" in text), None)
    if closing is not None:
        first, *clauses = closing.split("，")
        found = re.fullmatch(r"合计应([扣加]) ([\d.]+…?) 分", first)
        assert found
        assert agrees(found[2], abs(lost)), closing
        ended = Redone(due=lost)
        for clause in clauses:
            bound(clause, ended)
        lost = ended.due
    charged = lost
    if found := re.search(r"满分 ([\d.]+) 分得 ([\d.]+) 分", text):
        lost = number(found[1]) - number(found[2])
        assert max(-charged, 0) == number(found[2]) or charged > 0 or number(found[2]) == 0
    assert lost == item.lost, (item, lost)
    return check_lines(parts, charged, earned="满分" in text)


def check_lines(parts: list[tuple[Redone, list[tuple[Fraction, str]]]], lost: Fraction, *, earned: bool) -> int:
    """Every line under a sentence: what it lost, as the item's bounds cut it, over those that share it."""
    total = sum((part.due for part, _ in parts), Fraction(0))
    scale = lost / total if total else Fraction(1)
    count = sum(len(under) for _, under in parts)
    left = SHARE * (count + 1)
    for part, under in parts:
        mine = [pair for pair in under if "不能归到" not in pair[1] and "没有得到" not in pair[1]]
        if mine and not earned and total:
            assert abs(sum((points for points, _ in mine), Fraction(0)) - part.due * scale) <= left
        for points, text in mine:
            if found := re.search(r"(\d+) 件分摊", text):
                assert int(found[1]) <= len(mine)
                if int(found[1]) == len(mine):
                    assert abs(points - part.due * scale / int(found[1])) <= left
    return count


def check_whole(item: ItemTold) -> int:
    ((_, lines),) = item.sentences
    ((points, text),) = lines
    if found := re.search(r"(-?[\d.]+…?) 分变为 (-?[\d.]+) 分", text):
        assert agrees(found[1], number(found[2]) + points)
    elif found := re.search(r"(\d+) 个单位合计 ([\d.]+) 分，平均 ([\d.]+) 分", text):
        mean = number(found[2]) / int(found[1])
        assert number(found[3]) in (half_up(mean, 1), half_up(mean, 2))
    elif found := re.search(r"([\d.]+) 分失 (-?[\d.]+) 分，空出的 ([\d.]+) 分按比例再失 (-?[\d.]+) 分", text):
        assert abs(number(found[2]) * number(found[3]) / number(found[1]) - points) <= Fraction(1, 20)
        assert number(found[4]) == points
    else:
        raise AssertionError(text)
    return 1


@pytest.mark.parametrize(("digits", "lost"), [(1, "2.5"), (2, "2.50"), (3, "2.500")])
def test_points_have_as_many_decimals_as_the_rulebook_says(digits: int, lost: str) -> None:
    book = attrs.evolve(shipped("ganxian-2023"), digits=Digits(rate=2, item=digits, total=digits))
    court = court_of(book)
    month = evidence(book, random.Random(1))
    sheet = book.sheet("hotline")
    line = attrs.evolve(
        sheet_of(court, sheet, month).units[0], items=(), adjustments=(Adjustment("bounds", Fraction("-2.5"), before=Fraction(90)),),
        score=sheet.points - Fraction("2.5"), basis="tickets",
    )  # fmt: skip
    scoring = Scoring(
        snapshot=Snapshot(head=Head(0, ""), findings=(), enrolments=(), voids=()),
        book=book,
        calendar=calendar(),
        as_of=10**14,
    )
    told = why_page(
        Language("zh"), UnitLosses(scoring=scoring, unit=line.unit, lines=[(sheet, line, why(sheet, line))])
    )
    page = "\n".join(str(getattr(block, "text", block)) for block in told.blocks)
    assert f"失 {lost} 分" in page
    assert f" {lost}  " in page


def pages(seed: int) -> Iterator[list[str]]:
    """The lines of `why` for every unit of a random month, sheet by sheet."""
    draw = random.Random(f"told {seed}")
    book: Rulebook = shipped(BOOKS[seed % 2])
    taken = {one.id: draw.choice(list(one.options)) for one in book.readings if one.id in READINGS}
    at = court_of(attrs.evolve(book, taken=taken))
    month = evidence(book, draw)
    scoring = Scoring(
        snapshot=Snapshot(head=Head(0, ""), findings=(), enrolments=(), voids=()),
        book=at.book,
        calendar=calendar(),
        as_of=0,
    )
    for on in at.book.sheets:
        for unit in sheet_of(at, on, month).units:
            if unit.score is not None:
                told = why_page(
                    Language("zh"), UnitLosses(scoring=scoring, unit=unit.unit, lines=[(on, unit, why(on, unit))])
                )
                yield [one.text if isinstance(one, Heading) else str(one) for one in told.blocks]


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(n, marks=[pytest.mark.slow, *([pytest.mark.long] if n >= LONG else [])] if n >= FAST else [])
        for n in range(0, MONTHS, FAST)
    ],
)
def test_whoever_holds_the_page_can_do_every_point_again(seed: int) -> None:
    counted = 0
    for number_ in range(seed, seed + FAST):
        for lines in pages(number_):
            head = HEAD.search(lines[0])
            assert head
            items = list(items_on(lines[1:]))
            counted += sum(map(check_item, items))
            assert sum((item.lost for item in items), Fraction(0)) == number(head[3])
            assert number(head[1]) - number(head[2]) == number(head[3])
    assert counted > 50
