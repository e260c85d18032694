"""What became of batches once they were taken, as the ledger tells it: counts, what they cannot tell, what is still aside."""

from collections.abc import Mapping

import attrs

from calendars.periods import month_of
from kaoping.office.intake.imports import Remainder, aside
from kaoping.office.session import Session, WrongArgument
from ledger.batches import Batch, Coverage
from ledger.sentences import sentence

DIGITS = 9


@attrs.frozen(kw_only=True)
class TakenBatches:
    """Batches one after the other: what each can tell (`coverage`, by its number), the months in which they sent tickets
    (202305), and what of them is aside, with the changes that they took."""

    batches: tuple[Batch, ...]
    coverage: Mapping[int, Coverage]
    months: tuple[int, ...]
    aside: tuple[Remainder, ...]


def taken(session: Session, batches: str) -> TakenBatches:
    """What became of a batch (5), or of those from one to another (5-7). Raises WrongArgument."""
    first, _, last = batches.partition("-")
    if not first.isdecimal() or not (last or first).isdecimal() or max(len(first), len(last)) > DIGITS:
        raise WrongArgument(sentence("{text} names no batches.", text=batches[:40]), "kaoping batches lists them.")
    begin, end = int(first), int(last or first)
    with session.ledger() as opened:
        found = tuple(one for one in opened.batches() if begin <= one.number <= end)
        told = {one.number: opened.coverage(one.number) for one in found}
        months = tuple(sorted({month_of(at) for at in opened.sent_in(begin, end)}))
    if not found:
        raise WrongArgument(sentence("the ledger has no batch {batch}.", batch=batches), "kaoping batches lists them.")
    left = tuple(_still(one) for one in aside(session, settled=True) if begin <= one.number <= end)
    covered = {number: one for number, one in told.items() if one is not None}
    return TakenBatches(
        batches=found, coverage=covered, months=months, aside=tuple(one for one in left if one.all_rows or one.changes)
    )


def _still(one: Remainder) -> Remainder:
    """What of a batch is still aside, with the changes that it took."""
    rows, parts = (tuple(row for row in rows if not row.became) for rows in (one.rows, one.parts))
    changes = tuple(each for each in one.changes if not each.became or each.change.taken)
    return attrs.evolve(one, rows=rows, parts=parts, changes=changes)
