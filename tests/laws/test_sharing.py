"""What one derivation takes from another: no more than both must find alike."""

from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import pytest

from metrics.derive import FOLLOWING, FRAMES, HOLDING, PLACING, REACHING, Derivation, derive
from metrics.measures import Practice
from scoring.compare.options import choices
from scoring.scores.scoring import Scoring
from tests.logs import ledger_of, report_of, translated
from tests.oracle.disputed import disputed

FIELDS = {field.name for field in attrs.fields(Practice)}
ASKED: set[str] = set()


class Watched(Practice):
    """A practice that notes what of it is asked."""

    def __getattribute__(self, name: str) -> object:
        if name in FIELDS:
            ASKED.add(name)
        return super().__getattribute__(name)


def of_seed(seed: int) -> Scoring:
    log = disputed(seed)
    with TemporaryDirectory() as folder, ledger_of(Path(folder) / "log.db", translated(log.facts)) as ledger:
        return report_of(ledger, log.readings, log.as_of_ms)


STEPS = [
    ("followed", FOLLOWING, {"untimed_redos"}),
    ("events", PLACING, {"assist_rounds"}),
    ("held", HOLDING, {"moved_rounds", "assist_rounds"}),
    ("due", REACHING, {"moved_rounds", "limits"}),
]


@pytest.mark.parametrize(("step", "declared", "some"), STEPS, ids=[step for step, _, _ in STEPS])
def test_a_step_asks_of_a_practice_what_it_is_said_to_ask(step: str, declared: tuple[str, ...], some: set[str]) -> None:
    scoring = of_seed(3)
    practice = scoring.book.practice()
    derivation = derive(
        scoring.snapshot.events,
        Watched(**{name: getattr(practice, name) for name in FIELDS}),
        scoring.calendar,
    )
    assert derivation.clock  # of which `held` asks months alone, the same by every reading
    ASKED.clear()
    getattr(derivation, step)
    assert {*declared} >= ASKED
    assert some <= ASKED


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_what_is_taken_from_another_is_what_would_be_derived(seed: int) -> None:
    scoring = of_seed(seed)
    assert isinstance(scoring.derived, Derivation)
    for choice in choices(scoring.book):
        practice = choice.book.practice()
        shared = derive(scoring.snapshot.events, practice, scoring.calendar, like=scoring.derived)
        alone = derive(scoring.snapshot.events, practice, scoring.calendar)
        for name in FRAMES:
            found, wanted = (sorted(map(repr, getattr(one, name).collect().rows())) for one in (shared, alone))
            assert found == wanted, (choice.reading.id, choice.option, name)
