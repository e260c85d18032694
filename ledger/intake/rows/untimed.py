"""Acts that a row says without a time: how often there was one, and why what nobody dates is left out or kept aside."""

from ledger.intake.cells import UnfitCell, whole
from ledger.intake.coverage import tells
from ledger.intake.profile import BY_WORD, EventRule
from ledger.intake.rows.row_facts import Before
from ledger.intake.rows.rules import dispatch_of
from ledger.intake.rows.view import Cells, TableView
from ledger.sentences import Mistake, UntimedAct, sentence
from ledger.texts import masked

TOO_OFTEN = 10_000  # times of one act


def times_of(view: TableView, cells: Cells, event: EventRule, before: Before | None) -> tuple[int, str]:
    """How often the row says that it happened, without saying when, and the column that says so. Raises UnfitCell."""
    cell = cells.get(event.count) if event.count else None
    times = 0 if cell is None else whole(cell)
    if not 0 <= times < TOO_OFTEN:  # what is written there may be a telephone number
        raise UnfitCell("is not a count", "write a whole number of 0 or more")
    if view.profile.state_rows and before is not None and cell is not None:
        times -= _counted(event, before)
    if times:
        return times, event.count or ""
    for when in event.told_by:
        if view.holds(cells, when, before):
            return 1, when.column
    return _by_own_word(view, cells, event)


def _by_own_word(view: TableView, cells: Cells, event: EventRule) -> tuple[int, str]:
    """Whether a word that only such an act fills says that there was one, where the profile says nothing of that word."""
    if view.profile.state_rows or event.kind == BY_WORD or event.at not in view.places or event.needed:
        return 0, ""
    for column in view.own_words_of(event):
        if cells.get(column) is not None:
            return 1, column
    return 0, ""


def _counted(event: EventRule, before: Before) -> int:
    """What the counter of an event was in the ticket's states before."""
    try:
        return whole(before.was.get(event.count or "", "0"))
    except UnfitCell:
        return 0


def without_time(
    view: TableView, cells: Cells, event: EventRule, kind: str, witness: str, said: tuple[int, int]
) -> Mistake:
    """An act that the row says without a time: so often, and so often without. Kept aside where the table could tell it."""
    why = sentence(
        "says {kind}, but {times} of them without a time ({heading}): left out",
        kind=sentence(kind), times=said[1], heading=view.heading(event.at),
    )  # fmt: skip
    remedy = sentence(
        "export {heading} too (kaoping aside --xlsx gives the rows, to fill it in), or let your own profile name a"
        " stand-in for it with at_else",
        heading=view.heading(event.at),
    )
    act = None
    if event.at in view.places or tells(event, kind, view.places):  # else all of it is untold
        act = _act(view, cells, event, kind, said)
    return Mistake(view.heading(witness), cells.get(witness), why, remedy, act=act, untimed=True)


def _act(view: TableView, cells: Cells, event: EventRule, kind: str, times: tuple[int, int]) -> UntimedAct | None:
    try:
        ticket, unit = (_text(view, cells, event, field) for field in ("ticket", "unit"))
        rule = dispatch_of(view.profile, event)
        cell = None if rule is None or view.profile.state_rows else cells.get(rule.at)
        at = None if cell is None else view.means.read("at", cell)
    except UnfitCell:  # the row says so itself
        return None
    if ticket is None:
        return None
    return UntimedAct(
        kind=kind,
        ticket=ticket,
        unit=unit,
        times=times[0],
        untimed=times[1],
        sent=at if isinstance(at, int) else None,
    )


def _text(view: TableView, cells: Cells, event: EventRule, field: str) -> str | None:
    cell = cells.get(event.fields.get(field, field))
    if cell is None:
        return None
    text = str(view.means.read(field, cell))
    return masked(text) if field == "unit" else text


def earlier(view: TableView, cells: Cells, event: EventRule, kind: str, times: int) -> Mistake:
    """Acts that were counted before the first state of the ticket."""
    why = sentence(
        "says {times} {kind} before the first state, nobody says when: left out", times=times, kind=sentence(kind)
    )
    return Mistake(
        view.heading(event.count or ""), cells.get(event.count or ""), why, "export the states before it too"
    )


def fallen(view: TableView, cells: Cells, event: EventRule, before: Before | None) -> Mistake:
    """A counter that says less than in the state before."""
    was = before.was.get(event.count or "") if before else ""
    why = sentence("fell from {was}: a counter only rises; left out", was=was or "-")
    return Mistake(view.heading(event.count or ""), cells.get(event.count or ""), why, "mend it where it comes from")
