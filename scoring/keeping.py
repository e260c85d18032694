"""Derived rows kept beside a ledger: brought up to date ticket by ticket, and read as the evidence of months."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import attrs

from calendars.workdays import Calendar
from ledger.chain import digest_of
from ledger.columns import Known
from ledger.kept import KEYS, TABLES, Basis, Kept, NoUse, path_of
from ledger.store import Ledger
from metrics.measures import Practice
from metrics.tallies import Tally
from scoring.evidence import CASE, Cause, Exemptions, Month, findings_of, groups_at
from scoring.rulebook import Rulebook

FORMAT = "3"
LEAST = 20_000  # events; below that deriving is as quick as reading
CHUNK = 200_000  # rows handed over at a time
OFTEN = 20  # an increment may touch one ticket in so many


def how_of(practice: Practice, calendar: Calendar, version: str) -> str:
    """A digest of how rows are derived: the practice, the calendar, the version of the program."""
    told = {**attrs.asdict(practice), "limits": sorted((*place, halves) for place, halves in practice.limits.items())}
    return digest_of(json.dumps([FORMAT, version, told, calendar.digest()], sort_keys=True, ensure_ascii=False))


def rows_now(
    ledger: Ledger, known: Known, book: Rulebook, calendar: Calendar, version: str, *, make: bool
) -> Kept | None:
    """The kept rows, brought up to where `known` stands; None where they do not fit. `make`: derive them where there are
    none. Whatever goes wrong with that file, nothing fails."""
    kept = Kept(path_of(ledger.path))
    basis = Basis(known.head.position, known.head.hash, how_of(book.practice(), calendar, version))
    if known.head.position < LEAST:
        return None
    try:
        found = kept.basis()
        if found == basis:
            return kept
        if not make:
            return None
        tickets = _touched(ledger, found, basis)
        _keep(kept, basis, known, book, calendar, tickets)
    except NoUse:
        return None
    return kept if kept.basis() == basis else None


def _touched(ledger: Ledger, found: Basis | None, wanted: Basis) -> set[str] | None:
    """The tickets to derive again; None: all of them."""
    if found is None or found.how != wanted.how or not 0 < found.position <= wanted.position:
        return None
    if ledger.head(found.position).hash != found.hash or (wanted.position - found.position) * OFTEN > wanted.position:
        return None
    return ledger.tickets_since(found.position)


def _keep(
    kept: Kept, basis: Basis, known: Known, book: Rulebook, calendar: Calendar, tickets: Collection[str] | None
) -> None:
    from ledger.columns import columns_of_tickets  # what derives takes long to load
    from metrics.engines import derive
    from scoring.evidence import every_event, exemptions_of

    practice = book.practice()
    events = known.events if tickets is None else columns_of_tickets(known.ledger, basis.position, tickets)
    derived = derive(events, practice, calendar)
    exempt = exemptions_of(every_event(events, derived, practice), practice) if book.exempts else frozenset()
    rows = {name: _told(frame.sort(KEYS[name].split(", "))) for name, frame in frames_of(derived).items()}
    kept.replace(basis, tickets, {**rows, "exemptions": sorted(exempt)})


def frames_of(derived: Any) -> Mapping[str, Any]:
    """What was derived, as the frames whose rows are kept; facts by their ledger positions."""
    import narwhals as nw

    places = derived.events.select("ticket", "step", "position").collect().lazy()
    verdicts = derived.verdicts
    for step, name in (("start_step", "started"), ("done_step", "ended"), ("denied_step", "denied")):
        named = places.select("ticket", nw.col("step").alias(step), nw.col("position").alias(name))
        verdicts = verdicts.join(named, on=["ticket", step], how="left")
    found = {
        "verdicts": verdicts, "rounds": derived.rounds.with_columns(place=nw.col("dispatched_step")),
        "oddities": derived.oddities.select(*TABLES["oddities"]).unique(), "extensions": derived.extensions,
        "grounds": derived.grounds.unique(),
    }  # fmt: skip
    return {name: frame.select(*TABLES[name]) for name, frame in found.items()}


def _told(frame: Any) -> Iterator[tuple[Any, ...]]:
    whole = frame.collect().to_native()
    for start in range(0, len(whole), CHUNK):
        yield from whole.slice(start, CHUNK).rows()


def months_kept(
    kept: Kept, known: Known, book: Rulebook, as_of: int, official_until: int, months: Sequence[int],
    units: Collection[str] | None = None,
) -> dict[int, Month]:  # fmt: skip
    """The evidence of some months, of every unit or of some: what `evidence.months_of` gives, from kept rows."""
    exemptions = _exemptions(kept) if book.exempts else frozenset()
    findings = findings_of(known)
    every: dict[str, list[Cause]] = defaultdict(list)
    for found in findings.values():
        for unit, causes in found.items():
            every[unit] += causes
    return {
        month: Month(
            months=(month,), tallies=_tallies(kept, month, as_of, units), breaches=_breaches(kept, month, as_of, units),
            exempted=_exempted(kept, month, as_of, exemptions), exemptions=exemptions, findings=findings.get(month, {}),
            every_finding=every, groups=groups_at(known, month), provisional=_provisional(kept, month, as_of, official_until, units),
        )
        for month in sorted(months)
    }  # fmt: skip


def _exemptions(kept: Kept) -> Exemptions:
    return frozenset(
        (ticket, unit, item) for ticket, unit, item in kept.rows("select ticket, unit, item from exemptions")
    )


def _where(month: int, as_of: int, units: Collection[str] | None) -> tuple[str, list[object]]:
    """The condition of decided verdicts of a month."""
    chosen = "unit in (select unit from units)" if units is None else f"unit in ({', '.join('?' * len(units))})"
    return f"where {chosen} and month = ? and decided_at <= ?", [*(units or ()), month, as_of]


def _tallies(
    kept: Kept, month: int, as_of: int, units: Collection[str] | None
) -> dict[tuple[str, str, str, int], Tally]:
    where, values = _where(month, as_of, units)
    sql = f"select measure, unit, channel, count(*), sum(breached) from verdicts {where} group by 1, 2, 3"
    return {
        (measure, unit, channel, month): Tally(n, breaches)
        for measure, unit, channel, n, breaches in kept.rows(sql, values)
    }


ORDER = "order by decided_at, ticket, unit, round, measure"


def _breaches(kept: Kept, month: int, as_of: int, units: Collection[str] | None) -> dict[tuple[str, str], list[Cause]]:
    where, values = _where(month, as_of, units)
    found: dict[tuple[str, str], list[Cause]] = defaultdict(list)
    for row in kept.rows(f"select {', '.join(CASE)} from verdicts {where} and breached {ORDER}", values):
        cause = _cause(row)
        found[cause.name, cause.unit].append(cause)
    return found


def _exempted(kept: Kept, month: int, as_of: int, exemptions: Exemptions) -> list[Cause]:
    tickets = sorted({ticket for ticket, _, _ in exemptions})
    rows: list[tuple[Any, ...]] = []
    for start in range(0, len(tickets), 500):
        part = tickets[start : start + 500]
        sql = f"select {', '.join(CASE)} from verdicts where ticket in ({', '.join('?' * len(part))}) and month = ? and decided_at <= ?"
        rows += kept.rows(sql, [*part, month, as_of])
    return sorted(map(_cause, rows), key=lambda one: (one.at, one.ticket or "", one.unit, one.round, one.name))


def _provisional(kept: Kept, month: int, as_of: int, official_until: int, units: Collection[str] | None) -> int:
    where, values = _where(month, as_of, units)
    return int(kept.rows(f"select count(*) from verdicts {where} and due > ?", [*values, official_until])[0][0])


def _cause(row: tuple[Any, ...]) -> Cause:
    measure, ticket, unit, number, channel, breached, at = row
    return Cause(measure, ticket, unit, number, channel, bool(breached), at)
