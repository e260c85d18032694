"""Derived verdicts kept beside a ledger: brought up to date ticket by ticket, and read as the evidence of months.

A group is named by its month and unit, and has a row for each verdict that counts there (`ROW`). One more group holds the
exemptions (ticket, unit, item); one for each month what cannot be judged as it is there (`GAP`).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs

from calendars.clock_columns import Frame
from calendars.workdays import Calendar
from ledger.batches import Head
from ledger.files import MEMORY
from ledger.mirror import Basis, Mirror, NoUse, Row, path_of
from ledger.proof.chain import digest_of
from ledger.snapshot import Snapshot, columns_of_tickets, snapshot_of
from ledger.store import Ledger
from metrics.tallies import Tally
from scoring.law.rulebook import Rulebook
from scoring.scores.evidence import (
    NOTHING_MISSING,
    Charge,
    Evidence,
    Missing,
    findings_of,
    groups_at,
    missing_by_month,
)

if TYPE_CHECKING:
    from metrics.derive import Derived

FORMAT = "5"
LEAST = 20_000  # events; below that deriving is as quick as reading
OFTEN = 20  # an increment may touch one ticket in so many
ROW = ("measure", "ticket", "round", "channel", "breached", "decided_at", "due")
GAP = ("what", "ticket", "unit", "round", "measure", "channel", "decided_at", "waived", "lacking")
EXEMPTIONS, GAPS, CANDIDATES = "exemptions", "gaps", "candidates"


def how_of(book: Rulebook, calendar: Calendar, version: str) -> str:
    """A digest of how rows are derived: the practice, whether exemptions hold, the calendar, the version of the program."""
    practice = book.practice()
    told = attrs.asdict(practice)
    for name in ("limits", "later_limits"):
        told[name] = sorted((*place, said) for place, said in getattr(practice, name).items())
    how = [FORMAT, version, told, book.exempts, calendar.digest()]
    return digest_of(json.dumps(how, sort_keys=True, ensure_ascii=False))


def rows_now(
    ledger: Ledger, head: Head, book: Rulebook, calendar: Calendar, version: str, *, make: bool
) -> Mirror | None:
    """The kept rows, brought up to `head`; None where they do not fit. `make`: derive them where there are none. Whatever goes
    wrong with that file, nothing fails."""
    if head.position < LEAST or ledger.path == MEMORY:
        return None
    kept = Mirror(path_of(ledger.path))
    basis = Basis(head.position, head.hash, how_of(book, calendar, version))
    found = kept.basis()
    if found != basis and not make:
        return None
    try:
        if found != basis:
            _keep(kept, found, basis, ledger, book, calendar)
    except NoUse:
        return None
    return kept if kept.basis() == basis else None


def _keep(kept: Mirror, found: Basis | None, basis: Basis, ledger: Ledger, book: Rulebook, calendar: Calendar) -> None:
    """Bring the rows from what they were derived from to a basis, or make them anew. Raises NoUse."""
    changed = None
    if found is not None and _continues(ledger, found, basis):
        with suppress(NoUse):
            changed = _changed(kept, ledger, (found.position, basis.position), book, calendar)
    if changed is None:
        kept.replace(basis, None, _groups(snapshot_of(ledger, basis.position).events, book, calendar))
    else:
        kept.replace(basis, found, changed)


def _continues(ledger: Ledger, found: Basis, wanted: Basis) -> bool:
    """Whether little was added to what the rows were derived from."""
    if found.how != wanted.how or not 0 < found.position <= wanted.position:
        return False
    if ledger.names(found.position) != ledger.names(wanted.position):
        return False
    return (
        ledger.head(found.position).hash == found.hash and (wanted.position - found.position) * OFTEN <= wanted.position
    )


def _changed(
    kept: Mirror, ledger: Ledger, ends: tuple[int, int], book: Rulebook, calendar: Calendar
) -> list[tuple[str, list[Row]]]:
    """The groups that hold other rows at one position than at an earlier one. Raises NoUse."""
    tickets = ledger.tickets_since(ends[0])
    old, new = (dict(_groups(columns_of_tickets(ledger, end, tickets), book, calendar)) for end in ends)
    changed = []
    for name in sorted({*old, *new}):
        rows, gone = {*kept.group(name)}, {*old.get(name, ())}
        if not gone <= rows:
            raise NoUse
        changed.append((name, sorted(rows - gone | {*new.get(name, ())})))
    return changed


def _groups(events: Frame, book: Rulebook, calendar: Calendar) -> Iterator[tuple[str, list[Row]]]:
    """The groups of all that is derived from events: derived now, made one by one."""
    import narwhals as nw  # what derives takes long to load

    from metrics.derive import derive
    from scoring.scores.evidence import every_event, exemptions_of

    practice = book.practice()
    derived = derive(events, practice, calendar)
    exempt = exemptions_of(every_event(events, derived, practice), practice) if book.exempts else ()
    verdicts = derived.verdicts.filter(~nw.col("month").is_null()).select("month", "unit", *ROW).collect()
    groups = (
        (f"{month} {unit}", sorted(part.select(*ROW).rows()))
        for (month, unit), part in verdicts.group_by("month", "unit")
    )
    return chain([(EXEMPTIONS, sorted(exempt))], _gaps(derived), groups)


def _gaps(derived: "Derived") -> Iterator[tuple[str, list[Row]]]:
    """Of each month what is untold and what is assumed; and apart, as it is seldom read, every candidate (its `measure` the names of
    all that could judge it): whatever else is untold, so that rows made ticket by ticket are those made at once."""
    found: dict[str, list[Row]] = defaultdict(list)
    place = ("month", "ticket", "unit", "round", "channel")
    for row in derived.untold.select(*place, "measure", "decided_at", "waived", "lacking").collect().rows():
        month, ticket, unit, number, channel, measure, decided_at, waived, lacking = row
        told = ("untold", ticket, unit, number, measure, channel, decided_at, int(waived), lacking)
        found[f"{GAPS} {month}"].append(told)
    for month, ticket, unit, number, channel, at in derived.assumed.select(*place, "at").collect().rows():
        found[f"{GAPS} {month}"].append(("assumed", ticket, unit, number, "", channel, at, 0, ""))
    for row in derived.candidates.select(*place, "at", "measures").collect().rows():
        month, ticket, unit, number, channel, at, measures = row
        found[f"{CANDIDATES} {month}"].append(("candidate", ticket, unit, number, measures, channel, at, 0, ""))
    yield from ((name, sorted(rows)) for name, rows in found.items())


def months_kept(
    kept: Mirror, snapshot: Snapshot, book: Rulebook, as_of: int, official_until: int, months: Sequence[int],
    units: Collection[str] | None = None,
) -> dict[int, Evidence]:  # fmt: skip
    """The evidence of some months, of every unit or of some: what `evidence.months_of` gives, from kept rows. Raises NoUse."""
    exemptions = frozenset((ticket, unit, item) for ticket, unit, item in kept.group(EXEMPTIONS))
    exempt = {ticket for ticket, _, _ in exemptions}
    findings = findings_of(snapshot)
    every: dict[str, list[Charge]] = defaultdict(list)
    for found in findings.values():
        for unit, charges in found.items():
            every[unit] += charges
    missing = _missing(kept, months, as_of)
    read: dict[int, Evidence] = {}
    for month in sorted(months):
        verdicts = _verdicts(kept, month, as_of, units)
        read[month] = Evidence(
            months=(month,), tallies=_tallies(verdicts, month), breaches=_breaches(verdicts),
            exempted=_charges(verdicts, lambda row: row[1] in exempt), exemptions=exemptions, findings=findings.get(month, {}),
            every_finding=every, groups=groups_at(snapshot, month), missing=missing.get(month, NOTHING_MISSING),
            provisional=sum(row[6] is not None and row[6] > official_until for rows in verdicts.values() for row in rows),
        )  # fmt: skip
    return read


def _missing(kept: Mirror, months: Sequence[int], as_of: int) -> dict[int, Missing]:
    untold: list[tuple[Any, ...]] = []
    candidates: list[tuple[Any, ...]] = []
    assumed: list[tuple[Any, ...]] = []
    for month in months:
        for what, _, unit, _, measure, channel, at, waived, lacking in kept.group(f"{GAPS} {month}"):
            if what == "untold" and at <= as_of:
                untold.append((month, measure, unit, channel, lacking, 1, waived))
            elif what == "assumed":
                assumed.append((month, unit, channel, 1))
    lacking = any(kept.group(name) for name in kept.names() if name.startswith(f"{GAPS} "))
    for month in months if lacking else ():
        for _, _, unit, _, measures, channel, at, _, _ in kept.group(f"{CANDIDATES} {month}"):
            if at <= as_of:
                candidates.append((month, unit, channel, measures, 1))
    return missing_by_month(untold, candidates, assumed)


def _verdicts(kept: Mirror, month: int, as_of: int, units: Collection[str] | None) -> dict[str, list[Row]]:
    """The decided verdicts of a month by unit."""
    start = f"{month} "
    every = (name.removeprefix(start) for name in kept.names() if name.startswith(start)) if units is None else units
    return {unit: [row for row in kept.group(f"{start}{unit}") if row[5] <= as_of] for unit in every}


def _tallies(verdicts: Mapping[str, Sequence[Row]], month: int) -> dict[tuple[str, str, str, int], Tally]:
    found: dict[tuple[str, str, str, int], Tally] = {}
    for unit, rows in verdicts.items():
        counts = Counter((row[0], row[3]) for row in rows)
        breaches = Counter((row[0], row[3]) for row in rows if row[4])
        found |= {(place[0], unit, place[1], month): Tally(n, breaches[place]) for place, n in counts.items()}
    return found


def _breaches(verdicts: Mapping[str, Sequence[Row]]) -> dict[tuple[str, str], list[Charge]]:
    found: dict[tuple[str, str], list[Charge]] = defaultdict(list)
    for charge in _charges(verdicts, lambda row: bool(row[4])):
        found[charge.name, charge.unit].append(charge)
    return found


def _charges(verdicts: Mapping[str, Sequence[Row]], which: Callable[[Row], bool]) -> list[Charge]:
    """Some verdicts, earliest first."""
    charges = [
        Charge(measure, ticket, unit, number, channel, breached, at)
        for unit, rows in verdicts.items()
        for measure, ticket, number, channel, breached, at, _ in filter(which, rows)
    ]
    return sorted(charges, key=lambda one: (one.at, one.ticket or "", one.unit, one.round, one.name))
