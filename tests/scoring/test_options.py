"""Where another option of a reading would have changed a line: what is told is what scoring under that option says."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import pytest

from scoring.compare import options
from scoring.compare.options import lines_otherwise, verdicts_otherwise
from scoring.scores.evidence import together
from scoring.scores.scoring import Scoring, again
from tests.logs import ledger_of, report_of, translated
from tests.oracle import oracle
from tests.oracle.disputed import disputed
from tests.oracle.oracle import Readings
from tests.oracle.test_readings import LATER, MOVED, facts_of

SEEDS = [pytest.param(seed, marks=[pytest.mark.slow, *([pytest.mark.long] if seed > 1 else [])]) for seed in range(12)]


@contextmanager
def scored(facts: list[dict[str, object]], readings: Readings, as_of: str = LATER) -> Iterator[Scoring]:
    with TemporaryDirectory() as folder, ledger_of(Path(folder) / "story.db", translated(facts)) as ledger:
        yield report_of(ledger, readings, oracle.ms_of(as_of))


def test_a_breach_tells_the_reading_under_which_it_would_not_be_one() -> None:
    with scored(facts_of(MOVED), Readings(moved_rounds="stay")) as scoring:
        others = verdicts_otherwise(scoring, "GX-1")
    told = {
        (measure, unit): {
            (one.choice.reading.id, one.choice.taken, one.choice.option, one.state) for one in others[measure, unit, 1]
        }
        for measure, unit, _ in others
    }
    assert ("moved_rounds", "stay", "leave", "absent") in told["responded", "甲"]
    assert ("whole_days", "next_day", "elapsed", "breached") not in told["responded", "甲"]
    assert all("moved_rounds" not in {one[0] for one in found} for (_, unit), found in told.items() if unit == "乙")


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_by_not_deriving_for_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    log = disputed(seed)
    with TemporaryDirectory() as folder, ledger_of(Path(folder) / "log.db", translated(log.facts)) as ledger:
        scoring = report_of(ledger, log.readings, log.as_of_ms)
    tickets = sorted({str(fact["ticket"]) for fact in log.facts if fact.get("ticket")})[seed % 3 :: 9][:3]
    told = {ticket: verdicts_otherwise(scoring, ticket) for ticket in tickets}
    monkeypatch.setattr(options, "ASKS", {})
    monkeypatch.setattr(options, "TOUCHES", {})
    for ticket, others in told.items():
        everything = verdicts_otherwise(scoring, ticket)
        assert _plain(everything) == _plain(others)


def _plain(
    others: Mapping[options.Known, tuple[options.OtherVerdict, ...]],
) -> dict[options.Known, set[tuple[object, ...]]]:
    return {
        known: {(one.choice.reading.id, one.choice.option, one.state, one.month) for one in found}
        for known, found in others.items()
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_a_unit_is_told_what_the_whole_sheet_would_say(seed: int) -> None:
    """Its own tickets alone give what all tickets give; an option that is not told changes nothing."""
    log = disputed(seed)
    with TemporaryDirectory() as folder, ledger_of(Path(folder) / "log.db", translated(log.facts)) as ledger:
        scoring = report_of(ledger, log.readings, log.as_of_ms)
    month = int(log.period.replace("-", ""))
    sheets = scoring.sheets(together([scoring.evidence([month])[month]]))
    at = next(place for place, sheet in enumerate(sheets) if any(unit.score is not None for unit in sheet.units))
    lines = {unit.unit: unit for unit in sheets[at].units if unit.score is not None}
    unit = sorted(lines)[seed % len(lines)]
    told = lines_otherwise(scoring, unit, [month], [(sheets[at].sheet, lines[unit])]).get(sheets[at].sheet.id, ())
    found = {(one.choice.reading.id, one.choice.option): None if one.line is None else one.line.score for one in told}
    for choice in options.choices(scoring.book):
        other = again(scoring, book=choice.book)
        then = other.sheets(together([other.evidence([month])[month]]))[at].units
        line = next((one for one in then if one.unit == unit), None)
        score, now = None if line is None else line.score, lines[unit].score
        assert found.get((choice.reading.id, choice.option), now) == score, choice.reading.id
    assert attrs.asdict(lines[unit])["score"] is not None
