"""The papers of a county of sixty units: every number of each is that of score --json, unit by unit and item by item."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import docx
import pytest

from kaoping.demo import simulate
from metrics.derive import clock_of
from metrics.measures import Practice
from tests.kaoping.test_bulletin import bulletin_equals
from tests.kaoping.test_cli import Run, run
from tests.kaoping.test_papers import TABLE, cells_of, papers_equal, row_of, same
from tests.kaoping.test_web_file import FILE, Reader, unit_is_told
from tests.logs import calendar

__all__ = ["run"]
SIXTY = 60
PLACES = {"hotline": "附件 2", "posts": "附件 1"}


def county(seed: int, folder: Path) -> list[str]:
    """The files of a month of sixty units, the simulated county's own and more like them."""
    own = [unit for unit in simulate.ROSTER if unit.group]
    more = [attrs.evolve(own[n % len(own)], name=f"第{n + 1}承办单位", share=4) for n in range(SIXTY - len(own))]
    clock = clock_of(calendar(), Practice())
    made = simulate.simulate(seed, tickets_per_month=3000, clock=clock, roster=[*own, *more])
    return [str(path) for path in simulate.write(made, folder)]


@pytest.mark.slow
def test_sixty_units_have_their_numbers_in_every_paper(run: Run, tmp_path: Path) -> None:
    assert run("import", *county(4, tmp_path)).code == 0
    document = run("score", "2023-05", "--brief", "--json").document
    assert {len(sheet["units"]) for sheet in document["sheets"]} >= {SIXTY}
    assert run("report", "2023-05", "--out", "out", "--xlsx", "--docx", "--html").code == 0
    assert papers_equal(run, tmp_path / "out", document) > 1000
    assert bulletin_equals(docx.Document(str(tmp_path / "out" / "2023-05 通报.docx")), document) > 1000
    page = Reader((tmp_path / "out" / FILE).read_text("utf-8"))
    told = sum(unit_is_told(page, unit) for sheet in document["sheets"] for unit in sheet["units"])
    assert told > 1000
    sheets = cells_of(tmp_path / "out" / TABLE)
    assert sum(rates_equal(sheets[f"{PLACES[one['sheet']]}·件数与比率"], one) for one in document["sheets"]) > 1000


def rates_equal(rows: list[list[Any]], sheet: Mapping[str, Any]) -> int:
    """How many counts and rates of the workbook, sub-items too, were compared, each equal to score --json."""
    units = [unit for unit in sheet["units"] if unit["items"]]
    rated = {one["item"] for unit in units for one in unit["items"] if one["rate"] is not None}
    compared = 0
    for unit in units:
        wanted = [
            told
            for one in unit["items"]
            if one["item"] in rated
            for told in (str(one["count"]), str(one["breaches"]), one["rate"])
        ]
        row = row_of(rows, unit["unit"])[2:]
        assert [cell for cell, told in zip(row, wanted, strict=False) if not same(cell, told)] == [], unit["unit"]
        compared += len(wanted)
    return compared
