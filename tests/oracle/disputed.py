"""Random logs full of what the readings are asked about, on top of a random history, which stays as it is.

Tickets go on to another lead or to the same unit, with and without their roles told; come back to be done again over
several rounds; come twice in a month; are sealed late, returned without a reason; units rest, with findings on them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from tests.oracle import oracle
from tests.oracle.histories import (
    DAY,
    HOUR,
    History,
    Log,
    Ticket,
    Unit,
    add_finding,
    habits,
    history,
    moment,
    settle,
    soon,
    void_some,
    year_history,
)
from tests.oracle.oracle import Readings

MONTHS_OF, YEARS_OF = 20_000, 20_000  # the histories beneath: seeds that no other test asks for
COMMITTEE, OFFICE, TOWN, RESTING, TAIL = "城北社区管委会", "区商务局", "南塘镇", "区统计局", "区审计局"
GROUPS = {
    COMMITTEE: "城市社区管委会",
    OFFICE: "职能单位",
    TOWN: "乡镇",
    RESTING: "职能单位",
    TAIL: "城市社区管委会",
}
ROLES: tuple[dict[str, str], ...] = ({"role": "lead"}, {"role": "lead"}, {"role": "lead"}, {}, {"role": "assist"})
REASONS: tuple[dict[str, str], ...] = ({}, {}, {"reason": "不属本单位职责"})
KNOWLEDGE = ("knowledge_uploaded", "knowledge_reviewed")


def younger_readings(old: Readings, seed: int) -> Readings:
    """The younger readings on top of others: every third seed as read when not named, else any at all."""
    rng = Random(f"younger readings {seed}")
    drawn = {name: rng.choice(options) for name, options in oracle.NEW_OPTIONS.items()}
    return old if seed % 3 == 0 else replace(old, **drawn)


def disputed(seed: int) -> History:
    """The log of a seed: a month."""
    log = history(MONTHS_OF + seed)
    first_ms = oracle.instant(date(int(log.period[:4]), int(log.period[5:]), 1))
    return extended(log, Random(f"disputed {seed}"), seed, [(first_ms, oracle.month_end(log.period))])


def disputed_year(seed: int) -> History:
    """The log of a seed: two or three months of a year, with other months of rest."""
    log, rng = year_history(YEARS_OF + seed), Random(f"disputed year {seed}")
    numbers = rng.sample(range(1, 13), rng.choice((2, 3)))
    spans = [(oracle.instant(date(2023, number, 1)), oracle.month_end(f"2023-{number:02d}")) for number in numbers]
    return extended(log, rng, seed, spans)


def extended(under: History, rng: Random, seed: int, spans: list[tuple[int, int]]) -> History:
    """A history with the disputed facts behind it, voids of some of them, and its younger readings."""
    log = Log(rng, under.readings)
    units = [habits(rng, name, *spans[0]) for name in (COMMITTEE, OFFICE, TOWN)]
    for name, group in GROUPS.items():
        log.add("enrol", oracle.instant(date(2023, 1, 1)), unit=name, group=group)
    for first_ms, last_ms in spans:
        tickets = [wander(log, units, number, first_ms, last_ms) for number in range(rng.randint(10, 25))]
        tickets += linger(log, first_ms)
        judge(log, tickets, first_ms, last_ms)
    for name in GROUPS:
        prove(log, name)
    rows = void_some(log, [*under.facts, *log.facts])
    return replace(under, facts=rows, readings=younger_readings(under.readings, seed))


# -------------------------------------------------------------------------------- tickets


def wander(log: Log, units: list[Unit], number: int, first_ms: int, last_ms: int) -> Ticket:
    """A ticket that goes on, often before its round is done with: to the same unit or to another one."""
    rng = log.rng
    channel = rng.choice((*oracle.HOTLINE * 5, *oracle.POSTS))
    ticket = Ticket(name=f"GX-Q{first_ms // DAY}-{number + 1}", channel=channel)
    unit, at_ms = rng.choice(units), moment(rng, first_ms - 6 * DAY, last_ms)
    for _ in range(rng.choice((1, 2, 2, 3, 3, 4))):
        at_ms = stint(log, ticket, unit, at_ms, last_ms)
        unit = unit if log.chance(0.45) else rng.choice(units)
    return ticket


def stint(log: Log, ticket: Ticket, unit: Unit, at_ms: int, last_ms: int) -> int:
    """One dispatch and what comes of it; returns when the ticket goes on, perhaps in the midst of it all."""
    rng, days = log.rng, log.rng.choice((1, 2, 3, 5))
    extras: dict[str, Any] = {"limit_days": days} if log.chance(0.9) else {}
    named = {"ticket": ticket.name, "unit": unit.name, "channel": ticket.channel}
    at_ms = log.add("dispatch", at_ms, **named, **extras, **rng.choice(ROLES))
    limits = [oracle.deadline(at_ms, limit, log.readings) for limit in (Fraction(1, 2), Fraction(1), Fraction(days))]
    ends = [*limits, at_ms]
    for kind, limit_ms, share in (("sign", limits[0], 0.7), ("contact", limits[1], 0.6)):
        if log.chance(share):
            ends.append(log.act(kind, rng.choice((limit_ms, limit_ms + 1, soon(rng, at_ms))), ticket, unit))
    if log.chance(0.2):
        back_ms = log.act("return", soon(rng, at_ms), ticket, unit, **rng.choice(REASONS))
        ends.append(settle(log, ticket, unit, "return", back_ms))
    if log.chance(0.15):
        ends.append(log.act("extend", soon(rng, at_ms), ticket, unit, days=rng.choice((1, 2))))
    ends.append(finish(log, ticket, unit, at_ms, limits[2]))
    onward = (rng.choice(ends) + rng.choice((-1, 0, 1)), rng.choice(ends), soon(rng, at_ms), last_ms, last_ms + 1)
    return max(rng.choice(onward), at_ms + 1)


def finish(log: Log, ticket: Ticket, unit: Unit, at_ms: int, due_ms: int) -> int:
    """Closed or not, sent back and closed again in time or late, sealed long after, and the citizen asked."""
    rng, end_ms = log.rng, at_ms
    if log.chance(0.55):
        end_ms = log.act("close", rng.choice((due_ms, due_ms + 1, *(soon(rng, at_ms),) * 4)), ticket, unit)
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        end_ms = log.act("redo", soon(rng, end_ms), ticket, unit)
        if log.chance(0.6):
            end_ms = log.act("close", rng.choice((max(due_ms, end_ms), due_ms + DAY, soon(rng, end_ms))), ticket, unit)
    if ticket.channel in oracle.POSTS and log.chance(0.7):
        month_ms = oracle.month_end(oracle.month_at(end_ms))
        log.act("seal", rng.choice((month_ms, month_ms + 1, month_ms + rng.randint(1, 30 * DAY))), ticket, unit)
    if log.chance(0.5):
        said = {"contacted": rng.choice((True, False, None))} if log.chance(0.5) else {}
        rating = rng.choice(("满意", "不满意", "无法回访", None))
        end_ms = log.act("survey", soon(rng, end_ms), ticket, unit, rating=rating, **said)
    return end_ms


def linger(log: Log, first_ms: int) -> list[Ticket]:
    """Tickets of a unit's that were dispatched before the month and are decided in it."""
    tickets = []
    for number in range(log.rng.choice((0, 1, 2))):
        ticket = Ticket(name=f"GX-L{first_ms // DAY}-{number + 1}", channel=log.rng.choice(("12345", "问政江西")))
        named = {"ticket": ticket.name, "unit": TAIL, "channel": ticket.channel}
        log.add("dispatch", first_ms - log.rng.randint(1, 8) * HOUR, **named, limit_days=5)
        tickets.append(ticket)
    return tickets


# -------------------------------------------------------------------------------- findings


def judge(log: Log, tickets: list[Ticket], first_ms: int, last_ms: int) -> None:
    """Findings on all, also on those that rest; praises and complaints by the dozen."""
    for name in GROUPS:
        for _ in range(log.rng.choice((0, 2, 6))):
            add_finding(log, name, log.rng.choice((*oracle.FINDING_ITEMS,)), tickets, first_ms, last_ms)
        if log.chance(0.6):
            for item in ("praise", "complaint"):
                count = log.rng.choice((1, 4, 10, 12, 15))
                log.add("finding", moment(log.rng, first_ms, last_ms), item=item, unit=name, count=count)


def prove(log: Log, unit: str) -> None:
    """A unit's year: knowledge uploaded or not, reviewed or not; honours past their bound; a plan proved twice."""
    first_ms, last_ms = oracle.instant(date(2023, 1, 1)), oracle.month_end("2023-12")

    def tell(item: str, **details: Any) -> None:
        log.add("finding", moment(log.rng, first_ms, last_ms), item=item, unit=unit, document="佐证", **details)

    for item in KNOWLEDGE:
        if log.chance(0.6):
            tell(item, **({"mode": log.rng.choice(("qa", "other"))} if item == KNOWLEDGE[0] else {}))
    for _ in range(log.rng.choice((0, 1, 2))):
        tell("special_plan")
    for item in ("commended", "criticized"):
        if log.chance(0.7):
            tell(item, mode=log.rng.choice(("province", "nation")), count=log.rng.choice((1, 2, 4)))
    for item in ("station_regulations", "station_registers", "funding", "staff"):
        if log.chance(0.5):
            tell(item)
