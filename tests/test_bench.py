"""What the benches stand on: the same log everywhere, a peer that agrees, and pages that a run can fill."""

import hashlib
from pathlib import Path

import narwhals as nw
import pytest

from bench import page
from bench.log import AS_OF, made
from bench.peers import lean_polars
from kaoping.files.folder import rulebook, working_days
from metrics.derive import derive
from metrics.tallies import tallies_of
from metrics.verdicts import decided


def test_the_log_is_the_same_everywhere() -> None:
    log = made(50)
    assert (len(log), hashlib.sha256(repr(log.rows()).encode()).hexdigest()[:16]) == (267, "0c010fada257fd5f")


def test_a_lean_plan_written_apart_agrees() -> None:
    log = made(400)
    derived = derive(nw.from_native(log.lazy()), rulebook("ganxian-2023").practice(), working_days())
    ours = tallies_of(decided(derived.verdicts, AS_OF))
    assert len(ours) > 1000
    assert lean_polars.tallies(log) == sorted([*place, tally.count, tally.breaches] for place, tally in ours.items())


@pytest.mark.parametrize("part", ["derive", "clock"])
def test_a_run_fills_its_part_of_both_pages_alone(part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {language: path.read_text("utf-8") for language, path in page.PAGES.items()}
    monkeypatch.setattr(page, "PAGES", {language: tmp_path / path.name for language, path in page.PAGES.items()})
    for language, path in page.PAGES.items():
        path.write_text(before[language], "utf-8")
    page.write(part, {"en": "told \\1", "zh": "说了"})
    for language, told in {"en": "told \\1", "zh": "说了"}.items():
        begun, rest = before[language].split(f"<!-- {part} -->")
        ended = rest.split(f"<!-- /{part} -->")[1]
        assert page.PAGES[language].read_text("utf-8") == f"{begun}<!-- {part} -->\n\n{told}\n\n<!-- /{part} -->{ended}"
