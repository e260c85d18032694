"""Random logs: whole lives of tickets, from a seed, for the laws and for the oracle to be compared with.

They lean to where logs are hard: limits met on the millisecond, lunch hours and make-up days, requests
decided twice, units that come and go, facts that fit nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fractions import Fraction
from random import Random
from typing import Any

from tests.oracle import oracle
from tests.oracle.oracle import Readings

Fact = dict[str, Any]

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

SPANS = {
    "office": ((540, 720), (810, 1050)),
    "lunch": ((720, 810),),
    "night": ((0, 540), (1050, 1440)),
    "any": ((0, 1440),),
}

# How often a unit is late, does not act at all, and gets into trouble (returns, extensions, redos).
HABITS = (
    (0.0, 0.0, 0.0),
    (0.02, 0.01, 0.03),
    (0.04, 0.02, 0.05),
    (0.08, 0.04, 0.15),
    (0.3, 0.1, 0.5),
    (0.9, 0.4, 0.9),
)

HARD_MONTHS = (1, 4, 5, 6, 9, 10)
TOWNS = ("茅店镇", "王母渡镇", "江口镇", "五云镇", "湖江镇", "沙地镇")
OFFICES = ("区城管局", "区住建局", "区人社局", "区教体局", "区交通局", "区水利局")
CROWDED = "区林业局"
DISGRACED = "区园林局"
STRANGERS = ("区供电公司", "区自来水公司")
GROUPS = ("乡镇", "职能单位", "驻区单位")
UNKNOWN_CHANNELS = ("抖音", "区长信箱")
RATED = ("满意", "基本满意", "比较满意", "非常满意", "不满意", "非常不满意")
UNRATED = ("理解", "未评价", "未回访", "无法回访", "无人接听", "未接通")
STRANGE_RATING = "马马虎虎"
ITEMS = (
    *("closing", "satisfaction", "redo", "signing", "response", "returns", "extension"),
    *("extension.first", "extension.second", "coordination", "notices", "results", "conduct"),
    *("reply_rate", "reply_quality", "sealed_pdf", "repeat_posts", "supervision"),
)
MODES = ("sms", "phone", "wechat", "written", "leader", "onsite")
DECISIONS: tuple[tuple[tuple[bool, ...], int], ...] = (
    ((), 9),
    ((True,), 5),
    ((False,), 5),
    ((False, True), 2),
    ((True, False), 2),
    ((False, False), 1),
)


@dataclass(frozen=True, kw_only=True)
class History:
    """A log in ledger order, how to read it, and the month to score; a void's key is an index into facts."""

    facts: list[Fact]
    readings: Readings
    period: str
    as_of_ms: int


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit, its share of the tickets, and its habits, as chances."""

    name: str
    share: int
    late: float
    missing: float
    trouble: float
    last_ms: int


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """A ticket and the channel it came by."""

    name: str
    channel: str


@dataclass
class Log:
    """A log being written."""

    rng: Random
    readings: Readings
    facts: list[Fact] = field(default_factory=list)
    used: set[tuple[str, str | None, int]] = field(default_factory=set)

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return self.rng.random() < share

    def add(self, kind: str, at_ms: int, *, ticket: str | None = None, **details: Any) -> int:
        """Write a fact; its instant moves on by milliseconds until no fact of its kind and ticket has it."""
        while (kind, ticket, at_ms) in self.used:
            at_ms += 1
        self.used.add((kind, ticket, at_ms))
        fact: Fact = {"kind": kind}
        if ticket is not None:
            fact["ticket"] = ticket
        self.facts.append(fact | details | {"at": self.stamp(at_ms)})
        return at_ms

    def act(self, kind: str, at_ms: int, ticket: Ticket, unit: Unit, **details: Any) -> int:
        """Write a fact of a unit's, now and then without saying whose."""
        named = {} if self.chance(0.25) else {"unit": unit.name}
        return self.add(kind, at_ms, ticket=ticket.name, **named, **details)

    def stamp(self, at_ms: int) -> str:
        """An instant as text, mostly in Shanghai time."""
        zone = oracle.SHANGHAI if self.chance(0.9) else UTC
        moment = oracle.local(at_ms).astimezone(zone)
        text = moment.isoformat(timespec="milliseconds" if at_ms % SECOND else "seconds")
        return text.replace("+00:00", "Z") if self.chance(0.5) else text


# -------------------------------------------------------------------------------- instants


def moment(rng: Random, first_ms: int, last_ms: int) -> int:
    """An instant between two, of any sort: office time, lunch, night, a day off, the very edge of a block."""
    day = oracle.local(rng.randint(first_ms, last_ms)).date()
    sort = rng.choices(("office", "lunch", "night", "edge", "any"), (55, 8, 10, 12, 15))[0]
    return min(max(moment_on(rng, day, sort), first_ms), last_ms)


def moment_on(rng: Random, day: date, sort: str) -> int:
    """An instant of one sort on a date, working day or not."""
    if sort == "edge":
        hour, minute = rng.choice(((9, 0), (12, 0), (13, 30), (17, 30), (0, 0)))
        return oracle.instant(day, hour, minute) + rng.choice((-1, 0, 0, 0, 1))
    low, high = rng.choice(SPANS[sort])
    return oracle.instant(day) + rng.randrange(low, high) * MINUTE + rng.choice((0, 0, 0, 17 * SECOND, 123))


def about(rng: Random, start_ms: int, limit_ms: int, late: bool) -> int:
    """An instant in time or late for a limit, often on its very edge."""
    if late:
        return limit_ms + rng.choice((1, 1, MINUTE, rng.randint(1, 3 * DAY), rng.randint(1, 12 * DAY)))
    span = max(limit_ms - start_ms, 0)
    return start_ms + rng.choice((span, span, max(span - 1, 0), 0, *(rng.randint(0, span),) * 6))


def soon(rng: Random, at_ms: int) -> int:
    """A little later, or at once, or after days."""
    return at_ms + rng.choice((0, 1, rng.randint(1, 8 * HOUR), rng.randint(1, 3 * DAY)))


# -------------------------------------------------------------------------------- a round's life


def live(log: Log, ticket: Ticket, unit: Unit, at_ms: int, role: str = "lead") -> int:
    """One dispatch and all that follows from it; returns the instant of the last of it."""
    rng = log.rng
    dispatch, at_ms = send(log, ticket, unit, at_ms, role)
    meet(log, ticket, unit, at_ms)
    end_ms = at_ms
    if log.chance(unit.trouble * 0.5):
        end_ms = give_back(log, ticket, unit, at_ms)
        if log.chance(0.6):
            return end_ms
    due_ms = oracle.first_due(dispatch, log.readings)
    if log.chance(unit.trouble * 0.6):
        due_ms = put_off(log, ticket, unit, dispatch, due_ms)
    limit_ms = at_ms + rng.randint(1, 9) * DAY if due_ms is None else due_ms
    if not log.chance(unit.missing):
        end_ms = log.act("close", about(rng, at_ms, limit_ms, log.chance(unit.late)), ticket, unit)
        if ticket.channel in oracle.POSTS:
            seal(log, ticket, unit, end_ms)
    end_ms = send_back(log, ticket, unit, end_ms)
    return ask(log, ticket, unit, end_ms)


def send(log: Log, ticket: Ticket, unit: Unit, at_ms: int, role: str) -> tuple[Fact, int]:
    """The dispatch: with a limit, a due instant, both or neither."""
    rng = log.rng
    details: Fact = {"unit": unit.name}
    if ticket.channel != "12345" or log.chance(0.7):
        details["channel"] = ticket.channel
    if role == "assist" or log.chance(0.5):
        details["role"] = role
    if log.chance(0.4):
        details["anonymous"] = log.chance(0.4)
    if log.chance(0.8):
        details["limit_days"] = rng.choice((0.5, 1, 1, 2, 2.5, 3, 5, 5, 5, 7, 10))
    if log.chance(0.2):
        given = moment(rng, at_ms + HOUR, at_ms + 10 * DAY)
        details["due_at"] = None if log.chance(0.3) else log.stamp(given)
    if log.chance(0.2):
        details["category"] = rng.choice(("噪音", "欠薪", "路灯"))
    at_ms = log.add("dispatch", at_ms, ticket=ticket.name, **details)
    return log.facts[-1], at_ms


def meet(log: Log, ticket: Ticket, unit: Unit, at_ms: int) -> None:
    """Signing and first contact, each against its own limit; sometimes a second time."""
    for kind, days in (("sign", Fraction(1, 2)), ("contact", Fraction(1))):
        if log.chance(unit.missing):
            continue
        limit_ms = oracle.deadline(at_ms, days, log.readings)
        done_ms = log.act(kind, about(log.rng, at_ms, limit_ms, log.chance(unit.late)), ticket, unit)
        if log.chance(0.05):
            log.act(kind, soon(log.rng, done_ms), ticket, unit)


def settle(log: Log, ticket: Ticket, unit: Unit, kind: str, at_ms: int) -> int:
    """No decision, one, or a decision and its reversal about a request."""
    pattern = log.rng.choices([words for words, _ in DECISIONS], [weight for _, weight in DECISIONS])[0]
    for granted in pattern:
        at_ms = log.act("decide", soon(log.rng, at_ms), ticket, unit, about=kind, granted=granted)
    return at_ms


def give_back(log: Log, ticket: Ticket, unit: Unit, at_ms: int) -> int:
    """One to three returns, whatever comes of them."""
    rng = log.rng
    days = Fraction(1) if ticket.channel in oracle.POSTS else Fraction(2)
    limit_ms = oracle.deadline(at_ms, days, log.readings)
    back_ms = about(rng, at_ms, limit_ms, log.chance(unit.late))
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        reason = {"reason": "不属本单位职责"} if log.chance(0.5) else {}
        back_ms = log.act("return", back_ms, ticket, unit, **reason)
        back_ms = settle(log, ticket, unit, "return", back_ms)
        back_ms = soon(rng, back_ms) + 1
    return back_ms


def put_off(log: Log, ticket: Ticket, unit: Unit, dispatch: Fact, due_ms: int | None) -> int | None:
    """One to three extensions, in time or after due; returns the due instant if all were granted."""
    rng = log.rng
    start_ms = oracle.ms_of(dispatch["at"])
    cap = oracle.days_of(dispatch.get("limit_days"))
    for _ in range(rng.choice((1, 1, 2, 2, 3))):
        limit_ms = start_ms + 3 * DAY if due_ms is None else due_ms
        asked_ms = about(rng, start_ms, limit_ms, log.chance(0.25))
        asked_ms = log.act("extend", asked_ms, ticket, unit, **wish(log, limit_ms))
        extend = log.facts[-1]
        settle(log, ticket, unit, "extend", asked_ms)
        if due_ms is not None and asked_ms <= due_ms and log.chance(0.9):
            due_ms = oracle.moved(due_ms, extend, cap, log.readings)
        start_ms = asked_ms + 1
    return due_ms


def wish(log: Log, due_ms: int) -> Fact:
    """How far an extension should go: days, or until an instant, now and then not even past the due one."""
    if log.chance(0.65):
        return {"days": log.rng.choice((0.5, 1, 1, 2, 2.5, 3, 5, 12))}
    return {"until": log.stamp(due_ms + log.rng.choice((-DAY, 0, 1, DAY, log.rng.randint(1, 15 * DAY))))}


def send_back(log: Log, ticket: Ticket, unit: Unit, at_ms: int) -> int:
    """The ticket comes back to be done again, up to four times, and is mostly closed again."""
    if not log.chance(unit.trouble * 0.7):
        return at_ms
    for _ in range(log.rng.choice((1, 1, 2, 2, 3, 4))):
        reason = {"reason": "答非所问"} if log.chance(0.4) else {}
        at_ms = log.act("redo", soon(log.rng, at_ms), ticket, unit, **reason)
        if log.chance(0.5):
            at_ms = log.act("close", soon(log.rng, at_ms), ticket, unit)
    return at_ms


def ask(log: Log, ticket: Ticket, unit: Unit, at_ms: int) -> int:
    """The citizen is asked, up to three times."""
    for _ in range(log.rng.choice((0, 1, 1, 1, 2, 3))):
        answer: Fact = {"rating": word(log, unit)}
        if log.chance(0.5):
            answer["contacted"] = False if log.chance(unit.late * 0.6) else log.rng.choice((True, None))
        if log.chance(0.3):
            answer["resolved"] = log.chance(0.7)
        at_ms = log.act("survey", soon(log.rng, at_ms), ticket, unit, **answer)
    return at_ms


def word(log: Log, unit: Unit) -> str | None:
    """A rating as the log has it."""
    sort = log.rng.choices(("rated", "neutral", "unrated", "strange", "none"), (70, 10, 12, 2, 6))[0]
    if sort == "rated":
        return log.rng.choice(RATED[4:] if log.chance(unit.late) else RATED[:4])
    if sort == "unrated":
        return log.rng.choice(UNRATED)
    return {"neutral": oracle.NEUTRAL, "strange": STRANGE_RATING}.get(sort)


def seal(log: Log, ticket: Ticket, unit: Unit, closed_ms: int) -> None:
    """The stamped PDF: not at all, by the end of the month of the close, or after it."""
    if log.chance(unit.missing):
        return
    end_ms = oracle.month_end(oracle.month_at(closed_ms))
    at_ms = about(log.rng, closed_ms, end_ms, log.chance(unit.late))
    if log.chance(0.1):
        at_ms = closed_ms - log.rng.randint(0, 2 * DAY)
    log.act("seal", at_ms, ticket, unit)


# -------------------------------------------------------------------------------- a ticket's life


def follow(log: Log, ticket: Ticket, units: Sequence[Unit], at_ms: int) -> None:
    """A ticket from its first dispatch through hand-overs, re-dispatches and assistance."""
    unit = choose(log.rng, units, at_ms)
    if log.chance(0.04):
        stray(log, ticket, unit, at_ms)
    if log.chance(0.03):
        at_ms = toss(log, ticket, unit, at_ms)
    rounds = log.rng.choice((1, 2, 2, 3, 4)) if log.chance(0.1 + unit.trouble * 0.4) else 1
    for _ in range(rounds):
        if len(units) > 1 and log.chance(0.12):
            other = log.rng.choice([one for one in units if one is not unit])
            live(log, ticket, other, soon(log.rng, at_ms), "assist")
        end_ms = live(log, ticket, unit, at_ms)
        at_ms = moment(log.rng, at_ms, max(end_ms, at_ms) + 2 * DAY)
        if log.chance(0.35):
            unit = log.rng.choice(units)
        if at_ms > unit.last_ms:
            break


def toss(log: Log, ticket: Ticket, unit: Unit, at_ms: int) -> int:
    """A ticket sent back each time, by return of post; returns the instant when it comes yet again."""
    for _ in range(log.rng.choice((1, 2, 2, 3))):
        _, at_ms = send(log, ticket, unit, at_ms, "lead")
        at_ms = log.act("return", at_ms + log.rng.randint(0, 2 * HOUR), ticket, unit)
        if log.chance(0.4):
            at_ms = log.act("decide", soon(log.rng, at_ms), ticket, unit, about="return", granted=True)
        at_ms += log.rng.randint(1, 4 * HOUR)
    return at_ms


def choose(rng: Random, units: Sequence[Unit], at_ms: int) -> Unit:
    """A unit that still gets tickets at that instant, if any does."""
    open_units = [unit for unit in units if at_ms <= unit.last_ms] or list(units)
    return rng.choices(open_units, [unit.share for unit in open_units])[0]


def stray(log: Log, ticket: Ticket, unit: Unit, at_ms: int) -> None:
    """Facts before any dispatch: they fit nowhere."""
    for kind in log.rng.sample(("sign", "contact", "close", "redo", "survey"), 2):
        log.act(kind, at_ms - log.rng.randint(1, DAY), ticket, unit)
    if log.chance(0.5):
        log.act("decide", at_ms - log.rng.randint(1, DAY), ticket, unit, about="return", granted=False)


def remove(log: Log, ticket: str, unit: str | None, name: str, at_ms: int) -> None:
    """An exemption and what was decided about it."""
    owner = {} if unit is None else {"unit": unit}
    at_ms = log.add("exempt", at_ms, ticket=ticket, **owner, item=name, reason="不可抗力")
    for granted in log.rng.choice(((), (), (), (True,), (False,), (False, True), (True, False))):
        decision = {"about": "exempt", "granted": granted}
        at_ms = log.add("decide", soon(log.rng, at_ms), ticket=ticket, **owner, **decision)


def exempt_some(log: Log, tickets: Sequence[Ticket], units: Sequence[Unit], first_ms: int, last_ms: int) -> None:
    """Exemptions of tickets at random, named to a unit or left to the ticket's own; of one item, many."""
    sweep = log.rng.choice((None, None, None, None, *ITEMS[:7], "conduct", "conduct", "conduct"))
    for ticket in tickets:
        if sweep is not None and log.chance(0.3):
            remove(log, ticket.name, None, sweep, last_ms + log.rng.randint(0, DAY))
        while log.chance(0.12):
            unit = None if log.chance(0.4) else log.rng.choice(units).name
            at_ms = moment(log.rng, first_ms - 5 * DAY, last_ms + 20 * DAY)
            remove(log, ticket.name, unit, log.rng.choice((*ITEMS, *("conduct",) * 4, "*", "*")), at_ms)


# -------------------------------------------------------------------------------- findings


def find(log: Log, unit: str, late: float, tickets: Sequence[Ticket], first_ms: int, last_ms: int) -> None:
    """A unit's findings of the month and a little around it; some units collect very many."""
    harsh = log.rng.choice((0.0, 0.0, 0.4, 1.0, 2.0)) * (0.4 + late)
    for name in oracle.FINDING_ITEMS:
        share = 0.35 * harsh if name not in ("praise", "complaint") else 0.25 + 0.2 * harsh
        while log.chance(min(share, 0.7)):
            add_finding(log, unit, name, tickets, first_ms, last_ms)


def add_finding(log: Log, unit: str, name: str, tickets: Sequence[Ticket], first_ms: int, last_ms: int) -> None:
    """One finding, with or without a ticket, perhaps exempted again."""
    rng = log.rng
    details: Fact = {"item": name, "unit": unit}
    if name == "mishandled":
        details["role"] = rng.choice(("lead", "assist"))
    if name == "supervised":
        details["mode"] = rng.choice(MODES)
    if log.chance(0.4):
        details["count"] = rng.choice((1, 2, 2, 3, 12))
    if log.chance(0.2):
        details["document"] = f"区热线办〔2023〕{rng.randint(1, 99)}号"
    ticket = rng.choice(tickets).name if log.chance(0.6) else None
    edges = (first_ms, first_ms - 1, last_ms, last_ms + 1)
    at_ms = rng.choice(edges) if log.chance(0.15) else moment(rng, first_ms - 3 * DAY, last_ms + 3 * DAY)
    at_ms = log.add("finding", at_ms, ticket=ticket, **details)
    if ticket is not None and log.chance(0.25):
        remove(log, ticket, unit, oracle.FINDING_ITEMS[name], soon(rng, at_ms))


# -------------------------------------------------------------------------------- units


def habits(rng: Random, name: str, first_ms: int, last_ms: int) -> Unit:
    """A unit: perfect, good, middling or catastrophic; some get no tickets after the month before."""
    late, missing, trouble = rng.choice(HABITS)
    fading = first_ms - DAY if rng.random() < 0.2 else last_ms
    share = rng.choice((1, 2, 2, 4, 8))
    return Unit(name=name, share=share, late=late, missing=missing, trouble=trouble, last_ms=fading)


def enrol_all(log: Log, units: Sequence[Unit], idle: str, first_ms: int, last_ms: int) -> None:
    """The register: from New Year, late, at the edges of the month, twice with two groups, or never."""
    new_year = oracle.instant(date(2023, 1, 1))
    log.add("enrol", new_year, unit=idle, group=log.rng.choice(GROUPS))
    later = log.rng.choice(units)
    for unit in units:
        if unit.name in STRANGERS:
            continue
        group = "乡镇" if unit.name in TOWNS else "职能单位"
        late_ms = log.rng.choice((moment(log.rng, first_ms, last_ms), last_ms, last_ms + 1, last_ms + 9 * DAY))
        at_ms = late_ms if unit is later else new_year
        log.add("enrol", at_ms, unit=unit.name, group=group)
        if log.chance(0.3):
            again_ms = moment(log.rng, new_year + DAY, last_ms + 9 * DAY)
            log.add("enrol", again_ms, unit=unit.name, group=log.rng.choice(GROUPS))


def draw_units(rng: Random, first_ms: int, last_ms: int) -> list[Unit]:
    """Two to five units that get tickets: a town, an office, and others of any sort."""
    names = [rng.choice(TOWNS[1:]), rng.choice(OFFICES[1:])]
    more = [name for name in (*TOWNS[1:], *OFFICES[1:], *STRANGERS, *STRANGERS) if name not in names]
    for _ in range(rng.randint(0, 3)):
        name = rng.choice(more)
        if name not in names:
            names.append(name)
    return [habits(rng, name, first_ms, last_ms) for name in names]


# -------------------------------------------------------------------------------- the whole


def draw_readings(rng: Random, seed: int) -> Readings:
    """The default readings for even seeds, any at all for odd ones."""
    if seed % 2 == 0:
        return Readings()
    drawn = {name: rng.choice(values) for name, values in oracle.OPTIONS.items() if name not in oracle.NEW_OPTIONS}
    return Readings(**drawn)  # the younger ones are drawn apart, so that a seed's log stays what it was


def draw_period(rng: Random) -> str:
    """A month of 2023, mostly one with holidays and make-up days."""
    return f"2023-{rng.choice((*HARD_MONTHS * 3, *range(1, 13))):02d}"


def draw_tickets(rng: Random) -> list[Ticket]:
    """The tickets, mostly of the hotline; some logs know posts only."""
    mix = rng.choices(((70, 27, 3), (97, 3, 0), (30, 60, 10), (0, 95, 5)), (70, 15, 11, 4))[0]
    tickets = []
    for number in range(rng.randint(10, 60)):
        sort = rng.choices((("12345",), oracle.POSTS, UNKNOWN_CHANNELS), mix)[0]
        tickets.append(Ticket(name=f"GX-{number + 1}", channel=rng.choice(sort)))
    return tickets


def flood(log: Log, units: Sequence[Unit], first_ms: int, last_ms: int) -> list[Ticket]:
    """Many more tickets for one unit, of the hotline or of all channels that the sheets know."""
    unit = log.rng.choice(units)
    channels = log.rng.choice((oracle.HOTLINE, oracle.HOTLINE + oracle.POSTS))
    tickets = []
    for number in range(log.rng.randint(45, 70)):
        tickets.append(Ticket(name=f"GX-F{number + 1}", channel=log.rng.choice(channels)))
        live(log, tickets[-1], unit, moment(log.rng, first_ms, last_ms))
    return tickets


def crowd(log: Log, first_ms: int) -> list[Ticket]:
    """A unit of its own with so many plain tickets that a rounding hangs on the few that go wrong.

    Odd parts of 32 are halves of a hundredth of a percent; 199 of 201 is 99.00 shown and 99.005 exactly.
    """
    rng = log.rng
    log.add("enrol", first_ms - 99 * DAY, unit=CROWDED, group="职能单位")
    number, wrong = rng.choice(((32, (1, 3, 5)), (32, (1, 3, 5)), (201, (2, 2))))
    tickets = [Ticket(name=f"GX-C{index + 1}", channel="12345") for index in range(number)]
    bad = {sort: set(rng.sample(range(number), rng.choice(wrong))) for sort in ("sign", "redo", "extend", "return")}
    for index, ticket in enumerate(tickets):
        plain(log, ticket, moment(rng, first_ms, first_ms + 12 * DAY), {s for s in bad if index in bad[s]})
    return tickets


def plain(log: Log, ticket: Ticket, at_ms: int, wrong: set[str]) -> None:
    """A ticket without events but for what goes wrong with it."""
    at_ms = log.add("dispatch", at_ms, ticket=ticket.name, unit=CROWDED)
    if "sign" not in wrong:
        log.add("sign", at_ms + 1, ticket=ticket.name, unit=CROWDED)
    for kind in ("redo", "extend"):
        for turn in range(1, 3 if kind in wrong else 1):
            days = {"days": 1} if kind == "extend" else {}
            log.add(kind, at_ms + turn * HOUR, ticket=ticket.name, unit=CROWDED, **days)
    if "return" in wrong:
        log.add("return", at_ms + 12 * DAY, ticket=ticket.name, unit=CROWDED)


def disgrace(log: Log, first_ms: int, last_ms: int) -> None:
    """A unit that does everything wrong, so that a sheet falls below nothing."""
    worst = Unit(name=DISGRACED, share=1, late=1.0, missing=0.4, trouble=1.4, last_ms=last_ms)
    channels = log.rng.choice((oracle.HOTLINE, oracle.POSTS))
    for number in range(30):
        ticket = Ticket(name=f"GX-D{number + 1}", channel=log.rng.choice(channels))
        live(log, ticket, worst, moment(log.rng, first_ms, first_ms + 10 * DAY))
    for name in oracle.FINDING_ITEMS:
        manner = {"mishandled": {"role": "lead"}, "supervised": {"mode": "written"}}.get(name, {})
        if name != "praise":
            at_ms = moment(log.rng, first_ms, last_ms)
            log.add("finding", at_ms, item=name, unit=worst.name, count=12, **manner)


def draw_as_of(rng: Random, first_ms: int, last_ms: int) -> int:
    """Now: in the middle of the month, right after it, or years later."""
    return rng.choice(
        (
            rng.randint(first_ms, last_ms),
            rng.randint(first_ms, last_ms),
            last_ms,
            last_ms + rng.randint(1, 5 * DAY),
            last_ms + rng.randint(1, 40 * DAY),
            oracle.instant(date(2026, 1, 1)),
            oracle.instant(date(2026, 1, 1)),
        )
    )


def void_some(log: Log, facts: list[Fact]) -> list[Fact]:
    """The facts, then voids of a few of them, then voids of some of those voids, and of some of these."""
    found = list(facts)
    pool = [index for index, fact in enumerate(found) if CROWDED not in fact.values()]
    share = log.rng.choice((0.0, 0.02, 0.05))
    while pool and share:
        start = len(found)
        for index in pool:
            if log.chance(share):
                at_ms = soon(log.rng, oracle.ms_of(found[index]["at"])) + 1
                log.add("void", at_ms, key=index, reason="误录")
                found.append(log.facts[-1])
        pool, share = list(range(start, len(found))), 0.3
    return found


def known_by(facts: Sequence[Fact], as_of_ms: int) -> list[Fact]:
    """The facts that had happened by an instant."""
    return [fact for fact in facts if oracle.ms_of(fact["at"]) <= as_of_ms]


def in_ledger_order(rng: Random, facts: Sequence[Fact]) -> list[Fact]:
    """The facts as they might arrive: as they happened, nearly so, or in any order."""
    late = rng.choice((0, 0, 2 * DAY, 400 * DAY))
    return sorted(facts, key=lambda fact: oracle.ms_of(fact["at"]) + rng.randint(0, late))


def history(seed: int) -> History:
    """The log of a seed."""
    rng = Random(seed)
    readings, period = draw_readings(rng, seed), draw_period(rng)
    first_ms = oracle.instant(datetime.strptime(period, "%Y-%m").date())
    last_ms = oracle.month_end(period)
    units, tickets = draw_units(rng, first_ms, last_ms), draw_tickets(rng)
    log = Log(rng, readings)
    idle = rng.choice((TOWNS[0], OFFICES[0]))
    enrol_all(log, units, idle, first_ms, last_ms)
    before_ms = first_ms - rng.choice((0, 4, 12, 20)) * DAY
    for ticket in tickets:
        follow(log, ticket, units, moment(rng, before_ms, last_ms))
    if rng.random() < 0.2:
        tickets += flood(log, units, first_ms, last_ms)
    exempt_some(log, tickets, units, first_ms, last_ms)
    if rng.random() < 0.12:
        tickets += crowd(log, first_ms)
    if rng.random() < 0.08:
        disgrace(log, first_ms, last_ms)
    for unit in units:
        find(log, unit.name, unit.late, tickets, first_ms, last_ms)
    find(log, idle, 0.0, tickets, first_ms, last_ms)
    as_of_ms = draw_as_of(rng, first_ms, last_ms)
    known = known_by(log.facts, as_of_ms) if rng.random() < 0.5 else log.facts
    facts = void_some(log, in_ledger_order(rng, known))
    return History(facts=facts, readings=readings, period=period, as_of_ms=as_of_ms)


# -------------------------------------------------------------------------------- a year

NEWCOMER, LATECOMER, SILENT = "区气象局", "区供销社", "区党史办"
LEVELS = ("district", "city", "province", "nation")
PLAIN_EVIDENCE = (
    *("funding", "staff", "regulations", "summary_and_plan", "publicity_piece", "knowledge_reviewed"),
    *("training", "leader_meeting", "station_regulations", "station_registers", "special_plan"),
)


def year_history(seed: int) -> History:
    """The log of a seed over some months of 2023, with a year's evidence; its period is the year."""
    rng = Random(f"year {seed}")
    readings = draw_readings(rng, seed)
    first_ms, last_ms = oracle.instant(date(2023, 1, 1)), oracle.month_end("2023-12")
    log = Log(rng, readings)
    units = draw_units(rng, first_ms, last_ms)[:4]
    units.append(habits(rng, NEWCOMER, first_ms, last_ms))
    enrol_year(log, units, first_ms, last_ms)
    tickets: list[Ticket] = []
    for number in sorted(rng.sample(range(1, 13), rng.choice((2, 3, 3, 4)))):
        tickets += month_of_work(log, units, f"2023-{number:02d}", len(tickets))
    exempt_some(log, tickets, units, first_ms, last_ms)
    for name in (*(unit.name for unit in units), LATECOMER, SILENT):
        prove(log, name, tickets, first_ms, last_ms)
        notify(log, name, first_ms, last_ms)
        if log.chance(0.12):
            log.add("finding", at_edge(log, first_ms, last_ms), item="negative_impact", unit=name, document="通报")
    as_of_ms = year_as_of(rng, log, first_ms, last_ms)
    known = known_by(log.facts, as_of_ms) if rng.random() < 0.5 else log.facts
    facts = void_some(log, in_ledger_order(rng, known))
    return History(facts=facts, readings=readings, period="2023", as_of_ms=as_of_ms)


def enrol_year(log: Log, units: Sequence[Unit], first_ms: int, last_ms: int) -> None:
    """The register of a year: most from New Year, one in mid-year, one after the year, some in another group later."""
    for unit in units:
        if unit.name in STRANGERS:
            continue
        at_ms = moment(log.rng, first_ms + 60 * DAY, last_ms - 60 * DAY) if unit.name == NEWCOMER else first_ms
        log.add("enrol", at_ms, unit=unit.name, group=log.rng.choice(("乡镇", *GROUPS)))
        if log.chance(0.3):
            again_ms = log.rng.choice((last_ms, last_ms + 1, moment(log.rng, at_ms + DAY, last_ms)))
            log.add("enrol", again_ms, unit=unit.name, group=log.rng.choice(GROUPS))
    log.add("enrol", moment(log.rng, first_ms, last_ms), unit=SILENT, group=log.rng.choice(GROUPS))
    log.add("enrol", log.rng.choice((last_ms, last_ms + 1)), unit=LATECOMER, group=log.rng.choice(GROUPS))


def month_of_work(log: Log, units: Sequence[Unit], period: str, before: int) -> list[Ticket]:
    """A few tickets of one month, and its findings."""
    first_ms = oracle.instant(datetime.strptime(period, "%Y-%m").date())
    last_ms = oracle.month_end(period)
    tickets = []
    for number in range(log.rng.randint(4, 14)):
        channels = log.rng.choice((oracle.HOTLINE, oracle.HOTLINE, oracle.POSTS))
        tickets.append(Ticket(name=f"GX-{before + number + 1}", channel=log.rng.choice(channels)))
        follow(log, tickets[-1], units, moment(log.rng, first_ms, last_ms))
    for unit in units:
        find(log, unit.name, unit.late, tickets, first_ms, last_ms)
    return tickets


def at_edge(log: Log, first_ms: int, last_ms: int) -> int:
    """An instant of the year, now and then on its edge or just outside it."""
    if log.chance(0.12):
        return log.rng.choice((first_ms, first_ms - 1, last_ms, last_ms + 1))
    return moment(log.rng, first_ms, last_ms)


def prove(log: Log, unit: str, tickets: Sequence[Ticket], first_ms: int, last_ms: int) -> None:
    """A unit's evidence of all kinds and modes, more than a cap allows, or none at all."""
    zeal = log.rng.choice((0.0, 0.3, 0.6, 0.8))
    manners: dict[str, tuple[str | None, ...]] = dict.fromkeys(PLAIN_EVIDENCE, (None,))
    manners["knowledge_uploaded"] = ("qa", "other", "other", None)
    manners["commended"] = manners["criticized"] = (*LEVELS, None)
    for name, modes in manners.items():
        while log.chance(zeal):
            attest(log, unit, name, log.rng.choice(modes), tickets, at_edge(log, first_ms, last_ms))


def attest(log: Log, unit: str, name: str, mode: str | None, tickets: Sequence[Ticket], at_ms: int) -> None:
    """One piece of evidence; on a ticket now and then, which may be exempted from its item."""
    details: Fact = {"item": name, "unit": unit} if mode is None else {"item": name, "unit": unit, "mode": mode}
    if log.chance(0.2):
        details["count"] = log.rng.choice((1, 2, 3))
    ticket = log.rng.choice(tickets).name if log.chance(0.1) else None
    at_ms = log.add("finding", at_ms, ticket=ticket, **details, document=f"佐证〔2023〕{log.rng.randint(1, 99)}号")
    if ticket is not None:
        item = log.rng.choice(("publicity", "knowledge", "leadership", "honours", "operation", "*"))
        remove(log, ticket, unit, item, soon(log.rng, at_ms))


def notify(log: Log, unit: str, first_ms: int, last_ms: int) -> None:
    """Notices to update the knowledge base: answered in time, late, on the very edge, or never; over New Year too."""
    for number in range(log.rng.choice((0, 0, 1, 2, 4, 12))):
        at_ms = last_ms - log.rng.randint(0, 4 * DAY) if log.chance(0.25) else at_edge(log, first_ms, last_ms)
        document = f"{unit}更新〔2023〕{number // log.rng.choice((1, 1, 2))}号"
        details: Fact = {"unit": unit, "document": document}
        if log.chance(0.15):
            details["count"] = 2
        at_ms = log.add("finding", at_ms, item="knowledge_notice", **details)
        limit_ms = oracle.deadline(at_ms, Fraction(2), log.readings)
        manner = log.rng.choice(("in time", "late", "never", "before", "elsewhere"))
        if manner in ("in time", "late"):
            done_ms = about(log.rng, at_ms, limit_ms, manner == "late")
            log.add("finding", done_ms, item="knowledge_updated", unit=unit, document=document)
        if manner == "before":
            log.add("finding", at_ms - log.rng.choice((1, DAY)), item="knowledge_updated", unit=unit, document=document)
        if manner == "elsewhere":
            log.add("finding", at_ms + 1, item="knowledge_updated", unit=unit, document="别的文号")


def year_as_of(rng: Random, log: Log, first_ms: int, last_ms: int) -> int:
    """Now: in the course of the year, at its end, on a notice's deadline, or years later."""
    notices = [fact for fact in log.facts if fact.get("item") == "knowledge_notice"]
    limits = [oracle.deadline(oracle.ms_of(fact["at"]), Fraction(2), log.readings) for fact in notices]
    edges = [limit + rng.choice((-1, 0, 1)) for limit in limits if limit > first_ms]
    return rng.choice(
        (
            rng.randint(first_ms, last_ms),
            rng.choice((last_ms, last_ms + 1, last_ms + 2 * DAY)),
            rng.choice(edges or [last_ms]),
            rng.choice(edges or [last_ms]),
            oracle.instant(date(2024, 3, 1)),
            oracle.instant(date(2026, 1, 1)),
            oracle.instant(date(2026, 1, 1)),
        )
    )
