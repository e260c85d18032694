"""A report in which one ticket's facts are taken otherwise: what the scores had been, everything else the same."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import narwhals as nw

from ledger.columns.events import EVENT
from ledger.facts import KINDS, RANK
from ledger.sentences import UserError, sentence
from metrics.custody import ROUND, placed
from metrics.derive import FRAMES, Derived, Spliced, derive
from scoring.law.rulebook import Rulebook
from scoring.scores.scoring import Scoring

ACTS: Mapping[str, str] = {
    "signed": "sign", "contacted": "contact", "responded": "contact", "returned": "return", "closed": "close", "sealed": "seal",
}  # fmt: skip
RATED = ("satisfied", "rated")
SUPPOSED = 0  # the position of a fact that is in no ledger


class CannotSuppose(UserError):
    """A supposition that fits no round of the ticket."""


@attrs.frozen(kw_only=True)
class Supposition:
    """One fact taken otherwise, in one round of a ticket.

    `name` is an act (signed, contacted, returned, closed, sealed) with the instant `at` (ms) it is supposed to have happened
    first; or `satisfied` with a `rating`; or `due` with the instant `at` the dispatch is supposed to have named. Without
    either, the facts of that act (or the fact at `position`) are supposed not to be there.
    """

    name: str = ""
    at: int | None = None
    rating: str | None = None
    position: int | None = None


Row = dict[str, Any]


def supposed(
    scoring: Scoring,
    ticket: str,
    suppositions: Sequence[Supposition],
    unit: str | None = None,
    number: int | None = None,
) -> Scoring:
    """The report had this been so. `unit` and `number` choose the round where the ticket has several.

    Raises CannotSuppose.
    """
    _refuse_senseless(suppositions, scoring.book)
    practice = scoring.book.practice()
    rows = _rows(scoring, ticket)
    where = placed(_frame(rows), attrs.evolve(practice, assist_rounds="count")).collect()
    rounds = {row["position"]: tuple(row[name] for name in ROUND) for row in where.iter_rows(named=True)}
    chosen = _chosen(rows, rounds, unit, number)
    for one in suppositions:
        rows = _without(rows, rounds, chosen, one) if _is_removal(one) else _changed(rows, rounds, chosen, one)
    changed = derive(_frame(rows), practice, scoring.calendar)
    derived = _spliced(scoring.derived, changed, ticket)
    return attrs.evolve(scoring, given=derived, kept=None, supposed=True)


def _refuse_senseless(suppositions: Sequence[Supposition], book: Rulebook) -> None:
    """Raises CannotSuppose where an act is supposed in two ways, or a rating is one that the rulebook does not know."""
    acts = [ACTS.get(one.name, one.name) for one in suppositions if one.name]
    for act in acts:
        if acts.count(act) > 1:
            raise CannotSuppose(sentence("{name} is supposed twice.", name=act), "Suppose each act in one way.")
    known = [word for words in attrs.astuple(book.ratings) for word in words]
    for one in suppositions:
        if one.rating is not None and one.rating not in known:
            raise CannotSuppose(
                sentence("the rulebook knows no rating {word}.", word=one.rating),
                sentence("Known: {known}", known=" ".join(known)),
            )


def _rows(scoring: Scoring, ticket: str) -> list[Row]:
    return list(scoring.snapshot.events_of(ticket).collect().iter_rows(named=True))


def _frame(rows: Sequence[Row]) -> Any:
    columns = {name: [row[name] for row in rows] for name in EVENT}
    schema = {name: getattr(nw, kind)() for name, kind in EVENT.items()}
    return nw.from_dict(columns, schema, backend="polars").lazy()


def _chosen(
    rows: Sequence[Row], rounds: Mapping[int, tuple[Any, ...]], unit: str | None, number: int | None
) -> tuple[Any, ...]:
    """The one round meant."""
    dispatched = [rounds[row["position"]] for row in rows if row["rank"] == RANK["dispatch"]]
    fitting = [one for one in dispatched if unit in (None, one[1]) and number in (None, one[2])]
    if len(fitting) != 1:
        shown = "、".join(f"{one[1]} {one[2]}" for one in dispatched)
        raise CannotSuppose(
            sentence("the ticket has {count} rounds that this could mean: {rounds}", count=len(fitting), rounds=shown),
            "Choose one with --unit and --round.",
        )
    return fitting[0]


def _is_removal(one: Supposition) -> bool:
    return one.at is None and one.rating is None


def _without(
    rows: Sequence[Row], rounds: Mapping[int, tuple[Any, ...]], chosen: tuple[Any, ...], one: Supposition
) -> list[Row]:
    gone = [row for row in rows if _meant(row, rounds, chosen, one)]
    if not gone:
        raise CannotSuppose(sentence("the round has no {name} to be without.", name=one.name or f"#{one.position}"))
    return [row for row in rows if row not in gone]


def _meant(row: Row, rounds: Mapping[int, tuple[Any, ...]], chosen: tuple[Any, ...], one: Supposition) -> bool:
    if one.position is not None:
        return bool(row["position"] == one.position)
    return rounds.get(row["position"]) == chosen and KINDS[row["rank"]].kind == ACTS.get(one.name, one.name)


def _changed(
    rows: Sequence[Row], rounds: Mapping[int, tuple[Any, ...]], chosen: tuple[Any, ...], one: Supposition
) -> list[Row]:
    mine = [row for row in rows if rounds.get(row["position"]) == chosen]
    dispatch = next(row for row in mine if row["rank"] == RANK["dispatch"])
    if one.name == "due":
        return [{**row, "due_at": one.at} if row is dispatch else row for row in rows]
    if one.rating is not None:
        surveys = [row for row in mine if row["rank"] == RANK["survey"] and row["rating"] is not None]
        if not surveys:
            raise CannotSuppose("the round has no rated survey to be otherwise.")
        last = max(surveys, key=lambda row: (row["at"], row["seq"], row["tie"]))
        return [{**row, "rating": one.rating} if row is last else row for row in rows]
    assert one.at is not None
    _refuse_outside(rows, rounds, chosen, dispatch, one.at)
    acts = [row for row in mine if KINDS[row["rank"]].kind == ACTS[one.name]]
    plain = dict.fromkeys(EVENT)
    act = {
        **plain, "position": SUPPOSED, "tie": 0, "seq": 0, "ticket": chosen[0], "unit": chosen[1], "at": one.at,
        "rank": RANK[ACTS[one.name]],
    }  # fmt: skip
    first = min(acts, key=lambda row: (row["at"], row["seq"], row["tie"])) if acts else act
    later = [row for row in acts if row is not first and row["at"] > one.at]
    return [*(row for row in rows if row not in acts), {**first, "unit": chosen[1], "at": one.at}, *later]


def _refuse_outside(
    rows: Sequence[Row], rounds: Mapping[int, tuple[Any, ...]], chosen: tuple[Any, ...], dispatch: Row, at: int
) -> None:
    """Raises CannotSuppose for an instant before the round, or in the unit's next one."""
    later = [row["at"] for row in rows if row["rank"] == RANK["dispatch"] and rounds[row["position"]][:2] == chosen[:2]]
    ends = min((instant for instant in later if instant > dispatch["at"]), default=None)
    if at < dispatch["at"] or (ends is not None and at >= ends):
        raise CannotSuppose(
            "that instant lies outside the round.", "It begins at the dispatch and ends at the unit's next one."
        )


def _spliced(whole: Derived, changed: Derived, ticket: str) -> Spliced:
    """The derivation with one ticket's rows in place of its own."""

    def with_changed(name: str) -> Any:
        frame, other = getattr(whole, name), getattr(changed, name)
        rest = frame.filter(nw.col("ticket") != ticket)
        columns = rest.collect_schema().names()
        return nw.concat([rest.select(columns), other.select(columns)], how="vertical").collect().lazy()

    return Spliced(clock=whole.clock, **{name: with_changed(name) for name in FRAMES})


def months_of_ticket(scoring: Scoring, ticket: str) -> set[int]:
    """The months, like 202305, in which a decided verdict of the ticket counts."""
    mine = (nw.col("ticket") == ticket) & (nw.col("decided_at") <= scoring.as_of)
    return {month for (month,) in scoring.derived.verdicts.filter(mine).select("month").unique().collect().rows()}
