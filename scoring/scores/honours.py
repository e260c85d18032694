"""等次、红黑榜: what a unit is called by its score and rank."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import attrs

from scoring.law.terms import Board, Grade


@attrs.frozen(kw_only=True)
class Standing:
    """Where a unit stands: its group, score, and rank on the sheet or in its group; without a rank it gets nothing here."""

    unit: str
    group: str
    score: Fraction | None
    rank: int | None


def grades_of(standings: Sequence[Standing], grades: Sequence[Grade], ranking: str) -> Mapping[str, str]:
    """Each ranked unit's grade: the first whose conditions it fulfils. `ranking`: ranks are of the sheet, or within each group."""
    places = {one.unit: one.group if ranking == "group" else "" for one in standings}
    ranked = Counter(places[one.unit] for one in standings if one.rank is not None)
    return {
        one.unit: next(
            (grade.grade for grade in grades if grade.suits(one.score, one.rank, ranked[places[one.unit]])), ""
        )
        for one in standings
        if one.rank is not None and one.score is not None
    }


def boards_of(standings: Sequence[Standing], board: Board | None) -> Mapping[str, str]:
    """The units on the `red` and on the `black` list of their group."""
    groups: dict[str, list[tuple[int, Fraction, str]]] = {}
    for one in standings if board is not None else ():
        if one.rank is not None and one.score is not None:
            groups.setdefault(one.group, []).append((one.rank, one.score, one.unit))
    return {unit: colour for members in groups.values() for unit, colour in _colours(members, board)}


def _colours(members: Sequence[tuple[int, Fraction, str]], board: Board | None) -> Iterator[tuple[str, str]]:
    assert board is not None
    for rank, score, unit in members:
        before = sum(other < rank for other, _, _ in members)
        behind = sum(other > rank for other, _, _ in members)
        if before < board.red and (board.red_at_least is None or score >= board.red_at_least):
            yield unit, "red"
        elif behind < board.black and (board.black_below is None or score < board.black_below):
            yield unit, "black"
