"""A county's hotline work that never happened: whole lives of tickets from a seed, as a platform would export them.

The units are those of 赣县区, their tickets are not. There is no citizen in it: no name, no telephone, no address.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import count, pairwise
from pathlib import Path
from random import Random
from typing import TypeVar

import attrs

from calendars.clock import Clock, instant
from calendars.instants import EPOCH_DAY, show_iso
from ledger.exchange import canonical
from ledger.facts import Enrol, Exempt, Fact, Finding

T = TypeVar("T")
LOG, FACTS = "工单日志.csv", "单位与考评记录.jsonl"
MINUTE_MS = 60_000
DAY_MINUTES = 420  # of a working day: what is asked in minutes is taken in parts of a day
DAYS_AFTER = 10  # working days that the log goes on after its last month
NEXT_DAY = "next_day"

# Names from busy to quiet: the place in the list makes the share of the tickets.
TOWNS = (
    "梅林镇", "茅店镇", "江口镇", "五云镇", "王母渡镇", "储潭镇", "田村镇", "南塘镇", "吉埠镇", "沙地镇", "湖江镇",
    "韩坊镇", "三溪乡", "大埠乡", "阳埠乡", "大田乡", "石芫乡", "白鹭乡", "长洛乡",
)  # fmt: skip
OFFICES = (
    "区城管局", "区住建局", "区公安局", "区教科体局", "区人社局", "区自然资源局", "区交通运输局", "区市场监管局",
    "区卫健委", "区农业农村局", "区水利局", "区医保局", "区民政局", "区生态环境局", "区应急管理局", "区林业局",
    "区文广新旅局", "区退役军人局", "区司法局", "区发改委", "区商务局", "区财政局", "区信访局", "区残联",
)  # fmt: skip
IDLE, STRANGER = "区档案馆", "赣县供电公司"  # no ticket in any month; never enrolled
POSTS = ("中国政府网", "国家政务服务平台", "问政江西", "问政赣州")
SUBJECTS = (
    "城乡建设->物业管理", "城乡建设->供水供电", "交通运输->道路设施", "劳动人事->拖欠工资", "生态环境->噪声扰民",
    "教育文体->学校管理", "卫生健康->医疗保障", "农业农村->土地流转", "市场监管->消费纠纷",
)  # fmt: skip

# Our columns and kinds of fact in the words of the profile `hotline-log`, its own first choice for each.
HEADINGS = {
    "ticket": "工单编号", "seq": "环节序号", "kind": "操作", "unit": "承办单位", "at": "操作时间", "channel": "渠道",
    "role": "工单性质", "anonymous": "是否匿名", "limit_days": "处理时限", "limit_unit": "处理时限单位",
    "category": "问题分类", "days": "延期天数", "about": "审批事项", "granted": "审批结果", "reason": "原因",
    "rating": "最终满意度", "contacted": "是否联系市民", "resolved": "是否解决",
}  # fmt: skip
KINDS = {
    "dispatch": "派单", "sign": "签收", "contact": "联系", "return": "退单", "extend": "延期", "decide": "审批",
    "redo": "退回重办", "close": "办结", "seal": "盖章", "survey": "回访",
}  # fmt: skip

# How often things go wrong in a round, in an ordinary unit; a unit's slack and its weak spot multiply it.
HABITS = {
    "sign": 0.044, "contact": 0.026, "close": 0.02, "displease": 0.044, "redo": 0.04, "extend": 0.12,
    "return": 0.14, "seal": 0.05, "neglect": 0.005,
}  # fmt: skip
WEAK_SPOTS = ("sign", "contact", "close", "displease", "redo", "extend")
LIMITS = ((5, 82), (3, 9), (1, 4), (10, 5))  # working days
SPANS = (((510, 720), 45), ((720, 810), 4), ((810, 1080), 43), ((1080, 1320), 6), ((390, 510), 2))  # minutes of a day
SIGNED = (((2, 40), 62), ((40, 120), 28), ((120, 185), 10))  # minutes of working time
PLEASED = (
    ("满意", 62), ("非常满意", 9), ("基本满意", 10), ("比较满意", 3), ("一般", 4), ("理解", 1),
    ("未评价", 6), ("无人接听", 4), ("未接通", 1),
)  # fmt: skip
DISPLEASED = (("不满意", 80), ("非常不满意", 20))
UNREACHED = ("未评价", "无人接听", "未接通")

# What people find: (item, how often among a thousand tickets, the words of its detail).
FOUND: tuple[tuple[str, int, Mapping[str, tuple[str, ...]]], ...] = (
    ("praise", 5, {}), ("complaint", 3, {}), ("poor_result", 6, {}), ("notice_unsynced", 2, {}), ("exposure", 1, {}),
    ("supervised", 4, {"mode": ("sms", "phone", "wechat", "written", "leader", "onsite")}),
    ("mishandled", 2, {"role": ("lead", "lead", "assist")}),
    ("poor_reply", 1, {}), ("repeat_post", 1, {}), ("post_supervised", 1, {}),
)  # fmt: skip
OF_POSTS = ("poor_reply", "repeat_post", "post_supervised")


@attrs.frozen(kw_only=True)
class Unit:
    """A unit, its group (none: not enrolled), its share of the tickets; how slack it works, and where most."""

    name: str
    group: str | None
    share: int
    slack: float = 1.0
    weak_spot: str = ""

    def chance(self, habit: str) -> float:
        """How often this goes wrong here."""
        return HABITS[habit] * self.slack * (2 if habit == self.weak_spot else 1)


ROSTER = (
    *(Unit(name=name, group="乡镇", share=16 - place * 3 // 4) for place, name in enumerate(TOWNS)),
    *(Unit(name=name, group="职能单位", share=120 // (place + 2)) for place, name in enumerate(OFFICES)),
    Unit(name=IDLE, group="职能单位", share=0),
    Unit(name=STRANGER, group=None, share=6),
)


@attrs.frozen
class Simulated:
    """`log`: one row per event, by heading. `facts`: enrolments, findings, exemptions in the exchange format."""

    log: tuple[Mapping[str, str], ...]
    facts: tuple[Mapping[str, object], ...]


@attrs.define(kw_only=True)
class Life:
    """A ticket's life while it is lived: what happened so far, the clock, and chance."""

    rng: Random
    clock: Clock
    ticket: str
    channel: str
    limit: int
    anonymous: bool
    category: str
    unit: Unit
    began: int
    displeased: bool = False
    neglected: bool = False
    rows: list[tuple[int, str, Mapping[str, str]]] = attrs.Factory(list)

    def write(self, at: int, kind: str, unit: Unit, **cells: str) -> int:
        """Write an event; returns its instant."""
        self.rows.append((at, kind, {"unit": unit.name, **cells}))
        return at

    def happens(self, chance: float) -> bool:
        """True that often."""
        return self.rng.random() < chance

    def due(self, at: int, limit: int | str, reading: str | None = None) -> int:
        """The deadline that many working days after an instant."""
        return self.clock.deadline(at, limit, reading).due_ms

    def later(self, at: int, low: int, high: int) -> int:
        """Some minutes of working time later, and some seconds."""
        days = Fraction(self.rng.randint(low, high), DAY_MINUTES)
        return self.clock.deadline(at, days, "elapsed").due_ms + self.rng.randrange(60) * 1000

    def within(self, start: int, due: int, low: int, high: int) -> int:
        """After some hundredths of the working time that is left; where none is left, soon."""
        left = self.clock.elapsed(start, due) * self.rng.randint(low, high) / 100
        if left <= 0:
            return self.later(start, 10, 120)
        return self.clock.deadline(start, left, "elapsed").due_ms


def simulate(
    seed: int,
    first_month: str = "2023-05",
    months: int = 1,
    tickets_per_month: int = 2500,
    *,
    clock: Clock,
    roster: Sequence[Unit] = ROSTER,
) -> Simulated:
    """Some months of a county's work. The same arguments give the same rows, on every machine.

    Acts may fall into the month after the last; the log ends ten working days into it.
    """
    rng = Random(seed)
    units = _with_habits(rng, roster)
    first = date.fromisoformat(f"{first_month}-01")
    counted = (divmod(first.year * 12 + first.month - 1 + n, 12) for n in range(months + 1))
    starts = [date(year, month + 1, 1) for year, month in counted]
    facts: list[Fact] = [
        Enrol(at=_midnight(date(first.year, 1, 1)), unit=unit.name, group=unit.group) for unit in units if unit.group
    ]
    lives: list[Life] = []
    for start, end in pairwise(starts):
        month = _month(rng, clock, units, (start, end), tickets_per_month)
        facts += _facts(rng, month, start)
        lives += month
    last = clock.deadline(_midnight(starts[-1]) - 1, DAYS_AFTER, NEXT_DAY).due_ms
    return Simulated(
        log=tuple(row for life in lives for row in _rows(life, last)),
        facts=tuple(canonical(fact) for fact in facts if fact.at <= last),
    )


def write(simulated: Simulated, folder: Path) -> list[Path]:
    """Write the log as csv and the facts as JSON Lines into a folder; returns both paths."""
    paths = [folder / LOG, folder / FACTS]
    for path, data in zip(paths, (csv_of(simulated), jsonl_of(simulated)), strict=True):
        path.write_bytes(data)
    return paths


def csv_of(simulated: Simulated) -> bytes:
    """The log as csv, in the encoding that Excel takes for UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(HEADINGS.values()), restval="")
    writer.writeheader()
    writer.writerows(simulated.log)
    return text.getvalue().encode("utf-8-sig")


def jsonl_of(simulated: Simulated) -> bytes:
    """The facts as JSON Lines, for profile `events`."""
    return "".join(json.dumps(fact, ensure_ascii=False) + "\n" for fact in simulated.facts).encode()


def sample(clock: Clock) -> Simulated:
    """The small month in data/samples: twelve units, one of them without a ticket."""
    names = (*TOWNS[:6], *OFFICES[:5], IDLE)
    return simulate(7, tickets_per_month=120, clock=clock, roster=[unit for unit in ROSTER if unit.name in names])


# a month


def _with_habits(rng: Random, roster: Iterable[Unit]) -> list[Unit]:
    """Units on a ladder from diligent to slack, in an order of chance: most work well, few do not."""
    units = list(roster)
    places = list(range(len(units)))
    rng.shuffle(places)
    ladder = [place / max(len(units) - 1, 1) for place in places]
    return [
        attrs.evolve(unit, slack=0.3 + 1.45 * rung * rung, weak_spot=rng.choice(WEAK_SPOTS))
        for unit, rung in zip(units, ladder, strict=True)
    ]


def _month(rng: Random, clock: Clock, units: Sequence[Unit], month: tuple[date, date], tickets: int) -> list[Life]:
    """The lives of the tickets that came in a month, in the order they came."""
    shares = [unit.share for unit in units]
    lives: list[Life] = []
    for number, at in _arrivals(rng, clock, month, tickets):
        life = Life(
            rng=rng, clock=clock, ticket=number, channel="12345" if rng.random() < 0.88 else rng.choice(POSTS),
            limit=_weighed(rng, LIMITS), anonymous=rng.random() < 0.1, category=rng.choice(SUBJECTS),
            unit=rng.choices(units, shares)[0], began=at,
        )  # fmt: skip
        _live(life, rng.choices(units, shares, k=2))
        lives.append(life)
    return lives


def _arrivals(rng: Random, clock: Clock, month: tuple[date, date], tickets: int) -> Iterator[tuple[str, int]]:
    """(ticket number, instant) of each ticket: mostly on working days in office hours; the hotline never closes."""
    days = [month[0] + timedelta(days=n) for n in range((month[1] - month[0]).days)]
    weights = [10 if clock.calendar.day(day).working else 3 for day in days]
    at = sorted(
        (day, rng.randrange(*_weighed(rng, SPANS)) * MINUTE_MS + rng.randrange(60) * 1000)
        for day in rng.choices(days, weights, k=tickets)
    )
    number, before = 0, month[1]
    for day, ms in at:
        number = number + 1 if day == before else 1
        before = day
        yield f"GX{day:%Y%m%d}-{number:04}", _midnight(day) + ms


# a ticket's life


def _live(life: Life, others: Sequence[Unit]) -> None:
    """From the first dispatch to the last survey, with the unit that keeps it in the end."""
    at = _dispatch(life, life.unit, life.began)
    if others[0] != life.unit and life.happens(0.04):
        _assist(life, others[0], at)
    since, signed = at, None
    if life.happens(0.06):
        signed = _sign(life, at) if life.happens(0.7) else None
        others = [other for other in others[1:] if other not in (life.unit, others[0])]
        since, granted = _give_back(life, at, signed or at, grantable=bool(others))
        if granted:
            life.unit, signed = others[0], None
            at = since = _dispatch(life, life.unit, life.later(since, 5, 60))
    _handle(life, at, since, signed)


def _dispatch(life: Life, unit: Unit, at: int, role: str = "主办") -> int:
    return life.write(
        at, "dispatch", unit, channel=life.channel, role=role, anonymous="是" if life.anonymous else "否",
        limit_days=str(life.limit), limit_unit="工作日", category=life.category,
    )  # fmt: skip


def _sign(life: Life, at: int, late: bool = False) -> int:
    """Soon, for most; now and then by someone who looks in after hours."""
    if late or life.happens(life.unit.chance("sign")):
        return life.write(life.later(life.due(at, "0.5"), 10, 500), "sign", life.unit)
    low, high = _weighed(life.rng, SIGNED)
    on_duty = life.happens(0.12)
    soon = at + life.rng.randint(low, high) * MINUTE_MS if on_duty else life.later(at, low, high)
    return life.write(soon, "sign", life.unit)


def _assist(life: Life, unit: Unit, at: int) -> None:
    """An assisting unit's part: it signs, calls, and does its own."""
    assisting = attrs.evolve(life, unit=unit)  # its rows are the ticket's
    _dispatch(assisting, unit, at, role="协办")
    signed = _sign(assisting, at)
    called = signed if life.anonymous else _call(assisting, at, signed)[0]
    assisting.write(assisting.within(called, assisting.due(at, life.limit), 20, 90), "close", unit)


def _give_back(life: Life, at: int, since: int, grantable: bool) -> tuple[int, bool]:
    """A return and what is decided on it; the stubborn return once more. Returns (instant, granted)."""
    due = life.due(at, 2 if life.channel == "12345" else 1)
    late = life.happens(life.unit.chance("return"))
    since = life.later(due, 30, 500) if late else life.within(since, due, 10, 80)
    life.write(since, "return", life.unit, reason="不属于本单位职责范围")
    granted = grantable and life.happens(0.82)
    since = _decide(life, since, "退单", granted)
    if not granted and life.happens(0.2):
        since = life.write(life.later(since, 10, 240), "return", life.unit, reason="职责边界不清，申请调度")
        since = _decide(life, since, "退单", False)
    return since, granted


def _decide(life: Life, since: int, about: str, granted: bool) -> int:
    at = life.later(since, 5, 150)
    return life.write(at, "decide", life.unit, about=about, granted="同意" if granted else "不同意")


def _handle(life: Life, at: int, since: int, signed: int | None) -> None:
    """What the unit that keeps the ticket does with it; a neglected one is late in everything."""
    life.neglected = life.happens(life.unit.chance("neglect"))
    since = max(since, signed or _sign(life, at, life.neglected))
    called, in_time = (since, True) if life.anonymous else _call(life, at, since)
    since, due = _extended(life, max(since, called), life.due(at, life.limit))
    late = life.neglected or life.happens(life.unit.chance("close"))
    closed = life.later(max(due, since), 30, 900) if late else life.within(since, due, 25, 92)
    life.write(closed, "close", life.unit)
    if life.channel in POSTS and not life.happens(life.unit.chance("seal")):
        life.write(life.later(closed, 20, 400), "seal", life.unit)
    redos = 2 if life.neglected else 0
    while redos < 3 and life.happens(life.unit.chance("redo") if redos == 0 else 0.22):
        redos += 1
    for _ in range(redos):
        again = life.write(life.later(closed, 60, 600), "redo", life.unit, reason="办理结果未正面回应诉求")
        closed = life.write(life.later(again, 60, 700), "close", life.unit)
    if life.happens(0.86 if life.channel == "12345" else 0.45):
        _ask(life, closed, in_time)


def _call(life: Life, at: int, since: int) -> tuple[int, bool]:
    """The call to the citizen: (instant, whether in time)."""
    due = life.due(at, 1)
    late = life.neglected or life.happens(life.unit.chance("contact"))
    called = life.later(max(due, since), 20, 600) if late else life.within(since, due, 3, 75)
    life.write(called, "contact", life.unit)
    return called, called <= due


def _extended(life: Life, since: int, due: int) -> tuple[int, int]:
    """Asking for more time, rarely more than once, never for more than the limit: (instant of the answer, due)."""
    chance = life.unit.chance("extend")
    while life.limit >= 3 and since < due and not life.neglected and life.happens(min(chance, 0.25)):
        days = life.rng.randint(1, life.limit)
        asked = life.write(life.within(since, due, 50, 90), "extend", life.unit, days=str(days))
        granted = life.happens(0.93)
        since, chance = _decide(life, asked, "延期", granted), 0.12 if granted else 0
        due = life.due(due, days, NEXT_DAY) if granted else due
    return since, due


def _ask(life: Life, closed: int, in_time: bool) -> None:
    """The hotline calls back: is the citizen content, and did the unit call in time."""
    displeased = life.happens(0.8 if life.neglected else life.unit.chance("displease"))
    rating = _weighed(life.rng, DISPLEASED if displeased else PLEASED)
    cells = {"rating": rating}
    if rating not in UNREACHED:
        denied = life.happens(0.6 if not in_time else 0.006)
        cells["contacted"] = "" if life.anonymous else "否" if denied else "是"
        cells["resolved"] = life.rng.choice(("未解决", "部分解决")) if displeased else "解决"
    life.displeased = displeased
    life.write(life.later(closed, 60, 800), "survey", life.unit, **cells)


def _rows(life: Life, last: int) -> Iterator[Mapping[str, str]]:
    """The rows of a ticket in their order, as far as the log goes."""
    inside = sorted((row for row in life.rows if row[0] <= last), key=lambda row: row[0])
    for number, (at, kind, cells) in enumerate(inside, 1):
        said = {
            "ticket": life.ticket, "seq": str(number), "kind": KINDS[kind],
            "at": show_iso(at)[:19].replace("T", " "), **cells,
        }  # fmt: skip
        yield {HEADINGS[name]: cell for name, cell in said.items()}


# what people found


def _facts(rng: Random, lives: Sequence[Life], month: date) -> Iterator[Fact]:
    """A month's findings, and the tickets taken out of an item: some by chance, more of the slack."""
    papers = (f"赣县热线办〔{month.year}〕{number}号" for number in count(month.month * 100))
    for item, often, details in FOUND:
        fit = [life for life in lives if (life.channel in POSTS) == (item in OF_POSTS)]
        weights = [1 / life.unit.slack if item == "praise" else life.unit.slack for life in fit]
        for life in rng.choices(fit, weights, k=max(1, (often * len(lives) + 500) // 1000)) if fit else ():
            told = {name: rng.choice(words) for name, words in details.items()}
            yield _finding(life, item, next(papers), **told)
    for life in lives:
        if life.neglected and rng.random() < 0.4:
            yield _finding(life, "supervised", next(papers), mode="written")
    displeased = [life for life in lives if life.displeased and life.channel == "12345"]
    for life in displeased[:: max(len(displeased) // 2, 1)][:2]:
        yield Exempt(
            at=_last(life), ticket=life.ticket, unit=life.unit.name, item="satisfaction",
            reason="诉求不合理，经审核不纳入满意率", document=next(papers),
        )  # fmt: skip


def _finding(life: Life, item: str, document: str, mode: str | None = None, role: str | None = None) -> Finding:
    ticket = None if item == "notice_unsynced" else life.ticket
    return Finding(
        at=life.later(life.began, 800, 3000), ticket=ticket, unit=life.unit.name, item=item, mode=mode, role=role,
        document=document,
    )  # fmt: skip


def _last(life: Life) -> int:
    return life.later(max(at for at, _, _ in life.rows), 60, 600)


def _weighed(rng: Random, choices: Sequence[tuple[T, int]]) -> T:
    return rng.choices([value for value, _ in choices], [weight for _, weight in choices])[0]


def _midnight(day: date) -> int:
    return instant(day.toordinal() - EPOCH_DAY, 0)
