"""The quality of what a ledger holds: what of the logs is hardly so, and which texts are kept of them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import attrs
import narwhals as nw

from calendars.clock_columns import Frame
from calendars.periods import Period, month_of
from kaoping.office.session import Session, read_period
from ledger.facts import Fact, Flag
from ledger.intake.kept import TEXTS
from ledger.snapshot import standing
from ledger.store import Ledger
from ledger.texts import WITHHELD, numbers_in
from metrics.quality import CHECKS, quality_of
from scoring.scores.scoring import Scoring


@attrs.frozen(kw_only=True)
class Doubt:
    """One finding of a check: the ticket, the unit (None: the log names none), the instant and the ledger position it is about."""

    ticket: str
    unit: str | None
    at: int
    position: int


@attrs.frozen
class Quality:
    """Every check with its findings, those of a period or of the whole ledger."""

    scoring: Scoring
    period: str | None
    checks: Mapping[str, Sequence[Doubt]]


def quality(session: Session, period: str | None, as_of: str | None = None) -> Quality:
    """The checks of what the ledger knew at a moment. Raises WrongArgument, LedgerEmpty."""
    asked = None if period is None else read_period(period, session.book())
    with session.ledger() as opened:
        scoring = session.scoring(opened, as_of, mirrored=False)
        found = quality_of(scoring.derived, _flags(opened, scoring), scoring.as_of).collect()
    checks: dict[str, list[Doubt]] = {code: [] for code in CHECKS}
    for row in found.sort("ticket", "at", "position").iter_rows(named=True):
        check = row.pop("check")
        if asked is None or _within(asked, row["at"]):
            checks[check].append(Doubt(**row))
    return Quality(scoring, period, checks)


def _within(period: Period, at: int) -> bool:
    return month_of(at) in period.months


def _flags(ledger: Ledger, scoring: Scoring) -> Frame:
    """The platform's last word on each round and measure, as columns."""
    known_at = {one.number: one.recorded_at for one in ledger.batches()}
    last: dict[tuple[object, ...], tuple[object, ...]] = {}
    for event in standing(ledger, scoring.snapshot.head.position, ("flag",)):
        fact = event.fact
        assert isinstance(fact, Flag)
        place = (fact.ticket, fact.unit, fact.at, fact.measure)
        last[place] = (*place, fact.late, event.position, known_at[event.batch])
    types = {
        "ticket": nw.String(), "unit": nw.String(), "at": nw.Int64(), "measure": nw.String(), "late": nw.Boolean(),
        "position": nw.Int64(), "known_at": nw.Int64(),
    }  # fmt: skip
    columns = zip(*last.values(), strict=True) if last else ((),) * len(types)
    return nw.from_dict(dict(zip(types, map(list, columns), strict=True)), types, backend="polars").lazy()


# what is held of texts


@attrs.frozen(kw_only=True)
class Holding:
    """Texts of one place in a ledger: of facts of a `kind` in a `field`, of cells kept aside under a heading, of changes. How many,
    how many of them only say that there was one, how many show a telephone or identity number in full, how long the longest is."""

    where: str
    kind: str
    field: str
    texts: int
    different: int
    withheld: int
    phones: int
    ids: int
    longest: int


@attrs.frozen
class Holdings:
    """Every place that holds texts, and the batches whose files are kept whole."""

    places: Sequence[Holding]
    files: Sequence[int]


def holdings(session: Session) -> Holdings:
    """What texts a ledger holds, never the texts themselves."""
    with session.ledger() as opened:
        counted: dict[tuple[str, str, str], Counter[str]] = {}
        for place, text in _texts(opened):
            counted.setdefault(place, Counter())[text] += 1
        return Holdings([_holding(*place, texts) for place, texts in sorted(counted.items())], opened.files_kept())


def _texts(ledger: Ledger) -> Iterator[tuple[tuple[str, str, str], str]]:
    for event in ledger.events():
        for field in TEXTS:
            text = getattr(event.fact, field, None)
            if isinstance(text, str):
                yield ("facts", event.fact.kind, field), text
        if event.fact.ticket is not None and _dispatches(event.fact):
            yield ("facts", event.fact.kind, "ticket"), event.fact.ticket
    for batch in ledger.batches():
        yield ("batches", "", "file"), batch.name
        for _, cells, reasons in ledger.quarantine(batch.number):
            for heading, cell in json.loads(cells).items():
                if cell is not None:
                    yield ("aside", batch.profile, heading), str(cell)
            for column, value, *_ in json.loads(reasons):
                yield ("reasons", batch.profile, column), value
        for change in ledger.changes(batch.number):
            for text in (change.was, change.now):
                if text is not None:
                    yield ("changes", change.kind, change.field), text


def _dispatches(fact: Fact) -> bool:
    return fact.kind == "dispatch"


def _holding(where: str, kind: str, field: str, texts: Counter[str]) -> Holding:
    shown = [(numbers_in(text), count) for text, count in texts.items()]
    return Holding(
        where=where, kind=kind, field=field, texts=texts.total(), different=len(texts), withheld=texts[WITHHELD],
        phones=sum(count for found, count in shown if found["phone"]), ids=sum(count for found, count in shown if found["id"]),
        longest=max(map(len, texts)),
    )  # fmt: skip
