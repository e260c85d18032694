"""A row of the exchange format: its fact, and what stands beside it for process miners and may contradict it."""

from collections.abc import Callable, Iterator

import attrs

from ledger.exchange import REMEDIES, read_fact
from ledger.facts import Fact
from ledger.intake.cells import exchanged, shown, without_value
from ledger.intake.kept import TEXTS, text_kept
from ledger.intake.rows.row_facts import RowFacts, with_texts
from ledger.intake.rows.view import TableView
from ledger.intake.tables.table import NO_VALUES, Row
from ledger.intake.times import EARLIEST, LATEST, TOO_FAR
from ledger.sentences import Mistake, UnreadableFact, sentence
from ledger.texts import FREE, masked

BESIDE = ("activity", "transition", "resource", "round")
"""Columns of an XES export that say over again, for process miners, what others say."""
COMPLETE = "complete"  # the one step of a fact's life that an export writes
LEAVE_OUT = "write what the fact says, or leave it out: it is for process miners alone"
SAME_UNIT = (
    "write the unit of the fact, or leave it out; of a unit's other name, first record that: kaoping alias UNIT NAME"
)


def tell_exchanged(view: TableView, row: Row, told: RowFacts) -> None:
    """What a row tells, or what is wrong with it."""
    names, more = _names(view), {view.places[name] for name in BESIDE if name in view.places}
    cells = [(name, cell) for place, (name, cell) in enumerate(zip(names, row.cells, strict=True)) if place not in more]
    raw = {name: exchanged(name, cell) for name, cell in cells}
    if not NO_VALUES.isdisjoint(raw.values()):
        reasons = ((name, cell, without_value(cell)) for name, cell in raw.items() if name not in FREE)
        told.wrong.extend(Mistake(name, cell, one.why, one.remedy) for name, cell, one in reasons if one)
    if told.wrong:
        return
    try:
        fact = read_fact(raw)
    except UnreadableFact as refused:
        told.wrong.extend(m if m.column in view.places else attrs.evolve(m, value=None) for m in refused.mistakes)
        return
    for name in ("at", "due_at", "until"):
        instant = getattr(fact, name, None)
        if instant is not None and not EARLIEST <= instant < LATEST:
            told.wrong.append(Mistake(name, raw[name], TOO_FAR, REMEDIES["at"]))
    texts = {name: text_kept(name, getattr(fact, name, None), view.profile) for name in TEXTS}
    changed = {name: text for name, text in texts.items() if text is not None and text != getattr(fact, name)}
    told.take(fact, with_texts(fact, changed))


def beside(view: TableView, row: Row, fact: Fact, unit_of: Callable[[str], str]) -> Iterator[Mistake]:
    """What a row of the exchange format says beside its fact, and that contradicts it. A fact that names no unit is that of
    whoever leads, which the row alone does not know; and so is how many rounds there were."""
    said = {name: shown(row.cells[view.places[name]]).strip() for name in BESIDE if name in view.places}
    unit = fact.unit
    agrees: dict[str, Callable[[str], bool]] = {
        "activity": lambda told: told in (fact.kind, fact.word),
        "transition": lambda told: told == COMPLETE,
        "resource": lambda told: unit is None or unit_of(masked(told)) == unit_of(unit) or masked(told) == shown(unit),
        "round": lambda told: told.isdecimal() and told.strip("0０") != "",
    }
    known = {"activity": fact.word, "transition": COMPLETE, "resource": unit, "round": "1, 2, 3 …"}
    for name, told in said.items():
        if told and not agrees[name](told):
            why = sentence("contradicts the fact beside it, which says {known}", known=known[name])
            yield Mistake(view.heading(name), told, why, LEAVE_OUT if name != "resource" else SAME_UNIT)


def _names(view: TableView) -> list[str]:
    """The fields that the headings name, by the profile or themselves."""
    named = {place: column for column, place in view.places.items()}
    return [named.get(place, heading) for place, heading in enumerate(view.header)]
