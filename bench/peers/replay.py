"""The eventsourcing library: each ticket an aggregate, rebuilt from its stored events as its people would, one by one.

Its events are stored in memory; storing them is not timed. What is asked of a rebuilt ticket is which rounds it had: the volume.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from eventsourcing.application import Application  # type: ignore[import-not-found,unused-ignore]
from eventsourcing.domain import Aggregate, event  # type: ignore[import-not-found,unused-ignore]

ZONE = timezone(timedelta(hours=8))
Row = tuple[str, int, str, str | None, int]


class Ticket(Aggregate):  # type: ignore[misc]
    """A ticket: the rounds that it had, each with when which act was first."""

    def __init__(self, number: str) -> None:
        self.number = number
        self.rounds: list[dict[str, Any]] = []

    @event("Dispatched")  # type: ignore[untyped-decorator,unused-ignore]
    def dispatch(self, unit: str, channel: str, at: int) -> None:
        """It goes to a unit."""
        self.rounds.append({"unit": unit, "channel": channel, "at": at})

    @event("Acted")  # type: ignore[untyped-decorator,unused-ignore]
    def act(self, rank: int, unit: str, at: int) -> None:
        """Something happens in the unit's latest round."""
        for held in reversed(self.rounds):
            if held["unit"] == unit:
                held.setdefault(rank, at)
                return


def stored(rows: Iterable[Row]) -> Callable[[], list[list[Any]]]:
    """Rows (ticket, rank, unit, channel, at) stored as events, as what then rebuilds every ticket and gives the tallies of the
    volume: [measure, unit, channel, month, count, breaches]."""
    tickets: dict[str, Ticket] = {}
    for number, rank, unit, channel, at in rows:
        ticket = tickets.get(number) or tickets.setdefault(number, Ticket(number))
        if rank == 0:
            ticket.dispatch(unit, channel, at)
        else:
            ticket.act(rank, unit, at)
    office: Application[UUID] = Application()
    for ticket in tickets.values():
        office.save(ticket)
    names = [ticket.id for ticket in tickets.values()]
    del tickets

    def replayed() -> list[list[Any]]:
        found: Counter[tuple[str, str, int]] = Counter()
        for name in names:
            found.update(_volume(office.repository.get(name)))
        return sorted(["volume", *place, count, 0] for place, count in found.items())

    return replayed


def _volume(ticket: Any) -> list[tuple[str, str, int]]:
    """Unit, channel and month of what counts: the first dispatch to a unit in a month."""
    first: dict[tuple[str, int], str] = {}
    for held in ticket.rounds:
        day = datetime.fromtimestamp(held["at"] / 1000, ZONE)
        first.setdefault((held["unit"], day.year * 100 + day.month), held["channel"])
    return [(unit, channel, month) for (unit, month), channel in first.items()]
