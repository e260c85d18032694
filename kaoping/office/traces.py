"""A ticket's audit made again from the facts of a proof alone, to hold the one it tells against."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs

from calendars.instants import read_iso
from calendars.notices import CalendarError
from calendars.workdays import Calendar
from kaoping.files import folder
from kaoping.files.rulebooks import read_rulebook
from kaoping.office.tickets import TicketReport, in_order
from ledger.batches import Batch, Event, Head
from ledger.columns.events import columns_of, standing_of
from ledger.exchange import content
from ledger.facts import LIFECYCLE
from ledger.register import event_read_as
from ledger.sentences import UnusableFile
from ledger.snapshot import Snapshot
from ledger.voids import voided_keys
from scoring.explain.ticket import audit
from scoring.law.rulebook import Rulebook
from scoring.scores.scoring import when_asked

ONLY_TOLD = ("lost", "marginal", "file", "sha256", "recorded_at", "ledger", "as_of")
"""Names in a trace whose values do not follow from one ticket's facts: points shared with other tickets, the file an import read,
when it was recorded, the hash of the ledger's head, the moment that was asked about."""


@attrs.frozen
class Rules:
    """A rulebook and calendar, and whether they are those that travel with this Kaoping."""

    book: Rulebook
    calendar: Calendar
    installed: bool


def rules_of(trace: Mapping[str, Any], carried: Mapping[str, Any] | None) -> Rules | None:
    """The rules whose digests a trace names: those installed, else those carried in the proof; None where neither are they."""
    wanted = trace["stamps"]["rulebook"], trace["stamps"]["calendar"]
    found: list[Rules] = []
    with suppress(folder.NoSuchFile):  # a rulebook of the office's own
        found.append(Rules(folder.rulebook(Path(trace["rulebook"]).stem), folder.working_days(), True))
    if carried is not None:
        with suppress(UnusableFile, CalendarError):
            book = read_rulebook(carried["rulebook"], trace["rulebook"], carried["readings"])
            found.append(Rules(book, Calendar.from_text(carried["calendar"]), False))
    return next((one for one in found if (one.book.digest, one.calendar.digest()) == wanted), None)


def audit_again(
    trace: Mapping[str, Any], rules: Rules, events: Sequence[Event], voids: Sequence[Event], size: int,
    names: Mapping[str, str],
) -> TicketReport:  # fmt: skip
    """The audit of the ticket from its facts, as of the moment the trace names; `names` are aliases of units. Raises ValueError,
    KeyError."""
    gone = frozenset(voided_keys(voids))
    lived = [event for event in events if event.fact.kind in LIFECYCLE]
    columns = columns_of(
        [event.position for event in lived], [bytes.fromhex(event.key) for event in lived], [content(event.fact) for event in lived]
    )  # fmt: skip
    standing = standing_of(columns.lazy(), [event.position for event in lived if event.key in gone], names)
    findings = tuple(
        event_read_as(event, names) for event in events if event.fact.kind == "finding" and event.key not in gone
    )
    import narwhals as nw  # what derives takes long to load

    snapshot = Snapshot(
        head=Head(size, ""), findings=findings, enrolments=(), voids=tuple(voids), whole=nw.from_native(standing)
    )
    as_of = read_iso(trace["stamps"]["as_of"])
    scoring = when_asked(snapshot, rules.book, rules.calendar, as_of)
    batches = [_UNTOLD] * max(event.batch for event in events)
    told = audit(scoring, str(trace["ticket"]))
    return TicketReport(scoring=scoring, audit=told, events=in_order(events), batches=batches, voided=gone)


_UNTOLD = Batch(
    number=0, name="", sha256="", profile="", recorded_at=0, rows=0, accepted=0, known=0, quarantined=0, ignored=0,
    events_added=0, last_position=0,
)  # fmt: skip


def following(value: Any) -> Any:
    """The parts of a trace that follow from one ticket's facts."""
    if isinstance(value, Mapping):
        return {name: following(part) for name, part in value.items() if name not in ONLY_TOLD}
    return [following(part) for part in value] if isinstance(value, list) else value
