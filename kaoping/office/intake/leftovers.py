"""What imports kept aside, and what became of it since: mended, taken, told otherwise, or declined by the office."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from calendars.instants import SHANGHAI, local_instant
from kaoping.office.session import Session, WrongArgument, refuse_hidden
from ledger.batches import Batch, Change, Event, Source
from ledger.facts import Dispatch, Fact, Settle
from ledger.intake.kept import masked_fact
from ledger.intake.leftovers import change_digest, digest_before, row_digest
from ledger.register import read_as
from ledger.sentences import sentence
from ledger.store import Ledger
from ledger.voids import voided_keys

MOMENT = re.compile(
    r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?(?:[T\s]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2}))?)?"
)
MENDED, TAKEN, DECLINED, OTHERWISE = "mended", "taken", "declined", "told otherwise since"


@attrs.frozen(kw_only=True)
class LeftRow:
    """A row of a batch kept aside, with its cells by heading and its reasons as they were recorded; `part`: it gave facts, and only
    acts without a time are aside. `before`: its digest where a row taken in part had none of its own. `became`: what it became since,
    empty while it is aside."""

    batch: int
    row: int
    cells: Mapping[str, Any]
    reasons: Sequence[Sequence[Any]]
    part: bool
    digest: str
    before: str
    became: str = ""


@attrs.frozen(kw_only=True)
class LeftChange:
    """A change of a batch that was not taken; `became`: what it became since, empty while it is kept aside."""

    batch: int
    change: Change
    digest: str
    became: str = ""


@attrs.frozen
class Leftovers:
    """All that the batches known at a position left, each once a batch."""

    rows: tuple[LeftRow, ...]
    changes: tuple[LeftChange, ...]


def moments(cell: object) -> Iterator[tuple[datetime, bool]]:
    """The moments named in a cell, each with whether it has a time of day."""
    for year, month, day, hour, minute, second in MOMENT.findall(cell) if isinstance(cell, str) else ():
        try:
            at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
            yield at, bool(hour)
        except ValueError:
            continue


def months_named(row: LeftRow) -> set[int]:
    """The months that a row names; none: nobody knows of which it is."""
    return {at.year * 100 + at.month for cell in row.cells.values() for at, _ in moments(cell)}


def leftovers(
    ledger: Ledger, batches: Sequence[Batch], position: int, asked: Callable[[LeftRow], bool] = lambda _: True
) -> Leftovers:
    """What the batches left of the rows asked for, and what became of it by the position."""
    answers = ledger.settlements(position)
    first: dict[str, LeftRow] = {}
    rows = []
    later = _Later(ledger, position)
    every = [*_rows(ledger, batches)]
    whole = {row.digest for row in every if not row.part}
    for row in filter(asked, every):
        since = first.setdefault(row.digest, row)
        digests = [row.digest, *({row.before} - whole if row.part else ())]
        rows.append(attrs.evolve(row, became=_said(answers, *digests) or later.became(since)))
    return Leftovers(tuple(rows), tuple(_changes(ledger, batches, answers)))


def _rows(ledger: Ledger, batches: Iterable[Batch]) -> Iterator[LeftRow]:
    for batch in batches:
        for part, found in ((False, ledger.quarantine(batch.number)), (True, ledger.parts(batch.number))):
            for number, cells, reasons in found:
                yield LeftRow(
                    batch=batch.number, row=number, cells=json.loads(cells), reasons=json.loads(reasons), part=part,
                    digest=row_digest(batch.sha256, number, cells, part=part),
                    before=row_digest(batch.sha256, number, cells, part=False),
                )  # fmt: skip


def _said(answers: Mapping[str, Settle], *digests: str) -> str:
    """What was said of the first of these digests that something was said of."""
    told = next((answers[digest] for digest in digests if digest in answers), None)
    return "" if told is None else MENDED if told.mended else DECLINED


def how_many_declined(answers: Mapping[str, Settle], changes: Iterable[Change]) -> int:
    """Of changes not taken, how many the office declined before, in the same words."""
    return sum(_said(answers, change_digest(one), digest_before(one)) == DECLINED for one in changes)


def _changes(ledger: Ledger, batches: Iterable[Batch], answers: Mapping[str, Settle]) -> Iterator[LeftChange]:
    """The changes not taken; of one act and field the last speaks, until it is taken."""
    found: list[LeftChange] = []
    open_at: dict[tuple[object, ...], int] = {}
    for batch in batches:
        for change in ledger.changes(batch.number):
            place, act = (change.ticket, change.unit, change.kind, change.field), _act_of(change)
            for at in [open_at.pop((*place, one)) for one in {act, None} if (*place, one) in open_at]:
                found[at] = attrs.evolve(found[at], became=found[at].became or (TAKEN if change.taken else OTHERWISE))
            if not change.taken:
                open_at[*place, act], digest = len(found), change_digest(change)
                became = _said(answers, digest, digest_before(change))
                found.append(LeftChange(batch=batch.number, change=change, digest=digest, became=became))
    yield from found


def _act_of(change: Change) -> str | None:
    """Which act it speaks of; where nobody recorded that, a change of an instant still says it."""
    return change.act or ((change.was or change.now) if change.field == "at" else None)


@attrs.define
class _Later:
    """What the ledger came to know of the rows that were aside, and that stands at a position; each ticket is read once."""

    ledger: Ledger
    position: int
    names: Mapping[str, str] = attrs.field(init=False)
    gone: set[str] = attrs.field(init=False)
    known: dict[str, list[Event]] = attrs.Factory(dict)

    def __attrs_post_init__(self) -> None:
        self.names = self.ledger.names(self.position)
        self.gone = voided_keys(self.ledger.events(self.position, kinds=("void",)))

    def became(self, row: LeftRow) -> str:
        """Whether a row was mended: a later batch told a fact of its ticket at an instant that it names; or, of one taken in part,
        as many acts of its round as it says are known."""
        if row.part:
            acts = [told["act"] for *_, told in row.reasons if isinstance(told, dict) and "act" in told]
            return MENDED if acts and all(map(self._knows, acts)) else ""
        instants = {
            local_instant(at, SHANGHAI)
            for cell in row.cells.values()
            for at, timed in moments(cell)
            if timed and 1980 < at.year < 2200
        }
        later = instants and any(
            event.batch > row.batch and event.fact.at in instants
            for cell in row.cells.values()
            for event in self._of(str(cell))
        )
        return MENDED if later else ""

    def _knows(self, act: Mapping[str, Any]) -> bool:
        unit = self.names.get(act["unit"], act["unit"])
        facts = [read_as(event.fact, self.names) for event in self._of(act["ticket"])]
        known = [fact for fact in facts if fact.kind == act["kind"] and fact.unit in (None, unit)]
        if act.get("sent") is not None:
            starts = sorted(fact.at for fact in facts if isinstance(fact, Dispatch) and fact.unit == unit)
            known = [*_in_round(known, starts, act["sent"])]
        return len(known) >= int(act["times"])

    def _of(self, ticket: str) -> list[Event]:
        if ticket not in self.known:
            told = self.ledger.events(self.position, ticket=ticket)
            self.known[ticket] = [event for event in told if event.key not in self.gone]
        return self.known[ticket]


def _in_round(acts: Iterable[Fact], starts: Sequence[int], sent: int) -> Iterator[Fact]:
    """Of a unit's acts on a ticket, those from a dispatch to its next one; what came before the first belongs to that."""
    first = all(sent <= start for start in starts)
    following = [start for start in starts if start > sent][:1]
    for act in acts:
        if (first or act.at >= sent) and all(act.at < start for start in following):
            yield act


# declined


@attrs.frozen
class Declined:
    """What was declined: how many rows and changes of a batch, and the facts that say so, by their positions."""

    rows: int
    changes: int
    positions: tuple[int, ...]


def to_decline(session: Session, batch: int | None, reason: str, rows: Sequence[int] = ()) -> Leftovers:
    """What declining a batch, or some rows of its file, would be about; nothing is recorded. Raises WrongArgument."""
    _refuse_unsaid(batch, reason)
    with session.ledger() as opened:
        return _asked(opened, batch, rows)


def decline(session: Session, batch: int | None, reason: str, rows: Sequence[int] = ()) -> Declined:
    """That what is aside of a batch, or of some rows of its file, is not to be taken, recorded with the reason. Raises WrongArgument."""
    _refuse_unsaid(batch, reason)
    with session.ledger() as opened:
        asked = _asked(opened, batch, rows)
        digests = dict.fromkeys([*(one.digest for one in asked.rows), *(one.digest for one in asked.changes)])
        facts = [
            (number, masked_fact(Settle(at=session.now, digest=digest, reason=reason.strip())))
            for number, digest in enumerate(digests, 1)
        ]
        before = opened.head().position
        opened.append(
            Source(name="kaoping aside", sha256="", profile="record", rows=len(facts), facts=facts), session.now
        )
        positions = tuple(range(before + 1, opened.head().position + 1))
    return Declined(len(asked.rows), len(asked.changes), positions)


def _refuse_unsaid(batch: int | None, reason: str) -> None:
    """Raises WrongArgument for declining that names no batch, or gives no reason that can be read."""
    if batch is None:
        raise WrongArgument(sentence("--decline speaks of one batch."), "Name its number, as kaoping aside shows it.")
    if not reason.strip():
        raise WrongArgument(
            sentence("--decline needs a reason."), "Give it with --reason, such as --reason 以台账为准."
        )
    refuse_hidden("reason", reason)


def _asked(ledger: Ledger, batch: int | None, rows: Sequence[int]) -> Leftovers:
    """What is aside of a batch, or of some rows of its file. Raises WrongArgument where nothing is."""
    left = leftovers(ledger, ledger.batches(), ledger.head().position)
    asked = [one for one in left.rows if one.batch == batch and not one.became and (not rows or one.row in rows)]
    changes = [
        one for one in left.changes
        if one.batch == batch and not one.became and (not rows or one.change.row in rows)
    ]  # fmt: skip
    if not asked and not changes:
        why = sentence("nothing of batch {batch} is aside under these rows.", batch=batch)
        raise WrongArgument(why, "kaoping aside lists what is.")
    return Leftovers(tuple(asked), tuple(changes))
