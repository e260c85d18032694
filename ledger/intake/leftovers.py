"""What an import kept aside, by what it says: a row or a change told in the same words by several files is one."""

import json
from collections.abc import Iterable

import attrs

from ledger.batches import Change, Event
from ledger.facts import Settle
from ledger.proof.chain import PART, digest_of

MENDED_BY = "改后导入：第 {batch} 批第 {row} 行"
NUMBER = 16  # letters of a digest that stand for it in a workbook


def row_digest(sha256: str, row: int, cells: str, *, part: bool) -> str:
    """The digest (SHA-256) of a row kept aside: of its cells, as JSON; of one without any, of its place in its file. A row taken in
    part (`part`) never has that of one that became nothing."""
    told = cells if cells != "{}" else f"{sha256} {row}"
    return digest_of(f"{PART} {told}" if part else told)


def change_digest(change: Change) -> str:
    """The digest (SHA-256) of a change: of which act it speaks, what that was and what it would be."""
    told = [change.ticket, change.unit, change.kind, change.field, change.was, change.now]
    if change.act is not None and change.field != "at":  # an instant says itself which act it was
        told.append(change.act)
    return digest_of(json.dumps(told, ensure_ascii=False, separators=(",", ":")))


def digest_before(change: Change) -> str:
    """Its digest as it was before the act was told."""
    return change_digest(attrs.evolve(change, act=None))


def number_of(digest: str) -> str:
    """The number by which a workbook names a row kept aside."""
    return f"A-{digest[:NUMBER]}"  # never a number of a spreadsheet, such as 12e4


def settled(standing: Iterable[Event]) -> dict[str, Settle]:
    """Digest -> the last word on it, of the settlements that stand."""
    return {event.fact.digest: event.fact for event in standing if isinstance(event.fact, Settle)}
