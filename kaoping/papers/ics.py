"""The calendar file (RFC 5545): an entry for each act due, the same one for as long as it lives, cancelled once it is done.

A file that is there already is gone on with: what changed in it has a higher SEQUENCE, so that calendars which took it before
take the change. The same agenda on top of the same file, or of what it wrote itself, gives the same bytes.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
from icalendar import Alarm, Calendar, Component, Event

from calendars.instants import DAY_MS, EPOCH
from kaoping.files.whole import whole
from kaoping.office.session import WrongArgument
from kaoping.reports.page import Agenda, Entry
from ledger.sentences import sentence
from ledger.texts import visible

PRODUCT = "-//Kaoping//kaoping due//ZH"
OWNER = "X-KAOPING-LEDGER"
KEPT_DAYS = 31
"""So long after its due a cancelled entry stays in the file: every calendar has taken the cancellation by then."""


@attrs.frozen(kw_only=True)
class Known:
    """An entry of an earlier file: when it was due (ms), its SEQUENCE, whether it is cancelled, and itself."""

    at: int
    sequence: int
    cancelled: bool
    event: Component


def write_ics(path: Path, agenda: Agenda) -> None:
    """Write the agenda, going on with the file that is there. It comes to its name once it is whole. Raises WrongArgument for a
    file that is no calendar of this ledger, OSError."""
    made = draw(agenda, path.read_bytes() if path.exists() else None, str(path))
    with whole(path) as part:
        part.write_bytes(made)


def readable(path: Path, agenda: Agenda) -> None:
    """Raises WrongArgument where the file that is there cannot be gone on with."""
    if path.exists():
        _read(path.read_bytes(), str(path), agenda.owner)


def draw(agenda: Agenda, before: bytes | None = None, name: str = "ics") -> bytes:
    """The calendar's bytes, going on with an earlier one of this `name`. Raises WrongArgument."""
    known = {} if before is None else _read(before, name, agenda.owner)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", visible(agenda.title))
    calendar.add("x-wr-caldesc", visible(agenda.about))
    calendar.add(OWNER, agenda.owner)
    for event in _events(agenda, known):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(agenda: Agenda, known: Mapping[str, Known]) -> Iterator[Component]:
    """What is asked for and what the file has of the rest, by due; then what is done."""
    shown, every = ({entry.key: entry for entry in some} for some in (agenda.shown, agenda.every))
    standing = shown | {key: every[key] for key in known if key in every}
    for key, entry in sorted(standing.items(), key=lambda pair: (pair[1].at, pair[0])):
        yield _event(agenda, entry, known.get(key))
    done = [(one.at, key, one) for key, one in known.items() if key not in standing]
    for at, key, one in sorted(done, key=lambda each: each[:2]):
        if not one.cancelled or at + KEPT_DAYS * DAY_MS > agenda.at:
            yield one.event if one.cancelled else _cancelled(agenda, key, one)


def _event(agenda: Agenda, entry: Entry, before: Known | None) -> Event:
    sequence = 0
    if before is not None:
        sequence = before.sequence + (before.cancelled or before.at != _second(entry.at))
    event = _begun(agenda, entry.key, sequence, entry.at, visible(entry.title))
    event.add("description", visible(entry.text))
    event.add("status", "CONFIRMED")
    if entry.warn_at is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", visible(entry.title))
        alarm.add("trigger", timedelta(seconds=(entry.warn_at - _second(entry.at)) // 1000))
        event.add_component(alarm)
    return event


def _cancelled(agenda: Agenda, key: str, one: Known) -> Event:
    event = _begun(agenda, key, one.sequence + 1, one.at, _title(one.event))
    event.add("status", "CANCELLED")
    return event


def _title(event: Component) -> str:
    """What the entry is called; where it says so twice, the first."""
    said = event.get("summary", "")
    return str(said[0] if isinstance(said, list) else said)


def _begun(agenda: Agenda, key: str, sequence: int, at: int, title: str) -> Event:
    event = Event()
    event.add("uid", key)
    event.add("dtstamp", _moment(agenda.at))
    event.add("dtstart", _moment(at))
    event.add("sequence", sequence)
    event.add("summary", title)
    event.add("transp", "TRANSPARENT")
    return event


def _read(data: bytes, name: str, owner: str) -> dict[str, Known]:
    """The entries of an earlier file by their keys. Raises WrongArgument."""
    try:
        calendar = Calendar.from_ical(data)
        if str(calendar.get(OWNER, "")) != owner:
            raise WrongArgument(sentence("{path} is no calendar of this ledger.", path=name), "Name a new file.")
        return {str(event["uid"]): _known(event) for event in calendar.walk("VEVENT")}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WrongArgument(
            sentence("{path} is no calendar that can be read.", path=name), "Name a new file."
        ) from error


def _known(event: Any) -> Known:
    begins = event.decoded("dtstart")
    if begins.tzinfo is None:
        raise ValueError("an entry of no time zone")  # which this machine's would be taken for
    at = (begins.astimezone(UTC) - EPOCH) // timedelta(milliseconds=1)
    cancelled = str(event.get("status", "")) == "CANCELLED"
    return Known(at=at, sequence=int(event.get("sequence", 0)), cancelled=cancelled, event=event)


def _second(instant: int) -> int:
    """The instant to the second: a calendar has nothing finer. An act due at 17:30:00.000 is due then, one at 23:59:59.999 before."""
    return instant // 1000 * 1000


def _moment(instant: int) -> datetime:
    return EPOCH + timedelta(milliseconds=_second(instant))
